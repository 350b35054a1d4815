#include "workers/runtime/mapping.h"
#include "tests/support/suite.h"
#include <string.h>

/* ---- Binding ---- */

static const Word good_words[] = {
    {"won", COMMERCE_DISPUTE_STATUS_WON},
};
static const Word strange_words[] = {
    {"won", 77},
};
static const MapRow name_rows[] = {
    {"name", FIELD(CommerceCustomerRef, name), &AS_TEXT, OPTIONAL},
};
static const Mapping name_map = MAPPING(CommerceCustomerRef, name_rows);
static const MapRow source_rows[] = {
    {"id", FIELD(CommerceTransactionSourceRef, id), &AS_TEXT, KEY},
};
static const Mapping source_map = MAPPING(CommerceTransactionSourceRef, source_rows);
static const MapRow broken_rows[] = {
    {"id", FIELD(CommerceTransactionSourceRef, type), &AS_TEXT, KEY},
};
static const Mapping broken_map = MAPPING(CommerceTransactionSourceRef, broken_rows);

/* One row each that must not bind, and what the error says. */
static const struct {
    MapRow row;
    const char *wrong;
} bad_rows[] = {
    {{"a", "amount", offsetof(CommerceDispute, reason), &AS_TEXT, OPTIONAL},                  "there is no such field"},
    {{"a", "reason", offsetof(CommerceDispute, currency), &AS_TEXT, OPTIONAL},                "another field's"       },
    {{"a", FIELD(CommerceDispute, reason), NULL, OPTIONAL},                                   "no conversion"         },
    {{"a", FIELD(CommerceDispute, reason), &AS_EPOCH_SECONDS, OPTIONAL},                      "does not fit"          },
    {{"a", FIELD(CommerceDispute, total_amount), &AS_TEXT, OPTIONAL},                         "does not fit"          },
    {{"a", FIELD(CommerceDispute, total_amount), &AS_EPOCH_SECONDS, OPTIONAL},                "another message"       },
    {{"a", FIELD(CommerceDispute, is_deleted), &AS_BOOLEAN, OPTIONAL},                        "does not fit"          },
    {{"", FIELD(CommerceDispute, reason), &AS_TEXT, OPTIONAL},                                "empty or too long"     },
    {{"a[].b", FIELD(CommerceDispute, reason), &AS_TEXT, OPTIONAL},                           "at the end"            },
    {{"[]", FIELD(CommerceDispute, reason), &AS_TEXT, OPTIONAL},                              "at the end"            },
    {{"a[]", FIELD(CommerceDispute, reason), &AS_TEXT, OPTIONAL},                             "not repeated"          },
    {{"a", FIELD(CommerceDispute, disputed_transactions), AS_RECORD(source_map), OPTIONAL},   "the path needs \"[]\"" },
    {{"a[]", FIELD(CommerceDispute, disputed_transactions), AS_RECORD(name_map), OPTIONAL},   "nested mapping"        },
    {{"a[]", FIELD(CommerceDispute, disputed_transactions), AS_RECORD(broken_map), OPTIONAL}, "does not fit"          },
    {{"a", FIELD(CommerceDispute, status), AS_WORDS(strange_words), OPTIONAL},                "no value of this enum" },
    {{"a", FIELD(CommerceDispute, status), AS_CONSTANT_ENUM(99), OPTIONAL},                   "no value of this enum" },
    {{"a", FIELD(CommerceDispute, reason), AS_WORDS(good_words), OPTIONAL},                   "does not fit"          },
};

START_TEST(a_row_that_does_not_fit_is_refused_at_start_up)
{
    for (size_t i = 0; i < COUNT_OF(bad_rows); i++) {
        Error err = {0};
        const Mapping mapping = {PB_DESCRIPTOR(CommerceDispute), &bad_rows[i].row, 1};
        ck_assert_msg(!mapping_bind(&mapping, &err), "row %zu (%s) was bound", i, bad_rows[i].wrong);
        ck_assert_int_eq(err.kind, ERROR_CONFIG);
        ck_assert_msg(strstr(err.text, bad_rows[i].wrong) != NULL, "row %zu: %s", i, err.text);
    }
}
END_TEST

