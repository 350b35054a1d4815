/*
 * Random damage: whatever a vendor's body has become on its way, mapping and rendering it ends in a record or in
 * ERROR_DATA. The sanitizers are the judges; the seed is fixed, so a failure repeats.
 */
#include "proto/render.h"
#include "tests/sources/support/cases.h"
#include "tests/support/suite.h"
#include <string.h>

enum { ROUNDS_A_CASE = 150, MOST_CHANGES = 6 };

static uint64_t random_state = 42;

static uint32_t random_below(uint32_t n)
{
    random_state = random_state * 6364136223846793005u + 1442695040888963407u;
    return (uint32_t)(random_state >> 33) % n;
}

/* Tokens that turn one kind of value into another and keep much of the JSON whole. */
static const char *const splices[] = {
    "null", "[]",   "{}",   "\"\"",        "-0",          "1e999",
    "0.5",  "true", "[{}]", "{\"id\":[]}", "\"\\u0000\"", "99999999999999999999999999999999999999999"};

static void damage(Text *text)
{
    size_t at = random_below((uint32_t)text->length);
    if (random_below(3) == 0) {
        text->bytes[at] = (char)random_below(256);
        return;
    }
    /* Replaces the value after some colon. */
    char *colon = memchr(text->bytes + at, ':', text->length - at);
    if (!colon)
        return;
    size_t start = (size_t)(colon - text->bytes) + 1, end = start + strcspn(text->bytes + start, ",}]");
    AUTO(Text) *rest = text_new(text->bytes + end);
    text->length = start;
    text->bytes[start] = 0;
    text_puts(text, splices[random_below(COUNT_OF(splices))]);
    text_add(text, rest->bytes, rest->length);
}

/* True when it became a record. */
static bool survives(const Mapping *mapping, const Text *json)
{
    Error err = {0};
    AUTO(Arena) *arena = arena_new(64 * KIB);
    AUTO(Text) *out = text_new(NULL);
    yyjson_val *record = json_parse(arena, json->bytes, json->length, &err);
    const ProtobufCMessage *message = record ? mapping_apply(mapping, record, arena, &err) : NULL;
    ck_assert_int_eq(err.kind, message ? ERROR_NONE : ERROR_DATA);
    ck_assert_msg(!message || render_message(out, message, &err), "%s", err.text);
    return message != NULL;
}

START_TEST(damaged_objects_become_records_or_errors)
{
    size_t n_records = 0, n_errors = 0;
    for (size_t f = 0; f < n_case_files; f++) {
        AUTO(Arena) *arena = arena_new(256 * KIB);
        yyjson_val *file = cases_load(arena, case_files[f]), *cases = json_at(file, "cases"), *one;
        const Mapping *mapping = cases_mapping(json_text(file, "mapping"));
        size_t i, n;
        yyjson_arr_foreach(cases, i, n, one)
        {
            for (int round = 0; round < ROUNDS_A_CASE; round++) {
                AUTO(Text) *json = text_new(NULL);
                json_write(json, cases_object(arena, cases, one));
                for (uint32_t c = 1 + random_below(MOST_CHANGES); c > 0; c--)
                    damage(json);
                survives(mapping, json) ? n_records++ : n_errors++;
            }
        }
    }
    /* Damage that always or never breaks a record would prove little. */
    ck_assert_uint_gt(n_records, (n_records + n_errors) / 20);
    ck_assert_uint_gt(n_errors, (n_records + n_errors) / 20);
}
END_TEST

SUITE("mutations", damaged_objects_become_records_or_errors)
