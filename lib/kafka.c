#include "lib/kafka.h"
#include "lib/backoff.h"
#include "lib/kafka_internal.h"
#include "lib/log.h"
#include <poll.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

DEFINE_AUTO(rd_kafka_conf_t, rd_kafka_conf_destroy)

enum { METADATA_TIMEOUT_MS = 2000, END_MS = 5000, REASON_SIZE = 256 };
enum { SYSLOG_WARNING = 4 }; /* <syslog.h> has our level names for its own */

static const KafkaProperty common[] = {
    {"socket.nagle.disable",               "true" }, /* the default only since 2.10 */
    {"socket.keepalive.enable",            "true" },
    {"socket.connection.setup.timeout.ms", "10000"},
    {"reconnect.backoff.max.ms",           "2000" },
    {"topic.metadata.refresh.interval.ms", "10000"}, /* else nobody reads a new partition for five minutes */
    {"log.connection.close",               "false"}, /* brokers close idle connections all day */
};

/* The delivery protocol rests on these. */
static const char *const fixed[] = {"enable.idempotence",       "acks",
                                    "enable.auto.commit",       "auto.offset.reset",
                                    "enable.auto.offset.store", "enable.partition.eof",
                                    "group.protocol",           "partition.assignment.strategy"};

typedef struct CodeKind {
    rd_kafka_resp_err_t code;
    ErrorKind kind;
} CodeKind;

/* Everything else is a matter of time. */
static const CodeKind kinds[] = {
    {RD_KAFKA_RESP_ERR__AUTHENTICATION,              ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_SASL_AUTHENTICATION_FAILED,   ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNSUPPORTED_SASL_MECHANISM,   ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_AUTHORIZATION_FAILED,   ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_GROUP_AUTHORIZATION_FAILED,   ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_CLUSTER_AUTHORIZATION_FAILED, ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR__INVALID_ARG,                 ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_TOPIC,               ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR__UNKNOWN_PARTITION,           ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_UNKNOWN_TOPIC_OR_PART,        ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_TOPIC_EXCEPTION,              ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_PARTITIONS,           ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_REPLICATION_FACTOR,   ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_INVALID_CONFIG,               ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_POLICY_VIOLATION,             ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_INCONSISTENT_GROUP_PROTOCOL,  ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR__AUTO_OFFSET_RESET,           ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_OFFSET_OUT_OF_RANGE,          ERROR_CONFIG},
    {RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE,           ERROR_DATA  },
    {RD_KAFKA_RESP_ERR_RECORD_LIST_TOO_LARGE,        ERROR_DATA  },
    {RD_KAFKA_RESP_ERR_INVALID_RECORD,               ERROR_DATA  },
};

bool kafka_error(Error *err, rd_kafka_resp_err_t code, const char *what)
{
    ErrorKind kind = ERROR_TRANSIENT;
    for (size_t i = 0; i < COUNT_OF(kinds); i++)
        if (kinds[i].code == code)
            kind = kinds[i].kind;
    return error_set(err, kind, "%s: %s", what, rd_kafka_err2str(code));
}

static void on_log(const rd_kafka_t *rk, int level, const char *facility, const char *message)
{
    const char *client = rk ? rd_kafka_name(rk) : "";
    if (level <= SYSLOG_WARNING)
        log_warn("kafka client", KV("client", client), KV("about", facility), KV("says", message));
    else
        log_debug("kafka client", KV("client", client), KV("about", facility), KV("says", message));
}

typedef struct Adding {
    rd_kafka_conf_t *conf;
    Error *err;
    bool ok;
} Adding;

/* librdkafka's reason quotes the value, which may be a password: it is not passed on. */
static void add(void *context, const char *name, const char *value)
{
    Adding *adding = context;
    char reason[REASON_SIZE];
    switch (rd_kafka_conf_set(adding->conf, name, value, reason, sizeof reason)) {
    case RD_KAFKA_CONF_OK:
        break;
    case RD_KAFKA_CONF_UNKNOWN:
        adding->ok = error_set(adding->err, ERROR_CONFIG, "kafka.%s: librdkafka %s has no such property", name,
                               rd_kafka_version_str());
        break;
    case RD_KAFKA_CONF_INVALID:
        adding->ok = error_set(adding->err, ERROR_CONFIG, "kafka.%s: the value is not one librdkafka accepts", name);
        break;
    }
}

static void add_operators(void *context, const char *name, const char *value)
{
    Adding *adding = context;
    for (size_t i = 0; i < COUNT_OF(fixed); i++)
        if (strcmp(name, fixed[i]) == 0) {
            adding->ok = error_set(adding->err, ERROR_CONFIG, "kafka.%s cannot be set: delivery depends on it", name);
            return;
        }
    add(context, name, value);
}

