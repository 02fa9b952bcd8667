/*
 * table_load: one row group from its two list items. For dataset/ alone.
 */
#ifndef VV_DATASET_TABLE_TABLE_LOAD_H
#define VV_DATASET_TABLE_TABLE_LOAD_H

#include "dataset/table/table.h"

/* Fills batch from a data item (CBOR): block, cells of the wanted columns, long cells
 * in line. first_row and index are the caller's. Thread-safe for different batches. */
vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err);
/* raw_len and quirks from a layout item. */
vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err);

#endif
