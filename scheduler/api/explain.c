#include "scheduler/api/answer.h"
#include "scheduler/api/api.h"

static const char explain_sql[] =
    "select control.explain_json(d, $2::bigint * interval '1 millisecond', $3::bigint * interval '1 millisecond') "
    "as record from control.dataset d where d.id = $1";

/* Another environment has a database of its own: its datasets are as unknown here as those that never were. */
static void say_missing(Request *request, Response *response, const char *id)
{
    AUTO(PGresult) *rows = api_query(request, response, "select environment from control.meta", 0, NULL);
    if (rows)
        answer_error(request, response, 404, "environment '%s' has no dataset '%s'",
                     PQntuples(rows) > 0 ? pg_text(rows, 0, "environment") : "", id);
}

void dataset_explain(Request *request, Response *response)
{
    const Api *api = request->context;
    const char *id = request->params[0];
    if (!text_is_uuid(id)) {
        answer_error(request, response, 400, "'%.80s' is no dataset's id: those are UUIDs", id);
        return;
    }
    AUTO(PGresult) *rows = api_query(request, response, explain_sql,
                                     PG_PARAMS(id, PG_INT(api->reconcile_after_ms), PG_INT(api->reconcile_every_ms)));
    if (rows && PQntuples(rows) == 0)
        say_missing(request, response, id);
    else if (rows)
        answer_record(request, response, rows, "");
}
