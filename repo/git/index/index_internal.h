/*
 * index_internal: the index in memory, and how files are converted on their way into it.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_INTERNAL_H
#define VV_REPO_GIT_INDEX_INDEX_INTERNAL_H

#include "repo/git/index/index.h"
#include "repo/git/repository_internal.h"

typedef struct vv_index_edit vv_index_edit; /* index.c */

/* git belongs to no repository, so that libgit2 neither reads big files to settle
 * raciness nor writes by itself. */
struct vv_index {
	vv_repository *repo;
	git_index *git;
	vv_index_edit *edits; /* in the order made; applied again at writing */
	size_t edit_count, edit_cap;
	vv_stat stamp; /* of the file as it was read */
	bool has_stamp;
};

/* How a path's content changes between work tree and repository. */
typedef struct vv_conversion {
	bool foreign;  /* a filter program or encoding that only git can run */
	char name[64]; /* of the filter */
} vv_conversion;
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err);

/* libgit2's own conversions of a path (line ends, ident); *out NULL when none. */
vv_status vv_filters_of(vv_repository *r, const char *path, bool to_worktree, git_filter_list **out,
			vv_error *err);

#endif
