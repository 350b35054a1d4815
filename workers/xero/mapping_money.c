#include "workers/xero/mapping.h"
#include "workers/xero/parts.h"
#include <string.h>

/* Payments, allocations of credit, transfers and journals. */

/* ---- Payments: each settles one invoice, or gives credit back ---- */

#define LINK(mapping_name, Message, id_path, as_id, TYPE, as_amount)                                                   \
    MAP_TABLE(static const, mapping_name, Message, {id_path, FIELD(Message, id), as_id, KEY},                          \
              {".", FIELD(Message, type), AS_CONSTANT_ENUM(TYPE), OPTIONAL},                                           \
              {".", FIELD(Message, amount), as_amount, OPTIONAL})
#define LINKS(name, Message, INVOICE_TYPE, CREDIT_TYPE)                                                                \
    LINK(name##_invoice, Message, "InvoiceID", &AS_TEXT, INVOICE_TYPE, XERO_LINK);                                     \
    LINK(name##_credit, Message, ".", &XERO_CREDIT_ID, CREDIT_TYPE, XERO_LINK);                                        \
    LINK(name##_spent, Message, "Of", &XERO_CREDIT_ID, CREDIT_TYPE, XERO_CASH)

#define PAID_ROWS(Message, as_amount, link)                                                                            \
    {".", FIELD(Message, amount), as_amount, OPTIONAL},                                                                \
        {"Date", FIELD(Message, allocated_on_date), &XERO_DATE, OPTIONAL},                                             \
    {                                                                                                                  \
        "Invoice", FIELD(Message, links), AS_ONE_RECORD(link##_invoice), OPTIONAL                                      \
    }
#define PAYMENT_LINES(name, Message, link)                                                                             \
    MAP_TABLE(static const, name##_paid, Message, PAID_ROWS(Message, XERO_CASH, link),                                 \
              {"CreditNote", FIELD(Message, links), AS_ONE_RECORD(link##_credit), OPTIONAL},                           \
              {"Overpayment", FIELD(Message, links), AS_ONE_RECORD(link##_credit), OPTIONAL},                          \
              {"Prepayment", FIELD(Message, links), AS_ONE_RECORD(link##_credit), OPTIONAL});                          \
    MAP_TABLE(static const, name##_spent, Message, PAID_ROWS(Message, AS_CONSTANT_DECIMAL("0"), link),                 \
              {".", FIELD(Message, links), AS_ONE_RECORD(link##_spent), OPTIONAL})

/* The contact and the currency are the settled document's. */
#define SETTLED_ROWS(Message, document, contact_member, contact)                                                       \
    {document ".Contact", FIELD(Message, contact_member), AS_RECORD(contact), OPTIONAL},                               \
    {                                                                                                                  \
        document ".CurrencyCode", FIELD(Message, currency), &AS_UPPER, OPTIONAL                                        \
    }

#define PAYMENT(mapping_name, Message, contact_member, contact, line)                                                  \
    MAP_TABLE(const, mapping_name, Message, XERO_STAMP_ROW(Message),                                                   \
              {"PaymentID", FIELD(Message, id), AS_PREFIXED("payment:"), REQUIRED},                                    \
              {"Status", FIELD(Message, is_deleted), XERO_DELETED, OPTIONAL},                                          \
              {".", FIELD(Message, currency), AS_CONSTANT_TEXT("XXX"), OPTIONAL},                                      \
              SETTLED_ROWS(Message, "Invoice", contact_member, contact),                                               \
              SETTLED_ROWS(Message, "CreditNote", contact_member, contact),                                            \
              SETTLED_ROWS(Message, "Overpayment", contact_member, contact),                                           \
              SETTLED_ROWS(Message, "Prepayment", contact_member, contact),                                            \
              {"Account", FIELD(Message, account_ref), AS_RECORD(xero_bank_ref), OPTIONAL},                            \
              {".", FIELD(Message, total_amount), XERO_CASH, REQUIRED},                                                \
              {"CurrencyRate", FIELD(Message, currency_rate), &XERO_RATE, OPTIONAL},                                   \
              {"Date", FIELD(Message, date), &XERO_DATE, REQUIRED},                                                    \
              {"Reference", FIELD(Message, reference), &AS_TEXT, OPTIONAL},                                            \
              {".", FIELD(Message, lines), AS_ONE_RECORD(line), OPTIONAL})

/* Credit spent on an invoice moves no money. */
#define ALLOCATION(mapping_name, Message, contact_member, contact, line)                                               \
    MAP_TABLE(const, mapping_name, Message,                                                                            \
              {"Of.UpdatedDateUTC", FIELD(Message, source_modified_date), &XERO_INSTANT, OPTIONAL},                    \
              {"AllocationID", FIELD(Message, id), AS_PREFIXED("allocation:"), REQUIRED},                              \
              {".", FIELD(Message, currency), AS_CONSTANT_TEXT("XXX"), OPTIONAL},                                      \
              SETTLED_ROWS(Message, "Of", contact_member, contact),                                                    \
              {"Of.CurrencyRate", FIELD(Message, currency_rate), &XERO_RATE, OPTIONAL},                                \
              {".", FIELD(Message, total_amount), AS_CONSTANT_DECIMAL("0"), OPTIONAL},                                 \
              {"Date", FIELD(Message, date), &XERO_DATE, REQUIRED},                                                    \
              {".", FIELD(Message, lines), AS_ONE_RECORD(line), OPTIONAL})

LINKS(link, AccountingPaymentLineLink, ACCOUNTING_PAYMENT_LINE_LINK_TYPE_INVOICE,
      ACCOUNTING_PAYMENT_LINE_LINK_TYPE_CREDIT_NOTE);
PAYMENT_LINES(line, AccountingPaymentLine, link);
PAYMENT(xero_payment, AccountingPayment, customer_ref, xero_customer_ref, line_paid);
ALLOCATION(xero_allocation, AccountingPayment, customer_ref, xero_customer_ref, line_spent);

LINKS(bill_link, AccountingBillPaymentLineLink, ACCOUNTING_BILL_PAYMENT_LINE_LINK_TYPE_BILL,
      ACCOUNTING_BILL_PAYMENT_LINE_LINK_TYPE_CREDIT_NOTE);
PAYMENT_LINES(bill_line, AccountingBillPaymentLine, bill_link);
PAYMENT(xero_bill_payment, AccountingBillPayment, supplier_ref, xero_supplier_ref, bill_line_paid);
ALLOCATION(xero_bill_allocation, AccountingBillPayment, supplier_ref, xero_supplier_ref, bill_line_spent);

/* ---- Transfers ---- */

/* What arrives in another currency is not told. */
static MapResult map_arrived(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE];
    yyjson_val *from = json_at(site->record, "FromBankAccount.CurrencyCode");
    yyjson_val *to = json_at(site->record, "ToBankAccount.CurrencyCode");
    if (from && to && !yyjson_equals(from, to))
        return MAP_ABSENT;
    if (!map_number(site->value, false, amount))
        return map_fail(site, "is no number", err);
    map_put_decimal(site, amount);
    return MAP_READ;
}

MAP_TYPED_REF(static const, bank_record, AccountingRecordRef, "AccountID", AS_CONSTANT_TEXT("bankAccounts"));

#define SIDE(member) FIELD(AccountingTransferSide, member)
#define SIDE_OF(name, account, as_amount)                                                                              \
    MAP_TABLE(                                                                                                         \
        static const, name, AccountingTransferSide, {account, SIDE(account_ref), AS_RECORD(bank_record), OPTIONAL},    \
        {account ".CurrencyCode", SIDE(currency), &AS_UPPER, OPTIONAL}, {"Amount", SIDE(amount), as_amount, OPTIONAL})
SIDE_OF(from_side, "FromBankAccount", &AS_DECIMAL);
SIDE_OF(to_side, "ToBankAccount", AS_CUSTOM(map_arrived, "tributary.v1.Decimal"));

static MapResult map_transfer_status(const MapSite *site, Error *err)
{
    bool both =
        json_boolean(site->record, "FromIsReconciled", false) && json_boolean(site->record, "ToIsReconciled", false);
    (void)err;
    map_put_enum(site, yyjson_equals_str(site->value, "DELETED") ? ACCOUNTING_TRANSFER_STATUS_VOID
                       : both                                    ? ACCOUNTING_TRANSFER_STATUS_RECONCILED
                                                                 : ACCOUNTING_TRANSFER_STATUS_UNRECONCILED);
    return MAP_READ;
}

#define TRANSFER(member) FIELD(AccountingTransfer, member)
#define TRACKED          AS_RECORD(xero_category_ref)
static const MapRow transfer_rows[] = {
    {"BankTransferID", TRANSFER(id),                     &AS_TEXT,                            REQUIRED},
    {"Status",         TRANSFER(is_deleted),             XERO_DELETED,                        OPTIONAL},
    {"CreatedDateUTC", TRANSFER(source_modified_date),   &XERO_INSTANT,                       OPTIONAL},
    {"Reference",      TRANSFER(description),            &AS_TEXT,                            OPTIONAL},
    {"Date",           TRANSFER(date),                   &XERO_DATE,                          OPTIONAL},
    {".",              TRANSFER(from),                   AS_RECORD(from_side),                OPTIONAL},
    {".",              TRANSFER(to),                     AS_RECORD(to_side),                  OPTIONAL},
    {"Status",         TRANSFER(status),                 AS_CUSTOM_ENUM(map_transfer_status), OPTIONAL},
    {"FromTracking[]", TRANSFER(tracking_category_refs), TRACKED,                             OPTIONAL},
    {"ToTracking[]",   TRANSFER(tracking_category_refs), TRACKED,                             OPTIONAL},
};
const Mapping xero_transfer = MAPPING(AccountingTransfer, transfer_rows);

/* ---- Journals: manual ones, and those of everything else that posts ---- */

#define POSTING(member) FIELD(AccountingJournalEntryJournalLine, member)
#define JOURNAL_LINE(name, amount, as_amount, tracking_path)                                                           \
    MAP_TABLE(static const, name##_tracking, AccountingTracking,                                                       \
              {tracking_path, FIELD(AccountingTracking, record_refs), AS_RECORD(xero_tracking_ref), OPTIONAL});        \
    MAP_TABLE(static const, name, AccountingJournalEntryJournalLine,                                                   \
              {"Description", POSTING(description), &AS_TEXT, OPTIONAL},                                               \
              {amount, POSTING(net_amount), as_amount, OPTIONAL},                                                      \
              {".", POSTING(account_ref), AS_RECORD(xero_account_ref), OPTIONAL},                                      \
              {".", POSTING(tracking), AS_RECORD(name##_tracking), OPTIONAL})
/* With tax, or the lines would not add up to zero: no line says where the tax goes. */
JOURNAL_LINE(manual_line, ".", XERO_GROSS, "Tracking[]");
JOURNAL_LINE(posted_line, "NetAmount", &AS_DECIMAL, "TrackingCategories[]");

#define ENTRY(member) FIELD(AccountingJournalEntry, member)
static const MapRow manual_journal_rows[] = {
    XERO_STAMP_ROW(AccountingJournalEntry),
    {"ManualJournalID", ENTRY(id),            AS_PREFIXED("manualJournal:"), REQUIRED},
    {"Status",          ENTRY(is_deleted),    XERO_DEAD,                     OPTIONAL},
    {"Narration",       ENTRY(description),   &AS_TEXT,                      OPTIONAL},
    {"Date",            ENTRY(posted_on),     &XERO_DATE,                    OPTIONAL},
    {"UpdatedDateUTC",  ENTRY(updated_on),    &XERO_INSTANT,                 OPTIONAL},
    {"JournalLines[]",  ENTRY(journal_lines), AS_RECORD(manual_line),        OPTIONAL},
};
const Mapping xero_manual_journal = MAPPING(AccountingJournalEntry, manual_journal_rows);

#define POINTS_TO(TYPE) ACCOUNTING_TRANSACTION_REF_DATA_TYPE_##TYPE
static const struct {
    const char *type, *prefix;
    int data_type;
} posters[] = {
    {"ACCREC",               "",             POINTS_TO(INVOICES)         },
    {"ACCPAY",               "",             POINTS_TO(BILLS)            },
    {"ACCRECCREDIT",         "creditNote:",  POINTS_TO(CREDIT_NOTES)     },
    {"ACCPAYCREDIT",         "creditNote:",  POINTS_TO(BILL_CREDIT_NOTES)},
    {"AROVERPAYMENT",        "overpayment:", POINTS_TO(CREDIT_NOTES)     },
    {"APOVERPAYMENT",        "overpayment:", POINTS_TO(BILL_CREDIT_NOTES)},
    {"ARPREPAYMENT",         "prepayment:",  POINTS_TO(CREDIT_NOTES)     },
    {"APPREPAYMENT",         "prepayment:",  POINTS_TO(BILL_CREDIT_NOTES)},
    {"ACCRECPAYMENT",        "payment:",     POINTS_TO(PAYMENTS)         },
    {"ARCREDITPAYMENT",      "payment:",     POINTS_TO(PAYMENTS)         },
    {"AROVERPAYMENTPAYMENT", "payment:",     POINTS_TO(PAYMENTS)         },
    {"ARPREPAYMENTPAYMENT",  "payment:",     POINTS_TO(PAYMENTS)         },
    {"ACCPAYPAYMENT",        "payment:",     POINTS_TO(BILL_PAYMENTS)    },
    {"APCREDITPAYMENT",      "payment:",     POINTS_TO(BILL_PAYMENTS)    },
    {"APOVERPAYMENTPAYMENT", "payment:",     POINTS_TO(BILL_PAYMENTS)    },
    {"APPREPAYMENTPAYMENT",  "payment:",     POINTS_TO(BILL_PAYMENTS)    },
    {"CASHREC",              "",             POINTS_TO(DIRECT_INCOMES)   },
    {"CASHPAID",             "",             POINTS_TO(DIRECT_COSTS)     },
    {"TRANSFER",             "",             POINTS_TO(TRANSFERS)        },
};

/* The record that was posted; "" when we have no type for it. */
static MapResult map_poster(const MapSite *site, Error *err)
{
    const char *id = map_clean_text(site->arena, json_at(site->record, "SourceID"));
    (void)err;
    for (size_t i = 0; id && *id && i < COUNT_OF(posters); i++) {
        if (!yyjson_equals_str(site->value, posters[i].type))
            continue;
        AccountingTransactionRef *ref = (AccountingTransactionRef *)(void *)map_new_message(site);
        ref->id = arena_format(site->arena, "%s%s", posters[i].prefix, id);
        ref->data_type = (AccountingTransactionRefDataType)posters[i].data_type;
        map_put_message(site, &ref->base);
        return MAP_READ;
    }
    return MAP_ABSENT;
}

#define POSTER AS_CUSTOM(map_poster, "tributary.accounting.v1.TransactionRef")
static const MapRow journal_rows[] = {
    {"JournalID",      ENTRY(id),                   AS_PREFIXED("journal:"), REQUIRED},
    {"CreatedDateUTC", ENTRY(source_modified_date), &XERO_INSTANT,           OPTIONAL},
    {"CreatedDateUTC", ENTRY(created_on),           &XERO_INSTANT,           OPTIONAL},
    {"JournalDate",    ENTRY(posted_on),            &XERO_DATE,              OPTIONAL},
    {"Reference",      ENTRY(description),          &AS_TEXT,                OPTIONAL},
    {"SourceType",     ENTRY(record_ref),           POSTER,                  OPTIONAL},
    {"JournalLines[]", ENTRY(journal_lines),        AS_RECORD(posted_line),  OPTIONAL},
};
const Mapping xero_journal = MAPPING(AccountingJournalEntry, journal_rows);
