#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/parts.h"

/* Documents: what was sold and bought. QuickBooks sends no status and no tax of a line; parts.c says what we make of
 * the amounts. */

/* ---- Lines ---- */

#define LINE_ROWS(Message, sign)                                                                                       \
    {"Description", FIELD(Message, description), &AS_TEXT, OPTIONAL},                                                  \
        {".", FIELD(Message, unit_amount), QB_AMOUNT(QB_LINE_UNIT + sign), OPTIONAL},                                  \
        {".", FIELD(Message, quantity), QB_AMOUNT(QB_LINE_QUANTITY + sign), OPTIONAL},                                 \
        {".", FIELD(Message, sub_total), QB_AMOUNT(QB_LINE_NET + sign), OPTIONAL},                                     \
        {".", FIELD(Message, tax_amount), QB_AMOUNT(QB_LINE_TAX + sign), OPTIONAL},                                    \
    {                                                                                                                  \
        ".", FIELD(Message, total_amount), QB_AMOUNT(QB_LINE_GROSS + sign), OPTIONAL                                   \
    }
#define REF_ROWS(Message, detail, account)                                                                             \
    {detail "." account, FIELD(Message, account_ref), AS_RECORD(qb_account_ref), OPTIONAL},                            \
        {detail ".ItemRef", FIELD(Message, item_ref), AS_RECORD(qb_item_ref), OPTIONAL},                               \
    {                                                                                                                  \
        detail ".TaxCodeRef", FIELD(Message, tax_rate_ref), AS_RECORD(qb_tax_rate_ref), OPTIONAL                       \
    }
#define SALES_ROWS(Message, sign)                                                                                      \
    LINE_ROWS(Message, sign), REF_ROWS(Message, SALES, "ItemAccountRef"),                                              \
        {SALES ".DiscountAmt", FIELD(Message, discount_amount), &AS_DECIMAL, OPTIONAL},                                \
    {                                                                                                                  \
        SALES ".DiscountRate", FIELD(Message, discount_percentage), &AS_DECIMAL, OPTIONAL                              \
    }
#define EXPENSE_ROWS(Message, sign)                                                                                    \
    LINE_ROWS(Message, sign), REF_ROWS(Message, BY_ACCOUNT, "AccountRef"), REF_ROWS(Message, BY_ITEM, "ItemAccountRef")
#define SALES      "SalesItemLineDetail"
#define BY_ACCOUNT "AccountBasedExpenseLineDetail"
#define BY_ITEM    "ItemBasedExpenseLineDetail"

/* ---- Tracking ---- */

/* Costs may be passed on to a customer. That a line says it does not make it tracked. */
#define BILLED MAP_CONVERSION("billed", map_billed, .type = PROTOBUF_C_TYPE_ENUM, .constant = true)
#define TRACKING_ROWS(Message)                                                                                         \
    {".", FIELD(Message, category_refs), QB_CATEGORIES, OPTIONAL},                                                     \
        {".", FIELD(Message, is_billed_to), BILLED, OPTIONAL},                                                         \
    {                                                                                                                  \
        ".", FIELD(Message, is_rebilled_to), BILLED, OPTIONAL                                                          \
    }

static MapResult map_billed(const MapSite *site, Error *err)
{
    (void)err;
    const char *account = BY_ACCOUNT ".BillableStatus", *item = BY_ITEM ".BillableStatus";
    const char *path = json_at(site->record, account) ? account : item;
    bool billed = map_is_word(site->record, path, "Billable") || map_is_word(site->record, path, "HasBeenBilled");
    return map_put_word(site, billed ? "Customer" : "NotApplicable", "Unknown");
}

MAP_TABLE(static const, receivable_tracking, AccountingReceivableTracking, TRACKING_ROWS(AccountingReceivableTracking));

