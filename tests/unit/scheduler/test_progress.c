#include "lib/clock.h"
#include "scheduler/cli/progress.h"
#include "tests/support/suite.h"
#include <string.h>

static const char fetching[] =
    "{\"id\":\"30f01edb-dd02-4e1d-bdca-ce49f6e8498a\",\"dataType\":\"commerce-orders\",\"status\":\"Fetching\","
    "\"requested\":\"2026-11-24T10:00:00.500Z\",\"progress\":25,\"records\":1200}";
static const char failed[] =
    "{\"id\":\"30f01edb-dd02-4e1d-bdca-ce49f6e8498b\",\"dataType\":\"commerce-disputes\",\"status\":"
    "\"PermissionsError\","
    "\"errorMessage\":\"the key may not read disputes\",\"requested\":\"2026-11-24T10:00:00Z\","
    "\"completed\":\"2026-11-24T10:00:02.500Z\",\"progress\":100}";
static const char complete[] =
    "{\"id\":\"30f01edb-dd02-4e1d-bdca-ce49f6e8498c\",\"dataType\":\"commerce-customers\",\"status\":\"Complete\","
    "\"requested\":\"2026-11-24T10:00:00Z\",\"completed\":\"2026-11-24T10:00:01Z\",\"progress\":100,\"records\":300,"
    "\"rowsWritten\":299,\"deleted\":1,\"deadLetters\":2}";

static ProgressRow read_row(const char *json)
{
    AUTO(Arena) *arena = arena_new(8 * KIB);
    Error err = {0};
    int64_t seconds;
    int32_t nanos;
    ck_assert(clock_parse_instant("2026-11-24T10:00:03Z", &seconds, &nanos));
    ProgressRow row = {0};
    progress_read(&row, json_parse(arena, json, strlen(json), &err), seconds * 1000);
    return row;
}

START_TEST(a_row_counts_seconds_until_now_or_its_end)
{
    ProgressRow open = read_row(fetching), ended = read_row(failed);
    ck_assert(open.seconds > 2.49 && open.seconds < 2.51);
    ck_assert(ended.seconds > 2.49 && ended.seconds < 2.51);
}
END_TEST

START_TEST(a_dataset_under_way_has_neither_ended_nor_failed)
{
    ProgressRow open = read_row(fetching), bad = read_row(failed), good = read_row(complete), none = {0};
    ck_assert(!progress_ended(&open) && !progress_failed(&open));
    ck_assert(progress_ended(&bad) && progress_failed(&bad));
    ck_assert(progress_ended(&good) && !progress_failed(&good));
    ck_assert(!progress_ended(&none));
}
END_TEST

START_TEST(a_bar_fills_with_the_percentage_and_fits_the_screen)
{
    ProgressRow row = read_row(fetching);
    AUTO(Text) *wide = text_new(NULL), *narrow = text_new(NULL);
    progress_bar(wide, &row, 16, 200);
    ck_assert_str_eq(wide->bytes,
                     "commerce-orders   [#####...............]  Fetching                1200 records     2.5 s");
    progress_bar(narrow, &row, 16, 30);
    ck_assert_uint_eq(narrow->length, 30);
}
END_TEST

START_TEST(a_failed_bar_looks_different)
{
    ProgressRow row = read_row(failed);
    AUTO(Text) *bar = text_new(NULL);
    progress_bar(bar, &row, 18, 200);
    ck_assert_ptr_nonnull(strstr(bar->bytes, "[!!!!!!!!!!!!!!!!!!!!]  PermissionsError"));
}
END_TEST

START_TEST(a_line_tells_a_change)
{
    ProgressRow row = read_row(fetching);
    AUTO(Text) *line = text_new(NULL);
    progress_line(line, &row);
    ck_assert_str_eq(line->bytes, "commerce-orders Fetching 1200 records\n");
}
END_TEST

START_TEST(the_table_ends_with_sums_and_reasons)
{
    ProgressRow rows[] = {read_row(complete), read_row(failed)};
    AUTO(Text) *table = text_new(NULL);
    progress_table(table, rows, 2);
    ck_assert_str_eq(table->bytes, "type                status                records         rows   seconds\n"
                                   "commerce-customers  Complete                  300          299       1.0"
                                   "  1 deleted  2 dead letters\n"
                                   "commerce-disputes   PermissionsError            0            0       2.5\n"
                                   "all                                           300          299\n"
                                   "commerce-disputes: the key may not read disputes\n");
}
END_TEST

SUITE("progress", a_row_counts_seconds_until_now_or_its_end, a_dataset_under_way_has_neither_ended_nor_failed,
      a_bar_fills_with_the_percentage_and_fits_the_screen, a_failed_bar_looks_different, a_line_tells_a_change,
      the_table_ends_with_sums_and_reasons)
