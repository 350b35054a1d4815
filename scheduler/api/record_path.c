#include "scheduler/api/record_path.h"
#include <string.h>

/* One record a company or connection. */
static const char *const singles[] = {"company", "balanceSheet", "profitAndLoss", "cashFlowStatement",
                                      "commerce-companyInfo"};

/* Matches `pattern`, whose {accountId} takes one segment; `rest` is what follows. */
static bool match(const char *pattern, const char *path, Arena *arena, const char **parent, const char **rest)
{
    *parent = NULL;
    while (*pattern) {
        if (*pattern == '{') {
            size_t length = strcspn(path, "/");
            if (length == 0)
                return false;
            *parent = arena_copy(arena, path, length);
            path += length;
            pattern += strcspn(pattern, "}") + 1;
        } else if (*pattern++ != *path++) {
            return false;
        }
    }
    *rest = path;
    return *path == 0 || (*path == '/' && path[1] != 0);
}

bool record_path_parse(RecordPath *out, const char *path, bool by_company, Arena *arena)
{
    *out = (RecordPath){0};
    size_t longest = 0;
    for (size_t i = 0; i < n_data_types; i++) {
        const DataType *type = &data_types[i];
        const char *parent, *rest;
        if (type->by_company != by_company || strlen(type->path) < longest ||
            !match(type->path, path, arena, &parent, &rest))
            continue;
        longest = strlen(type->path);
        *out = (RecordPath){.type = type,
                            .id = *rest ? arena_text(arena, rest + 1) : NULL,
                            .parent = parent,
                            .parent_column = parent ? "account_id" : NULL};
        for (size_t k = 0; k < COUNT_OF(singles); k++)
            out->single |= strcmp(singles[k], type->key) == 0;
    }
    return out->type && !(out->single && out->id);
}