#define PAYABLE(member) FIELD(AccountingPayableTracking, member)
static const MapRow payable_tracking_rows[] = {
    TRACKING_ROWS(AccountingPayableTracking),
    {BY_ACCOUNT ".CustomerRef", PAYABLE(customer_ref), AS_RECORD(qb_customer_ref), OPTIONAL},
    {BY_ITEM ".CustomerRef",    PAYABLE(customer_ref), AS_RECORD(qb_customer_ref), OPTIONAL},
};
static const Mapping payable_tracking = MAPPING(AccountingPayableTracking, payable_tracking_rows);

#define IS_CUSTOMER AS_CONSTANT_ENUM(ACCOUNTING_TRACKING_REF_DATA_TYPE_CUSTOMERS)
MAP_TYPED_REF(static const, tracked_customer, AccountingTrackingRef, "value", IS_CUSTOMER);

#define COST_TRACKING(member) FIELD(AccountingDirectCostLineItemTracking, member)
static const MapRow cost_tracking_rows[] = {
    {".",                       COST_TRACKING(record_refs), QB_CATEGORIES,                   OPTIONAL},
    {BY_ACCOUNT ".CustomerRef", COST_TRACKING(record_refs), AS_ONE_RECORD(tracked_customer), OPTIONAL},
    {BY_ITEM ".CustomerRef",    COST_TRACKING(record_refs), AS_ONE_RECORD(tracked_customer), OPTIONAL},
};
static const Mapping cost_tracking = MAPPING(AccountingDirectCostLineItemTracking, cost_tracking_rows);

/* ---- Documents that are paid later ---- */

#define DOCUMENT_ROWS(Message, tax)                                                                                    \
    QB_HEAD_ROWS(Message, ""), QB_CURRENCY_ROWS(Message), {"TxnDate", FIELD(Message, issue_date), &AS_DATE, OPTIONAL}, \
        {".", FIELD(Message, sub_total), QB_AMOUNT(QB_NET), OPTIONAL},                                                 \
        {".", FIELD(Message, tax), QB_AMOUNT(QB_TAX), OPTIONAL},                                                       \
    {                                                                                                                  \
        ".", FIELD(Message, total_amount), QB_AMOUNT(QB_TOTAL), OPTIONAL                                               \
    }

/* Of the first discount in percent. */
static MapResult map_discount_percent(const MapSite *site, Error *err)
{
    size_t i, n;
    yyjson_val *line;
    char percent[DECIMAL_SIZE];
    yyjson_arr_foreach(site->value, i, n, line)
    {
        if (!json_boolean(line, "DiscountLineDetail.PercentBased", false))
            continue;
        if (!map_number_at(line, "DiscountLineDetail.DiscountPercent", percent, err))
            return MAP_FAILED;
        map_put_decimal(site, percent);
        return MAP_READ;
    }
    return MAP_ABSENT;
}
#define DISCOUNT_PERCENT AS_CUSTOM(map_discount_percent, "tributary.v1.Decimal")

static const Supplement sale_supplement[] = {
    {"PrivateNote"}, {"EmailStatus"}, {"SalesTermRef"}, {"GlobalTaxCalculation"}};
static const Supplement bill_supplement[] = {{"SalesTermRef"}, {"GlobalTaxCalculation"}};

#define INVOICE_LINE(member) FIELD(AccountingInvoiceLineItem, member)
MAP_TABLE(static const, invoice_line, AccountingInvoiceLineItem, SALES_ROWS(AccountingInvoiceLineItem, QB_SALE),
          {".", INVOICE_LINE(tracking), AS_RECORD(receivable_tracking), OPTIONAL});

