#include "workers/sink/script.h"
#include "lib/auto.h"
#include "lib/fault.h"
#include <inttypes.h>
#include <string.h>

#define UNFINISHED "in ('Queued', 'Fetching', 'Processing', 'Validating')"

static void put_uuid(Text *script, const uint8_t uuid[16])
{
    static const char digits[] = "0123456789abcdef";
    for (int i = 0; i < 16; i++) {
        text_putc(script, digits[uuid[i] >> 4]);
        text_putc(script, digits[uuid[i] & 15]);
    }
}

/* Several things of one kind; "what" comes once, before the first. */
typedef struct List {
    Text *script;
    const char *what;
    size_t n;
} List;

static Text *list_next(List *list)
{
    text_puts(list->script, list->n++ ? ", " : list->what);
    return list->script;
}

static bool same_connection(const Group *a, const Group *b)
{
    return memcmp(a->connection, b->connection, sizeof a->connection) == 0;
}

static bool one_dataset(const Content *content)
{
    for (size_t i = 1; i < content->n_groups; i++)
        if (memcmp(content->groups[i].dataset, content->groups[0].dataset, sizeof content->groups[0].dataset) != 0)
            return false;
    return true;
}

static void put_dataset_ids(Text *script, const Content *content)
{
    List ids = {script, "(", 0};
    for (size_t i = 0; i < content->n_groups; i++) {
        text_puts(list_next(&ids), "'");
        put_uuid(script, content->groups[i].dataset);
        text_puts(script, "'");
    }
    text_puts(script, ")");
}

/* A connection cannot be deleted while its rows go in: none would be left behind. */
static void put_stream_locks(Text *script, const Batch *batch, const Content *content)
{
    List connections = {script, "select from control.stream where connection_id in (", 0};
    for (size_t i = 0; i < content->n_groups; i++) {
        if (i > 0 && same_connection(&content->groups[i], &content->groups[i - 1]))
            continue;
        text_puts(list_next(&connections), "'");
        put_uuid(script, content->groups[i].connection);
        text_puts(script, "'");
    }
    if (connections.n)
        text_printf(script, ") and data_type = '%s' for key share;\n", batch->type->key);
}

/* "(place, connection, dataset, epoch), …" */
static void put_groups(Text *script, const Content *content)
{
    for (size_t i = 0; i < content->n_groups; i++) {
        text_printf(script, "%s(%zu, '", i ? ", " : "", i);
        put_uuid(script, content->groups[i].connection);
        text_puts(script, "'::uuid, '");
        put_uuid(script, content->groups[i].dataset);
        text_printf(script, "'::uuid, %" PRId64 "::bigint)", content->groups[i].epoch);
    }
}

/* What MERGE would leave out must not be among rows that went straight into the table; asked after the streams were
 * locked, so that the answer is as good as MERGE's own. */
static void put_fresh_check(Text *script, const Batch *batch, const Content *content)
{
    text_puts(script, "do $$ declare fine bigint; begin select count(*) into fine from (values ");
    put_groups(script, content);
    text_printf(script,
                ") as b(place, connection, dataset, epoch)"
                " join control.stream s on s.connection_id = b.connection and s.data_type = '%s'"
                " join control.dataset d on d.id = b.dataset and d.stream_id = s.id"
                " where d.status " UNFINISHED " and coalesce(s.first_row_epoch >= d.first_epoch, true)",
                batch->type->key);
    statements_put_welcome(script);
    text_printf(
        script,
        "; if fine < %zu then raise exception 'rows of a first load are none' using errcode = '" SCRIPT_NOT_FRESH
        "'; end if; end $$;\n",
        content->n_groups);
}

static void put_array_element(Text *array, const char *text, size_t length)
{
    text_putc(array, '"');
    for (size_t i = 0; i < length; i++) {
        if (text[i] == '"' || text[i] == '\\')
            text_putc(array, '\\');
        text_putc(array, text[i]);
    }
    text_putc(array, '"');
}

