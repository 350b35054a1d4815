/* The query string of a call: paging, filters, expand[]; whatever the vendor does not know is refused. */
#include "infra/sandbox/stripe_call.h"
#include "lib/text.h"
#include <limits.h>
#include <stdlib.h>
#include <string.h>

static const int64_t largest_integer = 1000000000000000;

typedef struct Reader {
    Call *call;
    const Collection *collection;
    Query *query;
    bool list, failed;
} Reader;

static bool integer(Reader *reader, const char *name, const char *text, int64_t *value)
{
    char *end;
    *value = strtoll(text, &end, 10);
    if (*text && !*end && *value > -largest_integer && *value < largest_integer)
        return true;
    return stripe_fail(reader->call, 400, "parameter_invalid_integer", name, "Invalid integer: %s", text);
}

static bool read_limit(Reader *reader, const char *text)
{
    int64_t limit;
    if (!integer(reader, "limit", text, &limit))
        return false;
    if (limit < 1)
        return stripe_fail(reader->call, 400, "parameter_invalid_integer", "limit",
                           "This value must be greater than or equal to 1.");
    if (limit > 100)
        return stripe_fail(reader->call, 400, "parameter_invalid_integer", "limit",
                           "This value must be less than or equal to 100.");
    reader->query->limit = (int)limit;
    return true;
}

/* "data.invoice.customer": each step must be something that can be expanded. */
static bool read_expand(Reader *reader, const char *path)
{
    Expand *expand = &reader->query->expand;
    Kind kind = reader->collection ? reader->collection->kind : KIND_NONE;
    const char *rest = path;
    int depth = 0;
    if (reader->list) {
        if (strncmp(path, "data.", 5) != 0)
            return stripe_fail(
                reader->call, 400, NULL, "expand",
                "This property cannot be expanded (%s). You may want to try expanding 'data.%s' instead.", path, path);
        rest = path + 5;
        depth = 1;
    }
    const char *inner = rest;
    while (*rest) {
        char name[64] = "";
        size_t length = strcspn(rest, ".");
        if (length < sizeof name)
            memcpy(name, rest, length);
        if (!can_expand(kind, name, &kind))
            return stripe_fail(reader->call, 400, NULL, "expand", "This property cannot be expanded (%s).", name);
        rest += length + (rest[length] == '.');
        if (++depth > EXPAND_DEPTH)
            return stripe_fail(reader->call, 400, NULL, "expand", "Property %s exceeds the maximum depth of 4.", path);
    }
    if (expand->n < EXPAND_PATHS)
        expand->paths[expand->n++] = arena_text(reader->call->request->arena, inner);
    return true;
}

static Condition *condition_of(Query *query, const Filter *filter)
{
    for (int i = 0; i < query->n_conditions; i++)
        if (query->conditions[i].filter == filter)
            return &query->conditions[i];
    Condition *condition = &query->conditions[query->n_conditions++];
    *condition = (Condition){.filter = filter, .from = INT64_MIN, .until = INT64_MAX};
    return condition;
}

static bool is_time_part(const char *part)
{
    static const char *const parts[] = {"", "[gt]", "[gte]", "[lt]", "[lte]"};
    for (size_t i = 0; i < COUNT_OF(parts); i++)
        if (strcmp(parts[i], part) == 0)
            return true;
    return false;
}

static bool read_time(Reader *reader, Condition *condition, const char *part, const char *text)
{
    int64_t value;
    if (!integer(reader, condition->filter->name, text, &value))
        return false;
    if (!*part || strcmp(part, "[gte]") == 0 || strcmp(part, "[gt]") == 0)
        condition->from = value + (strcmp(part, "[gt]") == 0);
    if (!*part || strcmp(part, "[lte]") == 0 || strcmp(part, "[lt]") == 0)
        condition->until = value + (strcmp(part, "[lt]") != 0);
    return true;
}

