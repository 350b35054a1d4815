#include "infra/sandbox/stripe.h"
#include "infra/sandbox/stripe_call.h"
#include "lib/clock.h"
#include "lib/text.h"
#include <stdio.h>
#include <string.h>

/* Operations beyond the collections' own (list and get, two each), for counters and limits. */
enum { OP_ACCOUNT = 2 * 16, OP_BALANCE, OP_METHODS, OP_LINES, OP_CHARGE_REFUNDS, OP_UNKNOWN };

typedef struct Target {
    const Collection *collection;
    char id[128]; /* empty: the list */
    const char *permission;
    int operation;
} Target;

/* Splits "terminal/locations/tml_1" into collection and id. */
static bool find_target(const char *path, Target *target)
{
    for (size_t i = 0; i < n_collections; i++) {
        size_t length = strlen(collections[i].path);
        if (strncmp(path, collections[i].path, length) != 0 || (path[length] && path[length] != '/'))
            continue;
        const char *rest = path[length] ? path + length + 1 : "";
        if (strlen(rest) >= sizeof target->id || (path[length] && !*rest) || strchr(rest, '/'))
            return false;
        target->collection = &collections[i];
        target->permission = collections[i].permission;
        target->operation = 2 * (int)i + (*rest != 0);
        snprintf(target->id, sizeof target->id, "%s", rest);
        return true;
    }
    return false;
}

static int find_object(const Call *call, const Collection *collection, const char *id)
{
    const Business *business = call->account->business;
    if (collection->kind != KIND_NONE)
        return stripe_find(business, collection->kind, id);
    char each[STRIPE_ID_SIZE];
    for (int i = 0; i < call->account->events.count; i++) {
        stripe_numbered_id(each, business, "evt_1", (uint32_t)i);
        if (strcmp(each, id) == 0)
            return i;
    }
    return -1;
}

static void get_object(Call *call, const Target *target)
{
    Query query;
    const Collection *collection = target->collection;
    if (!query_read(call, collection, false, &query))
        return;
    int index = find_object(call, collection, target->id);
    bool deleted = index >= 0 && collection->kind != KIND_NONE &&
                   item_at(call->account->business, collection->kind, index)->deleted;
    if (index < 0 || (deleted && collection->kind != KIND_CUSTOMER)) {
        stripe_missing(call, 404, collection->object, collection->missing_param, target->id);
        return;
    }
    call->response->status = 200;
    if (deleted) {
        json_open(&call->render.json, NULL, '{');
        render_deleted_customer(&call->render, index);
        json_close(&call->render.json, '}');
        return;
    }
    collection->render(&call->render, NULL, index, &query.expand);
    spoil_record(call, target->id, 0);
}

static void get_collection(Call *call, const Target *target)
{
    Query query;
    char url[64];
    snprintf(url, sizeof url, "/v1/%s", target->collection->path);
    if (query_read(call, target->collection, true, &query))
        list_collection(call, target->collection, &query, url);
}

/* "invoices/in_1/lines" */
static void get_lines(Call *call, const char *path)
{
    Query query;
    char id[128], url[192];
    snprintf(id, sizeof id, "%.*s", (int)strcspn(path, "/"), path);
    snprintf(url, sizeof url, "/v1/invoices/%s/lines", id);
    int invoice = stripe_find(call->account->business, KIND_INVOICE, id);
    if (invoice < 0)
        stripe_missing(call, 404, "invoice", "invoice", id);
    else if (query_read(call, NULL, true, &query))
        list_lines(call, invoice, &query, url);
}

/* "charges/ch_1/refunds": the refunds filtered by their charge. */
static void get_charge_refunds(Call *call, const char *path)
{
    Query query;
    char id[128], url[192];
    const Collection *refunds = collection_of_kind(KIND_REFUND);
    snprintf(id, sizeof id, "%.*s", (int)strcspn(path, "/"), path);
    snprintf(url, sizeof url, "/v1/charges/%s/refunds", id);
    int sale = stripe_find(call->account->business, KIND_SALE, id);
    if (sale < 0) {
        stripe_missing(call, 404, "charge", "charge", id);
    } else if (query_read(call, refunds, true, &query)) {
        query.conditions[query.n_conditions++] = (Condition){.filter = &refunds->filters[1], .value = sale};
        list_collection(call, refunds, &query, url);
    }
}

static void get_account(Call *call)
{
    Query query;
    if (!query_read(call, NULL, false, &query))
        return;
    render_account(&call->render);
    call->response->status = 200;
}

static void get_balance(Call *call)
{
    Query query;
    if (!query_read(call, NULL, false, &query))
        return;
    render_balance(&call->render);
    call->response->status = 200;
}

static void get_methods(Call *call)
{
    Query query;
    if (query_read(call, NULL, true, &query))
        list_methods(call, &query);
}

static bool ends_with(const char *text, const char *end)
{
    size_t length = strlen(text), tail = strlen(end);
    return length >= tail && strcmp(text + length - tail, end) == 0;
}

static Target target_of(const char *path)
{
    Target target = {.operation = OP_UNKNOWN};
    if (strcmp(path, "account") == 0 || text_starts_with(path, "accounts/"))
        target = (Target){.operation = OP_ACCOUNT, .permission = "account"};
    else if (strcmp(path, "balance") == 0)
        target = (Target){.operation = OP_BALANCE, .permission = "balance"};
    else if (strcmp(path, "payment_method_configurations") == 0)
        target = (Target){.operation = OP_METHODS, .permission = "payment_method_configuration"};
    else if (text_starts_with(path, "invoices/") && ends_with(path, "/lines"))
        target = (Target){.operation = OP_LINES, .permission = "invoice"};
    else if (text_starts_with(path, "charges/") && ends_with(path, "/refunds"))
        target = (Target){.operation = OP_CHARGE_REFUNDS, .permission = "refund"};
    else
        find_target(path, &target);
    return target;
}

