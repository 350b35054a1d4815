/* Whom the business deals with: its customers as contacts of unique names, suppliers, and a few that are both. */
#include "infra/sandbox/books_internal.h"
#include <stdlib.h>
#include <string.h>

static const char *const supplier_names[] = {
    "Papierhaus Weiß KG", "Northern Power plc",    "Océan Frêt SARL",      "東京倉庫株式会社",
    "Kaffee & Mehr",      "O'Brien Office Supply", "Żabka Logistyka",      "Al-Salam Trading",
    "Telecom Ελλάς",      "Rent-a-Desk, Inc.",     "Smith; Jones \"LLP\"", "Åkerlund Design AB",
};

static void clean_name(char *name)
{
    for (; *name; name++)
        if (*name == '\t' || *name == ':') /* no ledger takes them in a name */
            *name = ' ';
}

/* "Jenny Rosen", and from the second on "Jenny Rosen (17)". */
static const char *unique_name(Books *books, const char *wanted, const char **seen, int *n_seen, int number)
{
    char *name = arena_text(books->arena, wanted);
    clean_name(name);
    for (int i = 0; i < *n_seen; i++)
        if (strcmp(seen[i], name) == 0)
            return arena_format(books->arena, "%s (%d)", name, number + 1);
    seen[(*n_seen)++] = name;
    return name;
}

/* A name of two words is a person's. */
static void split_name(Books *books, BookContact *contact)
{
    const char *space = strchr(contact->name, ' ');
    if (!space || strchr(space + 1, ' '))
        return;
    contact->first_name = arena_copy(books->arena, contact->name, (size_t)(space - contact->name));
    contact->last_name = arena_text(books->arena, space + 1);
}

static void number_contact(Books *books, Random *random, BookContact *contact, int number)
{
    if (random_percent(random, 30))
        contact->mobile = arena_format(books->arena, "+44 7700 9%05d", number);
    if (random_percent(random, 30))
        contact->tax_number =
            arena_format(books->arena, "%s%09d", books->business->country->alpha2, 100000000 + number);
    if (random_percent(random, 40))
        contact->account_number = arena_format(books->arena, "C-%05d", number);
}

static BookContact customer_contact(Books *books, int number, const char **seen, int *n_seen)
{
    const Customer *customer = customer_at(books->business, number);
    Random random = book_random(books, BOOK_CONTACT, number);
    const char *name = customer->name ? customer->name : arena_format(books->arena, "Customer %d", number + 1);
    BookContact contact = {
        .entry = {.item.created = customer->item.created, .archived = customer->item.deleted},
        .customer = true,
        .supplier = number % 13 == 4,
        .source = number,
        .name = unique_name(books, name, seen, n_seen, number),
        .email = customer->email,
        .phone = customer->phone,
        .currency = customer->currency,
        .billing = customer->billing,
        .delivery = customer->delivery,
    };
    split_name(books, &contact);
    number_contact(books, &random, &contact, number);
    return contact;
}

static BookContact supplier_contact(Books *books, int number, int count)
{
    Random random = book_random(books, BOOK_CONTACT, 100000 + number);
    const Country *country = &countries[random_below(&random, n_countries)];
    int n_names = (int)COUNT_OF(supplier_names);
    const char *name = supplier_names[number % n_names];
    Address *address = ARENA_NEW(books->arena, Address);
    *address = (Address){
        .line1 = arena_format(books->arena, "Unit %d", number + 1),
        .city = country->city,
        .region = country->region,
        .postal_code = country->postal_code,
        .country = country->alpha2,
    };
    BookContact contact = {
        .entry = {.item.created = stamp_of(books->business, number, count * 16), .archived = number % 12 == 11},
        .supplier = true,
        .source = -1,
        .name = number < n_names ? name : arena_format(books->arena, "%s %d", name, number / n_names + 1),
        .email = number % 4 == 3 ? NULL : arena_format(books->arena, "billing%d@supplier.example", number),
        .phone =
            random_percent(&random, 50) ? arena_format(books->arena, "%s 555 1%04d", country->phone, number) : NULL,
        .currency = number % 4 == 1 ? books->business->foreign : NULL,
        .billing = random_percent(&random, 70) ? address : NULL,
    };
    number_contact(books, &random, &contact, 50000 + number);
    return contact;
}

static int by_creation(const void *a, const void *b)
{
    const BookContact *one = a, *other = b;
    if (one->entry.item.created != other->entry.item.created)
        return one->entry.item.created < other->entry.item.created ? -1 : 1;
    return strcmp(one->name, other->name);
}

static void shelve(BookMaker *maker, const BookContact *made)
{
    int index = n_book(maker->books, BOOK_CONTACT);
    BookContact *contact = book_add(maker->books, BOOK_CONTACT, made->entry.item.created);
    Entry entry = contact->entry;
    entry.archived = made->entry.archived;
    *contact = *made;
    contact->entry = entry;
    if (made->source >= 0)
        maker->contact_of[made->source] = index;
    else if (made->customer)
        maker->walk_in = index;
    if (made->supplier && !made->entry.archived)
        maker->suppliers[maker->n_suppliers++] = index;
}

void make_contacts(BookMaker *maker)
{
    Books *books = maker->books;
    int n_customers = n_of(maker->business, KIND_CUSTOMER), n_suppliers = n_customers / 10 + 8, n = 0, n_seen = 0;
    BookContact *made = ARENA_ARRAY(books->arena, BookContact, (size_t)(n_customers + n_suppliers + 1));
    const char **seen = ARENA_ARRAY(books->arena, const char *, (size_t)n_customers);
    made[n++] = (BookContact){.entry = {.item.created = history_start(maker->business)},
                              .customer = true,
                              .source = -1,
                              .name = "Walk-in customer"};
    for (int i = 0; i < n_customers; i++)
        made[n++] = customer_contact(books, i, seen, &n_seen);
    for (int i = 0; i < n_suppliers; i++)
        made[n++] = supplier_contact(books, i, n_suppliers);
    qsort(made, (size_t)n, sizeof *made, by_creation);
    maker->contact_of = ARENA_ARRAY(books->arena, int, (size_t)n_customers);
    maker->suppliers = ARENA_ARRAY(books->arena, int, (size_t)n);
    for (int i = 0; i < n; i++)
        shelve(maker, &made[i]);
}
