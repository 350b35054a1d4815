#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/parts.h"
#include <string.h>

/* ---- Payments of both sides ---- */

/* What a payment settles. A credit adds to the money, a charge takes it; what is none of them belongs to the party. */
static const struct {
    const char *word, *type;
    bool credit;
} link_kinds[] = {
    {"Invoice",      "Invoice",       false},
    {"CreditMemo",   "CreditNote",    true },
    {"Bill",         "Bill",          false},
    {"VendorCredit", "CreditNote",    true },
    {"JournalEntry", "ManualJournal", false},
};

typedef struct Allocation {
    const MapSite *site;
    JsonWriter *writer;
    const char *party;       /* id of the customer or supplier */
    bool in_one;             /* nothing was paid: all links are in one line of 0 */
    char left[DECIMAL_SIZE]; /* of the total */
} Allocation;

static void put_number(JsonWriter *writer, const char *key, const char *number)
{
    json_put_raw(writer, key, number, strlen(number));
}

static void put_link(Allocation *allocation, const char *type, const char *id, const char *amount)
{
    JsonWriter *writer = allocation->writer;
    json_open(writer, NULL, '{');
    json_put_text(writer, "type", type);
    json_put_text(writer, "id", id ? id : "");
    put_number(writer, "amount", amount);
    json_close(writer, '}');
}

static void open_line(Allocation *allocation, const char *amount)
{
    json_open(allocation->writer, NULL, '{');
    put_number(allocation->writer, "amount", amount);
    json_put_text(allocation->writer, "date", json_text(allocation->site->record, "TxnDate"));
    json_open(allocation->writer, "links", '[');
}

static void close_line(Allocation *allocation)
{
    json_close(allocation->writer, ']');
    json_close(allocation->writer, '}');
}

static bool add_link(Allocation *allocation, yyjson_val *line, yyjson_val *linked, Error *err)
{
    char amount[DECIMAL_SIZE], negative[DECIMAL_SIZE], left[DECIMAL_SIZE];
    const char *type = "Other", *id = allocation->party;
    bool credit = false;
    for (size_t i = 0; i < COUNT_OF(link_kinds); i++) {
        if (map_is_word(linked, "TxnType", link_kinds[i].word)) {
            type = link_kinds[i].type;
            credit = link_kinds[i].credit;
            id = json_scalar(linked, "TxnId");
        }
    }
    if (!map_number_at(line, "Amount", amount, err))
        return false;
    if (!decimal_negate(negative, amount) || !decimal_subtract(left, allocation->left, credit ? negative : amount))
        return error_set(err, ERROR_DATA, "an amount has too many digits");
    strcpy(allocation->left, left);
    if (!allocation->in_one)
        open_line(allocation, credit ? negative : amount);
    put_link(allocation, type, id, credit ? amount : negative);
    if (!allocation->in_one)
        close_line(allocation);
    return true;
}

static bool add_rest(Allocation *allocation)
{
    char negative[DECIMAL_SIZE];
    if (decimal_is_zero(allocation->left))
        return true;
    open_line(allocation, allocation->left);
    put_link(allocation, "PaymentOnAccount", allocation->party,
             decimal_negate(negative, allocation->left) ? negative : "0");
    close_line(allocation);
    return true;
}

/* The model's lines as JSON, which the tables of both sides read. */
static bool write_lines(Allocation *allocation, Error *err)
{
    size_t i, n;
    yyjson_val *line;
    allocation->in_one = decimal_is_zero(allocation->left) && yyjson_arr_size(allocation->site->value) > 0;
    json_open(allocation->writer, NULL, '[');
    if (allocation->in_one)
        open_line(allocation, "0");
    yyjson_arr_foreach(allocation->site->value, i, n, line)
    {
        yyjson_val *linked = json_at(line, "LinkedTxn.0");
        if (linked && !add_link(allocation, line, linked, err))
            return false;
    }
    if (allocation->in_one)
        close_line(allocation);
    else
        add_rest(allocation);
    json_close(allocation->writer, ']');
    return true;
}

static MapResult map_allocation(const MapSite *site, Error *err)
{
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    const char *customer = json_scalar(site->record, "CustomerRef.value");
    Allocation allocation = {.site = site, .writer = &writer};
    allocation.party = customer ? customer : json_scalar(site->record, "VendorRef.value");
    if (!map_number_at(site->record, "TotalAmt", allocation.left, err) || !write_lines(&allocation, err))
        return MAP_FAILED;
    yyjson_val *lines = json_parse(site->arena, text->bytes, text->length, err), *line;
    MapResult result = lines ? MAP_ABSENT : MAP_FAILED;
    size_t i, n;
    yyjson_arr_foreach(lines, i, n, line)
    {
        MapSite one = *site;
        one.value = line;
        result = map_record(&one, err);
        if (result == MAP_FAILED)
            break;
    }
    return result;
}
#define AS_ALLOCATION(mapping) MAP_CONVERSION("allocation", map_allocation, MAP_NESTED(mapping), .appends = true)

