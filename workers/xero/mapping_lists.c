#include "lib/clock.h"
#include "lib/text.h"
#include "workers/xero/mapping.h"
#include "workers/xero/parts.h"
#include <string.h>

/* The company and its lists. */

/* ---- Addresses and phones ---- */

static const Word address_words[] = {
    {"POBOX",    ACCOUNTING_ADDRESS_TYPE_BILLING },
    {"STREET",   ACCOUNTING_ADDRESS_TYPE_DELIVERY},
    {"DELIVERY", ACCOUNTING_ADDRESS_TYPE_DELIVERY},
};
#define ADDRESS(member) FIELD(AccountingAddress, member)
#define FURTHER_LINES   AS_JOINED(", ", "AddressLine2", "AddressLine3", "AddressLine4")
static const MapRow address_rows[] = {
    {"AddressType",  ADDRESS(type),        XERO_TYPE(address_words), OPTIONAL},
    {"AddressLine1", ADDRESS(line1),       &AS_TEXT,                 OPTIONAL},
    {".",            ADDRESS(line2),       FURTHER_LINES,            OPTIONAL},
    {"City",         ADDRESS(city),        &AS_TEXT,                 OPTIONAL},
    {"Region",       ADDRESS(region),      &AS_TEXT,                 OPTIONAL},
    {"Country",      ADDRESS(country),     &AS_TEXT,                 OPTIONAL},
    {"PostalCode",   ADDRESS(postal_code), &AS_TEXT,                 OPTIONAL},
};
static const Mapping address = MAPPING(AccountingAddress, address_rows);

static const Word phone_words[] = {
    {"DEFAULT", PB_PHONE_TYPE_PRIMARY },
    {"DDI",     PB_PHONE_TYPE_LANDLINE},
    {"MOBILE",  PB_PHONE_TYPE_MOBILE  },
    {"FAX",     PB_PHONE_TYPE_FAX     },
};
#define WHOLE_NUMBER AS_JOINED(" ", "PhoneCountryCode", "PhoneAreaCode", "PhoneNumber")
static const MapRow phone_rows[] = {
    {"PhoneType",   FIELD(PbPhone, type),   XERO_TYPE(phone_words), OPTIONAL},
    {"PhoneNumber", FIELD(PbPhone, number), WHOLE_NUMBER,           OPTIONAL},
};
static const Mapping phone = MAPPING(PbPhone, phone_rows);

/* Of a contact's phones the default one, or else the first that has a number. */
static MapResult map_phone(const MapSite *site, Error *err)
{
    size_t i, n;
    yyjson_val *entry, *best = NULL;
    yyjson_arr_foreach(site->value, i, n, entry)
    {
        const char *number = json_text(entry, "PhoneNumber"), *type = json_text(entry, "PhoneType");
        bool chosen = type && strcmp(type, "DEFAULT") == 0;
        if (number && *number && (!best || chosen))
            best = entry;
    }
    if (!best)
        return MAP_ABSENT;
    MapRow row = *site->row;
    MapSite own = *site;
    row.as = WHOLE_NUMBER;
    own.row = &row;
    own.record = best;
    return map_joined(&own, err);
}

#define PHONE MAP_CONVERSION("phone", map_phone, .type = PROTOBUF_C_TYPE_STRING)

/* ---- Customers and suppliers: one list ---- */

#define CONTACT_ROWS(Message, title)                                                                                   \
    XERO_STAMP_ROW(Message), {"ContactID", FIELD(Message, id), &AS_TEXT, REQUIRED},                                    \
        {"Name", FIELD(Message, title), &AS_TEXT, OPTIONAL},                                                           \
        {".", FIELD(Message, contact_name), AS_JOINED(" ", "FirstName", "LastName"), OPTIONAL},                        \
        {"EmailAddress", FIELD(Message, email_address), &AS_TEXT, OPTIONAL},                                           \
        {"Phones", FIELD(Message, phone), PHONE, OPTIONAL},                                                            \
        {"Addresses[]", FIELD(Message, addresses), AS_RECORD(address), OPTIONAL},                                      \
        {"DefaultCurrency", FIELD(Message, default_currency), &AS_UPPER, OPTIONAL},                                    \
        {"CompanyNumber", FIELD(Message, registration_number), &AS_TEXT, OPTIONAL},                                    \
        {"TaxNumber", FIELD(Message, tax_number), &AS_TEXT, OPTIONAL},                                                 \
    {                                                                                                                  \
        "ContactStatus", FIELD(Message, status), &AS_SAME_WORD, REQUIRED                                               \
    }

