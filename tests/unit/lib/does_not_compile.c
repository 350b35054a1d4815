/* Compiled once for each case, and only the control may pass: a Secret has no way into a log line, JSON or an error
 * text. */
#include "lib/error.h"
#include "lib/json.h"
#include "lib/log.h"
#include "lib/secret.h"

bool use(const Secret *secret, JsonWriter *writer, Error *err);
bool use(const Secret *secret, JsonWriter *writer, Error *err)
{
#ifdef CASE_secret_in_log
    log_info("a token", KV("token", secret));
#endif
#ifdef CASE_secret_in_json
    json_put_text(writer, "token", secret);
#endif
#ifdef CASE_secret_in_error
    return error_set(err, ERROR_AUTH, "refused: %s", secret);
#endif
    log_info("a token", KV("length", secret_length(secret)));
    json_put_integer(writer, "length", (int64_t)secret_length(secret));
    return error_set(err, ERROR_AUTH, "refused");
}
