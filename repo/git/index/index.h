/*
 * index: reads and changes Git's index, the staging area.
 *
 * The index is read when it is opened, and changed in memory. vv_index_write locks index.lock, and
 * applies the changes with git update-index to a copy of the file, which then replaces the file.
 * The entry of a dataset (attributes.h) has the blob id of its pointer (repo/git/pointer.h), and
 * the stat of the big file in the work tree, so that plain git status reports no change without
 * reading the file.
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

/* An entry of the index. */
typedef struct vv_index_entry {
	const char *path; /* borrowed until the index changes */
	vv_oid id;
	uint32_t mode; /* Git's mode of the file */
	int stage;     /* 0 normal, 1 base, 2 ours, 3 theirs */
	uint32_t size; /* size of the file as recorded; 0: empty, or git must run the filter */
	int64_t mtime_sec, ctime_sec; /* stat of the file, as recorded */
	uint32_t mtime_nsec, ctime_nsec, ino;
	bool skip_worktree;
	bool hidden;        /* skip-worktree or assume-unchanged: do not read the file */
	bool intent_to_add; /* the entry of git add --intent-to-add */
	size_t next;        /* for vv_index_next: the number of the entry after this one */
} vv_index_entry;

/* Opens and reads the index of r. A lock of another process does not prevent this. */
vv_status vv_index_open(vv_index **out, vv_repository *r, vv_error *err);
/* Like vv_index_open, but locks index.lock before reading the index. For callers that change
 * .gitattributes, which git checkout changes under this lock. VV_ELOCKED: as in vv_index_write. */
vv_status vv_index_open_locked(vv_index **out, vv_repository *r, vv_error *err);
void vv_index_close(vv_index *x); /* accepts NULL; discards unsaved changes */
VV_AUTO_FREE(vv_index, vv_index_close)

/* Returns true if the stat of the index file has not changed since the file was read or written, or
 * if x has no file (vv_index_open_tree). */
bool vv_index_is_current(const vv_index *x);

/* Opens an index in memory with the tree of a commit (NULL: an empty tree), from which the caller
 * makes another tree (vv_index_write_tree). The index is never written to a file. While the index
 * is open, its .gitattributes and package files are used instead of those of the work tree, also in
 * a bare repository. */
vv_status vv_index_open_tree(vv_index **out, vv_repository *r, const vv_oid *commit, vv_error *err);
bool vv_index_is_tree(const vv_index *x); /* true if vv_index_open_tree opened x */
/* Makes the .gitattributes files in the index x determine the attributes of paths until x is
 * closed. For a .gitattributes that the work tree does not have yet. */
void vv_index_ask_attributes(vv_index *x);

/* Checks that the path is not in a submodule, whose files belong to another repository.
 * VV_EREFUSED: the path is in a submodule. */
vv_status vv_index_check_module(const vv_index *x, const char *path, vv_error *err);

/* Checks that a file can be added at the path. VV_EREFUSED: the path is in a submodule. VV_EEXISTS:
 * the index has entries below the path, or an entry at the path of a folder above it. */
vv_status vv_index_check_free(const vv_index *x, const char *path, vv_error *err);

size_t vv_index_count(const vv_index *x); /* number of entries */
/* Returns the i-th entry, from 0; entries are sorted by path, then by stage. */
vv_index_entry vv_index_at(const vv_index *x, size_t i);
/* Replaces *e, which is {0} at first, by the entry after it. Returns false at the end.
 *
 *	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
 *		...
 *	}
 */
bool vv_index_next(const vv_index *x, vv_index_entry *e);
/* Sets *out to the entry of path with stage 0. Returns false if no such entry exists. */
bool vv_index_get(const vv_index *x, const char *path, vv_index_entry *out);
/* Sets *out to the entry of path with this stage (1 base, 2 ours, 3 theirs). Returns false if no
 * such entry exists. */
bool vv_index_get_stage(const vv_index *x, const char *path, int stage, vv_index_entry *out);
/* Returns true if path has conflict stages. */
bool vv_index_is_unmerged(const vv_index *x, const char *path);
bool vv_index_has_conflicts(const vv_index *x); /* true if a path has conflict stages */

/* Sets the entry of a path to a blob, and removes the path's conflict stages. st is the stat of the
 * file in the work tree. It must have been the same before and after the file was read, and
 * vv_stat_wait must have been called for it before the file was read. If st is NULL, no stat is
 * recorded, so git compares the file's content. */
vv_status vv_index_set(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
		       const vv_stat *st, vv_error *err);

