/* What sales and purchases have in common: amounts of lines, taxes, notes, and which payment settled what. */
#include "infra/sandbox/quickbooks_document.h"

static int64_t power_of_ten(int digits)
{
    int64_t one = 1;
    for (int i = 0; i < digits; i++)
        one *= 10;
    return one;
}

static int64_t divided(__int128 value, __int128 by)
{
    __int128 half = by / 2;
    return (int64_t)((value < 0 ? value - half : value + half) / by);
}

int64_t qb_amount(const Entry *entry, int64_t amount)
{
    return entry->voided ? 0 : amount;
}

bool qb_inclusive(const QbRender *render, const Document *document)
{
    return document->form == TAX_FORM_INCLUSIVE && !render->us;
}

static int64_t net_price(const Document *document, const BookLine *line)
{
    if (line->quantity_micros == 0)
        return 0;
    __int128 net = (__int128)line->net * 1000000 * 1000000;
    return divided(net, (__int128)line->quantity_micros * power_of_ten(document->currency->digits));
}

int64_t qb_line_price(const Document *document, const BookLine *line, bool discounts)
{
    bool as_entered = document->form != TAX_FORM_INCLUSIVE && (discounts || line->discount_millis == 0);
    return as_entered ? line->price_micros : net_price(document, line);
}

int64_t qb_line_full_amount(const Document *document, const BookLine *line)
{
    if (document->form == TAX_FORM_INCLUSIVE || line->discount_millis == 0)
        return line->net;
    __int128 value = (__int128)line->quantity_micros * line->price_micros;
    return divided(value * power_of_ten(document->currency->digits), (__int128)1000000 * 1000000);
}

int qb_document_tax(const Books *books, const Document *document)
{
    for (int i = 0; i < document->n_lines; i++)
        if (books->lines[document->first_line + i].tax >= 0)
            return books->lines[document->first_line + i].tax;
    return -1;
}

int qb_document_category(const Books *books, const Document *document)
{
    for (int i = 0; i < document->n_lines; i++)
        if (books->lines[document->first_line + i].category[1] >= 0)
            return books->lines[document->first_line + i].category[1];
    return -1;
}

void qb_put_tax_code(QbRender *render, const Document *document, const BookLine *line)
{
    char id[QB_ID_SIZE];
    if (render->us)
        qb_put_named(render, "TaxCodeRef", line->tax_amount != 0 ? "TAX" : "NON", NULL);
    else if (line->tax >= 0 && document->form != TAX_FORM_NONE)
        qb_put_named(render, "TaxCodeRef", quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, line->tax), NULL);
}

void qb_put_calculation(QbRender *render, const Document *document)
{
    static const char *const words[] = {
        [TAX_FORM_EXCLUSIVE] = "TaxExcluded", [TAX_FORM_INCLUSIVE] = "TaxInclusive", [TAX_FORM_NONE] = "NotApplicable"};
    if (!render->us)
        json_put_text(&render->json, "GlobalTaxCalculation", words[document->form]);
}

static void put_tax_line(QbRender *render, const Document *document, int rate, int64_t amount, int64_t taxable)
{
    const BookTax *tax = tax_at(render->books, rate / QB_COMPONENTS);
    JsonWriter *json = &render->json;
    char id[QB_ID_SIZE];
    json_open(json, NULL, '{');
    qb_put_money(render, "Amount", amount, document->currency);
    json_put_text(json, "DetailType", "TaxLineDetail");
    json_open(json, "TaxLineDetail", '{');
    qb_put_named(render, "TaxRateRef", qb_row_id(id, QB_TAX_RATE, rate), NULL);
    json_put_boolean(json, "PercentBased", true);
    qb_put_micros(render, "TaxPercent", (int64_t)tax->components[rate % QB_COMPONENTS].percent_millis * 1000);
    qb_put_money(render, "NetAmountTaxable", taxable, document->currency);
    json_close(json, '}');
    json_close(json, '}');
}

/* The lines of one tax: the first component takes its own percentage, the second what is left. */
static void put_tax_lines(QbRender *render, const Document *document, int index)
{
    const BookTax *tax = tax_at(render->books, index);
    int64_t net = 0, amount = 0;
    bool found = false;
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &render->books->lines[document->first_line + i];
        if (line->tax != index)
            continue;
        found = true;
        net += line->net;
        amount += line->tax_amount;
    }
    if (!found)
        return;
    int64_t first = tax->n_components > 1 ? divided((__int128)net * tax->components[0].percent_millis, 100000) : amount;
    put_tax_line(render, document, index * QB_COMPONENTS, first, net);
    if (tax->n_components > 1)
        put_tax_line(render, document, index * QB_COMPONENTS + 1, amount - first,
                     net + (tax->components[1].compound ? first : 0));
}

