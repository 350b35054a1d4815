#include "lib/vault.h"
#include "lib/clock.h"
#include "lib/fiber.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SETS = 256, WAYS = 4, AGAIN_MS = 1000, NAME_SIZE = KEY_ID_SIZE };

/* A company key's id, which no master key can have for its slash. */
static const char company_prefix[] = "company/";

typedef struct Slot {
    char name[NAME_SIZE]; /* "company/<id>" */
    Secret *key;          /* NULL: free */
} Slot;

struct Vault {
    const char *file, *command;
    PgPool *pool;
    pthread_mutex_t lock; /* never held while waiting */
    KeyRing *masters;
    int64_t next_load_ms;
    Slot slots[SETS][WAYS]; /* keys opened lately; the first of a set is the latest */
};

/* ---- Master keys ---- */

static KeyRing *load_masters(const Vault *vault, Error *err)
{
    return vault->file ? keyring_load(vault->file, err) : keyring_run(vault->command, err);
}

static bool knows(Vault *vault, const char *id)
{
    pthread_mutex_lock(&vault->lock);
    bool known = keyring_find(vault->masters, id) != NULL;
    pthread_mutex_unlock(&vault->lock);
    return known;
}

/* Is it this caller's turn to read the keys again? */
static bool take_load(Vault *vault)
{
    pthread_mutex_lock(&vault->lock);
    int64_t now_ms = clock_monotonic_ms();
    bool mine = now_ms >= vault->next_load_ms;
    if (mine)
        vault->next_load_ms = now_ms + AGAIN_MS;
    pthread_mutex_unlock(&vault->lock);
    return mine;
}

static bool reload(Vault *vault, Error *err)
{
    KeyRing *fresh = load_masters(vault, err);
    if (!fresh)
        return false;
    pthread_mutex_lock(&vault->lock);
    KeyRing *old = vault->masters;
    vault->masters = fresh;
    pthread_mutex_unlock(&vault->lock);
    keyring_free(old);
    return true;
}

/* A key that was just added may be met by many at once: one of them reads, the others look once more. */
static bool find_master(Vault *vault, const char *id, Error *err)
{
    if (knows(vault, id))
        return true;
    if (!take_load(vault)) {
        fiber_sleep_ms(AGAIN_MS);
        if (knows(vault, id) || !take_load(vault))
            return true; /* who opens says that it is missing */
    }
    return reload(vault, err);
}

static Secret *open_master(Vault *vault, const char *context, const void *sealed, size_t length, Error *err)
{
    char id[KEY_ID_SIZE];
    if (crypto_key_id(sealed, length, id) && !find_master(vault, id, err))
        return NULL;
    pthread_mutex_lock(&vault->lock);
    Secret *plain = crypto_open(vault->masters, context, sealed, length, err);
    pthread_mutex_unlock(&vault->lock);
    return plain;
}

/* `id` becomes that of the key. */
static bool seal_master(Vault *vault, const char *context, const Secret *plain, Text *out, char id[KEY_ID_SIZE],
                        Error *err)
{
    const char *name;
    pthread_mutex_lock(&vault->lock);
    keyring_first(vault->masters, &name);
    snprintf(id, KEY_ID_SIZE, "%s", name);
    bool fine = crypto_seal(vault->masters, context, plain, out, err);
    pthread_mutex_unlock(&vault->lock);
    return fine;
}

/* ---- Keys opened lately ---- */

static Slot *set_of(Vault *vault, const char *name)
{
    return vault->slots[(uint64_t)crypto_hash64(name, strlen(name)) % SETS];
}

/* A ring of the company's key; NULL when it is not at hand. */
static KeyRing *recall(Vault *vault, const char *name)
{
    KeyRing *ring = NULL;
    Slot *set = set_of(vault, name);
    pthread_mutex_lock(&vault->lock);
    for (int i = 0; i < WAYS && !ring; i++)
        if (set[i].key && strcmp(set[i].name, name) == 0)
            ring = keyring_single(name, set[i].key);
    pthread_mutex_unlock(&vault->lock);
    return ring;
}

