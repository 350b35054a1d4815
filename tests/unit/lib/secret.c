#include "lib/secret.h"
#include "tests/support/suite.h"
#include <stdio.h>
#include <string.h>

START_TEST(secrets_of_any_size_come_back_whole)
{
    static const size_t sizes[] = {0, 1, 200, 255, 1000, 3000, 5000, 200000};
    static char bytes[200000];
    for (size_t i = 0; i < sizeof bytes; i++)
        bytes[i] = (char)(i * 7);
    for (size_t i = 0; i < COUNT_OF(sizes); i++) {
        AUTO(Secret) *secret = secret_new(bytes, sizes[i]);
        ck_assert_uint_eq(secret_length(secret), sizes[i]);
        ck_assert_mem_eq(secret_reveal(secret), bytes, sizes[i]);
        ck_assert_int_eq(secret_reveal(secret)[sizes[i]], 0);
    }
}
END_TEST

START_TEST(many_secrets_do_not_touch_each_other)
{
    Secret *secrets[1000];
    char text[32];
    for (int i = 0; i < 1000; i++)
        secrets[i] = secret_new(text, (size_t)snprintf(text, sizeof text, "secret %d", i));
    for (int i = 0; i < 1000; i++) {
        size_t length = (size_t)snprintf(text, sizeof text, "secret %d", i);
        ck_assert(secret_equal(secrets[i], text, length));
        secret_free(secrets[i]);
    }
}
END_TEST

START_TEST(a_freed_secret_is_wiped)
{
    Secret *secret = secret_new("hunter2", 7);
    const char *bytes = secret_reveal(secret);
    secret_free(secret);
    /* The slot stays mapped for the next secret, so looking is allowed. */
    for (int i = 0; i < 7; i++)
        ck_assert_int_eq(bytes[i], 0);
}
END_TEST

START_TEST(equality_is_of_all_bytes)
{
    AUTO(Secret) *secret = secret_new("hunter2", 7);
    ck_assert(secret_equal(secret, "hunter2", 7));
    ck_assert(!secret_equal(secret, "hunter3", 7));
    ck_assert(!secret_equal(secret, "hunter", 6));
}
END_TEST

static const char *const masks[][2] = {
    {"postgres://u:pw@h:5432/db",                            "postgres://u:****@h:5432/db"                           },
    {"postgresql://u:p@ss@h1:1,h2:2/db?sslmode=require",     "postgresql://u:****@h1:1,h2:2/db?sslmode=require"      },
    {"postgresql://h/db?user=u&password=pw&sslmode=require", "postgresql://h/db?user=u&password=****&sslmode=require"},
    {"postgresql://u:pw@h/db?sslpassword=x",                 "postgresql://u:****@h/db?sslpassword=****"             },
    {"redis://:pw@h:6379/0",                                 "redis://:****@h:6379/0"                                },
    {"host=h password=pw user=u",                            "host=h password=**** user=u"                           },
    {"host=h PASSWORD = 'p w\\'x' user=u",                   "host=h PASSWORD = **** user=u"                         },
    {"password='unclosed",                                   "password=****"                                         },
    {"host=h password='x://a:b@c' user=u",                   "host=h password=**** user=u"                           },
    {"redis://u:password=a b@h:6379/0",                      "redis://u:****@h:6379/0"                               },
    {"redis://h:6379/0",                                     NULL                                                    },
    {"postgres://u@h:5432/db",                               NULL                                                    },
    {"host=h port=5432 user=u",                              NULL                                                    },
    {"passwordless",                                         NULL                                                    },
    {"a:9092,b:9092",                                        NULL                                                    },
    {"http://127.0.0.1:8080",                                NULL                                                    },
    {"",                                                     NULL                                                    },
};

START_TEST(passwords_in_addresses_are_masked_and_nothing_else)
{
    for (size_t i = 0; i < COUNT_OF(masks); i++) {
        AUTO(Text) *out = text_new(NULL);
        secret_mask(out, masks[i][0]);
        ck_assert_str_eq(out->bytes, masks[i][1] ? masks[i][1] : masks[i][0]);
        ck_assert_int_eq(secret_is_inside(masks[i][0]), masks[i][1] != NULL);
    }
}
END_TEST

SUITE("secret", secrets_of_any_size_come_back_whole, many_secrets_do_not_touch_each_other, a_freed_secret_is_wiped,
      equality_is_of_all_bytes, passwords_in_addresses_are_masked_and_nothing_else)
