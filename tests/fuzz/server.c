#include "tests/fuzz/server.h"
#include "lib/crypto.h"
#include "lib/json.h"
#include "lib/token.h"
#include "scheduler/link/vendor.h"
#include "tests/fuzz/fuzz.h"
#include <ctype.h>
#include <string.h>
#include <strings.h>

/* ---- The browser ---- */

static void add_pair(struct MHD_Connection *connection, enum MHD_ValueKind kind, char *name, char *value)
{
    if (connection->n_pairs < SERVER_PAIRS)
        connection->pairs[connection->n_pairs++] = (ServerPair){kind, name, value};
}

/* "a=b&c", or "a=b; c=d" of cookies. */
static void add_pairs(struct MHD_Connection *connection, enum MHD_ValueKind kind, char *text, const char *between)
{
    for (char *name; (name = strsep(&text, between));) {
        name += strspn(name, " ");
        char *value = strchr(name, '=');
        if (value)
            *value++ = 0;
        if (*name)
            add_pair(connection, kind, name, value);
    }
}

static void read_header(struct MHD_Connection *connection, char *line, Arena *arena)
{
    char *value = strchr(line, ':');
    if (!value)
        return;
    *value++ = 0;
    value += strspn(value, " ");
    add_pair(connection, MHD_HEADER_KIND, line, value);
    if (strcasecmp(line, "Cookie") == 0)
        add_pairs(connection, MHD_COOKIE_KIND, arena_text(arena, value), ";");
}

void server_read(struct MHD_Connection *connection, const char *text, size_t length, Arena *arena)
{
    FuzzInput input = {text, length};
    char *line = fuzz_line(&input, arena);
    connection->method = strsep(&line, " ");
    char *target = line ? strsep(&line, " ") : NULL;
    connection->path = target && *target == '/' ? strsep(&target, "?") : (char *)"/";
    if (target)
        add_pairs(connection, MHD_GET_ARGUMENT_KIND, target, "&");
    while (*(line = fuzz_line(&input, arena)))
        read_header(connection, line, arena);
    connection->n_body = input.left;
    connection->body = arena_copy(arena, input.at, input.left);
}

/* ---- libmicrohttpd ---- */

struct MHD_Response {
    const char *bytes, *type;
    size_t length;
};

static struct MHD_Response answer;

int MHD_get_connection_values(struct MHD_Connection *connection, enum MHD_ValueKind kind, MHD_KeyValueIterator visit,
                              void *context)
{
    int n = 0;
    for (size_t i = 0; i < connection->n_pairs; i++) {
        const ServerPair *pair = &connection->pairs[i];
        if (!(pair->kind & kind))
            continue;
        n++;
        if (visit && visit(context, pair->kind, pair->name, pair->value) == MHD_NO)
            break;
    }
    return n;
}

const char *MHD_lookup_connection_value(struct MHD_Connection *connection, enum MHD_ValueKind kind, const char *name)
{
    for (size_t i = 0; i < connection->n_pairs; i++)
        if ((connection->pairs[i].kind & kind) && strcasecmp(connection->pairs[i].name, name) == 0)
            return connection->pairs[i].value;
    return NULL;
}

struct MHD_Response *MHD_create_response_from_buffer(size_t length, void *bytes, enum MHD_ResponseMemoryMode mode)
{
    (void)mode;
    answer = (struct MHD_Response){.bytes = bytes, .length = length};
    return &answer;
}

struct MHD_Response *MHD_create_response_from_callback(uint64_t length, size_t block, MHD_ContentReaderCallback reader,
                                                       void *context, MHD_ContentReaderFreeCallback release)
{
    (void)length, (void)block, (void)reader, (void)context, (void)release;
    fuzz_broken("only the sandbox breaks answers off", __func__);
}

/* A line break in a value would let whoever sent it write headers of his own. */
enum MHD_Result MHD_add_response_header(struct MHD_Response *response, const char *name, const char *value)
{
    for (const char *c = value; *c; c++)
        HOLDS((unsigned char)*c >= ' ' && *c != 0x7f);
    if (strcmp(name, "Content-Type") == 0)
        response->type = value;
    return MHD_YES;
}

static void is_json(const struct MHD_Response *response)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    Error err = {0};
    HOLDS(json_parse(arena, response->bytes, response->length, &err));
}

/* Every tag of a page is one of ours: nothing that came in has become one. */
static void is_page(const struct MHD_Response *response)
{
    static const char *const tags[] = {"!doctype html>",
                                       "html lang=\"en\">",
                                       "/html>",
                                       "head>",
                                       "/head>",
                                       "meta ",
                                       "link rel=\"stylesheet\"",
                                       "title>",
                                       "/title>",
                                       "body>",
                                       "/body>",
                                       "main>",
                                       "/main>",
                                       "h1>",
                                       "/h1>",
                                       "p>",
                                       "p role=\"a",
                                       "/p>",
                                       "form ",
                                       "/form>",
                                       "fieldset>",
                                       "/fieldset>",
                                       "legend>",
                                       "/legend>",
                                       "label>",
                                       "/label>",
                                       "span>",
                                       "/span>",
                                       "input type=\"",
                                       "button type=\"",
                                       "/button>",
                                       "a href=\"",
                                       "/a>"};
    for (const char *at = response->bytes; (at = strchr(at, '<')); at++) {
        bool ours = false;
        for (size_t i = 0; i < COUNT_OF(tags); i++)
            ours = ours || text_starts_with(at + 1, tags[i]);
        HOLDS(ours);
    }
}