START_TEST(an_error_at_start_up_names_message_field_and_path)
{
    static const MapRow rows[] = {
        {"evidence.due", FIELD(CommerceDispute, due_date), &AS_TEXT, OPTIONAL},
    };
    static const Mapping mapping = MAPPING(CommerceDispute, rows);
    Error err = {0};
    ck_assert(!mapping_bind(&mapping, &err));
    ck_assert_str_eq(err.text,
                     "mapping of tributary.commerce.v1.Dispute: field 'due_date' (google.protobuf.Timestamp) from "
                     "'evidence.due' as text: the conversion does not fit the field's type");
}
END_TEST

/* A mapping inside itself: ReportLine is the one message that nests. */
extern const Mapping endless_map;
static const MapRow endless_rows[] = {
    {"items[]", FIELD(AccountingReportLine, items), AS_RECORD(endless_map), OPTIONAL},
};
const Mapping endless_map = MAPPING(AccountingReportLine, endless_rows);

START_TEST(a_mapping_inside_itself_is_refused)
{
    Error err = {0};
    ck_assert(!mapping_bind(&endless_map, &err));
    ck_assert_msg(strstr(err.text, "inside itself") != NULL, "%s", err.text);
}
END_TEST

/* ---- Applying ---- */

static const MapRow part_rows[] = {
    {"key",    FIELD(CommerceOrderPayment, id),       &AS_TEXT,                   KEY     },
    {"amount", FIELD(CommerceOrderPayment, amount),   AS_MINOR_UNITS("currency"), OPTIONAL},
    {".",      FIELD(CommerceOrderPayment, currency), AS_CONSTANT_TEXT("none"),   OPTIONAL},
};
static const Mapping part_map = MAPPING(CommerceOrderPayment, part_rows);

static const MapRow order_rows[] = {
    {"id",       FIELD(CommerceOrder, id),               &AS_TEXT,                              REQUIRED},
    {"total",    FIELD(CommerceOrder, total_amount),     &AS_DECIMAL,                           OPTIONAL},
    {"minor",    FIELD(CommerceOrder, total_refund),     AS_NEGATED_MINOR_UNITS("currency"),    OPTIONAL},
    {"fraction", FIELD(CommerceOrder, total_gratuity),   AS_FRACTIONAL_MINOR_UNITS("currency"), OPTIONAL},
    {"percent",  FIELD(CommerceOrder, total_tax_amount), &AS_PERCENT,                           OPTIONAL},
    {"at",       FIELD(CommerceOrder, created_date),     &AS_INSTANT,                           OPTIONAL},
    {"country",  FIELD(CommerceOrder, country),          &AS_COUNTRY3,                          OPTIONAL},
    {"parts[]",  FIELD(CommerceOrder, payments),         AS_RECORD(part_map),                   OPTIONAL},
};
static const Mapping order_map = MAPPING(CommerceOrder, order_rows);

static const CommerceOrder *apply(Arena *arena, const char *json, Error *err)
{
    yyjson_val *record = json_parse(arena, json, strlen(json), err);
    ck_assert_msg(record != NULL, "%s", err->text);
    return (const void *)mapping_apply(&order_map, record, arena, err);
}

static const CommerceOrder *mapped(Arena *arena, const char *json)
{
    Error err = {0};
    const CommerceOrder *order = apply(arena, json, &err);
    ck_assert_msg(order != NULL, "%s", err.text);
    return order;
}

START_TEST(the_example_binds)
{
    Error err = {0};
    ck_assert_msg(mapping_bind(&order_map, &err), "%s", err.text);
}
END_TEST

START_TEST(missing_null_and_empty_are_absent_alike)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const CommerceOrder *order = mapped(arena, "{\"id\": 7, \"total\": \"\", \"at\": \"\", \"country\": \"\", "
                                               "\"minor\": null, \"percent\": \"\", \"parts\": null}");
    ck_assert_str_eq(order->id, "7");
    ck_assert_ptr_null(order->total_amount);
    ck_assert_ptr_null(order->total_refund);
    ck_assert_ptr_null(order->total_tax_amount);
    ck_assert_ptr_null(order->created_date);
    ck_assert_str_eq(order->country, "");
    ck_assert_uint_eq(order->n_payments, 0);
}
END_TEST

