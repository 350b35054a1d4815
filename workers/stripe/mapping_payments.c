#include "workers/stripe/mapping.h"
#include "workers/stripe/parts.h"
#include <string.h>

/* Charges and refunds share a data type, so their ids say which they are. */

/* ---- Charges and refunds ---- */

static const MapRow method_rows[] = {
    {"type", FIELD(CommercePaymentMethodRef, id),   &AS_TEXT,                 KEY     },
    {"type", FIELD(CommercePaymentMethodRef, name), AS_TITLES(stripe_titles), OPTIONAL},
};
static const Mapping method = MAPPING(CommercePaymentMethodRef, method_rows);

static const Supplement charge_supplement[] = {
    {"metadata",        WHOLE},
    {"failure_code",    WHOLE},
    {"failure_message", WHOLE},
};

#define PAYMENT(member) FIELD(CommercePayment, member)
static const MapRow charge_rows[] = {
    {"id",                     PAYMENT(id),                 AS_PREFIXED("charge:"),            REQUIRED},
    {"amount",                 PAYMENT(amount),             AS_MINOR_UNITS("currency"),        REQUIRED},
    {"currency",               PAYMENT(currency),           &AS_UPPER,                         REQUIRED},
    {"payment_method_details", PAYMENT(payment_method_ref), AS_RECORD(method),                 OPTIONAL},
    {"status",                 PAYMENT(status),             AS_CUSTOM_ENUM(map_charge_status), OPTIONAL},
    {".",                      PAYMENT(payment_provider),   AS_CONSTANT_TEXT("Stripe"),        OPTIONAL},
    {"created",                PAYMENT(created_date),       &AS_EPOCH_SECONDS,                 OPTIONAL},
    {".",                      PAYMENT(supplemental_data),  AS_SUPPLEMENT(charge_supplement),  OPTIONAL},
};
const Mapping stripe_charge = MAPPING(CommercePayment, charge_rows);

static const Word refund_words[] = {
    {"succeeded",       COMMERCE_PAYMENT_STATUS_PAID     },
    {"pending",         COMMERCE_PAYMENT_STATUS_PENDING  },
    {"requires_action", COMMERCE_PAYMENT_STATUS_PENDING  },
    {"failed",          COMMERCE_PAYMENT_STATUS_FAILED   },
    {"canceled",        COMMERCE_PAYMENT_STATUS_CANCELLED},
};

static const Supplement refund_supplement[] = {
    {"charge", ID_ONLY},
    {"reason", WHOLE  },
};

static const MapRow refund_rows[] = {
    {"id",       PAYMENT(id),                AS_PREFIXED("refund:"),             REQUIRED},
    {"amount",   PAYMENT(amount),            AS_NEGATED_MINOR_UNITS("currency"), REQUIRED},
    {"currency", PAYMENT(currency),          &AS_UPPER,                          REQUIRED},
    {"status",   PAYMENT(status),            AS_WORDS(refund_words),             OPTIONAL},
    {".",        PAYMENT(payment_provider),  AS_CONSTANT_TEXT("Stripe"),         OPTIONAL},
    {"created",  PAYMENT(created_date),      &AS_EPOCH_SECONDS,                  OPTIONAL},
    {".",        PAYMENT(supplemental_data), AS_SUPPLEMENT(refund_supplement),   OPTIONAL},
};
const Mapping stripe_refund = MAPPING(CommercePayment, refund_rows);

/* ---- Balance transactions ---- */

static const Word transaction_words[] = {
    {"charge",                 COMMERCE_TRANSACTION_TYPE_PAYMENT           },
    {"payment",                COMMERCE_TRANSACTION_TYPE_PAYMENT           },
    {"refund",                 COMMERCE_TRANSACTION_TYPE_REFUND            },
    {"payment_refund",         COMMERCE_TRANSACTION_TYPE_REFUND            },
    {"payout",                 COMMERCE_TRANSACTION_TYPE_PAYOUT            },
    {"payout_failure",         COMMERCE_TRANSACTION_TYPE_FAILED_PAYOUT     },
    {"payout_cancel",          COMMERCE_TRANSACTION_TYPE_FAILED_PAYOUT     },
    {"transfer",               COMMERCE_TRANSACTION_TYPE_TRANSFER          },
    {"stripe_fee",             COMMERCE_TRANSACTION_TYPE_PAYMENT_FEE       },
    {"application_fee",        COMMERCE_TRANSACTION_TYPE_PAYMENT_FEE       },
    {"application_fee_refund", COMMERCE_TRANSACTION_TYPE_PAYMENT_FEE_REFUND},
};

/* What kind of record a transaction's source is, by the transaction's type. */
static const struct {
    const char *type, *prefix;
    int value;
} source_kinds[] = {
    {"charge",                 "charge:", COMMERCE_TRANSACTION_SOURCE_REF_TYPE_PAYMENT},
    {"payment",                "charge:", COMMERCE_TRANSACTION_SOURCE_REF_TYPE_PAYMENT},
    {"refund",                 "refund:", COMMERCE_TRANSACTION_SOURCE_REF_TYPE_PAYMENT},
    {"payment_refund",         "refund:", COMMERCE_TRANSACTION_SOURCE_REF_TYPE_PAYMENT},
    {"stripe_fee",             "",        COMMERCE_TRANSACTION_SOURCE_REF_TYPE_FEE    },
    {"application_fee",        "",        COMMERCE_TRANSACTION_SOURCE_REF_TYPE_FEE    },
    {"application_fee_refund", "",        COMMERCE_TRANSACTION_SOURCE_REF_TYPE_FEE    },
};

