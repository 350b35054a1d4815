/* Instants, days, and how long a server wants us to wait. Input: one text a line. */
#include "lib/clock.h"
#include "lib/http_headers.h"
#include "tests/fuzz/fuzz.h"
#include "workers/sink/encode.h"
#include <string.h>

static void may_be_an_instant(const char *text)
{
    int64_t seconds = -7, again;
    int32_t nanos = -7, nanos_again;
    char printed[36];
    Error err = {0};
    AUTO(Text) *encoded = text_new(NULL);
    if (!clock_parse_instant(text, &seconds, &nanos)) {
        HOLDS(seconds == -7 && nanos == -7);
        return;
    }
    HOLDS(nanos >= 0 && nanos < 1000000000);
    clock_format_instant(printed, seconds, nanos);
    HOLDS(clock_parse_instant(printed, &again, &nanos_again) && again == seconds && nanos_again == nanos);
    HOLDS(encode_instant(encoded, seconds, nanos, &err));
}

static void may_be_a_day(const char *text)
{
    CivilDate day, again;
    Error err = {0};
    AUTO(Text) *encoded = text_new(NULL);
    if (!clock_parse_date(text, &day))
        return;
    HOLDS(clock_date_valid(day));
    again = clock_date_of(clock_days_of(day));
    HOLDS(again.year == day.year && again.month == day.month && again.day == day.day);
    HOLDS(encode_date(encoded, day.year, day.month, day.day, &err));
}

static void may_be_a_retry_after(const char *text)
{
    int64_t wait_ms = http_retry_after(text, 1754193906000);
    HOLDS(wait_ms >= -1 && wait_ms <= 24 * 60 * 60 * 1000);
    HOLDS(http_date_ms(text) >= -1 && http_date_ms(text) < 253402300800000);
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(KIB);
    FuzzInput input = {(const char *)bytes, length};
    while (input.left > 0) {
        const char *text = fuzz_line(&input, arena);
        may_be_an_instant(text);
        may_be_a_day(text);
        may_be_a_retry_after(text);
    }
    return 0;
}