START_TEST(decimals_keep_every_digit)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const CommerceOrder *order =
        mapped(arena, "{\"id\": \"x\", \"total\": 12345678901234567890.123456789012345678,"
                      "\"percent\": 8.875, \"currency\": \"usd\", \"fraction\": \"0.5\", \"minor\": 0}");
    ck_assert_str_eq(order->total_amount->value, "12345678901234567890.123456789012345678");
    ck_assert_int_eq(decimal_compare(order->total_tax_amount->value, "0.08875"), 0);
    ck_assert_int_eq(decimal_compare(order->total_gratuity->value, "0.005"), 0);
    ck_assert_str_eq(order->total_refund->value, "0.00");
}
END_TEST

START_TEST(a_whole_number_in_floating_point_is_an_integer)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const CommerceOrder *order = mapped(arena, "{\"id\": \"x\", \"currency\": \"usd\", \"minor\": 1250.00}");
    ck_assert_str_eq(order->total_refund->value, "-12.50");
}
END_TEST

START_TEST(instants_and_countries_are_read)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const CommerceOrder *order =
        mapped(arena, "{\"id\": \"x\", \"at\": \"2025-08-03T06:05:06.5+02:00\", \"country\": \"at\"}");
    ck_assert_int_eq(order->created_date->seconds, 1754193906);
    ck_assert_int_eq(order->created_date->nanos, 500000000);
    ck_assert_str_eq(order->country, "AUT");
    ck_assert_str_eq(mapped(arena, "{\"id\": \"x\", \"country\": \"aut\"}")->country, "AUT");
    ck_assert_str_eq(mapped(arena, "{\"id\": \"x\", \"country\": \"Austria\"}")->country, "XXX");
}
END_TEST

START_TEST(a_list_keeps_its_order_and_skips_nulls_and_elements_without_their_key)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    AUTO(Text) *json = text_new("{\"id\": \"x\", \"currency\": \"jpy\", \"parts\": [null, {\"amount\": 1}, {}");
    for (int i = 0; i < 100; i++)
        text_printf(json, ", {\"key\": %d, \"amount\": %d}", i, i);
    text_puts(json, "]}");
    const CommerceOrder *order = mapped(arena, json->bytes);
    ck_assert_uint_eq(order->n_payments, 100);
    for (int i = 0; i < 100; i++) {
        ck_assert_int_eq(atoi(order->payments[i]->id), i);
        ck_assert_int_eq(atoi(order->payments[i]->amount->value), i); /* the currency is the order's */
    }
}
END_TEST

#define FORTY "a234567890b234567890c234567890d234567890"
START_TEST(an_error_names_the_path_to_the_value)
{
    static const struct {
        const char *json, *text;
    } bad[] = {
        {"{\"total\": 1}",                                            "id is missing"                            },
        {"{\"id\": {}}",                                              "id: object is no text"                    },
        {"{\"id\": 1, \"total\": \"12,50\"}",                         "total: '12,50' is no number"              },
        {"{\"id\": 1, \"total\": \"" FORTY "tail\"}",                 "total: '" FORTY "' is no number"          },
        {"{\"id\": 1, \"minor\": 5}",                                 "minor: an amount without a currency"      },
        {"{\"id\": 1, \"minor\": 5.5, \"currency\": \"usd\"}",        "minor: '5.5' is no integer"               },
        {"{\"id\": 1, \"at\": \"yesterday\"}",                        "at: 'yesterday' is no instant in ISO 8601"},
        {"{\"id\": 1, \"parts\": {}}",                                "parts[]: object is no array"              },
        {"{\"id\": 1, \"parts\": [7]}",                               "parts[]: '7' is no object"                },
        {"{\"id\": 1, \"parts\": [{\"key\": 1, \"amount\": false}]}", "parts[]: amount: false is no integer"     },
    };
    AUTO(Arena) *arena = arena_new(16 * KIB);
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        ck_assert_ptr_null(apply(arena, bad[i].json, &err));
        ck_assert_int_eq(err.kind, ERROR_DATA);
        ck_assert_str_eq(err.text, bad[i].text);
    }
}
END_TEST

START_TEST(scales_of_currencies_are_those_that_vendors_send)
{
    static const struct {
        const char *currency;
        int scale;
    } scales[] = {
        {"usd", 2},
        {"EUR", 2},
        {"jpy", 0},
        {"KRW", 0},
        {"vnd", 0},
        {"isk", 2},
        {"UGX", 2},
        {"kwd", 3},
        {"TND", 3},
        {"???", 2},
    };
    for (size_t i = 0; i < COUNT_OF(scales); i++)
        ck_assert_msg(map_currency_scale(scales[i].currency) == scales[i].scale, "%s", scales[i].currency);
}
END_TEST

