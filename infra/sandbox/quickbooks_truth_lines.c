#include "infra/sandbox/quickbooks_truth_lines.h"

static int64_t power_of_ten(int digits)
{
    return digits == 0 ? 1 : 10 * power_of_ten(digits - 1);
}

static int64_t rounded(__int128 value, __int128 by)
{
    return (int64_t)((2 * (value < 0 ? -value : value) + by) / (2 * by)) * (value < 0 ? -1 : 1);
}

static int department_of(const QbTruth *truth, const Document *document)
{
    for (int i = 0; i < document->n_lines; i++) {
        int category = truth->books->lines[document->first_line + i].category[1];
        if (category >= 0)
            return category;
    }
    return -1;
}

int qb_discount_below(const QbTruth *truth, const Document *document)
{
    int common = 0, n = 0;
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &truth->books->lines[document->first_line + i];
        if (line->text_only)
            continue;
        if (n++ > 0 && line->discount_millis != common)
            return 0;
        common = line->discount_millis;
    }
    return document->form == TAX_FORM_INCLUSIVE ? 0 : common;
}

int64_t qb_full_amount(const Document *document, const BookLine *line)
{
    if (line->discount_millis == 0)
        return line->net;
    __int128 micros = (__int128)line->quantity_micros * line->price_micros;
    return rounded(micros * power_of_ten(document->currency->digits), (__int128)1000000 * 1000000);
}

/* QuickBooks has prices without tax only, and discounts on sales only: what it cannot say is in the price. */
static int64_t unit_micros(const Document *document, const BookLine *line, const QbStyle *style)
{
    bool plain = document->form != TAX_FORM_INCLUSIVE && (style->sales || line->discount_millis == 0);
    if (plain)
        return line->price_micros;
    __int128 net = (__int128)line->net * 1000000 * 1000000;
    return rounded(net, (__int128)line->quantity_micros * power_of_ten(document->currency->digits));
}

static void tell_category(QbTruth *truth, int index, bool typed)
{
    const BookCategory *category = category_at(truth->books, index);
    QbEntity entity = category->set == 0 ? QB_CLASS : QB_DEPARTMENT;
    char id[QB_ID_SIZE];
    json_open(&truth->json, NULL, '{');
    json_put_text(&truth->json, "id",
                  arena_format(truth->arena, "%s:%s", category->set == 0 ? "class" : "department",
                               quickbooks_id(id, entity, BOOK_CATEGORY, index)));
    if (typed)
        json_put_text(&truth->json, "dataType", "trackingCategories");
    else
        json_put_text(&truth->json, "name", category->name);
    json_close(&truth->json, '}');
}

static void tell_categories(QbTruth *truth, const char *key, int class, int department, bool typed)
{
    json_open(&truth->json, key, '[');
    if (class >= 0)
        tell_category(truth, class, typed);
    if (department >= 0)
        tell_category(truth, department, typed);
    json_close(&truth->json, ']');
}

static void tell_tracking(QbTruth *truth, const Document *document, const BookLine *line, QbTracks tracks)
{
    int class = line->text_only ? -1 : line->category[0], department = department_of(truth, document);
    if (class < 0 && department < 0)
        return;
    if (tracks == QB_TRACKS_REFS) {
        tell_categories(truth, "trackingCategoryRefs", class, department, false);
        return;
    }
    json_open(&truth->json, "tracking", '{');
    if (tracks == QB_TRACKS_RECORDS) {
        tell_categories(truth, "recordRefs", class, department, true);
    } else {
        tell_categories(truth, "categoryRefs", class, department, false);
        json_put_text(&truth->json, "isBilledTo", "NotApplicable");
        json_put_text(&truth->json, "isRebilledTo", "NotApplicable");
    }
    json_close(&truth->json, '}');
}

