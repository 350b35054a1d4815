#include "infra/sandbox/xero_call.h"
#include <stdio.h>
#include <string.h>
#include <strings.h>

/* Moves past `word` and the blanks after it. */
static bool skip(const char **text, const char *word)
{
    size_t length = strlen(word);
    if (strncasecmp(*text, word, length) != 0)
        return false;
    *text += length;
    *text += strspn(*text, " ");
    return true;
}

static bool read_field(const XeroEndpoint *endpoint, const char **text, int *field)
{
    const char *const names[] = {endpoint->type, endpoint->status, endpoint->id};
    for (int i = 0; i < 3; i++) {
        size_t length = names[i] ? strlen(names[i]) : 0;
        if (length && strncmp(*text, names[i], length) == 0 && strchr(" =!", (*text)[length])) {
            *text += length + strspn(*text + length, " ");
            *field = i;
            return true;
        }
    }
    return false;
}

static bool read_value(const char **text, char value[64])
{
    bool guid = skip(text, "guid(");
    if (!skip(text, "\""))
        return false;
    size_t length = strcspn(*text, "\"");
    if (length >= 64 || !(*text)[length])
        return false;
    snprintf(value, 64, "%.*s", (int)length, *text);
    *text += length;
    return skip(text, "\"") && (!guid || skip(text, ")"));
}

bool xero_where_parse(const XeroEndpoint *endpoint, const char *text, XeroWhere *where)
{
    *where = (XeroWhere){0};
    text += strspn(text, " ");
    do {
        int field;
        if (where->n == XERO_CONDITIONS || !read_field(endpoint, &text, &field))
            return false;
        bool unequal = skip(&text, "!=");
        if ((!unequal && !skip(&text, "==") && !skip(&text, "=")) ||
            !read_value(&text, where->conditions[where->n].value))
            return false;
        where->conditions[where->n].field = field;
        where->conditions[where->n++].unequal = unequal;
    } while (skip(&text, "AND ") || skip(&text, "&&"));
    return !*text;
}

bool xero_where_matches(const XeroWhere *where, const XeroRow *row)
{
    for (int i = 0; i < where->n; i++) {
        const char *const words[] = {row->type, row->status, row->id};
        const char *word = words[where->conditions[i].field];
        bool equal = word && strcasecmp(word, where->conditions[i].value) == 0;
        if (equal == where->conditions[i].unequal)
            return false;
    }
    return true;
}
