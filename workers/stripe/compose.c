#include "workers/stripe/compose.h"
#include "workers/stripe/mapping.h"
#include "workers/stripe/pages.h"
#include <string.h>

/* No product has so many prices and no invoice so many lines; a list that does not end must. */
enum { MOST_PAGES = 200 };

/* `object` with `key` set to `json`. */
static void write_with(Text *out, yyjson_val *object, const char *key, const char *json)
{
    JsonWriter writer = {.out = out};
    json_open(&writer, NULL, '{');
    json_put_members(&writer, object, key);
    json_put_raw(&writer, key, json, strlen(json));
    json_close(&writer, '}');
}

static bool put_member(Rest *rest, yyjson_val **object, const char *key, const char *json, Error *err)
{
    AUTO(Text) *whole = text_new(NULL);
    write_with(whole, *object, key, json);
    *object = json_parse(rest->arena, whole->bytes, whole->length, err);
    return *object != NULL;
}

static void write_rows(Text *array, const StripeList *list)
{
    size_t i, n;
    yyjson_val *row;
    yyjson_arr_foreach(list->data, i, n, row)
    {
        if (array->bytes[array->length - 1] != '[')
            text_putc(array, ',');
        json_write(array, row);
    }
}

/* Appends all rows of a list as one JSON array. */
static RestAnswer read_all(Rest *rest, const char *target, Text *array, Error *err)
{
    StripeCursor cursor = {0};
    StripeList list = {.more = true};
    text_putc(array, '[');
    while (list.more) {
        RestAnswer answer = stripe_list(rest, target, cursor.after, &list, err);
        if (answer != REST_FOUND)
            return answer;
        write_rows(array, &list);
        if (list.more && (!cursor_advance(&cursor, list.last, 0) || cursor.pages > MOST_PAGES)) {
            error_set(err, ERROR_TRANSIENT, "GET %.*s: the list does not end", (int)strcspn(target, "?"), target);
            return REST_FAILED;
        }
    }
    text_putc(array, ']');
    return REST_FOUND;
}

/* The list of an object that was just read. One that is gone belongs to an object that is changing right now: the page
 * is to be read again. */
static bool read_nested(Rest *rest, const char *target, Text *array, Error *err)
{
    RestAnswer answer = read_all(rest, target, array, err);
    if (answer == REST_MISSING)
        err->kind = ERROR_TRANSIENT;
    return answer == REST_FOUND;
}

bool stripe_complete_prices(Rest *rest, yyjson_val **product, Error *err)
{
    AUTO(Text) *target = text_new("/v1/prices?limit=100");
    AUTO(Text) *prices = text_new(NULL);
    rest_query(target, rest, "product", stripe_id(*product));
    return read_nested(rest, target->bytes, prices, err) && put_member(rest, product, "prices", prices->bytes, err);
}

bool stripe_complete_lines(Rest *rest, yyjson_val **charge, Error *err)
{
    yyjson_val *invoice = json_at(*charge, "invoice");
    const char *id = stripe_id(invoice);
    if (!id || !json_boolean(invoice, "lines.has_more", false))
        return true;
    AUTO(Text) *target = text_new(NULL);
    AUTO(Text) *lines = text_new("{\"data\":");
    AUTO(Text) *whole = text_new(NULL);
    text_printf(target, "/v1/invoices/%s/lines?limit=100", http_escape(rest->arena, id));
    if (!read_nested(rest, target->bytes, lines, err))
        return false;
    text_putc(lines, '}');
    write_with(whole, invoice, "lines", lines->bytes);
    return put_member(rest, charge, "invoice", whole->bytes, err);
}

/* ---- Streams of one page ---- */

static bool get_required(Rest *rest, const char *target, yyjson_val **body, Error *err)
{
    return rest_get(rest, target, body, err) == REST_FOUND;
}

bool stripe_read_company(Rest *rest, Error *err)
{
    yyjson_val *account, *balance;
    AUTO(Text) *json = text_new(NULL);
    if (!get_required(rest, "/v1/account", &account, err) || !get_required(rest, "/v1/balance", &balance, err))
        return false;
    json_write(json, balance);
    if (!put_member(rest, &account, "balance", json->bytes, err))
        return false;
    rest_add(rest, (PageItem){.mapping = &stripe_company, .json = account, .id_hint = stripe_id(account)});
    return true;
}

static bool add_method(Rest *rest, const char *name, yyjson_val *method, Error *err)
{
    AUTO(Text) *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "id", name);
    json_put_value(&writer, "method", method);
    return rest_add_written(rest, &writer, &stripe_payment_method, name, err);
}

/* Each member of a configuration that says whether it is available is a payment method. */
static bool add_methods(Rest *rest, yyjson_val *configuration, Error *err)
{
    size_t i, n;
    yyjson_val *name, *method;
    yyjson_obj_foreach(configuration, i, n, name, method)
    {
        bool is_method = yyjson_is_obj(method) && yyjson_is_bool(json_at(method, "available"));
        if (is_method && !add_method(rest, yyjson_get_str(name), method, err))
            return false;
    }
    return true;
}

bool stripe_read_payment_methods(Rest *rest, Error *err)
{
    yyjson_val *configurations, *configuration;
    size_t i, n;
    AUTO(Text) *json = text_new(NULL);
    if (read_all(rest, "/v1/payment_method_configurations?limit=100", json, err) != REST_FOUND)
        return false;
    configurations = json_parse(rest->arena, json->bytes, json->length, err);
    if (!configurations)
        return false;
    yyjson_arr_foreach(configurations, i, n, configuration)
    {
        if (json_boolean(configuration, "is_default", false))
            return add_methods(rest, configuration, err);
    }
    return true;
}
