/*
 * trees: three trees become one, as far as Git's rules go.
 *
 * What only one side changed is taken; text that both changed is merged by lines, as Git
 * does (attributes such as merge=union count). A dataset is never merged as text: where
 * both sides changed it, it is a conflict here, and the caller merges its rows. Renames
 * are followed for text by likeness and for datasets only where the blocks prove them.
 *
 * A correct caller: vv_merge_trees; looks at the conflicts, and gives each the result
 * that it found (vv_merged_put); vv_merged_tree; vv_merged_free.
 */
#ifndef VV_REPO_GIT_MERGE_TREES_H
#define VV_REPO_GIT_MERGE_TREES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_merge_side {
	uint32_t mode; /* 0: not there */
	vv_oid id;
} vv_merge_side;

typedef enum vv_dispute {
	VV_DISPUTE_CONTENT, /* both sides changed it, or both added it */
	VV_DISPUTE_REMOVED, /* one side removed it, the other changed it */
	VV_DISPUTE_PLACE    /* renamed to two names, or a file where the other side has a folder */
} vv_dispute;

typedef struct vv_merge_conflict {
	const char *path; /* where the result stands; borrowed */
	vv_dispute dispute;
	vv_merge_side base, ours, theirs;
	bool dataset;         /* a side that is there is a pointer, or merge=varve says so */
	bool marks;           /* the result is text with conflict marks */
	vv_merge_side result; /* what the work tree is to hold meanwhile; mode 0: nothing */
} vv_merge_conflict;

typedef struct vv_merge_labels {
	const char *base, *ours, *theirs; /* after the marks in text */
} vv_merge_labels;

typedef struct vv_merged_trees vv_merged_trees;

/* base, ours and theirs are trees (or commits); base null: nothing in common. Objects
 * that it makes are staged (repo/git/blob.h). */
vv_status vv_merge_trees(vv_merged_trees **out, vv_repository *r, const vv_oid *base,
			 const vv_oid *ours, const vv_oid *theirs, const vv_merge_labels *labels,
			 vv_error *err);
void vv_merged_free(vv_merged_trees *m); /* accepts NULL */
VV_AUTO_FREE(vv_merged_trees, vv_merged_free)

size_t vv_merged_count(const vv_merged_trees *m); /* conflicts, sorted by path */
const vv_merge_conflict *vv_merged_at(const vv_merged_trees *m, size_t i);

/* Says what the result has at conflict i (mode 0: nothing). */
void vv_merged_put(vv_merged_trees *m, size_t i, uint32_t mode, const vv_oid *id);

/* The whole result, conflicts with what was put. */
vv_status vv_merged_tree(vv_merged_trees *m, vv_oid *tree, vv_error *err);

#endif
