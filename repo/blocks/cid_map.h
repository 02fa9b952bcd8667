/*
 * cid_map: CIDs in the order in which they came, each with a number, found by hash.
 *
 * Used inside repo for the blocks of an unfinished pack, for marks, for sets. One thread at a time.
 */
#ifndef VV_REPO_BLOCKS_CID_MAP_H
#define VV_REPO_BLOCKS_CID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"

typedef struct vv_cid_map vv_cid_map;

vv_cid_map *vv_cid_map_new(void);    /* NULL when out of memory */
void vv_cid_map_free(vv_cid_map *m); /* accepts NULL */
VV_AUTO_FREE(vv_cid_map, vv_cid_map_free)
void vv_cid_map_reset(vv_cid_map *m); /* empty again */
size_t vv_cid_map_count(const vv_cid_map *m);

/* Appends cid with value, unless the map has it (*added false, its value stays). added may be
 * NULL. */
vv_status vv_cid_map_put(vv_cid_map *m, const vv_cid *cid, uint64_t value, bool *added,
			 vv_error *err);

/* The same, but replaces the value of an existing entry. */
vv_status vv_cid_map_set(vv_cid_map *m, const vv_cid *cid, uint64_t value, vv_error *err);

/* *at: the position of cid in the order of insertion. */
bool vv_cid_map_find(const vv_cid_map *m, const vv_cid *cid, size_t *at);
bool vv_cid_map_get(const vv_cid_map *m, const vv_cid *cid, uint64_t *value);

/* Number of CIDs of this codec whose digests begin with prefix (2: or more), and the position of
 * the first. */
unsigned vv_cid_map_find_prefix(const vv_cid_map *m, uint8_t codec, uint64_t prefix, size_t *at);

/* The one at a place below the count; borrowed until the next put. */
const vv_cid *vv_cid_map_cid(const vv_cid_map *m, size_t at);
uint64_t vv_cid_map_value(const vv_cid_map *m, size_t at);

#endif
