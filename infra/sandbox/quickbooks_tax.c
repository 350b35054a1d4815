/* Tax codes, what lines point to; tax rates, their percentages; and the agency that gets the money. */
#include "infra/sandbox/quickbooks_render.h"

/* TAX and NON: a few members, and no version. */
static void pseudo_code(QbRender *render, int index)
{
    const char *name = index == QB_TAXABLE ? "TAX" : "NON";
    char time[40];
    quickbooks_time(time, render->business, qb_first_day(render));
    json_put_boolean(&render->json, "TaxGroup", false);
    json_put_text(&render->json, "Name", name);
    json_put_boolean(&render->json, "Taxable", index == QB_TAXABLE);
    json_put_text(&render->json, "Description", name);
    json_put_text(&render->json, "Id", name);
    json_open(&render->json, "MetaData", '{');
    json_put_text(&render->json, "CreateTime", time);
    json_put_text(&render->json, "LastUpdatedTime", time);
    json_close(&render->json, '}');
}

/* The rates of one side; a side that the code is not for has an empty list. */
static void put_rates(QbRender *render, const char *key, int index, bool has)
{
    const BookTax *tax = tax_at(render->books, index);
    JsonWriter *json = &render->json;
    char id[QB_ID_SIZE];
    json_open(json, key, '{');
    json_open(json, "TaxRateDetail", '[');
    for (int i = 0; has && i < tax->n_components; i++) {
        json_open(json, NULL, '{');
        qb_put_named(render, "TaxRateRef", qb_row_id(id, QB_TAX_RATE, index * QB_COMPONENTS + i),
                     tax->components[i].name);
        json_put_text(json, "TaxTypeApplicable", tax->components[i].compound ? "TaxOnAmountPlusTax" : "TaxOnAmount");
        json_put_integer(json, "TaxOrder", i);
        json_close(json, '}');
    }
    json_close(json, ']');
    json_close(json, '}');
}

void qb_tax_code(QbRender *render, int index)
{
    if (index < 0) {
        pseudo_code(render, index);
        return;
    }
    const BookTax *tax = tax_at(render->books, index);
    json_put_text(&render->json, "Name", tax->code);
    qb_put_some(render, "Description", tax->name);
    json_put_boolean(&render->json, "Active", !tax->entry.archived);
    json_put_boolean(&render->json, "Taxable", tax_total_millis(tax) != 0);
    json_put_boolean(&render->json, "TaxGroup", tax->n_components > 1);
    put_rates(render, "SalesTaxRateList", index, tax->sales);
    put_rates(render, "PurchaseTaxRateList", index, tax->purchases);
    qb_put_identity(render, QB_TAX_CODE, index, &tax->entry);
}

void qb_tax_rate(QbRender *render, int index)
{
    const BookTax *tax = tax_at(render->books, index / QB_COMPONENTS);
    int64_t percent_micros = (int64_t)tax->components[index % QB_COMPONENTS].percent_millis * 1000;
    JsonWriter *json = &render->json;
    json_put_text(json, "Name", tax->components[index % QB_COMPONENTS].name);
    json_put_text(json, "Description", tax->sales ? "Sales Tax" : "Purchase Tax");
    json_put_boolean(json, "Active", !tax->entry.archived);
    qb_put_micros(render, "RateValue", percent_micros);
    qb_put_named(render, "AgencyRef", "1", NULL);
    json_put_text(json, "SpecialTaxType", percent_micros ? "NONE" : "ZERO_RATE");
    json_open(json, "EffectiveTaxRate", '[');
    json_open(json, NULL, '{');
    qb_put_micros(render, "RateValue", percent_micros);
    qb_put_day(render, "EffectiveDate", qb_first_day(render));
    json_close(json, '}');
    json_close(json, ']');
    json_put_text(json, "DisplayType", "ReadOnly");
    qb_put_identity(render, QB_TAX_RATE, index, &tax->entry);
}

void qb_tax_agency(QbRender *render, int index)
{
    const char *name = render->us ? "Department of Revenue" : "Tax Office";
    json_put_text(&render->json, "DisplayName", name);
    json_put_boolean(&render->json, "TaxTrackedOnSales", true);
    json_put_boolean(&render->json, "TaxTrackedOnPurchases", !render->us);
    qb_put_identity(render, QB_TAX_AGENCY, index, NULL);
}
