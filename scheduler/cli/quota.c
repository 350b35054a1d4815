/* What lies in the ledger of the vendors' limits, which the workers keep in Redis. */
#include "lib/text.h"
#include "scheduler/cli/command.h"
#include "scheduler/cli/print.h"
#include "workers/runtime/quota_ledger.h"
#include <stdio.h>
#include <string.h>

static const Option options[] = {
    {"source", NULL, "only this source's limits", OPTION_TEXT},
};

static const int widths[] = {12, 24, 38, 12, 8, 8, 8, 12, 0};

/* "{tributary:local:quota:xero:app-id}" is of the source xero and the app app-id. */
static void split_registry(Arena *arena, const char *registry, const char **source, const char **app)
{
    char *copy = arena_text(arena, registry), *rest = copy;
    for (int i = 0; i < 3; i++)
        strsep(&rest, ":");
    *source = strsep(&rest, ":");
    *app = rest ? rest : "";
    if (rest && *rest)
        rest[strlen(rest) - 1] = 0;
}

static const char *frees(Arena *arena, int64_t ms)
{
    if (ms <= 0)
        return "now";
    return ms < 120000 ? arena_format(arena, "in %.1f s", (double)ms / 1000)
                       : arena_format(arena, "in %lld min", (long long)(ms + 59999) / 60000);
}

static void print_limits(Arena *arena, const char *registry, const char *ledger, const redisReply *look)
{
    const char *source, *app, *slash = strstr(ledger, "}/");
    const char *owner = !slash ? ledger : strncmp(slash, "}/tenant/", 9) == 0 ? slash + 9 : "(all)";
    split_registry(arena, registry, &source, &app);
    for (size_t i = 1; i + 3 < look->elements; i += 4) {
        redisReply **value = look->element + i;
        int64_t most = value[1]->integer, used = value[2]->integer;
        const char *const cells[] = {source,
                                     *app ? app : "-",
                                     owner,
                                     value[0]->str,
                                     arena_format(arena, "%lld", (long long)most),
                                     arena_format(arena, "%lld", (long long)used),
                                     arena_format(arena, "%lld", (long long)(used < most ? most - used : 0)),
                                     frees(arena, value[3]->integer),
                                     arena_format(arena, "%lld", (long long)look->element[0]->integer)};
        print_columns(cells, widths, COUNT_OF(cells));
    }
}

/* Ledgers are the members with a time; the others say how old the registry is. */
static bool print_registry(Cli *cli, Redis *redis, const char *registry, Error *err)
{
    AUTO(redisReply) *ledgers = redis_command(redis, err, "ZRANGEBYSCORE %s (0 +inf", registry);
    for (size_t i = 0; ledgers && i < ledgers->elements; i++) {
        AUTO(redisReply) *look = ledger_look(redis, registry, ledgers->element[i]->str, err);
        if (!look)
            return false;
        print_limits(cli->arena, registry, ledgers->element[i]->str, look);
    }
    return ledgers != NULL;
}

static bool print_all(Cli *cli, Redis *redis, Error *err)
{
    char pattern[QUOTA_KEY_SIZE];
    const char *cursor = "0";
    ledger_pattern(pattern, config_text(cli->config, "environment"), config_text(cli->config, "source"));
    do {
        AUTO(redisReply) *found = redis_command(redis, err, "SCAN %s MATCH %s COUNT 1000 TYPE zset", cursor, pattern);
        if (!found)
            return false;
        for (size_t i = 0; i < found->element[1]->elements; i++)
            if (!print_registry(cli, redis, found->element[1]->element[i]->str, err))
                return false;
        cursor = arena_text(cli->arena, found->element[0]->str);
    } while (strcmp(cursor, "0") != 0);
    return true;
}

static bool show(Cli *cli, Error *err)
{
    static const char *const titles[] = {"SOURCE", "APP",  "TENANT", "LIMIT",  "MOST",
                                         "USED",   "LEFT", "FREES",  "WAITING"};
    static const char *const needed[] = {"redis"};
    if (!config_require(cli->config, needed, COUNT_OF(needed), err))
        return false;
    AUTO(Redis) *redis = redis_open(config_text(cli->config, "redis"), err);
    if (!redis)
        return false;
    print_columns(titles, widths, COUNT_OF(titles));
    return print_all(cli, redis, err);
}

static const Command commands[] = {
    {"quota", NULL, "use of the vendors' limits, what is left, when a place comes free, who waits", NEEDS_SERVICES, 0,
     0, OPTIONS(options), show},
};
const CommandTable quota_commands = {commands, COUNT_OF(commands)};
