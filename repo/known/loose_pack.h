/*
 * loose_pack: keeps Git's object folder small without the user's git gc, and finds damage in it.
 */
#ifndef VV_REPO_KNOWN_LOOSE_PACK_H
#define VV_REPO_KNOWN_LOOSE_PACK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Packs loose objects when there are more than `above` of them, together with earlier packs of varve's own that are not much
 * larger, then removes the replaced files. With 0, for a gc by the user, packs made by Git count, too; those with a .keep or
 * .promisor file are not touched. All objects written by r must be named by then. Does nothing if gc.auto is 0 in the
 * configuration, or while another process does it. *packed: the number of loose objects. */
vv_status vv_git_pack_loose(vv_repository *r, unsigned above, uint64_t *packed, vv_error *err);

/* ---- pack_mend: indexes of Git's packs that are damaged, made again ---- */

/* Makes the index "<name>.idx" of the folder "<objects>/pack" again from its pack, durably and in one step (git
 * index-pack), or removes the multi-pack-index. *what is a constant that names which of the two. The repository must be
 * reopened afterwards. VV_ECORRUPT: the pack is damaged, too; nothing was changed. */
vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err);

/*
 * loose_check: checks that Git's loose objects can be read and that no reachable object is missing.
 *
 * git reads them itself (git fsck --no-full), large ones in pieces. For packs, checksums are compared (pack_check.h).
 */

/* An object that is missing or damaged: its id in hex, and the line of git. A failure ends the check. */
typedef vv_status (*vv_loose_fn)(void *payload, const char *id, const char *what, vv_error *err);

vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err);

/* Appends advice to restore a missing or damaged object: git does not fetch an object whose file
 * exists. */
void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out);

#endif
