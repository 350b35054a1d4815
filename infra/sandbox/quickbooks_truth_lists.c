/* Accounts, contacts, items, taxes, categories and payment methods in canonical form. */
#include "infra/sandbox/quickbooks_truth.h"
#include "lib/auto.h"
#include <string.h>

static const char *status_word(const Entry *entry)
{
    return entry->archived ? "Archived" : "Active";
}

/* QuickBooks renames what is made inactive. */
static const char *shown_name(QbTruth *truth, const Entry *entry, const char *name)
{
    return entry->archived ? arena_format(truth->arena, "%s (deleted)", name) : name;
}

static const struct {
    const char *type, *vendor_type, *vendor_sub_type;
} accounts[ACCOUNT_TYPES] = {
    [ACCOUNT_BANK] = {"Asset",     "Bank",                    "Checking"                 },
    [ACCOUNT_CARD] = {"Liability", "Credit Card",             "CreditCard"               },
    [ACCOUNT_RECEIVABLE] = {"Asset",     "Accounts Receivable",     "AccountsReceivable"       },
    [ACCOUNT_CLEARING] = {"Asset",     "Other Current Asset",     "UndepositedFunds"         },
    [ACCOUNT_INVENTORY] = {"Asset",     "Other Current Asset",     "Inventory"                },
    [ACCOUNT_FIXED] = {"Asset",     "Fixed Asset",             "MachineryAndEquipment"    },
    [ACCOUNT_PAYABLE] = {"Liability", "Accounts Payable",        "AccountsPayable"          },
    [ACCOUNT_TAX] = {"Liability", "Other Current Liability", "GlobalTaxPayable"         },
    [ACCOUNT_LOAN] = {"Liability", "Long Term Liability",     "OtherLongTermLiabilities" },
    [ACCOUNT_EQUITY] = {"Equity",    "Equity",                  "OwnersEquity"             },
    [ACCOUNT_RETAINED] = {"Equity",    "Equity",                  "RetainedEarnings"         },
    [ACCOUNT_SALES] = {"Income",    "Income",                  "SalesOfProductIncome"     },
    [ACCOUNT_OTHER_INCOME] = {"Income",    "Other Income",            "OtherMiscellaneousIncome" },
    [ACCOUNT_COST_OF_SALES] = {"Expense",   "Cost of Goods Sold",      "SuppliesMaterialsCogs"    },
    [ACCOUNT_EXPENSE] = {"Expense",   "Expense",                 "OfficeExpenses"           },
    [ACCOUNT_OTHER_EXPENSE] = {"Expense",   "Other Expense",           "OtherMiscellaneousExpense"},
};

static const char *category_of(QbTruth *truth, AccountType type)
{
    return arena_format(truth->arena, "%s.%s.%s", accounts[type].type, accounts[type].vendor_type,
                        accounts[type].vendor_sub_type);
}

/* Only the balance sheet's accounts hold anything; liabilities and equity are positive as credits. */
static int64_t natural_balance(const QbTruth *truth, int index)
{
    AccountType type = account_at(truth->books, index)->type;
    if (type >= ACCOUNT_SALES)
        return 0;
    return strcmp(accounts[type].type, "Asset") == 0 ? truth->balances[index] : -truth->balances[index];
}

void qb_truth_account(QbTruth *truth, int index)
{
    const BookAccount *account = account_at(truth->books, index);
    bool open = false;
    qb_tell_text(truth, "nominalCode", account->code);
    json_put_text(&truth->json, "name", shown_name(truth, &account->entry, account->name));
    qb_tell_text(truth, "description", account->description);
    json_put_text(&truth->json, "fullyQualifiedCategory", category_of(truth, account->type));
    json_put_text(&truth->json, "fullyQualifiedName",
                  shown_name(truth, &account->entry, qb_account_name(truth, index)));
    qb_tell_currency(truth, "currency", account->currency);
    qb_tell_amount(truth, "currentBalance", natural_balance(truth, index), NULL);
    json_put_text(&truth->json, "type", accounts[account->type].type);
    json_put_text(&truth->json, "status", status_word(&account->entry));
    json_put_boolean(&truth->json, "isBankAccount", account->type <= ACCOUNT_CARD);
    qb_supplement_text(truth, &open, "AccountType", accounts[account->type].vendor_type);
    qb_supplement_text(truth, &open, "AccountSubType", accounts[account->type].vendor_sub_type);
    if (account->parent >= 0) {
        char id[QB_ID_SIZE];
        qb_supplement_ref(truth, &open, "ParentRef", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, account->parent),
                          NULL);
    }
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &account->entry);
}

