/*
 * story: groups of equal changes of a table between two versions, by column; the column's figures before and after, and
 * striking changes.
 *
 * Groups are equal changes ("CONC -> CON, 3,101 times"), values filled in and emptied, one formula for all ("x 1.19"), other
 * spellings of the same value, and the rest. Figures are of whole columns where that costs little beside the difference, else of the
 * cells that differ. Rows are streamed; memory is bounded: after GROUPS_MAX different changes of a column, further ones count as other.
 *
 *	vv_story_new; vv_story_row for each row; vv_story_end; then the texts
 */
#ifndef VV_DIFF_WRITE_STORY_H
#define VV_DIFF_WRITE_STORY_H

#include "base/auto.h"
#include "base/buf.h"
#include "diff/write/writer.h"

typedef struct vv_story vv_story;

/* t is borrowed, and has both sides. */
vv_status vv_story_new(vv_story **out, const vv_diff_table *t, vv_error *err);
void vv_story_free(vv_story *s); /* accepts NULL */
VV_AUTO_FREE(vv_story, vv_story_free)

/* Adds a row of any kind; only changed ones count. */
vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err);

/* After the last row. Reads columns whole where that costs little. */
vv_status vv_story_end(vv_story *s, vv_error *err);

/* Cells of the pair of columns that were changed, or only written otherwise. */
uint64_t vv_story_changes(const vv_story *s, size_t pair);

/* Appends what happened in the pair of columns, "CONC -> CON in 3,000, filled in 80, other 21"; nothing where changes have
 * nothing in common. Text is escaped. */
void vv_story_put(vv_buf *out, const vv_story *s, size_t pair);

/* The parts of that text, one by one. */
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
vv_status vv_story_tell(const vv_story *s, size_t pair, const vv_story_parts *p, vv_error *err);

/* Appends the name of the part, equal or sided, that the changed cell of the row belongs to. */
void vv_story_put_name(vv_buf *out, vv_story *s, size_t pair, const vv_row_change *r);

/* Appends the figures of the pair, "rows 5,000 -> 4,600: missing 0, ..."; ascii as vv_figures_put. */
void vv_story_put_figures(vv_buf *out, const vv_story *s, size_t pair, bool ascii);

/* The n-th striking change, escaped: "400 rows lost, all with status=closed"; NULL after the last.
 * Borrowed. */
const char *vv_story_striking(const vv_story *s, size_t n);

/* A changed cell among the others of its column: how many are like it, as far as is known, and how large the change is. */
typedef struct vv_story_cell {
	size_t group; /* SIZE_MAX: none of its own */
	bool numbers, one_sided;
	double from, to, half;
} vv_story_cell;

/* The cell of a pair of columns in the row last passed to vv_story_row; the cell must have changed. */
vv_story_cell vv_story_cell_of(const vv_story *s, size_t pair);
uint64_t vv_story_like(const vv_story *s, size_t pair, const vv_story_cell *cell);
double vv_story_size(const vv_story_cell *cell);

#endif
