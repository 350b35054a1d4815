/* List entities: what documents point to. */
#include "infra/sandbox/quickbooks_render.h"
#include "lib/auto.h"
#include <string.h>

static const struct {
    const char *classification, *type, *sub_type;
} account_types[ACCOUNT_TYPES] = {
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
    [ACCOUNT_SALES] = {"Revenue",   "Income",                  "SalesOfProductIncome"     },
    [ACCOUNT_OTHER_INCOME] = {"Revenue",   "Other Income",            "OtherMiscellaneousIncome" },
    [ACCOUNT_COST_OF_SALES] = {"Expense",   "Cost of Goods Sold",      "SuppliesMaterialsCogs"    },
    [ACCOUNT_EXPENSE] = {"Expense",   "Expense",                 "OfficeExpenses"           },
    [ACCOUNT_OTHER_EXPENSE] = {"Expense",   "Other Expense",           "OtherMiscellaneousExpense"},
};

const char *qb_account_type(AccountType type)
{
    return account_types[type].type;
}

/* The vendor renames what is made inactive, so that its name is free again. */
static void put_name(QbRender *render, const char *key, const char *name, bool inactive)
{
    json_put_text(&render->json, key, inactive ? arena_format(render->arena, "%s (deleted)", name) : name);
}

/* In reports and registers only; accounts of income and expenses have none. */
static int64_t current_balance(QbRender *render, int index)
{
    AccountType type = account_at(render->books, index)->type;
    return type < ACCOUNT_SALES ? qb_balances(render)[index] : 0;
}

void qb_account(QbRender *render, int index)
{
    const BookAccount *account = account_at(render->books, index);
    JsonWriter *json = &render->json;
    int64_t balance = current_balance(render, index), with_children = balance;
    for (int i = 0; i < n_book(render->books, BOOK_ACCOUNT); i++)
        if (account_at(render->books, i)->parent == index)
            with_children += current_balance(render, i);
    put_name(render, "Name", account->name, account->entry.archived);
    json_put_boolean(json, "SubAccount", account->parent >= 0);
    if (account->parent >= 0) {
        char id[QB_ID_SIZE];
        qb_put_named(render, "ParentRef", quickbooks_id(id, QB_ACCOUNT, BOOK_ACCOUNT, account->parent), NULL);
    }
    qb_put_some(render, "Description", account->description);
    put_name(render, "FullyQualifiedName", qb_name_of(render, BOOK_ACCOUNT, index), account->entry.archived);
    json_put_boolean(json, "Active", !account->entry.archived);
    json_put_text(json, "Classification", account_types[account->type].classification);
    json_put_text(json, "AccountType", account_types[account->type].type);
    json_put_text(json, "AccountSubType", account_types[account->type].sub_type);
    qb_put_some(render, "AcctNum", account->code);
    qb_put_home(render, "CurrentBalance", balance);
    qb_put_home(render, "CurrentBalanceWithSubAccounts", with_children);
    qb_put_currency(render, account->currency, 0);
    qb_put_identity(render, QB_ACCOUNT, index, &account->entry);
}

static void put_person(QbRender *render, const BookContact *contact, bool customer)
{
    JsonWriter *json = &render->json;
    qb_put_some(render, "GivenName", contact->first_name);
    qb_put_some(render, "FamilyName", contact->last_name);
    if (customer)
        put_name(render, "FullyQualifiedName", contact->name, contact->entry.archived);
    if (!contact->first_name && !contact->last_name)
        json_put_text(json, "CompanyName", contact->name);
    put_name(render, "DisplayName", contact->name, contact->entry.archived);
    json_put_text(json, "PrintOnCheckName", contact->name);
    json_put_boolean(json, "Active", !contact->entry.archived);
    json_put_text(json, "V4IDPseudonym",
                  arena_format(render->arena, "002098%032llx", (unsigned long long)random_seed(contact->name)));
}