void qb_truth_bank_account(QbTruth *truth, int index)
{
    const BookAccount *account = account_at(truth->books, index);
    bool open = false;
    json_put_text(&truth->json, "accountName", shown_name(truth, &account->entry, account->name));
    json_put_text(&truth->json, "accountType", account->type == ACCOUNT_CARD ? "Credit" : "Debit");
    qb_tell_text(truth, "nominalCode", account->code);
    qb_tell_currency(truth, "currency", account->currency);
    qb_tell_amount(truth, "balance", natural_balance(truth, index), NULL);
    json_put_text(&truth->json, "status", status_word(&account->entry));
    qb_supplement_text(truth, &open, "AccountSubType", accounts[account->type].vendor_sub_type);
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &account->entry);
}

static bool says_something(const Address *a)
{
    const char *const parts[] = {a->line1, a->line2, a->city, a->region, a->postal_code, a->country};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (parts[i] && *parts[i])
            return true;
    return false;
}

static void tell_addresses(QbTruth *truth, const Address *billing, const Address *delivery)
{
    bool bills = billing && says_something(billing), ships = delivery && says_something(delivery);
    if (!bills && !ships)
        return;
    json_open(&truth->json, "addresses", '[');
    if (bills)
        qb_tell_address(truth, "Billing", billing);
    if (ships)
        qb_tell_address(truth, "Delivery", delivery);
    json_close(&truth->json, ']');
}

static const char *person_of(QbTruth *truth, const BookContact *contact)
{
    const char *first = contact->first_name ? contact->first_name : "";
    const char *last = contact->last_name ? contact->last_name : "";
    return arena_format(truth->arena, "%s%s%s", first, *first && *last ? " " : "", last);
}

static bool given(const char *text)
{
    return text && *text;
}

static void tell_phone(QbTruth *truth, const char *number, const char *type)
{
    if (!given(number))
        return;
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "number", number);
    json_put_text(&truth->json, "type", type);
    json_close(&truth->json, '}');
}

static void tell_person(QbTruth *truth, const BookContact *contact)
{
    const char *person = person_of(truth, contact);
    bool phones = given(contact->phone) || given(contact->mobile);
    if (!*person && !given(contact->email) && !phones)
        return;
    json_open(&truth->json, "contacts", '[');
    json_open(&truth->json, NULL, '{');
    qb_tell_text(truth, "name", person);
    qb_tell_text(truth, "email", contact->email);
    if (phones) {
        json_open(&truth->json, "phone", '[');
        tell_phone(truth, contact->phone, "Primary");
        tell_phone(truth, contact->mobile, "Mobile");
        json_close(&truth->json, ']');
    }
    json_put_text(&truth->json, "status", status_word(&contact->entry));
    json_close(&truth->json, '}');
    json_close(&truth->json, ']');
}

/* A contact that is no person is a company of that name. */
static const char *company_of(const BookContact *contact)
{
    return contact->first_name || contact->last_name ? NULL : contact->name;
}

void qb_truth_customer(QbTruth *truth, int index)
{
    const BookContact *contact = contact_at(truth->books, index);
    bool open = false;
    json_put_text(&truth->json, "customerName", shown_name(truth, &contact->entry, contact->name));
    qb_tell_text(truth, "contactName", person_of(truth, contact));
    qb_tell_text(truth, "emailAddress", contact->email);
    qb_tell_currency(truth, "defaultCurrency", contact->currency);
    qb_tell_text(truth, "phone", contact->phone);
    tell_addresses(truth, contact->billing, contact->delivery);
    tell_person(truth, contact);
    qb_tell_text(truth, "taxNumber", contact->tax_number);
    json_put_text(&truth->json, "status", status_word(&contact->entry));
    qb_supplement_text(truth, &open, "CompanyName", company_of(contact));
    json_put_boolean(qb_supplement(truth, &open), "Job", false);
    json_put_boolean(qb_supplement(truth, &open), "IsProject", false);
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &contact->entry);
}

