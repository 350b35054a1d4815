#include "tests/unit/lib/config_support.h"

static const char *flag_for(const char *content, size_t length)
{
    static char flag[160];
    snprintf(flag, sizeof flag, "--config=%s", write_file("conf", content, length));
    return flag;
}

static void check_file_refused(const char *content, size_t length, const char *said)
{
    const char *flag = flag_for(content, length);
    check_config_refused(FLAGS(flag), ENVIRONMENT(), ERROR_CONFIG, SAYS(flag + strlen("--config="), said));
    unlink(flag + strlen("--config="));
}

static Config *load_file(const char *content, const char *const *environment)
{
    const char *flag = flag_for(content, strlen(content));
    Config *config = load(FLAGS(flag, "--poll-wait=1s"), environment);
    unlink(flag + strlen("--config="));
    return config;
}

START_TEST(the_file_is_beaten_by_environment_and_flags)
{
    AUTO(Config) *config =
        load_file("\xEF\xBB\xBF# ours\n\n ; also ours\nbatch-rows = 5\r\n  poll-wait=2s\nverify = true\n"
                  "kafka.client.id = me",
                  ENVIRONMENT("TRIBUTARY_VERIFY=no"));
    ck_assert_int_eq(config_integer(config, "batch-rows"), 5);
    ck_assert_int_eq(config_integer(config, "poll-wait"), 1000);
    ck_assert(!config_boolean(config, "verify"));
}
END_TEST

START_TEST(a_value_is_the_whole_rest_of_its_line)
{
    char content[1200] = "postgres = host=h password='a ;b # c' options=";
    memset(content + strlen(content), 'x', 1000); /* longer than some readers of such files take */
    AUTO(Config) *config = load_file(content, ENVIRONMENT());
    ck_assert_str_eq(config_text(config, "postgres"), content + strlen("postgres = "));
}
END_TEST

START_TEST(the_environment_may_name_the_file)
{
    const char *path = write_file("named", "batch-rows = 5\n", 15);
    char variable[160];
    snprintf(variable, sizeof variable, "TRIBUTARY_CONFIG=%s", path);
    AUTO(Config) *config = load(FLAGS(), ENVIRONMENT(variable));
    unlink(path);
    ck_assert_int_eq(config_integer(config, "batch-rows"), 5);
}
END_TEST

START_TEST(bad_lines_are_named_by_number)
{
    static const char *const cases[][2] = {
        {"\n\nbath-rows = 5\n",              ":3: there is no option 'bath-rows', did you mean 'batch-rows'?"},
        {"batch-rows = x\n",                 ":1: 'x' will not do for batch-rows: write a whole number"      },
        {"batch-rows 5\n",                   ":1: lines look like"                                           },
        {"[section]\n",                      ":1: lines look like"                                           },
        {"batch-rows = 5\nbatch-rows = 6\n", "conf:1 already: keep one"                                      },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        check_file_refused(cases[i][0], strlen(cases[i][0]), cases[i][1]);
    check_file_refused("batch-rows = 5\0\n", 16, "NUL byte");
    static char huge[70000];
    memset(huge, '#', sizeof huge);
    check_file_refused(huge, sizeof huge, "larger than 64 KiB");
    check_config_refused(FLAGS("--config=/nonexistent"), ENVIRONMENT(), ERROR_CONFIG,
                         SAYS("/nonexistent", "No such file"));
}
END_TEST

START_TEST(secrets_come_from_files_without_the_end_of_line)
{
    char flag[160], variable[160];
    const char *path = write_file("key", "sk_live_1\n", 10);
    snprintf(flag, sizeof flag, "--stripe-key-file=%s", path);
    snprintf(variable, sizeof variable, "TRIBUTARY_STRIPE_KEY_FILE=%s", path);
    AUTO(Config) *by_flag = load(FLAGS(flag), ENVIRONMENT("TRIBUTARY_STRIPE_KEY=other"));
    AUTO(Config) *by_variable = load(FLAGS(), ENVIRONMENT(variable));
    ck_assert(secret_equal(config_secret(by_flag, "stripe-key"), "sk_live_1", 9));
    ck_assert(secret_equal(config_secret(by_variable, "stripe-key"), "sk_live_1", 9));
    check_config_refused(FLAGS(), ENVIRONMENT("TRIBUTARY_STRIPE_KEY=x", variable), ERROR_CONFIG,
                         SAYS("already", "keep one"));
    unlink(path);
    check_config_refused(FLAGS(flag), ENVIRONMENT(), ERROR_DATA, SAYS("--stripe-key-file", "No such file"));
}
END_TEST

START_TEST(an_empty_secret_is_refused)
{
    char flag[160];
    const char *path = write_file("empty", "\n", 1);
    snprintf(flag, sizeof flag, "--stripe-key-file=%s", path);
    check_config_refused(FLAGS(flag), ENVIRONMENT(), ERROR_DATA, SAYS("--stripe-key-file", "empty"));
    unlink(path);
}
END_TEST

SUITE("config file", the_file_is_beaten_by_environment_and_flags, a_value_is_the_whole_rest_of_its_line,
      the_environment_may_name_the_file, bad_lines_are_named_by_number, secrets_come_from_files_without_the_end_of_line,
      an_empty_secret_is_refused)
