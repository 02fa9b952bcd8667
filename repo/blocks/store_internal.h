/*
 * store_internal: what writer, gc and fsck share of a store.
 */
#ifndef VV_REPO_BLOCKS_STORE_INTERNAL_H
#define VV_REPO_BLOCKS_STORE_INTERNAL_H

#include <stdint.h>

#include "repo/blocks/store.h"
#include "repo/blocks/store_state.h"

vv_status vv_store_make_dirs(vv_store *s, vv_error *err);

/* How many blocks have this codec and a digest that begins so (2: at least), and one of them. */
vv_status vv_store_match_prefix(vv_store *s, uint8_t codec, uint64_t prefix, vv_cid *out,
				unsigned *count, vv_error *err);
uint64_t vv_prefix_of(const uint8_t bytes[8]);
vv_status vv_prefix_not_one(unsigned count, vv_error *err); /* VV_ENOTFOUND */

#endif
