/*
 * attribute_merge: three versions of a .gitattributes file become one, without a conflict.
 *
 * Two branches that each track a table add lines in one place. Git's union keeps both, but brings
 * back a line that one side removed beside one that the other added: a table that left varve would
 * return. Here what one side removed stays removed.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H
#define VV_REPO_GIT_INDEX_ATTRIBUTE_MERGE_H

#include "base/buf.h"
#include "base/error.h"

/* Appends the result to out. base empty: nothing in common. */
vv_status vv_attr_merge(vv_buf *out, const vv_buf *base, const vv_buf *ours, const vv_buf *theirs,
			vv_error *err);

#endif
