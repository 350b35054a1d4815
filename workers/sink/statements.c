#include "workers/sink/statements.h"
#include "lib/fault.h"
#include "proto/columns.h"
#include <stdlib.h>
#include <string.h>

/* Larger versions hold, of one version the later record (offsets are applied in order); what the row holds already is
 * not written again: no row version, no WAL. */
#define GUARD                                                                                                          \
    "(b.generation, b.source_version, b.epoch) >= (t.generation, t.source_version, t.epoch)"                           \
    " and (b.source_version, b.content_hash) <> (t.source_version, t.content_hash)"

static const char *const last_columns[] = {"generation", "source_version", "epoch", "content_hash", "is_deleted"};

/* modified_date is the store's own stamp and dataset_id the temporary table's: neither is listed. */
static void put_names(Text *out, const DataType *type, const char *before, const char *after)
{
    const Columns *columns = columns_of(type);
    text_printf(out, "%s\"connection_id\"%s, %s\"id\"%s", before, after, before, after);
    for (size_t i = 0; i < columns->n; i++)
        text_printf(out, ", %s\"%s\"%s", before, columns->items[i].name, after);
    for (size_t i = 0; i < COUNT_OF(last_columns); i++)
        text_printf(out, ", %s\"%s\"%s", before, last_columns[i], after);
}

static void put_assignments(Text *out, const DataType *type, bool message_too)
{
    const Columns *columns = columns_of(type);
    text_puts(out, "\"modified_date\" = now()");
    for (size_t i = 0; message_too && i < columns->n; i++)
        text_printf(out, ", \"%1$s\" = b.\"%1$s\"", columns->items[i].name);
    for (size_t i = 0; i < COUNT_OF(last_columns); i++)
        text_printf(out, ", \"%1$s\" = b.\"%1$s\"", last_columns[i]);
}

static char *temp_name(const DataType *type)
{
    AUTO(Text) *name = text_new("pg_temp.sink_");
    text_puts(name, type->table);
    *strrchr(name->bytes, '.') = '_';
    return TAKE(name->bytes);
}

static char *create_temp(const DataType *type, const char *temp)
{
    AUTO(Text) *sql = text_new(NULL);
    text_printf(sql,
                "create table %s (like %s, dataset_id uuid not null) on commit delete rows;"
                " alter table %s drop column modified_date",
                temp, type->table, temp);
    return TAKE(sql->bytes);
}

static char *copy_into(const DataType *type, const char *table, const char *last_column)
{
    AUTO(Text) *sql = text_new("copy ");
    text_printf(sql, "%s (", table);
    put_names(sql, type, "", "");
    text_printf(sql, "%s) from stdin (format binary)", last_column);
    return TAKE(sql->bytes);
}

void statements_put_welcome(Text *sql)
{
    if (!FAULT_SWITCH(no_floor))
        text_puts(sql, " and b.epoch >= s.floor_epoch");
    if (!FAULT_SWITCH(no_void_epochs))
        text_puts(sql, " and b.epoch <> all (s.void_epochs)");
}

/* `best`: one key may come with several epochs; among those that are welcome the largest version goes in. */
static char *merge(const DataType *type, const char *temp, bool deletions, bool best)
{
    AUTO(Text) *sql = text_new("merge into ");
    text_printf(sql,
                "%s t using (select %sb.* from %s b join control.stream s on s.connection_id = b.connection_id"
                " and s.data_type = '%s' where %sb.is_deleted",
                type->table, best ? "distinct on (b.connection_id, b.id) " : "", temp, type->key,
                deletions ? "" : "not ");
    statements_put_welcome(sql);
    text_printf(sql, "%s) b on t.connection_id = b.connection_id and t.id = b.id when matched and %s then update set ",
                best ? " order by b.connection_id, b.id, b.generation desc, b.source_version desc, b.epoch desc" : "",
                FAULT_SWITCH(no_version_guard) ? "true" : GUARD);
    /* A deletion knows no more than the id: the row keeps what it last was. */
    put_assignments(sql, type, !deletions);
    text_puts(sql, " when not matched then insert (\"modified_date\", ");
    put_names(sql, type, "", "");
    text_puts(sql, ") values (now(), ");
    put_names(sql, type, "b.", "");
    text_puts(sql, ")");
    return TAKE(sql->bytes);
}

enum { MAX_TYPES = 64 };
static Statements all[MAX_TYPES]; /* as data_types, row by row */

const Statements *statements_of(const DataType *type)
{
    Statements *made = &all[type - data_types];
    if (made->temp)
        return made;
    char *temp = temp_name(type);
    *made = (Statements){
        .temp = temp,
        .create_temp = create_temp(type, temp),
        .copy_temp = copy_into(type, temp, ", \"dataset_id\""),
        .copy_table = copy_into(type, type->table, ""),
        .merge = merge(type, temp, false, false),
        .merge_best = merge(type, temp, false, true),
        .merge_deletions = merge(type, temp, true, false),
        .merge_best_deletions = merge(type, temp, true, true),
        .n_columns = (int)(2 + columns_of(type)->n + COUNT_OF(last_columns) + 1),
    };
    return made;
}
