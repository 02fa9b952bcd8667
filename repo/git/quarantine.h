/*
 * quarantine: stages new Git objects, and writes them together. Internal to repo.
 *
 * Staged objects are in memory; large blobs are in a folder inside Git's object folder. The name of this folder
 * begins with tmp_objdir, so that git prune removes the folder after a crash. Staged objects are written and
 * synced together: one as a loose object, several as a pack. libgit2's own syncing would need two fsyncs for
 * each object, and would not sync new fan-out folders. All files are synced in parallel before they are
 * renamed, and all folders in parallel before anything names the objects. Packs have a .keep file until refs
 * and index name their objects, so that a simultaneous "git repack -a -d" does not drop them.
 */
#ifndef VV_REPO_GIT_QUARANTINE_H
#define VV_REPO_GIT_QUARANTINE_H

#include <stdint.h>

#include "repo/git/repository_internal.h"

/* Prefix of the names of folders with staged objects. */
#define VV_QUARANTINE_PREFIX "tmp_objdir-varve-"

/* Stages an object, unless the repository has it already, and sets *out to its id. */
vv_status vv_quarantine_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			      git_oid *out, vv_error *err);

/* Stages exactly size bytes from fd as a blob, without reading all of them into memory, and sets *out to its
 * id. VV_ECONFLICT: the file is shorter or longer. */
vv_status vv_quarantine_write_fd(vv_repository *r, int fd, const char *path, uint64_t size,
				 git_oid *out, vv_error *err);

/* Returns a libgit2 repository whose writes are staged; borrowed until r is closed. */
vv_status vv_quarantine_repository(vv_repository *r, git_repository **out, vv_error *err);

/* Durably writes all staged objects. On failure, they are still staged. Closing the repository does this,
 * too. */
vv_status vv_quarantine_flush(vv_repository *r, vv_error *err);

/* Write the staged objects in two steps, for a caller that then writes the index or a ref. vv_quarantine_stage
 * writes the objects under temporary names and adds them to files, which must be durable before
 * vv_quarantine_place renames them. vv_quarantine_place adds the folders to r->later; these must be durable
 * before anything names the objects. */
vv_status vv_quarantine_stage(vv_repository *r, vv_syncs *files, vv_error *err);
vv_status vv_quarantine_place(vv_repository *r, vv_error *err);
/* Does both steps, and between them waits until the files are durable. */
vv_status vv_quarantine_put(vv_repository *r, vv_error *err);

/* Packs existing objects with git, and adds the pack as vv_quarantine_take_pack does. objects: a line "<hex>
 * <path>" for each object; git searches for delta bases among objects with similar paths. *name_out: the hash
 * in the pack's name; the caller frees it. */
vv_status vv_quarantine_pack(vv_repository *r, const vv_buf *objects, char **name_out,
			     vv_error *err);

/* Durably moves pack-<hex>.pack and .idx from the folder `from`, which is inside the object folder, to the
 * other packs, and lists the pack in VV_OWN_PACKS. */
vv_status vv_quarantine_take_pack(vv_repository *r, const char *from, const char *hex,
				  vv_error *err);

/* Durably moves the loose objects from the folder `from` to the object folder. */
vv_status vv_quarantine_take_loose(vv_repository *r, const char *from, vv_error *err);

/* Removes the .keep files of the packs written so far. Call this when refs and index name all their objects.
 * Closing the repository does this, too. */
vv_status vv_quarantine_named(vv_repository *r, vv_error *err);

/* The file, in varve's folder, that lists the hashes in the names of packs written by varve, one per line. */
#define VV_OWN_PACKS "git-packs"

/* Prefix of the folders of receive.h, which can be in use for a long time. Each has a lock file; a process that
 * gets this lock may remove the folder. */
#define VV_RECEIVE_PREFIX VV_QUARANTINE_PREFIX "in-"
#define VV_RECEIVE_LOCK "lock"

#endif
