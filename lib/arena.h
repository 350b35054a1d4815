/*
 * Arena: memory with one lifetime. Allocate freely, never free piecemeal; arena_reset() forgets everything
 * and keeps the first block, arena_free() returns it all. Running out of memory ends the process: every
 * size that comes from outside is bounded before it gets here. Not thread-safe; one owner.
 */
#pragma once
#include "lib/auto.h"
#include <protobuf-c/protobuf-c.h>
#include <stddef.h>

typedef struct Arena Arena;

/* `first_block` bytes up front; further blocks double, up to 1 MiB each or the size asked for. Never NULL. */
Arena *arena_new(size_t first_block);
void arena_free(Arena *arena); /* NULL is fine */
DEFINE_AUTO(Arena, arena_free)

/* 16-byte aligned; zeroed with arena_zalloc. Never NULL; size 0 gives a valid pointer. */
void *arena_alloc(Arena *arena, size_t size);
void *arena_zalloc(Arena *arena, size_t size);
#define ARENA_NEW(arena, T)      ((T *)arena_zalloc((arena), sizeof(T)))
#define ARENA_ARRAY(arena, T, n) ((T *)arena_zalloc((arena), sizeof(T) * (n)))

/* NUL-terminated copies. */
char *arena_copy(Arena *arena, const char *bytes, size_t length);
char *arena_text(Arena *arena, const char *text); /* NULL gives NULL */
char *arena_format(Arena *arena, const char *format, ...) PRINTF_LIKE(2, 3);

/* Forgets all allocations. Blocks beyond the first are given back. */
void arena_reset(Arena *arena);

/* Overwrites all that was allocated, for what held secrets; then forgets it. */
void arena_wipe(Arena *arena);

/* Bytes held from the system, for memory budgets. */
size_t arena_held(const Arena *arena);

/* An allocator for protobuf-c whose free is a no-op; lives as long as the arena. */
ProtobufCAllocator *arena_protobuf(Arena *arena);
