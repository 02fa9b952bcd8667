/*
 * table: opens a path of a version: a table with its columns, or another kind of file.
 */
#ifndef VV_CMD_WEB_MODEL_TABLE_H
#define VV_CMD_WEB_MODEL_TABLE_H

#include "cmd/web/model/commits.h"
#include "dataset/table/table.h"

typedef struct vv_web_column {
	const char *name;                                /* UTF-8, any characters */
	const char *type;                                /* the type in Table Schema: "integer" */
	const char *title, *description, *format, *unit; /* NULL: not declared */
	bool key;
	bool number; /* its values are right-aligned */
} vv_web_column;

typedef enum vv_web_file_kind {
	VV_WEB_TABLE,
	VV_WEB_TEXT,  /* UTF-8: the beginning is in `text` */
	VV_WEB_IMAGE, /* by its first bytes: PNG, JPEG, GIF, WebP; the browser gets it from raw */
	VV_WEB_BYTES
} vv_web_file_kind;

typedef struct vv_web_table {
	vv_web_commit commit;
	const char *path;
	vv_web_file_kind kind;
	uint64_t bytes;
	char tag[VV_CID_TEXT + 1]; /* names the content: the root's CID, or the blob's id */
	const char *identity; /* tag, and how plain text is read, since its types are detected */
	bool stored;          /* varve stores the content */
	/* a table of a document: path is DOCUMENT#TABLE, or a document with a single table */
	bool of_document;
	/* members of a VV_WEB_TABLE: */
	vv_table *table; /* borrowed, until the visit ends */
	vv_web_column *columns;
	size_t column_count;
	uint64_t rows;
	const size_t *key; /* places of the key's columns; key_count 0: no key */
	size_t key_count;
	/* for a file with a table's name that cannot be read as a table: the reason, with its
	 * line; else NULL */
	const char *why, *why_hint;
	/* for a document with several tables: their names */
	const char **tables;
	size_t table_count;
	/* members of a VV_WEB_TEXT: */
	const char *text;
	size_t text_len; /* less than bytes if it was cut */
} vv_web_table;

/* Sets *file to the part of path that names a file of the commit: the DOCUMENT of
 * DOCUMENT#TABLE, unless a file has this whole name; NULL: no such file. */
vv_status vv_web_file_of(vv_web_visit *v, const vv_oid *commit, const char *path, const char **file,
			 vv_error *err);

/* Does the commit have such a path? *has is false without a commit, and for the work tree. */
vv_status vv_web_has(vv_web_visit *v, const vv_web_commit *c, const char *path, bool *has,
		     vv_error *err);

/* Opens a path of a commit. A plain text table of Git's history is read as a table up to 64 MB.
 * Several tables may be open; each stays open until the visit ends. VV_ENOTFOUND (datasets.h:
 * vv_web_elsewhere), VV_EMISSING. */
vv_status vv_web_table_open(vv_web_visit *v, const vv_web_commit *c, const char *path,
			    vv_web_table **out, vv_error *err);

/* Sets *out to the place of a column by its name. VV_ENOTFOUND, with the most similar name. */
vv_status vv_web_column_find(const vv_web_table *t, const char *name, size_t *out, vv_error *err);

#endif
