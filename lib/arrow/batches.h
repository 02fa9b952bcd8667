/*
 * batches: converts the rows of a table to Arrow arrays with some tens of thousands of rows each.
 * If all rows are read, the arrays are made on all cores.
 *
 * A correct caller: vv_rows_open with by_group; vv_arrow_batches_open; vv_arrow_batches_next until
 * out->release is NULL; vv_arrow_batches_close, then vv_rows_close.
 */
#ifndef VV_LIB_ARROW_BATCHES_H
#define VV_LIB_ARROW_BATCHES_H

#include "lib/arrow/maker.h"

typedef struct vv_arrow_batches vv_arrow_batches;

/* Opens the batches. Borrows the table, the rows and the columns of the options until close. Fails
 * as vv_arrow_maker_open does. */
vv_status vv_arrow_batches_open(vv_arrow_batches **out, vv_table *t, vv_rows *rows,
				const vv_arrow_options *opts, vv_error *err);

/* Makes the schema of all arrays, which the caller must release. False: out of memory. */
bool vv_arrow_batches_schema(const vv_arrow_batches *b, struct ArrowSchema *out);

/* Gets the next array, which the caller must release. At the end, sets out->release to NULL.
 * VV_EINPUT: a cell does not match its column's type. */
vv_status vv_arrow_batches_next(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err);

/* Return the number of rows so far, and the misfits in these rows (borrowed). */
uint64_t vv_arrow_batches_rows(const vv_arrow_batches *b);
const vv_arrow_misfits *vv_arrow_batches_misfits(const vv_arrow_batches *b);
/* Closes the batches; accepts NULL. In a child of fork, if threads were making arrays, does nothing
 * and returns false: the borrowed objects must then not be freed. */
bool vv_arrow_batches_close(vv_arrow_batches *b);
VV_AUTO_FREE(vv_arrow_batches, vv_arrow_batches_close)

#endif