/* Stages the ordinary file, symbolic link or deletion at path, as git add does. VV_EREFUSED: the
 * path is a folder, a repository or a special file such as a pipe; or is below a symbolic link.
 * VV_ENOTFOUND: neither the work tree nor the index has the path. VV_ECONFLICT: the file changed
 * while it was read. VV_EUSAGE: the repository is bare. git runs filters of other programs, such as
 * git-lfs. VV_EIO: such a filter failed. */
vv_status vv_index_add_file(vv_index *x, const char *path, vv_error *err);
/* Sets *out to the commit that is checked out in the submodule at path. VV_ENOTFOUND: the submodule
 * is not initialised. VV_EREFUSED: the submodule has no commit. */
vv_status vv_index_submodule(const vv_index *x, const char *path, vv_oid *out, vv_error *err);
/* Checks that vv_index_add_file would accept the file at path, without reading or staging it.
 * VV_EREFUSED: as for vv_index_add_file. A missing file is not an error. */
vv_status vv_index_may_add_file(vv_index *x, const char *path, vv_error *err);
/* One side of a conflict or a merge (base, ours or theirs) of a path. */
typedef struct vv_index_side {
	uint32_t mode; /* mode of the file; 0: the side does not have the path */
	vv_oid id;     /* blob of the file */
} vv_index_side;
/* Replaces the entries of the path with conflict stages: sides[0], [1] and [2] are base, ours and
 * theirs. A side with mode 0 is absent. */
vv_status vv_index_set_conflict(vv_index *x, const char *path, const vv_index_side sides[3],
				vv_error *err);
/* Removes all entries of a path. VV_ENOTFOUND: the index has no entry for the path. */
vv_status vv_index_remove(vv_index *x, const char *path, vv_error *err);
/* Like vv_index_remove, for a file that the work tree does not have. If the file exists when
 * vv_index_write has locked the index, a git command has just written it: vv_index_write then
 * returns VV_ECONFLICT and writes nothing. */
vv_status vv_index_remove_gone(vv_index *x, const char *path, vv_error *err);
/* Makes staged objects and blocks durable, settles the store's writer (vv_writer_settle), and then
 * applies the changes made since the last write to the current index file. If nothing was changed,
 * does not write the index file. Changes that git made at other paths meanwhile are preserved.
 * Releases the lock of x, also on failure. VV_ELOCKED: another process held index.lock for some
 * seconds; the message has the name of the file. VV_EREFUSED: git rejected a path. VV_ECONFLICT: as
 * described at vv_index_remove_gone. */
vv_status vv_index_write(vv_index *x, vv_error *err);
/* Call this after files were moved into the work tree, which changed their ctimes. Updates the
 * ctimes of their entries in the index file at the path `file`, which is not in use yet, and sets
 * *noted to true. If a file is not the one that git wrote, or if only git can write this form of
 * index, sets *noted to false instead, and does not change the index file. */
vv_status vv_index_note_moved(bool *noted, const vv_repository *r, const char *file, vv_error *err);
/* Locks the index until the next vv_index_write or vv_index_close. x must not have locked it
 * already. Does not wait: VV_ELOCKED if another process has locked the index. */
vv_status vv_index_try_lock(vv_index *x, vv_error *err);
/* Like vv_index_try_lock, but waits as vv_index_write does. For reading HEAD, which git commands do
 * not move while another process has the lock. */
vv_status vv_index_lock(vv_index *x, vv_error *err);
bool vv_index_is_locked(const vv_index *x); /* true if x has locked the index */
/* Releases the lock on the index of r, whichever open vv_index of r owns the lock. */
void vv_index_unlock(vv_repository *r);

/* Stages the tree objects of the index, and sets *tree to the id of the top tree. Leaves out
 * entries of git add --intent-to-add. VV_ECONFLICT: the index has conflict stages. */
vv_status vv_index_write_tree(vv_index *x, vv_oid *tree, vv_error *err);
/* Stages an unsigned commit with the index's tree and the parent `parent`, which must not be NULL,
 * and sets *out to its id. Updates no ref. */
vv_status vv_index_write_commit(vv_oid *out, vv_index *x, const vv_oid *parent, const char *message,
				vv_error *err);
/* How an ordinary file of the work tree differs from its index entry. */
typedef enum vv_file_state {
	VV_FILE_SAME,
	VV_FILE_MODIFIED,
	VV_FILE_DELETED,
	VV_FILE_TYPE_CHANGED
} vv_file_state;
/* Sets *out to the mode that the regular file at e->path would get in the index. If core.fileMode
 * is false, the executable bit of the file is ignored. If the path is not a regular file, sets *out
 * to the mode of the entry e. */
