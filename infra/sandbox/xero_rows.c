/* What there is to list: rows of each endpoint, and which settlements touch a document. */
#include "infra/sandbox/xero_render.h"
#include <stdio.h>
#include <string.h>

XeroRow *xero_row(Xero *xero, XeroRows *rows, int thing, int number)
{
    if (rows->n == rows->capacity) {
        int capacity = rows->capacity ? 2 * rows->capacity : 64;
        XeroRow *items = ARENA_ARRAY(xero->arena, XeroRow, (size_t)capacity);
        if (rows->n > 0)
            memcpy(items, rows->items, (size_t)rows->n * sizeof *items);
        rows->items = items;
        rows->capacity = capacity;
    }
    XeroRow *row = &rows->items[rows->n++];
    *row = (XeroRow){.thing = thing, .number = number, .kind = BOOK_KINDS};
    xero_id(row->id, xero->business, thing, number);
    return row;
}

void xero_rows_of(Xero *xero, XeroRows *rows, BookKind kind, bool deleted,
                  void (*fill)(const Xero *xero, XeroRow *row, const Entry *entry))
{
    for (int i = 0; i < n_book(xero->books, kind); i++) {
        const Entry *entry = entry_at(xero->books, kind, i);
        if (entry->item.deleted && !deleted)
            continue;
        XeroRow *row = xero_row(xero, rows, kind, i);
        row->kind = kind;
        row->index = i;
        row->stamp_ms = xero_stamp_ms(entry->updated);
        fill(xero, row, entry);
    }
}

static void count_links(const Books *books, BookKind kind, int *n)
{
    XeroPart parts[XERO_PARTS];
    for (int i = 0; i < n_book(books, kind); i++)
        *n += 2 * xero_parts(settlement_at(books, kind, i), parts); /* an allocation is seen from both sides */
}

static void chain(XeroLinks *links, int *n, const XeroLink *link, BookKind kind, int document)
{
    XeroLink *added = &links->links[*n];
    *added = *link;
    added->next = links->first[kind][document];
    links->first[kind][document] = (*n)++;
}

/* From the last settlement to the first, as chains grow at their head. */
static void chain_kind(const Books *books, XeroLinks *links, BookKind kind, int *n)
{
    XeroPart parts[XERO_PARTS];
    BookKind credit = kind == BOOK_PAYMENT ? BOOK_CREDIT_NOTE : BOOK_BILL_CREDIT;
    for (int i = n_book(books, kind) - 1; i >= 0; i--) {
        const Settlement *settlement = settlement_at(books, kind, i);
        if (settlement->entry.voided || settlement->entry.item.deleted)
            continue;
        for (int j = xero_parts(settlement, parts) - 1; j >= 0; j--) {
            XeroLink link = {.kind = kind, .settlement = i, .part = parts[j], .number = xero_part_number(kind, i, j)};
            if (parts[j].document >= 0)
                chain(links, n, &link, parts[j].kind, parts[j].document);
            if (parts[j].credit >= 0)
                chain(links, n, &link, credit, parts[j].credit);
        }
    }
}

const XeroLinks *xero_links(Xero *xero)
{
    static const BookKind settled[] = {BOOK_INVOICE, BOOK_CREDIT_NOTE, BOOK_BILL, BOOK_BILL_CREDIT};
    if (xero->links)
        return xero->links;
    XeroLinks *links = ARENA_NEW(xero->arena, XeroLinks);
    for (size_t i = 0; i < COUNT_OF(settled); i++) {
        int n = n_book(xero->books, settled[i]);
        links->first[settled[i]] = ARENA_ARRAY(xero->arena, int, (size_t)n + 1);
        memset(links->first[settled[i]], 0xFF, ((size_t)n + 1) * sizeof(int));
    }
    int room = 0, n = 0;
    count_links(xero->books, BOOK_PAYMENT, &room);
    count_links(xero->books, BOOK_BILL_PAYMENT, &room);
    links->links = ARENA_ARRAY(xero->arena, XeroLink, (size_t)room + 1);
    chain_kind(xero->books, links, BOOK_PAYMENT, &n);
    chain_kind(xero->books, links, BOOK_BILL_PAYMENT, &n);
    return xero->links = links;
}

const XeroLink *xero_link_after(Xero *xero, BookKind kind, int document, const XeroLink *link)
{
    const XeroLinks *links = xero_links(xero);
    int next = link ? link->next : links->first[kind][document];
    return next < 0 ? NULL : &links->links[next];
}

void xero_nothing(Xero *xero, XeroRows *rows)
{
    (void)xero;
    (void)rows;
}

/* ---- Lists ---- */

static const char *life(const Entry *entry)
{
    return entry->item.deleted ? "DELETED" : entry->archived ? "ARCHIVED" : "ACTIVE";
}

static void fill_list(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    row->status = life(entry);
    row->archived = entry->archived;
}