MAP_TABLE(const, xero_customer, AccountingCustomer, CONTACT_ROWS(AccountingCustomer, customer_name));

MAP_TABLE(const, xero_supplier, AccountingSupplier, CONTACT_ROWS(AccountingSupplier, supplier_name));

/* ---- Accounts ---- */

static const Title class_titles[] = {
    {"ASSET",     "Asset"    },
    {"LIABILITY", "Liability"},
    {"EQUITY",    "Equity"   },
    {"EXPENSE",   "Expense"  },
    {"REVENUE",   "Income"   },
};
static const Word class_words[] = {
    {"ASSET",     ACCOUNTING_ACCOUNT_TYPE_ASSET    },
    {"LIABILITY", ACCOUNTING_ACCOUNT_TYPE_LIABILITY},
    {"EQUITY",    ACCOUNTING_ACCOUNT_TYPE_EQUITY   },
    {"EXPENSE",   ACCOUNTING_ACCOUNT_TYPE_EXPENSE  },
    {"REVENUE",   ACCOUNTING_ACCOUNT_TYPE_INCOME   },
};

/* "Asset.BANK", or with the account's name: "Asset.BANK.Savings". */
static MapResult map_place(const MapSite *site, Error *err)
{
    const char *type = map_clean_text(site->arena, json_at(site->record, "Type"));
    const char *name = map_clean_text(site->arena, json_at(site->record, "Name"));
    bool named = site->row->as->n_argument != 0;
    (void)err;
    for (size_t i = 0; type && name && i < COUNT_OF(class_titles); i++) {
        if (!yyjson_equals_str(site->value, class_titles[i].word))
            continue;
        map_put_text(site, arena_format(site->arena, "%s.%s%s%s", class_titles[i].title, type, named ? "." : "",
                                        named ? name : ""));
        return MAP_READ;
    }
    return MAP_ABSENT;
}
#define CATEGORY  MAP_CONVERSION("category", map_place, .type = PROTOBUF_C_TYPE_STRING)
#define FULL_NAME MAP_CONVERSION("full name", map_place, .type = PROTOBUF_C_TYPE_STRING, .n_argument = 1)

#define ACCOUNT(member) FIELD(AccountingAccount, member)
static const MapRow account_rows[] = {
    XERO_STAMP_ROW(AccountingAccount),
    {"AccountID",    ACCOUNT(id),                       &AS_TEXT,              REQUIRED},
    {"Code",         ACCOUNT(nominal_code),             &AS_TEXT,              OPTIONAL},
    {"Name",         ACCOUNT(name),                     &AS_TEXT,              OPTIONAL},
    {"Description",  ACCOUNT(description),              &AS_TEXT,              OPTIONAL},
    {"Class",        ACCOUNT(fully_qualified_category), CATEGORY,              OPTIONAL},
    {"Class",        ACCOUNT(fully_qualified_name),     FULL_NAME,             OPTIONAL},
    {"CurrencyCode", ACCOUNT(currency),                 &AS_UPPER,             OPTIONAL},
    {"Class",        ACCOUNT(type),                     AS_WORDS(class_words), OPTIONAL},
    {"Status",       ACCOUNT(status),                   &AS_SAME_WORD,         OPTIONAL},
    {"Type",         ACCOUNT(is_bank_account),          AS_IS_ONE_OF("BANK"),  OPTIONAL},
};
const Mapping xero_account = MAPPING(AccountingAccount, account_rows);

