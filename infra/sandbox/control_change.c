/* Changes, creations and deletions by command. */
#include "infra/sandbox/control.h"
#include "infra/sandbox/stripe.h"
#include "infra/sandbox/stripe_names.h"
#include <string.h>

typedef int Act(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED]);

enum { MOST_AT_ONCE = 100000 };

static void put_touched(JsonWriter *json, const Touched *touched, int n)
{
    for (int i = 0; i < n; i++) {
        json_open(json, NULL, '{');
        json_put_text(json, "dataType", touched[i].data_type);
        json_put_text(json, "id", touched[i].id);
        json_close(json, '}');
    }
}

/* Does one command {"type", "id", "count"}; without a type it goes round customers and products. False: the error is
 * written. */
static bool act_on(Account *account, yyjson_val *command, Act *act, JsonWriter *json, Response *response)
{
    static const char *const usual[] = {"customers", "products"};
    Touched touched[TOUCHED];
    const char *type = json_text(command, "type"), *id = json_text(command, "id");
    int64_t count = id ? 1 : json_integer(command, "count", 1);
    if ((type && stripe_kind(type) == KIND_NONE) || (id && !type) || count < 1 || count > MOST_AT_ONCE) {
        control_fail(
            response, 400,
            "type is customers, products, prices, charges, refunds, chargebacks, disputes or tax_rates; an id needs a "
            "type; count is 1 to 100000");
        return false;
    }
    int index = id ? stripe_find(account->business, stripe_kind(type), id) : -1;
    if (id && index < 0) {
        control_fail(response, 404, "no object of this type has this id");
        return false;
    }
    Random random = random_of(account->business->seed, KIND_NONE, account->business->revision);
    int places[] = {random_below(&random, 1 << 20), random_below(&random, 1 << 20)};
    for (int64_t i = 0; i < count; i++) {
        int turn = type ? 0 : (int)(i % 2);
        int n = act(account, type ? type : usual[turn], index, &places[turn], touched);
        if (n == 0) {
            control_fail(response, 409, "nothing here can change that way any more");
            return false;
        }
        put_touched(json, touched, n);
    }
    return true;
}

static void act_on_all(Request *request, Response *response, Act *act)
{
    Account *account = control_account(request, response);
    yyjson_val *body = account ? control_body(request, response) : NULL;
    if (!body)
        return;
    JsonWriter json = {.out = response->body};
    bool fine = true;
    pthread_mutex_lock(&account->lock);
    json_open(&json, NULL, '{');
    json_open(&json, "changed", '[');
    if (yyjson_is_arr(body)) {
        yyjson_val *command;
        size_t i, n;
        yyjson_arr_foreach(body, i, n, command)
        {
            fine = fine && act_on(account, command, act, &json, response);
        }
    } else {
        fine = act_on(account, body, act, &json, response);
    }
    pthread_mutex_unlock(&account->lock);
    if (!fine)
        return;
    json_close(&json, ']');
    json_close(&json, '}');
    response->status = 200;
}

void control_change(Request *request, Response *response)
{
    act_on_all(request, response, stripe_change);
}

void control_create(Request *request, Response *response)
{
    act_on_all(request, response, stripe_create);
}

void control_delete(Request *request, Response *response)
{
    act_on_all(request, response, stripe_delete);
}
