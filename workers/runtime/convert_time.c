#include "workers/runtime/mapping.h"
#include <errno.h>
#include <stdlib.h>

/* 0001-01-01 to 9999-12-31T23:59:59Z, what google.protobuf.Timestamp can hold. */
static const int64_t first_second = -62135596800, last_second = 253402300799;

static MapResult put_instant(const MapSite *site, int64_t seconds, int32_t nanos)
{
    PbTimestamp *instant = (PbTimestamp *)(void *)map_new_message(site);
    instant->seconds = seconds;
    instant->nanos = nanos;
    map_put_message(site, &instant->base);
    return MAP_READ;
}

static MapResult read_epoch_seconds(const MapSite *site, Error *err)
{
    char digits[DECIMAL_SIZE];
    if (!map_number(site->value, true, digits))
        return map_fail(site, "is no integer", err);
    errno = 0;
    long long seconds = strtoll(digits, NULL, 10);
    if (errno || seconds < first_second || seconds > last_second)
        return map_fail(site, "is outside the years 1 to 9999", err);
    return put_instant(site, seconds, 0);
}

static MapResult read_instant(const MapSite *site, Error *err)
{
    int64_t seconds;
    int32_t nanos;
    const char *text = map_clean_text(site->arena, site->value);
    if (text && !*text)
        return MAP_ABSENT;
    if (!text || !clock_parse_instant(text, &seconds, &nanos))
        return map_fail(site, "is no instant in ISO 8601", err);
    return put_instant(site, seconds, nanos);
}

PbDate *map_new_date(Arena *arena, CivilDate civil)
{
    PbDate *date = ARENA_NEW(arena, PbDate);
    *date = (PbDate)PB_INIT(PbDate);
    date->year = civil.year;
    date->month = civil.month;
    date->day = civil.day;
    return date;
}

void map_put_date(const MapSite *site, CivilDate civil)
{
    map_put_message(site, &map_new_date(site->arena, civil)->base);
}

static MapResult read_date(const MapSite *site, Error *err)
{
    CivilDate civil;
    const char *text = map_clean_text(site->arena, site->value);
    if (text && !*text)
        return MAP_ABSENT;
    if (!text || !clock_parse_date(text, &civil))
        return map_fail(site, "is no date in ISO 8601", err);
    map_put_date(site, civil);
    return MAP_READ;
}

#define MAP_TIMESTAMP .type = PROTOBUF_C_TYPE_MESSAGE, .message = "google.protobuf.Timestamp"
const Conversion AS_EPOCH_SECONDS = {.name = "epoch seconds", .read = read_epoch_seconds, MAP_TIMESTAMP};
const Conversion AS_INSTANT = {.name = "instant", .read = read_instant, MAP_TIMESTAMP};
const Conversion AS_DATE = {.name = "date", .read = read_date, MAP_DATE};
