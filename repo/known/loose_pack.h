/*
 * loose_pack: packs Git's loose objects, so that the user need not run git gc. Also finds and
 * repairs damage in Git's object folder.
 */
#ifndef VV_REPO_KNOWN_LOOSE_PACK_H
#define VV_REPO_KNOWN_LOOSE_PACK_H

#include <stdint.h>

#include "base/buf.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* Packs the loose objects of at most 8 MiB, together with those of varve's earlier packs that are
 * not much larger than them, and removes the replaced files. Does nothing if there are at most
 * `above` such objects and at most 8 packs of varve. If above is 0 (the user runs gc), also packs
 * the packs made by Git, except those with a .keep, .promisor, .bitmap or .mtimes file, and unless a
 * multi-pack-index lists them. All objects that were written with r must already be reachable from a ref or the index. Sets *packed to the
 * number of loose objects that were packed. Does nothing if gc.auto is 0 or
 * extensions.preciousObjects is true in the configuration, or if another process is packing; the
 * status is then VV_OK. */
vv_status vv_git_pack_loose(vv_repository *r, unsigned above, uint64_t *packed, vv_error *err);

/* ---- pack_mend: makes damaged indexes of Git's packs again ---- */

/* Repairs the file `name` of the folder "<objects>/pack". An index (.idx) is made again from its
 * pack (git index-pack), durably and in one step; a multi-pack-index is removed. Sets *what to a
 * constant text that describes the repair. The caller must then open the repository again.
 * VV_ECORRUPT: the pack is damaged, too; nothing was changed. */
vv_status vv_git_pack_mend(vv_repository *r, const char *name, const char **what, vv_error *err);

/*
 * loose_check: checks that Git's loose objects can be read, and that no reachable object is
 * missing.
 *
 * The check is git fsck --no-full, which reads large objects in pieces. Packs are checked by
 * pack_check.h.
 */

/* Is called for a missing or damaged object. id: the object's id in hex. what: the line of git's
 * output. A negative result ends the check, and is returned. */
typedef vv_status (*vv_loose_fn)(void *payload, const char *id, const char *what, vv_error *err);

/* Checks the objects, and calls fn for each missing or damaged object. */
vv_status vv_git_loose_check(vv_repository *r, vv_loose_fn fn, void *payload, vv_error *err);

/* Appends advice on how to restore the missing or damaged object to out. id: the object's id in
 * hex. The advice is to remove a damaged file first, since git does not fetch an object whose file
 * exists. */
void vv_git_loose_help(const vv_repository *r, const char *id, vv_buf *out);

#endif
