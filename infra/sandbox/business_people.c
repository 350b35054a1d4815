#include "infra/sandbox/business_internal.h"

static const char *const names[] = {
    "Jenny Rosen",         "Acme Tooling Ltd",      "Zażółć Gęślą sp. z o.o.", "株式会社サンプル商事",
    "Søren Ångström",      "O'Reilly \"Ed\" & Co",  "Łukasz Brzęczyszcz",      "Café Crème — Lyon",
    "محمد الأحمد",         "Ελένη Παπαδοπούλου",    "Nguyễn Thị Minh",         "Emoji Shop 🛍️🚀",
    "Müller & Söhne GmbH", "D'Angelo\\Sons",        "Bobby '); DROP TABLE",    "Ana María Ñúñez",
    "İpek Çağlar",         "Big Co. Holdings\tPty", "e\u0301clair combined",   "Ye",
};

static const char *const streets[] = {
    "1 High Street", "Hauptstraße 12a", "14 rue de l'Église", "道玄坂1-2-3", "Box 7", "22 \"The Gables\"",
};

static const Address *make_address(Business *business, Random *random, int number)
{
    Address *address = ARENA_NEW(business->arena, Address);
    const Country *country = &countries[random_below(random, n_countries)];
    if (number % 20 == 9) /* there, and nothing in it */
        *address = (Address){.line1 = "", .city = ""};
    else
        *address = (Address){
            .line1 = PICK(random, streets),
            .line2 = random_percent(random, 30) ? "Floor 2" : NULL,
            .city = country->city,
            .region = country->region,
            .postal_code = country->postal_code,
            .country = number % 20 == 13   ? NULL
                       : number % 20 == 17 ? "ZZ"
                                           : country->alpha2,
        };
    return address;
}

static void make_customer(Business *business, int number)
{
    Random random = random_of(business->seed, KIND_CUSTOMER, number);
    Customer *customer = shelf_add(&business->shelves[KIND_CUSTOMER]);
    *customer = (Customer){
        .item = {.created = stamp_of(business, number,                       business->size.customers), .deleted = number % 40 == 7},
        .name = number % 11 == 10 ? NULL : arena_text(business->arena, PICK(&random, names)),
        .email =
            number % 7 == 6 ? NULL : arena_format(business->arena, "buyer%d+%s@example.com", number, business->name),
        .phone = random_percent(&random, 40)
                     ? arena_format(business->arena, "%s 555 %04d", business->country->phone, number)
                     : NULL,
        .note = number % 5 == 0   ? arena_format(business->arena, "Account %d\nsecond line\twith a tab", number)
                : number % 5 == 1 ? ""
                                  : NULL,
        .currency = random_percent(&random, 70) ? business->main : NULL,
        .billing = random_percent(&random, 75) ? make_address(business, &random, number) : NULL,
        .delivery = random_percent(&random, 35) ? make_address(business, &random, number + 1) : NULL,
        .tag = { random_percent(&random,       30) ? "crm_id" : NULL, arena_format(business->arena,                   "C%05d",                     number)},
    };
}

void make_people(Business *business)
{
    for (int i = 0; i < business->size.customers; i++)
        make_customer(business, i);
    int n_locations = (int)(business->seed % 4);
    if (business->size.sales > 1000)
        n_locations += 130; /* more than one page */
    for (int i = 0; i < n_locations; i++) {
        Random random = random_of(business->seed, KIND_LOCATION, i);
        Location *location = shelf_add(&business->shelves[KIND_LOCATION]);
        location->item.created = stamp_of(business, i, n_locations);
        location->name = arena_format(business->arena, "%s No. %d", PICK(&random, streets), i + 1);
        location->address = *make_address(business, &random, 20 * i + i % 5); /* never an empty one */
    }
}
