/* Lists: positions count from what is shown first; a page is a run of visible positions after or before a cursor. */
#include "infra/sandbox/stripe_call.h"
#include <stdio.h>
#include <string.h>

enum { EVENTS_KEPT = 30 * 86400, PAGE_MAX = 101 };

typedef struct Listing {
    Call *call;
    const Query *query;
    const char *url, *object;
    int n;           /* positions */
    int first, last; /* the ones inside the created filter: first <= p < last */
    bool (*visible)(const struct Listing *listing, int position);
    const char *(*id)(const struct Listing *listing, int position, char out[STRIPE_ID_SIZE]);
    int (*find)(const struct Listing *listing, const char *id); /* position; -1: no such object */
    void (*write)(const struct Listing *listing, int position);
    const Collection *collection;
    const Shelf *shelf;
    int invoice;
} Listing;

/* A shelf is shown backwards. */
static int index_of(const Listing *listing, int position)
{
    return listing->n - 1 - position;
}

static const char *shelf_id(const Listing *listing, int position, char out[STRIPE_ID_SIZE])
{
    int index = index_of(listing, position);
    if (listing->collection->kind == KIND_NONE)
        stripe_numbered_id(out, listing->call->account->business, "evt_1", (uint32_t)index);
    else
        stripe_id(out, listing->call->account->business, listing->collection->kind, index);
    return out;
}

static bool shelf_visible(const Listing *listing, int position)
{
    const Item *item = shelf_at(listing->shelf, index_of(listing, position));
    return !item->deleted && query_matches(listing->query, listing->call->account->business, item);
}

static int shelf_find(const Listing *listing, const char *id)
{
    if (listing->collection->kind != KIND_NONE) {
        int index = stripe_find(listing->call->account->business, listing->collection->kind, id);
        bool lives = index >= 0 && !((const Item *)shelf_at(listing->shelf, index))->deleted;
        return lives ? listing->n - 1 - index : -1;
    }
    char each[STRIPE_ID_SIZE];
    for (int position = 0; position < listing->n; position++)
        if (strcmp(shelf_id(listing, position, each), id) == 0)
            return position;
    return -1;
}

static void shelf_write(const Listing *listing, int position)
{
    listing->collection->render(&listing->call->render, NULL, index_of(listing, position), &listing->query->expand);
}

static bool always_visible(const Listing *listing, int position)
{
    (void)listing;
    (void)position;
    return true;
}

static const char *line_id(const Listing *listing, int position, char out[STRIPE_ID_SIZE])
{
    const Business *business = listing->call->account->business;
    return stripe_id(out, business, KIND_LINE, invoice_at(business, listing->invoice)->first_line + position);
}

static int line_find(const Listing *listing, const char *id)
{
    char each[STRIPE_ID_SIZE];
    for (int position = 0; position < listing->n; position++)
        if (strcmp(line_id(listing, position, each), id) == 0)
            return position;
    return -1;
}

static void line_write(const Listing *listing, int position)
{
    const Business *business = listing->call->account->business;
    render_line(&listing->call->render, invoice_at(business, listing->invoice)->first_line + position,
                listing->invoice);
}

static bool hidden(const Listing *listing, int position)
{
    const Fault *hide = struck_fault(&listing->call->struck, FAULT_HIDE);
    char id[STRIPE_ID_SIZE];
    for (int i = 0; hide && i < hide->n_ids; i++)
        if (strcmp(hide->ids[i], listing->id(listing, position, id)) == 0)
            return true;
    return false;
}

/* At most `room` visible positions from `start` on, in steps of `step`. */
static int collect(const Listing *listing, int start, int step, int *found, int room)
{
    int n = 0;
    for (int position = start; position >= listing->first && position < listing->last && n < room; position += step)
        if (listing->visible(listing, position) && !hidden(listing, position))
            found[n++] = position;
    return n;
}

static void write_page(const Listing *listing, const int *positions, int n, bool backwards, bool more)
{
    Call *call = listing->call;
    JsonWriter *json = &call->render.json;
    char id[STRIPE_ID_SIZE];
    json_open(json, NULL, '{');
    json_put_text(json, "object", "list");
    json_open(json, "data", '[');
    for (int i = 0; i < n; i++) {
        int position = positions[backwards ? n - 1 - i : i];
        size_t start = json->out->length;
        listing->write(listing, position);
        spoil_record(call, listing->id(listing, position, id), start);
    }
    json_close(json, ']');
    json_put_boolean(json, "has_more", more);
    json_put_text(json, "url", listing->url);
    json_close(json, '}');
    call->response->status = 200;
}

