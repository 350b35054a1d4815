#include "lib/httpd.h"
#include "tests/unit/lib/http_client.h"
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>

enum { MAX_BODY = 1000 };

static void get_one(Request *request, Response *response)
{
    response_set(response, 200, NULL, "");
    text_printf(response->body, "{\"id\":\"%s\",\"type\":\"%s\"}", request->params[0],
                request->params[1] ? request->params[1] : "");
    response_header(response, "X-Path", request->path);
}

static void get_rest(Request *request, Response *response)
{
    response_set(response, 200, "text/plain", request->params[0]);
}

static void post_echo(Request *request, Response *response)
{
    response_set(response, 201, "text/plain", "");
    text_add(response->body, request->body, request->body_length);
}

static void visit(void *context, const char *name, const char *value)
{
    text_printf(context, "%s=%s;", name, value);
}

static void get_query(Request *request, Response *response)
{
    const char *types[4], *single = request_query(request, "q");
    size_t n = request_query_all(request, "types[]", types, COUNT_OF(types));
    response_set(response, 200, "text/plain", "");
    text_printf(response->body, "q=%s n=%zu last=%s header=%s all=", single ? single : "none", n, n ? types[n - 1] : "",
                request_header(request, "x-test") ? request_header(request, "x-test") : "none");
    request_query_each(request, visit, response->body);
}

static void get_nothing(Request *request, Response *response)
{
    (void)request;
    (void)response;
}

static void get_broken(Request *request, Response *response)
{
    response_set(response, 200, NULL, "");
    for (int i = 0; i < 100000; i++)
        text_puts(response->body, "0123456789");
    response->abort_after = request_query(request, "at_once") ? -1 : 300000;
}

static atomic_int n_slow; /* so many slow requests have come in */

static void get_slow(Request *request, Response *response)
{
    atomic_fetch_add(&n_slow, 1);
    response_set(response, 200, NULL, "{}");
    response->delay_ms = request_query(request, "long") ? 60000 : 300;
}

static const Route routes[] = {
    {"GET",    "/companies/{companyId}",             get_one,     0},
    {"GET",    "/companies/{companyId}/data/{type}", get_one,     0},
    {"DELETE", "/companies/{companyId}",             get_one,     0},
    {"POST",   "/echo",                              post_echo,   0},
    {"GET",    "/files/{path*}",                     get_rest,    0},
    {"GET",    "/query",                             get_query,   0},
    {"GET",    "/nothing",                           get_nothing, 0},
    {"GET",    "/broken",                            get_broken,  0},
    {"GET",    "/slow",                              get_slow,    0},
    {"GET",    "/admin",                             get_nothing, 7},
};

static bool refuse_admin(Request *request, const Route *route, Response *response)
{
    (void)request;
    if (route->role == 7)
        response_set(response, 401, NULL, "{\"who\":\"are you\"}");
    return route->role != 7;
}

static Httpd *start(int threads)
{
    Error err = {0};
    const HttpdOptions options = {.listen = "127.0.0.1:0",
                                  .routes = routes,
                                  .n_routes = COUNT_OF(routes),
                                  .max_body = MAX_BODY,
                                  .threads = threads,
                                  .before = refuse_admin};
    Httpd *httpd = httpd_start(&options, &err);
    ck_assert_msg(httpd != NULL, "%s", err.text);
    return httpd;
}

static void check_get(int port, const char *path, long status, const char *body)
{
    Answer answer = http_get(port, path);
    ck_assert_int_eq(answer.code, CURLE_OK);
    ck_assert_msg(answer.status == status, "%s: %ld %s", path, answer.status, answer.body);
    ck_assert_str_eq(answer.body, body);
}

static const char not_found[] = "{\"error\":\"there is nothing at this path\"}";
static const char malformed[] =
    "{\"error\":\"the path or the query has a malformed escape, a NUL or bad UTF-8 in it\"}";

START_TEST(routes_match_by_segment)
{
    AUTO(Httpd) *httpd = start(1);
    int port = httpd_port(httpd);
    check_get(port, "/companies/7", 200, "{\"id\":\"7\",\"type\":\"\"}");
    check_get(port, "/companies/7/data/invoices?x=1", 200, "{\"id\":\"7\",\"type\":\"invoices\"}");
    check_get(port, "/c%6fmpanies/a%2Fb%20c+d", 200, "{\"id\":\"a/b c+d\",\"type\":\"\"}");
    check_get(port, "/files/a/b%2Ec", 200, "a/b.c");
    check_get(port, "/files/", 200, "");
    static const char *const missing[] = {
        "/", "/companies", "/companies/", "/companies/7/", "/companies/7/data", "/companiesx/7", "/files"};
    for (size_t i = 0; i < COUNT_OF(missing); i++)
        check_get(port, missing[i], 404, not_found);
}
END_TEST

