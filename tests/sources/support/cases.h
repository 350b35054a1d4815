/*
 * Cases: fixtures of one mapping, each a vendor object with the canonical record that MODEL.md makes of it, written by
 * hand.
 *
 * A file names its mapping and has cases of {"name", "object", "expected"}. A case may be "like" an earlier one with a
 * "change" of its object and an "expected_change" of its record (JSON merge patches, so null takes a member out), or
 * end in an "error" that the mapping's text must be equal to.
 */
#pragma once
#include "workers/runtime/mapping.h"

/* The root mappings by the names that fixtures call them; each source's tests have the table. */
typedef struct CaseMapping {
    const char *name;
    const Mapping *mapping;
} CaseMapping;
extern const CaseMapping case_mappings[];
extern const size_t n_case_mappings;
/* All fixtures of the source, for the random damage of test_mutations.c. */
extern const char *const case_files[];
extern const size_t n_case_files;

/* Runs all cases of tests/fixtures/<path>; fails the test with the case's name and the first difference. */
void cases_run(const char *path);

/* The root mapping that a fixture calls by this name. */
const Mapping *cases_mapping(const char *name);

/* A fixture file as JSON; fails the test when it cannot be read. */
yyjson_val *cases_load(Arena *arena, const char *path);

/* The vendor object of a case, with its change applied. */
yyjson_val *cases_object(Arena *arena, yyjson_val *cases, yyjson_val *one);

/* Where two JSON values differ, by path; "" when they do not. Numbers are compared by value, exactly. */
const char *json_difference(Arena *arena, yyjson_val *expected, yyjson_val *actual);
