#include "scheduler/lag.h"
#include "lib/kafka.h"
#include "proto/job.h"
#include <stdlib.h>
#include <string.h>

enum { ANSWER_MS = 5000, MAX_TOPICS = 3 };

struct Lag {
    rd_kafka_t *client;
    struct {
        char topic[JOB_NAME_SIZE];
        int partitions;
    } known[MAX_TOPICS];
    size_t n_known;
};

typedef const struct rd_kafka_metadata Metadata;
DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)
DEFINE_AUTO(rd_kafka_topic_t, rd_kafka_topic_destroy)
DEFINE_AUTO(Metadata, rd_kafka_metadata_destroy)

Lag *lag_open(const Config *config, const char *environment, const char *source, Error *err)
{
    AUTO(rd_kafka_conf_t) *conf = kafka_conf(config, "lag", err);
    if (!conf)
        return NULL;
    char group[JOB_NAME_SIZE], reason[256];
    job_group(group, environment, source);
    if (rd_kafka_conf_set(conf, "group.id", group, reason, sizeof reason) != RD_KAFKA_CONF_OK) {
        error_set(err, ERROR_CONFIG, "group %s: %s", group, reason);
        return NULL;
    }
    Lag *lag = calloc(1, sizeof *lag);
    if (!lag)
        abort();
    lag->client = rd_kafka_new(RD_KAFKA_CONSUMER, conf, reason, sizeof reason);
    if (!lag->client) {
        free(lag);
        error_set(err, ERROR_CONFIG, "kafka: %s", reason);
        return NULL;
    }
    (void)TAKE(conf); /* the client's now */
    return lag;
}

void lag_close(Lag *lag)
{
    if (!lag)
        return;
    rd_kafka_destroy(lag->client);
    free(lag);
}

static int count_partitions(Lag *lag, const char *topic, Error *err)
{
    AUTO(rd_kafka_topic_t) *handle = rd_kafka_topic_new(lag->client, topic, NULL);
    Metadata *found = NULL;
    rd_kafka_resp_err_t code =
        handle ? rd_kafka_metadata(lag->client, 0, handle, &found, ANSWER_MS) : rd_kafka_last_error();
    AUTO(Metadata) *metadata = found;
    if (!code && metadata->topic_cnt == 1)
        code = metadata->topics[0].err;
    if (!code && metadata->topic_cnt == 1 && metadata->topics[0].partition_cnt > 0)
        return metadata->topics[0].partition_cnt;
    kafka_error(err, code ? code : RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC, topic);
    return -1;
}

int32_t lag_partition(Lag *lag, const char *topic, const char *key, Error *err)
{
    size_t i = 0;
    while (i < lag->n_known && strcmp(lag->known[i].topic, topic) != 0)
        i++;
    if (i == lag->n_known) {
        int n = count_partitions(lag, topic, err);
        if (n < 0 || i == MAX_TOPICS)
            return -1;
        strcpy(lag->known[i].topic, topic);
        lag->known[lag->n_known++].partitions = n;
    }
    return rd_kafka_msg_partitioner_murmur2(NULL, key, strlen(key), lag->known[i].partitions, NULL, NULL);
}

static bool ask_ends(Lag *lag, const char *topic, int32_t partition, int64_t *low, int64_t *high, Error *err)
{
    rd_kafka_resp_err_t code = rd_kafka_query_watermark_offsets(lag->client, topic, partition, low, high, ANSWER_MS);
    return !code || kafka_error(err, code, topic);
}

int64_t lag_end(Lag *lag, const char *topic, int32_t partition, Error *err)
{
    int64_t low, high;
    return ask_ends(lag, topic, partition, &low, &high, err) ? high : -1;
}

/* Below 0: the group never committed. */
static bool ask_committed(Lag *lag, const char *topic, int32_t partition, int64_t *offset, Error *err)
{
    AUTO(rd_kafka_topic_partition_list_t) *list = rd_kafka_topic_partition_list_new(1);
    rd_kafka_topic_partition_list_add(list, topic, partition);
    rd_kafka_resp_err_t code = rd_kafka_committed(lag->client, list, ANSWER_MS);
    if (!code)
        code = list->elems[0].err;
    *offset = list->elems[0].offset;
    return !code || kafka_error(err, code, topic);
}

bool lag_waits(Lag *lag, const char *topic, int32_t partition, int64_t mark, bool *waits, Error *err)
{
    int64_t low, high, committed;
    if (!ask_ends(lag, topic, partition, &low, &high, err) || !ask_committed(lag, topic, partition, &committed, err))
        return false;
    *waits = mark <= high && mark > (committed > low ? committed : low);
    return true;
}
