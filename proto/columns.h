/*
 * Columns: what a record's table looks like, derived from the message's descriptor and from nothing else, so that a new
 * field in a .proto is a new column. Texts, words, decimals, days, instants, booleans and integers become typed
 * columns; a part that stands once is flattened (customer_ref.company_name: customer_ref_company_name); lists and parts
 * that contain themselves are jsonb. Whatever is absent is NULL. All of this is made once and stays; thread-safe.
 */
#pragma once
#include "lib/text.h"
#include "proto/data_types.h"

typedef enum ColumnType {
    COLUMN_TEXT,
    COLUMN_WORD,    /* an enum, as the model's word                       */
    COLUMN_BOOLEAN, /* a plain bool                                       */
    COLUMN_DECIMAL,
    COLUMN_DATE,
    COLUMN_INSTANT,
    COLUMN_MAYBE,   /* BoolValue                                          */
    COLUMN_INTEGER, /* Int32Value                                         */
    COLUMN_BIGINT,  /* Int64Value                                         */
    COLUMN_OBJECT,  /* JsonObject                                         */
    COLUMN_LIST,    /* repeated: a JSON array as render_list() writes it  */
    COLUMN_PART,    /* contains itself: an object as render_message() has */
} ColumnType;

enum { COLUMN_DEPTH = 4 };

typedef struct Column {
    const char *name;
    ColumnType type;
    int n_path; /* the fields from the record down to this value */
    const ProtobufCFieldDescriptor *path[COLUMN_DEPTH];
} Column;

typedef struct Columns {
    const Column *items;
    size_t n;
} Columns;

/* The message's own columns, in the order of its fields; id and is_deleted, which every table has, are not among them.
 */
const Columns *columns_of(const DataType *type);

/* What every table has beside them, in the table's order: connection_id and id first, the others last. */
typedef struct FixedColumn {
    const char *name, *sql_type, *rest; /* rest of the definition */
    bool first;
} FixedColumn;
extern const FixedColumn fixed_columns[];
extern const size_t n_fixed_columns;

/* "numeric", "timestamp with time zone": as Postgres itself prints it. */
const char *column_sql_type(ColumnType type);

/* How one value of `field` is kept, were the field not repeated; COLUMN_PART for every message of the model. */
ColumnType column_value_type(const ProtobufCFieldDescriptor *field);

/* The member of `record` that `column` is about; NULL when a part on the way is absent. */
const void *column_member(const Column *column, const ProtobufCMessage *record);

/* "customer_ref" as the model writes it: "customerRef". */
void column_json_name(char out[64], const char *field);

/* Appends an SQL expression over a row of the type's table (`alias`: its name in the query) that gives the record as
 * the API shows it: jsonb with the model's names, parts rebuilt, nothing null, modifiedDate and metadata where the
 * model has them. */
void columns_select_json(Text *out, const DataType *type, const char *alias);
