/* The entities, and the objects of each. */
#include "infra/sandbox/quickbooks_render.h"
#include <string.h>
#include <strings.h>

enum { LIST = QB_LIST, COUNTS = QB_COUNTS, CHANGES = QB_CHANGES };

const QbEntityType qb_entities[QB_ENTITIES] = {
    [QB_COMPANY_INFO] = {"CompanyInfo",       BOOK_KINDS,          1,             CHANGES,                 qb_company_info  },
    [QB_PREFERENCES] = {"Preferences",       BOOK_KINDS,          1,             CHANGES,                 qb_preferences   },
    [QB_ACCOUNT] = {"Account",           BOOK_ACCOUNT,        1,             LIST | CHANGES,          qb_account       },
    [QB_CUSTOMER] = {"Customer",          BOOK_CONTACT,        1,             LIST | CHANGES,          qb_customer      },
    [QB_VENDOR] = {"Vendor",            BOOK_CONTACT,        1,             LIST | CHANGES,          qb_vendor        },
    [QB_ITEM] = {"Item",              BOOK_ITEM,           1,             LIST | CHANGES,          qb_item          },
    [QB_TAX_CODE] = {"TaxCode",           BOOK_TAX,            1,             LIST | COUNTS,           qb_tax_code      },
    [QB_TAX_RATE] = {"TaxRate",           BOOK_TAX,            QB_COMPONENTS, LIST | COUNTS,           qb_tax_rate      },
    [QB_TAX_AGENCY] = {"TaxAgency",         BOOK_KINDS,          1,             COUNTS,                  qb_tax_agency    },
    [QB_CLASS] = {"Class",             BOOK_CATEGORY,       1,             LIST | COUNTS | CHANGES, qb_category      },
    [QB_DEPARTMENT] = {"Department",        BOOK_CATEGORY,       1,             LIST | CHANGES,          qb_category      },
    [QB_PAYMENT_METHOD] = {"PaymentMethod",     BOOK_KINDS,          QB_METHODS,    LIST | CHANGES,          qb_payment_method},
    [QB_TERM] = {"Term",              BOOK_KINDS,          5,             LIST | CHANGES,          qb_term          },
    [QB_INVOICE] = {"Invoice",           BOOK_INVOICE,        1,             COUNTS | CHANGES,        qb_invoice       },
    [QB_CREDIT_MEMO] = {"CreditMemo",        BOOK_CREDIT_NOTE,    1,             CHANGES,                 qb_credit_memo   },
    [QB_PAYMENT] = {"Payment",           BOOK_PAYMENT,        1,             CHANGES,                 qb_payment       },
    [QB_BILL] = {"Bill",              BOOK_BILL,           1,             COUNTS | CHANGES,        qb_bill          },
    [QB_VENDOR_CREDIT] = {"VendorCredit",      BOOK_BILL_CREDIT,    1,             COUNTS | CHANGES,        qb_vendor_credit },
    [QB_BILL_PAYMENT] = {"BillPayment",       BOOK_BILL_PAYMENT,   1,             COUNTS | CHANGES,        qb_bill_payment  },
    [QB_PURCHASE_ORDER] = {"PurchaseOrder",     BOOK_PURCHASE_ORDER, 1,             COUNTS | CHANGES,        qb_purchase_order},
    [QB_JOURNAL_ENTRY] = {"JournalEntry",      BOOK_JOURNAL,        1,             COUNTS | CHANGES,        qb_journal_entry },
    [QB_PURCHASE] = {"Purchase",          BOOK_SPENDING,       1,             CHANGES,                 qb_purchase      },
    [QB_SALES_RECEIPT] = {"SalesReceipt",      BOOK_RECEIPT,        1,             CHANGES,                 qb_sales_receipt },
    [QB_REFUND_RECEIPT] = {"RefundReceipt",     BOOK_RECEIPT,        1,             COUNTS | CHANGES,        qb_refund_receipt},
    [QB_DEPOSIT] = {"Deposit",           BOOK_RECEIPT,        1,             COUNTS | CHANGES,        qb_deposit       },
    [QB_TRANSFER] = {"Transfer",          BOOK_TRANSFER,       1,             CHANGES,                 qb_transfer      },
    [QB_CARD_PAYMENT] = {"CreditCardPayment", BOOK_TRANSFER,       1,             COUNTS | CHANGES,        qb_card_payment  },
};

const char *qb_answered_as(QbEntity entity)
{
    return entity == QB_CARD_PAYMENT ? "CreditCardPaymentTxn" : qb_entities[entity].name;
}

