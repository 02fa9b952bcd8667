/*
 * trust: reads and writes the list of trusted heads (lib/heads/head.h). It has the newest valid head of each
 * signer, and is in the file .git/varve/trust. Fetched data cannot change this file.
 *
 *	varve trust 1
 *	name <name>
 *	owner <z6Mk...>
 *	head <z6Mk...> <number> <time> <expires> <commit>   the newest head of each signer
 *
 * The owner and the name are pinned when a first head is trusted. Later, only heads of this owner
 * and name are accepted. To change the file, call vv_trust_lock before vv_trust_read.
 */
#ifndef VV_REPO_GIT_HISTORY_TRUST_H
#define VV_REPO_GIT_HISTORY_TRUST_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/history/head_record.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* A trusted head: signer, number and times of its record, as in vv_head_record, and
 * its commit. */
typedef struct vv_trusted_head {
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time, expires;
	vv_oid commit;
} vv_trusted_head;

/* The content of the file. */
typedef struct vv_trust {
	bool known;                      /* name and owner are pinned; false: count is 0, too */
	char name[VV_HEAD_NAME_MAX + 1]; /* name of the repository */
	uint8_t owner[VV_KEY_PUBLIC];    /* key of the owner */
	vv_trusted_head heads[VV_HEAD_LIST_MAX];
	size_t count;
} vv_trust;

/* Locks the file of r. Returns a descriptor for the caller to close, or a negative vv_status.
 * VV_ELOCKED: another process did not release the lock within ten seconds. */
int vv_trust_lock(vv_repository *r, vv_error *err);
/* Reads the file of r into *out; if it is missing, out->known is false. VV_ECORRUPT: the file is
 * damaged; VV_ENOSUPPORT: a newer varve wrote the file. */
vv_status vv_trust_read(vv_trust *out, vv_repository *r, vv_error *err);
/* Writes *t durably to the file of r. */
vv_status vv_trust_write(const vv_trust *t, vv_repository *r, vv_error *err);
/* Returns the head of `key` in t, borrowed, or NULL if there is none. */
const vv_trusted_head *vv_trust_find(const vv_trust *t, const uint8_t key[VV_KEY_PUBLIC]);
/* Removes the head of `key` from t, if there is one. */
void vv_trust_forget(vv_trust *t, const uint8_t key[VV_KEY_PUBLIC]);
/* Sets the head of the record's signer in t to the record c, which is in the commit *id. VV_EREFUSED: t
 * already has the heads of VV_HEAD_LIST_MAX other signers. */
vv_status vv_trust_set(vv_trust *t, const vv_head_record *c, const vv_oid *id, vv_error *err);
/* Merges the changes of another process, from `before` to `now`, into t. before: the content that
 * this process read; t: `before` with the changes of this process; now: the content that the other
 * process wrote meanwhile. VV_EREFUSED: the changes conflict. Names or owners differ; or both
 * processes have a new head of one signer, and neither head descends from the other; or there are
 * too many signers. */
vv_status vv_trust_join(vv_trust *t, const vv_trust *before, const vv_trust *now, vv_repository *r,
			vv_error *err);
/* Returns the head with the latest time in t, borrowed, or NULL if there is none. */
const vv_trusted_head *vv_trust_newest(const vv_trust *t);

#endif
