#include "workers/runtime/register.h"
#include <stdio.h>

static const char register_sql[] =
    "insert into control.source (name, data_types, incremental, title, source_type, oauth, client_secret)"
    " values ($1, $2, $3, $4, $5, $6, $7::bytea) on conflict (name) do update set data_types = excluded.data_types,"
    " incremental = excluded.incremental, title = excluded.title, source_type = excluded.source_type,"
    " oauth = excluded.oauth, client_secret = excluded.client_secret, seen_at = now()";

static void list_types(const Source *source, bool only_incremental, Text *json)
{
    text_putc(json, '[');
    for (size_t i = 0; i < source->n_streams; i++)
        if (source->streams[i].incremental || !only_incremental)
            text_printf(json, "%s\"%s\"", json->length > 1 ? "," : "", source->streams[i].data_type);
    text_putc(json, ']');
}

static bool seal_client_secret(const Runtime *runtime, Text *sealed, Error *err)
{
    char context[96];
    snprintf(context, sizeof context, "source/%s/client-secret", runtime->source->name);
    return vault_seal(runtime->vault, NULL, context, runtime->app->client_secret, sealed, err);
}

bool register_source(const Runtime *runtime, Error *err)
{
    const Source *source = runtime->source;
    AUTO(Text) *all = text_new(NULL), *incremental = text_new(NULL), *oauth = text_new(NULL), *secret = text_new(NULL);
    list_types(source, false, all);
    list_types(source, true, incremental);
    if (runtime->app) {
        oauth_app_write(runtime->app, oauth);
        if (!seal_client_secret(runtime, secret, err))
            return error_wrap(err, "register in control.source");
    }
    Pg *pg = pg_take(runtime->pg, err);
    bool fine =
        pg && pg_execute(pg, err, register_sql,
                         PG_PARAMS(source->name, all->bytes, incremental->bytes, source->title, source->source_type,
                                   runtime->app ? oauth->bytes : NULL, runtime->app ? secret->bytes : NULL)) >= 0;
    pg_give(runtime->pg, pg);
    return fine || error_wrap(err, "register in control.source");
}