QbEntity qb_entity_named(const char *name, size_t length)
{
    QbEntity entity = 0;
    while (entity < QB_ENTITIES &&
           (strlen(qb_entities[entity].name) != length || strncasecmp(qb_entities[entity].name, name, length) != 0))
        entity++;
    return entity;
}

const char *qb_row_id(char out[QB_ID_SIZE], QbEntity entity, int index)
{
    if (index < 0)
        return index == QB_TAXABLE ? "TAX" : "NON";
    return quickbooks_id(out, entity, qb_entities[entity].kind, index);
}

/* Is this entry of the books an object of the entity? */
static bool is_of(const QbRender *render, QbEntity entity, int index)
{
    const Books *books = render->books;
    switch (entity) {
    case QB_CUSTOMER:
        return contact_at(books, index)->customer;
    case QB_VENDOR:
        return contact_at(books, index)->supplier;
    case QB_TAX_RATE:
        return index % QB_COMPONENTS < tax_at(books, index / QB_COMPONENTS)->n_components;
    default:
        return quickbooks_entity(books, qb_entities[entity].kind, index) == entity;
    }
}

static void describe(QbRow *row, const QbRender *render, QbEntity entity, int entry)
{
    const Books *books = render->books;
    BookKind kind = qb_entities[entity].kind;
    switch (kind) {
    case BOOK_ACCOUNT:
        row->name = account_at(books, entry)->name;
        row->word = qb_account_type(account_at(books, entry)->type);
        break;
    case BOOK_CONTACT:
        row->name = contact_at(books, entry)->name;
        break;
    case BOOK_ITEM:
        row->name = book_item_at(books, entry)->name;
        break;
    case BOOK_TAX:
        row->name = tax_at(books, entry)->name;
        break;
    case BOOK_CATEGORY:
        row->name = category_at(books, entry)->name;
        break;
    case BOOK_PAYMENT:
    case BOOK_BILL_PAYMENT:
        row->date = settlement_at(books, kind, entry)->date;
        break;
    case BOOK_JOURNAL:
        row->date = journal_at(books, entry)->date;
        break;
    case BOOK_TRANSFER:
        row->date = book_transfer_at(books, entry)->date;
        break;
    default:
        row->date = document_at(books, kind, entry)->date;
    }
}

/* An object that no book has: of the company itself, or set up by Intuit on its first day. */
static QbRow own_row(const QbRender *render, int index)
{
    int64_t first = qb_first_day(render);
    return (QbRow){.index = index,
                   .number = index + 1,
                   .created = first,
                   .updated = first,
                   .name = "",
                   .word = "",
                   .active = true};
}

static int own_rows(const QbRender *render, QbEntity entity, QbRow *rows)
{
    for (int i = 0; i < qb_entities[entity].parts; i++)
        rows[i] = own_row(render, i);
    return qb_entities[entity].parts;
}

int qb_rows(QbRender *render, QbEntity entity, QbRow **rows)
{
    const QbEntityType *type = &qb_entities[entity];
    int n_entries = type->kind == BOOK_KINDS ? 1 : n_book(render->books, type->kind), n = 0;
    *rows = ARENA_ARRAY(render->arena, QbRow, (size_t)(n_entries * type->parts + 2));
    if (type->kind == BOOK_KINDS)
        return own_rows(render, entity, *rows);
    for (int i = 0; i < n_entries * type->parts; i++) {
        if (!is_of(render, entity, i))
            continue;
        const Entry *entry = entry_at(render->books, type->kind, i / type->parts);
        QbRow *row = &(*rows)[n++];
        *row = (QbRow){.index = i,
                       .number = quickbooks_number(entity, type->kind, i),
                       .created = entry->item.created,
                       .updated = entry->updated,
                       .name = "",
                       .word = "",
                       .active = !(type->traits & QB_LIST) || !entry->archived,
                       .deleted = entry->item.deleted};
        describe(row, render, entity, i / type->parts);
    }
    if (entity == QB_TAX_CODE && render->us) {
        (*rows)[n++] = own_row(render, QB_TAXABLE);
        (*rows)[n++] = own_row(render, QB_NOT_TAXABLE);
    }
    return n;
}

void qb_write(QbRender *render, const char *key, QbEntity entity, int index)
{
    json_open(&render->json, key, '{');
    qb_entities[entity].render(render, index);
    json_close(&render->json, '}');
}
