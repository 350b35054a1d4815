/* Lists: what a request asks for, in which order, and the page of it. */
#include "infra/sandbox/xero_call.h"
#include "lib/clock.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { PAGE_SIZE = 100, LARGEST_PAGE = 1000 };

/* What has no rows here has no writer. */
#define PATHS(name) name, "/api.xro/2.0/" name, "/api.xro/2.0/" name "/{id}"
#define EMPTY(name, id, paging)                                                                                        \
    {                                                                                                                  \
        PATHS(name), id, NULL, "Status", XERO_##paging, true, false, xero_nothing, NULL                                \
    }
#define LIST(name, id, type, status, paging, since, hides, rows, write)                                                \
    {                                                                                                                  \
        PATHS(name), id, type, status, XERO_##paging, since, hides, xero_##rows, xero_write_##write                    \
    }
const XeroEndpoint xero_endpoints[] = {
    LIST("Organisation", "OrganisationID", NULL, NULL, WHOLE, false, false, organisations, organisation),
    LIST("Accounts", "AccountID", "Type", "Status", WHOLE, true, false, accounts, account),
    LIST("Contacts", "ContactID", NULL, "ContactStatus", PAGED, true, true, contacts, contact),
    LIST("Items", "ItemID", NULL, NULL, WHOLE, true, false, items, item),
    LIST("TaxRates", "TaxType", NULL, "Status", WHOLE, false, false, taxes, tax),
    LIST("TrackingCategories", "TrackingCategoryID", NULL, "Status", WHOLE, false, true, trackings, tracking),
    LIST("Currencies", "Code", NULL, NULL, WHOLE, false, false, currencies, currency),
    LIST("Invoices", "InvoiceID", "Type", "Status", PAGED, true, false, invoices, invoice),
    LIST("CreditNotes", "CreditNoteID", "Type", "Status", PAGED, true, false, credit_notes, credit_note),
    LIST("Overpayments", "OverpaymentID", "Type", "Status", PAGED, true, false, overpayments, overpayment),
    EMPTY("Prepayments", "PrepaymentID", PAGED),
    LIST("Payments", "PaymentID", "PaymentType", "Status", PAGED, true, false, payments, payment),
    LIST("BatchPayments", "BatchPaymentID", "Type", "Status", WHOLE, true, false, batches, batch),
    LIST("BankTransactions", "BankTransactionID", "Type", "Status", PAGED, true, false, bank_transactions,
         bank_transaction),
    LIST("BankTransfers", "BankTransferID", NULL, "Status", WHOLE, true, false, transfers, transfer),
    LIST("PurchaseOrders", "PurchaseOrderID", NULL, "Status", ALWAYS_PAGED, true, false, orders, order),
    EMPTY("Quotes", "QuoteID", HUNDREDS),
    LIST("ManualJournals", "ManualJournalID", NULL, "Status", PAGED, true, false, manual_journals, manual_journal),
    LIST("Journals", "JournalID", "SourceType", NULL, OFFSET, true, false, journals, journal),
    EMPTY("Users", "UserID", WHOLE),
};
const size_t xero_n_endpoints = COUNT_OF(xero_endpoints);

/* What a list is asked for. */
typedef struct Wish {
    XeroWhere where;
    int64_t since_ms, offset; /* since_ms -1: all */
    bool paged, ordered, descending, deleted;
    int page, page_size;
} Wish;

static bool says_true(Request *request, const char *name)
{
    const char *value = request_query(request, name);
    return value && strcmp(value, "true") == 0;
}

static bool read_number(XeroCall *call, const char *name, int least, int most, int *number)
{
    const char *text = request_query(call->request, name);
    if (!text)
        return true;
    char *end;
    long value = strtol(text, &end, 10);
    *number = (int)value;
    if (*text && !*end && value >= least && value <= most)
        return true;
    xero_invalid(call, 10, "ValidationException", "The paging parameters are not understood");
    return false;
}

