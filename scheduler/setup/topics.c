#include "scheduler/setup/topics.h"
#include "lib/arena.h"
#include "proto/data_types.h"
#include "proto/job.h"
#include <stdio.h>
#include <string.h>

#define DAYS(n) ((int64_t)(n)*24 * 3600 * 1000)

enum { MAX_SOURCES = 100 };

bool source_is_built(const char *source)
{
    for (size_t i = 0; i < n_built_sources; i++)
        if (strcmp(built_sources[i], source) == 0)
            return true;
    return false;
}

/* Built and registered sources, without repetition; texts live on the arena. */
static size_t list_sources(Pg *pg, Arena *arena, const char *sources[MAX_SOURCES], Error *err)
{
    AUTO(PGresult) *registered = pg_query(pg, err, "select name from control.source order by name", 0, NULL);
    if (!registered)
        return 0;
    size_t n = 0;
    for (size_t i = 0; i < n_built_sources && n < MAX_SOURCES; i++)
        sources[n++] = built_sources[i];
    for (int i = 0; i < PQntuples(registered) && n < MAX_SOURCES; i++)
        if (!source_is_built(pg_text(registered, i, "name")))
            sources[n++] = arena_text(arena, pg_text(registered, i, "name"));
    return n;
}

static size_t list_topics(Arena *arena, TopicSpec *topics, const char *const *sources, size_t n_sources,
                          int job_partitions, int record_partitions)
{
    size_t n = 0;
    for (size_t i = 0; i < n_data_types; i++)
        topics[n++] = (TopicSpec){data_types[i].topic, "compact,delete", record_partitions, DAYS(7)};
    topics[n++] = (TopicSpec){"records.dlq", "delete", 1, DAYS(30)};
    topics[n++] = (TopicSpec){"dataset-events", "delete", record_partitions, DAYS(30)};
    for (size_t i = 0; i < n_sources; i++) {
        char name[JOB_NAME_SIZE];
        for (int c = 0; c < N_JOB_CLASSES; c++) {
            job_topic(name, sources[i], (JobClass)c);
            topics[n++] = (TopicSpec){arena_text(arena, name), "delete", job_partitions, DAYS(7)};
        }
        job_dead_letter_topic(name, sources[i]);
        topics[n++] = (TopicSpec){arena_text(arena, name), "delete", 1, DAYS(30)};
    }
    return n;
}

static bool start_groups(const Config *config, const char *const *sources, size_t n_sources, Error *err)
{
    const char *environment = config_text(config, "environment");
    for (size_t i = 0; i < n_sources; i++) {
        char group[JOB_NAME_SIZE], topic[JOB_NAME_SIZE];
        job_group(group, environment, sources[i]);
        for (int c = 0; c < N_JOB_CLASSES; c++) {
            job_topic(topic, sources[i], (JobClass)c);
            if (!kafka_commit_start(config, group, topic, err))
                return false;
        }
    }
    return true;
}

bool topics_make(const Config *config, Pg *pg, int job_partitions, int record_partitions, TopicsResult *result,
                 Error *err)
{
    AUTO(Arena) *arena = arena_new(16 * KIB);
    const char *sources[MAX_SOURCES];
    size_t n_sources = list_sources(pg, arena, sources, err);
    if (n_sources == 0)
        return false;
    TopicSpec *topics = ARENA_ARRAY(arena, TopicSpec, n_data_types + 2 + n_sources * (N_JOB_CLASSES + 1));
    size_t n = list_topics(arena, topics, sources, n_sources, job_partitions, record_partitions);
    *result = (TopicsResult){(int)n, (int)n_sources};
    return kafka_create_topics(config, topics, n, err) && start_groups(config, sources, n_sources, err);
}

bool topics_count_partitions(const Config *config, int *counts, Error *err)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    const char **topics = ARENA_ARRAY(arena, const char *, n_data_types);
    for (size_t i = 0; i < n_data_types; i++)
        topics[i] = data_types[i].topic;
    return kafka_partitions(config, topics, n_data_types, counts, err);
}
