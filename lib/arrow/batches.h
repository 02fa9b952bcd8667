/*
 * batches: the rows of a table as arrays of Arrow, some tens of thousands at a time, those of all rows made on all cores.
 *
 * A correct caller: vv_rows_open with by_group; vv_arrow_batches_open; vv_arrow_batches_next until an array has no
 * release; vv_arrow_batches_close, then vv_rows_close.
 */
#ifndef VV_LIB_ARROW_BATCHES_H
#define VV_LIB_ARROW_BATCHES_H

#include "lib/arrow/maker.h"

typedef struct vv_arrow_batches vv_arrow_batches;

/* Borrows the table, the rows and the columns of the options. Fails as vv_arrow_maker_open does. */
vv_status vv_arrow_batches_open(vv_arrow_batches **out, vv_table *t, vv_rows *rows,
				const vv_arrow_options *opts, vv_error *err);

/* The schema of all arrays, the caller's to release. False: out of memory. */
bool vv_arrow_batches_schema(const vv_arrow_batches *b, struct ArrowSchema *out);

/* The next array, the caller's to release; at the end *out has no release. VV_EINPUT: a misfit. */
vv_status vv_arrow_batches_next(vv_arrow_batches *b, struct ArrowArray *out, vv_error *err);

/* Rows so far, and the misfits among them; borrowed. */
uint64_t vv_arrow_batches_rows(const vv_arrow_batches *b);
const vv_arrow_misfits *vv_arrow_batches_misfits(const vv_arrow_batches *b);
/* Accepts NULL. False in a child of fork if threads were making arrays: then it does nothing, and the borrowed objects must not
 * be freed. */
bool vv_arrow_batches_close(vv_arrow_batches *b);
VV_AUTO_FREE(vv_arrow_batches, vv_arrow_batches_close)

#endif
