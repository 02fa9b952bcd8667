/*
 * table: an opened path of a version: its columns, or the kind of another file.
 */
#ifndef VV_CMD_WEB_MODEL_TABLE_H
#define VV_CMD_WEB_MODEL_TABLE_H

#include "cmd/web/model/commits.h"
#include "dataset/table/table.h"

typedef struct vv_web_column {
	const char *name;                                /* UTF-8, any characters */
	const char *type;                                /* of Table Schema: "integer" */
	const char *title, *description, *format, *unit; /* NULL: missing */
	bool key;
	bool number; /* is set to the right */
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
	const char *identity; /* the same, and how it is read: plain text's types are found out */
	bool stored;          /* by varve */
	bool of_document;     /* a table of one: path is DOCUMENT#TABLE, or has no other */
	/* of a table */
	vv_table *table; /* borrowed, until the visit ends */
	vv_web_column *columns;
	size_t column_count;
	uint64_t rows;
	const size_t *key; /* places; key_count 0: no key */
	size_t key_count;
	/* for a file with a table's name that cannot be read as one: the fault, with its line; else NULL */
	const char *why, *why_hint;
	/* of a document that has several: their names */
	const char **tables;
	size_t table_count;
	/* of a text */
	const char *text;
	size_t text_len; /* less than bytes if it was cut */
} vv_web_table;

/* The part of a path that names a file of the version: of DOCUMENT#TABLE the document, unless a file is called so; NULL: no such
 * file. */
vv_status vv_web_file_of(vv_web_visit *v, const vv_oid *commit, const char *path, const char **file,
			 vv_error *err);

/* Has the commit such a path? Of none and of the work tree: no. */
vv_status vv_web_has(vv_web_visit *v, const vv_web_commit *c, const char *path, bool *has,
		     vv_error *err);

/* VV_ENOTFOUND (datasets.h: vv_web_elsewhere), VV_EMISSING. Plain text of Git's history that is a table
 * is read as one up to 64 MB. May be called for several; each stays open until the visit ends. */
vv_status vv_web_table_open(vv_web_visit *v, const vv_web_commit *c, const char *path,
			    vv_web_table **out, vv_error *err);

/* Place of a column by name. VV_ENOTFOUND with the nearest. */
vv_status vv_web_column_find(const vv_web_table *t, const char *name, size_t *out, vv_error *err);

#endif
