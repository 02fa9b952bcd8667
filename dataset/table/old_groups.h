/*
 * old_groups: finds row groups of the previous version that an import can reuse. Private to
 * dataset/table.
 */
#ifndef VV_DATASET_TABLE_OLD_GROUPS_H
#define VV_DATASET_TABLE_OLD_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/format/group_proof.h"
#include "dataset/format/list.h"

typedef struct vv_dialect vv_dialect;
typedef struct vv_root vv_root;
typedef struct vv_scan_cache vv_scan_cache;
typedef struct vv_scan_entry vv_scan_entry;

/* The row groups of the previous version. */
typedef struct old_groups old_groups;
/* Opens the groups of the version with the root `from`. cache: the scan cache of that version, with
 * which groups can be reused without parsing; may be NULL. secret: the seed of the cache's hashes.
 * from and cache are borrowed. If the lists of the version cannot be read, sets *out to NULL, and
 * returns VV_OK. old_groups_match, old_groups_has and old_groups_base accept NULL, which has no
 * groups. */
vv_status old_groups_open(old_groups **out, const vv_sink *sink, const vv_root *from,
			  const vv_scan_cache *cache, uint64_t secret, vv_error *err);
void old_groups_close(old_groups *o); /* accepts NULL */
VV_AUTO_FREE(old_groups, old_groups_close)
/* Checks whether the bytes of an old group begin at bytes[0]. Returns 1, and sets *index to the
 * group's number, or returns 0 if no old group begins there. Returns a negative number if more
 * bytes are needed to decide, and sets *want to the required len. at_end: the input ends with these
 * bytes. */
int old_groups_match(old_groups *o, const char *bytes, size_t len, bool at_end, const vv_dialect *d,
		     size_t *index, size_t *want);
/* Returns the entry of the group in the scan cache; borrowed. */
const vv_scan_entry *old_groups_entry(const old_groups *o, size_t index);
/* Returns the items of the group in the lists of its version, and sets *rows to the number of its
 * rows. */
group_items old_groups_items(const old_groups *o, size_t index, uint64_t *rows);
/* Records that group `index` was reused, for old_groups_base and old_groups_reused. */
void old_groups_took(old_groups *o, size_t index);
/* Returns an array with one element for each group: true if it was reused. Borrowed. */
const bool *old_groups_reused(const old_groups *o);
/* Returns true if the previous version has a group with this CID. */
bool old_groups_has(const old_groups *o, const vv_cid *cid);
/* Sets *out to the CID of the old group that probably is most similar to the next new group, which
 * has `rows` rows. Assumes that no row was added or removed since the last reused group: takes the
 * old group at the position of the new group's middle row. Returns false if the previous version
 * has no groups. Call this once for each new group, in order. */
bool old_groups_base(old_groups *o, uint64_t rows, vv_cid *out);

#endif
