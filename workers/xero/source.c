#include "workers/xero/source.h"
#include "workers/xero/mapping.h"
#include <stdlib.h>

bool xero_open(void *state, const Config *config, Error *err)
{
    Xero *xero = state;
    xero->url = rest_url(config, "xero-url", err);
    xero->page_size = config_integer(config, "xero-page-size");
    return xero->url && xero_bind(err);
}

void xero_close(void *state)
{
    Xero *xero = state;
    free(xero->url);
    xero->url = NULL;
}

static Rest rest_of(const SourceJob *job, Arena *arena, Page *page)
{
    const Xero *xero = job->state;
    return (Rest){.job = job, .vendor = &xero_vendor, .url = xero->url, .arena = arena, .page = page};
}

bool xero_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err)
{
    const XeroStream *stream = job->stream->details;
    Rest rest = rest_of(job, arena, page);
    if (!rest_check_credential(job, err))
        return false;
    return stream->read_whole ? stream->read_whole(&rest, err) : xero_read_page(&rest, stream, cursor, err);
}

bool xero_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    Rest rest = rest_of(job, arena, page);
    return rest_check_credential(job, err) && xero_read_one(&rest, job->stream->details, id, err);
}
