#include "scheduler/setup/migrations.h"
#include "scheduler/setup/topics.h"
#include "tests/support/suite.h"
#include <dirent.h>
#include <stdio.h>
#include <string.h>

/* Tests run in the folder of the clone. */
#define FOLDER "infra/migrations"

START_TEST(every_file_is_carried_as_it_is)
{
    int n = 0;
    DIR *folder = opendir(FOLDER);
    ck_assert_ptr_nonnull(folder);
    for (struct dirent *entry; (entry = readdir(folder));)
        n += strstr(entry->d_name, ".sql") != NULL;
    closedir(folder);
    ck_assert_uint_eq(n_migrations, (size_t)n);
    for (size_t i = 0; i < n_migrations; i++) {
        char path[256];
        static char bytes[1 << 20];
        snprintf(path, sizeof path, FOLDER "/%s.sql", migrations[i].name);
        FILE *file = fopen(path, "re");
        ck_assert_msg(file != NULL, "%s", path);
        bytes[fread(bytes, 1, sizeof bytes - 1, file)] = 0;
        fclose(file);
        ck_assert_str_eq(migrations[i].sql, bytes);
    }
}
END_TEST

START_TEST(they_run_in_the_order_of_their_numbers)
{
    for (size_t i = 0; i < n_migrations; i++) {
        char number[24];
        snprintf(number, sizeof number, "%04zu_", i + 1);
        ck_assert_msg(strncmp(migrations[i].name, number, 5) == 0, "%s is number %zu", migrations[i].name, i + 1);
    }
}
END_TEST

/* migrations_apply() puts each into a transaction with its own record. */
START_TEST(none_ends_its_transaction_itself)
{
    for (size_t i = 0; i < n_migrations; i++) {
        ck_assert_ptr_null(strstr(migrations[i].sql, "commit;"));
        ck_assert_ptr_null(strstr(migrations[i].sql, "concurrently"));
    }
}
END_TEST

START_TEST(only_workers_of_a_source_are_sources)
{
    ck_assert(!source_is_built("sink"));
    ck_assert(!source_is_built("runtime"));
    ck_assert(!source_is_built(""));
    for (size_t i = 0; i < n_built_sources; i++)
        ck_assert(source_is_built(built_sources[i]));
}
END_TEST

SUITE("migrations", every_file_is_carried_as_it_is, they_run_in_the_order_of_their_numbers,
      none_ends_its_transaction_itself, only_workers_of_a_source_are_sources)
