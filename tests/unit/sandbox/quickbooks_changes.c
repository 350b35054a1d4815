/* Change data capture, faults and limits. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/quickbooks_client.h"
#include <stdio.h>
#include <string.h>

static yyjson_val *changes(Client *client, const char *entities, const char *since)
{
    char *encoded = curl_easy_escape(client->curl, since, 0);
    const char *path = arena_format(client->arena, "cdc?entities=%s&changedSince=%s", entities, encoded);
    curl_free(encoded);
    return qb_get(client, path);
}

static yyjson_val *act(Client *client, const char *what, const char *type)
{
    yyjson_val *answer = control(client, "POST", arena_format(client->arena, "quickbooks/" COMPANY "/%s", what),
                                 arena_format(client->arena, "{\"type\":\"%s\"}", type));
    ck_assert_msg(client->status == 200, "%s %s: %s", what, type, client->body->bytes);
    return answer;
}

START_TEST(nothing_changed_is_an_empty_object_for_each_entity)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *answer = changes(client, "Invoice,Bill", qb_moment(client, 0));
    ck_assert_int_eq(client->status, 200);
    ck_assert_uint_eq(length_at(answer, "CDCResponse.0.QueryResponse"), 2);
    ck_assert_uint_eq(yyjson_obj_size(json_at(answer, "CDCResponse.0.QueryResponse.0")), 0);
    ck_assert_uint_eq(yyjson_obj_size(json_at(answer, "CDCResponse.0.QueryResponse.1")), 0);
}
END_TEST

START_TEST(a_change_comes_whole_and_a_deletion_as_a_stub)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    const char *since = qb_moment(client, -1);
    const char *changed = text_at(act(client, "change", "bills"), "changed.0.id");
    const char *deleted = text_at(act(client, "delete", "journalEntries"), "changed.0.id");
    yyjson_val *answer = changes(client, "Bill,JournalEntry,Vendor", since);
    ck_assert_str_eq(text_at(answer, "CDCResponse.0.QueryResponse.0.Bill.0.Id"), changed);
    ck_assert_ptr_nonnull(json_at(answer, "CDCResponse.0.QueryResponse.0.Bill.0.Line"));
    yyjson_val *stub = json_at(answer, "CDCResponse.0.QueryResponse.1.JournalEntry.0");
    ck_assert_str_eq(text_at(stub, "Id"), deleted);
    ck_assert_str_eq(text_at(stub, "status"), "Deleted");
    ck_assert_ptr_nonnull(json_text(stub, "MetaData.LastUpdatedTime"));
    ck_assert_uint_eq(yyjson_obj_size(stub), 4);
    ck_assert_int_eq(qb_total(client, arena_format(client->arena, "JournalEntry WHERE Id = '%s'", deleted)), 0);
}
END_TEST

START_TEST(changes_end_at_a_thousand_objects_and_at_thirty_days)
{
    AUTO(Client) *client = qb_client_new("warehouse__charges16000");
    /* The books end before today: look from a clock that is there. */
    control(client, "POST", "clock",
            arena_format(client->arena, "{\"offset_seconds\":%lld}", (long long)(TODAY - world_now(client->world))));
    yyjson_val *answer = changes(client, "Invoice,Payment,Customer", qb_moment(client, -29 * 86400));
    ck_assert_int_eq(client->status, 200);
    size_t n = 0;
    const char *const paths[] = {"CDCResponse.0.QueryResponse.0.Invoice", "CDCResponse.0.QueryResponse.1.Payment",
                                 "CDCResponse.0.QueryResponse.2.Customer"};
    for (size_t i = 0; i < COUNT_OF(paths); i++)
        n += json_at(answer, paths[i]) ? length_at(answer, paths[i]) : 0;
    ck_assert_uint_eq(n, 1000);
    qb_check_fault(client, changes(client, "Invoice", qb_moment(client, -31 * 86400)), 400, "4002");
}
END_TEST

START_TEST(entities_that_are_not_captured_are_refused)
{
    static const char *const refused[] = {"TaxCode", "TaxRate", "TaxAgency", "TimeActivity", "Nonsense"};
    AUTO(Client) *client = qb_client_new(COMPANY);
    for (size_t i = 0; i < COUNT_OF(refused); i++)
        qb_check_fault(client, changes(client, refused[i], qb_moment(client, -60)), 400, "2030");
    qb_check_fault(client, changes(client, "Invoice", "last week"), 400, "2170");
    qb_check_fault(client, qb_get(client, "cdc"), 400, "2020");
}
END_TEST

START_TEST(a_company_opens_for_its_own_token_only)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    client->extra_header = "Accept: application/json";
    yyjson_val *answer =
        get(client, "nobody", arena_format(client->arena, "../../quickbooks/v3/company/%s/companyinfo/1", qb_realm()));
    qb_check_fault(client, answer, 401, "3200");
    answer = get(client, qb_token(), "../../quickbooks/v3/company/123/companyinfo/123");
    qb_check_fault(client, answer, 403, "3100");
    client->extra_header = NULL;
}
END_TEST