#define INVOICE(member) FIELD(AccountingInvoice, member)
static const MapRow invoice_rows[] = {
    DOCUMENT_ROWS(AccountingInvoice, total_tax_amount),
    {"DocNumber",          INVOICE(invoice_number),      &AS_TEXT,                       OPTIONAL},
    {"CustomerRef",        INVOICE(customer_ref),        AS_RECORD(qb_customer_ref),     OPTIONAL},
    {"DueDate",            INVOICE(due_date),            &AS_DATE,                       OPTIONAL},
    {".",                  INVOICE(amount_due),          AS_CONSTANT_DECIMAL("0"),       OPTIONAL},
    {"Balance",            INVOICE(amount_due),          &AS_DECIMAL,                    OPTIONAL},
    {".",                  INVOICE(total_discount),      QB_AMOUNT(QB_DISCOUNT),         OPTIONAL},
    {"Line",               INVOICE(discount_percentage), DISCOUNT_PERCENT,               OPTIONAL},
    {".",                  INVOICE(status),              QB_DOCUMENT_STATUS,             OPTIONAL},
    {"CustomerMemo.value", INVOICE(note),                &AS_TEXT,                       OPTIONAL},
    {"Line",               INVOICE(line_items),          QB_LINES(invoice_line),         OPTIONAL},
    {".",                  INVOICE(supplemental_data),   AS_SUPPLEMENT(sale_supplement), OPTIONAL},
};
const Mapping qb_invoice = MAPPING(AccountingInvoice, invoice_rows);

#define CREDIT_LINE(member) FIELD(AccountingCreditNoteLineItem, member)
MAP_TABLE(static const, credit_line, AccountingCreditNoteLineItem, SALES_ROWS(AccountingCreditNoteLineItem, QB_SALE),
          {".", CREDIT_LINE(tracking), AS_RECORD(receivable_tracking), OPTIONAL});

#define CREDIT(member) FIELD(AccountingCreditNote, member)
static const MapRow credit_note_rows[] = {
    DOCUMENT_ROWS(AccountingCreditNote, total_tax_amount),
    {"DocNumber",          CREDIT(credit_note_number),  &AS_TEXT,                       OPTIONAL},
    {"CustomerRef",        CREDIT(customer_ref),        AS_RECORD(qb_customer_ref),     OPTIONAL},
    {".",                  CREDIT(remaining_credit),    AS_CONSTANT_DECIMAL("0"),       OPTIONAL},
    {"Balance",            CREDIT(remaining_credit),    &AS_DECIMAL,                    OPTIONAL},
    {"RemainingCredit",    CREDIT(remaining_credit),    &AS_DECIMAL,                    OPTIONAL},
    {".",                  CREDIT(total_discount),      QB_AMOUNT(QB_DISCOUNT),         OPTIONAL},
    {".",                  CREDIT(discount_percentage), AS_CONSTANT_DECIMAL("0"),       OPTIONAL},
    {"Line",               CREDIT(discount_percentage), DISCOUNT_PERCENT,               OPTIONAL},
    {".",                  CREDIT(status),              QB_DOCUMENT_STATUS,             OPTIONAL},
    {"CustomerMemo.value", CREDIT(note),                &AS_TEXT,                       OPTIONAL},
    {"Line",               CREDIT(line_items),          QB_LINES(credit_line),          OPTIONAL},
    {".",                  CREDIT(supplemental_data),   AS_SUPPLEMENT(sale_supplement), OPTIONAL},
};
const Mapping qb_credit_note = MAPPING(AccountingCreditNote, credit_note_rows);

/* ---- Bills and purchase orders ---- */

/* Of what a bill or its line is linked to only the orders; of a line the first. */
static MapResult map_orders(const MapSite *site, Error *err)
{
    size_t i, n;
    yyjson_val *linked;
    MapResult result = MAP_ABSENT;
    yyjson_arr_foreach(site->value, i, n, linked)
    {
        MapSite one = *site;
        one.value = linked;
        if (!map_is_word(linked, "TxnType", "PurchaseOrder"))
            continue;
        result = map_record(&one, err);
        if (result == MAP_FAILED || !site->row->as->appends)
            break;
    }
    return result;
}
#define ORDERS(mapping)      MAP_CONVERSION("orders", map_orders, MAP_NESTED(mapping), .appends = true)
#define FIRST_ORDER(mapping) MAP_CONVERSION("order", map_orders, MAP_NESTED(mapping))

