#include "lib/clock.h"
#include <stdatomic.h>
#include <stdio.h>
#include <time.h>

enum { DAY_SECONDS = 86400 };
static const int64_t first_instant = -62135596800, last_instant = 253402300799; /* years 1 to 9999 */
static _Atomic int64_t frozen_wall_ms;

static int64_t read_ns(clockid_t id)
{
    struct timespec now;
    clock_gettime(id, &now);
    return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

int64_t clock_wall_ms(void)
{
    int64_t frozen = atomic_load_explicit(&frozen_wall_ms, memory_order_relaxed);
    return frozen ? frozen : read_ns(CLOCK_REALTIME) / 1000000;
}

int64_t clock_monotonic_ms(void)
{
    return read_ns(CLOCK_MONOTONIC) / 1000000;
}

int64_t clock_monotonic_ns(void)
{
    return read_ns(CLOCK_MONOTONIC);
}

void clock_set_wall_ms(int64_t now_ms)
{
    atomic_store(&frozen_wall_ms, now_ms);
}

static bool is_leap(int year)
{
    return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0;
}

bool clock_date_valid(CivilDate date)
{
    static const int lengths[] = {31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
    if (date.year < 1 || date.year > 9999 || date.month < 1 || date.month > 12 || date.day < 1)
        return false;
    return date.day <= lengths[date.month - 1] + (date.month == 2 && is_leap(date.year));
}

/* Both directions count from March, so that the leap day is the last of its year, in eras of 400 years (146,097 days).
 */
int64_t clock_days_of(CivilDate date)
{
    int64_t year = date.month <= 2 ? (int64_t)date.year - 1 : date.year;
    int64_t era = (year >= 0 ? year : year - 399) / 400;
    int64_t year_of_era = year - era * 400;
    int64_t day_of_year = (153 * (date.month + (date.month > 2 ? -3 : 9)) + 2) / 5 + date.day - 1;
    int64_t day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    return era * 146097 + day_of_era - 719468;
}

CivilDate clock_date_of(int64_t days)
{
    days += 719468;
    int64_t era = (days >= 0 ? days : days - 146096) / 146097;
    int64_t day_of_era = days - era * 146097;
    int64_t year_of_era = (day_of_era - day_of_era / 1460 + day_of_era / 36524 - day_of_era / 146096) / 365;
    int64_t day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    int64_t month = (5 * day_of_year + 2) / 153;
    CivilDate date = {.day = (int)(day_of_year - (153 * month + 2) / 5 + 1),
                      .month = (int)(month < 10 ? month + 3 : month - 9)};
    date.year = (int)(year_of_era + era * 400 + (date.month <= 2));
    return date;
}

/* Reads exactly `digits` digits; false leaves the place. */
static bool number(const char **at, int digits, int *value)
{
    int sum = 0;
    for (int i = 0; i < digits; i++) {
        if ((*at)[i] < '0' || (*at)[i] > '9')
            return false;
        sum = sum * 10 + ((*at)[i] - '0');
    }
    *at += digits;
    *value = sum;
    return true;
}

static bool accept(const char **at, char c)
{
    if (**at != c)
        return false;
    (*at)++;
    return true;
}

static bool date_part(const char **at, CivilDate *date)
{
    return number(at, 4, &date->year) && accept(at, '-') && number(at, 2, &date->month) && accept(at, '-') &&
           number(at, 2, &date->day) && clock_date_valid(*date);
}

/* At least one digit; past the ninth they are read and dropped. */
static bool fraction_part(const char **at, int32_t *nanos)
{
    int32_t unit = 100000000;
    int digit;
    if (!number(at, 1, &digit))
        return false;
    do {
        *nanos += digit * unit;
        unit /= 10;
    } while (number(at, 1, &digit));
    return true;
}

static bool zone_part(const char **at, int *offset_seconds)
{
    int hours, minutes = 0;
    *offset_seconds = 0;
    if (**at == 0 || accept(at, 'Z'))
        return true;
    int sign = **at == '-' ? -1 : 1;
    if ((!accept(at, '+') && !accept(at, '-')) || !number(at, 2, &hours) || hours > 23)
        return false;
    if (**at && ((void)accept(at, ':'), !number(at, 2, &minutes) || minutes > 59))
        return false;
    *offset_seconds = sign * (hours * 3600 + minutes * 60);
    return true;
}

bool clock_parse_instant(const char *text, int64_t *seconds, int32_t *nanos)
{
    CivilDate date;
    int hour = 0, minute = 0, second = 0, offset = 0;
    int32_t fraction = 0;
    if (!date_part(&text, &date))
        return false;
    if (*text) {
        if ((!accept(&text, 'T') && !accept(&text, ' ')) || !number(&text, 2, &hour) || !accept(&text, ':') ||
            !number(&text, 2, &minute) || !accept(&text, ':') || !number(&text, 2, &second))
            return false;
        if (hour > 23 || minute > 59 || second > 59)
            return false;
        if ((accept(&text, '.') && !fraction_part(&text, &fraction)) || !zone_part(&text, &offset) || *text)
            return false;
    }
    int64_t instant = clock_days_of(date) * DAY_SECONDS + hour * 3600 + minute * 60 + second - offset;
    if (instant < first_instant || instant > last_instant)
        return false;
    *seconds = instant;
    *nanos = fraction;
    return true;
}

bool clock_parse_date(const char *text, CivilDate *date)
{
    CivilDate read;
    if (!date_part(&text, &read) || *text)
        return false;
    *date = read;
    return true;
}

void clock_format_instant(char out[36], int64_t seconds, int32_t nanos)
{
    if (seconds < first_instant)
        seconds = first_instant;
    if (seconds > last_instant)
        seconds = last_instant;
    int64_t days = seconds / DAY_SECONDS, rest = seconds % DAY_SECONDS;
    if (rest < 0) {
        rest += DAY_SECONDS;
        days--;
    }
    CivilDate date = clock_date_of(days);
    int length = snprintf(out, 36, "%04d-%02d-%02dT%02d:%02d:%02d", date.year, date.month, date.day, (int)(rest / 3600),
                          (int)(rest / 60 % 60), (int)(rest % 60));
    if (nanos > 0 && nanos < 1000000000) {
        length += snprintf(out + length, 36 - (size_t)length, ".%09d", (int)nanos);
        while (out[length - 1] == '0')
            length--;
    }
    out[length++] = 'Z';
    out[length] = 0;
}
