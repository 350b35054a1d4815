#include "infra/sandbox/stripe_names.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <stdio.h>
#include <string.h>

/* All ids of a list, page by page, one a line; the number of pages. Checks the order and that no page is over its
 * limit. */
static int walk(Client *client, const char *key, const char *path, const char *filter, int limit, Text *ids)
{
    char url[256], after[80] = "";
    int n_pages = 0;
    int64_t newest = INT64_MAX;
    bool more = true;
    while (more) {
        snprintf(url, sizeof url, "%s?limit=%d%s%s%s", path, limit, filter, *after ? "&starting_after=" : "", after);
        yyjson_val *page = get(client, key, url), *each;
        ck_assert_int_eq(client->status, 200);
        size_t i, n;
        yyjson_arr_foreach(json_at(page, "data"), i, n, each)
        {
            int64_t created = json_integer(each, "created", newest);
            ck_assert_int_le(created, newest);
            newest = created;
            snprintf(after, sizeof after, "%s", text_at(each, "id"));
            text_puts(ids, after);
            text_putc(ids, '\n');
        }
        more = json_boolean(page, "has_more", false);
        ck_assert_uint_le(n, (size_t)limit);
        ck_assert(!more || n == (size_t)limit);
        n_pages++;
        arena_reset(client->arena);
    }
    return n_pages;
}

static size_t lines_of(const Text *text)
{
    size_t n = 0;
    for (size_t i = 0; i < text->length; i++)
        n += text->bytes[i] == '\n';
    return n;
}

START_TEST(pages_of_any_size_give_the_same_ids_once_across_equal_stamps)
{
    AUTO(Client) *client = client_new();
    AUTO(Text) *small = text_new(NULL);
    AUTO(Text) *large = text_new(NULL);
    walk(client, ACME, "charges", "", 7, small);
    ck_assert_int_eq(walk(client, ACME, "charges", "", 100, large), 2);
    ck_assert_str_eq(small->bytes, large->bytes);
    ck_assert_uint_eq(lines_of(large), 150);
}
END_TEST

START_TEST(a_page_has_ten_without_a_limit)
{
    AUTO(Client) *client = client_new();
    ck_assert_uint_eq(length_at(get(client, ACME, "charges"), "data"), 10);
}
END_TEST

START_TEST(ending_before_walks_back_over_the_same_objects)
{
    AUTO(Client) *client = client_new();
    yyjson_val *first = get(client, ACME, "charges?limit=20");
    const char *last = text_at(first, "data.19.id");
    yyjson_val *back = get(client, ACME, arena_format(client->arena, "charges?limit=10&ending_before=%s", last));
    ck_assert_str_eq(text_at(back, "data.0.id"), text_at(first, "data.9.id"));
    ck_assert_str_eq(text_at(back, "data.9.id"), text_at(first, "data.18.id"));
    ck_assert(json_boolean(back, "has_more", false));
    yyjson_val *rest =
        get(client, ACME, arena_format(client->arena, "charges?ending_before=%s", text_at(first, "data.9.id")));
    ck_assert_str_eq(text_at(rest, "data.0.id"), text_at(first, "data.0.id"));
    ck_assert(!json_boolean(rest, "has_more", true));
}
END_TEST

START_TEST(a_created_window_holds_exactly_what_lies_in_it)
{
    AUTO(Client) *client = client_new();
    AUTO(Text) *all = text_new(NULL);
    AUTO(Text) *halves = text_new(NULL);
    int64_t middle = json_integer(get(client, ACME, "charges?limit=100"), "data.90.created", 0);
    char filter[64];
    walk(client, ACME, "charges", "", 100, all);
    snprintf(filter, sizeof filter, "&created[gte]=%lld", (long long)middle);
    walk(client, ACME, "charges", filter, 9, halves);
    size_t newer = lines_of(halves);
    snprintf(filter, sizeof filter, "&created%%5Blt%%5D=%lld", (long long)middle);
    walk(client, ACME, "charges", filter, 9, halves);
    ck_assert_str_eq(halves->bytes, all->bytes);

    AUTO(Text) *after = text_new(NULL);
    AUTO(Text) *upto = text_new(NULL);
    snprintf(filter, sizeof filter, "&created[gt]=%lld", (long long)middle);
    walk(client, ACME, "charges", filter, 100, after);
    snprintf(filter, sizeof filter, "&created[lte]=%lld", (long long)middle);
    walk(client, ACME, "charges", filter, 100, upto);
    ck_assert_uint_eq(lines_of(after) + lines_of(upto), 150);
    ck_assert_uint_lt(lines_of(after), newer); /* gt leaves the instant itself out */
}
END_TEST

