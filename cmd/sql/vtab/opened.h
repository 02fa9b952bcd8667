/*
 * opened: opens versions of tables. All tables and cursors that read a version share one
 * vv_sql_opened.
 */
#ifndef VV_CMD_SQL_VTAB_OPENED_H
#define VV_CMD_SQL_VTAB_OPENED_H

#include <sys/stat.h>

#include "cmd/sql/vtab/catalog.h"

/* The storage class in SQLite of all values of a column, except NULL. */
enum vv_sql_class { VV_CLASS_INTEGER, VV_CLASS_REAL, VV_CLASS_TEXT };

/* A column of an open version: how its cells are read, and its warnings. */
typedef struct vv_sql_opened_column {
	vv_sql_warning *warnings[2]; /* for each enum vv_sql_warning_kind; NULL: no warning yet */
	uint64_t counted;   /* rows before this number were already counted in the warnings */
	uint64_t statement; /* the statement of the catalog for which `counted` is valid */
	uint8_t class;      /* enum vv_sql_class */
	/* the fast functions of value.c can read the cells: the column has the default format, and
	 * the type integer, number or string */
	bool plain;
	bool string; /* the column's type is string */
	/* the values are numbers as TEXT, with spellings that SQLite may not read as numbers */
	bool spelled;
	uint8_t usual; /* enum varve_cell_state of the cells that the fast functions read */
} vv_sql_opened_column;

/* An open version. */
typedef struct vv_sql_opened {
	struct vv_sql_opened *next;     /* the next open version of the catalog */
	vv_sql_catalog *catalog;        /* the version has a reference to it */
	unsigned refs;                  /* number of references */
	varve_version *version;         /* owned */
	varve_table *table;             /* owned */
	const varve_table_facts *facts; /* of table; borrowed */
	const varve_repo *repo;         /* the repository of the place; only used for comparisons */
	char *path;
	char *label;                /* name for messages, such as "prices.csv@v1" */
	char commit[VARVE_ID_SIZE]; /* the commit's id; "": the version is a file on disk */
	char *file;                 /* the path of the file on disk; NULL: a version in a commit */
	struct stat is;             /* the file's stat when it was opened */
	bool find_key;              /* opened with vv_sql_place.find_key */
	vv_sql_opened_column *columns; /* one for each column of table */
} vv_sql_opened;

/* A place: the repository, revision and path of a version. */
typedef struct vv_sql_place {
	varve_repo *repo; /* borrowed; NULL: path is a file outside of repositories */
	const char *path;
	const char *revision; /* NULL: the work tree, or HEAD in a bare repository */
	bool is_id;           /* revision is the whole id of a commit */
	/* if Git stores the version as plain text, search all rows for a key (VARVE_TABLE_FIND_KEY) */
	bool find_key;
} vv_sql_place;

/* Sets *out to the current version at a place. If the version is already open, adds a reference to
 * it; else opens it. The caller drops *out. VARVE_ENOTFOUND: no such revision, or the revision lacks
 * the table. */
int vv_sql_opened_get(vv_sql_opened **out, vv_sql_catalog *c, const vv_sql_place *place,
		      varve_error *err);
vv_sql_opened *vv_sql_opened_keep(vv_sql_opened *o); /* adds a reference, and returns o */
void vv_sql_opened_drop(vv_sql_opened *o);           /* removes a reference; accepts NULL */

/* Sets *is to true if o is still the current version at the place. Returns 0 or a negative code of
 * varve. */
int vv_sql_opened_is_current(bool *is, const vv_sql_opened *o, const vv_sql_place *place,
			     varve_error *err);

/* Counts a cell in the warning of this kind (enum vv_sql_warning_kind). column: the index of the
 * column in the table; row: the number of the row, from 0. A statement may read a cell several
 * times; so a cell is counted only if its row is after all rows of this column that the statement
 * has counted. */
void vv_sql_opened_warn(vv_sql_opened *o, size_t column, int kind, uint64_t row);

#endif
