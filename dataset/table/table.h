/*
 * table: reads the rows and columns of a version of a table. bytes.h restores the bytes of its
 * file.
 *
 * A version is opened by the CID of its root. Only the root is read until more is requested. The
 * rows are stored in row groups (group.h), blocks of consecutive rows; a version of kind file has
 * chunks of bytes instead.
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
#include "dataset/schema/schema.h"
#include "dataset/table/root.h"

typedef struct vv_expected vv_expected;
typedef struct vv_row_writer vv_row_writer;

/* An open version. */
typedef struct vv_table {
	vv_sink source;   /* reads the version's blocks; its put() is not used */
	vv_cid cid;       /* CID of the root */
	vv_root root;     /* the decoded root */
	vv_schema schema; /* empty if the kind is file */
	size_t columns;   /* schema.count; 0 if the kind is file */
	/* blocks made by vv_table_to_file_order; NULL: the table was not converted */
	struct vv_mem_sink *scratch;
} vv_table;

/* Opens a version, of kind table or file. *source is copied; what it refers to must outlive the
 * table. VV_EMISSING: the source does not have the root; VV_EUSAGE: cid is the CID of a row group or
 * chunk; VV_ECORRUPT: the block is not a root, or is damaged; VV_ENOSUPPORT: a newer varve wrote it.
 *
 * Rows are in the order of the file. A version in key order, whose rows are stored sorted by
 * root.sorted_by (vv_root_is_sorted), is read completely and converted to the order of its file:
 * the lists in out->root then differ from those in the root's block, and their blocks are read from
 * out->source. */
vv_status vv_table_open(vv_table *out, const vv_sink *source, const vv_cid *cid, vv_error *err);
/* Opens a version with its rows in stored order, for callers that need the root, the bytes
 * (bytes.h), or rows in any order. In a version in key order, row numbers then differ from those in
 * the file. Reads only the root. */
vv_status vv_table_open_stored(vv_table *out, const vv_sink *source, const vv_cid *cid,
			       vv_error *err);
void vv_table_close(vv_table *t);
/* Sets out[0 .. t->root.key_count) to the indexes of the key's columns. Returns false if the schema
 * lacks a column of the key. */
bool vv_table_key_places(size_t *out, const vv_table *t);
VV_AUTO_CLEAR(vv_table, vv_table_close)

/* A row group that was read, with the cells of the requested columns. "To make a cell"
 * means to decode it and store it in cells. Initialise a vv_batch with {0} before its first use. */
typedef struct vv_batch {
	vv_cell *cells;  /* rows x columns of the table; columns not requested are absent */
	size_t cell_cap; /* capacity of cells */
	/* The first `blank` elements of cells, in rows of blank_columns elements, are already
	 * absent cells, except in the blank_but_count columns in blank_but. So the next group need
	 * not set them again. */
	size_t blank, blank_columns, blank_but_count, *blank_but;
	size_t rows,         /* number of rows of the group */
		columns;     /* number of columns of the table */
	uint64_t first_row;  /* number of the first row in the table, from 0 */
	uint64_t index;      /* the group's number, from 0 */
	vv_cid cid;          /* CID of the group's block */
	vv_arena arena;      /* memory of decoded texts */
	vv_parted parted;    /* the group's block */
	bool numbers;        /* cells of numbers may be VV_CELL_NUMBER (vv_table_reader_numbers) */
	uint64_t long_bytes; /* total bytes of long cells, which are stored outside of the group */
	uint64_t raw_len;    /* with layout: bytes of the group in the file */
	vv_buf quirks;       /* with layout: docs/formats/store.md, "quirks" */
	vv_group group;      /* valid after vv_table_read_rows */
	/* after vv_table_read_rows, one for each row: 1 if the row's cells are made */
	uint8_t *ready;
	size_t ready_cap, /* capacity of ready */
		picked;   /* number of rows that were made one by one */
	/* one for each column: number of cells that were made one by one; 255: the cells of all
	 * rows are made */
	uint8_t *picks;
	size_t picks_cap;
	bool by_row;   /* cells are made on request, from `group` */
	bool has_long; /* some cells are stored outside of the group */
	/* for comparing the group with the file: its expected lines; NULL: no comparison */
	vv_expected *expected;
	/* for comparing the group with the file: its expected long cells, in order, up to long_end.
	 * A stored text is compared with the expected one, and then replaced by it. NULL: no
	 * comparison */
	const vv_cell *long_cells, *long_end;
} vv_batch;
void vv_batch_clear(vv_batch *b);
VV_AUTO_CLEAR(vv_batch, vv_batch_clear)

