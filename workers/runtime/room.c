#include "workers/runtime/room.h"

void room_take(Room *room, int64_t bytes)
{
    bool waited = false;
    /* Who waits already goes first: a large page must not starve behind small ones. */
    while ((room->freed.first && !waited) || (room->used > 0 && room->used + bytes > room->size)) {
        event_wait(&room->freed, -1);
        waited = true;
    }
    room->used += bytes;
    if (room->used < room->size)
        event_notify_one(&room->freed);
}

void room_correct(Room *room, int64_t estimated, int64_t bytes)
{
    room->used += bytes - estimated;
    if (room->used < room->size)
        event_notify_one(&room->freed);
}

void room_give(Room *room, int64_t bytes)
{
    room_correct(room, bytes, 0);
}
