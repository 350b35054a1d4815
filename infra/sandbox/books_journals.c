/* Manual journals and transfers between the business's own accounts. */
#include "infra/sandbox/books_internal.h"

enum { MONTH = 30 * DAY };

typedef struct JournalPart {
    AccountType type;
    int share; /* of the journal's amount, in hundredths; all add up to 0 */
    const char *description;
} JournalPart;

static const struct JournalForm {
    const char *note;
    int n_parts;
    JournalPart parts[JOURNAL_LINES];
} forms[] = {
    {"Opening balances",
     6,                                  {{ACCOUNT_FIXED, 100, "Machines"},
      {ACCOUNT_FIXED, 20, NULL},
      {ACCOUNT_INVENTORY, 60, "Stock taken over"},
      {ACCOUNT_LOAN, -90, "Darlehen"},
      {ACCOUNT_EQUITY, -40, NULL},
      {ACCOUNT_RETAINED, -50, "Profits before"}}                                                                                               },
    {"Wages",
     6,                                  {{ACCOUNT_EXPENSE, 70, "Gross pay, workshop"},
      {ACCOUNT_EXPENSE, 40, "Gross pay, office"},
      {ACCOUNT_EXPENSE, 11, "Employer's share"},
      {ACCOUNT_LOAN, -21, "Contributions"},
      {ACCOUNT_LOAN, -20, "Withheld tax"},
      {ACCOUNT_EQUITY, -80, "Paid out by the owner"}}                                                                                          },
    {"Depreciation – Abschreibung", 2, {{ACCOUNT_EXPENSE, 100, NULL}, {ACCOUNT_FIXED, -100, ""}}                                                    },
    {"Stock taking",
     3,                                  {{ACCOUNT_COST_OF_SALES, 90, "Sold"}, {ACCOUNT_OTHER_EXPENSE, 10, "Broken"}, {ACCOUNT_INVENTORY, -100, NULL}}},
};

static void make_journal(BookMaker *maker, int number, int64_t created)
{
    Books *books = maker->books;
    Random random = book_random(books, BOOK_JOURNAL, number);
    const struct JournalForm *form = &forms[number == 0 ? 0 : 1 + (number - 1) % ((int)COUNT_OF(forms) - 1)];
    int64_t amount = (100 + random_below(&random, 2000)) * book_grain(maker->business->main);
    BookJournal *journal = book_add(books, BOOK_JOURNAL, created);
    journal->number = number % 6 == 5 ? NULL : arena_format(books->arena, "MJ-%03d", number + 1);
    journal->note = form->note;
    journal->date = book_day(created);
    journal->draft = number % 9 == 4;
    journal->entry.voided = number % 9 == 7;
    journal->n_lines = form->n_parts;
    for (int i = 0; i < form->n_parts; i++) {
        journal->lines[i].account = book_pick_account(&random, form->parts[i].type);
        journal->lines[i].category = random_percent(&random, 40) ? book_pick_category(&random, i % 2) : -1;
        journal->lines[i].contact = random_percent(&random, 10) ? maker->walk_in : -1;
        journal->lines[i].amount = form->parts[i].share * amount;
        journal->lines[i].description = form->parts[i].description;
    }
}

static void make_transfer(BookMaker *maker, int number, int64_t created)
{
    static const char *const notes[] = {NULL, "Takings of the week", "Überschuss", ""};
    Books *books = maker->books;
    Random random = book_random(books, BOOK_TRANSFER, number);
    const int ends[][2] = {
        {1,              0},
        { 0,             2 },
        { 0, books_account_of(books,  ACCOUNT_CARD)},
    };
    BookTransfer *transfer = book_add(books, BOOK_TRANSFER, created);
    transfer->from = ends[number % 3][0];
    transfer->to = ends[number % 3][1];
    transfer->date = book_day(created);
    transfer->amount = (1000 + random_below(&random, 90000)) * book_grain(maker->business->main);
    transfer->note = notes[number % 4];
    transfer->entry.voided = number % 10 == 8;
}

void make_journals(BookMaker *maker)
{
    int64_t first = maker->books->opened + DAY / 4, last = history_end(maker->business);
    int number = 0;
    for (int64_t created = first; created <= last; created += MONTH / 2)
        make_journal(maker, number++, created);
    number = 0;
    for (int64_t created = first + 5 * DAY; created <= last; created += MONTH / 2)
        make_transfer(maker, number++, created);
}
