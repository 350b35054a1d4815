#include "scheduler/api/credential.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include <string.h>

enum { MAX_SECRET = 4096 };

/* One secret: an API key, or a refresh token where the source has these. */
static const char *const fields[] = {"apiKey", "refreshToken"};

static const char *find_secret(yyjson_val *credential)
{
    for (size_t i = 0; i < COUNT_OF(fields); i++)
        if (json_text(credential, fields[i]))
            return json_text(credential, fields[i]);
    return NULL;
}

Secret *credential_read(Request *request, Response *response, yyjson_val *credential)
{
    const char *text = find_secret(credential);
    size_t length = text ? strlen(text) : 0;
    bool printable = true;
    for (size_t i = 0; i < length; i++)
        printable = printable && text[i] > ' ' && text[i] < 0x7f;
    if (length > 0 && length <= MAX_SECRET && printable)
        return secret_new(text, length);
    answer_error(
        request, response, 400,
        "credential: an object with \"apiKey\" or \"refreshToken\" is needed, printable and without spaces, up "
        "to %d characters",
        MAX_SECRET);
    return NULL;
}

const char *credential_seal(Request *request, Response *response, yyjson_val *credential, const char *company_id,
                            const char *connection_id)
{
    const Api *api = request->context;
    AUTO(Secret) *secret = credential_read(request, response, credential);
    if (!secret)
        return NULL;
    Error err = {0};
    AUTO(Text) *sealed = text_new(NULL);
    const char *context = arena_format(request->arena, "credential/%s/secret/1", connection_id);
    if (vault_seal(api->vault, company_id, context, secret, sealed, &err))
        return arena_text(request->arena, sealed->bytes);
    answer_failure(request, response, &err);
    return NULL;
}
