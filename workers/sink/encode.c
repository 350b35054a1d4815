#include "workers/sink/encode.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include "proto/pb.h"
#include "proto/render.h"
#include "proto/words.h"
#include <endian.h>
#include <string.h>

static const int64_t POSTGRES_EPOCH_DAYS = 10957; /* 2000-01-01 */
enum { SECONDS_A_DAY = 86400, JSONB_VERSION = 1 };

void encode_int16(Text *out, int16_t value)
{
    uint16_t bytes = htobe16((uint16_t)value);
    text_add(out, (const char *)&bytes, sizeof bytes);
}

static void put_bare_int32(Text *out, int32_t value)
{
    uint32_t bytes = htobe32((uint32_t)value);
    text_add(out, (const char *)&bytes, sizeof bytes);
}

void encode_null(Text *out)
{
    put_bare_int32(out, -1);
}

void encode_bytes(Text *out, const void *bytes, size_t length)
{
    put_bare_int32(out, (int32_t)length);
    text_add(out, bytes, length);
}

void encode_int32(Text *out, int32_t value)
{
    put_bare_int32(out, 4);
    put_bare_int32(out, value);
}

void encode_int64(Text *out, int64_t value)
{
    uint64_t bytes = htobe64((uint64_t)value);
    encode_bytes(out, &bytes, sizeof bytes);
}

void encode_boolean(Text *out, bool value)
{
    encode_bytes(out, value ? "\1" : "\0", 1);
}

bool encode_text(Text *out, const char *text, Error *err)
{
    size_t length = strlen(text);
    if (text_valid_utf8(text, length) != length)
        return error_set(err, ERROR_DATA, "not UTF-8 text");
    encode_bytes(out, text, length);
    return true;
}

/*
 * numeric on the wire: count of digits, weight of the first, sign, digits after the point to show, then digits of base
 * 10,000. They are counted from the decimal point, so both halves are padded to groups of four.
 */
bool encode_decimal(Text *out, const char *decimal, Error *err)
{
    enum { GROUP = 4, MAX_GROUPS = 24, POSITIVE = 0x0000, NEGATIVE = 0x4000 };
    char canonical[DECIMAL_SIZE];
    if (!decimal_parse(canonical, decimal, strlen(decimal)))
        return error_set(err, ERROR_DATA, "'%.60s' is no decimal", decimal);
    bool negative = canonical[0] == '-';
    const char *whole = canonical + negative;
    size_t n_whole = strcspn(whole, ".");
    const char *fraction = whole[n_whole] ? whole + n_whole + 1 : "";
    size_t n_fraction = strlen(fraction);

    int16_t groups[MAX_GROUPS] = {0};
    int whole_groups = (int)((n_whole + GROUP - 1) / GROUP);
    int n = whole_groups + (int)((n_fraction + GROUP - 1) / GROUP);
    for (size_t i = 0; i < n_whole; i++) {
        size_t group = (size_t)whole_groups - 1 - (n_whole - 1 - i) / GROUP;
        groups[group] = (int16_t)(groups[group] * 10 + (whole[i] - '0'));
    }
    for (size_t i = 0; i < (size_t)(n - whole_groups) * GROUP; i++) {
        size_t group = (size_t)whole_groups + i / GROUP;
        groups[group] = (int16_t)(groups[group] * 10 + (i < n_fraction ? fraction[i] - '0' : 0));
    }
    int first = 0;
    while (first < n && groups[first] == 0)
        first++;
    while (n > first && groups[n - 1] == 0)
        n--;
    put_bare_int32(out, 8 + 2 * (n - first));
    encode_int16(out, (int16_t)(n - first));
    encode_int16(out, (int16_t)(n == first ? 0 : whole_groups - 1 - first));
    encode_int16(out, negative ? NEGATIVE : POSITIVE);
    encode_int16(out, (int16_t)n_fraction);
    for (int i = first; i < n; i++)
        encode_int16(out, groups[i]);
    return true;
}

bool encode_date(Text *out, int year, int month, int day, Error *err)
{
    CivilDate date = {year, month, day};
    if (!clock_date_valid(date))
        return error_set(err, ERROR_DATA, "%d-%d-%d is no day", year, month, day);
    encode_int32(out, (int32_t)(clock_days_of(date) - POSTGRES_EPOCH_DAYS));
    return true;
}

