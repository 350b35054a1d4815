/*
 * What QuickBooks' entities mean to us: one root mapping an entity. Composed objects (compose.h) are marked.
 */
#pragma once
#include "workers/runtime/mapping.h"

extern const Mapping qb_company; /* composed: {"realmId", "time", "CompanyInfo", "Preferences"} */
extern const Mapping qb_account, qb_bank_account;
extern const Mapping qb_customer, qb_supplier, qb_item, qb_payment_method;
extern const Mapping qb_tax_rate;             /* composed: a TaxCode with "Rates": [{detail, "Rate", "Agency"}] */
extern const Mapping qb_class, qb_department; /* composed: with "HasChildren" */
extern const Mapping qb_invoice, qb_credit_note, qb_bill, qb_bill_credit_note, qb_purchase_order;
extern const Mapping qb_payment, qb_bill_payment, qb_journal_entry;
extern const Mapping qb_direct_cost, qb_sales_receipt, qb_refund_receipt, qb_deposit;
extern const Mapping qb_transfer, qb_card_payment;
extern const Mapping qb_balance_sheet, qb_profit_and_loss; /* composed: {"realmId", "Reports": [oldest first]} */

/* mapping_bind() for all of them. */
bool quickbooks_bind(Error *err) MUST_CHECK;
