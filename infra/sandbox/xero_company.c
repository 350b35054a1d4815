/* The organisation and its lists: accounts, contacts, items, tax rates, tracking, currencies. */
#include "infra/sandbox/xero_render.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *type, *class, *system;
} account_words[ACCOUNT_TYPES] = {
    [ACCOUNT_BANK] = {"BANK",        "ASSET",     NULL              },
    [ACCOUNT_CARD] = {"BANK",        "ASSET",     NULL              },
    [ACCOUNT_RECEIVABLE] = {"CURRENT",     "ASSET",     "DEBTORS"         },
    [ACCOUNT_CLEARING] = {"CURRENT",     "ASSET",     ""                },
    [ACCOUNT_INVENTORY] = {"INVENTORY",   "ASSET",     NULL              },
    [ACCOUNT_FIXED] = {"FIXED",       "ASSET",     ""                },
    [ACCOUNT_PAYABLE] = {"CURRLIAB",    "LIABILITY", "CREDITORS"       },
    [ACCOUNT_TAX] = {"CURRLIAB",    "LIABILITY", "GST"             },
    [ACCOUNT_LOAN] = {"TERMLIAB",    "LIABILITY", ""                },
    [ACCOUNT_EQUITY] = {"EQUITY",      "EQUITY",    ""                },
    [ACCOUNT_RETAINED] = {"EQUITY",      "EQUITY",    "RETAINEDEARNINGS"},
    [ACCOUNT_SALES] = {"REVENUE",     "REVENUE",   ""                },
    [ACCOUNT_OTHER_INCOME] = {"OTHERINCOME", "REVENUE",   NULL              },
    [ACCOUNT_COST_OF_SALES] = {"DIRECTCOSTS", "EXPENSE",   NULL              },
    [ACCOUNT_EXPENSE] = {"EXPENSE",     "EXPENSE",   ""                },
    [ACCOUNT_OTHER_EXPENSE] = {"OVERHEADS",   "EXPENSE",   NULL              },
};

const char *xero_account_type(AccountType type)
{
    return account_words[type].type;
}

const char *xero_account_class(AccountType type)
{
    return account_words[type].class;
}

static const char *timezone_of(const Business *business)
{
    static const char *const zones[][2] = {
        {"GB", "GMTSTANDARDTIME"    },
        {"IE", "GMTSTANDARDTIME"    },
        {"US", "PACIFICSTANDARDTIME"},
        {"CA", "EASTERNSTANDARDTIME"},
        {"JP", "TOKYOSTANDARDTIME"  },
        {"KW", "ARABSTANDARDTIME"   },
    };
    for (size_t i = 0; i < COUNT_OF(zones); i++)
        if (strcmp(zones[i][0], business->country->alpha2) == 0)
            return zones[i][1];
    return "CENTRALEUROPEANSTANDARDTIME";
}

static void put_organisation_address(Xero *xero)
{
    const Country *country = xero->business->country;
    json_open(&xero->json, "Addresses", '[');
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "AddressType", "POBOX");
    json_put_text(&xero->json, "AddressLine1", "1 Harbour Road");
    json_put_text(&xero->json, "City", country->city);
    json_put_text(&xero->json, "Region", country->region ? country->region : "");
    json_put_text(&xero->json, "PostalCode", country->postal_code ? country->postal_code : "");
    json_put_text(&xero->json, "Country", country->alpha2);
    json_put_text(&xero->json, "AttentionTo", "");
    json_close(&xero->json, '}');
    json_close(&xero->json, ']');
    json_open(&xero->json, "Phones", '[');
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "PhoneType", "OFFICE");
    json_put_text(&xero->json, "PhoneNumber", "555 0100");
    json_put_text(&xero->json, "PhoneAreaCode", "20");
    json_put_text(&xero->json, "PhoneCountryCode", country->phone);
    json_close(&xero->json, '}');
    json_close(&xero->json, ']');
}

static void put_lock_dates(Xero *xero)
{
    int64_t today = xero->business->today;
    if (xero->business->seed % 2)
        xero_put_day(xero, "PeriodLockDate", today - (int64_t)30 * 86400);
    if (xero->business->seed % 3)
        xero_put_day(xero, "EndOfYearLockDate", xero_year_start(xero->business, today) - 86400);
}