/* As put_seen(), where no temporary table holds the keys. */
static void put_seen_straight(Text *script, PGconn *conn, const Batch *batch, const Content *content)
{
    AUTO(Text) *ids = text_new("{");
    AUTO(Text) *places = text_new("{");
    for (size_t i = 0; i < batch->n_rows; i++) {
        const Row *row = &batch->rows[i];
        if (!row->sent || row->is_deletion)
            continue;
        const char *before = ids->length > 1 ? "," : "";
        text_printf(places, "%s%zu", before, row->group);
        text_puts(ids, before);
        put_array_element(ids, row->id, row->id_length);
    }
    text_puts(ids, "}");
    char *literal = PQescapeLiteral(conn, ids->bytes, ids->length);
    text_printf(script,
                "insert into control.seen (dataset_id, epoch, keys)"
                " select d.id, v.epoch, array_agg(hashtextextended(k.id, 0))"
                " from unnest(%s::text[], '%s}'::int[]) as k(id, place) join (values ",
                literal ? literal : "''", places->bytes);
    PQfreemem(literal);
    put_groups(script, content);
    text_puts(script,
              ") as v(place, connection, dataset, epoch) using (place) join control.dataset d on d.id = v.dataset"
              " where d.mode = 'full' and d.status " UNFINISHED " group by d.id, v.epoch;\n");
}

/* What a full sync saw, whether or not it is news; not what a slice brought that was taken over. */
static void put_seen(Text *script, const Batch *batch, const Content *content)
{
    const char *epoch = FAULT_SWITCH(no_seen_epoch) ? "0::bigint" : "b.epoch";
    if (!content->n_upserts || FAULT_SWITCH(no_seen))
        return;
    text_printf(script,
                "insert into control.seen (dataset_id, epoch, keys)"
                " select d.id, %s, array_agg(hashtextextended(b.id, 0))"
                " from control.dataset d join control.stream s on s.id = d.stream_id"
                " join %s b on b.dataset_id = d.id and b.connection_id = d.connection_id"
                " where d.mode = 'full' and d.status " UNFINISHED " and not b.is_deleted"
                "%s and d.id in ",
                epoch, statements_of(batch->type)->temp,
                FAULT_SWITCH(no_seen_epoch) ? "" : " and b.epoch <> all (s.void_epochs)");
    put_dataset_ids(script, content);
    text_printf(script, " group by d.id, %s;\n", epoch);
}

static void put_offsets(Text *script, const Batch *batch, Position *const *positions, const Reach *moves, size_t n)
{
    List rows = {script,
                 "do $$ declare moved bigint; begin"
                 " update control.sink_offset o set next = v.after from (values ",
                 0};
    for (size_t i = 0; i < n; i++)
        text_printf(list_next(&rows), "(%" PRId32 ", %" PRId64 "::bigint, %" PRId64 "::bigint, %" PRId64 "::bigint)",
                    moves[i].partition, positions[i]->next, moves[i].next, positions[i]->fence);
    text_printf(script,
                ") as v(partition, before, after, fence) where o.topic = '%s' and o.partition = v.partition"
                "%s; get diagnostics moved = row_count;"
                " if moved < %zu then raise exception 'another sink moved the offset' using errcode = '" SCRIPT_LOST
                "'; end if; end $$;\n",
                batch->type->topic, FAULT_SWITCH(no_fence) ? "" : " and o.next = v.before and o.fence = v.fence", n);
}

/* Every row that went straight into the table was written. */
static void put_rows_written_straight(Text *script, const Content *content)
{
    for (size_t i = 0; i < content->n_groups; i++) {
        text_printf(script, "update control.dataset set rows_written = rows_written + %zu where id = '",
                    content->groups[i].n_rows);
        put_uuid(script, content->groups[i].dataset);
        text_puts(script, "';\n");
    }
}

