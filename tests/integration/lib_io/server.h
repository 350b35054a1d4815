/*
 * The servers of an integration test, by the environment. A missing address fails the test: nothing is skipped in
 * silence.
 */
#pragma once
#include <check.h>
#include <stdlib.h>

static inline const char *server_of(const char *variable)
{
    const char *address = getenv(variable);
    ck_assert_msg(address != NULL, "%s is not set; `infra/local/stack env` prints it", variable);
    return address;
}
