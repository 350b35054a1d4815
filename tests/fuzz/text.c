/* What is done to texts from outside: UTF-8, base64, UUIDs, names of companies, passwords in addresses. Input: bytes.
 */
#include "lib/json.h"
#include "lib/secret.h"
#include "scheduler/api/company_name.h"
#include "tests/fuzz/fuzz.h"
#include <stdlib.h>
#include <string.h>

static bool is_utf8(const char *bytes, size_t length)
{
    return text_valid_utf8(bytes, length) == length;
}

static void can_be_cleaned(Arena *arena, const char *bytes, size_t length)
{
    char *clean = arena_alloc(arena, 3 * length + 1);
    size_t n = text_clean(clean, bytes, length);
    HOLDS(n <= 3 * length && clean[n] == 0 && strlen(clean) == n && is_utf8(clean, n));
    char *again = arena_alloc(arena, 3 * n + 1);
    HOLDS(text_clean(again, clean, n) == n && memcmp(clean, again, n) == 0);
}

static void can_be_a_json_string(Arena *arena, const char *bytes, size_t length)
{
    Error err = {0};
    AUTO(Text) *json = text_new(NULL);
    text_put_json(json, bytes, length);
    HOLDS(is_utf8(json->bytes, json->length));
    yyjson_val *value = json_parse(arena, json->bytes, json->length, &err);
    HOLDS(value && yyjson_is_str(value));
    if (is_utf8(bytes, length))
        HOLDS(yyjson_get_len(value) == length && memcmp(yyjson_get_str(value), bytes, length) == 0);
}

static void can_be_base64(Arena *arena, const char *bytes, size_t length)
{
    char *coded = arena_alloc(arena, 4 * (length / 3 + 1) + 1);
    uint8_t *plain = arena_alloc(arena, length + 3);
    text_base64(coded, bytes, length);
    HOLDS(text_unbase64(plain, coded, strlen(coded)) == (long)length && memcmp(plain, bytes, length) == 0);
    /* One text for the same bytes: no two keys of the API mean the same. */
    long n = text_unbase64(plain, bytes, length);
    if (n < 0)
        return;
    HOLDS((size_t)n <= 3 * length / 4);
    text_base64(coded, plain, (size_t)n);
    HOLDS(strlen(coded) == length && memcmp(coded, bytes, length) == 0);
}

static void may_be_a_uuid(const char *text)
{
    uint8_t bytes[16];
    HOLDS(text_uuid_bytes(text, bytes) == text_is_uuid(text));
    HOLDS(!text_is_uuid(text) || strlen(text) == 36);
}

static void may_name_a_company(const char *text, size_t length)
{
    AUTO(Text) *name = company_name_clean(text, length);
    AUTO(Text) *again = company_name_clean(name->bytes, name->length);
    HOLDS(name->length <= length && is_utf8(name->bytes, name->length) && strlen(name->bytes) == name->length);
    HOLDS(strcmp(name->bytes, again->bytes) == 0);
}

/* Nothing of the password is shown, whatever it looks like. */
static void may_be_a_password(const char *text)
{
    AUTO(Text) *uri = text_new("redis://user:");
    AUTO(Text) *keywords = text_new("host=db password='");
    AUTO(Text) *masked = text_new(NULL);
    for (; *text && *text != '?'; text++) { /* where an URI's query would begin */
        text_putc(uri, *text);
        text_printf(keywords, strchr("'\\", *text) ? "\\%c" : "%c", *text);
    }
    bool any = uri->bytes[uri->length - 1] != ':';
    text_puts(uri, "@cache.example:6379/0");
    text_puts(keywords, "' dbname=books");
    secret_mask(masked, uri->bytes);
    HOLDS(!any || strcmp(masked->bytes, "redis://user:****@cache.example:6379/0") == 0);
    text_clear(masked);
    secret_mask(masked, keywords->bytes);
    HOLDS(strcmp(masked->bytes, "host=db password=**** dbname=books") == 0);
}

static void may_hold_a_password(const char *text)
{
    AUTO(Text) *masked = text_new(NULL);
    secret_mask(masked, text);
    HOLDS(secret_is_inside(text) || strcmp(masked->bytes, text) == 0);
}

int LLVMFuzzerTestOneInput(const uint8_t *input, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    const char *bytes = (const char *)input, *text = arena_copy(arena, bytes, length);
    HOLDS(text_valid_utf8(bytes, length) <= length);
    can_be_cleaned(arena, bytes, length);
    can_be_a_json_string(arena, bytes, length);
    can_be_base64(arena, bytes, length);
    may_be_a_uuid(text);
    may_name_a_company(bytes, length);
    may_be_a_password(text);
    may_hold_a_password(text);
    return 0;
}
