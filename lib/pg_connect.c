#include "lib/backoff.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "lib/log.h"
#include "lib/pg_internal.h"
#include <ctype.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

DEFINE_AUTO(PQconninfoOption, PQconninfoFree)

enum { CONNECT_TIMEOUT_MS = 10000, TEXT_SIZE = 512 };

/* client_connection_check_interval: a statement whose client gave up must not go on holding locks. jit: our statements
 * are short; one with a join method switched off looks costly enough to be compiled, a second for a millisecond's work.
 */
static const char session_options[] =
    "-c client_min_messages=warning -c idle_in_transaction_session_timeout=10s "
    "-c client_connection_check_interval=5s -c timezone=UTC -c datestyle=ISO -c jit=off";

static PQconninfoOption *parse(const char *conninfo, Error *err)
{
    char *reason = NULL;
    PQconninfoOption *options = PQconninfoParse(conninfo, &reason);
    /* libpq's reason may quote the string, and with it a password. */
    if (!options)
        error_set(err, ERROR_CONFIG, "the Postgres address is neither a postgresql:// URI nor a keyword=value string");
    PQfreemem(reason);
    return options;
}

static const char *given(const PQconninfoOption *options, const char *keyword)
{
    for (; options->keyword; options++)
        if (strcmp(options->keyword, keyword) == 0)
            return options->val && *options->val ? options->val : NULL;
    return NULL;
}

/* "host:port" of a connection string, for logs. */
static void address_of(const PQconninfoOption *options, char *out, size_t size)
{
    const char *host = given(options, "host");
    const char *port = given(options, "port");
    host = host ? host : given(options, "hostaddr");
    snprintf(out, size, "%s:%s", host ? host : "local socket", port ? port : "5432");
}

static PGconn *start(const char *conninfo, const char *program, Error *err)
{
    AUTO(PQconninfoOption) *options = parse(conninfo, err);
    if (!options)
        return NULL;
    /* The operator's own options come last in the string, so they win. */
    const char *extra = given(options, "options");
    char session[TEXT_SIZE];
    if ((size_t)snprintf(session, sizeof session, "%s %s", session_options, extra ? extra : "") >= sizeof session) {
        error_set(err, ERROR_CONFIG, "the Postgres address has more than %zu bytes of options", sizeof session);
        return NULL;
    }
    /* What stands before dbname, the operator's string overrides; what stands after it overrides the string. */
    const char *const keywords[] = {"fallback_application_name",
                                    "client_encoding",
                                    "keepalives_idle",
                                    "keepalives_interval",
                                    "keepalives_count",
                                    "tcp_user_timeout",
                                    "dbname",
                                    "options",
                                    NULL};
    const char *const values[] = {program, "UTF8", "15", "5", "3", "15000", conninfo, session, NULL};
    return PQconnectStartParams(keywords, values, 1);
}

/* Before a connection stands, libpq gives the SQLSTATE only inside the verbose text: "FATAL:  28P01: password …". */
static bool find_sqlstate(const char *text, char sqlstate[6], const char **message)
{
    for (const char *at = strstr(text, ":  "); at; at = strstr(at + 1, ":  ")) {
        const char *code = at + 3;
        size_t length = 0;
        while (length < 5 && (isupper((unsigned char)code[length]) || isdigit((unsigned char)code[length])))
            length++;
        if (length < 5 || code[5] != ':')
            continue;
        memcpy(sqlstate, code, 5);
        sqlstate[5] = 0;
        *message = code + 5 + strspn(code + 5, ": ");
        return true;
    }
    return false;
}

static bool refused(Pg *pg, Error *err)
{
    const char *message = PQerrorMessage(pg->conn);
    if (find_sqlstate(message, pg->sqlstate, &message))
        return error_set(err, pg_error_kind(pg->sqlstate), "connect: %s: %.*s", pg->sqlstate,
                         (int)strcspn(message, "\n"), message);
    ErrorKind kind = PQconnectionNeedsPassword(pg->conn) ? ERROR_CONFIG : ERROR_TRANSIENT;
    return error_set(err, kind, "%.*s", (int)strcspn(message, "\n"), message);
}

static void log_notice(void *context, const char *message)
{
    (void)context;
    log_debug("postgres says", KV("notice", message));
}

static bool finish_connecting(Pg *pg, Error *err)
{
    if (PQstatus(pg->conn) == CONNECTION_BAD)
        return refused(pg, err);
    PQsetErrorVerbosity(pg->conn, PQERRORS_VERBOSE);
    PQsetNoticeProcessor(pg->conn, log_notice, NULL);
    PostgresPollingStatusType state = PGRES_POLLING_WRITING;
    while (state != PGRES_POLLING_OK) {
        short events = state == PGRES_POLLING_READING ? POLLIN : POLLOUT;
        int64_t left = pg->deadline_ms - clock_monotonic_ms();
        if (fiber_wait_fd(PQsocket(pg->conn), events, left > 0 ? left : 0) != WAIT_READY)
            return error_set(err, ERROR_TRANSIENT, "connect: no answer within %d s", CONNECT_TIMEOUT_MS / 1000);
        state = PQconnectPoll(pg->conn);
        if (state == PGRES_POLLING_FAILED)
            return refused(pg, err);
    }
    if (PQsetnonblocking(pg->conn, 1) != 0)
        return error_set(err, ERROR_TRANSIENT, "connect: %s", PQerrorMessage(pg->conn));
    return true;
}

Pg *pg_connect(const char *conninfo, const char *program, Error *err)
{
    PGconn *conn = start(conninfo, program, err);
    if (!conn)
        return NULL;
    AUTO(Pg) *pg = calloc(1, sizeof *pg);
    if (!pg)
        abort();
    *pg =
        (Pg){.conn = conn, .timeout_ms = PG_CALL_TIMEOUT_MS, .deadline_ms = clock_monotonic_ms() + CONNECT_TIMEOUT_MS};
    return finish_connecting(pg, err) ? TAKE(pg) : NULL;
}

void pg_free(Pg *pg)
{
    if (!pg)
        return;
    PQfinish(pg->conn);
    free(pg);
}

bool pg_wait_ready(const char *conninfo, const char *program, const bool *stop, Error *err)
{
    AUTO(PQconninfoOption) *options = parse(conninfo, err);
    if (!options)
        return false;
    char address[160];
    address_of(options, address, sizeof address);
    Backoff backoff = {0};
    for (;;) {
        AUTO(Pg) *pg = pg_connect(conninfo, program, err);
        if (pg)
            return true;
        if (err->kind == ERROR_CONFIG)
            return error_wrap(err, "Postgres at %s", address);
        if (!backoff_retry(&backoff, "postgres", address, stop, err))
            return false;
    }
}
