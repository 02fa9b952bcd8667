/*
 * story: what happened to a table between two versions: the changes of each column, grouped.
 *
 * Equal changes ("CONC -> CON, 3,101 times"), values filled in and emptied, one formula for all ("x 1.19"), and the rest.
 * Rows are streamed; memory is bounded: what is seen after GROUPS_MAX different changes of a column counts as other.
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

/* Of a row of any kind; changed ones count. */
vv_status vv_story_row(vv_story *s, const vv_row_change *c, vv_error *err);

/* Appends what happened in the pair of columns, "CONC -> CON in 3,000, filled in 80, other 21"; nothing where changes have
 * nothing in common. Text is escaped. */
void vv_story_put(vv_buf *out, const vv_story *s, size_t pair);

#endif
