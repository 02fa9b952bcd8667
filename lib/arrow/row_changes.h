/*
 * row_changes: rows that differ between two versions of a table, as arrays of Arrow.
 *
 * A correct caller: vv_arrow_changes_open; for each row of the comparison vv_arrow_changes_put, and vv_arrow_changes_take
 * where vv_arrow_changes_full, and once at the end; vv_arrow_changes_close.
 *
 * Rows are distinguished by the columns of the Delta Lake protocol's change data feed: _change_type (insert, delete,
 * update_preimage, update_postimage), _commit_version and _commit_timestamp. A row whose key is another is a delete
 * and an insert, so that applying the rows by their key ends with the newer version.
 */
#ifndef VV_LIB_ARROW_ROW_CHANGES_H
#define VV_LIB_ARROW_ROW_CHANGES_H

#include "base/auto.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_change.h"
#include "lib/arrow/column.h"

typedef struct vv_arrow_changes_options {
	bool cells; /* a row for each cell that changed, as written: key, column, before, after */
	vv_arrow_reading how;
	int32_t misfit;      /* enum varve_misfit */
	uint64_t batch_rows; /* about; 0: 65,536 */
	const char *commit;  /* of the newer version; NULL: none; borrowed */
	int64_t time;        /* of the commit: seconds since 1970 */
	const size_t *key;   /* places in the newer (or only) version */
	size_t key_count;
} vv_arrow_changes_options;

typedef struct vv_arrow_changes vv_arrow_changes;

/* Either table may be NULL: a table added or removed as a whole; columns NULL then. All are borrowed. */
vv_status vv_arrow_changes_open(vv_arrow_changes **out, vv_table *a, vv_table *b,
				const vv_columns *columns, const vv_arrow_changes_options *opts,
				vv_error *err);

/* The schema of all arrays, the caller's to release. False: out of memory. */
bool vv_arrow_changes_schema(const vv_arrow_changes *c, struct ArrowSchema *out);

/* A change with all its cells; rows that only moved are passed over. VV_EINPUT: a misfit. */
vv_status vv_arrow_changes_put(vv_arrow_changes *c, const vv_row_change *change, vv_error *err);
bool vv_arrow_changes_full(const vv_arrow_changes *c);

/* The rows put since the last call, the caller's to release; release is NULL if there are none. */
vv_status vv_arrow_changes_take(vv_arrow_changes *c, struct ArrowArray *out, vv_error *err);

const vv_arrow_misfits *vv_arrow_changes_misfits(const vv_arrow_changes *c); /* borrowed */
void vv_arrow_changes_close(vv_arrow_changes *c);                            /* accepts NULL */
VV_AUTO_FREE(vv_arrow_changes, vv_arrow_changes_close)

#endif