rd_kafka_conf_t *kafka_conf_with(const Config *config, const char *client, const KafkaProperty *properties, size_t n,
                                 Error *err)
{
    AUTO(rd_kafka_conf_t) *conf = rd_kafka_conf_new();
    Adding adding = {.conf = conf, .err = err, .ok = true};
    const char *brokers = config_text(config, "kafka-brokers");
    if (!brokers) {
        error_set(err, ERROR_CONFIG, "kafka-brokers is not set (TRIBUTARY_KAFKA_BROKERS=host:port,...)");
        return NULL;
    }
    rd_kafka_conf_set_log_cb(conf, on_log);
    add(&adding, "bootstrap.servers", brokers);
    add(&adding, "client.id", client);
    for (size_t i = 0; i < COUNT_OF(common); i++)
        add(&adding, common[i].name, common[i].value);
    /* From 2.5 on clients push metrics to the broker unless told not to; older ones do not know the word. */
    char ignored[REASON_SIZE];
    rd_kafka_conf_set(conf, "enable.metrics.push", "false", ignored, sizeof ignored);
    for (size_t i = 0; i < n; i++)
        add(&adding, properties[i].name, properties[i].value);
    config_each_kafka(config, add_operators, &adding);
    return adding.ok ? TAKE(conf) : NULL;
}

rd_kafka_conf_t *kafka_conf(const Config *config, const char *client, Error *err)
{
    return kafka_conf_with(config, client, NULL, 0, err);
}

/* A wrong password shows only in this callback; the calls themselves just time out. */
static void on_client_error(rd_kafka_t *rk, int code, const char *reason, void *context)
{
    (void)rk;
    (void)context;
    if (code == RD_KAFKA_RESP_ERR__AUTHENTICATION)
        log_error("the brokers refuse our credentials", KV("reason", reason));
}

rd_kafka_t *kafka_client(const Config *config, const char *group, Error *err)
{
    const KafkaProperty properties[] = {
        {"group.id", group}
    };
    AUTO(rd_kafka_conf_t) *conf = kafka_conf_with(config, "tributary-admin", properties, group ? 1 : 0, err);
    if (!conf)
        return NULL;
    rd_kafka_conf_set_error_cb(conf, on_client_error);
    char reason[REASON_SIZE];
    rd_kafka_t *rk = rd_kafka_new(group ? RD_KAFKA_CONSUMER : RD_KAFKA_PRODUCER, conf, reason, sizeof reason);
    if (rk)
        (void)TAKE(conf); /* owned by the client now */
    else
        error_set(err, ERROR_CONFIG, "kafka: %s", reason);
    return rk;
}

typedef struct Ending {
    rd_kafka_t *rk;
    int flags, signal;
} Ending;

static void *end(void *argument)
{
    Ending *ending = argument;
    rd_kafka_destroy_flags(ending->rk, ending->flags);
    eventfd_write(ending->signal, 1);
    return NULL;
}

bool kafka_end(rd_kafka_t *rk, int flags)
{
    Ending *ending = malloc(sizeof *ending);
    if (!ending)
        abort();
    *ending = (Ending){.rk = rk, .flags = flags, .signal = kafka_signal_new()};
    pthread_t thread;
    if (pthread_create(&thread, NULL, end, ending))
        abort();
    pthread_detach(thread);
    if (!kafka_signal_wait(ending->signal, END_MS)) {
        log_warn("a client of Kafka does not end and is left behind");
        return false;
    }
    close(ending->signal);
    free(ending);
    return true;
}

bool kafka_wait_ready(const Config *config, const bool *stop, Error *err)
{
    AUTO(rd_kafka_t) *rk = kafka_client(config, NULL, err);
    if (!rk)
        return false;
    Backoff backoff = {0};
    for (;;) {
        const struct rd_kafka_metadata *metadata = NULL;
        rd_kafka_resp_err_t code = rd_kafka_metadata(rk, 0, NULL, &metadata, METADATA_TIMEOUT_MS);
        if (code == RD_KAFKA_RESP_ERR_NO_ERROR) {
            rd_kafka_metadata_destroy(metadata);
            return true;
        }
        rd_kafka_poll(rk, 0);
        kafka_error(err, code, "metadata");
        if (err->kind == ERROR_CONFIG)
            return false;
        if (!backoff_retry(&backoff, "kafka", config_text(config, "kafka-brokers"), stop, err))
            return false;
    }
}

const char *kafka_header(const rd_kafka_message_t *message, const char *name, size_t *length)
{
    rd_kafka_headers_t *headers = NULL;
    const void *value = NULL;
    if (rd_kafka_message_headers(message, &headers) != RD_KAFKA_RESP_ERR_NO_ERROR ||
        rd_kafka_header_get_last(headers, name, &value, length) != RD_KAFKA_RESP_ERR_NO_ERROR)
        return NULL;
    return value;
}

int kafka_signal_new(void)
{
    int signal = eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);
    if (signal < 0) {
        perror("eventfd");
        abort();
    }
    return signal;
}

void kafka_signal_on(rd_kafka_queue_t *queue, int signal)
{
    static const uint64_t one = 1;
    rd_kafka_queue_io_event_enable(queue, signal, &one, sizeof one);
}

void kafka_signal_off(rd_kafka_queue_t *queue)
{
    rd_kafka_queue_io_event_enable(queue, -1, NULL, 0);
}

bool kafka_signal_wait(int signal, int64_t timeout_ms)
{
    if (fiber_wait_fd(signal, POLLIN, timeout_ms) != WAIT_READY)
        return false;
    uint64_t count;
    ssize_t got = read(signal, &count, sizeof count);
    (void)got;
    return true;
}
