/*
 * quarantine: stages new Git objects: keeps them outside of Git's object folder, and later writes
 * them to it together. Internal to repo.
 *
 * Staged objects are in memory. Blobs that come from a file of 1 MiB or more are in a temporary
 * folder inside Git's object folder, the quarantine. Its name begins with tmp_objdir, so that git
 * prune removes it after a crash. Staged objects are written together: a single object becomes a
 * loose object; several objects become a pack, except those of 1 MiB or more, which become loose
 * objects.
 *
 * All files are synced in parallel before they are renamed. All folders are synced in parallel
 * before anything names the objects. libgit2's own syncing would need two fsyncs for each object,
 * and would not sync new fan-out folders. A new pack has a .keep file until refs and index name its
 * objects, so that a simultaneous "git repack -a -d" does not drop the objects.
 */
#ifndef VV_REPO_GIT_QUARANTINE_H
#define VV_REPO_GIT_QUARANTINE_H

#include <stdint.h>

#include "repo/git/repository_internal.h"

/* The prefix of quarantines' names. */
#define VV_QUARANTINE_PREFIX "tmp_objdir-varve-"

/* Stages an object of len bytes, unless the repository already has it, and sets *out to its id. If
 * the staged objects in memory then have more than 16 MiB, writes them to the repository
 * (vv_repository_flush). */
vv_status vv_quarantine_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			      git_oid *out, vv_error *err);

/* Stages exactly size bytes from fd as a blob, without holding all of them in memory, and sets *out
 * to the blob's id. path: the file's name in messages. VV_ECONFLICT: fd has fewer or more bytes. */
vv_status vv_quarantine_write_fd(vv_repository *r, int fd, const char *path, uint64_t size,
				 git_oid *out, vv_error *err);

/* Sets *out to libgit2's handle of r, through which writes are staged; borrowed until r is
 * closed. */
vv_status vv_quarantine_repository(vv_repository *r, git_repository **out, vv_error *err);

/* Is called for a loose object's file. A failure ends the calls, and is returned. */
typedef vv_status (*vv_loose_file_fn)(void *payload, const git_oid *id, const char *path,
				      vv_error *err);
/* Calls fn for each file of a loose object in the object folder `objects`: "<objects>/xx/<38 hex
 * digits>". */
vv_status vv_git_each_loose_file(const char *objects, vv_loose_file_fn fn, void *payload,
				 vv_error *err);

/* The first of two steps that write the staged objects, for a caller that then writes the index or
 * a ref. Writes the objects to files with temporary names, and adds these files to `files`. The
 * caller must make them durable (vv_syncs_wait) before it calls vv_quarantine_place. VV_EIO: an
 * earlier write of the staged objects failed, and cannot be repeated. */
vv_status vv_quarantine_stage(vv_repository *r, vv_syncs *files, vv_error *err);
/* The second step: renames the files to their final names, and adds their folders to r->later.
 * These folders must be durable before anything names the objects. */
vv_status vv_quarantine_place(vv_repository *r, vv_error *err);
/* Calls vv_quarantine_stage, waits until the files are durable, and calls vv_quarantine_place. */
vv_status vv_quarantine_put(vv_repository *r, vv_error *err);

/* Packs existing objects with git, reads each object from the new pack (git index-pack --verify), and
 * adds the pack as vv_quarantine_take_pack does. `objects` has a line "<hex> <path>" for each
 * object; git searches for delta bases among objects with similar paths. Sets *name_out to the hash
 * in the pack's name; the caller frees it with vv_free. VV_EIO: an object cannot be read; the pack
 * was not added. */
vv_status vv_quarantine_pack(vv_repository *r, const vv_buf *objects, char **name_out,
			     vv_error *err);

/* Durably moves pack-<hex>.pack and pack-<hex>.idx from the folder `from`, which is inside the
 * object folder, to the folder of Git's packs, and lists the pack in VV_OWN_PACKS. */
vv_status vv_quarantine_take_pack(vv_repository *r, const char *from, const char *hex,
				  vv_error *err);

/* Durably moves the loose objects from the folder `from`, which is laid out like an object folder,
 * to the object folder. */
vv_status vv_quarantine_take_loose(vv_repository *r, const char *from, vv_error *err);

/* Removes the .keep files of the packs that were written through r. Call this after refs and index
 * name all objects in the packs. vv_repository_close calls this, too. */
vv_status vv_quarantine_named(vv_repository *r, vv_error *err);

/* The file, in varve's folder, that lists the hashes in the names of packs written by varve, one per line. */
#define VV_OWN_PACKS "git-packs"

/* The prefix of the names of quarantines for received objects, which can be in use for a long time.
 * Each has a lock file, VV_RECEIVE_LOCK. A process that gets this lock may remove the
 * quarantine. */
#define VV_RECEIVE_PREFIX VV_QUARANTINE_PREFIX "in-"
#define VV_RECEIVE_LOCK "lock"

#endif