enum MHD_Result MHD_queue_response(struct MHD_Connection *connection, unsigned status, struct MHD_Response *response)
{
    HOLDS(status >= 200 && status < 600 && connection->status == 0);
    connection->status = (int)status;
    HOLDS(text_valid_utf8(response->bytes, response->length) == response->length);
    if (response->type && text_starts_with(response->type, "application/json"))
        is_json(response);
    if (response->type && text_starts_with(response->type, "text/html"))
        is_page(response);
    return MHD_YES;
}

void MHD_destroy_response(struct MHD_Response *response)
{
    (void)response;
}

/* ---- Postgres ---- */

static const char *choices;
static char key_hash[65];

void server_answers(const char *text)
{
    uint8_t hash[32];
    choices = text;
    crypto_sha256(hash, "dev", 3);
    text_hex(key_hash, hash, sizeof hash);
}

#define SOME_ID "59712f8f-45a3-4d45-a705-5d0c9748317e"

/* Whatever any statement calls its columns; the first stands for all that is read by place. */
static const struct {
    const char *name, *value;
} columns[] = {
    {"record",        "{\"id\": \"" SOME_ID "\", \"status\": \"Linked\"}"                           },
    {"id",            SOME_ID                                                                       },
    {"company",       SOME_ID                                                                       },
    {"company_id",    SOME_ID                                                                       },
    {"connection_id", SOME_ID                                                                       },
    {"integration",   SOME_ID                                                                       },
    {"source_id",     SOME_ID                                                                       },
    {"n",             "7"                                                                           },
    {"hash",          key_hash                                                                      },
    {"role",          "Admin"                                                                       },
    {"source",        "xero"                                                                        },
    {"title",         "Xero <b>"                                                                    },
    {"name",          "Söhne & <Co>"                                                               },
    {"names",         "xero"                                                                        },
    {"company_name",  "Söhne & <Co>"                                                               },
    {"source_type",   "Accounting"                                                                  },
    {"status",        "Deauthorized"                                                                },
    {"reason",        "it ended"                                                                    },
    {"platforms",     "Xero"                                                                        },
    {"redirect_url",  "https://app.example.com/back?x=1"                                            },
    {"nonce",         "0011223344556677"                                                            },
    {"verifier",      "\\x7665726966696572"                                                         },
    {"tokens",        "\\x7b22616363657373223a2261222c2272656672657368223a2262227d"                 },
    {"tenants",       "[{\"id\": \"t1\", \"name\": \"One\"}, {\"id\": \"t2\", \"name\": \"<Two>\"}]"},
    {"taken",         "QuickBooks"                                                                  },
    {"done",          "f"                                                                           },
    {"used",          "f"                                                                           },
    {"expired",       "t"                                                                           },
    {"good",          "t"                                                                           },
    {"known",         "t"                                                                           },
    {"linked",        "t1"                                                                          },
    {"offered",       "t"                                                                           },
    {"oauth",         "t"                                                                           },
    {"silent",        "f"                                                                           },
    {"wanted",        "t"                                                                           },
    {"environment",   "dev"                                                                         },
};

/* A statement is our own text: one, whole, and nothing in it that only a stranger writes. */
static void is_statement(const char *sql)
{
    int open = 0;
    bool quoted = false;
    for (; *sql; sql++) {
        HOLDS(*sql >= ' ' && *sql < 0x7f);
        if (*sql == '\'')
            quoted = !quoted;
        if (quoted)
            continue;
        open += *sql == '(' ? 1 : *sql == ')' ? -1 : 0;
        HOLDS(open >= 0 && *sql != ';' && !text_starts_with(sql, "--") && !text_starts_with(sql, "/*"));
    }
    HOLDS(!quoted && open == 0);
}

/* A single row says that no other source was taken. */
static const char *cell(size_t i, int n_rows, bool nulls)
{
    return nulls || (n_rows == 1 && strcmp(columns[i].name, "taken") == 0) ? NULL : columns[i].value;
}

