#include "scheduler/api/record_path.h"
#include "tests/support/suite.h"

static const struct {
    const char *path;
    bool by_company;
    const char *key, *id, *parent;
    bool single;
} paths[] = {
    {"commerce-orders",                   false, "commerce-orders",         NULL,         NULL, false},
    {"commerce-orders/ch_1",              false, "commerce-orders",         "ch_1",       NULL, false},
    {"commerce-orders/charge:a/b",        false, "commerce-orders",         "charge:a/b", NULL, false},
    {"commerce-info",                     false, "commerce-companyInfo",    NULL,         NULL, true },
    {"banking-accountBalances",           false, "banking-accountBalances", NULL,         NULL, false},
    {"bankAccounts",                      false, "bankAccounts",            NULL,         NULL, false},
    {"bankAccounts/7",                    false, "bankAccounts",            "7",          NULL, false},
    {"bankAccounts/7/bankTransactions",   false, "bankTransactions",        NULL,         "7",  false},
    {"bankAccounts/7/bankTransactions/9", false, "bankTransactions",        "9",          "7",  false},
    {"accounts",                          true,  "chartOfAccounts",         NULL,         NULL, false},
    {"invoices/42",                       true,  "invoices",                "42",         NULL, false},
    {"info",                              true,  "company",                 NULL,         NULL, true },
    {"financials/balanceSheet",           true,  "balanceSheet",            NULL,         NULL, true },
};

START_TEST(a_path_names_a_type_and_perhaps_a_record)
{
    AUTO(Arena) *arena = arena_new(1 * KIB);
    RecordPath path;
    ck_assert(record_path_parse(&path, paths[_i].path, paths[_i].by_company, arena));
    ck_assert_str_eq(path.type->key, paths[_i].key);
    ck_assert_pstr_eq(path.id, paths[_i].id);
    ck_assert_pstr_eq(path.parent, paths[_i].parent);
    ck_assert_int_eq(path.single, paths[_i].single);
}
END_TEST

static const struct {
    const char *path;
    bool by_company;
} nowhere[] = {
    {"",                     false},
    {"commerce-orders",      true }, /* by connection only */
    {"invoices",             false}, /* by company only */
    {"commerce-ordersX",     false},
    {"commerce-orders/",     false},
    {"commerce-companyInfo", false}, /* its path is commerce-info */
    {"commerce-info/1",      false},
};

START_TEST(another_path_is_refused)
{
    AUTO(Arena) *arena = arena_new(1 * KIB);
    RecordPath path;
    ck_assert(!record_path_parse(&path, nowhere[_i].path, nowhere[_i].by_company, arena));
}
END_TEST

Suite *suite_under_test(void)
{
    Suite *suite = suite_create("record path");
    TCase *tests = tcase_create("record path");
    tcase_add_loop_test(tests, a_path_names_a_type_and_perhaps_a_record, 0, (int)COUNT_OF(paths));
    tcase_add_loop_test(tests, another_path_is_refused, 0, (int)COUNT_OF(nowhere));
    suite_add_tcase(suite, tests);
    return suite;
}
