/*
 * group: a run of rows as one block, the columns side by side inside it.
 *
 * Encoding is deterministic and lossless; one column can be read without the
 * others. Format: docs/formats/store.md, "row group".
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

/* Scratch for encoding, one a thread. */
typedef struct vv_group_encoder vv_group_encoder;
vv_group_encoder *vv_group_encoder_new(void); /* NULL when out of memory */
void vv_group_encoder_free(vv_group_encoder *e);
VV_AUTO_FREE(vv_group_encoder, vv_group_encoder_free)

/* From now on each encoding finds the facts of its cells, too, in passing: those that vv_facts_of
 * finds. NULL (as at first): it does not. */
void vv_group_encoder_find(vv_group_encoder *e, vv_facts *out);

/* The texts of the next encoding mostly lie within these bytes: it is faster then. len 0: nothing is known, as at first.
 * The caller takes it back before the bytes go. */
void vv_group_encoder_within(vv_group_encoder *e, const char *bytes, size_t len);

/* Called with each column's distinct or all values while encoding, so that types can be inferred
 * without a second pass; may be NULL. count values, each valid only during the call; a value may be
 * reported more than once. all: each is reported. Else they are plain numbers, dates or datetimes
 * spelled in one way, of which a few are reported: the least and the greatest integer, the number
 * with most digits after the point, any other; and empty ones may be among them. */
typedef void (*vv_group_values_fn)(void *payload, size_t column, const vv_cell *values,
				   size_t count, bool all);

/* Replaces out's content by the block for rows x columns cells, row r column c at cells[r * stride
 * + c]. Trailing all-absent columns are left out. Cells that are out of line must be given with len
 * 0. VV_EREFUSED over VV_BLOCK_MAX (cannot happen within the cut's limits). */
vv_status vv_group_encode(vv_group_encoder *e, vv_buf *out, const vv_cell *cells, size_t rows,
			  size_t columns, size_t stride, vv_group_values_fn fn, void *payload,
			  vv_error *err);

/* A view of a block's bytes, which must outlive it. */
typedef struct vv_group {
	const uint8_t *bytes;
	size_t len;
	size_t rows, columns;   /* columns stored; higher ones are absent in every row */
	const uint8_t **column; /* start of each column; owned (vv_group_close) */
	size_t *column_len;
	vv_parted *parted; /* NULL: complete; else vv_group_need loads columns. Borrowed */
} vv_group;

/* Reads header and directory; VV_ECORRUPT when they are not a row group. */
vv_status vv_group_open(vv_group *out, const void *bytes, size_t len, vv_error *err);
void vv_group_close(vv_group *g);
/* The same for a block whose columns are unpacked when they are needed, which must outlive it; all that is declared
 * here and in group_*.h does that if it reads one. */
vv_status vv_group_open_parted(vv_group *out, vv_parted *parted, vv_error *err);
static inline vv_status vv_group_need(const vv_group *g, size_t column, vv_error *err)
{
	return !g->parted || g->parted->left == 0 || column >= g->columns
		       ? VV_OK
		       : vv_parted_need(g->parted, (size_t)(g->column[column] - g->bytes),
					g->column_len[column], err);
}
/* All columns. */
static inline vv_status vv_group_need_all(const vv_group *g, vv_error *err)
{
	return g->parted ? vv_parted_need(g->parted, 0, g->len, err) : VV_OK;
}
/* Do two columns stored in their groups have the same bytes? 1, 0, <0. Columns stored identically are not unpacked. */
int vv_group_same_column(const vv_group *a, size_t ca, const vv_group *b, size_t cb, vv_error *err);

/* For coder.h: each column a part, but for the short ones, which stay in the head or share a part. */
vv_status vv_group_divide(vv_parts *out, const void *bytes, size_t len, vv_error *err);
VV_AUTO_CLEAR(vv_group, vv_group_close)

/* Decodes one column into cells[0], cells[stride], ... (rows of them). Text
 * borrows from the block, or from arena if it had to be made. A column beyond
 * the stored ones is all absent. Every bound is checked: VV_ECORRUPT. */
vv_status vv_group_column(const vv_group *g, size_t column, vv_cell *cells, size_t stride,
			  vv_arena *arena, vv_error *err);

/* Is the column such that a cell of it is found without reading all of it into memory? */
bool vv_group_has_cell(const vv_group *g, size_t column);
/* The cell of one row, as from vv_group_column: cheaper than the column for a few rows.
 * VV_ECORRUPT, but not for all that vv_group_column finds. */
vv_status vv_group_cell(const vv_group *g, size_t column, size_t row, vv_cell *cell,
			vv_arena *arena, vv_error *err);

/* A column whose rows are not made one by one: shared values are stored once. Borrows from the block and the arena. */
typedef enum vv_run_form {
	VV_RUN_CELLS, /* a cell for each row, `stride` apart */
	VV_RUN_SHARED, /* cells[0 .. count): distinct values; of each row its number in index (NULL: all are the first) */
	VV_RUN_INTEGERS, /* numbers, all spelled in one way, with an empty text where `empty` (or NULL) has a 1: */
	VV_RUN_DECIMALS, /* in units of 10^-scale */
	VV_RUN_DAYS,     /* since 1970-01-01 */
	VV_RUN_MOMENTS   /* since 1970-01-01T00:00:00, in units of 10^-scale seconds */
} vv_run_form;

typedef struct vv_group_run {
	vv_run_form form;
	/* of all numbers; those of two runs in which these are the same, and form, are spelled alike */
	uint8_t state, head;
	bool space;           /* of moments: between date and time, in place of the T */
	unsigned scale, keep; /* keep: digits after the point that are written even if they are 0 */
	const vv_cell *cells;
	size_t stride, count;
	const uint8_t *index, *empty;
	int64_t *numbers; /* of each row; where one is empty 0 */
	int64_t least, most;
} vv_group_run;

/* Numbers are given as such where `numbers` is set; else as cells. VV_ECORRUPT. */
vv_status vv_group_run_of(vv_group_run *out, const vv_group *g, size_t column, bool numbers,
			  vv_arena *arena, vv_error *err);

/* The same without the numbers of a run, which are NULL, and without least and most: the cost does not depend on rows. */
vv_status vv_group_run_look(vv_group_run *out, const vv_group *g, size_t column, vv_arena *arena,
			    vv_error *err);

/* Decodes everything: cells[r * columns + c] for `columns` columns. */
vv_status vv_group_decode(const vv_group *g, vv_cell *cells, size_t columns, vv_arena *arena,
			  vv_error *err);

#endif
