#include "workers/xero/parts.h"
#include "lib/clock.h"
#include "lib/text.h"
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

enum { SECOND_MS = 1000, NANOS_A_MS = 1000000, DAY_S = 24 * 60 * 60, RATE_DIGITS = 9 };

/* ---- Dates ---- */

bool xero_time_ms(yyjson_val *value, int64_t *ms)
{
    int64_t seconds;
    int32_t nanos;
    char *end;
    const char *text = yyjson_get_str(value);
    if (!text)
        return false;
    if (!text_starts_with(text, "/Date(")) {
        bool iso = clock_parse_instant(text, &seconds, &nanos);
        *ms = iso ? seconds * SECOND_MS + nanos / NANOS_A_MS : 0;
        return iso;
    }
    errno = 0;
    *ms = strtoll(text + strlen("/Date("), &end, 10);
    return errno == 0 && end > text + strlen("/Date(") && strchr("+-)", *end) != NULL && *end;
}

static MapResult put_time(const MapSite *site, int64_t ms, Error *err)
{
    int64_t seconds = ms / SECOND_MS - (ms % SECOND_MS < 0), days = seconds / DAY_S - (seconds % DAY_S < 0);
    CivilDate civil = clock_date_of(days);
    if (!clock_date_valid(civil))
        return map_fail(site, "is outside the years 1 to 9999", err);
    if (site->field->descriptor != PB_DESCRIPTOR(PbTimestamp)) {
        map_put_date(site, civil);
        return MAP_READ;
    }
    PbTimestamp *instant = (PbTimestamp *)(void *)map_new_message(site);
    instant->seconds = seconds;
    instant->nanos = (int32_t)(ms - seconds * SECOND_MS) * NANOS_A_MS;
    map_put_message(site, &instant->base);
    return MAP_READ;
}

static MapResult read_time(const MapSite *site, Error *err)
{
    int64_t ms;
    if (yyjson_is_str(site->value) && yyjson_get_len(site->value) == 0)
        return MAP_ABSENT;
    return xero_time_ms(site->value, &ms) ? put_time(site, ms, err) : map_fail(site, "is no date of Xero's", err);
}

static MapResult read_latest(const MapSite *site, Error *err)
{
    int64_t latest = INT64_MIN, ms;
    size_t i, n;
    yyjson_val *element;
    yyjson_arr_foreach(site->value, i, n, element)
    {
        if (xero_time_ms(json_at(element, "Date"), &ms) && ms > latest)
            latest = ms;
    }
    return latest == INT64_MIN ? MAP_ABSENT : put_time(site, latest, err);
}

#define TO_TIMESTAMP .type = PROTOBUF_C_TYPE_MESSAGE, .message = "google.protobuf.Timestamp"
const Conversion XERO_INSTANT = {.name = "instant of Xero's", .read = read_time, TO_TIMESTAMP};
const Conversion XERO_DATE = {.name = "date of Xero's", .read = read_time, MAP_DATE};
const Conversion XERO_LATEST_DATE = {.name = "latest date", .read = read_latest, MAP_DATE};

/* ---- Numbers ---- */

static MapResult read_rate(const MapSite *site, Error *err)
{
    char given[DECIMAL_SIZE], rate[DECIMAL_SIZE];
    if (!map_number(site->value, false, given))
        return map_fail(site, "is no number", err);
    if (decimal_is_zero(given))
        return MAP_ABSENT;
    if (!decimal_divide(rate, "1", given, RATE_DIGITS))
        return map_fail(site, "is no rate", err);
    size_t length = strlen(rate);
    while (rate[length - 1] == '0')
        rate[--length] = 0;
    if (rate[length - 1] == '.')
        rate[length - 1] = 0;
    map_put_decimal(site, rate);
    return MAP_READ;
}
const Conversion XERO_RATE = {.name = "reciprocal rate", .read = read_rate, MAP_DECIMAL};

static bool is_word(yyjson_val *value, const char *word)
{
    const char *text = yyjson_get_str(value);
    return text && strcasecmp(text, word) == 0;
}

MapResult map_line_amount(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE], tax[DECIMAL_SIZE], other[DECIMAL_SIZE];
    yyjson_val *types = map_nearest(site, "LineAmountTypes");
    bool inclusive = is_word(types, "Inclusive"), gross = site->row->as->n_argument != 0;
    if (!map_number_at(site->record, "LineAmount", amount, err) || !map_number_at(site->record, "TaxAmount", tax, err))
        return MAP_FAILED;
    if (!(gross ? decimal_add(other, amount, tax) : decimal_subtract(other, amount, tax)))
        return map_fail(site, "has too many digits", err);
    map_put_decimal(site, inclusive == gross ? amount : other);
    return MAP_READ;
}

