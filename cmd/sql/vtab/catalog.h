/*
 * catalog: the state of varve in an SQLite connection: repository, open versions, warnings and the
 * last error.
 *
 * Each connection has one catalog. Modules and cursors have references to it. Calls of libvarve that
 * may take long are passed &c->watch, so that sqlite3_interrupt ends them; SQLite itself checks for
 * interruption only between rows. A statement begins when the first cursor is opened, and ends when
 * the last cursor is closed. During a statement, a virtual table such as "prices@main" has the rows
 * of one commit, even if the branch moves.
 */
#ifndef VV_CMD_SQL_VTAB_CATALOG_H
#define VV_CMD_SQL_VTAB_CATALOG_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "varve/varve.h"

/* ---- commits: a cache of the author, time and message of commits ---- */

/* The number of slots of the cache's hash table. The first letters of a commit's id select the
 * slot. */
#define VV_COMMIT_SLOTS 256

/* The commits that were read. */
typedef struct vv_sql_commits {
	struct vv_sql_commit *slots[VV_COMMIT_SLOTS]; /* each slot has a list of commits */
} vv_sql_commits;

/* Sets *out to the commit with this full id: its names, times and message, but not its tree and
 * parents. *out is borrowed until the catalog is freed. Returns 0 or a negative code of varve. */
int vv_sql_commits_get(const varve_commit **out, vv_sql_commits *commits, varve_repo *repo,
		       const char *id, varve_error *err);

struct sqlite3;
struct vv_sql_opened;

/* The kind of a warning. */
enum vv_sql_warning_kind {
	VV_WARNING_MISFIT, /* a cell that is not a value of its column's type became NULL */
	VV_WARNING_NEAR    /* a number became the nearest double, which is not equal to it */
};

/* A warning of one kind about one column: it counts the cells whose value in SQLite is not the value
 * in the table. */
typedef struct vv_sql_warning {
	struct vv_sql_warning *next;
	int kind;       /* enum vv_sql_warning_kind */
	uint64_t count; /* number of cells */
	uint64_t row; /* number, from 0, of the row of the first cell; VARVE_UNKNOWN: no cell yet */
	const char *type; /* the column's type */
	const char *column;
	char label[]; /* the table's label; the texts of type and column follow it */
} vv_sql_warning;

/* The first member of objects that exist until the end of the statement. */
typedef struct vv_sql_kept {
	struct vv_sql_kept *next;
	/* frees the object; called when the statement ends */
	void (*drop)(struct vv_sql_kept *kept);
} vv_sql_kept;

/* A catalog. */
typedef struct vv_sql_catalog {
	unsigned refs;      /* number of references */
	struct sqlite3 *db; /* borrowed */
	varve_repo *repo;   /* NULL: no repository is attached */
	bool exact;         /* columns of numbers are TEXT, spelled as in the file */
	/* allow only tables of the repository; without a repository, only files below the current
	 * folder */
	bool confined;
	/* with URLs, also read branches and tags that no signed head lists (VARVE_OPEN_UNSIGNED) */
	bool allow_unsigned;
	/* prints the warnings of a repository that was opened by its URL, lines; NULL: they are lost */
	void (*tell)(const char *lines);
	const char *at;     /* the revision for names without '@'; NULL: the work tree; borrowed */
	unsigned cursors;   /* number of open cursors */
	uint64_t statement; /* number of statements that have begun */
	struct vv_sql_opened *opened; /* the open versions; their references own them */
	vv_sql_kept *kept;            /* the objects that exist until the end of the statement */
	vv_sql_warning *warnings;     /* newest first */
	uint64_t expired; /* versions without rows that a history left out, in this statement */
	vv_sql_commits commits; /* the commits that were looked up for result rows */
	varve_watch watch;      /* ends long calls of libvarve when SQLite is interrupted */
	int64_t asked_ms;       /* time of the last check for an interruption */
	varve_error trouble;    /* the reason of SQLite's last error; code 0: no error */
} vv_sql_catalog;

/* Makes a catalog with one reference. Returns NULL if out of memory. */
vv_sql_catalog *vv_sql_catalog_new(struct sqlite3 *db);
/* Adds a reference, and returns c. */
vv_sql_catalog *vv_sql_catalog_keep(vv_sql_catalog *c);
/* Removes a reference, and frees c with the last one. Accepts NULL. */
void vv_sql_catalog_drop(vv_sql_catalog *c);

/* Counts an open cursor. The first one begins a statement. */
void vv_sql_catalog_cursor_opened(vv_sql_catalog *c);
/* Subtracts a cursor from the count. The last one ends the statement. */
void vv_sql_catalog_cursor_closed(vv_sql_catalog *c);

/* Returns the warning of this kind for a column of the table with this label, borrowed from the
 * catalog. The first call creates it. Returns NULL if out of memory. */
vv_sql_warning *vv_sql_catalog_warning(vv_sql_catalog *c, int kind, const char *label,
				       const char *column, const char *type);
/* Sets the counts of all warnings to 0. Open versions may continue to use their warnings. */
void vv_sql_catalog_forget_warnings(vv_sql_catalog *c);

/* Stores err as c->trouble, and replaces *message, which is NULL or from SQLite's allocator, by a
 * copy of err's message, which SQLite frees. Returns SQLite's error code. */
int vv_sql_catalog_fail(vv_sql_catalog *c, const varve_error *err, char **message);

#endif
