/*
 * grouped: rows in memory, by the values of some columns: in their order for GROUP BY, or found by them for a join.
 *
 * SQLite sorts whole rows for GROUP BY, and requests the rows of a join value by value. Here numbers of rows are put in
 * groups by a hash table, and the other columns are arrays: for a few hundred values among millions of rows that takes a
 * third of the time, and a row is found without opening a cursor. For GROUP BY a plan calls vv_sql_grouped_may first; for
 * a join, columns that are too large are left out, and read from the version, row by row.
 */
#ifndef VV_CMD_SQL_VTAB_GROUPED_H
#define VV_CMD_SQL_VTAB_GROUPED_H

#include "cmd/sql/vtab/scan.h"

struct vv_sql_value;

#define VV_GROUPING_COLUMNS 8

typedef struct vv_sql_grouping {
	size_t by[VV_GROUPING_COLUMNS]; /* of the declared table */
	bool descending[VV_GROUPING_COLUMNS];
	size_t count;
	uint64_t used; /* columns of the declared table, of which the first 63 can be kept */
	bool is[VV_GROUPING_COLUMNS]; /* of a join by IS: NULL is looked for, too */
	bool join; /* rows are looked for by hash: groups are in no order, and one may have rows of several values */
} vv_sql_grouping;

/* May these columns be kept for GROUP BY? Those beside the grouped ones must be numbers, and all rows take at most some
 * 100 MB. */
bool vv_sql_grouped_may(const vv_sql_opened *of, const vv_sql_grouping *how);

typedef struct vv_sql_grouped vv_sql_grouped;

/* Some rows of it, one after the other. A reader owns it, and several may read the same rows. */
typedef struct vv_sql_grouped_at {
	uint32_t row, end; /* the next one */
	uint32_t group;    /* its own; of a join the one that is likely to be requested next */
} vv_sql_grouped_at;

/* Reads all rows of a scan, which is not needed afterwards. VARVE_ELIMIT: for a join they take too much. */
int vv_sql_grouped_open(vv_sql_grouped **out, vv_sql_scan *scan, const vv_sql_opened *of,
			const vv_sql_grouping *how, varve_error *err);
void vv_sql_grouped_all(vv_sql_grouped_at *at, const vv_sql_grouped *g);

/* The rows that may have these values (one for each column in `by`; others are among them). False: any row may. *at is that of
 * the question before, or zero. */
bool vv_sql_grouped_find(vv_sql_grouped_at *at, const vv_sql_grouped *g,
			 struct sqlite3_value **values);
bool vv_sql_grouped_next(vv_sql_grouped_at *at, const vv_sql_grouped *g);
uint64_t vv_sql_grouped_row(const vv_sql_grouped_at *at,
			    const vv_sql_grouped *g); /* its number in the version */

/* A used column; text is valid until the close. False: it is not kept. */
bool vv_sql_grouped_read(struct vv_sql_value *out, const vv_sql_grouped_at *at,
			 const vv_sql_grouped *g, size_t column);
void vv_sql_grouped_close(vv_sql_grouped *g); /* accepts NULL */

#endif