static const Word bank_words[] = {
    {"BANK",       ACCOUNTING_BANK_ACCOUNT_ACCOUNT_TYPE_DEBIT },
    {"CREDITCARD", ACCOUNTING_BANK_ACCOUNT_ACCOUNT_TYPE_CREDIT},
    {"PAYPAL",     ACCOUNTING_BANK_ACCOUNT_ACCOUNT_TYPE_DEBIT },
};
#define BANK(member) FIELD(AccountingBankAccount, member)
static const MapRow bank_rows[] = {
    XERO_STAMP_ROW(AccountingBankAccount),
    {"AccountID",         BANK(id),             &AS_TEXT,             REQUIRED},
    {"Name",              BANK(account_name),   &AS_TEXT,             OPTIONAL},
    {"BankAccountType",   BANK(account_type),   AS_WORDS(bank_words), OPTIONAL},
    {"Code",              BANK(nominal_code),   &AS_TEXT,             OPTIONAL},
    {"BankAccountNumber", BANK(account_number), &AS_TEXT,             OPTIONAL},
    {"CurrencyCode",      BANK(currency),       &AS_UPPER,            OPTIONAL},
    {"Status",            BANK(status),         &AS_SAME_WORD,        OPTIONAL},
};
const Mapping xero_bank_account = MAPPING(AccountingBankAccount, bank_rows);

/* ---- Items: without a status, and untracked ones may be goods or services ---- */

#define TERMS(member) FIELD(AccountingItemTerms, member)
#define TERMS_OF(name, text, details)                                                                                  \
    MAP_TABLE(static const, name, AccountingItemTerms, {text, TERMS(description), &AS_TEXT, OPTIONAL},                 \
              {details ".UnitPrice", TERMS(unit_price), &AS_DECIMAL, OPTIONAL},                                        \
              {details, TERMS(account_ref), AS_RECORD(xero_account_ref), OPTIONAL},                                    \
              {details, TERMS(tax_rate_ref), AS_RECORD(xero_tax_rate_ref), OPTIONAL})
TERMS_OF(bill_item, "PurchaseDescription", "PurchaseDetails");
TERMS_OF(invoice_item, "Description", "SalesDetails");

static const Word item_words[] = {
    {"true",  ACCOUNTING_ITEM_TYPE_INVENTORY    },
    {"false", ACCOUNTING_ITEM_TYPE_NON_INVENTORY},
};
#define ITEM(member) FIELD(AccountingItem, member)
#define NO_STATUS    AS_CONSTANT_ENUM(ACCOUNTING_ITEM_ITEM_STATUS_UNKNOWN)
static const MapRow item_rows[] = {
    XERO_STAMP_ROW(AccountingItem),
    {"ItemID",               ITEM(id),              &AS_TEXT,                     REQUIRED},
    {"Name",                 ITEM(name),            &AS_TEXT,                     OPTIONAL},
    {"Code",                 ITEM(code),            &AS_TEXT,                     OPTIONAL},
    {".",                    ITEM(item_status),     NO_STATUS,                    OPTIONAL},
    {"IsTrackedAsInventory", ITEM(type),            AS_WORDS(item_words),         REQUIRED},
    {"IsPurchased",          ITEM(is_bill_item),    &AS_BOOLEAN,                  REQUIRED},
    {"IsSold",               ITEM(is_invoice_item), &AS_BOOLEAN,                  REQUIRED},
    {"IsPurchased",          ITEM(bill_item),       XERO_RECORD_IF(bill_item),    OPTIONAL},
    {"IsSold",               ITEM(invoice_item),    XERO_RECORD_IF(invoice_item), OPTIONAL},
};
const Mapping xero_item = MAPPING(AccountingItem, item_rows);

/* ---- Tax rates ---- */