MAP_TABLE(static const, order_ref, AccountingPurchaseOrderRef,
          {"TxnId", FIELD(AccountingPurchaseOrderRef, id), &AS_TEXT, KEY});

#define OF_ORDERS AS_CONSTANT_ENUM(ACCOUNTING_RECORD_LINE_REF_DATA_TYPE_PURCHASE_ORDERS)
static const MapRow order_line_ref_rows[] = {
    {"TxnId",     FIELD(AccountingRecordLineRef, id),          &AS_TEXT,  KEY     },
    {"TxnLineId", FIELD(AccountingRecordLineRef, line_number), &AS_TEXT,  OPTIONAL},
    {".",         FIELD(AccountingRecordLineRef, data_type),   OF_ORDERS, OPTIONAL},
};
static const Mapping order_line_ref = MAPPING(AccountingRecordLineRef, order_line_ref_rows);

#define BILL_LINE(member) FIELD(AccountingBillLineItem, member)
static const MapRow bill_line_rows[] = {
    EXPENSE_ROWS(AccountingBillLineItem, QB_SALE),
    {"LineNum",   BILL_LINE(line_number),             &AS_TEXT,                    OPTIONAL},
    {"LinkedTxn", BILL_LINE(purchase_order_line_ref), FIRST_ORDER(order_line_ref), OPTIONAL},
    {".",         BILL_LINE(tracking),                AS_RECORD(payable_tracking), OPTIONAL},
};
static const Mapping bill_line = MAPPING(AccountingBillLineItem, bill_line_rows);

#define BILL(member) FIELD(AccountingBill, member)
static const MapRow bill_rows[] = {
    DOCUMENT_ROWS(AccountingBill, tax_amount),
    {"DocNumber",   BILL(reference),           &AS_TEXT,                       OPTIONAL},
    {"VendorRef",   BILL(supplier_ref),        AS_RECORD(qb_supplier_ref),     OPTIONAL},
    {"LinkedTxn",   BILL(purchase_order_refs), ORDERS(order_ref),              OPTIONAL},
    {"DueDate",     BILL(due_date),            &AS_DATE,                       OPTIONAL},
    {"Balance",     BILL(amount_due),          &AS_DECIMAL,                    OPTIONAL},
    {".",           BILL(status),              QB_DOCUMENT_STATUS,             OPTIONAL},
    {"PrivateNote", BILL(note),                &AS_TEXT,                       OPTIONAL},
    {"Line",        BILL(line_items),          QB_LINES(bill_line),            OPTIONAL},
    {".",           BILL(supplemental_data),   AS_SUPPLEMENT(bill_supplement), OPTIONAL},
};
const Mapping qb_bill = MAPPING(AccountingBill, bill_rows);

#define BILL_CREDIT_LINE(member) FIELD(AccountingBillCreditNoteLineItem, member)
MAP_TABLE(static const, bill_credit_line, AccountingBillCreditNoteLineItem,
          EXPENSE_ROWS(AccountingBillCreditNoteLineItem, QB_SALE),
          {".", BILL_CREDIT_LINE(tracking), AS_RECORD(payable_tracking), OPTIONAL});