void qb_truth_supplier(QbTruth *truth, int index)
{
    const BookContact *contact = contact_at(truth->books, index);
    bool open = false;
    json_put_text(&truth->json, "supplierName", shown_name(truth, &contact->entry, contact->name));
    qb_tell_text(truth, "contactName", person_of(truth, contact));
    qb_tell_text(truth, "emailAddress", contact->email);
    qb_tell_text(truth, "phone", contact->phone);
    tell_addresses(truth, contact->billing, NULL);
    if (given(contact->tax_number)) {
        size_t length = strlen(contact->tax_number);
        const char *end = contact->tax_number + (length > 4 ? length - 4 : 0);
        json_put_text(&truth->json, "taxNumber", arena_format(truth->arena, "XXXXX%s", end));
    }
    json_put_text(&truth->json, "status", status_word(&contact->entry));
    qb_tell_currency(truth, "defaultCurrency", contact->currency);
    qb_supplement_text(truth, &open, "CompanyName", company_of(contact));
    qb_supplement_text(truth, &open, "AcctNum", contact->account_number);
    json_put_boolean(qb_supplement(truth, &open), "Vendor1099", false);
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &contact->entry);
}

static void tell_terms(QbTruth *truth, const char *key, const char *text, int64_t price_micros, int account, int tax)
{
    char id[QB_ID_SIZE];
    json_open(&truth->json, key, '{');
    qb_tell_text(truth, "description", text);
    qb_tell_micros(truth, "unitPrice", price_micros > 0 ? price_micros : 0);
    qb_tell_account(truth, "accountRef", account);
    if (tax >= 0 && !truth->us) {
        json_open(&truth->json, "taxRateRef", '{');
        json_put_text(&truth->json, "id", quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, tax));
        json_close(&truth->json, '}');
    }
    json_close(&truth->json, '}');
}

void qb_truth_item(QbTruth *truth, int index)
{
    static const char *const types[] = {
        [ITEM_SERVICE] = "Service", [ITEM_GOODS] = "NonInventory", [ITEM_STOCK] = "Inventory"};
    const BookItem *item = book_item_at(truth->books, index);
    bool sold = item->sold && item->income_account >= 0, bought = item->bought && item->expense_account >= 0;
    bool open = false;
    json_put_text(&truth->json, "name", shown_name(truth, &item->entry, item->name));
    qb_tell_text(truth, "code", item->code);
    json_put_text(&truth->json, "itemStatus", status_word(&item->entry));
    json_put_text(&truth->json, "type", types[item->type]);
    json_put_boolean(&truth->json, "isBillItem", bought);
    json_put_boolean(&truth->json, "isInvoiceItem", sold);
    if (bought)
        tell_terms(truth, "billItem", item->purchase_text, item->cost_micros, item->expense_account,
                   item->purchase_tax);
    if (sold)
        tell_terms(truth, "invoiceItem", item->sales_text, item->price_micros, item->income_account, item->sales_tax);
    qb_supplement_text(truth, &open, "FullyQualifiedName", shown_name(truth, &item->entry, item->name));
    if (item->type == ITEM_STOCK) {
        int stock = books_account_of(truth->books, ACCOUNT_INVENTORY);
        char id[QB_ID_SIZE];
        qb_supplement_ref(truth, &open, "AssetAccountRef", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, stock),
                          qb_account_name(truth, stock));
    }
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &item->entry);
}

