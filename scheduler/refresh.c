#include "lib/fiber.h"
#include "lib/log.h"
#include "scheduler/control.h"
#include <stdio.h>

enum { BATCH = 32, AT_ONCE = 4, IDLE_MS = 5000 };

/*
 * $1 how many. Whatever comes of it, a row that is taken is due again in ten minutes, so that one vendor's outage does
 * not keep the others' tokens waiting; a refresh that succeeds sets a later time.
 */
static const char due_sql[] =
    "with due as (select connection_id from control.credential where refresh_by <= now() order by refresh_by limit $1"
    "             for update skip locked),"
    " known as (select d.connection_id, c.company_id, c.source, c.status = 'Linked' and s.oauth is not null as wanted,"
    "                  s.oauth, s.client_secret"
    "           from due d join control.connection c on c.id = d.connection_id"
    "           left join control.source s on s.name = c.source)"
    " update control.credential k set refresh_by = case when n.wanted then now() + interval '10 minutes' end"
    " from known n where k.connection_id = n.connection_id"
    " returning k.connection_id, k.version, n.company_id, n.source, n.wanted, n.oauth, n.client_secret";

/* The tokens of one batch, shared by the fibers that refresh them. */
typedef struct Round {
    Control *control;
    const PGresult *rows;
    int next, running;
    Event ended;
} Round;

static OAuthApp *app_of(const Round *round, int row, Error *err)
{
    const char *source = pg_text(round->rows, row, "source");
    char context[96];
    snprintf(context, sizeof context, "source/%.60s/client-secret", source);
    Secret *secret =
        vault_unseal(round->control->vault, NULL, context, pg_text(round->rows, row, "client_secret"), err);
    return secret ? oauth_app_read(source, pg_text(round->rows, row, "oauth"), secret, err) : NULL;
}

/* As if the vendor had refused the token there is. Workers that need one at the same time meet the same lease. */
static bool refresh(const Round *round, int row, Error *err)
{
    AUTO(OAuthApp) *app = app_of(round, row, err);
    if (!app)
        return false;
    const TokenAsk ask = {
        .company_id = pg_text(round->rows, row, "company_id"),
        .connection_id = pg_text(round->rows, row, "connection_id"),
        .app = app,
        .refused = pg_integer(round->rows, row, "version"),
    };
    Token token = {0};
    bool fine = token_get(round->control->tokens, &ask, &token, err);
    token_wipe(&token);
    return fine;
}

static void refresh_some(void *argument)
{
    Round *round = argument;
    while (round->next < PQntuples(round->rows)) {
        int row = round->next++;
        Error err = {0};
        if (pg_boolean(round->rows, row, "wanted") && !refresh(round, row, &err))
            log_warn("an idle token is not refreshed", KV("connection", pg_text(round->rows, row, "connection_id")),
                     KV_ERROR(&err));
    }
    round->running--;
    event_notify_all(&round->ended);
}

/* How many were due; -1 with err. */
static int turn(Control *control, Error *err)
{
    AUTO(PGresult) *rows = pg_pool_query(control->pool, err, due_sql, PG_PARAMS(PG_INT(BATCH)));
    if (!rows)
        return -1;
    Round round = {.control = control, .rows = rows, .running = AT_ONCE};
    for (int i = 0; i < AT_ONCE; i++)
        fiber_spawn("refresh one", refresh_some, &round);
    while (round.running > 0)
        event_wait(&round.ended, -1);
    return PQntuples(rows);
}

void refresh_run(void *argument)
{
    Control *control = argument;
    while (!*control->stopping) {
        Error err = {0};
        int n = 0;
        if (atomic_load(&control->leads)) {
            control->busy++;
            n = turn(control, &err);
            control->busy--;
        }
        if (n < 0)
            log_warn("cannot look for idle tokens, trying again", KV_ERROR(&err));
        if (n < BATCH)
            fiber_sleep_ms(IDLE_MS);
    }
}
