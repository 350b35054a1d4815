/*
 * Mapping: vendor JSON to a canonical message, as a table. A row says: JSON path, field, conversion, what becomes of
 * the record without the value. Tables are checked against the message descriptors at start-up, so a wrong pairing
 * never meets data.
 *
 * A value that is missing, null or empty text is absent, all three alike. A conversion that cannot read its value fails
 * the record with ERROR_DATA and the path that leads there: "invoice.lines.data[]: amount: 'abc' is no integer".
 * Unknown words become Unknown, never a failure. Rows are read in order and a later one overwrites: a constant first is
 * a default. Messages are built on the arena and die with it; their texts are cleaned copies (text_clean).
 */
#pragma once
#include "lib/arena.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include "lib/error.h"
#include "lib/json.h"
#include "proto/pb.h"
#include <protobuf-c/protobuf-c.h>

typedef struct Mapping Mapping;
typedef struct MapRow MapRow;
typedef struct Conversion Conversion;

typedef enum MapNeed {
    OPTIONAL,
    REQUIRED, /* the whole record fails without it                                              */
    KEY,      /* the nested record is absent without it; in a root mapping the same as REQUIRED */
} MapNeed;

struct MapRow {
    const char *path; /* "a.b", "a.0.b", "lines.data[]" for each element, "." for the record itself */
    const char *field;
    size_t offset;
    const Conversion *as;
    MapNeed need;
};

struct Mapping {
    const ProtobufCMessageDescriptor *message;
    const MapRow *rows;
    size_t n_rows;
};

/* FIELD(CommerceOrder, total_amount): member name and offset; a renamed field stops the build. */
#define FIELD(Message, member) #member, offsetof(Message, member)
/* MAPPING(CommerceOrder, order_rows), by the names of proto/pb.h. */
#define MAPPING(Message, table)                                                                                        \
    {                                                                                                                  \
        .message = PB_DESCRIPTOR(Message), .rows = (table), .n_rows = COUNT_OF(table)                                  \
    }

/* Checks a table and its nested ones: the field exists at that offset, the conversion fits its type, a repeated field
 * has "[]" or a conversion that appends. ERROR_CONFIG names message, field and path. Once for each root mapping at
 * start-up. */
bool mapping_bind(const Mapping *mapping, Error *err) MUST_CHECK;
/* All root mappings of a source. */
bool mapping_bind_all(const Mapping *const *mappings, size_t n, Error *err) MUST_CHECK;

/* The message; NULL with ERROR_DATA. */
ProtobufCMessage *mapping_apply(const Mapping *mapping, yyjson_val *record, Arena *arena, Error *err) MUST_CHECK;

/* ---- Conversions, for the table's third column ---- */

extern const Conversion AS_TEXT;          /* strings and numbers                                          */
extern const Conversion AS_UPPER;         /* text in upper case: currencies                               */
extern const Conversion AS_REFERENCE;     /* text, or the "id" of the object that was expanded in its place */
extern const Conversion AS_DECIMAL;       /* number or numeric text -> Decimal                            */
extern const Conversion AS_PERCENT;       /* 19 -> Decimal 0.19                                           */
extern const Conversion AS_EPOCH_SECONDS; /* integer -> Timestamp                                         */
extern const Conversion AS_INSTANT;       /* ISO 8601 text -> Timestamp (zone-less is UTC)                */
extern const Conversion AS_DATE;          /* ISO 8601 text -> Date                                        */
extern const Conversion AS_BOOLEAN;       /* true/false -> BoolValue                                      */
extern const Conversion AS_COUNTRY3;      /* ISO 3166 alpha-2 or -3 text -> alpha-3; unknown -> "XXX"     */

/* A count of minor units -> Decimal. The currency stands at `path_of_currency` in the same record or in the nearest one
 * around it that has it. FRACTIONAL: the count may have digits after the point. */
#define AS_MINOR_UNITS(path_of_currency)                                                                               \
    MAP_CONVERSION("minor units", map_minor_units, MAP_DECIMAL, .argument = (path_of_currency))
#define AS_NEGATED_MINOR_UNITS(path_of_currency)                                                                       \
    MAP_CONVERSION("negated minor units", map_negated_minor_units, MAP_DECIMAL, .argument = (path_of_currency))
