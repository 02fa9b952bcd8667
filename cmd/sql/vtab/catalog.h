/*
 * catalog: the state of varve in a connection of SQLite: repository, open versions, warnings, last error.
 *
 * One for each connection; modules and cursors keep it alive. Calls of libvarve that may take long
 * get &c->watch, so that sqlite3_interrupt ends them: SQLite itself checks for interruption only
 * between rows. A statement begins when the first cursor is opened, and ends when the last cursor
 * is closed: meanwhile each revision means one commit (opened.h).
 */
#ifndef VV_CMD_SQL_VTAB_CATALOG_H
#define VV_CMD_SQL_VTAB_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "varve/varve.h"

/* ---- commit: who made a commit and when, looked up once for all rows that name it ---- */

/* Number of slots, by the first letters of the commits' ids. */
#define VV_COMMIT_SLOTS 256

typedef struct vv_sql_commits {
	struct vv_sql_commit *slots[VV_COMMIT_SLOTS];
} vv_sql_commits;

/* Gets the commit with this full id: names, times and message, without tree and parents. *out is
 * borrowed until the commits are cleared. */
int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err);

struct sqlite3;
struct vv_sql_opened;

enum vv_sql_warning_kind {
	VV_WARNING_MISFIT, /* a cell that is not a value of its column's type became NULL */
	VV_WARNING_NEAR    /* a number became the nearest double, which has another value */
};

typedef struct vv_sql_warning {
	struct vv_sql_warning *next;
	int kind; /* enum vv_sql_warning_kind */
	uint64_t count;
	uint64_t row;     /* number of the first such row, from 0 */
	const char *type; /* the column's type */
	const char *column;
	char label[]; /* the table's label; type and column point behind it */
} vv_sql_warning;

/* The first member of objects that are kept until the statement ends. */
typedef struct vv_sql_kept {
	struct vv_sql_kept *next;
	void (*drop)(struct vv_sql_kept *kept);
} vv_sql_kept;

typedef struct vv_sql_catalog {
	unsigned refs;
	struct sqlite3 *db;
	varve_repo *repo; /* NULL: no repository is attached */
	bool exact;       /* number columns are TEXT, spelled as in the file */
	/* allow only tables of the repository, or, without a repository, files below the current
	 * folder */
	bool confined;
	const char *at;     /* the version of names without '@'; NULL: the work tree. Borrowed */
	unsigned cursors;   /* number of open cursors */
	uint64_t statement; /* number of statements begun */
	struct vv_sql_opened *opened; /* the open versions; their readers hold them */
	vv_sql_kept *kept;
	vv_sql_warning *warnings; /* newest first */
	vv_sql_commits commits;   /* the commits that rows named */
	varve_watch watch;        /* ends long calls of libvarve when SQLite is interrupted */
	int64_t asked_ms;         /* time of the last check */
	varve_error trouble;      /* the reason of SQLite's last error; code 0: none */
} vv_sql_catalog;

/* Makes a catalog with one reference. NULL: out of memory. */
vv_sql_catalog *vv_sql_catalog_new(struct sqlite3 *db);
vv_sql_catalog *vv_sql_catalog_keep(vv_sql_catalog *c);
void vv_sql_catalog_drop(vv_sql_catalog *c); /* accepts NULL */

int64_t vv_sql_catalog_now_ms(void); /* milliseconds since an arbitrary moment */

void vv_sql_catalog_cursor_opened(vv_sql_catalog *c);
void vv_sql_catalog_cursor_closed(vv_sql_catalog *c);

/* Returns the warning of a column, created on first use; borrowed. NULL: out of memory. */
vv_sql_warning *vv_sql_catalog_warning(vv_sql_catalog *c, int kind, const char *label,
				       const char *column, const char *type);
/* Resets all counts; open versions continue to use their warnings. */
void vv_sql_catalog_forget_warnings(vv_sql_catalog *c);

/* Stores err as trouble, and sets *message, which SQLite frees, to its message. Returns SQLite's
 * error code. */
int vv_sql_catalog_fail(vv_sql_catalog *c, const varve_error *err, char **message);

#endif
