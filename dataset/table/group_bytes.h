/*
 * group_bytes: the bytes of one row group.
 */
#ifndef VV_DATASET_TABLE_GROUP_BYTES_H
#define VV_DATASET_TABLE_GROUP_BYTES_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"

/* Appends one group's raw bytes, made from its cells and quirks: what restoring it
 * gives; and where each row's bytes end in out: ends has b->rows places (NULL: not
 * wanted). last: it is the table's last group. */
vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err);

/* For this room alone. A writer for the table's rows. */
vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err);
/* vv_batch_lines with a writer at hand, of the rows before `upto`. */
vv_status table_batch_bytes(vv_buf *out, size_t *ends, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, vv_error *err);
/* Appends the bytes of one group, whose layout is loaded in b; *w is opened when it is needed and
 * NULL. The batch has cells only where the group has quirks. */
vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err);
/* Do the bytes made of the batch (raw from `from` on, unchanged in the end) scan to exactly its
 * cells? Only looked at where it has raw lines: all others are made from the cells. Without this a
 * version could show one thing and restore another. VV_ECORRUPT. */
vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, vv_error *err);
/* BOM and prologue; what is after the last row. */
vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err);
vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err);

#endif
