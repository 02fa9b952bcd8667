/*
 * vault_status: the state according to the ledger and the reachable holders: is everything safe, and which
 * holders have the shards of a version?
 *
 * A version's shards are those in which its blocks begin, by the indexes of the vault. A block's bases may be
 * in others, so only a holder that has every shard certainly has a whole version. A holder must return a
 * random leaf of a version's shards, by their names: it does not learn the version.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_STATUS_H
#define VV_CMD_VAULT_WORK_VAULT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"
#include "lib/sync/vault_where.h"

typedef struct vv_vault_status {
	bool current;      /* everything of this repository is in the vault */
	bool only_places;  /* not current: but all data is, only the list of holders in it is old */
	char *new_ref;     /* a ref with commits that no vault has, or NULL; owned */
	uint64_t new_refs; /* how many there are */
	bool unfinished;   /* a run waits in the spool */
	unsigned copies;   /* the policy; with a code: of shards without a stripe */
	vv_code code;      /* data 0: no code */
	uint64_t stripes;  /* alive */
	uint64_t shards, bytes; /* alive */
	uint64_t retired;
	size_t least;      /* the lowest number of copies, in different domains (spread.h); 0:
			    * none */
	size_t rest;       /* the same, of shards without a stripe */
	uint64_t owed;     /* copies */
	uint64_t lost;     /* shards without a known copy */
	uint64_t hopeless; /* those of the owed ones that cannot be made */
	uint64_t bad;      /* copies that an audit found bad */
	uint64_t damaged;  /* records at holders, as far as was looked */
	uint64_t away;     /* holders that cannot be reached now */
	uint64_t proven;   /* when the holder that was proven longest ago was, seconds; 0: never */
	vv_cid head;       /* null: the vault is empty */
	uint64_t head_time;
	bool safe; /* everything meets the policy */
} vv_vault_status;

/* The session is connected. On failure there is nothing to clear. */
vv_status vv_vault_status_get(vv_vault_status *out, vv_vault_session *s, vv_error *err);
void vv_vault_status_clear(vv_vault_status *x);
VV_AUTO_CLEAR(vv_vault_status, vv_vault_status_clear)

/* ask false: only the local ledger. On failure only out->is is set: does a vault exist? */
vv_status vv_vault_where_find(vv_vault_where *out, vv_repository *r, const vv_notes *notes,
			      const vv_cid *root, bool ask, vv_error *err);

#endif
