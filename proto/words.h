/*
 * Words: between an enum value on the wire and the word that the model, the API and the tables use for it.
 * STATUS_PARTIALLY_PAID is "PartiallyPaid"; the zero value means absent and has no word. Thread-safe.
 */
#pragma once
#include "lib/auto.h"
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>

/* The word of `value`, static; NULL for zero and for a number that this build does not know. */
const char *enum_word(const ProtobufCEnumDescriptor *type, int value);

/* The value of an exact word; false when the enum has no such word, and *value is left alone. */
bool enum_value(const ProtobufCEnumDescriptor *type, const char *word, int *value) MUST_CHECK;

/* What an unsupported word of a source becomes: the value called Unknown, or 0 where the enum has none. */
int enum_unknown(const ProtobufCEnumDescriptor *type);