static void write_forwards(const Listing *listing, int cursor)
{
    const Query *query = listing->query;
    int found[PAGE_MAX], start = listing->first;
    if (cursor >= 0 && cursor + 1 > start)
        start = cursor + 1;
    if (struck_fault(&listing->call->struck, FAULT_SKIP_PAGE)) {
        int n = collect(listing, start, 1, found, query->limit);
        start = n > 0 ? found[n - 1] + 1 : start;
    }
    int n = collect(listing, start, 1, found, query->limit + 1);
    bool more = n > query->limit;
    write_page(listing, found, more ? query->limit : n, false, more);
}

static void write_backwards(const Listing *listing, int cursor)
{
    const Query *query = listing->query;
    int found[PAGE_MAX], start = cursor - 1 < listing->last - 1 ? cursor - 1 : listing->last - 1;
    int n = collect(listing, start, -1, found, query->limit + 1);
    bool more = n > query->limit;
    write_page(listing, found, more ? query->limit : n, true, more);
}

static void write_list(Listing *listing)
{
    const Query *query = listing->query;
    const char *id = query->after ? query->after : query->before;
    int cursor = id ? listing->find(listing, id) : -1;
    if (id && cursor < 0)
        stripe_missing(listing->call, 400, listing->object, query->after ? "starting_after" : "ending_before", id);
    else if (struck_fault(&listing->call->struck, FAULT_EMPTY_MORE))
        write_page(listing, NULL, 0, false, true);
    else if (struck_fault(&listing->call->struck, FAULT_REPEAT) && query->after)
        write_page(listing, &cursor, 1, false, true);
    else if (query->before)
        write_backwards(listing, cursor);
    else
        write_forwards(listing, cursor);
}

static void narrow(Listing *listing, int64_t from, int64_t until)
{
    int low = shelf_first_since(listing->shelf, from), high = shelf_first_since(listing->shelf, until);
    int first = listing->n - high, last = listing->n - low;
    listing->first = first > listing->first ? first : listing->first;
    listing->last = last < listing->last ? last : listing->last;
}

void list_collection(Call *call, const Collection *collection, const Query *query, const char *url)
{
    const Shelf *shelf =
        collection->kind == KIND_NONE ? &call->account->events : &call->account->business->shelves[collection->kind];
    Listing listing = {
        .call = call,
        .query = query,
        .url = url,
        .object = collection->object,
        .n = shelf->count,
        .last = shelf->count,
        .visible = shelf_visible,
        .id = shelf_id,
        .find = shelf_find,
        .write = shelf_write,
        .collection = collection,
        .shelf = shelf,
    };
    for (int i = 0; i < query->n_conditions; i++)
        if (strcmp(query->conditions[i].filter->name, "created") == 0)
            narrow(&listing, query->conditions[i].from, query->conditions[i].until);
    if (collection->kind == KIND_NONE)
        narrow(&listing, world_now(call->world) - EVENTS_KEPT, INT64_MAX);
    write_list(&listing);
}

void list_lines(Call *call, int invoice, const Query *query, const char *url)
{
    int n = invoice_at(call->account->business, invoice)->n_lines;
    Listing listing = {
        .call = call,
        .query = query,
        .url = url,
        .object = "invoice line item",
        .n = n,
        .last = n,
        .visible = always_visible,
        .id = line_id,
        .find = line_find,
        .write = line_write,
        .invoice = invoice,
    };
    write_list(&listing);
}

static const char *method_id(const Listing *listing, int position, char out[STRIPE_ID_SIZE])
{
    methods_id(listing->call->account->business, position == 1, out);
    return out;
}

static int method_find(const Listing *listing, const char *id)
{
    char each[STRIPE_ID_SIZE];
    for (int position = 0; position < listing->n; position++)
        if (strcmp(method_id(listing, position, each), id) == 0)
            return position;
    return -1;
}

static void method_write(const Listing *listing, int position)
{
    render_methods(&listing->call->render, position == 1);
}

/* The default one comes second: who takes the first gets the wrong one. */
void list_methods(Call *call, const Query *query)
{
    Listing listing = {
        .call = call,
        .query = query,
        .url = "/v1/payment_method_configurations",
        .object = "payment_method_configuration",
        .n = 2,
        .last = 2,
        .visible = always_visible,
        .id = method_id,
        .find = method_find,
        .write = method_write,
    };
    write_list(&listing);
}
