#include "proto/columns.h"
#include <string.h>

/* Where the model departs from the head that all records have: what it leaves out for a type, or shows elsewhere. */
typedef struct Shape {
    const char *key;
    bool no_id, no_dates, no_metadata;
    const char *dated_list; /* modifiedDate stands in this list's members, too */
} Shape;

static const Shape shapes[] = {
    {"bankTransactions",        false, false, true,  NULL      },
    {"balanceSheet",            true,  true,  true,  NULL      },
    {"cashFlowStatement",       true,  true,  true,  NULL      },
    {"company",                 true,  true,  true,  NULL      },
    {"profitAndLoss",           true,  true,  true,  NULL      },
    {"customers",               false, false, false, "contacts"},
    {"banking-accountBalances", true,  false, false, NULL      },
    {"commerce-companyInfo",    true,  false, false, NULL      },
    {"commerce-products",       false, true,  false, "variants"},
};

/* jsonb_build_object() takes at most 50 pairs. */
enum { PAIRS = 45 };

typedef struct Select {
    Text *out;
    const char *alias;
    const Columns *columns;
    const Shape *shape;
} Select;

static const Shape *shape_of(const DataType *type)
{
    static const Shape plain = {0};
    for (size_t i = 0; i < COUNT_OF(shapes); i++)
        if (strcmp(shapes[i].key, type->key) == 0)
            return &shapes[i];
    return &plain;
}

static void put_instant(const Select *select, const char *column)
{
    text_printf(select->out,
                "rtrim(rtrim(to_char(%s.\"%s\" at time zone 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US'), '0'), '.') || 'Z'",
                select->alias, column);
}

/* Members of a list, each with the row's own modifiedDate. */
static void put_dated_list(const Select *select, const char *column)
{
    text_puts(select->out, "(select jsonb_agg(member || jsonb_build_object('modifiedDate', ");
    put_instant(select, "modified_date");
    text_printf(select->out,
                ") order by place) from jsonb_array_elements(%s.\"%s\") with ordinality as list(member, place))",
                select->alias, column);
}

static void put_value(const Select *select, const Column *column)
{
    if (column->type == COLUMN_INSTANT)
        put_instant(select, column->name);
    else if (column->type == COLUMN_LIST && select->shape->dated_list &&
             strcmp(column->name, select->shape->dated_list) == 0)
        put_dated_list(select, column->name);
    else
        text_printf(select->out, "%s.\"%s\"", select->alias, column->name);
}

static bool is_left_out(const Select *select, const Column *column)
{
    /* Objects of the source come in whole, behind jsonb_strip_nulls(): what is null in there is the source's word. */
    return (column->type == COLUMN_OBJECT && column->n_path == 1) ||
           (select->shape->no_dates && strcmp(column->name, "source_modified_date") == 0);
}

/* The object of the columns from `first` up to `end`, which share their path down to `depth`. */
static void put_object(const Select *select, size_t first, size_t end, int depth)
{
    const Column *columns = select->columns->items;
    text_puts(select->out,
              depth == 0 ? "jsonb_strip_nulls(jsonb_build_object(" : "nullif(jsonb_strip_nulls(jsonb_build_object(");
    int n_pairs = 0;
    if (depth == 0 && !select->shape->no_id) {
        text_printf(select->out, "'id', %s.\"id\"", select->alias);
        n_pairs++;
    }
    for (size_t i = first, next; i < end; i = next) {
        const ProtobufCFieldDescriptor *field = columns[i].path[depth];
        for (next = i + 1; next < end && columns[next].path[depth] == field; next++)
            ;
        if (is_left_out(select, &columns[i]))
            continue;
        if (n_pairs > 0)
            text_puts(select->out, n_pairs % PAIRS ? ", " : ") || jsonb_build_object(");
        n_pairs++;
        char name[64];
        column_json_name(name, field->name);
        text_printf(select->out, "'%s', ", name);
        if (columns[i].n_path == depth + 1)
            put_value(select, &columns[i]);
        else
            put_object(select, i, next, depth + 1);
    }
    text_puts(select->out, depth == 0 ? "))" : ")), '{}')");
}

static void put_source_objects(const Select *select)
{
    for (size_t i = 0; i < select->columns->n; i++) {
        const Column *column = &select->columns->items[i];
        if (column->type != COLUMN_OBJECT || column->n_path != 1)
            continue;
        char name[64];
        column_json_name(name, column->name);
        bool wrapped = strcmp(column->name, "supplemental_data") == 0;
        text_printf(
            select->out,
            " || case when %1$s.\"%2$s\" is null then '{}' else jsonb_build_object('%3$s', %4$s%1$s.\"%2$s\"%5$s) end",
            select->alias, column->name, name, wrapped ? "jsonb_build_object('content', " : "", wrapped ? ")" : "");
    }
}

void columns_select_json(Text *out, const DataType *type, const char *alias)
{
    const Select select = {out, alias, columns_of(type), shape_of(type)};
    text_putc(out, '(');
    put_object(&select, 0, select.columns->n, 0);
    put_source_objects(&select);
    if (!select.shape->no_dates) {
        text_puts(out, " || jsonb_build_object('modifiedDate', ");
        put_instant(&select, "modified_date");
        text_putc(out, ')');
    }
    if (type->family == FAMILY_ACCOUNTING && !select.shape->no_metadata)
        text_printf(out, " || jsonb_build_object('metadata', jsonb_build_object('isDeleted', %s.\"is_deleted\"))",
                    alias);
    text_putc(out, ')');
}
