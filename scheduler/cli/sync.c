#include "lib/clock.h"
#include "scheduler/cli/client.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/progress.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <time.h>
#include <unistd.h>

enum { MAX_ROWS = 10000, POLL_MS = 200, IDS_A_CALL = 40, DEFAULT_WIDTH = 100 };

static const Option options[] = {
    {"company",    NULL, "the company's id; without it, all companies",                        OPTION_TEXT   },
    {"connection", NULL, "one connection of the company; without it, all that are Linked",     OPTION_TEXT   },
    {"type",       NULL, "one data type, such as commerce-orders",                             OPTION_TEXT   },
    {"all",        NULL, "every data type that the source offers; the default without --type", OPTION_BOOLEAN},
    {"full",       NULL, "read everything, not only what changed",                             OPTION_BOOLEAN},
    {"wait",       NULL, "show progress until all have ended; exit 1 when one failed",         OPTION_BOOLEAN},
};

typedef struct Sync {
    Cli *cli;
    ProgressRow *rows;
    char (*companies)[37]; /* of each row */
    size_t n;
    bool terminal;
    size_t drawn; /* bars on the screen */
} Sync;

/* Queues what was asked for of one company. */
static bool queue(Sync *sync, const char *company, Error *err)
{
    Cli *cli = sync->cli;
    const char *type = config_text(cli->config, "type"), *connection = config_text(cli->config, "connection");
    AUTO(Text) *path = text_new(NULL);
    text_printf(path, "/companies/%s/data/%s%s?answer=operations&everyType=true", client_escape(cli->arena, company),
                type ? "queue/" : "all", type ? client_escape(cli->arena, type) : "");
    if (connection)
        text_printf(path, "&connectionId=%s", client_escape(cli->arena, connection));
    if (config_boolean(cli->config, "full"))
        text_puts(path, "&full=true");
    yyjson_val *answer = NULL;
    if (!client_call(cli->client, "POST", path->bytes, NULL, cli->arena, &answer, err))
        return false;
    size_t i, n;
    yyjson_val *operation;
    yyjson_arr_foreach(answer, i, n, operation)
    {
        if (sync->n == MAX_ROWS)
            return error_set(err, ERROR_DATA, "more than %d datasets: sync by company", MAX_ROWS);
        snprintf(sync->companies[sync->n], sizeof *sync->companies, "%s", company);
        progress_read(&sync->rows[sync->n++], operation, clock_wall_ms());
    }
    return true;
}

static bool queue_of(void *context, yyjson_val *company, Error *err)
{
    return yyjson_arr_size(json_at(company, "dataConnections")) == 0 || queue(context, json_text(company, "id"), err);
}

/* Reads the state of up to IDS_A_CALL datasets of one company, from `first` on; returns where the next call begins, 0
 * on failure. */
static size_t refresh_some(Sync *sync, size_t first, Arena *arena, Error *err)
{
    AUTO(Text) *query = text_new(NULL);
    size_t end = first, asked = 0;
    for (; end < sync->n && asked < IDS_A_CALL && strcmp(sync->companies[end], sync->companies[first]) == 0; end++)
        if (!progress_ended(&sync->rows[end]))
            text_printf(query, "%sid=%s", asked++ > 0 ? "||" : "", sync->rows[end].id);
    if (asked == 0)
        return end;
    yyjson_val *answer = NULL;
    const char *path = arena_format(arena, "/companies/%s/data/history?pageSize=%d&query=%s", sync->companies[first],
                                    IDS_A_CALL, client_escape(arena, query->bytes));
    if (!client_call(sync->cli->client, "GET", path, NULL, arena, &answer, err))
        return 0;
    size_t i, n;
    yyjson_val *operation;
    yyjson_arr_foreach(json_at(answer, "results"), i, n, operation)
    {
        for (size_t k = first; k < end; k++)
            if (strcmp(sync->rows[k].id, json_text(operation, "id")) == 0)
                progress_read(&sync->rows[k], operation, clock_wall_ms());
    }
    return end;
}

