#include "lib/arena.h"
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNMENT = 16 };
static const size_t largest_growth = MIB;

typedef struct Block {
    struct Block *before;
    size_t size, used;
    _Alignas(ALIGNMENT) char bytes[];
} Block;

struct Arena {
    Block *first, *last;
    size_t next_size, held;
    ProtobufCAllocator protobuf;
};

static Block *block_new(Arena *arena, size_t size)
{
    Block *block = size < SIZE_MAX - sizeof *block ? malloc(sizeof *block + size) : NULL;
    if (!block) {
        fprintf(stderr, "arena: no memory for %zu bytes\n", size);
        abort();
    }
    block->before = arena->last;
    block->size = size;
    block->used = 0;
    arena->last = block;
    arena->held += sizeof *block + size;
    return block;
}

static void *protobuf_alloc(void *arena, size_t size)
{
    return arena_alloc(arena, size);
}

static void protobuf_free(void *arena, void *memory)
{
    (void)arena;
    (void)memory;
}

Arena *arena_new(size_t first_block)
{
    Arena *arena = calloc(1, sizeof *arena);
    if (!arena)
        abort();
    arena->held = sizeof *arena;
    arena->next_size = first_block < largest_growth / 2 ? 2 * first_block : largest_growth;
    if (arena->next_size < KIB)
        arena->next_size = KIB;
    arena->first = block_new(arena, first_block);
    arena->protobuf = (ProtobufCAllocator){protobuf_alloc, protobuf_free, arena};
    return arena;
}

static void drop_blocks(Arena *arena, const Block *until)
{
    while (arena->last != until) {
        Block *block = arena->last;
        arena->last = block->before;
        arena->held -= sizeof *block + block->size;
        free(block);
    }
}

void arena_free(Arena *arena)
{
    if (!arena)
        return;
    drop_blocks(arena, NULL);
    free(arena);
}

void *arena_alloc(Arena *arena, size_t size)
{
    Block *block = arena->last;
    /* Sizes near SIZE_MAX wrap to 0 here and would fit anywhere. */
    size_t rounded = (size + ALIGNMENT - 1) & ~(size_t)(ALIGNMENT - 1);
    if (rounded < size)
        rounded = SIZE_MAX;
    if (rounded > block->size - block->used) {
        block = block_new(arena, rounded > arena->next_size ? rounded : arena->next_size);
        if (arena->next_size < largest_growth)
            arena->next_size *= 2;
    }
    void *memory = block->bytes + block->used;
    block->used += rounded;
    return memory;
}

void *arena_zalloc(Arena *arena, size_t size)
{
    return memset(arena_alloc(arena, size), 0, size);
}

char *arena_copy(Arena *arena, const char *bytes, size_t length)
{
    char *copy = arena_alloc(arena, length + 1);
    if (length > 0)
        memcpy(copy, bytes, length);
    copy[length] = 0;
    return copy;
}

char *arena_text(Arena *arena, const char *text)
{
    return text ? arena_copy(arena, text, strlen(text)) : NULL;
}

char *arena_format(Arena *arena, const char *format, ...)
{
    va_list arguments, again;
    va_start(arguments, format);
    va_copy(again, arguments);
    int length = vsnprintf(NULL, 0, format, arguments);
    va_end(arguments);
    size_t size = (length < 0 ? 0 : (size_t)length) + 1;
    char *text = arena_alloc(arena, size);
    text[0] = 0;
    vsnprintf(text, size, format, again);
    va_end(again);
    return text;
}

void arena_wipe(Arena *arena)
{
    for (Block *block = arena->last; block; block = block->before)
        explicit_bzero(block->bytes, block->used);
    arena_reset(arena);
}

void arena_reset(Arena *arena)
{
    drop_blocks(arena, arena->first);
    arena->first->used = 0;
}

size_t arena_held(const Arena *arena)
{
    return arena->held;
}

ProtobufCAllocator *arena_protobuf(Arena *arena)
{
    return &arena->protobuf;
}
