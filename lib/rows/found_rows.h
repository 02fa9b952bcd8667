/*
 * found_rows: iterates over the row groups of a table, and finds the rows in them that match.
 *
 *   found_rows_open(&f, table, options, err); found_rows_start(f, row, err);
 *   while ((more = found_rows_next(f, &group, err)) > 0) { ... }
 *   found_rows_close(f)
 *
 * A found_rows may be used by several threads, but only by one at a time.
 */
#ifndef VV_LIB_ROWS_FOUND_ROWS_H
#define VV_LIB_ROWS_FOUND_ROWS_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "dataset/table/table.h"
#include "lib/rows/where.h"

typedef struct vv_key_lookup vv_key_lookup;

/* One value = the options of one iteration. */
typedef struct vv_rows_options {
	const size_t *columns;     /* indices of the columns to read */
	size_t count;              /* their number; 0: all columns */
	vv_where *where;           /* condition; NULL: every row matches; borrowed */
	const vv_key_lookup *keys; /* finds row groups by key; may be NULL; borrowed */
	/* read only groups whose first row has a number from `from` to `to` - 1; to UINT64_MAX: all
	 * groups from there on */
	uint64_t from, to;
	bool within; /* also read the group that contains row `from` */
	bool alone;  /* do not read ahead in another thread */
	/* rows are requested by vv_rows_next_group instead of vv_rows_next */
	bool by_group;
	bool numbers; /* decode numbers as vv_table_reader_numbers does; not with by_group */
	const vv_progress *progress; /* may be NULL; borrowed */
} vv_rows_options;

/* One value = the matching rows of one row group. */
typedef struct found_group {
	vv_batch batch; /* the cells of the group */
	uint32_t *rows; /* indices of the matching rows in `batch`, ascending */
	size_t count;   /* number of matching rows; 0: `batch` must not be used */
	size_t cap,     /* number of elements allocated in rows */
		all;    /* the first `all` elements of rows are 0, 1, 2, ... */
	uint64_t seen;  /* number of table rows up to the end of this group */
} found_group;
void found_group_clear(found_group *g);

/* One value = one iteration. */
typedef struct found_rows found_rows;
/* Opens an iteration over t as *out. Borrows the table, and everything in the options except
 * `columns`, which is copied. The caller closes *out, also after a failure. */
vv_status found_rows_open(found_rows **out, vv_table *t, const vv_rows_options *opts,
			  vv_error *err);
/* Sets *index to the index of the row group of t that contains `row`, and *first to the number of
 * the first row of that group. VV_ECORRUPT: no group contains the row. */
vv_status found_rows_group_of(uint64_t *index, uint64_t *first, const vv_table *t, uint64_t row,
			      vv_error *err);

/* Starts the iteration at `row`, or starts it again. The caller must call this function before the
 * first found_rows_next. */
vv_status found_rows_start(found_rows *f, uint64_t row, vv_error *err);
/* Reads the next row group into *out, which must be zeroed before its first use, and replaces its
 * content. Returns 1, also for a group without matching rows (out->count is then 0), 0 at the end,
 * or a negative vv_status. */
int found_rows_next(found_rows *f, found_group *out, vv_error *err);
void found_rows_close(found_rows *f); /* accepts NULL */

#endif