#define AS_FRACTIONAL_MINOR_UNITS(path_of_currency)                                                                    \
    MAP_CONVERSION("fractional minor units", map_fractional_minor_units, MAP_DECIMAL, .argument = (path_of_currency))

/* A table of Word -> enum. A word that is not in it becomes the enum's Unknown. Booleans are words too. */
#define AS_WORDS(table)                                                                                                \
    MAP_CONVERSION("words", map_words, .type = PROTOBUF_C_TYPE_ENUM, .argument = (table), .n_argument = COUNT_OF(table))
/* The vendor's words are the enum's own, but for case and underscores: "ACTIVE" is Active. Others are Unknown. */
extern const Conversion AS_SAME_WORD;
/* A table of Title -> text. A word that is not in it stays as it is. */
#define AS_TITLES(table)                                                                                               \
    MAP_CONVERSION("titles", map_titles, .type = PROTOBUF_C_TYPE_STRING, .argument = (table),                          \
                   .n_argument = COUNT_OF(table))
/* "charge:" + text or reference. */
#define AS_PREFIXED(prefix)                                                                                            \
    MAP_CONVERSION("prefixed text", map_prefixed, .type = PROTOBUF_C_TYPE_STRING, .argument = (prefix))

/* A fixed value, whatever stands at the path. Constants alone do not make a nested record present. */
#define AS_CONSTANT_TEXT(text)                                                                                         \
    MAP_CONVERSION("constant text", map_constant_text, .type = PROTOBUF_C_TYPE_STRING, .argument = (text),             \
                   .constant = true)
#define AS_CONSTANT_ENUM(value)                                                                                        \
    MAP_CONVERSION("constant enum", map_constant_enum, .type = PROTOBUF_C_TYPE_ENUM, .n_argument = (size_t)(value),    \
                   .constant = true)
#define AS_CONSTANT_BOOLEAN(value)                                                                                     \
    MAP_CONVERSION("constant boolean", map_constant_boolean, .type = PROTOBUF_C_TYPE_MESSAGE,                          \
                   .message = "google.protobuf.BoolValue", .n_argument = (value), .constant = true)

#define AS_CONSTANT_DECIMAL(number)                                                                                    \
    MAP_CONVERSION("constant decimal", map_constant_decimal, MAP_DECIMAL, .argument = (number), .constant = true)

/* Whether there is a value at that path of the record. */
#define AS_IS_THERE(path_of_value)                                                                                     \
    MAP_CONVERSION("is there", map_is_there, .type = PROTOBUF_C_TYPE_MESSAGE, .message = "google.protobuf.BoolValue",  \
                   .argument = (path_of_value), .constant = true)
