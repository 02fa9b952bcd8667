/*
 * table: reads a dataset version: rows and columns. Its bytes: bytes.h.
 *
 * Open with a root's CID; only the root is read until more is requested.
 */
#ifndef VV_DATASET_TABLE_TABLE_H
#define VV_DATASET_TABLE_TABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/group.h"
#include "dataset/format/list.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan_cache.h"
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"

typedef struct vv_table {
	vv_sink source; /* get only */
	vv_cid cid;
	vv_root root;
	vv_schema schema;            /* tables only */
	size_t columns;              /* schema.count */
	struct vv_mem_sink *scratch; /* what vv_table_to_file_order made; else NULL */
} vv_table;

/* VV_EMISSING when the root is missing here. Also opens kind "file" (columns 0).
 *
 * Rows are in the file's order. A version in key order (vv_root_is_sorted) is read as a whole for that, and
 * converted to the table of its file: its lists in out->root are not those of its block, and out->source
 * has their blocks. */
vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err);
/* The same with the stored order: for its root, its bytes (bytes.h), or its rows in any order. A version in
 * key order then has rows in key order, with other numbers than in the file, and opening costs nothing. */
vv_status vv_table_open_stored(vv_table *out, const vv_sink *source, const vv_cid *cid,
			       vv_error *err);
void vv_table_close(vv_table *t);
VV_AUTO_CLEAR(vv_table, vv_table_close)

/* One row group that was read: its cells for the requested columns. */
typedef struct vv_batch {
	vv_cell *cells;  /* rows x columns, all columns' places; columns not requested are absent */
	size_t cell_cap; /* cells that fit */
	/* number of cells, from the first on, that are absent except in these columns, with rows of
	 * blank_columns: */
	size_t blank, blank_columns, blank_but_count, *blank_but;
	size_t rows, columns;
	uint64_t first_row; /* number of the first row, 0-based */
	uint64_t index;     /* the group's number */
	vv_cid cid;
	vv_arena arena;
	vv_parted parted;
	uint64_t long_bytes; /* of its long cells */
	/* form, if a reader has the layout: */
	uint64_t raw_len;
	vv_buf quirks; /* docs/formats/store.md, "quirks" */
	/* after vv_table_read_rows: the group, and which rows have their cells */
	vv_group group;
	uint8_t *ready;
	size_t ready_cap, picked;
	/* of each column: cells that were made one by one; 255: all rows have theirs */
	uint8_t *picks;
	size_t picks_cap;
	bool by_row;
	bool has_long; /* some of its cells are not in the group */
	/* If a group is proved, its expected lines (else NULL), and its long cells in order: stored texts are compared with
	 * these, which then replace them. */
	vv_expected *expected;
	const vv_cell *long_cells, *long_end;
} vv_batch;
void vv_batch_init(vv_batch *b);
void vv_batch_clear(vv_batch *b);
VV_AUTO_CLEAR(vv_batch, vv_batch_clear)

/* Batches that are kept, for their texts. */
typedef struct vv_batches {
	vv_batch *items;
	size_t count;
} vv_batches;
/* *out is an empty batch, until the next is added: its cells stay where they are, the batch moves. */
vv_status vv_batches_add(vv_batches *l, vv_batch **out, vv_error *err);
void vv_batches_clear(vv_batches *l);

typedef struct vv_table_reader vv_table_reader;
/* wanted: columns to decode (places; NULL for all); with_layout also reads the
 * layout list. The table must outlive the reader. */
vv_status vv_table_reader_open(vv_table_reader **out, vv_table *t, const size_t *wanted,
			       size_t wanted_count, bool with_layout, vv_error *err);
/* The next group into batch (its former content is replaced): 1, 0, <0. Long cells
 * are brought in line. */
