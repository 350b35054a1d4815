/* Xero's lists: their members, pages and filters. */
#include "tests/support/suite.h"
#include "tests/unit/sandbox/xero_client.h"
#include <string.h>

/* Members that recorded bodies have in each object (samples/xero). */
static const char organisation[] =
    "Name LegalName PaysTax Version OrganisationType BaseCurrency CountryCode IsDemoCompany OrganisationStatus "
    "TaxNumber FinancialYearEndDay FinancialYearEndMonth CreatedDateUTC Timezone ShortCode Edition Class Addresses "
    "Phones ExternalLinks PaymentTerms";
static const char accounts[] = "Name Status Type TaxType Class EnablePaymentsToAccount ShowInExpenseClaims "
                               "BankAccountType HasAttachments UpdatedDateUTC AddToWatchlist";
static const char contacts[] = "ContactStatus Name Addresses Phones UpdatedDateUTC ContactGroups IsSupplier IsCustomer "
                               "ContactPersons HasAttachments HasValidationErrors";
static const char items[] =
    "Code UpdatedDateUTC PurchaseDetails SalesDetails Name IsTrackedAsInventory IsSold IsPurchased";
static const char tax_rates[] = "Name ReportTaxType CanApplyToAssets CanApplyToExpenses CanApplyToRevenue "
                                "DisplayTaxRate EffectiveRate Status TaxComponents";
static const char tracking_categories[] = "Name Status Options";
static const char invoices[] =
    "Type InvoiceNumber Reference Payments CreditNotes Prepayments Overpayments AmountDue AmountPaid AmountCredited "
    "IsDiscounted HasAttachments InvoiceAddresses HasErrors InvoicePaymentServices Contact DateString Date Status "
    "LineAmountTypes LineItems SubTotal TotalTax Total UpdatedDateUTC CurrencyCode";
static const char credit_notes[] =
    "Payments ID HasErrors InvoiceAddresses Type Reference RemainingCredit Allocations HasAttachments Contact "
    "DateString Date Status LineAmountTypes LineItems SubTotal TotalTax Total UpdatedDateUTC CurrencyCode";
static const char overpayments[] =
    "ID Type RemainingCredit Allocations Payments HasAttachments Contact DateString Date Status LineAmountTypes "
    "LineItems SubTotal TotalTax Total UpdatedDateUTC CurrencyCode";
static const char payments[] = "Date BankAmount Amount CurrencyRate PaymentType Status UpdatedDateUTC HasAccount "
                               "IsReconciled Account HasValidationErrors";
static const char batch_payments[] =
    "Account DateString Date Payments Type Status TotalAmount UpdatedDateUTC IsReconciled";
static const char bank_transactions[] = "BankAccount Type IsReconciled HasAttachments DateString Date Status "
                                        "LineAmountTypes LineItems SubTotal TotalTax Total UpdatedDateUTC CurrencyCode";
static const char bank_transfers[] =
    "CreatedDateUTC DateString Date FromBankAccount ToBankAccount Amount FromBankTransactionID ToBankTransactionID "
    "FromIsReconciled ToIsReconciled Reference HasAttachments";
static const char purchase_orders[] =
    "DateString Date HasErrors IsDiscounted Type CurrencyRate CurrencyCode Contact Status LineAmountTypes LineItems "
    "SubTotal TotalTax Total UpdatedDateUTC HasAttachments";
static const char manual_journals[] =
    "Date Status LineAmountTypes UpdatedDateUTC Narration JournalLines ShowOnCashBasisReports HasAttachments";
static const char journals[] = "JournalDate JournalNumber CreatedDateUTC SourceID SourceType JournalLines";

