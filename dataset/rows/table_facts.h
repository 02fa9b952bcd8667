/*
 * table_facts: facts about a table's columns, without reading a row: the facts of all its row
 * groups together (dataset/format/facts.h).
 */
#ifndef VV_DATASET_ROWS_TABLE_FACTS_H
#define VV_DATASET_ROWS_TABLE_FACTS_H

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/facts.h"
#include "dataset/table/table.h"

/* The facts of all rows; reads only the root. The caller clears *out in any case. VV_EUSAGE: the table has
 * no facts. */
vv_status vv_table_facts(vv_facts *out, const vv_table *t, vv_error *err);

/* The fact of a column (its place), which may be beyond those in facts. */
vv_fact vv_table_fact(const vv_facts *facts, size_t column);

/* Appends the number in the usual form: all its digits, no trailing zeros of a fraction. */
void vv_fact_number_put(vv_buf *out, const vv_fact_number *n);

#endif
