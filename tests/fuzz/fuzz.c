#include "tests/fuzz/fuzz.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void fuzz_broken(const char *promise, const char *where)
{
    fprintf(stderr, "%s: does not hold: %s\n", where, promise);
    abort();
}

void fuzz_refused(const Error *err)
{
    size_t length = strnlen(err->text, sizeof err->text);
    HOLDS(err->kind != ERROR_NONE);
    HOLDS(length > 0 && length < sizeof err->text);
    HOLDS(text_valid_utf8(err->text, length) == length);
}

char *fuzz_line(FuzzInput *input, Arena *arena)
{
    const char *end = memchr(input->at, '\n', input->left);
    size_t length = end ? (size_t)(end - input->at) : input->left;
    char *line = arena_copy(arena, input->at, length);
    input->at += end ? length + 1 : length;
    input->left -= end ? length + 1 : length;
    return line;
}

const char *fuzz_word(char **line)
{
    char *word = strsep(line, " ");
    return word ? word : "";
}

const char *fuzz_rest(const FuzzInput *input, Arena *arena)
{
    return arena_copy(arena, input->at, input->left);
}

size_t fuzz_pick(const char *name, const char *(*name_of)(size_t i), size_t n)
{
    size_t sum = 0;
    for (size_t i = 0; i < n; i++)
        if (strcmp(name_of(i), name) == 0)
            return i;
    for (; *name; name++)
        sum = sum * 31 + (unsigned char)*name;
    return sum % n;
}
