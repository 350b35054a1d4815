#include "lib/metrics.h"
#include "lib/auto.h"
#include "tests/support/suite.h"
#include <pthread.h>
#include <stdio.h>
#include <string.h>

static const double bounds[] = {0.1, 1, 10};

/* Does a line of the exposition read exactly so? */
static bool has_line(const char *line)
{
    AUTO(Text) *out = text_new("\n");
    AUTO(Text) *wanted = text_new(NULL);
    metrics_render(out);
    text_printf(wanted, "\n%s\n", line);
    return strstr(out->bytes, wanted->bytes) != NULL;
}

START_TEST(counters_and_gauges_are_exposed_by_series)
{
    METRIC(records, "test_records_total", METRIC_COUNTER, "Records.");
    METRIC(lag, "test_lag", METRIC_GAUGE, "Lag.");
    metric_add(&records, "source=\"stripe\"", 2);
    metric_add(&records, "source=\"stripe\"", 3);
    metric_add(&records, "source=\"xero\"", 1);
    metric_set(&lag, NULL, 0.1);
    ck_assert(has_line("# HELP test_records_total Records."));
    ck_assert(has_line("# TYPE test_records_total counter"));
    ck_assert(has_line("test_records_total{source=\"stripe\"} 5"));
    ck_assert(has_line("test_records_total{source=\"xero\"} 1"));
    ck_assert(has_line("test_lag 0.1"));
    metric_set(&lag, "", 1e15);
    ck_assert(has_line("test_lag 1e+15"));
}
END_TEST

START_TEST(histograms_are_cumulative)
{
    static Metric seconds = {.name = "test_seconds",
                             .help = "Seconds.",
                             .type = METRIC_HISTOGRAM,
                             .bounds = bounds,
                             .n_bounds = COUNT_OF(bounds)};
    metric_observe(&seconds, "kind=\"a\"", 0.1);
    metric_observe(&seconds, "kind=\"a\"", 0.5);
    metric_observe(&seconds, "kind=\"a\"", 50);
    ck_assert(has_line("test_seconds_bucket{kind=\"a\",le=\"0.1\"} 1"));
    ck_assert(has_line("test_seconds_bucket{kind=\"a\",le=\"1\"} 2"));
    ck_assert(has_line("test_seconds_bucket{kind=\"a\",le=\"10\"} 2"));
    ck_assert(has_line("test_seconds_bucket{kind=\"a\",le=\"+Inf\"} 3"));
    ck_assert(has_line("test_seconds_sum{kind=\"a\"} 50.6"));
    ck_assert(has_line("test_seconds_count{kind=\"a\"} 3"));
}
END_TEST

START_TEST(series_past_a_thousand_share_one)
{
    METRIC(many, "test_many_total", METRIC_COUNTER, "Many.");
    char labels[32];
    for (int i = 0; i < 1500; i++) {
        snprintf(labels, sizeof labels, "i=\"%d\"", i);
        metric_add(&many, labels, 1);
    }
    ck_assert(has_line("test_many_total{i=\"999\"} 1"));
    ck_assert(!has_line("test_many_total{i=\"1000\"} 1"));
    ck_assert(has_line("test_many_total{labels=\"other\"} 500"));
}
END_TEST

METRIC(shared, "test_shared_total", METRIC_COUNTER, "Shared.");

static void *add_from_thread(void *unused)
{
    for (int i = 0; i < 10000; i++)
        metric_add(&shared, i % 2 ? "odd=\"1\"" : "odd=\"0\"", 1);
    return unused;
}

START_TEST(threads_lose_no_update)
{
    pthread_t threads[4];
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        ck_assert_int_eq(pthread_create(&threads[i], NULL, add_from_thread, NULL), 0);
    for (size_t i = 0; i < COUNT_OF(threads); i++)
        pthread_join(threads[i], NULL);
    ck_assert(has_line("test_shared_total{odd=\"0\"} 20000"));
    ck_assert(has_line("test_shared_total{odd=\"1\"} 20000"));
}
END_TEST

START_TEST(the_process_shows_its_basics)
{
    AUTO(Text) *out = text_new(NULL);
    metrics_render_process(out);
    static const char *const names[] = {"process_resident_memory_bytes", "process_open_fds",
                                        "process_cpu_seconds_total", "process_start_time_seconds"};
    for (size_t i = 0; i < COUNT_OF(names); i++) {
        char line[80];
        snprintf(line, sizeof line, "\n%s ", names[i]);
        const char *found = strstr(out->bytes, line);
        ck_assert_msg(found != NULL, "%s", names[i]);
        ck_assert_msg(strtod(found + strlen(line), NULL) > 0, "%s", names[i]);
    }
}
END_TEST

SUITE("metrics", counters_and_gauges_are_exposed_by_series, histograms_are_cumulative, series_past_a_thousand_share_one,
      threads_lose_no_update, the_process_shows_its_basics)
