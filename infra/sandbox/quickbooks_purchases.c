/* Purchase forms. */
#include "infra/sandbox/quickbooks_document.h"
#include <string.h>

static void put_class_and_tax(QbRender *render, const Document *document, const BookLine *line)
{
    qb_put_ref(render, "ClassRef", QB_CLASS, BOOK_CATEGORY, line->category[0]);
    json_put_text(&render->json, "BillableStatus", "NotBillable");
    qb_put_tax_code(render, document, line);
    if (qb_inclusive(render, document))
        qb_put_money(render, "TaxInclusiveAmt", qb_amount(&document->entry, line->net + line->tax_amount),
                     document->currency);
}

/* Purchases know no discount: the price is what is left of it. */
static void put_item(QbRender *render, const Document *document, const BookLine *line)
{
    bool voided = document->entry.voided;
    json_put_text(&render->json, "DetailType", "ItemBasedExpenseLineDetail");
    json_open(&render->json, "ItemBasedExpenseLineDetail", '{');
    qb_put_ref(render, "ItemRef", QB_ITEM, BOOK_ITEM, line->item);
    if (!voided)
        qb_put_micros(render, "UnitPrice", qb_line_price(document, line, false));
    qb_put_micros(render, "Qty", voided ? 0 : line->quantity_micros);
    put_class_and_tax(render, document, line);
    json_close(&render->json, '}');
}

static void put_expense(QbRender *render, const Document *document, const BookLine *line)
{
    json_put_text(&render->json, "DetailType", "AccountBasedExpenseLineDetail");
    json_open(&render->json, "AccountBasedExpenseLineDetail", '{');
    qb_put_ref(render, "AccountRef", QB_ACCOUNT, BOOK_ACCOUNT, line->account);
    put_class_and_tax(render, document, line);
    json_close(&render->json, '}');
}

static void put_lines(QbRender *render, const Document *document)
{
    JsonWriter *json = &render->json;
    char id[QB_ID_SIZE];
    json_open(json, "Line", '[');
    for (int i = 0; i < document->n_lines; i++) {
        const BookLine *line = &render->books->lines[document->first_line + i];
        json_open(json, NULL, '{');
        json_put_text(json, "Id", quickbooks_id(id, QB_TAX_AGENCY, BOOK_KINDS, i));
        json_put_integer(json, "LineNum", i + 1);
        qb_put_some(render, "Description", line->description);
        if (line->text_only) {
            json_put_text(json, "DetailType", "DescriptionOnly");
            json_open(json, "DescriptionLineDetail", '{');
            json_close(json, '}');
        } else {
            qb_put_money(render, "Amount", qb_amount(&document->entry, line->net), document->currency);
            (line->item >= 0 ? put_item : put_expense)(render, document, line);
        }
        json_open(json, "CustomExtensions", '[');
        json_close(json, ']');
        json_close(json, '}');
    }
    json_close(json, ']');
}

static void put_payable(QbRender *render, const Document *document)
{
    qb_put_ref(render, "VendorRef", QB_VENDOR, BOOK_CONTACT, document->contact);
    qb_put_ref(render, "APAccountRef", QB_ACCOUNT, BOOK_ACCOUNT, books_account_of(render->books, ACCOUNT_PAYABLE));
    qb_put_calculation(render, document);
    qb_put_totals(render, document);
}

void qb_bill(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_BILL, index);
    if (document->due)
        qb_put_day(render, "DueDate", document->due);
    qb_put_money(render, "Balance", qb_amount(&document->entry, document->open), document->currency);
    qb_put_head(render, QB_BILL, BOOK_BILL, index);
    qb_put_links(render, BOOK_BILL, index);
    put_lines(render, document);
    qb_put_tax_detail(render, document);
    put_payable(render, document);
}

void qb_vendor_credit(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_BILL_CREDIT, index);
    qb_put_money(render, "Balance", qb_amount(&document->entry, document->open), document->currency);
    qb_put_head(render, QB_VENDOR_CREDIT, BOOK_BILL_CREDIT, index);
    put_lines(render, document);
    qb_put_tax_detail(render, document);
    put_payable(render, document);
}

void qb_purchase_order(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_PURCHASE_ORDER, index);
    json_put_text(&render->json, "EmailStatus", "NotSet");
    json_put_text(&render->json, "POStatus", document->state == DOCUMENT_CLOSED ? "Closed" : "Open");
    json_open(&render->json, "CustomField", '[');
    json_close(&render->json, ']');
    if (document->due)
        qb_put_day(render, "DueDate", document->due);
    qb_put_head(render, QB_PURCHASE_ORDER, BOOK_PURCHASE_ORDER, index);
    put_lines(render, document);
    qb_put_tax_detail(render, document);
    put_payable(render, document);
    qb_put_some(render, "Memo", document->memo);
}

/* A list of names and values that leaks out of the vendor's own objects. */
static void put_leak(QbRender *render, const char *type)
{
    JsonWriter *json = &render->json;
    json_open(json, "PurchaseEx", '{');
    json_open(json, "any", '[');
    qb_put_leaked(render, "TxnType", type);
    json_close(json, ']');
    json_close(json, '}');
}

void qb_purchase(QbRender *render, int index)
{
    const Document *document = document_at(render->books, BOOK_SPENDING, index);
    JsonWriter *json = &render->json;
    bool card = account_at(render->books, document->account)->type == ACCOUNT_CARD, check = !card && index % 2 == 1;
    char id[QB_ID_SIZE];
    qb_put_ref(render, "AccountRef", QB_ACCOUNT, BOOK_ACCOUNT, document->account);
    json_put_text(json, "PaymentType", card ? "CreditCard" : check ? "Check" : "Cash");
    if (document->contact >= 0) {
        bool supplier = contact_at(render->books, document->contact)->supplier;
        json_open(json, "EntityRef", '{');
        json_put_text(json, "value",
                      quickbooks_id(id, supplier ? QB_VENDOR : QB_CUSTOMER, BOOK_CONTACT, document->contact));
        json_put_text(json, "name", qb_name_of(render, BOOK_CONTACT, document->contact));
        json_put_text(json, "type", supplier ? "Vendor" : "Customer");
        json_close(json, '}');
    }
    if (card || document->refund)
        json_put_boolean(json, "Credit", document->refund);
    qb_put_totals(render, document);
    if (check)
        json_put_text(json, "PrintStatus", "NotSet");
    put_leak(render, check ? "3" : document->refund ? "11" : "1");
    qb_put_head(render, QB_PURCHASE, BOOK_SPENDING, index);
    qb_put_calculation(render, document);
    put_lines(render, document);
    qb_put_tax_detail(render, document);
}
