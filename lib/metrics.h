/*
 * Metrics: counters, gauges and histograms in Prometheus text. Metrics are static objects that register themselves on
 * first use; updates are atomic and cheap; labels are one text per series ("source=\"stripe\",kind=\"transient\"").
 */
#pragma once
#include "lib/text.h"
#include <stdint.h>

typedef enum MetricType { METRIC_COUNTER, METRIC_GAUGE, METRIC_HISTOGRAM } MetricType;

typedef struct Metric {
    const char *name; /* tributary_records_emitted_total */
    const char *help;
    MetricType type;
    const double *bounds; /* histograms: ascending, n_bounds of them; seconds or bytes */
    int n_bounds;
    struct MetricSeries *series; /* private */
    struct Metric *next;
    int registered;
} Metric;

#define METRIC(variable, metric_name, metric_type, metric_help)                                                        \
    static Metric variable = {.name = (metric_name), .help = (metric_help), .type = (metric_type)}

/* `labels` NULL or "": the one unlabelled series. At most 1,000 series a metric; further ones fall into labels="other".
 */
void metric_add(Metric *metric, const char *labels, double amount); /* counters and gauges */
void metric_set(Metric *metric, const char *labels, double value);  /* gauges */
void metric_observe(Metric *metric, const char *labels, double value);

/* Appends the exposition text of all registered metrics, and process_* basics (RSS, open fds, CPU seconds, start time).
 */
void metrics_render(Text *out);
void metrics_render_process(Text *out); /* the basics alone */
