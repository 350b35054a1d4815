#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/retry.h"
#include "workers/runtime/slice_parts.h"
#include <string.h>

enum { SMALLEST_PAGE = 64 * 1024, MAX_CURSOR = 8192, YIELD_EACH = 64 };

bool slice_stopped(const Slice *slice, Error *err)
{
    if (beat_has_lost(slice->runtime->beat, slice->watch))
        return !error_set(err, ERROR_LOST, "the heartbeat was late");
    if (slice->watch->cancelled)
        return !error_set(err, ERROR_CANCELLED, "cancelled");
    return false;
}

bool slice_job_stopped(const SourceJob *job, Error *err)
{
    if (!job->slice)
        return false;
    if (slice_stopped(job->slice, err))
        return true;
    return job->slice->runtime->draining && !error_set(err, ERROR_QUOTA, "the worker drains");
}

bool slice_is_spent(const Slice *slice)
{
    const Config *config = slice->runtime->config;
    return slice->runtime->draining || slice->claim->alone || slice->pages >= config_integer(config, "slice-pages") ||
           slice->bytes >= config_integer(config, "slice-bytes") || clock_monotonic_ms() >= slice->deadline_ms;
}

/* ---- Asking the source ---- */

void slice_release(Slice *slice)
{
    slice->page_size = slice->room > SMALLEST_PAGE ? slice->room : SMALLEST_PAGE;
    arena_reset(slice->arena);
    room_give(&slice->runtime->room, slice->room);
    slice->room = 0;
}

static bool ask_once(Slice *slice, SliceAsk ask, const char *what, Page *page, Error *err)
{
    slice->room = slice->page_size;
    room_take(&slice->runtime->room, slice->room);
    int64_t started_ns = clock_monotonic_ns();
    *page = (Page){0};
    bool fine = ask(slice, what, page, err);
    meter_fetched(slice->stream->data_type, fine ? NULL : err, clock_monotonic_ns() - started_ns);
    slice->calls++;
    int64_t held = (int64_t)arena_held(slice->arena);
    room_correct(&slice->runtime->room, slice->room, held);
    slice->room = held;
    if (!fine)
        slice_release(slice);
    return fine;
}

/* Sits out a short wait. False: too long, too often, or the slice is to stop. */
static bool wait_in_place(Slice *slice, Error *err, int tried)
{
    int64_t wait_ms = retry_in_place_ms(err, tried);
    int64_t until_ms = clock_monotonic_ms() + wait_ms;
    if (wait_ms < 0 || until_ms >= slice->deadline_ms || slice->claim->alone)
        return false;
    meter_waited(slice->stream->data_type);
    log_info("waiting for the source", KV("ms", wait_ms), KV_ERROR(err));
    for (int64_t left; (left = until_ms - clock_monotonic_ms()) > 0;) {
        if (slice->runtime->draining)
            return false;
        if (slice_stopped(slice, err))
            return false;
        runtime_sleep(slice->runtime, left);
    }
    *err = (Error){0};
    return true;
}

/* A token that is refused is refreshed once, and the source asked once more: another refusal is meant. */
static bool ask_authorised(Slice *slice, SliceAsk ask, const char *what, Page *page, Error *err)
{
    if (!slice_authorise(slice, 0, err))
        return false;
    if (ask_once(slice, ask, what, page, err))
        return true;
    if (err->kind != ERROR_AUTH)
        return false;
    if (slice->token.version > 0) {
        log_info("the token is refused: one refresh, one retry", KV_ERROR(err));
        if (!slice_authorise(slice, slice->token.version, err))
            return false;
        if (ask_once(slice, ask, what, page, err))
            return true;
    }
    slice->deauthorized = err->kind == ERROR_AUTH;
    return false;
}

bool slice_ask(Slice *slice, SliceAsk ask, const char *what, Page *page, Error *err)
{
    for (int tried = 0; !ask_authorised(slice, ask, what, page, err); tried++)
        if (!wait_in_place(slice, err, tried))
            return false;
    return true;
}

/* ---- From page to records ---- */

