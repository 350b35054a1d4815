#include "lib/auto.h"
#include "proto/data_types.h"
#include "proto/pb.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

static const char *const model_keys[] = {
    "accountTransactions",
    "balanceSheet",
    "bankAccounts",
    "bankTransactions",
    "billCreditNotes",
    "billPayments",
    "bills",
    "cashFlowStatement",
    "chartOfAccounts",
    "company",
    "creditNotes",
    "customers",
    "directCosts",
    "directIncomes",
    "invoices",
    "itemReceipts",
    "items",
    "journalEntries",
    "journals",
    "paymentMethods",
    "payments",
    "profitAndLoss",
    "purchaseOrders",
    "salesOrders",
    "suppliers",
    "taxRates",
    "trackingCategories",
    "transfers",
    "banking-accounts",
    "banking-accountBalances",
    "banking-transactions",
    "banking-transactionCategories",
    "commerce-companyInfo",
    "commerce-customers",
    "commerce-disputes",
    "commerce-locations",
    "commerce-orders",
    "commerce-paymentMethods",
    "commerce-payments",
    "commerce-productCategories",
    "commerce-products",
    "commerce-taxComponents",
    "commerce-transactions",
};

START_TEST(every_data_type_of_the_model_has_a_row)
{
    ck_assert_uint_eq(COUNT_OF(model_keys), 43);
    ck_assert_uint_eq(n_data_types, COUNT_OF(model_keys));
    for (size_t i = 0; i < COUNT_OF(model_keys); i++)
        ck_assert_msg(data_type_by_key(model_keys[i]) != NULL, "%s has no row", model_keys[i]);
}
END_TEST

/* account-balances from accountBalances */
static void with_separator(const char *camel, char separator, char *out)
{
    for (; *camel; camel++) {
        bool upper = *camel >= 'A' && *camel <= 'Z';
        if (upper)
            *out++ = separator;
        *out++ = upper ? (char)(*camel - 'A' + 'a') : *camel;
    }
    *out = '\0';
}

START_TEST(topics_and_tables_follow_from_the_keys)
{
    for (size_t i = 0; i < n_data_types; i++) {
        const DataType *type = &data_types[i];
        const char *family = family_name(type->family);
        const char *name = type->key;
        if (type->family != FAMILY_ACCOUNTING) {
            ck_assert_int_eq(strncmp(type->key, family, strlen(family)), 0);
            name += strlen(family) + 1;
        }
        char kebab[64], snake[64], topic[128], table[128];
        with_separator(name, '-', kebab);
        with_separator(name, '_', snake);
        snprintf(topic, sizeof topic, "records.%s.%s", family, kebab);
        snprintf(table, sizeof table, "%s.%s", family, snake);
        ck_assert_str_eq(type->topic, topic);
        ck_assert_str_eq(type->table, table);
    }
}
END_TEST

START_TEST(the_names_in_the_protocol_are_ours)
{
    const DataType *orders = data_type_by_key("commerce-orders");
    ck_assert_str_eq(orders->topic, "records.commerce.orders");
    ck_assert_str_eq(orders->table, "commerce.orders");
    ck_assert_str_eq(orders->message->name, "tributary.commerce.v1.Order");
    const DataType *balances = data_type_by_key("banking-accountBalances");
    ck_assert_str_eq(balances->topic, "records.banking.account-balances");
    ck_assert_str_eq(balances->table, "banking.account_balances");
    const DataType *invoices = data_type_by_key("invoices");
    ck_assert_str_eq(invoices->topic, "records.accounting.invoices");
    ck_assert_str_eq(invoices->table, "accounting.invoices");
}
END_TEST

START_TEST(no_two_rows_share_a_name_an_id_or_a_message)
{
    for (size_t i = 0; i < n_data_types; i++) {
        const DataType *type = &data_types[i];
        ck_assert_ptr_eq(data_type_by_key(type->key), type);
        ck_assert_ptr_eq(data_type_by_topic(type->topic), type);
        ck_assert_ptr_eq(data_type_by_schema_id(type->schema_id), type);
        ck_assert_ptr_eq(schema_message(type->schema_id), type->message);
        for (size_t j = 0; j < i; j++) {
            ck_assert_str_ne(data_types[j].table, type->table);
            ck_assert_ptr_ne(data_types[j].message, type->message);
        }
    }
}
END_TEST