#define BILL_CREDIT(member) FIELD(AccountingBillCreditNote, member)
static const MapRow bill_credit_note_rows[] = {
    DOCUMENT_ROWS(AccountingBillCreditNote, total_tax_amount),
    {"DocNumber",   BILL_CREDIT(bill_credit_note_number), &AS_TEXT,                       OPTIONAL},
    {"VendorRef",   BILL_CREDIT(supplier_ref),            AS_RECORD(qb_supplier_ref),     OPTIONAL},
    {"Balance",     BILL_CREDIT(remaining_credit),        &AS_DECIMAL,                    OPTIONAL},
    {".",           BILL_CREDIT(total_discount),          AS_CONSTANT_DECIMAL("0"),       OPTIONAL},
    {".",           BILL_CREDIT(discount_percentage),     AS_CONSTANT_DECIMAL("0"),       OPTIONAL},
    {".",           BILL_CREDIT(status),                  QB_DOCUMENT_STATUS,             OPTIONAL},
    {"PrivateNote", BILL_CREDIT(note),                    &AS_TEXT,                       OPTIONAL},
    {"Line",        BILL_CREDIT(line_items),              QB_LINES(bill_credit_line),     OPTIONAL},
    {".",           BILL_CREDIT(supplemental_data),       AS_SUPPLEMENT(bill_supplement), OPTIONAL},
};
const Mapping qb_bill_credit_note = MAPPING(AccountingBillCreditNote, bill_credit_note_rows);

MAP_TABLE(static const, ship_to, AccountingShipTo,
          {".", FIELD(AccountingShipTo, address), AS_RECORD(qb_delivery_address), OPTIONAL});

static const Word order_words[] = {
    {"Open",   ACCOUNTING_PURCHASE_ORDER_STATUS_OPEN  },
    {"Closed", ACCOUNTING_PURCHASE_ORDER_STATUS_CLOSED},
};

#define ORDER_LINE(member) FIELD(AccountingPurchaseOrderLineItem, member)
static const MapRow order_line_rows[] = {
    EXPENSE_ROWS(AccountingPurchaseOrderLineItem, QB_SALE),
    {"LineNum", ORDER_LINE(line_number),            &AS_TEXT,      OPTIONAL},
    {".",       ORDER_LINE(tracking_category_refs), QB_CATEGORIES, OPTIONAL},
};
static const Mapping order_line = MAPPING(AccountingPurchaseOrderLineItem, order_line_rows);

#define ORDER(member) FIELD(AccountingPurchaseOrder, member)
static const MapRow purchase_order_rows[] = {
    DOCUMENT_ROWS(AccountingPurchaseOrder, total_tax_amount),
    {"DocNumber",   ORDER(purchase_order_number), &AS_TEXT,                   OPTIONAL},
    {"VendorRef",   ORDER(supplier_ref),          AS_RECORD(qb_supplier_ref), OPTIONAL},
    {"DueDate",     ORDER(payment_due_date),      &AS_DATE,                   OPTIONAL},
    {"ShipAddr",    ORDER(ship_to),               AS_RECORD(ship_to),         OPTIONAL},
    {".",           ORDER(total_discount),        AS_CONSTANT_DECIMAL("0"),   OPTIONAL},
    {"POStatus",    ORDER(status),                AS_WORDS(order_words),      OPTIONAL},
    {".",           ORDER(status),                QB_VOID,                    OPTIONAL},
    {"PrivateNote", ORDER(note),                  &AS_TEXT,                   OPTIONAL},
    {"Memo",        ORDER(note),                  &AS_TEXT,                   OPTIONAL},
    {"Line",        ORDER(line_items),            QB_LINES(order_line),       OPTIONAL},
};
const Mapping qb_purchase_order = MAPPING(AccountingPurchaseOrder, purchase_order_rows);

/* ---- Paid at once ---- */

/* The model wants to know how such a document was paid: by itself. */
#define DEPOSITED         "DepositToAccountRef"
#define PAID(member)      FIELD(AccountingPaymentAllocationPayment, member)
#define ALLOCATED(member) FIELD(AccountingPaymentAllocationAllocation, member)
#define PAID_ROWS(prefix, number, account, amount)                                                                     \
    {"Id", PAID(id), AS_PREFIXED(prefix), REQUIRED}, {number, PAID(reference), &AS_TEXT, OPTIONAL},                    \
        {account, PAID(account_ref), AS_RECORD(qb_account_ref), OPTIONAL},                                             \
        {"TxnDate", PAID(paid_on_date), &AS_DATE, OPTIONAL}, {".", PAID(total_amount), QB_AMOUNT(amount), OPTIONAL},   \
        QB_CURRENCY_ROWS(AccountingPaymentAllocationPayment)
