/*
 * text: merges lines that both sides changed, as Git merges the lines of a file.
 */
#ifndef VV_REPO_GIT_MERGE_TEXT_H
#define VV_REPO_GIT_MERGE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"

/* The lines of one version of a file; borrowed. */
typedef struct vv_merge_lines {
	const char *text;
	size_t len;
} vv_merge_lines;

/* Merges the changes of both sides since base (NULL: no common ancestor), and appends the result to
 * out. Sets *conflict to true if the sides changed the same or neighbouring lines differently; the
 * result then has the lines of side[favor] (0 or 1) in these places. */
vv_status vv_merge_text(vv_buf *out, bool *conflict, const vv_merge_lines *base,
			const vv_merge_lines side[2], int favor, vv_error *err);

#endif
