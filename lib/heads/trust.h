/*
 * trust: the heads that this repository trusts, in the file "trust" of .git/varve. Fetched data
 * cannot change this file.
 *
 *	varve trust 1
 *	name <name>
 *	owner <z6Mk...>
 *	head <z6Mk...> <number> <time> <expires> <commit>   the newest head of each signer
 *
 * The owner is pinned when a head is first seen. To change the file, call vv_trust_lock before
 * vv_trust_read.
 */
#ifndef VV_LIB_HEADS_TRUST_H
#define VV_LIB_HEADS_TRUST_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/heads/head.h"

typedef struct vv_trusted_head {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time, expires;
	vv_oid commit;
} vv_trusted_head;

typedef struct vv_trust {
	bool known; /* false: nothing is pinned yet */
	char name[VV_HEAD_NAME_MAX + 1];
	uint8_t owner[VV_KEY_PUBLIC];
	vv_trusted_head heads[VV_HEAD_LIST_MAX];
	size_t count;
} vv_trust;

/* Locks the file. Returns a descriptor for vv_unlock; VV_ELOCKED if another process has the lock
 * for some seconds. */
int vv_trust_lock(vv_repository *r, vv_error *err);
/* Reads the file; if it is missing, out->known is false. VV_ECORRUPT: the file is damaged;
 * VV_ENOSUPPORT: a newer varve wrote the file. */
vv_status vv_trust_read(vv_trust *out, vv_repository *r, vv_error *err);
/* Writes the file durably. */
vv_status vv_trust_write(const vv_trust *t, vv_repository *r, vv_error *err);
/* Returns the trusted head of a key, or NULL. */
const vv_trusted_head *vv_trust_find(const vv_trust *t, const uint8_t key[VV_KEY_PUBLIC]);
/* Removes the head of a key, if there is one. */
void vv_trust_forget(vv_trust *t, const uint8_t key[VV_KEY_PUBLIC]);
/* Sets the head of c's signer to c. VV_EREFUSED: too many keys have signed. */
vv_status vv_trust_set(vv_trust *t, const vv_head_commit *c, vv_error *err);
/* Merges changes of two processes into t: `before` is what this process read, and t is what it made
 * of `before`; `now` is what another process wrote meanwhile. VV_EREFUSED: the changes conflict:
 * the owners differ, or both have a new head of one signer and neither head descends from the
 * other. */
vv_status vv_trust_join(vv_trust *t, const vv_trust *before, const vv_trust *now, vv_repository *r,
			vv_error *err);
/* Returns the head with the latest time, or NULL if there is none. */
const vv_trusted_head *vv_trust_newest(const vv_trust *t);

#endif
