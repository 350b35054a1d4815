#include "infra/sandbox/quickbooks_render.h"
#include "lib/auto.h"
#include <ctype.h>
#include <stdio.h>
#include <string.h>

/* A decimal of `digits` places without needless zeros: 2750, 2 is "27.5". */
static void put_scaled(QbRender *render, const char *key, int64_t value, int digits)
{
    char text[48];
    int64_t one = 1;
    for (int i = 0; i < digits; i++)
        one *= 10;
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    int length =
        snprintf(text, sizeof text, "%s%llu.%0*llu", value < 0 ? "-" : "", (unsigned long long)(size / (uint64_t)one),
                 digits, (unsigned long long)(size % (uint64_t)one));
    if (digits == 0)
        length -= 2; /* ".0" */
    while (digits > 0 && text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    json_put_raw(&render->json, key, text, (size_t)length);
}

void qb_put_money(QbRender *render, const char *key, int64_t minor, const Currency *currency)
{
    put_scaled(render, key, minor, currency ? currency->digits : render->business->main->digits);
}

void qb_put_home(QbRender *render, const char *key, int64_t minor)
{
    qb_put_money(render, key, minor, NULL);
}

void qb_put_micros(QbRender *render, const char *key, int64_t micros)
{
    put_scaled(render, key, micros, 6);
}

void qb_put_day(QbRender *render, const char *key, int64_t day)
{
    char text[16];
    quickbooks_day(text, day);
    json_put_text(&render->json, key, text);
}

void qb_put_some(QbRender *render, const char *key, const char *text)
{
    if (text && *text)
        json_put_text(&render->json, key, text);
}

void qb_put_named(QbRender *render, const char *key, const char *value, const char *name)
{
    json_open(&render->json, key, '{');
    json_put_text(&render->json, "value", value);
    qb_put_some(render, "name", name);
    json_close(&render->json, '}');
}

static const char *account_path(QbRender *render, int index)
{
    const BookAccount *account = account_at(render->books, index);
    if (account->parent < 0)
        return account->name;
    return arena_format(render->arena, "%s:%s", account_at(render->books, account->parent)->name, account->name);
}

const char *qb_name_of(QbRender *render, BookKind kind, int index)
{
    switch (kind) {
    case BOOK_ACCOUNT:
        return account_path(render, index);
    case BOOK_CONTACT:
        return contact_at(render->books, index)->name;
    case BOOK_ITEM:
        return book_item_at(render->books, index)->name;
    case BOOK_CATEGORY:
        return category_at(render->books, index)->name;
    default:
        return NULL;
    }
}

void qb_put_ref(QbRender *render, const char *key, QbEntity entity, BookKind kind, int index)
{
    char id[QB_ID_SIZE];
    if (index >= 0)
        qb_put_named(render, key, quickbooks_id(id, entity, kind, index), qb_name_of(render, kind, index));
}

static const char *currency_name(const char *code)
{
    static const struct {
        const char *code, *name;
    } names[] = {
        {"USD", "United States Dollar"  },
        {"EUR", "Euro"                  },
        {"GBP", "British Pound Sterling"},
        {"JPY", "Japanese Yen"          },
        {"KWD", "Kuwaiti Dinar"         },
        {"ISK", "Icelandic Króna"      },
    };
    for (size_t i = 0; i < COUNT_OF(names); i++)
        if (strcmp(names[i].code, code) == 0)
            return names[i].name;
    return NULL;
}

void qb_put_currency(QbRender *render, const Currency *currency, int64_t rate_micros)
{
    const Currency *given = currency ? currency : render->business->main;
    char code[4] = "";
    for (int i = 0; i < 3; i++)
        code[i] = (char)toupper((unsigned char)given->code[i]);
    qb_put_named(render, "CurrencyRef", code, currency_name(code));
    if (given != render->business->main && rate_micros > 0)
        qb_put_micros(render, "ExchangeRate", rate_micros);
}

void qb_put_identity(QbRender *render, QbEntity entity, int index, const Entry *entry)
{
    char id[QB_ID_SIZE], token[16], time[40];
    json_put_text(&render->json, "domain", "QBO");
    json_put_boolean(&render->json, "sparse", false);
    json_put_text(&render->json, "Id", qb_row_id(id, entity, index));
    snprintf(token, sizeof token, "%d", entry ? entry->revision : 0);
    json_put_text(&render->json, "SyncToken", token);
    json_open(&render->json, "MetaData", '{');
    quickbooks_time(time, render->business, entry ? entry->item.created : qb_first_day(render));
    json_put_text(&render->json, "CreateTime", time);
    quickbooks_time(time, render->business, entry ? entry->updated : qb_first_day(render));
    json_put_text(&render->json, "LastUpdatedTime", time);
    json_close(&render->json, '}');
}

void qb_put_address(QbRender *render, const char *key, const Address *address, int64_t number)
{
    char id[QB_ID_SIZE];
    if (!address)
        return;
    json_open(&render->json, key, '{');
    snprintf(id, sizeof id, "%lld", (long long)number);
    json_put_text(&render->json, "Id", id);
    qb_put_some(render, "Line1", address->line1);
    qb_put_some(render, "Line2", address->line2);
    qb_put_some(render, "City", address->city);
    qb_put_some(render, "Country", address->country);
    qb_put_some(render, "CountrySubDivisionCode", address->region);
    qb_put_some(render, "PostalCode", address->postal_code);
    json_put_text(&render->json, "Lat", "INVALID");
    json_put_text(&render->json, "Long", "INVALID");
    json_close(&render->json, '}');
}

const int64_t *qb_balances(QbRender *render)
{
    if (render->balances)
        return render->balances;
    const Posting *postings;
    int64_t *balances = ARENA_ARRAY(render->arena, int64_t, (size_t)n_book(render->books, BOOK_ACCOUNT) + 1);
    int n = books_postings(render->books, render->arena, &postings);
    for (int i = 0; i < n; i++)
        balances[postings[i].account] += postings[i].amount;
    return render->balances = balances;
}

int64_t qb_first_day(const QbRender *render)
{
    return render->books->opened - (int64_t)30 * 86400;
}
