/*
 * table_internal: one group from its two list items; shared by table*.c only.
 */
#ifndef VV_DATASET_TABLE_TABLE_INTERNAL_H
#define VV_DATASET_TABLE_TABLE_INTERNAL_H

#include "dataset/format/row_write.h"
#include "dataset/table/table.h"

/* A writer for the table's rows. */
vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err);

/* Fills batch from a data item (CBOR): block, cells of the wanted columns, long cells
 * in line. first_row and index are the caller's. Thread-safe for different batches. */
vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err);
/* raw_len and quirks from a layout item. */
vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err);

/* Do the bytes made of the batch (raw, unchanged in the end) scan to exactly its cells?
 * Only looked at where it has raw lines: all others are made from the cells.
 * VV_ECORRUPT. */
vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, bool last,
			    vv_error *err);

/* BOM and prologue; what is after the last row. */
vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err);
vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err);

#endif
