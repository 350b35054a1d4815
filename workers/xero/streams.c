#include "workers/xero/streams.h"
#include "lib/text.h"
#include "workers/xero/mapping.h"
#include "workers/xero/xero.h"
#include <string.h>

/* ---- What is not in the rows ---- */

#define BY_CODE(by, lacks, list, take)                                                                                 \
    {                                                                                                                  \
        (by), (lacks), "/" list, list, "Code", (take), NULL, NULL                                                      \
    }
#define CATEGORIES "/TrackingCategories?includeArchived=true"
#define BANKS      "/Accounts?where=Type%3D%3D%22BANK%22"

static const XeroReference line_references[] = {
    BY_CODE("AccountCode", "AccountID", "Accounts", "AccountID"),
    BY_CODE("ItemCode", "Item", "Items", NULL),
    {"Option", "TrackingOptionID", CATEGORIES, "TrackingCategories", "Name", "TrackingOptionID", "TrackingCategoryID",
                                         "Options"},
};
static const XeroReference item_references[] = {
    BY_CODE("AccountCode", "AccountID", "Accounts", "AccountID"),
    BY_CODE("COGSAccountCode", "AccountID", "Accounts", "AccountID"),
};
static const XeroReference account_references[] = {
    {"Type", "CurrencyCode", "/Organisation", "Organisations", NULL, "BaseCurrency", NULL, NULL},
};
static const XeroReference transfer_references[] = {
    {"AccountID", "CurrencyCode", BANKS, "Accounts", "AccountID", "CurrencyCode", NULL, NULL},
};
#define REFERS(table) .references = (table), .n_references = COUNT_OF(table)

/* ---- Which rows are of a type ---- */

/* A contact is neither before its first document: then it is kept as both, or that document would point to nobody. */
static bool is_customer(yyjson_val *row)
{
    return json_boolean(row, "IsCustomer", false) || !json_boolean(row, "IsSupplier", false);
}

static bool is_supplier(yyjson_val *row)
{
    return json_boolean(row, "IsSupplier", false) || !json_boolean(row, "IsCustomer", false);
}

static bool starts(yyjson_val *row, const char *path, const char *a, const char *b, const char *c)
{
    const char *word = json_text(row, path);
    return word && (text_starts_with(word, a) || text_starts_with(word, b) || text_starts_with(word, c));
}

static bool is_received(yyjson_val *row)
{
    return starts(row, "PaymentType", "ACCREC", "AR", "RECEIVE") || starts(row, "Type", "ACCREC", "AR", "RECEIVE");
}

static bool is_paid(yyjson_val *row)
{
    return starts(row, "PaymentType", "ACCPAY", "AP", "SPEND") || starts(row, "Type", "ACCPAY", "AP", "SPEND");
}

/* A draft posts nothing. */
static bool is_posted(yyjson_val *row)
{
    return !yyjson_equals_str(json_at(row, "Status"), "DRAFT");
}

static bool is_no_manual(yyjson_val *row)
{
    return !yyjson_equals_str(json_at(row, "SourceType"), "MANJOURNAL");
}

/* Credit that is left may be credit that was taken back from an invoice, and an allocation that is gone is in no list:
 * only a full sync finds out. */
static bool loses_allocations(yyjson_val *row)
{
    const char *left = json_scalar(row, "RemainingCredit");
    return is_posted(row) && ((left && !decimal_is_zero(left)) || starts(row, "Status", "VOIDED", "DELETED", "VOIDED"));
}

/* ---- Lists: path, rows, paging, mapping, id, prefix ---- */

#define WHERE(word) "?where=Type%3D%3D%22" word "%22"
#define ALLOCATIONS(of)                                                                                                \
    .children = "Allocations", .child_id = "AllocationID", .child_prefix = "allocation:", .child = &(of),              \
    .loses = loses_allocations
#define CREDITS(path, rows, filter, of)                                                                                \
    {                                                                                                                  \
        path, rows, XERO_PAGED, .prefix = "", .keep = (filter), ALLOCATIONS(of)                                        \
    }
#define DOCUMENTS(path, rows, of, id, prefix, filter)                                                                  \
    {                                                                                                                  \
        path, rows, XERO_PAGED, &(of), id, prefix, filter, REFERS(line_references)                                     \
    }

static const XeroList accounts[] = {
    {"/Accounts", "Accounts", XERO_WHOLE, &xero_account, "AccountID", "", REFERS(account_references)},
};
static const XeroList banks[] = {
    {BANKS, "Accounts", XERO_WHOLE, &xero_bank_account, "AccountID", "", REFERS(account_references)},
};
static const XeroList customers[] = {
    {"/Contacts?includeArchived=true", "Contacts", XERO_PAGED, &xero_customer, "ContactID", "", is_customer},
};
static const XeroList suppliers[] = {
    {"/Contacts?includeArchived=true", "Contacts", XERO_PAGED, &xero_supplier, "ContactID", "", is_supplier},
};
static const XeroList items[] = {
    {"/Items?unitdp=4", "Items", XERO_WHOLE, &xero_item, "ItemID", "", REFERS(item_references)},
};
static const XeroList tax_rates[] = {
    {"/TaxRates", "TaxRates", XERO_WHOLE, &xero_tax_rate, "TaxType", ""},
};
static const XeroList categories[] = {
    {CATEGORIES, "TrackingCategories", XERO_WHOLE, &xero_category, "TrackingCategoryID", "", .children = "Options",
     .child_id = "TrackingOptionID", .child_prefix = "", .child = &xero_option},
};
static const XeroList invoices[] = {
    DOCUMENTS("/Invoices" WHERE("ACCREC"), "Invoices", xero_invoice, "InvoiceID", "", NULL),
};
static const XeroList bills[] = {
    DOCUMENTS("/Invoices" WHERE("ACCPAY"), "Invoices", xero_bill, "InvoiceID", "", NULL),
};
#define CREDIT_LISTS(type, of, filter)                                                                                 \
    DOCUMENTS("/CreditNotes" WHERE(type), "CreditNotes", of, "CreditNoteID", "creditNote:", NULL),                     \
        DOCUMENTS("/Overpayments", "Overpayments", of, "OverpaymentID", "overpayment:", filter),                       \
        DOCUMENTS("/Prepayments", "Prepayments", of, "PrepaymentID", "prepayment:", filter)
