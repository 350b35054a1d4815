#include "proto/render.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include "lib/json.h"
#include "proto/columns.h"
#include "proto/pb.h"
#include "proto/words.h"
#include <stdio.h>
#include <string.h>

static bool put_value(JsonWriter *writer, const char *key, const ProtobufCFieldDescriptor *field, const void *member,
                      Error *err);
static bool put_fields(JsonWriter *writer, const ProtobufCMessage *message, Error *err);

/* Is there anything at this member of a field that is not repeated? */
static bool is_present(const ProtobufCFieldDescriptor *field, const void *member)
{
    if (field->type == PROTOBUF_C_TYPE_MESSAGE) {
        const void *part = *(const void *const *)member;
        return part && !(column_value_type(field) == COLUMN_OBJECT && !*((const PbJsonObject *)part)->json);
    }
    if (field->type == PROTOBUF_C_TYPE_STRING)
        return **(const char *const *)member;
    if (field->type == PROTOBUF_C_TYPE_BOOL)
        return *(const protobuf_c_boolean *)member;
    return *(const int *)member != 0;
}

static bool put_decimal(JsonWriter *writer, const char *key, const PbDecimal *decimal, Error *err)
{
    char digits[DECIMAL_SIZE];
    if (!decimal_parse(digits, decimal->value, strlen(decimal->value)))
        return error_set(err, ERROR_DATA, "'%.60s' is no decimal", decimal->value);
    json_put_raw(writer, key, digits, strlen(digits));
    return true;
}

static bool put_date(JsonWriter *writer, const char *key, const PbDate *date, Error *err)
{
    if (!clock_date_valid((CivilDate){date->year, date->month, date->day}))
        return error_set(err, ERROR_DATA, "%d-%d-%d is no day", date->year, date->month, date->day);
    char text[48];
    snprintf(text, sizeof text, "%04d-%02d-%02d", date->year, date->month, date->day);
    json_put_text(writer, key, text);
    return true;
}

static void put_instant(JsonWriter *writer, const char *key, const PbTimestamp *instant)
{
    char text[36];
    clock_format_instant(text, instant->seconds, instant->nanos);
    json_put_text(writer, key, text);
}

static void put_word(JsonWriter *writer, const char *key, const ProtobufCEnumDescriptor *type, int value)
{
    /* A newer producer's word is one that we do not know. */
    const char *word = enum_word(type, value);
    json_put_text(writer, key, word ? word : enum_word(type, enum_unknown(type)));
}

/* The model shows a source's supplemental data one level deeper than the wire does. Others write to topics too, so it
 * is read before it becomes part of our JSON. */
static bool put_object(JsonWriter *writer, const char *key, const ProtobufCFieldDescriptor *field,
                       const PbJsonObject *object, Error *err)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    yyjson_val *json = json_parse(arena, object->json, strlen(object->json), NULL);
    if (!yyjson_is_obj(json))
        return error_set(err, ERROR_DATA, "'%.60s' is no JSON object", object->json);
    bool wrapped = strcmp(field->name, "supplemental_data") == 0;
    if (wrapped)
        json_open(writer, key, '{');
    json_put_value(writer, wrapped ? "content" : key, json);
    if (wrapped)
        json_close(writer, '}');
    return true;
}

static bool put_part(JsonWriter *writer, const char *key, const ProtobufCMessage *part, Error *err)
{
    json_open(writer, key, '{');
    bool done = put_fields(writer, part, err);
    json_close(writer, '}');
    return done;
}

static bool put_value(JsonWriter *writer, const char *key, const ProtobufCFieldDescriptor *field, const void *member,
                      Error *err)
{
    const void *part = field->type == PROTOBUF_C_TYPE_MESSAGE ? *(const void *const *)member : NULL;
    switch (column_value_type(field)) {
    case COLUMN_TEXT:
        json_put_text(writer, key, *(const char *const *)member);
        return true;
    case COLUMN_WORD:
        put_word(writer, key, field->descriptor, *(const int *)member);
        return true;
    case COLUMN_BOOLEAN:
        json_put_boolean(writer, key, *(const protobuf_c_boolean *)member);
        return true;
    case COLUMN_MAYBE:
        json_put_boolean(writer, key, ((const PbBoolValue *)part)->value);
        return true;
    case COLUMN_INTEGER:
        json_put_integer(writer, key, ((const PbInt32Value *)part)->value);
        return true;
    case COLUMN_BIGINT:
        json_put_integer(writer, key, ((const PbInt64Value *)part)->value);
        return true;
    case COLUMN_OBJECT:
        return put_object(writer, key, field, part, err);
    case COLUMN_INSTANT:
        put_instant(writer, key, part);
        return true;
    case COLUMN_DECIMAL:
        return put_decimal(writer, key, part, err);
    case COLUMN_DATE:
        return put_date(writer, key, part, err);
    case COLUMN_PART:
    case COLUMN_LIST:
        break;
    }
    return put_part(writer, key, part, err);
}

static size_t member_size(const ProtobufCFieldDescriptor *field)
{
    switch (field->type) {
    case PROTOBUF_C_TYPE_MESSAGE:
    case PROTOBUF_C_TYPE_STRING:
        return sizeof(void *);
    case PROTOBUF_C_TYPE_BOOL:
        return sizeof(protobuf_c_boolean);
    default:
        return sizeof(int);
    }
}

static bool put_list(JsonWriter *writer, const char *key, const ProtobufCFieldDescriptor *field,
                     const ProtobufCMessage *message, Error *err)
{
    const char *base = (const char *)message;
    size_t n = *(const size_t *)(base + field->quantifier_offset);
    const char *members = *(const char *const *)(base + field->offset);
    json_open(writer, key, '[');
    for (size_t i = 0; i < n; i++)
        if (!put_value(writer, NULL, field, members + i * member_size(field), err))
            return error_wrap(err, "%s.%zu", field->name, i);
    json_close(writer, ']');
    return true;
}

static bool put_fields(JsonWriter *writer, const ProtobufCMessage *message, Error *err)
{
    const char *base = (const char *)message;
    for (unsigned i = 0; i < message->descriptor->n_fields; i++) {
        const ProtobufCFieldDescriptor *field = &message->descriptor->fields[i];
        char key[64];
        column_json_name(key, field->name);
        if (field->label == PROTOBUF_C_LABEL_REPEATED) {
            size_t n = *(const size_t *)(base + field->quantifier_offset);
            if (n > 0 && !put_list(writer, key, field, message, err))
                return false;
        } else if (is_present(field, base + field->offset)) {
            if (!put_value(writer, key, field, base + field->offset, err))
                return error_wrap(err, "%s", field->name);
        }
    }
    return true;
}

bool render_message(Text *out, const ProtobufCMessage *message, Error *err)
{
    JsonWriter writer = {.out = out};
    return put_part(&writer, NULL, message, err);
}

bool render_list(Text *out, const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message, Error *err)
{
    JsonWriter writer = {.out = out};
    return put_list(&writer, NULL, field, message, err);
}
