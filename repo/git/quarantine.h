/*
 * quarantine: objects written but not yet durable. Internal to repo.
 *
 * New objects stay in memory (large files: in a folder inside Git's object folder whose
 * name begins with tmp_objdir, as that of every file apart does, so that git prune clears up after a crash) and are
 * written together, synced: one as a loose object, several as one pack. libgit2's own
 * syncing would cost two fsyncs an object, and none for a new fan-out folder. Files are synced
 * side by side before they get their names, folders side by side before anything names what is
 * in them. Packs have a .keep file until refs and index name their objects, so that "git repack -a -d" beside it
 * does not drop them.
 */
#ifndef VV_REPO_GIT_QUARANTINE_H
#define VV_REPO_GIT_QUARANTINE_H

#include <stdint.h>

#include "repo/git/repository_internal.h"

/* What the names of the folders with staged objects, and of a file with one, begin with. */
#define VV_QUARANTINE_PREFIX "tmp_objdir-varve-"

/* Stages an object; an object that the repository has already is not written. */
vv_status vv_quarantine_write(vv_repository *r, git_object_t type, const void *bytes, size_t len,
			      git_oid *out, vv_error *err);

/* Stages exactly size bytes from fd as a blob, without holding them. VV_ECONFLICT
 * when the file turns out shorter or longer. */
vv_status vv_quarantine_write_fd(vv_repository *r, int fd, const char *path, uint64_t size,
				 git_oid *out, vv_error *err);

/* The libgit2 repository, whose writes are staged from now on. Borrowed until close. */
vv_status vv_quarantine_repository(vv_repository *r, git_repository **out, vv_error *err);

/* Makes what is staged durable. On failure it stays staged. Closing the repository does it too. */
vv_status vv_quarantine_flush(vv_repository *r, vv_error *err);

/* The same in parts, for who writes what names the objects (the index, a ref). stage writes them
 * apart and adds them to files; these are durable before place, which gives them their names and
 * adds their folders to r->later, to be durable before anything names the objects. */
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

/* Refs and index name what was written so far: the .keep files of its packs go. Closing says so, too. */
vv_status vv_quarantine_named(vv_repository *r, vv_error *err);

/* In varve's folder: the hex names of the packs that are varve's own, one a line. */
#define VV_OWN_PACKS "git-packs"

/* What the names of git_receive's folders begin with, which may be in use for long: who gets
 * the lock on the file in one may remove it. */
#define VV_RECEIVE_PREFIX VV_QUARANTINE_PREFIX "in-"
#define VV_RECEIVE_LOCK "lock"

#endif
