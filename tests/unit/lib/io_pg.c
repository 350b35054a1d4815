#include "lib/clock.h"
#include "lib/log.h"
#include "lib/pg.h"
#include "lib/pg_internal.h"
#include "tests/support/suite.h"
#include <arpa/inet.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

START_TEST(a_sqlstate_says_what_to_do)
{
    static const struct {
        const char *sqlstate;
        ErrorKind kind;
    } rows[] = {
        {"08006", ERROR_TRANSIENT},
        {"57P01", ERROR_TRANSIENT},
        {"53300", ERROR_TRANSIENT},
        {"40001", ERROR_TRANSIENT},
        {"40P01", ERROR_TRANSIENT},
        {"25006", ERROR_TRANSIENT},
        {"22P02", ERROR_DATA     },
        {"23505", ERROR_DATA     },
        {"28P01", ERROR_CONFIG   },
        {"3D000", ERROR_CONFIG   },
        {"42501", ERROR_CONFIG   },
        {"42601", ERROR_INTERNAL },
        {"XX000", ERROR_INTERNAL },
        {"P0001", ERROR_INTERNAL },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++)
        ck_assert_msg(pg_error_kind(rows[i].sqlstate) == rows[i].kind, "%s", rows[i].sqlstate);
}
END_TEST

START_TEST(a_malformed_address_is_refused_without_showing_it)
{
    static const char *const bad[] = {"postgresql://u:secret@[::1/x", "host=h password='secret",
                                      "passwort=secret", "postgresql://u:secret@h/db?wrong=secret"};
    for (size_t i = 0; i < COUNT_OF(bad); i++) {
        Error err = {0};
        ck_assert_msg(!pg_connect(bad[i], "test", &err) && err.kind == ERROR_CONFIG, "%s: %s", bad[i], err.text);
        ck_assert_msg(!strstr(err.text, "secret"), "%s", err.text);
    }
}
END_TEST

START_TEST(nobody_there_is_transient_and_named)
{
    Error err = {0};
    ck_assert_ptr_null(pg_connect("postgresql://u:secret@127.0.0.1:1/db", "test", &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1"));
    ck_assert_ptr_null(strstr(err.text, "secret"));
}
END_TEST

START_TEST(waiting_stops_when_told)
{
    Error err = {0};
    bool stop = true;
    log_open("test", LOG_ERROR, LOG_LOGFMT);
    ck_assert(!pg_wait_ready("postgresql://127.0.0.1:1/db", "test", &stop, &err));
    ck_assert_int_eq(err.kind, ERROR_CANCELLED);
    ck_assert_ptr_nonnull(strstr(err.text, "127.0.0.1:1"));
}
END_TEST

/* A server that takes connections and says nothing. */
START_TEST(a_silent_server_does_not_hold_us)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    socklen_t size = sizeof address;
    int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    char conninfo[64];
    Error err = {0};
    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, size), 0);
    ck_assert_int_eq(listen(listener, 8), 0);
    getsockname(listener, (struct sockaddr *)&address, &size);
    snprintf(conninfo, sizeof conninfo, "host=127.0.0.1 port=%d sslmode=disable", ntohs(address.sin_port));
    int64_t before = clock_monotonic_ms();
    ck_assert_ptr_null(pg_connect(conninfo, "test", &err));
    ck_assert_int_eq(err.kind, ERROR_TRANSIENT);
    ck_assert_int_ge(clock_monotonic_ms() - before, 10000);
    ck_assert_int_lt(clock_monotonic_ms() - before, 15000);
    close(listener);
}
END_TEST

SUITE("io_pg", a_sqlstate_says_what_to_do, a_malformed_address_is_refused_without_showing_it,
      nobody_there_is_transient_and_named, waiting_stops_when_told, a_silent_server_does_not_hold_us)
