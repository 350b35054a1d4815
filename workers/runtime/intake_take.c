#include "lib/clock.h"
#include "lib/log.h"
#include "workers/runtime/intake_parts.h"
#include <stdlib.h>
#include <string.h>

/* A window holds so many jobs of one partition open; a class keeps so many waiting, enough for fairness to choose from.
 */
enum { WINDOW = 1024, MAX_WAITING = 4096 };

Partition *intake_partition(Intake *intake, JobClass job_class, int32_t number)
{
    for (size_t i = 0; i < intake->n_partitions; i++)
        if (intake->partitions[i].job_class == job_class && intake->partitions[i].number == number)
            return &intake->partitions[i];
    return NULL;
}

static Partition *partition_of(Intake *intake, const rd_kafka_message_t *message)
{
    const char *topic = rd_kafka_topic_name(message->rkt);
    for (int c = 0; c < N_JOB_CLASSES; c++)
        if (strcmp(topic, intake->topics[c]) == 0)
            return intake_partition(intake, (JobClass)c, message->partition);
    return NULL;
}

/* The message of an entry that is still here, after its partition went and came back: the entry may commit again. */
static bool is_adopted(Intake *intake, const Partition *partition, int64_t offset)
{
    for (int state = 0; state < N_ENTRY_STATES; state++)
        for (Entry *entry = intake->lists[state].first; entry; entry = entry->next)
            if (entry->orphan && entry->offset == offset && entry->partition == partition->number &&
                entry->job_class == partition->job_class) {
                entry->orphan = false;
                return true;
            }
    return false;
}

static Entry *entry_new(const Intake *intake, const Partition *partition, const rd_kafka_message_t *message)
{
    Entry *entry = calloc(1, sizeof *entry);
    if (!entry)
        abort();
    entry->job_class = partition->job_class;
    entry->partition = partition->number;
    entry->offset = message->offset;
    entry->taken_ms = clock_monotonic_ms();
    entry->state = ENTRY_READY;
    if (!job_unpack(message->payload, message->len, intake->options.environment, &entry->job, &entry->bad)) {
        entry->n_payload = message->len;
        entry->payload = malloc(message->len + 1);
        if (!entry->payload)
            abort();
        if (message->len > 0)
            memcpy(entry->payload, message->payload, message->len);
    }
    /* The topic says in which class it was published, and a bad job has none. */
    entry->ticket = (Ticket){.connection_id = entry->job.connection_id, .job_class = partition->job_class};
    return entry;
}

/* It ends before what was read of it. */
static bool is_recreated(const Intake *intake, const Partition *partition)
{
    int64_t low, high;
    return !rd_kafka_get_watermark_offsets(consumer_raw(intake->consumer), intake->topics[partition->job_class],
                                           partition->number, &low, &high) &&
           high < window_next(partition->window);
}

/* What came from the old topic commits nothing in the new one, nor is it a message of it. */
static void start_over(Intake *intake, Partition *partition, int64_t first)
{
    log_warn("the job topic was recreated: it is read from its beginning",
             KV("topic", (const char *)intake->topics[partition->job_class]), KV("partition", partition->number));
    for (int state = 0; state < N_ENTRY_STATES; state++)
        for (Entry *entry = intake->lists[state].first; entry; entry = entry->next)
            if (entry->partition == partition->number && entry->job_class == partition->job_class) {
                entry->orphan = true;
                entry->offset = -1;
            }
    window_free(partition->window);
    partition->window = window_new(first, WINDOW);
    partition->committed = -1;
}

void intake_take(Intake *intake, const rd_kafka_message_t *message)
{
    Partition *partition = partition_of(intake, message);
    if (!partition)
        return; /* of an assignment that is gone: it comes again to whoever has it */
    if (!partition->window)
        partition->window = window_new(message->offset, WINDOW);
    else if (message->offset < window_next(partition->window) && is_recreated(intake, partition))
        start_over(intake, partition, message->offset);
    if (!window_take(partition->window, message->offset)) {
        log_warn("job message out of order", KV("topic", rd_kafka_topic_name(message->rkt)),
                 KV("partition", message->partition), KV("offset", message->offset));
        return;
    }
    if (is_adopted(intake, partition, message->offset))
        return;
    Entry *entry = entry_new(intake, partition, message);
    entry_join(intake, entry);
    ready_push(intake->ready, &entry->ticket);
}

static bool has_room(const Intake *intake, const Partition *partition)
{
    return ready_waiting(intake->ready, partition->job_class) < MAX_WAITING &&
           (!partition->window || window_has_room(partition->window));
}

/* One message from each partition in turn, so that a full one does not fill all the places. */
void intake_fill(Intake *intake)
{
    for (bool more = true; more;) {
        more = false;
        for (size_t i = 0; i < intake->n_partitions; i++) {
            Partition *partition = &intake->partitions[(intake->turn + i) % intake->n_partitions];
            if (!has_room(intake, partition))
                continue;
            AUTO(rd_kafka_message_t) *message =
                consumer_next(intake->consumer, intake->topics[partition->job_class], partition->number);
            if (message)
                intake_take(intake, message);
            more = more || message;
        }
        intake->turn++;
    }
}
