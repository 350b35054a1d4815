#include "lib/http.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include "tests/support/suite.h"
#include "tests/unit/lib/scripted.h"
#include <stdio.h>
#include <string.h>

enum { MAX_BODY = 32 * 1024 * 1024, TOTAL_MS = 6000 };

static const char zipped[] = {0x1f,       (char)0x8b, 0x08,       0x00,       0x00,       0x00,       0x00, 0x00,
                              0x02,       0x03,       (char)0xab, 0x56,       (char)0xaa, (char)0xca, 0x2c, 0x28,
                              0x48,       0x4d,       0x51,       (char)0xb2, 0x2a,       0x29,       0x2a, 0x4d,
                              (char)0xad, (char)0xad, 0x1e,       (char)0xe5, (char)0xe2, (char)0xe6, 0x02, 0x00,
                              0x79,       (char)0xf2, 0x1e,       (char)0xb0, 0x2c,       0x01,       0x00, 0x00};

static char mebibyte[1024 * 1024];

static const Script scripts[] = {
    {"/plain",                                       "HTTP/1.1 200 OK\r\nContent-Length: 5\r\nX-Odd:  spaced \r\nDate: Wed, 21 Oct 2015 07:28:00 GMT",
     "hello"                                                                                                                                                                                                                                                               },
    {"/throttled",                                   "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 7\r\nContent-Length: 2",                          "{}"                                                                                                                },
    {"/later",
     "HTTP/1.1 503 Busy\r\nDate: Wed, 21 Oct 2015 07:28:00 GMT\r\nRetry-After: Wed, 21 Oct 2015 07:30:00 GMT\r\n"
     "Content-Length: 0",                                                                                                                              ""                                                                                                                  },
    {"/moved",                                       "HTTP/1.1 302 Found\r\nLocation: /plain\r\nContent-Length: 0",                                    ""                                                                                                                  },
    {"/cut",                                         "HTTP/1.1 200 OK\r\nContent-Length: 1000",                                                        "only this",                                                                                                          .cut = true},
    {"/garbage",                                              "SSH-2.0-OpenSSH_9.2",                                                                                                                                     "",                                                                                                                                                                                       .cut = true},
    {"/nothing",                                   "",                                                                                                                                   "",                                                        .cut = true},
    {"/drip",                                            "HTTP/1.1 200 OK\r\nContent-Length: 1000",mebibyte,                                                            .n_body = 1000, .drip_ms = 50},
    {"/large","HTTP/1.1 200 OK\r\nContent-Length: 20971520",                                                    mebibyte,                                                                                               .n_body = sizeof mebibyte, .repeat = 20},
    {"/huge",                                              "HTTP/1.1 200 OK\r\nContent-Length: 52428800",                                                                                                                                       mebibyte,                                                                                                                                                                                                                                                     .n_body = sizeof mebibyte, .repeat = 50},
    {"/endless",                     "HTTP/1.1 200 OK\r\nConnection: close",                                                                                                         mebibyte,                                                                                                                               .n_body = sizeof mebibyte, .repeat = 50,
     .cut = true},
    {"/zipped","HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 40",zipped,.n_body = sizeof zipped},
    {"/interim",                                              "HTTP/1.1 103 Early Hints\r\nX-Early: yes\r\n\r\nHTTP/1.1 200 OK\r\nX-Late: yes\r\nContent-Length: 2",
     "ok"                                                                                                                                                                                              },
};

/* ---- A test's body runs in a fiber, beside the driver's ---- */

typedef struct Call {
    Http *http;
    Scripted *server;
    Arena *arena;
    HttpRequest request;
    HttpResponse response;
    Error error;
    bool fine, done;
} Call;

static void send_in_fiber(void *argument)
{
    Call *call = argument;
    call->fine = http_send(call->http, &call->request, call->arena, &call->response, &call->error);
    call->done = true;
}

static bool is_done(void *context)
{
    return ((Call *)context)->done;
}

static Http *open_client(void)
{
    Error err = {0};
    if (mebibyte[0] != ' ') /* once: a server of an earlier test may still be sending it */
        memset(mebibyte, ' ', sizeof mebibyte);
    loop_open();
    Http *http = http_open(&(HttpOptions){.max_body = MAX_BODY,
                                          .connect_ms = 1000,
                                          .total_ms = TOTAL_MS,
                                          .max_host_connections = 8,
                                          .user_agent = "tributary/test"},
                           &err);
    ck_assert_msg(http != NULL, "%s", err.text);
    return http;
}

static void call_open(Call *call)
{
    *call = (Call){
        .http = open_client(), .server = scripted_start(scripts, COUNT_OF(scripts)), .arena = arena_new(64 * KIB)};
}

static void call_send(Call *call, const char *path)
{
    char url[256];
    snprintf(url, sizeof url, "http://127.0.0.1:%d%s", scripted_port(call->server), path);
    call->request.url = url;
    call->done = false;
    call->error = (Error){0};
    fiber_spawn("call", send_in_fiber, call);
    loop_run(is_done, call);
    call->request.url = NULL;
}

