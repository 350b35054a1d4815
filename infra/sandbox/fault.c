#include "infra/sandbox/fault.h"
#include "lib/text.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const kinds[] = {
    [FAULT_STATUS] = "status",
    [FAULT_RATE_LIMIT] = "rate_limit",
    [FAULT_LOCK_TIMEOUT] = "lock_timeout",
    [FAULT_TRUNCATE] = "truncate",
    [FAULT_MALFORMED] = "malformed",
    [FAULT_HUGE] = "huge",
    [FAULT_CUT] = "cut",
    [FAULT_HANG] = "hang",
    [FAULT_SLOW] = "slow",
    [FAULT_REPEAT] = "repeat_cursor",
    [FAULT_EMPTY_MORE] = "empty_more",
    [FAULT_SKIP_PAGE] = "skip_page",
    [FAULT_HIDE] = "hide",
    [FAULT_MISSING_ID] = "missing_id",
    [FAULT_BAD_AMOUNT] = "bad_amount",
    [FAULT_BAD_TEXT] = "bad_text",
    [FAULT_BAD_UTF8] = "bad_utf8",
    [FAULT_UNKNOWN_ENUM] = "unknown_enum",
};

bool fault_of_record(FaultKind kind)
{
    return kind >= FAULT_MISSING_ID;
}

void faults_open(Faults *faults)
{
    pthread_mutex_init(&faults->lock, NULL);
    faults->first = faults->retired = NULL;
}

void faults_clear(Faults *faults)
{
    pthread_mutex_lock(&faults->lock);
    while (faults->first) {
        Fault *fault = faults->first;
        faults->first = fault->next;
        fault->next = faults->retired;
        faults->retired = fault;
    }
    pthread_mutex_unlock(&faults->lock);
}

void faults_close(Faults *faults)
{
    faults_clear(faults);
    while (faults->retired) {
        Fault *fault = faults->retired;
        faults->retired = fault->next;
        free(fault->body);
        free(fault);
    }
    pthread_mutex_destroy(&faults->lock);
}

static bool kind_of(const char *word, FaultKind *kind)
{
    for (size_t i = 0; word && i < COUNT_OF(kinds); i++) {
        if (strcmp(kinds[i], word) == 0) {
            *kind = (FaultKind)i;
            return true;
        }
    }
    return false;
}

static int64_t usual_delay(FaultKind kind)
{
    return kind == FAULT_HANG ? 600000 : kind == FAULT_SLOW ? 2000 : 0;
}

bool faults_add(Faults *faults, yyjson_val *object, Error *err)
{
    FaultKind kind = FAULT_STATUS;
    const char *word = json_text(object, "kind");
    if (word && !kind_of(word, &kind))
        return error_set(err, ERROR_DATA, "fault kind '%s' is unknown", word);
    if (!word && !json_at(object, "status"))
        return error_set(err, ERROR_DATA, "a fault needs a kind or a status");
    Fault *fault = calloc(1, sizeof *fault);
    if (!fault)
        abort();
    const char *path = json_text(object, "path"), *body = json_text(object, "body");
    *fault = (Fault){
        .kind = kind,
        .status = (int)json_integer(object, "status", 500),
        .delay_ms = json_integer(object, "delay_ms", usual_delay(kind)),
        .after = (int)json_integer(object, "after", 0),
        .times = (int)json_integer(object, "times", -1),
        .body = body ? strdup(body) : NULL,
    };
    snprintf(fault->path, sizeof fault->path, "%s", path ? path : "/");
    yyjson_val *ids = json_at(object, "ids"), *id;
    size_t i, n;
    yyjson_arr_foreach(ids, i, n, id)
    {
        if (fault->n_ids < FAULT_IDS && yyjson_is_str(id))
            snprintf(fault->ids[fault->n_ids++], FAULT_ID_SIZE, "%s", yyjson_get_str(id));
    }
    pthread_mutex_lock(&faults->lock);
    Fault **end = &faults->first;
    while (*end)
        end = &(*end)->next;
    *end = fault;
    pthread_mutex_unlock(&faults->lock);
    return true;
}

int faults_strike(Faults *faults, const char *path, Fault *struck, int room)
{
    int n = 0;
    pthread_mutex_lock(&faults->lock);
    for (Fault *fault = faults->first; fault && n < room; fault = fault->next) {
        if (fault->times == 0 || !text_starts_with(path, fault->path))
            continue;
        if (fault->after > 0) {
            fault->after--;
            continue;
        }
        if (fault->times > 0)
            fault->times--;
        fault->strikes++;
        struck[n++] = *fault;
    }
    pthread_mutex_unlock(&faults->lock);
    return n;
}

void faults_write(Faults *faults, JsonWriter *json)
{
    pthread_mutex_lock(&faults->lock);
    for (const Fault *fault = faults->first; fault; fault = fault->next) {
        json_open(json, NULL, '{');
        json_put_text(json, "kind", kinds[fault->kind]);
        json_put_text(json, "path", fault->path);
        json_put_integer(json, "strikes", fault->strikes);
        json_close(json, '}');
    }
    pthread_mutex_unlock(&faults->lock);
}
