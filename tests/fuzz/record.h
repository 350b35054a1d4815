/*
 * Record: what has to hold of every canonical record, wherever it comes from: the sink decodes and stores it, the API
 * shows it, and packed again it is the same.
 */
#pragma once
#include "lib/arena.h"
#include "proto/data_types.h"

/* The record on its way to a topic and out of it into the table. NULL types: a message that is no record. */
void record_travels(const DataType *type, const ProtobufCMessage *message, Arena *arena);
/* An encoded value of which nothing is known yet. */
void record_arrives(const DataType *type, const uint8_t *value, size_t length, Arena *arena);
/* The type whose message this is; NULL when it is none of a record. */
const DataType *record_type(const ProtobufCMessageDescriptor *message);
