/*
 * index: Git's staging area.
 *
 * Read on open, changed in memory, written by git (update-index), for which varve locks index.lock and makes a copy, by
 * vv_index_write. A dataset's entry has the pointer's blob id and the stat of the big file in the work tree, so that plain git
 * status is clean without reading it. git writes that stat itself when it reads the file, through our filter.
 */
#ifndef VV_REPO_GIT_INDEX_INDEX_H
#define VV_REPO_GIT_INDEX_INDEX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/blocks/store.h"
#include "repo/git/repository.h"

typedef struct vv_index vv_index;

typedef struct vv_index_entry {
	const char *path; /* borrowed until the index changes */
	vv_oid id;
	uint32_t mode;
	int stage;     /* 0 normal, 1 base, 2 ours, 3 theirs */
	uint32_t size; /* as stored: 0 also for "run the filter" */
	int64_t mtime_sec, ctime_sec;
	uint32_t mtime_nsec, ctime_nsec, ino, dev;
	bool skip_worktree;
	bool hidden; /* skip-worktree or assume-unchanged: do not read the file */
	bool intent_to_add;
} vv_index_entry;

/* Opens (and reads) the index, whatever its form; a lock matters only for writing. */
vv_status vv_index_open(vv_index **out, vv_repository *r, vv_error *err);
/* Takes the lock that writing needs before it reads the index: for callers that change .gitattributes, as `git checkout` does
 * under that lock. VV_ELOCKED, as of vv_index_write. */
vv_status vv_index_open_locked(vv_index **out, vv_repository *r, vv_error *err);
void vv_index_close(vv_index *x); /* accepts NULL; discards unsaved changes */
VV_AUTO_FREE(vv_index, vv_index_close)

/* Is the file still the one that was read? By its stat alone. */
bool vv_index_is_current(const vv_index *x);

/* An index only in memory that begins as the tree of a commit (NULL: empty), to make another tree
 * (vv_index_write_tree). While it is open, its files determine the attributes of paths, and packages, instead
 * of the work tree's: also in a bare repository. It is never written. */
vv_status vv_index_open_tree(vv_index **out, vv_repository *r, const vv_oid *commit, vv_error *err);
bool vv_index_is_tree(const vv_index *x);
/* While the index is open, its own files determine the attributes of paths: for a .gitattributes in it that the work tree
 * will get. */
void vv_index_ask_attributes(vv_index *x);

/* VV_EREFUSED: the path is in a submodule, whose files its own repository keeps. */
vv_status vv_index_check_module(const vv_index *x, const char *path, vv_error *err);

/* VV_EREFUSED, as vv_index_check_module; VV_EEXISTS: the index has a folder at the path, or a file if the path has a folder. */
vv_status vv_index_check_free(const vv_index *x, const char *path, vv_error *err);

size_t vv_index_count(const vv_index *x);
void vv_index_at(const vv_index *x, size_t i, vv_index_entry *out); /* sorted by path, then stage */
bool vv_index_get(const vv_index *x, const char *path, vv_index_entry *out); /* stage 0 */
/* The entry of that stage (1 base, 2 ours, 3 theirs). */
bool vv_index_get_stage(const vv_index *x, const char *path, int stage, vv_index_entry *out);
bool vv_index_is_unmerged(const vv_index *x, const char *path); /* has path conflict stages? */
bool vv_index_has_conflicts(const vv_index *x);

/* Sets path to a blob. st is the work tree file's stat, taken before and after it was read and equal: when the index is
 * written, git reads the stat again, and records it unless it has changed. st NULL: no stat is recorded (the file is always
 * compared). Conflict stages of the path are removed. */
vv_status vv_index_set(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
		       const vv_stat *st, vv_error *err);

/* Stages an ordinary file, symbolic link or deletion as git add does. Files whose attributes name a
 * filter that libgit2 cannot run (git-lfs ...): VV_EREFUSED with the git command. */
vv_status vv_index_add_file(vv_index *x, const char *path, vv_error *err);
/* Reads the commit that a submodule's work tree has. VV_ENOTFOUND: it is not set up. */
vv_status vv_index_submodule(const vv_index *x, const char *path, vv_oid *out, vv_error *err);
/* Would vv_index_add_file accept the path? Fails as that does, for example for a pipe. */
vv_status vv_index_may_add_file(vv_index *x, const char *path, vv_error *err);
/* Puts the path in conflict: sides[0..2] are base, ours and theirs, mode 0 if absent. Replaces the
 * index's entries of the path. */
typedef struct vv_index_side {
	uint32_t mode;
	vv_oid id;
} vv_index_side;
vv_status vv_index_set_conflict(vv_index *x, const char *path, const vv_index_side sides[3],
				vv_error *err);
