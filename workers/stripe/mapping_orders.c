#include "workers/stripe/mapping.h"
#include "workers/stripe/parts.h"

/* Stripe knows no orders: a charge is the sale, and its invoice, where there is one, has the lines. */

/* ---- Lines ---- */

MAP_TABLE(static const, tax_component, CommerceOrderTaxTaxComponentRef,
          {"tax_rate", FIELD(CommerceOrderTaxTaxComponentRef, id), &AS_REFERENCE, KEY});

MAP_TABLE(static const, tax, CommerceOrderTax,
          {".", FIELD(CommerceOrderTax, tax_component_ref), AS_RECORD(tax_component), OPTIONAL});

static const MapRow product_ref_rows[] = {
    {"price.product", FIELD(CommerceOrderLineItemProductRef, id),   &AS_REFERENCE, KEY     },
    {"description",   FIELD(CommerceOrderLineItemProductRef, name), &AS_TEXT,      OPTIONAL},
};
static const Mapping product_ref = MAPPING(CommerceOrderLineItemProductRef, product_ref_rows);

MAP_NAMED_REF(static const, variant_ref, CommerceOrderLineItemProductVariantRef, "id", name, "nickname");

/* The discount itself has no currency: the line's is meant. */
#define DISCOUNT(member) FIELD(CommerceOrderLineItemDiscountAllocation, member)
static const MapRow discount_rows[] = {
    {"discount", DISCOUNT(name),         &AS_REFERENCE,              OPTIONAL},
    {"amount",   DISCOUNT(total_amount), AS_MINOR_UNITS("currency"), OPTIONAL},
};
static const Mapping discount = MAPPING(CommerceOrderLineItemDiscountAllocation, discount_rows);

/* A line's `amount` is before discounts and without exclusive taxes. */
static MapResult map_line_total(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE], taxes[DECIMAL_SIZE], discounts[DECIMAL_SIZE];
    char with_taxes[DECIMAL_SIZE], total[DECIMAL_SIZE];
    if (!map_number(site->value, true, amount))
        return map_fail(site, "is no integer", err);
    if (!stripe_sum(json_at(site->record, "tax_amounts"), true, taxes, err) ||
        !stripe_sum(json_at(site->record, "discount_amounts"), false, discounts, err))
        return MAP_FAILED;
    if (!decimal_add(with_taxes, amount, taxes) || !decimal_subtract(total, with_taxes, discounts))
        return map_fail(site, "has too many digits", err);
    if (!map_in_currency(map_currency(site, "currency"), total, amount, err))
        return MAP_FAILED;
    map_put_decimal(site, amount);
    return MAP_READ;
}

#define AS_SUM        AS_CUSTOM(map_sum, "tributary.v1.Decimal")
#define AS_LINE_TOTAL AS_CUSTOM(map_line_total, "tributary.v1.Decimal")
#define LINE(member)  FIELD(CommerceOrderLineItem, member)
static const MapRow line_rows[] = {
    {"id",                        LINE(id),                   &AS_TEXT,                              REQUIRED},
    {"quantity",                  LINE(quantity),             &AS_DECIMAL,                           OPTIONAL},
    {"price.unit_amount_decimal", LINE(unit_price),           AS_FRACTIONAL_MINOR_UNITS("currency"), OPTIONAL},
    {"amount",                    LINE(total_amount),         AS_LINE_TOTAL,                         OPTIONAL},
    {"tax_amounts",               LINE(total_tax_amount),     AS_SUM,                                OPTIONAL},
    {"tax_amounts[]",             LINE(taxes),                AS_RECORD(tax),                        OPTIONAL},
    {".",                         LINE(product_ref),          AS_RECORD(product_ref),                OPTIONAL},
    {"price",                     LINE(product_variant_ref),  AS_RECORD(variant_ref),                OPTIONAL},
    {"discount_amounts[]",        LINE(discount_allocations), AS_RECORD(discount),                   OPTIONAL},
};
static const Mapping line = MAPPING(CommerceOrderLineItem, line_rows);

/* ---- The payment inside the order ---- */

static const Word payment_type_words[] = {
    {"card",            COMMERCE_ORDER_PAYMENT_TYPE_ONLINE_CARD},
    {"card_present",    COMMERCE_ORDER_PAYMENT_TYPE_CARD       },
    {"interac_present", COMMERCE_ORDER_PAYMENT_TYPE_CARD       },
    {"paypal",          COMMERCE_ORDER_PAYMENT_TYPE_PAYPAL     },
    {"swish",           COMMERCE_ORDER_PAYMENT_TYPE_SWISH      },
};

