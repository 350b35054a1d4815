/*
 * Xero report: balance sheet, profit and loss and trial balance, column by column from what the books post.
 */
#pragma once
#include "infra/sandbox/xero_render.h"
#include "lib/httpd.h"

typedef struct XeroReport {
    const char *name, *title; /* "BalanceSheet", "Balance Sheet" */
    /* Writes titles and rows; false: `problem` says what is wrong with the parameters. */
    bool (*write)(Xero *xero, Request *request, const char **problem);
    const char *operation;
} XeroReport;
extern const XeroReport xero_reports[];
extern const size_t xero_n_reports;

bool xero_write_trial_balance(Xero *xero, Request *request, const char **problem);
