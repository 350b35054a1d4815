/* The company and its lists, in canonical form. */
#include "infra/sandbox/xero_truth.h"
#include <stdio.h>
#include <string.h>

static const struct {
    const char *class, *type;
} account_words[ACCOUNT_TYPES] = {
    [ACCOUNT_BANK] = {"Asset",     "BANK"       },
    [ACCOUNT_CARD] = {"Asset",     "BANK"       },
    [ACCOUNT_RECEIVABLE] = {"Asset",     "CURRENT"    },
    [ACCOUNT_CLEARING] = {"Asset",     "CURRENT"    },
    [ACCOUNT_INVENTORY] = {"Asset",     "INVENTORY"  },
    [ACCOUNT_FIXED] = {"Asset",     "FIXED"      },
    [ACCOUNT_PAYABLE] = {"Liability", "CURRLIAB"   },
    [ACCOUNT_TAX] = {"Liability", "CURRLIAB"   },
    [ACCOUNT_LOAN] = {"Liability", "TERMLIAB"   },
    [ACCOUNT_EQUITY] = {"Equity",    "EQUITY"     },
    [ACCOUNT_RETAINED] = {"Equity",    "EQUITY"     },
    [ACCOUNT_SALES] = {"Income",    "REVENUE"    },
    [ACCOUNT_OTHER_INCOME] = {"Income",    "OTHERINCOME"},
    [ACCOUNT_COST_OF_SALES] = {"Expense",   "DIRECTCOSTS"},
    [ACCOUNT_EXPENSE] = {"Expense",   "EXPENSE"    },
    [ACCOUNT_OTHER_EXPENSE] = {"Expense",   "OVERHEADS"  },
};

static const char *life(const Entry *entry)
{
    return entry->archived ? "Archived" : "Active";
}

static void tell_address(XeroTruth *truth, const char *type, const Address *address)
{
    const char *const texts[] = {address->line1,  address->line2,       address->city,
                                 address->region, address->postal_code, address->country};
    bool says = false;
    for (size_t i = 0; i < COUNT_OF(texts); i++)
        says = says || (texts[i] && *texts[i]);
    if (!says)
        return;
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "type", type);
    xero_tell_text(truth, "line1", address->line1);
    xero_tell_text(truth, "line2", address->line2);
    xero_tell_text(truth, "city", address->city);
    xero_tell_text(truth, "region", address->region);
    xero_tell_text(truth, "country", address->country);
    xero_tell_text(truth, "postalCode", address->postal_code);
    json_close(&truth->json, '}');
}

/* The later of the two days up to which nobody may post. */
static void tell_lock_date(XeroTruth *truth)
{
    int64_t today = truth->business->today;
    int64_t period = truth->business->seed % 2 ? today - (int64_t)30 * 86400 : 0;
    int64_t year = truth->business->seed % 3 ? xero_year_start(truth->business, today) - 86400 : 0;
    xero_tell_day(truth, "ledgerLockDate", period > year ? period : year);
}

void xero_tell_company(XeroTruth *truth)
{
    const Business *business = truth->business;
    const Country *country = business->country;
    const Address address = {"1 Harbour Road",     NULL,           country->city, country->region,
                             country->postal_code, country->alpha2};
    char id[XERO_ID_SIZE], text[160];
    xero_id(id, business, XERO_ORGANISATION, 0);
    json_open(&truth->json, id, '{');
    snprintf(text, sizeof text, "%s Trading", business->name);
    json_put_text(&truth->json, "companyName", text);
    json_put_text(&truth->json, "accountingPlatformRef", id);
    snprintf(text, sizeof text, "%s Trading Limited", business->name);
    json_put_text(&truth->json, "companyLegalName", text);
    json_open(&truth->json, "addresses", '[');
    tell_address(truth, "Billing", &address);
    json_close(&truth->json, ']');
    json_open(&truth->json, "phoneNumbers", '[');
    json_open(&truth->json, NULL, '{');
    snprintf(text, sizeof text, "%s 20 555 0100", country->phone);
    json_put_text(&truth->json, "number", text);
    json_put_text(&truth->json, "type", "Unknown");
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
    tell_lock_date(truth);
    if (business->seed % 4)
        json_put_text(&truth->json, "registrationNumber", "07654321");
    json_put_text(&truth->json, "taxNumber", "101-2-303");
    xero_tell_day(truth, "financialYearStartDate", xero_year_start(business, world_now(truth->account->world)));
    xero_tell_currency(truth, "baseCurrency", business->main);
    xero_tell_instant(truth, "createdDate", truth->books->opened);
    json_close(&truth->json, '}');
}

