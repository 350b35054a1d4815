/*
 * Lock: fields.lock holds every field and enum value that was ever given out, one a line:
 *     tributary.accounting.v1.Bill 5 reference string
 *     tributary.accounting.v1.Bill.Status 4 STATUS_PAID value
 *     tributary.accounting.v1.Bill 21 old_name retired
 * Old readers and rows written long ago go by these numbers and names, so a line never changes and a retired one never
 * comes back. lock_check() compares the file's text with the messages that this program was compiled with.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>

/* Writes one line a problem to `report` and returns how many: changed, lost, reused or unlocked numbers. */
size_t lock_check(const char *text, FILE *report);

/*
 * Writes the text that fits the messages to `out`: what is new is added, what is gone becomes retired. False, with the
 * reasons on `report` and nothing written, when something was changed or reused: that has to be undone in the .proto.
 */
bool lock_update(const char *text, FILE *out, FILE *report);
