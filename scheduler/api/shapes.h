/*
 * Shapes: companies, connections and pull operations as the API shows them, as SQL over their rows. Absent values are
 * left out by json_strip_nulls() around them.
 */
#pragma once
#include "scheduler/api/answer.h"

/* A stable id for a source's name, where the reference product has UUIDs. */
#define SOURCE_UUID(kind, alias) "md5('" kind "/' || " alias ".source)::uuid"

/* Over control.connection `k`. The family comes from what the source's worker has registered. */
#define CONNECTION_JSON                                                                                                \
    "json_strip_nulls(json_build_object('id', k.id, 'integrationId', " SOURCE_UUID(                                    \
        "integration",                                                                                                 \
        "k") ", 'integrationKey', k.source, 'sourceId', " SOURCE_UUID("source", "k") ", 'sourceType', case (select "   \
                                                                                     "split_part(s.data_types ->> 0, " \
                                                                                     "'-', 1) from control.source s "  \
                                                                                     "where s.name = k.source) "       \
                                                                                     "when 'commerce' then "           \
                                                                                     "'Commerce' when 'banking' then " \
                                                                                     "'Banking' else (select case "    \
                                                                                     "when "                           \
                                                                                     "jsonb_array_length(s.data_"      \
                                                                                     "types) > 0 "                     \
                                                                                     "then 'Accounting' end from "     \
                                                                                     "control.source s where s.name "  \
                                                                                     "= k.source) end"                 \
                                                                                     ", 'platformName', "              \
                                                                                     "initcap(k.source), 'status', "   \
                                                                                     "k.status, 'statusReason', "      \
                                                                                     "k.reason"                        \
                                                                                     ", 'lastSync', " INSTANT(         \
                                                                                         "k."                          \
                                                                                         "last_"                       \
                                                                                         "sync") ", "                  \
                                                                                                 "'created',"          \
                                                                                                 " " INSTANT("k."      \
                                                                                                             "create"  \
                                                                                                             "d") ", " \
                                                                                                                  "'d" \
                                                                                                                  "at" \
                                                                                                                  "aC" \
                                                                                                                  "on" \
                                                                                                                  "ne" \
                                                                                                                  "ct" \
                                                                                                                  "io" \
                                                                                                                  "nE" \
                                                                                                                  "rr" \
                                                                                                                  "or" \
                                                                                                                  "s'" \
                                                                                                                  ", " \
                                                                                                                  "k." \
                                                                                                                  "er" \
                                                                                                                  "ro" \
                                                                                                                  "rs" \
                                                                                                                  ", " \
                                                                                                                  "'c" \
                                                                                                                  "on" \
                                                                                                                  "ne" \
                                                                                                                  "ct" \
                                                                                                                  "io" \
                                                                                                                  "nI" \
                                                                                                                  "nf" \
                                                                                                                  "o'" \
                                                                                                                  ", " \
                                                                                                                  "k." \
                                                                                                                  "se" \
                                                                                                                  "tt" \
                                                                                                                  "in" \
                                                                                                                  "gs" \
                                                                                                                  "))"

/* Over control.company `c`. */
#define COMPANY_JSON                                                                                                   \
    "json_strip_nulls(json_build_object('id', c.id, 'name', c.name, 'description', c.description, 'redirect', "        \
    "c.redirect"                                                                                                       \
    ", 'created', " INSTANT(                                                                                           \
        "c.created") ", 'createdByUserName', c.created_by, 'tags', c.tags, 'products', '[]'::json"                     \
                     ", 'lastSync', (select " INSTANT(                                                                 \
                         "max(k.last_sync)") " from control.connection k where k.company_id = c.id)"                   \
                                             ", 'dataConnections', coalesce((select json_agg(" CONNECTION_JSON         \
                                             " order by k.created, k.id) "                                             \
                                             "from control.connection k where k.company_id = c.id), '[]'::json)))"

/* Over control.dataset `d`. What stands after isErrored is ours. */
#define DATASET_JSON                                                                                                   \
    "json_strip_nulls(json_build_object('id', d.id, 'companyId', d.company_id, 'connectionId', d.connection_id"        \
    ", 'dataType', d.data_type, 'status', d.status"                                                                    \
    ", 'statusDescription', case when d.retry_at > now() then 'waits until ' || " INSTANT(                             \
        "d.retry_at") " end"                                                                                           \
                      ", 'errorMessage', d.error, 'requested', " INSTANT("d.requested") ", 'completed', " INSTANT(     \
                          "d.completed") ", 'progress', case d.status when 'Queued' then 0 when 'Fetching' then 25 "   \
                                         "when 'Processing' then 75 "                                                  \
                                         "when 'Validating' then 90 else 100 end"                                      \
                                         ", 'isCompleted', d.status = 'Complete', 'isErrored', d.status like '%Error'" \
                                         ", 'class', d.class, 'mode', d.mode, 'slice', d.slice_no, 'pages', d.pages, " \
                                         "'records', d.records"                                                        \
                                         ", 'rowsWritten', d.rows_written, 'deleted', d.deleted, 'deadLetters', "      \
                                         "d.dead_letters))"