void xero_write_organisation(Xero *xero, const XeroRow *row)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    const Business *business = xero->business;
    char text[160];
    int month = xero_year_end(business);
    snprintf(text, sizeof text, "%s Trading", business->name);
    json_put_text(&xero->json, "Name", text);
    snprintf(text, sizeof text, "%s Trading Limited", business->name);
    json_put_text(&xero->json, "LegalName", text);
    json_put_boolean(&xero->json, "PaysTax", true);
    json_put_text(&xero->json, "Version", strcmp(business->country->alpha2, "GB") == 0 ? "UK" : "GLOBAL");
    json_put_text(&xero->json, "OrganisationType", "COMPANY");
    xero_put_code(xero, "BaseCurrency", business->main);
    json_put_text(&xero->json, "CountryCode", business->country->alpha2);
    json_put_boolean(&xero->json, "IsDemoCompany", false);
    json_put_text(&xero->json, "OrganisationStatus", "ACTIVE");
    if (business->seed % 4)
        json_put_text(&xero->json, "RegistrationNumber", "07654321");
    json_put_text(&xero->json, "TaxNumber", "101-2-303");
    json_put_integer(&xero->json, "FinancialYearEndDay", lengths[month - 1]);
    json_put_integer(&xero->json, "FinancialYearEndMonth", month);
    json_put_text(&xero->json, "SalesTaxBasis", "ACCRUALS");
    json_put_text(&xero->json, "SalesTaxPeriod", "3MONTHLY");
    put_lock_dates(xero);
    /* The one stamp of the API without an offset, beside the envelope's. */
    snprintf(text, sizeof text, "/Date(%lld)/", (long long)xero_stamp_ms(xero->books->opened));
    json_put_text(&xero->json, "CreatedDateUTC", text);
    json_put_text(&xero->json, "OrganisationEntityType", "COMPANY");
    json_put_text(&xero->json, "Timezone", timezone_of(business));
    snprintf(text, sizeof text, "!%.4s", row->id);
    json_put_text(&xero->json, "ShortCode", text);
    json_put_text(&xero->json, "OrganisationID", row->id);
    json_put_text(&xero->json, "Edition", "BUSINESS");
    json_put_text(&xero->json, "Class", "STANDARD");
    put_organisation_address(xero);
    xero_put_empty(xero, "ExternalLinks");
    json_open(&xero->json, "PaymentTerms", '{');
    json_close(&xero->json, '}');
}

void xero_write_account(Xero *xero, const XeroRow *row)
{
    const BookAccount *account = account_at(xero->books, row->index);
    bool bank = account->type == ACCOUNT_BANK || account->type == ACCOUNT_CARD;
    json_put_text(&xero->json, "AccountID", row->id);
    xero_put_some(xero, "Code", account->code);
    json_put_text(&xero->json, "Name", account->name);
    json_put_text(&xero->json, "Status", row->status);
    json_put_text(&xero->json, "Type", row->type);
    json_put_text(&xero->json, "TaxType", XERO_NO_TAX);
    xero_put_some(xero, "Description", account->description);
    json_put_text(&xero->json, "Class", xero_account_class(account->type));
    xero_put_some(xero, "SystemAccount", account_words[account->type].system);
    json_put_boolean(&xero->json, "EnablePaymentsToAccount", account->type == ACCOUNT_CLEARING);
    xero_put_false(xero, "ShowInExpenseClaims");
    if (bank) {
        char number[96];
        snprintf(number, sizeof number, "%s%s", account->sort_code ? account->sort_code : "",
                 account->number ? account->number : "");
        if (*number)
            json_put_text(&xero->json, "BankAccountNumber", number);
        json_put_text(&xero->json, "BankAccountType", account->type == ACCOUNT_CARD ? "CREDITCARD" : "BANK");
        xero_put_currency(xero, account->currency ? account->currency : xero->business->main);
    } else {
        json_put_text(&xero->json, "BankAccountType", "");
    }
    xero_put_false(xero, "HasAttachments");
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_false(xero, "AddToWatchlist");
}

