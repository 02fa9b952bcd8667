/*
 * batches: converts the rows of a table to Arrow arrays with some tens of thousands of rows each.
 * If the cursor reads all rows from a position to the end of the table, and these are many, several
 * threads make the arrays.
 *
 * A correct caller calls vv_rows_open with by_group, vv_arrow_batches_open, vv_arrow_batches_next
 * until out->release is NULL, vv_arrow_batches_close, and last vv_rows_close.
 */
#ifndef VV_LIB_ARROW_BATCHES_H
#define VV_LIB_ARROW_BATCHES_H

#include "lib/arrow/maker.h"

/* One value = the batches of one cursor. */
typedef struct vv_arrow_batches vv_arrow_batches;

/* Opens the batches of the cursor `rows` over t as *out. Borrows the table, the rows and the
 * columns of the options until close. Fails as vv_arrow_maker_open does. */
vv_status vv_arrow_batches_open(vv_arrow_batches **out, vv_table *t, vv_rows *rows,
				const vv_arrow_options *opts, vv_error *err);

/* Makes *out the schema of all arrays, which the caller must release. Returns false if out of
 * memory. */
bool vv_arrow_batches_schema(const vv_arrow_batches *b, struct ArrowSchema *out);

/* Sets *out to the next array, which the caller must release. At the end, sets out->release to
 * NULL. VV_EINPUT: a cell is a misfit (misfits.h), and opts->misfit is VARVE_MISFIT_ERROR. */
vv_status vv_arrow_batches_next(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err);

/* Returns the number of rows in all arrays returned so far. */
uint64_t vv_arrow_batches_rows(const vv_arrow_batches *b);
/* Returns the misfits (misfits.h) in these rows; borrowed. */
const vv_arrow_misfits *vv_arrow_batches_misfits(const vv_arrow_batches *b);
/* Closes the batches, and returns true; accepts NULL. Exception: if b has threads and belongs to a
 * parent process that called fork(), this function does nothing and returns false. The child
 * process does not have these threads, and must not free the objects that b borrows. */
bool vv_arrow_batches_close(vv_arrow_batches *b);
VV_AUTO_FREE(vv_arrow_batches, vv_arrow_batches_close)

#endif
