/* Link's pieces that need no Postgres; the flow is tests/integration/test_link*.py. */
#include "lib/clock.h"
#include "scheduler/link/flow_parts.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

/* ---- Where Link may return to ---- */

static const char list[] = "https://app.example.com/after,http://localhost:3000/, https://whole.example";

START_TEST(what_begins_with_an_entry_is_allowed)
{
    static const char *const urls[] = {
        "https://app.example.com/after",        "https://app.example.com/after/all?x=1",
        "https://app.example.com/after?x=..",   "http://localhost:3000/",
        "http://localhost:3000/any/where",      "https://whole.example",
        "https://whole.example/any?next=/../x", "https://whole.example?x=1",
        "https://whole.example/a..b/...",
    };
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        ck_assert_msg(back_allowed(list, urls[i]), "%s", urls[i]);
}
END_TEST

START_TEST(what_only_looks_like_it_is_not)
{
    static const char *const urls[] = {
        "",
        "/after",
        "//app.example.com/after",
        "http://app.example.com/after",
        "https://app.example.com/",
        "https://app.example.com/afterwards",
        "https://app.example.com.evil.example/after",
        "https://app.example.com:8443/after",
        "https://app.example.com@evil.example/after",
        "https://whole.example@evil.example/",
        "https://whole.example.evil.example",
        "https://whole.example:pass@evil.example/",
        "https://app.example.com/after/../admin",
        "https://app.example.com/after/..",
        "https://app.example.com/after/%2e%2E/admin",
        "https://app.example.com/after/.%2e?x",
        "https://app.example.com/after\\..\\admin",
        "https://whole.example\\@evil.example/",
        "https://app.example.com/after#part",
        "https://app.example.com/after\r\nSet-Cookie: a=b",
        "https://app.example.com/after b",
        "https://app.example.com/after/\xc3\xa4",
        "HTTPS://app.example.com/after",
        "javascript:alert(1)",
        "https://",
    };
    for (size_t i = 0; i < COUNT_OF(urls); i++)
        ck_assert_msg(!back_allowed(list, urls[i]), "%s", urls[i]);
}
END_TEST

START_TEST(an_empty_list_or_half_an_origin_allows_nothing)
{
    static const char *const lists[] = {
        NULL, "", ",", " , ", "https://", "https:", "h", "https://app", "https://app.example.co"};
    for (size_t i = 0; i < COUNT_OF(lists); i++)
        ck_assert_msg(!back_allowed(lists[i], "https://app.example.com/after"), "%s", lists[i]);
}
END_TEST

/* ---- Links ---- */

#define COMPANY    "8f1c9a52-6f2b-4c6e-9d0f-2b7a1e5c3d41"
#define CONNECTION "0a1b2c3d-4e5f-4a6b-8c7d-9e0f1a2b3c4d"

static Config *config;
static Vault *vault;
static PgPool *nowhere;
static char key_file[64];