START_TEST(filters_narrow_and_unknown_references_are_refused)
{
    AUTO(Client) *client = client_new();
    AUTO(Text) *refunds = text_new(NULL);
    const Business *business = world_account(client->world, "acme", &(BusinessSize){0})->business;
    char id[STRIPE_ID_SIZE], path[128];
    snprintf(path, sizeof path, "&charge=%s", stripe_id(id, business, KIND_SALE, 21));
    walk(client, ACME, "refunds", path, 5, refunds);
    ck_assert_uint_eq(lines_of(refunds), 12);
    snprintf(path, sizeof path, "&payment_intent=%s", stripe_id(id, business, KIND_INTENT, 21));
    AUTO(Text) *by_intent = text_new(NULL);
    walk(client, ACME, "refunds", path, 5, by_intent);
    ck_assert_str_eq(by_intent->bytes, refunds->bytes);
    snprintf(path, sizeof path, "balance_transactions?source=%s", stripe_id(id, business, KIND_SALE, 21));
    ck_assert_uint_eq(length_at(get(client, ACME, path), "data"), 1);
    check_error(client, get(client, ACME, "refunds?charge=ch_none"), 400, "resource_missing");
    yyjson_val *payouts = get(client, ACME, "payouts?status=failed&limit=100"), *each;
    size_t i, n;
    ck_assert_uint_gt(length_at(payouts, "data"), 0);
    yyjson_arr_foreach(json_at(payouts, "data"), i, n, each)
    {
        ck_assert_str_eq(text_at(each, "status"), "failed");
    }
}
END_TEST

START_TEST(a_cursor_must_be_there)
{
    AUTO(Client) *client = client_new();
    const char *id = text_at(get(client, ACME, "customers?limit=1"), "data.0.id");
    const char *path = arena_format(client->arena, "customers?starting_after=%s", id);
    get(client, ACME, path);
    ck_assert_int_eq(client->status, 200);
    control(client, "POST", "stripe/acme/delete",
            arena_format(client->arena, "{\"type\":\"customers\",\"id\":\"%s\"}", id));
    check_error(client, get(client, ACME, path), 400, "resource_missing");
    check_error(client, get(client, ACME, "customers?starting_after=a&ending_before=b"), 400, "");
}
END_TEST

START_TEST(bad_parameters_are_named)
{
    static const struct {
        const char *path, *code, *param;
    } bad[] = {
        {"charges?limit=0",                                     "parameter_invalid_integer", "limit"        },
        {"charges?limit=101",                                   "parameter_invalid_integer", "limit"        },
        {"charges?limit=ten",                                   "parameter_invalid_integer", "limit"        },
        {"charges?page=2",                                      "parameter_unknown",         "page"         },
        {"charges?created[near]=1",                             "parameter_unknown",         "created[near]"},
        {"terminal/locations?created[gte]=1",                   "parameter_unknown",         "created[gte]" },
        {"charges?created[gte]=soon",                           "parameter_invalid_integer", "created"      },
        {"account?_=1",                                         "parameter_unknown",         "_"            },
        {"charges?expand[]=data.customer.name",                 "",                          "expand"       },
        {"charges?expand[]=customer",                           "",                          "expand"       },
        {"charges?expand[]=data.invoice.charge.invoice.charge", "",                          "expand"       },
    };
    AUTO(Client) *client = client_new();
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        yyjson_val *answer = get(client, ACME, bad[i].path);
        check_error(client, answer, 400, bad[i].code);
        ck_assert_str_eq(text_at(answer, "error.param"), bad[i].param);
    }
}
END_TEST