static MapResult map_total_rate(const MapSite *site, Error *err)
{
    char sum[DECIMAL_SIZE] = "0", rate[DECIMAL_SIZE], more[DECIMAL_SIZE];
    size_t i, n;
    yyjson_val *component;
    yyjson_arr_foreach(site->value, i, n, component)
    {
        if (!map_number(json_at(component, "Rate"), false, rate) || !decimal_add(more, sum, rate)) {
            error_set(err, ERROR_DATA, "the rate of a component is no number");
            return MAP_FAILED;
        }
        strcpy(sum, more);
    }
    if (yyjson_arr_size(site->value) == 0)
        return MAP_ABSENT;
    map_put_decimal(site, sum);
    return MAP_READ;
}

#define COMPONENT(member) FIELD(AccountingTaxRateComponent, member)
static const MapRow component_rows[] = {
    {"Name",       COMPONENT(name),        &AS_TEXT,                   OPTIONAL},
    {"Rate",       COMPONENT(rate),        &AS_DECIMAL,                OPTIONAL},
    {".",          COMPONENT(is_compound), AS_CONSTANT_BOOLEAN(false), OPTIONAL},
    {"IsCompound", COMPONENT(is_compound), &AS_BOOLEAN,                OPTIONAL},
};
static const Mapping component = MAPPING(AccountingTaxRateComponent, component_rows);

static const Word tax_words[] = {
    {"ACTIVE",   ACCOUNTING_TAX_RATE_STATUS_ACTIVE  },
    {"ARCHIVED", ACCOUNTING_TAX_RATE_STATUS_ARCHIVED},
    {"DELETED",  ACCOUNTING_TAX_RATE_STATUS_ARCHIVED},
};
#define TAX(member) FIELD(AccountingTaxRate, member)
#define TOTAL_RATE  AS_CUSTOM(map_total_rate, "tributary.v1.Decimal")
static const MapRow tax_rows[] = {
    {"TaxType",         TAX(id),                 &AS_TEXT,             REQUIRED},
    {"Status",          TAX(is_deleted),         XERO_DELETED,         OPTIONAL},
    {"Name",            TAX(name),               &AS_TEXT,             OPTIONAL},
    {"TaxType",         TAX(code),               &AS_TEXT,             OPTIONAL},
    {"Status",          TAX(status),             AS_WORDS(tax_words),  OPTIONAL},
    {"EffectiveRate",   TAX(effective_tax_rate), &AS_DECIMAL,          OPTIONAL},
    {"DisplayTaxRate",  TAX(total_tax_rate),     &AS_DECIMAL,          OPTIONAL},
    {"TaxComponents",   TAX(total_tax_rate),     TOTAL_RATE,           OPTIONAL},
    {"TaxComponents[]", TAX(components),         AS_RECORD(component), OPTIONAL},
};
const Mapping xero_tax_rate = MAPPING(AccountingTaxRate, tax_rows);

/* ---- Tracking categories and their options ---- */

#define TRACKING(member) FIELD(AccountingTrackingCategory, member)
#define CATEGORY_ROWS(id_path)                                                                                         \
    {id_path, TRACKING(id), &AS_TEXT, REQUIRED}, {"Name", TRACKING(name), &AS_TEXT, OPTIONAL},                         \
    {                                                                                                                  \
        "Status", TRACKING(status), &AS_SAME_WORD, OPTIONAL                                                            \
    }
MAP_TABLE(const, xero_category, AccountingTrackingCategory, CATEGORY_ROWS("TrackingCategoryID"),
          {".", TRACKING(has_children), AS_IS_THERE("Options.0"), OPTIONAL});

static const MapRow option_rows[] = {
    CATEGORY_ROWS("TrackingOptionID"),
    {"Of.TrackingCategoryID", TRACKING(parent_id),    &AS_TEXT,                   OPTIONAL},
    {".",                     TRACKING(has_children), AS_CONSTANT_BOOLEAN(false), OPTIONAL},
};
const Mapping xero_option = MAPPING(AccountingTrackingCategory, option_rows);

/* ---- The company ---- */