void qb_put_tax_detail(QbRender *render, const Document *document)
{
    char id[QB_ID_SIZE];
    JsonWriter *json = &render->json;
    int code = qb_document_tax(render->books, document);
    bool taxed = document->form != TAX_FORM_NONE && code >= 0 && !document->entry.voided;
    json_open(json, "TxnTaxDetail", '{');
    if (taxed && render->us)
        qb_put_named(render, "TxnTaxCodeRef", quickbooks_id(id, QB_TAX_CODE, BOOK_TAX, code), NULL);
    qb_put_money(render, "TotalTax", qb_amount(&document->entry, document->tax), document->currency);
    if (taxed) {
        json_open(json, "TaxLine", '[');
        for (int i = 0; i < n_book(render->books, BOOK_TAX); i++)
            put_tax_lines(render, document, i);
        json_close(json, ']');
    }
    json_close(json, '}');
}

void qb_put_note(QbRender *render, const Entry *entry, const char *note)
{
    if (entry->voided)
        note = note && *note ? arena_format(render->arena, "Voided - %s", note) : "Voided";
    qb_put_some(render, "PrivateNote", note);
}

void qb_put_linked(QbRender *render, const char *type, QbEntity entity, BookKind kind, int index)
{
    char id[QB_ID_SIZE];
    json_open(&render->json, NULL, '{');
    json_put_text(&render->json, "TxnId", quickbooks_id(id, entity, kind, index));
    json_put_text(&render->json, "TxnType", type);
    json_close(&render->json, '}');
}

static bool is_there(const Books *books, BookKind kind, int index)
{
    return index >= 0 && quickbooks_entity(books, kind, index) != QB_ENTITIES &&
           !entry_at(books, kind, index)->item.deleted;
}

static bool settles(const Settlement *settlement, BookKind kind, int index)
{
    for (int i = 0; i < settlement->n_links; i++)
        if (settlement->links[i].kind == kind && settlement->links[i].document == index)
            return !settlement->entry.voided && !settlement->entry.item.deleted;
    return false;
}

void qb_put_links(QbRender *render, BookKind kind, int index)
{
    const Document *document = document_at(render->books, kind, index);
    bool payable = kind == BOOK_BILL || kind == BOOK_BILL_CREDIT;
    BookKind settling = payable ? BOOK_BILL_PAYMENT : BOOK_PAYMENT;
    json_open(&render->json, "LinkedTxn", '[');
    if (kind == BOOK_BILL && is_there(render->books, BOOK_PURCHASE_ORDER, document->source))
        qb_put_linked(render, "PurchaseOrder", QB_PURCHASE_ORDER, BOOK_PURCHASE_ORDER, document->source);
    for (int i = 0; i < n_book(render->books, settling); i++) {
        const Settlement *settlement = settlement_at(render->books, settling, i);
        if (!settles(settlement, kind, index))
            continue;
        bool card =
            payable && settlement->account >= 0 && account_at(render->books, settlement->account)->type == ACCOUNT_CARD;
        const char *type = !payable ? "Payment" : card ? "BillPaymentCreditCard" : "BillPaymentCheck";
        qb_put_linked(render, type, payable ? QB_BILL_PAYMENT : QB_PAYMENT, settling, i);
    }
    json_close(&render->json, ']');
}

void qb_put_totals(QbRender *render, const Document *document)
{
    int64_t total = qb_amount(&document->entry, document->total);
    qb_put_money(render, "TotalAmt", total, document->currency);
    if (document->currency != render->business->main)
        qb_put_home(render, "HomeTotalAmt",
                    books_home(render->books, total, document->currency, document->rate_micros));
}

void qb_put_head(QbRender *render, QbEntity entity, BookKind kind, int index)
{
    const Document *document = document_at(render->books, kind, index);
    qb_put_identity(render, entity, index, &document->entry);
    qb_put_some(render, "DocNumber", document->number);
    qb_put_day(render, "TxnDate", document->date);
    qb_put_ref(render, "DepartmentRef", QB_DEPARTMENT, BOOK_CATEGORY, qb_document_category(render->books, document));
    qb_put_currency(render, document->currency, document->rate_micros);
    qb_put_note(render, &document->entry, document->note);
}
