#include "workers/runtime/emit.h"
#include "proto/frame.h"
#include "workers/runtime/letters.h"
#include <stdio.h>
#include <string.h>

void emit_open(Emitter *emitter, Producer *producer, const Claim *claim, const DataType *type, const char *environment,
               const char *program, const char *traceparent)
{
    *emitter = (Emitter){.producer = producer,
                         .claim = claim,
                         .type = type,
                         .environment = environment,
                         .program = program,
                         .traceparent = traceparent,
                         .lost_ids = text_new(NULL)};
}

void emit_close(Emitter *emitter)
{
    Error ignored = {0};
    (void)!emit_flush(emitter, &ignored);
    text_free(TAKE(emitter->lost_ids));
}

void emit_version(char out[VERSION_SIZE], int64_t generation, int64_t source_version, int64_t epoch)
{
    snprintf(out, VERSION_SIZE, "%lld.%lld.%lld", (long long)generation, (long long)source_version, (long long)epoch);
}

void emit_array_add(Text *array, const char *element)
{
    text_puts(array, array->length ? ",\"" : "\"");
    for (; *element; element++) {
        if (*element == '"' || *element == '\\')
            text_putc(array, '\\');
        text_putc(array, *element);
    }
    text_putc(array, '"');
}

/* Every record message has `id` and `is_deleted`. */
static void *member(const ProtobufCMessage *message, const char *name)
{
    const ProtobufCFieldDescriptor *field = protobuf_c_message_descriptor_get_field_by_name(message->descriptor, name);
    return (char *)message + field->offset;
}

static char *key_of(const Emitter *emitter, const char *id, Arena *arena)
{
    return arena_format(arena, "%s/%s/%s", emitter->claim->connection_id, emitter->claim->data_type, id);
}

static bool send_framed(Emitter *emitter, const char *id, const uint8_t *bytes, size_t length, int64_t source_version,
                        Arena *arena, Error *err)
{
    const Claim *claim = emitter->claim;
    char version[VERSION_SIZE];
    emit_version(version, claim->generation, source_version, claim->epoch);
    const KafkaHeader headers[] = {
        {"version",     version,              strlen(version)             },
        {"dataset",     claim->dataset_id,    strlen(claim->dataset_id)   },
        {"traceparent", emitter->traceparent, strlen(emitter->traceparent)},
    };
    size_t n_headers = *emitter->traceparent ? 3 : 2;
    return producer_send(emitter->producer, claim->record_topic, claim->record_partition, key_of(emitter, id, arena),
                         bytes, length, headers, n_headers, &emitter->records, err) ||
           error_wrap(err, "%s", claim->record_topic);
}

bool emit_record(Emitter *emitter, const ProtobufCMessage *message, int64_t source_version, Arena *arena, Error *err)
{
    const char *id = *(char **)member(message, "id");
    Error why = {0};
    if (!id || !*id) {
        error_set(&why, ERROR_DATA, "%s: the record has no id", emitter->claim->data_type);
        return emit_letter(emitter, NULL, NULL, 0, &why, arena, err);
    }
    size_t length = strlen(id);
    /* It would be a key in Kafka and in an index, and stand in the request that asks for it in a sweep. */
    if (length > ID_MAX) {
        error_set(&why, ERROR_DATA, "%s %.80s…: the record's id has %zu bytes, at most %d are allowed",
                  emitter->claim->data_type, id, length, ID_MAX);
        return emit_letter(emitter, NULL, NULL, 0, &why, arena, err);
    }
    size_t size = frame_size(message);
    uint8_t *bytes = arena_alloc(arena, size);
    size = frame_pack(emitter->type->schema_id, message, bytes);
    if (size > RECORD_MAX) {
        error_set(&why, ERROR_DATA, "%s %.80s: the record has %zu bytes, at most %d are allowed",
                  emitter->claim->data_type, id, size, RECORD_MAX);
        return emit_letter(emitter, id, (char *)bytes, size, &why, arena, err);
    }
    if (!send_framed(emitter, id, bytes, size, source_version, arena, &why)) {
        if (why.kind == ERROR_DATA) /* the brokers allow less than we do */
            return emit_letter(emitter, id, (char *)bytes, size, &why, arena, err);
        if (err)
            *err = why;
        return false;
    }
    emitter->counts.records++;
    emitter->counts.deleted += *(protobuf_c_boolean *)member(message, "is_deleted") ? 1 : 0;
    return true;
}

bool emit_deletion(Emitter *emitter, const char *id, int64_t source_version, Arena *arena, Error *err)
{
    const ProtobufCMessageDescriptor *descriptor = emitter->type->message;
    ProtobufCMessage *message = arena_zalloc(arena, descriptor->sizeof_message);
    descriptor->message_init(message);
    *(char **)member(message, "id") = arena_text(arena, id);
    *(protobuf_c_boolean *)member(message, "is_deleted") = 1;
    return emit_record(emitter, message, source_version, arena, err);
}

bool emit_letter(Emitter *emitter, const char *id, const char *payload, size_t n_payload, const Error *why,
                 Arena *arena, Error *err)
{
    const char *key = id ? key_of(emitter, id, arena) : emitter->claim->connection_id;
    const Letter letter = {
        .topic = LETTERS_RECORDS,
        .environment = emitter->environment,
        .where = arena_format(arena, "%s: map", emitter->program),
        .why = why,
        .dataset_id = emitter->claim->dataset_id,
        .key = key,
        .n_key = strlen(key),
        .payload = payload,
        .n_payload = n_payload,
    };
    if (!letter_send(emitter->producer, &letter, arena, &emitter->letters, err))
        return false;
    if (emitter->first_letter.kind == ERROR_NONE)
        emitter->first_letter = *why;
    emitter->counts.dead_letters++;
    if (id)
        emit_array_add(emitter->lost_ids, id);
    else
        emitter->counts.blind_letters++;
    return true;
}

bool emit_flush(Emitter *emitter, Error *err)
{
    bool records = deliveries_wait(&emitter->records, err) || error_wrap(err, "%s", emitter->claim->record_topic);
    Error *other = records ? err : NULL;
    bool letters = deliveries_wait(&emitter->letters, other) || error_wrap(other, "%s", LETTERS_RECORDS);
    return records && letters;
}
