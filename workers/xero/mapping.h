/*
 * What Xero's objects mean to us: one root mapping an object. Composed objects are marked.
 */
#pragma once
#include "workers/runtime/mapping.h"

extern const Mapping xero_company; /* the whole answer, for its time */
extern const Mapping xero_account, xero_bank_account, xero_customer, xero_supplier, xero_item, xero_tax_rate;
extern const Mapping xero_category;
extern const Mapping xero_option; /* composed: with "Of": its category */
extern const Mapping xero_invoice, xero_bill, xero_purchase_order;
extern const Mapping xero_credit_note, xero_bill_credit_note; /* overpayments and prepayments, too */
extern const Mapping xero_direct_cost, xero_direct_income;
extern const Mapping xero_payment, xero_bill_payment;
extern const Mapping xero_allocation, xero_bill_allocation; /* composed: with "Of": its credit */
extern const Mapping xero_transfer, xero_manual_journal, xero_journal;
/* Composed: {"OrganisationID", "BaseCurrency", "Until": a day of the newest month, "Reports": [newest first]}. */
extern const Mapping xero_balance_sheet, xero_profit_and_loss;

/* mapping_bind() for all of them. */
bool xero_bind(Error *err) MUST_CHECK;
