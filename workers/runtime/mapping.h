/*
 * Mapping: vendor JSON to a canonical message, as a table. A row says: JSON path, field, conversion, whether a record can live
 * without it. Tables are checked against the message descriptors at start-up, so a wrong pairing never meets data.
 *
 * A row whose value is missing or null is skipped, or fails the record when it is REQUIRED. A conversion that cannot read its
 * value fails the record with ERROR_DATA: "commerce-orders ch_12: amount: 'abc' is no integer". Unknown enum words become
 * Unknown, never a failure. Messages are built on the arena and die with it.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/json.h"
#include <protobuf-c/protobuf-c.h>

typedef struct Mapping Mapping;
typedef struct MapRow MapRow;

/* What a conversion sees: where the value is, what surrounds it, where to put it. */
typedef struct MapSite {
    const MapRow *row;
    yyjson_val *value;  /* at row->path; never missing or null                                */
    yyjson_val *record; /* the object whose rows are being read: sibling values, currencies    */
    void *member;       /* the field's place in the message; for repeated fields see map_append */
    const ProtobufCFieldDescriptor *field;
    Arena *arena;
} MapSite;

/* Reads site->value into site->member. False with ERROR_DATA. */
typedef bool (*MapRead)(const MapSite *site, Error *err);

typedef struct Conversion {
    const char *name;     /* in start-up errors */
    MapRead read;
    const char *message;  /* full name of the message the field must have ("tributary.v1.Decimal"), or NULL */
    ProtobufCType type;   /* of the field, when `message` is NULL */
    const void *argument; /* words, a nested mapping, a prefix, … */
    size_t n_argument;
} Conversion;

typedef enum MapNeed { OPTIONAL, REQUIRED } MapNeed;

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
#define MAPPING(descriptor, table)                                                                                     \
    {                                                                                                                  \
        .message = &(descriptor), .rows = (table), .n_rows = sizeof(table) / sizeof *(table)                           \
    }

typedef struct Word {
    const char *word;
    int value;
} Word;

/* ---- Conversions ---- */
extern const Conversion AS_TEXT;          /* strings and numbers, cleaned (text_clean), empty is absent  */
extern const Conversion AS_UPPER;         /* text, upper-cased: currencies                              */
extern const Conversion AS_DECIMAL;       /* JSON number or numeric text -> Decimal                     */
extern const Conversion AS_EPOCH_SECONDS; /* integer -> Timestamp                                       */
extern const Conversion AS_INSTANT;       /* ISO 8601 text -> Timestamp (zone-less is UTC)              */
extern const Conversion AS_DATE;          /* ISO 8601 text -> Date                                      */
extern const Conversion AS_BOOLEAN;       /* true/false -> BoolValue                                    */
extern const Conversion AS_COUNTRY3;      /* ISO 3166 alpha-2 or -3 text -> alpha-3; unknown -> "XXX"   */
/* Minor units of the currency found at `path_of_currency` in the same record -> Decimal. */
#define AS_MINOR_UNITS(path_of_currency)                                                                               \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "minor units", map_minor_units, "tributary.v1.Decimal", PROTOBUF_C_TYPE_MESSAGE, (path_of_currency), 0         \
    }
#define AS_NEGATED_MINOR_UNITS(path_of_currency)                                                                       \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "negated minor units", map_negated_minor_units, "tributary.v1.Decimal", PROTOBUF_C_TYPE_MESSAGE,               \
            (path_of_currency), 0                                                                                      \
    }
/* A word table -> enum. A word that is not in it becomes the enum's UNKNOWN value. */
#define AS_WORDS(table)                                                                                                \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "words", map_words, NULL, PROTOBUF_C_TYPE_ENUM, (table), sizeof(table) / sizeof *(table)                       \
    }
/* A nested object by its own table -> sub-message, or each element of an array -> repeated sub-message. An object from which
 * no row read anything is absent. */
#define AS_RECORD(mapping)                                                                                             \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "record", map_record, NULL, PROTOBUF_C_TYPE_MESSAGE, &(mapping), 1                                             \
    }
/* "charge:" + text. */
#define AS_PREFIXED(prefix)                                                                                            \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "prefixed text", map_prefixed, NULL, PROTOBUF_C_TYPE_STRING, (prefix), 0                                       \
    }
/* A fixed text or enum value, whatever the value at the path is. */
#define AS_CONSTANT_TEXT(text)                                                                                         \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "constant text", map_constant_text, NULL, PROTOBUF_C_TYPE_STRING, (text), 0                                    \
    }
#define AS_CONSTANT_ENUM(value)                                                                                        \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "constant enum", map_constant_enum, NULL, PROTOBUF_C_TYPE_ENUM, NULL, (size_t)(value)                          \
    }
/* The named members of the record, untouched, as one JSON object -> JsonObject; nulls and empty objects left out. */
#define AS_SUPPLEMENT(names)                                                                                           \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        "supplement", map_supplement, "tributary.v1.JsonObject", PROTOBUF_C_TYPE_MESSAGE, (names),                     \
            sizeof(names) / sizeof *(names)                                                                            \
    }
/* What no table can say: the source's own function. */
#define AS_CUSTOM(function, message_name)                                                                              \
    &(const Conversion)                                                                                                \
    {                                                                                                                  \
        #function, (function), (message_name), PROTOBUF_C_TYPE_MESSAGE, NULL, 0                                        \
    }
bool map_minor_units(const MapSite *site, Error *err);
bool map_negated_minor_units(const MapSite *site, Error *err);
bool map_words(const MapSite *site, Error *err);
bool map_record(const MapSite *site, Error *err);
bool map_prefixed(const MapSite *site, Error *err);
bool map_constant_text(const MapSite *site, Error *err);
bool map_constant_enum(const MapSite *site, Error *err);
bool map_supplement(const MapSite *site, Error *err);

/* For custom conversions. */
void map_put_decimal(const MapSite *site, const char *canonical); /* sets or appends a Decimal                         */
void map_append(const MapSite *site, void *message);              /* appends to a repeated field of messages           */
int map_currency_scale(const char *currency);                     /* digits after the point of a minor unit; ISO 4217
                                                                     with Stripe's exceptions (ISK, UGX: 2); default 2 */

/* ---- Use ---- */

/* Checks a table and its nested ones against the descriptors: field exists at that offset, conversion fits its type, repeated fields
 * have "[]" or a conversion that appends. ERROR_CONFIG names the row. Call once for each root mapping at start-up. */
bool mapping_bind(const Mapping *mapping, Error *err) MUST_CHECK;

/* NULL with ERROR_DATA. */
ProtobufCMessage *mapping_apply(const Mapping *mapping, yyjson_val *record, Arena *arena, Error *err) MUST_CHECK;
