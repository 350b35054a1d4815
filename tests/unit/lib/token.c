/* What of the token service needs no server. The rest: tests/integration/test_tokens.py. */
#include "lib/token_parts.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

static const TokensOptions options = {.environment = "test"};

static void put(TokenCache *cache, const char *connection_id, int64_t version, int64_t left_ms)
{
    char text[32];
    snprintf(text, sizeof text, "at_%lld", (long long)version);
    Token token = {secret_new(text, strlen(text)), version};
    token_cache_put(cache, connection_id, &token, left_ms);
    token_wipe(&token);
}

/* The version that the cache gives out; 0: none. */
static int64_t get(TokenCache *cache, const char *connection_id, int64_t minimum)
{
    Token token = {0};
    const TokenAsk ask = {.connection_id = connection_id};
    if (!token_cache_get(cache, &ask, minimum, &token))
        return 0;
    char text[32];
    snprintf(text, sizeof text, "at_%lld", (long long)token.version);
    ck_assert_str_eq(secret_reveal(token.secret), text);
    int64_t version = token.version;
    token_wipe(&token);
    return version;
}

START_TEST(a_token_is_given_out_until_a_minute_before_its_end)
{
    TokenCache *cache = token_cache_new(&options);
    put(cache, "a", 3, TOKEN_MARGIN_MS + 60000);
    put(cache, "b", 4, TOKEN_MARGIN_MS);
    ck_assert_int_eq(get(cache, "a", 1), 3);
    ck_assert_int_eq(get(cache, "b", 1), 0);
    ck_assert_int_eq(get(cache, "c", 1), 0);
    token_cache_free(cache);
}
END_TEST

START_TEST(an_older_version_than_asked_for_is_forgotten)
{
    TokenCache *cache = token_cache_new(&options);
    put(cache, "a", 3, 3600000);
    ck_assert_int_eq(get(cache, "a", 3), 3);
    ck_assert_int_eq(get(cache, "a", 4), 0);
    ck_assert_int_eq(get(cache, "a", 1), 0);
    put(cache, "a", 4, 3600000);
    put(cache, "a", 5, 3600000);
    ck_assert_int_eq(get(cache, "a", 4), 5);
    token_cache_free(cache);
}
END_TEST

START_TEST(the_cache_is_bounded_and_keeps_what_lasts_longest)
{
    TokenCache *cache = token_cache_new(&options);
    char id[40];
    int held = 0;
    for (int i = 1; i <= 10000; i++) {
        snprintf(id, sizeof id, "connection-%d", i);
        put(cache, id, i, 3600000 + i);
    }
    for (int i = 1; i <= 10000; i++) {
        snprintf(id, sizeof id, "connection-%d", i);
        held += get(cache, id, 1) == i;
    }
    ck_assert_int_le(held, 2048);
    ck_assert_int_ge(held, 1800);
    ck_assert_int_eq(get(cache, "connection-10000", 1), 10000);
    token_cache_free(cache);
}
END_TEST

START_TEST(an_idle_token_is_refreshed_after_three_quarters_of_its_life)
{
    const OAuth rules = {.idle_life_ms = 1000};
    const OAuth endless = {0};
    ck_assert_int_eq(token_refresh_by_ms(&rules, 0), 750);
    ck_assert_int_eq(token_refresh_by_ms(&rules, 400), 300); /* the vendor says that it ends sooner */
    ck_assert_int_eq(token_refresh_by_ms(&rules, 9000), 750);
    ck_assert_int_eq(token_refresh_by_ms(&endless, 0), 0);
    ck_assert_int_eq(token_refresh_by_ms(&endless, 400), 300);
}
END_TEST

START_TEST(without_redis_there_is_nothing_in_it)
{
    TokenCache *cache = token_cache_new(&options);
    const TokenAsk ask = {.connection_id = "a"};
    int64_t version, left_ms;
    token_redis_put(cache, &ask, 1, "\\x00", 3600000);
    ck_assert_ptr_null(token_redis_get(cache, &ask, 1, &version, &left_ms));
    token_cache_free(cache);
}
END_TEST

SUITE("token", a_token_is_given_out_until_a_minute_before_its_end, an_older_version_than_asked_for_is_forgotten,
      the_cache_is_bounded_and_keeps_what_lasts_longest, an_idle_token_is_refreshed_after_three_quarters_of_its_life,
      without_redis_there_is_nothing_in_it)
