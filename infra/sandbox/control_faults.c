/* Faults, limits, permissions and what was counted. "*" as the account means all of them, where that makes sense. */
#include "infra/sandbox/control.h"
#include <stdio.h>
#include <string.h>

/* Faults may be set before the first call: the account is made. */
static Faults *faults_of(Request *request)
{
    World *world = request->context;
    if (control_names_all(request))
        return &world->faults;
    BusinessSize size = {0};
    return &world_account(world, request->params[0], &size)->faults;
}

void control_add_faults(Request *request, Response *response)
{
    yyjson_val *body = control_body(request, response);
    if (!body)
        return;
    Faults *faults = faults_of(request);
    Error err = {0};
    bool fine = true;
    if (yyjson_is_arr(body)) {
        yyjson_val *each;
        size_t i, n;
        yyjson_arr_foreach(body, i, n, each)
        {
            fine = fine && faults_add(faults, each, &err);
        }
    } else {
        fine = faults_add(faults, body, &err);
    }
    if (fine)
        control_done(response);
    else
        control_fail(response, 400, err.text);
}

void control_get_faults(Request *request, Response *response)
{
    JsonWriter json = {.out = response->body};
    json_open(&json, NULL, '[');
    faults_write(faults_of(request), &json);
    json_close(&json, ']');
    response->status = 200;
}

void control_clear_faults(Request *request, Response *response)
{
    faults_clear(faults_of(request));
    control_done(response);
}

/* {"on": bool, "live": n, "test": n, "operation": n}; what is missing is as documented. */
void control_set_limits(Request *request, Response *response)
{
    World *world = request->context;
    yyjson_val *body = control_body(request, response);
    if (!body)
        return;
    LimitRates rates = {
        .off = !json_boolean(body, "on", true),
        .live = (int)json_integer(body, "live", limit_documented.live),
        .test = (int)json_integer(body, "test", limit_documented.test),
        .operation = (int)json_integer(body, "operation", limit_documented.operation),
    };
    if (control_names_all(request)) {
        world_set_rates(world, rates);
    } else {
        Account *account = control_account(request, response);
        if (!account)
            return;
        pthread_mutex_lock(&account->lock);
        account->limit = (Limit){.rates = rates};
        pthread_mutex_unlock(&account->lock);
    }
    control_done(response);
}

static void deny(Account *account, const char *permission)
{
    if (account->n_denied < ACCOUNT_DENIED)
        snprintf(account->denied[account->n_denied++], PERMISSION_SIZE, "%s", permission);
}

static void grant(Account *account, const char *permission)
{
    for (int i = 0; i < account->n_denied; i++)
        if (strcmp(account->denied[i], permission) == 0)
            memcpy(account->denied[i--], account->denied[--account->n_denied], PERMISSION_SIZE);
}

/* {"revoke": ["disputes"], "grant": [...]}: for every key of the account. */
void control_set_permissions(Request *request, Response *response)
{
    Account *account = control_account(request, response);
    yyjson_val *body = account ? control_body(request, response) : NULL;
    if (!body)
        return;
    yyjson_val *each;
    size_t i, n;
    pthread_mutex_lock(&account->lock);
    yyjson_arr_foreach(json_at(body, "revoke"), i, n, each)
    {
        deny(account, yyjson_get_str(each) ? yyjson_get_str(each) : "");
    }
    yyjson_arr_foreach(json_at(body, "grant"), i, n, each)
    {
        grant(account, yyjson_get_str(each) ? yyjson_get_str(each) : "");
    }
    pthread_mutex_unlock(&account->lock);
    control_done(response);
}

void control_get_requests(Request *request, Response *response)
{
    Account *account = control_account(request, response);
    if (!account)
        return;
    JsonWriter json = {.out = response->body};
    const Counters *counters = &account->counters;
    pthread_mutex_lock(&account->lock);
    json_open(&json, NULL, '{');
    json_put_integer(&json, "requests", counters->requests);
    json_put_integer(&json, "over_limit", counters->over_limit);
    json_put_integer(&json, "without_version", counters->without_version);
    json_put_integer(&json, "dead_key", __atomic_load_n(&counters->dead_key, __ATOMIC_RELAXED));
    json_open(&json, "by_path", '{');
    for (int i = 0; i < counters->n_paths; i++)
        json_put_integer(&json, counters->paths[i].path, counters->paths[i].requests);
    json_close(&json, '}');
    json_open(&json, "by_status", '{');
    for (int status = 0; status < STATUSES; status++) {
        char text[8];
        snprintf(text, sizeof text, "%d", status);
        if (counters->by_status[status])
            json_put_integer(&json, text, counters->by_status[status]);
    }
    json_close(&json, '}');
    json_close(&json, '}');
    pthread_mutex_unlock(&account->lock);
    response->status = 200;
}

void control_clear_requests(Request *request, Response *response)
{
    Account *account = control_account(request, response);
    if (!account)
        return;
    pthread_mutex_lock(&account->lock);
    account->counters = (Counters){0};
    pthread_mutex_unlock(&account->lock);
    control_done(response);
}
