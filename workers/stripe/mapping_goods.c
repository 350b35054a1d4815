#include "workers/stripe/mapping.h"
#include <string.h>

/* Inclusive and exclusive prices both say that the price is taxed; "unspecified" says nothing. */
static MapResult map_taxed(const MapSite *site, Error *err)
{
    const char *behavior = map_clean_text(site->arena, site->value);
    if (!behavior)
        return map_fail(site, "is no word", err);
    if (strcmp(behavior, "inclusive") != 0 && strcmp(behavior, "exclusive") != 0)
        return MAP_ABSENT;
    PbBoolValue *taxed = (PbBoolValue *)(void *)map_new_message(site);
    taxed->value = true;
    map_put_message(site, &taxed->base);
    return MAP_READ;
}

static const Word active_words[] = {
    {"true",  COMMERCE_PRODUCT_VARIANT_STATUS_PUBLISHED  },
    {"false", COMMERCE_PRODUCT_VARIANT_STATUS_UNPUBLISHED},
};

/* A tiered price has no unit amount, a sub-cent one has only the decimal. */
#define PRICE(member) FIELD(CommerceProductVariantPrice, member)
static const MapRow price_rows[] = {
    {"currency",            PRICE(currency),   &AS_UPPER,                             OPTIONAL},
    {"unit_amount_decimal", PRICE(unit_price), AS_FRACTIONAL_MINOR_UNITS("currency"), OPTIONAL},
};
static const Mapping price = MAPPING(CommerceProductVariantPrice, price_rows);

#define AS_TAXED        AS_CUSTOM(map_taxed, "google.protobuf.BoolValue")
#define VARIANT(member) FIELD(CommerceProductVariant, member)
static const MapRow variant_rows[] = {
    {"id",           VARIANT(id),             &AS_TEXT,               REQUIRED},
    {"nickname",     VARIANT(name),           &AS_TEXT,               OPTIONAL},
    {"tax_behavior", VARIANT(is_tax_enabled), AS_TAXED,               OPTIONAL},
    {".",            VARIANT(prices),         AS_ONE_RECORD(price),   OPTIONAL},
    {"active",       VARIANT(status),         AS_WORDS(active_words), OPTIONAL},
    {"created",      VARIANT(created_date),   &AS_EPOCH_SECONDS,      OPTIONAL},
};
static const Mapping variant = MAPPING(CommerceProductVariant, variant_rows);

static const Supplement product_supplement[] = {
    {"metadata", WHOLE},
};

static const MapRow product_rows[] = {
    {"id",          FIELD(CommerceProduct, id),                   &AS_TEXT,                          REQUIRED},
    {"name",        FIELD(CommerceProduct, name),                 &AS_TEXT,                          OPTIONAL},
    {"description", FIELD(CommerceProduct, description),          &AS_TEXT,                          OPTIONAL},
    {"updated",     FIELD(CommerceProduct, source_modified_date), &AS_EPOCH_SECONDS,                 OPTIONAL},
    {"prices[]",    FIELD(CommerceProduct, variants),             AS_RECORD(variant),                OPTIONAL},
    {".",           FIELD(CommerceProduct, supplemental_data),    AS_SUPPLEMENT(product_supplement), OPTIONAL},
};
const Mapping stripe_product = MAPPING(CommerceProduct, product_rows);

static const MapRow tax_rate_rows[] = {
    {"id",           FIELD(CommerceTaxComponent, id),          &AS_TEXT,                   REQUIRED},
    {"display_name", FIELD(CommerceTaxComponent, name),        &AS_TEXT,                   OPTIONAL},
    {"percentage",   FIELD(CommerceTaxComponent, rate),        &AS_PERCENT,                OPTIONAL},
    {".",            FIELD(CommerceTaxComponent, is_compound), AS_CONSTANT_BOOLEAN(false), OPTIONAL},
};
const Mapping stripe_tax_rate = MAPPING(CommerceTaxComponent, tax_rate_rows);