static bool read_value(Reader *reader, Condition *condition, const char *text)
{
    const Filter *filter = condition->filter;
    switch (filter->type) {
    case FILTER_REFERENCE:
        condition->value = stripe_find(reader->call->account->business, filter->kind, text);
        if (condition->value < 0)
            return stripe_missing(reader->call, 400, collection_of_kind(filter->kind)->object, filter->name, text);
        return true;
    case FILTER_FLAG:
        condition->value = strcmp(text, "true") == 0;
        if (condition->value || strcmp(text, "false") == 0)
            return true;
        return stripe_fail(reader->call, 400, NULL, filter->name, "Invalid boolean: %s", text);
    default:
        if (condition->n_words < CONDITION_WORDS)
            condition->words[condition->n_words++] = arena_text(reader->call->request->arena, text);
        return true;
    }
}

static bool read_filter(Reader *reader, const char *name, const char *text, bool *known)
{
    for (size_t i = 0; i < reader->collection->n_filters; i++) {
        const Filter *filter = &reader->collection->filters[i];
        size_t length = strcspn(filter->name, "[");
        if (strncmp(name, filter->name, length) != 0 || (name[length] && name[length] != '['))
            continue;
        if (filter->type != FILTER_TIME && (filter->name[length] == '[') != (name[length] == '['))
            continue;
        if (filter->type == FILTER_TIME && !is_time_part(name + length))
            return true;
        *known = true;
        Condition *condition = condition_of(reader->query, filter);
        return filter->type == FILTER_TIME ? read_time(reader, condition, name + length, text)
                                           : read_value(reader, condition, text);
    }
    return true;
}

static bool read_parameter(Reader *reader, const char *name, const char *value)
{
    bool known = true;
    if (text_starts_with(name, "expand["))
        return read_expand(reader, value);
    if (reader->list && strcmp(name, "limit") == 0)
        return read_limit(reader, value);
    if (reader->list && strcmp(name, "starting_after") == 0) {
        reader->query->after = arena_text(reader->call->request->arena, value);
    } else if (reader->list && strcmp(name, "ending_before") == 0) {
        reader->query->before = arena_text(reader->call->request->arena, value);
    } else {
        known = false;
        if (reader->list && reader->collection && !read_filter(reader, name, value, &known))
            return false;
    }
    return known || stripe_fail(reader->call, 400, "parameter_unknown", name, "Received unknown parameter: %s", name);
}

static void visit(void *context, const char *name, const char *value)
{
    Reader *reader = context;
    if (!reader->failed)
        reader->failed = !read_parameter(reader, name, value ? value : "");
}

bool query_read(Call *call, const Collection *collection, bool list, Query *query)
{
    *query = (Query){.limit = 10};
    Reader reader = {.call = call, .collection = collection, .query = query, .list = list};
    request_query_each(call->request, visit, &reader);
    if (reader.failed)
        return false;
    if (query->after && query->before)
        return stripe_fail(call, 400, NULL, "starting_after",
                           "You cannot specify both starting_after and ending_before.");
    return true;
}

static bool word_is_wanted(const Condition *condition, const char *word)
{
    for (int i = 0; word && i < condition->n_words; i++) {
        const char *wanted = condition->words[i];
        size_t length = strlen(wanted);
        if (strcmp(wanted, word) == 0)
            return true;
        if (length > 1 && wanted[length - 1] == '*' && strncmp(wanted, word, length - 1) == 0) /* "charge.*" */
            return true;
    }
    return false;
}

static bool condition_holds(const Condition *condition, const Business *business, const void *item)
{
    const Filter *filter = condition->filter;
    const char *member = (const char *)item + filter->offset;
    switch (filter->type) {
    case FILTER_TIME:
        return *(const int64_t *)(const void *)member >= condition->from &&
               *(const int64_t *)(const void *)member < condition->until;
    case FILTER_REFERENCE:
        return *(const int *)(const void *)member == condition->value;
    case FILTER_FLAG:
        return *(const bool *)member == (condition->value != 0);
    case FILTER_CURRENCY:
        return word_is_wanted(condition, (*(const Currency *const *)(const void *)member)->code);
    case FILTER_WORD:
    case FILTER_WORDS:
        return word_is_wanted(condition, filter->word(business, item));
    case FILTER_UNSET:
        break;
    }
    return false;
}

bool query_matches(const Query *query, const Business *business, const void *item)
{
    for (int i = 0; i < query->n_conditions; i++)
        if (!condition_holds(&query->conditions[i], business, item))
            return false;
    return true;
}
