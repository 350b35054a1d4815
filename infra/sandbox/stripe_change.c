/* Changes by command, with the events that Stripe would make of them and what a canonical reader must then see. */
#include "infra/sandbox/business_change.h"
#include "infra/sandbox/stripe.h"
#include "infra/sandbox/stripe_render.h"
#include <stdio.h>
#include <string.h>

typedef struct Change {
    Account *account;
    Business *business;
    int64_t now;
    Touched *touched;
    int n;
} Change;

static void touch(Change *change, const char *data_type, const char *prefix, Kind kind, int index)
{
    char id[STRIPE_ID_SIZE];
    if (change->n == TOUCHED)
        return;
    Touched *touched = &change->touched[change->n++];
    touched->data_type = data_type;
    snprintf(touched->id, sizeof touched->id, "%s%s", prefix, stripe_id(id, change->business, kind, index));
}

/* Money moved: one more transaction, and another balance. */
static void touch_money(Change *change, int movement)
{
    touch(change, "commerce-transactions", "", KIND_MOVEMENT, movement);
    if (change->n == TOUCHED)
        return;
    Touched *company = &change->touched[change->n++];
    company->data_type = "commerce-companyInfo";
    snprintf(company->id, sizeof company->id, "%s", change->account->id);
}

static void put_before(JsonWriter *json, const char *key, const char *before, const char *now)
{
    if (before != now)
        json_put_text(json, key, before);
}

static bool update_customer(Change *change, int index)
{
    Customer before = *customer_at(change->business, index);
    if (!change_customer(change->business, index))
        return false;
    const Customer *now = customer_at(change->business, index);
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    json_open(&json, NULL, '{');
    if (before.billing != now->billing) {
        if (before.billing)
            put_address(&json, "address", before.billing);
        else
            put_nulls(&json, "address");
    }
    put_before(&json, "description", before.note, now->note);
    put_before(&json, "name", before.name, now->name);
    put_before(&json, "phone", before.phone, now->phone);
    json_close(&json, '}');
    stripe_event(change->account, "customer.updated", KIND_CUSTOMER, index, text->bytes);
    touch(change, "commerce-customers", "", KIND_CUSTOMER, index);
    return true;
}

static bool update_product(Change *change, int index)
{
    Product before = *product_at(change->business, index);
    if (!change_product(change->business, index, change->now))
        return false;
    const Product *now = product_at(change->business, index);
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    json_open(&json, NULL, '{');
    put_before(&json, "description", before.description, now->description);
    put_before(&json, "name", before.name, now->name);
    json_put_integer(&json, "updated", before.updated);
    json_close(&json, '}');
    stripe_event(change->account, "product.updated", KIND_PRODUCT, index, text->bytes);
    touch(change, "commerce-products", "", KIND_PRODUCT, index);
    return true;
}

static bool update_price(Change *change, int index)
{
    Price before = *price_at(change->business, index);
    if (!change_price(change->business, index))
        return false;
    const Price *now = price_at(change->business, index);
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    json_open(&json, NULL, '{');
    if (before.active != now->active)
        json_put_boolean(&json, "active", before.active);
    put_before(&json, "nickname", before.nickname, now->nickname);
    json_close(&json, '}');
    stripe_event(change->account, "price.updated", KIND_PRICE, index, text->bytes);
    touch(change, "commerce-products", "", KIND_PRODUCT, now->product);
    return true;
}

static bool update_tax_rate(Change *change, int index)
{
    const char *before = tax_rate_at(change->business, index)->name;
    change_tax_rate(change->business, index);
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    json_open(&json, NULL, '{');
    json_put_text(&json, "display_name", before);
    json_close(&json, '}');
    stripe_event(change->account, "tax_rate.updated", KIND_TAX_RATE, index, text->bytes);
    touch(change, "commerce-taxComponents", "", KIND_TAX_RATE, index);
    return true;
}

static bool update_dispute(Change *change, int index)
{
    const char *status = stripe_dispute_status(dispute_at(change->business, index));
    if (!advance_dispute(change->business, index, change->now))
        return false;
    const Dispute *now = dispute_at(change->business, index);
    char before[64];
    snprintf(before, sizeof before, "{\"status\":\"%s\"}", status);
    bool closed = now->state == DISPUTE_WON || now->state == DISPUTE_LOST || now->state == DISPUTE_INQUIRY_CLOSED;
    stripe_event(change->account, closed ? "charge.dispute.closed" : "charge.dispute.updated", KIND_DISPUTE, index,
                 before);
    touch(change, "commerce-disputes", "", KIND_DISPUTE, index);
    if (now->state == DISPUTE_WON) {
        stripe_event(change->account, "charge.dispute.funds_reinstated", KIND_DISPUTE, index, NULL);
        touch_money(change, now->reinstatement);
    }
    return true;
}

static bool refund_charge(Change *change, int index)
{
    int64_t before = sale_at(change->business, index)->refunded;
    int refund = refund_part(change->business, index, change->now);
    if (refund < 0)
        return false;
    char attributes[64];
    snprintf(attributes, sizeof attributes, "{\"amount_refunded\":%lld,\"refunded\":false}", (long long)before);
    stripe_event(change->account, "charge.refunded", KIND_SALE, index, attributes);
    stripe_event(change->account, "refund.created", KIND_REFUND, refund, NULL);
    touch(change, "commerce-orders", "", KIND_SALE, index);
    touch(change, "commerce-payments", "refund:", KIND_REFUND, refund);
    touch_money(change, refund_at(change->business, refund)->movement);
    return true;
}

