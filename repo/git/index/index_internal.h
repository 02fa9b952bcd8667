/*
 * index_internal: the index in memory, and changes that are made to it.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_INTERNAL_H
#define VV_REPO_GIT_INDEX_INDEX_INTERNAL_H

#include "repo/git/index/index.h"
#include "repo/git/index/index_file.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define VV_INDEX_BYTES_MAX ((size_t)4 << 30)

/* One changed path: when the index is written, its entry in memory counts. */
typedef struct vv_index_edit {
	char *path;
	bool look; /* the work tree's file must match the entry */
	bool gone; /* removed since the work tree has no such file */
} vv_index_edit;

/* Fills the lock's new file with an index, which gets the date of st. */
vv_status vv_index_put_copy(vv_git_lock *lock, const vv_buf *bytes, const vv_stat *st,
			    vv_error *err);

/* git belongs to no repository, so that libgit2 neither reads big files to settle
 * raciness nor writes by itself. */
struct vv_index {
	vv_repository *repo;
	vv_index_file *file;
	git_index *git; /* the file's */
	vv_index_edit *edits;
	size_t edit_count, edit_cap;
	vv_stat stamp; /* of the file that was read */
	bool has_stamp;
	vv_stat written_on; /* of the file that existed under the lock; zeros: none */
	vv_open_index here; /* among those of the repository */
	vv_git_lock lock;   /* from vv_index_try_lock to the write */
};

#endif
