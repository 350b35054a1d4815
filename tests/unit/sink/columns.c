#include "proto/columns.h"
#include "proto/tables.h"
#include "tests/support/suite.h"
#include <string.h>

static const Column *column_named(const char *key, const char *name)
{
    const Columns *columns = columns_of(data_type_by_key(key));
    for (size_t i = 0; i < columns->n; i++)
        if (strcmp(columns->items[i].name, name) == 0)
            return &columns->items[i];
    return NULL;
}

START_TEST(names_are_unique_short_and_none_of_the_tables_own)
{
    for (size_t t = 0; t < n_data_types; t++) {
        const Columns *columns = columns_of(&data_types[t]);
        ck_assert_int_gt(columns->n, 2);
        for (size_t i = 0; i < columns->n; i++) {
            const char *name = columns->items[i].name;
            ck_assert_int_le(strlen(name), 63); /* Postgres cuts longer ones in silence */
            ck_assert_str_ne(name, "dataset_id");
            for (size_t j = 0; j < i; j++)
                ck_assert_msg(strcmp(name, columns->items[j].name) != 0, "%s.%s", data_types[t].table, name);
            for (size_t j = 0; j < n_fixed_columns; j++)
                ck_assert_msg(strcmp(name, fixed_columns[j].name) != 0, "%s.%s", data_types[t].table, name);
        }
    }
}
END_TEST

START_TEST(each_kind_of_field_has_its_type)
{
    static const struct {
        const char *key, *column, *type;
    } rows[] = {
        {"commerce-orders",    "order_number",          "text"                    },
        {"commerce-orders",    "total_amount",          "numeric"                 },
        {"commerce-orders",    "created_date",          "timestamp with time zone"},
        {"commerce-orders",    "supplemental_data",     "jsonb"                   },
        {"commerce-orders",    "order_line_items",      "jsonb"                   },
        {"commerce-orders",    "customer_ref_name",     "text"                    },
        {"commerce-payments",  "status",                "text"                    },
        {"commerce-products",  "is_gift_card",          "boolean"                 },
        {"invoices",           "issue_date",            "date"                    },
        {"invoices",           "customer_ref_id",       "text"                    },
        {"transfers",          "from_account_ref_id",   "text"                    },
        {"transfers",          "to_amount",             "numeric"                 },
        {"purchaseOrders",     "ship_to_contact_email", "text"                    },
        {"balanceSheet",       "reports",               "jsonb"                   },
        {"trackingCategories", "sub_categories",        "jsonb"                   },
        {"bankAccounts",       "i_ban",                 "text"                    },
        {"banking-accounts",   "balance_limit",         "numeric"                 },
    };
    for (size_t i = 0; i < COUNT_OF(rows); i++) {
        const Column *column = column_named(rows[i].key, rows[i].column);
        ck_assert_msg(column != NULL, "%s has no %s", rows[i].key, rows[i].column);
        ck_assert_str_eq(column_sql_type(column->type), rows[i].type);
    }
    ck_assert_ptr_null(column_named("commerce-orders", "id"));
    ck_assert_ptr_null(column_named("commerce-orders", "customer_ref"));
}
END_TEST

START_TEST(json_names_are_the_models_own)
{
    char name[64];
    column_json_name(name, "i_ban");
    ck_assert_str_eq(name, "iBan");
    column_json_name(name, "customer_ref");
    ck_assert_str_eq(name, "customerRef");
    column_json_name(name, "line1");
    ck_assert_str_eq(name, "line1");
}
END_TEST

static bool selects(const char *key, const char *part)
{
    AUTO(Text) *sql = text_new(NULL);
    columns_select_json(sql, data_type_by_key(key), "r");
    return strstr(sql->bytes, part) != NULL;
}

START_TEST(the_api_shows_head_fields_where_the_model_has_them)
{
    ck_assert(selects("invoices", "'metadata'"));
    ck_assert(!selects("bankTransactions", "'metadata'"));
    ck_assert(!selects("commerce-orders", "'metadata'"));
    ck_assert(selects("invoices", "'id', r.\"id\""));
    ck_assert(!selects("company", "'id', r.\"id\""));
    ck_assert(!selects("company", "modifiedDate"));
    ck_assert(selects("commerce-orders", "'modifiedDate'"));
    ck_assert(selects("customers", "jsonb_array_elements(r.\"contacts\")"));
}
END_TEST

SUITE("columns", names_are_unique_short_and_none_of_the_tables_own, each_kind_of_field_has_its_type,
      json_names_are_the_models_own, the_api_shows_head_fields_where_the_model_has_them)
