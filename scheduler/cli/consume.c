#include "lib/arena.h"
#include "lib/json.h"
#include "proto/data_types.h"
#include "proto/frame.h"
#include "proto/render.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/decode.h"
#include "scheduler/cli/topic_reader.h"
#include <signal.h>
#include <stdio.h>
#include <string.h>

enum { POLL_MS = 200 };

static const Option options[] = {
    {"from-beginning",  NULL, "all that the topic has, not only what comes",   OPTION_BOOLEAN},
    {"to-end",          NULL, "stop after the last message that is there now", OPTION_BOOLEAN},
    {"max",             NULL, "stop after so many messages",                   OPTION_INTEGER, .min = 1, .max = INT64_MAX},
    {"key", NULL,     "only messages with this key",                                                OPTION_TEXT                                                         },
};

static volatile sig_atomic_t interrupted;

static void on_interrupt(int number)
{
    (void)number;
    interrupted = 1;
}

static bool has_key(const rd_kafka_message_t *message, const char *key)
{
    return !key ||
           (message->key && message->key_len == strlen(key) && memcmp(message->key, key, message->key_len) == 0);
}

static bool run(Cli *cli, Error *err)
{
    const Config *config = cli->config;
    const char *key = config_text(config, "key");
    int64_t left = config_is_set(config, "max") ? config_integer(config, "max") : INT64_MAX;
    bool to_end = config_boolean(config, "to-end");
    AUTO(TopicReader) *reader =
        topic_reader_open(config, cli->operands[0], config_boolean(config, "from-beginning"), err);
    if (!reader)
        return false;
    signal(SIGINT, on_interrupt);
    signal(SIGTERM, on_interrupt);
    AUTO(Text) *line = text_new(NULL);
    while (left > 0 && !interrupted && !(to_end && topic_reader_at_end(reader))) {
        AUTO(rd_kafka_message_t) *message = topic_reader_next(reader, POLL_MS, err);
        if (!message && err->kind != ERROR_NONE)
            return false;
        if (!message || !has_key(message, key))
            continue;
        text_clear(line);
        decode_line(line, message);
        if (puts(line->bytes) < 0 || fflush(stdout) != 0)
            return true; /* nobody reads any more */
        left--;
    }
    return true;
}

static const Command commands[] = {
    {"consume", "TOPIC", "a topic's messages, decoded, a line of JSON each", NEEDS_SERVICES, 1, 1, OPTIONS(options),
     run},
};
const CommandTable consume_commands = {commands, COUNT_OF(commands)};
