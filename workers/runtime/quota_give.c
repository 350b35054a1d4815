#include "lib/clock.h"
#include "workers/runtime/quota_parts.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static void move_uses(Quota *quota, const QuotaPlace *place, bool stays)
{
    int64_t now_ms = clock_monotonic_ms();
    for (size_t i = 0; i < place->n; i++) {
        const QuotaMeet *met = &place->meets[i];
        if (met->window_ms > 0 || !stays)
            quota_uses_move(quota_uses_of(quota, place, i), place->since_ms + quota->life_ms + met->window_ms,
                            met->window_ms > 0 ? now_ms + met->window_ms : 0, met->cost);
    }
}

static int64_t header_number(const HttpResponse *response, const char *name)
{
    const char *text = name ? http_header(response, name) : NULL;
    char *end;
    long long number = text ? strtoll(text, &end, 10) : -1;
    return text && end > text ? number : -1;
}

/* The limit that a refusal without a name is about: the tenant's shortest, as the others are known to be rarely met. */
static size_t nameless(const QuotaPlace *place)
{
    size_t found = 0;
    int64_t shortest_ms = INT64_MAX;
    for (size_t i = 0; i < place->n; i++) {
        const QuotaMeet *met = &place->meets[i];
        if (!met->of_app && met->window_ms > 0 && met->window_ms < shortest_ms) {
            shortest_ms = met->window_ms;
            found = i;
        }
    }
    return found;
}

static size_t named(const QuotaPlace *place, const char *problem)
{
    for (size_t i = 0; problem && i < place->n; i++)
        if (place->limits[i]->problem && strcmp(place->limits[i]->problem, problem) == 0)
            return i;
    return nameless(place);
}

static void read_answer(const Quota *quota, QuotaPlace *place, const HttpResponse *response)
{
    const char *problem_header = quota->options.source->problem_header;
    for (size_t i = 0; i < place->n; i++) {
        int64_t left = header_number(response, place->limits[i]->left_header);
        if (left >= 0 && left <= place->mosts[i])
            place->meets[i].seen = place->mosts[i] - left;
    }
    int64_t shut_ms = response->status == 429 ? http_retry_after_ms(response) : 0;
    if (shut_ms > 0)
        place->meets[named(place, problem_header ? http_header(response, problem_header) : NULL)].shut_ms = shut_ms;
}

void quota_give(Quota *quota, QuotaPlace *place, const HttpResponse *response)
{
    if (place->n == 0)
        return;
    int64_t took_ms = clock_monotonic_ms() - place->since_ms;
    /* A call that was given up for its time may still be worked on; one that failed at once is over on both sides. */
    bool stays = !response && took_ms >= quota->options.longest_call_ms;
    if (response)
        read_answer(quota, place, response);
    move_uses(quota, place, stays);
    if (quota->away_ms > 0 || !quota->redis)
        return; /* if it is in the ledger, its life ends there by itself */
    Error err = {0};
    const LedgerAsk ask = quota_ask(quota, place);
    if (!ledger_give(quota->redis, &ask, took_ms, stays, &err))
        quota_note_away(quota, &err);
}

void quota_shut(Quota *quota, const SourceJob *job, int64_t ms)
{
    QuotaPlace place;
    Error err = {0};
    quota_describe(quota, job, &(HttpRequest){0}, &place);
    if (place.n == 0 || quota->away_ms > 0 || !quota->redis)
        return;
    place.meets[nameless(&place)].shut_ms = ms;
    const LedgerAsk ask = quota_ask(quota, &place);
    if (!ledger_give(quota->redis, &ask, 0, false, &err))
        quota_note_away(quota, &err);
}
