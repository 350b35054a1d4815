#include "workers/quickbooks/source.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/pages.h"
#include <stdlib.h>

bool quickbooks_open(void *state, const Config *config, Error *err)
{
    QuickBooks *quickbooks = state;
    quickbooks->url = rest_url(config, "quickbooks-url", err);
    quickbooks->page_size = config_integer(config, "quickbooks-page-size");
    return quickbooks->url && quickbooks_bind(err);
}

void quickbooks_close(void *state)
{
    QuickBooks *quickbooks = state;
    free(quickbooks->url);
    quickbooks->url = NULL;
}

static Rest rest_of(const SourceJob *job, Arena *arena, Page *page)
{
    const QuickBooks *quickbooks = job->state;
    return (Rest){.job = job, .vendor = &quickbooks_vendor, .url = quickbooks->url, .arena = arena, .page = page};
}

bool quickbooks_fetch(const SourceJob *job, const char *cursor, Arena *arena, Page *page, Error *err)
{
    const QbStream *stream = job->stream->details;
    Rest rest = rest_of(job, arena, page);
    if (!rest_check_credential(job, err))
        return false;
    if (stream->read_whole)
        return stream->read_whole(&rest, err);
    return job->full ? qb_read_page(&rest, stream, cursor, err) : qb_read_changes(&rest, stream, err);
}

bool quickbooks_lookup(const SourceJob *job, const char *id, Arena *arena, Page *page, Error *err)
{
    Rest rest = rest_of(job, arena, page);
    return rest_check_credential(job, err) && qb_read_one(&rest, job->stream->details, id, err);
}
