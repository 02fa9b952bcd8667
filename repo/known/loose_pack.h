/*
 * loose_pack: packs Git's loose objects, so that the user need not run git gc.
 */
#ifndef VV_REPO_KNOWN_LOOSE_PACK_H
#define VV_REPO_KNOWN_LOOSE_PACK_H

#include <stdint.h>

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

#endif