#define ALLOCATED_ROWS(amount)                                                                                         \
    {"TxnDate", ALLOCATED(allocated_on_date), &AS_DATE, OPTIONAL},                                                     \
        {".", ALLOCATED(total_amount), QB_AMOUNT(amount), OPTIONAL},                                                   \
        QB_CURRENCY_ROWS(AccountingPaymentAllocationAllocation)
#define ALLOCATION_ROWS(name)                                                                                          \
    {".", FIELD(AccountingPaymentAllocation, payment), AS_RECORD(name##_paid), OPTIONAL},                              \
    {                                                                                                                  \
        ".", FIELD(AccountingPaymentAllocation, allocation), AS_RECORD(name##_allocated), OPTIONAL                     \
    }
#define ALLOCATION_OF(name, prefix, number, account, amount)                                                           \
    MAP_TABLE(static const, name##_paid, AccountingPaymentAllocationPayment,                                           \
              PAID_ROWS(prefix, number, account, amount));                                                             \
    MAP_TABLE(static const, name##_allocated, AccountingPaymentAllocationAllocation, ALLOCATED_ROWS(amount));          \
    MAP_TABLE(static const, name, AccountingPaymentAllocation, ALLOCATION_ROWS(name))
ALLOCATION_OF(cost_allocation, "", "DocNumber", "AccountRef", QB_TOTAL);
ALLOCATION_OF(receipt_allocation, "salesReceipt:", "PaymentRefNum", DEPOSITED, QB_TOTAL);
ALLOCATION_OF(refund_allocation, "refundReceipt:", "PaymentRefNum", DEPOSITED, QB_TOTAL + QB_REFUND);
ALLOCATION_OF(deposit_allocation, "deposit:", "DocNumber", DEPOSITED, QB_OWN_LINES);

#define DIRECT_ROWS(Message, prefix, net, tax, total, sign, allocation)                                                \
    QB_HEAD_ROWS(Message, prefix), QB_CURRENCY_ROWS(Message),                                                          \
        {"DocNumber", FIELD(Message, reference), &AS_TEXT, OPTIONAL},                                                  \
        {"TxnDate", FIELD(Message, issue_date), &AS_DATE, OPTIONAL},                                                   \
        {".", FIELD(Message, payment_allocations), AS_ONE_RECORD(allocation), OPTIONAL},                               \
        {".", FIELD(Message, sub_total), QB_AMOUNT(net + sign), OPTIONAL},                                             \
        {".", FIELD(Message, total_amount), QB_AMOUNT(total + sign), OPTIONAL},                                        \
    {                                                                                                                  \
        ".", FIELD(Message, tax_amount), tax, OPTIONAL                                                                 \
    }

static const Supplement cost_supplement[] = {{"PaymentType"}, {"GlobalTaxCalculation"}};
static const Supplement receipt_supplement[] = {{"PrivateNote"}, {"PaymentMethodRef"}, {"GlobalTaxCalculation"}};

#define COST_LINE(member) FIELD(AccountingDirectCostLineItem, member)
MAP_TABLE(static const, cost_line, AccountingDirectCostLineItem, EXPENSE_ROWS(AccountingDirectCostLineItem, QB_SALE),
          {".", COST_LINE(tracking), AS_RECORD(cost_tracking), OPTIONAL});

#define COST(member) FIELD(AccountingDirectCost, member)
#define COST_TAX     QB_AMOUNT(QB_TAX)
static const MapRow direct_cost_rows[] = {
    DIRECT_ROWS(AccountingDirectCost, "", QB_NET, COST_TAX, QB_TOTAL, QB_SALE, cost_allocation),
    {"PrivateNote", COST(note),              &AS_TEXT,                       OPTIONAL},
    {"EntityRef",   COST(contact_ref),       QB_CONTACT,                     OPTIONAL},
    {"Line",        COST(line_items),        QB_LINES(cost_line),            OPTIONAL},
    {".",           COST(supplemental_data), AS_SUPPLEMENT(cost_supplement), OPTIONAL},
};
const Mapping qb_direct_cost = MAPPING(AccountingDirectCost, direct_cost_rows);

#define A_CUSTOMER AS_CONSTANT_ENUM(ACCOUNTING_CONTACT_REF_DATA_TYPE_CUSTOMERS)
MAP_TYPED_REF(static const, customer_contact, AccountingContactRef, "value", A_CUSTOMER);

#define INCOME(member)      FIELD(AccountingDirectIncome, member)
#define INCOME_LINE(member) FIELD(AccountingDirectIncomeLineItem, member)
#define RECEIPT_LINE_ROWS(sign)                                                                                        \
    SALES_ROWS(AccountingDirectIncomeLineItem, sign),                                                                  \
    {                                                                                                                  \
        ".", INCOME_LINE(tracking_category_refs), QB_CATEGORIES, OPTIONAL                                              \
    }
#define RECEIPT_ROWS(prefix, sign, line, allocation)                                                                   \
    DIRECT_ROWS(AccountingDirectIncome, prefix, QB_NET, QB_AMOUNT(QB_TAX + sign), QB_TOTAL, sign, allocation),         \
        {"CustomerMemo.value", INCOME(note), &AS_TEXT, OPTIONAL},                                                      \
        {"CustomerRef", INCOME(contact_ref), AS_RECORD(customer_contact), OPTIONAL},                                   \
        {"Line", INCOME(line_items), QB_LINES(line), OPTIONAL},                                                        \
    {                                                                                                                  \
        ".", INCOME(supplemental_data), AS_SUPPLEMENT(receipt_supplement), OPTIONAL                                    \
    }
MAP_TABLE(static const, receipt_line, AccountingDirectIncomeLineItem, RECEIPT_LINE_ROWS(QB_SALE));
MAP_TABLE(static const, refund_line, AccountingDirectIncomeLineItem, RECEIPT_LINE_ROWS(QB_REFUND));
MAP_TABLE(const, qb_sales_receipt, AccountingDirectIncome,
          RECEIPT_ROWS("salesReceipt:", QB_SALE, receipt_line, receipt_allocation));
MAP_TABLE(const, qb_refund_receipt, AccountingDirectIncome,
          RECEIPT_ROWS("refundReceipt:", QB_REFUND, refund_line, refund_allocation));

static const MapRow deposit_line_rows[] = {
    LINE_ROWS(AccountingDirectIncomeLineItem, QB_SALE),
    {"DepositLineDetail.AccountRef", INCOME_LINE(account_ref),            AS_RECORD(qb_account_ref), OPTIONAL},
    {".",                            INCOME_LINE(tracking_category_refs), QB_CATEGORIES,             OPTIONAL},
};
static const Mapping deposit_line = MAPPING(AccountingDirectIncomeLineItem, deposit_line_rows);

/* What a deposit clears was recorded before; only the rest is income. */
static const MapRow deposit_rows[] = {
    DIRECT_ROWS(AccountingDirectIncome, "deposit:", QB_OWN_LINES, AS_CONSTANT_DECIMAL("0"), QB_OWN_LINES, QB_SALE,
                deposit_allocation),
    {"PrivateNote", INCOME(note),        &AS_TEXT,                      OPTIONAL},
    {"Line",        INCOME(contact_ref), QB_CONTACT,                    OPTIONAL},
    {"Line",        INCOME(line_items),  QB_OWN_LINES_BY(deposit_line), OPTIONAL},
};
const Mapping qb_deposit = MAPPING(AccountingDirectIncome, deposit_rows);
