#include "infra/sandbox/stripe_names.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <stdio.h>
#include <string.h>

/* Checks that the truth of a type has each id of a list (with the prefix), and nothing beyond `n_total` of them. */
static size_t check_ids(Client *client, yyjson_val *truth, const char *path, const char *data_type, const char *prefix)
{
    yyjson_val *records = json_at(truth, data_type);
    size_t n_total = 0;
    const char *after = "";
    bool more = true;
    while (more) {
        yyjson_val *page = get(client, ACME, arena_format(client->arena, "%s?limit=100%s", path, after)), *each;
        size_t i, n;
        yyjson_arr_foreach(json_at(page, "data"), i, n, each)
        {
            const char *id = arena_format(client->arena, "%s%s", prefix, text_at(each, "id"));
            ck_assert_msg(yyjson_obj_get(records, id) != NULL, "the truth lacks %s %s", data_type, id);
            after = arena_format(client->arena, "&starting_after=%s", text_at(each, "id"));
            n_total++;
        }
        more = json_boolean(page, "has_more", false);
    }
    return n_total;
}

START_TEST(the_truth_has_what_the_lists_have_and_no_more)
{
    AUTO(Client) *client = client_new();
    static const struct {
        const char *path, *data_type, *prefix;
    } lists[] = {
        {"customers",            "commerce-customers",     ""},
        {"products",             "commerce-products",      ""},
        {"charges",              "commerce-orders",        ""},
        {"balance_transactions", "commerce-transactions",  ""},
        {"disputes",             "commerce-disputes",      ""},
        {"terminal/locations",   "commerce-locations",     ""},
        {"tax_rates",            "commerce-taxComponents", ""},
    };
    get(client, ACME, "account");
    control(client, "POST", "stripe/acme/create", "[{\"type\":\"charges\",\"count\":3},{\"type\":\"products\"}]");
    control(client, "POST", "stripe/acme/delete", "[{\"type\":\"customers\",\"count\":2},{\"type\":\"products\"}]");
    yyjson_val *truth = control(client, "GET", "stripe/acme/truth", NULL);
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        ck_assert_uint_eq(check_ids(client, truth, lists[i].path, lists[i].data_type, lists[i].prefix),
                          yyjson_obj_size(json_at(truth, lists[i].data_type)));
    size_t n_payments = check_ids(client, truth, "charges", "commerce-payments", "charge:") +
                        check_ids(client, truth, "refunds", "commerce-payments", "refund:");
    ck_assert_uint_eq(n_payments, yyjson_obj_size(json_at(truth, "commerce-payments")));
    ck_assert_uint_eq(yyjson_obj_size(json_at(truth, "commerce-companyInfo")), 1);
}
END_TEST

START_TEST(the_same_day_and_name_give_the_same_bytes)
{
    static const char *const paths[] = {"charges?limit=100&expand[]=data.invoice", "products?limit=100",
                                        "balance_transactions?limit=100", "account"};
    AUTO(Client) *one = client_new();
    AUTO(Client) *two = client_new();
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        client_try(one, ACME, paths[i]);
        client_try(two, ACME, paths[i]);
        ck_assert_uint_gt(one->body->length, 500);
        ck_assert_str_eq(one->body->bytes, two->body->bytes);
    }
    control(one, "GET", "stripe/acme/truth", NULL);
    control(two, "GET", "stripe/acme/truth", NULL);
    ck_assert_str_eq(one->body->bytes, two->body->bytes);
}
END_TEST

/* The first account that charges in a currency, mainly or beside. */
static const char *account_with(Client *client, const char *member, const char *currency)
{
    for (int i = 0; i < 60; i++) {
        const char *name = arena_format(client->arena, "shop%d", i);
        yyjson_val *account = control(client, "POST", arena_format(client->arena, "stripe/%s", name), "{}");
        const char *found = json_text(account, member);
        if (found && strcmp(found, currency) == 0)
            return name;
    }
    ck_abort_msg("none of sixty accounts has %s as %s", currency, member);
}

static size_t digits_after_point(const char *number)
{
    const char *point = strchr(number, '.');
    return point ? strlen(point + 1) : 0;
}

