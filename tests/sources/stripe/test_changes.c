#include "tests/sources/support/script.h"
#include "tests/support/suite.h"
#include "workers/stripe/mapping.h"
#include <string.h>

static const Trial since = {.since_ms = 1754193906789};

#define LIST(rows, more) "{\"object\":\"list\",\"data\":[" rows "],\"has_more\":" #more ",\"url\":\"/v1/x\"}"
#define EVENT(id, type, object)                                                                                        \
    "{\"id\":\"" id "\",\"api_version\":\"2020-03-02\",\"type\":\"" type "\",\"data\":{\"object\":" object "}}"
#define CUSTOMER(id) "{\"id\":\"" id "\",\"object\":\"customer\"}"
#define GONE         "{\"error\":{\"type\":\"invalid_request_error\",\"code\":\"resource_missing\"}}"

static Page fetch(Arena *arena, const char *data_type, const char *cursor)
{
    Error err = {0};
    Page page = {0};
    ck_assert_msg(script_fetch(&since, data_type, cursor, arena, &page, &err), "%s", err.text);
    return page;
}

START_TEST(new_objects_come_first_and_then_the_events)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(CUSTOMER("cus_9"), false)}, {200, LIST("", false)});
    Page page = fetch(arena, "commerce-customers", "");
    ck_assert_str_eq(script_asked(0), "/v1/customers?limit=100&created[gte]=1754193906");
    ck_assert_uint_eq(page.n_items, 1);
    page = fetch(arena, "commerce-customers", page.next);
    ck_assert_str_eq(script_asked(1), "/v1/events?limit=50&created[gte]=1754193906&types[]=customer.created"
                                      "&types[]=customer.updated&types[]=customer.deleted");
    ck_assert_uint_eq(page.n_items, 0);
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_changed_object_is_read_once_a_page_however_many_events_it_has)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(EVENT("evt_3", "customer.updated", CUSTOMER("cus_1")) "," EVENT(
                          "evt_2", "customer.updated", CUSTOMER("cus_2")) "," EVENT("evt_1", "customer.created",
                                                                                    CUSTOMER("cus_1")),
                      true)},
           {200, "{\"id\":\"cus_1\",\"name\":\"as it is now\"}"}, {200, "{\"id\":\"cus_2\"}"});
    Page page = fetch(arena, "commerce-customers", "{\"step\":1}");
    ck_assert_uint_eq(script_n_asked(), 3);
    ck_assert_str_eq(script_asked(1), "/v1/customers/cus_1");
    ck_assert_str_eq(script_asked(2), "/v1/customers/cus_2");
    ck_assert_uint_eq(page.n_items, 2);
    ck_assert_str_eq(json_text(page.items[0].json, "name"), "as it is now");
    ck_assert_ptr_nonnull(strstr(page.next, "\"after\":\"evt_1\""));
}
END_TEST

START_TEST(deleted_objects_become_deletions)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(EVENT("evt_2", "customer.deleted", CUSTOMER("cus_2")) "," EVENT("evt_1", "customer.deleted",
                                                                                      CUSTOMER("cus_1")),
                      false)},
           {200, "{\"id\":\"cus_2\",\"object\":\"customer\",\"deleted\":true}"}, {404, GONE});
    Page page = fetch(arena, "commerce-customers", "{\"step\":1}");
    ck_assert_uint_eq(page.n_items, 2);
    for (size_t i = 0; i < 2; i++)
        ck_assert_ptr_null(page.items[i].json);
    ck_assert_str_eq(page.items[0].deleted_id, "cus_2");
    ck_assert_str_eq(page.items[1].deleted_id, "cus_1");
}
END_TEST

START_TEST(a_path_that_is_not_there_deletes_nothing)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page page = {0};
    SCRIPT({200, LIST(EVENT("evt_1", "customer.updated", CUSTOMER("cus_1")), false)},
           {404, "{\"error\":{\"message\":\"Unrecognized request URL\"}}"});
    ck_assert(!script_fetch(&since, "commerce-customers", "{\"step\":1}", arena, &page, &err));
    ck_assert_int_eq(err.kind, ERROR_UNSUPPORTED);
}
END_TEST

START_TEST(a_changed_price_is_a_change_of_its_product)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(EVENT("evt_3", "price.updated", "{\"id\":\"price_1\",\"product\":\"rope\"}") "," EVENT(
                          "evt_2", "price.deleted",
                          "{\"id\":\"price_2\",\"product\":{\"id\":\"rope\"}}") "," EVENT("evt_1", "product.updated",
                                                                                          "{\"id\":\"rope\"}"),
                      false)},
           {200, "{\"id\":\"rope\"}"}, {200, LIST("{\"id\":\"price_1\"}", false)});
    Page page = fetch(arena, "commerce-products", "{\"step\":1}");
    ck_assert_str_eq(script_asked(1), "/v1/products/rope");
    ck_assert_str_eq(script_asked(2), "/v1/prices?limit=100&product=rope");
    ck_assert_uint_eq(page.n_items, 1);
    ck_assert_str_eq(json_text(page.items[0].json, "prices.0.id"), "price_1");
}
END_TEST