static void put_text_within(QbRender *render, const char *key, const char *member, const char *text)
{
    if (!text || !*text)
        return;
    json_open(&render->json, key, '{');
    json_put_text(&render->json, member, text);
    json_close(&render->json, '}');
}

static void put_reach(QbRender *render, const BookContact *contact)
{
    put_text_within(render, "PrimaryPhone", "FreeFormNumber", contact->phone);
    put_text_within(render, "Mobile", "FreeFormNumber", contact->mobile);
    put_text_within(render, "PrimaryEmailAddr", "Address", contact->email);
}

/* What a contact owes in its own currency, or with `payable` is owed. */
static int64_t balance_of(const QbRender *render, int contact, bool payable)
{
    static const struct {
        BookKind kind;
        bool payable;
        int sign;
    } kinds[] = {
        {BOOK_INVOICE,     false, 1 },
        {BOOK_CREDIT_NOTE, false, -1},
        {BOOK_BILL,        true,  1 },
        {BOOK_BILL_CREDIT, true,  -1},
    };
    int64_t sum = 0;
    for (size_t i = 0; i < COUNT_OF(kinds); i++) {
        for (int j = 0; kinds[i].payable == payable && j < n_book(render->books, kinds[i].kind); j++) {
            const Document *document = document_at(render->books, kinds[i].kind, j);
            if (document->contact == contact && !document->entry.item.deleted && document->state != DOCUMENT_DRAFT)
                sum += kinds[i].sign * document->open;
        }
    }
    return sum;
}

void qb_customer(QbRender *render, int index)
{
    const BookContact *contact = contact_at(render->books, index);
    JsonWriter *json = &render->json;
    int64_t balance = balance_of(render, index, false);
    json_put_boolean(json, "Taxable", index % 2 == 0);
    qb_put_address(render, "BillAddr", contact->billing, 2 * (int64_t)index + 2);
    qb_put_address(render, "ShipAddr", contact->delivery, 2 * (int64_t)index + 3);
    json_put_boolean(json, "Job", false);
    json_put_boolean(json, "BillWithParent", false);
    qb_put_money(render, "Balance", balance, contact->currency);
    qb_put_money(render, "BalanceWithJobs", balance, contact->currency);
    qb_put_currency(render, contact->currency, 0);
    json_put_text(json, "PreferredDeliveryMethod", "Print");
    qb_put_some(render, "ResaleNum", contact->tax_number);
    json_put_boolean(json, "IsProject", false);
    json_put_text(json, "ClientEntityId", "0");
    qb_put_identity(render, QB_CUSTOMER, index, &contact->entry);
    put_person(render, contact, true);
    put_reach(render, contact);
}

/* Tax numbers of vendors are personal data: all but the end is covered. */
static const char *masked(QbRender *render, const char *number)
{
    size_t length = strlen(number);
    return arena_format(render->arena, "XXXXX%s", length > 4 ? number + length - 4 : number);
}

void qb_vendor(QbRender *render, int index)
{
    const BookContact *contact = contact_at(render->books, index);
    JsonWriter *json = &render->json;
    qb_put_address(render, "BillAddr", contact->billing, 2 * (int64_t)index + 2);
    if (contact->tax_number)
        json_put_text(json, "TaxIdentifier", masked(render, contact->tax_number));
    qb_put_money(render, "Balance", balance_of(render, index, true), contact->currency);
    qb_put_some(render, "AcctNum", contact->account_number);
    json_put_boolean(json, "Vendor1099", false);
    qb_put_currency(render, contact->currency, 0);
    qb_put_identity(render, QB_VENDOR, index, &contact->entry);
    put_person(render, contact, false);
    put_reach(render, contact);
}

static void put_tax_code(QbRender *render, const char *key, int tax)
{
    char id[QB_ID_SIZE];
    if (tax >= 0 && !render->us)
        qb_put_named(render, key, quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, tax), NULL);
}

