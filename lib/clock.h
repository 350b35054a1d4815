/*
 * Clock: wall time for stamps, monotonic time for deadlines; ISO 8601 in and out. Tests own the clock.
 */
#pragma once
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

int64_t clock_wall_ms(void);      /* since 1970, UTC; the test's value when one was set */
int64_t clock_monotonic_ms(void); /* since some start; never jumps                     */
int64_t clock_monotonic_ns(void);
void clock_set_wall_ms(int64_t now_ms); /* tests only: freezes the wall clock; 0 gives it back */

typedef struct CivilDate {
    int year, month, day; /* 1-12, 1-31 */
} CivilDate;

bool clock_date_valid(CivilDate date); /* a day of the proleptic Gregorian calendar, years 1..9999 */
int64_t clock_days_of(CivilDate date); /* days since 1970-01-01 */
CivilDate clock_date_of(int64_t days);

/* Parses "YYYY-MM-DDTHH:MM:SS[.fff…][Z|±HH[[:]MM]]" (a space for T is fine; zone-less is UTC; digits past nanoseconds
 * are dropped) or "YYYY-MM-DD" (midnight). False, with nothing written, when it is anything else or outside
 * years 1..9999. */
bool clock_parse_instant(const char *text, int64_t *seconds, int32_t *nanos);
bool clock_parse_date(const char *text, CivilDate *date);

/* "2026-08-03T04:05:06Z", with a fraction (no trailing zeros) only when nanos is not 0. Needs 36 bytes. Instants
 * outside years 1..9999 print as the nearest one inside. */
void clock_format_instant(char out[36], int64_t seconds, int32_t nanos);
