/*
 * mock-broker: librdkafka's mock cluster of three brokers as a process, for faults that a real broker cannot be asked
 * for. Its first line of output is the address. Each line of standard input is a command, answered by "ok" or what is
 * wrong with it; it ends with its input.
 *
 *     topic NAME PARTITIONS
 *     errors API ERROR COUNT       the next COUNT requests of this kind are answered with this error
 *     clear API                    no more of them
 *     leader TOPIC PARTITION BROKER
 *     coordinator GROUP BROKER
 *     down BROKER | up BROKER | slow BROKER MS
 *
 * It keeps 5 MiB of a partition, knows no CreateTopics, no DeleteRecords and no group but by its members, and takes
 * what a producer sends twice twice.
 */
#include "lib/auto.h"
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { BROKERS = 3, MAX_WORDS = 4, LINE_SIZE = 512 };

typedef struct Named {
    const char *name;
    int16_t key;
} Named;

/* Of Kafka's protocol guide, those for which the mock takes errors. */
static const Named apis[] = {
    {"Produce",         0 },
    {"Fetch",           1 },
    {"ListOffsets",     2 },
    {"Metadata",        3 },
    {"OffsetCommit",    8 },
    {"OffsetFetch",     9 },
    {"FindCoordinator", 10},
    {"JoinGroup",       11},
    {"Heartbeat",       12},
    {"SyncGroup",       14},
    {"InitProducerId",  22},
};

static bool find_api(const char *name, int16_t *key)
{
    for (size_t i = 0; i < COUNT_OF(apis); i++)
        if (strcmp(apis[i].name, name) == 0) {
            *key = apis[i].key;
            return true;
        }
    return false;
}

/* By the library's own names, as NOT_COORDINATOR or _TRANSPORT, which cuts the connection. */
static bool find_error(const char *name, rd_kafka_resp_err_t *error)
{
    const struct rd_kafka_err_desc *descriptions;
    size_t n;
    rd_kafka_get_err_descs(&descriptions, &n);
    for (size_t i = 0; i < n; i++)
        if (descriptions[i].name && strcmp(descriptions[i].name, name) == 0) {
            *error = descriptions[i].code;
            return true;
        }
    return false;
}

/* ---- Commands: NULL, or what is wrong ---- */

typedef rd_kafka_mock_cluster_t Cluster;

static const char *said(rd_kafka_resp_err_t code)
{
    return code ? rd_kafka_err2name(code) : NULL;
}

static const char *make_topic(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_topic_create(cluster, words[0], atoi(words[1]), BROKERS));
}

static const char *push_errors(Cluster *cluster, char **words)
{
    int16_t api;
    rd_kafka_resp_err_t error;
    if (!find_api(words[0], &api) || !find_error(words[1], &error))
        return "no such API or error";
    for (int i = atoi(words[2]); i > 0; i--)
        rd_kafka_mock_push_request_errors_array(cluster, api, 1, &error);
    return NULL;
}

static const char *clear_errors(Cluster *cluster, char **words)
{
    int16_t api;
    if (!find_api(words[0], &api))
        return "no such API";
    rd_kafka_mock_clear_request_errors(cluster, api);
    return NULL;
}

static const char *move_leader(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_partition_set_leader(cluster, words[0], atoi(words[1]), atoi(words[2])));
}

static const char *move_coordinator(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_coordinator_set(cluster, "group", words[0], atoi(words[1])));
}

static const char *take_down(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_broker_set_down(cluster, atoi(words[0])));
}

static const char *bring_up(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_broker_set_up(cluster, atoi(words[0])));
}

static const char *slow_down(Cluster *cluster, char **words)
{
    return said(rd_kafka_mock_broker_set_rtt(cluster, atoi(words[0]), atoi(words[1])));
}

static const struct Command {
    const char *name;
    int n_words;
    const char *(*run)(Cluster *cluster, char **words);
} commands[] = {
    {"topic",       2, make_topic      },
    {"errors",      3, push_errors     },
    {"clear",       1, clear_errors    },
    {"leader",      3, move_leader     },
    {"coordinator", 2, move_coordinator},
    {"down",        1, take_down       },
    {"up",          1, bring_up        },
    {"slow",        2, slow_down       },
};

static const char *obey(Cluster *cluster, char *line)
{
    char *words[MAX_WORDS], *rest = NULL;
    int n = 0;
    for (char *word = strtok_r(line, " \n", &rest); word && n < MAX_WORDS; word = strtok_r(NULL, " \n", &rest))
        words[n++] = word;
    for (size_t i = 0; i < COUNT_OF(commands); i++)
        if (n == commands[i].n_words + 1 && strcmp(words[0], commands[i].name) == 0)
            return commands[i].run(cluster, words + 1);
    return "no such command";
}

int main(void)
{
    char reason[256], line[LINE_SIZE];
    rd_kafka_conf_t *conf = rd_kafka_conf_new();
    rd_kafka_conf_set(conf, "log_level", "4", reason, sizeof reason);
    rd_kafka_t *rk = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (!rk) {
        fprintf(stderr, "mock-broker: %s\n", reason);
        return 1;
    }
    Cluster *cluster = rd_kafka_mock_cluster_new(rk, BROKERS);
    setvbuf(stdout, NULL, _IOLBF, 0);
    puts(rd_kafka_mock_cluster_bootstraps(cluster));
    while (fgets(line, sizeof line, stdin)) {
        const char *wrong = obey(cluster, line);
        puts(wrong ? wrong : "ok");
    }
    rd_kafka_mock_cluster_destroy(cluster);
    rd_kafka_destroy(rk);
    return 0;
}
