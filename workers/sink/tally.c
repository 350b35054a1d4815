#include "workers/sink/tally.h"
#include "lib/clock.h"
#include "lib/log.h"
#include "lib/metrics.h"
#include <stdio.h>

static const double seconds_bounds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
METRIC(rows_total, "tributary_sink_rows_total", METRIC_COUNTER, "Records stored or found to be no news.");
METRIC(batches_total, "tributary_sink_batches_total", METRIC_COUNTER, "Batches committed.");
METRIC(straight_total, "tributary_sink_straight_batches_total", METRIC_COUNTER,
       "Of those, first loads that went straight into their table.");
METRIC(retries_total, "tributary_sink_retries_total", METRIC_COUNTER, "Batches that had to be tried again.");
static Metric batch_seconds = {.name = "tributary_sink_batch_seconds",
                               .help = "From the first row's COPY to the commit.",
                               .type = METRIC_HISTOGRAM,
                               .bounds = seconds_bounds,
                               .n_bounds = COUNT_OF(seconds_bounds)};

void tally_stored(const Batch *batch, bool straight, int64_t started_ns)
{
    char labels[64];
    snprintf(labels, sizeof labels, "type=\"%s\"", batch->type->key);
    metric_add(&rows_total, labels, (double)batch->n_rows);
    metric_add(&batches_total, labels, 1);
    metric_add(&straight_total, labels, straight);
    metric_observe(&batch_seconds, "", (double)(clock_monotonic_ns() - started_ns) / 1e9);
    log_debug("batch stored", KV("type", batch->type->key), KV("rows", batch->n_rows), KV("bytes", batch->bytes),
              KV("ms", (clock_monotonic_ns() - started_ns) / 1000000));
}

void tally_retry(void)
{
    metric_add(&retries_total, NULL, 1);
}
