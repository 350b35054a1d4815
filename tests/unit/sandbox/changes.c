#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <string.h>

/* The newest event. */
static yyjson_val *last_event(Client *client)
{
    return json_at(get(client, ACME, "events?limit=1"), "data.0");
}

static yyjson_val *change(Client *client, const char *verb, const char *body)
{
    yyjson_val *answer = control(client, "POST", arena_format(client->arena, "stripe/acme/%s", verb), body);
    ck_assert_msg(client->status == 200, "%s", client->body->bytes);
    return answer;
}

/* How many of the listed changes are of this type. */
static int n_changed(yyjson_val *answer, const char *data_type)
{
    yyjson_val *each;
    size_t i, n;
    int found = 0;
    yyjson_arr_foreach(json_at(answer, "changed"), i, n, each)
    {
        found += strcmp(text_at(each, "dataType"), data_type) == 0;
    }
    return found;
}

START_TEST(an_update_makes_an_event_with_what_was_there_before)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    for (int i = 0; i < 4; i++) {
        yyjson_val *answer = change(client, "change", "{\"type\":\"customers\"}");
        const char *id = text_at(answer, "changed.0.id");
        yyjson_val *event = last_event(client);
        ck_assert_str_eq(text_at(event, "type"), "customer.updated");
        ck_assert_str_eq(text_at(event, "data.object.id"), id);
        ck_assert_uint_eq(yyjson_obj_size(json_at(event, "data.previous_attributes")), 1);
        yyjson_val *now = get(client, ACME, arena_format(client->arena, "customers/%s", id));
        ck_assert(yyjson_equals(json_at(event, "data.object"), now));
    }
}
END_TEST

START_TEST(many_changes_touch_as_many_objects)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    yyjson_val *answer = change(client, "change", "{\"type\":\"customers\",\"count\":30}"), *each, *other;
    size_t i, j, n, m;
    ck_assert_uint_eq(length_at(answer, "changed"), 30);
    yyjson_arr_foreach(json_at(answer, "changed"), i, n, each)
    {
        yyjson_arr_foreach(json_at(answer, "changed"), j, m, other)
        {
            ck_assert(i == j || strcmp(text_at(each, "id"), text_at(other, "id")) != 0);
        }
    }
    answer = change(client, "change", "{\"count\":3}");
    ck_assert_int_eq(n_changed(answer, "commerce-customers"), 2);
    ck_assert_int_eq(n_changed(answer, "commerce-products"), 1);
}
END_TEST

START_TEST(a_refund_shows_in_charge_refund_ledger_balance_and_events)
{
    AUTO(Client) *client = client_new();
    yyjson_val *before = get(client, ACME, "balance");
    yyjson_val *answer = change(client, "create", "{\"type\":\"refunds\"}");
    ck_assert_int_eq(n_changed(answer, "commerce-orders"), 1);
    ck_assert_int_eq(n_changed(answer, "commerce-payments"), 1);
    ck_assert_int_eq(n_changed(answer, "commerce-transactions"), 1);
    ck_assert_int_eq(n_changed(answer, "commerce-companyInfo"), 1);
    yyjson_val *events = get(client, ACME, "events");
    ck_assert_str_eq(text_at(events, "data.0.type"), "refund.created");
    ck_assert_str_eq(text_at(events, "data.1.type"), "charge.refunded");
    yyjson_val *refund = json_at(get(client, ACME, "refunds?limit=1"), "data.0");
    ck_assert_str_eq(text_at(refund, "charge"), text_at(events, "data.1.data.object.id"));
    yyjson_val *entry = get(
        client, ACME, arena_format(client->arena, "balance_transactions/%s", text_at(refund, "balance_transaction")));
    ck_assert_str_eq(text_at(entry, "source"), text_at(refund, "id"));
    ck_assert(!yyjson_equals(before, get(client, ACME, "balance")));
}
END_TEST

START_TEST(deleted_objects_leave_the_list_and_the_truth)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    yyjson_val *answer = change(client, "delete", "{\"type\":\"customers\"}");
    const char *id = text_at(answer, "changed.0.id");
    ck_assert_str_eq(text_at(last_event(client), "type"), "customer.deleted");
    client_try(client, ACME, "customers?limit=100");
    ck_assert_ptr_null(strstr(client->body->bytes, id));
    yyjson_val *truth = control(client, "GET", "stripe/acme/truth", NULL);
    ck_assert_ptr_null(yyjson_obj_get(json_at(truth, "commerce-customers"), id));
    yyjson_val *each;
    size_t i, n;
    bool listed = false;
    yyjson_arr_foreach(json_at(truth, "deleted.commerce-customers"), i, n, each)
    {
        listed = listed || strcmp(yyjson_get_str(each), id) == 0;
    }
    ck_assert(listed);
}
END_TEST

