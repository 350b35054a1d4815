#include "scheduler/cli/topic_reader.h"
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 10000 };

typedef struct Part {
    int64_t next, end; /* next: to be read; end: when the reader was opened */
} Part;

struct TopicReader {
    rd_kafka_t *client;
    Part *parts;
    int n_parts;
};

typedef const struct rd_kafka_metadata Metadata;
DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)
DEFINE_AUTO(rd_kafka_topic_t, rd_kafka_topic_destroy)
DEFINE_AUTO(Metadata, rd_kafka_metadata_destroy)

static rd_kafka_t *open_client(const Config *config, Error *err)
{
    AUTO(rd_kafka_conf_t) *conf = kafka_conf(config, "tributary", err);
    if (!conf)
        return NULL;
    char reason[256];
    /* librdkafka wants a group's name of whoever assigns partitions; nothing is ever committed under it. */
    rd_kafka_conf_set(conf, "group.id", "tributary", reason, sizeof reason);
    rd_kafka_conf_set(conf, "enable.auto.commit", "false", reason, sizeof reason);
    rd_kafka_t *client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!client) {
        error_set(err, ERROR_CONFIG, "kafka: %s", reason);
        return NULL;
    }
    (void)TAKE(conf); /* the client's now */
    rd_kafka_poll_set_consumer(client);
    return client;
}

static int count_partitions(rd_kafka_t *client, const char *topic, Error *err)
{
    AUTO(rd_kafka_topic_t) *handle = rd_kafka_topic_new(client, topic, NULL);
    Metadata *found = NULL;
    rd_kafka_resp_err_t code = handle ? rd_kafka_metadata(client, 0, handle, &found, ANSWER_MS) : rd_kafka_last_error();
    AUTO(Metadata) *metadata = found;
    if (!code)
        code = metadata->topic_cnt == 1 ? metadata->topics[0].err : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC;
    if (!code)
        return metadata->topics[0].partition_cnt;
    kafka_error(err, code, topic);
    return -1;
}

static bool assign(TopicReader *reader, const char *topic, bool from_beginning, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *list = rd_kafka_topic_partition_list_new(reader->n_parts);
    for (int i = 0; i < reader->n_parts; i++) {
        int64_t low, high;
        rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(reader->client, topic, i, &low, &high, ANSWER_MS);
        if (code)
            return kafka_error(err, code, topic);
        reader->parts[i] = (Part){from_beginning ? low : high, high};
        rd_kafka_topic_partition_list_add(list, topic, i)->offset = reader->parts[i].next;
    }
    rd_kafka_resp_err_t code = rd_kafka_assign(reader->client, list);
    return !code || kafka_error(err, code, topic);
}

TopicReader *topic_reader_open(const Config *config, const char *topic, bool from_beginning, Error *err)
{
    AUTO(TopicReader) *reader = calloc(1, sizeof *reader);
    if (!reader)
        abort();
    reader->client = open_client(config, err);
    if (!reader->client)
        return NULL;
    reader->n_parts = count_partitions(reader->client, topic, err);
    if (reader->n_parts < 0)
        return NULL;
    reader->parts = calloc((size_t)reader->n_parts, sizeof *reader->parts);
    if (!reader->parts)
        abort();
    return assign(reader, topic, from_beginning, err) ? TAKE(reader) : NULL;
}

void topic_reader_close(TopicReader *reader)
{
    if (!reader)
        return;
    if (reader->client) {
        rd_kafka_consumer_close(reader->client);
        rd_kafka_destroy(reader->client);
    }
    free(reader->parts);
    free(reader);
}

/* Errors of a connection mend themselves; librdkafka goes on asking. */
rd_kafka_message_t *topic_reader_next(TopicReader *reader, int64_t timeout_ms, Error *err)
{
    AUTO(rd_kafka_message_t) *message = rd_kafka_consumer_poll(reader->client, (int)timeout_ms);
    if (!message)
        return NULL;
    if (message->err) {
        Error failure = {0};
        kafka_error(&failure, message->err, "read");
        if (failure.kind == ERROR_CONFIG)
            *err = failure;
        return NULL;
    }
    if (message->partition < reader->n_parts)
        reader->parts[message->partition].next = message->offset + 1;
    return TAKE(message);
}

bool topic_reader_at_end(const TopicReader *reader)
{
    for (int i = 0; i < reader->n_parts; i++)
        if (reader->parts[i].next < reader->parts[i].end)
            return false;
    return true;
}