void xero_tell_accounts(XeroTruth *truth)
{
    char text[320];
    for (int i = 0; i < n_book(truth->books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(truth->books, i);
        if (account->entry.item.deleted) {
            xero_tell_gone(truth, "", BOOK_ACCOUNT, i);
            continue;
        }
        xero_open_record(truth, "", BOOK_ACCOUNT, i);
        xero_tell_text(truth, "nominalCode", account->code);
        json_put_text(&truth->json, "name", account->name);
        xero_tell_text(truth, "description", account->description);
        const char *class = account_words[account->type].class, *type = account_words[account->type].type;
        snprintf(text, sizeof text, "%s.%s", class, type);
        json_put_text(&truth->json, "fullyQualifiedCategory", text);
        snprintf(text, sizeof text, "%s.%s.%s", class, type, account->name);
        json_put_text(&truth->json, "fullyQualifiedName", text);
        xero_tell_currency(truth, "currency", account->currency ? account->currency : truth->business->main);
        json_put_text(&truth->json, "type", class);
        json_put_text(&truth->json, "status", life(&account->entry));
        json_put_boolean(&truth->json, "isBankAccount", xero_is_bank(account));
        xero_close_record(truth, account->entry.updated, false);
    }
}

void xero_tell_bank_accounts(XeroTruth *truth)
{
    char number[96];
    for (int i = 0; i < n_book(truth->books, BOOK_ACCOUNT); i++) {
        const BookAccount *account = account_at(truth->books, i);
        if (!xero_is_bank(account))
            continue;
        if (account->entry.item.deleted) {
            xero_tell_gone(truth, "", BOOK_ACCOUNT, i);
            continue;
        }
        snprintf(number, sizeof number, "%s%s", account->sort_code ? account->sort_code : "",
                 account->number ? account->number : "");
        xero_open_record(truth, "", BOOK_ACCOUNT, i);
        json_put_text(&truth->json, "accountName", account->name);
        json_put_text(&truth->json, "accountType", account->type == ACCOUNT_CARD ? "Credit" : "Debit");
        xero_tell_text(truth, "nominalCode", account->code);
        xero_tell_text(truth, "accountNumber", number);
        xero_tell_currency(truth, "currency", account->currency ? account->currency : truth->business->main);
        json_put_text(&truth->json, "status", life(&account->entry));
        xero_close_record(truth, account->entry.updated, false);
    }
}

static void tell_contact(XeroTruth *truth, int index, const char *name_key)
{
    const BookContact *contact = contact_at(truth->books, index);
    char name[256];
    xero_open_record(truth, "", BOOK_CONTACT, index);
    json_put_text(&truth->json, name_key, contact->name);
    snprintf(name, sizeof name, "%s%s%s", contact->first_name ? contact->first_name : "",
             contact->first_name && contact->last_name ? " " : "", contact->last_name ? contact->last_name : "");
    xero_tell_text(truth, "contactName", name);
    xero_tell_text(truth, "emailAddress", contact->email);
    xero_tell_currency(truth, "defaultCurrency", contact->currency);
    xero_tell_text(truth, "phone", contact->phone && *contact->phone ? contact->phone : contact->mobile);
    size_t start = truth->json.out->length;
    bool comma = truth->json.comma;
    json_open(&truth->json, "addresses", '[');
    size_t empty = truth->json.out->length;
    if (contact->billing)
        tell_address(truth, "Billing", contact->billing);
    if (contact->delivery)
        tell_address(truth, "Delivery", contact->delivery);
    bool none = truth->json.out->length == empty;
    json_close(&truth->json, ']');
    if (none) {
        truth->json.out->length = start;
        truth->json.comma = comma;
    }
    xero_tell_text(truth, "taxNumber", contact->tax_number);
    json_put_text(&truth->json, "status", life(&contact->entry));
    xero_close_record(truth, contact->entry.updated, false);
}

static void tell_contacts(XeroTruth *truth, bool customers)
{
    for (int i = 0; i < n_book(truth->books, BOOK_CONTACT); i++) {
        const BookContact *contact = contact_at(truth->books, i);
        bool other = customers ? contact->supplier : contact->customer;
        if (!(customers ? contact->customer : contact->supplier) && other)
            continue;
        if (contact->entry.item.deleted)
            xero_tell_gone(truth, "", BOOK_CONTACT, i);
        else
            tell_contact(truth, i, customers ? "customerName" : "supplierName");
    }
}

void xero_tell_customers(XeroTruth *truth)
{
    tell_contacts(truth, true);
}

void xero_tell_suppliers(XeroTruth *truth)
{
    tell_contacts(truth, false);
}

static void tell_tax_ref(XeroTruth *truth, int tax)
{
    json_open(&truth->json, "taxRateRef", '{');
    json_put_text(&truth->json, "id", tax < 0 ? XERO_NO_TAX : tax_at(truth->books, tax)->code);
    json_close(&truth->json, '}');
}

/* Accounts are named by their code, so one without a code is not named. */
static void tell_terms(XeroTruth *truth, const char *key, const char *text, int64_t price, int account, int tax)
{
    json_open(&truth->json, key, '{');
    xero_tell_text(truth, "description", text);
    if (price >= 0)
        xero_tell_scaled(truth, "unitPrice", xero_price_micros(price), 6);
    if (account >= 0 && account_at(truth->books, account)->code)
        xero_tell_account(truth, "accountRef", account, false);
    tell_tax_ref(truth, tax);
    json_close(&truth->json, '}');
}

void xero_tell_items(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_ITEM); i++) {
        const BookItem *item = book_item_at(truth->books, i);
        if (item->entry.item.deleted) {
            xero_tell_gone(truth, "", BOOK_ITEM, i);
            continue;
        }
        xero_open_record(truth, "", BOOK_ITEM, i);
        json_put_text(&truth->json, "name", item->name);
        json_put_text(&truth->json, "code", xero_item_code(item));
        json_put_text(&truth->json, "itemStatus", "Unknown");
        json_put_text(&truth->json, "type", item->type == ITEM_STOCK ? "Inventory" : "NonInventory");
        json_put_boolean(&truth->json, "isBillItem", item->bought);
        json_put_boolean(&truth->json, "isInvoiceItem", item->sold);
        if (item->bought)
            tell_terms(truth, "billItem", item->purchase_text, item->cost_micros, item->expense_account,
                       item->purchase_tax);
        if (item->sold)
            tell_terms(truth, "invoiceItem", item->sales_text, item->price_micros, item->income_account,
                       item->sales_tax);
        xero_close_record(truth, item->entry.updated, false);
    }
}