static const XeroList credit_notes[] = {CREDIT_LISTS("ACCRECCREDIT", xero_credit_note, is_received)};
static const XeroList bill_credit_notes[] = {CREDIT_LISTS("ACCPAYCREDIT", xero_bill_credit_note, is_paid)};
static const XeroList payments[] = {
    {"/Payments", "Payments", XERO_PAGED, &xero_payment, "PaymentID", "payment:", is_received},
    CREDITS("/CreditNotes" WHERE("ACCRECCREDIT"), "CreditNotes", NULL, xero_allocation),
    CREDITS("/Overpayments", "Overpayments", is_received, xero_allocation),
    CREDITS("/Prepayments", "Prepayments", is_received, xero_allocation),
};
static const XeroList bill_payments[] = {
    {"/Payments", "Payments", XERO_PAGED, &xero_bill_payment, "PaymentID", "payment:", is_paid},
    CREDITS("/CreditNotes" WHERE("ACCPAYCREDIT"), "CreditNotes", NULL, xero_bill_allocation),
    CREDITS("/Overpayments", "Overpayments", is_paid, xero_bill_allocation),
    CREDITS("/Prepayments", "Prepayments", is_paid, xero_bill_allocation),
};
static const XeroList orders[] = {
    DOCUMENTS("/PurchaseOrders", "PurchaseOrders", xero_purchase_order, "PurchaseOrderID", "", NULL),
};
#define MOVEMENTS(type, of)                                                                                            \
    DOCUMENTS("/BankTransactions" WHERE(type), "BankTransactions", of, "BankTransactionID", "", NULL)
static const XeroList costs[] = {MOVEMENTS("SPEND", xero_direct_cost)};
static const XeroList incomes[] = {MOVEMENTS("RECEIVE", xero_direct_income)};
static const XeroList transfers[] = {
    {"/BankTransfers?includeDeleted=true", "BankTransfers", XERO_WHOLE, &xero_transfer, "BankTransferID", "",
     REFERS(transfer_references)},
};
/* Every posting once: manual journals come with their names and states, and all else from the ledger, where it is
 * sold. */
#define MANUAL                                                                                                         \
    DOCUMENTS("/ManualJournals", "ManualJournals", xero_manual_journal, "ManualJournalID", "manualJournal:", is_posted)
static const XeroList journals[] = {
    MANUAL,
    {"/Journals", "Journals", XERO_OFFSET, &xero_journal, "JournalID", "journal:", is_no_manual,
      REFERS(line_references), .tiered = true},
};

/* ---- Streams ---- */

#define STREAM(table) static const XeroStream table##_stream = {.lists = table, .n_lists = COUNT_OF(table)}
STREAM(accounts);
STREAM(banks);
STREAM(customers);
STREAM(suppliers);
STREAM(items);
STREAM(tax_rates);
STREAM(categories);
STREAM(invoices);
STREAM(bills);
STREAM(credit_notes);
STREAM(bill_credit_notes);
STREAM(payments);
STREAM(bill_payments);
STREAM(orders);
STREAM(costs);
STREAM(incomes);
STREAM(transfers);
STREAM(journals);

#define STATEMENT(path, of)                                                                                            \
    {                                                                                                                  \
        .read_whole = xero_read_statement, .report = "/Reports/" path, .mapping = &(of)                                \
    }
static const XeroStream company_stream = {.read_whole = xero_read_company};
static const XeroStream balance_stream = STATEMENT("BalanceSheet", xero_balance_sheet);
static const XeroStream profit_stream = STATEMENT("ProfitAndLoss", xero_profit_and_loss);

/* Data type, incremental, lookup, details. Lists that come in one answer are compared whole: what leaves them leaves no
 * trace, or they do not say what changed. */
const Stream xero_streams[] = {
    {"company",            false, false, &company_stream          },
    {"chartOfAccounts",    false, false, &accounts_stream         },
    {"bankAccounts",       false, false, &banks_stream            },
    {"customers",          true,  true,  &customers_stream        },
    {"suppliers",          true,  true,  &suppliers_stream        },
    {"items",              false, false, &items_stream            },
    {"taxRates",           false, false, &tax_rates_stream        },
    {"trackingCategories", false, false, &categories_stream       },
    {"invoices",           true,  true,  &invoices_stream         },
    {"bills",              true,  true,  &bills_stream            },
    {"creditNotes",        true,  true,  &credit_notes_stream     },
    {"billCreditNotes",    true,  true,  &bill_credit_notes_stream},
    {"payments",           true,  true,  &payments_stream         },
    {"billPayments",       true,  true,  &bill_payments_stream    },
    {"purchaseOrders",     true,  true,  &orders_stream           },
    {"directCosts",        true,  true,  &costs_stream            },
    {"directIncomes",      true,  true,  &incomes_stream          },
    {"transfers",          false, false, &transfers_stream        },
    {"journalEntries",     true,  true,  &journals_stream         },
    {"balanceSheet",       false, false, &balance_stream          },
    {"profitAndLoss",      false, false, &profit_stream           },
};
const size_t n_xero_streams = COUNT_OF(xero_streams);
