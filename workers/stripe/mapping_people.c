#include "workers/stripe/mapping.h"
#include "workers/stripe/parts.h"
#include <string.h>

/* ---- Addresses ---- */

MAP_TABLE(static const, billing_address, CommerceAddress, STRIPE_ADDRESS_ROWS(COMMERCE_ADDRESS_TYPE_BILLING));

MAP_TABLE(static const, delivery_address, CommerceAddress, STRIPE_ADDRESS_ROWS(COMMERCE_ADDRESS_TYPE_DELIVERY));

MAP_TABLE(static const, plain_address, CommerceAddress, STRIPE_ADDRESS_ROWS(COMMERCE_ADDRESS_TYPE_UNKNOWN));

/* ---- Customers and locations ---- */

static const MapRow customer_rows[] = {
    {"id",               FIELD(CommerceCustomer, id),               &AS_TEXT,                        REQUIRED},
    {"name",             FIELD(CommerceCustomer, customer_name),    &AS_TEXT,                        OPTIONAL},
    {"email",            FIELD(CommerceCustomer, email_address),    &AS_TEXT,                        OPTIONAL},
    {"phone",            FIELD(CommerceCustomer, phone),            &AS_TEXT,                        OPTIONAL},
    {"currency",         FIELD(CommerceCustomer, default_currency), &AS_UPPER,                       OPTIONAL},
    {"address",          FIELD(CommerceCustomer, addresses),        AS_ONE_RECORD(billing_address),  OPTIONAL},
    {"shipping.address", FIELD(CommerceCustomer, addresses),        AS_ONE_RECORD(delivery_address), OPTIONAL},
    {"description",      FIELD(CommerceCustomer, note),             &AS_TEXT,                        OPTIONAL},
    {"created",          FIELD(CommerceCustomer, created_date),     &AS_EPOCH_SECONDS,               OPTIONAL},
};
const Mapping stripe_customer = MAPPING(CommerceCustomer, customer_rows);

static const MapRow location_rows[] = {
    {"id",           FIELD(CommerceLocation, id),      &AS_TEXT,                 REQUIRED},
    {"display_name", FIELD(CommerceLocation, name),    &AS_TEXT,                 OPTIONAL},
    {"address",      FIELD(CommerceLocation, address), AS_RECORD(plain_address), OPTIONAL},
};
const Mapping stripe_location = MAPPING(CommerceLocation, location_rows);

/* ---- The company itself ---- */

#define PRIMARY AS_CONSTANT_ENUM(PB_PHONE_TYPE_PRIMARY)
static const MapRow phone_rows[] = {
    {"business_profile.support_phone", FIELD(PbPhone, number), &AS_TEXT, OPTIONAL},
    {".",                              FIELD(PbPhone, type),   PRIMARY,  OPTIONAL},
};
static const Mapping phone = MAPPING(PbPhone, phone_rows);

static const MapRow website_rows[] = {
    {"business_profile.url", FIELD(PbWebLink, url),  &AS_TEXT,                                   OPTIONAL},
    {".",                    FIELD(PbWebLink, type), AS_CONSTANT_ENUM(PB_WEB_LINK_TYPE_WEBSITE), OPTIONAL},
};
static const Mapping website = MAPPING(PbWebLink, website_rows);

/* Stripe lists the balance by part and then by currency; we keep it by currency and then by part. */
static const struct {
    const char *list;
    size_t offset;
} balance_parts[] = {
    {"available",        offsetof(CommerceCompanyInfoAccountBalance, available)},
    {"pending",          offsetof(CommerceCompanyInfoAccountBalance, pending)  },
    {"connect_reserved", offsetof(CommerceCompanyInfoAccountBalance, reserved) },
};

static CommerceCompanyInfoAccountBalance *balance_in(const MapSite *site, const char *currency)
{
    const CommerceCompanyInfo *company = (const void *)site->message;
    for (size_t i = 0; i < company->n_account_balances; i++)
        if (strcmp(company->account_balances[i]->currency, currency) == 0)
            return company->account_balances[i];
    CommerceCompanyInfoAccountBalance *balance = (void *)map_new_message(site);
    balance->currency = arena_text(site->arena, currency);
    map_put_message(site, &balance->base);
    return balance;
}

