/* The organisations that a consent opens. */
#include "infra/sandbox/xero.h"
#include "infra/sandbox/xero_call.h"
#include "lib/text.h"
#include <string.h>

static const char *connection_id(Request *request, const char *tenant)
{
    const Business named = {.seed = random_seed(tenant)};
    return xero_id(arena_alloc(request->arena, XERO_ID_SIZE), &named, XERO_CONNECTION, 0);
}

/* What the bearer opens: [{"id","name"}]; NULL: 401 is written. */
static yyjson_val *tenants_of(Request *request, Response *response)
{
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    if (!gate_tenants(request->context, &xero_gate, request, &json)) {
        xero_unauthorised(request, response, "AuthenticationUnsuccessful");
        return NULL;
    }
    Error err = {0};
    return json_parse(request->arena, text->bytes, text->length, &err);
}

void xero_get_connections(Request *request, Response *response)
{
    yyjson_val *tenants = tenants_of(request, response), *tenant;
    size_t i, n;
    JsonWriter json = {.out = response->body};
    if (!tenants)
        return;
    json_open(&json, NULL, '[');
    yyjson_arr_foreach(tenants, i, n, tenant)
    {
        const char *id = json_text(tenant, "id");
        json_open(&json, NULL, '{');
        json_put_text(&json, "id", connection_id(request, id));
        json_put_text(&json, "authEventId", connection_id(request, json_text(tenant, "name")));
        json_put_text(&json, "tenantId", id);
        json_put_text(&json, "tenantType", "ORGANISATION");
        json_put_text(&json, "tenantName", arena_format(request->arena, "%s Trading", json_text(tenant, "name")));
        json_put_text(&json, "createdDateUtc", "2026-04-20T11:47:10.3365440");
        json_put_text(&json, "updatedDateUtc", "2026-04-20T16:35:19.5282060");
        json_close(&json, '}');
    }
    json_close(&json, ']');
    response->status = 200;
}

void xero_delete_connection(Request *request, Response *response)
{
    yyjson_val *tenants = tenants_of(request, response), *tenant;
    size_t i, n;
    if (!tenants)
        return;
    yyjson_arr_foreach(tenants, i, n, tenant)
    {
        const char *id = json_text(tenant, "id");
        if (strcmp(connection_id(request, id), request->params[0]) == 0 &&
            gate_disconnect(request->context, &xero_gate, request, id)) {
            response->status = 204;
            return;
        }
    }
    xero_not_found(response);
}
