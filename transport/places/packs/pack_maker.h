/*
 * pack_maker: makes packs for a host (host.h) from blocks of a local store, each with its list.
 *
 * The packs have varve's own format. A block is stored whole, or as a difference from an earlier
 * block or from a block of the host. A chain of differences has at most VV_HOST_CHAIN_MAX
 * differences, even if it is longer in the local store.
 *
 * A caller calls vv_pack_maker_new, vv_pack_maker_put for each block, children first,
 * vv_pack_maker_take whenever the pack is full and at the end, and vv_pack_maker_free.
 */
#ifndef VV_TRANSPORT_PLACES_PACKS_PACK_MAKER_H
#define VV_TRANSPORT_PLACES_PACKS_PACK_MAKER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/store.h"
#include "transport/places/packs/catalog.h"

#define VV_HOST_PACK_BYTES (32u << 20) /* the largest max_bytes */
#define VV_HOST_PACK_LEAST (2u << 20)  /* the smallest max_bytes */
#define VV_HOST_CHAIN_MAX 50u

typedef struct vv_pack_maker vv_pack_maker;

/* Makes a pack maker that writes temporary files in the folder dir, which must exist. from: the
 * store with the blocks. catalog: the blocks of the host. dir, from and catalog are borrowed.
 * max_bytes: most bytes of a pack, from VV_HOST_PACK_LEAST to VV_HOST_PACK_BYTES. thorough:
 * compress harder. */
vv_status vv_pack_maker_new(vv_pack_maker **out, vv_store *from, const vv_catalog *catalog,
			    const char *dir, size_t max_bytes, bool thorough, vv_error *err);
void vv_pack_maker_free(vv_pack_maker *m); /* accepts NULL */
VV_AUTO_FREE(vv_pack_maker, vv_pack_maker_free)

/* Adds the block cid to the current pack. like: a similar block, which may be used as base if the
 * host has it or if it was added earlier; may be NULL or a null CID. VV_EMISSING: the store does
 * not have the block. */
vv_status vv_pack_maker_put(vv_pack_maker *m, const vv_cid *cid, const vv_cid *like, vv_error *err);
/* Adds a block of random bytes, so that packs with the same blocks have different names. */
vv_status vv_pack_maker_salt(vv_pack_maker *m, vv_error *err);
/* Returns true if the current pack may have no room for another block. The caller must then call
 * vv_pack_maker_take. */
bool vv_pack_maker_is_full(const vv_pack_maker *m);
/* Returns true if the current pack has no blocks. */
bool vv_pack_maker_is_empty(const vv_pack_maker *m);

/* Completes the current pack, which must not be empty. Replaces the content of pack with its bytes
 * and the content of list with its list, and sets *key to its hash (vv_pack_key). The next block
 * begins a new pack. */
vv_status vv_pack_maker_take(vv_pack_maker *m, vv_buf *pack, vv_buf *list, vv_cid *key,
			     vv_error *err);

#endif
