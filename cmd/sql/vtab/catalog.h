/*
 * catalog: the state of varve in a connection of SQLite: repository, open versions, warnings, last error.
 *
 * One for each connection; modules and cursors keep it alive. Calls of libvarve that may take long get &c->watch, so that
 * sqlite3_interrupt ends them: SQLite itself looks only between rows. A statement begins when the first cursor is opened, and
 * ends when none is left: meanwhile each revision means one commit (opened.h).
 */
#ifndef VV_CMD_SQL_VTAB_CATALOG_H
#define VV_CMD_SQL_VTAB_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "varve/varve.h"

/* ---- commit: who made a commit and when, looked up once for all rows that name it ---- */

/* By the first letters of their ids. */
#define VV_COMMIT_SLOTS 256

typedef struct vv_sql_commits {
	struct vv_sql_commit *slots[VV_COMMIT_SLOTS];
} vv_sql_commits;

/* The commit with a whole id: names, times and message; its tree and parents are left out. Borrowed until the commits
 * are cleared. */
int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err);

struct sqlite3;
struct vv_sql_opened;

enum vv_sql_warning_kind {
	VV_WARNING_MISFIT, /* a cell that is not a value of its column's type became NULL */
	VV_WARNING_NEAR    /* a number became its nearest double, which is written otherwise */
};

typedef struct vv_sql_warning {
	struct vv_sql_warning *next;
	int kind; /* enum vv_sql_warning_kind */
	uint64_t count;
	uint64_t row;     /* the first, from 0 */
	const char *type; /* of the column */
	const char *column;
	char label[]; /* of the table; the other two follow it */
} vv_sql_warning;

/* The first member of objects that are kept until the statement ends. */
typedef struct vv_sql_kept {
	struct vv_sql_kept *next;
	void (*drop)(struct vv_sql_kept *kept);
} vv_sql_kept;

typedef struct vv_sql_catalog {
	unsigned refs;
	struct sqlite3 *db;
	varve_repo *repo; /* NULL: none is attached */
	bool exact;       /* number columns are TEXT, as written */
	/* tables of the repository only, or without one of files below the current folder */
	bool confined;
	const char *at; /* the version that names without '@' mean; NULL: the work tree. Borrowed */
	unsigned cursors;             /* open now */
	uint64_t statement;           /* how many began */
	struct vv_sql_opened *opened; /* kept by their readers */
	vv_sql_kept *kept;
	vv_sql_warning *warnings; /* newest first */
	vv_sql_commits commits;   /* that rows named */
	varve_watch watch;        /* ends long calls of libvarve when SQLite is interrupted */
	int64_t asked_ms;         /* time of the last check */
	varve_error trouble;      /* the reason of SQLite's last error; code 0: none */
} vv_sql_catalog;

/* NULL: out of memory. */
vv_sql_catalog *vv_sql_catalog_new(struct sqlite3 *db);
vv_sql_catalog *vv_sql_catalog_keep(vv_sql_catalog *c);
void vv_sql_catalog_drop(vv_sql_catalog *c); /* accepts NULL */

int64_t vv_sql_catalog_now_ms(void); /* from any moment on */

void vv_sql_catalog_cursor_opened(vv_sql_catalog *c);
void vv_sql_catalog_cursor_closed(vv_sql_catalog *c);

/* The warning of a column, created on first use; NULL: out of memory. */
vv_sql_warning *vv_sql_catalog_warning(vv_sql_catalog *c, int kind, const char *label,
				       const char *column, const char *type);
/* Counts from zero again; versions that are open continue with the same warnings. */
void vv_sql_catalog_forget_warnings(vv_sql_catalog *c);

/* Keeps err as the reason, and puts its message (with its hint) where SQLite wants it. Returns the code of SQLite. */
int vv_sql_catalog_fail(vv_sql_catalog *c, const varve_error *err, char **message);

#endif
