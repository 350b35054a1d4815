/*
 * Xero call: one request to the emulated API on its way through.
 */
#pragma once
#include "infra/sandbox/struck.h"
#include "infra/sandbox/xero_render.h"
#include "infra/sandbox/xero_report.h"

typedef struct XeroCall {
    World *world;
    Account *account;
    Request *request;
    Response *response;
    Xero xero;
    Struck struck;
} XeroCall;

/* Errors by the shapes that Xero has for them. */
void xero_unauthorised(Request *request, Response *response, const char *detail);     /* 401, upper-case members */
void xero_forbidden(Request *request, Response *response);                            /* 403, lower-case members */
void xero_not_found(Response *response);                                              /* 404, plain text */
void xero_invalid(XeroCall *call, int number, const char *type, const char *message); /* 400 */

void xero_put_envelope(XeroCall *call); /* Id, Status, ProviderName, DateTimeUTC */

/* Answers a list, or one of its objects by id. */
void xero_serve_list(XeroCall *call, const XeroEndpoint *endpoint);
void xero_serve_one(XeroCall *call, const XeroEndpoint *endpoint, const char *id);
void xero_serve_report(XeroCall *call, const XeroReport *report);

void xero_get_connections(Request *request, Response *response);
void xero_delete_connection(Request *request, Response *response);

/* ---- Where ---- */

enum { XERO_CONDITIONS = 6 };
typedef struct XeroWhere {
    struct {
        enum { XERO_BY_TYPE, XERO_BY_STATUS, XERO_BY_ID } field;
        bool unequal;
        char value[64];
    } conditions[XERO_CONDITIONS];
    int n;
} XeroWhere;

/* Type=="ACCREC", Status!="DELETED", InvoiceID==guid("…"), joined by AND or &&; false when it is anything else. */
bool xero_where_parse(const XeroEndpoint *endpoint, const char *text, XeroWhere *where);
bool xero_where_matches(const XeroWhere *where, const XeroRow *row);

/* What faults by command spoil. */
extern const StruckForm xero_struck;
