#include "tests/support/suite.h"
#include "tests/unit/sandbox/quickbooks_client.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char *const entities[] = {
    "CompanyInfo", "Preferences",  "Account",       "Customer",     "Vendor",        "Item",          "TaxCode",
    "TaxRate",     "TaxAgency",    "Class",         "Department",   "PaymentMethod", "Term",          "Invoice",
    "CreditMemo",  "Payment",      "Bill",          "VendorCredit", "BillPayment",   "PurchaseOrder", "JournalEntry",
    "Purchase",    "SalesReceipt", "RefundReceipt", "Deposit",      "Transfer",
};

/* All ids of an entity by pages of `most`, one a line. Fails when a page is over its size or says another. */
static void walk(Client *client, const char *entity, const char *where, int most, Text *ids)
{
    int64_t start = 1;
    size_t n;
    do {
        yyjson_val *page =
                       qb_query(client, arena_format(client->arena,
                                                     "SELECT * FROM %s %s ORDERBY Id STARTPOSITION %lld MAXRESULTS %d",
                                                     entity, where, (long long)start, most)),
                   *each;
        size_t i;
        n = 0;
        yyjson_arr_foreach(json_at(page, entity), i, n, each)
        {
            text_printf(ids, "%s\n", text_at(each, "Id"));
        }
        if (n > 0) {
            ck_assert_int_eq(json_integer(page, "startPosition", -1), start);
            ck_assert_int_eq(json_integer(page, "maxResults", -1), (int64_t)n);
        } else {
            ck_assert_uint_eq(yyjson_obj_size(page), 0);
        }
        ck_assert_uint_le(n, (size_t)most);
        start += (int64_t)n;
    } while (n == (size_t)most);
}

static int64_t lines_of(const Text *text)
{
    int64_t n = 0;
    for (size_t i = 0; i < text->length; i++)
        n += text->bytes[i] == '\n';
    return n;
}

static void check_once(const Text *ids)
{
    AUTO(Text) *line = text_new(NULL);
    for (const char *at = ids->bytes; *at; at += strcspn(at, "\n") + 1) {
        text_set(line, "\n");
        text_add(line, at, strcspn(at, "\n") + 1);
        const char *again = strstr(at + strcspn(at, "\n"), line->bytes);
        ck_assert_msg(again == NULL, "%s came twice", line->bytes);
    }
}

START_TEST(pages_of_any_size_give_every_object_once)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    for (size_t i = 0; i < COUNT_OF(entities); i++) {
        AUTO(Text) *small = text_new(NULL);
        AUTO(Text) *large = text_new(NULL);
        walk(client, entities[i], "", 7, small);
        walk(client, entities[i], "", 1000, large);
        ck_assert_msg(large->length > 0, "there is no %s", entities[i]);
        ck_assert_str_eq(small->bytes, large->bytes);
        check_once(large);
        ck_assert_int_eq(lines_of(large), qb_total(client, entities[i]));
        arena_reset(client->arena);
    }
}
END_TEST

START_TEST(a_page_has_a_hundred_and_an_empty_one_has_no_list)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Invoice");
    ck_assert_uint_eq(length_at(page, "Invoice"), 100);
    page = qb_query(client, "SELECT * FROM Invoice STARTPOSITION 100000");
    ck_assert_uint_eq(yyjson_obj_size(page), 0);
}
END_TEST

START_TEST(without_an_order_rows_do_not_come_by_id)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Invoice"), *each;
    size_t i, n;
    int64_t before = 0, falls = 0;
    yyjson_arr_foreach(json_at(page, "Invoice"), i, n, each)
    {
        int64_t id = strtoll(text_at(each, "Id"), NULL, 10);
        falls += id < before;
        before = id;
    }
    ck_assert_int_gt(falls, 0);
}
END_TEST

START_TEST(inactive_objects_come_when_they_are_asked_for_and_have_another_name)
{
    static const char *const lists[] = {"Account", "Customer"};
    AUTO(Client) *client = qb_client_new(COMPANY);
    for (size_t i = 0; i < COUNT_OF(lists); i++) {
        int64_t active = qb_total(client, lists[i]);
        int64_t all = qb_total(client, arena_format(client->arena, "%s WHERE Active IN (true, false)", lists[i]));
        int64_t inactive = qb_total(client, arena_format(client->arena, "%s WHERE Active = false", lists[i]));
        ck_assert_int_gt(inactive, 0);
        ck_assert_int_eq(all, active + inactive);
        yyjson_val *page =
            qb_query(client, arena_format(client->arena, "SELECT * FROM %s WHERE Active = false", lists[i]));
        const char *name =
            text_at(page, arena_format(client->arena, i == 0 ? "Account.0.Name" : "Customer.0.DisplayName"));
        ck_assert_ptr_nonnull(strstr(name, " (deleted)"));
    }
}
END_TEST

