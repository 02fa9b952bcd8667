/*
 * joined: a version that a statement searches by value repeatedly, as joins and correlated
 * subqueries do.
 *
 * SQLite joins by nested loops: it searches the inner table once for each row of the outer table.
 * After some searches, varve reads all rows that meet the plan's constant conditions (those with a
 * literal) into a hash table, which answers further searches until the statement ends.
 */
#ifndef VV_CMD_SQL_VTAB_JOINED_H
#define VV_CMD_SQL_VTAB_JOINED_H

#include "cmd/sql/vtab/grouped.h"
#include "cmd/sql/vtab/opened.h"

/* Identifies a search: a table of SQLite, a plan, and the revision if it is an argument (else
 * NULL). */
typedef struct vv_sql_asking {
	const void *table;
	const char *plan, *revision;
} vv_sql_asking;

typedef struct vv_sql_joined {
	vv_sql_kept kept;
	vv_sql_asking of; /* owns its texts */
	vv_sql_opened *version;
	vv_sql_grouped *rows; /* NULL: not read yet, or too many rows */
	uint64_t asked;       /* number of searches so far */
	int64_t began_ms;     /* time of the first search */
	bool refused;         /* the version has too many rows to be read into memory */
} vv_sql_joined;

/* Returns the record of an earlier equal search of this statement. NULL: this search is the
 * first. */
vv_sql_joined *vv_sql_joined_find(const vv_sql_catalog *c, const vv_sql_asking *who);

/* Records the first search of its kind. *out is owned by the statement. */
int vv_sql_joined_new(vv_sql_joined **out, const vv_sql_asking *who, vv_sql_opened *version,
		      varve_error *err);

/* Sets *out to the columns by which a plan searches for rows. Returns the number of these columns,
 * or 0 if a hash table cannot answer the searches. */
size_t vv_sql_joined_columns(vv_sql_grouping *out, const vv_sql_scan_plan *plan);

/* Searches again, by the values of a plan's conditions. Returns 1 if j->rows answers the search:
 * *at is the position of the rows. Returns 0 if the caller must search the version itself, or a
 * negative code on failure. */
int vv_sql_joined_ask(vv_sql_grouped_at *at, vv_sql_joined *j, vv_sql_opened *declared,
		      const vv_sql_scan_plan *plan, struct sqlite3_value **values,
		      varve_error *err);

/*
 * blame: the commit that last set each row or each cell of a version. All cursors that need it
 * share one vv_sql_blame.
 */

typedef struct vv_sql_blame {
	unsigned refs;
	char commit[VARVE_ID_SIZE]; /* commit of the version */
	bool cells;                 /* true: the commits of cells; false: the commits of rows */
	varve_blame *of;
} vv_sql_blame;

/* Opens the blame of a commit's version. This walks the history. */
int vv_sql_blame_open(vv_sql_blame **out, varve_repo *repo, const vv_sql_opened *version,
		      bool cells, varve_error *err);
/* Adds a reference, and returns b. */
vv_sql_blame *vv_sql_blame_keep(vv_sql_blame *b);
/* Removes a reference, and frees b with the last one. Accepts NULL. */
void vv_sql_blame_drop(vv_sql_blame *b);

#endif
