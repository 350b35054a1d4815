#include "workers/quickbooks/streams.h"
#include "workers/quickbooks/compose.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/pages.h"
#include "workers/quickbooks/parts.h"

/* ---- Which rows are records ---- */

static bool is_no_category(yyjson_val *item)
{
    return !map_is_word(item, "Type", "Category");
}

static bool is_bank_account(yyjson_val *account)
{
    return map_is_word(account, "AccountType", "Bank") || map_is_word(account, "AccountType", "Credit Card");
}

static bool has_own_line(yyjson_val *deposit)
{
    size_t i, n;
    yyjson_val *line;
    yyjson_arr_foreach(json_at(deposit, "Line"), i, n, line)
    {
        if (qb_is_own_line(line))
            return true;
    }
    return false;
}

/* ---- Entities: name, key, where, mapping, prefix, keep ---- */

/* Lists leave out what is inactive unless they are asked for both; transactions have no such member. */
#define ANY   "Active IN (true,false)"
#define BANKS "AccountType IN ('Bank','Credit Card') AND " ANY

static const QbEntity accounts[] = {
    {"Account", NULL, ANY, &qb_account, "", NULL},
};
static const QbEntity bank_accounts[] = {
    {"Account", NULL, BANKS, &qb_bank_account, "", is_bank_account},
};
static const QbEntity customers[] = {
    {"Customer", NULL, ANY, &qb_customer, "", NULL},
};
static const QbEntity suppliers[] = {
    {"Vendor", NULL, ANY, &qb_supplier, "", NULL},
};
static const QbEntity items[] = {
    {"Item", NULL, ANY, &qb_item, "", is_no_category},
};
static const QbEntity payment_methods[] = {
    {"PaymentMethod", NULL, ANY, &qb_payment_method, "", NULL},
};
static const QbEntity categories[] = {
    {"Class",      NULL, ANY, &qb_class,      "class:",      NULL},
    {"Department", NULL, ANY, &qb_department, "department:", NULL},
};
static const QbEntity invoices[] = {
    {"Invoice", NULL, NULL, &qb_invoice, "", NULL},
};
static const QbEntity credit_notes[] = {
    {"CreditMemo", NULL, NULL, &qb_credit_note, "", NULL},
};
static const QbEntity payments[] = {
    {"Payment", NULL, NULL, &qb_payment, "", NULL},
};
static const QbEntity bills[] = {
    {"Bill", NULL, NULL, &qb_bill, "", NULL},
};
static const QbEntity bill_credit_notes[] = {
    {"VendorCredit", NULL, NULL, &qb_bill_credit_note, "", NULL},
};
static const QbEntity bill_payments[] = {
    {"BillPayment", NULL, NULL, &qb_bill_payment, "", NULL},
};
static const QbEntity purchase_orders[] = {
    {"PurchaseOrder", NULL, NULL, &qb_purchase_order, "", NULL},
};
static const QbEntity journal_entries[] = {
    {"JournalEntry", NULL, NULL, &qb_journal_entry, "", NULL},
};
static const QbEntity direct_costs[] = {
    {"Purchase", NULL, NULL, &qb_direct_cost, "", NULL},
};
static const QbEntity direct_incomes[] = {
    {"SalesReceipt",  NULL, NULL, &qb_sales_receipt,  "salesReceipt:",  NULL        },
    {"RefundReceipt", NULL, NULL, &qb_refund_receipt, "refundReceipt:", NULL        },
    {"Deposit",       NULL, NULL, &qb_deposit,        "deposit:",       has_own_line},
};
static const QbEntity transfers[] = {
    {"Transfer",          NULL,                   NULL, &qb_transfer,     "transfer:",          NULL},
    {"CreditCardPayment", "CreditCardPaymentTxn", NULL, &qb_card_payment, "creditCardPayment:", NULL},
};

/* ---- Streams ---- */

#define LIST(table)                                                                                                    \
    &(const QbStream)                                                                                                  \
    {                                                                                                                  \
        .entities = (table), .n_entities = COUNT_OF(table)                                                             \
    }
static const QbStream company = {.read_whole = qb_read_company};
static const QbStream tax_rates = {.read_whole = qb_read_tax_rates};
static const QbStream tracking = {
    .entities = categories, .n_entities = COUNT_OF(categories), .read_whole = qb_read_categories};
static const QbStream balance_sheet = {
    .read_whole = qb_read_statement, .report = "BalanceSheet", .mapping = &qb_balance_sheet};
static const QbStream profit_and_loss = {
    .read_whole = qb_read_statement, .report = "ProfitAndLoss", .mapping = &qb_profit_and_loss};

/* Data type, incremental, lookup, details. A balance changes without a trace in the account's own dates, and CDC does
 * not know taxes: these are read whole. */
const Stream quickbooks_streams[] = {
    {"company",            false, false, &company               },
    {"chartOfAccounts",    false, true,  LIST(accounts)         },
    {"bankAccounts",       false, true,  LIST(bank_accounts)    },
    {"customers",          true,  true,  LIST(customers)        },
    {"suppliers",          true,  true,  LIST(suppliers)        },
    {"items",              true,  true,  LIST(items)            },
    {"taxRates",           false, false, &tax_rates             },
    {"trackingCategories", false, false, &tracking              },
    {"paymentMethods",     true,  true,  LIST(payment_methods)  },
    {"invoices",           true,  true,  LIST(invoices)         },
    {"creditNotes",        true,  true,  LIST(credit_notes)     },
    {"payments",           true,  true,  LIST(payments)         },
    {"bills",              true,  true,  LIST(bills)            },
    {"billCreditNotes",    true,  true,  LIST(bill_credit_notes)},
    {"billPayments",       true,  true,  LIST(bill_payments)    },
    {"purchaseOrders",     true,  true,  LIST(purchase_orders)  },
    {"journalEntries",     true,  true,  LIST(journal_entries)  },
    {"directCosts",        true,  true,  LIST(direct_costs)     },
    {"directIncomes",      true,  true,  LIST(direct_incomes)   },
    {"transfers",          true,  true,  LIST(transfers)        },
    {"balanceSheet",       false, false, &balance_sheet         },
    {"profitAndLoss",      false, false, &profit_and_loss       },
};
const size_t n_quickbooks_streams = COUNT_OF(quickbooks_streams);
