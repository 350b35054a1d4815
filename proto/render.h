/*
 * Render: a message as the model's JSON: names in camelCase, enum values as words, decimals as numbers with the digits
 * they came with, days as "2026-08-03", instants as "2026-08-03T04:05:06Z"; what is absent is left out.
 * What no reader could parse (a decimal that is no number, a day that does not exist, JSON that is none) is ERROR_DATA, naming the field.
 */
#pragma once
#include "lib/error.h"
#include "lib/text.h"
#include <protobuf-c/protobuf-c.h>

/* Appends `message` as an object. */
bool render_message(Text *out, const ProtobufCMessage *message, Error *err) MUST_CHECK;

/* Appends the members of a repeated field of `message` as an array. */
bool render_list(Text *out, const ProtobufCFieldDescriptor *field, const ProtobufCMessage *message,
                 Error *err) MUST_CHECK;
