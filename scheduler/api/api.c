#include "scheduler/api/api.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include "scheduler/api/answer.h"
#include "scheduler/link/flow.h"
#include <string.h>

enum { MAX_ROUTES = 64 };

METRIC(requests, "tributary_api_requests_total", METRIC_COUNTER, "API requests that found a route");

static const struct {
    const char *name;
    Role role;
} roles[] = {
    {"Onboarding", ROLE_ADVISOR  },
    {"Advisor",    ROLE_ADVISOR  },
    {"Analyst",    ROLE_ANALYST  },
    {"Developer",  ROLE_DEVELOPER},
    {"Admin",      ROLE_ADMIN    },
};

#define COMPANY    "/companies/{companyId}"
#define CONNECTION COMPANY "/connections/{connectionId}"

static const Route api_routes[] = {
    {"GET",    "/companies",                               company_list,          ROLE_ADVISOR  },
    {"POST",   "/companies",                               company_create,        ROLE_ADVISOR  },
    {"GET",    COMPANY,                                    company_get,           ROLE_ADVISOR  },
    {"PUT",    COMPANY,                                    company_update,        ROLE_ADVISOR  },
    {"PATCH",  COMPANY,                                    company_update,        ROLE_ADVISOR  },
    {"DELETE", COMPANY,                                    company_delete,        ROLE_ANALYST  },
    {"GET",    COMPANY "/connections",                     connection_list,       ROLE_ADVISOR  },
    {"POST",   COMPANY "/connections",                     connection_create,     ROLE_ADVISOR  },
    {"GET",    CONNECTION,                                 connection_get,        ROLE_ADVISOR  },
    {"PATCH",  CONNECTION,                                 connection_update,     ROLE_DEVELOPER},
    {"PUT",    CONNECTION "/authorization",                connection_authorize,  ROLE_ADVISOR  },
    {"DELETE", CONNECTION,                                 connection_delete,     ROLE_DEVELOPER},
    {"POST",   COMPANY "/data/all",                        queue_all,             ROLE_ADVISOR  },
    {"POST",   COMPANY "/data/queue/{dataType}",           queue_one,             ROLE_ADVISOR  },
    {"GET",    COMPANY "/data/history",                    history_list,          ROLE_ADVISOR  },
    {"GET",    COMPANY "/data/history/{datasetId}",        history_get,           ROLE_ADVISOR  },
    {"POST",   COMPANY "/data/history/{datasetId}/cancel", history_cancel,        ROLE_ADVISOR  },
    {"GET",    "/datasets/{datasetId}/explain",            dataset_explain,       ROLE_DEVELOPER},
    {"GET",    COMPANY "/dataStatus",                      data_status,           ROLE_ADVISOR  },
    {"GET",    COMPANY "/syncSettings",                    sync_settings_get,     ROLE_ADVISOR  },
    {"POST",   COMPANY "/syncSettings",                    sync_settings_set,     ROLE_DEVELOPER},
    {"GET",    "/profile/syncSettings",                    sync_settings_get,     ROLE_ADVISOR  },
    {"POST",   "/profile/syncSettings",                    sync_settings_set,     ROLE_DEVELOPER},
    {"GET",    COMPANY "/data/{path*}",                    records_of_company,    ROLE_ADVISOR  },
    {"GET",    CONNECTION "/data/{path*}",                 records_of_connection, ROLE_ADVISOR  },
};

Role role_by_name(const char *name)
{
    for (size_t i = 0; i < COUNT_OF(roles); i++)
        if (strcmp(roles[i].name, name) == 0)
            return roles[i].role;
    return ROLE_NONE;
}

/* The key of "Basic <base64(key)>"; "key:" as curl's -u sends it is taken too. False when it is none. */
static bool read_key(const Request *request, uint8_t hash[32])
{
    const char *header = request_header(request, "Authorization");
    if (!header || strncasecmp(header, "Basic ", 6) != 0)
        return false;
    const char *coded = header + 6 + strspn(header + 6, " ");
    char key[256];
    if (strlen(coded) >= sizeof key)
        return false;
    long length = text_unbase64(key, coded, strlen(coded));
    if (length > 0 && key[length - 1] == ':')
        length--;
    bool good = length > 0;
    if (good)
        crypto_sha256(hash, key, (size_t)length);
    secret_wipe(key, sizeof key);
    return good;
}

/* Looks at every byte of every key, so that the time tells nothing. */
static Role role_of(const PGresult *keys, const uint8_t hash[32])
{
    char wanted[65];
    text_hex(wanted, hash, 32);
    Role role = ROLE_NONE;
    for (int i = 0; i < PQntuples(keys); i++) {
        const char *known = pg_text(keys, i, "hash");
        unsigned char differs = 0;
        for (size_t k = 0; k < 64 && strlen(known) == 64; k++)
            differs |= (unsigned char)(known[k] ^ wanted[k]);
        if (!differs && strlen(known) == 64)
            role = role_by_name(pg_text(keys, i, "role"));
    }
    return role;
}

static bool may(Request *request, const Route *route, Response *response)
{
    uint8_t hash[32];
    if (!read_key(request, hash)) {
        response_header(response, "WWW-Authenticate", "Basic realm=\"tributary\"");
        return answer_error(
            request, response, 401,
            "an API key is needed: Authorization: Basic <base64 of the key>; 'tributary api-key create' "
            "makes one");
    }
    AUTO(PGresult) *keys =
        api_query(request, response, "select role, encode(hash, 'hex') as hash from control.api_key", 0, NULL);
    if (!keys)
        return false;
    Role role = role_of(keys, hash);
    if (role == ROLE_NONE)
        return answer_error(request, response, 401, "this API key is not known here");
    return role >= (Role)route->role || answer_error(request, response, 403, "this API key's role does not allow %s %s",
                                                     route->method, route->pattern);
}

static bool before(Request *request, const Route *route, Response *response)
{
    const Api *api = request->context;
    metric_add(&requests, NULL, 1);
    if (!atomic_load(&api->ready))
        return answer_error(request, response, 503, "the scheduler is starting: /readyz says what it waits for");
    return route->role == ROLE_NONE || may(request, route, response);
}

static void write_error(Request *request, Response *response, int status, const char *message)
{
    answer_error(request, response, status, "%s", message);
}

HttpdOptions api_options(Api *api)
{
    static Route routes[MAX_ROUTES];
    memcpy(routes, api_routes, sizeof api_routes);
    memcpy(routes + COUNT_OF(api_routes), link_routes, n_link_routes * sizeof *routes);
    return (HttpdOptions){.routes = routes,
                          .n_routes = COUNT_OF(api_routes) + n_link_routes,
                          .context = api,
                          .max_body = API_MAX_BODY,
                          .threads = API_THREADS,
                          .before = before,
                          .write_error = write_error};
}
