#include "workers/runtime/meters.h"
#include "lib/metrics.h"
#include <stdio.h>

static const double seconds[] = {0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30};
static Metric fetch_seconds = {.name = "tributary_fetch_seconds",
                               .help = "Time of one page or look-up, as the source answered",
                               .type = METRIC_HISTOGRAM,
                               .bounds = seconds,
                               .n_bounds = COUNT_OF(seconds)};
METRIC(fetch_errors, "tributary_fetch_errors_total", METRIC_COUNTER, "Calls that failed, by kind of error");
METRIC(pages, "tributary_pages_total", METRIC_COUNTER, "Pages mapped and emitted");
METRIC(items, "tributary_page_records_total", METRIC_COUNTER, "Records on those pages");
METRIC(bytes_read, "tributary_page_bytes_total", METRIC_COUNTER, "Bytes of JSON read");
METRIC(waits, "tributary_waits_total", METRIC_COUNTER, "Short waits inside a slice");
METRIC(slices, "tributary_slices_total", METRIC_COUNTER, "Slices that ended, by outcome");
METRIC(records, "tributary_records_emitted_total", METRIC_COUNTER, "Records sent, deletions too");
METRIC(deleted, "tributary_deletions_emitted_total", METRIC_COUNTER, "Deletions sent");
METRIC(letters, "tributary_dead_letters_total", METRIC_COUNTER, "Records that could not be mapped or sent");
METRIC(dead_jobs, "tributary_dead_jobs_total", METRIC_COUNTER, "Job messages that no worker can read");
METRIC(in_flight, "tributary_slices_in_flight", METRIC_GAUGE, "Slices that run now");
METRIC(parked_jobs, "tributary_jobs_parked", METRIC_GAUGE, "Jobs looked at again soon");
METRIC(ready_jobs, "tributary_jobs_ready", METRIC_GAUGE, "Jobs that wait for a place, by class");
METRIC(oldest, "tributary_oldest_runnable_seconds", METRIC_GAUGE, "Age of the longest waiting job");
METRIC(room, "tributary_page_memory_bytes", METRIC_GAUGE, "Bytes that pages hold");

enum { LABEL_SIZE = 192 };

static const char *source = "";

void meters_open(const char *name)
{
    source = name;
}

static const char *label(char out[LABEL_SIZE], const char *data_type, const char *name, const char *value)
{
    if (name)
        snprintf(out, LABEL_SIZE, "source=\"%.40s\",type=\"%.60s\",%s=\"%.40s\"", source, data_type, name, value);
    else
        snprintf(out, LABEL_SIZE, "source=\"%.40s\",type=\"%.60s\"", source, data_type);
    return out;
}

void meter_fetched(const char *data_type, const Error *err, int64_t took_ns)
{
    char text[LABEL_SIZE];
    metric_observe(&fetch_seconds, label(text, data_type, NULL, NULL), (double)took_ns / 1e9);
    if (err)
        metric_add(&fetch_errors, label(text, data_type, "kind", error_kind_name(err->kind)), 1);
}

void meter_page(const char *data_type, int64_t n_records, int64_t n_bytes)
{
    char text[LABEL_SIZE];
    label(text, data_type, NULL, NULL);
    metric_add(&pages, text, 1);
    metric_add(&items, text, (double)n_records);
    metric_add(&bytes_read, text, (double)n_bytes);
}

void meter_waited(const char *data_type)
{
    char text[LABEL_SIZE];
    metric_add(&waits, label(text, data_type, NULL, NULL), 1);
}

void meter_slice(const char *data_type, const char *outcome, const EmitCounts *counts)
{
    char text[LABEL_SIZE];
    metric_add(&slices, label(text, data_type, "outcome", outcome), 1);
    label(text, data_type, NULL, NULL);
    metric_add(&records, text, (double)counts->records);
    metric_add(&deleted, text, (double)counts->deleted);
    metric_add(&letters, text, (double)counts->dead_letters);
}

void meter_load(int running, int parked, const int waiting[N_JOB_CLASSES], int64_t oldest_ms, int64_t page_bytes)
{
    char text[LABEL_SIZE];
    snprintf(text, sizeof text, "source=\"%.40s\"", source);
    metric_set(&in_flight, text, running);
    metric_set(&parked_jobs, text, parked);
    metric_set(&oldest, text, (double)oldest_ms / 1000);
    metric_set(&room, text, (double)page_bytes);
    for (int i = 0; i < N_JOB_CLASSES; i++) {
        snprintf(text, sizeof text, "source=\"%.40s\",class=\"%s\"", source, job_class_name((JobClass)i));
        metric_set(&ready_jobs, text, waiting[i]);
    }
}

void meter_dead_job(void)
{
    char text[LABEL_SIZE];
    snprintf(text, sizeof text, "source=\"%.40s\"", source);
    metric_add(&dead_jobs, text, 1);
}