START_TEST(conditions_choose_exactly_what_they_say)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Invoice ORDERBY MetaData.LastUpdatedTime, Id MAXRESULTS 60"),
               *each;
    const char *middle = text_at(page, "Invoice.50.MetaData.LastUpdatedTime");
    int64_t all = qb_total(client, "Invoice");
    int64_t since =
        qb_total(client, arena_format(client->arena, "Invoice WHERE MetaData.LastUpdatedTime >= '%s'", middle));
    int64_t before =
        qb_total(client, arena_format(client->arena, "Invoice WHERE MetaData.LastUpdatedTime < '%s'", middle));
    ck_assert_int_gt(before, 0);
    ck_assert_int_eq(since + before, all);
    page = qb_query(client, "select * from account where AccountType in ('Bank', 'Credit Card')");
    size_t i, n;
    yyjson_arr_foreach(json_at(page, "Account"), i, n, each)
    {
        const char *type = text_at(each, "AccountType");
        ck_assert(strcmp(type, "Bank") == 0 || strcmp(type, "Credit Card") == 0);
    }
    ck_assert_uint_gt(n, 1);
    ck_assert_int_eq(qb_total(client, "Account WHERE AccountType LIKE 'B%'"),
                     qb_total(client, "Account WHERE AccountType = 'Bank'"));
    page = qb_query(client,
                    "SELECT * FROM Bill WHERE TxnDate >= '2026-01-01' AND TxnDate <= '2026-03-31' MAXRESULTS 1000");
    yyjson_arr_foreach(json_at(page, "Bill"), i, n, each)
    {
        ck_assert_str_ge(text_at(each, "TxnDate"), "2026-01-01");
        ck_assert_str_le(text_at(each, "TxnDate"), "2026-03-31");
    }
    ck_assert_uint_gt(n, 0);
}
END_TEST

START_TEST(ids_can_be_listed_and_compared_as_numbers)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Invoice ORDERBY Id MAXRESULTS 12");
    const char *second = text_at(page, "Invoice.1.Id"), *tenth = text_at(page, "Invoice.9.Id");
    ck_assert_int_eq(
        qb_total(client, arena_format(client->arena, "Invoice WHERE Id IN ('%s', '%s', '0')", second, tenth)), 2);
    ck_assert_int_eq(qb_total(client, arena_format(client->arena, "Invoice WHERE Id <= '%s'", tenth)), 10);
}
END_TEST

START_TEST(a_query_may_be_posted)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *answer = qb_post_query(client, "SELECT * FROM Vendor MAXRESULTS 3");
    ck_assert_int_eq(client->status, 200);
    ck_assert_uint_eq(length_at(answer, "QueryResponse.Vendor"), 3);
}
END_TEST

START_TEST(what_the_language_does_not_have_is_a_parse_error)
{
    static const char *const wrong[] = {
        "SELECT Id FROM Invoice WHERE",
        "SELECT * FROM Nothing",
        "SELECT * FROM Invoice, Bill",
        "SELECT * FROM Invoice WHERE Id = '1' OR Id = '2'",
        "SELECT * FROM Invoice WHERE Colour = 'red'",
        "SELECT * FROM Invoice GROUP BY Id",
        "SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime > 'yesterday'",
        /* The plus of an offset that was not encoded. */
        "SELECT * FROM Invoice WHERE MetaData.LastUpdatedTime > '2026-05-05T00:00:00 02:00'",
        "SELECT * FROM Invoice MAXRESULTS ten",
        "DELETE FROM Invoice",
    };
    AUTO(Client) *client = qb_client_new(COMPANY);
    for (size_t i = 0; i < COUNT_OF(wrong); i++)
        qb_check_fault(client, qb_ask(client, wrong[i]), 400, "4000");
    qb_check_fault(client, qb_ask(client, "SELECT * FROM Invoice MAXRESULTS 1001"), 400, "4001");
    qb_check_fault(client, qb_ask(client, "SELECT * FROM Invoice STARTPOSITION 0"), 400, "4001");
    qb_check_fault(client, qb_get(client, "query"), 400, "2020");
}
END_TEST

START_TEST(quotes_in_texts_are_escaped)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Customer ORDERBY Id MAXRESULTS 1000"), *each;
    size_t i, n;
    int found = 0;
    yyjson_arr_foreach(json_at(page, "Customer"), i, n, each)
    {
        const char *name = text_at(each, "DisplayName");
        const char *quote = strchr(name, '\'');
        if (!quote)
            continue;
        const char *escaped = arena_format(client->arena, "%.*s\\'%s", (int)(quote - name), name, quote + 1);
        if (strchr(quote + 1, '\''))
            continue;
        ck_assert_int_eq(qb_total(client, arena_format(client->arena, "Customer WHERE DisplayName = '%s'", escaped)),
                         1);
        found++;
    }
    ck_assert_int_gt(found, 0);
}
END_TEST

SUITE("sandbox quickbooks queries", pages_of_any_size_give_every_object_once,
      a_page_has_a_hundred_and_an_empty_one_has_no_list, without_an_order_rows_do_not_come_by_id,
      inactive_objects_come_when_they_are_asked_for_and_have_another_name, conditions_choose_exactly_what_they_say,
      ids_can_be_listed_and_compared_as_numbers, a_query_may_be_posted,
      what_the_language_does_not_have_is_a_parse_error, quotes_in_texts_are_escaped)
