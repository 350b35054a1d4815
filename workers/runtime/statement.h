/*
 * Statement: balance sheets and profits and losses. Vendors show several months side by side; we keep a tree of lines
 * for each month, the oldest first. A source says which months there are and reads one into its members; what follows
 * from them is made here: sums that the vendor did not state, the first and the last month. No I/O.
 */
#pragma once
#include "workers/runtime/mapping.h"

enum { STATEMENT_MONTHS = 24 };

/* One month, and where it stands in the vendor's answer. */
typedef struct StatementMonth {
    CivilDate from, to;
    yyjson_val *rows;
    size_t column;
} StatementMonth;

/* Which member of a month's report a section of the vendor's is. */
typedef struct StatementPart {
    const char *section;
    size_t offset;
} StatementPart;

/* How a source is read; all false with ERROR_DATA. */
typedef struct StatementReader {
    /* All months, the oldest first; at most STATEMENT_MONTHS. */
    bool (*months)(const MapSite *site, StatementMonth *months, size_t *n, Error *err);
    /* Those before the first that says anything are left out: the business did not keep its books here yet. */
    bool (*is_blank)(const StatementMonth *month);
    /* The members, and the sums that the vendor states. */
    bool (*balance)(const MapSite *site, const StatementMonth *month, AccountingBalanceSheetReport *report, Error *err);
    bool (*profit)(const MapSite *site, const StatementMonth *month, AccountingProfitAndLossReport *report, Error *err);
} StatementReader;

/* The rows of both statements: paths of id and currency, and the reader of "Reports". */
#define STATEMENT_ROWS(Message, id_path, currency_path, reader)                                                        \
    {id_path, FIELD(Message, id), &AS_TEXT, REQUIRED}, {currency_path, FIELD(Message, currency), &AS_UPPER, OPTIONAL}, \
        {"Reports", FIELD(Message, most_recent_available_month), STATEMENT_MONTH(reader, true), OPTIONAL},             \
        {"Reports", FIELD(Message, earliest_available_month), STATEMENT_MONTH(reader, false), OPTIONAL},               \
    {                                                                                                                  \
        "Reports", FIELD(Message, reports), STATEMENT_REPORTS(reader), OPTIONAL                                        \
    }
#define STATEMENT_REPORTS(reader)                                                                                      \
    MAP_CONVERSION("statement", map_statement, .type = PROTOBUF_C_TYPE_MESSAGE, .argument = &(reader), .appends = true)
#define STATEMENT_MONTH(reader, is_last)                                                                               \
    MAP_CONVERSION("month of a statement", map_statement_month, .type = PROTOBUF_C_TYPE_MESSAGE,                       \
                   .message = "tributary.v1.Date", .argument = &(reader), .n_argument = (is_last))

/* A line without items, with room for so many. `name` and `account_id` are borrowed from the arena; NULL: none. */
AccountingReportLine *statement_line(Arena *arena, const char *account_id, const char *name, const char *value,
                                     size_t room);
/* The member that a part means. */
AccountingReportLine **statement_member(const StatementPart *part, void *report);

/* The first day of the month that is `months` away from that of `day`. */
CivilDate statement_month_start(CivilDate day, int months);

MapResult map_statement(const MapSite *site, Error *err);
MapResult map_statement_month(const MapSite *site, Error *err);
