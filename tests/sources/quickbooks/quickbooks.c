/*
 * What the shared parts of source tests have to know of QuickBooks.
 */
#include "tests/sources/support/cases.h"
#include "tests/sources/support/script.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/source.h"
#include "workers/quickbooks/streams.h"

const CaseMapping case_mappings[] = {
    {"company",          &qb_company         },
    {"account",          &qb_account         },
    {"bank_account",     &qb_bank_account    },
    {"customer",         &qb_customer        },
    {"supplier",         &qb_supplier        },
    {"item",             &qb_item            },
    {"payment_method",   &qb_payment_method  },
    {"tax_rate",         &qb_tax_rate        },
    {"class",            &qb_class           },
    {"department",       &qb_department      },
    {"invoice",          &qb_invoice         },
    {"credit_note",      &qb_credit_note     },
    {"bill",             &qb_bill            },
    {"bill_credit_note", &qb_bill_credit_note},
    {"purchase_order",   &qb_purchase_order  },
    {"payment",          &qb_payment         },
    {"bill_payment",     &qb_bill_payment    },
    {"journal_entry",    &qb_journal_entry   },
    {"direct_cost",      &qb_direct_cost     },
    {"sales_receipt",    &qb_sales_receipt   },
    {"refund_receipt",   &qb_refund_receipt  },
    {"deposit",          &qb_deposit         },
    {"transfer",         &qb_transfer        },
    {"card_payment",     &qb_card_payment    },
    {"balance_sheet",    &qb_balance_sheet   },
    {"profit_and_loss",  &qb_profit_and_loss },
};
const size_t n_case_mappings = COUNT_OF(case_mappings);

const char *const case_files[] = {
    "quickbooks/accounts.json",        "quickbooks/balance_sheets.json",
    "quickbooks/bank_accounts.json",   "quickbooks/bill_credit_notes.json",
    "quickbooks/bill_payments.json",   "quickbooks/bills.json",
    "quickbooks/card_payments.json",   "quickbooks/classes.json",
    "quickbooks/company.json",         "quickbooks/credit_notes.json",
    "quickbooks/customers.json",       "quickbooks/departments.json",
    "quickbooks/deposits.json",        "quickbooks/direct_costs.json",
    "quickbooks/invoices.json",        "quickbooks/items.json",
    "quickbooks/journal_entries.json", "quickbooks/payment_methods.json",
    "quickbooks/payments.json",        "quickbooks/profit_and_losses.json",
    "quickbooks/purchase_orders.json", "quickbooks/refund_receipts.json",
    "quickbooks/sales_receipts.json",  "quickbooks/suppliers.json",
    "quickbooks/tax_rates.json",       "quickbooks/transfers.json",
};
const size_t n_case_files = COUNT_OF(case_files);

static char base[] = "https://quickbooks.test";
static RestState state = {.url = base, .page_size = 3};

const ScriptSource script_source = {
    .base = base,
    .state = &state,
    .credential = "access_token",
    .settings = "{\"realmId\": \"4620816365\"}",
    .streams = quickbooks_streams,
    .n_streams = &n_quickbooks_streams,
    .fetch = quickbooks_fetch,
    .lookup = quickbooks_lookup,
};
