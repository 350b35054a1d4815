#include "workers/runtime/intake.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/intake_parts.h"
#include "workers/runtime/meters.h"
#include <stdlib.h>
#include <string.h>

enum { COMMIT_MS = 1000, QUEUE_KIB = 1024 };

/* ---- Entries: each stands in one list, by state ---- */

void entry_join(Intake *intake, Entry *entry)
{
    EntryList *list = &intake->lists[entry->state];
    entry->next = NULL;
    entry->previous = list->last;
    if (list->last)
        list->last->next = entry;
    else
        list->first = entry;
    list->last = entry;
    list->n++;
}

void entry_leave(Intake *intake, Entry *entry)
{
    EntryList *list = &intake->lists[entry->state];
    if (entry->previous)
        entry->previous->next = entry->next;
    else
        list->first = entry->next;
    if (entry->next)
        entry->next->previous = entry->previous;
    else
        list->last = entry->previous;
    list->n--;
}

static void entry_free(Entry *entry)
{
    free(entry->payload);
    free(entry);
}

static void entry_move(Intake *intake, Entry *entry, int state)
{
    entry_leave(intake, entry);
    entry->state = state;
    entry_join(intake, entry);
}

void entry_make_ready(Intake *intake, Entry *entry)
{
    entry_move(intake, entry, ENTRY_READY);
    ready_push(intake->ready, &entry->ticket);
}

static void entry_forget(Intake *intake, Entry *entry)
{
    if (entry->state == ENTRY_READY)
        ready_remove(intake->ready, &entry->ticket);
    entry_leave(intake, entry);
    entry_free(entry);
}

/* Those that have not started: their message comes again, here or elsewhere. */
static void forget_waiting(Intake *intake)
{
    for (int state = 0; state < N_ENTRY_STATES; state++)
        for (Entry *entry = intake->lists[state].first, *next; entry; entry = next) {
            next = entry->next;
            if (state == ENTRY_RUNNING || entry->ours)
                entry->orphan = true;
            else
                entry_forget(intake, entry);
        }
}

/* ---- Commits ---- */

static void commit(Intake *intake, bool wait)
{
    AUTO(rd_kafka_topic_partition_list_t) *offsets = rd_kafka_topic_partition_list_new((int)intake->n_partitions);
    bool again = consumer_commit_failed(intake->consumer);
    for (size_t i = 0; i < intake->n_partitions; i++) {
        Partition *partition = &intake->partitions[i];
        int64_t next = partition->window ? window_committable(partition->window) : -1;
        if (next < 0 || (next == partition->committed && !again))
            continue;
        rd_kafka_topic_partition_list_add(offsets, intake->topics[partition->job_class], partition->number)->offset =
            next;
        partition->committed = next;
    }
    if (offsets->cnt == 0)
        return;
    Error err = {0};
    FAULT_POINT(before_offset_commit);
    if (!consumer_commit(intake->consumer, offsets, wait, &err))
        log_warn("offsets cannot be committed now: what is done may be looked at again", KV_ERROR(&err));
    FAULT_POINT(after_offset_commit);
}

/* ---- Rebalances: eager, so all partitions go and come together ---- */

static void drop_partitions(Intake *intake)
{
    for (size_t i = 0; i < intake->n_partitions; i++)
        window_free(intake->partitions[i].window);
    free(TAKE(intake->partitions));
    intake->n_partitions = 0;
}

static void on_assign(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *list)
{
    Intake *intake = context;
    (void)consumer;
    drop_partitions(intake);
    intake->partitions = calloc((size_t)list->cnt + 1, sizeof(Partition));
    if (!intake->partitions)
        abort();
    for (int i = 0; i < list->cnt; i++)
        for (int c = 0; c < N_JOB_CLASSES; c++)
            if (strcmp(list->elems[i].topic, intake->topics[c]) == 0)
                intake->partitions[intake->n_partitions++] =
                    (Partition){.job_class = (JobClass)c, .number = list->elems[i].partition, .committed = -1};
}

static void on_revoke(void *context, Consumer *consumer, rd_kafka_topic_partition_list_t *list, bool lost)
{
    Intake *intake = context;
    (void)consumer;
    (void)list;
    if (!lost)
        commit(intake, true);
    forget_waiting(intake);
    drop_partitions(intake);
}

/* ---- Life ---- */

Intake *intake_open(const Config *config, const IntakeOptions *options, Error *err)
{
    AUTO(Intake) *intake = calloc(1, sizeof *intake);
    if (!intake)
        abort();
    intake->options = *options;
    intake->ready = ready_new(options->per_connection);
    const char *topics[N_JOB_CLASSES];
    for (int c = 0; c < N_JOB_CLASSES; c++) {
        job_topic(intake->topics[c], options->source, (JobClass)c);
        topics[c] = intake->topics[c];
    }
    char group[JOB_NAME_SIZE], client[JOB_NAME_SIZE];
    job_group(group, options->environment, options->source);
    snprintf(client, sizeof client, "worker-%s", options->source);
    intake->consumer = consumer_open(config,
                                     &(ConsumerOptions){
                                         .group = group,
                                         .client = client,
                                         .offset_reset = "earliest",
                                         .topics = topics,
                                         .n_topics = N_JOB_CLASSES,
                                         .partition_queues = true,
                                         .queue_kib = QUEUE_KIB,
                                         .callbacks = {intake, on_assign, on_revoke}
    },
                                     err);
    return intake->consumer ? TAKE(intake) : NULL;
}

