/*
 * Sink: from the record topics into the writers. One fiber reads; it gathers messages in open batches, one for each
 * data type and writer, and hands a batch over when it is full, old enough, or memory asks for it. Offsets live in
 * Postgres; Kafka is told them for lag displays only.
 */
#pragma once
#include "lib/kafka.h"
#include "lib/program.h"

typedef struct Sink Sink;

/* `stop` turns true when the program is to end. Both arguments outlive the sink. */
Sink *sink_new(const Program *program, const bool *stop);
/* Reads until it is to stop (then what was read is stored, as far as ten seconds allow) or an operator must act. */
bool sink_run(Sink *sink, Error *err) MUST_CHECK;
void sink_free(Sink *sink);
DEFINE_AUTO(Sink, sink_free)

/* Waits for Postgres and Kafka, checks that both are this environment's and hold what the sink needs, and brings the
 * tables up to the messages. */
bool sink_prepare(const Program *program, const bool *stop, Error *err) MUST_CHECK;
