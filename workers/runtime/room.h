/*
 * Room: one budget of bytes for the pages that a process holds. A slice waits for room before it asks for a page,
 * corrects the estimate when it knows better, and gives the room back when the page is mapped and handed to the
 * producer.
 */
#pragma once
#include "lib/fiber.h"
#include <stdint.h>

typedef struct Room {
    int64_t size, used;
    Event freed;
} Room;

/* Waits in the fiber, first come first served. More than the whole room is granted when nothing else is held. */
void room_take(Room *room, int64_t bytes);
/* What was estimated turned out to be `bytes`: never waits. */
void room_correct(Room *room, int64_t estimated, int64_t bytes);
void room_give(Room *room, int64_t bytes);
