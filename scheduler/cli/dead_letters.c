#include "lib/fiber.h"
#include "lib/log.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/pb.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include "scheduler/cli/topic_reader.h"
#include <stdio.h>
#include <string.h>

enum { POLL_MS = 200, MAX_TOPICS = 128 };

static const Option list_options[] = {
    {"topic", NULL, "one dead-letter topic, such as records.dlq; without it, all", OPTION_TEXT},
};
static const Option replay_options[] = {
    {"topic", NULL,                                         "the dead-letter topic, such as records.dlq", OPTION_TEXT, .required = true},
    { "partition",    "0",                              "its partition",                               OPTION_INTEGER,    .min = 0, .max = INT32_MAX},
    { "offset",   NULL, "one letter; without it, all that are there",                               OPTION_INTEGER,    .min = 0, .max = INT64_MAX},
};

typedef bool (*Visit)(void *context, const char *topic, const rd_kafka_message_t *message, const PbDeadLetter *letter,
                      Error *err);

/* Every letter that the topic has now. What is none of ours is told and passed over. */
static bool each_letter(const Config *config, const char *topic, Visit visit, void *context, Error *err)
{
    AUTO(TopicReader) *reader = topic_reader_open(config, topic, true, err);
    bool good = reader != NULL;
    while (good && !topic_reader_at_end(reader)) {
        AUTO(rd_kafka_message_t) *message = topic_reader_next(reader, POLL_MS, err);
        if (!message) {
            good = err->kind == ERROR_NONE;
            continue;
        }
        Error bad = {0};
        ProtobufCMessage *letter =
            frame_unpack(message->payload, message->len, SCHEMA_DEAD_LETTER, PB_DESCRIPTOR(PbDeadLetter), NULL, &bad);
        if (!letter) {
            fprintf(stderr, "%s/%d/%lld: %s\n", topic, message->partition, (long long)message->offset, bad.text);
            continue;
        }
        good = visit(context, topic, message, (const PbDeadLetter *)letter, err);
        protobuf_c_message_free_unpacked(letter, NULL);
    }
    return good;
}

static bool is_dead_letter_topic(const char *name)
{
    size_t length = strlen(name);
    return length > 4 && strcmp(name + length - 4, ".dlq") == 0;
}

typedef const struct rd_kafka_metadata Metadata;
DEFINE_AUTO(rd_kafka_t, rd_kafka_destroy)
DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)
DEFINE_AUTO(Metadata, rd_kafka_metadata_destroy)

/* The names of all dead-letter topics; their number, or -1. */
static int find_topics(Cli *cli, const char *names[MAX_TOPICS], Error *err)
{
    char reason[256];
    AUTO(rd_kafka_conf_t) *conf = kafka_conf(cli->config, "tributary", err);
    if (!conf)
        return -1;
    AUTO(rd_kafka_t) *client = rd_kafka_new(RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (!client) {
        error_set(err, ERROR_CONFIG, "kafka: %s", reason);
        return -1;
    }
    (void)TAKE(conf); /* the client's now */
    Metadata *found = NULL;
    rd_kafka_resp_err_t code = rd_kafka_metadata(client, 1, NULL, &found, 10000);
    AUTO(Metadata) *metadata = found;
    if (code) {
        kafka_error(err, code, "topics");
        return -1;
    }
    int n = 0;
    for (int i = 0; i < metadata->topic_cnt && n < MAX_TOPICS; i++)
        if (is_dead_letter_topic(metadata->topics[i].topic))
            names[n++] = arena_text(cli->arena, metadata->topics[i].topic);
    return n;
}

/* Where the message was read, as replay tells places; null for what never was a message. */
static void put_origin(JsonWriter *writer, const PbDeadLetter *letter)
{
    AUTO(Text) *origin = text_new(NULL);
    text_printf(origin, "%s/%d/%lld", letter->topic, letter->partition, (long long)letter->offset);
    json_put_text(writer, "from", *letter->topic ? origin->bytes : NULL);
}

static bool print_letter(void *context, const char *topic, const rd_kafka_message_t *message,
                         const PbDeadLetter *letter, Error *err)
{
    (void)err;
    int *n = context;
    JsonWriter writer = {.out = text_new(NULL)};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "topic", topic);
    json_put_integer(&writer, "partition", message->partition);
    json_put_integer(&writer, "offset", message->offset);
    json_put_text(&writer, "where", letter->where);
    json_put_text(&writer, "kind", letter->error_kind);
    json_put_text(&writer, "reason", letter->reason);
    json_put_text(&writer, "dataset", *letter->dataset_id ? letter->dataset_id : NULL);
    put_origin(&writer, letter);
    json_put_integer(&writer, "size", (int64_t)letter->payload_size);
    json_put_boolean(&writer, "replayable", *letter->topic && !letter->payload_cut);
    json_close(&writer, '}');
    puts(writer.out->bytes);
    text_free(writer.out);
    *n += 1;
    return true;
}

