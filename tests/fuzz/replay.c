/* The same target without libFuzzer: every file of seeds/<name> and found/<name> is one check. */
#include "tests/fuzz/fuzz.h"
#include "tests/support/suite.h"
#include <glob.h>
#include <stdio.h>
#include <sys/stat.h>

static glob_t inputs;

/* In a buffer of the file's exact size, so that a byte too far is found. */
START_TEST(an_input_keeps_the_promises)
{
    ck_assert_msg(inputs.gl_pathc > 0, "there are no inputs");
    const char *path = inputs.gl_pathv[_i];
    FILE *file = fopen(path, "r");
    struct stat about;
    ck_assert_msg(file && fstat(fileno(file), &about) == 0, "cannot open %s", path);
    size_t length = (size_t)about.st_size;
    uint8_t *bytes = malloc(length > 0 ? length : 1);
    ck_assert_uint_eq(fread(bytes, 1, length, file), length);
    fclose(file);
    fprintf(stderr, "%s\n", path); /* if the process ends here, this was the input */
    ck_assert_int_eq(LLVMFuzzerTestOneInput(bytes, length), 0);
    free(bytes);
}
END_TEST

Suite *suite_under_test(void)
{
    glob("tests/fuzz/seeds/" FUZZ_NAME "/*", 0, NULL, &inputs);
    glob("tests/fuzz/found/" FUZZ_NAME "/*", GLOB_APPEND, NULL, &inputs);
    Suite *suite = suite_create(FUZZ_NAME);
    TCase *tests = tcase_create(FUZZ_NAME);
    tcase_add_loop_test(tests, an_input_keeps_the_promises, 0, inputs.gl_pathc > 0 ? (int)inputs.gl_pathc : 1);
    tcase_set_timeout(tests, 60);
    suite_add_tcase(suite, tests);
    return suite;
}
