/*
 * attributes_internal: determines how Git converts a file between work tree and repository.
 */
#ifndef VV_REPO_GIT_INDEX_ATTRIBUTES_INTERNAL_H
#define VV_REPO_GIT_INDEX_ATTRIBUTES_INTERNAL_H

#include "repo/git/index/attributes.h"
#include "repo/git/repository_internal.h"

VV_AUTO_FREE(git_filter_list, git_filter_list_free)

/* The conversion of a path, other than varve's own filter. */
typedef struct vv_conversion {
	bool foreign;  /* the path has a filter program or an encoding, which only git supports */
	char name[64]; /* if foreign: the name of the filter, or "working-tree-encoding" */
	bool builtin;  /* libgit2 may convert line ends or ident */
} vv_conversion;
/* Sets *out to the conversion of a path, determined from its attributes. */
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err);

/* Loads libgit2's filters (line ends, ident) for a path with the conversion c into *out, which the
 * caller frees with git_filter_list_free. *out is NULL if no filter applies. to_worktree: the
 * filters of a checkout; false: those of git add. The errors are those of vv_attr_can_be_read. */
vv_status vv_filters_of(vv_repository *r, const char *path, const vv_conversion *c,
			bool to_worktree, git_filter_list **out, vv_error *err);

#endif
