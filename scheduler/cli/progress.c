#include "scheduler/cli/progress.h"
#include "lib/clock.h"
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

enum { BAR = 20, STATUS_WIDTH = 16, NUMBER_WIDTH = 11 };

static const char *const under_way[] = {"Queued", "Fetching", "Processing", "Validating"};

static void copy(char *out, size_t size, const char *text)
{
    snprintf(out, size, "%s", text ? text : "");
}

static int64_t instant_ms(yyjson_val *operation, const char *name, int64_t fallback)
{
    int64_t seconds;
    int32_t nanos;
    const char *text = json_text(operation, name);
    return text && clock_parse_instant(text, &seconds, &nanos) ? seconds * 1000 + nanos / 1000000 : fallback;
}

void progress_read(ProgressRow *row, yyjson_val *operation, int64_t now_ms)
{
    copy(row->id, sizeof row->id, json_text(operation, "id"));
    copy(row->connection_id, sizeof row->connection_id, json_text(operation, "connectionId"));
    copy(row->data_type, sizeof row->data_type, json_text(operation, "dataType"));
    copy(row->status, sizeof row->status, json_text(operation, "status"));
    copy(row->error, sizeof row->error, json_text(operation, "errorMessage"));
    row->percent = (int)json_integer(operation, "progress", 0);
    row->records = json_integer(operation, "records", 0);
    row->rows_written = json_integer(operation, "rowsWritten", 0);
    row->deleted = json_integer(operation, "deleted", 0);
    row->dead_letters = json_integer(operation, "deadLetters", 0);
    int64_t began_ms = instant_ms(operation, "requested", now_ms);
    int64_t ms = instant_ms(operation, "completed", now_ms) - began_ms;
    row->seconds = ms > 0 ? (double)ms / 1000 : 0;
}

bool progress_ended(const ProgressRow *row)
{
    for (size_t i = 0; i < COUNT_OF(under_way); i++)
        if (strcmp(row->status, under_way[i]) == 0)
            return false;
    return row->status[0] != 0;
}

bool progress_failed(const ProgressRow *row)
{
    return progress_ended(row) && strcmp(row->status, "Complete") != 0;
}

int progress_name_width(const ProgressRow *rows, size_t n)
{
    size_t widest = 4;
    for (size_t i = 0; i < n; i++)
        if (strlen(rows[i].data_type) > widest)
            widest = strlen(rows[i].data_type);
    return (int)widest;
}

void progress_bar(Text *out, const ProgressRow *row, int name_width, int width)
{
    AUTO(Text) *line = text_new(NULL);
    int percent = row->percent < 0 ? 0 : row->percent > 100 ? 100 : row->percent;
    text_printf(line, "%-*s  [", name_width, row->data_type);
    for (int i = 0; i < BAR; i++)
        text_putc(line, progress_failed(row) ? '!' : i * 100 < percent * BAR ? '#' : '.');
    text_printf(line, "]  %-*s %*" PRId64 " records  %6.1f s", STATUS_WIDTH, row->status, NUMBER_WIDTH, row->records,
                row->seconds);
    text_add(out, line->bytes, line->length > (size_t)width ? (size_t)width : line->length);
}

void progress_line(Text *out, const ProgressRow *row)
{
    text_printf(out, "%s %s %" PRId64 " records\n", row->data_type, row->status, row->records);
}

void progress_table(Text *out, const ProgressRow *rows, size_t n)
{
    int name_width = progress_name_width(rows, n);
    int64_t records = 0, written = 0;
    text_printf(out, "%-*s  %-*s  %*s  %*s  %8s\n", name_width, "type", STATUS_WIDTH, "status", NUMBER_WIDTH, "records",
                NUMBER_WIDTH, "rows", "seconds");
    for (size_t i = 0; i < n; i++) {
        const ProgressRow *row = &rows[i];
        text_printf(out, "%-*s  %-*s  %*" PRId64 "  %*" PRId64 "  %8.1f", name_width, row->data_type, STATUS_WIDTH,
                    row->status, NUMBER_WIDTH, row->records, NUMBER_WIDTH, row->rows_written, row->seconds);
        if (row->deleted > 0)
            text_printf(out, "  %" PRId64 " deleted", row->deleted);
        if (row->dead_letters > 0)
            text_printf(out, "  %" PRId64 " dead letters", row->dead_letters);
        text_putc(out, '\n');
        records += row->records;
        written += row->rows_written;
    }
    text_printf(out, "%-*s  %-*s  %*" PRId64 "  %*" PRId64 "\n", name_width, "all", STATUS_WIDTH, "", NUMBER_WIDTH,
                records, NUMBER_WIDTH, written);
    for (size_t i = 0; i < n; i++)
        if (rows[i].error[0])
            text_printf(out, "%s: %s\n", rows[i].data_type, rows[i].error);
}