static void call_close(Call *call)
{
    http_close(call->http);
    loop_close();
    scripted_stop(call->server);
    arena_free(call->arena);
}

static void call_once(Call *call, const char *path)
{
    call_open(call);
    call_send(call, path);
}

/* ---- Answers ---- */

START_TEST(an_answer_has_status_body_headers_and_date)
{
    Call call;
    call_once(&call, "/plain?key=1");
    ck_assert(call.fine);
    ck_assert_int_eq(call.response.status, 200);
    ck_assert_str_eq(call.response.body, "hello");
    ck_assert_uint_eq(call.response.length, 5);
    ck_assert_str_eq(http_header(&call.response, "x-odd"), "spaced");
    ck_assert_ptr_null(http_header(&call.response, "X-Missing"));
    ck_assert_int_eq(call.response.date_ms, INT64_C(1445412480000));
    ck_assert_int_eq(http_retry_after_ms(&call.response), -1);
    call_close(&call);
}
END_TEST

START_TEST(an_interim_answer_leaves_no_headers_behind)
{
    Call call;
    call_once(&call, "/interim");
    ck_assert(call.fine);
    ck_assert_int_eq(call.response.status, 200);
    ck_assert_ptr_null(http_header(&call.response, "X-Early"));
    ck_assert_str_eq(http_header(&call.response, "X-Late"), "yes");
    call_close(&call);
}
END_TEST

START_TEST(a_refusal_is_an_answer_too)
{
    Call call;
    call_once(&call, "/throttled");
    ck_assert(call.fine);
    ck_assert_int_eq(call.response.status, 429);
    ck_assert_int_eq(http_retry_after_ms(&call.response), 7000);
    call_close(&call);
}
END_TEST

START_TEST(a_retry_date_counts_from_the_servers_clock)
{
    Call call;
    call_once(&call, "/later");
    ck_assert(call.fine);
    ck_assert_int_eq(http_retry_after_ms(&call.response), 120000);
    call_close(&call);
}
END_TEST

START_TEST(a_redirect_is_not_followed)
{
    Call call;
    call_once(&call, "/moved");
    ck_assert(call.fine);
    ck_assert_int_eq(call.response.status, 302);
    ck_assert_str_eq(http_header(&call.response, "Location"), "/plain");
    call_close(&call);
}
END_TEST

START_TEST(gzip_is_decoded)
{
    Call call;
    call_once(&call, "/zipped");
    ck_assert(call.fine);
    ck_assert_uint_eq(call.response.length, 300);
    ck_assert(strncmp(call.response.body, "{\"zipped\":true}{", 16) == 0);
    ck_assert_ptr_nonnull(strcasestr(scripted_last_request(call.server), "accept-encoding: "));
    call_close(&call);
}
END_TEST

START_TEST(a_large_body_comes_whole)
{
    Call call;
    call_once(&call, "/large");
    ck_assert_msg(call.fine, "%s", call.error.text);
    ck_assert_uint_eq(call.response.length, 20 * 1024 * 1024);
    call_close(&call);
}
END_TEST

/* ---- Failures ---- */

static void assert_failure(const char *path, ErrorKind kind, const char *text)
{
    Call call;
    call_once(&call, path);
    ck_assert(!call.fine);
    ck_assert_int_eq(call.error.kind, kind);
    ck_assert_msg(strstr(call.error.text, text) != NULL, "'%s' does not say '%s'", call.error.text, text);
    ck_assert_msg(strstr(call.error.text, "secret") == NULL, "'%s' shows the query", call.error.text);
    ck_assert_int_eq(http_in_flight(call.http), 0);
    call_close(&call);
}

START_TEST(a_body_past_the_limit_is_bad_data)
{
    assert_failure("/huge?q=secret", ERROR_DATA, "GET /huge: the body is larger than 33554432 bytes");
}
END_TEST

START_TEST(a_body_without_length_is_bounded_too)
{
    assert_failure("/endless", ERROR_DATA, "larger than");
}
END_TEST

START_TEST(a_cut_body_is_transient)
{
    assert_failure("/cut?q=secret", ERROR_TRANSIENT, "GET /cut: the body was cut after 9 bytes");
}
END_TEST

START_TEST(no_answer_at_all_is_transient)
{
    assert_failure("/nothing", ERROR_TRANSIENT, "GET /nothing");
}
END_TEST

START_TEST(an_answer_that_is_no_http_is_transient)
{
    assert_failure("/garbage", ERROR_TRANSIENT, "GET /garbage: the answer is no HTTP");
}
END_TEST

START_TEST(a_body_that_drips_runs_out_of_time)
{
    int64_t started_ms = clock_monotonic_ms();
    assert_failure("/drip", ERROR_TRANSIENT, "no complete answer within 6000 ms");
    ck_assert_int_ge(clock_monotonic_ms() - started_ms, TOTAL_MS - 100);
}
END_TEST

