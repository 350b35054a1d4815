#include "workers/xero/source.h"
#include "workers/xero/mapping.h"

bool xero_open(void *state, const Config *config, Error *err)
{
    return rest_open(state, config, "xero", err) && xero_bind(err);
}

bool xero_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err)
{
    const XeroStream *stream = job->stream->details;
    Rest rest;
    if (!rest_begin(&rest, &xero_vendor, job, arena, page, err))
        return false;
    return stream->read_whole ? stream->read_whole(&rest, err) : xero_read_page(&rest, stream, cursor, err);
}

bool xero_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    Rest rest;
    return rest_begin(&rest, &xero_vendor, job, arena, page, err) &&
           xero_read_one(&rest, job->stream->details, id, err);
}
