#include "infra/sandbox/control_books.h"
#include "infra/sandbox/control.h"
#include "infra/sandbox/gate.h"
#include <string.h>

static const struct {
    const LedgerVendor *vendor;
    const GateRules *rules;
} vendors[] = {
    {&quickbooks_vendor, &quickbooks_gate},
    {&xero_vendor,       &xero_gate      },
};

static int vendor_index(Request *request, Response *response)
{
    for (size_t i = 0; i < COUNT_OF(vendors); i++)
        if (strcmp(vendors[i].vendor->name, request->params[0]) == 0)
            return (int)i;
    control_fail(response, 404, "no such vendor of accounting data");
    return -1;
}

const LedgerVendor *books_vendor(Request *request, Response *response)
{
    int index = vendor_index(request, response);
    return index < 0 ? NULL : vendors[index].vendor;
}

Account *books_account(Request *request, Response *response)
{
    Account *account = world_account(request->context, request->params[1], NULL);
    if (!account) {
        control_fail(response, 404, "no such account: create it with POST");
        return NULL;
    }
    pthread_mutex_lock(&account->lock);
    account_books(account);
    return account;
}

/* The account's lock is held. */
static void put_account(JsonWriter *json, const GateRules *rules, Account *account)
{
    static const char *const counted[BOOK_KINDS] = {
        "accounts",    "taxes",        "categories",  "contacts",       "items",     "invoices",
        "creditNotes", "bills",        "billCredits", "purchaseOrders", "spendings", "receipts",
        "payments",    "billPayments", "journals",    "transfers",
    };
    const Business *business = account->business;
    const Books *books = account_books(account);
    char id[GATE_ID_SIZE];
    rules->tenant_id(account->name, id);
    json_open(json, NULL, '{');
    json_put_text(json, "name", account->name);
    json_put_text(json, "id", id);
    json_put_text(json, "currency", business->main->code);
    json_put_text(json, "foreign_currency", business->foreign ? business->foreign->code : NULL);
    json_open(json, "objects", '{');
    for (int kind = 0; kind < BOOK_KINDS; kind++)
        json_put_integer(json, counted[kind], n_book(books, kind));
    json_close(json, '}');
    json_close(json, '}');
}

static void answer_account(Request *request, Response *response, const GateRules *rules)
{
    Account *account = books_account(request, response);
    if (!account)
        return;
    JsonWriter json = {.out = response->body};
    put_account(&json, rules, account);
    pthread_mutex_unlock(&account->lock);
    response->status = 200;
}

static void get_account(Request *request, Response *response)
{
    int index = vendor_index(request, response);
    if (index >= 0)
        answer_account(request, response, vendors[index].rules);
}

static void post_account(Request *request, Response *response)
{
    int index = vendor_index(request, response);
    if (index >= 0 && control_make_account(request, response, request->params[1]))
        answer_account(request, response, vendors[index].rules);
}

typedef struct Listing {
    JsonWriter json;
    const GateRules *rules;
} Listing;

static void put_each(void *context, Account *account)
{
    Listing *listing = context;
    pthread_mutex_lock(&account->lock);
    put_account(&listing->json, listing->rules, account);
    pthread_mutex_unlock(&account->lock);
}

static void get_accounts(Request *request, Response *response)
{
    int index = vendor_index(request, response);
    if (index < 0)
        return;
    Listing listing = {{.out = response->body}, vendors[index].rules};
    json_open(&listing.json, NULL, '[');
    world_each(request->context, put_each, &listing);
    json_close(&listing.json, ']');
    response->status = 200;
}

static void get_truth(Request *request, Response *response)
{
    const LedgerVendor *vendor = books_vendor(request, response);
    Account *account = vendor ? books_account(request, response) : NULL;
    if (!account)
        return;
    vendor->truth(account, response->body);
    pthread_mutex_unlock(&account->lock);
    response->status = 200;
}

const Route control_books_routes[] = {
    {"GET",  "/control/{vendor}",                   get_accounts,          0},
    {"GET",  "/control/{vendor}/{account}",         get_account,           0},
    {"POST", "/control/{vendor}/{account}",         post_account,          0},
    {"GET",  "/control/{vendor}/{account}/truth",   get_truth,             0},
    {"POST", "/control/{vendor}/{account}/change",  books_control_change,  0},
    {"POST", "/control/{vendor}/{account}/void",    books_control_void,    0},
    {"POST", "/control/{vendor}/{account}/delete",  books_control_delete,  0},
    {"POST", "/control/{vendor}/{account}/create",  books_control_create,  0},
    {"POST", "/control/{vendor}/{account}/archive", books_control_archive, 0},
};
const size_t n_control_books_routes = COUNT_OF(control_books_routes);
