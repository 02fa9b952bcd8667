/*
 * group: encodes consecutive rows of a table as one block, a row group, column by column, and
 * decodes it.
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
#include "repo/blocks/parts.h"
#include "repo/blocks/store.h"

/* Working memory for encoding. Each thread needs its own. */
typedef struct vv_group_encoder vv_group_encoder;
vv_group_encoder *vv_group_encoder_new(void); /* returns NULL if out of memory */
void vv_group_encoder_free(vv_group_encoder *e);
VV_AUTO_FREE(vv_group_encoder, vv_group_encoder_free)

/* Makes later calls of vv_group_encode also set *out to the facts of the cells, as vv_facts_of
 * does. out is borrowed; NULL, the initial state: facts are not computed. */
void vv_group_encoder_find(vv_group_encoder *e, vv_facts *out);

/* Makes later encodings faster if most texts of their cells are inside bytes[0 .. len). len 0, the
 * initial state: no such memory. Call again with len 0 before the bytes are freed. */
void vv_group_encoder_within(vv_group_encoder *e, const char *bytes, size_t len);

/* Receives values of a column while the column is encoded, so that types can be inferred without a
 * second pass. Values are valid only during the call. The same value may be passed more than once.
 * all true: every distinct value of the column that has a text is passed. all false: the column has
 * only plain numbers, dates or datetimes in one spelling, and perhaps empty values. The values that
 * determine the type are then enough, and others may be left out: the least and the greatest
 * integer, the number with most digits after the point, or one value of any other type. */
typedef void (*vv_group_values_fn)(void *payload, size_t column, const vv_cell *values,
				   size_t count, bool all);

/* Encodes rows x columns cells into a block, which replaces the content of out. The cell of row r
 * and column c is cells[r * stride + c]. Columns at the end that are absent in all rows are not
 * stored. Cells that are stored outside of the group must have len 0. fn may be NULL. Else it is
 * called for each column that has a text. VV_EREFUSED: rows is 0, there are too many cells, or the
 * block is larger than VV_BLOCK_MAX. The last two cannot happen with groups that vv_cut_row ends
 * (cut.h). */
vv_status vv_group_encode(vv_group_encoder *e, vv_buf *out, const vv_cell *cells, size_t rows,
			  size_t columns, size_t stride, vv_group_values_fn fn, void *payload,
			  vv_error *err);

/* An open row group. */
typedef struct vv_group {
	const uint8_t *bytes; /* the block; borrowed */
	size_t len;
	size_t rows, /* number of rows */
		/* number of stored columns; all further columns are absent in every row */
		columns;
	/* start of each stored column, in the member `bytes`; freed by vv_group_close */
	const uint8_t **column;
	size_t *column_len; /* bytes of each stored column */
	/* the parts of a block that vv_group_open_parted has opened; borrowed; NULL: all bytes are
	 * unpacked */
	vv_parted *parted;
} vv_group;

/* Opens the row group in a block, whose bytes must outlive *out. Reads the header and the directory
 * of columns. VV_ECORRUPT: the block is not a row group. */
vv_status vv_group_open(vv_group *out, const void *bytes, size_t len, vv_error *err);
void vv_group_close(vv_group *g);
/* Opens the row group in a block whose parts are unpacked on demand (vv_parted); parted must
 * outlive *out. The functions of this header and of group_*.h call vv_group_need for the columns
 * that they read. */
vv_status vv_group_open_parted(vv_group *out, vv_parted *parted, vv_error *err);
/* Unpacks the parts that contain the column with this index, unless they are unpacked already. */
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
/* Compares the encoded bytes of column ca of a with those of column cb of b; both columns must be
 * stored. Returns 1 if they are equal, 0 if not, or a negative vv_status. Columns with equal packed
 * bytes are not unpacked. */
int vv_group_same_column(const vv_group *a, size_t ca, const vv_group *b, size_t cb, vv_error *err);

/* Divides the block of a row group into parts that can be unpacked separately. This is the `divide`
 * function of a vv_block_codec. A part begins with a column that is not short, and has as many of
 * the following columns as it needs to reach a minimum size. All other columns are in the head. A
 * block that is not a row group gets no parts. */
