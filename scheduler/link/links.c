#include "scheduler/link/links.h"
#include "lib/clock.h"
#include <string.h>

/* What is sealed: company and connection (zeros: none), the end of its life in seconds, big-endian, and a nonce. */
enum { UUID = 16, EXPIRY = 8, NONCE = (LINK_NONCE_SIZE - 1) / 2, SIZE = 2 * UUID + EXPIRY + NONCE, LONGEST = 512 };
static const char context[] = "link";

bool link_write(Vault *vault, const char *public_url, const char *company_id, const char *connection_id, Text *url,
                Error *err)
{
    uint8_t plain[SIZE] = {0};
    uint64_t expires_s = (uint64_t)(clock_wall_ms() / 1000 + LINK_LIFE_S);
    if (!text_uuid_bytes(company_id, plain) || (connection_id && !text_uuid_bytes(connection_id, plain + UUID)))
        return error_set(err, ERROR_INTERNAL, "a link for what is no id");
    for (int i = 0; i < EXPIRY; i++)
        plain[2 * UUID + i] = (uint8_t)(expires_s >> 8 * (EXPIRY - 1 - i));
    crypto_random(plain + SIZE - NONCE, NONCE);
    AUTO(Secret) *secret = secret_new(plain, SIZE);
    AUTO(Text) *sealed = text_new(NULL);
    if (!vault_seal(vault, NULL, context, secret, sealed, err))
        return false;
    text_printf(url, "%s/link/%s", public_url, sealed->bytes + strlen("\\x"));
    return true;
}

static void put_uuid(char out[37], const uint8_t bytes[UUID])
{
    char hex[2 * UUID + 1];
    text_hex(hex, bytes, UUID);
    snprintf(out, 37, "%.8s-%.4s-%.4s-%.4s-%.12s", hex, hex + 8, hex + 12, hex + 16, hex + 20);
}

static bool is_zero(const uint8_t bytes[UUID])
{
    static const uint8_t zeros[UUID];
    return memcmp(bytes, zeros, UUID) == 0;
}

static LinkState look_used(PgPool *pool, const Link *link, Error *err)
{
    AUTO(PGresult) *rows = pg_pool_query(pool, err, "select from control.link_used where nonce = decode($1, 'hex')",
                                         PG_PARAMS(link->nonce));
    return !rows ? LINK_FAILED : PQntuples(rows) > 0 ? LINK_USED : LINK_GOOD;
}

LinkState link_read(PgPool *pool, Vault *vault, const char *token, Link *link, Error *err)
{
    Error bad = {0};
    size_t length = strlen(token);
    if (length > LONGEST || length % 2 != 0 || strspn(token, "0123456789abcdef") != length)
        return LINK_BAD;
    AUTO(Text) *sealed = text_new("\\x");
    text_puts(sealed, token);
    AUTO(Secret) *secret = vault_unseal(vault, NULL, context, sealed->bytes, &bad);
    if (!secret || secret_length(secret) != SIZE)
        return LINK_BAD;
    const uint8_t *plain = (const uint8_t *)secret_reveal(secret);
    uint64_t expires_s = 0;
    for (int i = 0; i < EXPIRY; i++)
        expires_s = expires_s << 8 | plain[2 * UUID + i];
    put_uuid(link->company_id, plain);
    put_uuid(link->connection_id, plain + UUID);
    if (is_zero(plain + UUID))
        link->connection_id[0] = 0;
    text_hex(link->nonce, plain + SIZE - NONCE, NONCE);
    return (int64_t)expires_s < clock_wall_ms() / 1000 ? LINK_EXPIRED : look_used(pool, link, err);
}
