/*
 * story: groups of equal changes of a table between two versions, by column; the column's figures before and after, and
 * striking changes.
 *
 * The groups are equal changes ("CONC -> CON, 3,101 times"), values filled in and emptied, one
 * formula for all ("x 1.19"), other spellings of the same value, and the rest. Figures are those of
 * whole columns if this costs little compared with the difference, else those of the differing
 * cells. Rows are streamed; memory is bounded: after GROUPS_MAX different changes of a column,
 * further ones count as other.
 *
 *	vv_story_new; vv_story_row for each row; vv_story_end; then the texts
 */
#ifndef VV_DIFF_WRITE_STORY_H
#define VV_DIFF_WRITE_STORY_H

#include "base/auto.h"
#include "base/buf.h"
#include "diff/write/writer.h"

typedef struct vv_story vv_story;

/* Makes a story of t, which is borrowed and must have both sides. */
vv_status vv_story_new(vv_story **out, const vv_diff_table *t, vv_error *err);
void vv_story_free(vv_story *s); /* accepts NULL */
VV_AUTO_FREE(vv_story, vv_story_free)

/* Adds a row of any kind; only changed ones count. */
vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err);

/* Call it after the last row. Reads whole columns if this costs little. */
vv_status vv_story_end(vv_story *s, vv_error *err);

/* Returns the number of cells of the pair of columns that were changed or spelled differently. */
uint64_t vv_story_changes(const vv_story *s, size_t pair);

/* Appends a description of the changes in the pair of columns, "CONC -> CON in 3,000, filled in 80,
 * other 21"; nothing if the changes have nothing in common. The text is escaped. */
void vv_story_put(vv_buf *out, const vv_story *s, size_t pair);

/* The kinds of parts of the text that vv_story_put appends. */
typedef enum vv_story_part_kind {
	VV_STORY_EQUAL,   /* "CONC -> CON" */
	VV_STORY_FORMULA, /* "x 1.19" */
	VV_STORY_SIDED,   /* "filled in", "emptied" */
	VV_STORY_REST     /* "spelled otherwise", "other" */
} vv_story_part_kind;
typedef struct vv_story_parts {
	vv_status (*part)(void *payload, const char *name, uint64_t cells, vv_story_part_kind kind,
			  vv_error *err);
	void *payload;
} vv_story_parts;
/* Calls p->part for each part of that text. */
vv_status vv_story_tell(const vv_story *s, size_t pair, const vv_story_parts *p, vv_error *err);

/* Appends the name of the part, equal or sided, that the changed cell of the row belongs to. */
void vv_story_put_name(vv_buf *out, vv_story *s, size_t pair, const vv_row_change *r);

/* Appends the figures of the pair, "rows 5,000 -> 4,600: missing 0, ..."; ascii as vv_figures_put. */
void vv_story_put_figures(vv_buf *out, const vv_story *s, size_t pair, bool ascii);

/* Returns the n-th striking change, escaped: "400 rows lost, all with status=closed"; NULL: there
 * are no more. Borrowed. */
const char *vv_story_striking(const vv_story *s, size_t n);

/* A changed cell among the others of its column: how many are like it, as far as is known, and how large the change is. */
typedef struct vv_story_cell {
	size_t group; /* index of the group of equal changes; SIZE_MAX: no group */
	bool numbers, one_sided;
	double from, to, half;
} vv_story_cell;

/* Returns the cell of a pair of columns in the row last passed to vv_story_row. The cell must have
 * changed. */
vv_story_cell vv_story_cell_of(const vv_story *s, size_t pair);
/* Returns how many changed cells of the column are like this one, as far as is known. */
uint64_t vv_story_like(const vv_story *s, size_t pair, const vv_story_cell *cell);
/* Returns the size of the change for ranking: the logarithm of the ratio of both numbers, 1000 for
 * a change of sign, 0 for other values. */
double vv_story_size(const vv_story_cell *cell);

#endif
