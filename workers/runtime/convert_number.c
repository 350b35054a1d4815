#include "workers/runtime/mapping.h"
#include <string.h>
#include <strings.h>

/* Currencies whose minor unit is not a hundredth. ISK and UGX have none in ISO 4217, but vendors send them as
 * hundredths. */
static const struct {
    char currency[4];
    int scale;
} scales[] = {
    {"BIF", 0},
    {"CLP", 0},
    {"DJF", 0},
    {"GNF", 0},
    {"JPY", 0},
    {"KMF", 0},
    {"KRW", 0},
    {"MGA", 0},
    {"PYG", 0},
    {"RWF", 0},
    {"VND", 0},
    {"VUV", 0},
    {"XAF", 0},
    {"XOF", 0},
    {"XPF", 0},
    {"BHD", 3},
    {"IQD", 3},
    {"JOD", 3},
    {"KWD", 3},
    {"LYD", 3},
    {"OMR", 3},
    {"TND", 3},
};

int map_currency_scale(const char *currency)
{
    for (size_t i = 0; i < COUNT_OF(scales); i++)
        if (strcasecmp(scales[i].currency, currency) == 0)
            return scales[i].scale;
    return 2;
}

PbDecimal *map_new_decimal(Arena *arena, const char *canonical)
{
    PbDecimal *decimal = ARENA_NEW(arena, PbDecimal);
    *decimal = (PbDecimal)PB_INIT(PbDecimal);
    decimal->value = arena_text(arena, canonical);
    return decimal;
}

void map_put_decimal(const MapSite *site, const char *canonical)
{
    map_put_message(site, &map_new_decimal(site->arena, canonical)->base);
}

/* A vendor that begins to count in floating point writes 12 as 12.0. */
static bool cut_to_integer(char number[DECIMAL_SIZE])
{
    char *point = strchr(number, '.');
    if (point && point[1 + strspn(point + 1, "0")])
        return false;
    if (point)
        *point = 0;
    return true;
}

bool map_number(yyjson_val *value, bool integer, char out[DECIMAL_SIZE])
{
    const char *text = yyjson_is_raw(value) ? yyjson_get_raw(value) : yyjson_get_str(value);
    return text && decimal_parse(out, text, yyjson_get_len(value)) && (!integer || cut_to_integer(out));
}

static bool is_blank(yyjson_val *value)
{
    return yyjson_is_str(value) && yyjson_get_len(value) == 0;
}

bool map_number_at(yyjson_val *json, const char *path, char out[DECIMAL_SIZE], Error *err)
{
    yyjson_val *value = json_at(json, path);
    if (!value || is_blank(value))
        strcpy(out, "0");
    else if (!map_number(value, false, out))
        return error_set(err, ERROR_DATA, "%s is no number", path);
    return true;
}

static MapResult read_decimal(const MapSite *site, Error *err)
{
    char number[DECIMAL_SIZE];
    if (is_blank(site->value))
        return MAP_ABSENT;
    if (!map_number(site->value, false, number))
        return map_fail(site, "is no number", err);
    map_put_decimal(site, number);
    return MAP_READ;
}

MapResult map_constant_decimal(const MapSite *site, Error *err)
{
    (void)err;
    map_put_decimal(site, site->row->as->argument);
    return MAP_READ;
}

static MapResult read_percent(const MapSite *site, Error *err)
{
    char number[DECIMAL_SIZE], fraction[DECIMAL_SIZE];
    if (is_blank(site->value))
        return MAP_ABSENT;
    if (!map_number(site->value, false, number) || !decimal_multiply(fraction, number, "0.01"))
        return map_fail(site, "is no percentage", err);
    map_put_decimal(site, fraction);
    return MAP_READ;
}

/* ---- Money ---- */

const char *map_currency(const MapSite *site, const char *path)
{
    const char *currency = NULL;
    for (; site && !currency; site = site->outer)
        currency = json_text(site->record, path);
    return currency;
}

bool map_in_currency(const char *currency, const char *minor_units, char out[DECIMAL_SIZE], Error *err)
{
    static const char *const unit_of_scale[] = {"1", "0.1", "0.01", "0.001"};
    if (!currency || !*currency)
        return error_set(err, ERROR_DATA, "an amount without a currency");
    if (!decimal_multiply(out, minor_units, unit_of_scale[map_currency_scale(currency)]))
        return error_set(err, ERROR_DATA, "'%s' has too many digits", minor_units);
    return true;
}

static MapResult read_money(const MapSite *site, bool integer, bool negated, Error *err)
{
    char count[DECIMAL_SIZE], amount[DECIMAL_SIZE];
    if (is_blank(site->value))
        return MAP_ABSENT;
    if (!map_number(site->value, integer, count))
        return map_fail(site, integer ? "is no integer" : "is no number", err);
    if (!map_in_currency(map_currency(site, site->row->as->argument), count, amount, err))
        return MAP_FAILED;
    if (negated && !decimal_negate(count, amount))
        return map_fail(site, "cannot be negated", err);
    map_put_decimal(site, negated ? count : amount);
    return MAP_READ;
}

MapResult map_minor_units(const MapSite *site, Error *err)
{
    return read_money(site, true, false, err);
}

MapResult map_negated_minor_units(const MapSite *site, Error *err)
{
    return read_money(site, true, true, err);
}

MapResult map_fractional_minor_units(const MapSite *site, Error *err)
{
    return read_money(site, false, false, err);
}

const Conversion AS_DECIMAL = {.name = "decimal", .read = read_decimal, MAP_DECIMAL};
const Conversion AS_PERCENT = {.name = "percent", .read = read_percent, MAP_DECIMAL};
