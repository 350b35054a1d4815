/* The truth of Xero, held against records written by hand. */
#include "infra/sandbox/xero_names.h"
#include "tests/support/suite.h"
#include "tests/unit/sandbox/xero_client.h"
#include <string.h>

enum { INVOICE = 1, CREDIT = 0, PAYMENT = 2, DAY = 86400 };

static Books *books_of(XeroClient *xero)
{
    return account_books(world_account(xero->client->world, "acme", &(BusinessSize){0}));
}

static const char *guid(XeroClient *xero, int thing, int index)
{
    char *id = arena_alloc(xero->client->arena, XERO_ID_SIZE);
    return xero_id(id, books_of(xero)->business, thing, index);
}

/* A foreign invoice whose prices include a tax of 20 % in two lines, one of which says nothing but a text. */
static void write_invoice(Books *books)
{
    Document *invoice = document_at(books, BOOK_INVOICE, INVOICE);
    BookLine *lines = &books->lines[invoice->first_line];
    lines[0] = (BookLine){
        .item = -1,
        .account = 3,
        .tax = 0,
        .category = {-1, 1},
        .description = "Größe \"L\"",
        .quantity_micros = 2500000,
        .price_micros = 52800000,
        .discount_millis = 10000,
        .net = 9900,
        .tax_amount = 1980
    };
    *invoice = (Document){
        .entry = {.item.created = 1767323045, .updated = 1767323045},
        .number = "INV-9",
        .memo = "Thank you",
        .contact = 2,
        .date = 20454 * (int64_t)DAY,
        .currency = currency_of("eur"),
        .rate_micros = 1250000,
        .form = TAX_FORM_INCLUSIVE,
        .first_line = invoice->first_line,
        .n_lines = 1,
        .net = 9900,
        .tax = 1980,
        .total = 11880,
        .open = 5000,
        .state = DOCUMENT_PART_PAID,
        .account = -1,
        .source = -1
    };
}

static void expect(XeroClient *xero, const char *expected)
{
    xero_control(xero, "GET", "xero/acme/truth", NULL);
    ck_assert_msg(strstr(xero->client->body->bytes, expected) != NULL, "the truth lacks %s", expected);
}

START_TEST(an_invoice_written_out_by_hand_is_right)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    Books *books = books_of(xero);
    write_invoice(books);
    const char *id = guid(xero, BOOK_INVOICE, INVOICE);
    expect(
        xero,
        arena_format(
            xero->client->arena,
            "\"%s\":{\"id\":\"%s\",\"invoiceNumber\":\"INV-9\",\"customerRef\":{\"id\":\"%s\",\"companyName\":\"%s\"},"
            "\"issueDate\":\"2026-01-01\",\"currency\":\"EUR\",\"currencyRate\":1.250000000,\"lineItems\":[{"
            "\"description\":\"Größe \\\"L\\\"\",\"unitAmount\":52.800000,\"quantity\":2.500000,"
            "\"discountPercentage\":10.000,\"subTotal\":99.00,\"taxAmount\":19.80,\"totalAmount\":118.80,"
            "\"accountRef\":{\"id\":\"%s\"},\"taxRateRef\":{\"id\":\"%s\"},\"tracking\":{\"categoryRefs\":[{"
            "\"id\":\"%s\",\"name\":\"%s\"}],\"isBilledTo\":\"NotApplicable\",\"isRebilledTo\":"
            "\"NotApplicable\"}}],\"totalDiscount\":13.20,\"subTotal\":99.00,\"totalTaxAmount\":19.80,"
            "\"totalAmount\":118.80,\"amountDue\":50.00,\"status\":\"PartiallyPaid\",\"note\":\"Thank you\"",
            id, id, guid(xero, BOOK_CONTACT, 2), contact_at(books, 2)->name, guid(xero, BOOK_ACCOUNT, 3),
            tax_at(books, 0)->code, guid(xero, BOOK_CATEGORY, 1), category_at(books, 1)->name));
}
END_TEST

/* 100 of cash and 20 of credit for an invoice of 110, and what is left on account. */
START_TEST(a_settlement_is_a_payment_an_allocation_and_an_overpayment)
{
    AUTO(XeroClient) *xero = xero_client_new("acme");
    Books *books = books_of(xero);
    Arena *arena = xero->client->arena;
    Settlement *settlement = settlement_at(books, BOOK_PAYMENT, PAYMENT);
    *settlement = (Settlement){
        .entry = {.item.created = 1767323045,       .updated = 1767323045         },
        .contact = 2,
        .account = 0,
        .reference = "chq 7",
        .date = 20454 * (int64_t)DAY,
        .currency = books->business->main,
        .rate_micros = 1000000,
        .amount = 10000,
        .unapplied = 1000,
        .n_links = 2,
        .links = {{BOOK_CREDIT_NOTE, CREDIT, 2000}, {BOOK_INVOICE, INVOICE, 11000}}
    };
    XeroPart parts[XERO_PARTS];
    ck_assert_int_eq(xero_parts(settlement, parts), 3);
    const char *invoice = guid(xero, BOOK_INVOICE, INVOICE), *credit = guid(xero, BOOK_CREDIT_NOTE, CREDIT);
    expect(xero,
           arena_format(arena,
                        "\"date\":\"2026-01-01\",\"lines\":[{\"amount\":0.00,\"allocatedOnDate\":\"2026-01-01\","
                        "\"links\":[{\"type\":\"Invoice\",\"id\":\"%s\",\"amount\":-20.00},{\"type\":\"CreditNote\","
                        "\"id\":\"creditNote:%s\",\"amount\":20.00}]}]",
                        invoice, credit));
    expect(xero, arena_format(arena,
                              "\"totalAmount\":90.00,\"currency\":\"USD\",\"date\":\"2026-01-01\","
                              "\"reference\":\"chq 7\",\"lines\":[{\"amount\":90.00,\"allocatedOnDate\":"
                              "\"2026-01-01\",\"links\":[{\"type\":\"Invoice\",\"id\":\"%s\",\"amount\":-90.00}]}]",
                              invoice));
    expect(xero, arena_format(arena, "\"id\":\"overpayment:%s\"",
                              guid(xero, XERO_ON_ACCOUNT, xero_part_number(BOOK_PAYMENT, PAYMENT, 2))));
}
END_TEST

SUITE("sandbox xero truth", an_invoice_written_out_by_hand_is_right,
      a_settlement_is_a_payment_an_allocation_and_an_overpayment)
