/*
 * Truth diff: which canonical records a reader must see differently after something was done. Told by the two truths
 * and not by what was done, so that nothing that a vendor shows elsewhere too (a balance, a name) is forgotten.
 */
#pragma once
#include "infra/sandbox/ledger_vendor.h"

/* Writes {"dataType","id"} of each that came, went or differs: those of `first` before the others. */
void truth_diff(JsonWriter *json, const Text *before, const Text *after, const LedgerRecord *first, int n_first);
