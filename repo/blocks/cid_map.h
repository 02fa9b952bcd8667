/*
 * cid_map: maps CIDs to numbers, and remembers the order of insertion.
 *
 * A map must not be used by several threads at the same time.
 */
#ifndef VV_REPO_BLOCKS_CID_MAP_H
#define VV_REPO_BLOCKS_CID_MAP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash_index.h"
#include "repo/blocks/cid.h"

typedef struct vv_cid_map_entry {
	uint64_t value;
	vv_cid cid;
} vv_cid_map_entry;
/* A map; empty if all members are 0. Its members are private. */
typedef struct vv_cid_map {
	vv_cid_map_entry *entries;
	size_t count, cap;
	vv_hash_index index;
} vv_cid_map;

vv_cid_map *vv_cid_map_new(void);    /* an empty map; NULL when out of memory */
void vv_cid_map_free(vv_cid_map *m); /* accepts NULL */
VV_AUTO_FREE(vv_cid_map, vv_cid_map_free)
void vv_cid_map_reset(vv_cid_map *m);         /* removes all entries, and frees their memory */
size_t vv_cid_map_count(const vv_cid_map *m); /* number of entries */

/* Adds cid with the value, and sets *added to true. If the map already has cid, changes nothing and
 * sets *added to false. added may be NULL. VV_EREFUSED: the map already has 2^32 - 2 entries. */
vv_status vv_cid_map_put(vv_cid_map *m, const vv_cid *cid, uint64_t value, bool *added,
			 vv_error *err);

/* Adds cid with the value, or replaces its value if the map has cid already. */
vv_status vv_cid_map_set(vv_cid_map *m, const vv_cid *cid, uint64_t value, vv_error *err);

/* Returns true if the map has cid, and sets *at to its position in the order of insertion, from
 * 0. at may be NULL. */
bool vv_cid_map_find(const vv_cid_map *m, const vv_cid *cid, size_t *at);
/* Returns true if the map has cid, and sets *value to the value of cid. value may be NULL. */
bool vv_cid_map_get(const vv_cid_map *m, const vv_cid *cid, uint64_t *value);

/* Returns the number of CIDs with this codec whose digests begin with prefix: 0, 1, or 2 for two or
 * more. Sets *at to the position of the first such CID. */
unsigned vv_cid_map_find_prefix(const vv_cid_map *m, uint8_t codec, uint64_t prefix, size_t *at);

/* Returns the CID at a position, which must be below the count; borrowed until the next entry is
 * added. */
const vv_cid *vv_cid_map_cid(const vv_cid_map *m, size_t at);
/* Returns the value at a position, which must be below the count. */
uint64_t vv_cid_map_value(const vv_cid_map *m, size_t at);

#endif