/* Readers outside keep these ids in their registries. */
START_TEST(schema_ids_stay_what_they_are)
{
    ck_assert_uint_eq(data_type_by_key("accountTransactions")->schema_id, 101);
    ck_assert_uint_eq(data_type_by_key("transfers")->schema_id, 128);
    ck_assert_uint_eq(data_type_by_key("banking-transactions")->schema_id, 204);
    ck_assert_uint_eq(data_type_by_key("commerce-orders")->schema_id, 305);
    ck_assert_uint_eq(data_type_by_key("commerce-transactions")->schema_id, 311);
    ck_assert_ptr_eq(schema_message(1), PB_DESCRIPTOR(PbJob));
    ck_assert_ptr_eq(schema_message(2), PB_DESCRIPTOR(PbDatasetEvent));
    ck_assert_ptr_eq(schema_message(3), PB_DESCRIPTOR(PbControlMessage));
    ck_assert_ptr_eq(schema_message(4), PB_DESCRIPTOR(PbDeadLetter));
}
END_TEST

START_TEST(names_that_nobody_has_are_not_found)
{
    ck_assert_ptr_null(data_type_by_key("Invoices"));
    ck_assert_ptr_null(data_type_by_key(""));
    ck_assert_ptr_null(data_type_by_topic("records.accounting"));
    ck_assert_ptr_null(data_type_by_schema_id(0));
    ck_assert_ptr_null(schema_message(0));
    ck_assert_ptr_null(schema_message(999));
}
END_TEST

START_TEST(every_record_begins_with_the_common_head)
{
    for (size_t i = 0; i < n_data_types; i++) {
        const ProtobufCMessageDescriptor *message = data_types[i].message;
        const ProtobufCFieldDescriptor *id = protobuf_c_message_descriptor_get_field(message, 1);
        const ProtobufCFieldDescriptor *deleted = protobuf_c_message_descriptor_get_field(message, 2);
        const ProtobufCFieldDescriptor *modified = protobuf_c_message_descriptor_get_field(message, 3);
        const ProtobufCFieldDescriptor *supplemental = protobuf_c_message_descriptor_get_field(message, 4);
        ck_assert_msg(id && deleted && modified && supplemental, "%s has no head", message->name);
        ck_assert_str_eq(id->name, "id");
        ck_assert_int_eq(id->type, PROTOBUF_C_TYPE_STRING);
        ck_assert_str_eq(deleted->name, "is_deleted");
        ck_assert_int_eq(deleted->type, PROTOBUF_C_TYPE_BOOL);
        ck_assert_str_eq(modified->name, "source_modified_date");
        ck_assert_ptr_eq(modified->descriptor, PB_DESCRIPTOR(PbTimestamp));
        ck_assert_str_eq(supplemental->name, "supplemental_data");
        ck_assert_ptr_eq(supplemental->descriptor, PB_DESCRIPTOR(PbJsonObject));
    }
}
END_TEST

static bool may_be_plain(const ProtobufCFieldDescriptor *field)
{
    return field->type == PROTOBUF_C_TYPE_STRING || field->type == PROTOBUF_C_TYPE_MESSAGE ||
           field->type == PROTOBUF_C_TYPE_ENUM || strcmp(field->name, "is_deleted") == 0;
}

/* Numbers and booleans of a record are messages, because proto3 cannot tell a plain 0 or false from nothing. */
START_TEST(absent_is_not_zero_in_any_record)
{
    for (size_t i = 0; i < n_data_types; i++) {
        const ProtobufCMessageDescriptor *message = data_types[i].message;
        for (unsigned j = 0; j < message->n_fields; j++)
            ck_assert_msg(may_be_plain(&message->fields[j]), "%s.%s", message->name, message->fields[j].name);
    }
}
END_TEST

START_TEST(the_api_path_differs_from_the_key_where_the_platform_says_so)
{
    static const struct {
        const char *key, *path;
        bool by_company;
    } cases[] = {
        {"invoices",             "invoices",                                  true },
        {"chartOfAccounts",      "accounts",                                  true },
        {"company",              "info",                                      true },
        {"balanceSheet",         "financials/balanceSheet",                   true },
        {"transfers",            "transfers",                                 false},
        {"bankTransactions",     "bankAccounts/{accountId}/bankTransactions", false},
        {"banking-accounts",     "banking-accounts",                          false},
        {"commerce-companyInfo", "commerce-info",                             false},
        {"commerce-orders",      "commerce-orders",                           false},
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++) {
        const DataType *type = data_type_by_key(cases[i].key);
        ck_assert_str_eq(type->path, cases[i].path);
        ck_assert_int_eq(type->by_company, cases[i].by_company);
    }
}
END_TEST

SUITE("proto data types", every_data_type_of_the_model_has_a_row, topics_and_tables_follow_from_the_keys,
      the_names_in_the_protocol_are_ours, no_two_rows_share_a_name_an_id_or_a_message, schema_ids_stay_what_they_are,
      names_that_nobody_has_are_not_found, every_record_begins_with_the_common_head, absent_is_not_zero_in_any_record,
      the_api_path_differs_from_the_key_where_the_platform_says_so)