static void tell_pseudo_code(QbTruth *truth, int index)
{
    bool taxed = index == -1, open = false;
    json_put_text(&truth->json, "name", taxed ? "TAX" : "NON");
    json_put_text(&truth->json, "code", taxed ? "TAX" : "NON");
    json_put_text(&truth->json, "status", "Active");
    if (!taxed) {
        json_put_integer(&truth->json, "effectiveTaxRate", 0);
        json_put_integer(&truth->json, "totalTaxRate", 0);
    }
    json_put_boolean(qb_supplement(truth, &open), "TaxGroup", false);
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, NULL);
}

/* Exact: the second of two components may be on the first as well. */
static void tell_effective(QbTruth *truth, const BookTax *tax)
{
    int64_t first = tax->components[0].percent_millis;
    int64_t second = tax->n_components > 1 ? tax->components[1].percent_millis : 0;
    int64_t both = tax->n_components > 1 && tax->components[1].compound ? first * second : 0;
    qb_tell_scaled(truth, "effectiveTaxRate", (first + second) * 100000 + both, 8);
}

void qb_truth_tax(QbTruth *truth, int index)
{
    if (index < 0) {
        tell_pseudo_code(truth, index);
        return;
    }
    const BookTax *tax = tax_at(truth->books, index);
    bool open = false, has_rates = tax->sales || tax->purchases;
    qb_tell_text(truth, "name", tax->name);
    qb_tell_text(truth, "code", tax->code);
    json_put_text(&truth->json, "status", status_word(&tax->entry));
    if (has_rates && tax->n_components > 0) {
        tell_effective(truth, tax);
        qb_tell_micros(truth, "totalTaxRate", (int64_t)tax_total_millis(tax) * 1000);
        json_open(&truth->json, "components", '[');
        for (int i = 0; i < tax->n_components; i++) {
            json_open(&truth->json, NULL, '{');
            json_put_text(&truth->json, "name", tax->components[i].name);
            qb_tell_micros(truth, "rate", (int64_t)tax->components[i].percent_millis * 1000);
            json_put_boolean(&truth->json, "isCompound", false); /* MODEL.md: QuickBooks is never shown as compound */
            json_close(&truth->json, '}');
        }
        json_close(&truth->json, ']');
    }
    json_put_boolean(qb_supplement(truth, &open), "TaxGroup", tax->n_components > 1);
    if (has_rates && tax->n_components > 0) {
        json_open(qb_supplement(truth, &open), "Agencies", '[');
        json_put_text(&truth->json, NULL, truth->us ? "Department of Revenue" : "Tax Office");
        json_close(&truth->json, ']');
    }
    qb_supplement_end(truth, open);
    qb_tell_tail(truth, &tax->entry);
}

void qb_truth_category(QbTruth *truth, int index)
{
    const BookCategory *category = category_at(truth->books, index);
    const char *prefix = category->set == 0 ? "class" : "department";
    QbEntity entity = category->set == 0 ? QB_CLASS : QB_DEPARTMENT;
    bool has_children = false;
    char id[QB_ID_SIZE];
    for (int i = 0; i < n_book(truth->books, BOOK_CATEGORY); i++)
        has_children = has_children || (category_at(truth->books, i)->parent == index &&
                                        !entry_at(truth->books, BOOK_CATEGORY, i)->item.deleted);
    json_put_text(&truth->json, "name", shown_name(truth, &category->entry, category->name));
    json_put_text(&truth->json, "status", status_word(&category->entry));
    if (category->parent >= 0)
        json_put_text(
            &truth->json, "parentId",
            arena_format(truth->arena, "%s:%s", prefix, quickbooks_id(id, entity, BOOK_CATEGORY, category->parent)));
    json_put_boolean(&truth->json, "hasChildren", has_children);
    qb_tell_tail(truth, &category->entry);
}

void qb_truth_method(QbTruth *truth, int index)
{
    const char *name = quickbooks_method_name(index);
    json_put_text(&truth->json, "name", name);
    json_put_text(&truth->json, "type", strcmp(name, "Visa") == 0 ? "CreditCard" : "Unknown");
    json_put_text(&truth->json, "status", "Active");
    qb_tell_tail(truth, NULL);
}