static KeyRing *remember(Vault *vault, const char *name, Secret *key)
{
    Slot *set = set_of(vault, name);
    pthread_mutex_lock(&vault->lock);
    KeyRing *ring = keyring_single(name, key);
    secret_free(set[WAYS - 1].key);
    memmove(set + 1, set, (WAYS - 1) * sizeof *set);
    set[0].key = key;
    snprintf(set[0].name, NAME_SIZE, "%s", name);
    pthread_mutex_unlock(&vault->lock);
    return ring;
}

/* ---- Company keys ---- */

static void put_bytea(Text *out, const Text *bytes)
{
    char *hex = malloc(2 * bytes->length + 1);
    if (!hex)
        abort();
    text_hex(hex, bytes->bytes, bytes->length);
    text_puts(out, "\\x");
    text_add(out, hex, 2 * bytes->length);
    free(hex);
}

static unsigned char *read_bytea(const char *text, size_t *length)
{
    unsigned char *bytes = PQunescapeBytea((const unsigned char *)text, length);
    if (!bytes)
        abort();
    return bytes;
}

/* Not under a key that was rotated away while this process ran (`left`): nothing would ever wrap it anew. */
static const char make_sql[] =
    "with left_behind as (select id from control.master_key_left where id = $2),"
    " made as (insert into control.company_key (company_id, master_key, wrapped)"
    "          select id, $2, $3::bytea from control.company where id = $1 and not exists (select from left_behind)"
    "          on conflict do nothing)"
    " select id from left_behind";

/* Of all who make the company's first key at once, one has made it. */
static bool try_make_key(Vault *vault, const char *company_id, const char *context, const Secret *key,
                         char id[KEY_ID_SIZE], bool *left, Error *err)
{
    AUTO(Text) *wrapped = text_new(NULL), *bytea = text_new(NULL);
    if (!seal_master(vault, context, key, wrapped, id, err))
        return false;
    put_bytea(bytea, wrapped);
    AUTO(PGresult) *rows = pg_pool_query(vault->pool, err, make_sql, PG_PARAMS(company_id, id, bytea->bytes));
    *left = rows && PQntuples(rows) > 0;
    return rows != NULL;
}

static bool make_key(Vault *vault, const char *company_id, const char *context, Error *err)
{
    uint8_t bytes[KEY_SIZE];
    char id[KEY_ID_SIZE];
    bool left;
    crypto_random(bytes, sizeof bytes);
    AUTO(Secret) *key = secret_new(bytes, sizeof bytes);
    secret_wipe(bytes, sizeof bytes);
    if (!try_make_key(vault, company_id, context, key, id, &left, err))
        return false;
    if (left && (!reload(vault, err) || !try_make_key(vault, company_id, context, key, id, &left, err)))
        return false;
    return !left || error_set(err, ERROR_CONFIG,
                              "%s: the first master key here is '%s', which was rotated away: put the new one first, "
                              "or run 'tributary keys rotate'",
                              context, id);
}

static Secret *read_key(Vault *vault, const char *company_id, const char *context, bool *there, Error *err)
{
    AUTO(PGresult) *row = pg_pool_query(
        vault->pool, err, "select wrapped from control.company_key where company_id = $1", PG_PARAMS(company_id));
    *there = row && PQntuples(row) > 0;
    if (!*there)
        return NULL;
    size_t length;
    unsigned char *wrapped = read_bytea(pg_text(row, 0, "wrapped"), &length);
    Secret *key = open_master(vault, context, wrapped, length, err);
    PQfreemem(wrapped);
    if (!key || secret_length(key) == KEY_SIZE)
        return key;
    secret_free(key);
    error_set(err, ERROR_DATA, "%s: %d bytes are needed", context, KEY_SIZE);
    return NULL;
}