static bool read_order(XeroCall *call, Wish *wish)
{
    const char *order = request_query(call->request, "order");
    if (!order)
        return true;
    wish->ordered = true;
    wish->descending = strcmp(order, "UpdatedDateUTC DESC") == 0;
    if (wish->descending || strcmp(order, "UpdatedDateUTC ASC") == 0 || strcmp(order, "UpdatedDateUTC") == 0)
        return true;
    xero_invalid(call, 16, "QueryParseException", "No property or field of that name can be ordered by");
    return false;
}

/* "2026-05-01T00:00:00", UTC. What cannot be read is passed over, as Xero does. */
static int64_t since(Request *request, const XeroEndpoint *endpoint)
{
    const char *text = request_header(request, "If-Modified-Since");
    int64_t seconds;
    int32_t nanos;
    if (!text || !endpoint->since || !clock_parse_instant(text, &seconds, &nanos))
        return -1;
    return seconds * 1000;
}

static bool read_wish(XeroCall *call, const XeroEndpoint *endpoint, Wish *wish)
{
    const char *where = request_query(call->request, "where");
    int offset = 0;
    *wish = (Wish){.page = 1, .page_size = PAGE_SIZE, .since_ms = since(call->request, endpoint)};
    if (where && !xero_where_parse(endpoint, where, &wish->where)) {
        xero_invalid(call, 16, "QueryParseException", "The where expression is not understood by this sandbox");
        return false;
    }
    wish->paged = endpoint->paging == XERO_ALWAYS_PAGED || endpoint->paging == XERO_HUNDREDS ||
                  (endpoint->paging == XERO_PAGED && request_query(call->request, "page"));
    wish->deleted = says_true(call->request, "includeDeleted");
    if (!read_order(call, wish) || !read_number(call, "page", 1, 1000000, &wish->page) ||
        !read_number(call, "offset", 0, 1000000000, &offset))
        return false;
    wish->offset = offset;
    return endpoint->paging == XERO_HUNDREDS || read_number(call, "pageSize", 1, LARGEST_PAGE, &wish->page_size);
}

static bool wanted(const XeroCall *call, const XeroEndpoint *endpoint, const Wish *wish, const XeroRow *row)
{
    if (endpoint->paging == XERO_OFFSET && row->number <= wish->offset)
        return false;
    return row->stamp_ms > wish->since_ms && (!row->archived || call->xero.archived || !endpoint->hides_archived) &&
           (!row->gone || wish->deleted) && xero_where_matches(&wish->where, row) &&
           !struck_hides(&call->struck, row->id);
}

static int by_id(const void *a, const void *b)
{
    return strcmp(((const XeroRow *)a)->id, ((const XeroRow *)b)->id);
}

static int by_stamp(const void *a, const void *b)
{
    const XeroRow *one = a, *two = b;
    return one->stamp_ms != two->stamp_ms ? (one->stamp_ms < two->stamp_ms ? -1 : 1) : by_id(a, b);
}

static int by_stamp_down(const void *a, const void *b)
{
    const XeroRow *one = a, *two = b;
    return one->stamp_ms != two->stamp_ms ? (one->stamp_ms > two->stamp_ms ? -1 : 1) : by_id(a, b);
}

/* Nobody promises an order that was not asked for; journals have theirs. */
static void sort_rows(const XeroEndpoint *endpoint, const Wish *wish, XeroRows *rows)
{
    if (endpoint->paging == XERO_OFFSET || rows->n == 0)
        return;
    qsort(rows->items, (size_t)rows->n, sizeof *rows->items,
          !wish->ordered     ? by_id
          : wish->descending ? by_stamp_down
                             : by_stamp);
}

const StruckForm xero_struck = {
    .amount = {{"Total", "Amount", "EffectiveRate", "UnitPrice", "LineAmount"}},
    .text = {          {"Name", "Reference", "Narration", "InvoiceNumber", "Description"}                                                              },
    .word = { {"Status"},                                                               .last = true},
    .unknown = "\"sandbox_unheard_of\"",
    .malformed = "{\"Status\":\"OK\",\"Invoices\":[{\"InvoiceID\":}],,}",
    .huge = "{\"padding\":\"",
};

