/*
 * Business: one synthetic merchant, made from a seed: what it sells, to whom, and every movement of money that follows.
 * No vendor is in here: amounts are integers in minor units beside their currency, instants are seconds, relations are
 * indices. A vendor's rendering (stripe_*.c) and its ground truth (stripe_truth*.c) read this and nothing of each
 * other.
 *
 * A business owns all that its objects point to; pointers are borrowed until it is freed. Not thread-safe: its account
 * has the lock.
 */
#pragma once
#include "infra/sandbox/random.h"
#include "infra/sandbox/shelf.h"
#include "lib/arena.h"

typedef enum Kind {
    KIND_CUSTOMER,
    KIND_PRODUCT,
    KIND_PRICE,
    KIND_TAX_RATE,
    KIND_LOCATION,
    KIND_INVOICE,
    KIND_SALE,
    KIND_REFUND,
    KIND_DISPUTE,
    KIND_PAYOUT,
    KIND_TRANSFER,
    KIND_MOVEMENT,
    KIND_COUNT,
    /* Things that are only named, never listed. */
    KIND_LINE = KIND_COUNT,
    KIND_DISCOUNT,
    KIND_FEE,
    KIND_TOPUP,
    KIND_INTENT,
    KIND_NONE,
} Kind;

typedef struct Currency {
    const char *code;    /* lower case, as vendors write it */
    int digits;          /* of the minor unit */
    int64_t euro_micros; /* a whole unit in millionths of a euro, for exchange */
} Currency;
const Currency *currency_of(const char *code); /* NULL when the sandbox has no such currency */

typedef struct Country {
    const char *alpha2, *alpha3, *phone, *city, *region, *postal_code;
} Country;
extern const Country countries[];
extern const int n_countries;

typedef struct Address {
    const char *line1, *line2, *city, *region, *postal_code;
    const char *country; /* as somebody typed it: mostly ISO alpha-2 */
} Address;

typedef struct Tag {
    const char *key, *value;
} Tag;

typedef struct Customer {
    Item item;
    const char *name, *email, *phone, *note;
    const Currency *currency; /* NULL: none yet */
    const Address *billing, *delivery;
    Tag tag; /* key NULL: none */
} Customer;

typedef struct Product {
    Item item;
    int64_t updated;
    const char *code; /* the merchant's own id, NULL when the vendor chose one */
    const char *name, *description;
    bool active;
    int default_price; /* -1: none */
    Tag tag;
} Product;

typedef enum TaxBehaviour { TAX_UNSPECIFIED, TAX_INCLUSIVE, TAX_EXCLUSIVE } TaxBehaviour;

typedef struct Price {
    Item item;
    int product;
    const Currency *currency;
    const char *amount; /* minor units, may have a fraction; NULL: in tiers */
    const char *nickname;
    TaxBehaviour tax;
    bool active;
    const char *interval; /* NULL: one-time */
} Price;

typedef struct TaxRate {
    Item item;
    const char *name, *description, *type, *country, *state;
    int percent_millis; /* thousandths of a percent */
    bool inclusive, active;
} TaxRate;

typedef struct Location {
    Item item;
    const char *name;
    Address address;
} Location;

enum { LINE_TAXES = 2, LINE_DISCOUNTS = 2 };

typedef struct Line {
    int price;        /* -1: free text */
    int64_t quantity; /* -1: none */
    int64_t amount;   /* before discounts and exclusive tax */
    const char *description;
    int n_taxes, n_discounts;
    struct {
        int rate;
        int64_t amount;
    } taxes[LINE_TAXES];
    struct {
        int discount;
        int64_t amount;
    } discounts[LINE_DISCOUNTS];
} Line;

typedef struct Invoice {
    Item item;
    int customer, sale;
    int first_line, n_lines; /* in business->lines */
    int64_t subtotal, discount, tax, exclusive_tax, total;
    bool taxed; /* false: no line has a tax, which is not the same as a tax of 0 */
} Invoice;

typedef enum Method {
    METHOD_CARD,
    METHOD_TERMINAL,
    METHOD_TERMINAL_DEBIT,
    METHOD_PAYPAL,
    METHOD_SWISH,
    METHOD_KLARNA,
    METHOD_SEPA,
    METHOD_US_BANK,
    METHOD_BACS,
    METHOD_LINK,
    METHOD_IDEAL,
    METHOD_BANCONTACT,
    METHOD_AFFIRM,
    METHOD_AFTERPAY,
    METHOD_APPLE_PAY,
    METHOD_GOOGLE_PAY,
    METHOD_NOVEL, /* newer than everybody's documentation */
    METHOD_COUNT,
} Method;

typedef enum SaleState { SALE_PAID, SALE_AUTHORIZED, SALE_PENDING, SALE_FAILED, SALE_STATES } SaleState;

typedef struct Sale {
    Item item;
    int64_t amount, refunded;
    const Currency *currency;
    int customer, invoice, movement, dispute; /* -1: none */
    Method method;
    SaleState state;
    int decline;                                        /* why it failed: the place in the vendor's list of reasons */
    uint32_t receipt;                                   /* 0: none was sent */
    const char *payer, *country, *description, *remark; /* remark: a later note, NULL until then */
} Sale;

typedef enum RefundState {
    REFUND_PAID,
    REFUND_PENDING,
    REFUND_NEEDS_ACTION,
    REFUND_FAILED,
    REFUND_CANCELLED
} RefundState;

