/*
 * quarantine: objects written but not yet durable. Internal to repo.
 *
 * New objects stay in memory (large files: in a folder inside Git's object folder whose name begins with
 * tmp_objdir, as that of every file apart does, so that git prune cleans up after a crash) and are written
 * together, synced: one as a loose object, several as one pack. libgit2's own syncing would cost two fsyncs an
 * object, and none for a new fan-out folder. Files are synced side by side before they get their names, folders
 * side by side before anything names their files. Packs have a .keep file until refs and index name their
 * objects, so that "git repack -a -d" beside it does not drop them.
 */
#ifndef VV_REPO_GIT_QUARANTINE_H
#define VV_REPO_GIT_QUARANTINE_H

#include <stdint.h>

#include "repo/git/repository_internal.h"

/* Prefix of the folders, and of the file, with staged objects. */
#define VV_QUARANTINE_PREFIX "tmp_objdir-varve-"

/* Stages an object; an object that the repository has already is not written. */
vv_status vv_quarantine_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			      git_oid *out, vv_error *err);

/* Stages exactly size bytes from fd as a blob, without holding them. VV_ECONFLICT
 * when the file turns out shorter or longer. */
vv_status vv_quarantine_write_fd(vv_repository *r, int fd, const char *path, uint64_t size,
				 git_oid *out, vv_error *err);

/* The libgit2 repository, whose writes are staged. Borrowed until close. */
vv_status vv_quarantine_repository(vv_repository *r, git_repository **out, vv_error *err);

/* Makes staged objects durable. On failure they stay staged. Closing the repository does it too. */
vv_status vv_quarantine_flush(vv_repository *r, vv_error *err);

/* The same in two steps, for writers of the index or a ref that names the objects. stage writes
 * them apart and adds them to files, which must be durable before place renames them. place adds
 * their folders to r->later; these must be durable before anything names the objects. */
vv_status vv_quarantine_stage(vv_repository *r, vv_syncs *files, vv_error *err);
vv_status vv_quarantine_place(vv_repository *r, vv_error *err);
/* Both, and between them the wait. */
vv_status vv_quarantine_put(vv_repository *r, vv_error *err);

/* Has git pack objects, "<hex> <path>" a line (bases are looked for among like paths), and takes the pack as
 * vv_quarantine_take_pack does. *name_out: the hex in its name, owned by the caller. */
vv_status vv_quarantine_pack(vv_repository *r, const vv_buf *objects, char **name_out,
			     vv_error *err);

/* Moves pack-<hex>.pack and .idx from a folder inside the object folder, durably, and
 * notes them as varve's own. */
vv_status vv_quarantine_take_pack(vv_repository *r, const char *from, const char *hex,
				  vv_error *err);

/* The same for the loose objects of such a folder. */
vv_status vv_quarantine_take_loose(vv_repository *r, const char *from, vv_error *err);

/* Call this when refs and index name all objects written so far: removes the .keep files of their packs.
 * Closing does so, too. */
vv_status vv_quarantine_named(vv_repository *r, vv_error *err);

/* In varve's folder: the hex names of the packs that are varve's own, one a line. */
#define VV_OWN_PACKS "git-packs"

/* Prefix of git_receive's folders, which may be in use for long: a process that gets the lock on a
 * folder's file may remove the folder. */
#define VV_RECEIVE_PREFIX VV_QUARANTINE_PREFIX "in-"
#define VV_RECEIVE_LOCK "lock"

#endif