static void write_row(XeroCall *call, const XeroEndpoint *endpoint, const XeroRow *row)
{
    Xero *xero = &call->xero;
    size_t start = xero->json.out->length;
    json_open(&xero->json, NULL, '{');
    endpoint->write(xero, row);
    json_close(&xero->json, '}');
    struck_spoil_record(&call->struck, xero->json.out, &xero_struck, endpoint->id, row->id, start);
}

static void open_answer(XeroCall *call)
{
    json_open(&call->xero.json, NULL, '{');
    xero_put_envelope(call);
    call->response->status = 200;
}

static void put_pagination(XeroCall *call, const Wish *wish, int n)
{
    JsonWriter *json = &call->xero.json;
    json_open(json, "pagination", '{');
    json_put_integer(json, "page", wish->page);
    json_put_integer(json, "pageSize", wish->page_size);
    json_put_integer(json, "pageCount", (n + wish->page_size - 1) / wish->page_size);
    json_put_integer(json, "itemCount", n);
    json_close(json, '}');
}

static const char *array_of(const XeroEndpoint *endpoint)
{
    return strcmp(endpoint->name, "Organisation") == 0 ? "Organisations" : endpoint->name;
}

void xero_serve_list(XeroCall *call, const XeroEndpoint *endpoint)
{
    Wish wish;
    XeroRows all = {0}, rows = {0};
    if (!read_wish(call, endpoint, &wish))
        return;
    call->xero.archived = says_true(call->request, "includeArchived");
    call->xero.lines = wish.paged && !says_true(call->request, "summaryOnly");
    endpoint->rows(&call->xero, &all);
    for (int i = 0; i < all.n; i++)
        if (wanted(call, endpoint, &wish, &all.items[i]))
            *xero_row(&call->xero, &rows, 0, 0) = all.items[i];
    sort_rows(endpoint, &wish, &rows);
    int64_t first = 0, end = rows.n;
    if (wish.paged || endpoint->paging == XERO_OFFSET) {
        first = wish.paged ? (int64_t)(wish.page - 1) * wish.page_size : 0;
        end = first + wish.page_size < rows.n ? first + wish.page_size : rows.n;
    }
    open_answer(call);
    if (wish.paged && endpoint->paging != XERO_HUNDREDS)
        put_pagination(call, &wish, rows.n);
    json_open(&call->xero.json, array_of(endpoint), '[');
    for (int64_t i = first; i < end; i++)
        write_row(call, endpoint, &rows.items[i]);
    json_close(&call->xero.json, ']');
    json_close(&call->xero.json, '}');
}

/* Deleted documents are still there by their id. Journals also have a number. */
void xero_serve_one(XeroCall *call, const XeroEndpoint *endpoint, const char *id)
{
    XeroRows rows = {0};
    char number[16];
    call->xero.archived = call->xero.lines = true;
    endpoint->rows(&call->xero, &rows);
    for (int i = 0; i < rows.n; i++) {
        snprintf(number, sizeof number, "%d", rows.items[i].number);
        bool numbered = endpoint->paging == XERO_OFFSET && strcmp(number, id) == 0;
        if ((!numbered && strcmp(rows.items[i].id, id) != 0) || struck_hides(&call->struck, rows.items[i].id))
            continue;
        open_answer(call);
        json_open(&call->xero.json, array_of(endpoint), '[');
        write_row(call, endpoint, &rows.items[i]);
        json_close(&call->xero.json, ']');
        json_close(&call->xero.json, '}');
        return;
    }
    xero_not_found(call->response);
}

void xero_serve_report(XeroCall *call, const XeroReport *report)
{
    const char *problem = NULL;
    JsonWriter *json = &call->xero.json;
    open_answer(call);
    json_open(json, "Reports", '[');
    json_open(json, NULL, '{');
    json_put_text(json, "ReportID", report->name);
    json_put_text(json, "ReportName", report->title);
    json_put_text(json, "ReportType", report->name);
    if (!report->write(&call->xero, call->request, &problem)) {
        xero_invalid(call, 10, "ValidationException", problem);
        return;
    }
    json_close(json, '}');
    json_close(json, ']');
    json_close(json, '}');
}