/* now() is the transaction's start, so rows that carry it were written here. */
static void put_rows_written(Text *script, const Batch *batch, const Content *content)
{
    if (content->n_groups == 0)
        return;
    if (one_dataset(content)) {
        text_puts(script,
                  "update control.dataset set rows_written = rows_written + current_setting('sink.written')::bigint"
                  " where current_setting('sink.written') <> '0' and id in ");
        put_dataset_ids(script, content);
        text_puts(script, ";\n");
        return;
    }
    text_printf(script,
                "update control.dataset d set rows_written = d.rows_written + w.n from ("
                "select b.dataset_id, count(*) as n from %s b join %s t on t.connection_id = b.connection_id"
                " and t.id = b.id and t.epoch = b.epoch and t.modified_date = now() and t.is_deleted = b.is_deleted"
                " where current_setting('sink.written') <> '0' group by b.dataset_id) w where d.id = w.dataset_id;\n",
                statements_of(batch->type)->temp, batch->type->table);
}

/* A later full sync has something to sweep. */
static void put_first_rows(Text *script, const Batch *batch, const Content *content)
{
    List rows = {script, "update control.stream s set first_row_epoch = b.epoch from (values ", 0};
    for (size_t i = 0; i < content->n_groups; i++) {
        text_puts(list_next(&rows), "('");
        put_uuid(script, content->groups[i].connection);
        text_printf(script, "'::uuid, %" PRId64 "::bigint)", content->groups[i].epoch);
    }
    if (rows.n == 0)
        return;
    text_printf(script,
                ") as b(connection, epoch) where s.connection_id = b.connection and s.data_type = '%s'"
                " and s.first_row_epoch is null",
                batch->type->key);
    statements_put_welcome(script);
    text_puts(script, ";\n");
}

/* A record that is dead-lettered counts as seen, so that the sweep does not delete its row. Where it does not tell what
 * it is about, nothing on its partition may be swept. */
static void put_letter(Text *script, PGconn *conn, const Batch *batch, const Row *row)
{
    bool blind = !row->dataset_known || !row->key_known || !row->version_known;
    text_printf(script,
                "update control.dataset set dead_letters = dead_letters + %d, blind_letters = blind_letters + %d"
                " where status " UNFINISHED " and ",
                row->dataset_known, blind);
    if (!row->dataset_known) {
        text_printf(script, "record_topic = '%s' and record_partition = %" PRId32 ";\n", batch->type->topic,
                    row->partition);
        return;
    }
    text_puts(script, "id = '");
    put_uuid(script, row->dataset);
    text_puts(script, "';\n");
    if (blind)
        return;
    char *id = PQescapeLiteral(conn, row->id, row->id_length);
    text_printf(script,
                "insert into control.seen (dataset_id, epoch, keys)"
                " select id, %" PRId64 ", array[hashtextextended(%s, 0)] from control.dataset"
                " where mode = 'full' and status " UNFINISHED " and id = '",
                row->version.epoch, id ? id : "''");
    put_uuid(script, row->dataset);
    text_puts(script, "';\n");
    PQfreemem(id);
}

void script_put(Text *script, PGconn *conn, const Batch *batch, const Content *content, Position *const *positions,
                const Reach *moves, size_t n_moves)
{
    bool straight = content->target == INTO_TABLE && content->n_groups > 0;
    put_stream_locks(script, batch, content);
    if (straight) {
        put_fresh_check(script, batch, content);
        put_seen_straight(script, conn, batch, content);
    } else if (content->n_groups > 0) {
        put_seen(script, batch, content);
        load_put_merge(script, batch->type, content);
    }
    put_offsets(script, batch, positions, moves, n_moves);
    if (straight)
        put_rows_written_straight(script, content);
    else
        put_rows_written(script, batch, content);
    for (size_t i = 0; i < batch->n_rows; i++)
        if (batch->rows[i].bad)
            put_letter(script, conn, batch, &batch->rows[i]);
    put_first_rows(script, batch, content);
    for (size_t i = 0; i < n_moves; i++)
        text_printf(script, "select control.finish('%s', %" PRId32 ");\n", batch->type->topic, moves[i].partition);
    text_puts(script, "commit");
}
