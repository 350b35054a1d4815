#include "tests/unit/sink/house.h"
#include "lib/config.h"
#include "lib/log.h"
#include "proto/frame.h"
#include "proto/tables.h"
#include <glob.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

House house;

static Config *config;
static Producer *producer;
static char conninfo[512], database[64], answer[512];
static void (*running)(void);
static bool ended;

static const char *server(const char *variable)
{
    const char *address = getenv(variable);
    ck_assert_msg(address != NULL, "%s is not set: start infra/local/stack and read its env file", variable);
    return address;
}

static void open_config(void)
{
    static char *argv[] = {(char *)"test", NULL};
    const OptionGroup groups[] = {
        {config_common, n_config_common}
    };
    const ConfigProgram program = {.name = "test", .usage = "", .summary = "", .groups = groups, .n_groups = 1};
    Error err = {0};
    int first;
    config = config_parse(&program, 1, argv, environ, &first, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
}

static Pg *connect_to(const char *address)
{
    Error err = {0};
    Pg *pg = pg_connect(address, "test sink", &err);
    ck_assert_msg(pg != NULL, "%s", err.text);
    return pg;
}

void house_sql(const char *sql)
{
    Error err = {0};
    ck_assert_msg(pg_script(house.pg, &err, sql, NULL, 0), "%s: %s", sql, err.text);
}

const char *house_text(const char *sql)
{
    Error err = {0};
    AUTO(PGresult) *result = pg_query(house.pg, &err, sql, 0, NULL);
    ck_assert_msg(result != NULL, "%s: %s", sql, err.text);
    snprintf(answer, sizeof answer, "%s", PQntuples(result) ? PQgetvalue(result, 0, 0) : "no row");
    return answer;
}

static void run_file(const char *path)
{
    FILE *file = fopen(path, "r");
    ck_assert_msg(file != NULL, "%s", path);
    AUTO(Text) *sql = text_new(NULL);
    char piece[4096];
    for (size_t n; (n = fread(piece, 1, sizeof piece, file)) > 0;)
        text_add(sql, piece, n);
    fclose(file);
    house_sql(sql->bytes);
}

/* The database's name is the last segment of the address. */
static void make_database(void)
{
    const char *address = server("TRIBUTARY_POSTGRES");
    snprintf(database, sizeof database, "sink_test_%d", (int)getpid());
    AUTO(Text) *sql = text_new(NULL);
    text_printf(sql, "create database %s", database);
    house.pg = connect_to(address);
    house_sql(sql->bytes);
    pg_free(house.pg);
    const char *slash = strrchr(address, '/');
    ck_assert_msg(slash != NULL, "TRIBUTARY_POSTGRES is no URI");
    snprintf(conninfo, sizeof conninfo, "%.*s/%s", (int)(slash - address), address, database);
    house.pg = connect_to(conninfo);
}

static void migrate(void)
{
    Error err = {0};
    glob_t files;
    ck_assert_int_eq(glob("infra/migrations/*.sql", 0, NULL, &files), 0);
    for (size_t i = 0; i < files.gl_pathc; i++)
        run_file(files.gl_pathv[i]);
    globfree(&files);
    ck_assert_msg(tables_migrate(house.pg, &err), "%s", err.text);
}

static void move_in(void)
{
    house_sql("insert into control.company (id, name) values ('11111111-1111-1111-1111-111111111111', 'c');"
              "insert into control.connection (id, company_id, source, status) values ('" CONNECTION
              "', '11111111-1111-1111-1111-111111111111', 'stripe', 'Linked');"
              "insert into control.stream (connection_id, data_type, record_topic, record_partition, floor_epoch)"
              " values ('" CONNECTION "', 'commerce-orders', 'records.commerce.orders', 3, 5);"
              "insert into control.sink_offset (topic, partition) values ('records.commerce.orders', 3);"
              "insert into control.dataset (id, stream_id, company_id, connection_id, data_type, source, record_topic,"
              " record_partition, class, mode, status, epoch, first_epoch, generation)"
              " select '" DATASET "', id, '11111111-1111-1111-1111-111111111111', connection_id, data_type, 'stripe',"
              " record_topic, record_partition, 'backfill', 'full', 'Fetching', 5, 5, 1 from control.stream");
}

static void open_writer(void)
{
    const Position position = {.type = data_type_by_key("commerce-orders"), .partition = PARTITION, .fence = NO_FENCE};
    Error err = {0};
    house.shared = (WriterShared){
        .conninfo = conninfo, .letters = {producer, "test"}
    };
    positions_set(&house.shared.positions, &position, 1);
    house.writer = writer_new(&house.shared, 0);
    ck_assert_msg(writer_take(house.writer, &err), "%s", err.text);
}

static void close_writer(void)
{
    writer_drain(house.writer, 0);
    writer_free(house.writer);
    positions_clear(&house.shared.positions);
}

void house_rehire(void)
{
    close_writer();
    open_writer();
    house.offset = house.shared.positions.items[0].next;
}

static void run(void *argument)
{
    (void)argument;
    Error err = {0};
    const TopicSpec letters = {LETTERS_TOPIC, "delete", 1, 86400000};
    make_database();
    migrate();
    move_in();
    ck_assert_msg(kafka_create_topics(config, &letters, 1, &err), "%s", err.text);
    producer = producer_open(config, "test", 0, &err);
    ck_assert_msg(producer != NULL, "%s", err.text);
    open_writer();
    running();
    close_writer();
    producer_close(producer);
    batch_free(house.batch);
    pg_free(house.pg);
    house.pg = connect_to(server("TRIBUTARY_POSTGRES"));
    AUTO(Text) *sql = text_new("drop database ");
    text_printf(sql, "%s with (force)", database);
    house_sql(sql->bytes);
    pg_free(house.pg);
    house = (House){0};
    ended = true;
}

static bool is_over(void *argument)
{
    (void)argument;
    return ended;
}

void house_run(void (*body)(void))
{
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    open_config();
    running = body;
    ended = false;
    loop_open();
    fiber_spawn("test", run, NULL);
    loop_run(is_over, NULL);
    loop_close();
    config_free(config);
}

void house_put_bytes(const char *key, const char *version, const char *dataset, const void *value, size_t length)
{
    KafkaHeader headers[2];
    size_t n = 0;
    if (version)
        headers[n++] = (KafkaHeader){"version", version, strlen(version)};
    if (dataset)
        headers[n++] = (KafkaHeader){"dataset", dataset, strlen(dataset)};
    const Incoming message = {.partition = PARTITION,
                              .offset = house.offset,
                              .key = key,
                              .key_length = strlen(key),
                              .value = value,
                              .value_length = length,
                              .headers = headers,
                              .n_headers = n};
    if (!house.batch)
        house.batch = batch_new(data_type_by_key("commerce-orders"));
    batch_add(house.batch, &message, house.offset);
    house.offset++;
}

void house_put_order(const CommerceOrder *order, const char *version, const char *dataset)
{
    char key[256];
    snprintf(key, sizeof key, CONNECTION "/commerce-orders/%s", order->id);
    uint8_t *value = malloc(frame_size(&order->base));
    size_t length = frame_pack(data_type_by_key("commerce-orders")->schema_id, &order->base, value);
    house_put_bytes(key, version, dataset, value, length);
    free(value);
}

void house_put(const char *id, const char *total, const char *version)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    PbDecimal amount = PB_INIT(PbDecimal);
    amount.value = (char *)total;
    order.id = (char *)id;
    order.currency = (char *)"GBP";
    order.total_amount = &amount;
    house_put_order(&order, version, DATASET);
}

void house_put_deletion(const char *id, const char *version)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    order.id = (char *)id;
    order.is_deleted = 1;
    house_put_order(&order, version, DATASET);
}

void house_store(void)
{
    writer_give(house.writer, TAKE(house.batch));
    while (!writer_idle(house.writer))
        event_wait(&house.shared.changed, 60000);
}
