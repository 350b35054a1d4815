/*
 * QuickBooks call: one request to the emulated API on its way through. Functions that return false have written the
 * vendor's fault.
 */
#pragma once
#include "infra/sandbox/quickbooks_render.h"
#include "infra/sandbox/struck.h"

enum { QB_PAGE = 100, QB_PAGE_MAX = 1000, QB_CHANGES_MAX = 1000, QB_CHANGES_KEPT = 30 * 86400 };

typedef struct QbCall {
    World *world;
    Account *account;
    Request *request;
    Response *response;
    QbRender render;
    Struck struck;
    const char *operation; /* static: "Invoice" for queries of it, "/cdc" */
} QbCall;

/* {"Fault":{"Error":[{"Message","Detail","code","element"}],"type"},"time"}; `element` NULL: without. Always false. */
bool qb_fail(QbCall *call, int status, const char *type, const char *code, const char *message, const char *element,
             const char *detail);
bool qb_parse_error(QbCall *call, const char *word, size_t at); /* 4000: the query is not understood at `word` */
bool qb_not_found(QbCall *call);                                /* 610 */
bool qb_throttled(QbCall *call, int status);                    /* 3001 */
/* What stands before the company: lower-case members, and the time as a number. */
bool qb_refuse(Response *response, int64_t now, int status, const char *type, const char *code, const char *message,
               const char *detail);
void qb_put_now(QbCall *call); /* "time" */
bool qb_permitted(QbCall *call, QbEntity entity);

/* ---- Queries ---- */

typedef enum QbField {
    QB_FIELD_ID,
    QB_FIELD_ACTIVE,
    QB_FIELD_CREATED,
    QB_FIELD_UPDATED,
    QB_FIELD_DATE,
    QB_FIELD_ACCOUNT_TYPE,
    QB_FIELD_NAME,
    QB_FIELDS,
} QbField;

typedef enum QbOperator { QB_EQUAL, QB_LESS, QB_GREATER, QB_LESS_EQUAL, QB_GREATER_EQUAL, QB_IN, QB_LIKE } QbOperator;

typedef struct QbValue {
    int64_t number; /* instants, days, flags, and ids that are numbers */
    const char *text;
} QbValue;

typedef struct QbCondition {
    QbField field;
    QbOperator operator;
    QbValue *values;
    int n_values;
} QbCondition;

enum { QB_CONDITIONS = 8, QB_ORDERS = 3 };

typedef struct QbQuery {
    QbEntity entity;
    bool count;
    QbCondition conditions[QB_CONDITIONS];
    int n_conditions;
    struct {
        QbField field;
        bool descending;
    } orders[QB_ORDERS];
    int n_orders;
    int64_t start, most; /* start from 1 on */
    bool asks_active;
} QbQuery;

bool qb_query_parse(QbCall *call, const char *text, QbQuery *query);
bool qb_query_matches(const QbQuery *query, const QbRow *row);
/* The objects that the query means, in its order; the number. */
int qb_query_rows(QbCall *call, const QbQuery *query, QbRow **rows);

/* ---- What is served ---- */
void qb_serve_query(QbCall *call, const QbQuery *query);
void qb_serve_changes(QbCall *call);
void qb_serve_object(QbCall *call, QbEntity entity, const char *id);
void qb_serve_report(QbCall *call, const char *name);

/* ---- Faults by command: what they spoil ---- */
extern const StruckForm qb_struck;
