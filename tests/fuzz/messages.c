/* What our topics hold, as their readers take it apart. Input: "job", "value", "key" or "version"; then the bytes. */
#include "lib/json.h"
#include "proto/frame.h"
#include "proto/job.h"
#include "scheduler/cli/decode.h"
#include "tests/fuzz/fuzz.h"
#include "workers/sink/record.h"
#include <string.h>

static void may_be_a_job(const char *bytes, size_t length)
{
    Job job, again;
    Error err = {0};
    uint8_t packed[JOB_MAX], repacked[JOB_MAX];
    if (!job_unpack(bytes, length, "dev", &job, &err)) {
        fuzz_refused(&err);
        return;
    }
    HOLDS(length <= JOB_MAX && job.slice_no > 0 && job.job_class < N_JOB_CLASSES);
    HOLDS(text_is_uuid(job.dataset_id) && text_is_uuid(job.connection_id) && strcmp(job.environment, "dev") == 0);
    size_t n = job_pack(&job, packed);
    HOLDS(n <= JOB_MAX && job_unpack(packed, n, "dev", &again, &err));
    HOLDS(job_pack(&again, repacked) == n && memcmp(packed, repacked, n) == 0);
}

/* `tributary consume` shows whatever lies on a topic as one line of JSON. */
static void may_be_any_message(Arena *arena, const char *bytes, size_t length)
{
    const char *type = NULL;
    Error err = {0};
    AUTO(Text) *line = text_new(NULL);
    if (!decode_value(line, bytes, length, &type, &err)) {
        fuzz_refused(&err);
        return;
    }
    HOLDS(type && !strchr(line->bytes, '\n'));
    HOLDS(json_parse(arena, line->bytes, line->length, &err) || strstr(err.text, "nested"));
}

static void may_be_a_key(const char *bytes, size_t length)
{
    RecordKey key;
    Error err = {0};
    if (!record_key_parse(&key, bytes, length, &err)) {
        fuzz_refused(&err);
        return;
    }
    HOLDS(key.id_length > 0 && key.id_length <= RECORD_ID_MAX && key.id + key.id_length == bytes + length);
    HOLDS(36 + 1 + key.type_length + 1 + key.id_length == length);
    HOLDS(text_valid_utf8(key.id, key.id_length) == key.id_length);
}

static void may_be_a_version(const char *bytes, size_t length)
{
    Version version, again;
    Error err = {0};
    char text[80];
    if (!record_version_parse(&version, bytes, length, &err)) {
        fuzz_refused(&err);
        return;
    }
    HOLDS(version.generation >= 0 && version.source_version >= 0 && version.epoch >= 0);
    int n = snprintf(text, sizeof text, "%d.%lld.%lld", version.generation, (long long)version.source_version,
                     (long long)version.epoch);
    HOLDS(record_version_parse(&again, text, (size_t)n, &err) && version_compare(&version, &again) == 0);
}

static const char *const kinds[] = {"job", "value", "key", "version"};

static const char *kind_name(size_t i)
{
    return kinds[i];
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    switch (fuzz_pick(fuzz_line(&input, arena), kind_name, COUNT_OF(kinds))) {
    case 0:
        may_be_a_job(input.at, input.left);
        break;
    case 1:
        may_be_any_message(arena, input.at, input.left);
        break;
    case 2:
        may_be_a_key(input.at, input.left);
        break;
    default:
        may_be_a_version(input.at, input.left);
    }
    return 0;
}
