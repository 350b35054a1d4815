#include "workers/runtime/quota_ledger.h"
#include <stdio.h>
#include <string.h>

/* Keys, as the script wants them. All have the same hash tag, so that a cluster keeps them together. */
enum { REGISTRY, TENANT, TENANT_QUEUE, TENANT_PROMISES, APP, APP_QUEUE, APP_PROMISES, N_KEYS };
enum { ARGUMENTS = 8, MEET_ARGUMENTS = 9, NUMBER_SIZE = 24 };

typedef struct Call {
    char keys[N_KEYS][QUOTA_KEY_SIZE];
    char numbers[ARGUMENTS + MEET_ARGUMENTS * QUOTA_LIMITS][NUMBER_SIZE];
    const char *argv[N_KEYS + ARGUMENTS + MEET_ARGUMENTS * QUOTA_LIMITS];
    int n, n_numbers;
} Call;

static void add_text(Call *call, const char *text)
{
    call->argv[call->n++] = text;
}

static void add_number(Call *call, int64_t number)
{
    char *text = call->numbers[call->n_numbers++];
    snprintf(text, NUMBER_SIZE, "%lld", (long long)number);
    add_text(call, text);
}

static void add_ledger(Call *call, int first, const char *ledger)
{
    static const char *const parts[] = {"", "/queue", "/promises"};
    for (int i = 0; i < 3; i++)
        snprintf(call->keys[first + i], QUOTA_KEY_SIZE, "%.380s%s", ledger, parts[i]);
    for (int i = first; i < first + 3; i++)
        add_text(call, call->keys[i]);
}

static void start_call(Call *call, const LedgerAsk *ask, const char *what)
{
    const QuotaOwner *owner = ask->owner;
    char registry[QUOTA_KEY_SIZE], ledger[QUOTA_KEY_SIZE];
    call->n = call->n_numbers = 0;
    snprintf(registry, sizeof registry, "{tributary:%.60s:quota:%.40s:%.100s}", owner->environment, owner->source,
             owner->app);
    snprintf(call->keys[REGISTRY], QUOTA_KEY_SIZE, "%s", registry);
    add_text(call, call->keys[REGISTRY]);
    snprintf(ledger, sizeof ledger, "%.280s/tenant/%.90s", registry, owner->tenant);
    add_ledger(call, TENANT, ledger);
    snprintf(ledger, sizeof ledger, "%.280s/app", registry);
    add_ledger(call, APP, ledger);
    add_text(call, what);
    add_number(call, ask->ahead_ms);
}

static void add_meets(Call *call, const LedgerAsk *ask)
{
    for (size_t i = 0; i < ask->n_meets; i++) {
        const QuotaMeet *meet = &ask->meets[i];
        add_number(call, meet->of_app ? 2 : 1);
        add_text(call, meet->name);
        add_number(call, meet->most);
        add_number(call, meet->inside);
        add_number(call, meet->window_ms);
        add_number(call, meet->cost);
        add_number(call, meet->told);
        add_number(call, meet->seen);
        add_number(call, meet->shut_ms);
    }
}

static redisReply *run(Redis *redis, const Call *call, Error *err)
{
    redisReply *reply = redis_script(redis, err, quota_script, N_KEYS, call->n, call->argv);
    if (!reply)
        error_wrap(err, "quota");
    return reply;
}

/* ---- Answers ---- */

static int64_t number(const redisReply *reply, size_t i)
{
    return i < reply->elements ? reply->element[i]->integer : 0;
}

static void read_taken(LedgerAsk *ask, const redisReply *reply)
{
    ask->taken_ms = number(reply, 1);
    for (size_t i = 0; i < ask->n_meets; i++) {
        ask->meets[i].used = number(reply, 3 + 2 * i);
        ask->meets[i].frees_ms = number(reply, 4 + 2 * i);
    }
}

static void read_unsure(LedgerAsk *ask, const redisReply *reply)
{
    for (size_t i = 0; i < ask->n_meets; i++) {
        ask->meets[i].whole_in_ms = number(reply, 3 + 2 * i);
        ask->meets[i].lost = number(reply, 4 + 2 * i) != 0;
    }
}

static LedgerAnswer read_wait(LedgerAsk *ask, const redisReply *reply)
{
    ask->wait_ms = number(reply, 3);
    ask->blocking = (size_t)number(reply, 4) < ask->n_meets ? (size_t)number(reply, 4) : 0;
    return LEDGER_WAIT;
}

LedgerAnswer ledger_take(Redis *redis, LedgerAsk *ask, Error *err)
{
    Call call;
    start_call(&call, ask, "take");
    add_number(&call, ask->known_ms);
    add_number(&call, ask->sure);
    add_number(&call, ask->interactive);
    add_text(&call, ask->id);
    add_number(&call, ask->life_ms);
    add_meets(&call, ask);
    AUTO(redisReply) *reply = run(redis, &call, err);
    if (!reply)
        return LEDGER_FAILED;
    const char *word = reply->elements > 2 && reply->element[0]->str ? reply->element[0]->str : "";
    ask->born_ms = number(reply, 2);
    if (strcmp(word, "wait") == 0)
        return read_wait(ask, reply);
    if (strcmp(word, "unsure") == 0) {
        read_unsure(ask, reply);
        return LEDGER_UNSURE;
    }
    if (strcmp(word, "taken") != 0) {
        error_set(err, ERROR_TRANSIENT, "quota: the script answered '%.20s'", word);
        return LEDGER_FAILED;
    }
    read_taken(ask, reply);
    return LEDGER_TAKEN;
}

bool ledger_give(Redis *redis, const LedgerAsk *ask, int64_t took_ms, bool stays, Error *err)
{
    Call call;
    start_call(&call, ask, "give");
    add_number(&call, ask->taken_ms);
    add_number(&call, ask->life_ms);
    add_number(&call, took_ms);
    add_number(&call, stays);
    add_meets(&call, ask);
    AUTO(redisReply) *reply = run(redis, &call, err);
    return reply != NULL;
}

/* ---- For people ---- */

void ledger_pattern(char out[QUOTA_KEY_SIZE], const char *environment, const char *source)
{
    snprintf(out, QUOTA_KEY_SIZE, "{tributary:%.60s:quota:%.40s:*}", environment, source ? source : "*");
}

redisReply *ledger_look(Redis *redis, const char *registry, const char *ledger, Error *err)
{
    Call call = {0};
    add_text(&call, registry);
    add_ledger(&call, TENANT, ledger);
    add_text(&call, "look");
    add_number(&call, 0);
    redisReply *reply = redis_script(redis, err, quota_script, APP, call.n, call.argv);
    if (!reply)
        error_wrap(err, "quota of %.100s", ledger);
    return reply;
}