void intake_close(Intake *intake)
{
    if (!intake)
        return;
    consumer_close(intake->consumer); /* serves the last revoke, which commits */
    for (int state = 0; state < N_ENTRY_STATES; state++)
        while (intake->lists[state].first)
            entry_forget(intake, intake->lists[state].first);
    drop_partitions(intake);
    ready_free(intake->ready);
    free(intake);
}

static int64_t wake_parked(Intake *intake, int64_t now_ms)
{
    int64_t nearest = INT64_MAX;
    for (Entry *entry = intake->lists[ENTRY_PARKED].first, *next; entry; entry = next) {
        next = entry->next;
        if (entry->due_ms <= now_ms)
            entry_make_ready(intake, entry);
        else if (entry->due_ms < nearest)
            nearest = entry->due_ms;
    }
    return nearest;
}

bool intake_serve(Intake *intake, int64_t timeout_ms, Error *err)
{
    int64_t now_ms = clock_monotonic_ms();
    int64_t nearest = wake_parked(intake, now_ms);
    if (now_ms - intake->commit_ms >= COMMIT_MS) {
        intake->commit_ms = now_ms;
        commit(intake, false);
    }
    if (nearest < now_ms + timeout_ms)
        timeout_ms = nearest - now_ms;
    Error failure = {0};
    AUTO(rd_kafka_message_t) *message = consumer_poll(intake->consumer, timeout_ms, &failure);
    if (message)
        intake_take(intake, message);
    intake_fill(intake);
    if (failure.kind == ERROR_NONE)
        return true;
    if (err)
        *err = failure;
    return false;
}

/* ---- Handing out ---- */

static int room_to_run(const IntakeOptions *options)
{
    int waiting = options->waiting ? *options->waiting : 0;
    return options->max_running + (waiting < options->max_running ? waiting : options->max_running);
}

Entry *intake_next(Intake *intake)
{
    EntryList *running = &intake->lists[ENTRY_RUNNING], *alone = &intake->lists[ENTRY_ALONE];
    bool one_alone = running->first && running->first->alone;
    if (one_alone || running->n >= room_to_run(&intake->options))
        return NULL;
    Entry *entry;
    if (alone->first) {
        if (running->n > 0)
            return NULL;
        entry = alone->first;
        entry->alone = true;
    } else {
        entry = (Entry *)ready_take(intake->ready);
        if (!entry)
            return NULL;
        entry->alone = false;
    }
    entry_move(intake, entry, ENTRY_RUNNING);
    return entry;
}

/* An entry that was taken from the ready set gives its place back; one that ran alone had none. */
static void give_place_back(Intake *intake, Entry *entry, int64_t pages)
{
    if (!entry->alone)
        ready_finish(intake->ready, &entry->ticket, pages);
    entry->alone = false;
}

void intake_done(Intake *intake, Entry *entry, int64_t pages)
{
    give_place_back(intake, entry, pages);
    Partition *partition = entry->orphan ? NULL : intake_partition(intake, entry->job_class, entry->partition);
    if (partition && partition->window)
        window_finish(partition->window, entry->offset);
    entry_leave(intake, entry);
    entry_free(entry);
    intake_fill(intake);
}

void intake_later(Intake *intake, Entry *entry, int64_t pages, int64_t ms)
{
    give_place_back(intake, entry, pages);
    if (entry->orphan && !entry->ours) { /* whoever has the partition now has the message too */
        entry_forget(intake, entry);
        return;
    }
    entry->due_ms = clock_monotonic_ms() + ms;
    entry->tries++;
    entry_move(intake, entry, ENTRY_PARKED);
}

void intake_alone(Intake *intake, Entry *entry)
{
    if (entry->orphan) {
        intake_later(intake, entry, 0, 0);
        return;
    }
    give_place_back(intake, entry, 0);
    entry_move(intake, entry, ENTRY_ALONE);
}

int intake_running(const Intake *intake)
{
    return intake->lists[ENTRY_RUNNING].n;
}

bool intake_assigned(const Intake *intake)
{
    return intake->n_partitions > 0;
}

void intake_meter(const Intake *intake, int64_t page_bytes)
{
    int waiting[N_JOB_CLASSES];
    for (int c = 0; c < N_JOB_CLASSES; c++)
        waiting[c] = ready_waiting(intake->ready, (JobClass)c);
    const Entry *oldest = intake->lists[ENTRY_READY].first;
    int64_t age_ms = oldest && oldest->job.enqueued_ms > 0 ? clock_wall_ms() - oldest->job.enqueued_ms : 0;
    int parked = intake->lists[ENTRY_PARKED].n + intake->lists[ENTRY_ALONE].n;
    meter_load(intake_running(intake), parked, waiting, age_ms > 0 ? age_ms : 0, page_bytes);
}