static void put_address(Xero *xero, const char *type, const Address *address)
{
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "AddressType", type);
    if (address) {
        xero_put_some(xero, "AddressLine1", address->line1);
        xero_put_some(xero, "AddressLine2", address->line2);
        json_put_text(&xero->json, "City", address->city ? address->city : "");
        json_put_text(&xero->json, "Region", address->region ? address->region : "");
        json_put_text(&xero->json, "PostalCode", address->postal_code ? address->postal_code : "");
        json_put_text(&xero->json, "Country", address->country ? address->country : "");
    }
    json_close(&xero->json, '}');
}

/* "+44 20 555 0100" stands in three members. */
static void put_phone(Xero *xero, const char *type, const char *phone)
{
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "PhoneType", type);
    if (phone) {
        char country[16] = "", area[16] = "";
        size_t length = strcspn(phone, " ");
        if (*phone == '+' && phone[length] && length < sizeof country) {
            memcpy(country, phone, length);
            country[length] = 0;
            phone += length + 1;
            length = strcspn(phone, " ");
            if (phone[length] && length < sizeof area) {
                memcpy(area, phone, length);
                area[length] = 0;
                phone += length + 1;
            }
        }
        json_put_text(&xero->json, "PhoneNumber", phone);
        json_put_text(&xero->json, "PhoneAreaCode", area);
        json_put_text(&xero->json, "PhoneCountryCode", country);
    }
    json_close(&xero->json, '}');
}

void xero_write_contact(Xero *xero, const XeroRow *row)
{
    const BookContact *contact = contact_at(xero->books, row->index);
    json_put_text(&xero->json, "ContactID", row->id);
    xero_put_some(xero, "AccountNumber", contact->account_number);
    json_put_text(&xero->json, "ContactStatus", row->status);
    json_put_text(&xero->json, "Name", contact->name);
    xero_put_some(xero, "FirstName", contact->first_name);
    xero_put_some(xero, "LastName", contact->last_name);
    xero_put_some(xero, "EmailAddress", contact->email);
    xero_put_some(xero, "TaxNumber", contact->tax_number);
    json_open(&xero->json, "Addresses", '[');
    put_address(xero, "POBOX", contact->billing);
    put_address(xero, "STREET", contact->delivery);
    json_close(&xero->json, ']');
    json_open(&xero->json, "Phones", '[');
    put_phone(xero, "DDI", NULL);
    put_phone(xero, "DEFAULT", contact->phone);
    put_phone(xero, "FAX", NULL);
    put_phone(xero, "MOBILE", contact->mobile);
    json_close(&xero->json, ']');
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    xero_put_empty(xero, "ContactGroups");
    json_put_boolean(&xero->json, "IsSupplier", contact->supplier);
    json_put_boolean(&xero->json, "IsCustomer", contact->customer);
    if (contact->currency)
        xero_put_code(xero, "DefaultCurrency", contact->currency);
    xero_put_empty(xero, "ContactPersons");
    xero_put_false(xero, "HasAttachments HasValidationErrors");
}

static const char *code_of(const Xero *xero, int account)
{
    return account < 0 ? NULL : account_at(xero->books, account)->code;
}

static void put_details(Xero *xero, const char *key, int64_t price, const char *account_key, int account, int tax)
{
    json_open(&xero->json, key, '{');
    if (price >= 0)
        xero_put_price(xero, "UnitPrice", price);
    xero_put_some(xero, account_key, code_of(xero, account));
    json_put_text(&xero->json, "TaxType", tax < 0 ? XERO_NO_TAX : tax_at(xero->books, tax)->code);
    json_close(&xero->json, '}');
}

void xero_write_item(Xero *xero, const XeroRow *row)
{
    const BookItem *item = book_item_at(xero->books, row->index);
    bool stock = item->type == ITEM_STOCK;
    json_put_text(&xero->json, "ItemID", row->id);
    json_put_text(&xero->json, "Code", xero_item_code(item));
    xero_put_some(xero, "Description", item->sales_text);
    xero_put_some(xero, "PurchaseDescription", item->purchase_text);
    xero_put_stamp(xero, "UpdatedDateUTC", row->stamp_ms);
    if (item->bought)
        put_details(xero, "PurchaseDetails", item->cost_micros, stock ? "COGSAccountCode" : "AccountCode",
                    item->expense_account, item->purchase_tax);
    else
        json_put_raw(&xero->json, "PurchaseDetails", "{}", 2);
    if (item->sold)
        put_details(xero, "SalesDetails", item->price_micros, "AccountCode", item->income_account, item->sales_tax);
    else
        json_put_raw(&xero->json, "SalesDetails", "{}", 2);
    json_put_text(&xero->json, "Name", item->name);
    json_put_boolean(&xero->json, "IsTrackedAsInventory", stock);
    if (stock) {
        xero_put_some(xero, "InventoryAssetAccountCode",
                      code_of(xero, books_account_of(xero->books, ACCOUNT_INVENTORY)));
        xero_put_micros(xero, "TotalCostPool", item->cost_micros > 0 ? item->cost_micros * item->on_hand : 0);
        json_put_integer(&xero->json, "QuantityOnHand", item->on_hand);
    }
    json_put_boolean(&xero->json, "IsSold", item->sold);
    json_put_boolean(&xero->json, "IsPurchased", item->bought);
}

