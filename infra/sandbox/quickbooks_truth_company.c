/* The company in canonical form. */
#include "infra/sandbox/quickbooks_truth.h"
#include "lib/clock.h"

enum { DAY = 86400 };

static void tell_reach(QbTruth *truth)
{
    const Business *business = truth->business;
    const Country *country = business->country;
    Address address = {"1 Harbour Road", NULL, country->city, country->region, country->postal_code, country->alpha2};
    json_open(&truth->json, "addresses", '[');
    qb_tell_address(truth, "Unknown", &address);
    json_close(&truth->json, ']');
    if (business->seed % 4) {
        json_open(&truth->json, "phoneNumbers", '[');
        json_open(&truth->json, NULL, '{');
        json_put_text(&truth->json, "number", arena_format(truth->arena, "%s5550100", country->phone));
        json_put_text(&truth->json, "type", "Primary");
        json_close(&truth->json, '}');
        json_close(&truth->json, ']');
    }
    if (business->seed % 5) {
        json_open(&truth->json, "webLinks", '[');
        json_open(&truth->json, NULL, '{');
        json_put_text(&truth->json, "type", "Website");
        json_put_text(&truth->json, "url", arena_format(truth->arena, "https://%s.example.com", business->name));
        json_close(&truth->json, '}');
        json_close(&truth->json, ']');
    }
}

void qb_truth_company(QbTruth *truth)
{
    const Business *business = truth->business;
    int64_t now = world_now(truth->account->world), first = truth->books->opened - (int64_t)30 * DAY;
    CivilDate today = clock_date_of((now + quickbooks_offset(business, now)) / DAY);
    char realm[GATE_ID_SIZE];
    bool open = false;
    quickbooks_realm(truth->account->name, realm);
    json_put_text(&truth->json, "companyName", arena_format(truth->arena, "%s Trading", business->name));
    json_put_text(&truth->json, "accountingPlatformRef", realm);
    if (business->seed % 3)
        json_put_text(&truth->json, "companyLegalName", arena_format(truth->arena, "%s Trading Ltd", business->name));
    tell_reach(truth);
    if (business->seed % 2)
        qb_tell_day(truth, "ledgerLockDate", truth->books->opened);
    qb_tell_day(truth, "financialYearStartDate", clock_days_of((CivilDate){today.year, 1, 1}) * DAY);
    qb_tell_currency(truth, "baseCurrency", NULL);
    qb_tell_instant(truth, "createdDate", first);
    qb_supplement_text(truth, &open, "Country", business->country->alpha2);
    json_put_boolean(qb_supplement(truth, &open), "MultiCurrencyEnabled", business->foreign != NULL);
    qb_supplement_text(truth, &open, "ReportBasis", "Accrual");
    qb_supplement_end(truth, open);
}
