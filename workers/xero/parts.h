/*
 * Parts that several of Xero's mappings share: rows and tables of references, and the conversions that Xero's dates,
 * rates, amounts and words need.
 */
#pragma once
#include "workers/runtime/mapping.h"

/* ---- Conversions ---- */

/* "/Date(1776297600000+0000)/": milliseconds, read as UTC whatever the offset says; a few endpoints write ISO. */
extern const Conversion XERO_INSTANT, XERO_DATE;
/* The latest of the "Date" of the elements. */
extern const Conversion XERO_LATEST_DATE;
/* Foreign units for one of the base currency; we keep the reciprocal, to nine digits. 0 means that there is none. */
extern const Conversion XERO_RATE;
/* "creditNote:<id>", "overpayment:<id>" or "prepayment:<id>" of the object at the path. */
extern const Conversion XERO_CREDIT_ID;
/* What a line's LineAmount is before and with tax, by the LineAmountTypes of its document; "0" without one. */
#define XERO_NET   MAP_CONVERSION("net amount", map_line_amount, MAP_DECIMAL, .constant = true)
#define XERO_GROSS MAP_CONVERSION("gross amount", map_line_amount, MAP_DECIMAL, .n_argument = 1, .constant = true)
/* The Amount of the nearest record that has one: positive when it pays an invoice, negative when it gives credit back.
 * The link to what is settled cancels it. */
#define XERO_CASH MAP_CONVERSION("cash", map_cash, MAP_DECIMAL)
#define XERO_LINK MAP_CONVERSION("cash, negated", map_cash, MAP_DECIMAL, .n_argument = 1)

/* Words of a document's Status; AUTHORISED is "PARTLY" when something is settled. */
#define XERO_STATUS(words)                                                                                             \
    MAP_CONVERSION("status of a document", map_document_status, .type = PROTOBUF_C_TYPE_ENUM, .argument = (words),     \
                   .n_argument = COUNT_OF(words))
/* Words of what does not make a record present by itself: the type of an address without a line. */
#define XERO_TYPE(words)                                                                                               \
    MAP_CONVERSION("type", map_type, .type = PROTOBUF_C_TYPE_ENUM, .argument = (words), .n_argument = COUNT_OF(words), \
                   .constant = true)
/* Whether Status is DELETED, or VOIDED where no status of ours says that. */
#define XERO_DELETED MAP_CONVERSION("deleted", map_deleted, .type = PROTOBUF_C_TYPE_BOOL)
#define XERO_DEAD    MAP_CONVERSION("deleted or void", map_deleted, .type = PROTOBUF_C_TYPE_BOOL, .n_argument = 1)

/* The record by a table, if the flag at the row's path is true. */
#define XERO_RECORD_IF(mapping) MAP_CONVERSION("record if", map_record_if, MAP_NESTED(mapping))

MapResult map_line_amount(const MapSite *site, Error *err);
MapResult map_cash(const MapSite *site, Error *err);
MapResult map_document_status(const MapSite *site, Error *err);
MapResult map_type(const MapSite *site, Error *err);
MapResult map_deleted(const MapSite *site, Error *err);
MapResult map_record_if(const MapSite *site, Error *err);

/* ---- Rows ---- */

#define XERO_STAMP_ROW(Message)                                                                                        \
    {                                                                                                                  \
        "UpdatedDateUTC", FIELD(Message, source_modified_date), &XERO_INSTANT, OPTIONAL                                \
    }
#define XERO_CURRENCY_ROWS(Message)                                                                                    \
    MAP_CURRENCY_ROWS(Message, "CurrencyCode"),                                                                        \
    {                                                                                                                  \
        "CurrencyRate", FIELD(Message, currency_rate), &XERO_RATE, OPTIONAL                                            \
    }

/* ---- References. Accounts, items and options of lines are found at "." of the line ---- */

extern const Mapping xero_account_ref, xero_bank_ref, xero_customer_ref, xero_supplier_ref, xero_item_ref,
    xero_tax_rate_ref, xero_category_ref, xero_tracking_ref;

/* ---- For other files ---- */

/* Milliseconds since 1970 of a date in either form; false when it is none. */
bool xero_time_ms(yyjson_val *value, int64_t *ms);
