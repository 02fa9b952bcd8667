/*
 * layout: determines the columns and the form of the file to be written.
 */
#ifndef VV_LIB_ARROW_IN_LAYOUT_H
#define VV_LIB_ARROW_IN_LAYOUT_H

#include "dataset/rows/line_edit.h"
#include "dataset/table/table.h"
#include "lib/arrow/in/column.h"
#include "lib/arrow/in/incoming.h"

/* The options of writing a file. */
typedef struct rewrite_options {
	/* the members of varve_put_arrow_options with these names; their values are those of the
	 * enums in varve/arrow.h */
	int mode, columns, order, match;
	/* names of the columns by which rows are matched, followed by NULL; may be NULL */
	const char *const *match_names;
	const char *const *key; /* key of a new file: names followed by NULL; may be NULL */
} rewrite_options;

/* The columns and the form of the file. */
typedef struct layout {
	rewrite_column *columns; /* columns of the file */
	size_t count;
	bool same_columns;    /* the columns are those of the version */
	vv_dialect dialect;   /* of the file */
	vv_line_editor lines; /* converts lines from the version's form to the file's form */
	vv_buf schema;        /* schema of a new file */
	const char **names;   /* names of the columns */
	size_t *from;  /* for each column, the index of the version's column, or VV_LINE_NONE */
	size_t *match; /* the columns by which rows are matched */
	size_t match_count;
	incoming_column *number; /* the column with row numbers; may be NULL */
	int by;                  /* enum match_by (match.h) */
	vv_arena arena;
} layout;

/* Sets all members of *l, which must be zeroed. old: the version; NULL: a new file. path: the
 * file's path. */
vv_status layout_make(layout *l, incoming *in, const vv_table *old, const char *path,
		      const rewrite_options *o, vv_error *err);
void layout_clear(layout *l); /* l may be zeroed */

#endif
