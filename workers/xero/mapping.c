#include "workers/xero/mapping.h"

static const Mapping *const mappings[] = {
    &xero_company,       &xero_account,        &xero_bank_account, &xero_customer,      &xero_supplier,
    &xero_item,          &xero_tax_rate,       &xero_category,     &xero_option,        &xero_invoice,
    &xero_bill,          &xero_purchase_order, &xero_credit_note,  &xero_direct_cost,   &xero_bill_credit_note,
    &xero_direct_income, &xero_payment,        &xero_bill_payment, &xero_allocation,    &xero_bill_allocation,
    &xero_transfer,      &xero_manual_journal, &xero_journal,      &xero_balance_sheet, &xero_profit_and_loss,
};

bool xero_bind(Error *err)
{
    return mapping_bind_all(mappings, COUNT_OF(mappings), err);
}
