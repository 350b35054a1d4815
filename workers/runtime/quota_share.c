#include "lib/clock.h"
#include "lib/log.h"
#include "workers/runtime/quota_meters.h"
#include "workers/runtime/quota_parts.h"

enum {
    LOOK_AGAIN_MS = 1000,
    NO_SHARE_MS = 20000,      /* there are more workers than places */
    FLEET_FRESH_MS = 5000,    /* so old the count of workers may be */
    FLEET_MEMORY_MS = 120000, /* a worker that left has used what it used */
};

/* ---- Redis away ---- */

/* Until Redis answers again. A call that asked it instead would stand still for as long as it is silent. */
static void look_for_redis(void *argument)
{
    Quota *quota = argument;
    while (quota->away_ms > 0 && !quota->closing) {
        event_wait(&quota->looked, LOOK_AGAIN_MS);
        Error err = {0};
        AUTO(redisReply) *pong = quota->closing ? NULL : redis_command(quota->redis, &err, "PING");
        if (pong) {
            log_info("Redis answers again", KV("away_ms", clock_monotonic_ms() - quota->away_ms));
            quota->away_ms = 0;
            quota_meter_away(false);
        }
    }
    quota->looking = false;
    event_notify_all(quota->options.nudge);
    event_notify_all(&quota->looks_ended);
}

void quota_note_away(Quota *quota, const Error *err)
{
    if (quota->away_ms > 0)
        return;
    quota->away_ms = clock_monotonic_ms();
    quota_meter_away(true);
    log_warn("Redis does not answer: calls keep to this worker's share of the limits", KV_ERROR(err));
    if (!quota->looking && fiber_running()) {
        quota->looking = true;
        fiber_spawn("quota", look_for_redis, quota);
    }
}

/* ---- The own share ---- */

/* Fewer workers than before count only when what the others used is over. Who comes while another fiber counts goes by
 * the count before, and waits when there is none: without it there is no share at all. */
static void count_fleet(Quota *quota)
{
    while (quota->counting && quota->fleet_ms == 0)
        event_wait(&quota->counted, -1);
    int64_t now_ms = clock_monotonic_ms();
    if (quota->counting || (quota->fleet_ms > 0 && now_ms - quota->fleet_ms < FLEET_FRESH_MS))
        return;
    quota->counting = true;
    QuotaFleet fleet = {0};
    Error err = {0};
    if (!quota->options.fleet(quota->options.context, &fleet, &err)) {
        log_debug("the live workers cannot be counted now", KV_ERROR(&err));
    } else if (fleet.n >= quota->fleet.n || now_ms - quota->most_ms > FLEET_MEMORY_MS) {
        quota->fleet = fleet;
        quota->most_ms = now_ms;
    }
    quota->fleet_ms = clock_monotonic_ms();
    quota->counting = false;
    event_notify_all(&quota->counted);
}

static const char *owner_of(const QuotaPlace *place, const QuotaMeet *met)
{
    return met->of_app ? "" : place->owner.tenant;
}

QuotaUses *quota_uses_of(Quota *quota, const QuotaPlace *place, size_t i)
{
    const QuotaMeet *met = &place->meets[i];
    return quota_uses(quota->uses, owner_of(place, met), met->name, met->window_ms, clock_monotonic_ms());
}

/* One limit's doubt: false when the ledger can be believed. */
static bool doubt_of(const Quota *quota, const QuotaMeet *met, bool interactive, QuotaDoubt *doubt)
{
    int64_t now_ms = clock_monotonic_ms(), whole_ms = met->window_ms + quota->life_ms;
    bool away = quota->away_ms > 0;
    *doubt = (QuotaDoubt){.from_ms = away ? quota->away_ms : now_ms + met->whole_in_ms - whole_ms,
                          .until_ms = now_ms + (away ? whole_ms : met->whole_in_ms),
                          .credit_ms = whole_ms,
                          .lost = away ? quota->born_ms != 0 : met->lost,
                          .interactive = interactive,
                          .fleet = quota->fleet};
    return away || met->whole_in_ms > 0;
}

/* How long to wait for the own share; 0: it has room now. */
int64_t quota_share_wait_ms(Quota *quota, const QuotaPlace *place, bool interactive, size_t *blocking)
{
    int64_t longest_ms = 0;
    count_fleet(quota);
    for (size_t i = 0; i < place->n; i++) {
        const QuotaMeet *met = &place->meets[i];
        QuotaDoubt doubt;
        if (!doubt_of(quota, met, interactive, &doubt))
            continue;
        int64_t wait_ms =
            quota_uses_wait_ms(quota_uses_of(quota, place, i), &doubt, met->most, met->cost, clock_monotonic_ms());
        if (wait_ms < 0)
            wait_ms = quota->away_ms == 0 && met->whole_in_ms < NO_SHARE_MS ? met->whole_in_ms : NO_SHARE_MS;
        if (wait_ms > longest_ms) {
            longest_ms = wait_ms;
            *blocking = i;
        }
    }
    return longest_ms;
}
