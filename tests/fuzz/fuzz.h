/*
 * Fuzz: what the targets share. A target is one file that defines LLVMFuzzerTestOneInput(). It is linked twice: with
 * libFuzzer (`make fuzz`), which invents inputs, and with replay.c into a unit test that feeds it the files of
 * seeds/<name> and found/<name>.
 *
 * An input is text as far as can be: its first lines choose and name, the rest is the bytes under test. So a seed is
 * written by hand, and a crash can be read.
 */
#pragma once
#include "lib/arena.h"
#include "lib/error.h"
#include "lib/text.h"
#include <stdint.h>

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length);

/* What a target promises of every input. A broken promise ends the process, as a crash does. */
#define HOLDS(promise) ((promise) ? (void)0 : fuzz_broken(#promise, __FILE__ ":" ERROR_LINE(__LINE__)))
_Noreturn void fuzz_broken(const char *promise, const char *where);

/* A refusal says of what kind it is, and why, in a text that Postgres and a proto string take. */
void fuzz_refused(const Error *err);

typedef struct FuzzInput {
    const char *at;
    size_t left;
} FuzzInput;

/* The next line without its end, on the arena, cut at a NUL; "" past the end. */
char *fuzz_line(FuzzInput *input, Arena *arena);
/* Its first word, cut off `line`. */
const char *fuzz_word(char **line);
/* All that is left, on the arena, NUL-terminated. */
const char *fuzz_rest(const FuzzInput *input, Arena *arena);

/* Picks one of `n` names: the one that is equal, else any, so that no input is wasted. */
size_t fuzz_pick(const char *name, const char *(*name_of)(size_t i), size_t n);
