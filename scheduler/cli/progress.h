/*
 * Progress: datasets under way, as people watch them: bars that are drawn again on a terminal, a line for each change
 * of status in a pipe, and the table at the end. Pure text; the caller reads the API and the clock.
 */
#pragma once
#include "lib/json.h"
#include "lib/text.h"

typedef struct ProgressRow {
    char id[37], data_type[48], status[24], error[200];
    char connection_id[37];
    int percent;
    int64_t records, rows_written, deleted, dead_letters;
    double seconds; /* from the request to its end, or until now */
} ProgressRow;

/* Takes a pull operation of the API. `now_ms`: wall clock, for those that have not ended. */
void progress_read(ProgressRow *row, yyjson_val *operation, int64_t now_ms);

bool progress_ended(const ProgressRow *row);
bool progress_failed(const ProgressRow *row); /* ended, and not Complete */

/* One line without the line feed, at most `width` columns: name, bar, status, records. */
void progress_bar(Text *out, const ProgressRow *row, int name_width, int width);
/* One line with the line feed: "commerce-orders Fetching 1200 records". */
void progress_line(Text *out, const ProgressRow *row);
/* The table: type, status, records, rows, seconds; then the errors. */
void progress_table(Text *out, const ProgressRow *rows, size_t n);
int progress_name_width(const ProgressRow *rows, size_t n);
