#include "workers/quickbooks/mapping.h"

extern const Mapping qb_invoice_line, qb_credit_line, qb_bill_line, qb_bill_credit_line, qb_order_line, qb_cost_line,
    qb_sales_receipt_line, qb_refund_receipt_line, qb_deposit_line, qb_order_ref, qb_order_line_ref, qb_payment_line,
    qb_bill_payment_line;

/* Lines too: the engine does not see the tables that our own conversions apply. */
static const Mapping *const mappings[] = {
    &qb_company,
    &qb_account,
    &qb_bank_account,
    &qb_customer,
    &qb_supplier,
    &qb_item,
    &qb_payment_method,
    &qb_tax_rate,
    &qb_class,
    &qb_department,
    &qb_invoice,
    &qb_invoice_line,
    &qb_credit_note,
    &qb_credit_line,
    &qb_bill,
    &qb_bill_line,
    &qb_bill_credit_note,
    &qb_bill_credit_line,
    &qb_purchase_order,
    &qb_order_line,
    &qb_order_ref,
    &qb_order_line_ref,
    &qb_payment,
    &qb_payment_line,
    &qb_bill_payment,
    &qb_bill_payment_line,
    &qb_journal_entry,
    &qb_direct_cost,
    &qb_cost_line,
    &qb_sales_receipt,
    &qb_sales_receipt_line,
    &qb_refund_receipt,
    &qb_refund_receipt_line,
    &qb_deposit,
    &qb_deposit_line,
    &qb_transfer,
    &qb_card_payment,
    &qb_balance_sheet,
    &qb_profit_and_loss,
};

bool quickbooks_bind(Error *err)
{
    for (size_t i = 0; i < COUNT_OF(mappings); i++)
        if (!mapping_bind(mappings[i], err))
            return false;
    return true;
}
