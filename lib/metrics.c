#include "lib/metrics.h"
#include "lib/auto.h"
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_SERIES = 1000 };
static const char overflow_labels[] = "labels=\"other\"";

/* Never freed or moved once it is linked, so that readers and updates walk the list without the lock. */
typedef struct MetricSeries {
    struct MetricSeries *next;
    double value; /* of a histogram: the sum */
    uint64_t hash;
    char *labels;
    uint64_t counts[]; /* of a histogram: n_bounds + 1, not cumulated */
} MetricSeries;

static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static Metric *registered;

static uint64_t hash_of(const char *text)
{
    uint64_t hash = 14695981039346656037u; /* FNV-1a */
    for (; *text; text++)
        hash = (hash ^ (unsigned char)*text) * 1099511628211u;
    return hash;
}

static MetricSeries *series_find(Metric *metric, const char *labels, uint64_t hash, int *n)
{
    MetricSeries *series = __atomic_load_n(&metric->series, __ATOMIC_ACQUIRE);
    for (*n = 0; series; series = series->next, (*n)++)
        if (series->hash == hash && strcmp(series->labels, labels) == 0)
            return series;
    return NULL;
}

/* The lock is held. */
static MetricSeries *series_add(Metric *metric, const char *labels, uint64_t hash)
{
    size_t n_counts = metric->type == METRIC_HISTOGRAM ? (size_t)metric->n_bounds + 1 : 0;
    MetricSeries *series = calloc(1, sizeof *series + n_counts * sizeof series->counts[0]);
    if (!series || !(series->labels = strdup(labels)))
        abort();
    series->hash = hash;
    series->next = metric->series;
    __atomic_store_n(&metric->series, series, __ATOMIC_RELEASE);
    if (!metric->registered) {
        metric->registered = 1;
        metric->next = registered;
        registered = metric;
    }
    return series;
}

static MetricSeries *series_of(Metric *metric, const char *labels)
{
    int n;
    labels = labels ? labels : "";
    uint64_t hash = hash_of(labels);
    MetricSeries *series = series_find(metric, labels, hash, &n);
    if (series)
        return series;
    pthread_mutex_lock(&lock);
    series = series_find(metric, labels, hash, &n);
    if (!series && n >= MAX_SERIES) {
        labels = overflow_labels;
        hash = hash_of(labels);
        series = series_find(metric, labels, hash, &n);
    }
    if (!series)
        series = series_add(metric, labels, hash);
    pthread_mutex_unlock(&lock);
    return series;
}

static void add_atomically(double *sum, double amount)
{
    double old, new;
    __atomic_load(sum, &old, __ATOMIC_RELAXED);
    do
        new = old + amount;
    while (!__atomic_compare_exchange(sum, &old, &new, true, __ATOMIC_RELAXED, __ATOMIC_RELAXED));
}

void metric_add(Metric *metric, const char *labels, double amount)
{
    add_atomically(&series_of(metric, labels)->value, amount);
}

void metric_set(Metric *metric, const char *labels, double value)
{
    __atomic_store(&series_of(metric, labels)->value, &value, __ATOMIC_RELAXED);
}

void metric_observe(Metric *metric, const char *labels, double value)
{
    MetricSeries *series = series_of(metric, labels);
    int bucket = 0;
    while (bucket < metric->n_bounds && value > metric->bounds[bucket])
        bucket++;
    __atomic_add_fetch(&series->counts[bucket], 1, __ATOMIC_RELAXED);
    add_atomically(&series->value, value);
}

/* The shortest text that reads back as the same double. */
static void put_double(Text *out, double value)
{
    char text[32];
    for (int precision = 15; precision <= 17; precision++) {
        snprintf(text, sizeof text, "%.*g", precision, value);
        if (strtod(text, NULL) == value)
            break;
    }
    text_puts(out, text);
}

static void put_sample(Text *out, const char *name, const char *suffix, const char *labels, const char *le,
                       double value)
{
    text_printf(out, "%s%s", name, suffix);
    if (*labels || *le) {
        text_printf(out, "{%s%s", labels, *labels && *le ? "," : "");
        if (*le)
            text_printf(out, "le=\"%s\"", le);
        text_putc(out, '}');
    }
    text_putc(out, ' ');
    put_double(out, value);
    text_putc(out, '\n');
}

static void put_histogram(Text *out, const Metric *metric, const MetricSeries *series, double sum)
{
    uint64_t total = 0;
    for (int i = 0; i <= metric->n_bounds; i++) {
        char le[32] = "+Inf";
        if (i < metric->n_bounds)
            snprintf(le, sizeof le, "%.15g", metric->bounds[i]);
        total += __atomic_load_n(&series->counts[i], __ATOMIC_RELAXED);
        put_sample(out, metric->name, "_bucket", series->labels, le, (double)total);
    }
    put_sample(out, metric->name, "_sum", series->labels, "", sum);
    put_sample(out, metric->name, "_count", series->labels, "", (double)total);
}

static void put_metric(Text *out, const Metric *metric)
{
    static const char *const type_names[] = {"counter", "gauge", "histogram"};
    text_printf(out, "# HELP %s %s\n# TYPE %s %s\n", metric->name, metric->help, metric->name,
                type_names[metric->type]);
    const MetricSeries *series = __atomic_load_n(&metric->series, __ATOMIC_ACQUIRE);
    for (; series; series = series->next) {
        double value;
        __atomic_load(&series->value, &value, __ATOMIC_RELAXED);
        if (metric->type == METRIC_HISTOGRAM)
            put_histogram(out, metric, series, value);
        else
            put_sample(out, metric->name, "", series->labels, "", value);
    }
}

void metrics_render(Text *out)
{
    pthread_mutex_lock(&lock);
    for (const Metric *metric = registered; metric; metric = metric->next)
        put_metric(out, metric);
    pthread_mutex_unlock(&lock);
    metrics_render_process(out);
}
