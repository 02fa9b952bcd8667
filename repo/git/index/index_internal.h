/*
 * index_internal: the index in memory.
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

#endif
