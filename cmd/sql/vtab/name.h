/*
 * name: resolves a table's name in SQL.
 *
 * NAME or NAME@REVISION, where NAME is a path ("data/prices.csv"), or its last part ("prices.csv") or that without its
 * ending ("prices") where these mean one table only; '-' and blanks may be written as '_'. One of the words of
 * table-valued functions may precede it ("varve_diff_prices").
 */
#ifndef VV_CMD_SQL_VTAB_NAME_H
#define VV_CMD_SQL_VTAB_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "cmd/sql/vtab/opened.h"

enum vv_sql_name_kind {
	VV_NAME_VERSION,
	VV_NAME_AT,
	VV_NAME_HISTORY,
	VV_NAME_BLAME,
	VV_NAME_DIFF,
	VV_NAME_DIFF_CELLS,
	VV_NAME_ROW
};

typedef struct vv_sql_name {
	int kind;       /* enum vv_sql_name_kind */
	char *path;     /* in the repository; or of a file */
	char *revision; /* NULL: the work tree */
	bool outside;   /* a file outside of the repository */
} vv_sql_name;

/* VARVE_ENOTFOUND: no such table, with similar names as a hint; VARVE_EUSAGE: several. */
int vv_sql_name_find(vv_sql_name *out, vv_sql_catalog *c, const char *word, varve_error *err);
void vv_sql_name_clear(vv_sql_name *n);
VV_AUTO_CLEAR(vv_sql_name, vv_sql_name_clear)

/* "varve_diff_" of a kind; "" of versions. */
const char *vv_sql_name_prefix(int kind);

/* The length of the URL, or absolute path, of another repository before '#' in "URL#REV:PATH"; 0: there is none. */
size_t vv_sql_name_url(const char *word);
/* Is it a URL, and no path? */
bool vv_sql_name_is_url(const char *repository);

/* The paths of the tables of a revision (NULL: of the work tree), sorted, ended by NULL. documents: and of the tables of documents,
 * for which readers run. Free with sqlite3_free, each of them and the list. */
int vv_sql_name_list(char ***out, size_t *count, varve_repo *repo, const char *revision,
		     bool documents, varve_error *err);
void vv_sql_name_list_free(char **paths);

/* The shortest name of paths[i] that means no other of them: "prices", "prices.csv" or the path. It begins at *at of it,
 * *len bytes. */
void vv_sql_name_short(const char **at, size_t *len, char *const *paths, size_t count, size_t i);

#endif
