/*
 * maker: converts the rows of a cursor to a sequence of Arrow arrays.
 *
 * A correct caller: vv_rows_open with by_group; vv_arrow_maker_open; vv_arrow_maker_next until the
 * array's release is NULL; vv_arrow_maker_close, then vv_rows_close. Several makers may run in
 * parallel.
 */
#ifndef VV_LIB_ARROW_MAKER_H
#define VV_LIB_ARROW_MAKER_H

#include "base/auto.h"
#include "lib/arrow/column.h"
#include "lib/rows/rows.h"

typedef struct vv_arrow_options {
	/* places of the columns in the table; the same as those of the cursor */
	const size_t *columns;
	size_t count;
	vv_arrow_reading how;
	bool dictionaries; /* make dictionaries of all text columns */
	/* names of the columns to make dictionaries of; may be NULL. Ignored if dictionaries is
	 * set */
	const vv_strings *dictionary;
	int32_t misfit;         /* enum varve_misfit */
	const char *row_number; /* name of an additional last column with row numbers, or NULL */
	/* the most rows in an array; lib/arrow/batches.h replaces 0 by 65,536 */
	uint64_t batch_rows;
	uint64_t rows; /* expected number of rows; 0: unknown */
	uint64_t skip, /* number of rows to skip first */
		limit; /* the most rows in all arrays together */
} vv_arrow_options;

typedef struct vv_arrow_maker vv_arrow_maker;

/* Borrows the table and the cursor. like: a maker for the same columns, whose measurements are
 * reused; may be NULL. VV_ENOSUPPORT: opts->misfit is unknown. VV_ENOTFOUND, VV_EUSAGE:
 * opts->dictionary names a column that the table does not have, or that is not text. */
vv_status vv_arrow_maker_open(vv_arrow_maker **out, vv_table *t, vv_rows *rows,
			      const vv_arrow_options *opts, const vv_arrow_maker *like,
			      vv_error *err);

/* Gets the schema of all arrays; the caller releases it. Returns false if memory ran out. */
bool vv_arrow_maker_schema(const vv_arrow_maker *b, struct ArrowSchema *out);

/* Makes the next array; the caller releases it. out->release is NULL at the end. VV_EINPUT: a cell
 * is a misfit, and opts->misfit is VARVE_MISFIT_ERROR. */
vv_status vv_arrow_maker_next(vv_arrow_maker *b, struct ArrowArray *out, vv_error *err);

/* Call after vv_rows_seek: starts over at the cursor's new position, with at most `limit` rows, and
 * sets the counts below to 0. */
void vv_arrow_maker_limit(vv_arrow_maker *b, uint64_t limit);

/* Return the number of rows, and the misfits, borrowed, since the maker was opened or
 * vv_arrow_maker_limit was called. */
uint64_t vv_arrow_maker_rows(const vv_arrow_maker *b);
const vv_arrow_misfits *vv_arrow_maker_misfits(const vv_arrow_maker *b);
void vv_arrow_maker_close(vv_arrow_maker *b); /* accepts NULL */
VV_AUTO_FREE(vv_arrow_maker, vv_arrow_maker_close)

#endif
