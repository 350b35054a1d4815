#include "lib/config_parts.h"
#include "tests/unit/lib/config_support.h"

START_TEST(defaults_are_there_and_typed)
{
    AUTO(Config) *config = load(FLAGS(), ENVIRONMENT());
    ck_assert_int_eq(config_integer(config, "batch-rows"), 10000);
    ck_assert_int_eq(config_integer(config, "poll-wait"), 250);
    ck_assert_int_eq(config_integer(config, "page-bytes"), 8 << 20);
    ck_assert(!config_boolean(config, "verify"));
    ck_assert_str_eq(config_text(config, "environment"), "local");
    ck_assert_ptr_null(config_text(config, "postgres"));
    ck_assert_ptr_null(config_secret(config, "stripe-key"));
    ck_assert(!config_is_set(config, "batch-rows"));
}
END_TEST

START_TEST(flags_come_with_and_without_an_equals_sign)
{
    AUTO(Config) *config =
        load(FLAGS("--batch-rows", "5", "--poll-wait=2s", "--verify", "--page-bytes", "64KiB"), ENVIRONMENT());
    ck_assert_int_eq(config_integer(config, "batch-rows"), 5);
    ck_assert_int_eq(config_integer(config, "poll-wait"), 2000);
    ck_assert_int_eq(config_integer(config, "page-bytes"), 64 << 10);
    ck_assert(config_boolean(config, "verify"));
    ck_assert(config_is_set(config, "batch-rows"));
}
END_TEST

START_TEST(flag_beats_environment_and_the_last_flag_beats_the_first)
{
    AUTO(Config) *config =
        load(FLAGS("--batch-rows=5", "--batch-rows=6"), ENVIRONMENT("TRIBUTARY_BATCH_ROWS=7", "TRIBUTARY_VERIFY=yes"));
    ck_assert_int_eq(config_integer(config, "batch-rows"), 6);
    ck_assert(config_boolean(config, "verify"));
}
END_TEST

START_TEST(empty_and_foreign_variables_are_not_ours)
{
    AUTO(Config) *config = load(
        FLAGS(), ENVIRONMENT("TRIBUTARY_BATCH_ROWS=", "TRIBUTARY_LOCAL=/x", "BATCH_ROWS=7", "TRIBUTARY_=1", "junk"));
    ck_assert(!config_is_set(config, "batch-rows"));
}
END_TEST

