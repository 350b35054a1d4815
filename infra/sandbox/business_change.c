#include "infra/sandbox/business_change.h"
#include "infra/sandbox/business_internal.h"

static int64_t stamp_after(const Business *business, Kind kind, int64_t now)
{
    int n = n_of(business, kind);
    int64_t newest = n > 0 ? item_at(business, kind, n - 1)->created : now;
    return newest > now ? newest : now;
}

static const char *numbered(Business *business, const char *text)
{
    return arena_format(business->arena, "%s %d", text, ++business->revision);
}

bool change_customer(Business *business, int index)
{
    Customer *customer = customer_at(business, index);
    if (customer->item.deleted)
        return false;
    if (business->revision % 4 == 0) {
        customer->name = numbered(business, "Renamed Größe & Co");
    } else if (business->revision % 4 == 1) {
        customer->phone = numbered(business, "+1 555 0100 ext.");
    } else if (business->revision % 4 == 2) {
        customer->note = numbered(business, "Called back, note");
    } else {
        Address *address = ARENA_NEW(business->arena, Address);
        *address = (Address){.line1 = numbered(business, "Moved Street"), .city = "Leeds", .country = "GB"};
        customer->billing = address;
    }
    return true;
}

bool change_product(Business *business, int index, int64_t now)
{
    Product *product = product_at(business, index);
    if (product->item.deleted)
        return false;
    if (business->revision % 2 == 0)
        product->name = numbered(business, "New blend");
    else
        product->description = numbered(business, "Now even better, edition");
    product->updated = now;
    return true;
}

bool change_price(Business *business, int index)
{
    Price *price = price_at(business, index);
    if (price->item.deleted)
        return false;
    if (business->revision % 2 == 0)
        price->active = !price->active;
    price->nickname = numbered(business, "Campaign");
    return true;
}

bool change_tax_rate(Business *business, int index)
{
    tax_rate_at(business, index)->name = numbered(business, "Tax, renamed");
    return true;
}

bool remark_sale(Business *business, int index)
{
    sale_at(business, index)->remark = numbered(business, "checked by hand ✓");
    return true;
}

bool advance_dispute(Business *business, int index, int64_t now)
{
    Dispute *dispute = dispute_at(business, index);
    switch (dispute->state) {
    case DISPUTE_INQUIRY_OPEN:
        dispute->state = DISPUTE_INQUIRY_REVIEW;
        return true;
    case DISPUTE_INQUIRY_REVIEW:
        dispute->state = DISPUTE_INQUIRY_CLOSED;
        return true;
    case DISPUTE_OPEN:
        dispute->state = DISPUTE_REVIEW;
        return true;
    case DISPUTE_REVIEW:
        dispute->state = index % 2 ? DISPUTE_WON : DISPUTE_LOST;
        if (dispute->state == DISPUTE_WON)
            add_movement(business, MOVE_DISPUTE_WON, KIND_DISPUTE, index, dispute->amount,
                         stamp_after(business, KIND_MOVEMENT, now));
        return true;
    default:
        return false;
    }
}

bool can_refund(const Business *business, int index)
{
    const Sale *sale = sale_at(business, index);
    return sale->state == SALE_PAID && sale->dispute < 0 && sale->amount > sale->refunded;
}

int refund_part(Business *business, int index, int64_t now)
{
    if (!can_refund(business, index))
        return -1;
    Sale *sale = sale_at(business, index);
    int64_t left = sale->amount - sale->refunded;
    int64_t amount = ++business->revision % 2 && left > 1 ? left / 2 : left;
    sale->refunded += amount;
    int refund = n_of(business, KIND_REFUND);
    *(Refund *)shelf_add(&business->shelves[KIND_REFUND]) = (Refund){
        .item.created = stamp_after(business, KIND_REFUND, now),
        .sale = index,
        .movement = -1,
        .failure = -1,
        .amount = amount,
        .state = REFUND_PAID,
        .reason = business->revision % 4,
    };
    add_movement(business, MOVE_REFUND, KIND_REFUND, refund, -amount, stamp_after(business, KIND_MOVEMENT, now));
    return refund;
}

