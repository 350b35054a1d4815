#include "workers/quickbooks/source.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/pages.h"

bool quickbooks_open(void *state, const Config *config, Error *err)
{
    return rest_open(state, config, "quickbooks", err) && quickbooks_bind(err);
}

bool quickbooks_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err)
{
    const QbStream *stream = job->stream->details;
    Rest rest;
    if (!rest_begin(&rest, &quickbooks_vendor, job, arena, page, err))
        return false;
    if (stream->read_whole)
        return stream->read_whole(&rest, err);
    return job->full ? qb_read_page(&rest, stream, cursor, err) : qb_read_changes(&rest, stream, err);
}

bool quickbooks_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    Rest rest;
    return rest_begin(&rest, &quickbooks_vendor, job, arena, page, err) &&
           qb_read_one(&rest, job->stream->details, id, err);
}
