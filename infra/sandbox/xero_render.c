#include "infra/sandbox/xero_render.h"
#include "lib/clock.h"
#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

void xero_put_id(Xero *xero, const char *key, int thing, int index)
{
    char id[XERO_ID_SIZE];
    json_put_text(&xero->json, key, xero_id(id, xero->business, thing, index));
}

void xero_put_some(Xero *xero, const char *key, const char *text)
{
    if (text)
        json_put_text(&xero->json, key, text);
}

/* value / 10^digits without zeros at its end */
static void put_scaled(Xero *xero, const char *key, int64_t value, int digits)
{
    char text[48];
    int64_t scale = 1;
    for (int i = 0; i < digits; i++)
        scale *= 10;
    uint64_t size = value < 0 ? -(uint64_t)value : (uint64_t)value;
    int length = snprintf(text, sizeof text, "%s%" PRIu64 ".%0*" PRIu64, value < 0 ? "-" : "", size / (uint64_t)scale,
                          digits, size % (uint64_t)scale);
    while (text[length - 1] == '0')
        length--;
    if (text[length - 1] == '.')
        length--;
    json_put_raw(&xero->json, key, text, (size_t)length);
}

void xero_put_money(Xero *xero, const char *key, int64_t minor, const Currency *currency)
{
    if (currency->digits == 0)
        json_put_integer(&xero->json, key, minor);
    else
        put_scaled(xero, key, minor, currency->digits);
}

void xero_put_home(Xero *xero, const char *key, int64_t minor)
{
    xero_put_money(xero, key, minor, xero->business->main);
}

void xero_put_micros(Xero *xero, const char *key, int64_t micros)
{
    put_scaled(xero, key, micros, 6);
}

void xero_put_millis(Xero *xero, const char *key, int64_t millis)
{
    put_scaled(xero, key, millis, 3);
}

void xero_put_price(Xero *xero, const char *key, int64_t price_micros)
{
    int64_t price = xero_price_micros(price_micros);
    int64_t half = price < 0 ? -5000 : 5000;
    put_scaled(xero, key, xero->four_decimals ? price : (price + half) / 10000 * 10000, 6);
}

void xero_put_code(Xero *xero, const char *key, const Currency *currency)
{
    char code[4] = "";
    for (int i = 0; i < 3; i++)
        code[i] = (char)toupper((unsigned char)currency->code[i]);
    json_put_text(&xero->json, key, code);
}

void xero_put_currency(Xero *xero, const Currency *currency)
{
    xero_put_code(xero, "CurrencyCode", currency);
}

void xero_put_rate(Xero *xero, int64_t rate_micros)
{
    char rate[32];
    xero_rate(rate, rate_micros);
    json_put_raw(&xero->json, "CurrencyRate", rate, strlen(rate));
}

void xero_put_stamp(Xero *xero, const char *key, int64_t stamp_ms)
{
    char text[48];
    snprintf(text, sizeof text, "/Date(%" PRId64 "+0000)/", stamp_ms);
    json_put_text(&xero->json, key, text);
}

void xero_put_day(Xero *xero, const char *key, int64_t day)
{
    xero_put_stamp(xero, key, day * 1000);
}

void xero_put_days(Xero *xero, const char *key, int64_t day)
{
    char name[40], text[48];
    if (day == 0)
        return;
    CivilDate date = clock_date_of(day / 86400);
    snprintf(name, sizeof name, "%sString", key);
    snprintf(text, sizeof text, "%04d-%02d-%02dT00:00:00", date.year, date.month, date.day);
    json_put_text(&xero->json, name, text);
    xero_put_day(xero, key, day);
}

/* Calls `put` for each word of "A B C". */
static void each_word(Xero *xero, const char *words, void (*put)(Xero *xero, const char *word))
{
    char word[48];
    for (size_t length; *words; words += length + (words[length] == ' ')) {
        length = strcspn(words, " ");
        snprintf(word, sizeof word, "%.*s", (int)length, words);
        put(xero, word);
    }
}

static void put_empty(Xero *xero, const char *key)
{
    json_put_raw(&xero->json, key, "[]", 2);
}

static void put_false(Xero *xero, const char *key)
{
    json_put_boolean(&xero->json, key, false);
}

void xero_put_empty(Xero *xero, const char *keys)
{
    each_word(xero, keys, put_empty);
}

void xero_put_false(Xero *xero, const char *keys)
{
    each_word(xero, keys, put_false);
}

void xero_put_contact(Xero *xero, int contact)
{
    if (contact < 0)
        return;
    json_open(&xero->json, "Contact", '{');
    xero_put_id(xero, "ContactID", BOOK_CONTACT, contact);
    json_put_text(&xero->json, "Name", contact_at(xero->books, contact)->name);
    xero_put_empty(xero, "Addresses Phones ContactGroups ContactPersons");
    xero_put_false(xero, "HasValidationErrors");
    json_close(&xero->json, '}');
}

void xero_put_account(Xero *xero, const char *key, int account, bool code, bool name)
{
    if (account < 0)
        return;
    const BookAccount *found = account_at(xero->books, account);
    json_open(&xero->json, key, '{');
    xero_put_id(xero, "AccountID", BOOK_ACCOUNT, account);
    if (code)
        xero_put_some(xero, "Code", found->code);
    if (name)
        json_put_text(&xero->json, "Name", found->name);
    json_close(&xero->json, '}');
}

/* Documents name the option only; journals have its id as well. */
void xero_put_tracking(Xero *xero, const char *key, const int category[2], bool option_id)
{
    json_open(&xero->json, key, '[');
    for (int i = 0; i < 2; i++) {
        if (category[i] < 0)
            continue;
        const BookCategory *option = category_at(xero->books, category[i]);
        json_open(&xero->json, NULL, '{');
        json_put_text(&xero->json, "Name", category_at(xero->books, option->parent)->name);
        json_put_text(&xero->json, "Option", option->name);
        xero_put_id(xero, "TrackingCategoryID", BOOK_CATEGORY, option->parent);
        if (option_id)
            xero_put_id(xero, "TrackingOptionID", BOOK_CATEGORY, category[i]);
        else
            xero_put_empty(xero, "Options");
        json_close(&xero->json, '}');
    }
    json_close(&xero->json, ']');
}

int xero_clearing(const Xero *xero)
{
    return books_account_of(xero->books, ACCOUNT_CLEARING);
}
