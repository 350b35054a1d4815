#include "workers/runtime/call.h"

bool call_send(const SourceJob *job, const HttpRequest *request, Arena *arena, HttpResponse *response, Error *err)
{
    HttpRequest signed_request = *request;
    signed_request.bearer = job->credential;
    return http_send(job->http, &signed_request, arena, response, err);
}
