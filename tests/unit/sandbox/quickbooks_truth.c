#include "infra/sandbox/books.h"
#include "infra/sandbox/ledger_vendor.h"
#include "infra/sandbox/quickbooks_names.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/quickbooks_client.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *entity, *data_type, *prefix, *condition;
} lists[] = {
    {"Account",           "chartOfAccounts",    "",                   "WHERE Active IN (true,false)"},
    {"Customer",          "customers",          "",                   "WHERE Active IN (true,false)"},
    {"Vendor",            "suppliers",          "",                   "WHERE Active IN (true,false)"},
    {"Item",              "items",              "",                   "WHERE Active IN (true,false)"},
    {"TaxCode",           "taxRates",           "",                   "WHERE Active IN (true,false)"},
    {"PaymentMethod",     "paymentMethods",     "",                   ""                            },
    {"Class",             "trackingCategories", "class:",             "WHERE Active IN (true,false)"},
    {"Department",        "trackingCategories", "department:",        "WHERE Active IN (true,false)"},
    {"Invoice",           "invoices",           "",                   ""                            },
    {"CreditMemo",        "creditNotes",        "",                   ""                            },
    {"Bill",              "bills",              "",                   ""                            },
    {"VendorCredit",      "billCreditNotes",    "",                   ""                            },
    {"PurchaseOrder",     "purchaseOrders",     "",                   ""                            },
    {"Payment",           "payments",           "",                   ""                            },
    {"BillPayment",       "billPayments",       "",                   ""                            },
    {"JournalEntry",      "journalEntries",     "",                   ""                            },
    {"Purchase",          "directCosts",        "",                   ""                            },
    {"SalesReceipt",      "directIncomes",      "salesReceipt:",      ""                            },
    {"RefundReceipt",     "directIncomes",      "refundReceipt:",     ""                            },
    {"Deposit",           "directIncomes",      "deposit:",           ""                            },
    {"Transfer",          "transfers",          "transfer:",          ""                            },
    {"CreditCardPayment", "transfers",          "creditCardPayment:", ""                            },
};

static yyjson_val *truth_of(Client *client)
{
    yyjson_val *truth = control(client, "GET", "quickbooks/" COMPANY "/truth", NULL);
    ck_assert_msg(truth != NULL, "%.300s", client->body->bytes);
    return truth;
}

/* The number of objects of an entity; fails unless the truth has each. */
static size_t check_ids(Client *client, yyjson_val *truth, size_t list)
{
    yyjson_val *page = qb_query(client, arena_format(client->arena, "SELECT * FROM %s %s MAXRESULTS 1000",
                                                     lists[list].entity, lists[list].condition)),
               *records = json_at(truth, lists[list].data_type), *each;
    const char *key =
        strcmp(lists[list].entity, "CreditCardPayment") == 0 ? "CreditCardPaymentTxn" : lists[list].entity;
    size_t i, n;
    yyjson_arr_foreach(json_at(page, key), i, n, each)
    {
        const char *id = arena_format(client->arena, "%s%s", lists[list].prefix, text_at(each, "Id"));
        ck_assert_msg(yyjson_obj_get(records, id) != NULL, "the truth lacks %s %s", lists[list].data_type, id);
    }
    return n;
}

START_TEST(the_truth_has_what_queries_give_and_no_more)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    control(client, "POST", "quickbooks/" COMPANY "/delete", "[{\"type\":\"journalEntries\"},{\"type\":\"invoices\"}]");
    yyjson_val *truth = truth_of(client);
    for (size_t i = 0; i < COUNT_OF(lists);) {
        size_t n = 0, first = i;
        while (i < COUNT_OF(lists) && strcmp(lists[i].data_type, lists[first].data_type) == 0)
            n += check_ids(client, truth, i++);
        ck_assert_msg(n == yyjson_obj_size(json_at(truth, lists[first].data_type)), "%s: %zu of %zu",
                      lists[first].data_type, n, yyjson_obj_size(json_at(truth, lists[first].data_type)));
    }
    ck_assert_uint_eq(length_at(truth, "deleted.journalEntries"), 1);
}
END_TEST

START_TEST(the_same_day_and_name_give_the_same_bytes)
{
    AUTO(Client) *one = qb_client_new(COMPANY);
    control(one, "GET", "quickbooks/" COMPANY "/truth", NULL);
    AUTO(Text) *bytes = text_new(one->body->bytes);
    AUTO(Client) *two = qb_client_new(COMPANY);
    control(two, "GET", "quickbooks/" COMPANY "/truth", NULL);
    ck_assert_uint_gt(bytes->length, 100000);
    ck_assert_str_eq(bytes->bytes, two->body->bytes);
}
END_TEST

