/*
 * changed_keys: keys that may have changed between two versions of a table, kept by the pair: so that a row's history need not
 * read versions again that do not change the row.
 *
 * A pair's keys are bits of their hashes: one that is not among them did not change, one that is may have.
 *
 * A correct caller: vv_changed_keys_open; of a pair vv_changed_keys_lack, or, if it is read, vv_changed_keys_begin, _add for each
 * key and _keep; vv_changed_keys_close, which saves. One thread.
 */
#ifndef VV_LIB_VIEW_CHANGED_KEYS_H
#define VV_LIB_VIEW_CHANGED_KEYS_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "repo/git/merge/lineage.h"
#include "repo/git/repository.h"

typedef struct vv_changed_keys vv_changed_keys;

vv_status vv_changed_keys_open(vv_changed_keys **out, vv_repository *r, vv_error *err);
void vv_changed_keys_close(vv_changed_keys *k); /* accepts NULL */
VV_AUTO_FREE(vv_changed_keys, vv_changed_keys_close)

/* The pair's name: both files, the files beside them that determine how text is read, and the key's columns,
 * NULL-ended. */
vv_status vv_changed_keys_name(vv_hash128 *out, vv_repository *r, const vv_lineage_file *older,
			       const vv_lineage_file *newer, const char *const *key, vv_error *err);

/* Is the pair known, and the key not among those that changed? */
bool vv_changed_keys_lack(vv_changed_keys *k, const vv_hash128 *pair, const char *key);

void vv_changed_keys_begin(vv_changed_keys *k);
void vv_changed_keys_add(vv_changed_keys *k, const char *key);
/* All of the pair's were added. */
vv_status vv_changed_keys_keep(vv_changed_keys *k, const vv_hash128 *pair, vv_error *err);

#endif
