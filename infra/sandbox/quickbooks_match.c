/* Which objects a query means, and in which order. */
#include "infra/sandbox/quickbooks_call.h"
#include <stdlib.h>
#include <string.h>
#include <strings.h>

static QbValue value_of(const QbRow *row, QbField field)
{
    switch (field) {
    case QB_FIELD_ID:
        return (QbValue){.number = row->number};
    case QB_FIELD_ACTIVE:
        return (QbValue){.number = row->active};
    case QB_FIELD_CREATED:
        return (QbValue){.number = row->created};
    case QB_FIELD_UPDATED:
        return (QbValue){.number = row->updated};
    case QB_FIELD_DATE:
        return (QbValue){.number = row->date};
    case QB_FIELD_ACCOUNT_TYPE:
        return (QbValue){.text = row->word};
    default:
        return (QbValue){.text = row->name};
    }
}

static int compare(QbValue a, QbValue b)
{
    if (a.text)
        return strcasecmp(a.text, b.text);
    return a.number < b.number ? -1 : a.number > b.number;
}

/* % stands for any text. */
static bool is_like(const char *text, const char *pattern)
{
    if (*pattern == '%') {
        for (;; text++) {
            if (is_like(text, pattern + 1))
                return true;
            if (!*text)
                return false;
        }
    }
    if (!*pattern || !*text)
        return *pattern == *text;
    return strncasecmp(text, pattern, 1) == 0 && is_like(text + 1, pattern + 1);
}

static bool meets(const QbCondition *condition, const QbRow *row)
{
    QbValue value = value_of(row, condition->field);
    /* Ids that are no numbers can only be asked for by name. */
    if (condition->field == QB_FIELD_ID && row->index < 0)
        value.text = row->index == QB_TAXABLE ? "TAX" : "NON";
    int order = compare(value, condition->values[0]);
    switch (condition->operator) {
    case QB_EQUAL:
        return order == 0;
    case QB_LESS:
        return order < 0;
    case QB_GREATER:
        return order > 0;
    case QB_LESS_EQUAL:
        return order <= 0;
    case QB_GREATER_EQUAL:
        return order >= 0;
    case QB_LIKE:
        return is_like(value.text ? value.text : "", condition->values[0].text);
    default:
        break;
    }
    for (int i = 0; i < condition->n_values; i++)
        if (compare(value, condition->values[i]) == 0)
            return true;
    return false;
}

bool qb_query_matches(const QbQuery *query, const QbRow *row)
{
    if (row->deleted || (!query->asks_active && !row->active))
        return false;
    for (int i = 0; i < query->n_conditions; i++)
        if (!meets(&query->conditions[i], row))
            return false;
    return true;
}

/* Lists by name, transactions by what changed last: whoever pages without ORDERBY sees rows move under him. */
static int usual_order(const QbRow *a, const QbRow *b)
{
    int order = strcmp(a->name, b->name);
    if (order == 0)
        order = a->updated > b->updated ? -1 : a->updated < b->updated;
    return order != 0 ? order : a->number > b->number ? -1 : a->number < b->number;
}

static int by_query(const void *left, const void *right, void *context)
{
    const QbQuery *query = context;
    const QbRow *a = left, *b = right;
    for (int i = 0; i < query->n_orders; i++) {
        int order = compare(value_of(a, query->orders[i].field), value_of(b, query->orders[i].field));
        if (order != 0)
            return query->orders[i].descending ? -order : order;
    }
    return usual_order(a, b);
}

int qb_query_rows(QbCall *call, const QbQuery *query, QbRow **rows)
{
    char id[QB_ID_SIZE];
    int n = 0, n_all = qb_rows(&call->render, query->entity, rows);
    for (int i = 0; i < n_all; i++)
        if (qb_query_matches(query, &(*rows)[i]) &&
            !struck_hides(&call->struck, qb_row_id(id, query->entity, (*rows)[i].index)))
            (*rows)[n++] = (*rows)[i];
    qsort_r(*rows, (size_t)n, sizeof **rows, by_query, (void *)query);
    return n;
}
