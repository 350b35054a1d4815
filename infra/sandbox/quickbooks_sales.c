/* Sales forms, and the deposits that are income without one. */
#include "infra/sandbox/quickbooks_document.h"
#include <string.h>

/* Lines that all have the same discount are shown in full, and the discount on a line of its own below them.
 * Thousandths of a percent; 0: they differ, or there is none. */
static int common_discount(const Books *books, const Document *document)
{
    int discount = -1;
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &books->lines[document->first_line + i];
        if (line->text_only)
            continue;
        if (discount >= 0 && discount != line->discount_millis)
            return 0;
        discount = line->discount_millis;
    }
    return discount < 0 || document->form == TAX_FORM_INCLUSIVE ? 0 : discount;
}

static void put_text_line(QbRender *render, const BookLine *line)
{
    qb_put_some(render, "Description", line->description);
    json_put_text(&render->json, "DetailType", "DescriptionOnly");
    json_open(&render->json, "DescriptionLineDetail", '{');
    json_close(&render->json, '}');
}

static void put_item_detail(QbRender *render, const Document *document, const BookLine *line, int64_t amount)
{
    int64_t off = qb_line_full_amount(document, line) - amount;
    bool voided = document->entry.voided;
    JsonWriter *json = &render->json;
    json_open(json, "SalesItemLineDetail", '{');
    qb_put_ref(render, "ItemRef", QB_ITEM, BOOK_ITEM, line->item);
    qb_put_ref(render, "ClassRef", QB_CLASS, BOOK_CATEGORY, line->category[0]);
    if (!voided)
        qb_put_micros(render, "UnitPrice", qb_line_price(document, line, true));
    qb_put_micros(render, "Qty", voided ? 0 : line->quantity_micros);
    qb_put_ref(render, "ItemAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, line->account);
    qb_put_tax_code(render, document, line);
    if (qb_inclusive(render, document))
        qb_put_money(render, "TaxInclusiveAmt", voided ? 0 : line->net + line->tax_amount, document->currency);
    if (!voided && off != 0) {
        qb_put_micros(render, "DiscountRate", (int64_t)line->discount_millis * 1000);
        qb_put_money(render, "DiscountAmt", off, document->currency);
    }
    json_close(json, '}');
}

/* The answer to a void spells some words in another way, and an invoice keeps them. */
static void put_item_line(QbRender *render, const Document *document, const BookLine *line, int64_t amount, bool odd)
{
    JsonWriter *json = &render->json;
    qb_put_some(render, "Description", line->description);
    qb_put_money(render, "Amount", qb_amount(&document->entry, amount), document->currency);
    json_put_text(json, "DetailType", odd ? "SALES_ITEM_LINE_DETAIL" : "SalesItemLineDetail");
    put_item_detail(render, document, line, amount);
}

static void put_lines(QbRender *render, const Document *document, bool odd)
{
    JsonWriter *json = &render->json;
    int discount = common_discount(render->books, document);
    int64_t shown = 0, off = 0;
    char id[QB_ID_SIZE];
    json_open(json, "Line", '[');
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &render->books->lines[document->first_line + i];
        int64_t amount = discount ? qb_line_full_amount(document, line) : line->net;
        shown += line->text_only ? 0 : amount;
        off += line->text_only ? 0 : amount - line->net;
        json_open(json, NULL, '{');
        json_put_text(json, "Id", quickbooks_id(id, QB_TAX_AGENCY, BOOK_KINDS, i));
        json_put_integer(json, "LineNum", i + 1);
        if (line->text_only)
            put_text_line(render, line);
        else
            put_item_line(render, document, line, amount, odd);
        json_open(json, "CustomExtensions", '[');
        json_close(json, ']');
        json_close(json, '}');
    }
    json_open(json, NULL, '{');
    qb_put_money(render, "Amount", qb_amount(&document->entry, shown), document->currency);
    json_put_text(json, "DetailType", "SubTotalLineDetail");
    json_open(json, "SubTotalLineDetail", '{');
    json_close(json, '}');
    json_close(json, '}');
    if (discount && !document->entry.voided) {
        json_open(json, NULL, '{');
        qb_put_money(render, "Amount", off, document->currency);
        json_put_text(json, "DetailType", "DiscountLineDetail");
        json_open(json, "DiscountLineDetail", '{');
        json_put_boolean(json, "PercentBased", true);
        qb_put_micros(render, "DiscountPercent", (int64_t)discount * 1000);
        qb_put_ref(render, "DiscountAccountRef", QB_ACCOUNT, BOOK_ACCOUNT,
                   books_account_of(render->books, ACCOUNT_SALES));
        json_close(json, '}');
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_reader(QbRender *render, const Document *document)
{
    JsonWriter *json = &render->json;
    qb_put_ref(render, "CustomerRef", QB_CUSTOMER, BOOK_CONTACT, document->contact);
    if (document->memo && *document->memo) {
        json_open(json, "CustomerMemo", '{');
        json_put_text(json, "value", document->memo);
        json_close(json, '}');
    }
    if (document->contact >= 0) {
        const BookContact *contact = contact_at(render->books, document->contact);
        qb_put_address(render, "BillAddr", contact->billing, 2 * (int64_t)document->contact + 2);
        qb_put_address(render, "ShipAddr", contact->delivery, 2 * (int64_t)document->contact + 3);
    }
    json_put_boolean(json, "FreeFormAddress", true);
}

static void put_tail(QbRender *render, const Document *document)
{
    JsonWriter *json = &render->json;
    qb_put_calculation(render, document);
    qb_put_totals(render, document);
    json_put_boolean(json, "ApplyTaxAfterDiscount", false);
    json_put_text(json, "PrintStatus", document->entry.voided ? "NEED_TO_PRINT" : "NeedToPrint");
    json_put_text(json, "EmailStatus", "NotSet");
    qb_put_money(render, "Balance", qb_amount(&document->entry, document->open), document->currency);
    if (document->currency != render->business->main)
        qb_put_home(render, "HomeBalance",
                    books_home(render->books, qb_amount(&document->entry, document->open), document->currency,
                               document->rate_micros));
}

static void put_custom_fields(QbRender *render)
{
    json_open(&render->json, "CustomField", '[');
    json_close(&render->json, ']');
}

void qb_invoice(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_INVOICE, index);
    JsonWriter *json = &render->json;
    json_put_boolean(json, "AllowIPNPayment", false);
    json_put_boolean(json, "AllowOnlinePayment", false);
    json_put_boolean(json, "AllowOnlineCreditCardPayment", true);
    json_put_boolean(json, "AllowOnlineACHPayment", true);
    put_custom_fields(render);
    qb_put_head(render, QB_INVOICE, BOOK_INVOICE, index);
    qb_put_links(render, BOOK_INVOICE, index);
    put_lines(render, document, document->entry.voided);
    qb_put_tax_detail(render, document);
    put_reader(render, document);
    if (document->due)
        qb_put_day(render, "DueDate", document->due);
    put_tail(render, document);
}

void qb_credit_memo(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_CREDIT_NOTE, index);
    qb_put_money(render, "RemainingCredit", qb_amount(&document->entry, document->open), document->currency);
    put_custom_fields(render);
    qb_put_head(render, QB_CREDIT_MEMO, BOOK_CREDIT_NOTE, index);
    put_lines(render, document, false);
    qb_put_tax_detail(render, document);
    put_reader(render, document);
    put_tail(render, document);
}

