#include "tests/sources/support/cases.h"
#include "tests/support/suite.h"
#include "workers/stripe/mapping.h"
#include <string.h>

START_TEST(every_mapping_fits_its_message)
{
    Error err = {0};
    ck_assert_msg(stripe_bind(&err), "%s", err.text);
}
END_TEST

START_TEST(charges_with_their_invoices_are_orders)
{
    cases_run("stripe/orders.json");
}
END_TEST

START_TEST(charges_are_payments)
{
    cases_run("stripe/payments.json");
}
END_TEST

START_TEST(refunds_are_negative_payments)
{
    cases_run("stripe/refunds.json");
}
END_TEST

START_TEST(balance_transactions_are_transactions)
{
    cases_run("stripe/transactions.json");
}
END_TEST

START_TEST(disputes_are_disputes)
{
    cases_run("stripe/disputes.json");
}
END_TEST

START_TEST(customers_are_customers)
{
    cases_run("stripe/customers.json");
}
END_TEST

START_TEST(products_with_their_prices_are_products)
{
    cases_run("stripe/products.json");
}
END_TEST

START_TEST(tax_rates_are_tax_components)
{
    cases_run("stripe/tax_rates.json");
}
END_TEST

START_TEST(account_and_balance_are_the_company)
{
    cases_run("stripe/company.json");
}
END_TEST

START_TEST(terminal_locations_are_locations)
{
    cases_run("stripe/locations.json");
}
END_TEST

START_TEST(configured_methods_are_payment_methods)
{
    cases_run("stripe/payment_methods.json");
}
END_TEST

static const ProtobufCMessage *map_text(Arena *arena, const Mapping *mapping, const char *json, size_t length,
                                        Error *err)
{
    yyjson_val *record = json_parse(arena, json, length, err);
    ck_assert_msg(record != NULL, "%s", err->text);
    return mapping_apply(mapping, record, arena, err);
}

START_TEST(bad_utf8_becomes_replacement_characters)
{
    static const char json[] = "{\"id\": \"cus_1\", \"name\": \"A\xFF\xC3.\"}";
    AUTO(Arena) *arena = arena_new(16 * KIB);
    Error err = {0};
    const CommerceCustomer *customer = (const void *)map_text(arena, &stripe_customer, json, sizeof json - 1, &err);
    ck_assert_msg(customer != NULL, "%s", err.text);
    ck_assert_str_eq(customer->customer_name, "A\xEF\xBF\xBD\xEF\xBF\xBD.");
}
END_TEST

START_TEST(a_row_that_is_no_object_is_refused)
{
    static const char *const rows[] = {"17", "\"cus_1\"", "null", "[]", "true"};
    AUTO(Arena) *arena = arena_new(16 * KIB);
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        Error err = {0};
        ck_assert_ptr_null(map_text(arena, &stripe_customer, rows[i], strlen(rows[i]), &err));
        ck_assert_int_eq(err.kind, ERROR_DATA);
        ck_assert_msg(strstr(err.text, "the record is no object") != NULL, "%s", err.text);
    }
}
END_TEST

SUITE("stripe records", every_mapping_fits_its_message, charges_with_their_invoices_are_orders, charges_are_payments,
      refunds_are_negative_payments, balance_transactions_are_transactions, disputes_are_disputes,
      customers_are_customers, products_with_their_prices_are_products, tax_rates_are_tax_components,
      account_and_balance_are_the_company, terminal_locations_are_locations, configured_methods_are_payment_methods,
      bad_utf8_becomes_replacement_characters, a_row_that_is_no_object_is_refused)
