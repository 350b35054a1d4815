/*
 * Where Link may send a browser to: an open redirect would be a phisher's gift. Input: the operator's list; then a URL.
 * What back_allowed() lets through is held against how curl reads both.
 */
#include "lib/auto.h"
#include "scheduler/link/back.h"
#include "tests/fuzz/fuzz.h"
#include <curl/curl.h>
#include <string.h>

DEFINE_AUTO(CURLU, curl_url_cleanup)

/* NULL: curl does not take it for a URL. */
static CURLU *parse(const char *text)
{
    CURLU *url = curl_url();
    HOLDS(url);
    if (curl_url_set(url, CURLUPART_URL, text, 0) == CURLUE_OK)
        return url;
    curl_url_cleanup(url);
    return NULL;
}

/* A part, on the arena; "" when there is none. */
static const char *part_of(CURLU *url, CURLUPart part, Arena *arena)
{
    char *text = NULL;
    if (curl_url_get(url, part, &text, CURLU_DEFAULT_PORT) != CURLUE_OK)
        return "";
    const char *copy = arena_text(arena, text);
    curl_free(text);
    return copy;
}

static bool is_below(CURLU *url, CURLU *prefix, Arena *arena)
{
    static const CURLUPart origin[] = {CURLUPART_SCHEME, CURLUPART_HOST, CURLUPART_PORT};
    for (size_t i = 0; i < COUNT_OF(origin); i++)
        if (strcmp(part_of(url, origin[i], arena), part_of(prefix, origin[i], arena)) != 0)
            return false;
    return text_starts_with(part_of(url, CURLUPART_PATH, arena), part_of(prefix, CURLUPART_PATH, arena));
}

static void is_on_the_list(const char *list, CURLU *url, Arena *arena)
{
    char *rest = arena_text(arena, list), *entry;
    bool found = false, unread = false;
    while ((entry = strsep(&rest, ", "))) {
        if (!*entry)
            continue;
        AUTO(CURLU) *prefix = parse(entry);
        unread = unread || !prefix;
        found = found || (prefix && is_below(url, prefix, arena));
    }
    HOLDS(found || unread);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    const char *list = fuzz_line(&input, arena), *target = fuzz_line(&input, arena);
    HOLDS(!back_allowed("", target) && !back_allowed(NULL, target));
    if (!back_allowed(list, target))
        return 0;
    HOLDS(text_starts_with(target, "https://") || text_starts_with(target, "http://"));
    for (const char *c = target; *c; c++)
        HOLDS(*c > ' ' && *c < 0x7f);
    AUTO(CURLU) *url = parse(target);
    if (!url)
        return 0;
    HOLDS(!*part_of(url, CURLUPART_USER, arena) && !*part_of(url, CURLUPART_FRAGMENT, arena));
    is_on_the_list(list, url, arena);
    return 0;
}
