#include "workers/runtime/call.h"
#include "workers/runtime/quota.h"

bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    QuotaPlace place = {0};
    if (job->quota && !quota_take(job->quota, job, request, &place, err))
        return false;
    HttpRequest signed_request = *request;
    signed_request.bearer = job->credential;
    bool fine = http_send(job->http, &signed_request, arena, response, err);
    if (job->quota)
        quota_give(job->quota, &place, fine ? response : NULL);
    return fine;
}

void call_throttled(const SourceJob *job, int64_t retry_after_ms)
{
    if (job->quota && retry_after_ms > 0)
        quota_shut(job->quota, job, retry_after_ms);
}
