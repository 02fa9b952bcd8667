/*
 * table: opens a path of a version: a table with its columns, or another kind of file.
 */
#ifndef VV_CMD_WEB_MODEL_TABLE_H
#define VV_CMD_WEB_MODEL_TABLE_H

#include "cmd/web/model/commits.h"

/* A column. */
typedef struct vv_web_column {
	const char *name; /* UTF-8, any characters */
	const char *type; /* the type in Table Schema, such as "integer" */
	/* properties in the schema; NULL: the schema does not declare the property */
	const char *title, *description, *format, *unit;
	bool key; /* the column is part of the key */
	/* the values are numbers, which are shown right-aligned */
	bool number;
} vv_web_column;

/* The kind of an opened file. */
typedef enum vv_web_file_kind {
	VV_WEB_TABLE,
	VV_WEB_TEXT, /* UTF-8; `text` has the beginning */
	/* PNG, JPEG, GIF or WebP, by the first bytes; the browser requests the image from /raw */
	VV_WEB_IMAGE,
	VV_WEB_BYTES /* any other file */
} vv_web_file_kind;

/* An opened path. */
typedef struct vv_web_table {
	vv_web_commit commit; /* the version */
	const char *path;
	vv_web_file_kind kind;
	uint64_t bytes; /* size of the file */
	/* identifies the content: the CID of the root, or the id of the blob; in the work tree, the
	 * size and time of the file */
	char tag[VV_CID_TEXT + 1];
	/* identifies the table in keys of cached results: the tag; if varve does not store the
	 * table itself, also the commit, and the name of a table in a document */
	const char *identity;
	bool stored; /* varve stores the content */
	/* the table is in a document; path is DOCUMENT#TABLE, or the path of a document with a
	 * single table */
	bool of_document;
	/* The following members are for VV_WEB_TABLE. */
	vv_table *table; /* borrowed until the visit ends */
	vv_web_column *columns;
	size_t column_count;
	uint64_t rows;
	/* indexes of the key's columns; if key_count is 0, the table has no key */
	const size_t *key;
	size_t key_count;
	/* for a file that has the name of a table, but cannot be read as a table: the reason, with
	 * the line number, and the hint of the error, which may be NULL; else both are NULL */
	const char *why, *why_hint;
	/* names of the tables, if path is a document with several tables */
	const char **tables;
	size_t table_count;
	/* The following members are for VV_WEB_TEXT. */
	const char *text; /* the beginning of the file */
	size_t text_len;  /* less than bytes if the text was cut */
} vv_web_table;

/* Sets *file to the path of the file in the commit that contains `path`: `path` itself, or, if no
 * such file exists and the visit shows documents, DOCUMENT of a path DOCUMENT#TABLE. Sets *file to
 * NULL if neither file exists. */
vv_status vv_web_file_of(vv_web_visit *v, const vv_oid *commit, const char *path, const char **file,
			 vv_error *err);

/* Sets *has to true if the version c has the path. Always sets it to false for the empty version
 * and for the work tree. */
vv_status vv_web_has(vv_web_visit *v, const vv_web_commit *c, const char *path, bool *has,
		     vv_error *err);

/* Opens a path of the version c. Text files of up to 64 MiB that have a table's name are read as
 * tables if possible, also if varve does not store them. Several paths may be open at once; each
 * remains open until the visit ends. VV_ENOTFOUND: the version lacks the path (vv_web_elsewhere in
 * datasets.h searches other versions), or the path is not a file. VV_EMISSING: data is missing in this repository. VV_EINPUT: the file is a
 * damaged pointer. */
vv_status vv_web_table_open(vv_web_visit *v, const vv_web_commit *c, const char *path,
			    vv_web_table **out, vv_error *err);

/* If only rows with more cells than the header make a version no table (lib/names/long_rows.h), replaces both
 * versions by tables with a column for each cell; else changes nothing. None of sides is NULL. */
vv_status vv_web_tables_widen(vv_web_visit *v, vv_web_table *sides[2], vv_error *err);

/* Returns true if rows of the table can be changed on pages: it has a key, and is not in a document. */
bool vv_web_table_is_edited(const vv_web_table *t);

/* Sets *out to the index of the column with this name. VV_ENOTFOUND: no column has the name; the
 * message has the most similar name. */
vv_status vv_web_column_find(const vv_web_table *t, const char *name, size_t *out, vv_error *err);

#endif