static const MapRow joined_rows[] = {
    {".", FIELD(CommerceCustomer, customer_name), AS_JOINED(" ", "first", "middle", "name.last"), OPTIONAL},
};
static const Mapping joined_map = MAPPING(CommerceCustomer, joined_rows);
static const MapRow default_rows[] = {
    {".",     FIELD(CommerceOrder, total_amount), AS_CONSTANT_DECIMAL("0"), OPTIONAL},
    {"total", FIELD(CommerceOrder, total_amount), &AS_DECIMAL,              OPTIONAL},
};
static const Mapping default_map = MAPPING(CommerceOrder, default_rows);

static const void *apply_to(Arena *arena, const Mapping *mapping, const char *json, Error *err)
{
    yyjson_val *record = json_parse(arena, json, strlen(json), err);
    ck_assert_msg(record != NULL && mapping_bind(mapping, err), "%s", err->text);
    return mapping_apply(mapping, record, arena, err);
}

START_TEST(texts_that_are_there_are_joined)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    Error err = {0};
    const CommerceCustomer *customer =
        apply_to(arena, &joined_map, "{\"first\": \"Ann\", \"name\": {\"last\": 7}}", &err);
    ck_assert_str_eq(customer->customer_name, "Ann 7");
    customer = apply_to(arena, &joined_map, "{\"middle\": \"\"}", &err);
    ck_assert_str_eq(customer->customer_name, "");
    ck_assert_ptr_null(apply_to(arena, &joined_map, "{\"first\": []}", &err));
    ck_assert_str_eq(err.text, "first is no text");
}
END_TEST

START_TEST(a_constant_before_it_is_a_default)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    Error err = {0};
    const CommerceOrder *order = apply_to(arena, &default_map, "{\"total\": null}", &err);
    ck_assert_str_eq(order->total_amount->value, "0");
    order = apply_to(arena, &default_map, "{\"total\": 5.10}", &err);
    ck_assert_str_eq(order->total_amount->value, "5.10");
}
END_TEST

static const MapRow same_word_rows[] = {
    {"state", FIELD(CommerceDispute, status), &AS_SAME_WORD, OPTIONAL},
};
static const Mapping same_word_map = MAPPING(CommerceDispute, same_word_rows);

START_TEST(a_vendor_may_write_our_words_in_its_own_way)
{
    static const struct {
        const char *json;
        int status;
    } words[] = {
        {"{\"state\": \"EvidenceRequired\"}",  COMMERCE_DISPUTE_STATUS_EVIDENCE_REQUIRED},
        {"{\"state\": \"EVIDENCE_REQUIRED\"}", COMMERCE_DISPUTE_STATUS_EVIDENCE_REQUIRED},
        {"{\"state\": \"evidence\"}",          COMMERCE_DISPUTE_STATUS_UNKNOWN          },
        {"{\"state\": \"unspecified\"}",       COMMERCE_DISPUTE_STATUS_UNKNOWN          },
        {"{\"state\": \"\"}",                  0                                        },
    };
    AUTO(Arena) *arena = arena_new(16 * KIB);
    for (size_t i = 0; i < COUNT_OF(words); i++) {
        Error err = {0};
        const CommerceDispute *dispute = apply_to(arena, &same_word_map, words[i].json, &err);
        ck_assert_msg(dispute->status == (CommerceDisputeStatus)words[i].status, "%s", words[i].json);
    }
}
END_TEST

SUITE("mapping", a_row_that_does_not_fit_is_refused_at_start_up, an_error_at_start_up_names_message_field_and_path,
      a_mapping_inside_itself_is_refused, the_example_binds, missing_null_and_empty_are_absent_alike,
      decimals_keep_every_digit, a_whole_number_in_floating_point_is_an_integer, instants_and_countries_are_read,
      a_list_keeps_its_order_and_skips_nulls_and_elements_without_their_key, an_error_names_the_path_to_the_value,
      scales_of_currencies_are_those_that_vendors_send, texts_that_are_there_are_joined,
      a_constant_before_it_is_a_default, a_vendor_may_write_our_words_in_its_own_way)
