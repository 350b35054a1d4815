/*
 * Topic reader: all partitions of a topic, read without joining a group and without leaving a trace. Waits in the
 * calling thread.
 */
#pragma once
#include "lib/kafka.h"

typedef struct TopicReader TopicReader;

/* From the first message on, or only what comes from now on. ERROR_CONFIG when there is no such topic. */
TopicReader *topic_reader_open(const Config *config, const char *topic, bool from_beginning, Error *err) MUST_CHECK;
void topic_reader_close(TopicReader *reader); /* NULL is fine */
DEFINE_AUTO(TopicReader, topic_reader_close)

/* The next message, owned by the caller; NULL: none within the time (err untouched), or a failure that waiting does not
 * mend. */
rd_kafka_message_t *topic_reader_next(TopicReader *reader, int64_t timeout_ms, Error *err);

/* Has every message been read that was there at the start? */
bool topic_reader_at_end(const TopicReader *reader);
