/*
 * attribute_merge: merges two versions of a .gitattributes file with their base, without conflicts.
 *
 * If two branches each track a table, both add a line in the same place. Git's union merge driver
 * keeps both lines. But if one side removed a line (untracked a table), and the other side added a
 * line next to it, the union driver restores the removed line. This merge does not restore removed
 * lines.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H

#include "base/buf.h"
#include "base/error.h"

/* Merges ours and theirs, and appends the merged text to out. A line that one side removed is left
 * out; a line that both sides added appears once. base is empty if no common version exists. */
vv_status vv_attr_merge(vv_buf *out, const vv_buf *base, const vv_buf *ours, const vv_buf *theirs,
			vv_error *err);

#endif
