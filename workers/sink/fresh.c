#include "workers/sink/fresh.h"
#include "lib/text.h"
#include <string.h>

typedef struct FreshAnswer Answer;

static Answer *find(Fresh *fresh, const uint8_t dataset[16])
{
    for (size_t i = 0; i < FRESH_REMEMBERED; i++)
        if (fresh->answers[i].known && memcmp(fresh->answers[i].dataset, dataset, 16) == 0)
            return &fresh->answers[i];
    return NULL;
}

static bool ask(Fresh *fresh, Pg *pg, const uint8_t dataset[16], Answer **answer, Error *err)
{
    char id[33];
    text_hex(id, dataset, 16);
    AUTO(PGresult) *rows = pg_query(pg, err,
                                    "select coalesce(s.first_row_epoch >= d.first_epoch, true) as fresh"
                                    " from control.dataset d join control.stream s on s.id = d.stream_id"
                                    " where d.id = $1::uuid",
                                    PG_PARAMS(id));
    if (!rows)
        return false;
    *answer = &fresh->answers[fresh->next];
    fresh->next = (fresh->next + 1) % FRESH_REMEMBERED;
    **answer = (Answer){.known = true, .fresh = PQntuples(rows) > 0 && pg_boolean(rows, 0, "fresh")};
    memcpy((*answer)->dataset, dataset, 16);
    return true;
}

bool fresh_ask(Fresh *fresh, Pg *pg, const Batch *batch, bool *straight, Error *err)
{
    const Row *before = NULL;
    *straight = false;
    for (size_t i = 0; i < batch->n_rows; i++) {
        const Row *row = &batch->rows[i];
        if (row->bad)
            continue;
        if (before && row_same_key(before, row))
            return true;
        if (!before || memcmp(before->dataset, row->dataset, sizeof row->dataset) != 0) {
            Answer *answer = find(fresh, row->dataset);
            if (!answer && !ask(fresh, pg, row->dataset, &answer, err))
                return false;
            if (!answer->fresh)
                return true;
        }
        before = row;
    }
    *straight = before != NULL;
    return true;
}

void fresh_over(Fresh *fresh, const Batch *batch)
{
    for (size_t i = 0; i < batch->n_rows; i++) {
        const Row *row = &batch->rows[i];
        Answer *answer = row->bad ? NULL : find(fresh, row->dataset);
        if (answer)
            answer->fresh = false;
    }
}
