/*
 * index_internal: declares the open index and its changes, for the files of index.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_INTERNAL_H
#define VV_REPO_GIT_INDEX_INDEX_INTERNAL_H

#include "repo/git/index/index.h"
#include "repo/git/index/index_file.h"
#include "repo/git/lock.h"
#include "repo/git/repository_internal.h"

#define VV_INDEX_BYTES_MAX ((size_t)4 << 30) /* maximum bytes of an index file */

/* A path whose entry was changed in memory; vv_index_write writes this entry. */
typedef struct vv_index_edit {
	char *path;
	/* when the index is written, the entry gets the stat st; if st is too young, or libgit2 would
	 * lose parts of the index, git looks at the file instead */
	bool look;
	vv_stat st; /* if look: stat of the file when it was read */
	bool gone;  /* the entry was removed because the work tree does not have the file */
} vv_index_edit;

/* Sets *out to the entry `from`, whose path is borrowed. */
vv_index_entry vv_index_entry_of(const git_index_entry *from);
/* Sets the ctime of an entry for the file of its path, which has the stat st, as git on this system has
 * it. */
vv_status vv_index_fill_ctime(git_index_entry *e, const vv_repository *r, const vv_stat *st,
			      vv_error *err);

/* Writes the bytes of an index to the lock's new file, and sets its modification time to the time
 * in st. */
vv_status vv_index_put_copy(vv_git_lock *lock, const vv_buf *bytes, const vv_stat *st,
			    vv_error *err);

/* An open index. */
struct vv_index {
	vv_repository *repo;
	vv_index_file *file;
	/* borrowed from file; not connected to a libgit2 repository, so that libgit2 does not read
	 * large files to detect racy entries, and does not write the index by itself */
	git_index *git;
	vv_index_edit *edits; /* the changed paths */
	size_t edit_count, edit_cap;
	vv_stat stamp;  /* stat of the index file that was read */
	bool has_stamp; /* the file existed */
	/* stat of the index file that the last vv_index_write replaced; zeros: the file did not
	 * exist */
	vv_stat written_on;
	vv_open_index here; /* item in the repository's list of open indexes */
	/* held from vv_index_lock, vv_index_try_lock or vv_index_open_locked until the index is
	 * written */
	vv_git_lock lock;
};

#endif
