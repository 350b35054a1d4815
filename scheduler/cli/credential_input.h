/*
 * Credential input: where a connection's secret comes from: TRIBUTARY_CREDENTIAL, --credential-file, or standard input
 * (asked for without echo on a terminal). Never an argument: everybody on the machine can read those.
 */
#pragma once
#include "lib/arena.h"
#include "lib/config.h"

#define CREDENTIAL_OPTION                                                                                              \
    {                                                                                                                  \
        "credential", NULL, "the source's key or token; without it, standard input is read", OPTION_SECRET             \
    }

/* NULL with ERROR_CONFIG when there is none or it is longer than 4 KiB. */
Secret *credential_input(const Config *config, Error *err) MUST_CHECK;