static void assert_bad_url(const char *url, ErrorKind kind)
{
    Call call = {.http = open_client(), .arena = arena_new(4 * KIB), .request.url = url};
    fiber_spawn("call", send_in_fiber, &call);
    loop_run(is_done, &call);
    ck_assert(!call.fine);
    ck_assert_int_eq(call.error.kind, kind);
    http_close(call.http);
    loop_close();
    arena_free(call.arena);
}

START_TEST(other_schemes_and_bad_urls_need_an_operator)
{
    assert_bad_url("file:///etc/passwd", ERROR_CONFIG);
    assert_bad_url("gopher://127.0.0.1/", ERROR_CONFIG);
    assert_bad_url("http://[half", ERROR_CONFIG);
}
END_TEST

START_TEST(a_closed_port_is_transient)
{
    Scripted *server = scripted_start(scripts, COUNT_OF(scripts));
    char url[64];
    snprintf(url, sizeof url, "http://127.0.0.1:%d/plain", scripted_port(server));
    scripted_stop(server);
    assert_bad_url(url, ERROR_TRANSIENT);
}
END_TEST

/* ---- Requests ---- */

START_TEST(credentials_go_into_the_authorization_header)
{
    Call call;
    AUTO(Secret) *token = secret_new("sk_test_1", 9), *pair = secret_new("user:password", 13);
    call_open(&call);
    call.request.bearer = token;
    call.request.headers = (const char *const[]){"Stripe-Version: 2025-02-24.acacia"};
    call.request.n_headers = 1;
    call_send(&call, "/plain");
    const char *head = scripted_last_request(call.server);
    ck_assert_ptr_nonnull(strstr(head, "Authorization: Bearer sk_test_1\r\n"));
    ck_assert_ptr_nonnull(strstr(head, "Stripe-Version: 2025-02-24.acacia\r\n"));
    ck_assert_ptr_nonnull(strstr(head, "User-Agent: tributary/test\r\n"));
    call.request = (HttpRequest){.basic = pair};
    call_send(&call, "/plain");
    head = scripted_last_request(call.server);
    ck_assert_ptr_nonnull(strstr(head, "Authorization: Basic dXNlcjpwYXNzd29yZA==\r\n"));
    ck_assert_ptr_null(strstr(head, "Stripe-Version"));
    call.request = (HttpRequest){0};
    call_send(&call, "/plain");
    ck_assert_ptr_null(strstr(scripted_last_request(call.server), "Authorization"));
    call_close(&call);
}
END_TEST

START_TEST(a_body_makes_it_a_post)
{
    Call call;
    call_open(&call);
    call.request.body = "a=1&b=2";
    call.request.body_length = 7;
    call_send(&call, "/plain");
    const char *head = scripted_last_request(call.server);
    ck_assert(strncmp(head, "POST /plain HTTP/1.1\r\n", 22) == 0);
    ck_assert_ptr_nonnull(strstr(head, "\r\n\r\na=1&b=2"));
    call_close(&call);
}
END_TEST

START_TEST(connections_are_kept)
{
    Call call;
    call_open(&call);
    for (int i = 0; i < 20; i++) {
        call_send(&call, "/plain");
        ck_assert(call.fine);
    }
    ck_assert_int_eq(scripted_connections(call.server), 1);
    call_close(&call);
}
END_TEST

enum { MANY = 64 };

static bool all_done(void *context)
{
    for (int i = 0; i < MANY; i++)
        if (!((Call *)context)[i].done)
            return false;
    return true;
}

START_TEST(many_fibers_share_a_few_connections)
{
    static Call calls[MANY];
    char url[64];
    call_open(&calls[0]);
    snprintf(url, sizeof url, "http://127.0.0.1:%d/plain", scripted_port(calls[0].server));
    for (int i = 0; i < MANY; i++) {
        if (i > 0)
            calls[i] = (Call){.http = calls[0].http, .arena = arena_new(4 * KIB)};
        calls[i].request.url = url;
        fiber_spawn("call", send_in_fiber, &calls[i]);
    }
    loop_run(all_done, calls);
    for (int i = 0; i < MANY; i++)
        ck_assert_msg(calls[i].fine && strcmp(calls[i].response.body, "hello") == 0, "%d: %s", i, calls[i].error.text);
    ck_assert_int_le(scripted_connections(calls[0].server), 8);
    for (int i = 1; i < MANY; i++)
        arena_free(calls[i].arena);
    call_close(&calls[0]);
}
END_TEST

SUITE("runtime http", an_answer_has_status_body_headers_and_date, an_interim_answer_leaves_no_headers_behind,
      a_refusal_is_an_answer_too, a_retry_date_counts_from_the_servers_clock, a_redirect_is_not_followed,
      gzip_is_decoded, a_large_body_comes_whole, a_body_past_the_limit_is_bad_data,
      a_body_without_length_is_bounded_too, a_cut_body_is_transient, no_answer_at_all_is_transient,
      an_answer_that_is_no_http_is_transient, a_body_that_drips_runs_out_of_time,
      other_schemes_and_bad_urls_need_an_operator, a_closed_port_is_transient,
      credentials_go_into_the_authorization_header, a_body_makes_it_a_post, connections_are_kept,
      many_fibers_share_a_few_connections)
