/*
 * pack_maker: makes packs for a Git host from blocks of a store, each with its list.
 *
 * The packs have varve's own format, and at most VV_HOST_PACK_BYTES. A block is stored whole, or as
 * a difference against an earlier block or a block of the host. Chains of differences on the host
 * have at most VV_HOST_CHAIN_MAX differences, even if they are longer in the store.
 *
 * A correct caller: new; put each block, children first; when full, or at the end, take, and put
 * on; free.
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

#define VV_HOST_PACK_BYTES (32u << 20)
#define VV_HOST_PACK_LEAST (2u << 20)
#define VV_HOST_CHAIN_MAX 50u

typedef struct vv_pack_maker vv_pack_maker;

/* Makes a pack maker, which writes its files in dir; dir must exist. from: the store; catalog: the
 * host's blocks; both are borrowed. max_bytes: the maximum size of a pack, VV_HOST_PACK_LEAST to
 * VV_HOST_PACK_BYTES. thorough: compresses harder. */
vv_status vv_pack_maker_new(vv_pack_maker **out, vv_store *from, const vv_catalog *catalog,
			    const char *dir, size_t max_bytes, bool thorough, vv_error *err);
void vv_pack_maker_free(vv_pack_maker *m); /* accepts NULL */
VV_AUTO_FREE(vv_pack_maker, vv_pack_maker_free)

/* Adds a block. like (may be null): a similar block; used if the host has it, or if it was put
 * before. VV_EMISSING: the store lacks the block. */
vv_status vv_pack_maker_put(vv_pack_maker *m, const vv_cid *cid, const vv_cid *like, vv_error *err);
/* Adds a block of random bytes, so that packs with the same blocks have different names. */
vv_status vv_pack_maker_salt(vv_pack_maker *m, vv_error *err);
bool vv_pack_maker_is_full(const vv_pack_maker *m);
bool vv_pack_maker_is_empty(const vv_pack_maker *m);

/* Finishes the current pack: sets *pack to its bytes, *list to its list, *key to its hash
 * (vv_pack_key). Then begins the next pack. */
vv_status vv_pack_maker_take(vv_pack_maker *m, vv_buf *pack, vv_buf *list, vv_cid *key,
			     vv_error *err);

#endif
