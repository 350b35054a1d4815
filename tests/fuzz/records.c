/* Record topics, as the sink reads them. Input: a data type's key; then the value. */
#include "tests/fuzz/fuzz.h"
#include "tests/fuzz/record.h"

static const char *key_of(size_t i)
{
    return data_types[i].key;
}

int LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t length)
{
    AUTO(Arena) *arena = arena_new(4 * KIB);
    FuzzInput input = {(const char *)bytes, length};
    const DataType *type = &data_types[fuzz_pick(fuzz_line(&input, arena), key_of, n_data_types)];
    record_arrives(type, (const uint8_t *)input.at, input.left, arena);
    return 0;
}
