#include "lib/json.h"
#include "scheduler/api/api.h"
#include "tests/support/suite.h"
#include <curl/curl.h>
#include <string.h>

/* A server whose Postgres is not there: what is decided before the first statement, and how its absence is told. */
static Api api;
static Httpd *httpd;
static char url[128];

static void start(void)
{
    Error err = {0};
    api = (Api){.pool = pg_pool_new("host=127.0.0.1 port=1 user=nobody dbname=none", "test", 1)};
    atomic_store(&api.ready, true);
    HttpdOptions options = api_options(&api);
    options.listen = "127.0.0.1:0";
    options.threads = 2;
    httpd = httpd_start(&options, &err);
    ck_assert_msg(httpd != NULL, "%s", err.text);
    snprintf(url, sizeof url, "http://127.0.0.1:%d", httpd_port(httpd));
}

static void stop(void)
{
    httpd_stop(httpd);
    pg_pool_free(api.pool);
}

typedef struct Answer {
    long status;
    char retried[8], error[600], correlation[64], header[64];
    int64_t code;
} Answer;

static size_t keep(char *bytes, size_t size, size_t n, void *text)
{
    text_add(text, bytes, size * n);
    return size * n;
}

static size_t keep_header(char *bytes, size_t size, size_t n, void *answer)
{
    sscanf(bytes, "X-Correlation-Id: %36s", ((Answer *)answer)->header);
    return size * n;
}

static Answer ask(const char *method, const char *path, const char *key, const char *body, size_t length)
{
    Answer answer = {0};
    AUTO(Text) *bytes = text_new(NULL), *full = text_new(url);
    text_puts(full, path);
    CURL *curl = curl_easy_init();
    struct curl_slist *headers = key ? curl_slist_append(NULL, key) : NULL;
    curl_easy_setopt(curl, CURLOPT_URL, full->bytes);
    curl_easy_setopt(curl, CURLOPT_CUSTOMREQUEST, method);
    curl_easy_setopt(curl, CURLOPT_HTTPHEADER, headers);
    curl_easy_setopt(curl, CURLOPT_WRITEFUNCTION, keep);
    curl_easy_setopt(curl, CURLOPT_WRITEDATA, bytes);
    curl_easy_setopt(curl, CURLOPT_HEADERFUNCTION, keep_header);
    curl_easy_setopt(curl, CURLOPT_HEADERDATA, &answer);
    if (body) {
        curl_easy_setopt(curl, CURLOPT_POSTFIELDSIZE, (long)length);
        curl_easy_setopt(curl, CURLOPT_POSTFIELDS, body);
    }
    ck_assert_int_eq(curl_easy_perform(curl), CURLE_OK);
    curl_easy_getinfo(curl, CURLINFO_RESPONSE_CODE, &answer.status);
    curl_slist_free_all(headers);
    curl_easy_cleanup(curl);

    AUTO(Arena) *arena = arena_new(8 * KIB);
    Error err = {0};
    yyjson_val *json = json_parse(arena, bytes->bytes, bytes->length, &err);
    ck_assert_msg(json != NULL, "%s", err.text);
    ck_assert_str_eq(json_text(json, "service"), "tributary");
    ck_assert_ptr_nonnull(yyjson_obj_get(json, "validation"));
    ck_assert_ptr_nonnull(yyjson_obj_get(json, "detailedErrorCode"));
    snprintf(answer.error, sizeof answer.error, "%s", json_text(json, "error"));
    snprintf(answer.retried, sizeof answer.retried, "%s", json_text(json, "canBeRetried"));
    snprintf(answer.correlation, sizeof answer.correlation, "%s", json_text(json, "correlationId"));
    answer.code = json_integer(json, "statusCode", 0);
    ck_assert_int_eq(answer.code, answer.status);
    return answer;
}

static const char some_key[] = "Authorization: Basic dGtfMTIz";

