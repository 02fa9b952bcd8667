/*
 * hold_name: checks and writes the names of a vault's files and folders. Requests and the folder
 * that stores copies have the same names.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_NAME_H
#define VV_CMD_VAULT_HOLD_HOLD_NAME_H

#include <stdbool.h>
#include <stddef.h>

#include "base/error.h"
#include "repo/blocks/cid.h"
#include "transport/places/place.h"

#define VV_HOLD_NAME_LEN 400u /* the size of a buffer for a path, with the NUL */

/* The mark (transport/places/place.h) of a place that stores copies. */
extern const vv_place_mark vv_hold_mark;

/* Returns true if name has the form of a DID's part after "did:key:": a 'z', then letters and
 * digits. */
bool vv_hold_is_author(const char *name, size_t len);
bool vv_hold_is_cid(const char *name);    /* true for the text of a CID */
bool vv_hold_is_record(const char *name); /* true for ten digits, '-' and a CID */
bool vv_hold_is_folder(const char *name); /* true for "shards", "records" and "records/AUTHOR" */
/* Returns true for "shards/CID" and "records/AUTHOR/RECORD". */
bool vv_hold_is_file(const char *name);

/* Writes the path of the file or folder `name` of the vault, relative to the folder that stores
 * copies. */
void vv_hold_below(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const char *name);
/* Writes the path of a shard of the vault, relative to the folder that stores copies. */
void vv_hold_shard_name(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const vv_cid *shard);
/* Writes the path of a record of the vault, relative to the folder that stores copies. name: the
 * record's name in the ledger ("AUTHOR/NUMBER-CID"), or an author's folder ("AUTHOR"). */
void vv_hold_record_name(char out[VV_HOLD_NAME_LEN], const vv_cid *vault, const char *name);

/* Is called with the CID and the size in bytes of a shard, or with the id of a vault and
 * UINT64_MAX. */
typedef vv_status (*vv_cid_listed_fn)(void *payload, const vv_cid *cid, uint64_t size,
				      vv_error *err);
/* Calls fn for each shard of the vault at the place p. If vault is NULL, calls fn for each vault at
 * the place. Ignores files with other names. */
vv_status vv_hold_list(const vv_place *p, const vv_cid *vault, vv_cid_listed_fn fn, void *payload,
		       vv_error *err);

#endif