static void tell_component(XeroTruth *truth, const char *name, int percent_millis, bool compound)
{
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "name", name);
    xero_tell_scaled(truth, "rate", percent_millis, 3);
    json_put_boolean(&truth->json, "isCompound", compound);
    json_close(&truth->json, '}');
}

static void tell_tax(XeroTruth *truth, const char *code, const char *name, const BookTax *tax)
{
    xero_open_named(truth, code);
    json_put_text(&truth->json, "name", name);
    json_put_text(&truth->json, "code", code);
    json_put_text(&truth->json, "status",
                  tax && (tax->entry.archived || tax->entry.item.deleted) ? "Archived" : "Active");
    xero_tell_scaled(truth, "effectiveTaxRate", tax ? tax_effective_millis(tax) : 0, 3);
    xero_tell_scaled(truth, "totalTaxRate", tax ? tax_total_millis(tax) : 0, 3);
    json_open(&truth->json, "components", '[');
    for (int i = 0; tax && i < tax->n_components; i++)
        tell_component(truth, tax->components[i].name, tax->components[i].percent_millis, tax->components[i].compound);
    if (!tax)
        tell_component(truth, "No Tax", 0, false);
    json_close(&truth->json, ']');
    xero_close_record(truth, 0, tax && tax->entry.item.deleted);
}

void xero_tell_taxes(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_TAX); i++)
        tell_tax(truth, tax_at(truth->books, i)->code, tax_at(truth->books, i)->name, tax_at(truth->books, i));
    tell_tax(truth, XERO_NO_TAX, "Tax Exempt", NULL);
}

static bool has_options(const Books *books, int category)
{
    for (int i = 0; i < n_book(books, BOOK_CATEGORY); i++)
        if (category_at(books, i)->parent == category && !category_at(books, i)->entry.item.deleted)
            return true;
    return false;
}

void xero_tell_categories(XeroTruth *truth)
{
    for (int i = 0; i < n_book(truth->books, BOOK_CATEGORY); i++) {
        const BookCategory *category = category_at(truth->books, i);
        if (category->entry.item.deleted) {
            xero_tell_gone(truth, "", BOOK_CATEGORY, i);
            continue;
        }
        xero_open_record(truth, "", BOOK_CATEGORY, i);
        json_put_text(&truth->json, "name", category->name);
        json_put_text(&truth->json, "status", life(&category->entry));
        if (category->parent >= 0)
            xero_tell_id(truth, "parentId", "", BOOK_CATEGORY, category->parent);
        json_put_boolean(&truth->json, "hasChildren", category->parent < 0 && has_options(truth->books, i));
        xero_close_record(truth, 0, false);
    }
}