int vv_table_read(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* The same without cells: vv_batch_row makes those of a row, in all columns, or vv_batch_columns. If
 * a group has long cells (by_row false) those of the reader's columns are made at once. */
int vv_table_read_rows(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* After vv_table_read_rows of a reader with layout: appends the group's raw bytes straight from its columns. 1; 0 where they
 * cannot be made so; <0. Nothing else can be had of the batch afterwards. */
int vv_batch_quick_lines(vv_buf *out, const vv_table *t, vv_batch *b, bool last, vv_error *err);
/* After vv_table_read_rows: the cells of these columns (places) in all rows, and of no others. */
vv_status vv_batch_columns(vv_batch *b, const size_t *columns, size_t count, vv_error *err);
/* After vv_table_read_rows: the column, whatever the group has it as (numbers: vv_group_run_of); valid until the next read. */
vv_status vv_batch_run(vv_group_run *out, vv_batch *b, size_t column, bool numbers, vv_error *err);
/* The cells of a row (from the batch's first on), valid until the next read. */
vv_status vv_batch_row(vv_batch *b, size_t row, const vv_cell **cells, vv_error *err);
/* One cell, valid until the next read. If many of a column are requested, all are made. */
vv_status vv_batch_cell(vv_batch *b, size_t row, size_t column, vv_cell *out, vv_error *err);
/* next read returns the group with row */
vv_status vv_table_seek_row(vv_table_reader *r, uint64_t row, vv_error *err);
/* next read returns this group */
vv_status vv_table_seek_group(vv_table_reader *r, uint64_t index, vv_error *err);
void vv_table_reader_close(vv_table_reader *r);
VV_AUTO_FREE(vv_table_reader, vv_table_reader_close)

/* Appends one group's raw bytes, made from its cells and quirks: the restored bytes; and the end of
 * each row's bytes in out: ends has b->rows places (NULL: not wanted). last: it is the table's last
 * group. */
vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err);

/* For dataset/ alone: one row group from its two list items. */

/* Fills batch from a data item (CBOR): block, cells of the wanted columns, long cells
 * in line. first_row and index are the caller's. Thread-safe for different batches. */
vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err);
/* raw_len and quirks from a layout item. */
vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err);

/* Private to dataset/table. A writer for the table's rows. */
vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err);
/* vv_batch_lines with a writer at hand, of the rows before `upto`. VV_ECORRUPT, before they are made, where they would be more
 * than `most` bytes (VV_ANY_LENGTH: they never are). */
#define VV_ANY_LENGTH UINT64_MAX
vv_status table_batch_bytes(vv_buf *out, size_t *ends, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, uint64_t most,
			    vv_error *err);
/* Appends the bytes of one group, whose layout is loaded in b; *w is opened when it is needed and
 * NULL. The batch has cells only if the group has quirks. Where b->expected is set, out is empty before and after. */
vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err);
/* Do the bytes made of the batch (raw from `from` on, unchanged in the end) scan to exactly its
 * cells? Only looked at if it has raw lines: all others are made from the cells. Without this a
 * version could show one thing and restore another. VV_ECORRUPT; *row, or NULL, is the one in the batch then. */
vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, size_t *row, vv_error *err);
/* BOM and prologue; the text after the last row. */
vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err);
vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err);

/* The number of groups (tables) or chunks (files). VV_EMISSING, VV_ECORRUPT: the list's top. */
vv_status vv_table_groups(const vv_table *t, uint64_t *out, vv_error *err);

/* The same version with another schema and key (names; NULL: the key it has): a new
 * root (of a table that vv_table_open put into the file's order one in that order), no group rewritten, stored through sink->put. VV_EUSAGE when the schema's
 * fields are not the table's columns, VV_ENOTFOUND for a key column that is not
 * there. block, when not NULL, gets the new root's bytes. */
vv_status vv_table_reschema(vv_cid *out, vv_table *t, const vv_sink *sink, const char *schema,
			    size_t schema_len, const char *const *key, vv_key_source source,
			    vv_buf *block, vv_error *err);

#endif
