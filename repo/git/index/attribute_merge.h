/*
 * attribute_merge: merges two versions of a .gitattributes file with their base.
 *
 * If two branches each track a table, both add a line in the same place. Git's union merge driver
 * keeps both lines. But if one side removed a line (untracked a table), and the other side added a
 * line next to it, the union driver restores the removed line. This merge does not restore removed
 * lines. The last line for a path decides, so the order of lines that may concern one path is kept,
 * or the merge is a conflict.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H

#include <stdbool.h>

#include "base/buf.h"
#include "base/error.h"

/* Merges ours and theirs, and appends the merged text to out. A line that one side removed is left
 * out; a line that both sides added appears once. base is empty if no common version exists. Sets *conflict
 * to true if both sides changed lines of one pattern, or lines that may set one path to different
 * values of an attribute: then out gets both versions between conflict markers. */
vv_status vv_attr_merge(vv_buf *out, bool *conflict, const vv_buf *base, const vv_buf *ours,
			const vv_buf *theirs, vv_error *err);

#endif
