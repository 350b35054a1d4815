#include "lib/arena.h"
#include "tests/support/suite.h"
#include <stdint.h>
#include <string.h>

START_TEST(memory_is_aligned_and_does_not_overlap)
{
    AUTO(Arena) *arena = arena_new(64);
    unsigned char *pieces[200];
    for (size_t i = 0; i < COUNT_OF(pieces); i++) {
        pieces[i] = arena_alloc(arena, i * 7 + 1);
        ck_assert_uint_eq((uintptr_t)pieces[i] % 16, 0);
        memset(pieces[i], (int)i, i * 7 + 1);
    }
    for (size_t i = 0; i < COUNT_OF(pieces); i++)
        for (size_t k = 0; k <= i * 7; k++)
            ck_assert_uint_eq(pieces[i][k], i);
}
END_TEST

START_TEST(a_reset_gives_back_all_but_the_first_block)
{
    AUTO(Arena) *arena = arena_new(1024);
    size_t held = arena_held(arena);
    void *first = arena_alloc(arena, 100);
    arena_alloc(arena, 3 * MIB);
    ck_assert_uint_gt(arena_held(arena), held + 3 * MIB);
    arena_reset(arena);
    ck_assert_uint_eq(arena_held(arena), held);
    ck_assert_ptr_eq(arena_alloc(arena, 100), first);
}
END_TEST

START_TEST(zeroed_memory_is_zero_after_a_reset_too)
{
    AUTO(Arena) *arena = arena_new(1024);
    memset(arena_alloc(arena, 512), 0xFF, 512);
    arena_reset(arena);
    const int64_t *numbers = ARENA_ARRAY(arena, int64_t, 64);
    for (int i = 0; i < 64; i++)
        ck_assert_int_eq(numbers[i], 0);
}
END_TEST

START_TEST(blocks_stop_doubling_at_a_mebibyte)
{
    AUTO(Arena) *arena = arena_new(16);
    for (int i = 0; i < 10000; i++)
        arena_alloc(arena, 1000);
    ck_assert_uint_lt(arena_held(arena), 10000 * 1008 + 2 * MIB);
}
END_TEST

START_TEST(texts_are_copied_and_ended)
{
    AUTO(Arena) *arena = arena_new(64);
    ck_assert_str_eq(arena_copy(arena, "abcdef", 3), "abc");
    ck_assert_str_eq(arena_copy(arena, NULL, 0), "");
    ck_assert_ptr_null(arena_text(arena, NULL));
    ck_assert_str_eq(arena_format(arena, "%s-%03d", "in", 7), "in-007");
    ck_assert_ptr_nonnull(arena_alloc(arena, 0));
}
END_TEST

START_TEST(protobuf_frees_into_nothing)
{
    AUTO(Arena) *arena = arena_new(64);
    ProtobufCAllocator *allocator = arena_protobuf(arena);
    char *memory = allocator->alloc(allocator->allocator_data, 100);
    memset(memory, 'x', 100);
    allocator->free(allocator->allocator_data, memory);
    ck_assert_int_eq(memory[99], 'x');
}
END_TEST

SUITE("arena", memory_is_aligned_and_does_not_overlap, a_reset_gives_back_all_but_the_first_block,
      zeroed_memory_is_zero_after_a_reset_too, blocks_stop_doubling_at_a_mebibyte, texts_are_copied_and_ended,
      protobuf_frees_into_nothing)