static const struct {
    const char *endpoint, *id, *members;
} shapes[] = {
    {"Organisation",       "OrganisationID",     organisation       },
    {"Accounts",           "AccountID",          accounts           },
    {"Contacts",           "ContactID",          contacts           },
    {"Items",              "ItemID",             items              },
    {"TaxRates",           "TaxType",            tax_rates          },
    {"TrackingCategories", "TrackingCategoryID", tracking_categories},
    {"Invoices",           "InvoiceID",          invoices           },
    {"CreditNotes",        "CreditNoteID",       credit_notes       },
    {"Overpayments",       "OverpaymentID",      overpayments       },
    {"Payments",           "PaymentID",          payments           },
    {"BatchPayments",      "BatchPaymentID",     batch_payments     },
    {"BankTransactions",   "BankTransactionID",  bank_transactions  },
    {"BankTransfers",      "BankTransferID",     bank_transfers     },
    {"PurchaseOrders",     "PurchaseOrderID",    purchase_orders    },
    {"ManualJournals",     "ManualJournalID",    manual_journals    },
    {"Journals",           "JournalID",          journals           },
};

static void check_members(yyjson_val *object, const char *endpoint, const char *members)
{
    for (size_t length; *members; members += length + (members[length] == ' ')) {
        char name[48];
        length = strcspn(members, " ");
        snprintf(name, sizeof name, "%.*s", (int)length, members);
        ck_assert_msg(yyjson_obj_get(object, name) != NULL, "%s lacks %s", endpoint, name);
    }
}

START_TEST(every_object_has_the_members_of_recorded_ones_and_is_found_by_its_id)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        yyjson_val *list = xero_list(xero, shapes[i].endpoint, "?page=1"), *each;
        size_t j, n;
        ck_assert_msg(yyjson_arr_size(list) > 0, "no %s", shapes[i].endpoint);
        yyjson_arr_foreach(list, j, n, each)
        {
            check_members(each, shapes[i].endpoint, shapes[i].members);
        }
        const char *id = text_at(yyjson_arr_get_last(list), shapes[i].id);
        const char *path = arena_format(xero->client->arena, "%s/%s", shapes[i].endpoint, id);
        yyjson_val *one = xero_get(xero, path);
        const char *array = i == 0 ? "Organisations" : shapes[i].endpoint;
        ck_assert_uint_eq(length_at(one, array), 1);
        ck_assert_str_eq(text_at(one, arena_format(xero->client->arena, "%s.0.%s", array, shapes[i].id)), id);
    }
}
END_TEST

/* Walks all pages; the number of objects, each of which came once. */
static size_t walk(XeroClient *xero, const char *endpoint, const char *id, int size, const char *more)
{
    AUTO(Text) *seen = text_new(" ");
    size_t n_total = 0, n_page = 1;
    for (int page = 1; n_page > 0; page++) {
        yyjson_val *each,
            *list = xero_list(xero, endpoint,
                              arena_format(xero->client->arena, "?page=%d&pageSize=%d%s", page, size, more));
        size_t i, n;
        n_page = yyjson_arr_size(list);
        ck_assert_uint_le(n_page, (size_t)size);
        yyjson_arr_foreach(list, i, n, each)
        {
            const char *key = arena_format(xero->client->arena, " %s ", text_at(each, id));
            ck_assert_msg(strstr(seen->bytes, key) == NULL, "%s came twice", key);
            text_puts(seen, key);
        }
        n_total += n_page;
    }
    return n_total;
}

START_TEST(pages_hold_each_object_once_and_say_how_many_there_are)
{
    static const char *const paged[][2] = {
        {"Invoices",         "InvoiceID"        },
        {"Contacts",         "ContactID"        },
        {"Payments",         "PaymentID"        },
        {"BankTransactions", "BankTransactionID"},
        {"PurchaseOrders",   "PurchaseOrderID"  },
        {"ManualJournals",   "ManualJournalID"  },
    };
    AUTO(XeroClient) *xero = xero_client_new("acme");
    for (size_t i = 0; i < COUNT_OF(paged); i++) {
        size_t n = walk(xero, paged[i][0], paged[i][1], 7, "");
        ck_assert_uint_eq(walk(xero, paged[i][0], paged[i][1], 1000, "&order=UpdatedDateUTC%20ASC"), n);
        yyjson_val *answer = xero_get(xero, arena_format(xero->client->arena, "%s?page=9999", paged[i][0]));
        ck_assert_uint_eq(length_at(answer, paged[i][0]), 0);
        ck_assert_int_eq(json_integer(answer, "pagination.page", 0), 9999);
        ck_assert_int_eq(json_integer(answer, "pagination.itemCount", 0), (int64_t)n);
        ck_assert_int_eq(json_integer(answer, "pagination.pageCount", 0), (int64_t)(n + 99) / 100);
    }
}
END_TEST

