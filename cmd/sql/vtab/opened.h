/*
 * opened: one version of a table, opened, for all that read it at the same time.
 */
#ifndef VV_CMD_SQL_VTAB_OPENED_H
#define VV_CMD_SQL_VTAB_OPENED_H

#include <sys/stat.h>

#include "cmd/sql/vtab/catalog.h"

/* The class of all values of a column, except NULL. */
enum vv_sql_class { VV_CLASS_INTEGER, VV_CLASS_REAL, VV_CLASS_TEXT };

/* Counts of a column in this version. */
typedef struct vv_sql_opened_column {
	vv_sql_warning *warnings[2]; /* by enum vv_sql_warning_kind */
	uint64_t counted;            /* rows up to this one were looked at, */
	uint64_t statement;          /* in this statement of the catalog's */
	uint8_t class;               /* enum vv_sql_class */
	bool plain;                  /* without a format, and of a type that fast ways read: */
	bool string;
	uint8_t usual; /* enum varve_cell_state of such cells */
} vv_sql_opened_column;

typedef struct vv_sql_opened {
	struct vv_sql_opened *next; /* of the catalog */
	vv_sql_catalog *catalog;
	unsigned refs;
	varve_version *version;
	varve_table *table;
	const varve_table_facts *facts;
	const varve_repo *repo; /* where it was looked for, to compare */
	char *path;
	char *label;                /* "prices.csv@v1", for messages */
	char commit[VARVE_ID_SIZE]; /* "" for a file of the work tree or outside of it */
	char *file;                 /* that file; NULL */
	struct stat is;             /* its stat when it was opened */
	bool find_key;              /* its key was looked for */
	vv_sql_opened_column *columns;
} vv_sql_opened;

/* Where a table's name leads to. repo is borrowed; NULL: a file outside of repositories. */
typedef struct vv_sql_place {
	varve_repo *repo;
	const char *path;
	const char *revision; /* NULL: the work tree, or HEAD in a bare repository */
	bool is_id;           /* the revision is the whole id of a commit */
	bool find_key; /* of text that Git keeps, which reads all rows; tables of varve have theirs */
} vv_sql_place;

/* The current version at a place, shared while it is open. VARVE_ENOTFOUND: no such revision, or no such table in
 * it. */
int vv_sql_opened_get(vv_sql_opened **out, vv_sql_catalog *c, const vv_sql_place *place,
		      varve_error *err);
vv_sql_opened *vv_sql_opened_keep(vv_sql_opened *o);
void vv_sql_opened_drop(vv_sql_opened *o); /* accepts NULL */

/* Is the version at the place still this one? */
int vv_sql_opened_is_current(bool *is, const vv_sql_opened *o, const vv_sql_place *place,
			     varve_error *err);

/* Counts a cell of a row, once however often it is read. column: its place in the table. */
void vv_sql_opened_warn(vv_sql_opened *o, size_t column, int kind, uint64_t row);

#endif