START_TEST(bad_flags_are_usage_errors_that_help)
{
    check_config_refused(FLAGS("--bath-rows=5"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--bath-rows", "did you mean --batch-rows?"));
    check_config_refused(FLAGS("--zzzzzzzzzz"), ENVIRONMENT(), ERROR_DATA, SAYS("no such option", "--help"));
    check_config_refused(FLAGS("--batch-rows"), ENVIRONMENT(), ERROR_DATA, SAYS("--batch-rows", "value is missing"));
    check_config_refused(FLAGS("--batch-rows", "--verify"), ENVIRONMENT(), ERROR_DATA, SAYS("value is missing"));
    check_config_refused(FLAGS("--batch-rows=many"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--batch-rows", "'many'", "a whole number"));
    check_config_refused(FLAGS("--batch-rows=0"), ENVIRONMENT(), ERROR_DATA, SAYS("between 1 and 1000000"));
    check_config_refused(FLAGS("--batch-rows=99999999999999999999"), ENVIRONMENT(), ERROR_DATA, SAYS("a whole number"));
    check_config_refused(FLAGS("--poll-wait=250"), ENVIRONMENT(), ERROR_DATA, SAYS("250ms, 10s, 5m"));
    check_config_refused(FLAGS("--page-bytes=8MB"), ENVIRONMENT(), ERROR_DATA, SAYS("64KiB, 8MiB"));
    check_config_refused(FLAGS("--page-bytes=-1"), ENVIRONMENT(), ERROR_DATA, SAYS("negative"));
    check_config_refused(FLAGS("--page-bytes=9999999999GiB"), ENVIRONMENT(), ERROR_DATA, SAYS("a size"));
    check_config_refused(FLAGS("--verify=maybe"), ENVIRONMENT(), ERROR_DATA, SAYS("true or false"));
    check_config_refused(FLAGS("--http-listen=8080"), ENVIRONMENT(), ERROR_DATA, SAYS("127.0.0.1:8080"));
    check_config_refused(FLAGS("--http-listen=h:99999"), ENVIRONMENT(), ERROR_DATA, SAYS("an address"));
    check_config_refused(FLAGS("-x"), ENVIRONMENT(), ERROR_DATA, SAYS("two dashes"));
    check_config_refused(FLAGS("operand"), ENVIRONMENT(), ERROR_DATA, SAYS("'operand'", "options only"));
}
END_TEST

START_TEST(bad_variables_name_themselves)
{
    check_config_refused(FLAGS(), ENVIRONMENT("TRIBUTARY_BATCH_ROWS=x"), ERROR_CONFIG,
                         SAYS("TRIBUTARY_BATCH_ROWS", "batch-rows", "'x'"));
    AUTO(Text) *huge = text_new("TRIBUTARY_ENVIRONMENT=");
    for (int i = 0; i < 70000; i++)
        text_putc(huge, 'x');
    check_config_refused(FLAGS(), ENVIRONMENT(huge->bytes), ERROR_CONFIG, SAYS("TRIBUTARY_ENVIRONMENT", "longer than"));
}
END_TEST

START_TEST(what_is_required_and_missing_is_named_with_all_ways_to_give_it)
{
    static const Option required[] = {
        {"postgres", NULL, "the database", OPTION_TEXT, .required = true}
    };
    static const OptionGroup group = {required, 1};
    static const ConfigProgram program = {.name = "tester", .groups = &group, .n_groups = 1};
    Error err = {0};
    ck_assert_ptr_null(config_parse(&program, 1, MUTABLE(FLAGS()), MUTABLE(ENVIRONMENT()), NULL, &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_ptr_nonnull(strstr(err.text, "--postgres, TRIBUTARY_POSTGRES"));
}
END_TEST

START_TEST(options_stop_at_the_first_operand)
{
    ConfigProgram program = test_program;
    program.operands = true;
    int operand = 0;
    Error err = {0};
    AUTO(Config) *config = config_parse(&program, 5, MUTABLE(FLAGS("--batch-rows", "5", "sync", "--wait")),
                                        MUTABLE(ENVIRONMENT()), &operand, &err);
    ck_assert_msg(config != NULL, "%s", err.text);
    ck_assert_int_eq(operand, 3);
    AUTO(Config) *dashes =
        config_parse(&program, 3, MUTABLE(FLAGS("--", "--batch-rows")), MUTABLE(ENVIRONMENT()), &operand, &err);
    ck_assert_msg(dashes != NULL, "%s", err.text);
    ck_assert_int_eq(operand, 2);
}
END_TEST

START_TEST(secrets_are_no_flags)
{
    check_config_refused(FLAGS("--stripe-key=sk_live_1"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--stripe-key-file", "can read a flag"));
    check_config_refused(FLAGS("--postgres=postgres://u:pw@h/db"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--postgres", "password in it"));
    check_config_refused(FLAGS("--postgres", "host=h password=pw"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--postgres", "password in it"));
    check_config_refused(FLAGS("--kafka.sasl.password=pw"), ENVIRONMENT(), ERROR_DATA,
                         SAYS("--kafka.sasl.password", "can read a flag"));
    Error err = {0};
    ck_assert_ptr_null(try_config(FLAGS("--stripe-key=sk_live_1"), ENVIRONMENT(), &err));
    ck_assert_ptr_null(strstr(err.text, "sk_live"));
    AUTO(Config) *config =
        load(FLAGS(), ENVIRONMENT("TRIBUTARY_STRIPE_KEY=sk_live_1", "TRIBUTARY_POSTGRES=postgres://u:pw@h/db"));
    ck_assert(secret_equal(config_secret(config, "stripe-key"), "sk_live_1", 9));
    ck_assert_str_eq(config_text(config, "postgres"), "postgres://u:pw@h/db");
}
END_TEST

static void collect(void *context, const char *property, const char *value)
{
    text_printf(context, "%s=%s;", property, value);
}

START_TEST(properties_of_librdkafka_pass_through)
{
    AUTO(Config) *config = load(
        FLAGS("--kafka.client.id=me", "--kafka.linger.ms", "7"),
        ENVIRONMENT("TRIBUTARY_KAFKA_BROKERS=h:1", "TRIBUTARY_KAFKA_SASL_PASSWORD=pw", "TRIBUTARY_KAFKA_LINGER_MS=9"));
    AUTO(Text) *all = text_new(NULL);
    config_each_kafka(config, collect, all);
    ck_assert_str_eq(all->bytes, "client.id=me;linger.ms=7;sasl.password=pw;");
    ck_assert_str_eq(config_text(config, "kafka-brokers"), "h:1");
}
END_TEST

START_TEST(printed_values_show_their_origin_and_no_secret)
{
    AUTO(Config) *config =
        load(FLAGS("--batch-rows=5"),
             ENVIRONMENT("TRIBUTARY_STRIPE_KEY=sk_live_1", "TRIBUTARY_POSTGRES=postgres://u:hunter2@h/db",
                         "TRIBUTARY_KAFKA_SASL_PASSWORD=hunter2", "TRIBUTARY_KAFKA_CLIENT_ID=me"));
    AUTO(Text) *out = text_new(NULL);
    config_print_values(config, out);
    ck_assert_ptr_null(strstr(out->bytes, "hunter2"));
    ck_assert_ptr_null(strstr(out->bytes, "sk_live"));
    static const char *const wanted[] = {
        "batch-rows = 5 ",        "# --batch-rows\n",      "postgres = postgres://u:****@h/db ",
        "# TRIBUTARY_POSTGRES\n", "stripe-key = **** ",    "kafka.sasl.password = **** ",
        "kafka.client.id = me ",  "environment = local\n", "# redis is not set\n"};
    for (size_t i = 0; i < COUNT_OF(wanted); i++)
        ck_assert_msg(strstr(out->bytes, wanted[i]) != NULL, "%s is missing in\n%s", wanted[i], out->bytes);
}
END_TEST

START_TEST(a_program_names_what_it_cannot_do_without)
{
    static const char *const needed[] = {"kafka-brokers", "postgres"};
    AUTO(Config) *config = load(FLAGS(), ENVIRONMENT("TRIBUTARY_KAFKA_BROKERS=h:1"));
    Error err = {0};
    ck_assert(config_require(config, needed, 1, &err));
    ck_assert(!config_require(config, needed, COUNT_OF(needed), &err));
    ck_assert_int_eq(err.kind, ERROR_CONFIG);
    ck_assert_str_eq(err.text, "postgres is not set: 'tester --help' lists the options");
}
END_TEST

START_TEST(help_names_every_option_and_ignores_the_rest)
{
    AUTO(Config) *config = load(FLAGS("--help", "--nonsense"), ENVIRONMENT("TRIBUTARY_BATCH_ROWS=x"));
    AUTO(Text) *out = text_new(NULL);
    config_print_help(config, out);
    for (size_t i = 0; i < test_program.n_groups; i++)
        for (size_t k = 0; k < test_program.groups[i].n; k++)
            ck_assert_ptr_nonnull(strstr(out->bytes, test_program.groups[i].options[k].name));
    ck_assert_ptr_nonnull(strstr(out->bytes, "  --batch-rows N                  rows a batch (default 10000)\n"));
    ck_assert_ptr_nonnull(
        strstr(out->bytes, "  --stripe-key-file FILE          key of the account (secret: never a flag itself)\n"));
}
END_TEST

SUITE("config", defaults_are_there_and_typed, flags_come_with_and_without_an_equals_sign,
      flag_beats_environment_and_the_last_flag_beats_the_first, empty_and_foreign_variables_are_not_ours,
      bad_flags_are_usage_errors_that_help, bad_variables_name_themselves,
      what_is_required_and_missing_is_named_with_all_ways_to_give_it, options_stop_at_the_first_operand,
      secrets_are_no_flags, properties_of_librdkafka_pass_through, printed_values_show_their_origin_and_no_secret,
      a_program_names_what_it_cannot_do_without, help_names_every_option_and_ignores_the_rest)
