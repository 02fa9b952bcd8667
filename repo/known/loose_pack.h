/*
 * loose_pack: Git's object folder: kept small without the user's git gc, and what is damaged or missing in it.
 */
#ifndef VV_REPO_KNOWN_LOOSE_PACK_H
#define VV_REPO_KNOWN_LOOSE_PACK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Packs loose objects when there are more than `above` of them, together with earlier packs of
 * varve's own that are not much larger, then removes what the new pack replaces. With 0, as a gc that the user
 * asked for, packs that Git made count, too; those that have a .keep or .promisor file are left alone. All that r wrote is named by then.
 * Does nothing when gc.auto is 0 in the configuration, or when another process is at it. *packed: how many loose
 * objects. */
vv_status vv_git_pack_loose(vv_repository *r, unsigned above, uint64_t *packed, vv_error *err);

/* ---- pack_mend: indexes of Git's packs that are damaged, made again ---- */

/* Makes the index "<name>.idx" of the folder "<objects>/pack" again from its pack, durably and in one step (git
 * index-pack), or removes the multi-pack-index. *what is a constant that says which of the two. The repository is to be
 * opened again afterwards. VV_ECORRUPT: the pack is damaged, too; nothing was changed. */
vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err);

/*
 * loose_check: can Git's loose objects be read, and is everything there that refs reach?
 *
 * git reads them itself (git fsck --no-full), large ones in pieces. Of packs the checksums are compared (pack_check.h).
 */

/* An object that is missing or damaged: its id in hex, and the line of git. A failure ends the check. */
typedef vv_status (*vv_loose_fn)(void *payload, const char *id, const char *what, vv_error *err);

vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err);

/* Appends what brings a missing or damaged object back: git does not fetch what it has a file of. */
void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out);

#endif
