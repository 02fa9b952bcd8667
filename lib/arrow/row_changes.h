/*
 * row_changes: makes Arrow arrays of the rows that differ between two versions of a table.
 *
 * A correct caller calls vv_arrow_changes_open, then vv_arrow_changes_put for each row of the
 * comparison. It calls vv_arrow_changes_take whenever vv_arrow_changes_full returns true, and once
 * at the end. Last, it calls vv_arrow_changes_close.
 *
 * Three columns describe a change, as in the change data feed of the Delta Lake protocol:
 * _change_type (insert, delete, update_preimage, update_postimage), _commit_version (here a commit
 * id) and _commit_timestamp. A row whose key was changed is written as a delete and an insert, so
 * that applying the rows by key produces the newer version.
 */
#ifndef VV_LIB_ARROW_ROW_CHANGES_H
#define VV_LIB_ARROW_ROW_CHANGES_H

#include "base/auto.h"
#include "diff/rows/row_change.h"
#include "lib/arrow/column.h"

typedef struct vv_columns vv_columns;
typedef struct vv_table vv_table;

/* The options of vv_arrow_changes_open. */
typedef struct vv_arrow_changes_options {
	/* true: make a row for each changed cell; its columns are those of the key (or row_number),
	 * column, before and after, the latter two as the files spell them. false: make rows for
	 * each changed row */
	bool cells;
	vv_arrow_reading how; /* how columns are converted */
	int32_t misfit;       /* enum varve_misfit */
	uint64_t batch_rows;  /* approximate number of rows in an array; 0: 65,536 */
	/* commit id of the newer version; borrowed; NULL: the columns of the commit are null */
	const char *commit;
	int64_t time; /* commit time in seconds since 1970 */
	/* indexes of the key's columns in version b, or in version a if b is NULL */
	const size_t *key;
	size_t key_count;
} vv_arrow_changes_options;

/* One value = the differences between two versions, as arrays. */
typedef struct vv_arrow_changes vv_arrow_changes;

/* Opens *out for the differences between version a and version b of a table. columns: the pairs of
 * their columns. If the whole table was added or removed, the missing version and columns are NULL;
 * if there is no difference to write, all three may be NULL. a, b, columns, opts->commit and
 * opts->key must outlive *out. VV_ENOSUPPORT: opts->misfit or opts->how.numbers is unknown. */
vv_status vv_arrow_changes_open(vv_arrow_changes **out, vv_table *a, vv_table *b,
				const vv_columns *columns, const vv_arrow_changes_options *opts,
				vv_error *err);

/* Makes *out the schema of all arrays; the caller releases it. Returns false if memory ran out. */
bool vv_arrow_changes_schema(const vv_arrow_changes *c, struct ArrowSchema *out);

/* Adds the rows, or cells, of a change. Ignores rows that were only moved; with opts->cells, also
 * added and removed rows. Without opts->cells, the change must contain the cells of all columns
 * (not vv_rowdiff_options.only_needed). VV_EINPUT: a cell is not a value of its column's type, and
 * opts->misfit is VARVE_MISFIT_ERROR. */
vv_status vv_arrow_changes_put(vv_arrow_changes *c, const vv_row_change *change, vv_error *err);
/* Returns true if enough rows for an array were added since the last vv_arrow_changes_take. */
bool vv_arrow_changes_full(const vv_arrow_changes *c);

/* Makes *out an array of the rows added since the last call; the caller releases it. Sets
 * out->release to NULL if no row was added. */
vv_status vv_arrow_changes_take(vv_arrow_changes *c, struct ArrowArray *out, vv_error *err);

const vv_arrow_misfits *vv_arrow_changes_misfits(const vv_arrow_changes *c); /* borrowed */
void vv_arrow_changes_close(vv_arrow_changes *c);                            /* accepts NULL */
VV_AUTO_FREE(vv_arrow_changes, vv_arrow_changes_close)

#endif