/* Batches that must remain in memory together, because cells borrow their texts. */
typedef struct vv_batches {
	vv_batch *items;
	size_t count;
} vv_batches;
/* Adds an empty batch, and sets *out to it. *out is valid until the next call, which may move the
 * batches, but not their cells. */
vv_status vv_batches_add(vv_batches *l, vv_batch **out, vv_error *err);
void vv_batches_clear(vv_batches *l);

/* A reader of the row groups of a table. */
typedef struct vv_table_reader vv_table_reader;
/* Opens a reader. wanted: the indexes of the columns to decode; NULL: all columns. with_layout:
 * also read the list of layouts, for the members raw_len and quirks of batches. The table must
 * outlive the reader. */
vv_status vv_table_reader_open(vv_table_reader **out, vv_table *t, const size_t *wanted,
			       size_t wanted_count, bool with_layout, vv_error *err);
/* Makes vv_table_read return numbers (VV_CELL_NUMBER) in place of texts for wanted columns of type
 * integer or number. This applies to each group that stores the column as numbers of at most 15
 * digits, if all of them are values of the column's type. Empty cells, and the cells of other
 * groups, have their text. Has no effect if the reader was opened with wanted NULL. */
void vv_table_reader_numbers(vv_table_reader *r);
/* Replaces the content of batch by the next group, with all cells of the wanted columns, including
 * long cells. Returns 1, 0 at the end, or a negative vv_status. */
int vv_table_read(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* Like vv_table_read, but does not make the cells: call vv_batch_row, vv_batch_columns,
 * vv_batch_cell or vv_batch_run for them. Only if the group has long cells, the cells of the
 * wanted columns are made at once, and batch->by_row is false. Columns that are not wanted are
 * then absent: name in `wanted` every column that you will request. */
int vv_table_read_rows(vv_table_reader *r, vv_batch *batch, vv_error *err);
/* Appends the group's bytes in the file, made directly from its columns
 * (dataset/format/group_lines.h). Call it after vv_table_read_rows of a reader with layout.
 * last: the group is the last of the table. Returns 1 on success, or a negative vv_status. After
 * success, b has no cells. Returns 0, with nothing appended, if this is not possible for the
 * group. The cells of b are then undefined: call vv_table_seek_group with b->index,
 * vv_table_read and vv_batch_lines; the reader must have been opened with wanted NULL for that. */
int vv_batch_quick_lines(vv_buf *out, const vv_table *t, vv_batch *b, bool last, vv_error *err);
/* Makes the cells of all rows in the given columns, and no others. Call it after
 * vv_table_read_rows. */
vv_status vv_batch_columns(vv_batch *b, const size_t *columns, size_t count, vv_error *err);
/* Sets *out to the column with this index, as vv_group_run_of decodes it; valid until the next
 * read. Call it after vv_table_read_rows. numbers has the same meaning as for vv_group_run_of. */
vv_status vv_batch_run(vv_group_run *out, vv_batch *b, size_t column, bool numbers, vv_error *err);
/* Sets *cells to the cells of a row in all columns, valid until the next read. row: number of the
 * row in the batch. */
vv_status vv_batch_row(vv_batch *b, size_t row, const vv_cell **cells, vv_error *err);
/* Sets *out to one cell, valid until the next read. If many cells of a column are requested, the
 * cells of all its rows are made. */
vv_status vv_batch_cell(vv_batch *b, size_t row, size_t column, vv_cell *out, vv_error *err);
/* Moves the reader to the group that contains the row with this number, from 0, which the next read
 * returns. */
vv_status vv_table_seek_row(vv_table_reader *r, uint64_t row, vv_error *err);
/* Moves the reader to the group with this number, from 0, which the next read returns. */
vv_status vv_table_seek_group(vv_table_reader *r, uint64_t index, vv_error *err);
void vv_table_reader_close(vv_table_reader *r);
VV_AUTO_FREE(vv_table_reader, vv_table_reader_close)

/* Appends the group's bytes in the file, restored from its cells and quirks: b was read by
 * vv_table_read, with all columns and layout. ends: an array of b->rows elements, which receive the
 * position in out after each row's bytes; may be NULL. last: the group is the last of the table. */
vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err);

