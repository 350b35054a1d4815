#include "workers/sink/bisect.h"
#include "lib/text.h"
#include "workers/sink/load.h"
#include <string.h>

bool bisect_is_data_error(Pg *pg, const Error *err)
{
    static const char unique_violation[] = "23505", too_large[] = "54"; /* 54000: a row or key past a limit */
    const char *sqlstate = pg_sqlstate(pg);
    return (err->kind == ERROR_DATA && strcmp(sqlstate, unique_violation) != 0) ||
           strncmp(sqlstate, too_large, sizeof too_large - 1) == 0;
}

static bool store(Pg *pg, Batch *batch, size_t first, size_t end, Error *err)
{
    Content content = {0};
    AUTO(Text) *script = text_new(NULL);
    if (!load_copy(pg, batch, first, end, INTO_TEMP, &content, err))
        return false;
    load_put_merge(script, batch->type, &content);
    return pg_script(pg, err, script->bytes, NULL, 0);
}

/* True: it went, or it failed by a row (*refused). */
static bool try_rows(Pg *pg, Batch *batch, size_t first, size_t end, bool *refused, Error *err)
{
    *refused = false;
    if (!pg_script(pg, err, "begin", NULL, 0))
        return false;
    if (!store(pg, batch, first, end, err)) {
        *refused = bisect_is_data_error(pg, err);
        if (!*refused)
            return false;
    }
    Error ignored = {0};
    return pg_script(pg, *refused ? &ignored : err, "rollback", NULL, 0);
}

static bool mark(Pg *pg, Batch *batch, size_t first, size_t end, Error *err)
{
    bool refused;
    if (!try_rows(pg, batch, first, end, &refused, err))
        return false;
    if (!refused)
        return true;
    if (end - first == 1) {
        if (!batch->rows[first].bad)
            batch_mark_bad(batch, &batch->rows[first], err->text);
        return true;
    }
    size_t middle = first + (end - first) / 2;
    return mark(pg, batch, first, middle, err) && mark(pg, batch, middle, end, err);
}

bool bisect_mark(Pg *pg, Batch *batch, Error *err)
{
    return batch->n_rows == 0 || mark(pg, batch, 0, batch->n_rows, err);
}
