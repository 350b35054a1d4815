/* Objects have the members of recorded bodies, and what is peculiar to the vendor. */
#include "infra/sandbox/books.h"
#include "infra/sandbox/quickbooks_names.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/quickbooks_client.h"
#include <stdio.h>
#include <string.h>

/* The members that every recorded object of an entity has. */
static const struct {
    const char *entity, *members;
} shapes[] = {
    {"Account",       "Name SubAccount FullyQualifiedName Active Classification AccountType AccountSubType CurrentBalance "
                "CurrentBalanceWithSubAccounts CurrencyRef domain sparse Id SyncToken MetaData"              },
    {"Customer",
     "Taxable Job BillWithParent Balance BalanceWithJobs CurrencyRef PreferredDeliveryMethod IsProject ClientEntityId "
     "domain sparse Id SyncToken MetaData FullyQualifiedName DisplayName PrintOnCheckName Active V4IDPseudonym"             },
    {"Vendor",        "Balance Vendor1099 CurrencyRef domain sparse Id SyncToken MetaData DisplayName PrintOnCheckName Active "
               "V4IDPseudonym"                                                                                },
    {"Item",
     "Name Active FullyQualifiedName Taxable UnitPrice Type PurchaseCost TrackQtyOnHand domain sparse Id SyncToken "
     "MetaData"                                                                                                             },
    {"TaxRate",       "RateValue AgencyRef domain Name SyncToken SpecialTaxType DisplayType sparse Active MetaData Id"      },
    {"TaxAgency",     "SyncToken domain DisplayName TaxTrackedOnSales TaxTrackedOnPurchases sparse Id MetaData"             },
    {"Class",         "FullyQualifiedName domain Name SyncToken SubClass sparse Active Id MetaData"                         },
    {"Department",    "FullyQualifiedName domain Name SyncToken SubDepartment sparse Active Id MetaData"                    },
    {"Term",          "SyncToken domain Name DiscountPercent Type sparse Active Id MetaData"                                },
    {"Invoice",
     "AllowIPNPayment AllowOnlinePayment domain sparse Id SyncToken MetaData CustomField TxnDate CurrencyRef LinkedTxn "
     "Line TxnTaxDetail CustomerRef TotalAmt ApplyTaxAfterDiscount PrintStatus EmailStatus Balance"                         },
    {"CreditMemo",    "RemainingCredit domain sparse Id SyncToken MetaData CustomField TxnDate CurrencyRef Line "
                   "TxnTaxDetail CustomerRef "
                   "TotalAmt ApplyTaxAfterDiscount PrintStatus EmailStatus Balance"                       },
    {"Payment",
     "CustomerRef TotalAmt UnappliedAmt ProcessPayment domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line"        },
    {"Bill",          "Balance domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line VendorRef APAccountRef TotalAmt"},
    {"VendorCredit",  "SyncToken domain VendorRef TxnDate TotalAmt APAccountRef sparse Line Id MetaData"                    },
    {"BillPayment",   "VendorRef PayType TotalAmt domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line"             },
    {"PurchaseOrder",
     "EmailStatus POStatus domain sparse Id SyncToken MetaData CustomField TxnDate CurrencyRef Line VendorRef "
     "APAccountRef TotalAmt"                                                                                                },
    {"JournalEntry",  "Adjustment TotalAmt domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line TxnTaxDetail"       },
    {"Purchase",
     "AccountRef PaymentType TotalAmt PurchaseEx domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line"              },
    {"SalesReceipt",
     "TxnDate domain PrintStatus TotalAmt Line ApplyTaxAfterDiscount sparse DepositToAccountRef Balance TxnTaxDetail "
     "SyncToken EmailStatus MetaData CustomField Id"                                                                        },
    {"RefundReceipt",
     "SyncToken domain Balance DepositToAccountRef TxnDate TotalAmt PrintStatus sparse Line CustomField Id "
     "TxnTaxDetail MetaData"                                                                                                },
    {"Deposit",       "DepositToAccountRef TotalAmt domain sparse Id SyncToken MetaData TxnDate CurrencyRef Line"           },
    {"Transfer",      "Id SyncToken MetaData TxnDate CurrencyRef FromAccountRef ToAccountRef Amount"                        },
};

START_TEST(every_object_has_the_members_of_recorded_ones)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    for (size_t i = 0; i < COUNT_OF(shapes); i++) {
        yyjson_val *page = qb_query(client,
                                    arena_format(client->arena, "SELECT * FROM %s MAXRESULTS 1000", shapes[i].entity)),
                   *each;
        size_t j, n;
        yyjson_arr_foreach(json_at(page, shapes[i].entity), j, n, each)
        {
            for (const char *at = shapes[i].members; *at; at += strcspn(at, " "), at += *at == ' ') {
                size_t length = strcspn(at, " ");
                ck_assert_msg(yyjson_obj_getn(each, at, length) != NULL, "%s %s has no %.*s", shapes[i].entity,
                              text_at(each, "Id"), (int)length, at);
            }
        }
        ck_assert_msg(n > 0, "there is no %s", shapes[i].entity);
    }
}
END_TEST

/* The first account of the books whose company has what is wanted. */
static Client *client_of(bool us, bool foreign)
{
    for (int i = 0; i < 60; i++) {
        char name[32];
        snprintf(name, sizeof name, "house%d", i);
        AUTO(Business) *business = business_new(name, business_small(), TODAY);
        if (quickbooks_is_us(business) == us && (business->foreign != NULL) == foreign)
            return qb_client_new(name);
    }
    ck_abort_msg("none of sixty businesses is like that");
}

