#include "workers/stripe/parts.h"
#include "proto/words.h"
#include <string.h>

const Title stripe_titles[15] = {
    {"card",              "Card"               },
    {"card_present",      "Card present"       },
    {"us_bank_account",   "US bank account"    },
    {"sepa_debit",        "SEPA Direct Debit"  },
    {"bacs_debit",        "Bacs Direct Debit"  },
    {"link",              "Link"               },
    {"paypal",            "PayPal"             },
    {"klarna",            "Klarna"             },
    {"ideal",             "iDEAL"              },
    {"bancontact",        "Bancontact"         },
    {"apple_pay",         "Apple Pay"          },
    {"google_pay",        "Google Pay"         },
    {"swish",             "Swish"              },
    {"affirm",            "Affirm"             },
    {"afterpay_clearpay", "Afterpay / Clearpay"},
};

bool stripe_sum(yyjson_val *array, bool exclusive_only, char out[DECIMAL_SIZE], Error *err)
{
    size_t i, n;
    yyjson_val *element;
    char amount[DECIMAL_SIZE], sum[DECIMAL_SIZE];
    strcpy(out, "0");
    yyjson_arr_foreach(array, i, n, element)
    {
        if (exclusive_only && json_boolean(element, "inclusive", false))
            continue;
        if (!map_number(json_at(element, "amount"), true, amount) || !decimal_add(sum, out, amount))
            return error_set(err, ERROR_DATA, "amount of element %zu is no integer", i);
        strcpy(out, sum);
    }
    return true;
}

MapResult map_sum(const MapSite *site, Error *err)
{
    char minor_units[DECIMAL_SIZE], sum[DECIMAL_SIZE];
    if (!yyjson_is_arr(site->value))
        return map_fail(site, "is no array", err);
    if (!stripe_sum(site->value, false, minor_units, err) ||
        !map_in_currency(map_currency(site, "currency"), minor_units, sum, err))
        return MAP_FAILED;
    map_put_decimal(site, sum);
    return MAP_READ;
}

static const char *charge_status(yyjson_val *charge, const char *status)
{
    yyjson_val *captured = json_at(charge, "captured");
    if (strcmp(status, "failed") == 0)
        return "Failed";
    if (strcmp(status, "pending") == 0)
        return "Pending";
    if (strcmp(status, "succeeded") == 0 && yyjson_is_bool(captured))
        return yyjson_get_bool(captured) ? "Paid" : "Authorized";
    return "Unknown";
}

MapResult map_charge_status(const MapSite *site, Error *err)
{
    const char *status = map_clean_text(site->arena, site->value);
    int value;
    if (!status || !enum_value(site->field->descriptor, charge_status(site->record, status), &value))
        return map_fail(site, "is no status", err);
    if (!*status)
        return MAP_ABSENT;
    map_put_enum(site, value);
    return MAP_READ;
}
