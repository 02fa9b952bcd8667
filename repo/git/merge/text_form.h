/*
 * text_form: merges lines separately from their form: the byte order mark, the line ends, and the end of the last line.
 */
#ifndef VV_REPO_GIT_MERGE_TEXT_FORM_H
#define VV_REPO_GIT_MERGE_TEXT_FORM_H

#include "repo/git/merge/text.h"

/* As vv_merge_text, with a base, but a side that changed only the form changed no line. In the result, each part of the form is
 * from the side that changed it. form_only: sets *conflict to true if both sides changed lines, even different ones. */
vv_status vv_merge_text_form(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			     const vv_merge_lines side[2], bool form_only, vv_error *err);

#endif
