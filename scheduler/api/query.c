#include "scheduler/api/query.h"
#include "lib/clock.h"
#include "lib/decimal.h"
#include <ctype.h>
#include <string.h>

enum { MAX_DEPTH = 16 };

typedef struct Operator {
    const char *sign, *sql; /* sql: between the two sides; NULL: contains */
    bool orders;            /* numbers, dates and instants only */
} Operator;

/* The longer sign first. Unequal takes absent values in: who asks for isDeleted!=true means those without the mark too.
 */
static const Operator operators[] = {
    {"!=", " is distinct from ", false},
    {">=", " >= ",               true },
    {"<=", " <= ",               true },
    {"=",  " = ",                false},
    {"~",  NULL,                 false},
    {">",  " > ",                true },
    {"<",  " < ",                true },
};

static const struct {
    const char *name, *cast;
} types[] = {
    [QUERY_TEXT] = {"text",       "text"       },
    [QUERY_NUMBER] = {"a number",   "numeric"    },
    [QUERY_DATE] = {"a date",     "date"       },
    [QUERY_INSTANT] = {"an instant", "timestamptz"},
    [QUERY_BOOLEAN] = {"a boolean",  "boolean"    },
};

typedef struct Parser {
    const char *at;
    Text *sql;
    const QueryNames *names;
    QueryParams *params;
    Arena *arena;
    Error *err;
    int depth;
} Parser;

static bool parse_any(Parser *parser);

static void skip_spaces(Parser *parser)
{
    while (*parser->at == ' ')
        parser->at++;
}

static bool accept(Parser *parser, const char *sign)
{
    skip_spaces(parser);
    if (!text_starts_with(parser->at, sign))
        return false;
    parser->at += strlen(sign);
    return true;
}

static const Operator *parse_operator(Parser *parser)
{
    for (size_t i = 0; i < COUNT_OF(operators); i++)
        if (accept(parser, operators[i].sign))
            return &operators[i];
    error_set(parser->err, ERROR_DATA, "query: an operator (= != ~ > < >= <=) is missing before '%.40s'", parser->at);
    return NULL;
}

/* Up to the next && || or }; in double quotes when it holds one of them. */
static const char *parse_value(Parser *parser)
{
    skip_spaces(parser);
    const char *start = parser->at;
    if (*start == '"') {
        const char *end = strchr(start + 1, '"');
        if (!end) {
            error_set(parser->err, ERROR_DATA, "query: the closing quote of %.40s is missing", start);
            return NULL;
        }
        parser->at = end + 1;
        return arena_copy(parser->arena, start + 1, (size_t)(end - start - 1));
    }
    while (*parser->at && *parser->at != '}' && !text_starts_with(parser->at, "&&") &&
           !text_starts_with(parser->at, "||"))
        parser->at++;
    size_t length = (size_t)(parser->at - start);
    while (length > 0 && start[length - 1] == ' ')
        length--;
    return arena_copy(parser->arena, start, length);
}

/* The value as Postgres will read it; NULL when it is not of the type. */
static const char *read_value(QueryType type, const char *value, Arena *arena)
{
    int64_t seconds;
    int32_t nanos;
    CivilDate date;
    char *decimal = arena_alloc(arena, DECIMAL_SIZE);
    switch (type) {
    case QUERY_TEXT:
        return value;
    case QUERY_NUMBER:
        return decimal_parse(decimal, value, strlen(value)) ? decimal : NULL;
    case QUERY_INSTANT:
        return clock_parse_instant(value, &seconds, &nanos) ? value : NULL;
    case QUERY_DATE:
        if (clock_parse_date(value, &date))
            return value;
        return clock_parse_instant(value, &seconds, &nanos) ? arena_copy(arena, value, strlen("YYYY-MM-DD")) : NULL;
    case QUERY_BOOLEAN:
        if (text_equals_ignoring_case(value, "true"))
            return "true";
        return text_equals_ignoring_case(value, "false") ? "false" : NULL;
    }
    return NULL;
}