/* Private to dataset: functions that read a row group by its items in the lists of data and
 * layouts. */

/* Fills b from an item of the data list (CBOR): reads the group's block, and makes the cells of the
 * wanted columns, with the texts of long cells. The caller sets first_row and index. Thread-safe
 * for different batches. */
vv_status table_load_data(vv_table *t, vv_batch *b, const void *item, size_t len,
			  const size_t *wanted, size_t wanted_count, vv_error *err);
/* Sets raw_len and quirks of b from an item of the list of layouts (CBOR). */
vv_status table_load_layout(vv_table *t, vv_batch *b, const void *item, size_t len, vv_error *err);

/* Makes a writer for rows of `columns` cells with the names of the fields of s. In CSV, s may have
 * fewer fields. */
vv_status table_row_writer(vv_row_writer **out, const vv_dialect *d, const vv_schema *s,
			   size_t columns, vv_error *err);

/* Private to dataset/table, up to table_tail. */

#define VV_ANY_LENGTH UINT64_MAX
/* Like vv_batch_lines, with the caller's writer, and only for the first `upto` rows.
 * VV_ECORRUPT: the rows would have more than `most` bytes (VV_ANY_LENGTH: no limit), or the
 * quirks are invalid; some rows may then have been appended. */
vv_status table_batch_bytes(vv_buf *out, size_t *ends, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, uint64_t most,
			    vv_error *err);
/* Appends the bytes in the file of the group with this item of the data list. table_load_layout
 * must have been called for b. If a writer is needed and *w is NULL, sets *w to a new writer, which
 * the caller frees. If b->expected is set, the bytes are compared instead of appended: out must be
 * empty, and is empty after the call. */
vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err);
/* Checks that the scanner reads exactly the cells of the batch from its lines, which begin at
 * offset `from` of `raw`. So a version cannot have cells that its file does not have. Checks
 * only batches that have a raw line (VV_QUIRK_RAW), since other lines are written from the
 * cells. The content of raw is the same after the call. VV_ECORRUPT: a line does not match its
 * cells; *row is set to its number in the batch. row may be NULL. */
vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, size_t *row, vv_error *err);
/* Appends the bytes of the file before the first row: BOM and prologue. */
vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err);
/* Appends the bytes of the file after the last row. */
vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err);

/* Sets *out to the number of row groups, or, for a version of kind file, of chunks. Reads no block.
 * VV_ECORRUPT: the top of the list, which is in the root, is damaged. */
vv_status vv_table_groups(const vv_table *t, uint64_t *out, vv_error *err);

/* Makes a root like that of t, but with another schema and key, stores it with sink->put, and
 * sets *out to its CID. Row groups are not changed. key: names of columns, followed by NULL;
 * source: the new key's source. If key is NULL, key and source do not change. If vv_table_open
 * converted t to the order of the file, the new root is in that order, too; its lists, and row
 * groups that were made for that order, are then only in t->source, not in sink, and are lost
 * when t is closed. To store a version, open it with vv_table_open_stored. If sink->put is NULL,
 * the root is not stored. Sets block to the root's bytes; block may be NULL. VV_EUSAGE: the
 * schema's fields are not the table's columns, or key names a column twice. VV_ENOTFOUND: a name in key is not a column.
 * VV_EINPUT: the schema is invalid. */
vv_status vv_table_reschema(vv_cid *out, vv_table *t, const vv_sink *sink, const char *schema,
			    size_t schema_len, const char *const *key, vv_key_source source,
			    vv_buf *block, vv_error *err);

#endif