START_TEST(without_a_page_invoices_come_all_at_once_and_without_lines)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    size_t n_paged = walk(xero, "Invoices", "InvoiceID", 100, ""), i, n;
    yyjson_val *answer = xero_get(xero, "Invoices"), *each;
    ck_assert_ptr_null(json_at(answer, "pagination"));
    ck_assert_uint_eq(length_at(answer, "Invoices"), n_paged);
    yyjson_arr_foreach(json_at(answer, "Invoices"), i, n, each)
    {
        ck_assert_uint_eq(length_at(each, "LineItems"), 0);
    }
    ck_assert_uint_gt(length_at(xero_get(xero, "Invoices?page=1"), "Invoices.0.LineItems"), 0);
    ck_assert_uint_eq(length_at(xero_get(xero, "Invoices?page=1&summaryOnly=true"), "Invoices.0.LineItems"), 0);
    ck_assert_uint_gt(length_at(xero_get(xero, "PurchaseOrders"), "PurchaseOrders.0.LineItems"), 0);
}
END_TEST

static int64_t stamp_of(yyjson_val *object)
{
    const char *text = text_at(object, "UpdatedDateUTC");
    ck_assert(strncmp(text, "/Date(", 6) == 0);
    return strtoll(text + 6, NULL, 10);
}

START_TEST(an_order_by_stamp_is_kept_and_the_usual_one_is_another)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    yyjson_val *list = xero_list(xero, "Invoices", "?page=1&pageSize=1000&order=UpdatedDateUTC%20ASC"), *each;
    int64_t before = 0;
    size_t i, n, n_falls = 0;
    yyjson_arr_foreach(list, i, n, each)
    {
        ck_assert_int_ge(stamp_of(each), before);
        before = stamp_of(each);
    }
    list = xero_list(xero, "Invoices", "?page=1&pageSize=1000&order=UpdatedDateUTC%20DESC");
    ck_assert_int_eq(stamp_of(yyjson_arr_get_first(list)), before);
    list = xero_list(xero, "Invoices", "?page=1&pageSize=1000");
    before = 0;
    yyjson_arr_foreach(list, i, n, each)
    {
        n_falls += stamp_of(each) < before;
        before = stamp_of(each);
    }
    ck_assert_uint_gt(n_falls, n / 4);
    xero_try(xero, "GET", "Invoices?page=1&order=InvoiceNumber");
    ck_assert_int_eq(xero->client->status, 400);
}
END_TEST

START_TEST(if_modified_since_gives_what_changed_later_where_it_is_heeded)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    size_t n_all = yyjson_arr_size(xero_list(xero, "TaxRates", ""));
    ck_assert_uint_gt(n_all, 1);
    xero->since = "2026-07-01T00:00:00";
    ck_assert_uint_eq(yyjson_arr_size(xero_list(xero, "Invoices", "?page=1")), 0);
    ck_assert_uint_eq(yyjson_arr_size(xero_list(xero, "Accounts", "")), 0);
    ck_assert_uint_eq(yyjson_arr_size(xero_list(xero, "TaxRates", "")), n_all);
    yyjson_val *changed = xero_control(xero, "POST", "xero/acme/change", "{\"type\":\"invoices\",\"count\":2}");
    ck_assert_uint_ge(length_at(changed, "changed"), 2);
    yyjson_val *list = xero_list(xero, "Invoices", "?page=1"), *each;
    ck_assert_uint_eq(yyjson_arr_size(list), 2);
    size_t i, n, n_since = 0;
    xero->since = "2026-01-01T00:00:00";
    yyjson_val *some = xero_list(xero, "Invoices", "?page=1&pageSize=1000");
    xero->since = NULL;
    yyjson_arr_foreach(xero_list(xero, "Invoices", "?page=1&pageSize=1000"), i, n, each)
    {
        n_since += stamp_of(each) > 1767225600000;
    }
    ck_assert_uint_eq(yyjson_arr_size(some), n_since);
    ck_assert_uint_lt(n_since, n);
}
END_TEST

