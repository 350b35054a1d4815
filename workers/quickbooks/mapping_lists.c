#include "lib/clock.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/parts.h"
#include <string.h>

/* ---- Accounts ---- */

static const Word account_type_words[] = {
    {"Asset",     ACCOUNTING_ACCOUNT_TYPE_ASSET    },
    {"Expense",   ACCOUNTING_ACCOUNT_TYPE_EXPENSE  },
    {"Revenue",   ACCOUNTING_ACCOUNT_TYPE_INCOME   },
    {"Liability", ACCOUNTING_ACCOUNT_TYPE_LIABILITY},
    {"Equity",    ACCOUNTING_ACCOUNT_TYPE_EQUITY   },
};
static const Word bank_type_words[] = {
    {"Bank",        ACCOUNTING_BANK_ACCOUNT_ACCOUNT_TYPE_DEBIT },
    {"Credit Card", ACCOUNTING_BANK_ACCOUNT_ACCOUNT_TYPE_CREDIT},
};

/* "Asset.Bank.Checking": our word for the first, QuickBooks' own for the others. The type was read by a row before. */
static MapResult map_category(const MapSite *site, Error *err)
{
    static const char *const paths[] = {"AccountType", "AccountSubType"};
    const AccountingAccount *account = (const void *)site->message;
    const char *category = yyjson_equals_str(site->value, "Revenue") ? "Income" : yyjson_get_str(site->value);
    (void)err;
    if (account->type == ACCOUNTING_ACCOUNT_TYPE_UNKNOWN)
        return MAP_ABSENT;
    for (size_t i = 0; i < COUNT_OF(paths); i++) {
        yyjson_val *step = json_at(site->record, paths[i]);
        const char *word = step ? map_clean_text(site->arena, step) : NULL;
        if (word && *word)
            category = arena_format(site->arena, "%s.%s", category, word);
    }
    map_put_text(site, category);
    return MAP_READ;
}

/* What is owed comes with a minus, like any credit; the model shows it as positive, as the accounts' own side. */
static MapResult map_balance(const MapSite *site, Error *err)
{
    char balance[DECIMAL_SIZE], negative[DECIMAL_SIZE];
    bool credit = map_is_word(site->record, "Classification", "Liability") ||
                  map_is_word(site->record, "Classification", "Equity") ||
                  map_is_word(site->record, "Classification", "Revenue");
    if (yyjson_equals_str(site->value, ""))
        return MAP_ABSENT;
    if (!map_number(site->value, false, balance) || !decimal_negate(negative, balance))
        return map_fail(site, "is no number", err);
    map_put_decimal(site, credit ? negative : balance);
    return MAP_READ;
}

static const Supplement account_supplement[] = {{"AccountType"}, {"AccountSubType"}, {"ParentRef"}};
static const Supplement bank_supplement[] = {{"AccountSubType"}};

#define AS_CATEGORY     MAP_CONVERSION("category", map_category, .type = PROTOBUF_C_TYPE_STRING)
#define AS_BALANCE      AS_CUSTOM(map_balance, "tributary.v1.Decimal")
#define AS_IS_BANK      AS_IS_ONE_OF("Bank", "Credit Card")
#define NO_TYPE         AS_CONSTANT_ENUM(ACCOUNTING_ACCOUNT_TYPE_UNKNOWN)
#define ACCOUNT(member) FIELD(AccountingAccount, member)
static const MapRow account_rows[] = {
    QB_HEAD_ROWS(AccountingAccount, ""),
    {"AcctNum",            ACCOUNT(nominal_code),             &AS_TEXT,                          OPTIONAL},
    {"Name",               ACCOUNT(name),                     &AS_TEXT,                          OPTIONAL},
    {"Description",        ACCOUNT(description),              &AS_TEXT,                          OPTIONAL},
    {"FullyQualifiedName", ACCOUNT(fully_qualified_name),     &AS_TEXT,                          OPTIONAL},
    {"CurrencyRef.value",  ACCOUNT(currency),                 &AS_UPPER,                         OPTIONAL},
    {"CurrentBalance",     ACCOUNT(current_balance),          AS_BALANCE,                        OPTIONAL},
    {".",                  ACCOUNT(type),                     NO_TYPE,                           OPTIONAL},
    {"Classification",     ACCOUNT(type),                     AS_WORDS(account_type_words),      OPTIONAL},
    {"Classification",     ACCOUNT(fully_qualified_category), AS_CATEGORY,                       OPTIONAL},
    {".",                  ACCOUNT(status),                   QB_STATUS,                         OPTIONAL},
    {"AccountType",        ACCOUNT(is_bank_account),          AS_IS_BANK,                        OPTIONAL},
    {".",                  ACCOUNT(supplemental_data),        AS_SUPPLEMENT(account_supplement), OPTIONAL},
};
const Mapping qb_account = MAPPING(AccountingAccount, account_rows);