static bool list(Cli *cli, Error *err)
{
    const char *names[MAX_TOPICS] = {config_text(cli->config, "topic")};
    int n = names[0] ? 1 : find_topics(cli, names, err), letters = 0;
    for (int i = 0; i < n; i++)
        if (!each_letter(cli->config, names[i], print_letter, &letters, err))
            return false;
    if (n >= 0)
        fprintf(stderr, "%d dead letter%s\n", letters, letters == 1 ? "" : "s");
    return n >= 0;
}

typedef struct Replay {
    Producer *producer;
    int64_t partition, offset /* -1: all */;
    int sent, kept;
} Replay;

/* The message as it was, to the topic and the partition that it came from. Sent one by one: a failure says which. */
static bool send_again(Replay *replay, const PbDeadLetter *letter, Error *err)
{
    KafkaHeader headers[32];
    size_t n = 0;
    for (; n < letter->n_headers && n < COUNT_OF(headers); n++)
        headers[n] =
            (KafkaHeader){letter->headers[n]->name, letter->headers[n]->value.data, letter->headers[n]->value.len};
    AUTO(Text) *key = text_new(NULL);
    text_add(key, (const char *)letter->key.data, letter->key.len);
    Deliveries deliveries = {0};
    return producer_send(replay->producer, letter->topic, letter->partition, letter->key.len > 0 ? key->bytes : NULL,
                         letter->payload.data, letter->payload.len, headers, n, &deliveries, err) &&
           deliveries_wait(&deliveries, err);
}

static bool replay_letter(void *context, const char *topic, const rd_kafka_message_t *message,
                          const PbDeadLetter *letter, Error *err)
{
    Replay *replay = context;
    if (replay->offset >= 0 && (message->offset != replay->offset || message->partition != replay->partition))
        return true;
    long long offset = (long long)message->offset;
    if (!*letter->topic || letter->payload_cut) {
        fprintf(stderr, "%s/%d/%lld: kept: %s\n", topic, message->partition, offset,
                letter->payload_cut ? "the payload is cut" : "it never was a message; queue its dataset again");
        replay->kept++;
        return true;
    }
    if (!send_again(replay, letter, err))
        return error_wrap(err, "%s/%d/%lld", topic, message->partition, offset);
    printf("%s/%d/%lld: sent to %s/%d\n", topic, message->partition, offset, letter->topic, letter->partition);
    replay->sent++;
    return true;
}

static bool replay(Cli *cli, Error *err)
{
    const Config *config = cli->config;
    const char *topic = config_text(config, "topic");
    if (!is_dead_letter_topic(topic))
        return error_set(err, ERROR_CONFIG, "--topic: '%.100s' is no dead-letter topic (they end in .dlq)", topic);
    loop_open();
    AUTO(Producer) *producer = producer_open(config, "tributary", 0, err);
    if (!producer)
        return false;
    Replay work = {.producer = producer,
                   .partition = config_integer(config, "partition"),
                   .offset = config_is_set(config, "offset") ? config_integer(config, "offset") : -1};
    if (!each_letter(config, topic, replay_letter, &work, err))
        return false;
    fprintf(stderr, "%d sent, %d kept\n", work.sent, work.kept);
    return work.offset < 0 || work.sent > 0 ||
           error_set(err, ERROR_DATA, "nothing was sent: look at 'tributary dlq list'");
}

static const Command commands[] = {
    {"dlq list",   NULL, "messages that could not be used, and why", NEEDS_SERVICES, 0, 0, OPTIONS(list_options),   list  },
    {"dlq replay", NULL, "send them again where they came from",     NEEDS_SERVICES, 0, 0, OPTIONS(replay_options), replay},
};
const CommandTable dead_letter_commands = {commands, COUNT_OF(commands)};
