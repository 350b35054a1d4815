/*
 * The query language: one entity, conditions joined by AND, ORDERBY, STARTPOSITION, MAXRESULTS. Whatever else it is, it
 * is error 4000.
 */
#include "infra/sandbox/quickbooks_call.h"
#include "lib/auto.h"
#include "lib/clock.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

typedef struct Parser {
    QbCall *call;
    const char *text, *at; /* at: behind the token */
    const char *token;     /* its start; quotes not included */
    size_t length;
    bool quoted;
} Parser;

static const struct {
    const char *name;
    enum { IS_NUMBER, IS_FLAG, IS_INSTANT, IS_DAY, IS_TEXT } type;
} fields[QB_FIELDS] = {
    [QB_FIELD_ID] = {"Id",                       IS_NUMBER },
    [QB_FIELD_ACTIVE] = {"Active",                   IS_FLAG   },
    [QB_FIELD_CREATED] = {"MetaData.CreateTime",      IS_INSTANT},
    [QB_FIELD_UPDATED] = {"MetaData.LastUpdatedTime", IS_INSTANT},
    [QB_FIELD_DATE] = {"TxnDate",                  IS_DAY    },
    [QB_FIELD_ACCOUNT_TYPE] = {"AccountType",              IS_TEXT   },
    [QB_FIELD_NAME] = {"Name",                     IS_TEXT   },
};

static const char *const operators[] = {
    [QB_EQUAL] = "=",          [QB_LESS] = "<", [QB_GREATER] = ">", [QB_LESS_EQUAL] = "<=",
    [QB_GREATER_EQUAL] = ">=", [QB_IN] = "IN",  [QB_LIKE] = "LIKE",
};

/* The next word, number, sign or quoted text; an empty one at the end. */
static void next(Parser *parser)
{
    const char *at = parser->at + strspn(parser->at, " \t\r\n");
    parser->token = at;
    parser->quoted = *at == '\'';
    if (parser->quoted) {
        for (at++; *at && *at != '\''; at++)
            at += *at == '\\' && at[1] == '\'';
        parser->token++;
        parser->length = (size_t)(at - parser->token);
        parser->at = at + (*at == '\'');
        return;
    }
    if (isalnum((unsigned char)*at) || *at == '-')
        at += strcspn(at, " \t\r\n,()=<>'");
    else if (*at)
        at += (*at == '<' || *at == '>') && at[1] == '=' ? 2 : 1;
    parser->length = (size_t)(at - parser->token);
    parser->at = at;
}

static bool is(const Parser *parser, const char *word)
{
    return !parser->quoted && strlen(word) == parser->length && strncasecmp(parser->token, word, parser->length) == 0;
}

static bool take(Parser *parser, const char *word)
{
    if (!is(parser, word))
        return false;
    next(parser);
    return true;
}

static bool fail(const Parser *parser)
{
    const char *word = arena_copy(parser->call->request->arena, parser->token, parser->length);
    return qb_parse_error(parser->call, word, (size_t)(parser->token - parser->text));
}

static bool expect(Parser *parser, const char *word)
{
    return take(parser, word) || fail(parser);
}

static bool read_field(Parser *parser, QbField *field)
{
    bool display = is(parser, "DisplayName") || is(parser, "FullyQualifiedName");
    for (int i = 0; i < QB_FIELDS; i++) {
        if (is(parser, fields[i].name) || (display && i == QB_FIELD_NAME)) {
            *field = (QbField)i;
            next(parser);
            return true;
        }
    }
    return fail(parser);
}

static bool read_operator(Parser *parser, QbOperator *operator)
{
    for (size_t i = 0; i < COUNT_OF(operators); i++) {
        if (is(parser, operators[i])) {
            *operator=(QbOperator) i;
            next(parser);
            return true;
        }
    }
    return fail(parser);
}

/* A quoted text without the backslashes before quotes. */
static const char *unescaped(const Parser *parser)
{
    char *text = arena_copy(parser->call->request->arena, parser->token, parser->length), *to = text;
    for (const char *from = text; *from; from++) {
        from += *from == '\\' && from[1] == '\'';
        *to++ = *from;
    }
    *to = 0;
    return text;
}

/* Instants without an offset are the company's own time. */
static bool read_instant(const Parser *parser, const char *text, int64_t *seconds)
{
    int32_t nanos;
    if (!clock_parse_instant(text, seconds, &nanos))
        return false;
    size_t length = strlen(text);
    bool zoned = text[length - 1] == 'Z' || (length > 19 && strpbrk(text + 19, "+-") != NULL);
    if (!zoned)
        *seconds -= quickbooks_offset(parser->call->render.business, *seconds);
    return true;
}

