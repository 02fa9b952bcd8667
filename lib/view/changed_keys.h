/*
 * changed_keys: caches, for pairs of versions of a table, the set of keys whose rows may have
 * changed between the two versions. With this cache, the history of a row skips versions that do
 * not change the row.
 *
 * The keys of a pair are stored as bits of their hashes. A key did not change if one of its bits is
 * not set; a key whose bits are all set may have changed.
 *
 * A correct caller: vv_changed_keys_open; for each pair, vv_changed_keys_lack, and if the pair is
 * compared, vv_changed_keys_begin, vv_changed_keys_add for each changed key, and
 * vv_changed_keys_keep; vv_changed_keys_close, which saves the cache. Used by one thread.
 */
#ifndef VV_LIB_VIEW_CHANGED_KEYS_H
#define VV_LIB_VIEW_CHANGED_KEYS_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

/* One value = one open cache. */
typedef struct vv_changed_keys vv_changed_keys;

/* Opens the cache of r as *out. */
vv_status vv_changed_keys_open(vv_changed_keys **out, vv_repository *r, vv_error *err);
void vv_changed_keys_close(vv_changed_keys *k); /* accepts NULL */
VV_AUTO_FREE(vv_changed_keys, vv_changed_keys_close)

/* Sets *out to the name of the pair of the files `older` and `newer`: a hash of both files, the
 * files beside them that determine how text is read, and the names of the key's columns (key,
 * followed by NULL). */
vv_status vv_changed_keys_name(vv_hash128 *out, vv_repository *r, const vv_lineage_file *older,
			       const vv_lineage_file *newer, const char *const *key, vv_error *err);

/* Returns true if the pair with the name *pair is in the cache, and the row with the key `key` did
 * not change between its versions. Returns false if the row may have changed. */
bool vv_changed_keys_lack(vv_changed_keys *k, const vv_hash128 *pair, const char *key);

/* Begins a new, empty set of changed keys in k. */
void vv_changed_keys_begin(vv_changed_keys *k);
/* Adds `key` to the set. */
void vv_changed_keys_add(vv_changed_keys *k, const char *key);
/* Stores the set in the cache for the pair *pair. Call this after all changed keys were added. */
vv_status vv_changed_keys_keep(vv_changed_keys *k, const vv_hash128 *pair, vv_error *err);

#endif
