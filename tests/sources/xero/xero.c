/*
 * What the shared parts of source tests have to know of Xero.
 */
#include "tests/sources/support/cases.h"
#include "tests/sources/support/script.h"
#include "workers/xero/mapping.h"
#include "workers/xero/source.h"
#include "workers/xero/streams.h"

const CaseMapping case_mappings[] = {
    {"company",          &xero_company         },
    {"account",          &xero_account         },
    {"bank_account",     &xero_bank_account    },
    {"customer",         &xero_customer        },
    {"supplier",         &xero_supplier        },
    {"item",             &xero_item            },
    {"tax_rate",         &xero_tax_rate        },
    {"category",         &xero_category        },
    {"option",           &xero_option          },
    {"invoice",          &xero_invoice         },
    {"bill",             &xero_bill            },
    {"credit_note",      &xero_credit_note     },
    {"bill_credit_note", &xero_bill_credit_note},
    {"purchase_order",   &xero_purchase_order  },
    {"direct_cost",      &xero_direct_cost     },
    {"direct_income",    &xero_direct_income   },
    {"payment",          &xero_payment         },
    {"bill_payment",     &xero_bill_payment    },
    {"allocation",       &xero_allocation      },
    {"bill_allocation",  &xero_bill_allocation },
    {"transfer",         &xero_transfer        },
    {"manual_journal",   &xero_manual_journal  },
    {"journal",          &xero_journal         },
    {"balance_sheet",    &xero_balance_sheet   },
    {"profit_and_loss",  &xero_profit_and_loss },
};
const size_t n_case_mappings = COUNT_OF(case_mappings);

const char *const case_files[] = {
    "xero/accounts.json",          "xero/allocations.json",       "xero/balance_sheets.json", "xero/bank_accounts.json",
    "xero/bill_allocations.json",  "xero/bill_credit_notes.json", "xero/bill_payments.json",  "xero/bills.json",
    "xero/categories.json",        "xero/company.json",           "xero/credit_notes.json",   "xero/customers.json",
    "xero/direct_costs.json",      "xero/direct_incomes.json",    "xero/invoices.json",       "xero/items.json",
    "xero/journals.json",          "xero/manual_journals.json",   "xero/options.json",        "xero/payments.json",
    "xero/profit_and_losses.json", "xero/purchase_orders.json",   "xero/suppliers.json",      "xero/tax_rates.json",
    "xero/transfers.json",
};
const size_t n_case_files = COUNT_OF(case_files);

static char base[] = "https://xero.test";
static RestState xero = {.url = base, .page_size = 2};

const ScriptSource script_source = {
    .base = base,
    .state = &xero,
    .credential = "access_token",
    .settings = "{\"tenantId\": \"59712f8f-45a3-4d45-a705-5d0c9748317e\"}",
    .streams = xero_streams,
    .n_streams = &n_xero_streams,
    .fetch = xero_fetch,
    .lookup = xero_lookup,
};