static void put_receipt(QbRender *render, QbEntity entity, int index)
{
    const Document *document = document_at(render->books, BOOK_RECEIPT, index);
    char id[QB_ID_SIZE];
    put_custom_fields(render);
    qb_put_head(render, entity, BOOK_RECEIPT, index);
    put_lines(render, document, false);
    qb_put_tax_detail(render, document);
    put_reader(render, document);
    int method = quickbooks_method(entity, index);
    if (method >= 0)
        qb_put_named(render, "PaymentMethodRef", qb_row_id(id, QB_PAYMENT_METHOD, method),
                     quickbooks_method_name(method));
    qb_put_ref(render, "DepositToAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, document->account);
    put_tail(render, document);
}

void qb_sales_receipt(QbRender *render, int index)
{
    put_receipt(render, QB_SALES_RECEIPT, index);
}

void qb_refund_receipt(QbRender *render, int index)
{
    put_receipt(render, QB_REFUND_RECEIPT, index);
}

static void put_deposit_line(QbRender *render, const Document *document, const BookLine *line, int number)
{
    JsonWriter *json = &render->json;
    char id[QB_ID_SIZE];
    json_open(json, NULL, '{');
    json_put_text(json, "Id", quickbooks_id(id, QB_TAX_AGENCY, BOOK_KINDS, number - 1));
    json_put_integer(json, "LineNum", number);
    qb_put_some(render, "Description", line->description);
    qb_put_money(render, "Amount", qb_amount(&document->entry, line->net), document->currency);
    json_put_text(json, "DetailType", "DepositLineDetail");
    json_open(json, "DepositLineDetail", '{');
    if (document->contact >= 0) {
        json_open(json, "Entity", '{');
        json_put_text(json, "value", quickbooks_id(id, QB_CUSTOMER, BOOK_CONTACT, document->contact));
        json_put_text(json, "name", qb_name_of(render, BOOK_CONTACT, document->contact));
        json_put_text(json, "type", "CUSTOMER");
        json_close(json, '}');
    }
    qb_put_ref(render, "ClassRef", QB_CLASS, BOOK_CATEGORY, line->category[0]);
    qb_put_ref(render, "AccountRef", QB_ACCOUNT, BOOK_ACCOUNT, line->account);
    json_close(json, '}');
    json_open(json, "CustomExtensions", '[');
    json_close(json, ']');
    json_close(json, '}');
}

void qb_deposit(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_RECEIPT, index);
    JsonWriter *json = &render->json;
    int n = 0;
    qb_put_ref(render, "DepositToAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, document->account);
    qb_put_totals(render, document);
    qb_put_identity(render, QB_DEPOSIT, index, &document->entry);
    qb_put_day(render, "TxnDate", document->date);
    qb_put_ref(render, "DepartmentRef", QB_DEPARTMENT, BOOK_CATEGORY, qb_document_category(render->books, document));
    qb_put_currency(render, document->currency, document->rate_micros);
    qb_put_note(render, &document->entry, document->note);
    json_open(json, "Line", '[');
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &render->books->lines[document->first_line + i];
        if (!line->text_only)
            put_deposit_line(render, document, line, ++n);
    }
    json_close(json, ']');
    json_open(json, "TxnTaxDetail", '{');
    json_close(json, '}');
}
