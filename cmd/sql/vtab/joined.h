/*
 * joined: speeds up a search for rows of a version by value that one statement repeats with
 * different values, as in joins and correlated subqueries.
 *
 * SQLite joins by nested loops: it searches the inner table once for each row of the outer table.
 * After some searches, varve reads all rows that meet the plan's constant conditions (those with a
 * literal) into a hash table, in which further searches of the statement find their rows.
 */
#ifndef VV_CMD_SQL_VTAB_JOINED_H
#define VV_CMD_SQL_VTAB_JOINED_H

#include "cmd/sql/vtab/grouped.h"
#include "cmd/sql/vtab/opened.h"

/* The identity of a search. Equal searches differ only in the values that they search for. */
typedef struct vv_sql_asking {
	const void *table; /* the table of SQLite */
	/* the plan as text; the revision, if it is an argument, else NULL */
	const char *plan, *revision;
} vv_sql_asking;

/* The record of equal searches. */
typedef struct vv_sql_joined {
	vv_sql_kept kept;       /* the record exists until the end of the statement */
	vv_sql_asking of;       /* owns its texts */
	vv_sql_opened *version; /* the version that is searched */
	vv_sql_grouped *rows;   /* NULL: not read yet, or too many rows */
	uint64_t asked;         /* number of searches so far */
	bool refused;           /* the version has too many rows to be read into memory */
} vv_sql_joined;

/* Returns the record of earlier equal searches of this statement, or NULL if this search is the
 * first. */
vv_sql_joined *vv_sql_joined_find(const vv_sql_catalog *c, const vv_sql_asking *who);

/* Makes the record of a search that is the first of its kind. *out is freed when the statement
 * ends. Returns 0 or a negative code of varve. */
int vv_sql_joined_new(vv_sql_joined **out, const vv_sql_asking *who, vv_sql_opened *version,
		      varve_error *err);

/* Sets *out to the columns by which a plan searches for rows. Returns the number of these columns,
 * or 0 if a hash table cannot answer the searches. */
size_t vv_sql_joined_columns(vv_sql_grouping *out, const vv_sql_scan_plan *plan);

/* Searches again, by values for the plan's conditions. Returns 1, and sets *at to the range of the
 * rows in j->rows, if j->rows was read. Returns 0 if the caller must search the version itself, or
 * a negative code on failure. */
int vv_sql_joined_ask(vv_sql_grouped_at *at, vv_sql_joined *j, vv_sql_opened *declared,
		      const vv_sql_scan_plan *plan, struct sqlite3_value **values,
		      varve_error *err);

/*
 * blame: finds the commit that last set each row or each cell of a version.
 */

/* The blame of a version, which all its cursors share. */
typedef struct vv_sql_blame {
	unsigned refs;              /* number of references */
	char commit[VARVE_ID_SIZE]; /* commit of the version */
	bool cells;                 /* true: the commits of cells; false: the commits of rows */
	varve_blame *of;            /* owned */
} vv_sql_blame;

/* Opens the blame of a commit's version. This walks the history. Returns 0 or a negative code of
 * varve. */
int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err);
/* Adds a reference, and returns b. */
vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b);
/* Removes a reference, and frees b with the last one. Accepts NULL. */
void vv_sql_blame_drop(vv_sql_blame *b);

#endif