vv_status vv_index_remove(vv_index *x, const char *path,
			  vv_error *err); /* VV_ENOTFOUND when not there */
/* The same for a file that the work tree does not have. If it exists when the index is written, under the lock, a program of
 * Git's was writing it: VV_ECONFLICT, and nothing is written. */
vv_status vv_index_remove_gone(vv_index *x, const char *path, vv_error *err);
/* Applies the changes made since opening to the current index: git's changes at other paths meanwhile are kept. Before that it
 * makes staged objects and blocks durable together, and settles the store's writer. VV_ELOCKED: index.lock was locked for some
 * seconds; names the file. VV_EREFUSED: git rejects a path. */
vv_status vv_index_write(vv_index *x, vv_error *err);
/* Locks the index until the next write or the close. VV_ELOCKED, without waiting: another process
 * has locked it. */
vv_status vv_index_try_lock(vv_index *x, vv_error *err);
/* The same, but waits as vv_index_write does. For reading HEAD, which git's commands do not move while another process has the
 * lock. */
vv_status vv_index_lock(vv_index *x, vv_error *err);
bool vv_index_is_locked(const vv_index *x);
/* Releases the lock, whichever index of the repository has it. */
void vv_index_unlock(vv_repository *r);

vv_status vv_index_write_tree(vv_index *x, vv_oid *tree,
			      vv_error *err); /* VV_ECONFLICT with conflict stages */
/* Makes a commit of the index's tree, which no ref names. */
vv_status vv_index_write_commit(vv_oid *out, vv_index *x, const vv_oid *parent, const char *message,
				vv_error *err);
/* How an ordinary file of the work tree differs from its index entry. */
typedef enum vv_file_state {
	VV_FILE_SAME,
	VV_FILE_MODIFIED,
	VV_FILE_DELETED,
	VV_FILE_TYPE_CHANGED
} vv_file_state;
/* For files that are not datasets (text conversion as Git's; hashing only when
 * the stat differs). */
vv_status vv_index_file_state(vv_index *x, const vv_index_entry *e, vv_file_state *out,
			      vv_error *err);

/* Does the file's stat equal the entry's, with no raciness: certainly unchanged? */
bool vv_index_stat_clean(const vv_index *x, const vv_index_entry *e, const vv_stat *st);

/* Files in the work tree that are not in the index, and not ignored, sorted; whole untracked
 * folders as "dir/" unless all is true (without those whose files are all ignored). Embedded
 * repositories are reported as "dir/" and not entered. Only what is at or below prefix ("" for
 * all). */
typedef vv_status (*vv_path_fn)(void *payload, const char *path, vv_error *err);
vv_status vv_untracked_each(vv_index *x, const char *prefix, bool all, vv_path_fn fn, void *payload,
			    vv_error *err);
/* The same, including ignored files and folders; each file is named. */
vv_status vv_unindexed_each(vv_index *x, const char *prefix, vv_path_fn fn, void *payload,
			    vv_error *err);
vv_status vv_path_ignored(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Appends those of the names that are ignored, in their order; each ends with a NUL. */
vv_status vv_paths_ignored(vv_repository *r, const vv_buf *names, vv_buf *out, vv_error *err);

/* Writes ordinary files (blobs, symbolic links, submodules left alone) of a commit or the index
 * into the work tree, replacing existing ones; never follows symbolic links above; sets the index
 * entry's stat. paths are exact. The caller has made sure that nothing valuable is overwritten. */
vv_status vv_worktree_write_file(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
				 vv_error *err);

/* A copy of the index before a command stages something, to be restored when the command fails: `git commit -a` commits
 * from a temporary index for this. A correct caller: vv_index_copy_take; stage and write; vv_index_copy_mark after each
 * time that the index was written for this command, vv_index_copy_mark_hook after a hook that may have;
 * vv_index_copy_restore on failure. */
typedef struct vv_index_copy {
	bool taken, existed;
	vv_buf bytes;
	vv_stat before; /* of the file that was copied */
	bool marked;
	vv_stat written; /* of the file as this command wrote it last */
} vv_index_copy;

vv_status vv_index_copy_take(vv_index_copy *out, vv_repository *r, vv_error *err);
void vv_index_copy_mark(vv_index_copy *c, vv_repository *r);
void vv_index_copy_mark_hook(vv_index_copy *c, vv_repository *r);

/* Restores the copy with its old time, since Git's trust in its entries depends on that. Does
 * nothing without a copy or mark. VV_ECONFLICT: another process wrote the index since; it is not
 * changed. */
vv_status vv_index_copy_restore(const vv_index_copy *c, vv_repository *r, vv_error *err);
void vv_index_copy_clear(vv_index_copy *c);
VV_AUTO_CLEAR(vv_index_copy, vv_index_copy_clear)

#endif
