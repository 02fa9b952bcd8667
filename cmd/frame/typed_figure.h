/*
 * typed_figure: the functions of columns, and the parts and versions of a table, that typed words are about; for typed_line.h.
 */
#ifndef VV_CMD_FRAME_TYPED_FIGURE_H
#define VV_CMD_FRAME_TYPED_FIGURE_H

#include "base/buf.h"
#include "cmd/frame/typed.h"

/* Returns the function of SQL that the word is about: "avg" for "mean"; NULL: none. */
const char *vv_typed_function(const char *word);

/* Each returns the text, which may be in room, for the placeholder `text` (typed_line.h); NULL: words are missing. */

/* "min,max price kind": min(price), max(price) */
const char *vv_typed_aggregate(vv_buf *room, const vv_typed *t, const char *text);
/* "kind" there */
const char *vv_typed_group(vv_buf *room, const vv_typed *t, const char *text);
/* BEGIN and LENGTH */
const char *vv_typed_sliced(vv_buf *room, const vv_typed *t, const char *text);

/* FIRST, SECOND and NEWER */
const char *vv_typed_first_version(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_second_version(vv_buf *room, const vv_typed *t, const char *text);
const char *vv_typed_newer_columns(vv_buf *room, const vv_typed *t, const char *text);

#endif
