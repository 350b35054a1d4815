/* What faults by command spoil of Stripe's records and answers. */
#include "infra/sandbox/stripe_call.h"
#include <string.h>

/* The status of a record comes after those of what it contains. */
static const StruckForm stripe_struck = {
    .amount = {{"amount", "unit_amount_decimal", "percentage"}},
    .text = {          {"name", "display_name", "nickname", "reason", "description"}                                              },
    .word = { {"status"},                                               .last = true},
    .unknown = "\"sandbox_unheard_of\"",
    .id_name = "id",
    .malformed = "{\"object\":\"list\",\"data\":[{\"id\":}],,\"has_more\":nope}",
    .huge = "{\"object\":\"list\",\"data\":[],\"has_more\":false,\"padding\":\"",
};

/* A balance transaction is told by its type. */
static bool is_movement(const char *record)
{
    return strstr(record, "\"reporting_category\":") && !strstr(record, "\"balance_transactions\":");
}

void spoil_record(Call *call, const char *id, size_t start)
{
    Text *body = call->response->body;
    StruckForm form = stripe_struck;
    if (is_movement(body->bytes + start))
        form.word = (StruckMember){{"type"}};
    struck_spoil_record(&call->struck, body, &form, NULL, id, start);
}

void spoil_answer(Call *call)
{
    struck_spoil_answer(&call->struck, call->response, &stripe_struck);
}
