/*
 * joined: speeds up searches that a statement repeats with different values, as in joins and
 * correlated subqueries. It also has the blame of a version.
 *
 * SQLite joins by nested loops: it searches the inner table once for each row of the outer table.
 * After some searches, varve reads all rows that meet the plan's constant conditions (those with a
 * literal) into a hash table. Further searches of the statement find their rows in this table.
 */
#ifndef VV_CMD_SQL_VTAB_JOINED_H
#define VV_CMD_SQL_VTAB_JOINED_H

#include "cmd/sql/vtab/grouped.h"
#include "cmd/sql/vtab/opened.h"

/* What identifies a search. Searches with the same identity differ only in the values that they
 * search for. */
typedef struct vv_sql_asking {
	const void *table; /* the address of the virtual table, for comparison */
	/* the plan as text; the revision if it is an argument, else NULL */
	const char *plan, *revision;
} vv_sql_asking;

/* The record of the searches with one identity. */
typedef struct vv_sql_joined {
	vv_sql_kept kept;       /* the record exists until the end of the statement */
	vv_sql_asking of;       /* owns its texts */
	vv_sql_opened *version; /* the version that is searched */
	vv_sql_grouped *rows;   /* NULL: not read yet, or too many rows */
	uint64_t asked;         /* number of searches so far */
	bool refused;           /* the version has too many rows to be read into memory */
} vv_sql_joined;

/* Returns the record of earlier searches of this statement with the identity *who; NULL if there was
 * none. The record is borrowed until the statement ends. */
vv_sql_joined *vv_sql_joined_find(const vv_sql_catalog *c, const vv_sql_asking *who);

/* Makes the record for the first search with the identity *who, whose texts are copied. Adds a
 * reference to version. *out is freed when the statement ends. Returns 0 or a negative code of
 * varve. */
int vv_sql_joined_new(vv_sql_joined **out, const vv_sql_asking *who, vv_sql_opened *version,
		      varve_error *err);

/* Sets *out to the columns by which a plan searches for rows. Returns the number of these columns;
 * 0 if a hash table cannot answer the searches. */
size_t vv_sql_joined_columns(vv_sql_grouping *out, const vv_sql_scan_plan *plan);

/* Searches by values, one value for each condition of the plan. declared: the version whose columns
 * SQLite's table has. Returns 1, and sets *at to the range of the found rows in j->rows. Returns 0
 * if the caller must search the version itself, for example because j->rows was not read yet.
 * Returns a negative code of varve on failure. */
int vv_sql_joined_ask(vv_sql_grouped_at *at, vv_sql_joined *j, vv_sql_opened *declared,
		      const vv_sql_scan_plan *plan, struct sqlite3_value **values,
		      varve_error *err);

/* ---- blame: finds the commit that last set each row or each cell of a version ---- */

/* The blame of a version. Several cursors can share it. */
typedef struct vv_sql_blame {
	unsigned refs;              /* number of references */
	char commit[VARVE_ID_SIZE]; /* commit of the version */
	bool cells;                 /* true: the commits of cells; false: the commits of rows */
	varve_blame *of;            /* owned */
} vv_sql_blame;

/* Finds the blame of a version in a commit; this reads the history. The caller drops *out. Returns 0
 * or a negative code of varve. */
int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err);
/* Adds a reference, and returns b. */
vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b);
/* Removes a reference, and frees b with the last one. Accepts NULL. */
void vv_sql_blame_drop(vv_sql_blame *b);

#endif