#define LINK_ROWS(Link)                                                                                                \
    {"type", FIELD(Link, type), &AS_SAME_WORD, OPTIONAL}, {"id", FIELD(Link, id), &AS_TEXT, OPTIONAL},                 \
    {                                                                                                                  \
        "amount", FIELD(Link, amount), &AS_DECIMAL, OPTIONAL                                                           \
    }
#define PAID_LINE_ROWS(Line, link)                                                                                     \
    {"amount", FIELD(Line, amount), &AS_DECIMAL, OPTIONAL},                                                            \
        {"date", FIELD(Line, allocated_on_date), &AS_DATE, OPTIONAL},                                                  \
    {                                                                                                                  \
        "links[]", FIELD(Line, links), AS_RECORD(link), OPTIONAL                                                       \
    }
MAP_TABLE(static const, payment_link, AccountingPaymentLineLink, LINK_ROWS(AccountingPaymentLineLink));
MAP_TABLE(static const, payment_line, AccountingPaymentLine, PAID_LINE_ROWS(AccountingPaymentLine, payment_link));
MAP_TABLE(static const, bill_link, AccountingBillPaymentLineLink, LINK_ROWS(AccountingBillPaymentLineLink));
MAP_TABLE(static const, bill_payment_line, AccountingBillPaymentLine,
          PAID_LINE_ROWS(AccountingBillPaymentLine, bill_link));

#define PAYMENT_ROWS(Message, number)                                                                                  \
    QB_HEAD_ROWS(Message, ""), QB_CURRENCY_ROWS(Message),                                                              \
        {"TotalAmt", FIELD(Message, total_amount), &AS_DECIMAL, OPTIONAL},                                             \
        {"TxnDate", FIELD(Message, date), &AS_DATE, OPTIONAL},                                                         \
        {"PrivateNote", FIELD(Message, note), &AS_TEXT, OPTIONAL},                                                     \
    {                                                                                                                  \
        number, FIELD(Message, reference), &AS_TEXT, OPTIONAL                                                          \
    }

#define PAYMENT(member) FIELD(AccountingPayment, member)
static const MapRow payment_rows[] = {
    PAYMENT_ROWS(AccountingPayment, "PaymentRefNum"),
    {"CustomerRef",         PAYMENT(customer_ref),       AS_RECORD(qb_customer_ref),       OPTIONAL},
    {"DepositToAccountRef", PAYMENT(account_ref),        AS_RECORD(qb_account_ref),        OPTIONAL},
    {"PaymentMethodRef",    PAYMENT(payment_method_ref), AS_RECORD(qb_payment_method_ref), OPTIONAL},
    {"Line",                PAYMENT(lines),              AS_ALLOCATION(payment_line),      OPTIONAL},
};
const Mapping qb_payment = MAPPING(AccountingPayment, payment_rows);

#define BILL_PAYMENT(member) FIELD(AccountingBillPayment, member)
static const MapRow bill_payment_rows[] = {
    PAYMENT_ROWS(AccountingBillPayment, "DocNumber"),
    {"VendorRef",                      BILL_PAYMENT(supplier_ref), AS_RECORD(qb_supplier_ref),       OPTIONAL},
    {"CheckPayment.BankAccountRef",    BILL_PAYMENT(account_ref),  AS_RECORD(qb_account_ref),        OPTIONAL},
    {"CreditCardPayment.CCAccountRef", BILL_PAYMENT(account_ref),  AS_RECORD(qb_account_ref),        OPTIONAL},
    {"Line",                           BILL_PAYMENT(lines),        AS_ALLOCATION(bill_payment_line), OPTIONAL},
};
const Mapping qb_bill_payment = MAPPING(AccountingBillPayment, bill_payment_rows);

/* ---- Manual journals ---- */

#define DETAIL "JournalEntryLineDetail."

/* Amounts are always positive and in the entry's currency. In the books' own currency they are not rounded, so that the
 * lines still add up to zero. */
static MapResult map_posting(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE], negative[DECIMAL_SIZE], rate[DECIMAL_SIZE], home[DECIMAL_SIZE];
    yyjson_val *entry = map_root(site);
    bool in_home = site->row->as->n_argument && json_at(entry, "ExchangeRate");
    if (!map_number_at(site->record, "Amount", amount, err) || !map_number_at(entry, "ExchangeRate", rate, err))
        return MAP_FAILED;
    bool fits = decimal_multiply(home, amount, in_home ? rate : "1") && decimal_negate(negative, home);
    if (!fits)
        return map_fail(site, "has too many digits", err);
    map_put_decimal(site, map_is_word(site->record, DETAIL "PostingType", "Credit") ? negative : home);
    return MAP_READ;
}
#define AS_POSTING(in_home) MAP_CONVERSION("posting", map_posting, MAP_DECIMAL, .n_argument = (in_home))

