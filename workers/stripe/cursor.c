#include "workers/stripe/cursor.h"
#include <string.h>

bool cursor_read(StripeCursor *cursor, const char *text, Arena *arena, Error *err)
{
    *cursor = (StripeCursor){0};
    if (!*text)
        return true;
    yyjson_val *json = json_parse(arena, text, strlen(text), err);
    if (!json || json_integer(json, "step", -1) < 0)
        return error_set(err, ERROR_INTERNAL, "'%.80s' is no cursor of ours", text);
    *cursor = (StripeCursor){
        .step = (size_t)json_integer(json, "step", 0),
        .after = json_text(json, "after"),
        .created = json_integer(json, "created", 0),
        .until = json_integer(json, "until", 0),
        .pages = json_integer(json, "pages", 0),
        .mark = json_text(json, "mark"),
    };
    return true;
}

const char *cursor_write(const StripeCursor *cursor, Arena *arena)
{
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    json_open(&writer, NULL, '{');
    json_put_integer(&writer, "step", (int64_t)cursor->step);
    if (cursor->after)
        json_put_text(&writer, "after", cursor->after);
    if (cursor->created)
        json_put_integer(&writer, "created", cursor->created);
    if (cursor->until)
        json_put_integer(&writer, "until", cursor->until);
    json_put_integer(&writer, "pages", cursor->pages);
    if (cursor->mark)
        json_put_text(&writer, "mark", cursor->mark);
    json_close(&writer, '}');
    return arena_copy(arena, text->bytes, text->length);
}

static bool same(const char *a, const char *b)
{
    return a && b && strcmp(a, b) == 0;
}

/* Brent's search for a cycle: the mark moves to the last row at every power of two, so a circle of any length is
 * noticed before it has been run twice after that. */
bool cursor_advance(StripeCursor *cursor, const char *last, int64_t created)
{
    if (same(last, cursor->after) || same(last, cursor->mark))
        return false;
    cursor->after = last;
    cursor->created = created;
    cursor->pages++;
    if ((cursor->pages & (cursor->pages - 1)) == 0)
        cursor->mark = last;
    return true;
}

void cursor_next_step(StripeCursor *cursor)
{
    *cursor = (StripeCursor){.step = cursor->step + 1};
}

void cursor_restart(StripeCursor *cursor)
{
    *cursor = (StripeCursor){.step = cursor->step, .until = cursor->created};
}
