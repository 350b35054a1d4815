/*
 * Parts that several of Stripe's mappings share.
 */
#pragma once
#include "workers/runtime/mapping.h"

/* Rows of a CommerceAddress; its type is the only thing that differs between Stripe's addresses. */
#define STRIPE_ADDRESS_ROWS(address_type)                                                                              \
    {"line1", FIELD(CommerceAddress, line1), &AS_TEXT, OPTIONAL},                                                      \
        {"line2", FIELD(CommerceAddress, line2), &AS_TEXT, OPTIONAL},                                                  \
        {"city", FIELD(CommerceAddress, city), &AS_TEXT, OPTIONAL},                                                    \
        {"state", FIELD(CommerceAddress, region), &AS_TEXT, OPTIONAL},                                                 \
        {"country", FIELD(CommerceAddress, country), &AS_TEXT, OPTIONAL},                                              \
        {"postal_code", FIELD(CommerceAddress, postal_code), &AS_TEXT, OPTIONAL},                                      \
    {                                                                                                                  \
        ".", FIELD(CommerceAddress, type), AS_CONSTANT_ENUM(address_type), OPTIONAL                                    \
    }

/* How people call the payment methods. */
extern const Title stripe_titles[15];

/* Sum of the integer `amount`s of an array, as a canonical count of minor units. With `exclusive_only` elements that
 * have "inclusive": true do not count. False with ERROR_DATA. */
bool stripe_sum(yyjson_val *array, bool exclusive_only, char out[DECIMAL_SIZE], Error *err) MUST_CHECK;

/* The whole array of a site, in the currency at "currency", as a Decimal. */
MapResult map_sum(const MapSite *site, Error *err);

/* A charge's status, which for succeeded ones depends on whether the money was captured: CommercePayment.status or
 * CommerceOrderPayment.status. */
MapResult map_charge_status(const MapSite *site, Error *err);