/* Whether the word is one of these: AS_IS_ONE_OF("Bank", "Credit Card"). */
#define AS_IS_ONE_OF(...)                                                                                              \
    MAP_CONVERSION("is one of", map_is_one_of, .type = PROTOBUF_C_TYPE_MESSAGE,                                        \
                   .message = "google.protobuf.BoolValue", .argument = (const char *const[]){__VA_ARGS__},             \
                   .n_argument = COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* The texts at these paths of the record, those that are there, with the separator between: AS_JOINED(" ", "GivenName",
 * "FamilyName"). The row's own path only says whether to read at all. */
#define AS_JOINED(...)                                                                                                 \
    MAP_CONVERSION("joined texts", map_joined, .type = PROTOBUF_C_TYPE_STRING,                                         \
                   .argument = (const char *const[]){__VA_ARGS__},                                                     \
                   .n_argument = COUNT_OF(((const char *const[]){__VA_ARGS__})))

/* An object by its own table -> sub-message; with "[]" each element -> repeated sub-message. An object from which no
 * row read anything is absent. AS_ONE_RECORD appends a single object to a repeated field. */
#define AS_RECORD(mapping)     MAP_CONVERSION("record", map_record, MAP_NESTED(mapping))
#define AS_ONE_RECORD(mapping) MAP_CONVERSION("one record", map_record, MAP_NESTED(mapping), .appends = true)

/* A table of Supplement, at path ".": the vendor's own values under its own names -> JsonObject, the content of
 * supplementalData. Nulls and empty objects are left out; without any value it is absent. */
#define AS_SUPPLEMENT(table)                                                                                           \
    MAP_CONVERSION("supplement", map_supplement, .type = PROTOBUF_C_TYPE_MESSAGE,                                      \
                   .message = "tributary.v1.JsonObject", .argument = (table), .n_argument = COUNT_OF(table))

/* What no table can say: the source's own function, for a field of the named message, for an enum, or for a repeated
 * field to which the function appends. */
#define AS_CUSTOM(function, message_name)                                                                              \
    MAP_CONVERSION(#function, function, .type = PROTOBUF_C_TYPE_MESSAGE, .message = (message_name))
#define AS_CUSTOM_ENUM(function) MAP_CONVERSION(#function, function, .type = PROTOBUF_C_TYPE_ENUM)
#define AS_CUSTOM_LIST(function, message_name)                                                                         \
    MAP_CONVERSION(#function, function, .type = PROTOBUF_C_TYPE_MESSAGE, .message = (message_name), .appends = true)

typedef struct Word {
    const char *word;
    int value;
} Word;

typedef struct Title {
    const char *word, *title;
} Title;

typedef enum SupplementForm {
    WHOLE,
    ID_ONLY, /* a reference that may have been expanded */
} SupplementForm;

typedef struct Supplement {
    const char *name;
    SupplementForm form;
    const char *path; /* NULL: the name */
} Supplement;

/* ---- Tables from rows that recur ---- */

/* A mapping and its rows, from macros of rows. */
#define MAP_TABLE(storage, mapping_name, Message, ...)                                                                 \
    static const MapRow mapping_name##_rows[] = {__VA_ARGS__};                                                         \
    storage Mapping mapping_name = MAPPING(Message, mapping_name##_rows)

/* A reference to a record, absent without its id: with its name, or with its data type (a constant). */
#define MAP_NAMED_REF(storage, mapping_name, Message, id_path, title, title_path)                                      \
    MAP_TABLE(storage, mapping_name, Message, {id_path, FIELD(Message, id), &AS_TEXT, KEY},                            \
              {title_path, FIELD(Message, title), &AS_TEXT, OPTIONAL})
#define MAP_TYPED_REF(storage, mapping_name, Message, id_path, as_data_type)                                           \
    MAP_TABLE(storage, mapping_name, Message, {id_path, FIELD(Message, id), &AS_TEXT, KEY},                            \
              {".", FIELD(Message, data_type), as_data_type, OPTIONAL})

/* The currency, "XXX" where the vendor names none. */
#define MAP_CURRENCY_ROWS(Message, currency_path)                                                                      \
    {".", FIELD(Message, currency), AS_CONSTANT_TEXT("XXX"), OPTIONAL},                                                \
    {                                                                                                                  \
        currency_path, FIELD(Message, currency), &AS_UPPER, OPTIONAL                                                   \
    }

/* ---- Writing a conversion ---- */

typedef enum MapResult {
    MAP_ABSENT, /* as if the value were missing */
    MAP_READ,
    MAP_FAILED, /* err is set */
} MapResult;

/* What a conversion sees: the value, what surrounds it, where to put it. */
typedef struct MapSite {
    const MapRow *row;
    yyjson_val *value;           /* at row->path, or one element of it; never missing or null */
    yyjson_val *record;          /* the value whose rows are being read                        */
    const struct MapSite *outer; /* whose value `record` is; NULL in a root mapping             */
    ProtobufCMessage *message;
    const ProtobufCFieldDescriptor *field;
    Arena *arena;
} MapSite;

typedef MapResult (*MapRead)(const MapSite *site, Error *err);

struct Conversion {
    const char *name; /* in start-up errors */
    MapRead read;
    ProtobufCType type;   /* of the field                                                  */
    const char *message;  /* full name of the field's message; NULL: any                   */
    const void *argument; /* words, a nested mapping, a prefix, …                          */
    size_t n_argument;    /* how many of them, or a constant number                        */
    bool constant;        /* reads nothing from the record                                 */
    bool appends;         /* for repeated fields without "[]"                              */
    bool nested;          /* the argument is a mapping of the field's message              */
};

#define MAP_CONVERSION(conversion_name, function, ...)                                                                 \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        .name = (conversion_name), .read = (function), __VA_ARGS__                                                     \
    }
/* Of conversions that end in map_record(), with a site of their own making. */
#define MAP_NESTED(mapping) .type = PROTOBUF_C_TYPE_MESSAGE, .argument = &(mapping), .nested = true
#define MAP_DECIMAL         .type = PROTOBUF_C_TYPE_MESSAGE, .message = "tributary.v1.Decimal"
#define MAP_DATE            .type = PROTOBUF_C_TYPE_MESSAGE, .message = "tributary.v1.Date"

/* Set the field, or append to it when it is repeated. The text is borrowed: it lives on the arena or is static. */
void map_put_text(const MapSite *site, const char *text);
void map_put_enum(const MapSite *site, int value);
void map_put_message(const MapSite *site, ProtobufCMessage *message);
void map_put_decimal(const MapSite *site, const char *canonical); /* copied */
void map_put_date(const MapSite *site, CivilDate civil);
/* An enum by its own word, or by the second where it lacks the first; absent when it has neither. */
MapResult map_put_word(const MapSite *site, const char *word, const char *otherwise);

/* A message of the field's type, with its initial value. */
ProtobufCMessage *map_new_message(const MapSite *site);
PbDecimal *map_new_decimal(Arena *arena, const char *canonical);
PbDate *map_new_date(Arena *arena, CivilDate civil);

/* The record that is being mapped, whatever part of it the site is in. */
yyjson_val *map_root(const MapSite *site);
/* The value at `path` in the site's record or the nearest one around it that has it; NULL when none has. */
yyjson_val *map_nearest(const MapSite *site, const char *path);

/* The value as a cleaned copy: strings and numbers; "" for an empty one, NULL for anything else. */
const char *map_clean_text(Arena *arena, yyjson_val *value);
const char *map_upper_text(Arena *arena, yyjson_val *value); /* the same in upper case (ASCII) */
/* A number's or numeric string's canonical form; false when it is none. Integers only with `integer`. */
bool map_number(yyjson_val *value, bool integer, char out[DECIMAL_SIZE]);
/* The number at `path`, "0" where there is none. False with ERROR_DATA. */
bool map_number_at(yyjson_val *json, const char *path, char out[DECIMAL_SIZE], Error *err) MUST_CHECK;
/* Whether the text at `path` is `word`, in any case and with underscores or without. */
bool map_is_word(yyjson_val *json, const char *path, const char *word);
/* The currency at `path` in the site's record or the nearest one around it that has it; NULL when none has. */
const char *map_currency(const MapSite *site, const char *path);
/* A canonical count of minor units in units of `currency`. False with ERROR_DATA, also when the currency is NULL. */
bool map_in_currency(const char *currency, const char *minor_units, char out[DECIMAL_SIZE], Error *err) MUST_CHECK;
/* Digits after the point of a currency's minor unit, as payment vendors count it: ISO 4217, but ISK and UGX have 2. */
int map_currency_scale(const char *currency);
/* "'<value>' <reason>" as ERROR_DATA. */
MapResult map_fail(const MapSite *site, const char *reason, Error *err);

MapResult map_minor_units(const MapSite *site, Error *err);
MapResult map_negated_minor_units(const MapSite *site, Error *err);
MapResult map_fractional_minor_units(const MapSite *site, Error *err);
MapResult map_words(const MapSite *site, Error *err);
MapResult map_titles(const MapSite *site, Error *err);
MapResult map_prefixed(const MapSite *site, Error *err);
MapResult map_constant_text(const MapSite *site, Error *err);
MapResult map_constant_enum(const MapSite *site, Error *err);
MapResult map_constant_boolean(const MapSite *site, Error *err);
MapResult map_constant_decimal(const MapSite *site, Error *err);
MapResult map_is_there(const MapSite *site, Error *err);
MapResult map_is_one_of(const MapSite *site, Error *err);
MapResult map_joined(const MapSite *site, Error *err);
MapResult map_record(const MapSite *site, Error *err);
MapResult map_supplement(const MapSite *site, Error *err);
