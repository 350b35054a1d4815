#include "scheduler/api/credential.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include <inttypes.h>
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

const char *credential_seal(Request *request, Response *response, yyjson_val *credential, const char *connection_id,
                            int64_t version)
{
    const Api *api = request->context;
    const char *text = find_secret(credential);
    size_t length = text ? strlen(text) : 0;
    bool printable = true;
    for (size_t i = 0; i < length; i++)
        printable = printable && text[i] > ' ' && text[i] < 0x7f;
    if (length == 0 || length > MAX_SECRET || !printable) {
        answer_error(
            request, response, 400,
            "credential: an object with \"apiKey\" is needed, printable and without spaces, up to %d characters",
            MAX_SECRET);
        return NULL;
    }
    if (!api->keys) {
        answer_error(request, response, 500, "the scheduler has no master key: set master-key-file and start it again");
        return NULL;
    }
    Error err = {0};
    AUTO(Text) *sealed = text_new(NULL);
    AUTO(Secret) *secret = secret_new(text, length);
    const char *context = arena_format(request->arena, "credential/%s/secret/%" PRId64, connection_id, version);
    if (!crypto_seal(api->keys, context, secret, sealed, &err)) {
        answer_failure(request, response, &err);
        return NULL;
    }
    char *hex = arena_alloc(request->arena, 2 * sealed->length + 3);
    memcpy(hex, "\\x", 2);
    text_hex(hex + 2, sealed->bytes, sealed->length);
    return hex;
}