/* Which currency is the books' own is known only where no rate leads to it. */
static MapResult map_entry_currency(const MapSite *site, Error *err)
{
    (void)err;
    yyjson_val *entry = map_root(site), *currency = json_at(entry, "CurrencyRef.value");
    if (!currency || (site->row->as->n_argument && json_at(entry, "ExchangeRate")))
        return MAP_ABSENT;
    const char *text = map_upper_text(site->arena, currency);
    map_put_text(site, text ? text : "");
    return MAP_READ;
}
#define ENTRY_CURRENCY(home)                                                                                           \
    MAP_CONVERSION("currency of the entry", map_entry_currency, .type = PROTOBUF_C_TYPE_STRING, .n_argument = (home))

MAP_TABLE(static const, posting_tracking, AccountingTracking,
          {".", FIELD(AccountingTracking, record_refs), QB_CATEGORIES, OPTIONAL});

#define POSTING(member) FIELD(AccountingJournalEntryJournalLine, member)
static const MapRow posting_rows[] = {
    {"Description",       POSTING(description),          &AS_TEXT,                    OPTIONAL},
    {"Amount",            POSTING(net_amount),           AS_POSTING(true),            REQUIRED},
    {".",                 POSTING(currency),             ENTRY_CURRENCY(true),        OPTIONAL},
    {"Amount",            POSTING(transaction_amount),   AS_POSTING(false),           OPTIONAL},
    {".",                 POSTING(transaction_currency), ENTRY_CURRENCY(false),       OPTIONAL},
    {DETAIL "AccountRef", POSTING(account_ref),          AS_RECORD(qb_account_ref),   OPTIONAL},
    {".",                 POSTING(tracking),             AS_RECORD(posting_tracking), OPTIONAL},
    {DETAIL "Entity",     POSTING(contact_ref),          QB_CONTACT,                  OPTIONAL},
};
static const Mapping posting = MAPPING(AccountingJournalEntryJournalLine, posting_rows);

static const Supplement entry_supplement[] = {{"DocNumber"}, {"Adjustment"}};

#define ENTRY(member) FIELD(AccountingJournalEntry, member)
static const MapRow journal_entry_rows[] = {
    QB_HEAD_ROWS(AccountingJournalEntry, ""),
    {"PrivateNote",              ENTRY(description),       &AS_TEXT,                        OPTIONAL},
    {"TxnDate",                  ENTRY(posted_on),         &AS_DATE,                        OPTIONAL},
    {"MetaData.CreateTime",      ENTRY(created_on),        &AS_INSTANT,                     OPTIONAL},
    {"MetaData.LastUpdatedTime", ENTRY(updated_on),        &AS_INSTANT,                     OPTIONAL},
    {"Line[]",                   ENTRY(journal_lines),     AS_RECORD(posting),              OPTIONAL},
    {".",                        ENTRY(supplemental_data), AS_SUPPLEMENT(entry_supplement), OPTIONAL},
};
const Mapping qb_journal_entry = MAPPING(AccountingJournalEntry, journal_entry_rows);

/* ---- Transfers ---- */

#define SIDE(member) FIELD(AccountingTransferSide, member)
#define IN_CHART     AS_CONSTANT_TEXT("chartOfAccounts")
#define SIDE_ROWS(name)                                                                                                \
    {".", SIDE(account_ref), AS_RECORD(name##_account), KEY},                                                          \
        MAP_CURRENCY_ROWS(AccountingTransferSide, "CurrencyRef.value"),                                                \
    {                                                                                                                  \
        "Amount", SIDE(amount), &AS_DECIMAL, OPTIONAL                                                                  \
    }
#define SIDE_OF(name, account)                                                                                         \
    MAP_TYPED_REF(static const, name##_account, AccountingRecordRef, account ".value", IN_CHART);                      \
    MAP_TABLE(static const, name, AccountingTransferSide, SIDE_ROWS(name))
SIDE_OF(from_ledger, "FromAccountRef");
SIDE_OF(to_ledger, "ToAccountRef");
SIDE_OF(from_bank, "BankAccountRef");
SIDE_OF(to_card, "CreditCardAccountRef");

#define TRANSFER(member) FIELD(AccountingTransfer, member)
#define TRANSFER_ROWS(prefix, source, destination)                                                                     \
    QB_HEAD_ROWS(AccountingTransfer, prefix), {"PrivateNote", TRANSFER(description), &AS_TEXT, OPTIONAL},              \
        {"TxnDate", TRANSFER(date), &AS_DATE, OPTIONAL}, {".", TRANSFER(from), AS_RECORD(source), OPTIONAL},           \
        {".", TRANSFER(to), AS_RECORD(destination), OPTIONAL},                                                         \
    {                                                                                                                  \
        ".", TRANSFER(status), QB_VOID, OPTIONAL                                                                       \
    }
MAP_TABLE(const, qb_transfer, AccountingTransfer, TRANSFER_ROWS("transfer:", from_ledger, to_ledger));
MAP_TABLE(const, qb_card_payment, AccountingTransfer, TRANSFER_ROWS("creditCardPayment:", from_bank, to_card));