START_TEST(without_a_key_nothing_is_served)
{
    ck_assert_int_eq(ask("GET", "/companies", NULL, NULL, 0).status, 401);
    ck_assert_int_eq(ask("GET", "/companies", "Authorization: Bearer abc", NULL, 0).status, 401);
    ck_assert_int_eq(ask("GET", "/companies", "Authorization: Basic ***", NULL, 0).status, 401);
    ck_assert_int_eq(ask("GET", "/companies", "Authorization: Basic ", NULL, 0).status, 401);
}
END_TEST

START_TEST(an_error_has_the_shape_of_the_reference_and_an_id)
{
    Answer first = ask("GET", "/nothing", NULL, NULL, 0), second = ask("GET", "/nothing", NULL, NULL, 0);
    ck_assert_int_eq(first.status, 404);
    ck_assert_str_eq(first.retried, "False");
    ck_assert_uint_eq(strlen(first.correlation), 36);
    ck_assert_str_eq(first.correlation, first.header);
    ck_assert_str_ne(first.correlation, second.correlation);
}
END_TEST

START_TEST(a_wrong_method_is_told_from_a_wrong_path)
{
    ck_assert_int_eq(ask("DELETE", "/companies", some_key, NULL, 0).status, 405);
    ck_assert_int_eq(ask("GET", "/companies/1/data/all", some_key, NULL, 0).status, 503); /* a path of records */
    ck_assert_int_eq(ask("POST", "/companies/1/data/history", some_key, "", 0).status, 405);
}
END_TEST

START_TEST(a_body_of_ten_megabytes_is_refused)
{
    const size_t length = 10 * MIB;
    char *body = malloc(length);
    memset(body, ' ', length);
    Answer answer = ask("POST", "/companies", some_key, body, length);
    free(body);
    ck_assert_int_eq(answer.status, 413);
    ck_assert_ptr_nonnull(strstr(answer.error, "1048576"));
}
END_TEST

START_TEST(a_database_that_is_away_means_try_again)
{
    Answer answer = ask("GET", "/companies", some_key, NULL, 0);
    ck_assert_int_eq(answer.status, 503);
    ck_assert_str_eq(answer.retried, "True");
    ck_assert_ptr_null(strstr(answer.error, "nobody"));
}
END_TEST

START_TEST(before_it_is_ready_it_says_so)
{
    atomic_store(&api.ready, false);
    Answer answer = ask("GET", "/companies", some_key, NULL, 0);
    ck_assert_int_eq(answer.status, 503);
    ck_assert_ptr_nonnull(strstr(answer.error, "/readyz"));
}
END_TEST

START_TEST(roles_have_an_order)
{
    ck_assert_int_lt(role_by_name("Advisor"), role_by_name("Analyst"));
    ck_assert_int_lt(role_by_name("Analyst"), role_by_name("Developer"));
    ck_assert_int_lt(role_by_name("Developer"), role_by_name("Admin"));
    ck_assert_int_eq(role_by_name("Onboarding"), role_by_name("Advisor"));
    ck_assert_int_eq(role_by_name("admin"), ROLE_NONE);
}
END_TEST

Suite *suite_under_test(void)
{
    const TTest *const all[] = {
        without_a_key_nothing_is_served,
        an_error_has_the_shape_of_the_reference_and_an_id,
        a_wrong_method_is_told_from_a_wrong_path,
        a_body_of_ten_megabytes_is_refused,
        a_database_that_is_away_means_try_again,
        before_it_is_ready_it_says_so,
        roles_have_an_order,
    };
    Suite *suite = suite_create("api");
    TCase *tests = tcase_create("api");
    tcase_add_checked_fixture(tests, start, stop);
    tcase_set_timeout(tests, 60);
    for (size_t i = 0; i < COUNT_OF(all); i++)
        tcase_add_test(tests, all[i]);
    suite_add_tcase(suite, tests);
    return suite;
}