static bool read_value(Parser *parser, QbField field, QbValue *value)
{
    value->text = unescaped(parser);
    char *end = NULL;
    CivilDate date;
    bool fine = parser->quoted;
    switch (fields[field].type) {
    case IS_FLAG:
        fine = strcasecmp(value->text, "true") == 0 || strcasecmp(value->text, "false") == 0;
        value->number = strcasecmp(value->text, "true") == 0;
        break;
    case IS_INSTANT:
        fine = fine && read_instant(parser, value->text, &value->number);
        break;
    case IS_DAY:
        fine = fine && clock_parse_date(value->text, &date);
        value->number = fine ? clock_days_of(date) * 86400 : 0;
        break;
    case IS_NUMBER:
        value->number = strtoll(value->text, &end, 10);
        fine = fine || (parser->length > 0 && *end == 0);
        break;
    default:
        break;
    }
    if (!fine)
        return fail(parser);
    next(parser);
    return true;
}

static bool read_values(Parser *parser, QbCondition *condition)
{
    /* No list has more values than the query has letters. */
    size_t room = condition->operator== QB_IN ? strlen(parser->at) / 2 + 1 : 1;
    condition->values = ARENA_ARRAY(parser->call->request->arena, QbValue, room);
    if (condition->operator!= QB_IN) {
        condition->n_values = 1;
        return read_value(parser, condition->field, condition->values);
    }
    if (!expect(parser, "("))
        return false;
    do {
        if (!read_value(parser, condition->field, &condition->values[condition->n_values++]))
            return false;
    } while (take(parser, ","));
    return expect(parser, ")");
}

static bool read_conditions(Parser *parser, QbQuery *query)
{
    do {
        if (query->n_conditions == QB_CONDITIONS)
            return fail(parser);
        QbCondition *condition = &query->conditions[query->n_conditions++];
        if (!read_field(parser, &condition->field) || !read_operator(parser, &condition->operator) ||
            !read_values(parser, condition))
            return false;
        query->asks_active = query->asks_active || condition->field == QB_FIELD_ACTIVE;
    } while (take(parser, "AND"));
    return true;
}

static bool read_orders(Parser *parser, QbQuery *query)
{
    do {
        if (query->n_orders == QB_ORDERS)
            return fail(parser);
        if (!read_field(parser, &query->orders[query->n_orders].field))
            return false;
        query->orders[query->n_orders].descending = take(parser, "DESC");
        if (!query->orders[query->n_orders].descending)
            take(parser, "ASC");
        query->n_orders++;
    } while (take(parser, ","));
    return true;
}

/* 1 … most */
static bool read_number(Parser *parser, int64_t most, int64_t *number)
{
    char *end = NULL;
    *number = strtoll(parser->token, &end, 10);
    if (parser->quoted || parser->length == 0 || end != parser->token + parser->length)
        return fail(parser);
    if (*number < 1 || *number > most)
        return qb_fail(parser->call, 400, "ValidationFault", "4001", "Invalid query", NULL,
                       *number < 1
                           ? arena_format(parser->call->request->arena,
                                          "QueryValidationError: value %lld is too small. Min allowed value is 1",
                                          (long long)*number)
                           : arena_format(parser->call->request->arena,
                                          "QueryValidationError: value %lld is too large. Max allowed value is %lld",
                                          (long long)*number, (long long)most));
    next(parser);
    return true;
}

static bool read_what(Parser *parser, QbQuery *query)
{
    if (!expect(parser, "SELECT"))
        return false;
    query->count = take(parser, "COUNT");
    bool fine = query->count ? expect(parser, "(") && expect(parser, "*") && expect(parser, ")") : expect(parser, "*");
    if (!fine || !expect(parser, "FROM"))
        return false;
    query->entity = parser->quoted ? QB_ENTITIES : qb_entity_named(parser->token, parser->length);
    if (query->entity == QB_ENTITIES)
        return fail(parser);
    next(parser);
    return true;
}

bool qb_query_parse(QbCall *call, const char *text, QbQuery *query)
{
    Parser parser = {.call = call, .text = text, .at = text};
    *query = (QbQuery){.start = 1, .most = QB_PAGE};
    next(&parser);
    if (!read_what(&parser, query) || (take(&parser, "WHERE") && !read_conditions(&parser, query)))
        return false;
    bool orders = take(&parser, "ORDERBY") || (take(&parser, "ORDER") && take(&parser, "BY"));
    if (orders && !read_orders(&parser, query))
        return false;
    for (int i = 0; i < 2; i++) {
        if (take(&parser, "STARTPOSITION") && !read_number(&parser, INT32_MAX, &query->start))
            return false;
        if (take(&parser, "MAXRESULTS") && !read_number(&parser, QB_PAGE_MAX, &query->most))
            return false;
    }
    return (parser.length == 0 && !parser.quoted) || fail(&parser);
}
