/*
 * text: lines that both sides changed, merged as Git merges the lines of a file.
 */
#ifndef VV_REPO_GIT_MERGE_TEXT_H
#define VV_REPO_GIT_MERGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

typedef struct vv_merge_lines {
	const char *text;
	size_t len;
} vv_merge_lines;

/* Appends the merge of two sides and base (NULL: none). *conflict: they changed the same or neighbouring lines; for these
 * *out has the lines of side[favor]. */
vv_status vv_merge_text(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			const vv_merge_lines side[2], int favor, vv_error *err);

#endif
