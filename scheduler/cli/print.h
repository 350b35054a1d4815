/*
 * Print: what several commands write to standard output the same way.
 */
#pragma once
#include "lib/json.h"

/* The value as indented JSON. */
void print_json(yyjson_val *value);

/* One line of columns; widths 0 ends them: the last column is not padded. NULL prints "-". */
void print_columns(const char *const *cells, const int *widths, size_t n);