#define UNKNOWN_TYPE    COMMERCE_ORDER_PAYMENT_TYPE_UNKNOWN
#define PAYMENT(member) FIELD(CommerceOrderPayment, member)
static const MapRow payment_rows[] = {
    {"id",                          PAYMENT(id),               &AS_TEXT,                          REQUIRED},
    {"amount",                      PAYMENT(amount),           AS_MINOR_UNITS("currency"),        REQUIRED},
    {"currency",                    PAYMENT(currency),         &AS_UPPER,                         OPTIONAL},
    {".",                           PAYMENT(type),             AS_CONSTANT_ENUM(UNKNOWN_TYPE),    OPTIONAL},
    {"payment_method_details.type", PAYMENT(type),             AS_WORDS(payment_type_words),      OPTIONAL},
    {"status",                      PAYMENT(status),           AS_CUSTOM_ENUM(map_charge_status), OPTIONAL},
    {".",                           PAYMENT(payment_provider), AS_CONSTANT_TEXT("Stripe"),        OPTIONAL},
    {"created",                     PAYMENT(created_date),     &AS_EPOCH_SECONDS,                 OPTIONAL},
};
static const Mapping payment = MAPPING(CommerceOrderPayment, payment_rows);

/* ---- The order ---- */

static const MapRow customer_ref_rows[] = {
    {"customer",             FIELD(CommerceCustomerRef, id),   &AS_REFERENCE, KEY     },
    {"billing_details.name", FIELD(CommerceCustomerRef, name), &AS_TEXT,      OPTIONAL},
};
static const Mapping customer_ref = MAPPING(CommerceCustomerRef, customer_ref_rows);

/* What is left of the charge after refunds. */
static MapResult map_net_amount(const MapSite *site, Error *err)
{
    char amount[DECIMAL_SIZE], refunded[DECIMAL_SIZE], net[DECIMAL_SIZE];
    yyjson_val *refund = json_at(site->record, "amount_refunded");
    if (!map_number(site->value, true, amount))
        return map_fail(site, "is no integer", err);
    if (refund && !map_number(refund, true, refunded)) {
        error_set(err, ERROR_DATA, "amount_refunded is no integer");
        return MAP_FAILED;
    }
    if (!decimal_subtract(net, amount, refund ? refunded : "0"))
        return map_fail(site, "has too many digits", err);
    if (!map_in_currency(map_currency(site, "currency"), net, amount, err))
        return MAP_FAILED;
    map_put_decimal(site, amount);
    return MAP_READ;
}

static const Supplement order_supplement[] = {
    {"metadata",        WHOLE  },
    {"failure_code",    WHOLE  },
    {"failure_message", WHOLE  },
    {"invoice",         ID_ONLY},
};

#define AS_NET_AMOUNT AS_CUSTOM(map_net_amount, "tributary.v1.Decimal")
#define ORDER(member) FIELD(CommerceOrder, member)
static const MapRow order_rows[] = {
    {"id",                              ORDER(id),                &AS_TEXT,                           REQUIRED},
    {"receipt_number",                  ORDER(order_number),      &AS_TEXT,                           OPTIONAL},
    {".",                               ORDER(country),           AS_CONSTANT_TEXT("XXX"),            OPTIONAL},
    {"billing_details.address.country", ORDER(country),           &AS_COUNTRY3,                       OPTIONAL},
    {"currency",                        ORDER(currency),          &AS_UPPER,                          REQUIRED},
    {"amount",                          ORDER(total_amount),      AS_NET_AMOUNT,                      REQUIRED},
    {"amount_refunded",                 ORDER(total_refund),      AS_NEGATED_MINOR_UNITS("currency"), OPTIONAL},
    {"invoice.tax",                     ORDER(total_tax_amount),  AS_MINOR_UNITS("currency"),         OPTIONAL},
    {"invoice.total_discount_amounts",  ORDER(total_discount),    AS_SUM,                             OPTIONAL},
    {".",                               ORDER(customer_ref),      AS_RECORD(customer_ref),            OPTIONAL},
    {"created",                         ORDER(created_date),      &AS_EPOCH_SECONDS,                  OPTIONAL},
    {".",                               ORDER(payments),          AS_ONE_RECORD(payment),             OPTIONAL},
    {"invoice.lines.data[]",            ORDER(order_line_items),  AS_RECORD(line),                    OPTIONAL},
    {".",                               ORDER(supplemental_data), AS_SUPPLEMENT(order_supplement),    OPTIONAL},
};
const Mapping stripe_order = MAPPING(CommerceOrder, order_rows);
