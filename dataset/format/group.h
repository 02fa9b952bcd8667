/*
 * group: encodes a run of rows as one block, column by column, and decodes it.
 *
 * Encoding is deterministic and lossless; one column can be read without the others. Format:
 * docs/formats/store.md, "row group".
 */
#ifndef VV_DATASET_FORMAT_GROUP_H
#define VV_DATASET_FORMAT_GROUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/facts.h"
#include "repo/blocks/store.h"

/* Scratch memory for encoding. Each thread needs its own. */
typedef struct vv_group_encoder vv_group_encoder;
vv_group_encoder *vv_group_encoder_new(void); /* NULL: out of memory */
void vv_group_encoder_free(vv_group_encoder *e);
VV_AUTO_FREE(vv_group_encoder, vv_group_encoder_free)

/* Makes later encodings also set *out to the facts of the cells, as vv_facts_of finds them. out
 * NULL, the initial state: facts are not found. */
void vv_group_encoder_find(vv_group_encoder *e, vv_facts *out);

/* Declares that most texts of the next encodings are within these bytes; this makes encoding
 * faster. len 0, the initial state: not known. Call again with len 0 before the bytes are freed. */
void vv_group_encoder_within(vv_group_encoder *e, const char *bytes, size_t len);

/* Receives values of each column while it is encoded, so that types can be inferred without a
 * second pass. Values are valid only during the call, and may be reported more than once. all:
 * every distinct value of the column is reported. If all is false, the column has plain numbers,
 * dates or datetimes in one spelling, perhaps with empty values, and only some are reported: the
 * least and the greatest integer, the number with most digits after the point, or any other
 * value. */
typedef void (*vv_group_values_fn)(void *payload, size_t column, const vv_cell *values,
				   size_t count, bool all);

/* Encodes rows x columns cells into a block, which replaces the content of out. The cell of row r
 * and column c is cells[r * stride + c]. Last columns that are absent in all rows are left out.
 * Pass cells that are stored outside of the group with len 0. fn may be NULL. VV_EREFUSED: the
 * block is larger than VV_BLOCK_MAX, which cannot happen within the limits of cut.h. */
vv_status vv_group_encode(vv_group_encoder *e, vv_buf *out, const vv_cell *cells, size_t rows,
			  size_t columns, size_t stride, vv_group_values_fn fn, void *payload,
			  vv_error *err);

/* An open row group. Borrows the block's bytes, which must outlive the vv_group. */
typedef struct vv_group {
	const uint8_t *bytes;
	size_t len;
	/* columns: number of stored columns; all further columns are absent in every row */
	size_t rows, columns;
	const uint8_t **column; /* start of each column; freed by vv_group_close */
	size_t *column_len;
	/* the block in parts whose columns vv_group_need unpacks, borrowed; NULL: the whole block
	 * is unpacked */
	vv_parted *parted;
} vv_group;

/* Opens a block, and reads its header and directory. VV_ECORRUPT: the block is not a row group. */
vv_status vv_group_open(vv_group *out, const void *bytes, size_t len, vv_error *err);
void vv_group_close(vv_group *g);
/* Opens a block in parts, which must outlive *out. Functions of this header and of group_*.h call
 * vv_group_need for the columns that they read. */
vv_status vv_group_open_parted(vv_group *out, vv_parted *parted, vv_error *err);
/* Unpacks one column if it is still packed. */
static inline vv_status vv_group_need(const vv_group *g, size_t column, vv_error *err)
{
	return !g->parted || g->parted->left == 0 || column >= g->columns
		       ? VV_OK
		       : vv_parted_need(g->parted, (size_t)(g->column[column] - g->bytes),
					g->column_len[column], err);
}
/* Unpacks all columns. */
static inline vv_status vv_group_need_all(const vv_group *g, vv_error *err)
{
	return g->parted ? vv_parted_need(g->parted, 0, g->len, err) : VV_OK;
}
/* Compares the encoded bytes of two stored columns. Returns 1 if they are equal, 0 if not, or a
 * negative vv_status. Columns with equal packed bytes are not unpacked. */
int vv_group_same_column(const vv_group *a, size_t ca, const vv_group *b, size_t cb, vv_error *err);

/* Divides a row group into parts, as `divide` of a vv_block_codec. Each long column is a part of
 * its own; short columns stay in the head or share a part. */
vv_status vv_group_divide(vv_parts *out, const void *bytes, size_t len, vv_error *err);
VV_AUTO_CLEAR(vv_group, vv_group_close)

/* Decodes one column of all rows into cells[0], cells[stride], ... Texts are borrowed from the
 * block, or allocated in arena. If the column is not stored, all cells are absent. VV_ECORRUPT: the
 * column is damaged; every bound is checked. */
vv_status vv_group_column(const vv_group *g, size_t column, vv_cell *cells, size_t stride,
			  vv_arena *arena, vv_error *err);

/* Returns true if a cell of the column can be decoded without decoding the whole column. */
bool vv_group_has_cell(const vv_group *g, size_t column);
/* Decodes the cell of one row. For a few rows, this is faster than vv_group_column. VV_ECORRUPT:
 * the column is damaged; vv_group_column detects more kinds of damage. */
vv_status vv_group_cell(const vv_group *g, size_t column, size_t row, vv_cell *cell,
			vv_arena *arena, vv_error *err);

/* The form of a column that is decoded without making a cell for each row. The last four forms are
 * for numbers in one spelling; if a row's byte in `empty` is 1, the row has an empty text
 * instead. */
typedef enum vv_run_form {
	VV_RUN_CELLS, /* one cell for each row, `stride` apart */
	/* cells[0 .. count) are the distinct values; index has the number of each row's value */
	VV_RUN_SHARED,
	VV_RUN_INTEGERS,
	VV_RUN_DECIMALS, /* in units of 10^-scale */
	VV_RUN_DAYS,     /* days since 1970-01-01 */
	VV_RUN_MOMENTS   /* since 1970-01-01T00:00:00, in units of 10^-scale seconds */
} vv_run_form;

/* A column in its form. Borrows from the block and the arena. */
typedef struct vv_group_run {
	vv_run_form form;
	/* state and spelling of all numbers; two runs with the same form, state, head, space, scale
	 * and keep spell numbers in the same way */
	uint8_t state, head;
	bool space;           /* MOMENTS: a space between date and time, instead of 'T' */
	unsigned scale, keep; /* keep: digits after the point that are written even if they are 0 */
	const vv_cell *cells;
	size_t stride, count;
	/* index NULL: all rows have the first value; empty NULL: no text is empty */
	const uint8_t *index, *empty;
	int64_t *numbers;    /* the number of each row; 0 for an empty text */
	int64_t least, most; /* the least and the greatest number */
} vv_group_run;

/* Decodes a column as a run. numbers false: numbers are decoded as cells, too. VV_ECORRUPT: the
 * column is damaged. */
vv_status vv_group_run_of(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			  vv_arena *arena, vv_error *err);

/* Like vv_group_run_of, but leaves `numbers` NULL and does not set least and most, so that the time
 * does not depend on the number of rows. */
vv_status vv_group_run_look(vv_group_run *out, const vv_group *g, size_t column, vv_arena *arena,
			    vv_error *err);

/* Decodes the first `columns` columns of all rows. The cell of row r and column c is stored in
 * cells[r * columns + c]. */
vv_status vv_group_decode(const vv_group *g, vv_cell *cells, size_t columns, vv_arena *arena,
			  vv_error *err);

#endif