static void fill_account(const Xero *xero, XeroRow *row, const Entry *entry)
{
    fill_list(xero, row, entry);
    row->type = xero_account_type(((const BookAccount *)entry)->type);
}

void xero_accounts(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_ACCOUNT, false, fill_account);
}

void xero_contacts(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_CONTACT, false, fill_list);
}

/* Items have no status: what is archived elsewhere is an item like any other here. */
static void fill_item(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    (void)row;
    (void)entry;
}

void xero_items(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_ITEM, false, fill_item);
}

/* A tax rate's id is its TaxType; everybody has "NONE". */
void xero_taxes(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_TAX, true, fill_list);
    for (int i = 0; i < rows->n; i++)
        snprintf(rows->items[i].id, XERO_ID_SIZE, "%s", tax_at(xero->books, rows->items[i].index)->code);
    XeroRow *none = xero_row(xero, rows, BOOK_TAX, -1);
    none->index = -1;
    none->status = "ACTIVE";
    snprintf(none->id, XERO_ID_SIZE, "%s", XERO_NO_TAX);
}

void xero_trackings(Xero *xero, XeroRows *rows)
{
    XeroRows all = {0};
    xero_rows_of(xero, &all, BOOK_CATEGORY, false, fill_list);
    for (int i = 0; i < all.n; i++) {
        if (category_at(xero->books, all.items[i].index)->parent >= 0)
            continue;
        XeroRow *row = xero_row(xero, rows, BOOK_CATEGORY, all.items[i].index);
        *row = all.items[i];
    }
}

void xero_organisations(Xero *xero, XeroRows *rows)
{
    xero_row(xero, rows, XERO_ORGANISATION, 0);
}

/* The main currency and the second one. */
void xero_currencies(Xero *xero, XeroRows *rows)
{
    xero_row(xero, rows, BOOK_KINDS, 0);
    if (xero->business->foreign)
        xero_row(xero, rows, BOOK_KINDS, 1)->index = 1;
}

/* ---- Documents ---- */

static void fill_document(const Xero *xero, XeroRow *row, const Entry *entry)
{
    static const char *const types[BOOK_KINDS] = {
        [BOOK_INVOICE] = "ACCREC",
        [BOOK_BILL] = "ACCPAY",
        [BOOK_CREDIT_NOTE] = "ACCRECCREDIT",
        [BOOK_BILL_CREDIT] = "ACCPAYCREDIT",
        [BOOK_PURCHASE_ORDER] = "PURCHASEORDER",
    };
    (void)xero;
    row->type = types[row->kind];
    row->status = xero_document_status(row->kind, (const Document *)entry);
}

void xero_invoices(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_INVOICE, true, fill_document);
    xero_rows_of(xero, rows, BOOK_BILL, true, fill_document);
}

void xero_credit_notes(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_CREDIT_NOTE, true, fill_document);
    xero_rows_of(xero, rows, BOOK_BILL_CREDIT, true, fill_document);
}

void xero_orders(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_PURCHASE_ORDER, true, fill_document);
}

static const char *cash_status(const Entry *entry)
{
    return entry->item.deleted || entry->voided ? "DELETED" : "AUTHORISED";
}

/* Money back is the other way round. */
static void fill_spending(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    row->type = ((const Document *)entry)->refund ? "RECEIVE" : "SPEND";
    row->status = cash_status(entry);
}

static void fill_receipt(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    row->type = ((const Document *)entry)->refund ? "SPEND" : "RECEIVE";
    row->status = cash_status(entry);
}

static void add_moves(Xero *xero, XeroRows *rows)
{
    for (int i = 0; i < n_book(xero->books, BOOK_TRANSFER); i++) {
        const Entry *entry = entry_at(xero->books, BOOK_TRANSFER, i);
        for (int into = 0; into < 2; into++) {
            XeroRow *row = xero_row(xero, rows, XERO_MOVED, 2 * i + into);
            row->kind = BOOK_TRANSFER;
            row->index = i;
            row->part = into;
            row->stamp_ms = xero_stamp_ms(entry->updated);
            row->type = into ? "RECEIVE-TRANSFER" : "SPEND-TRANSFER";
            row->status = cash_status(entry);
        }
    }
}

static void fill_transfer(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    row->status = cash_status(entry);
    row->gone = entry->item.deleted || entry->voided;
}

void xero_transfers(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_TRANSFER, true, fill_transfer);
}

static void fill_journal(const Xero *xero, XeroRow *row, const Entry *entry)
{
    (void)xero;
    row->status = entry->item.deleted                   ? "DELETED"
                  : entry->voided                       ? "VOIDED"
                  : ((const BookJournal *)entry)->draft ? "DRAFT"
                                                        : "POSTED";
}

void xero_manual_journals(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_JOURNAL, true, fill_journal);
}

/* ---- Parts of settlements ---- */

