/*
 * Json: yyjson with our rules: numbers stay text (money is never a double), memory on the job's arena, paths with dots,
 * errors that name the byte. Reading only; writing is JsonWriter below.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/text.h"
#include <yyjson.h>

/* Numbers are raw texts (yyjson_is_raw). Bad UTF-8 inside strings is let through: text_clean() is the mapping's
 * business. Half of an escaped surrogate pair is a replacement character. NULL with ERROR_DATA: what, and at which
 * byte. Nesting over 64 levels is refused. The bytes may be freed after the call. */
yyjson_val *json_parse(Arena *arena, const char *bytes, size_t length, Error *err) MUST_CHECK;

/* Of bytes that json_parse() refused: nothing is wrong with them but that they end too early. */
bool json_is_cut(Arena *arena, const char *bytes, size_t length);

/* "a.b.c" and "." (the value itself); NULL when a step is missing, null, or no object. Array steps: "a.0.b". */
yyjson_val *json_at(yyjson_val *value, const char *path);
/* Text of a string; NULL when the path is missing or no string. Length by yyjson_get_len(json_at()). */
const char *json_text(yyjson_val *value, const char *path);
/* A number's or a string's own text (ids may be either); NULL otherwise. */
const char *json_scalar(yyjson_val *value, const char *path);
/* Integers; `fallback` when missing or not an int64. */
int64_t json_integer(yyjson_val *value, const char *path, int64_t fallback);
bool json_boolean(yyjson_val *value, const char *path, bool fallback);
/* Appends the value as compact JSON text. */
void json_write(Text *out, yyjson_val *value);

/* Writer: commas and quotes are its business. Keys NULL inside arrays. */
typedef struct JsonWriter {
    Text *out;
    bool comma;
} JsonWriter;
void json_open(JsonWriter *writer, const char *key, char bracket /* '{' or '[' */);
void json_close(JsonWriter *writer, char bracket /* '}' or ']' */);
void json_put_text(JsonWriter *writer, const char *key, const char *value); /* NULL writes null */
void json_put_integer(JsonWriter *writer, const char *key, int64_t value);
void json_put_boolean(JsonWriter *writer, const char *key, bool value);
void json_put_raw(JsonWriter *writer, const char *key, const char *json,
                  size_t length); /* already JSON, e.g. a decimal */
void json_put_value(JsonWriter *writer, const char *key, yyjson_val *value);
/* All members of an object but the one of that name (NULL: all). */
void json_put_members(JsonWriter *writer, yyjson_val *object, const char *but);