static KeyRing *company_ring(Vault *vault, const char *company_id, Error *err)
{
    char name[NAME_SIZE], context[64];
    snprintf(name, sizeof name, "%s%.40s", company_prefix, company_id);
    KeyRing *ring = recall(vault, name);
    if (ring)
        return ring;
    snprintf(context, sizeof context, "company-key/%.40s", company_id);
    Error failure = {0};
    bool there;
    Secret *key = read_key(vault, company_id, context, &there, &failure);
    if (!there && failure.kind == ERROR_NONE && make_key(vault, company_id, context, &failure))
        key = read_key(vault, company_id, context, &there, &failure);
    if (key)
        return remember(vault, name, key);
    if (failure.kind == ERROR_NONE)
        error_set(&failure, ERROR_DATA, "company %.40s is not there", company_id);
    if (err)
        *err = failure;
    return NULL;
}

/* ---- Life and use ---- */

Vault *vault_open(const Config *config, PgPool *pool, Error *err)
{
    AUTO(Vault) *vault = calloc(1, sizeof *vault);
    if (!vault)
        abort();
    pthread_mutex_init(&vault->lock, NULL);
    vault->file = config_text(config, "master-key-file");
    vault->command = config_text(config, "master-key-command");
    vault->pool = pool;
    if (!vault->file == !vault->command) {
        error_set(err, ERROR_CONFIG,
                  "master-key-file (or master-key-command) is needed, and only one of them: it seals credentials");
        return NULL;
    }
    vault->masters = load_masters(vault, err);
    return vault->masters ? TAKE(vault) : NULL;
}

void vault_close(Vault *vault)
{
    if (!vault)
        return;
    for (int i = 0; i < SETS; i++)
        for (int k = 0; k < WAYS; k++)
            secret_free(vault->slots[i][k].key);
    keyring_free(vault->masters);
    pthread_mutex_destroy(&vault->lock);
    free(vault);
}

const char *vault_master_id(Vault *vault, size_t place, char id[KEY_ID_SIZE])
{
    pthread_mutex_lock(&vault->lock);
    const char *name = keyring_id(vault->masters, place);
    if (name)
        snprintf(id, KEY_ID_SIZE, "%s", name);
    pthread_mutex_unlock(&vault->lock);
    return name ? id : NULL;
}

bool vault_seal(Vault *vault, const char *company_id, const char *context, const Secret *plain, Text *out, Error *err)
{
    char id[KEY_ID_SIZE];
    AUTO(KeyRing) *ring = company_id ? company_ring(vault, company_id, err) : NULL;
    if (company_id && !ring)
        return false;
    AUTO(Text) *sealed = text_new(NULL);
    bool fine =
        ring ? crypto_seal(ring, context, plain, sealed, err) : seal_master(vault, context, plain, sealed, id, err);
    if (fine)
        put_bytea(out, sealed);
    return fine;
}

/* `id` is that of the key it is sealed with: a company's. */
static Secret *open_company(Vault *vault, const char *company_id, const char *context, const char *id,
                            const void *sealed, size_t length, Error *err)
{
    if (!company_id || strcmp(id + sizeof company_prefix - 1, company_id) != 0) {
        error_set(err, ERROR_DATA, "%s: the sealed value belongs to another company", context);
        return NULL;
    }
    AUTO(KeyRing) *ring = company_ring(vault, company_id, err);
    return ring ? crypto_open(ring, context, sealed, length, err) : NULL;
}

Secret *vault_unseal(Vault *vault, const char *company_id, const char *context, const char *sealed, Error *err)
{
    char id[KEY_ID_SIZE];
    size_t length;
    unsigned char *bytes = read_bytea(sealed, &length);
    bool of_company = crypto_key_id(bytes, length, id) && text_starts_with(id, company_prefix);
    Secret *plain = of_company ? open_company(vault, company_id, context, id, bytes, length, err)
                               : open_master(vault, context, bytes, length, err);
    PQfreemem(bytes);
    return plain;
}
