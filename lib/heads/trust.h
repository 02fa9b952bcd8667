/*
 * trust: the heads that this repository has seen and trusts: the file "trust" of .git/varve, which
 * nothing that is fetched can write.
 *
 *	varve trust 1
 *	name <name>
 *	owner <z6Mk...>
 *	head <z6Mk...> <number> <time> <expires> <commit>   the newest of each signer
 *
 * The owner is pinned when a head is seen first. Who changes the file has vv_trust_lock from before it is read.
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
	bool known; /* else nothing is pinned yet */
	char name[VV_HEAD_NAME_MAX + 1];
	uint8_t owner[VV_KEY_PUBLIC];
	vv_trusted_head heads[VV_HEAD_LIST_MAX];
	size_t count;
} vv_trust;

/* A descriptor for vv_unlock; VV_ELOCKED after some seconds. */
int vv_trust_lock(vv_repository *r, vv_error *err);
/* VV_ECORRUPT: the file is damaged. */
vv_status vv_trust_read(vv_trust *out, vv_repository *r, vv_error *err);
/* Durably. */
vv_status vv_trust_write(const vv_trust *t, vv_repository *r, vv_error *err);
const vv_trusted_head *vv_trust_find(const vv_trust *t,
				     const uint8_t key[VV_KEY_PUBLIC]); /* NULL */
void vv_trust_forget(vv_trust *t, const uint8_t key[VV_KEY_PUBLIC]);
vv_status vv_trust_set(vv_trust *t, const vv_head_commit *c, vv_error *err);
/* Merges `now`, which another process wrote meanwhile instead of `before`, into t, which this process made
 * from `before`. VV_EREFUSED: both have a newer head of one signer, or a pinned owner, and these conflict. */
vv_status vv_trust_join(vv_trust *t, const vv_trust *before, const vv_trust *now, vv_repository *r,
			vv_error *err);
/* The newest of all by time; NULL: none. */
const vv_trusted_head *vv_trust_newest(const vv_trust *t);

#endif
