#include "workers/quickbooks/compose.h"
#include "lib/clock.h"
#include "workers/quickbooks/mapping.h"
#include "workers/quickbooks/pages.h"
#include "workers/runtime/statement.h"
#include <string.h>

/* The running month is the last; larger answers than six months may fail. */
enum { MONTHS_A_CALL = 6, DAY_MS = 24 * 60 * 60 * 1000 };

/* ---- Whole lists ---- */

/* All rows of an entity, as one array. */
typedef struct QbRows {
    yyjson_val **rows;
    size_t n;
} QbRows;

static bool read_all(Rest *rest, const QbEntity *entity, QbRows *all, Error *err)
{
    QbCursor cursor = {0};
    for (bool more = true; more;) {
        yyjson_val *rows;
        size_t fresh;
        if (!qb_read_rows(rest, entity, &cursor, &rows, &fresh, &more, err))
            return false;
        size_t n = yyjson_arr_size(rows);
        yyjson_val **larger = ARENA_ARRAY(rest->arena, yyjson_val *, all->n + n + 1);
        if (all->n > 0)
            memcpy(larger, all->rows, all->n * sizeof *larger);
        all->rows = larger;
        for (; fresh < n; fresh++)
            all->rows[all->n++] = yyjson_arr_get(rows, fresh);
    }
    return true;
}

static yyjson_val *row_by_id(const QbRows *all, const char *id)
{
    for (size_t i = 0; id && i < all->n; i++) {
        const char *own = json_scalar(all->rows[i], "Id");
        if (own && strcmp(own, id) == 0)
            return all->rows[i];
    }
    return NULL;
}

/* ---- Company ---- */

static const QbEntity preferences = {.name = "Preferences"};

bool qb_read_company(Rest *rest, Error *err)
{
    yyjson_val *info, *rows;
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    const char *realm = qb_realm(rest, err);
    if (!realm)
        return false;
    RestAnswer answer = qb_get(rest, arena_format(rest->arena, "companyinfo/%s", realm), &info, err);
    if (answer != REST_FOUND || !qb_query(rest, &preferences, 1, &rows, err))
        return false;
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "realmId", realm);
    json_put_members(&writer, info, NULL); /* CompanyInfo and time */
    if (yyjson_arr_size(rows) > 0)
        json_put_value(&writer, "Preferences", yyjson_arr_get_first(rows));
    return rest_add_written(rest, &writer, &qb_company, realm, err);
}

/* ---- Statements ---- */

static void query_date(Text *path, const Rest *rest, const char *key, CivilDate day)
{
    rest_query(path, rest, key, arena_format(rest->arena, "%04d-%02d-%02d", day.year, day.month, day.day));
}

static CivilDate last_day_before(CivilDate day)
{
    return clock_date_of(clock_days_of(day) - 1);
}

bool qb_read_statement(Rest *rest, Error *err)
{
    const QbStream *stream = rest->job->stream->details;
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    const char *realm = qb_realm(rest, err);
    if (!realm)
        return false;
    json_open(&writer, NULL, '{');
    json_put_text(&writer, "realmId", realm);
    json_open(&writer, "Reports", '[');
    CivilDate today = clock_date_of(clock_wall_ms() / DAY_MS);
    for (int month = 1 - STATEMENT_MONTHS; month <= 0; month += MONTHS_A_CALL) {
        yyjson_val *body;
        AUTO(Text) *path = text_new("reports/");
        text_puts(path, stream->report);
        query_date(path, rest, "start_date", statement_month_start(today, month));
        query_date(path, rest, "end_date", last_day_before(statement_month_start(today, month + MONTHS_A_CALL)));
        rest_query(path, rest, "accounting_method", "Accrual");
        rest_query(path, rest, "summarize_column_by", "Month");
        if (qb_get(rest, path->bytes, &body, err) != REST_FOUND)
            return false;
        json_put_value(&writer, NULL, body);
    }
    json_close(&writer, ']');
    return rest_add_written(rest, &writer, stream->mapping, realm, err);
}

/* ---- Tax codes with their rates and agencies ---- */

/* Without a filter only active ones come, and with "Active IN (true,false)" perhaps not the pseudo codes TAX and NON,
 * which have no such member. */
static const QbEntity active_codes = {.name = "TaxCode"},
                      inactive_codes = {.name = "TaxCode", .where = "Active = false"};
static const QbEntity rates = {.name = "TaxRate", .where = "Active IN (true,false)"}, agencies = {.name = "TaxAgency"};

typedef struct TaxTables {
    QbRows codes, rates, agencies;
} TaxTables;

