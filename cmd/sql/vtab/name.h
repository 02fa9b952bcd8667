/*
 * name: finds the table to which a name in SQL refers.
 *
 * A name is NAME or NAME@REVISION. NAME is a path ("data/prices.csv"), the last part of a path
 * ("prices.csv"), or this part without its last or without all endings ("prices"). '_' also matches
 * '-' and a blank, and upper and lower case are not distinguished. The table that matches most
 * closely is used; it is an error if several tables match equally. A word that begins with "./" and
 * is the path of a file refers to this file, and so does the path of a file if no table matches. The
 * name of a table-valued function begins with one of the prefixes of vv_sql_name_prefix
 * ("varve_diff_prices").
 */
#ifndef VV_CMD_SQL_VTAB_NAME_H
#define VV_CMD_SQL_VTAB_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "cmd/sql/vtab/opened.h"

/* The kind of a name, by its prefix. T is the name of a table. */
enum vv_sql_name_kind {
	VV_NAME_VERSION,    /* T: the rows of a version */
	VV_NAME_AT,         /* varve_at_T: the rows of the version that an argument names */
	VV_NAME_HISTORY,    /* varve_history_T: the rows of all versions */
	VV_NAME_BLAME,      /* varve_blame_T: rows or cells with the commit that last set them */
	VV_NAME_DIFF,       /* varve_diff_T: changed rows between two versions */
	VV_NAME_DIFF_CELLS, /* varve_diff_cells_T: changed cells between two versions */
	VV_NAME_ROW         /* varve_row_T: the history of a row */
};

/* The meaning of a name. */
typedef struct vv_sql_name {
	int kind;   /* enum vv_sql_name_kind */
	char *path; /* the path of the table in the repository; if outside, the path of the file */
	char *revision; /* NULL: the work tree */
	bool outside;   /* the table is a file that is not in the repository */
} vv_sql_name;

/* Sets *out to the meaning of the name `word`; the caller clears *out. Returns 0 or a negative code
 * of varve. VARVE_ENOTFOUND: no such table; the hint has a similar name, if there is one.
 * VARVE_EUSAGE: several tables match, or the catalog is confined and does not allow the table. */
int vv_sql_name_find(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err);
void vv_sql_name_clear(vv_sql_name *n);
VV_AUTO_CLEAR(vv_sql_name, vv_sql_name_clear)

/* Returns the prefix of the names of a kind (enum vv_sql_name_kind), such as "varve_diff_"; "" for
 * VV_NAME_VERSION. */
const char *vv_sql_name_prefix(int kind);

/* Returns the number of bytes before '#' in a word of the form URL#REV:PATH or
 * ABSOLUTE-PATH#REV:PATH; 0 if the word does not name another repository. */
size_t vv_sql_name_url(const char *word);
/* Returns true if `repository` is a URL, not a path. */
bool vv_sql_name_is_url(const char *repository);
/* Returns the flags of varve_repo_open with which c opens a repository, by its path or URL; NULL: that
 * of the current folder. */
uint32_t vv_sql_name_open_flags(const vv_sql_catalog *c, const char *repository);

/* The paths of tables. */
typedef struct vv_sql_paths {
	char **items;
	size_t count;
} vv_sql_paths;

/* Lists the paths of the tables of a revision, sorted. revision NULL: the work tree, or HEAD in a
 * bare repository. repo NULL: the list is empty. documents: also list the tables inside documents,
 * which needs to run reader programs. The caller clears *out. Returns 0 or a negative code of
 * varve. */
int vv_sql_paths_list(vv_sql_paths *out, varve_repo *repo, const char *revision, bool documents,
		      varve_error *err);
void vv_sql_paths_clear(vv_sql_paths *l);
VV_AUTO_CLEAR(vv_sql_paths, vv_sql_paths_clear)

/* Finds the shortest name of path i that no other path of the list matches: "prices", "prices.csv"
 * or the whole path. Sets *at and *len to the name, which is a part of the path. */
void vv_sql_name_short(const char **at, size_t *len, const vv_sql_paths *l, size_t i);

/* Declares a pointer whose memory sqlite3_free frees at the end of its block: vv_auto_sqlite char
 * *sql = NULL; */
#define vv_auto_sqlite __attribute__((cleanup(vv_sql_free_at)))
/* Frees the object to which *pointer points, with sqlite3_free. pointer: the address of a
 * pointer. */
void vv_sql_free_at(void *pointer);

#endif
