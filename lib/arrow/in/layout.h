/*
 * layout: determines the columns and the form of the file to be written.
 */
#ifndef VV_LIB_ARROW_IN_LAYOUT_H
#define VV_LIB_ARROW_IN_LAYOUT_H

#include "dataset/rows/line_edit.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/incoming.h"

typedef struct vv_table vv_table;

/* The options of writing a file. */
typedef struct rewrite_options {
	/* as in varve_put_arrow_options; the values are those of the enums in varve/arrow.h */
	int mode, columns, order, match;
	/* names of the columns by which rows are matched, followed by NULL; NULL: the table's
	 * key */
	const char *const *match_names;
	const char *const *key; /* key of a new file: names followed by NULL; may be NULL */
} rewrite_options;

/* The columns and the form of the file. */
typedef struct layout {
	rewrite_column *columns; /* columns of the file */
	size_t count;
	bool same_columns;    /* the file has the columns of the version */
	vv_dialect dialect;   /* of the file */
	vv_line_editor lines; /* converts lines from the version's form to the file's form */
	vv_buf schema;        /* schema of a new file, or of the added columns */
	const char **names;   /* names of the columns */
	size_t *from;  /* for each column, the index of the version's column, or VV_LINE_NONE */
	size_t *match; /* indexes in columns of those by which rows are matched */
	size_t match_count;
	incoming_column *number; /* the incoming column with row numbers; NULL: none */
	int by;                  /* enum match_by (match.h) */
	bool may_repeat;         /* as in matcher (match.h) */
	vv_arena arena;
} layout;

/* Sets all members of *l, which must be zeroed and must not be moved afterwards. old: the version;
 * NULL: a new file. path: the file's path. *l borrows in and old. Call layout_clear also on
 * failure. VV_EUSAGE: the data has no columns or two columns of the same name, or the name of a new
 * file does not determine its format. VV_ESCHEMA: the columns do not match those of the version.
 * VV_ENOTFOUND: the data lacks a column of o->key. */
vv_status layout_make(layout *l, incoming *in, const vv_table *old, const char *path,
		      const rewrite_options *o, vv_error *err);
void layout_clear(layout *l); /* l may be zeroed */

#endif