START_TEST(malformed_paths_and_queries_are_refused)
{
    AUTO(Httpd) *httpd = start(1);
    int port = httpd_port(httpd);
    static const char *const bad[] = {"/companies/a%00b", "/companies/%zz", "/companies/%4",  "/companies/%ff",
                                      "/query?q=%00",     "/query?q=%f",    "/query?%C3%28=1"};
    for (size_t i = 0; i < COUNT_OF(bad); i++)
        check_get(port, bad[i], 400, malformed);
}
END_TEST

START_TEST(another_method_gets_405_and_the_list_of_good_ones)
{
    AUTO(Httpd) *httpd = start(1);
    Answer answer = http_call(httpd_port(httpd), "PUT", "/companies/7", NULL, 0, NULL);
    ck_assert_int_eq(answer.status, 405);
    ck_assert_ptr_nonnull(strstr(answer.headers, "Allow: GET, HEAD, DELETE\r\n"));
}
END_TEST

START_TEST(head_is_get_without_the_body)
{
    AUTO(Httpd) *httpd = start(1);
    Answer answer = http_call(httpd_port(httpd), "HEAD", "/companies/7", NULL, 0, NULL);
    ck_assert_int_eq(answer.status, 200);
    ck_assert_uint_eq(answer.body_length, 0);
    ck_assert_ptr_nonnull(strstr(answer.headers, "Content-Length: 20\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.headers, "Content-Type: application/json\r\n"));
    ck_assert_ptr_nonnull(strstr(answer.headers, "X-Path: /companies/7\r\n"));
}
END_TEST

START_TEST(query_parameters_are_decoded_and_repeat)
{
    AUTO(Httpd) *httpd = start(1);
    Answer answer =
        http_call(httpd_port(httpd), "GET", "/query?q=a+b%2B%26&types[]=x&types%5B%5D=y&flag", NULL, 0, "X-Test: yes");
    ck_assert_str_eq(answer.body, "q=a b+& n=2 last=y header=yes all=q=a b+&;types[]=x;types[]=y;flag=;");
    check_get(httpd_port(httpd), "/query", 200, "q=none n=0 last= header=none all=");
}
END_TEST

START_TEST(bodies_arrive_whole_with_nul_bytes)
{
    AUTO(Httpd) *httpd = start(1);
    char body[MAX_BODY];
    memset(body, 'b', sizeof body);
    body[10] = 0;
    Answer answer = http_call(httpd_port(httpd), "POST", "/echo", body, sizeof body, NULL);
    ck_assert_int_eq(answer.status, 201);
    ck_assert_uint_eq(answer.body_length, sizeof body);
}
END_TEST

START_TEST(a_body_over_the_limit_gets_413)
{
    AUTO(Httpd) *httpd = start(1);
    int port = httpd_port(httpd);
    size_t size = 10 * MIB;
    char *body = malloc(size);
    memset(body, 'x', size);
    static const char *const headers[] = {"Expect:", "Expect: 100-continue", "Transfer-Encoding: chunked"};
    for (size_t i = 0; i < COUNT_OF(headers); i++) {
        Answer answer = http_call(port, "POST", "/echo", body, i == 2 ? MAX_BODY + 1 : size, headers[i]);
        ck_assert_msg(answer.code == CURLE_OK && answer.status == 413, "%s: %d, %ld", headers[i], answer.code,
                      answer.status);
        ck_assert_ptr_nonnull(strstr(answer.headers, "Connection: close"));
        ck_assert_str_eq(answer.body, "{\"error\":\"the body is larger than 1000 bytes\"}");
    }
    free(body);
}
END_TEST

START_TEST(an_absurd_announcement_is_refused_before_the_body)
{
    AUTO(Httpd) *httpd = start(1);
    int fd = http_connect(httpd_port(httpd));
    static const char head[] = "POST /echo HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999\r\n\r\n";
    char answer[512];
    ck_assert_int_eq(write(fd, head, sizeof head - 1), (ssize_t)sizeof head - 1);
    read_to_end(fd, answer, sizeof answer); /* ends because the server closes: no byte of the body was sent */
    close(fd);
    ck_assert_msg(strstr(answer, "HTTP/1.1 413 ") == answer, "%s", answer);
}
END_TEST

START_TEST(the_owner_decides_before_the_handler)
{
    AUTO(Httpd) *httpd = start(1);
    check_get(httpd_port(httpd), "/admin", 401, "{\"who\":\"are you\"}");
}
END_TEST

START_TEST(a_handler_without_a_response_is_a_500)
{
    AUTO(Httpd) *httpd = start(1);
    ck_assert_int_eq(http_get(httpd_port(httpd), "/nothing").status, 500);
}
END_TEST

START_TEST(a_broken_answer_ends_in_its_middle)
{
    AUTO(Httpd) *httpd = start(0);
    Answer answer = http_get(httpd_port(httpd), "/broken");
    ck_assert_int_eq(answer.code, CURLE_PARTIAL_FILE);
    ck_assert_uint_eq(answer.body_length, 300000);
    ck_assert_ptr_nonnull(strstr(answer.headers, "Content-Length: 1000000\r\n"));
    ck_assert_int_eq(http_get(httpd_port(httpd), "/broken?at_once=1").code, CURLE_GOT_NOTHING);
}
END_TEST

static atomic_int n_good;

static void *get_slowly(void *port)
{
    if (http_get(*(int *)port, "/slow").status == 200)
        atomic_fetch_add(&n_good, 1);
    return NULL;
}

START_TEST(slow_answers_do_not_hold_up_each_other)
{
    AUTO(Httpd) *httpd = start(0);
    int port = httpd_port(httpd);
    pthread_t threads[100];
    struct timespec from, to;
    clock_gettime(CLOCK_MONOTONIC, &from);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, get_slowly, &port), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    clock_gettime(CLOCK_MONOTONIC, &to);
    ck_assert_int_eq(atomic_load(&n_good), COUNT_OF(threads));
    ck_assert_int_lt(to.tv_sec - from.tv_sec, 20); /* one after the other would take 30 s */
}
END_TEST

static void *get_long(void *port)
{
    static Answer answer;
    answer = http_get(*(int *)port, "/slow?long=1");
    return &answer;
}

START_TEST(stopping_lets_a_running_request_end)
{
    Httpd *httpd = start(0);
    int port = httpd_port(httpd), n_before = atomic_load(&n_slow);
    pthread_t thread;
    void *result;
    ck_assert_int_eq(pthread_create(&thread, NULL, get_long, &port), 0);
    while (atomic_load(&n_slow) == n_before)
        sched_yield();
    httpd_stop(httpd);
    pthread_join(thread, &result);
    ck_assert_int_eq(((Answer *)result)->status, 200);
}
END_TEST

START_TEST(a_taken_port_is_a_clear_error)
{
    AUTO(Httpd) *httpd = start(1);
    Error err = {0};
    char listen[32];
    snprintf(listen, sizeof listen, "127.0.0.1:%d", httpd_port(httpd));
    HttpdOptions options = {.listen = listen};
    ck_assert_ptr_null(httpd_start(&options, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_msg(strstr(err.text, listen) && strstr(err.text, "in use"), "%s", err.text);
    options.listen = "192.0.2.1:1";
    ck_assert_ptr_null(httpd_start(&options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "192.0.2.1"));
}
END_TEST

START_TEST(tls_without_its_files_does_not_start)
{
    Error err = {0};
    HttpdOptions options = {.listen = "127.0.0.1:0", .tls_certificate_file = "/nonexistent.pem"};
    ck_assert_ptr_null(httpd_start(&options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "one of them is missing"));
    options.tls_key_file = "/nonexistent.key";
    ck_assert_ptr_null(httpd_start(&options, &err));
    ck_assert_ptr_nonnull(strstr(err.text, "/nonexistent.pem: No such file"));
}
END_TEST

SUITE("httpd", routes_match_by_segment, malformed_paths_and_queries_are_refused,
      another_method_gets_405_and_the_list_of_good_ones, head_is_get_without_the_body,
      query_parameters_are_decoded_and_repeat, bodies_arrive_whole_with_nul_bytes, a_body_over_the_limit_gets_413,
      an_absurd_announcement_is_refused_before_the_body, the_owner_decides_before_the_handler,
      a_handler_without_a_response_is_a_500, a_broken_answer_ends_in_its_middle, slow_answers_do_not_hold_up_each_other,
      stopping_lets_a_running_request_end, a_taken_port_is_a_clear_error, tls_without_its_files_does_not_start)
