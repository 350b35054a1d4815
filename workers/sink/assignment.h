/*
 * Assignment: the partitions that the group gave us: their positions in Postgres, where reading starts, what Kafka is
 * told, and what becomes of a partition that has no stream yet.
 */
#pragma once
#include "lib/kafka.h"
#include "workers/sink/writer.h"

enum { ASSIGNMENT_WRITERS = 8 };

typedef struct Assignment {
    WriterShared *shared;
    Writer **writers;
    int n_writers;
    const bool *stop;
    Error failure; /* of assignment_take(), for whoever polls the consumer */
} Assignment;

/* Fences first, then reads `next`, and writes it into the list. Waits for Postgres if it must; idle writers only. */
void assignment_take(Assignment *assignment, rd_kafka_topic_partition_list_t *partitions);
void assignment_release(Assignment *assignment);

/* Commits the stored offsets to Kafka: for lag displays, nothing reads them back. */
void assignment_tell_kafka(Assignment *assignment, Consumer *consumer, bool wait);

/* Pauses partitions that were found without a row, and reads those again whose time has come. */
void assignment_serve_held(Assignment *assignment, Consumer *consumer);

/* Before librdkafka 2.2 a full queue puts the fetching thread to sleep for a second, whoever empties the queue
 * meanwhile; a request of any kind wakes it. Without this the queue would have to hold what a second stores. */
void assignment_wake_fetcher(const Assignment *assignment, Consumer *consumer);

/* Sets the metric of lag, by data type. */
void assignment_measure(const Assignment *assignment, Consumer *consumer);

/* Adds to an error of the consumer which offsets the topics do not have any more. False, as error_wrap(). */
bool assignment_explain(const Assignment *assignment, Consumer *consumer, Error *err);