MapResult map_cash(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE], negated[DECIMAL_SIZE];
    const MapSite *at = site;
    while (at->outer && !json_at(at->record, "Amount"))
        at = at->outer;
    bool back = json_at(at->record, "Invoice") == NULL, link = site->row->as->n_argument != 0;
    if (!map_number(json_at(at->record, "Amount"), false, amount) || !decimal_negate(negated, amount)) {
        error_set(err, ERROR_DATA, "Amount is no number that we can hold");
        return MAP_FAILED;
    }
    map_put_decimal(site, back == link ? amount : negated);
    return MAP_READ;
}

/* ---- Words ---- */

static MapResult put_word(const MapSite *site, const char *word, Error *err)
{
    yyjson_val value = {0};
    MapSite own = *site;
    yyjson_set_str(&value, word);
    own.value = &value;
    return map_words(&own, err);
}

MapResult map_document_status(const MapSite *site, Error *err)
{
    char total[DECIMAL_SIZE], open[DECIMAL_SIZE];
    yyjson_val *due = json_at(site->record, "AmountDue");
    yyjson_val *left = due ? due : json_at(site->record, "RemainingCredit");
    bool known = left && map_number(left, false, open) && map_number(json_at(site->record, "Total"), false, total);
    if (is_word(site->value, "AUTHORISED") && known && decimal_compare(open, total) != 0)
        return put_word(site, "PARTLY", err);
    return map_words(site, err);
}

MapResult map_type(const MapSite *site, Error *err)
{
    return site->value ? map_words(site, err) : put_word(site, "UNKNOWN", err);
}

MapResult map_deleted(const MapSite *site, Error *err)
{
    (void)err;
    bool too = site->row->as->n_argument != 0 && is_word(site->value, "VOIDED");
    protobuf_c_boolean *flag = (protobuf_c_boolean *)(void *)((char *)site->message + site->row->offset);
    *flag = too || is_word(site->value, "DELETED");
    return MAP_READ;
}

MapResult map_record_if(const MapSite *site, Error *err)
{
    MapSite own = *site;
    own.value = site->record;
    return yyjson_is_true(site->value) ? map_record(&own, err) : MAP_ABSENT;
}

/* ---- Ids ---- */

static MapResult read_credit_id(const MapSite *site, Error *err)
{
    static const Title credits[] = {
        {"CreditNoteID",  "creditNote" },
        {"OverpaymentID", "overpayment"},
        {"PrepaymentID",  "prepayment" },
    };
    (void)err;
    for (size_t i = 0; i < COUNT_OF(credits); i++) {
        const char *id = map_clean_text(site->arena, json_at(site->value, credits[i].word));
        if (!id || !*id)
            continue;
        map_put_text(site, arena_format(site->arena, "%s:%s", credits[i].title, id));
        return MAP_READ;
    }
    return MAP_ABSENT;
}
const Conversion XERO_CREDIT_ID = {.name = "id of a credit", .read = read_credit_id, .type = PROTOBUF_C_TYPE_STRING};

/* ---- References ---- */

MAP_NAMED_REF(const, xero_account_ref, AccountingAccountRef, "AccountID", name, "AccountName");
MAP_NAMED_REF(const, xero_bank_ref, AccountingAccountRef, "AccountID", name, "Name");
MAP_NAMED_REF(const, xero_customer_ref, AccountingCustomerRef, "ContactID", company_name, "Name");
MAP_NAMED_REF(const, xero_supplier_ref, AccountingSupplierRef, "ContactID", supplier_name, "Name");
MAP_NAMED_REF(const, xero_item_ref, AccountingItemRef, "ItemID", name, "Name");
MAP_NAMED_REF(const, xero_category_ref, AccountingTrackingCategoryRef, "TrackingOptionID", name, "Option");

MAP_TABLE(const, xero_tax_rate_ref, AccountingTaxRateRef, {"TaxType", FIELD(AccountingTaxRateRef, id), &AS_TEXT, KEY});

#define CATEGORIES AS_CONSTANT_ENUM(ACCOUNTING_TRACKING_REF_DATA_TYPE_TRACKING_CATEGORIES)
MAP_TYPED_REF(const, xero_tracking_ref, AccountingTrackingRef, "TrackingOptionID", CATEGORIES);