static yyjson_val *agency_of(const TaxTables *tables, yyjson_val *rate)
{
    return json_at(row_by_id(&tables->agencies, json_scalar(rate, "AgencyRef.value")), "DisplayName");
}

static void put_agencies(JsonWriter *writer, yyjson_val *const *details, size_t n, const TaxTables *tables)
{
    json_open(writer, "Agencies", '[');
    for (size_t i = 0; i < n; i++) {
        yyjson_val *agency = agency_of(tables, row_by_id(&tables->rates, json_scalar(details[i], "TaxRateRef.value")));
        bool known = !agency;
        for (size_t j = 0; j < i && !known; j++)
            known = agency_of(tables, row_by_id(&tables->rates, json_scalar(details[j], "TaxRateRef.value"))) == agency;
        if (!known)
            json_put_value(writer, NULL, agency);
    }
    json_close(writer, ']');
}

/* A code may be for sales, purchases or both; the rates are those of sales if there are any, in the order in which they
 * are applied. */
static size_t details_of(Rest *rest, yyjson_val *code, yyjson_val ***details)
{
    size_t i, n;
    yyjson_val *detail, *list = json_at(code, "SalesTaxRateList.TaxRateDetail");
    if (yyjson_arr_size(list) == 0)
        list = json_at(code, "PurchaseTaxRateList.TaxRateDetail");
    *details = ARENA_ARRAY(rest->arena, yyjson_val *, yyjson_arr_size(list) + 1);
    yyjson_arr_foreach(list, i, n, detail)
    {
        size_t at = i;
        for (; at > 0 && json_integer((*details)[at - 1], "TaxOrder", 0) > json_integer(detail, "TaxOrder", 0); at--)
            (*details)[at] = (*details)[at - 1];
        (*details)[at] = detail;
    }
    return yyjson_arr_size(list);
}

static bool add_code(Rest *rest, yyjson_val *code, const TaxTables *tables, Error *err)
{
    yyjson_val **details;
    AUTO(Text) *text = text_new(NULL);
    JsonWriter writer = {.out = text};
    size_t n = details_of(rest, code, &details);
    json_open(&writer, NULL, '{');
    json_put_members(&writer, code, NULL);
    json_open(&writer, "Rates", '[');
    for (size_t i = 0; i < n; i++) {
        yyjson_val *rate = row_by_id(&tables->rates, json_scalar(details[i], "TaxRateRef.value"));
        json_open(&writer, NULL, '{');
        json_put_members(&writer, details[i], NULL);
        if (rate)
            json_put_value(&writer, "Rate", rate);
        json_close(&writer, '}');
    }
    json_close(&writer, ']');
    if (n > 0)
        put_agencies(&writer, details, n, tables);
    return rest_add_written(rest, &writer, &qb_tax_rate, json_scalar(code, "Id"), err);
}

bool qb_read_tax_rates(Rest *rest, Error *err)
{
    TaxTables tables = {0};
    if (!read_all(rest, &active_codes, &tables.codes, err) || !read_all(rest, &inactive_codes, &tables.codes, err) ||
        !read_all(rest, &rates, &tables.rates, err) || !read_all(rest, &agencies, &tables.agencies, err))
        return false;
    for (size_t i = 0; i < tables.codes.n; i++)
        if (!add_code(rest, tables.codes.rows[i], &tables, err))
            return false;
    return true;
}

/* ---- Classes and departments ---- */

static bool has_children(const QbRows *all, yyjson_val *row)
{
    const char *id = json_scalar(row, "Id");
    for (size_t i = 0; id && i < all->n; i++) {
        const char *parent = json_scalar(all->rows[i], "ParentRef.value");
        if (parent && strcmp(parent, id) == 0)
            return true;
    }
    return false;
}

/* A row does not say whether others are below it. */
bool qb_read_categories(Rest *rest, Error *err)
{
    const QbStream *stream = rest->job->stream->details;
    for (size_t e = 0; e < stream->n_entities; e++) {
        const QbEntity *entity = &stream->entities[e];
        QbRows all = {0};
        if (!read_all(rest, entity, &all, err))
            return false;
        for (size_t i = 0; i < all.n; i++) {
            AUTO(Text) *text = text_new(NULL);
            JsonWriter writer = {.out = text};
            json_open(&writer, NULL, '{');
            json_put_members(&writer, all.rows[i], NULL);
            json_put_boolean(&writer, "HasChildren", has_children(&all, all.rows[i]));
            if (!rest_add_written(rest, &writer, entity->mapping, json_scalar(all.rows[i], "Id"), err))
                return false;
        }
    }
    return true;
}
