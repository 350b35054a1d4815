#include "workers/quickbooks/parts.h"
#include <string.h>

MAP_NAMED_REF(const, qb_account_ref, AccountingAccountRef, "value", name, "name");
MAP_NAMED_REF(const, qb_customer_ref, AccountingCustomerRef, "value", company_name, "name");
MAP_NAMED_REF(const, qb_supplier_ref, AccountingSupplierRef, "value", supplier_name, "name");
MAP_NAMED_REF(const, qb_item_ref, AccountingItemRef, "value", name, "name");
MAP_NAMED_REF(const, qb_tax_rate_ref, AccountingTaxRateRef, "value", name, "name");
MAP_NAMED_REF(const, qb_payment_method_ref, AccountingPaymentMethodRef, "value", name, "name");

#define ADDRESS(member) FIELD(AccountingAddress, member)
#define REST_OF_ADDRESS AS_JOINED(", ", "Line2", "Line3", "Line4", "Line5")
#define ADDRESS_ROWS(address_type)                                                                                     \
    {"Line1", ADDRESS(line1), &AS_TEXT, OPTIONAL}, {".", ADDRESS(line2), REST_OF_ADDRESS, OPTIONAL},                   \
        {"City", ADDRESS(city), &AS_TEXT, OPTIONAL}, {"CountrySubDivisionCode", ADDRESS(region), &AS_TEXT, OPTIONAL},  \
        {"Country", ADDRESS(country), &AS_TEXT, OPTIONAL}, {"PostalCode", ADDRESS(postal_code), &AS_TEXT, OPTIONAL},   \
    {                                                                                                                  \
        ".", ADDRESS(type), AS_CONSTANT_ENUM(ACCOUNTING_ADDRESS_TYPE_##address_type), OPTIONAL                         \
    }
MAP_TABLE(const, qb_billing_address, AccountingAddress, ADDRESS_ROWS(BILLING));
MAP_TABLE(const, qb_delivery_address, AccountingAddress, ADDRESS_ROWS(DELIVERY));
MAP_TABLE(const, qb_plain_address, AccountingAddress, ADDRESS_ROWS(UNKNOWN));

/* ---- Reading ---- */

bool qb_is_own_line(yyjson_val *line)
{
    return !json_at(line, "LinkedTxn.0");
}

/* The member that is named after the kind of line, whatever kind it is. */
static yyjson_val *detail_of(yyjson_val *line)
{
    static const char suffix[] = "LineDetail";
    size_t i, n, length = sizeof suffix - 1;
    yyjson_val *key, *value;
    yyjson_obj_foreach(line, i, n, key, value)
    {
        size_t size = yyjson_get_len(key);
        if (size >= length && strcmp(yyjson_get_str(key) + size - length, suffix) == 0)
            return value;
    }
    return NULL;
}

/* ---- Status ---- */

MapResult map_active(const MapSite *site, Error *err)
{
    (void)err;
    return map_put_word(site, json_boolean(site->record, "Active", true) ? "Active" : "Archived", "Unknown");
}

/* The only marks of a void: no amount is left, and the private note says so. */
static bool is_void(yyjson_val *record)
{
    const char *note = json_text(record, "PrivateNote");
    const char *amount = json_scalar(record, json_at(record, "TotalAmt") ? "TotalAmt" : "Amount");
    char number[DECIMAL_SIZE];
    return note && text_starts_with(note, "Voided") && amount && decimal_parse(number, amount, strlen(amount)) &&
           decimal_is_zero(number);
}

MapResult map_void(const MapSite *site, Error *err)
{
    (void)err;
    return is_void(site->record) ? map_put_word(site, "Void", "Unknown") : MAP_ABSENT;
}

MapResult map_document_status(const MapSite *site, Error *err)
{
    char open[DECIMAL_SIZE], total[DECIMAL_SIZE];
    const char *path = json_at(site->record, "RemainingCredit") ? "RemainingCredit" : "Balance";
    if (is_void(site->record))
        return map_put_word(site, "Void", "Unknown");
    if (!map_number_at(site->record, path, open, err) || !map_number_at(site->record, "TotalAmt", total, err))
        return MAP_FAILED;
    if (!json_at(site->record, path))
        return map_put_word(site, "Submitted", "Open");
    if (decimal_is_zero(open))
        return map_put_word(site, "Paid", "Unknown");
    return map_put_word(site, decimal_compare(open, total) < 0 ? "PartiallyPaid" : "Submitted", "Open");
}

/* ---- Amounts ---- */

enum { UNIT_DIGITS = 7 };

static bool is_untaxed(yyjson_val *document, yyjson_val *detail, bool *untaxed, Error *err)
{
    char tax[DECIMAL_SIZE];
    const char *code = json_text(detail, "TaxCodeRef.value");
    *untaxed = true;
    if (!map_number_at(document, "TxnTaxDetail.TotalTax", tax, err))
        return false;
    *untaxed = decimal_is_zero(tax) || !code || strcmp(code, "NON") == 0;
    return true;
}

/*
 * QuickBooks says what tax a document has, not what a line has. A line's is known where there is none, and where its
 * amount is there with tax too. Else the line has the amount that QuickBooks gives and the others are absent.
 */
static bool line_tax(const MapSite *site, QbPart part, const char *amount, char out[DECIMAL_SIZE], bool *known,
                     Error *err)
{
    yyjson_val *document = map_root(site), *detail = detail_of(site->record);
    char gross[DECIMAL_SIZE];
    bool untaxed, inclusive = map_is_word(document, "GlobalTaxCalculation", "TaxInclusive");
    if (!is_untaxed(document, detail, &untaxed, err) || !map_number_at(detail, "TaxInclusiveAmt", gross, err))
        return false;
    bool both = json_at(detail, "TaxInclusiveAmt") && decimal_compare(gross, amount) != 0;
    *known = untaxed || both || part == (inclusive ? QB_LINE_GROSS : QB_LINE_NET);
    if (part != QB_LINE_TAX)
        strcpy(out, both && !untaxed && part == QB_LINE_GROSS ? gross : amount);
    else if (untaxed || !both)
        strcpy(out, "0");
    else
        return decimal_subtract(out, gross, amount);
    return true;
}

/* Prices have up to seven digits after the point; a line may have only its amount. */
static bool line_unit(yyjson_val *detail, const char *amount, char out[DECIMAL_SIZE], Error *err)
{
    char quantity[DECIMAL_SIZE];
    if (json_at(detail, "UnitPrice"))
        return map_number_at(detail, "UnitPrice", out, err);
    if (!map_number_at(detail, "Qty", quantity, err))
        return false;
    if (!decimal_is_zero(quantity))
        return decimal_divide(out, amount, quantity, UNIT_DIGITS);
    strcpy(out, amount);
    return true;
}

static bool line_part(const MapSite *site, QbPart part, char out[DECIMAL_SIZE], bool *known, Error *err)
{
    char amount[DECIMAL_SIZE];
    yyjson_val *detail = detail_of(site->record);
    if (!map_number_at(site->record, "Amount", amount, err))
        return false;
    if (part == QB_LINE_UNIT)
        return line_unit(detail, amount, out, err);
    if (part != QB_LINE_QUANTITY)
        return line_tax(site, part, amount, out, known, err);
    strcpy(out, "1");
    return !json_at(detail, "Qty") || map_number_at(detail, "Qty", out, err);
}

/* Of the lines that are discounts, or of those that are linked to nothing. */
static bool sum_of_lines(yyjson_val *document, QbPart part, char out[DECIMAL_SIZE], Error *err)
{
    size_t i, n;
    yyjson_val *line;
    char amount[DECIMAL_SIZE], sum[DECIMAL_SIZE];
    strcpy(out, "0");
    yyjson_arr_foreach(json_at(document, "Line"), i, n, line)
    {
        if (!(part == QB_DISCOUNT ? map_is_word(line, "DetailType", "DiscountLineDetail") : qb_is_own_line(line)))
            continue;
        if (!map_number_at(line, "Amount", amount, err) || !decimal_add(sum, out, amount))
            return false;
        strcpy(out, sum);
    }
    return true;
}

static bool document_part(yyjson_val *document, QbPart part, char out[DECIMAL_SIZE], Error *err)
{
    char total[DECIMAL_SIZE], tax[DECIMAL_SIZE];
    if (part == QB_DISCOUNT || part == QB_OWN_LINES)
        return sum_of_lines(document, part, out, err);
    if (!map_number_at(document, "TotalAmt", total, err) || !map_number_at(document, "TxnTaxDetail.TotalTax", tax, err))
        return false;
    if (part == QB_NET)
        return decimal_subtract(out, total, tax);
    strcpy(out, part == QB_TAX ? tax : total);
    return true;
}

MapResult map_amount(const MapSite *site, Error *err)
{
    QbPart part = (QbPart)(site->row->as->n_argument % QB_PARTS);
    yyjson_val *document = map_root(site);
    char number[DECIMAL_SIZE], negative[DECIMAL_SIZE];
    bool known = true;
    bool negated = site->row->as->n_argument >= QB_REFUND || json_boolean(document, "Credit", false);
    bool fine =
        part < QB_LINE_UNIT ? document_part(document, part, number, err) : line_part(site, part, number, &known, err);
    negated = negated && part != QB_LINE_QUANTITY;
    if (!fine || !decimal_negate(negative, number)) {
        if (err->kind == ERROR_NONE)
            error_set(err, ERROR_DATA, "an amount has too many digits");
        return MAP_FAILED;
    }
    if (!known)
        return MAP_ABSENT;
    map_put_decimal(site, negated ? negative : number);
    return MAP_READ;
}

/* ---- Lines ---- */

static MapResult add_lines(const MapSite *site, yyjson_val *lines, Error *err)
{
    size_t i, n;
    yyjson_val *line;
    MapResult result = MAP_ABSENT;
    yyjson_arr_foreach(lines, i, n, line)
    {
        MapSite one = *site;
        one.value = line;
        yyjson_val *nested = json_at(line, "GroupLineDetail.Line");
        if (map_is_word(line, "DetailType", "SubTotalLineDetail") ||
            map_is_word(line, "DetailType", "DiscountLineDetail") ||
            (site->row->as->n_argument && !qb_is_own_line(line)))
            continue;
        MapResult read = nested ? add_lines(site, nested, err) : map_record(&one, err);
        if (read == MAP_FAILED)
            return read;
        result = read == MAP_READ ? read : result;
    }
    return result;
}

MapResult map_lines(const MapSite *site, Error *err)
{
    return yyjson_is_arr(site->value) ? add_lines(site, site->value, err) : map_fail(site, "is no array", err);
}

/* ---- Tracking ---- */

static yyjson_val *category_of(const MapSite *site, const char *name)
{
    for (; site; site = site->outer) {
        yyjson_val *in_detail = json_at(detail_of(site->record), name), *here = json_at(site->record, name);
        if (in_detail || here)
            return in_detail ? in_detail : here;
    }
    return NULL;
}

static bool put_category(const MapSite *site, const char *name, const char *prefix)
{
    yyjson_val *category = category_of(site, name);
    const char *id = json_text(category, "value"), *title = json_text(category, "name");
    if (!id || !*id)
        return false;
    id = arena_format(site->arena, "%s%s", prefix, map_clean_text(site->arena, json_at(category, "value")));
    ProtobufCMessage *message = map_new_message(site);
    if (message->descriptor == PB_DESCRIPTOR(AccountingTrackingRef)) {
        AccountingTrackingRef *ref = (void *)message;
        ref->id = (char *)(uintptr_t)id;
        ref->data_type = ACCOUNTING_TRACKING_REF_DATA_TYPE_TRACKING_CATEGORIES;
    } else {
        AccountingTrackingCategoryRef *ref = (void *)message;
        ref->id = (char *)(uintptr_t)id;
        if (title && *title)
            ref->name = (char *)(uintptr_t)map_clean_text(site->arena, json_at(category, "name"));
    }
    map_put_message(site, message);
    return true;
}

MapResult map_categories(const MapSite *site, Error *err)
{
    (void)err;
    bool class = put_category(site, "ClassRef", "class:");
    bool department = put_category(site, "DepartmentRef", "department:");
    return class || department ? MAP_READ : MAP_ABSENT;
}

/* ---- Contacts ---- */

/* {"value", "type"}, {"Type", "EntityRef"}, or the lines of a deposit, of which the first that is its own counts.
 * Employees are no contacts. */
MapResult map_contact(const MapSite *site, Error *err)
{
    (void)err;
    yyjson_val *entity = site->value, *line;
    size_t i, n;
    yyjson_arr_foreach(site->value, i, n, line)
    {
        entity = json_at(detail_of(line), "Entity");
        if (qb_is_own_line(line))
            break;
    }
    yyjson_val *id = json_at(entity, json_at(entity, "EntityRef") ? "EntityRef.value" : "value");
    const char *type = json_at(entity, "Type") ? "Type" : "type";
    bool customer = map_is_word(entity, type, "Customer"), supplier = map_is_word(entity, type, "Vendor");
    const char *text = id ? map_clean_text(site->arena, id) : NULL;
    if (!text || !*text || (!customer && !supplier))
        return MAP_ABSENT;
    AccountingContactRef *contact = (void *)map_new_message(site);
    contact->id = (char *)(uintptr_t)text;
    contact->data_type =
        customer ? ACCOUNTING_CONTACT_REF_DATA_TYPE_CUSTOMERS : ACCOUNTING_CONTACT_REF_DATA_TYPE_SUPPLIERS;
    map_put_message(site, &contact->base);
    return MAP_READ;
}