int create_customer(Business *business, int64_t now)
{
    Address *address = ARENA_NEW(business->arena, Address);
    *address = (Address){.line1 = "9 New Road", .city = "Leeds", .country = "GB", .postal_code = "LS1 1AA"};
    *(Customer *)shelf_add(&business->shelves[KIND_CUSTOMER]) = (Customer){
        .item.created = stamp_after(business, KIND_CUSTOMER, now),
        .name = numbered(business, "New customer Ørsted"),
        .email = "new@example.com",
        .currency = business->main,
        .billing = address,
    };
    return n_of(business, KIND_CUSTOMER) - 1;
}

int create_product(Business *business, int64_t now)
{
    int index = n_of(business, KIND_PRODUCT);
    *(Product *)shelf_add(&business->shelves[KIND_PRODUCT]) = (Product){
        .item.created = stamp_after(business, KIND_PRODUCT, now),
        .updated = now,
        .name = numbered(business, "New product"),
        .active = true,
        .default_price = n_of(business, KIND_PRICE),
    };
    *(Price *)shelf_add(&business->shelves[KIND_PRICE]) = (Price){
        .item.created = stamp_after(business, KIND_PRICE, now),
        .product = index,
        .currency = business->main,
        .amount = "1990",
        .active = true,
    };
    return index;
}

int create_sale(Business *business, int64_t now)
{
    int index = n_of(business, KIND_SALE);
    Random random = random_of(business->seed, KIND_SALE, index);
    int customer = random_below(&random, n_of(business, KIND_CUSTOMER));
    int64_t created = stamp_after(business, KIND_SALE, now);
    Sale sale = {
        .item.created = created,
        .amount = 1000 + 10 * random_below(&random, 5000),
        .currency = business->main,
        .customer = customer,
        .invoice = -1,
        .movement = -1,
        .dispute = -1,
        .method = METHOD_CARD,
        .state = SALE_PAID,
        .receipt = (uint32_t)(20000000 + index),
        .payer = customer_at(business, customer)->name,
        .country = business->country->alpha2,
        .description = "Order after the start",
    };
    if (index % 2) {
        sale.invoice = make_invoice(business, index, customer, stamp_after(business, KIND_INVOICE, created));
        sale.amount = invoice_at(business, sale.invoice)->total;
    }
    *(Sale *)shelf_add(&business->shelves[KIND_SALE]) = sale;
    add_movement(business, MOVE_SALE, KIND_SALE, index, sale.amount, stamp_after(business, KIND_MOVEMENT, created));
    return index;
}

int create_dispute(Business *business, int index, int64_t now)
{
    if (!can_refund(business, index))
        return -1;
    Sale *sale = sale_at(business, index);
    sale->dispute = n_of(business, KIND_DISPUTE);
    int64_t created = stamp_after(business, KIND_DISPUTE, now);
    *(Dispute *)shelf_add(&business->shelves[KIND_DISPUTE]) = (Dispute){
        .item.created = created,
        .sale = index,
        .withdrawal = -1,
        .reinstatement = -1,
        .amount = sale->amount,
        .due_by = created + 7 * DAY,
        .state = DISPUTE_OPEN,
        .reason = ++business->revision % 8,
    };
    add_movement(business, MOVE_DISPUTE, KIND_DISPUTE, sale->dispute, -sale->amount,
                 stamp_after(business, KIND_MOVEMENT, created));
    return sale->dispute;
}

bool delete_customer(Business *business, int index)
{
    Item *item = item_at(business, KIND_CUSTOMER, index);
    bool there = !item->deleted;
    item->deleted = true;
    return there;
}

bool delete_product(Business *business, int index)
{
    Item *item = item_at(business, KIND_PRODUCT, index);
    bool there = !item->deleted;
    item->deleted = true;
    for (int i = 0; i < n_of(business, KIND_PRICE); i++)
        if (price_at(business, i)->product == index)
            price_at(business, i)->item.deleted = true;
    return there;
}
