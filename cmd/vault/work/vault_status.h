/*
 * vault_status: determines, from the ledger and the reachable holders, whether all data of a vault
 * is safe, and which holders have the shards of a version.
 *
 * The shards of a version are the shards in which its blocks begin, according to the indexes of the
 * vault. The bases of a block may be in other shards, so only a holder of all shards certainly has
 * a complete version. If holders are asked, each must return a random leaf of each of its shards of
 * the version, at most VV_AUDIT_LEAVES leaves. The request names only the shard, so the holder does
 * not learn the version.
 */
#ifndef VV_CMD_VAULT_WORK_VAULT_STATUS_H
#define VV_CMD_VAULT_WORK_VAULT_STATUS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/spread.h"
#include "lib/sync/vault_where.h"

/* The status of a vault. */
typedef struct vv_vault_status {
	bool current;     /* all data is in the vault, or the key may not add data */
	bool only_places; /* not current, but only because the vault's list of holders is old */
	/* the first ref whose commit the refs of no run name; owned; NULL: no such ref */
	char *new_ref;
	uint64_t new_refs; /* number of such refs */
	bool unfinished;   /* a run is waiting in the spool */
	/* copies required by the policy; if it has a code, only for shards without a stripe */
	unsigned copies;
	vv_code code;     /* code required by the policy; data 0: no code */
	uint64_t stripes; /* number of stripes whose shards are not retired */
	/* number of shards that are not retired, and their bytes */
	uint64_t shards, bytes;
	uint64_t retired; /* number of retired shards */
	/* the difference from the policy; least and rest are 0 if no such shards exist */
	vv_spread_sum sum;
	uint64_t bad;     /* copies that an audit found damaged */
	uint64_t damaged; /* damaged records found at holders, as far as they were read */
	uint64_t away;    /* holders that are not open, except dead ones */
	/* Every copy has a time at which its holder last passed an audit; this is the oldest of
	 * these times, in seconds since 1970. 0: a copy never passed an audit, or no copies exist.
	 * Only copies with a receipt count, of shards that are not retired, at holders that are not
	 * dead */
	uint64_t proven;
	vv_cid head;        /* the last run; null: the vault is empty */
	uint64_t head_time; /* the time of the last run, in seconds since 1970 */
	/* the vault has shards, all of them meet the policy, no record is damaged, current is true
	 * and unfinished is false */
	bool safe;
} vv_vault_status;

/* Sets *out to the status of the session's vault. The caller clears *out, but need not do so on
 * failure. The session must be connected, and its state must not be NULL. */
vv_status vv_vault_status_get(vv_vault_status *out, vv_vault_session *s, vv_error *err);
void vv_vault_status_clear(vv_vault_status *x);
VV_AUTO_CLEAR(vv_vault_status, vv_vault_status_clear)

/* Sets *out to the holders that have the shards of the version root. The caller clears *out
 * (vv_vault_where_clear). ask: also request leaves from the holders; otherwise, only the local
 * ledger is used. On failure, only out->is is set: true if a vault exists. */
vv_status vv_vault_where_find(vv_vault_where *out, vv_repository *r, const vv_notes *notes,
			      const vv_cid *root, bool ask, vv_error *err);

#endif