static bool fits(const Operator *operator, QueryType type)
{
    if (operator->orders)
        return type == QUERY_NUMBER || type == QUERY_DATE || type == QUERY_INSTANT;
    return operator->sql || type == QUERY_TEXT;
}

static bool put_comparison(Parser *parser, const char *name, const QueryField *field, const Operator *operator,
                           const char * value)
{
    if (!fits(operator, field->type))
        return error_set(parser->err, ERROR_DATA, "query: %s does not go with '%s', which is %s", operator->sign, name,
                         types[field->type].name);
    const char *read = read_value(field->type, value, parser->arena);
    if (!read)
        return error_set(parser->err, ERROR_DATA, "query: '%.60s' is no value for '%s', which is %s", value, name,
                         types[field->type].name);
    if (parser->params->n == QUERY_PARAMS)
        return error_set(parser->err, ERROR_DATA, "query: too many comparisons");
    parser->params->items[parser->params->n++] = read;
    int number = parser->params->n;
    if (operator->sql)
        text_printf(parser->sql, "%s%s$%d::%s", field->sql, operator->sql, number, types[field->type].cast);
    else
        text_printf(parser->sql, "strpos(lower(%s), lower($%d::text)) > 0", field->sql, number);
    return true;
}

static bool parse_comparison(Parser *parser)
{
    skip_spaces(parser);
    const char *start = parser->at;
    while (isalnum((unsigned char)*parser->at) || *parser->at == '.' || *parser->at == '_')
        parser->at++;
    if (parser->at == start)
        return error_set(parser->err, ERROR_DATA, "query: a property is missing before '%.40s'", start);
    const char *name = arena_copy(parser->arena, start, (size_t)(parser->at - start));
    QueryField field = {0};
    if (!parser->names->resolve(parser->names->context, name, parser->arena, &field))
        return error_set(parser->err, ERROR_DATA, "Unresolved property '%.80s'", name);
    const Operator *operator= parse_operator(parser);
    const char *value = operator? parse_value(parser) : NULL;
    return value && put_comparison(parser, name, &field, operator, value);
}

static bool parse_one(Parser *parser)
{
    if (!accept(parser, "{"))
        return parse_comparison(parser);
    if (++parser->depth > MAX_DEPTH)
        return error_set(parser->err, ERROR_DATA, "query: more than %d braces inside each other", MAX_DEPTH);
    if (!parse_any(parser))
        return false;
    parser->depth--;
    return accept(parser, "}") || error_set(parser->err, ERROR_DATA, "query: a closing brace is missing");
}

static bool parse_all(Parser *parser)
{
    text_putc(parser->sql, '(');
    do {
        if (!parse_one(parser))
            return false;
    } while (accept(parser, "&&") && (text_puts(parser->sql, " and "), true));
    text_putc(parser->sql, ')');
    return true;
}

static bool parse_any(Parser *parser)
{
    text_putc(parser->sql, '(');
    do {
        if (!parse_all(parser))
            return false;
    } while (accept(parser, "||") && (text_puts(parser->sql, " or "), true));
    text_putc(parser->sql, ')');
    return true;
}

bool query_where(Text *sql, const char *query, const QueryNames *names, QueryParams *params, Arena *arena, Error *err)
{
    if (strlen(query) >= QUERY_MAX)
        return error_set(err, ERROR_DATA, "query: %zu bytes, fewer than %d are allowed", strlen(query), QUERY_MAX);
    Parser parser = {.at = query, .sql = sql, .names = names, .params = params, .arena = arena, .err = err};
    if (!parse_any(&parser))
        return false;
    skip_spaces(&parser);
    return *parser.at == 0 || error_set(err, ERROR_DATA, "query: '%.40s' is not understood", parser.at);
}

bool query_order(Text *sql, const char *order_by, const QueryNames *names, Arena *arena, Error *err)
{
    bool descending = *order_by == '-';
    QueryField field = {0};
    if (!names->resolve(names->context, order_by + descending, arena, &field))
        return error_set(err, ERROR_DATA, "Unresolved property '%.80s'", order_by + descending);
    text_printf(sql, "%s%s nulls last", field.sql, descending ? " desc" : "");
    return true;
}
