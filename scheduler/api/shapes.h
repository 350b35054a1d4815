/*
 * Shapes: companies, connections and pull operations as the API shows them: SQL functions of infra/migrations over a
 * row of the table, called `c`, `k` or `d`, or one that a statement returned whole.
 */
#pragma once
#include "scheduler/api/answer.h"

#define COMPANY_JSON    "control.company_json(row(c.*)::control.company)"
#define CONNECTION_JSON "control.connection_json(row(k.*)::control.connection)"
#define DATASET_JSON    "control.dataset_json(row(d.*)::control.dataset)"
