/*
 * opened: an open version of a table, which all cursors that read this version share.
 */
#ifndef VV_CMD_SQL_VTAB_OPENED_H
#define VV_CMD_SQL_VTAB_OPENED_H

#include <sys/stat.h>

#include "cmd/sql/vtab/catalog.h"

/* The class of all values of a column, except NULL. */
enum vv_sql_class { VV_CLASS_INTEGER, VV_CLASS_REAL, VV_CLASS_TEXT };

/* A column of an open version: how its cells are read, and its warnings. */
typedef struct vv_sql_opened_column {
	vv_sql_warning *warnings[2]; /* for each enum vv_sql_warning_kind; NULL: no warning yet */
	uint64_t counted;   /* rows before this number were already counted in the warnings */
	uint64_t statement; /* the statement of the catalog for which `counted` is valid */
	uint8_t class;      /* enum vv_sql_class */
	/* cells can be read by the fast functions of value.c: the column has no format, and a suitable type */
	bool plain;
	bool string;   /* the column's type is string */
	bool spelled;  /* TEXT of numbers that may have marks that SQLite does not read */
	uint8_t usual; /* enum varve_cell_state of the cells that the fast functions read */
} vv_sql_opened_column;

typedef struct vv_sql_opened {
	struct vv_sql_opened *next; /* the next open version of the catalog */
	vv_sql_catalog *catalog;
	unsigned refs;
	varve_version *version;
	varve_table *table;
	const varve_table_facts *facts;
	const varve_repo *repo; /* the repository of the place; only used for comparisons */
	char *path;
	char *label;                /* "prices.csv@v1", for messages */
	char commit[VARVE_ID_SIZE]; /* the commit's id; "": the version is a file on disk */
	char *file;                 /* the path of the file on disk; NULL: a version in a commit */
	struct stat is;             /* the file's stat when it was opened */
	bool find_key;              /* opened with vv_sql_place.find_key */
	vv_sql_opened_column *columns;
} vv_sql_opened;

/* The place of a table: repository, revision and path. */
typedef struct vv_sql_place {
	varve_repo *repo; /* borrowed; NULL: path is a file outside of repositories */
	const char *path;
	const char *revision; /* NULL: the work tree, or HEAD in a bare repository */
	bool is_id;           /* revision is the whole id of a commit */
	/* if Git stores the table as text: search all rows for a key. Not used for tables that varve stores */
	bool find_key;
} vv_sql_place;

/* Opens the current version at a place, or, if this version is already open, adds a reference to it. The caller
 * drops *out. VARVE_ENOTFOUND: no such revision, or the revision lacks the table. */
int vv_sql_opened_get(vv_sql_opened **out, vv_sql_catalog *c, const vv_sql_place *place,
		      varve_error *err);
vv_sql_opened *vv_sql_opened_keep(vv_sql_opened *o); /* adds a reference, and returns o */
void vv_sql_opened_drop(vv_sql_opened *o);           /* removes a reference; accepts NULL */

/* Sets *is to true if the place still has this version. Returns 0 or a negative code of varve. */
int vv_sql_opened_is_current(bool *is, const vv_sql_opened *o, const vv_sql_place *place,
			     varve_error *err);

/* Counts a cell in the warning of this kind (enum vv_sql_warning_kind); a cell that is read repeatedly in a
 * statement is counted once. column: the place of the column in the table. */
void vv_sql_opened_warn(vv_sql_opened *o, size_t column, int kind, uint64_t row);

#endif
