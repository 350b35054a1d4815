#include "workers/sink/load.h"
#include "lib/crypto.h"
#include "proto/frame.h"
#include "workers/sink/decode.h"
#include "workers/sink/encode.h"
#include <string.h>

#define SCRATCH (32 * KIB)
#define PIECE   (64 * KIB)

typedef struct Copy {
    Pg *pg;
    Batch *batch;
    Content *content;
    Decoder decoder;
    Arena *scratch;
    Text *out;
    int n_columns;
    size_t key_start; /* first row with the current row's key */
} Copy;

static Group *group_of(Copy *copy, const Row *row)
{
    Content *content = copy->content;
    for (size_t i = content->n_groups; i > 0; i--) {
        Group *group = &content->groups[i - 1];
        if (memcmp(group->connection, row->connection, sizeof row->connection) != 0)
            break;
        if (group->epoch == row->version.epoch && memcmp(group->dataset, row->dataset, sizeof row->dataset) == 0)
            return group;
    }
    if (content->n_groups == content->capacity) {
        size_t capacity = content->capacity ? 2 * content->capacity : 8;
        Group *groups = ARENA_ARRAY(copy->batch->arena, Group, capacity);
        if (content->n_groups)
            memcpy(groups, content->groups, content->n_groups * sizeof *groups);
        content->groups = groups;
        content->capacity = capacity;
    }
    Group *group = &content->groups[content->n_groups++];
    *group = (Group){.epoch = row->version.epoch};
    memcpy(group->connection, row->connection, sizeof group->connection);
    memcpy(group->dataset, row->dataset, sizeof group->dataset);
    return group;
}

/* Better rows of the same key that go along. Upsert and deletion do not stand in for each other: a deletion keeps the
 * columns of the row that the upsert writes. */
static bool is_superseded(Copy *copy, size_t place)
{
    const Row *row = &copy->batch->rows[place];
    bool alone = true;
    for (size_t i = copy->key_start; i < place; i++) {
        const Row *better = &copy->batch->rows[i];
        if (!better->sent || better->is_deletion != row->is_deletion)
            continue;
        if (better->version.epoch == row->version.epoch &&
            memcmp(better->dataset, row->dataset, sizeof row->dataset) == 0)
            return true;
        alone = false;
    }
    copy->content->several |= !alone;
    return false;
}

static bool encode_row(Copy *copy, const Row *row, const ProtobufCMessage *message, Error *err)
{
    Frame frame;
    Text *out = copy->out;
    encode_int16(out, (int16_t)copy->n_columns);
    encode_bytes(out, row->connection, sizeof row->connection);
    encode_bytes(out, row->id, row->id_length);
    const Columns *columns = columns_of(copy->batch->type);
    for (size_t i = 0; i < columns->n; i++)
        if (!encode_column(out, &columns->items[i], message, err))
            return false;
    if (!frame_read(row->value, row->value_length, &frame, err))
        return false;
    encode_int32(out, row->version.generation);
    encode_int64(out, row->version.source_version);
    encode_int64(out, row->version.epoch);
    encode_int64(out, crypto_hash64(frame.message, frame.n_message));
    encode_boolean(out, row->is_deletion);
    if (copy->content->target == INTO_TEMP)
        encode_bytes(out, row->dataset, sizeof row->dataset);
    return true;
}

static void add_row(Copy *copy, size_t place)
{
    Batch *batch = copy->batch;
    Row *row = &batch->rows[place];
    Error err = {0};
    size_t before = copy->out->length;
    arena_reset(copy->scratch);
    const ProtobufCMessage *message = decode_row(&copy->decoder, row, copy->scratch, &err);
    if (message && is_superseded(copy, place))
        return;
    if (!message || !encode_row(copy, row, message, &err)) {
        copy->out->length = before;
        batch_mark_bad(batch, row, err.text);
        return;
    }
    row->sent = true;
    *(row->is_deletion ? &copy->content->n_deletions : &copy->content->n_upserts) += 1;
    Group *group = group_of(copy, row);
    group->n_rows++;
    row->group = (size_t)(group - copy->content->groups);
}

static bool send_rows(Copy *copy, size_t first, size_t end, Error *err)
{
    Row *rows = copy->batch->rows;
    copy->key_start = first;
    for (size_t i = first; i < end; i++) {
        rows[i].sent = false;
        if (!row_same_key(&rows[copy->key_start], &rows[i]))
            copy->key_start = i;
        if (!rows[i].bad)
            add_row(copy, i);
        if (copy->out->length >= PIECE || i + 1 == end) {
            if (!pg_copy_data(copy->pg, err, copy->out->bytes, copy->out->length))
                return false;
            text_clear(copy->out);
        }
    }
    return true;
}

bool load_copy(Pg *pg, Batch *batch, size_t first, size_t end, Target target, Content *content, Error *err)
{
    const Statements *statements = statements_of(batch->type);
    AUTO(Arena) *scratch = arena_new(SCRATCH);
    AUTO(Text) *out = text_new(NULL);
    Copy copy = {.pg = pg,
                 .batch = batch,
                 .content = content,
                 .decoder = decoder_for(batch->type),
                 .scratch = scratch,
                 .out = out,
                 .n_columns = statements->n_columns - (target == INTO_TABLE)};
    *content = (Content){.groups = content->groups, .capacity = content->capacity, .target = target};
    return pg_copy_begin(pg, err, target == INTO_TABLE ? statements->copy_table : statements->copy_temp) &&
           send_rows(&copy, first, end, err) && pg_copy_end(pg, err);
}

/* Nested loops over the primary key: from a few thousand rows on the planner would rather hash or sort the whole table.
 */
#define PLAN                                                                                                           \
    "set local enable_hashjoin = off; set local enable_mergejoin = off; set local enable_seqscan = off;"               \
    " set local enable_bitmapscan = off; "

void load_put_merge(Text *script, const DataType *type, const Content *content)
{
    const Statements *statements = statements_of(type);
    text_puts(script, PLAN "do $$ declare upserts bigint := 0; deletions bigint := 0; begin ");
    if (content->n_upserts)
        text_printf(script, "%s; get diagnostics upserts = row_count; ",
                    content->several ? statements->merge_best : statements->merge);
    if (content->n_deletions)
        text_printf(script, "%s; get diagnostics deletions = row_count; ",
                    content->several ? statements->merge_best_deletions : statements->merge_deletions);
    text_puts(script, "perform set_config('sink.written', (upserts + deletions)::text, true); end $$;\n");
}
