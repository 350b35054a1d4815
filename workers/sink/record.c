#include "workers/sink/record.h"
#include "lib/text.h"
#include <string.h>

enum { UUID_LENGTH = 36 };

bool record_key_parse(RecordKey *key, const char *bytes, size_t length, Error *err)
{
    char uuid[UUID_LENGTH + 1] = {0};
    if (length > UUID_LENGTH)
        memcpy(uuid, bytes, UUID_LENGTH);
    if (length <= UUID_LENGTH || bytes[UUID_LENGTH] != '/' || !text_uuid_bytes(uuid, key->connection))
        return error_set(err, ERROR_DATA, "key does not begin with a connection's uuid and '/'");
    key->type = bytes + UUID_LENGTH + 1;
    const char *slash = memchr(key->type, '/', length - UUID_LENGTH - 1);
    if (!slash)
        return error_set(err, ERROR_DATA, "key is not connection/type/id");
    key->type_length = (size_t)(slash - key->type);
    key->id = slash + 1;
    key->id_length = length - (size_t)(key->id - bytes);
    if (key->id_length == 0 || key->id_length > RECORD_ID_MAX)
        return error_set(err, ERROR_DATA, "id of %zu bytes, 1 to %d are allowed", key->id_length, RECORD_ID_MAX);
    if (memchr(key->id, 0, key->id_length) || text_valid_utf8(key->id, key->id_length) != key->id_length)
        return error_set(err, ERROR_DATA, "id is not UTF-8 text");
    return true;
}

/* Digits up to `end` or a point; moves *at behind it. */
static bool take_number(const char **at, const char *end, bool last, int64_t max, int64_t *number)
{
    const char *start = *at;
    for (*number = 0; *at < end && **at >= '0' && **at <= '9'; (*at)++) {
        int digit = **at - '0';
        if (*number > (max - digit) / 10)
            return false;
        *number = *number * 10 + digit;
    }
    if (*at == start)
        return false;
    if (last)
        return *at == end;
    return *at < end && *(*at)++ == '.';
}

bool record_version_parse(Version *version, const char *bytes, size_t length, Error *err)
{
    const char *at = bytes, *end = bytes + length;
    int64_t generation;
    if (!take_number(&at, end, false, INT32_MAX, &generation) ||
        !take_number(&at, end, false, INT64_MAX, &version->source_version) ||
        !take_number(&at, end, true, INT64_MAX, &version->epoch))
        return error_set(err, ERROR_DATA, "version '%.*s' is not generation.source_version.epoch",
                         (int)(length < 60 ? length : 60), bytes);
    version->generation = (int32_t)generation;
    return true;
}

int version_compare(const Version *a, const Version *b)
{
    if (a->generation != b->generation)
        return a->generation < b->generation ? -1 : 1;
    if (a->source_version != b->source_version)
        return a->source_version < b->source_version ? -1 : 1;
    if (a->epoch != b->epoch)
        return a->epoch < b->epoch ? -1 : 1;
    return 0;
}
