/*
 * maker: converts the rows of a cursor to a sequence of Arrow arrays.
 *
 * A correct caller calls vv_rows_open with by_group, vv_arrow_maker_open, vv_arrow_maker_next until
 * the array's release is NULL, vv_arrow_maker_close, and last vv_rows_close. Several makers with
 * their own cursors may run in parallel.
 */
#ifndef VV_LIB_ARROW_MAKER_H
#define VV_LIB_ARROW_MAKER_H

#include "base/auto.h"
#include "lib/arrow/column.h"
#include "lib/rows/rows.h"

/* The options of a maker. Pointers are borrowed until it is closed. */
typedef struct vv_arrow_options {
	/* indexes of the columns in the table; must be the columns of the cursor */
	const size_t *columns;
	size_t count;
	vv_arrow_reading how; /* how columns are converted */
	bool dictionaries;    /* make dictionaries of all text columns */
	/* names of the columns for which to make dictionaries; may be NULL; ignored if
	 * `dictionaries` is set */
	const vv_strings *dictionary;
	int32_t misfit;         /* enum varve_misfit */
	const char *row_number; /* name of an additional last column with row numbers, or NULL */
	/* maximum number of rows in an array; an array with much text has fewer. Must not be 0,
	 * except for vv_arrow_batches_open, which then uses 65,536 */
	uint64_t batch_rows;
	uint64_t rows; /* expected number of rows; 0: unknown */
	uint64_t skip, /* number of rows to skip first */
		limit; /* maximum number of rows in all arrays together; UINT64_MAX: no limit */
} vv_arrow_options;

/* A maker of arrays. */
typedef struct vv_arrow_maker vv_arrow_maker;

/* Opens a maker for the rows of the cursor `rows`. t and rows must outlive the maker. like: another
 * maker for the same columns; its measured extents and its choice of dictionaries are reused; may
 * be NULL. VV_ENOSUPPORT: opts->misfit or opts->how.numbers is unknown. VV_ENOTFOUND:
 * opts->dictionary names a column that the table does not have. VV_EUSAGE: opts->dictionary names a
 * column that is not text. */
vv_status vv_arrow_maker_open(vv_arrow_maker **out, vv_table *t, vv_rows *rows,
			      const vv_arrow_options *opts, const vv_arrow_maker *like,
			      vv_error *err);

/* Makes *out the schema of all arrays; the caller releases it. Returns false if memory ran out. */
bool vv_arrow_maker_schema(const vv_arrow_maker *b, struct ArrowSchema *out);

/* Makes *out the next array; the caller releases it. At the end, sets out->release to NULL.
 * VV_EINPUT: a cell is a misfit, and opts->misfit is VARVE_MISFIT_ERROR. */
vv_status vv_arrow_maker_next(vv_arrow_maker *b, struct ArrowArray *out, vv_error *err);

/* Continues at the cursor's new position, with at most `limit` rows. The caller calls this after
 * vv_rows_seek. Sets the numbers of rows (vv_arrow_maker_rows) and of misfits
 * (vv_arrow_maker_misfits) to 0. */
void vv_arrow_maker_limit(vv_arrow_maker *b, uint64_t limit);

/* Returns the number of rows since the maker was opened or vv_arrow_maker_limit was called. */
uint64_t vv_arrow_maker_rows(const vv_arrow_maker *b);
/* Returns the misfits in these rows; borrowed. */
const vv_arrow_misfits *vv_arrow_maker_misfits(const vv_arrow_maker *b);
void vv_arrow_maker_close(vv_arrow_maker *b); /* accepts NULL */
VV_AUTO_FREE(vv_arrow_maker, vv_arrow_maker_close)

#endif
