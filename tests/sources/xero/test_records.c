#include "tests/sources/support/cases.h"
#include "tests/support/suite.h"
#include "workers/xero/mapping.h"

START_TEST(every_mapping_fits_its_message)
{
    Error err = {0};
    ck_assert_msg(xero_bind(&err), "%s", err.text);
}
END_TEST

START_TEST(every_object_becomes_the_record_that_the_model_says)
{
    for (size_t i = 0; i < n_case_files; i++)
        cases_run(case_files[i]);
}
END_TEST

SUITE("xero records", every_mapping_fits_its_message, every_object_becomes_the_record_that_the_model_says)