void qb_item(QbRender *render, int index)
{
    static const char *const types[] = {
        [ITEM_SERVICE] = "Service", [ITEM_GOODS] = "NonInventory", [ITEM_STOCK] = "Inventory"};
    const BookItem *item = book_item_at(render->books, index);
    JsonWriter *json = &render->json;
    put_name(render, "Name", item->name, item->entry.archived);
    qb_put_some(render, "Sku", item->code);
    qb_put_some(render, "Description", item->sold ? item->sales_text : NULL);
    json_put_boolean(json, "Active", !item->entry.archived);
    put_name(render, "FullyQualifiedName", item->name, item->entry.archived);
    json_put_boolean(json, "Taxable", item->sales_tax >= 0);
    qb_put_micros(render, "UnitPrice", item->sold && item->price_micros > 0 ? item->price_micros : 0);
    json_put_text(json, "Type", types[item->type]);
    if (item->sold) {
        qb_put_ref(render, "IncomeAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, item->income_account);
        put_tax_code(render, "SalesTaxCodeRef", item->sales_tax);
    }
    qb_put_some(render, "PurchaseDesc", item->bought ? item->purchase_text : NULL);
    qb_put_micros(render, "PurchaseCost", item->bought && item->cost_micros > 0 ? item->cost_micros : 0);
    if (item->bought) {
        qb_put_ref(render, "ExpenseAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, item->expense_account);
        put_tax_code(render, "PurchaseTaxCodeRef", item->purchase_tax);
    }
    if (item->type == ITEM_STOCK)
        qb_put_ref(render, "AssetAccountRef", QB_ACCOUNT, BOOK_ACCOUNT,
                   books_account_of(render->books, ACCOUNT_INVENTORY));
    json_put_boolean(json, "TrackQtyOnHand", item->type == ITEM_STOCK);
    if (item->type == ITEM_STOCK) {
        json_put_integer(json, "QtyOnHand", item->on_hand);
        qb_put_day(render, "InvStartDate", render->books->opened);
    }
    qb_put_identity(render, QB_ITEM, index, &item->entry);
}

void qb_category(QbRender *render, int index)
{
    const BookCategory *category = category_at(render->books, index);
    QbEntity entity = quickbooks_entity(render->books, BOOK_CATEGORY, index);
    JsonWriter *json = &render->json;
    const char *parent = category->parent < 0 ? NULL : category_at(render->books, category->parent)->name;
    const char *path = parent ? arena_format(render->arena, "%s:%s", parent, category->name) : category->name;
    put_name(render, "FullyQualifiedName", path, category->entry.archived);
    put_name(render, "Name", category->name, category->entry.archived);
    json_put_boolean(json, entity == QB_CLASS ? "SubClass" : "SubDepartment", parent != NULL);
    if (parent) {
        char id[QB_ID_SIZE];
        qb_put_named(render, "ParentRef", quickbooks_id(id, entity, BOOK_CATEGORY, category->parent), NULL);
    }
    json_put_boolean(json, "Active", !category->entry.archived);
    qb_put_identity(render, entity, index, &category->entry);
}

void qb_payment_method(QbRender *render, int index)
{
    const char *name = quickbooks_method_name(index);
    json_put_text(&render->json, "Name", name);
    json_put_boolean(&render->json, "Active", true);
    json_put_text(&render->json, "Type", strcmp(name, "Visa") == 0 ? "CREDIT_CARD" : "NON_CREDIT_CARD");
    qb_put_identity(render, QB_PAYMENT_METHOD, index, NULL);
}

void qb_term(QbRender *render, int index)
{
    static const struct {
        const char *name;
        int days;
    } terms[] = {
        {"Due on receipt", 0 },
        {"Net 15",         15},
        {"Net 30",         30},
        {"Net 60",         60},
        {"Net 10",         10},
    };
    json_put_text(&render->json, "Name", terms[index].name);
    json_put_boolean(&render->json, "Active", true);
    json_put_text(&render->json, "Type", "STANDARD");
    json_put_integer(&render->json, "DiscountPercent", 0);
    json_put_integer(&render->json, "DueDays", terms[index].days);
    qb_put_identity(render, QB_TERM, index, NULL);
}