static int screen_width(void)
{
    struct winsize size;
    return ioctl(STDOUT_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 20 ? size.ws_col - 1 : DEFAULT_WIDTH;
}

/* Bars over the bars of before. */
static void draw(Sync *sync)
{
    AUTO(Text) *out = text_new(NULL);
    int width = screen_width(), names = progress_name_width(sync->rows, sync->n);
    if (sync->drawn > 0)
        text_printf(out, "\033[%zuA", sync->drawn);
    for (size_t i = 0; i < sync->n; i++) {
        text_puts(out, "\r\033[K");
        progress_bar(out, &sync->rows[i], names, width);
        text_putc(out, '\n');
    }
    sync->drawn = sync->n;
    fputs(out->bytes, stdout);
    fflush(stdout);
}

static void tell_changes(const Sync *sync, char (*told)[24])
{
    AUTO(Text) *out = text_new(NULL);
    for (size_t i = 0; i < sync->n; i++) {
        if (strcmp(told[i], sync->rows[i].status) == 0)
            continue;
        strcpy(told[i], sync->rows[i].status);
        progress_line(out, &sync->rows[i]);
    }
    fputs(out->bytes, stdout);
    fflush(stdout);
}

static bool all_ended(const Sync *sync)
{
    for (size_t i = 0; i < sync->n; i++)
        if (!progress_ended(&sync->rows[i]))
            return false;
    return true;
}

/* A scheduler that restarts is waited for: the work goes on without it. */
static bool watch(Sync *sync, char (*told)[24], Error *err)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    for (;;) {
        if (sync->terminal)
            draw(sync);
        else
            tell_changes(sync, told);
        if (all_ended(sync))
            return true;
        nanosleep(&(struct timespec){.tv_nsec = POLL_MS * 1000000L}, NULL);
        arena_reset(arena);
        for (size_t i = 0; i < sync->n;) {
            size_t next = refresh_some(sync, i, arena, err);
            if (next == 0 && err->kind != ERROR_TRANSIENT)
                return false;
            if (next == 0)
                break;
            i = next;
        }
    }
}

static bool wait_and_tell(Sync *sync, Error *err)
{
    char(*told)[24] = calloc(sync->n, sizeof *told);
    if (!told)
        abort();
    bool watched = watch(sync, told, err);
    free(told);
    if (!watched)
        return false;
    AUTO(Text) *table = text_new("\n");
    progress_table(table, sync->rows, sync->n);
    fputs(table->bytes, stdout);
    for (size_t i = 0; i < sync->n; i++)
        if (progress_failed(&sync->rows[i]))
            sync->cli->exit_code = EXIT_FAILURE;
    return true;
}

static bool queue_and_wait(Sync *sync, Error *err)
{
    const Config *config = sync->cli->config;
    const char *company = config_text(config, "company");
    if (!company && config_text(config, "connection"))
        return error_set(err, ERROR_CONFIG, "--connection needs --company");
    if (!(company ? queue(sync, company, err) : client_each(sync->cli->client, "/companies", queue_of, sync, err)))
        return false;
    if (sync->n == 0)
        return error_set(err, ERROR_DATA, "there is nothing to sync: no company has a connection");
    if (config_boolean(config, "wait"))
        return wait_and_tell(sync, err);
    for (size_t i = 0; i < sync->n; i++)
        printf("%s %s %s\n", sync->rows[i].id, sync->rows[i].data_type, sync->rows[i].status);
    return true;
}

static bool run(Cli *cli, Error *err)
{
    Sync sync = {.cli = cli,
                 .rows = calloc(MAX_ROWS, sizeof *sync.rows),
                 .companies = calloc(MAX_ROWS, sizeof *sync.companies),
                 .terminal = isatty(STDOUT_FILENO)};
    if (!sync.rows || !sync.companies)
        abort();
    bool done = queue_and_wait(&sync, err);
    free(sync.rows);
    free(sync.companies);
    return done;
}

static const Command commands[] = {
    {"sync", NULL, "queue datasets and, with --wait, watch them", NEEDS_API, 0, 0, OPTIONS(options), run},
};
const CommandTable sync_commands = {commands, COUNT_OF(commands)};