static PGresult *rows_of(int n, bool nulls)
{
    PGresAttDesc about[COUNT_OF(columns)] = {0};
    PGresult *rows = PQmakeEmptyPGresult(NULL, PGRES_TUPLES_OK);
    for (size_t i = 0; i < COUNT_OF(columns); i++)
        about[i].name = (char *)(uintptr_t)columns[i].name;
    HOLDS(PQsetResultAttrs(rows, COUNT_OF(columns), about));
    for (int row = 0; row < n; row++)
        for (size_t i = 0; i < COUNT_OF(columns); i++) {
            const char *value = cell(i, n, nulls);
            PQsetvalue(rows, row, (int)i, (char *)(uintptr_t)value, value ? (int)strlen(value) : -1);
        }
    return rows;
}

PGresult *pg_pool_query(PgPool *pool, Error *err, const char *sql, int n_params, const char *const *params)
{
    (void)pool;
    is_statement(sql);
    for (int i = 0; i < n_params; i++)
        if (params[i] && text_valid_utf8(params[i], strlen(params[i])) != strlen(params[i])) {
            error_set(err, ERROR_DATA, "22021: invalid byte sequence for encoding \"UTF8\"");
            return NULL;
        }
    if (strstr(sql, "control.api_key"))
        return rows_of(1, false);
    char choice = *choices ? *choices++ : '1';
    if (choice == '0' && (text_starts_with(sql, "select exists (") || text_starts_with(sql, "select count(")))
        choice = 'n'; /* always a row */
    if (choice == 'e' || choice == 'd') {
        error_set(err, choice == 'e' ? ERROR_TRANSIENT : ERROR_DATA,
                  choice == 'e' ? "08006: gone" : "22P02: bad value");
        return NULL;
    }
    return rows_of(choice == '0' ? 0 : choice == '2' ? 2 : 1, choice == 'n');
}

/* ---- The vault: what it seals is hexadecimal ---- */

bool vault_seal(Vault *vault, const char *company_id, const char *context, const Secret *plain, Text *out, Error *err)
{
    (void)vault, (void)company_id, (void)context, (void)err;
    text_puts(out, "\\x");
    for (size_t i = 0; i < secret_length(plain); i++)
        text_printf(out, "%02x", (unsigned char)secret_reveal(plain)[i]);
    return true;
}

Secret *vault_unseal(Vault *vault, const char *company_id, const char *context, const char *sealed, Error *err)
{
    (void)vault, (void)company_id, (void)context;
    AUTO(Text) *plain = text_new(NULL);
    for (sealed += text_starts_with(sealed, "\\x") ? 2 : 0; isxdigit((unsigned char)sealed[0]) && sealed[1];
         sealed += 2)
        text_putc(plain, (char)(text_hex_digit(sealed[0]) << 4 | (text_hex_digit(sealed[1]) & 15)));
    if (plain->length > 0)
        return secret_new(plain->bytes, plain->length);
    error_set(err, ERROR_DATA, "this was not sealed by us");
    return NULL;
}

/* ---- The vendors ---- */

OAuthApp *vendor_app(PgPool *pool, Vault *vault, const char *source, Error *err)
{
    static const char app[] = "{\"authorizeUrl\": \"https://vendor.example/authorize\", \"tokenUrl\": "
                              "\"https://vendor.example/token\", \"apiUrl\": \"https://vendor.example\", \"clientId\": "
                              "\"us\", \"scope\": \"all\", \"tenantSetting\": \"tenantId\", \"tenantParameter\": "
                              "\"realmId\", \"pkce\": true, \"idleLifeMs\": 1, \"graceMs\": 1}";
    (void)pool, (void)vault;
    if (strcmp(source, "xero") == 0)
        return oauth_app_read(source, app, secret_new("s", 1), err);
    error_set(err, ERROR_UNSUPPORTED, "%s cannot be authorised in the browser here", source);
    return NULL;
}

bool vendor_exchange(const OAuthApp *app, const char *code, const char *redirect_uri, const Secret *verifier,
                     const char *tenant, Arena *arena, Grant *grant, Error *err)
{
    (void)app, (void)redirect_uri, (void)verifier;
    if (strcmp(code, "good") != 0)
        return error_set(err, ERROR_AUTH, "token endpoint of %s: 400 invalid_grant", app->source);
    *grant = (Grant){
        .tokens = {secret_new("a", 1), secret_new("b", 1), 1000, 1000},
          .n_tenants = tenant ? 1 : 2
    };
    grant->tenants = ARENA_ARRAY(arena, OAuthTenant, 2);
    grant->tenants[0] = (OAuthTenant){tenant ? tenant : "t1", "One"};
    grant->tenants[1] = (OAuthTenant){"t2", "<Two>"};
    return true;
}

int64_t token_refresh_by_ms(const OAuth *rules, int64_t told_life_ms)
{
    return told_life_ms > 0 ? told_life_ms : rules->idle_life_ms;
}

bool token_link(PgPool *pool, Vault *vault, const char *company_id, const char *connection_id,
                const OAuthTokens *tokens, int64_t refresh_by_ms, Error *err)
{
    (void)pool, (void)vault, (void)refresh_by_ms, (void)err;
    HOLDS(text_is_uuid(company_id) && text_is_uuid(connection_id) && tokens->refresh);
    return true;
}
