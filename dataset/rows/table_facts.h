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

/* Of all rows; reads the root alone. *out is the caller's to clear in any case. VV_EUSAGE: the table keeps
 * no facts. */
vv_status vv_table_facts(vv_facts *out, const vv_table *t, vv_error *err);

/* Of a column (its place), which may be beyond those that facts has. */
vv_fact vv_table_fact(const vv_facts *facts, size_t column);

/* Appends the number as it is usually written: all its digits, no zeros at the end of a fraction. */
void vv_fact_number_put(vv_buf *out, const vv_fact_number *n);

#endif
