/* Events: a picture of the object as it was, in the shape of the account's own version. */
#include "infra/sandbox/stripe.h"
#include "infra/sandbox/stripe_render.h"
#include <stdlib.h>
#include <string.h>

void render_event(Render *render, const char *key, int index, const Expand *expand)
{
    (void)expand;
    JsonWriter *json = &render->json;
    const StripeEvent *event = shelf_at(&render->account->events, index);
    char id[STRIPE_ID_SIZE];
    stripe_numbered_id(id, render->business, "evt_1", (uint32_t)index);
    json_open(json, key, '{');
    json_put_text(json, "id", id);
    json_put_text(json, "object", "event");
    json_put_text(json, "api_version", render->account->version);
    json_put_integer(json, "created", event->item.created);
    json_open(json, "data", '{');
    json_put_raw(json, "object", event->object, strlen(event->object));
    if (event->before)
        json_put_raw(json, "previous_attributes", event->before, strlen(event->before));
    json_close(json, '}');
    json_put_boolean(json, "livemode", render->account->live);
    json_put_integer(json, "pending_webhooks", 0);
    json_open(json, "request", '{');
    put_nulls(json, "id idempotency_key");
    json_close(json, '}');
    json_put_text(json, "type", event->type);
    json_close(json, '}');
}

void stripe_event(Account *account, const char *type, Kind kind, int index, const char *before)
{
    AUTO(Text) *object = text_new(NULL);
    Render render = {
        .json.out = object,
        .account = account,
        .business = account->business,
        .shape = shape_of(account->version),
        .own = true,
    };
    if (strcmp(type, "customer.deleted") == 0) {
        json_open(&render.json, NULL, '{');
        render_deleted_customer(&render, index);
        json_close(&render.json, '}');
    } else {
        render_object(&render, NULL, kind, index, NULL);
    }
    int n = account->events.count;
    int64_t now = world_now(account->world);
    int64_t newest = n > 0 ? ((const StripeEvent *)shelf_at(&account->events, n - 1))->item.created : now;
    *(StripeEvent *)shelf_add(&account->events) = (StripeEvent){
        .item.created = newest > now ? newest : now,
        .type = type,
        .object = strdup(object->bytes),
        .before = before ? strdup(before) : NULL,
    };
}