static void open_vault(void)
{
    static const OptionGroup groups[] = {
        {config_common, COUNT_OF(config_common)}
    };
    static const ConfigProgram program = {
        .name = "t", .summary = "t", .usage = "", .groups = groups, .n_groups = COUNT_OF(groups)};
    char name[] = "t", flag[128], *argv[] = {name, flag, NULL}, *environment[] = {NULL};
    int operand;
    Error err = {0};
    snprintf(key_file, sizeof key_file, "/tmp/tributary-link.%d", getpid());
    unlink(key_file);
    FILE *file = fopen(key_file, "w");
    ck_assert_ptr_nonnull(file);
    fputs("a:AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n", file);
    fclose(file);
    chmod(key_file, 0600);
    snprintf(flag, sizeof flag, "--master-key-file=%s", key_file);
    config = config_parse(&program, 2, argv, environment, &operand, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    nowhere = pg_pool_new("host=127.0.0.1 port=1 user=nobody dbname=none", "test", 1);
    vault = vault_open(config, nowhere, &err);
    ck_assert_msg(vault != NULL, "%s", err.text);
}

static void close_vault(void)
{
    clock_set_wall_ms(0);
    vault_close(vault);
    pg_pool_free(nowhere);
    config_free(config);
    unlink(key_file);
}

static Text *write_link(const char *connection)
{
    Error err = {0};
    Text *url = text_new(NULL);
    ck_assert_msg(link_write(vault, "https://link.example", COMPANY, connection, url, &err), "%s", err.text);
    ck_assert(text_starts_with(url->bytes, "https://link.example/link/"));
    return url;
}

static LinkState read_link(const char *url, Link *link)
{
    Error err = {0};
    return link_read(nowhere, vault, strrchr(url, '/') + 1, link, &err);
}

/* LINK_FAILED is the far end here: only what is whole and in time is looked up in the database that is not there. */
START_TEST(a_link_says_whose_it_is)
{
    Link link;
    AUTO(Text) *whole = write_link(CONNECTION), *open = write_link(NULL), *again = write_link(NULL);
    ck_assert_int_eq(read_link(whole->bytes, &link), LINK_FAILED);
    ck_assert_str_eq(link.company_id, COMPANY);
    ck_assert_str_eq(link.connection_id, CONNECTION);
    ck_assert_int_eq(read_link(open->bytes, &link), LINK_FAILED);
    ck_assert_str_eq(link.company_id, COMPANY);
    ck_assert_str_eq(link.connection_id, "");
    ck_assert_str_ne(open->bytes, again->bytes);
}
END_TEST

START_TEST(a_link_lives_a_day)
{
    const int64_t now_ms = 1800000000000;
    Link link;
    clock_set_wall_ms(now_ms);
    AUTO(Text) *url = write_link(NULL);
    clock_set_wall_ms(now_ms + 1000LL * LINK_LIFE_S);
    ck_assert_int_eq(read_link(url->bytes, &link), LINK_FAILED);
    clock_set_wall_ms(now_ms + 1000LL * LINK_LIFE_S + 1000);
    ck_assert_int_eq(read_link(url->bytes, &link), LINK_EXPIRED);
}
END_TEST

START_TEST(a_link_with_one_bit_more_or_less_is_none)
{
    Link link;
    AUTO(Text) *url = write_link(NULL);
    size_t start = strlen("https://link.example/link/");
    for (size_t i = start; i < url->length; i++) {
        char kept = url->bytes[i];
        url->bytes[i] = kept == '0' ? '1' : '0';
        ck_assert_msg(read_link(url->bytes, &link) == LINK_BAD, "digit %zu", i - start);
        url->bytes[i] = kept;
    }
    text_puts(url, "00");
    ck_assert_int_eq(read_link(url->bytes, &link), LINK_BAD);
    static const char *const others[] = {"/", "/x", "/00", "/0", "/ABCD", "/../..", "/\\x00"};
    for (size_t i = 0; i < COUNT_OF(others); i++)
        ck_assert_int_eq(read_link(others[i], &link), LINK_BAD);
}
END_TEST

/* What the vault has sealed for something else is no link, however well it opens. */
START_TEST(another_sealed_text_is_no_link)
{
    Error err = {0};
    Link link;
    char plain[64] = {0};
    AUTO(Text) *sealed = text_new(NULL);
    AUTO(Secret) *secret = secret_new(plain, 48);
    ck_assert(vault_seal(vault, NULL, "source/acme/client-secret", secret, sealed, &err));
    sealed->bytes[1] = '/'; /* of "\x…" */
    ck_assert_int_eq(read_link(sealed->bytes, &link), LINK_BAD);
}
END_TEST

START_TEST(what_is_no_id_gets_no_link)
{
    Error err = {0};
    AUTO(Text) *url = text_new(NULL);
    ck_assert(!link_write(vault, "https://link.example", "acme", NULL, url, &err));
    ck_assert_uint_eq(url->length, 0);
}
END_TEST

/* ---- Pages ---- */

static Arena *arena;
static Request request;
static Response response;

static void open_page(void)
{
    arena = arena_new(KIB);
    request = (Request){.method = "POST", .arena = arena};
    response = (Response){.body = text_new(NULL)};
}

static void close_page(void)
{
    text_free(response.body);
    arena_free(arena);
}

static const char *header(const char *name)
{
    for (int i = 0; i < response.n_headers; i++)
        if (strcmp(response.headers[i].name, name) == 0)
            return response.headers[i].value;
    return NULL;
}

START_TEST(nothing_from_outside_is_markup)
{
    static const char evil[] = "\"><script>'&";
    page_open(&response, 200, evil);
    page_text(&response, "%s", evil);
    page_alert(&response, "%s", evil);
    page_form(&response, evil);
    page_choices(&response, evil);
    page_choice(&response, evil, evil, evil, true);
    page_choices_end(&response);
    page_hidden(&response, evil, evil);
    page_row(&response, evil, evil, evil);
    page_button(&response, evil);
    page_form_end(&response);
    page_close(&response);
    ck_assert_ptr_null(strstr(response.body->bytes, "<script"));
    size_t n = 0;
    for (const char *at = response.body->bytes; (at = strstr(at, "&quot;&gt;&lt;script&gt;&#39;&amp;")); at++)
        n++;
    ck_assert_uint_eq(n, 15);
}
END_TEST

START_TEST(a_long_text_is_cut_between_characters)
{
    AUTO(Text) *text = text_new("x");
    for (int i = 0; i < 3000; i++)
        text_puts(text, "\xc3\xa4");
    page_open(&response, 200, "t");
    page_text(&response, "%s", text->bytes);
    ck_assert_uint_eq(text_valid_utf8(response.body->bytes, response.body->length), response.body->length);
    ck_assert_uint_lt(response.body->length, 4000);
}
END_TEST

START_TEST(a_form_is_answered_by_a_page_that_goes_on)
{
    page_go(&request, &response, "https://vendor.example/?a=1&b=%22");
    ck_assert_int_eq(response.status, 200);
    ck_assert_ptr_null(header("Location"));
    ck_assert_str_eq(header("Refresh"), "0;url=https://vendor.example/?a=1&b=%22");
    ck_assert_ptr_nonnull(strstr(response.body->bytes, "<a href=\"https://vendor.example/?a=1&amp;b=%22\">"));
    ck_assert_ptr_null(strstr(header("Content-Security-Policy"), "vendor"));
}
END_TEST

START_TEST(an_address_is_answered_by_a_redirect)
{
    request.method = "GET";
    page_go(&request, &response, "https://vendor.example/");
    ck_assert_int_eq(response.status, 303);
    ck_assert_str_eq(header("Location"), "https://vendor.example/");
    ck_assert_str_eq(header("Referrer-Policy"), "no-referrer");
}
END_TEST

START_TEST(only_an_error_is_an_alert)
{
    page_stop(&response, 200, "t", "fine");
    ck_assert_ptr_null(strstr(response.body->bytes, "alert"));
    page_stop(&response, 410, "t", "over");
    ck_assert_ptr_nonnull(strstr(response.body->bytes, "<p role=\"alert\">over</p>"));
    ck_assert_ptr_null(strstr(response.body->bytes, "fine"));
}
END_TEST

/* What a browser is told when Postgres is away is a page, not the API's JSON. */
START_TEST(without_postgres_there_is_a_page_that_says_so)
{
    open_vault();
    Api api = {.pool = nowhere, .vault = vault, .public_url = "https://link.example"};
    AUTO(Text) *url = write_link(NULL);
    request.context = &api;
    request.params[0] = strrchr(url->bytes, '/') + 1;
    link_open(&request, &response);
    close_vault();
    ck_assert_int_eq(response.status, 503);
    ck_assert_str_eq(response.content_type, "text/html; charset=utf-8");
    ck_assert_ptr_nonnull(strstr(response.body->bytes, "try again"));
}
END_TEST

static void add_case(Suite *suite, const char *name, SFun setup, SFun teardown, const TTest *const *tests, size_t n)
{
    TCase *tcase = tcase_create(name);
    if (setup)
        tcase_add_checked_fixture(tcase, setup, teardown);
    for (size_t i = 0; i < n; i++)
        tcase_add_test(tcase, tests[i]);
    suite_add_tcase(suite, tcase);
}

Suite *suite_under_test(void)
{
    const TTest *const back[] = {what_begins_with_an_entry_is_allowed, what_only_looks_like_it_is_not,
                                 an_empty_list_or_half_an_origin_allows_nothing};
    const TTest *const links[] = {a_link_says_whose_it_is, a_link_lives_a_day, a_link_with_one_bit_more_or_less_is_none,
                                  another_sealed_text_is_no_link, what_is_no_id_gets_no_link};
    const TTest *const pages[] = {nothing_from_outside_is_markup,
                                  a_long_text_is_cut_between_characters,
                                  a_form_is_answered_by_a_page_that_goes_on,
                                  an_address_is_answered_by_a_redirect,
                                  only_an_error_is_an_alert,
                                  without_postgres_there_is_a_page_that_says_so};
    Suite *suite = suite_create("link");
    add_case(suite, "back", NULL, NULL, back, COUNT_OF(back));
    add_case(suite, "links", open_vault, close_vault, links, COUNT_OF(links));
    add_case(suite, "pages", open_page, close_page, pages, COUNT_OF(pages));
    return suite;
}