START_TEST(amounts_have_the_digits_of_their_currency)
{
    static const struct {
        const char *currency, *code;
        size_t digits;
    } currencies[] = {
        {"jpy", "JPY", 0},
        {"usd", "USD", 2},
        {"kwd", "KWD", 3}
    };
    AUTO(Client) *client = client_new();
    for (size_t i = 0; i < COUNT_OF(currencies); i++) {
        const char *name = account_with(client, "currency", currencies[i].currency);
        yyjson_val *truth = control(client, "GET", arena_format(client->arena, "stripe/%s/truth", name), NULL);
        yyjson_val *key, *order;
        size_t j, n, n_main = 0;
        yyjson_obj_foreach(json_at(truth, "commerce-orders"), j, n, key, order)
        {
            if (strcmp(text_at(order, "currency"), currencies[i].code) != 0)
                continue;
            n_main++;
            ck_assert_uint_eq(digits_after_point(text_at(order, "totalAmount")), currencies[i].digits);
        }
        ck_assert_uint_gt(n_main, 50);
    }
}
END_TEST

START_TEST(a_sale_in_a_foreign_currency_is_exchanged_in_the_ledger)
{
    AUTO(Client) *client = client_new();
    const char *name = account_with(client, "foreign_currency", "jpy");
    yyjson_val *truth = control(client, "GET", arena_format(client->arena, "stripe/%s/truth", name), NULL);
    yyjson_val *key, *entry;
    size_t i, n, n_exchanged = 0;
    yyjson_obj_foreach(json_at(truth, "commerce-transactions"), i, n, key, entry)
    {
        ck_assert_str_eq(text_at(entry, "currency"), "USD");
        n_exchanged += json_at(entry, "supplementalData.content.exchange_rate") != NULL;
    }
    ck_assert_uint_gt(n_exchanged, 10);
}
END_TEST

START_TEST(one_record_written_out_by_hand_is_right)
{
    AUTO(Client) *client = client_new();
    Business *business = world_account(client->world, "acme", &(BusinessSize){0})->business;
    char id[STRIPE_ID_SIZE], customer[STRIPE_ID_SIZE], expected[1024];
    Sale *sale = sale_at(business, 1);
    *sale = (Sale){.item.created = 1767323045,
                   .amount = 129907,
                   .refunded = 907,
                   .currency = currency_of("usd"),
                   .customer = 0,
                   .invoice = -1,
                   .movement = -1,
                   .dispute = -1,
                   .method = METHOD_TERMINAL,
                   .state = SALE_AUTHORIZED,
                   .payer = "Łukasz \"L\"",
                   .country = "JP",
                   .receipt = 14820031};
    snprintf(expected, sizeof expected,
             "{\"id\":\"%s\",\"orderNumber\":\"1482-0031\",\"country\":\"JPN\",\"currency\":\"USD\","
             "\"totalAmount\":1290.00,\"totalRefund\":-9.07,\"customerRef\":{\"id\":\"%s\",\"name\":\"Łukasz "
             "\\\"L\\\"\"},\"createdDate\":\"2026-01-02T03:04:05Z\",\"payments\":[{\"id\":\"%s\",\"amount\":1299.07,"
             "\"currency\":\"USD\",\"type\":\"Card\",\"status\":\"Authorized\",\"paymentProvider\":\"Stripe\","
             "\"createdDate\":\"2026-01-02T03:04:05Z\"}]}",
             stripe_id(id, business, KIND_SALE, 1), stripe_id(customer, business, KIND_CUSTOMER, 0), id);
    control(client, "GET", "stripe/acme/truth", NULL);
    ck_assert_msg(strstr(client->body->bytes, expected) != NULL, "the truth lacks %s", expected);
}
END_TEST

SUITE("sandbox truth", the_truth_has_what_the_lists_have_and_no_more, the_same_day_and_name_give_the_same_bytes,
      amounts_have_the_digits_of_their_currency, a_sale_in_a_foreign_currency_is_exchanged_in_the_ledger,
      one_record_written_out_by_hand_is_right)