enum { MONTHS_A_YEAR = 12 };
#define DAY_MS ((int64_t)24 * 60 * 60 * 1000)

/* The day after the last one of a financial year that ends in `year`. An end on 29 February is a month's end. */
static CivilDate day_after_end(int year, int month, int day)
{
    CivilDate next = {month == MONTHS_A_YEAR ? year + 1 : year, month % MONTHS_A_YEAR + 1, 1};
    int64_t first = clock_days_of(next), after = clock_days_of((CivilDate){year, month, 1}) + day;
    return clock_date_of(after < first ? after : first);
}

/* When the year began in which the answer was given. */
static MapResult map_year_start(const MapSite *site, Error *err)
{
    int64_t now_ms, day = json_integer(site->value, "FinancialYearEndDay", 0),
                    month = json_integer(site->value, "FinancialYearEndMonth", 0);
    (void)err;
    if (day < 1 || day > 31 || month < 1 || month > MONTHS_A_YEAR ||
        !xero_time_ms(json_at(site->record, "DateTimeUTC"), &now_ms))
        return MAP_ABSENT;
    int64_t today = now_ms / DAY_MS;
    CivilDate start = day_after_end(clock_date_of(today).year, (int)month, (int)day);
    if (clock_days_of(start) > today)
        start = day_after_end(clock_date_of(today).year - 1, (int)month, (int)day);
    map_put_date(site, start);
    return MAP_READ;
}

/* Of two lock dates the later one counts for everybody. */
static MapResult map_lock_date(const MapSite *site, Error *err)
{
    int64_t period, year;
    bool has_period = xero_time_ms(json_at(site->value, "PeriodLockDate"), &period);
    bool has_year = xero_time_ms(json_at(site->value, "EndOfYearLockDate"), &year);
    (void)err;
    if (!has_period && !has_year)
        return MAP_ABSENT;
    int64_t ms = !has_year || (has_period && period > year) ? period : year;
    map_put_date(site, clock_date_of(ms / DAY_MS - (ms % DAY_MS < 0)));
    return MAP_READ;
}

#define ORGANISATION    "Organisations.0"
#define COMPANY(member) FIELD(AccountingCompany, member)
#define LOCK_DATE       AS_CUSTOM(map_lock_date, "tributary.v1.Date")
#define YEAR_START      AS_CUSTOM(map_year_start, "tributary.v1.Date")
static const MapRow company_rows[] = {
    {ORGANISATION ".OrganisationID",     COMPANY(id),                        &AS_TEXT,           REQUIRED},
    {ORGANISATION ".OrganisationID",     COMPANY(accounting_platform_ref),   &AS_TEXT,           OPTIONAL},
    {ORGANISATION ".Name",               COMPANY(company_name),              &AS_TEXT,           OPTIONAL},
    {ORGANISATION ".LegalName",          COMPANY(company_legal_name),        &AS_TEXT,           OPTIONAL},
    {ORGANISATION ".Addresses[]",        COMPANY(addresses),                 AS_RECORD(address), OPTIONAL},
    {ORGANISATION ".Phones[]",           COMPANY(phone_numbers),             AS_RECORD(phone),   OPTIONAL},
    {ORGANISATION,                       COMPANY(ledger_lock_date),          LOCK_DATE,          OPTIONAL},
    {ORGANISATION ".RegistrationNumber", COMPANY(registration_number),       &AS_TEXT,           OPTIONAL},
    {ORGANISATION ".TaxNumber",          COMPANY(tax_number),                &AS_TEXT,           OPTIONAL},
    {ORGANISATION,                       COMPANY(financial_year_start_date), YEAR_START,         OPTIONAL},
    {ORGANISATION ".BaseCurrency",       COMPANY(base_currency),             &AS_UPPER,          OPTIONAL},
    {ORGANISATION ".CreatedDateUTC",     COMPANY(created_date),              &XERO_INSTANT,      OPTIONAL},
};
const Mapping xero_company = MAPPING(AccountingCompany, company_rows);
