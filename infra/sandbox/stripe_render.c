#include "infra/sandbox/stripe_render.h"
#include <string.h>

Shape shape_of(const char *version)
{
    if (strncmp(version, "2022-11-15", 10) < 0)
        return SHAPE_OLD;
    return strncmp(version, "2025-03-31", 10) < 0 ? SHAPE_ACACIA : SHAPE_BASIL;
}

bool expanded(const Expand *expand, const char *name, Expand *inside)
{
    inside->n = 0;
    bool found = false;
    size_t length = strlen(name);
    for (int i = 0; expand && i < expand->n; i++) {
        const char *path = expand->paths[i];
        if (strncmp(path, name, length) != 0 || (path[length] && path[length] != '.'))
            continue;
        found = true;
        if (path[length] == '.')
            inside->paths[inside->n++] = path + length + 1;
    }
    return found;
}

static Renderer *const renderers[KIND_COUNT] = {
    [KIND_CUSTOMER] = render_customer, [KIND_PRODUCT] = render_product,   [KIND_PRICE] = render_price,
    [KIND_TAX_RATE] = render_tax_rate, [KIND_LOCATION] = render_location, [KIND_INVOICE] = render_invoice,
    [KIND_SALE] = render_charge,       [KIND_REFUND] = render_refund,     [KIND_DISPUTE] = render_dispute,
    [KIND_PAYOUT] = render_payout,     [KIND_TRANSFER] = render_transfer, [KIND_MOVEMENT] = render_movement,
};

void render_object(Render *render, const char *key, Kind kind, int index, const Expand *expand)
{
    renderers[kind](render, key, index, expand);
}

void put_reference(Render *render, const char *key, Kind kind, int index, const Expand *expand)
{
    Expand inside;
    if (index < 0) {
        json_put_text(&render->json, key, NULL);
    } else if (kind < KIND_COUNT && expanded(expand, key, &inside)) {
        if (kind == KIND_CUSTOMER && item_at(render->business, kind, index)->deleted) {
            json_open(&render->json, key, '{');
            render_deleted_customer(render, index);
            json_close(&render->json, '}');
        } else {
            render_object(render, key, kind, index, &inside);
        }
    } else {
        char id[STRIPE_ID_SIZE];
        json_put_text(&render->json, key, stripe_id(id, render->business, kind, index));
    }
}

/* Calls `put` for each word of a list; names are short literals. */
static void each_name(JsonWriter *json, const char *names, void (*put)(JsonWriter *json, const char *name, bool value),
                      bool value)
{
    char name[48];
    while (*names) {
        size_t length = strcspn(names, " ");
        memcpy(name, names, length);
        name[length] = 0;
        put(json, name, value);
        names += length + (names[length] == ' ');
    }
}

static void put_null(JsonWriter *json, const char *name, bool value)
{
    (void)value;
    json_put_text(json, name, NULL);
}

void put_nulls(JsonWriter *json, const char *names)
{
    each_name(json, names, put_null, false);
}

void put_flags(JsonWriter *json, const char *names, bool value)
{
    each_name(json, names, json_put_boolean, value);
}

void put_empty(JsonWriter *json, const char *key, const char *brackets)
{
    json_put_raw(json, key, brackets, 2);
}

void put_number(JsonWriter *json, const char *key, const char *digits)
{
    json_put_raw(json, key, digits, strlen(digits));
}

void put_address(JsonWriter *json, const char *key, const Address *address)
{
    static const Address nothing;
    const Address *a = address ? address : &nothing;
    json_open(json, key, '{');
    json_put_text(json, "city", a->city);
    json_put_text(json, "country", a->country);
    json_put_text(json, "line1", a->line1);
    json_put_text(json, "line2", a->line2);
    json_put_text(json, "postal_code", a->postal_code);
    json_put_text(json, "state", a->region);
    json_close(json, '}');
}

void put_tag(JsonWriter *json, const Tag *tag)
{
    json_open(json, "metadata", '{');
    if (tag->key)
        json_put_text(json, tag->key, tag->value);
    json_close(json, '}');
}