static bool add_to_balance(const MapSite *site, size_t part, yyjson_val *entry, Error *err)
{
    char count[DECIMAL_SIZE], amount[DECIMAL_SIZE], sum[DECIMAL_SIZE];
    const char *currency = map_upper_text(site->arena, json_at(entry, "currency"));
    if (!map_number(json_at(entry, "amount"), true, count))
        return error_set(err, ERROR_DATA, "amount of %s is no integer", balance_parts[part].list);
    if (!map_in_currency(currency, count, amount, err))
        return false;
    char *balance = (char *)balance_in(site, currency);
    PbDecimal **member = (PbDecimal **)(void *)(balance + balance_parts[part].offset);
    if (!decimal_add(sum, *member ? (*member)->value : "0", amount))
        return error_set(err, ERROR_DATA, "sum of %s has too many digits", balance_parts[part].list);
    *member = map_new_decimal(site->arena, sum);
    return true;
}

static MapResult map_balances(const MapSite *site, Error *err)
{
    MapResult result = MAP_ABSENT;
    for (size_t part = 0; part < COUNT_OF(balance_parts); part++) {
        size_t i, n;
        yyjson_val *entry;
        yyjson_arr_foreach(json_at(site->value, balance_parts[part].list), i, n, entry)
        {
            if (!add_to_balance(site, part, entry, err))
                return MAP_FAILED;
            result = MAP_READ;
        }
    }
    return result;
}

#define AS_BALANCES     AS_CUSTOM_LIST(map_balances, "tributary.commerce.v1.CompanyInfo.AccountBalance")
#define COMPANY(member) FIELD(CommerceCompanyInfo, member)
static const MapRow company_rows[] = {
    {"id",                               COMPANY(id),                    &AS_TEXT,                     REQUIRED},
    {"settings.dashboard.display_name",  COMPANY(company_name),          &AS_TEXT,                     OPTIONAL},
    {"business_profile.name",            COMPANY(company_name),          &AS_TEXT,                     OPTIONAL},
    {"id",                               COMPANY(commerce_platform_ref), &AS_TEXT,                     REQUIRED},
    {"company.name",                     COMPANY(company_legal_name),    &AS_TEXT,                     OPTIONAL},
    {"business_profile.support_address", COMPANY(addresses),             AS_ONE_RECORD(plain_address), OPTIONAL},
    {".",                                COMPANY(phone_numbers),         AS_ONE_RECORD(phone),         OPTIONAL},
    {".",                                COMPANY(web_links),             AS_ONE_RECORD(website),       OPTIONAL},
    {"default_currency",                 COMPANY(base_currency),         &AS_UPPER,                    OPTIONAL},
    {"created",                          COMPANY(created_date),          &AS_EPOCH_SECONDS,            OPTIONAL},
    {"balance",                          COMPANY(account_balances),      AS_BALANCES,                  OPTIONAL},
};
const Mapping stripe_company = MAPPING(CommerceCompanyInfo, company_rows);

/* ---- Payment methods ---- */

static const Word available_words[] = {
    {"true",  COMMERCE_PAYMENT_METHOD_STATUS_ACTIVE  },
    {"false", COMMERCE_PAYMENT_METHOD_STATUS_ARCHIVED},
};

static const MapRow payment_method_rows[] = {
    {"id",               FIELD(CommercePaymentMethod, id),     &AS_TEXT,                  REQUIRED},
    {"id",               FIELD(CommercePaymentMethod, name),   AS_TITLES(stripe_titles),  OPTIONAL},
    {"method.available", FIELD(CommercePaymentMethod, status), AS_WORDS(available_words), OPTIONAL},
};
const Mapping stripe_payment_method = MAPPING(CommercePaymentMethod, payment_method_rows);