START_TEST(new_objects_come_first_and_have_events)
{
    static const struct {
        const char *type, *path, *event;
        int place; /* of its event, newest first */
    } created[] = {
        {"charges",     "charges",   "charge.succeeded",       0},
        {"customers",   "customers", "customer.created",       0},
        {"products",    "products",  "product.created",        1},
        {"chargebacks", "disputes",  "charge.dispute.created", 1},
    };
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    for (size_t i = 0; i < COUNT_OF(created); i++) {
        change(client, "create", arena_format(client->arena, "{\"type\":\"%s\"}", created[i].type));
        yyjson_val *first = get(client, ACME, arena_format(client->arena, "%s?limit=1", created[i].path));
        yyjson_val *events = get(client, ACME, "events?limit=2");
        yyjson_val *event = yyjson_arr_get(json_at(events, "data"), (size_t)created[i].place);
        ck_assert_str_eq(text_at(event, "type"), created[i].event);
        ck_assert_str_eq(text_at(event, "data.object.id"), text_at(first, "data.0.id"));
    }
}
END_TEST

START_TEST(events_are_filtered_by_types_and_time)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    change(client, "change",
           "[{\"type\":\"customers\"},{\"type\":\"products\"},{\"type\":\"disputes\"},{\"type\":\"tax_rates\"}]");
    yyjson_val *events = get(client, ACME, "events?types[]=product.updated&types[]=tax_rate.updated");
    ck_assert_uint_eq(length_at(events, "data"), 2);
    ck_assert_str_eq(text_at(events, "data.1.type"), "product.updated");
    ck_assert_uint_eq(length_at(get(client, ACME, "events?type=charge.*"), "data"), 1);
    const char *created = text_at(events, "data.0.created");
    ck_assert_uint_eq(
        length_at(get(client, ACME, arena_format(client->arena, "events?created[gt]=%s", created)), "data"), 0);
}
END_TEST

START_TEST(events_are_kept_for_thirty_days)
{
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    change(client, "change", "{\"type\":\"customers\"}");
    control(client, "POST", "clock", "{\"offset_seconds\":2505600}"); /* 29 days */
    change(client, "change", "{\"type\":\"customers\"}");
    ck_assert_uint_eq(length_at(get(client, ACME, "events"), "data"), 2);
    control(client, "POST", "clock", "{\"offset_seconds\":2678400}"); /* 31 days */
    ck_assert_uint_eq(length_at(get(client, ACME, "events"), "data"), 1);
}
END_TEST

START_TEST(the_event_of_another_version_has_another_shape)
{
    AUTO(Client) *client = client_new();
    for (int i = 0; i < 40; i++) {
        const char *name = arena_format(client->arena, "shop%d", i);
        yyjson_val *account = control(client, "POST", arena_format(client->arena, "stripe/%s", name), "{}");
        bool basil = strcmp(text_at(account, "version"), "2025-03-31.basil") == 0;
        if (!basil && strcmp(text_at(account, "version"), "2025-02-24.acacia") != 0)
            continue;
        control(client, "POST", arena_format(client->arena, "stripe/%s/create", name), "{\"type\":\"charges\"}");
        yyjson_val *event =
            json_at(get(client, arena_format(client->arena, "sk_test_sandbox_%s", name), "events"), "data.0");
        ck_assert_str_eq(text_at(event, "api_version"), text_at(account, "version"));
        bool has_link = yyjson_obj_get(json_at(event, "data.object"), "invoice") != NULL;
        ck_assert_int_eq(has_link, !basil);
    }
}
END_TEST

START_TEST(commands_that_make_no_sense_are_refused)
{
    static const struct {
        const char *path, *body;
        int status;
    } bad[] = {
        {"stripe/nobody/change", "{}",                                           404},
        {"stripe/acme/change",   "{\"type\":\"unicorns\"}",                      400},
        {"stripe/acme/change",   "{\"type\":\"customers\",\"id\":\"cus_none\"}", 404},
        {"stripe/acme/change",   "{\"id\":\"cus_none\"}",                        400},
        {"stripe/acme/delete",   "{\"type\":\"charges\"}",                       409},
        {"stripe/acme/change",   "{",                                            400},
        {"stripe/a__b",          "{}",                                           400},
        {"stripe/fine",          "{\"size\":\"enormous\"}",                      400},
    };
    AUTO(Client) *client = client_new();
    get(client, ACME, "account");
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        yyjson_val *answer = control(client, "POST", bad[i].path, bad[i].body);
        ck_assert_msg(client->status == bad[i].status, "%s %s: %d", bad[i].path, bad[i].body, client->status);
        ck_assert_ptr_nonnull(json_text(answer, "error"));
    }
}
END_TEST

SUITE("sandbox changes", an_update_makes_an_event_with_what_was_there_before, many_changes_touch_as_many_objects,
      a_refund_shows_in_charge_refund_ledger_balance_and_events, deleted_objects_leave_the_list_and_the_truth,
      new_objects_come_first_and_have_events, events_are_filtered_by_types_and_time, events_are_kept_for_thirty_days,
      the_event_of_another_version_has_another_shape, commands_that_make_no_sense_are_refused)
