#include "workers/quickbooks/mapping.h"

static const Mapping *const mappings[] = {
    &qb_company,        &qb_account,          &qb_bank_account,   &qb_customer,   &qb_supplier,     &qb_item,
    &qb_payment_method, &qb_tax_rate,         &qb_class,          &qb_department, &qb_invoice,      &qb_credit_note,
    &qb_bill,           &qb_bill_credit_note, &qb_purchase_order, &qb_payment,    &qb_bill_payment, &qb_journal_entry,
    &qb_direct_cost,    &qb_sales_receipt,    &qb_refund_receipt, &qb_deposit,    &qb_transfer,     &qb_card_payment,
    &qb_balance_sheet,  &qb_profit_and_loss,
};

bool quickbooks_bind(Error *err)
{
    return mapping_bind_all(mappings, COUNT_OF(mappings), err);
}
