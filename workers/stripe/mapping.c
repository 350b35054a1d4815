#include "workers/stripe/mapping.h"

static const Mapping *const mappings[] = {
    &stripe_company,     &stripe_customer, &stripe_product,  &stripe_order,    &stripe_charge,         &stripe_refund,
    &stripe_transaction, &stripe_dispute,  &stripe_location, &stripe_tax_rate, &stripe_payment_method,
};

bool stripe_bind(Error *err)
{
    for (size_t i = 0; i < COUNT_OF(mappings); i++)
        if (!mapping_bind(mappings[i], err))
            return false;
    return true;
}