vv_status vv_index_work_mode(vv_index *x, const vv_index_entry *e, uint32_t *out, vv_error *err);
/* Compares a file that is not a dataset with its entry e, converting text as Git does, and sets
 * *out. Hashes the file only if vv_index_stat_clean is false, and its kind and mode are those of
 * the entry. VV_EUSAGE: the repository is bare. */
vv_status vv_index_file_state(vv_index *x, const vv_index_entry *e, vv_file_state *out,
			      vv_error *err);

/* Returns true if the file of the entry e, with the stat st, is certainly unchanged: st equals the
 * entry's stat, and the file is older than the index. The entry is then not racy (see git's
 * racy-git documentation). */
bool vv_index_stat_clean(const vv_index *x, const vv_index_entry *e, const vv_stat *st);
/* Returns true if st, the stat of the file of the entry e, equals the recorded stat in size, kind,
 * executable bit, inode and mtime. The ctime may differ. Returns false for entries with conflict
 * stages and entries of git add --intent-to-add. */
bool vv_index_has_written(const vv_index_entry *e, const vv_stat *st);

typedef vv_status (*vv_path_fn)(void *payload, const char *path, vv_error *err);
/* Calls fn for each file of the work tree that is neither in the index nor ignored, at or below
 * prefix ("" for all), sorted. Reads the index file; changes in x that are not written do not
 * count. Unless `all` is true, a folder without tracked files is passed as "dir/" instead of its
 * files, and left out if all its files are ignored. Embedded repositories are always passed as
 * "dir/". */
vv_status vv_untracked_each(vv_index *x, const char *prefix, bool all, vv_path_fn fn, void *payload,
			    vv_error *err);
/* Like vv_untracked_each with all, but also passes ignored files. */
vv_status vv_unindexed_each(vv_index *x, const char *prefix, vv_path_fn fn, void *payload,
			    vv_error *err);
/* Sets *out to true if Git's ignore rules match the path, also if the index has the path. */
vv_status vv_path_ignored(vv_repository *r, const char *path, bool *out, vv_error *err);
/* Appends those of `names` that Git's ignore rules match to out, in the same order. In names and
 * out, each name ends with a NUL. */
vv_status vv_paths_ignored(vv_repository *r, const vv_buf *names, vv_buf *out, vv_error *err);

/* Writes the blob id, with its mode, as an ordinary file or symbolic link to the work tree,
 * replaces an existing file, and sets the index entry of path with the file's stat. Does nothing
 * for a submodule. Does not follow symbolic links in the folders of path. VV_ENOSUPPORT: Git does
 * not use this mode. VV_EUSAGE: the repository is bare. VV_EREFUSED: a folder of path is a symbolic
 * link or a file, or a folder that is not empty is at path. The caller must make sure that no
 * uncommitted work is overwritten. */
vv_status vv_worktree_write_file(vv_index *x, const char *path, uint32_t mode, const vv_oid *id,
				 vv_error *err);

/* A copy of the index file, made before a command stages something, and restored if the command
 * fails. A correct caller: vv_index_copy_take; stage and write; vv_index_copy_mark each time after
 * the command wrote the index; vv_index_copy_mark_hook after a hook that may have written the
 * index; vv_index_copy_restore on failure. */
typedef struct vv_index_copy {
	bool taken, existed; /* a copy was made; the index file existed */
	vv_buf bytes;        /* content of the copied file */
	vv_stat before;      /* stat of the copied file */
	bool marked;         /* vv_index_copy_mark was called and found the file */
	/* stat of the file when this command last wrote it; zeros: another process wrote it */
	vv_stat written;
} vv_index_copy;

/* Copies the index file into *out, which the caller clears with vv_index_copy_clear. VV_ELOCKED:
 * other processes keep changing the file. */
vv_status vv_index_copy_take(vv_index_copy *out, vv_repository *r, vv_error *err);
/* Records the stat of the index file that this command has just written. */
void vv_index_copy_mark(vv_index_copy *c, vv_repository *r);
/* Records the stat of the index file after a hook, unless another process wrote the file before. */
void vv_index_copy_mark_hook(vv_index_copy *c, vv_repository *r);

/* Restores the copied index with its old mtime, because Git decides by the mtime which entries are
 * racy. If there was no index file, removes the file. Does nothing if no copy was made, or the
 * index was not marked or not changed. VV_ECONFLICT: another process has written the index after
 * the last mark; the index is not changed. */
vv_status vv_index_copy_restore(const vv_index_copy *c, vv_repository *r, vv_error *err);
void vv_index_copy_clear(vv_index_copy *c);
VV_AUTO_CLEAR(vv_index_copy, vv_index_copy_clear)

#endif
