/*
 * joined: a version that a statement searches by value repeatedly, as joins and correlated subqueries do.
 *
 * SQLite joins by nested loops: it searches the inner table once for each row of the outer one. After some searches all rows
 * of the version are read once and then found by a hash, until the statement ends.
 */
#ifndef VV_CMD_SQL_VTAB_JOINED_H
#define VV_CMD_SQL_VTAB_JOINED_H

#include "cmd/sql/vtab/grouped.h"
#include "cmd/sql/vtab/opened.h"

/* The searching cursor: a table of SQLite, a plan, and a revision if that is an argument (else
 * NULL). */
typedef struct vv_sql_asking {
	const void *table;
	const char *plan, *revision;
} vv_sql_asking;

typedef struct vv_sql_joined {
	vv_sql_kept kept;
	vv_sql_asking of; /* owns its texts */
	vv_sql_opened *version;
	vv_sql_grouped *rows; /* NULL: not read yet, or too many */
	uint64_t asked;
	int64_t began_ms;
	bool refused;
} vv_sql_joined;

/* Finds an equal earlier search of this statement; NULL: this is the first one. */
vv_sql_joined *vv_sql_joined_find(const vv_sql_catalog *c, const vv_sql_asking *who);

/* Records the first search of its kind. The statement owns *out. */
int vv_sql_joined_new(vv_sql_joined **out, const vv_sql_asking *who, vv_sql_opened *version,
		      varve_error *err);

/* Sets *out to the columns by which a plan searches rows, and returns their number; 0: it searches by no column. */
size_t vv_sql_joined_columns(vv_sql_grouping *out, const vv_sql_scan_plan *plan);

/* A further search, by the values of a plan's conditions. 1: the rows are at *at of j->rows; 0: the caller must search for
 * the rows. */
int vv_sql_joined_ask(vv_sql_grouped_at *at, vv_sql_joined *j, vv_sql_opened *declared,
		      const vv_sql_scan_plan *plan, struct sqlite3_value **values,
		      varve_error *err);

/*
 * blame: the commit that last set each row of a version, or each of its cells, for all cursors.
 */

typedef struct vv_sql_blame {
	unsigned refs;
	char commit[VARVE_ID_SIZE]; /* of the version */
	bool cells;                 /* the commits of cells, else of rows */
	varve_blame *of;
} vv_sql_blame;

/* Opens the blame of a commit's version. Walks the history. */
int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err);
vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b);
void vv_sql_blame_drop(vv_sql_blame *b); /* accepts NULL */

#endif
