/*
 * table: reads the rows and columns of a dataset version. bytes.h restores the bytes of its file.
 *
 * A version is opened by the CID of its root. Only the root is read until more is requested.
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
	vv_sink source; /* used only for reading */
	vv_cid cid;
	vv_root root;
	vv_schema schema; /* empty if the kind is file */
	size_t columns;   /* schema.count; 0 if the kind is file */
	/* blocks made by vv_table_to_file_order; NULL: it was not called */
	struct vv_mem_sink *scratch;
} vv_table;

/* Opens a version, of kind table or file. VV_EMISSING: the source does not have the root.
 *
 * Rows are in the order of the file. A version in key order (vv_root_is_sorted) is read completely
 * and converted to the order of its file: the lists in out->root then differ from those in the
 * root's block, and their blocks are read from out->source. */
vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err);
/* Opens a version with its rows in stored order, for callers that need the root, the bytes
 * (bytes.h), or rows in any order. In a version in key order, row numbers then differ from those in
 * the file. Reads only the root. */
vv_status vv_table_open_stored(vv_table *out, const vv_sink *source, const vv_cid *cid,
			       vv_error *err);
void vv_table_close(vv_table *t);
/* Sets out to the numbers of the columns of the table's key. Returns false if one is missing. */
bool vv_table_key_places(size_t *out, const vv_table *t);
VV_AUTO_CLEAR(vv_table, vv_table_close)

/* A row group that was read, with the cells of the requested columns. */
typedef struct vv_batch {
	vv_cell *cells;  /* rows x columns of the table; columns not requested are absent */
	size_t cell_cap; /* capacity of cells */
	/* The first `blank` cells (rows of blank_columns cells each) are absent, except in the
	 * blank_but_count columns that blank_but lists. */
	size_t blank, blank_columns, blank_but_count, *blank_but;
	size_t rows, columns;
	uint64_t first_row; /* number of the first row, from 0 */
	uint64_t index;     /* the group's number */
	vv_cid cid;
	vv_arena arena;
	vv_parted parted;
	uint64_t long_bytes; /* total bytes of long cells */
	uint64_t raw_len;    /* with layout: bytes of the group in the file */
	vv_buf quirks;       /* with layout: docs/formats/store.md, "quirks" */
	vv_group group;      /* valid after vv_table_read_rows */
	uint8_t *ready; /* after vv_table_read_rows: one for each row: 1 if its cells are made */
	size_t ready_cap, picked;
	/* one for each column: number of cells that were made one by one; 255: the cells of all
	 * rows are made */
	uint8_t *picks;
	size_t picks_cap;
	bool by_row;   /* cells are made on request, from `group` */
	bool has_long; /* some cells are stored outside of the group */
	/* If the group is checked against the file: its expected lines (else NULL), and its long
	 * cells in order. Stored texts are compared with the expected texts, which then replace
	 * them. */
	vv_expected *expected;
	const vv_cell *long_cells, *long_end;
} vv_batch;
void vv_batch_clear(vv_batch *b);
VV_AUTO_CLEAR(vv_batch, vv_batch_clear)

/* Batches that stay in memory because cells borrow their texts. */
typedef struct vv_batches {
	vv_batch *items;
	size_t count;
} vv_batches;
/* Adds an empty batch. *out is valid until the next call, which may move the batches, but not their
 * cells. */
vv_status vv_batches_add(vv_batches *l, vv_batch **out, vv_error *err);
void vv_batches_clear(vv_batches *l);

typedef struct vv_table_reader vv_table_reader;
/* Opens a reader. wanted: the numbers of the columns to decode; NULL: all columns. with_layout:
 * also reads the layout list. The table must outlive the reader. */
vv_status vv_table_reader_open(vv_table_reader **out, vv_table *t, const size_t *wanted,
			       size_t wanted_count, bool with_layout, vv_error *err);
/* Reads the next group, including the texts of its long cells, into batch, and replaces its
 * content. Returns 1, 0 at the end, or a negative vv_status. */
