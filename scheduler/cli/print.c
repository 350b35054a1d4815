#include "scheduler/cli/print.h"
#include <stdio.h>

static void put(Text *out, yyjson_val *value, int depth)
{
    size_t i, n;
    yyjson_val *key, *member;
    if (!yyjson_is_ctn(value) || yyjson_get_len(value) == 0) {
        json_write(out, value);
        return;
    }
    bool object = yyjson_is_obj(value);
    text_putc(out, object ? '{' : '[');
    const char *comma = "";
    if (object) {
        yyjson_obj_foreach(value, i, n, key, member)
        {
            text_printf(out, "%s\n%*s", comma, 2 * depth + 2, "");
            json_write(out, key);
            text_puts(out, ": ");
            put(out, member, depth + 1);
            comma = ",";
        }
    } else {
        yyjson_arr_foreach(value, i, n, member)
        {
            text_printf(out, "%s\n%*s", comma, 2 * depth + 2, "");
            put(out, member, depth + 1);
            comma = ",";
        }
    }
    text_printf(out, "\n%*s%c", 2 * depth, "", object ? '}' : ']');
}

void print_json(yyjson_val *value)
{
    AUTO(Text) *out = text_new(NULL);
    put(out, value, 0);
    puts(out->bytes);
}

void print_columns(const char *const *cells, const int *widths, size_t n)
{
    for (size_t i = 0; i < n; i++)
        printf(i + 1 < n ? "%-*s  " : "%-*s", i + 1 < n ? widths[i] : 0, cells[i] ? cells[i] : "-");
    putchar('\n');
}