typedef struct Refund {
    Item item;
    int sale, movement, failure; /* movements; -1: none */
    int64_t amount;
    RefundState state;
    int reason; /* 0: none given */
} Refund;

typedef enum DisputeState {
    DISPUTE_INQUIRY_OPEN,
    DISPUTE_INQUIRY_REVIEW,
    DISPUTE_INQUIRY_CLOSED,
    DISPUTE_OPEN,
    DISPUTE_REVIEW,
    DISPUTE_WON,
    DISPUTE_LOST,
    DISPUTE_REFUNDED,
    DISPUTE_PREVENTED,
    DISPUTE_STATES,
} DisputeState;

typedef struct Dispute {
    Item item;
    int sale, withdrawal, reinstatement; /* movements; -1: none */
    int64_t amount, due_by;              /* 0: nothing is due */
    DisputeState state;
    int reason;
} Dispute;

typedef enum PayoutState { PAYOUT_PAID, PAYOUT_ON_ITS_WAY, PAYOUT_FAILED, PAYOUT_CANCELLED } PayoutState;

typedef struct Payout {
    Item item;
    int64_t amount, arrival;
    int movement, reversal;
    PayoutState state;
} Payout;

typedef struct Transfer {
    Item item;
    int64_t amount;
    int movement;
} Transfer;

typedef enum MovementType {
    MOVE_SALE,
    MOVE_REFUND,
    MOVE_REFUND_FAILED,
    MOVE_DISPUTE,
    MOVE_DISPUTE_WON,
    MOVE_PAYOUT,
    MOVE_PAYOUT_FAILED,
    MOVE_PAYOUT_CANCELLED,
    MOVE_TRANSFER,
    MOVE_PROCESSOR_FEE,
    MOVE_PLATFORM_FEE,
    MOVE_PLATFORM_FEE_BACK,
    MOVE_RESERVE,
    MOVE_TOPUP,
    MOVE_TYPES,
} MovementType;

/* One line of the processor's ledger: the balance changes by amount - fee. */
typedef struct Movement {
    Item item;
    MovementType type;
    int64_t amount, fee;
    const Currency *currency;
    Kind source_kind; /* KIND_NONE: by itself */
    int source;
    int64_t available_on;
    int64_t rate_micros; /* from the sale's currency into this one; 0: the same */
} Movement;

typedef struct Balance {
    const Currency *currency;
    int64_t available, pending, reserved;
    bool has_available, has_pending, has_reserved;
} Balance;
enum { BALANCES = 4 };

typedef struct BusinessSize {
    int customers, products, sales; /* 0: the default */
} BusinessSize;
BusinessSize business_small(void); /* 40 customers, 12 products, 150 sales */
BusinessSize business_large(void); /* thousands */

typedef struct Business {
    char *name; /* what its seed is made from */
    uint64_t seed;
    BusinessSize size;
    int64_t today; /* 00:00 UTC of the day it starts; its history ends a day before */
    const Country *country;
    const Currency *main, *foreign; /* foreign NULL: it sells in one currency */
    bool foreign_kept;              /* a second balance instead of an exchange */
    Shelf shelves[KIND_COUNT];
    Line *lines;
    int n_lines, lines_capacity;
    bool method_active[METHOD_COUNT];
    int revision; /* counts the changes made so far, which makes each one different */
    Arena *arena;
} Business;

/* `today` is any instant of the first day. Never NULL. */
Business *business_new(const char *name, BusinessSize size, int64_t today);
void business_free(Business *business);
DEFINE_AUTO(Business, business_free)

#define AT(business, T, kind, index) ((T *)shelf_at(&(business)->shelves[kind], (index)))
#define customer_at(b, i)            AT(b, Customer, KIND_CUSTOMER, i)
#define product_at(b, i)             AT(b, Product, KIND_PRODUCT, i)
#define price_at(b, i)               AT(b, Price, KIND_PRICE, i)
#define tax_rate_at(b, i)            AT(b, TaxRate, KIND_TAX_RATE, i)
#define location_at(b, i)            AT(b, Location, KIND_LOCATION, i)
#define invoice_at(b, i)             AT(b, Invoice, KIND_INVOICE, i)
#define sale_at(b, i)                AT(b, Sale, KIND_SALE, i)
#define refund_at(b, i)              AT(b, Refund, KIND_REFUND, i)
#define dispute_at(b, i)             AT(b, Dispute, KIND_DISPUTE, i)
#define payout_at(b, i)              AT(b, Payout, KIND_PAYOUT, i)
#define transfer_at(b, i)            AT(b, Transfer, KIND_TRANSFER, i)
#define movement_at(b, i)            AT(b, Movement, KIND_MOVEMENT, i)
#define item_at(b, kind, i)          AT(b, Item, kind, i)
#define n_of(b, kind)                ((b)->shelves[kind].count)

/* What the processor holds, one entry a currency in the order in which it first had any; the number of entries. Money
 * counts as available when its day is not after `today`: the answer does not change under a running test. */
int business_balances(const Business *business, Balance balances[BALANCES]);

/* The tags that a merchant's software put on a sale; the number of them. Texts live in `room` and in the business. */
enum { SALE_TAGS = 3 };
int sale_tags(const Business *business, int sale, Tag tags[SALE_TAGS], char room[32]);
/* "1482-0031"; empty when none was sent. */
void sale_receipt(const Sale *sale, char out[16]);
