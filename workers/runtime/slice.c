#include "workers/runtime/slice.h"
#include "lib/clock.h"
#include "lib/fault.h"
#include "lib/log.h"
#include "workers/runtime/meters.h"
#include "workers/runtime/slice_parts.h"
#include <string.h>

enum { FIRST_BLOCK = 16 * 1024, FIRST_PAGE = 256 * 1024 };

void runtime_sleep(Runtime *runtime, int64_t ms)
{
    event_wait(&runtime->nudge, ms);
}

static const Stream *find_stream(const Source *source, const char *data_type)
{
    for (size_t i = 0; i < source->n_streams; i++)
        if (strcmp(source->streams[i].data_type, data_type) == 0)
            return &source->streams[i];
    return NULL;
}

/* Usually no I/O: the token of the last page is still good. */
bool slice_authorise(Slice *slice, int64_t refused, Error *err)
{
    const Runtime *runtime = slice->runtime;
    const Claim *claim = slice->claim;
    if (!runtime->tokens) {
        slice->source_job.credential = slice->key;
        return true;
    }
    const TokenAsk ask = {
        .company_id = claim->company_id,
        .connection_id = claim->connection_id,
        .app = runtime->app,
        .known = claim->credential_version,
        .refused = refused,
    };
    slice->source_job.credential = NULL;
    if (!token_get(runtime->tokens, &ask, &slice->token, err))
        return false;
    slice->source_job.credential = slice->token.secret;
    return true;
}

/* The stream, the API key and the settings: what the source's functions are called with. */
static bool prepare(Slice *slice, Arena *arena, Error *err)
{
    const Claim *claim = slice->claim;
    if (!slice->stream)
        return error_set(err, ERROR_UNSUPPORTED, "%s has no %s", slice->runtime->source->name, claim->data_type);
    if (claim->alone_crashes >= SLICE_ALONE_CRASHES)
        return error_set(err, ERROR_INTERNAL, "slice %d crashed the worker %lld times while it ran alone",
                         claim->slice_no, (long long)claim->alone_crashes);
    yyjson_val *settings = json_parse(arena, claim->settings, strlen(claim->settings), err);
    if (!settings)
        return error_wrap(err, "settings of the connection");
    if (!claim_may_read(claim, err))
        return false;
    if (!slice->runtime->tokens && !(slice->key = claim_api_key(claim, slice->runtime->vault, err)))
        return false;
    slice->source_job = (SourceJob){
        .stream = slice->stream,
        .company_id = claim->company_id,
        .connection_id = claim->connection_id,
        .settings = settings,
        .full = claim->full,
        .since_ms = claim->since_ms,
        .job_class = claim->job_class,
        .http = slice->runtime->http,
        .quota = slice->runtime->quota,
        .slice = slice,
        .state = slice->runtime->state,
    };
    return true;
}

static SliceOutcome run(Slice *slice, Arena *arena)
{
    Error err = {0};
    bool fine = prepare(slice, arena, &err);
    if (fine) {
        FAULT_POINT(after_claim);
        FAULT_POINT_OF(slice->claim->data_type);
        fine = slice->claim->sweep ? slice_sweep(slice, &err) : slice_read_pages(slice, &err);
    }
    return slice_end(slice, fine, &err);
}

SliceOutcome slice_run(Runtime *runtime, const Claim *claim, const Job *job, const Watch *watch, int64_t *pages)
{
    AUTO(Arena) *arena = arena_new(FIRST_BLOCK);
    AUTO(Arena) *page_arena = arena_new(FIRST_BLOCK);
    AUTO(Text) *cursor = text_new(claim->cursor);
    Slice slice = {
        .runtime = runtime,
        .claim = claim,
        .job = job,
        .watch = watch,
        .stream = find_stream(runtime->source, claim->data_type),
        .type = data_type_by_key(claim->data_type),
        .arena = page_arena,
        .page_size = FIRST_PAGE,
        .deadline_ms = clock_monotonic_ms() + config_integer(runtime->config, "slice-time"),
        .cursor = cursor,
        .sweep_doubt = -1,
    };
    emit_open(&slice.emitter, runtime->records, claim, slice.type, runtime->environment, runtime->program,
              job->traceparent);
    SliceOutcome outcome = run(&slice, arena);
    emit_close(&slice.emitter);
    secret_free(slice.key);
    token_wipe(&slice.token);
    *pages = slice.calls;
    return outcome;
}
