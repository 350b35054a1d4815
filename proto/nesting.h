/*
 * Nesting: how deep a packed message nests, told before protobuf-c recurses into it: topics may be written to by
 * others, and a megabyte of a message inside itself is more than any stack.
 */
#pragma once
#include <protobuf-c/protobuf-c.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

enum { NESTING_MAX = 24 };

/* Does the type contain itself somewhere? If not, its depth is bounded anyway, and nesting_fits() need not be asked. */
bool nesting_is_open(const ProtobufCMessageDescriptor *type);

/* At most NESTING_MAX levels. What is no message counts as fitting: unpacking says better what is wrong with it. */
bool nesting_fits(const ProtobufCMessageDescriptor *type, const uint8_t *message, size_t length);
