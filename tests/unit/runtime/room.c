#include "workers/runtime/room.h"
#include "tests/support/suite.h"

/* A fiber that wants room for one page, keeps it until it is told to go, and notes when it got it. */
typedef struct Guest {
    Room *room;
    int64_t bytes;
    int *clock, entered; /* 0: not yet */
    bool leave, left;
} Guest;

static void visit(void *argument)
{
    Guest *guest = argument;
    room_take(guest->room, guest->bytes);
    guest->entered = ++*guest->clock;
    while (!guest->leave)
        fiber_yield();
    room_give(guest->room, guest->bytes);
    guest->left = true;
}

static bool has_entered(void *guest)
{
    return ((Guest *)guest)->entered > 0;
}

static bool has_left(void *guest)
{
    return ((Guest *)guest)->left;
}

START_TEST(who_finds_no_room_waits_until_some_is_given_back)
{
    Room room = {.size = 100};
    int clock = 0;
    Guest guests[] = {
        {&room, 60, &clock},
        {&room, 60, &clock}
    };
    loop_open();
    for (int i = 0; i < 2; i++)
        fiber_spawn("guest", visit, &guests[i]);
    loop_run(has_entered, &guests[0]);
    ck_assert_int_eq(guests[1].entered, 0);
    ck_assert_int_eq(room.used, 60);
    guests[0].leave = true;
    loop_run(has_entered, &guests[1]);
    ck_assert(guests[0].left);
    guests[1].leave = true;
    loop_run(has_left, &guests[1]);
    ck_assert_int_eq(room.used, 0);
    loop_close();
}
END_TEST

START_TEST(a_large_page_is_not_overtaken_by_small_ones)
{
    Room room = {.size = 100};
    int clock = 0;
    Guest first = {&room, 60, &clock}, large = {&room, 90, &clock}, small = {&room, 10, &clock};
    loop_open();
    fiber_spawn("first", visit, &first);
    fiber_spawn("large", visit, &large);
    fiber_spawn("small", visit, &small);
    loop_run(has_entered, &first);
    ck_assert_int_eq(small.entered, 0); /* it would fit, but the large one came before */
    first.leave = true;
    loop_run(has_entered, &small);
    ck_assert_int_lt(large.entered, small.entered);
    large.leave = small.leave = true;
    loop_run(has_left, &large);
    loop_run(has_left, &small);
    loop_close();
}
END_TEST

START_TEST(what_is_larger_than_the_room_gets_it_alone)
{
    Room room = {.size = 100};
    int clock = 0;
    Guest guest = {&room, 1000, &clock, .leave = true};
    loop_open();
    fiber_spawn("guest", visit, &guest);
    loop_run(has_left, &guest);
    ck_assert_int_eq(room.used, 0);
    loop_close();
}
END_TEST

START_TEST(a_correction_never_waits)
{
    Room room = {.size = 100, .used = 50};
    room_correct(&room, 50, 500);
    ck_assert_int_eq(room.used, 500);
    room_give(&room, 500);
    ck_assert_int_eq(room.used, 0);
}
END_TEST

SUITE("runtime room", who_finds_no_room_waits_until_some_is_given_back, a_large_page_is_not_overtaken_by_small_ones,
      what_is_larger_than_the_room_gets_it_alone, a_correction_never_waits)
