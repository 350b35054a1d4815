#include "proto/data_types.h"
#include "proto/pb.h"
#include "proto/words.h"
#include "tests/support/suite.h"
#include <string.h>

START_TEST(a_value_has_the_models_own_word)
{
    static const struct {
        const ProtobufCEnumDescriptor *type;
        int value;
        const char *word;
    } cases[] = {
        {&tributary__accounting__v1__invoice__status__descriptor,                    ACCOUNTING_INVOICE_STATUS_PARTIALLY_PAID,
         "PartiallyPaid"                                                                                                                                 },
        {&tributary__accounting__v1__bank_transaction__transaction_type__descriptor,
         ACCOUNTING_BANK_TRANSACTION_TRANSACTION_TYPE_SER_CHG,                                                                          "SerChg"         },
        {&tributary__accounting__v1__contact_ref__data_type__descriptor,             ACCOUNTING_CONTACT_REF_DATA_TYPE_SUPPLIERS,
         "suppliers"                                                                                                                                     },
        {&tributary__accounting__v1__transaction_ref__data_type__descriptor,
         ACCOUNTING_TRANSACTION_REF_DATA_TYPE_BILL_CREDIT_NOTES,                                                                        "billCreditNotes"},
        {&tributary__banking__v1__transaction__code__descriptor,                     BANKING_TRANSACTION_CODE_NOT_SUPPORTED,
         "NotSupported"                                                                                                                                  },
        {&tributary__commerce__v1__order__payment__type__descriptor,                 COMMERCE_ORDER_PAYMENT_TYPE_PAYPAL,                "Paypal"         },
        {&tributary__commerce__v1__dispute__status__descriptor,                      COMMERCE_DISPUTE_STATUS_INQUIRY_EVIDENCE_REQUIRED,
         "InquiryEvidenceRequired"                                                                                                                       },
        {&tributary__v1__job__job_class__descriptor,                                 PB_JOB_JOB_CLASS_BACKFILL,                         "backfill"       },
    };
    for (size_t i = 0; i < COUNT_OF(cases); i++)
        ck_assert_str_eq(enum_word(cases[i].type, cases[i].value), cases[i].word);
}
END_TEST

START_TEST(absent_and_unheard_of_values_have_no_word)
{
    const ProtobufCEnumDescriptor *status = &tributary__commerce__v1__payment__status__descriptor;
    ck_assert_ptr_null(enum_word(status, 0));
    ck_assert_ptr_null(enum_word(status, -1));
    ck_assert_ptr_null(enum_word(status, 7));
    ck_assert_ptr_nonnull(enum_word(status, 6));
}
END_TEST

START_TEST(only_an_exact_word_has_a_value)
{
    const ProtobufCEnumDescriptor *status = &tributary__commerce__v1__payment__status__descriptor;
    int value = 42;
    ck_assert(!enum_value(status, "paid", &value));
    ck_assert(!enum_value(status, "", &value));
    ck_assert(!enum_value(status, "Unspecified", &value));
    ck_assert_int_eq(value, 42);
    ck_assert(enum_value(status, "Paid", &value));
    ck_assert_int_eq(value, COMMERCE_PAYMENT_STATUS_PAID);
}
END_TEST

START_TEST(an_unsupported_word_becomes_unknown_where_the_enum_has_it)
{
    ck_assert_int_eq(enum_unknown(&tributary__commerce__v1__payment__status__descriptor),
                     COMMERCE_PAYMENT_STATUS_UNKNOWN);
    ck_assert_int_eq(enum_unknown(&tributary__banking__v1__account__identifiers__type__descriptor), 0);
}
END_TEST

static size_t n_enums;

/* Values run from 0 without a gap, all but zero have a word, and the word leads back. */
static void check_enum(const ProtobufCEnumDescriptor *type)
{
    n_enums++;
    ck_assert_uint_gt(type->n_values, 1);
    ck_assert_ptr_nonnull(strstr(type->values[0].name, "_UNSPECIFIED"));
    for (unsigned i = 0; i < type->n_values; i++) {
        ck_assert_int_eq(type->values[i].value, (int)i);
        if (i == 0)
            continue;
        const char *word = enum_word(type, (int)i);
        ck_assert_msg(word && *word, "%s %u has no word", type->name, i);
        int value = 0;
        ck_assert(enum_value(type, word, &value));
        ck_assert_int_eq(value, (int)i);
    }
}

/* Report lines and tracking categories hold themselves; they have no enum below the first level. */
static void check_message(const ProtobufCMessageDescriptor *type, int depth)
{
    for (unsigned i = 0; i < type->n_fields && depth < 6; i++) {
        if (type->fields[i].type == PROTOBUF_C_TYPE_ENUM)
            check_enum(type->fields[i].descriptor);
        else if (type->fields[i].type == PROTOBUF_C_TYPE_MESSAGE)
            check_message(type->fields[i].descriptor, depth + 1);
    }
}

START_TEST(every_enum_of_every_record_goes_there_and_back)
{
    n_enums = 0;
    for (size_t i = 0; i < n_data_types; i++)
        check_message(data_types[i].message, 0);
    ck_assert_uint_gt(n_enums, 50);
}
END_TEST

SUITE("proto words", a_value_has_the_models_own_word, absent_and_unheard_of_values_have_no_word,
      only_an_exact_word_has_a_value, an_unsupported_word_becomes_unknown_where_the_enum_has_it,
      every_enum_of_every_record_goes_there_and_back)
