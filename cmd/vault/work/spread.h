/*
 * spread: sends shards to as many holders as the policy requires.
 *
 * Shards are sent in three steps. Each holder receives a place record that names its shards. It
 * receives the shards. Then a receipt is written to the ledger, which the holder signs if it has a
 * key. Each step is done for all holders before the next step begins, so that the holders write to
 * their disks at the same time. If a holder fails, its shards are sent to the next holder in rank.
 * The shards of a stripe are sent to holders in different failure domains.
 */
#ifndef VV_CMD_VAULT_WORK_SPREAD_H
#define VV_CMD_VAULT_WORK_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

/* A shard and its holders. has[i] and exclude[i] are for place i of the session. The caller owns
 * both arrays. */
typedef struct vv_spread_shard {
	vv_shard shard;
	/* has[i]: the holder has the shard; vv_spread_run sets has[i] when a receipt was written */
	bool *has;
	bool *exclude; /* exclude[i]: do not send the shard to the holder; may be NULL */
	/* code of the shard's stripe; data 0: the shard is not in a stripe. The shards of a stripe
	 * are adjacent in a list, in the order of their numbers */
	vv_code code;
} vv_spread_shard;

/* The arguments of vv_spread_run, and numbers about the sent data. */
typedef struct vv_spread {
	vv_vault_session *session;
	unsigned copies; /* the required number of copies of a shard without a stripe */
	bool *allowed;   /* allowed[i]: place i may be used; NULL: all places */
	uint64_t rate;   /* approximate maximum bytes per second; 0: no limit */
	const vv_progress *progress;
	/* Replaces the content of out with the bytes of the shard s. */
	vv_status (*bytes)(void *payload, const vv_shard *s, vv_buf *out, vv_error *err);
	void *payload;
	uint64_t sent, shards; /* numbers of bytes and shards sent, for all copies */
} vv_spread;

/* Sends each of the count shards to holders until it has x->copies copies (in a stripe: one copy,
 * apart from the other shards), or until no holder accepts it. Shards that x->bytes cannot read
 * (VV_EMISSING, VV_ECORRUPT) are not sent. Holders that fail are not an error. The receipts are
 * durable after vv_ledger_sync. */
vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err);

/* Returns the number of failure domains with a copy: has[i] is true if place i has a copy. The
 * caller leaves out dead holders, as vv_spread_holders does. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has);
/* Returns the number of failure domains of the holders that are not dead. usable: count only
 * holders that are open and have refused nothing. A holder whose domain is unknown counts as a
 * domain of its own. */
size_t vv_spread_domains(const vv_vault_session *s, bool usable);
/* The difference between the copies in a list of shards and the policy. A stripe of K data and M
 * parity shards is lost if more than M of its shards are lost. A complete stripe therefore counts
 * as M + 1 copies, and a stripe without one of its shards as M copies. */
typedef struct vv_spread_sum {
	uint64_t owed; /* missing copies, and missing shards of stripes */
	uint64_t lost; /* shards that have no copy and cannot be computed from other shards */
	/* the part of owed that cannot be sent: no copy exists, and too few other shards of the
	 * stripe exist */
	uint64_t hopeless;
	/* the lowest number of copies in different failure domains; SIZE_MAX: the list is empty */
	size_t least;
	/* like least, but only for shards without a stripe; SIZE_MAX: no such shards */
	size_t rest;
} vv_spread_sum;
/* For each shard i of the stripe that begins at `shards`, sets at[i] to the number of the place
 * whose copy counts. No two of these places are in one failure domain. SIZE_MAX: no copy of the
 * shard counts. at has room for vv_spread_together(shards) elements. */
vv_status vv_spread_apart(size_t *at, const vv_vault_session *s, const vv_spread_shard *shards,
			  vv_error *err);
/* Compares the count shards with a policy of `copies` copies (for shards without a stripe), and
 * sets *out. */
vv_status vv_spread_count(vv_spread_sum *out, const vv_vault_session *s, unsigned copies,
			  const vv_spread_shard *shards, size_t count, vv_error *err);
/* Sets has[i] to true if place i has the shard k according to the receipts in the ledger, and else
 * to false. Copies that an audit found bad and copies of dead holders do not count. If away_sec >
 * 0, copies of holders that are not open and were last seen more than away_sec seconds ago do not
 * count either. */
void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has);

/* A list of all live shards (shards of the vault that are not retired) with their holders: first
 * the stripes, one after the other, then the shards without a stripe. A shard of two stripes is
 * listed twice; both items have the same array `has`. */
typedef struct vv_spread_list {
	vv_spread_shard *items; /* exclude is NULL */
	bool *has;              /* the memory of items[].has */
	size_t count;
} vv_spread_list;
/* Sets *out to the list of all live shards of the vault. away_sec: as in vv_spread_holders. The
 * caller clears *out, also on failure. */
vv_status vv_spread_list_live(vv_spread_list *out, const vv_vault_session *s, uint64_t away_sec,
			      vv_error *err);
void vv_spread_list_clear(vv_spread_list *l);
VV_AUTO_CLEAR(vv_spread_list, vv_spread_list_clear)
/* Returns the number of elements that belong together: all shards of the stripe that begins at
 * `shards`, or 1 for a shard without a stripe. */
size_t vv_spread_together(const vv_spread_shard *shards);

/* Validity in seconds of the receipt for a holder that does not sign receipts. */
#define VV_RECEIPT_TERM (90u * 86400u)

#endif