static void dispatch(Call *call, const Target *target, const char *path)
{
    switch (target->operation) {
    case OP_ACCOUNT:
        if (text_starts_with(path, "accounts/") && strcmp(path + 9, call->account->id) != 0)
            stripe_fail(call, 403, "account_invalid", NULL, "The provided key does not have access to account '%s'.",
                        path + 9);
        else
            get_account(call);
        break;
    case OP_BALANCE:
        get_balance(call);
        break;
    case OP_METHODS:
        get_methods(call);
        break;
    case OP_LINES:
        get_lines(call, path + strlen("invoices/"));
        break;
    case OP_CHARGE_REFUNDS:
        get_charge_refunds(call, path + strlen("charges/"));
        break;
    case OP_UNKNOWN:
        stripe_fail(call, 404, NULL, NULL,
                    "Unrecognized request URL (%s: /v1/%s). Please see https://stripe.com/docs or we can help at "
                    "https://support.stripe.com/.",
                    call->request->method, path);
        break;
    default:
        if (target->id[0])
            get_object(call, target);
        else
            get_collection(call, target);
    }
}

static const char *operation_name(const Target *target)
{
    static const char *const own[] = {"/v1/account",
                                      "/v1/balance",
                                      "/v1/payment_method_configurations",
                                      "/v1/invoices/{id}/lines",
                                      "/v1/charges/{id}/refunds",
                                      "(unknown)"};
    static char names[32][64];
    static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
    if (target->operation >= OP_ACCOUNT)
        return own[target->operation - OP_ACCOUNT];
    char *name = names[target->operation];
    pthread_mutex_lock(&lock);
    if (!*name)
        snprintf(name, sizeof names[0], "/v1/%s%s", target->collection->path, target->id[0] ? "/{id}" : "");
    pthread_mutex_unlock(&lock);
    return name;
}

/* Which shape the answer has: the header's version, or the account's own. */
static bool choose_version(Call *call)
{
    const char *version = request_header(call->request, "Stripe-Version");
    if (!version) {
        call->account->counters.without_version++;
        version = call->account->version;
    }
    CivilDate date;
    char day[11];
    snprintf(day, sizeof day, "%s", version);
    if (strlen(day) != 10 || !clock_parse_date(day, &date))
        return stripe_fail(call, 400, NULL, NULL, "Invalid Stripe API version: %s", version);
    call->render.shape = shape_of(version);
    response_header(call->response, "Stripe-Version", arena_text(call->request->arena, version));
    return true;
}

/* Faults that answer in place of the vendor. */
static bool struck_down(Call *call)
{
    const Fault *fault = struck_fault(&call->struck, FAULT_STATUS);
    if (fault && fault->body)
        response_set(call->response, fault->status, "application/json", fault->body);
    else if (fault)
        stripe_fail(call, fault->status, NULL, NULL, "An unknown error occurred.");
    else if (struck_fault(&call->struck, FAULT_LOCK_TIMEOUT))
        stripe_fail(
            call, 429, "lock_timeout", NULL,
            "This object cannot be accessed right now because another API request or Stripe process is currently "
            "accessing it.");
    else
        return false;
    return true;
}

static bool limited(Call *call, const Target *target)
{
    const char *reason = struck_fault(&call->struck, FAULT_RATE_LIMIT) ? "global-rate" : NULL;
    if (!reason) {
        reason = limit_take(&call->account->limit, call->key.live, target->operation, clock_monotonic_ms());
        call->account->counters.over_limit += reason != NULL;
    }
    if (!reason)
        return false;
    response_header(call->response, "Stripe-Rate-Limited-Reason", reason);
    stripe_fail(
        call, 429, "rate_limit", NULL,
        "Request rate limit exceeded. You can learn more about rate limits here https://stripe.com/docs/rate-limits.");
    return true;
}

static void answer(Call *call, const Target *target, const char *path)
{
    char full[256];
    snprintf(full, sizeof full, "/v1/%s", path);
    struck_by(&call->struck, call->world, call->account, full);
    if (struck_down(call) || limited(call, target))
        return;
    if (strcmp(call->request->method, "GET") != 0) {
        stripe_fail(call, 403, NULL, NULL, "This sandbox answers reads only.");
        return;
    }
    if (!choose_version(call) || (target->permission && !stripe_permitted(call, target->permission)))
        return;
    dispatch(call, target, path);
}

void stripe_serve(Request *request, Response *response)
{
    static uint32_t requests;
    const char *path = request->params[0] ? request->params[0] : "";
    Call call = {.world = request->context, .request = request, .response = response};
    uint32_t number = __atomic_add_fetch(&requests, 1, __ATOMIC_RELAXED);
    world_date(request->context, request, response);
    response_header(response, "Request-Id", arena_format(request->arena, "req_sandbox%08x", number));
    if (stripe_admit(&call)) {
        Account *account = call.account;
        Target target = target_of(path);
        pthread_mutex_lock(&account->lock);
        account->live = call.key.live;
        call.render.account = account;
        call.render.business = account->business;
        call.render.json.out = response->body;
        counters_request(&account->counters, operation_name(&target));
        answer(&call, &target, path);
        spoil_answer(&call);
        if (response->status > 0 && response->status < STATUSES)
            account->counters.by_status[response->status]++;
        pthread_mutex_unlock(&account->lock);
    }
}