static bool emit_unmapped(Slice *slice, const PageItem *item, const Error *why, Error *err)
{
    AUTO(Text) *payload = text_new(NULL);
    json_write(payload, item->json);
    log_warn("record cannot be mapped", KV("id", item->id_hint), KV_ERROR(why));
    return emit_letter(&slice->emitter, item->id_hint, payload->bytes, payload->length, why, slice->arena, err);
}

static bool emit_item(Slice *slice, const PageItem *item, Error *err)
{
    if (!item->json)
        return emit_deletion(&slice->emitter, item->deleted_id, item->source_version, slice->arena, err);
    Error why = {0};
    ProtobufCMessage *message = mapping_apply(item->mapping, item->json, slice->arena, &why);
    if (!message)
        return emit_unmapped(slice, item, &why, err);
    return emit_record(&slice->emitter, message, item->source_version, slice->arena, err);
}

bool slice_emit(Slice *slice, const Page *page, Error *err)
{
    for (size_t i = 0; i < page->n_items; i++) {
        if (!emit_item(slice, &page->items[i], err)) {
            slice->ours_away = true;
            return false;
        }
        FAULT_POINT(in_page);
        if (i % YIELD_EACH == YIELD_EACH - 1)
            fiber_yield(); /* a large page must not silence the heartbeat */
    }
    return true;
}

/* ---- The page loop ---- */

/* The heartbeat tells of a cancellation within three seconds, and a fast source gives dozens of pages in that time. The
 * claim itself answered for the first page. */
static bool may_read_on(const Slice *slice, Error *err)
{
    return !slice_stopped(slice, err) && (slice->pages == 0 || claim_wanted(slice->runtime->pg, slice->claim, err));
}

static bool ask_page(Slice *slice, const char *cursor, Page *page, Error *err)
{
    return slice->runtime->source->fetch(&slice->source_job, cursor, slice->arena, page, err);
}

/* The cursor after the page; "" at the end. False: one that cannot be followed. */
static bool check_cursor(const Slice *slice, const Page *page, Error *err)
{
    const char *next = page->next ? page->next : "";
    if (strlen(next) > MAX_CURSOR)
        return error_set(err, ERROR_DATA, "the cursor has %zu bytes, at most %d are allowed", strlen(next), MAX_CURSOR);
    if (*next && strcmp(next, slice->cursor->bytes) == 0)
        return error_set(err, ERROR_DATA, "the page after '%.60s' names itself as the next one", next);
    return true;
}

/* What an earlier page of the sync said holds all the same: the full one comes after it. */
static bool start_over(Slice *slice, Page *page, Error *err)
{
    if (slice->claim->full)
        return error_set(err, ERROR_INTERNAL, "a full sync cannot become one");
    log_info("the source cannot tell what changed: everything is read");
    slice->starts_over = true;
    *page = (Page){.bytes = page->bytes};
    return true;
}

static bool read_page(Slice *slice, Error *err)
{
    Page page;
    if (!slice_ask(slice, ask_page, slice->cursor->bytes, &page, err))
        return false;
    bool fine = page.start_over ? start_over(slice, &page, err)
                                : check_cursor(slice, &page, err) && slice_emit(slice, &page, err);
    if (fine) {
        if (!*slice->claim->cursor && slice->pages == 0 && page.source_time_ms > 0)
            slice->watermark_next_ms = page.source_time_ms - slice->runtime->source->look_back_ms;
        slice->pages++;
        slice->bytes += page.bytes;
        text_set(slice->cursor, page.next ? page.next : "");
        meter_page(slice->stream->data_type, (int64_t)page.n_items, page.bytes);
        log_debug("page emitted", KV("records", page.n_items), KV("bytes", page.bytes));
    }
    slice_release(slice);
    FAULT_POINT(after_page);
    return fine;
}

bool slice_read_pages(Slice *slice, Error *err)
{
    do {
        if (!may_read_on(slice, err) || !read_page(slice, err))
            return false;
        slice->finished = slice->cursor->length == 0 && !slice->starts_over;
    } while (!slice->finished && !slice->starts_over && !slice_is_spent(slice));
    return true;
}