/* Puts a bill of one line into the books: 3 of 15.00 with 20 % of tax in it. */
static const char *bill_by_hand(Account *account, char expected[2048])
{
    Books *books = account_books(account);
    Document *bill = document_at(books, BOOK_BILL, 0);
    char vendor[QB_ID_SIZE], item[QB_ID_SIZE], tax[QB_ID_SIZE], id[QB_ID_SIZE];
    BookLine *lines = &books->lines[bill->first_line];
    ck_assert_int_ge(bill->n_lines, 1);
    int contact = bill->contact, expense = books_account_of(books, ACCOUNT_EXPENSE);
    *bill = (Document){
        .entry = {.item = {.created = 1767323045}, .updated = 1767323045, .revision = 2},
        .number = "B \"7\"",
        .note = "für Łódź",
        .contact = contact,
        .date = 1767225600,
        .due = 1769817600,
        .currency = books->business->main,
        .rate_micros = 1000000,
        .form = TAX_FORM_INCLUSIVE,
        .first_line = bill->first_line,
        .n_lines = 1,
        .net = 3750,
        .tax = 750,
        .total = 4500,
        .open = 1500,
        .state = DOCUMENT_PART_PAID,
        .account = -1,
        .source = -1
    };
    lines[0] = (BookLine){
        .item = 0,
        .account = expense,
        .tax = 0,
        .category = {-1, -1},
        .description = "Gläser",
        .quantity_micros = 3000000,
        .price_micros = 15000000,
        .net = 3750,
        .tax_amount = 750
    };
    snprintf(
        expected, 2048,
        "{\"id\":\"%s\",\"reference\":\"B \\\"7\\\"\",\"supplierRef\":{\"id\":\"%s\",\"supplierName\":\"%s\"},"
        "\"issueDate\":\"2026-01-01\",\"dueDate\":\"2026-01-31\",\"currency\":\"GBP\",\"status\":\"PartiallyPaid\","
        "\"lineItems\":[{\"description\":\"Gläser\",\"unitAmount\":12.500000,\"quantity\":3.000000,"
        "\"subTotal\":37.50,\"taxAmount\":7.50,\"totalAmount\":45.00,\"taxRateRef\":{\"id\":\"%s\"},"
        "\"itemRef\":{\"id\":\"%s\",\"name\":\"%s\"},\"lineNumber\":\"1\"}],\"subTotal\":37.50,\"taxAmount\":7.50,"
        "\"totalAmount\":45.00,\"amountDue\":15.00,\"note\":\"für Łódź\",\"supplementalData\":{\"content\":{"
        "\"GlobalTaxCalculation\":\"TaxInclusive\"}},\"sourceModifiedDate\":\"2026-01-02T03:04:05Z\","
        "\"metadata\":{\"isDeleted\":false}}",
        quickbooks_id(id, QB_BILL, BOOK_BILL, 0), quickbooks_id(vendor, QB_VENDOR, BOOK_CONTACT, contact),
        contact_at(books, contact)->name, quickbooks_id(tax, QB_TAX_CODE, BOOK_TAX, 0),
        quickbooks_id(item, QB_ITEM, BOOK_ITEM, 0), book_item_at(books, 0)->name);
    return expected;
}

/* The first company in pounds. */
static const char *british(char name[32])
{
    for (int i = 0; i < 60; i++) {
        snprintf(name, 32, "house%d", i);
        AUTO(Business) *business = business_new(name, business_small(), TODAY);
        if (strcmp(business->main->code, "gbp") == 0)
            return name;
    }
    ck_abort_msg("none of sixty companies is in pounds");
}

START_TEST(one_bill_written_out_by_hand_is_right)
{
    char name[32], expected[2048];
    AUTO(Client) *client = qb_client_new(british(name));
    AUTO(Text) *truth = text_new(NULL);
    Account *account = world_account(client->world, name, NULL);
    bill_by_hand(account, expected);
    quickbooks_vendor.truth(account, truth);
    ck_assert_msg(strstr(truth->bytes, expected) != NULL, "the truth lacks %s", expected);
    char id[QB_ID_SIZE];
    yyjson_val *bill = json_at(
        qb_get(client, arena_format(client->arena, "bill/%s", quickbooks_id(id, QB_BILL, BOOK_BILL, 0))), "Bill");
    ck_assert_str_eq(text_at(bill, "MetaData.LastUpdatedTime"), "2026-01-02T03:04:05+00:00");
    ck_assert_str_eq(text_at(bill, "SyncToken"), "2");
    ck_assert_str_eq(text_at(bill, "Line.0.Amount"), "37.5");
    ck_assert_str_eq(text_at(bill, "Line.0.ItemBasedExpenseLineDetail.UnitPrice"), "12.5");
    ck_assert_str_eq(text_at(bill, "Line.0.ItemBasedExpenseLineDetail.TaxInclusiveAmt"), "45");
    ck_assert_str_eq(text_at(bill, "TxnTaxDetail.TotalTax"), "7.5");
    ck_assert_str_eq(text_at(bill, "TotalAmt"), "45");
    ck_assert_str_eq(text_at(bill, "Balance"), "15");
}
END_TEST

START_TEST(company_time_follows_the_clocks_of_its_country)
{
    static const struct {
        const char *country, *text;
        int64_t instant;
    } moments[] = {
        {"US", "2026-03-08T01:59:59-08:00", 1772963999},
        {"US", "2026-03-08T03:00:00-07:00", 1772964000},
        {"US", "2026-11-01T01:59:59-07:00", 1793523599},
        {"US", "2026-11-01T01:00:00-08:00", 1793523600},
        {"DE", "2026-03-29T01:59:59+01:00", 1774745999},
        {"DE", "2026-03-29T03:00:00+02:00", 1774746000},
        {"DE", "2026-10-25T02:00:00+01:00", 1792890000},
        {"JP", "2026-07-01T09:00:00+09:00", 1782864000},
    };
    AUTO(Business) *business = business_new("clockwork", business_small(), TODAY);
    for (size_t i = 0; i < COUNT_OF(moments); i++) {
        char text[40];
        for (int j = 0; j < n_countries; j++)
            if (strcmp(countries[j].alpha2, moments[i].country) == 0)
                business->country = &countries[j];
        quickbooks_time(text, business, moments[i].instant);
        ck_assert_str_eq(text, moments[i].text);
    }
}
END_TEST

SUITE("sandbox quickbooks truth", the_truth_has_what_queries_give_and_no_more,
      the_same_day_and_name_give_the_same_bytes, one_bill_written_out_by_hand_is_right,
      company_time_follows_the_clocks_of_its_country)
