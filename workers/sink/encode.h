/*
 * Encode: values in the form of COPY ... (FORMAT binary). Each call appends one field, its length first. What Postgres
 * would refuse by its form (a number that is none, a day that does not exist, text that is not UTF-8) is ERROR_DATA
 * here, so that a bad record costs itself and not its batch a round. What stands in a source's JSON, Postgres reads.
 */
#pragma once
#include "lib/error.h"
#include "lib/text.h"
#include "proto/columns.h"
#include <stddef.h>
#include <stdint.h>

void encode_null(Text *out);
void encode_bytes(Text *out, const void *bytes, size_t length); /* uuid, and text that is known to be good */
void encode_int16(Text *out, int16_t value);                    /* bare, without a length: a tuple's column count */
void encode_int32(Text *out, int32_t value);
void encode_int64(Text *out, int64_t value);
void encode_boolean(Text *out, bool value);
bool encode_text(Text *out, const char *text, Error *err) MUST_CHECK;
bool encode_decimal(Text *out, const char *decimal, Error *err) MUST_CHECK;
bool encode_date(Text *out, int year, int month, int day, Error *err) MUST_CHECK;
bool encode_instant(Text *out, int64_t seconds, int32_t nanos, Error *err) MUST_CHECK;

/* The column's value in `record`, or NULL when it is absent. */
bool encode_column(Text *out, const Column *column, const ProtobufCMessage *record, Error *err) MUST_CHECK;