START_TEST(events_of_payments_lead_to_charges_and_to_refunds)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(EVENT("evt_2", "refund.updated", "{\"id\":\"pyr_1\"}") "," EVENT("evt_1", "charge.refunded",
                                                                                       "{\"id\":\"py_1\"}"),
                      false)},
           {200, "{\"id\":\"pyr_1\"}"}, {200, "{\"id\":\"py_1\"}"});
    Page page = fetch(arena, "commerce-payments", "{\"step\":2}");
    ck_assert_str_eq(script_asked(1), "/v1/refunds/pyr_1");
    ck_assert_str_eq(script_asked(2), "/v1/charges/py_1");
    ck_assert_str_eq(page.items[0].id_hint, "refund:pyr_1");
    ck_assert_str_eq(page.items[1].id_hint, "charge:py_1");
}
END_TEST

START_TEST(an_order_is_read_again_with_its_invoice)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST(EVENT("evt_1", "charge.refunded", "{\"id\":\"ch_1\"}"), false)}, {200, "{\"id\":\"ch_1\"}"});
    fetch(arena, "commerce-orders", "{\"step\":1}");
    ck_assert_str_eq(script_asked(1), "/v1/charges/ch_1?expand[]=invoice");
}
END_TEST

START_TEST(events_of_other_types_and_without_an_object_lead_nowhere)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT(
        {200, LIST("null,7,{\"id\":\"evt_3\"}," EVENT("evt_2", "customer.source.created",
                                                      CUSTOMER("cus_1")) "," EVENT("evt_1", "customer.updated", "{}"),
                   false)});
    Page page = fetch(arena, "commerce-customers", "{\"step\":1}");
    ck_assert_uint_eq(script_n_asked(), 1);
    ck_assert_uint_eq(page.n_items, 0);
}
END_TEST

START_TEST(transactions_have_no_events)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({200, LIST("{\"id\":\"txn_1\"}", false)});
    Page page = fetch(arena, "commerce-transactions", "");
    ck_assert_str_eq(script_asked(0), "/v1/balance_transactions?limit=100&created[gte]=1754193906");
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(an_event_that_grew_too_old_restarts_the_events)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    SCRIPT({400, GONE}, {200, LIST("", false)});
    Page page = fetch(arena, "commerce-customers", "{\"step\":1,\"after\":\"evt_1\",\"pages\":1}");
    page = fetch(arena, "commerce-customers", page.next);
    ck_assert_ptr_null(strstr(script_asked(1), "starting_after"));
    ck_assert_ptr_null(page.next);
}
END_TEST

START_TEST(a_record_can_be_asked_for_by_its_canonical_id)
{
    AUTO(Arena) *arena = arena_new(64 * KIB);
    Error err = {0};
    Page lives = {0}, deleted = {0}, gone = {0};
    SCRIPT({200, "{\"id\":\"re_1\"}"}, {200, "{\"id\":\"cus_1\",\"deleted\":true}"}, {404, GONE}, {503});
    ck_assert(script_lookup("commerce-payments", "refund:re_1", arena, &lives, &err));
    ck_assert_str_eq(script_asked(0), "/v1/refunds/re_1");
    ck_assert_uint_eq(lives.n_items, 1);
    ck_assert_ptr_nonnull(lives.items[0].json);
    ck_assert(script_lookup("commerce-customers", "cus_1", arena, &deleted, &err));
    ck_assert_uint_eq(deleted.n_items, 1);
    ck_assert_str_eq(deleted.items[0].deleted_id, "cus_1");
    ck_assert(script_lookup("commerce-customers", "cus_2", arena, &gone, &err));
    ck_assert_uint_eq(gone.n_items, 0);
    ck_assert_int_eq(err.kind, ERROR_NONE);
    ck_assert(!script_lookup("commerce-customers", "cus_3", arena, &gone, &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
}
END_TEST

SUITE("stripe changes", new_objects_come_first_and_then_the_events,
      a_changed_object_is_read_once_a_page_however_many_events_it_has, deleted_objects_become_deletions,
      a_path_that_is_not_there_deletes_nothing, a_changed_price_is_a_change_of_its_product,
      events_of_payments_lead_to_charges_and_to_refunds, an_order_is_read_again_with_its_invoice,
      events_of_other_types_and_without_an_object_lead_nowhere, transactions_have_no_events,
      an_event_that_grew_too_old_restarts_the_events, a_record_can_be_asked_for_by_its_canonical_id)
