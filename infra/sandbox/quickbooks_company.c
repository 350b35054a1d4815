/* The company and its preferences. */
#include "infra/sandbox/quickbooks_render.h"
#include <ctype.h>

static void put_pair(JsonWriter *json, const char *name, const char *value)
{
    json_open(json, NULL, '{');
    json_put_text(json, "Name", name);
    json_put_text(json, "Value", value);
    json_close(json, '}');
}

static void put_within(QbRender *render, const char *key, const char *member, const char *text)
{
    json_open(&render->json, key, '{');
    qb_put_some(render, member, text);
    json_close(&render->json, '}');
}

static Address address_of(const Business *business)
{
    return (Address){.line1 = "1 Harbour Road",
                     .city = business->country->city,
                     .region = business->country->region,
                     .postal_code = business->country->postal_code,
                     .country = business->country->alpha2};
}

void qb_company_info(QbRender *render, int index)
{
    const Business *business = render->business;
    JsonWriter *json = &render->json;
    Address address = address_of(business);
    json_put_text(json, "CompanyName", arena_format(render->arena, "%s Trading", business->name));
    /* Some owners have filled in no other name, and nobody a web address with every company. */
    if (business->seed % 3)
        json_put_text(json, "LegalName", arena_format(render->arena, "%s Trading Ltd", business->name));
    qb_put_address(render, "CompanyAddr", &address, 1);
    qb_put_address(render, "CustomerCommunicationAddr", &address, 1);
    qb_put_address(render, "LegalAddr", &address, 1);
    if (business->seed % 4)
        put_within(render, "PrimaryPhone", "FreeFormNumber",
                   arena_format(render->arena, "%s5550100", business->country->phone));
    qb_put_day(render, "CompanyStartDate", qb_first_day(render) / 86400 * 86400);
    json_put_text(json, "FiscalYearStartMonth", "January");
    json_put_text(json, "Country", business->country->alpha2);
    put_within(render, "Email", "Address", "owner@example.com");
    put_within(render, "WebAddr", "URI",
               business->seed % 5 ? arena_format(render->arena, "https://%s.example.com", business->name) : NULL);
    json_put_text(json, "SupportedLanguages", "en");
    json_open(json, "NameValue", '[');
    put_pair(json, "NeoEnabled", "true");
    put_pair(json, "SubscriptionStatus", "PAID");
    put_pair(json, "OfferingSku", "QuickBooks Online Plus");
    json_close(json, ']');
    qb_put_identity(render, QB_COMPANY_INFO, index, NULL);
}

void qb_preferences(QbRender *render, int index)
{
    JsonWriter *json = &render->json;
    char code[4] = "";
    for (int i = 0; i < 3; i++)
        code[i] = (char)toupper((unsigned char)render->business->main->code[i]);
    json_open(json, "AccountingInfoPrefs", '{');
    json_put_text(json, "FirstMonthOfFiscalYear", "January");
    json_put_boolean(json, "UseAccountNumbers", true);
    json_put_text(json, "TaxYearMonth", "January");
    json_put_boolean(json, "ClassTrackingPerTxn", false);
    json_put_boolean(json, "ClassTrackingPerTxnLine", true);
    json_put_boolean(json, "TrackDepartments", true);
    json_put_text(json, "DepartmentTerminology", "Location");
    if (render->business->seed % 2)
        qb_put_day(render, "BookCloseDate", render->books->opened);
    json_put_text(json, "CustomerTerminology", "Customers");
    json_close(json, '}');
    json_open(json, "ProductAndServicesPrefs", '{');
    json_put_boolean(json, "ForSales", true);
    json_put_boolean(json, "ForPurchase", true);
    json_put_boolean(json, "QuantityOnHand", true);
    json_close(json, '}');
    json_open(json, "TaxPrefs", '{');
    json_put_boolean(json, "UsingSalesTax", true);
    json_close(json, '}');
    json_open(json, "CurrencyPrefs", '{');
    json_put_boolean(json, "MultiCurrencyEnabled", render->business->foreign != NULL);
    json_open(json, "HomeCurrency", '{');
    json_put_text(json, "value", code);
    json_close(json, '}');
    json_close(json, '}');
    json_open(json, "ReportPrefs", '{');
    json_put_text(json, "ReportBasis", "Accrual");
    json_put_boolean(json, "CalcAgingReportFromTxnDate", false);
    json_close(json, '}');
    json_open(json, "OtherPrefs", '{');
    json_open(json, "NameValue", '[');
    put_pair(json, "SalesFormsPrefs.DefaultCustomerMessage", "Thank you for your business!");
    json_close(json, ']');
    json_close(json, '}');
    qb_put_identity(render, QB_PREFERENCES, index, NULL);
}
