/*
 * Parts that several of QuickBooks' mappings share: rows and tables of references, addresses and document heads, and
 * the conversions that read more than one value.
 */
#pragma once
#include "workers/runtime/mapping.h"

/* ---- Rows ---- */

#define QB_HEAD_ROWS(Message, prefix)                                                                                  \
    {"Id", FIELD(Message, id), AS_PREFIXED(prefix), REQUIRED},                                                         \
    {                                                                                                                  \
        "MetaData.LastUpdatedTime", FIELD(Message, source_modified_date), &AS_INSTANT, OPTIONAL                        \
    }

/* Without multi-currency older answers name none. */
#define QB_CURRENCY_ROWS(Message)                                                                                      \
    MAP_CURRENCY_ROWS(Message, "CurrencyRef.value"),                                                                   \
    {                                                                                                                  \
        "ExchangeRate", FIELD(Message, currency_rate), &AS_DECIMAL, OPTIONAL                                           \
    }

extern const Mapping qb_account_ref, qb_customer_ref, qb_supplier_ref, qb_item_ref, qb_tax_rate_ref,
    qb_payment_method_ref;
extern const Mapping qb_billing_address, qb_delivery_address, qb_plain_address;

/* ---- Conversions ---- */

/* "Archived" for Active:false, else "Active": pseudo tax codes have no such member. */
#define QB_STATUS MAP_CONVERSION("status of a list", map_active, .type = PROTOBUF_C_TYPE_ENUM, .constant = true)
/* Void, Paid, PartiallyPaid, or Submitted (of bills: Open), by amounts and note: no status is ever sent. */
#define QB_DOCUMENT_STATUS                                                                                             \
    MAP_CONVERSION("status of a document", map_document_status, .type = PROTOBUF_C_TYPE_ENUM, .constant = true)
/* Void, or nothing. */
#define QB_VOID MAP_CONVERSION("void", map_void, .type = PROTOBUF_C_TYPE_ENUM, .constant = true)

/* An amount that is computed. QB_REFUND added negates it, and so does the document's own Credit:true. */
typedef enum QbPart {
    QB_TOTAL,
    QB_TAX,
    QB_NET, /* of documents */
    QB_DISCOUNT,
    QB_OWN_LINES, /* of deposits: of the lines that clear nothing */
    QB_LINE_UNIT,
    QB_LINE_QUANTITY,
    QB_LINE_NET,
    QB_LINE_TAX,
    QB_LINE_GROSS,
    QB_PARTS,
} QbPart;
enum { QB_SALE = 0, QB_REFUND = QB_PARTS };
#define QB_AMOUNT(part) MAP_CONVERSION("amount", map_amount, MAP_DECIMAL, .n_argument = (size_t)(part))

/* The lines of a document by a table of their own; subtotals and discounts are none, groups are what is in them. Own
 * lines: those that are linked to nothing. */
#define QB_LINES(mapping) MAP_CONVERSION("lines", map_lines, MAP_NESTED(mapping), .appends = true)
#define QB_OWN_LINES_BY(mapping)                                                                                       \
    MAP_CONVERSION("own lines", map_lines, MAP_NESTED(mapping), .appends = true, .n_argument = 1)

/* Class and department of a line, or else of its document. */
#define QB_CATEGORIES AS_CUSTOM_LIST(map_categories, NULL)

/* A customer or supplier by its type. */
#define QB_CONTACT AS_CUSTOM(map_contact, "tributary.accounting.v1.ContactRef")

MapResult map_active(const MapSite *site, Error *err);
MapResult map_document_status(const MapSite *site, Error *err);
MapResult map_void(const MapSite *site, Error *err);
MapResult map_amount(const MapSite *site, Error *err);
MapResult map_lines(const MapSite *site, Error *err);
MapResult map_categories(const MapSite *site, Error *err);
MapResult map_contact(const MapSite *site, Error *err);

/* ---- For conversions of other files ---- */

/* Whether a line of a deposit is income and no clearing of something that was recorded before. */
bool qb_is_own_line(yyjson_val *line);
