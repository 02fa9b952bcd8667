/*
 * index_internal: the index in memory, and the changes that wait for vv_index_write.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_INTERNAL_H
#define VV_REPO_GIT_INDEX_INDEX_INTERNAL_H

#include "repo/git/index/index.h"
#include "repo/git/repository_internal.h"

typedef struct vv_index_edit {
	char *path;
	bool remove;
	git_index_entry entry; /* path: the one above */
	uint32_t size;         /* of the file, also where entry.file_size is 0 for raciness */
	bool young;            /* the file may have been written again in the same tick */
} vv_index_edit;

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

/* Does one edit to an index. */
vv_status vv_index_apply(git_index *git, const vv_index_edit *edit, vv_error *err);

/* Could a file with this modification time be changed again without the time
 * showing it, judged at sec/nsec? Git (as Debian builds it) compares seconds; the
 * kernel's file times lag the clock by up to a tick. */
bool vv_time_is_racy(int64_t mtime_sec, int64_t now_sec, uint32_t now_nsec);

/* How a path's content changes between work tree and repository. */
typedef struct vv_conversion {
	bool foreign;  /* a filter program or encoding that only git can run */
	char name[64]; /* of the filter */
} vv_conversion;
vv_status vv_conversion_of(vv_repository *r, const char *path, vv_conversion *out, vv_error *err);

/* libgit2's own conversions of a path (line ends, ident); *out NULL when none. */
vv_status vv_filters_of(vv_repository *r, const char *path, bool to_worktree, git_filter_list **out,
			vv_error *err);

/* The target of a symbolic link. */
vv_status vv_read_link(const char *file, vv_buf *out, vv_error *err);

#endif