bool encode_instant(Text *out, int64_t seconds, int32_t nanos, Error *err)
{
    int64_t first = clock_days_of((CivilDate){1, 1, 1}) * SECONDS_A_DAY;
    int64_t end = (clock_days_of((CivilDate){9999, 12, 31}) + 1) * SECONDS_A_DAY;
    if (seconds < first || seconds >= end || nanos < 0 || nanos > 999999999)
        return error_set(err, ERROR_DATA, "%lld s and %d ns is no instant of the years 1 to 9999", (long long)seconds,
                         nanos);
    encode_int64(out, (seconds - POSTGRES_EPOCH_DAYS * SECONDS_A_DAY) * 1000000 + nanos / 1000);
    return true;
}

static void encode_word(Text *out, const ProtobufCEnumDescriptor *type, int value)
{
    const char *word = value ? enum_word(type, value) : NULL;
    if (value && !word)
        word = enum_word(type, enum_unknown(type)); /* a newer producer's word */
    if (word)
        encode_bytes(out, word, strlen(word));
    else
        encode_null(out);
}

static void encode_json(Text *out, const char *json, size_t length)
{
    put_bare_int32(out, (int32_t)length + 1);
    text_putc(out, JSONB_VERSION);
    text_add(out, json, length);
}

static bool encode_rendered(Text *out, const Column *column, const void *member, Error *err)
{
    const ProtobufCFieldDescriptor *field = column->path[column->n_path - 1];
    const ProtobufCMessage *owner = (const void *)((const char *)member - field->offset);
    if (column->type == COLUMN_LIST && *(const size_t *)((const char *)owner + field->quantifier_offset) == 0) {
        encode_null(out);
        return true;
    }
    /* Rendered in place: the length is known and written afterwards. */
    size_t start = out->length;
    put_bare_int32(out, 0);
    text_putc(out, JSONB_VERSION);
    bool done = column->type == COLUMN_LIST ? render_list(out, field, owner, err)
                                            : render_message(out, *(const ProtobufCMessage *const *)member, err);
    uint32_t length = htobe32((uint32_t)(out->length - start - sizeof length));
    memcpy(out->bytes + start, &length, sizeof length);
    return done;
}

/* A value that is there. */
static bool encode_part(Text *out, ColumnType type, const void *part, Error *err)
{
    switch (type) {
    case COLUMN_DECIMAL:
        return encode_decimal(out, ((const PbDecimal *)part)->value, err);
    case COLUMN_DATE: {
        const PbDate *date = part;
        return encode_date(out, date->year, date->month, date->day, err);
    }
    case COLUMN_INSTANT:
        return encode_instant(out, ((const PbTimestamp *)part)->seconds, ((const PbTimestamp *)part)->nanos, err);
    case COLUMN_MAYBE:
        encode_boolean(out, ((const PbBoolValue *)part)->value);
        return true;
    case COLUMN_INTEGER:
        encode_int32(out, ((const PbInt32Value *)part)->value);
        return true;
    case COLUMN_BIGINT:
        encode_int64(out, ((const PbInt64Value *)part)->value);
        return true;
    case COLUMN_OBJECT: {
        const char *json = ((const PbJsonObject *)part)->json;
        if (*json)
            encode_json(out, json, strlen(json));
        else
            encode_null(out);
        return true;
    }
    default:
        return error_set(err, ERROR_INTERNAL, "column type %d is no part", (int)type);
    }
}

static bool encode_member(Text *out, const Column *column, const void *member, Error *err)
{
    switch (column->type) {
    case COLUMN_TEXT: {
        const char *text = *(const char *const *)member;
        if (*text)
            return encode_text(out, text, err);
        encode_null(out);
        return true;
    }
    case COLUMN_WORD:
        encode_word(out, column->path[column->n_path - 1]->descriptor, *(const int *)member);
        return true;
    case COLUMN_BOOLEAN:
        encode_boolean(out, *(const protobuf_c_boolean *)member);
        return true;
    case COLUMN_LIST:
        return encode_rendered(out, column, member, err);
    default:
        break;
    }
    const void *part = *(const void *const *)member;
    if (!part) {
        encode_null(out);
        return true;
    }
    return column->type == COLUMN_PART ? encode_rendered(out, column, member, err)
                                       : encode_part(out, column->type, part, err);
}

bool encode_column(Text *out, const Column *column, const ProtobufCMessage *record, Error *err)
{
    const void *member = column_member(column, record);
    if (!member) {
        encode_null(out);
        return true;
    }
    return encode_member(out, column, member, err) || error_wrap(err, "%s", column->name);
}
