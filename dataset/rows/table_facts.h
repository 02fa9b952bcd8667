/*
 * table_facts: returns the facts about a table's columns (dataset/format/facts.h) without reading
 * rows.
 */
#ifndef VV_DATASET_ROWS_TABLE_FACTS_H
#define VV_DATASET_ROWS_TABLE_FACTS_H

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/facts.h"

typedef struct vv_table vv_table;

/* Sets *out to the facts of all rows of t, which are in its root. The caller clears *out, also
 * after a failure. VV_ECORRUPT: the table is stored without facts, or they are damaged. */
vv_status vv_table_facts(vv_facts *out, const vv_table *t, vv_error *err);

/* Returns the facts of the column with this index. If facts does not contain the column, all its
 * cells are missing. */
vv_fact vv_table_fact(const vv_facts *facts, size_t column);

/* Appends the number n in decimal, with n->scale digits after the point. */
void vv_fact_number_put(vv_buf *out, const vv_fact_number *n);

#endif
