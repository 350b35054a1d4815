/*
 * Decode: a message of any of our topics as a line of JSON.
 */
#pragma once
#include "lib/kafka.h"
#include "lib/text.h"

/* Appends {"partition", "offset", "key", "version", "dataset", "type", "value"}; what is no message of ours has "error"
 * in the place of "value". A tombstone's value is null. */
void decode_line(Text *out, const rd_kafka_message_t *message);

/* Appends the framed message as JSON. */
bool decode_value(Text *out, const void *value, size_t length, const char **type, Error *err) MUST_CHECK;
