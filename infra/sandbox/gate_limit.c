/* Limits: moving windows, exact to the request, and what is in flight; by organisation and app, and by app. */
#include "infra/sandbox/gate_parts.h"
#include "lib/clock.h"
#include <stdlib.h>

/* Windows run on a clock that nobody sets but the tests. */
static int64_t window_clock_ms(const Gate *gate)
{
    return clock_monotonic_ms() + 1000 * __atomic_load_n(&gate->world->clock_offset, __ATOMIC_RELAXED);
}

/* The n-th oldest that is in it. */
static int64_t window_at(const GateWindow *window, int n)
{
    return window->stamps[(window->first + n) % window->room];
}

static void window_clear(GateWindow *window)
{
    free(window->stamps);
    *window = (GateWindow){0};
}

/* Lets go of what is older than the window. */
static void window_move(GateWindow *window, int64_t length_ms, int64_t now_ms)
{
    if (window->count > 0 && window_at(window, window->count - 1) > now_ms)
        window_clear(window); /* the tests' clock went back */
    while (window->count > 0 && now_ms - window_at(window, 0) >= length_ms) {
        window->first = (window->first + 1) % window->room;
        window->count--;
    }
}

static void window_take(GateWindow *window, int most, int64_t now_ms)
{
    if (!window->stamps) {
        window->stamps = calloc((size_t)most, sizeof *window->stamps);
        if (!window->stamps)
            abort();
        window->room = most;
    }
    window->stamps[(window->first + window->count++) % window->room] = now_ms;
}

GateUse *gate_use(GateVendor *vendor, const GateApp *app, Account *account)
{
    for (GateUse *use = vendor->uses; use; use = use->next)
        if (use->app == app && use->account == account)
            return use;
    GateUse *use = calloc(1, sizeof *use);
    if (!use)
        abort();
    *use = (GateUse){.gate = vendor->gate, .app = app, .account = account, .next = vendor->uses};
    vendor->uses = use;
    use->all = account ? gate_use(vendor, app, NULL) : NULL;
    return use;
}

void gate_set_limits(GateVendor *vendor, bool on, const int most[GATE_LIMITS])
{
    vendor->off = !on;
    for (int i = 0; i < GATE_LIMITS; i++)
        vendor->most[i] = most[i];
    for (GateUse *use = vendor->uses; use; use = use->next)
        for (int i = 0; i < GATE_LIMITS; i++)
            window_clear(&use->windows[i]);
}

/* One limit, as this request meets it. */
typedef struct Met {
    const GateLimit *limit;
    GateUse *use; /* whose it is */
    GateWindow *window;
    int64_t count;    /* without this request */
    int64_t frees_ms; /* from now; 0: there is room */
} Met;

static Met meet(GateVendor *vendor, GateUse *use, int i, int64_t now_ms)
{
    Met met = {.limit = &vendor->rules->limits[i], .use = use};
    if (met.limit->scope == GATE_APP)
        met.use = use->all;
    met.window = &met.use->windows[i];
    if (met.limit->window_ms == 0) {
        met.count = met.use->in_flight;
        met.frees_ms = 1; /* nobody knows */
    } else {
        window_move(met.window, met.limit->window_ms, now_ms);
        met.count = met.window->count;
        if (met.count > 0)
            met.frees_ms = window_at(met.window, 0) + met.limit->window_ms - now_ms;
    }
    if (met.count < vendor->most[i] || vendor->off)
        met.frees_ms = 0;
    return met;
}

/* The limit that holds this request up for longest; NULL: none does. */
static const Met *worst(const Met *met, int n)
{
    const Met *found = NULL;
    for (int i = 0; i < n; i++)
        if (met[i].frees_ms > (found ? found->frees_ms : 0))
            found = &met[i];
    return found;
}

static void take(GateVendor *vendor, GateUse *use, Met *met, int64_t now_ms)
{
    use->requests++;
    use->all->requests++;
    use->in_flight++;
    use->all->in_flight++;
    for (int i = 0; i < vendor->rules->n_limits; i++) {
        if (met[i].limit->window_ms > 0 && !vendor->off)
            window_take(met[i].window, vendor->most[i], now_ms);
        met[i].count += met[i].limit->window_ms == 0 || !vendor->off;
        if (met[i].count > met[i].use->most[i])
            met[i].use->most[i] = met[i].count;
    }
}

bool limit_enter(GateVendor *vendor, GateUse *use, GatePass *pass)
{
    Met met[GATE_LIMITS];
    const GateRules *rules = vendor->rules;
    int64_t now_ms = window_clock_ms(vendor->gate);
    for (int i = 0; i < rules->n_limits; i++)
        met[i] = meet(vendor, use, i, now_ms);
    pass->account = use->account;
    const Met *over = worst(met, rules->n_limits);
    if (over) {
        pass->verdict = GATE_OVER_LIMIT;
        pass->limit = over->limit;
        pass->retry_after_s = (over->frees_ms + 999) / 1000;
        over->use->over[over->limit - rules->limits]++;
    } else {
        pass->place = use;
        take(vendor, use, met, now_ms);
    }
    for (int i = 0; i < rules->n_limits; i++)
        pass->left[i] = vendor->most[i] - met[i].count > 0 ? vendor->most[i] - met[i].count : 0;
    return !over;
}