START_TEST(references_are_ids_until_expanded)
{
    AUTO(Client) *client = client_new();
    yyjson_val *plain = get(client, ACME, "charges?limit=100"), *each;
    yyjson_val *wide = get(client, ACME, "charges?limit=100&expand[]=data.invoice&expand[]=data.invoice.customer");
    size_t i, n, n_invoices = 0;
    yyjson_arr_foreach(json_at(plain, "data"), i, n, each)
    {
        yyjson_val *other = yyjson_arr_get(json_at(wide, "data"), i);
        if (!json_at(each, "invoice"))
            continue;
        n_invoices++;
        ck_assert_str_eq(text_at(each, "invoice"), text_at(other, "invoice.id"));
        ck_assert(!json_at(other, "invoice.customer") || json_at(other, "invoice.customer.object"));
        ck_assert(!yyjson_is_obj(json_at(other, "customer")));
        ck_assert_ptr_null(json_at(each, "refunds"));
    }
    ck_assert_uint_gt(n_invoices, 10);
}
END_TEST

START_TEST(nested_lists_stop_at_ten_and_say_where_the_rest_is)
{
    AUTO(Client) *client = client_new();
    AUTO(Text) *lines = text_new(NULL);
    const Account *account = world_account(client->world, "acme", &(BusinessSize){0});
    const Business *business = account->business;
    char id[STRIPE_ID_SIZE];
    int longest = 0;
    for (int i = 0; i < n_of(business, KIND_INVOICE); i++)
        longest = invoice_at(business, i)->n_lines > invoice_at(business, longest)->n_lines ? i : longest;
    stripe_id(id, business, KIND_INVOICE, longest);
    yyjson_val *invoice = get(client, ACME, arena_format(client->arena, "invoices/%s", id));
    ck_assert_uint_eq(length_at(invoice, "lines.data"), 10);
    ck_assert(json_boolean(invoice, "lines.has_more", false));
    const char *first = arena_format(client->arena, "%s\n", text_at(invoice, "lines.data.0.id"));
    char url[128];
    snprintf(url, sizeof url, "%s", text_at(invoice, "lines.url") + strlen("/v1/"));
    AUTO(Text) *start = text_new(first);
    walk(client, ACME, url, "", 100, lines);
    ck_assert_uint_eq(lines_of(lines), (size_t)invoice_at(business, longest)->n_lines);
    ck_assert_int_eq(strncmp(lines->bytes, start->bytes, start->length), 0);

    stripe_id(id, business, KIND_SALE, 21);
    yyjson_val *charge = get(client, ACME, arena_format(client->arena, "charges/%s?expand[]=refunds", id));
    ck_assert_uint_eq(length_at(charge, "refunds.data"), 10);
    ck_assert(json_boolean(charge, "refunds.has_more", false));
}
END_TEST

START_TEST(single_objects_are_found_deleted_or_missing)
{
    AUTO(Client) *client = client_new();
    static const char *const kinds[] = {
        "customers", "products", "prices",    "tax_rates",           "invoices", "charges", "refunds",
        "disputes",  "payouts",  "transfers", "balance_transactions"};
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        const char *id = text_at(get(client, ACME, arena_format(client->arena, "%s?limit=1", kinds[i])), "data.0.id");
        yyjson_val *one = get(client, ACME, arena_format(client->arena, "%s/%s", kinds[i], id));
        ck_assert_str_eq(text_at(one, "id"), id);
        check_error(client, get(client, ACME, arena_format(client->arena, "%s/none", kinds[i])), 404,
                    "resource_missing");
    }
    yyjson_val *gone =
        control(client, "POST", "stripe/acme/delete", "[{\"type\":\"customers\"},{\"type\":\"products\"}]");
    yyjson_val *customer =
        get(client, ACME, arena_format(client->arena, "customers/%s", text_at(gone, "changed.0.id")));
    ck_assert_int_eq(client->status, 200);
    ck_assert(json_boolean(customer, "deleted", false));
    check_error(client, get(client, ACME, arena_format(client->arena, "products/%s", text_at(gone, "changed.1.id"))),
                404, "resource_missing");
    check_error(client, get(client, ACME, "nothing/here"), 404, "");
}
END_TEST

SUITE("sandbox lists", pages_of_any_size_give_the_same_ids_once_across_equal_stamps, a_page_has_ten_without_a_limit,
      ending_before_walks_back_over_the_same_objects, a_created_window_holds_exactly_what_lies_in_it,
      filters_narrow_and_unknown_references_are_refused, a_cursor_must_be_there, bad_parameters_are_named,
      references_are_ids_until_expanded, nested_lists_stop_at_ten_and_say_where_the_rest_is,
      single_objects_are_found_deleted_or_missing)
