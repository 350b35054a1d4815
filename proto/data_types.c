#include "proto/data_types.h"
#include "lib/auto.h"
#include "proto/pb.h"
#include <string.h>

#define ROW(id, family, name, kebab, snake, by_company, path, key, Message)                                            \
    {                                                                                                                  \
        key, family, id, "records." name "." kebab, name "." snake, PB_DESCRIPTOR(Message), by_company, path           \
    }

/* The API's path is the key itself, unless a row says otherwise. */
#define ACCOUNTING_ROW(id, key, kebab, snake, Message, by_company, path)                                               \
    ROW(id, FAMILY_ACCOUNTING, "accounting", kebab, snake, by_company, path, key, Accounting##Message)
#define ACCOUNTING(id, key, kebab, snake, Message)          ACCOUNTING_ROW(id, key, kebab, snake, Message, true, key)
#define ACCOUNTING_AT(id, key, kebab, snake, Message, path) ACCOUNTING_ROW(id, key, kebab, snake, Message, true, path)
#define BY_CONNECTION(id, key, kebab, snake, Message)       ACCOUNTING_ROW(id, key, kebab, snake, Message, false, key)
#define BY_CONNECTION_AT(id, key, kebab, snake, Message, path)                                                         \
    ACCOUNTING_ROW(id, key, kebab, snake, Message, false, path)
#define BANKING(id, key, kebab, snake, Message)                                                                        \
    ROW(id, FAMILY_BANKING, "banking", kebab, snake, false, "banking-" key, "banking-" key, Banking##Message)
#define COMMERCE_AT(id, key, kebab, snake, Message, path)                                                              \
    ROW(id, FAMILY_COMMERCE, "commerce", kebab, snake, false, "commerce-" path, "commerce-" key, Commerce##Message)
#define COMMERCE(id, key, kebab, snake, Message) COMMERCE_AT(id, key, kebab, snake, Message, key)

/* clang-format off: a row is a line, and long rows would pull the others apart */
const DataType data_types[] = {
    BY_CONNECTION(101, "accountTransactions", "account-transactions", "account_transactions", AccountTransaction),
    ACCOUNTING_AT(102, "balanceSheet", "balance-sheet", "balance_sheet", BalanceSheet, "financials/balanceSheet"),
    BY_CONNECTION(103, "bankAccounts", "bank-accounts", "bank_accounts", BankAccount),
    BY_CONNECTION_AT(104, "bankTransactions", "bank-transactions", "bank_transactions", BankTransaction,
                     "bankAccounts/{accountId}/bankTransactions"),
    ACCOUNTING(105, "billCreditNotes", "bill-credit-notes", "bill_credit_notes", BillCreditNote),
    ACCOUNTING(106, "billPayments", "bill-payments", "bill_payments", BillPayment),
    ACCOUNTING(107, "bills", "bills", "bills", Bill),
    ACCOUNTING_AT(108, "cashFlowStatement", "cash-flow-statement", "cash_flow_statement", CashFlowStatement,
                  "financials/cashFlowStatement"),
    ACCOUNTING_AT(109, "chartOfAccounts", "chart-of-accounts", "chart_of_accounts", Account, "accounts"),
    ACCOUNTING_AT(110, "company", "company", "company", Company, "info"),
    ACCOUNTING(111, "creditNotes", "credit-notes", "credit_notes", CreditNote),
    ACCOUNTING(112, "customers", "customers", "customers", Customer),
    BY_CONNECTION(113, "directCosts", "direct-costs", "direct_costs", DirectCost),
    BY_CONNECTION(114, "directIncomes", "direct-incomes", "direct_incomes", DirectIncome),
    ACCOUNTING(115, "invoices", "invoices", "invoices", Invoice),
    BY_CONNECTION(116, "itemReceipts", "item-receipts", "item_receipts", ItemReceipt),
    ACCOUNTING(117, "items", "items", "items", Item),
    ACCOUNTING(118, "journalEntries", "journal-entries", "journal_entries", JournalEntry),
    ACCOUNTING(119, "journals", "journals", "journals", Journal),
    ACCOUNTING(120, "paymentMethods", "payment-methods", "payment_methods", PaymentMethod),
    ACCOUNTING(121, "payments", "payments", "payments", Payment),
    ACCOUNTING_AT(122, "profitAndLoss", "profit-and-loss", "profit_and_loss", ProfitAndLoss,
                  "financials/profitAndLoss"),
    ACCOUNTING(123, "purchaseOrders", "purchase-orders", "purchase_orders", PurchaseOrder),
    ACCOUNTING(124, "salesOrders", "sales-orders", "sales_orders", SalesOrder),
    ACCOUNTING(125, "suppliers", "suppliers", "suppliers", Supplier),
    ACCOUNTING(126, "taxRates", "tax-rates", "tax_rates", TaxRate),
    ACCOUNTING(127, "trackingCategories", "tracking-categories", "tracking_categories", TrackingCategory),
    BY_CONNECTION(128, "transfers", "transfers", "transfers", Transfer),

    BANKING(201, "accountBalances", "account-balances", "account_balances", AccountBalance),
    BANKING(202, "accounts", "accounts", "accounts", Account),
    BANKING(203, "transactionCategories", "transaction-categories", "transaction_categories", TransactionCategory),
    BANKING(204, "transactions", "transactions", "transactions", Transaction),

    COMMERCE_AT(301, "companyInfo", "company-info", "company_info", CompanyInfo, "info"),
    COMMERCE(302, "customers", "customers", "customers", Customer),
    COMMERCE(303, "disputes", "disputes", "disputes", Dispute),
    COMMERCE(304, "locations", "locations", "locations", Location),
    COMMERCE(305, "orders", "orders", "orders", Order),
    COMMERCE(306, "paymentMethods", "payment-methods", "payment_methods", PaymentMethod),
    COMMERCE(307, "payments", "payments", "payments", Payment),
    COMMERCE(308, "productCategories", "product-categories", "product_categories", ProductCategory),
    COMMERCE(309, "products", "products", "products", Product),
    COMMERCE(310, "taxComponents", "tax-components", "tax_components", TaxComponent),
    COMMERCE(311, "transactions", "transactions", "transactions", Transaction),
};
/* clang-format on */

const size_t n_data_types = COUNT_OF(data_types);

static const struct {
    uint32_t schema_id;
    const ProtobufCMessageDescriptor *message;
} other_messages[] = {
    {SCHEMA_JOB,             PB_DESCRIPTOR(PbJob)           },
    {SCHEMA_DATASET_EVENT,   PB_DESCRIPTOR(PbDatasetEvent)  },
    {SCHEMA_CONTROL_MESSAGE, PB_DESCRIPTOR(PbControlMessage)},
    {SCHEMA_DEAD_LETTER,     PB_DESCRIPTOR(PbDeadLetter)    },
};

const DataType *data_type_by_key(const char *key)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (strcmp(data_types[i].key, key) == 0)
            return &data_types[i];
    return NULL;
}

const DataType *data_type_by_topic(const char *topic)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (strcmp(data_types[i].topic, topic) == 0)
            return &data_types[i];
    return NULL;
}

const DataType *data_type_by_schema_id(uint32_t schema_id)
{
    for (size_t i = 0; i < n_data_types; i++)
        if (data_types[i].schema_id == schema_id)
            return &data_types[i];
    return NULL;
}

const char *family_name(Family family)
{
    switch (family) {
    case FAMILY_ACCOUNTING:
        return "accounting";
    case FAMILY_BANKING:
        return "banking";
    case FAMILY_COMMERCE:
        return "commerce";
    }
    return "";
}

const ProtobufCMessageDescriptor *schema_message(uint32_t schema_id)
{
    const DataType *type = data_type_by_schema_id(schema_id);
    if (type)
        return type->message;
    for (size_t i = 0; i < COUNT_OF(other_messages); i++)
        if (other_messages[i].schema_id == schema_id)
            return other_messages[i].message;
    return NULL;
}
