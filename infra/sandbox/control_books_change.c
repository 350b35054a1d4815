/* Changes of books by command. */
#include "infra/sandbox/control.h"
#include "infra/sandbox/control_books.h"
#include "infra/sandbox/truth_diff.h"
#include <stdlib.h>
#include <string.h>

enum { MOST_AT_ONCE = 10000, RECORDS_OF_ONE = 12 };

/* One request: its commands, and the records of what they acted on. */
typedef struct Commands {
    const LedgerVendor *vendor;
    Account *account;
    BookChange change;
    int64_t now;
    LedgerRecord *acted_on;
    int n_acted_on, capacity;
} Commands;

/* Where an entry of a data type was found; the next search goes on from there. */
typedef struct Cursor {
    BookKind kind;
    int index;
} Cursor;

static int records_at(const Commands *commands, Cursor at, LedgerRecord records[RECORDS_OF_ONE])
{
    return commands->vendor->records(commands->account, at.kind, at.index, records, RECORDS_OF_ONE);
}

/* Is the entry a record of the type, and of the id if there is one? */
static bool matches(const Commands *commands, Cursor at, const char *type, const char *id)
{
    LedgerRecord records[RECORDS_OF_ONE];
    int n = records_at(commands, at, records);
    for (int i = 0; i < n; i++)
        if (strcmp(records[i].data_type, type) == 0 && (!id || strcmp(records[i].id, id) == 0))
            return true;
    return false;
}

static void note(Commands *commands, Cursor at)
{
    if (commands->n_acted_on + RECORDS_OF_ONE > commands->capacity) {
        commands->capacity = 2 * commands->capacity + RECORDS_OF_ONE;
        commands->acted_on = realloc(commands->acted_on, (size_t)commands->capacity * sizeof *commands->acted_on);
        if (!commands->acted_on)
            abort();
    }
    commands->n_acted_on += records_at(commands, at, commands->acted_on + commands->n_acted_on);
}

static bool act_at(Commands *commands, Cursor at)
{
    BookTouched touched[BOOK_TOUCHED];
    Books *books = commands->account->books;
    int place = 0, before = commands->n_acted_on;
    if (commands->change != BOOK_CREATED)
        note(commands, at); /* while it is there */
    if (!books_change(books, at.kind, commands->change, at.index, &place, commands->now, touched)) {
        commands->n_acted_on = before;
        return false;
    }
    if (commands->change == BOOK_CREATED)
        note(commands, (Cursor){touched[0].kind, touched[0].index});
    return true;
}

/* Acts on the first that can, from the cursor on, and moves it behind. */
static bool act_on_next(Commands *commands, const char *type, const char *id, Cursor *cursor)
{
    const Books *books = commands->account->books;
    for (; cursor->kind < BOOK_KINDS; *cursor = (Cursor){cursor->kind + 1, 0}) {
        int count = n_book(books, cursor->kind); /* what is created now is no model */
        while (cursor->index < count) {
            Cursor at = *cursor;
            cursor->index++;
            if (!entry_at(books, at.kind, at.index)->item.deleted && matches(commands, at, type, id) &&
                act_at(commands, at))
                return true;
        }
    }
    return false;
}

/* One command {"type", "id", "count"}; without a type it goes round customers and invoices. False: the error is
 * written. */
static bool act(Commands *commands, yyjson_val *command, Response *response)
{
    static const char *const usual[] = {"customers", "invoices"};
    const char *type = json_text(command, "type"), *id = json_text(command, "id");
    int64_t count = id ? 1 : json_integer(command, "count", 1);
    if ((id && !type) || count < 1 || count > MOST_AT_ONCE) {
        control_fail(response, 400, "type is a canonical data type; an id needs a type; count is 1 to 10000");
        return false;
    }
    Cursor cursors[COUNT_OF(usual)] = {0};
    for (int64_t i = 0; i < count; i++) {
        int turn = type ? 0 : (int)(i % 2);
        const char *wanted = type ? type : usual[turn];
        bool done = act_on_next(commands, wanted, id, &cursors[turn]);
        if (!done && commands->change == BOOK_CREATED) { /* of models there are enough */
            cursors[turn] = (Cursor){0};
            done = act_on_next(commands, wanted, id, &cursors[turn]);
        }
        if (!done) {
            control_fail(response, 409, "nothing of this type (and id) can change that way");
            return false;
        }
    }
    return true;
}

static bool act_on_all(Commands *commands, yyjson_val *body, Response *response)
{
    if (!yyjson_is_arr(body))
        return act(commands, body, response);
    yyjson_val *command;
    size_t i, n;
    yyjson_arr_foreach(body, i, n, command)
    {
        if (!act(commands, command, response))
            return false;
    }
    return true;
}

static void answer_change(Request *request, Response *response, BookChange change)
{
    const LedgerVendor *vendor = books_vendor(request, response);
    yyjson_val *body = vendor ? control_body(request, response) : NULL;
    Account *account = body ? books_account(request, response) : NULL;
    if (!account)
        return;
    AUTO(Text) *before = text_new(NULL);
    AUTO(Text) *after = text_new(NULL);
    Commands commands = {vendor, account, change, world_now(request->context), NULL, 0, 0};
    vendor->truth(account, before);
    bool fine = act_on_all(&commands, body, response);
    vendor->truth(account, after);
    pthread_mutex_unlock(&account->lock);
    if (fine) {
        JsonWriter json = {.out = response->body};
        json_open(&json, NULL, '{');
        json_open(&json, "changed", '[');
        truth_diff(&json, before, after, commands.acted_on, commands.n_acted_on);
        json_close(&json, ']');
        json_close(&json, '}');
        response->status = 200;
    }
    free(commands.acted_on);
}

void books_control_change(Request *request, Response *response)
{
    answer_change(request, response, BOOK_CHANGED);
}

void books_control_void(Request *request, Response *response)
{
    answer_change(request, response, BOOK_VOIDED);
}

void books_control_delete(Request *request, Response *response)
{
    answer_change(request, response, BOOK_DELETED);
}

void books_control_create(Request *request, Response *response)
{
    answer_change(request, response, BOOK_CREATED);
}

void books_control_archive(Request *request, Response *response)
{
    answer_change(request, response, BOOK_ARCHIVED);
}
