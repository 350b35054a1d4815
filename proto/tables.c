#include "proto/tables.h"
#include "proto/columns.h"
#include <string.h>

/* Updates find room on their page (no index covers what changes, so they stay HOT), and dead rows go soon. */
#define STORAGE                                                                                                        \
    "fillfactor = 85, autovacuum_vacuum_scale_factor = 0.02, autovacuum_vacuum_insert_scale_factor = 0.05, "           \
    "autovacuum_vacuum_cost_limit = 2000"

/* Any constant of our own; migrations of the control schema take another. */
#define LOCK "select pg_advisory_xact_lock(7261470001)"

static void put_fixed(Text *out, bool first)
{
    for (size_t i = 0; i < n_fixed_columns; i++)
        if (fixed_columns[i].first == first)
            text_printf(out, "    \"%s\" %s %s,\n", fixed_columns[i].name, fixed_columns[i].sql_type,
                        fixed_columns[i].rest);
}

void tables_create_sql(Text *out, const DataType *type)
{
    text_printf(out, "create table %s (\n", type->table);
    put_fixed(out, true);
    const Columns *columns = columns_of(type);
    for (size_t i = 0; i < columns->n; i++)
        text_printf(out, "    \"%s\" %s,\n", columns->items[i].name, column_sql_type(columns->items[i].type));
    put_fixed(out, false);
    text_puts(out, "    primary key (connection_id, id)\n) with (" STORAGE ");\n");
}

/* Three arrays, a row a column: the table, the column, the type that it must have. */
typedef struct Wanted {
    Text *tables, *columns, *types;
} Wanted;

static void want(Wanted *wanted, const char *table, const char *column, const char *type)
{
    const char *before = wanted->tables->length ? "," : "{";
    text_printf(wanted->tables, "%s\"%s\"", before, table);
    text_printf(wanted->columns, "%s\"%s\"", before, column);
    text_printf(wanted->types, "%s\"%s\"", before, type);
}

static void want_all(Wanted *wanted)
{
    for (size_t i = 0; i < n_data_types; i++) {
        const Columns *columns = columns_of(&data_types[i]);
        for (size_t j = 0; j < n_fixed_columns; j++)
            want(wanted, data_types[i].table, fixed_columns[j].name, fixed_columns[j].sql_type);
        for (size_t j = 0; j < columns->n; j++)
            want(wanted, data_types[i].table, columns->items[j].name, column_sql_type(columns->items[j].type));
    }
    text_putc(wanted->tables, '}');
    text_putc(wanted->columns, '}');
    text_putc(wanted->types, '}');
}

/* The wanted columns that are not there, or there with another type (`actual`). */
static PGresult *read_differences(Pg *pg, Error *err)
{
    AUTO(Text) *tables = text_new(NULL);
    AUTO(Text) *columns = text_new(NULL);
    AUTO(Text) *types = text_new(NULL);
    want_all(&(Wanted){tables, columns, types});
    return pg_query(pg, err,
                    "select w.name, w.col, w.type, to_regclass(w.name) is null as no_table,"
                    "       format_type(a.atttypid, a.atttypmod) as actual"
                    "  from unnest($1::text[], $2::text[], $3::text[]) with ordinality as w(name, col, type, place)"
                    "  left join pg_attribute a on a.attrelid = to_regclass(w.name) and a.attname = w.col"
                    "   and a.attnum > 0 and not a.attisdropped"
                    " where a.attname is null or format_type(a.atttypid, a.atttypmod) <> w.type"
                    " order by w.place",
                    PG_PARAMS(tables->bytes, columns->bytes, types->bytes));
}

static const DataType *type_of_table(const char *table)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (strcmp(data_types[i].table, table) == 0)
            return &data_types[i];
    return NULL;
}

/* A table that is missing lacks all its columns, one after the other: it is created once. */
static bool put_changes(Text *out, const PGresult *differences, Error *err)
{
    const char *created = "";
    for (int i = 0; i < PQntuples(differences); i++) {
        const char *table = pg_text(differences, i, "name");
        const char *column = pg_text(differences, i, "col");
        const char *type = pg_text(differences, i, "type");
        if (!pg_is_null(differences, i, "actual"))
            return error_set(err, ERROR_CONFIG,
                             "column %s.%s is %s, the messages say %s: rename or convert the column, then start again",
                             table, column, pg_text(differences, i, "actual"), type);
        if (!pg_boolean(differences, i, "no_table")) {
            text_printf(out, "alter table %s add column \"%s\" %s;\n", table, column, type);
        } else if (strcmp(created, table) != 0) {
            tables_create_sql(out, type_of_table(table));
            created = table;
        }
    }
    return true;
}

static bool migrate(Pg *pg, Error *err)
{
    AUTO(PGresult) *differences = read_differences(pg, err);
    AUTO(Text) *changes = text_new(NULL);
    if (!differences || !put_changes(changes, differences, err))
        return false;
    if (pg_script(pg, err, changes->bytes, NULL, 0))
        return true;
    if (strcmp(pg_sqlstate(pg), "3F000") == 0)
        return error_set(err, ERROR_CONFIG, "the schemas are missing: run 'tributary migrate' first");
    return false;
}

bool tables_migrate(Pg *pg, Error *err)
{
    if (!pg_script(pg, err, "begin; " LOCK, NULL, 0))
        return error_wrap(err, "tables");
    bool done = migrate(pg, err) && pg_script(pg, err, "commit", NULL, 0);
    if (!done) {
        Error ignored = {0};
        if (pg_usable(pg) && !pg_script(pg, &ignored, "rollback", NULL, 0))
            return error_wrap(err, "tables");
    }
    return done || error_wrap(err, "tables");
}