#define BANK(member) FIELD(AccountingBankAccount, member)
static const MapRow bank_account_rows[] = {
    QB_HEAD_ROWS(AccountingBankAccount, ""),
    {"Name",              BANK(account_name),      &AS_TEXT,                       OPTIONAL},
    {"AccountType",       BANK(account_type),      AS_WORDS(bank_type_words),      OPTIONAL},
    {"AcctNum",           BANK(nominal_code),      &AS_TEXT,                       OPTIONAL},
    {"CurrencyRef.value", BANK(currency),          &AS_UPPER,                      OPTIONAL},
    {"CurrentBalance",    BANK(balance),           AS_BALANCE,                     OPTIONAL},
    {".",                 BANK(status),            QB_STATUS,                      OPTIONAL},
    {".",                 BANK(supplemental_data), AS_SUPPLEMENT(bank_supplement), OPTIONAL},
};
const Mapping qb_bank_account = MAPPING(AccountingBankAccount, bank_account_rows);

/* ---- Customers and suppliers ---- */

#define AS_PERSON AS_JOINED(" ", "GivenName", "MiddleName", "FamilyName")

#define PHONE_ROWS(phone_type)                                                                                         \
    {"FreeFormNumber", FIELD(PbPhone, number), &AS_TEXT, KEY},                                                         \
    {                                                                                                                  \
        ".", FIELD(PbPhone, type), AS_CONSTANT_ENUM(PB_PHONE_TYPE_##phone_type), OPTIONAL                              \
    }
MAP_TABLE(static const, primary_phone, PbPhone, PHONE_ROWS(PRIMARY));
MAP_TABLE(static const, alternate_phone, PbPhone, PHONE_ROWS(LANDLINE));
MAP_TABLE(static const, mobile_phone, PbPhone, PHONE_ROWS(MOBILE));
MAP_TABLE(static const, fax_phone, PbPhone, PHONE_ROWS(FAX));

#define CONTACT(member) FIELD(AccountingContact, member)
static const MapRow contact_rows[] = {
    {".",                        CONTACT(name),   AS_PERSON,                      OPTIONAL},
    {"PrimaryEmailAddr.Address", CONTACT(email),  &AS_TEXT,                       OPTIONAL},
    {"PrimaryPhone",             CONTACT(phone),  AS_ONE_RECORD(primary_phone),   OPTIONAL},
    {"AlternatePhone",           CONTACT(phone),  AS_ONE_RECORD(alternate_phone), OPTIONAL},
    {"Mobile",                   CONTACT(phone),  AS_ONE_RECORD(mobile_phone),    OPTIONAL},
    {"Fax",                      CONTACT(phone),  AS_ONE_RECORD(fax_phone),       OPTIONAL},
    {".",                        CONTACT(status), QB_STATUS,                      OPTIONAL},
};
static const Mapping contact = MAPPING(AccountingContact, contact_rows);

#define PARTY_ROWS(Message, title)                                                                                     \
    QB_HEAD_ROWS(Message, ""), {"DisplayName", FIELD(Message, title), &AS_TEXT, OPTIONAL},                             \
        {".", FIELD(Message, contact_name), AS_PERSON, OPTIONAL},                                                      \
        {"PrimaryEmailAddr.Address", FIELD(Message, email_address), &AS_TEXT, OPTIONAL},                               \
        {"PrimaryPhone.FreeFormNumber", FIELD(Message, phone), &AS_TEXT, OPTIONAL},                                    \
        {"CurrencyRef.value", FIELD(Message, default_currency), &AS_UPPER, OPTIONAL},                                  \
        {"BillAddr", FIELD(Message, addresses), AS_ONE_RECORD(qb_billing_address), OPTIONAL},                          \
    {                                                                                                                  \
        ".", FIELD(Message, status), QB_STATUS, OPTIONAL                                                               \
    }

static const Supplement customer_supplement[] = {{"CompanyName"}, {"Job"}, {"IsProject"}, {"ParentRef"}};
static const Supplement supplier_supplement[] = {{"CompanyName"}, {"AcctNum"}, {"Vendor1099"}};

#define CUSTOMER(member) FIELD(AccountingCustomer, member)
static const MapRow customer_rows[] = {
    PARTY_ROWS(AccountingCustomer, customer_name),
    {"ShipAddr",             CUSTOMER(addresses),         AS_ONE_RECORD(qb_delivery_address), OPTIONAL},
    {".",                    CUSTOMER(contacts),          AS_ONE_RECORD(contact),             OPTIONAL},
    {"PrimaryTaxIdentifier", CUSTOMER(tax_number),        &AS_TEXT,                           OPTIONAL},
    {"ResaleNum",            CUSTOMER(tax_number),        &AS_TEXT,                           OPTIONAL},
    {".",                    CUSTOMER(supplemental_data), AS_SUPPLEMENT(customer_supplement), OPTIONAL},
};
const Mapping qb_customer = MAPPING(AccountingCustomer, customer_rows);

static const MapRow supplier_rows[] = {
    PARTY_ROWS(AccountingSupplier, supplier_name),
    {"TaxIdentifier", FIELD(AccountingSupplier, tax_number),        &AS_TEXT,                           OPTIONAL},
    {".",             FIELD(AccountingSupplier, supplemental_data), AS_SUPPLEMENT(supplier_supplement), OPTIONAL},
};
const Mapping qb_supplier = MAPPING(AccountingSupplier, supplier_rows);

/* ---- Items ---- */

/* An item is bought or sold if it has the account for it. */
#define TERMS(member) FIELD(AccountingItemTerms, member)
#define TERMS_ROWS(account, text, price, tax)                                                                          \
    {account, TERMS(account_ref), AS_RECORD(qb_account_ref), KEY}, {text, TERMS(description), &AS_TEXT, OPTIONAL},     \
        {price, TERMS(unit_price), &AS_DECIMAL, OPTIONAL},                                                             \
    {                                                                                                                  \
        tax, TERMS(tax_rate_ref), AS_RECORD(qb_tax_rate_ref), OPTIONAL                                                 \
    }
MAP_TABLE(static const, bill_item, AccountingItemTerms,
          TERMS_ROWS("ExpenseAccountRef", "PurchaseDesc", "PurchaseCost", "PurchaseTaxCodeRef"));
MAP_TABLE(static const, invoice_item, AccountingItemTerms,
          TERMS_ROWS("IncomeAccountRef", "Description", "UnitPrice", "SalesTaxCodeRef"));

static const Supplement item_supplement[] = {{"FullyQualifiedName"}, {"AssetAccountRef"}};

#define OTHER_TYPE   AS_CONSTANT_ENUM(ACCOUNTING_ITEM_TYPE_UNKNOWN)
#define ITEM(member) FIELD(AccountingItem, member)
static const MapRow item_rows[] = {
    QB_HEAD_ROWS(AccountingItem, ""),
    {"Name", ITEM(name),              &AS_TEXT,                               OPTIONAL},
    {"Sku",  ITEM(code),              &AS_TEXT,                               OPTIONAL},
    {".",    ITEM(item_status),       QB_STATUS,                              OPTIONAL},
    {".",    ITEM(type),              OTHER_TYPE,                             OPTIONAL},
    {"Type", ITEM(type),              &AS_SAME_WORD,                          OPTIONAL},
    {".",    ITEM(is_bill_item),      AS_IS_THERE("ExpenseAccountRef.value"), OPTIONAL},
    {".",    ITEM(is_invoice_item),   AS_IS_THERE("IncomeAccountRef.value"),  OPTIONAL},
    {".",    ITEM(bill_item),         AS_RECORD(bill_item),                   OPTIONAL},
    {".",    ITEM(invoice_item),      AS_RECORD(invoice_item),                OPTIONAL},
    {".",    ITEM(supplemental_data), AS_SUPPLEMENT(item_supplement),         OPTIONAL},
};
const Mapping qb_item = MAPPING(AccountingItem, item_rows);

/* ---- Tracking categories and payment methods ---- */

#define TRACKING(member) FIELD(AccountingTrackingCategory, member)
#define CATEGORY_ROWS(prefix)                                                                                          \
    QB_HEAD_ROWS(AccountingTrackingCategory, prefix), {"Name", TRACKING(name), &AS_TEXT, OPTIONAL},                    \
        {".", TRACKING(status), QB_STATUS, OPTIONAL},                                                                  \
        {"ParentRef.value", TRACKING(parent_id), AS_PREFIXED(prefix), OPTIONAL},                                       \
    {                                                                                                                  \
        "HasChildren", TRACKING(has_children), &AS_BOOLEAN, OPTIONAL                                                   \
    }
MAP_TABLE(const, qb_class, AccountingTrackingCategory, CATEGORY_ROWS("class:"));
MAP_TABLE(const, qb_department, AccountingTrackingCategory, CATEGORY_ROWS("department:"));

#define METHOD(member) FIELD(AccountingPaymentMethod, member)
static const MapRow payment_method_rows[] = {
    QB_HEAD_ROWS(AccountingPaymentMethod, ""),
    {"Name", METHOD(name),   &AS_TEXT,                                                 OPTIONAL},
    {".",    METHOD(type),   AS_CONSTANT_ENUM(ACCOUNTING_PAYMENT_METHOD_TYPE_UNKNOWN), OPTIONAL},
    {"Type", METHOD(type),   &AS_SAME_WORD,                                            OPTIONAL},
    {".",    METHOD(status), QB_STATUS,                                                OPTIONAL},
};
const Mapping qb_payment_method = MAPPING(AccountingPaymentMethod, payment_method_rows);

/* ---- Tax ---- */

static bool is_compound(yyjson_val *rate)
{
    return map_is_word(rate, "TaxTypeApplicable", "TaxOnAmountPlusTax") ||
           map_is_word(rate, "TaxTypeApplicable", "TaxOnTax");
}

/* Percent of all the rates of a code: the plain sum, or what they come to when some are on top of others. */
static MapResult map_tax_total(const MapSite *site, Error *err)
{
    bool compounded = site->row->as->n_argument;
    size_t i, n = yyjson_arr_size(json_at(site->record, "Rates"));
    yyjson_val *rate;
    char sum[DECIMAL_SIZE] = "0", percent[DECIMAL_SIZE], base[DECIMAL_SIZE], next[DECIMAL_SIZE];
    if (n == 0 && json_boolean(site->record, "Taxable", true))
        return MAP_ABSENT; /* "TAX" of American companies stands for whatever rate the place has */
    yyjson_arr_foreach(json_at(site->record, "Rates"), i, n, rate)
    {
        if (!json_at(rate, "Rate.RateValue"))
            return MAP_ABSENT;
        if (!map_number_at(rate, "Rate.RateValue", percent, err))
            return MAP_FAILED;
        if (compounded && is_compound(rate)) {
            if (!decimal_multiply(base, sum, "0.01") || !decimal_add(next, base, "1") ||
                !decimal_multiply(base, percent, next))
                return map_fail(site, "has a rate of too many digits", err);
            strcpy(percent, base);
        }
        if (!decimal_add(next, sum, percent))
            return map_fail(site, "has a rate of too many digits", err);
        strcpy(sum, next);
    }
    map_put_decimal(site, sum);
    return MAP_READ;
}
#define AS_TAX_TOTAL(compounded) MAP_CONVERSION("tax total", map_tax_total, MAP_DECIMAL, .n_argument = (compounded))

#define COMPONENT(member) FIELD(AccountingTaxRateComponent, member)
static const MapRow component_rows[] = {
    {"TaxRateRef.name", COMPONENT(name),        &AS_TEXT,                   OPTIONAL},
    {"Rate.Name",       COMPONENT(name),        &AS_TEXT,                   OPTIONAL},
    {"Rate.RateValue",  COMPONENT(rate),        &AS_DECIMAL,                OPTIONAL},
    {".",               COMPONENT(is_compound), AS_CONSTANT_BOOLEAN(false), OPTIONAL},
};
static const Mapping component = MAPPING(AccountingTaxRateComponent, component_rows);

static const Supplement tax_supplement[] = {{"TaxGroup"}, {"Agencies"}};

#define TAX(member) FIELD(AccountingTaxRate, member)
static const MapRow tax_rate_rows[] = {
    QB_HEAD_ROWS(AccountingTaxRate, ""),
    {"Name",        TAX(name),               &AS_TEXT,                      OPTIONAL},
    {"Description", TAX(name),               &AS_TEXT,                      OPTIONAL},
    {"Name",        TAX(code),               &AS_TEXT,                      OPTIONAL},
    {".",           TAX(status),             QB_STATUS,                     OPTIONAL},
    {".",           TAX(effective_tax_rate), AS_TAX_TOTAL(true),            OPTIONAL},
    {".",           TAX(total_tax_rate),     AS_TAX_TOTAL(false),           OPTIONAL},
    {"Rates[]",     TAX(components),         AS_RECORD(component),          OPTIONAL},
    {".",           TAX(supplemental_data),  AS_SUPPLEMENT(tax_supplement), OPTIONAL},
};
const Mapping qb_tax_rate = MAPPING(AccountingTaxRate, tax_rate_rows);

/* ---- The company ---- */

/* The first day of the year that the answer's time falls in. */
static MapResult map_year_start(const MapSite *site, Error *err)
{
    static const char *const months[] = {"January", "February", "March",     "April",   "May",      "June",
                                         "July",    "August",   "September", "October", "November", "December"};
    CivilDate today;
    const char *time = json_text(site->record, "time");
    char day[11] = "";
    int month = 0;
    while (month < 12 && !yyjson_equals_str(site->value, months[month]))
        month++;
    if (time)
        strncpy(day, time, sizeof day - 1);
    if (month == 12 || !clock_parse_date(day, &today))
        return map_fail(site, "is no month, or the answer has no time", err);
    int year = today.month < month + 1 ? today.year - 1 : today.year;
    map_put_date(site, (CivilDate){year, month + 1, 1});
    return MAP_READ;
}

static const MapRow website_rows[] = {
    {"URI", FIELD(PbWebLink, url),  &AS_TEXT,                                   KEY     },
    {".",   FIELD(PbWebLink, type), AS_CONSTANT_ENUM(PB_WEB_LINK_TYPE_WEBSITE), OPTIONAL},
};
static const Mapping website = MAPPING(PbWebLink, website_rows);

#define AS_YEAR_START AS_CUSTOM(map_year_start, "tributary.v1.Date")
#define INFO          "CompanyInfo."
#define PREFERENCES   "Preferences."
#define CLOSING       PREFERENCES "AccountingInfoPrefs.BookCloseDate"
#define HOME          PREFERENCES "CurrencyPrefs.HomeCurrency.value"
static const Supplement company_supplement[] = {
    {"Country",              WHOLE, INFO "Country"                                  },
    {"MultiCurrencyEnabled", WHOLE, PREFERENCES "CurrencyPrefs.MultiCurrencyEnabled"},
    {"ReportBasis",          WHOLE, PREFERENCES "ReportPrefs.ReportBasis"           },
};

#define COMPANY(member) FIELD(AccountingCompany, member)
static const MapRow company_rows[] = {
    {"realmId",                       COMPANY(id),                        &AS_TEXT,                          REQUIRED},
    {"realmId",                       COMPANY(accounting_platform_ref),   &AS_TEXT,                          REQUIRED},
    {INFO "MetaData.LastUpdatedTime", COMPANY(source_modified_date),      &AS_INSTANT,                       OPTIONAL},
    {INFO "CompanyName",              COMPANY(company_name),              &AS_TEXT,                          OPTIONAL},
    {INFO "LegalName",                COMPANY(company_legal_name),        &AS_TEXT,                          OPTIONAL},
    {INFO "CompanyAddr",              COMPANY(addresses),                 AS_ONE_RECORD(qb_plain_address),   OPTIONAL},
    {INFO "PrimaryPhone",             COMPANY(phone_numbers),             AS_ONE_RECORD(primary_phone),      OPTIONAL},
    {INFO "WebAddr",                  COMPANY(web_links),                 AS_ONE_RECORD(website),            OPTIONAL},
    {INFO "EmployerId",               COMPANY(tax_number),                &AS_TEXT,                          OPTIONAL},
    {INFO "FiscalYearStartMonth",     COMPANY(financial_year_start_date), AS_YEAR_START,                     OPTIONAL},
    {INFO "MetaData.CreateTime",      COMPANY(created_date),              &AS_INSTANT,                       OPTIONAL},
    {CLOSING,                         COMPANY(ledger_lock_date),          &AS_DATE,                          OPTIONAL},
    {HOME,                            COMPANY(base_currency),             &AS_UPPER,                         OPTIONAL},
    {".",                             COMPANY(supplemental_data),         AS_SUPPLEMENT(company_supplement), OPTIONAL},
};
const Mapping qb_company = MAPPING(AccountingCompany, company_rows);
