#include "workers/xero/mapping.h"
#include "workers/xero/parts.h"

/* Documents: what was sold and bought, and what was paid at once. */

/* ---- Lines ---- */

/* A line of text alone has neither quantity nor price. */
#define LINE_ROWS(Message)                                                                                             \
    {"Description", FIELD(Message, description), &AS_TEXT, OPTIONAL},                                                  \
        {".", FIELD(Message, unit_amount), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                        \
        {"UnitAmount", FIELD(Message, unit_amount), &AS_DECIMAL, OPTIONAL},                                            \
        {".", FIELD(Message, quantity), AS_CONSTANT_DECIMAL("1"), OPTIONAL},                                           \
        {"Quantity", FIELD(Message, quantity), &AS_DECIMAL, OPTIONAL},                                                 \
        {"DiscountAmount", FIELD(Message, discount_amount), &AS_DECIMAL, OPTIONAL},                                    \
        {"DiscountRate", FIELD(Message, discount_percentage), &AS_DECIMAL, OPTIONAL},                                  \
        {".", FIELD(Message, sub_total), XERO_NET, OPTIONAL},                                                          \
        {".", FIELD(Message, tax_amount), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                         \
        {"TaxAmount", FIELD(Message, tax_amount), &AS_DECIMAL, OPTIONAL},                                              \
        {".", FIELD(Message, total_amount), XERO_GROSS, OPTIONAL},                                                     \
        {".", FIELD(Message, account_ref), AS_RECORD(xero_account_ref), OPTIONAL},                                     \
        {".", FIELD(Message, tax_rate_ref), AS_RECORD(xero_tax_rate_ref), OPTIONAL},                                   \
    {                                                                                                                  \
        "Item", FIELD(Message, item_ref), AS_RECORD(xero_item_ref), OPTIONAL                                           \
    }

#define TRACKING_ROWS(Message, nobody)                                                                                 \
    {"Tracking[]", FIELD(Message, category_refs), AS_RECORD(xero_category_ref), OPTIONAL},                             \
        {".", FIELD(Message, is_billed_to), AS_CONSTANT_ENUM(nobody), OPTIONAL},                                       \
    {                                                                                                                  \
        ".", FIELD(Message, is_rebilled_to), AS_CONSTANT_ENUM(nobody), OPTIONAL                                        \
    }

MAP_TABLE(static const, receivable_tracking, AccountingReceivableTracking,
          TRACKING_ROWS(AccountingReceivableTracking, ACCOUNTING_RECEIVABLE_TRACKING_BILLED_TO_NOT_APPLICABLE));

MAP_TABLE(static const, payable_tracking, AccountingPayableTracking,
          TRACKING_ROWS(AccountingPayableTracking, ACCOUNTING_PAYABLE_TRACKING_BILLED_TO_NOT_APPLICABLE));

MAP_TABLE(static const, cost_tracking, AccountingDirectCostLineItemTracking,
          {"Tracking[]", FIELD(AccountingDirectCostLineItemTracking, record_refs), AS_RECORD(xero_tracking_ref),
           OPTIONAL});

/* Lines with `tracking` of their own, and those of types where categories are all there is. */
#define TRACKED_LINE(name, Message, by)                                                                                \
    MAP_TABLE(static const, name, Message, LINE_ROWS(Message), {".", FIELD(Message, tracking), AS_RECORD(by), OPTIONAL})
#define CATEGORIES AS_RECORD(xero_category_ref)
#define PLAIN_LINE(name, Message)                                                                                      \
    MAP_TABLE(static const, name, Message, LINE_ROWS(Message),                                                         \
              {"Tracking[]", FIELD(Message, tracking_category_refs), CATEGORIES, OPTIONAL})

TRACKED_LINE(invoice_line, AccountingInvoiceLineItem, receivable_tracking);
TRACKED_LINE(credit_note_line, AccountingCreditNoteLineItem, receivable_tracking);
TRACKED_LINE(bill_line, AccountingBillLineItem, payable_tracking);
TRACKED_LINE(bill_credit_note_line, AccountingBillCreditNoteLineItem, payable_tracking);
TRACKED_LINE(cost_line, AccountingDirectCostLineItem, cost_tracking);
PLAIN_LINE(income_line, AccountingDirectIncomeLineItem);
PLAIN_LINE(order_line, AccountingPurchaseOrderLineItem);

/* ---- What all documents have ---- */

#define DOCUMENT_ROWS(Message, tax, line)                                                                              \
    XERO_STAMP_ROW(Message), XERO_CURRENCY_ROWS(Message), {"Date", FIELD(Message, issue_date), &XERO_DATE, REQUIRED},  \
        {"SubTotal", FIELD(Message, sub_total), &AS_DECIMAL, REQUIRED},                                                \
        {".", FIELD(Message, tax), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                                \
        {"TotalTax", FIELD(Message, tax), &AS_DECIMAL, OPTIONAL},                                                      \
        {"Total", FIELD(Message, total_amount), &AS_DECIMAL, REQUIRED},                                                \
    {                                                                                                                  \
        "LineItems[]", FIELD(Message, line_items), AS_RECORD(line), OPTIONAL                                           \
    }
#define DISCOUNT_ROWS(Message)                                                                                         \
    {".", FIELD(Message, total_discount), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                         \
    {                                                                                                                  \
        "TotalDiscount", FIELD(Message, total_discount), &AS_DECIMAL, OPTIONAL                                         \
    }

/* Drafts and what waits for approval are no debt yet; `OPEN` is the word of what is owed in full. */
#define STATUS_WORDS(PREFIX, OPEN)                                                                                     \
    {"DRAFT", PREFIX##_DRAFT}, {"SUBMITTED", PREFIX##_DRAFT}, {"AUTHORISED", PREFIX##OPEN},                            \
        {"PARTLY", PREFIX##_PARTIALLY_PAID}, {"PAID", PREFIX##_PAID}, {"VOIDED", PREFIX##_VOID},                       \
    {                                                                                                                  \
        "DELETED", PREFIX##_VOID                                                                                       \
    }

/* ---- Invoices and bills ---- */

static const Word invoice_words[] = {STATUS_WORDS(ACCOUNTING_INVOICE_STATUS, _SUBMITTED)};
#define INVOICE(member) FIELD(AccountingInvoice, member)
static const MapRow invoice_rows[] = {
    {"InvoiceID",       INVOICE(id),             &AS_TEXT,                     REQUIRED},
    {"Status",          INVOICE(is_deleted),     XERO_DELETED,                 OPTIONAL},
    {"InvoiceNumber",   INVOICE(invoice_number), &AS_TEXT,                     OPTIONAL},
    {"Contact",         INVOICE(customer_ref),   AS_RECORD(xero_customer_ref), OPTIONAL},
    {"DueDate",         INVOICE(due_date),       &XERO_DATE,                   OPTIONAL},
    {"FullyPaidOnDate", INVOICE(paid_on_date),   &XERO_DATE,                   OPTIONAL},
    {"AmountDue",       INVOICE(amount_due),     &AS_DECIMAL,                  REQUIRED},
    {"Status",          INVOICE(status),         XERO_STATUS(invoice_words),   REQUIRED},
    {"Reference",       INVOICE(note),           &AS_TEXT,                     OPTIONAL},
    DOCUMENT_ROWS(AccountingInvoice, total_tax_amount, invoice_line),
    DISCOUNT_ROWS(AccountingInvoice),
};
const Mapping xero_invoice = MAPPING(AccountingInvoice, invoice_rows);

static const Word bill_words[] = {STATUS_WORDS(ACCOUNTING_BILL_STATUS, _OPEN)};
#define BILL(member) FIELD(AccountingBill, member)
static const MapRow bill_rows[] = {
    {"InvoiceID",     BILL(id),           &AS_TEXT,                     REQUIRED},
    {"Status",        BILL(is_deleted),   XERO_DELETED,                 OPTIONAL},
    {"InvoiceNumber", BILL(reference),    &AS_TEXT,                     OPTIONAL},
    {"Contact",       BILL(supplier_ref), AS_RECORD(xero_supplier_ref), OPTIONAL},
    {"DueDate",       BILL(due_date),     &XERO_DATE,                   OPTIONAL},
    {"AmountDue",     BILL(amount_due),   &AS_DECIMAL,                  OPTIONAL},
    {"Status",        BILL(status),       XERO_STATUS(bill_words),      REQUIRED},
    {"Reference",     BILL(note),         &AS_TEXT,                     OPTIONAL},
    DOCUMENT_ROWS(AccountingBill, tax_amount, bill_line),
};
const Mapping xero_bill = MAPPING(AccountingBill, bill_rows);

/* ---- Credit ---- */

#define CREDIT_ROWS(Message, number, words)                                                                            \
    {".", FIELD(Message, id), &XERO_CREDIT_ID, REQUIRED},                                                              \
        {"Status", FIELD(Message, is_deleted), XERO_DELETED, OPTIONAL},                                                \
        {"CreditNoteNumber", FIELD(Message, number), &AS_TEXT, OPTIONAL},                                              \
        {".", FIELD(Message, discount_percentage), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                \
        {"RemainingCredit", FIELD(Message, remaining_credit), &AS_DECIMAL, REQUIRED},                                  \
        {"Status", FIELD(Message, status), XERO_STATUS(words), REQUIRED},                                              \
        {"Allocations", FIELD(Message, allocated_on_date), &XERO_LATEST_DATE, OPTIONAL}, DISCOUNT_ROWS(Message),       \
    {                                                                                                                  \
        "Reference", FIELD(Message, note), &AS_TEXT, OPTIONAL                                                          \
    }

static const Word credit_words[] = {STATUS_WORDS(ACCOUNTING_CREDIT_NOTE_STATUS, _SUBMITTED)};
static const MapRow credit_note_rows[] = {
    CREDIT_ROWS(AccountingCreditNote, credit_note_number, credit_words),
    {"Contact", FIELD(AccountingCreditNote, customer_ref), AS_RECORD(xero_customer_ref), OPTIONAL},
    DOCUMENT_ROWS(AccountingCreditNote, total_tax_amount, credit_note_line),
};
const Mapping xero_credit_note = MAPPING(AccountingCreditNote, credit_note_rows);

static const Word bill_credit_words[] = {STATUS_WORDS(ACCOUNTING_BILL_CREDIT_NOTE_STATUS, _SUBMITTED)};
static const MapRow bill_credit_note_rows[] = {
    CREDIT_ROWS(AccountingBillCreditNote, bill_credit_note_number, bill_credit_words),
    {"Contact", FIELD(AccountingBillCreditNote, supplier_ref), AS_RECORD(xero_supplier_ref), OPTIONAL},
    DOCUMENT_ROWS(AccountingBillCreditNote, total_tax_amount, bill_credit_note_line),
};
const Mapping xero_bill_credit_note = MAPPING(AccountingBillCreditNote, bill_credit_note_rows);

/* ---- Purchase orders ---- */

static const Word order_words[] = {
    {"DRAFT",      ACCOUNTING_PURCHASE_ORDER_STATUS_DRAFT },
    {"SUBMITTED",  ACCOUNTING_PURCHASE_ORDER_STATUS_DRAFT },
    {"AUTHORISED", ACCOUNTING_PURCHASE_ORDER_STATUS_OPEN  },
    {"BILLED",     ACCOUNTING_PURCHASE_ORDER_STATUS_CLOSED},
    {"DELETED",    ACCOUNTING_PURCHASE_ORDER_STATUS_VOID  },
};
#define ORDER(member) FIELD(AccountingPurchaseOrder, member)
static const MapRow order_rows[] = {
    {"PurchaseOrderID",     ORDER(id),                     &AS_TEXT,                     REQUIRED},
    {"Status",              ORDER(is_deleted),             XERO_DELETED,                 OPTIONAL},
    {"PurchaseOrderNumber", ORDER(purchase_order_number),  &AS_TEXT,                     OPTIONAL},
    {"Contact",             ORDER(supplier_ref),           AS_RECORD(xero_supplier_ref), OPTIONAL},
    {"ExpectedArrivalDate", ORDER(expected_delivery_date), &XERO_DATE,                   OPTIONAL},
    {"DeliveryDate",        ORDER(delivery_date),          &XERO_DATE,                   OPTIONAL},
    {"Status",              ORDER(status),                 AS_WORDS(order_words),        OPTIONAL},
    {"Reference",           ORDER(note),                   &AS_TEXT,                     OPTIONAL},
    DOCUMENT_ROWS(AccountingPurchaseOrder, total_tax_amount, order_line),
    DISCOUNT_ROWS(AccountingPurchaseOrder),
};
const Mapping xero_purchase_order = MAPPING(AccountingPurchaseOrder, order_rows);

/* ---- Direct costs and incomes: bank transactions that settle nothing. Type alone says which: money back from a
 * supplier is an income to Xero, too ---- */

#define PAID(member) FIELD(AccountingPaymentAllocationPayment, member)
static const MapRow paid_rows[] = {
    {"BankTransactionID", PAID(id),           &AS_TEXT,                 KEY     },
    {"Reference",         PAID(reference),    &AS_TEXT,                 OPTIONAL},
    {"BankAccount",       PAID(account_ref),  AS_RECORD(xero_bank_ref), OPTIONAL},
    {"Date",              PAID(paid_on_date), &XERO_DATE,               OPTIONAL},
    {"Total",             PAID(total_amount), &AS_DECIMAL,              OPTIONAL},
    XERO_CURRENCY_ROWS(AccountingPaymentAllocationPayment),
};
static const Mapping paid = MAPPING(AccountingPaymentAllocationPayment, paid_rows);

#define ALLOCATED(member) FIELD(AccountingPaymentAllocationAllocation, member)
static const MapRow allocated_rows[] = {
    {"Date",  ALLOCATED(allocated_on_date), &XERO_DATE,  OPTIONAL},
    {"Total", ALLOCATED(total_amount),      &AS_DECIMAL, OPTIONAL},
    XERO_CURRENCY_ROWS(AccountingPaymentAllocationAllocation),
};
static const Mapping allocated = MAPPING(AccountingPaymentAllocationAllocation, allocated_rows);

static const MapRow paid_at_once_rows[] = {
    {".", FIELD(AccountingPaymentAllocation, payment),    AS_RECORD(paid),      KEY     },
    {".", FIELD(AccountingPaymentAllocation, allocation), AS_RECORD(allocated), OPTIONAL},
};
static const Mapping paid_at_once = MAPPING(AccountingPaymentAllocation, paid_at_once_rows);

#define SUPPLIERS AS_CONSTANT_ENUM(ACCOUNTING_CONTACT_REF_DATA_TYPE_SUPPLIERS)
#define CUSTOMERS AS_CONSTANT_ENUM(ACCOUNTING_CONTACT_REF_DATA_TYPE_CUSTOMERS)
MAP_TYPED_REF(static const, payee, AccountingContactRef, "ContactID", SUPPLIERS);
MAP_TYPED_REF(static const, payer, AccountingContactRef, "ContactID", CUSTOMERS);

#define DIRECT(mapping_name, Message, contact, line)                                                                   \
    MAP_TABLE(const, mapping_name, Message, {"BankTransactionID", FIELD(Message, id), &AS_TEXT, REQUIRED},             \
              {"Status", FIELD(Message, is_deleted), XERO_DEAD, OPTIONAL},                                             \
              {"Reference", FIELD(Message, reference), &AS_TEXT, OPTIONAL},                                            \
              {"Contact", FIELD(Message, contact_ref), AS_RECORD(contact), OPTIONAL},                                  \
              {".", FIELD(Message, payment_allocations), AS_ONE_RECORD(paid_at_once), OPTIONAL},                       \
              DOCUMENT_ROWS(Message, tax_amount, line))
DIRECT(xero_direct_cost, AccountingDirectCost, payee, cost_line);
DIRECT(xero_direct_income, AccountingDirectIncome, payer, income_line);
