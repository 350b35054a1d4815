/*
 * Paths of mapping rows, for the two halves of the engine: mapping_bind.c checks them, mapping.c follows them.
 */
#pragma once
#include <stdbool.h>
#include <string.h>

enum { MAP_MAX_PATH = 128 };

/* "lines.data[]": each element of an array. */
static inline bool path_is_list(const char *path)
{
    size_t length = strlen(path);
    return length > 2 && strcmp(path + length - 2, "[]") == 0;
}
