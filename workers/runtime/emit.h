/*
 * Emit: the records of one slice on their way to the record topic. Sets key, partition, frame and headers; counts; puts
 * what cannot be sent into records.dlq. What the version header says: "generation.source_version.epoch", three decimal
 * integers, compared from left to right.
 */
#pragma once
#include "lib/kafka.h"
#include "proto/data_types.h"
#include "workers/runtime/claim.h"

enum {
    RECORD_MAX = 1024 * 1024, /* bytes of a framed record */
    ID_MAX = 512,             /* bytes of a record's id   */
    VERSION_SIZE = 64,        /* room for the header's text */
};

typedef struct EmitCounts {
    int64_t records; /* sent, deletions too */
    int64_t deleted; /* deletions among them */
    int64_t dead_letters, blind_letters /* without an id */;
} EmitCounts;

typedef struct Emitter {
    Producer *producer;
    const Claim *claim;
    const DataType *type;
    const char *environment, *program, *traceparent;
    Deliveries records, letters; /* apart: only the records' offsets tell when the rows are in */
    EmitCounts counts;
    Text *lost_ids;     /* of dead letters, a Postgres array without braces: they were seen, and must not be swept */
    Error first_letter; /* why the first record failed */
} Emitter;

void emit_open(Emitter *emitter, Producer *producer, const Claim *claim, const DataType *type, const char *environment,
               const char *program, const char *traceparent);
/* Waits for what is still in flight. */
void emit_close(Emitter *emitter);

void emit_version(char out[VERSION_SIZE], int64_t generation, int64_t source_version, int64_t epoch);

/* One record. A message that is too large goes to the dead letters, with `json` as payload; so does one whose id is no
 * id (missing, or longer than ID_MAX), and its letter has none. False: the broker is away.
 * The arena is scratch. */
bool emit_record(Emitter *emitter, const ProtobufCMessage *message, int64_t source_version, Arena *arena,
                 Error *err) MUST_CHECK;
/* A record that says nothing but that `id` is deleted: the store keeps the row's last content. */
bool emit_deletion(Emitter *emitter, const char *id, int64_t source_version, Arena *arena, Error *err) MUST_CHECK;
/* What could not be mapped: `id` NULL when nobody knows. */
bool emit_letter(Emitter *emitter, const char *id, const char *payload, size_t n_payload, const Error *why,
                 Arena *arena, Error *err) MUST_CHECK;
/* Until all is acknowledged. */
bool emit_flush(Emitter *emitter, Error *err) MUST_CHECK;

/* Appends one element of a Postgres array, quoted. */
void emit_array_add(Text *array, const char *element);
