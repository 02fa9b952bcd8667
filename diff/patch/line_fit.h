/*
 * line_fit: the line of a row that a patch changes, merged with the line that the row has here: cell by cell, with the comments
 * above it and its row end. What the patch respells stays respelled where the line here is spelled as the patch's old one.
 */
#ifndef VV_DIFF_PATCH_LINE_FIT_H
#define VV_DIFF_PATCH_LINE_FIT_H

#include "base/arena.h"
#include "base/auto.h"
#include "dataset/edit/line_edit.h"
#include "diff/patch/column_fit.h"
#include "diff/patch/rows.h"

typedef struct patch_line_fit {
	const patch_section *section;
	const patch_columns *on;
	const vv_table *target;
	bool as_old; /* the file here is written as the patch's old version was */
	bool same;   /* the columns, and what tells cells apart: other rows keep their lines */
	patch_writer own, made; /* of lines as they are here, and as they become */
	vv_line_editor editor;
	const char **names;
	size_t *from;
	size_t *pair_of; /* for each column of the result; VV_LINE_NONE */
	bool *changed;
	vv_bytes *spelled; /* borrowed from arena or the patch's line */
	vv_line_parts base, theirs;
	vv_arena arena;
	vv_buf line, edited;
} patch_line_fit;

/* Borrows section, columns and target. */
vv_status patch_line_fit_open(patch_line_fit *l, const patch_section *s, const patch_columns *on,
			      const vv_table *target, vv_error *err);
void patch_line_fit_close(patch_line_fit *l); /* accepts zeroes */

/* Do both, the patch and what is here, have other lines above the row than the patch's old version? */
bool patch_line_conflict(const patch_line_fit *l, const patch_row *row, const patch_op *op);

/* The row's line with its row end, into out. last: it is the target's last one. cells: of the result. op NULL: the patch does not
 * name the row. */
vv_status patch_line_make(patch_line_fit *l, vv_buf *out, const patch_row *row, bool last,
			  const vv_cell *cells, const patch_op *op, vv_error *err);
/* Of a row that the patch removes: the lines above it that stay. */
size_t patch_line_rest(const patch_line_fit *l, const patch_row *row, const patch_op *op);

#endif
