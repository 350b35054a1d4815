#include "proto/columns.h"
#include "proto/tables.h"
#include "tests/unit/sink/house.h"
#include <string.h>

/* Rows read back as the API shows them. */

static const char *select_json(const char *key, const char *where)
{
    const DataType *type = data_type_by_key(key);
    AUTO(Text) *sql = text_new("select ");
    columns_select_json(sql, type, "r");
    text_printf(sql, " from %s r %s", type->table, where);
    return house_text(sql->bytes);
}

static void every_type_body(void)
{
    for (size_t i = 0; i < n_data_types; i++) {
        AUTO(Text) *sql = text_new(NULL);
        text_printf(sql,
                    "insert into %s (connection_id, id, generation, source_version, epoch, content_hash, is_deleted)"
                    " values ('" CONNECTION "', 'x', 1, 0, 1, 0, false)",
                    data_types[i].table);
        house_sql(sql->bytes);
        const char *json = select_json(data_types[i].key, "");
        ck_assert_msg(json[0] == '{' && !strstr(json, "null"), "%s: %s", data_types[i].key, json);
    }
    ck_assert_str_eq(select_json("profitAndLoss", ""), "{}");
}

START_TEST(every_type_can_be_selected_and_an_empty_row_has_no_nulls)
{
    house_run(every_type_body);
}
END_TEST

static void order_body(void)
{
    CommerceOrder order = PB_INIT(CommerceOrder);
    CommerceCustomerRef customer = PB_INIT(CommerceCustomerRef);
    PbTimestamp created = PB_INIT(PbTimestamp), closed = PB_INIT(PbTimestamp);
    PbDecimal total = PB_INIT(PbDecimal);
    PbJsonObject extra = PB_INIT(PbJsonObject);
    customer.id = (char *)"c1";
    created.seconds = 1785729910;
    closed.seconds = 1785729910;
    closed.nanos = 250000000;
    total.value = (char *)"10.00";
    extra.json = (char *)"{\"kept\": null}";
    order.id = (char *)"o1";
    order.customer_ref = &customer;
    order.created_date = &created;
    order.closed_date = &closed;
    order.total_amount = &total;
    order.supplemental_data = &extra;
    house_put_order(&order, "1.0.5", DATASET);
    house_store();
    house_sql("update commerce.orders set modified_date = '2026-08-03T00:00:00Z'");
    ck_assert_str_eq(select_json("commerce-orders", ""),
                     "{\"id\": \"o1\", \"closedDate\": \"2026-08-03T04:05:10.25Z\", "
                     "\"createdDate\": \"2026-08-03T04:05:10Z\", \"customerRef\": {\"id\": \"c1\"}, "
                     "\"totalAmount\": 10.00, \"modifiedDate\": \"2026-08-03T00:00:00Z\", "
                     "\"supplementalData\": {\"content\": {\"kept\": null}}}");
}

START_TEST(a_record_comes_back_as_the_model_has_it)
{
    house_run(order_body);
}
END_TEST

static void evolve_body(void)
{
    Error err = {0};
    house_sql("alter table commerce.orders drop column country; drop table banking.accounts");
    ck_assert_msg(tables_migrate(house.pg, &err), "%s", err.text);
    ck_assert_msg(tables_migrate(house.pg, &err), "%s", err.text);
    house_expect("select count(*) from information_schema.columns where table_schema = 'commerce'"
                 " and table_name = 'orders' and column_name = 'country'",
                 "1");
    house_expect("select to_regclass('banking.accounts')", "banking.accounts");
    house_sql("alter table commerce.orders alter column country type integer using null");
    ck_assert(!tables_migrate(house.pg, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "commerce.orders.country is integer, the messages say text"));
    house_expect("select 1", "1");
}

START_TEST(tables_follow_the_messages_and_refuse_another_type)
{
    house_run(evolve_body);
}
END_TEST

SUITE("sink json", every_type_can_be_selected_and_an_empty_row_has_no_nulls, a_record_comes_back_as_the_model_has_it,
      tables_follow_the_messages_and_refuse_another_type)
