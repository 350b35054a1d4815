#include "tests/support/suite.h"
#include "tests/unit/sandbox/client.h"
#include <string.h>

static yyjson_val *act(Client *client, const char *vendor, const char *verb, const char *body)
{
    yyjson_val *answer = control(client, "POST", arena_format(client->arena, "%s/acme/%s", vendor, verb), body);
    ck_assert_msg(client->status == 200, "%s", client->body->bytes);
    return answer;
}

static yyjson_val *truth_of(Client *client, const char *vendor)
{
    return control(client, "GET", arena_format(client->arena, "%s/acme/truth", vendor), NULL);
}

static bool is_listed(yyjson_val *answer, const char *data_type, const char *id)
{
    yyjson_val *each;
    size_t i, n;
    yyjson_arr_foreach(json_at(answer, "changed"), i, n, each)
    {
        if (strcmp(text_at(each, "dataType"), data_type) == 0 && strcmp(text_at(each, "id"), id) == 0)
            return true;
    }
    return false;
}

/* What is listed differs between the truths, and what differs is listed. */
static void check_listed(yyjson_val *before, yyjson_val *after, yyjson_val *answer)
{
    yyjson_val *type, *records, *id, *record;
    size_t i, j, n, m, n_differing = 0;
    yyjson_obj_foreach(after, i, n, type, records)
    {
        if (strcmp(yyjson_get_str(type), "deleted") == 0)
            continue;
        yyjson_val *old = yyjson_obj_get(before, yyjson_get_str(type));
        yyjson_obj_foreach(records, j, m, id, record)
        {
            bool differs = !yyjson_equals(record, yyjson_obj_get(old, yyjson_get_str(id)));
            n_differing += differs;
            ck_assert_int_eq(differs, is_listed(answer, yyjson_get_str(type), yyjson_get_str(id)));
        }
        n_differing += yyjson_obj_size(old) > yyjson_obj_size(records); /* deleted */
    }
    ck_assert_uint_eq(length_at(answer, "changed"), n_differing);
}

static const char *const vendors[] = {"quickbooks", "xero"};

START_TEST(what_is_said_to_change_is_what_the_truths_differ_in)
{
    static const char *const verbs[][2] = {
        {"change",  "{\"type\":\"customers\"}"                            },
        {"void",    "{\"type\":\"payments\"}"                             },
        {"create",  "{\"type\":\"invoices\"}"                             },
        {"archive", "{\"type\":\"items\"}"                                },
        {"delete",  "{\"type\":\"suppliers\"}"                            },
        {"delete",  "{\"type\":\"chartOfAccounts\"}"                      },
        {"change",  "[{\"type\":\"bills\"},{\"type\":\"journalEntries\"}]"},
    };
    for (size_t v = 0; v < COUNT_OF(vendors); v++) {
        AUTO(Client) *client = client_new();
        control(client, "POST", arena_format(client->arena, "%s/acme", vendors[v]), "{}");
        for (size_t i = 0; i < COUNT_OF(verbs); i++) {
            yyjson_val *before = truth_of(client, vendors[v]);
            yyjson_val *answer = act(client, vendors[v], verbs[i][0], verbs[i][1]);
            check_listed(before, truth_of(client, vendors[v]), answer);
            ck_assert_uint_gt(length_at(answer, "changed"), 0);
        }
    }
}
END_TEST

START_TEST(the_thing_itself_comes_first)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "quickbooks/acme", "{}");
    yyjson_val *answer = act(client, "quickbooks", "void", "{\"type\":\"payments\"}");
    ck_assert_str_eq(text_at(answer, "changed.0.dataType"), "payments");
    ck_assert_uint_gt(length_at(answer, "changed"), 3); /* accounts, the invoice, the balance sheet */
}
END_TEST

START_TEST(a_change_by_one_vendors_path_is_seen_at_both)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "xero/acme", "{}");
    yyjson_val *before = truth_of(client, "quickbooks");
    yyjson_val *answer = act(client, "xero", "change", "{\"type\":\"customers\"}");
    ck_assert_uint_eq(length_at(answer, "changed"), 1);
    ck_assert(!yyjson_equals(json_at(before, "customers"), json_at(truth_of(client, "quickbooks"), "customers")));
}
END_TEST

START_TEST(one_is_changed_by_its_id_and_many_are_each_another)
{
    AUTO(Client) *client = client_new();
    control(client, "POST", "quickbooks/acme", "{}");
    yyjson_val *answer = act(client, "quickbooks", "change", "{\"type\":\"invoices\",\"count\":50}");
    ck_assert_uint_eq(length_at(answer, "changed"), 50);
    const char *id = text_at(answer, "changed.31.id");
    answer =
        act(client, "quickbooks", "change", arena_format(client->arena, "{\"type\":\"invoices\",\"id\":\"%s\"}", id));
    ck_assert_uint_eq(length_at(answer, "changed"), 1);
    ck_assert_str_eq(text_at(answer, "changed.0.id"), id);
}
END_TEST

START_TEST(what_cannot_be_done_is_refused)
{
    static const struct {
        const char *path, *body;
        int status;
    } cases[] = {
        {"xero/nobody/change",   "{\"type\":\"invoices\"}",                 404},
        {"acme/acme/change",     "{\"type\":\"invoices\"}",                 404},
        {"xero/acme/change",     "{\"id\":\"1\"}",                          400},
        {"xero/acme/change",     "{\"type\":\"invoices\",\"count\":0}",     400},
        {"xero/acme/change",     "{\"type\":\"nothings\"}",                 409},
        {"xero/acme/void",       "{\"type\":\"customers\"}",                409},
        {"xero/acme/change",     "{\"type\":\"invoices\",\"id\":\"none\"}", 409},
        {"quickbooks/bad__name", "{}",                                      400},
        {"quickbooks/fine",      "{\"size\":\"vast\"}",                     400},
    };
    AUTO(Client) *client = client_new();
    control(client, "POST", "xero/acme", "{}");
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        control(client, "POST", cases[i].path, cases[i].body);
        ck_assert_msg(client->status == cases[i].status, "%s: %d", cases[i].path, client->status);
    }
}
END_TEST

START_TEST(accounts_are_listed_with_the_vendors_id)
{
    AUTO(Client) *client = client_new();
    yyjson_val *made = control(client, "POST", "xero/acme", "{\"charges\":300}");
    yyjson_val *list = control(client, "GET", "xero", NULL);
    ck_assert_uint_eq(yyjson_arr_size(list), 1);
    ck_assert_str_eq(text_at(list, "0.id"), text_at(made, "id"));
    ck_assert_uint_eq(strlen(text_at(made, "id")), 36);
    ck_assert_int_gt(json_integer(made, "objects.invoices", 0), 200);
    yyjson_val *other = control(client, "GET", "quickbooks/acme", NULL);
    ck_assert_str_ne(text_at(other, "id"), text_at(made, "id"));
    ck_assert_int_eq(json_integer(other, "objects.invoices", 0), json_integer(made, "objects.invoices", 1));
}
END_TEST

SUITE("sandbox books control", what_is_said_to_change_is_what_the_truths_differ_in, the_thing_itself_comes_first,
      a_change_by_one_vendors_path_is_seen_at_both, one_is_changed_by_its_id_and_many_are_each_another,
      what_cannot_be_done_is_refused, accounts_are_listed_with_the_vendors_id)