START_TEST(an_expired_token_is_refused_in_lower_case)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    control(client, "POST", "quickbooks/tokens", "{\"expire\":\"all\"}");
    yyjson_val *answer = qb_ask(client, "SELECT * FROM Invoice");
    qb_check_fault(client, answer, 401, "3200");
    ck_assert_ptr_nonnull(json_at(answer, "fault.error.0.message"));
    ck_assert(json_integer(answer, "time", 0) > 0);
}
END_TEST

START_TEST(what_a_user_may_not_see_is_5020)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    control(client, "POST", "quickbooks/" COMPANY "/permissions", "{\"revoke\":[\"PurchaseOrder\"]}");
    qb_check_fault(client, qb_ask(client, "SELECT * FROM PurchaseOrder"), 403, "5020");
    qb_check_fault(client, changes(client, "PurchaseOrder", qb_moment(client, -60)), 403, "5020");
    qb_query(client, "SELECT * FROM Bill");
    control(client, "POST", "quickbooks/" COMPANY "/permissions", "{\"grant\":[\"PurchaseOrder\"]}");
    qb_query(client, "SELECT * FROM PurchaseOrder");
}
END_TEST

START_TEST(the_limit_is_429_with_a_fault_and_no_advice)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    control(client, "POST", "quickbooks/limits", "{\"on\":true,\"minute\":3}");
    for (int i = 0; i < 3; i++)
        qb_query(client, "SELECT COUNT(*) FROM Invoice");
    yyjson_val *answer = qb_ask(client, "SELECT COUNT(*) FROM Invoice");
    qb_check_fault(client, answer, 429, "3001");
    ck_assert_str_eq(text_at(answer, "Fault.Error.0.Message"),
                     "message=ThrottleExceeded; errorCode=003001; statusCode=429");
}
END_TEST

static void break_next(Client *client, const char *fault)
{
    control(client, "POST", "quickbooks/" COMPANY "/faults", fault);
    ck_assert_int_eq(client->status, 200);
}

START_TEST(faults_strike_the_query_that_they_name)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    break_next(client, "{\"status\":500,\"path\":\"/query/Bill\",\"times\":1}");
    qb_query(client, "SELECT * FROM Invoice");
    qb_check_fault(client, qb_ask(client, "SELECT * FROM Bill"), 500, "10000");
    break_next(client, "{\"kind\":\"lock_timeout\",\"times\":1}");
    qb_check_fault(client, qb_ask(client, "SELECT * FROM Bill"), 403, "3001");
    break_next(client, "{\"kind\":\"truncate\",\"path\":\"/query/Bill\",\"times\":1}");
    ck_assert_ptr_null(qb_ask(client, "SELECT * FROM Bill"));
    break_next(client, "{\"kind\":\"malformed\",\"times\":1}");
    ck_assert_ptr_null(qb_ask(client, "SELECT * FROM Bill"));
}
END_TEST

START_TEST(records_are_spoiled_one_by_one)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    static const char query[] = "SELECT * FROM Bill ORDERBY Id MAXRESULTS 2";
    const char *second = text_at(qb_query(client, query), "Bill.1.Id");
    break_next(client, "{\"kind\":\"missing_id\",\"times\":1}");
    yyjson_val *page = qb_query(client, query);
    ck_assert_ptr_null(json_at(page, "Bill.0.Id"));
    ck_assert_str_eq(text_at(page, "Bill.1.Id"), second);
    break_next(client, arena_format(client->arena, "{\"kind\":\"bad_amount\",\"ids\":[\"%s\"],\"times\":1}", second));
    page = qb_query(client, query);
    ck_assert_str_eq(text_at(page, "Bill.1.TotalAmt"), "twelve");
    break_next(client, arena_format(client->arena, "{\"kind\":\"hide\",\"ids\":[\"%s\"],\"times\":1}", second));
    ck_assert_str_ne(text_at(qb_query(client, query), "Bill.1.Id"), second);
}
END_TEST

START_TEST(without_the_header_the_answer_is_xml)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *answer = get(client, qb_token(),
                             arena_format(client->arena, "../../quickbooks/v3/company/%s/companyinfo/1", qb_realm()));
    ck_assert_ptr_null(answer);
    ck_assert_str_eq(header_of(client, "Content-Type"), "application/xml");
}
END_TEST

SUITE("sandbox quickbooks changes and faults", nothing_changed_is_an_empty_object_for_each_entity,
      a_change_comes_whole_and_a_deletion_as_a_stub, changes_end_at_a_thousand_objects_and_at_thirty_days,
      entities_that_are_not_captured_are_refused, a_company_opens_for_its_own_token_only,
      an_expired_token_is_refused_in_lower_case, what_a_user_may_not_see_is_5020,
      the_limit_is_429_with_a_fault_and_no_advice, faults_strike_the_query_that_they_name,
      records_are_spoiled_one_by_one, without_the_header_the_answer_is_xml)
