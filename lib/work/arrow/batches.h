/*
 * batches: the rows of a table as arrays of Arrow, some tens of thousands at a time.
 *
 * A correct caller: vv_rows_open with by_group; vv_arrow_batches_open; vv_arrow_batches_next until an array has no
 * release; vv_arrow_batches_close, then vv_rows_close.
 */
#ifndef VV_LIB_WORK_ARROW_BATCHES_H
#define VV_LIB_WORK_ARROW_BATCHES_H

#include "base/auto.h"
#include "lib/work/arrow/column.h"
#include "lib/work/rows/rows.h"

typedef struct vv_arrow_options {
	const size_t *columns; /* places, those of the rows */
	size_t count;
	vv_arrow_reading how;
	bool dictionaries;            /* of all columns of text */
	const vv_strings *dictionary; /* likewise of these, by name; NULL or none: of none */
	int32_t misfit;               /* enum varve_misfit */
	const char *row_number;       /* a last column of this name; NULL: none */
	uint64_t batch_rows;          /* at most; 0: 65,536 */
	uint64_t rows;                /* as far as is known how many there are; 0: unknown */
	uint64_t skip, limit;         /* rows that are left out first, rows in all */
} vv_arrow_options;

typedef struct vv_arrow_batches vv_arrow_batches;

/* Borrows the table and the rows. VV_ENOSUPPORT: an unknown treatment of misfits. VV_ENOTFOUND, VV_EUSAGE: a dictionary of
 * a column that the table lacks, or that is not text. */
vv_status vv_arrow_batches_open(vv_arrow_batches **out, vv_table *t, vv_rows *rows,
				const vv_arrow_options *opts, vv_error *err);

/* The schema of all arrays, the caller's to release. False: there is no memory. */
bool vv_arrow_batches_schema(const vv_arrow_batches *b, struct ArrowSchema *out);

/* The next array, the caller's to release; at the end *out has no release. VV_EINPUT: a misfit. */
vv_status vv_arrow_batches_next(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err);

/* Rows so far, and the misfits among them; borrowed. */
uint64_t vv_arrow_batches_rows(const vv_arrow_batches *b);
bool vv_arrow_batches_any(const vv_arrow_batches *b); /* was there a row, skipped or not? */
const vv_arrow_misfits *vv_arrow_batches_misfits(const vv_arrow_batches *b);
void vv_arrow_batches_close(vv_arrow_batches *b); /* accepts NULL */
VV_AUTO_FREE(vv_arrow_batches, vv_arrow_batches_close)

#endif