static void put_component(Xero *xero, const char *name, int percent_millis, bool compound)
{
    json_open(&xero->json, NULL, '{');
    json_put_text(&xero->json, "Name", name);
    xero_put_millis(xero, "Rate", percent_millis);
    json_put_boolean(&xero->json, "IsCompound", compound);
    xero_put_false(xero, "IsNonRecoverable");
    json_close(&xero->json, '}');
}

void xero_write_tax(Xero *xero, const XeroRow *row)
{
    const BookTax *tax = row->index < 0 ? NULL : tax_at(xero->books, row->index);
    json_put_text(&xero->json, "Name", tax ? tax->name : "Tax Exempt");
    json_put_text(&xero->json, "TaxType", row->id);
    json_put_text(&xero->json, "ReportTaxType", !tax ? "NONE" : tax->sales ? "OUTPUT" : "INPUT");
    json_put_boolean(&xero->json, "CanApplyToAssets", true);
    json_put_boolean(&xero->json, "CanApplyToEquity", true);
    json_put_boolean(&xero->json, "CanApplyToExpenses", !tax || tax->purchases);
    json_put_boolean(&xero->json, "CanApplyToLiabilities", true);
    json_put_boolean(&xero->json, "CanApplyToRevenue", !tax || tax->sales);
    xero_put_millis(xero, "DisplayTaxRate", tax ? tax_total_millis(tax) : 0);
    xero_put_millis(xero, "EffectiveRate", tax ? tax_effective_millis(tax) : 0);
    json_put_text(&xero->json, "Status", row->status);
    json_open(&xero->json, "TaxComponents", '[');
    for (int i = 0; tax && i < tax->n_components; i++)
        put_component(xero, tax->components[i].name, tax->components[i].percent_millis, tax->components[i].compound);
    if (!tax)
        put_component(xero, "No Tax", 0, false);
    json_close(&xero->json, ']');
}

static void put_option(Xero *xero, int index)
{
    const BookCategory *option = category_at(xero->books, index);
    json_open(&xero->json, NULL, '{');
    xero_put_id(xero, "TrackingOptionID", BOOK_CATEGORY, index);
    json_put_text(&xero->json, "Name", option->name);
    json_put_text(&xero->json, "Status", option->entry.archived ? "ARCHIVED" : "ACTIVE");
    xero_put_false(xero, "HasValidationErrors IsDeleted");
    json_put_boolean(&xero->json, "IsArchived", option->entry.archived);
    json_put_boolean(&xero->json, "IsActive", !option->entry.archived);
    json_close(&xero->json, '}');
}

void xero_write_tracking(Xero *xero, const XeroRow *row)
{
    json_put_text(&xero->json, "Name", category_at(xero->books, row->index)->name);
    json_put_text(&xero->json, "Status", row->status);
    json_put_text(&xero->json, "TrackingCategoryID", row->id);
    json_open(&xero->json, "Options", '[');
    for (int i = 0; i < n_book(xero->books, BOOK_CATEGORY); i++) {
        const BookCategory *option = category_at(xero->books, i);
        if (option->parent == row->index && !option->entry.item.deleted && (xero->archived || !option->entry.archived))
            put_option(xero, i);
    }
    json_close(&xero->json, ']');
}

void xero_write_currency(Xero *xero, const XeroRow *row)
{
    const Currency *currency = row->index ? xero->business->foreign : xero->business->main;
    xero_put_code(xero, "Code", currency);
    xero_put_code(xero, "Description", currency);
}
