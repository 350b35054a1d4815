#include "workers/runtime/options.h"

const Option worker_options[] = {
    {"slices-in-flight",      "256",   "slices that run at the same time",                            OPTION_INTEGER,  .min = 1,    .max = 100000   },
    {"slices-per-connection", "2",     "of them, of one connection",                                  OPTION_INTEGER,  .min = 1,    .max = 1000     },
    {"slice-pages",           "50",    "pages after which a slice ends",                              OPTION_INTEGER,  .min = 1,    .max = 1000000  },
    {"slice-bytes",           "32MiB", "bytes of JSON after which a slice ends",                      OPTION_BYTES,    .min = 1,    .max = 1LL << 40},
    {"slice-time",            "20s",   "time after which a slice ends",                               OPTION_DURATION, .min = 100,  .max = 3600000  },
    {"retry-first",           "30s",   "longest first wait after a failure; doubles up to two hours", OPTION_DURATION, .min = 1,
     .max = 7200000                                                                                                                                 },
    {"page-memory",           "64MiB", "bytes that pages may hold in this process",                   OPTION_BYTES,    .min = 1,    .max = 1LL << 40},
    {"http-max-body",         "32MiB", "largest body that is read",                                   OPTION_BYTES,    .min = 1024, .max = 1LL << 30},
    {"http-timeout",          "40s",   "for one answer of the source, connecting included",           OPTION_DURATION, .min = 10,
     .max = 600000                                                                                                                                  },
    {"http-connections",      "64",    "connections to one host",                                     OPTION_INTEGER,  .min = 1,    .max = 10000    },
    {"limits",                NULL,    "name=most,…: the vendor's figures for this app",            OPTION_TEXT,     .min = 0,    .max = 0        },
    {"pg-connections",        "8",     "connections to Postgres, beside the heartbeat's",             OPTION_INTEGER,  .min = 1,    .max = 1000     },
    {"drain-time",            "13s",   "how long running slices may take to end after SIGTERM",       OPTION_DURATION, .min = 0,
     .max = 600000                                                                                                                                  },
};
const size_t n_worker_options = COUNT_OF(worker_options);
