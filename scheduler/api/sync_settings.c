/* Which data types a company reads, of the client for all and of a company for itself (P-051..P-054). */
#include "proto/data_types.h"
#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"
#include <stdlib.h>
#include <string.h>

enum { LONGEST_INSTANT = 40 };

typedef enum SettingKind { SETTING_BOOLEAN, SETTING_NUMBER, SETTING_INSTANT } SettingKind;

/* fetchOnFirstLink decides today; the others are kept and shown. */
static const struct Setting {
    const char *name;
    SettingKind kind;
    int most;
} known[] = {
    {"fetchOnFirstLink", SETTING_BOOLEAN, 0   },
    {"syncSchedule",     SETTING_NUMBER,  8784}, /* hours */
    {"syncOrder",        SETTING_NUMBER,  1000},
    {"syncFromUtc",      SETTING_INSTANT, 0   },
    {"syncFromWindow",   SETTING_NUMBER,  1200}, /* months */
    {"monthsToSync",     SETTING_NUMBER,  1200},
    {"isLocked",         SETTING_BOOLEAN, 0   },
};

static bool number_fits(yyjson_val *value, int most)
{
    const char *text = yyjson_is_raw(value) ? yyjson_get_raw(value) : "";
    return *text && strlen(text) <= 5 && strspn(text, "0123456789") == strlen(text) && atoi(text) <= most;
}

static bool fits(const struct Setting *setting, yyjson_val *value)
{
    switch (setting->kind) {
    case SETTING_BOOLEAN:
        return yyjson_is_bool(value);
    case SETTING_NUMBER:
        return number_fits(value, setting->most);
    default:
        return yyjson_is_str(value) && yyjson_get_len(value) <= LONGEST_INSTANT;
    }
}

/* One entry of settings[], as a member of the object that is stored. */
static bool read_one(Request *request, Response *response, yyjson_val *entry, JsonWriter *writer)
{
    const char *key = json_text(entry, "dataType");
    if (!key || !data_type_by_key(key))
        return answer_error(request, response, 400, "settings: '%.80s' is no data type", key ? key : "");
    json_open(writer, key, '{');
    for (size_t i = 0; i < COUNT_OF(known); i++) {
        yyjson_val *value = yyjson_obj_get(entry, known[i].name);
        if (!value || yyjson_is_null(value))
            continue;
        if (!fits(&known[i], value))
            return answer_error(request, response, 400, "settings: %s of %s is none", known[i].name, key);
        json_put_value(writer, known[i].name, value);
    }
    json_close(writer, '}');
    return true;
}

/* {dataType: {…}} as it is stored; NULL: the response is written. */
static const char *read_settings(Request *request, Response *response, yyjson_val *body)
{
    yyjson_val *settings = yyjson_obj_get(body, "settings"), *entry;
    size_t i, n;
    AUTO(Text) *json = text_new(NULL);
    JsonWriter writer = {.out = json};
    if (!yyjson_is_arr(settings)) {
        answer_error(request, response, 400, "settings: an array of objects with a dataType is needed");
        return NULL;
    }
    json_open(&writer, NULL, '{');
    yyjson_arr_foreach(settings, i, n, entry)
    {
        if (!read_one(request, response, entry, &writer))
            return NULL;
    }
    json_close(&writer, '}');
    return arena_text(request->arena, json->bytes);
}

/* The company that the path names; NULL: the client. */
static bool read_company(Request *request, Response *response, const char **company)
{
    *company = request->params[0];
    return !*company || company_exists(request, response, *company);
}

static const char *all_types(Arena *arena)
{
    AUTO(Text) *keys = text_new("{");
    for (size_t i = 0; i < n_data_types; i++)
        text_printf(keys, "%s%s", i > 0 ? "," : "", data_types[i].key);
    text_putc(keys, '}');
    return arena_text(arena, keys->bytes);
}

/* What counts for each data type. */
static const char get_sql[] =
    "select json_strip_nulls(json_build_object('companyId', $1::uuid, 'clientId', case when $1::uuid is null then "
    " md5('client')::uuid end, 'overridesDefaults', coalesce((select overrides_defaults from control.sync_settings "
    "where "
    " company_id is not distinct from $1::uuid), false), 'settings', (select json_agg('{\"syncSchedule\": 0, "
    " \"syncOrder\": 0, \"isLocked\": false}'::jsonb "
    " || coalesce((select settings -> type from control.sync_settings where company_id is null), '{}') "
    " || coalesce((select settings -> type from control.sync_settings where company_id = $1 and overrides_defaults), "
    "'{}') "
    " || jsonb_build_object('dataType', type, 'fetchOnFirstLink', control.fetch_on_first_link($1, type)) order by i) "
    " from unnest($2::text[]) with ordinality t (type, i)))) as record";

void sync_settings_get(Request *request, Response *response)
{
    const char *company;
    if (!read_company(request, response, &company))
        return;
    AUTO(PGresult) *rows = api_query(request, response, get_sql, PG_PARAMS(company, all_types(request->arena)));
    if (rows)
        answer_record(request, response, rows, "");
}

/* The data types that are given are replaced, the others stay. */
void sync_settings_set(Request *request, Response *response)
{
    const char *company, *settings;
    if (!read_company(request, response, &company))
        return;
    yyjson_val *body = request_object(request, response);
    if (!body || !(settings = read_settings(request, response, body)))
        return;
    AUTO(PGresult) *rows =
        api_query(request, response,
                  "insert into control.sync_settings as s (company_id, settings, overrides_defaults) values ($1, "
                  "$2::jsonb, $3::boolean) on conflict (company_id) do update set settings = s.settings || "
                  "excluded.settings, overrides_defaults = excluded.overrides_defaults",
                  PG_PARAMS(company, settings, PG_BOOL(json_boolean(body, "overridesDefaults", true))));
    if (rows)
        sync_settings_get(request, response);
}
