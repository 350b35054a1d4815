/*
 * Topics: all that Tributary needs on Kafka, with PROTOCOL's partitions and retention. Sources are those that this
 * build has a worker of, and those that a worker has registered in the database.
 */
#pragma once
#include "lib/kafka.h"
#include "lib/pg.h"

/* The sources that this build has a worker of. */
extern const char *const built_sources[];
extern const size_t n_built_sources;
bool source_is_built(const char *source);

typedef struct TopicsResult {
    int n_topics, n_sources;
} TopicsResult;

/* Creates what is missing; topics that are there keep their settings. Commits a start for the workers' and the sink's
 * groups, so that lag is never unknown. */
bool topics_make(const Config *config, Pg *pg, int job_partitions, int record_partitions, TopicsResult *result,
                 Error *err) MUST_CHECK;

/* The partition counts of the record topics, in the order of data_types. ERROR_CONFIG when one is missing. */
bool topics_count_partitions(const Config *config, int *counts, Error *err) MUST_CHECK;