static const char *payment_type(BookKind kind)
{
    return kind == BOOK_INVOICE       ? "ACCRECPAYMENT"
           : kind == BOOK_BILL        ? "ACCPAYPAYMENT"
           : kind == BOOK_CREDIT_NOTE ? "ARCREDITPAYMENT"
                                      : "APCREDITPAYMENT";
}

static void add_parts(Xero *xero, XeroRows *rows, BookKind kind, XeroPartType wanted)
{
    XeroPart parts[XERO_PARTS];
    for (int i = 0; i < n_book(xero->books, kind); i++) {
        const Settlement *settlement = settlement_at(xero->books, kind, i);
        int n = xero_parts(settlement, parts);
        for (int j = 0; j < n; j++) {
            if (parts[j].type != wanted)
                continue;
            bool cash = wanted == XERO_PART_CASH;
            XeroRow *row = xero_row(xero, rows, cash ? XERO_CASH : XERO_ON_ACCOUNT, xero_part_number(kind, i, j));
            row->kind = kind;
            row->index = i;
            row->part = j;
            row->stamp_ms = xero_stamp_ms(settlement->entry.updated);
            row->type = cash                   ? payment_type(parts[j].kind)
                        : kind == BOOK_PAYMENT ? "RECEIVE-OVERPAYMENT"
                                               : "SPEND-OVERPAYMENT";
            row->status = cash_status(&settlement->entry);
            if (!cash && strcmp(row->status, "DELETED") == 0)
                row->status = "VOIDED";
        }
    }
}

void xero_payments(Xero *xero, XeroRows *rows)
{
    add_parts(xero, rows, BOOK_PAYMENT, XERO_PART_CASH);
    add_parts(xero, rows, BOOK_BILL_PAYMENT, XERO_PART_CASH);
}

void xero_overpayments(Xero *xero, XeroRows *rows)
{
    add_parts(xero, rows, BOOK_PAYMENT, XERO_PART_ON_ACCOUNT);
    add_parts(xero, rows, BOOK_BILL_PAYMENT, XERO_PART_ON_ACCOUNT);
}

void xero_batches(Xero *xero, XeroRows *rows)
{
    static const BookKind kinds[] = {BOOK_PAYMENT, BOOK_BILL_PAYMENT};
    for (size_t k = 0; k < COUNT_OF(kinds); k++) {
        for (int i = 0; i < n_book(xero->books, kinds[k]); i++) {
            const Settlement *settlement = settlement_at(xero->books, kinds[k], i);
            if (!xero_is_batch(settlement))
                continue;
            XeroRow *row = xero_row(xero, rows, XERO_BATCH, xero_part_number(kinds[k], i, 0));
            row->kind = kinds[k];
            row->index = i;
            row->stamp_ms = xero_stamp_ms(settlement->entry.updated);
            row->type = kinds[k] == BOOK_PAYMENT ? "RECBATCH" : "PAYBATCH";
            row->status = cash_status(&settlement->entry);
        }
    }
}

void xero_bank_transactions(Xero *xero, XeroRows *rows)
{
    xero_rows_of(xero, rows, BOOK_SPENDING, true, fill_spending);
    xero_rows_of(xero, rows, BOOK_RECEIPT, true, fill_receipt);
    xero_overpayments(xero, rows);
    add_moves(xero, rows);
}

static const char *source_type(const Xero *xero, const XeroJournal *journal)
{
    static const char *const types[BOOK_KINDS] = {
        [BOOK_INVOICE] = "ACCREC",           [BOOK_CREDIT_NOTE] = "ACCRECCREDIT",   [BOOK_BILL] = "ACCPAY",
        [BOOK_BILL_CREDIT] = "ACCPAYCREDIT", [BOOK_SPENDING] = "CASHPAID",          [BOOK_RECEIPT] = "CASHREC",
        [BOOK_PAYMENT] = "ACCRECPAYMENT",    [BOOK_BILL_PAYMENT] = "ACCPAYPAYMENT", [BOOK_JOURNAL] = "MANJOURNAL",
        [BOOK_TRANSFER] = "TRANSFER",
    };
    bool cash = journal->kind == BOOK_SPENDING || journal->kind == BOOK_RECEIPT;
    if (cash && document_at(xero->books, journal->kind, journal->source)->refund)
        return journal->kind == BOOK_SPENDING ? "CASHREC" : "CASHPAID";
    return types[journal->kind];
}

/* In the order of their numbers. */
void xero_journals(Xero *xero, XeroRows *rows)
{
    const XeroLedger *ledger = xero_ledger_now(xero->account);
    for (int i = 0; i < ledger->n_journals; i++) {
        XeroRow *row = xero_row(xero, rows, XERO_JOURNAL, i + 1);
        row->index = i;
        row->stamp_ms = xero_stamp_ms(ledger->journals[i].created);
        row->type = source_type(xero, &ledger->journals[i]);
    }
}
