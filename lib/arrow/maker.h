/*
 * maker: the rows of a cursor as arrays of Arrow, one after the other.
 *
 * A correct caller: vv_rows_open with by_group; vv_arrow_maker_open; vv_arrow_maker_next until an array has no release;
 * vv_arrow_maker_close, then vv_rows_close. Several makers may work at once.
 */
#ifndef VV_LIB_ARROW_MAKER_H
#define VV_LIB_ARROW_MAKER_H

#include "base/auto.h"
#include "lib/arrow/column.h"
#include "lib/rows/rows.h"

typedef struct vv_arrow_options {
	const size_t *columns; /* places, those of the rows */
	size_t count;
	vv_arrow_reading how;
	bool dictionaries;            /* of all columns of text */
	const vv_strings *dictionary; /* likewise of these, by name; NULL or none: of none */
	int32_t misfit;               /* enum varve_misfit */
	const char *row_number;       /* a last column of this name, or NULL */
	uint64_t batch_rows;          /* at most; 0, of batches alone: 65,536 */
	uint64_t rows;                /* as far as is known how many there are; 0: unknown */
	uint64_t skip, limit;         /* rows that are left out first, rows in all */
} vv_arrow_options;

typedef struct vv_arrow_maker vv_arrow_maker;

/* Borrows the table and the rows. like: a maker of the same arrays, so that they need not be measured again; or NULL.
 * VV_ENOSUPPORT: an unknown treatment of misfits. VV_ENOTFOUND, VV_EUSAGE: a dictionary of a column that the table lacks, or that is not text. */
vv_status vv_arrow_maker_open(vv_arrow_maker **out, vv_table *t, vv_rows *rows,
			      const vv_arrow_options *opts, const vv_arrow_maker *like,
			      vv_error *err);

/* The schema of all arrays, the caller's to release. False: out of memory. */
bool vv_arrow_maker_schema(const vv_arrow_maker *b, struct ArrowSchema *out);

/* The next array, the caller's to release; at the end *out has no release. VV_EINPUT: a misfit. */
vv_status vv_arrow_maker_next(vv_arrow_maker *b, struct ArrowArray *out, vv_error *err);

/* After vv_rows_seek: restarts there, with at most `limit` rows. */
void vv_arrow_maker_limit(vv_arrow_maker *b, uint64_t limit);

/* Since it began: rows, and the misfits, borrowed. */
uint64_t vv_arrow_maker_rows(const vv_arrow_maker *b);
const vv_arrow_misfits *vv_arrow_maker_misfits(const vv_arrow_maker *b);
void vv_arrow_maker_close(vv_arrow_maker *b); /* accepts NULL */
VV_AUTO_FREE(vv_arrow_maker, vv_arrow_maker_close)

#endif