int vv_table_read(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* Reads the next group without making its cells: call vv_batch_row, vv_batch_columns, vv_batch_cell
 * or vv_batch_run for them. If the group has long cells, the cells of the reader's columns are made
 * at once, and by_row is false. Returns the same as vv_table_read. */
int vv_table_read_rows(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* Appends the group's bytes in the file, made directly from its columns. Call it after
 * vv_table_read_rows of a reader with layout. Returns 1 on success, 0, with nothing appended, if
 * the group needs vv_batch_lines, or a negative vv_status. After 1, b has no cells. */
int vv_batch_quick_lines(vv_buf *out, const vv_table *t, vv_batch *b, bool last, vv_error *err);
/* Makes the cells of all rows in the given columns, and no others. Call it after
 * vv_table_read_rows. */
vv_status vv_batch_columns(vv_batch *b, const size_t *columns, size_t count, vv_error *err);
/* Sets *out to the column in the form in which the group stores it, valid until the next read. Call
 * it after vv_table_read_rows. numbers: as in vv_group_run_of. */
vv_status vv_batch_run(vv_group_run *out, vv_batch *b, size_t column, bool numbers, vv_error *err);
/* Sets *cells to the cells of a row in all columns, valid until the next read. row: number of the
 * row in the batch. */
vv_status vv_batch_row(vv_batch *b, size_t row, const vv_cell **cells, vv_error *err);
/* Sets *out to one cell, valid until the next read. If many cells of a column are requested, the
 * cells of all its rows are made. */
vv_status vv_batch_cell(vv_batch *b, size_t row, size_t column, vv_cell *out, vv_error *err);
/* Makes the next read return the group that contains this row of the table. */
vv_status vv_table_seek_row(vv_table_reader *r, uint64_t row, vv_error *err);
/* Makes the next read return the group with this number. */
vv_status vv_table_seek_group(vv_table_reader *r, uint64_t index, vv_error *err);
void vv_table_reader_close(vv_table_reader *r);
VV_AUTO_FREE(vv_table_reader, vv_table_reader_close)

/* Appends the group's bytes in the file, restored from its cells and quirks. ends: an array of
 * b->rows elements, which receive the position in out after each row's bytes; may be NULL. last:
 * the group is the last of the table. */
vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err);

/* Private to dataset: reading a row group from its items in the two lists. */

/* Fills b from an item of the data list (CBOR): reads the group's block, and makes the cells of the
 * wanted columns, with the texts of long cells. The caller sets first_row and index. Thread-safe
 * for different batches. */
vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err);
/* Sets raw_len and quirks of b from an item of the layout list. */
vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err);

/* Makes a writer for the table's rows. Private to dataset/table, like the functions below up to
 * table_tail. */
vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err);
/* Like vv_batch_lines, with the caller's writer, and only for the rows before `upto`. VV_ECORRUPT:
 * the rows would have more than `most` bytes (VV_ANY_LENGTH: no limit); nothing is appended. */
#define VV_ANY_LENGTH UINT64_MAX
vv_status table_batch_bytes(vv_buf *out, size_t *ends, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, uint64_t most,
			    vv_error *err);
/* Appends the bytes of one group from its item of the data list; the layout must already be loaded
 * in b. Creates *w if it is needed and NULL. If b->expected is set, out is empty before and after
 * the call. */
vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err);
/* Checks that the batch's bytes, which begin at offset `from` of `raw`, parse to exactly its cells.
 * Otherwise a version could have other cells than its file. Checks only batches with raw lines,
 * since other lines are made from the cells. raw is unchanged afterwards. VV_ECORRUPT: a line does
 * not match its cells; *row is its number in the batch. row may be NULL. */
vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, size_t *row, vv_error *err);
/* Append the bytes before the first row (BOM and prologue), and the bytes after the last row. */
vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err);
vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err);

/* Sets *out to the number of row groups, or, for a version of kind file, of chunks. VV_EMISSING,
 * VV_ECORRUPT: the top of the list is missing or damaged. */
vv_status vv_table_groups(const vv_table *t, uint64_t *out, vv_error *err);

/* Makes a root with another schema and key, and stores it through sink->put; row groups are not
 * changed. key: names of columns, the last element is NULL; if key is NULL, the key does not
 * change. If vv_table_open converted t to the order of the file, the new root is in that order,
 * too. block: set to the root's bytes; may be NULL. VV_EUSAGE: the schema's fields are not the
 * table's columns. VV_ENOTFOUND: the table has no such key column. */
vv_status vv_table_reschema(vv_cid *out, vv_table *t, const vv_sink *sink, const char *schema,
			    size_t schema_len, const char *const *key, vv_key_source source,
			    vv_buf *block, vv_error *err);

#endif