/* QuickBooks says tax of a line only where the price has it in it. */
static void tell_line_amounts(QbTruth *truth, const Document *document, const BookLine *line, int64_t amount, int sign)
{
    const Currency *currency = document->currency;
    bool coded = truth->us ? line->tax_amount != 0 : line->tax >= 0 && document->form != TAX_FORM_NONE;
    bool taxed = coded && document->tax != 0 && !document->entry.voided;
    bool inclusive = document->form == TAX_FORM_INCLUSIVE && !truth->us;
    if (!taxed || !inclusive)
        qb_tell_amount(truth, "subTotal", sign * amount, currency);
    if (!taxed) {
        json_put_integer(&truth->json, "taxAmount", 0);
        qb_tell_amount(truth, "totalAmount", sign * amount, currency);
    } else if (inclusive && line->tax_amount != 0) {
        qb_tell_amount(truth, "subTotal", sign * amount, currency);
        qb_tell_amount(truth, "taxAmount", sign * line->tax_amount, currency);
        qb_tell_amount(truth, "totalAmount", sign * (amount + line->tax_amount), currency);
    } else if (inclusive) {
        qb_tell_amount(truth, "totalAmount", sign * amount, currency);
    }
}

static void tell_line_refs(QbTruth *truth, const Document *document, const BookLine *line, const QbStyle *style)
{
    char id[QB_ID_SIZE];
    if (style->sales || style->deposit || line->item < 0)
        qb_tell_account(truth, "accountRef", line->account);
    const char *code = line->tax_amount != 0 ? "TAX" : "NON";
    bool coded = truth->us || (line->tax >= 0 && document->form != TAX_FORM_NONE);
    if (coded && !style->deposit) {
        json_open(&truth->json, "taxRateRef", '{');
        json_put_text(&truth->json, "id", truth->us ? code : quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, line->tax));
        json_close(&truth->json, '}');
    }
    if (line->item >= 0 && !style->deposit) {
        json_open(&truth->json, "itemRef", '{');
        json_put_text(&truth->json, "id", quickbooks_id(id, QB_ITEM, BOOK_ITEM, line->item));
        json_put_text(&truth->json, "name", book_item_at(truth->books, line->item)->name);
        json_close(&truth->json, '}');
    }
}

static void tell_line_price(QbTruth *truth, const Document *document, const BookLine *line, const QbStyle *style,
                            int64_t amount)
{
    bool counted = !line->text_only && !style->deposit && (style->sales || line->item >= 0);
    int sign = style->negative ? -1 : 1;
    if (counted && document->entry.voided) {
        json_put_integer(&truth->json, "unitAmount", 0);
        json_put_integer(&truth->json, "quantity", 0);
    } else if (counted) {
        qb_tell_micros(truth, "unitAmount", sign * unit_micros(document, line, style));
        qb_tell_micros(truth, "quantity", line->quantity_micros);
    } else {
        qb_tell_amount(truth, "unitAmount", sign * amount, document->currency);
        json_put_integer(&truth->json, "quantity", 1);
    }
}

static void tell_line(QbTruth *truth, const Document *document, int number, const QbStyle *style)
{
    const BookLine *line = &truth->books->lines[document->first_line + number];
    bool below = style->sales && qb_discount_below(truth, document) != 0;
    bool within = style->sales && !below && line->discount_millis && document->form != TAX_FORM_INCLUSIVE;
    int64_t amount = line->text_only || document->entry.voided ? 0 : below ? qb_full_amount(document, line) : line->net;
    json_open(&truth->json, NULL, '{');
    qb_tell_text(truth, "description", line->description);
    tell_line_price(truth, document, line, style, amount);
    if (within && !line->text_only && !document->entry.voided && qb_full_amount(document, line) != line->net) {
        qb_tell_amount(truth, "discountAmount", qb_full_amount(document, line) - line->net, document->currency);
        qb_tell_micros(truth, "discountPercentage", (int64_t)line->discount_millis * 1000);
    }
    if (line->text_only) {
        json_put_integer(&truth->json, "subTotal", 0);
        json_put_integer(&truth->json, "taxAmount", 0);
        json_put_integer(&truth->json, "totalAmount", 0);
    } else {
        tell_line_amounts(truth, document, line, amount, style->negative ? -1 : 1);
        tell_line_refs(truth, document, line, style);
    }
    if (style->numbered)
        json_put_text(&truth->json, "lineNumber", arena_format(truth->arena, "%d", number + 1));
    tell_tracking(truth, document, line, style->tracks);
    json_close(&truth->json, '}');
}

void qb_tell_lines(QbTruth *truth, const Document *document, const QbStyle *style)
{
    json_open(&truth->json, "lineItems", '[');
    for (int i = 0; i < document->n_lines; i++)
        if (!style->deposit || !truth->books->lines[document->first_line + i].text_only)
            tell_line(truth, document, i, style);
    json_close(&truth->json, ']');
}