vv_status vv_group_divide(vv_parts *out, const void *bytes, size_t len, vv_error *err);
VV_AUTO_CLEAR(vv_group, vv_group_close)

/* Decodes the cells of one column into cells[0], cells[stride], ..., one for each row. Texts are
 * borrowed from the block, or allocated in arena. If the column is not stored, all cells are
 * absent. VV_ECORRUPT: the column is damaged. Every length is checked, so the block may be
 * untrusted. */
vv_status vv_group_column(const vv_group *g, size_t column, vv_cell *cells, size_t stride,
			  vv_arena *arena, vv_error *err);

/* Returns true if vv_group_cell can decode a cell of the column without decoding the whole
 * column. */
bool vv_group_has_cell(const vv_group *g, size_t column);
/* Decodes the cell of one column and one row into *cell. If vv_group_has_cell returns false for the
 * column, the whole column is decoded for each call. Else this is faster than vv_group_column for a
 * few rows, but detects fewer kinds of damage. VV_ECORRUPT: the column is damaged. */
vv_status vv_group_cell(const vv_group *g, size_t column, size_t row, vv_cell *cell,
			vv_arena *arena, vv_error *err);

/* How a vv_group_run represents the values of a column. The last four forms are for numbers in one
 * spelling; if a row's byte in `empty` is 1, the row has an empty text instead of a number. */
typedef enum vv_run_form {
	VV_RUN_CELLS, /* one cell for each row, `stride` apart */
	/* cells[0 .. count) are the distinct values; index has the number of each row's value */
	VV_RUN_SHARED,
	VV_RUN_INTEGERS,
	VV_RUN_DECIMALS, /* in units of 10^-scale */
	VV_RUN_DAYS,     /* days since 1970-01-01 */
	VV_RUN_MOMENTS   /* since 1970-01-01T00:00:00, in units of 10^-scale seconds */
} vv_run_form;

/* A run: a decoded column, which need not have a cell for each row. Pointers are borrowed from the
 * block and the arena. */
typedef struct vv_group_run {
	vv_run_form form;
	/* The spelling of numbers: two runs with the same form, state, head, space, scale and keep
	 * spell equal numbers equally. */
	uint8_t state, /* vv_cell_state of all numbers */
		head; /* the form of the numbers in the block (GROUP_FIXED ..., group_internal.h) */
	bool space;   /* MOMENTS: a space between date and time, instead of 'T' */
	unsigned scale, /* DECIMALS, MOMENTS: the unit is 10^-scale */
		keep;   /* minimum number of digits after the point, written even if they are 0 */
	const vv_cell *cells; /* CELLS: the cells; SHARED: the distinct values */
	size_t stride,        /* CELLS: distance of two cells in the array */
		count;        /* SHARED: number of distinct values */
	/* SHARED: the number of each row's value; NULL: all rows have the first value */
	const uint8_t *index,
		/* numbers: 1 for each row with an empty text, else 0; NULL: no text is empty */
		*empty;
	int64_t *numbers;    /* the number of each row; 0 for an empty text */
	int64_t least, most; /* the least and the greatest number */
} vv_group_run;

/* Decodes the column with this index into *out. numbers false: columns of numbers are also
 * returned as VV_RUN_CELLS, without numbers. VV_ECORRUPT: the column is damaged. */
vv_status vv_group_run_of(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			  vv_arena *arena, vv_error *err);

/* Like vv_group_run_of, but does not decode numbers: out->numbers is NULL, and least and most are
 * not set. Columns of other encodings are decoded as by vv_group_run_of. */
vv_status vv_group_run_look(vv_group_run *out, const vv_group *g, size_t column, vv_arena *arena,
			    vv_error *err);

/* Decodes the first `columns` columns of all rows. The cell of row r and column c is stored in
 * cells[r * columns + c]. */
vv_status vv_group_decode(const vv_group *g, vv_cell *cells, size_t columns, vv_arena *arena,
			  vv_error *err);

#endif