static MapResult map_source(const MapSite *site, Error *err)
{
    const char *type = json_text(site->record, "type");
    const char *prefix = "";
    int value = COMMERCE_TRANSACTION_SOURCE_REF_TYPE_UNKNOWN;
    yyjson_val *source = yyjson_is_obj(site->value) ? json_at(site->value, "id") : site->value;
    const char *id = map_clean_text(site->arena, source);
    if (!id)
        return map_fail(site, "is no reference", err);
    if (!*id)
        return MAP_ABSENT;
    for (size_t i = 0; type && i < COUNT_OF(source_kinds); i++) {
        if (strcmp(source_kinds[i].type, type) == 0) {
            prefix = source_kinds[i].prefix;
            value = source_kinds[i].value;
        }
    }
    CommerceTransactionSourceRef *ref = (void *)map_new_message(site);
    ref->id = arena_format(site->arena, "%s%s", prefix, id);
    ref->type = (CommerceTransactionSourceRefType)value;
    map_put_message(site, &ref->base);
    return MAP_READ;
}

static const Supplement transaction_supplement[] = {
    {"fee",                WHOLE},
    {"net",                WHOLE},
    {"exchange_rate",      WHOLE},
    {"reporting_category", WHOLE},
    {"status",             WHOLE},
    {"available_on",       WHOLE},
};

#define AS_SOURCE           AS_CUSTOM(map_source, "tributary.commerce.v1.TransactionSourceRef")
#define TRANSACTION(member) FIELD(CommerceTransaction, member)
static const MapRow transaction_rows[] = {
    {"id",       TRANSACTION(id),                     &AS_TEXT,                              REQUIRED},
    {"amount",   TRANSACTION(total_amount),           AS_MINOR_UNITS("currency"),            REQUIRED},
    {"currency", TRANSACTION(currency),               &AS_UPPER,                             REQUIRED},
    {"type",     TRANSACTION(type),                   AS_WORDS(transaction_words),           OPTIONAL},
    {"type",     TRANSACTION(sub_type),               &AS_TEXT,                              OPTIONAL},
    {"source",   TRANSACTION(transaction_source_ref), AS_SOURCE,                             OPTIONAL},
    {"created",  TRANSACTION(created_date),           &AS_EPOCH_SECONDS,                     OPTIONAL},
    {"created",  TRANSACTION(source_created_date),    &AS_EPOCH_SECONDS,                     OPTIONAL},
    {".",        TRANSACTION(supplemental_data),      AS_SUPPLEMENT(transaction_supplement), OPTIONAL},
};
const Mapping stripe_transaction = MAPPING(CommerceTransaction, transaction_rows);

/* ---- Disputes ---- */

static const Word dispute_words[] = {
    {"warning_needs_response", COMMERCE_DISPUTE_STATUS_INQUIRY_EVIDENCE_REQUIRED},
    {"warning_under_review",   COMMERCE_DISPUTE_STATUS_INQUIRY_PROCESSING       },
    {"warning_closed",         COMMERCE_DISPUTE_STATUS_INQUIRY_CLOSED           },
    {"needs_response",         COMMERCE_DISPUTE_STATUS_EVIDENCE_REQUIRED        },
    {"under_review",           COMMERCE_DISPUTE_STATUS_PROCESSING               },
    {"won",                    COMMERCE_DISPUTE_STATUS_WON                      },
    {"lost",                   COMMERCE_DISPUTE_STATUS_LOST                     },
    {"charge_refunded",        COMMERCE_DISPUTE_STATUS_CHARGE_REFUNDED          },
};

#define REF_PAYMENT COMMERCE_TRANSACTION_SOURCE_REF_TYPE_PAYMENT
static const MapRow disputed_rows[] = {
    {"charge", FIELD(CommerceTransactionSourceRef, id),   AS_PREFIXED("charge:"),        KEY     },
    {".",      FIELD(CommerceTransactionSourceRef, type), AS_CONSTANT_ENUM(REF_PAYMENT), OPTIONAL},
};
static const Mapping disputed = MAPPING(CommerceTransactionSourceRef, disputed_rows);

static const MapRow dispute_rows[] = {
    {"id",                      FIELD(CommerceDispute, id),                    &AS_TEXT,                   REQUIRED},
    {".",                       FIELD(CommerceDispute, disputed_transactions), AS_ONE_RECORD(disputed),    OPTIONAL},
    {"amount",                  FIELD(CommerceDispute, total_amount),          AS_MINOR_UNITS("currency"), REQUIRED},
    {"currency",                FIELD(CommerceDispute, currency),              &AS_UPPER,                  REQUIRED},
    {"reason",                  FIELD(CommerceDispute, reason),                &AS_TEXT,                   OPTIONAL},
    {"evidence_details.due_by", FIELD(CommerceDispute, due_date),              &AS_EPOCH_SECONDS,          OPTIONAL},
    {"created",                 FIELD(CommerceDispute, created_date),          &AS_EPOCH_SECONDS,          OPTIONAL},
    {"status",                  FIELD(CommerceDispute, status),                AS_WORDS(dispute_words),    OPTIONAL},
};
const Mapping stripe_dispute = MAPPING(CommerceDispute, dispute_rows);
