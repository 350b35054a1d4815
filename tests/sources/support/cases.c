#include "tests/sources/support/cases.h"
#include "proto/render.h"
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

const Mapping *cases_mapping(const char *name)
{
    for (size_t i = 0; i < n_case_mappings; i++)
        if (strcmp(case_mappings[i].name, name) == 0)
            return case_mappings[i].mapping;
    ck_abort_msg("no mapping is called '%s'", name);
}

yyjson_val *cases_load(Arena *arena, const char *path)
{
    Error err = {0};
    char *bytes = NULL;
    size_t length = 0;
    FILE *file = fopen(arena_format(arena, "tests/fixtures/%s", path), "r");
    ck_assert_msg(file != NULL, "cannot open the fixture %s", path);
    ssize_t read = getdelim(&bytes, &length, EOF, file);
    fclose(file);
    yyjson_val *json = json_parse(arena, bytes, read > 0 ? (size_t)read : 0, &err);
    free(bytes);
    ck_assert_msg(json != NULL, "%s: %s", path, err.text);
    return json;
}

/* ---- Cases that are like another ---- */

static yyjson_val *find_case(yyjson_val *cases, const char *name)
{
    size_t i, n;
    yyjson_val *one;
    yyjson_arr_foreach(cases, i, n, one)
    {
        if (strcmp(json_text(one, "name"), name) == 0)
            return one;
    }
    ck_abort_msg("no case is called '%s'", name);
}

static yyjson_val *patched(Arena *arena, yyjson_val *value, yyjson_val *patch)
{
    Error err = {0};
    yyjson_mut_doc *doc = yyjson_mut_doc_new(NULL);
    yyjson_mut_doc_set_root(doc, yyjson_merge_patch(doc, value, patch));
    char *bytes = yyjson_mut_write(doc, 0, NULL);
    yyjson_val *result = json_parse(arena, bytes, strlen(bytes), &err);
    free(bytes);
    yyjson_mut_doc_free(doc);
    ck_assert_msg(result != NULL, "%s", err.text);
    return result;
}

static yyjson_val *resolve(Arena *arena, yyjson_val *cases, yyjson_val *one, const char *key, const char *change)
{
    const char *like = json_text(one, "like");
    yyjson_val *value = like ? resolve(arena, cases, find_case(cases, like), key, change) : json_at(one, key);
    yyjson_val *patch = json_at(one, change);
    return patch ? patched(arena, value, patch) : value;
}

yyjson_val *cases_object(Arena *arena, yyjson_val *cases, yyjson_val *one)
{
    return resolve(arena, cases, one, "object", "change");
}

/* ---- Comparing ---- */

static bool same_number(yyjson_val *a, yyjson_val *b)
{
    char left[DECIMAL_SIZE], right[DECIMAL_SIZE];
    return yyjson_is_raw(a) && yyjson_is_raw(b) && map_number(a, false, left) && map_number(b, false, right) &&
           decimal_compare(left, right) == 0;
}

static const char *below(Arena *arena, const char *step, const char *difference)
{
    return *difference ? arena_format(arena, ".%s%s", step, difference) : "";
}

static const char *object_difference(Arena *arena, yyjson_val *expected, yyjson_val *actual)
{
    size_t i, n;
    yyjson_val *key, *value;
    yyjson_obj_foreach(expected, i, n, key, value)
    {
        const char *name = yyjson_get_str(key);
        yyjson_val *found = yyjson_obj_get(actual, name);
        const char *difference = found ? json_difference(arena, value, found) : " is missing";
        if (*difference)
            return below(arena, name, difference);
    }
    yyjson_obj_foreach(actual, i, n, key, value)
    {
        if (!yyjson_obj_get(expected, yyjson_get_str(key)))
            return below(arena, yyjson_get_str(key), " is not expected");
    }
    return "";
}

static const char *array_difference(Arena *arena, yyjson_val *expected, yyjson_val *actual)
{
    size_t n = yyjson_arr_size(expected);
    if (n != yyjson_arr_size(actual))
        return arena_format(arena, " has %zu elements, not %zu", yyjson_arr_size(actual), n);
    for (size_t i = 0; i < n; i++) {
        const char *difference = json_difference(arena, yyjson_arr_get(expected, i), yyjson_arr_get(actual, i));
        if (*difference)
            return below(arena, arena_format(arena, "%zu", i), difference);
    }
    return "";
}

const char *json_difference(Arena *arena, yyjson_val *expected, yyjson_val *actual)
{
    if (yyjson_is_obj(expected) && yyjson_is_obj(actual))
        return object_difference(arena, expected, actual);
    if (yyjson_is_arr(expected) && yyjson_is_arr(actual))
        return array_difference(arena, expected, actual);
    if (same_number(expected, actual) || (!yyjson_is_raw(expected) && yyjson_equals(expected, actual)))
        return "";
    AUTO(Text) *left = text_new(NULL);
    AUTO(Text) *right = text_new(NULL);
    json_write(left, expected);
    json_write(right, actual);
    return arena_format(arena, " is %s, not %s", right->bytes, left->bytes);
}

/* ---- Running ---- */

static void check_record(Arena *arena, const char *name, yyjson_val *expected, const ProtobufCMessage *message)
{
    Error err = {0};
    AUTO(Text) *text = text_new(NULL);
    ck_assert_msg(render_message(text, message, &err), "%s: %s", name, err.text);
    yyjson_val *actual = json_parse(arena, text->bytes, text->length, &err);
    ck_assert_msg(actual != NULL, "%s: %s", name, err.text);
    const char *difference = json_difference(arena, expected, actual);
    ck_assert_msg(!*difference, "%s: %s\n%s", name, difference, text->bytes);
}

static void run_case(Arena *arena, const Mapping *mapping, yyjson_val *cases, yyjson_val *one)
{
    Error err = {0};
    const char *name = json_text(one, "name"), *error = json_text(one, "error");
    ProtobufCMessage *message = mapping_apply(mapping, cases_object(arena, cases, one), arena, &err);
    if (error) {
        ck_assert_msg(!message && err.kind == ERROR_DATA, "%s: was mapped", name);
        ck_assert_msg(strcmp(err.text, error) == 0, "%s: '%s' is not '%s'", name, err.text, error);
        return;
    }
    ck_assert_msg(message != NULL, "%s: %s", name, err.text);
    check_record(arena, name, resolve(arena, cases, one, "expected", "expected_change"), message);
}

void cases_run(const char *path)
{
    AUTO(Arena) *arena = arena_new(256 * KIB);
    yyjson_val *file = cases_load(arena, path);
    yyjson_val *cases = json_at(file, "cases"), *one;
    const Mapping *mapping = cases_mapping(json_text(file, "mapping"));
    size_t i, n;
    ck_assert_msg(yyjson_arr_size(cases) > 0, "%s has no cases", path);
    yyjson_arr_foreach(cases, i, n, one) run_case(arena, mapping, cases, one);
}
