/*
 * Envelope: jobs, events, control messages and dead letters as JSON. They are no records of the model, so numbers and
 * bytes stand in them bare, which proto/render does not know.
 */
#pragma once
#include "lib/text.h"
#include <protobuf-c/protobuf-c.h>

/* Appends `message` as an object with names in camelCase; what has its zero value is left out. Bytes are shown as text.
 */
void envelope_render(Text *out, const ProtobufCMessage *message);
