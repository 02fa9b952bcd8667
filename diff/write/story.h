/*
 * story: summarises the changes of a table between two versions: for each column, its groups of
 * similar changes and its figures (figures.h); for the table, its striking changes.
 *
 * The groups of a column are: equal changes ("CONC -> CON, 3,101 times"), values filled in, values
 * emptied, a formula for all changes ("x 1.19"), other spellings of the same value, and other
 * changes. Figures describe whole columns if reading these columns costs little compared with the
 * difference, and t->partial is not set; otherwise, they describe only the differing cells. Rows
 * are streamed, and memory is bounded: after the first GROUPS_MAX (story.c) distinct changes of a
 * column, further ones count as other changes.
 *
 * A caller calls vv_story_new, then vv_story_row for each row, then vv_story_end, then the
 * functions that append or return texts, then vv_story_free.
 */
#ifndef VV_DIFF_WRITE_STORY_H
#define VV_DIFF_WRITE_STORY_H

#include "base/auto.h"
#include "base/buf.h"
#include "diff/write/writer.h"

typedef struct vv_row_change vv_row_change;

/* The summary of a table's changes. In this header, `pair` is the index of a pair of columns in
 * t->columns. */
typedef struct vv_story vv_story;

/* Makes a story of t, which must have both sides and outlive the story. */
vv_status vv_story_new(vv_story **out, const vv_diff_table *t, vv_error *err);
void vv_story_free(vv_story *s); /* accepts NULL */
VV_AUTO_FREE(vv_story, vv_story_free)

/* Adds a row of any kind. Added and removed rows count for figures and striking changes, changed
 * rows also for groups, and moved rows for nothing. */
vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err);

/* Completes the story. Call this after the last row. Reads whole columns if this costs little. Does
 * not fail if this repository lacks some of their blocks. */
vv_status vv_story_end(vv_story *s, vv_error *err);

/* Returns the number of changed or differently spelled cells in the pair of columns. */
uint64_t vv_story_changes(const vv_story *s, size_t pair);

/* Appends a description of the changes in the pair of columns, such as "CONC -> CON in 3,000,
 * filled in 80, other 21". Appends nothing if all changes would count as other changes. Names and
 * values in the text are escaped. */
void vv_story_put(vv_buf *out, const vv_story *s, size_t pair);

/* The kinds of parts of the text that vv_story_put appends. */
typedef enum vv_story_part_kind {
	VV_STORY_EQUAL,   /* "CONC -> CON" */
	VV_STORY_FORMULA, /* "x 1.19" */
	VV_STORY_SIDED,   /* "filled in", "emptied" */
	VV_STORY_REST     /* "spelled otherwise", "other" */
} vv_story_part_kind;
/* A receiver of these parts. */
typedef struct vv_story_parts {
	/* name: text of the part, borrowed; cells: number of cells with such a change */
	vv_status (*part)(void *payload, const char *name, uint64_t cells, vv_story_part_kind kind,
			  vv_error *err);
	void *payload;
} vv_story_parts;
/* Calls p->part for each part of the text that vv_story_put appends. Returns the status of the
 * first call that fails. */
vv_status vv_story_tell(const vv_story *s, size_t pair, const vv_story_parts *p, vv_error *err);

/* Appends the name of the part (VV_STORY_EQUAL or VV_STORY_SIDED) to which the changed cell of the
 * pair in the row r belongs. */
void vv_story_put_name(vv_buf *out, vv_story *s, size_t pair, const vv_row_change *r);

/* Appends the figures of the pair of columns, such as "rows 5,000 -> 4,600: missing 0, ...". ascii
 * has the same meaning as for vv_figures_put. */
void vv_story_put_figures(vv_buf *out, const vv_story *s, size_t pair, bool ascii);

/* Returns a description, escaped and borrowed from s, of striking change number n, from 0, such as
 * "400 rows lost, all with status=closed". NULL: there are at most n striking changes. */
const char *vv_story_striking(const vv_story *s, size_t n);

/* A changed cell, for vv_story_like and vv_story_size. */
typedef struct vv_story_cell {
	size_t group;      /* index of the group of equal changes; SIZE_MAX: no group */
	bool numbers,      /* both values are numbers */
		one_sided; /* exactly one of the values is missing */
	/* only if numbers: */
	double from,  /* the old number */
		to,   /* the new number */
		half; /* half a unit of the last digit of the new number */
} vv_story_cell;

/* Returns the cell of a pair of columns in the last row that was passed to vv_story_row. The cell
 * must have changed. */
vv_story_cell vv_story_cell_of(const vv_story *s, size_t pair);
/* Returns how many changed cells of the column are known to have the same change as this cell. For
 * a cell that is one_sided, counts all cells that were filled in or emptied. */
uint64_t vv_story_like(const vv_story *s, size_t pair, const vv_story_cell *cell);
/* Returns the size of the change of a cell, for ranking. For two numbers, this is the logarithm of
 * the ratio of the larger to the smaller, or 1000 if the sign changed or one is 0; for other
 * values, 0. */
double vv_story_size(const vv_story_cell *cell);

#endif