/* What cannot be refunded (any more) still takes a note. */
static bool update_charge(Change *change, int index)
{
    if (refund_charge(change, index))
        return true;
    const char *before = sale_at(change->business, index)->remark;
    remark_sale(change->business, index);
    AUTO(Text) *text = text_new(NULL);
    JsonWriter json = {.out = text};
    json_open(&json, NULL, '{');
    json_open(&json, "metadata", '{');
    json_put_text(&json, "remark", before);
    json_close(&json, '}');
    json_close(&json, '}');
    stripe_event(change->account, "charge.updated", KIND_SALE, index, text->bytes);
    touch(change, "commerce-orders", "", KIND_SALE, index);
    touch(change, "commerce-payments", "charge:", KIND_SALE, index);
    return true;
}

static bool new_customer(Change *change, int index)
{
    (void)index;
    int customer = create_customer(change->business, change->now);
    stripe_event(change->account, "customer.created", KIND_CUSTOMER, customer, NULL);
    touch(change, "commerce-customers", "", KIND_CUSTOMER, customer);
    return true;
}

static bool new_product(Change *change, int index)
{
    (void)index;
    int product = create_product(change->business, change->now);
    stripe_event(change->account, "product.created", KIND_PRODUCT, product, NULL);
    stripe_event(change->account, "price.created", KIND_PRICE, n_of(change->business, KIND_PRICE) - 1, NULL);
    touch(change, "commerce-products", "", KIND_PRODUCT, product);
    return true;
}

static bool new_charge(Change *change, int index)
{
    (void)index;
    int sale = create_sale(change->business, change->now);
    stripe_event(change->account, "charge.succeeded", KIND_SALE, sale, NULL);
    touch(change, "commerce-orders", "", KIND_SALE, sale);
    touch(change, "commerce-payments", "charge:", KIND_SALE, sale);
    touch_money(change, sale_at(change->business, sale)->movement);
    return true;
}

static bool new_dispute(Change *change, int index)
{
    int dispute = create_dispute(change->business, index, change->now);
    if (dispute < 0)
        return false;
    stripe_event(change->account, "charge.dispute.created", KIND_DISPUTE, dispute, NULL);
    stripe_event(change->account, "charge.dispute.funds_withdrawn", KIND_DISPUTE, dispute, NULL);
    touch(change, "commerce-disputes", "", KIND_DISPUTE, dispute);
    touch_money(change, dispute_at(change->business, dispute)->withdrawal);
    return true;
}

static bool remove_customer(Change *change, int index)
{
    if (!delete_customer(change->business, index))
        return false;
    stripe_event(change->account, "customer.deleted", KIND_CUSTOMER, index, NULL);
    touch(change, "commerce-customers", "", KIND_CUSTOMER, index);
    return true;
}

static bool remove_product(Change *change, int index)
{
    if (!delete_product(change->business, index))
        return false;
    stripe_event(change->account, "product.deleted", KIND_PRODUCT, index, NULL);
    touch(change, "commerce-products", "", KIND_PRODUCT, index);
    return true;
}

/* `of`: the kind that an index of the command means. */
static const struct Verb {
    const char *type;
    Kind of;
    bool (*update)(Change *change, int index);
    bool (*create)(Change *change, int index);
    bool (*remove)(Change *change, int index);
} verbs[] = {
    {"customers",   KIND_CUSTOMER, update_customer, new_customer,  remove_customer},
    {"products",    KIND_PRODUCT,  update_product,  new_product,   remove_product },
    {"prices",      KIND_PRICE,    update_price,    NULL,          NULL           },
    {"charges",     KIND_SALE,     update_charge,   new_charge,    NULL           },
    {"refunds",     KIND_SALE,     refund_charge,   refund_charge, NULL           },
    {"disputes",    KIND_DISPUTE,  update_dispute,  NULL,          NULL           },
    {"chargebacks", KIND_SALE,     new_dispute,     new_dispute,   NULL           },
    {"tax_rates",   KIND_TAX_RATE, update_tax_rate, NULL,          NULL           },
};

static const struct Verb *verb_of(const char *type)
{
    for (size_t i = 0; i < COUNT_OF(verbs); i++)
        if (strcmp(verbs[i].type, type) == 0)
            return &verbs[i];
    return NULL;
}

Kind stripe_kind(const char *type)
{
    const struct Verb *verb = verb_of(type);
    return verb ? verb->of : KIND_NONE;
}

/* Tries the given object, or one after the other from *place on. */
static int apply(Account *account, const struct Verb *verb, bool (*act)(Change *, int), int index, int *place,
                 Touched touched[TOUCHED])
{
    Change change = {account, account->business, world_now(account->world), touched, 0};
    int n = verb ? n_of(account->business, verb->of) : 0;
    if (!act || n == 0)
        return 0;
    if (index >= 0)
        return act(&change, index) ? change.n : 0;
    for (int i = 0, start = *place % n; i < n; i++) {
        if (act(&change, (start + i) % n)) {
            *place = (start + i + 1) % n;
            return change.n;
        }
    }
    return 0;
}

int stripe_change(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED])
{
    const struct Verb *verb = verb_of(type);
    return apply(account, verb, verb ? verb->update : NULL, index, place, touched);
}

int stripe_create(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED])
{
    const struct Verb *verb = verb_of(type);
    return apply(account, verb, verb ? verb->create : NULL, index, place, touched);
}

int stripe_delete(Account *account, const char *type, int index, int *place, Touched touched[TOUCHED])
{
    const struct Verb *verb = verb_of(type);
    return apply(account, verb, verb ? verb->remove : NULL, index, place, touched);
}