/* Calls `check` for all invoices; the number for which it was true. */
static int count_invoices(Client *client, bool (*check)(yyjson_val *invoice))
{
    yyjson_val *page = qb_query(client, "SELECT * FROM Invoice MAXRESULTS 1000"), *each;
    size_t i, n;
    int found = 0;
    yyjson_arr_foreach(json_at(page, "Invoice"), i, n, each)
    {
        found += check(each);
    }
    return found;
}

static bool says_calculation(yyjson_val *invoice)
{
    return json_at(invoice, "GlobalTaxCalculation") != NULL;
}

static bool has_pseudo_codes(yyjson_val *invoice)
{
    const char *code = json_text(invoice, "Line.0.SalesItemLineDetail.TaxCodeRef.value");
    return code && (strcmp(code, "TAX") == 0 || strcmp(code, "NON") == 0);
}

START_TEST(the_united_states_have_codes_of_their_own_and_no_calculation)
{
    AUTO(Client) *us = client_of(true, false);
    ck_assert_int_eq(count_invoices(us, says_calculation), 0);
    ck_assert_int_gt(count_invoices(us, has_pseudo_codes), 0);
    ck_assert_int_eq(qb_total(us, "TaxCode WHERE Id IN ('TAX', 'NON')"), 2);
    AUTO(Client) *other = client_of(false, true);
    ck_assert_int_gt(count_invoices(other, says_calculation), 0);
    ck_assert_int_eq(count_invoices(other, has_pseudo_codes), 0);
    ck_assert_int_eq(qb_total(other, "TaxCode WHERE Id IN ('TAX', 'NON')"), 0);
}
END_TEST

static bool is_foreign(yyjson_val *invoice)
{
    return json_at(invoice, "ExchangeRate") != NULL && json_at(invoice, "HomeTotalAmt") != NULL;
}

START_TEST(foreign_documents_have_a_rate_and_a_total_at_home)
{
    AUTO(Client) *client = client_of(false, true);
    ck_assert_int_gt(count_invoices(client, is_foreign), 0);
    yyjson_val *preferences = qb_query(client, "SELECT * FROM Preferences");
    ck_assert(json_boolean(preferences, "Preferences.0.CurrencyPrefs.MultiCurrencyEnabled", false));
}
END_TEST

static bool is_void(yyjson_val *invoice)
{
    const char *note = json_text(invoice, "PrivateNote");
    if (!note || strncmp(note, "Voided", 6) != 0)
        return false;
    ck_assert_str_eq(text_at(invoice, "TotalAmt"), "0");
    ck_assert_str_eq(text_at(invoice, "Balance"), "0");
    ck_assert_str_eq(text_at(invoice, "TxnTaxDetail.TotalTax"), "0");
    ck_assert_str_eq(text_at(invoice, "Line.0.DetailType"), "SALES_ITEM_LINE_DETAIL");
    return true;
}

START_TEST(a_void_has_no_status_but_a_note_and_zeros)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    ck_assert_int_gt(count_invoices(client, is_void), 0);
}
END_TEST

START_TEST(a_credit_is_allocated_by_a_payment_of_nothing)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Payment MAXRESULTS 1000"), *each, *line;
    size_t i, n, j, m;
    int allocations = 0, leaks = 0;
    yyjson_arr_foreach(json_at(page, "Payment"), i, n, each)
    {
        bool invoice = false, credit = false;
        yyjson_arr_foreach(json_at(each, "Line"), j, m, line)
        {
            const char *type = text_at(line, "LinkedTxn.0.TxnType");
            invoice = invoice || strcmp(type, "Invoice") == 0;
            credit = credit || strcmp(type, "CreditMemo") == 0;
            leaks += json_at(line, "LineEx.any.0.declaredType") != NULL;
        }
        allocations += invoice && credit && strcmp(text_at(each, "TotalAmt"), "0") == 0;
    }
    ck_assert_int_gt(allocations, 0);
    ck_assert_int_gt(leaks, 0);
}
END_TEST

START_TEST(drafts_do_not_exist)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    const Books *books = account_books(world_account(client->world, COMPANY, NULL));
    int64_t drafts = 0;
    for (int i = 0; i < n_book(books, BOOK_INVOICE); i++)
        drafts += document_at(books, BOOK_INVOICE, i)->state == DOCUMENT_DRAFT;
    ck_assert_int_gt(drafts, 0);
    ck_assert_int_eq(qb_total(client, "Invoice"), n_book(books, BOOK_INVOICE) - drafts);
}
END_TEST

START_TEST(single_objects_are_read_by_their_ids)
{
    AUTO(Client) *client = qb_client_new(COMPANY);
    yyjson_val *page = qb_query(client, "SELECT * FROM Bill MAXRESULTS 1");
    yyjson_val *single = qb_get(client, arena_format(client->arena, "bill/%s", text_at(page, "Bill.0.Id")));
    ck_assert(yyjson_equals(json_at(single, "Bill"), json_at(page, "Bill.0")));
    single = qb_get(client, arena_format(client->arena, "companyinfo/%s", qb_realm()));
    ck_assert_str_eq(text_at(single, "CompanyInfo.CompanyName"), COMPANY " Trading");
    qb_check_fault(client, qb_get(client, "bill/999999999"), 400, "610");
    qb_check_fault(client, qb_get(client, "paycheck/1"), 400, "4000");
}
END_TEST

SUITE("sandbox quickbooks objects", every_object_has_the_members_of_recorded_ones,
      the_united_states_have_codes_of_their_own_and_no_calculation, foreign_documents_have_a_rate_and_a_total_at_home,
      a_void_has_no_status_but_a_note_and_zeros, a_credit_is_allocated_by_a_payment_of_nothing, drafts_do_not_exist,
      single_objects_are_read_by_their_ids)