START_TEST(where_narrows_a_list_by_words_and_ids)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    size_t n_all = yyjson_arr_size(xero_list(xero, "Invoices", ""));
    size_t n_sales = yyjson_arr_size(xero_list(xero, "Invoices", "?where=Type==%22ACCREC%22"));
    size_t n_bills = yyjson_arr_size(xero_list(xero, "Invoices", "?where=Type==%22ACCPAY%22"));
    ck_assert_uint_gt(n_sales, n_bills);
    ck_assert_uint_gt(n_bills, 0);
    ck_assert_uint_eq(n_sales + n_bills, n_all);
    yyjson_val *paid = xero_list(xero, "Invoices", "?where=Type==%22ACCREC%22%20AND%20Status==%22PAID%22"), *each;
    size_t i, n;
    yyjson_arr_foreach(paid, i, n, each)
    {
        ck_assert_str_eq(text_at(each, "Status"), "PAID");
    }
    ck_assert_uint_gt(n, 0);
    const char *id = text_at(yyjson_arr_get_first(paid), "InvoiceID");
    ck_assert_uint_eq(
        yyjson_arr_size(
            xero_list(xero, "Invoices", arena_format(xero->client->arena, "?where=InvoiceID==guid(%%22%s%%22)", id))),
        1);
    yyjson_val *answer = xero_try(xero, "GET", "Invoices?where=Name.Contains(%22x%22)");
    ck_assert_int_eq(xero->client->status, 400);
    ck_assert_str_eq(text_at(answer, "Type"), "QueryParseException");
}
END_TEST

/* The largest number of digits after the point that a price of any line has. */
static size_t digits_of_prices(XeroClient *xero, const char *query)
{
    yyjson_val *invoice, *line;
    size_t i, n, j, m, most = 0;
    yyjson_arr_foreach(xero_list(xero, "Invoices", query), i, n, invoice)
    {
        yyjson_arr_foreach(json_at(invoice, "LineItems"), j, m, line)
        {
            const char *price = json_scalar(line, "UnitAmount");
            const char *point = price ? strchr(price, '.') : NULL;
            most = point && strlen(point + 1) > most ? strlen(point + 1) : most;
        }
    }
    return most;
}

START_TEST(archived_contacts_and_four_digit_prices_come_to_those_who_ask)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    size_t n_active = yyjson_arr_size(xero_list(xero, "Contacts", ""));
    ck_assert_uint_gt(yyjson_arr_size(xero_list(xero, "Contacts", "?includeArchived=true")), n_active);
    ck_assert_uint_eq(digits_of_prices(xero, "?page=1&pageSize=1000"), 2);
    ck_assert_uint_eq(digits_of_prices(xero, "?page=1&pageSize=1000&unitdp=4"), 4);
}
END_TEST

SUITE("sandbox xero", every_object_has_the_members_of_recorded_ones_and_is_found_by_its_id,
      pages_hold_each_object_once_and_say_how_many_there_are,
      without_a_page_invoices_come_all_at_once_and_without_lines,
      an_order_by_stamp_is_kept_and_the_usual_one_is_another,
      if_modified_since_gives_what_changed_later_where_it_is_heeded, where_narrows_a_list_by_words_and_ids,
      archived_contacts_and_four_digit_prices_come_to_those_who_ask)
