/*
 * Intake parts: what intake.c (lists, commits, rebalances) and intake_take.c (reading messages) share. Private to them.
 */
#pragma once
#include "workers/runtime/intake.h"
#include "workers/runtime/window.h"

enum { N_ENTRY_STATES = ENTRY_ALONE + 1 };

typedef struct EntryList {
    Entry *first, *last;
    int n;
} EntryList;

typedef struct Partition {
    JobClass job_class;
    int32_t number;
    int64_t committed; /* -1: not by us yet */
    Window *window;    /* from the first message on */
} Partition;

struct Intake {
    IntakeOptions options;
    Consumer *consumer;
    Ready *ready;
    char topics[N_JOB_CLASSES][JOB_NAME_SIZE];
    Partition *partitions;
    size_t n_partitions, turn; /* turn: where the next filling starts */
    EntryList lists[N_ENTRY_STATES];
    int64_t commit_ms;
};

void entry_join(Intake *intake, Entry *entry);
void entry_leave(Intake *intake, Entry *entry);
void entry_make_ready(Intake *intake, Entry *entry); /* from another list */

/* NULL: not assigned to us. */
Partition *intake_partition(Intake *intake, JobClass job_class, int32_t number);
/* Reads one message. */
void intake_take(Intake *intake, const rd_kafka_message_t *message);
/* Takes from the partition queues while there is room. */
void intake_fill(Intake *intake);
