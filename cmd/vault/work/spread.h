/*
 * spread: sends shards to as many holders as the policy requires.
 *
 * Each holder first receives a place record that names its shards, then the shards; then it sends a
 * receipt. Each step is durable at all holders before the next step begins; the holders write to
 * their disks at the same time. A holder that fails is left out, and its shards are sent to the
 * next holder in rank. The shards of a stripe are sent to different holders, all in different
 * failure domains.
 */
#ifndef VV_CMD_VAULT_WORK_SPREAD_H
#define VV_CMD_VAULT_WORK_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

/* A shard and its holders. has[i] and exclude[i] are for place i of the session. */
typedef struct vv_spread_shard {
	vv_shard shard;
	/* holders that have the shard; vv_spread_run also sets the elements of holders that
	 * received the shard */
	bool *has;
	bool *exclude; /* holders not to use; may be NULL */
	/* code of the shard's stripe; data 0: the shard is not in a stripe. The shards of a stripe
	 * are adjacent in a list, in the order of their numbers */
	vv_code code;
} vv_spread_shard;

/* The arguments of vv_spread_run, and numbers about the sent data. */
typedef struct vv_spread {
	vv_vault_session *session;
	unsigned copies; /* the number of copies that the policy requires */
	bool *allowed;   /* places that may be used; NULL: all reachable places */
	uint64_t rate;   /* approximate maximum bytes per second; 0: no limit */
	const vv_progress *progress;
	/* Replaces the content of out with the bytes of the shard s. */
	vv_status (*bytes)(void *payload, const vv_shard *s, vv_buf *out, vv_error *err);
	void *payload;
	uint64_t sent, shards; /* numbers of bytes and shards sent, for all copies */
} vv_spread;

/* Sends each of the count shards to holders until it has x->copies copies, or to as many holders as
 * possible. A shard whose bytes cannot be read (VV_EMISSING) is not sent. Receipts are durable
 * after vv_ledger_sync. */
vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err);

/* Returns the number of copies in `has`, counting one for each failure domain. Copies of dead
 * holders do not count. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has);
/* Returns the number of failure domains of the holders that are not dead. usable: count only
 * holders that accept data at present; otherwise unreachable holders count, each as a domain of its
 * own if its domain is unknown. */
size_t vv_spread_domains(const vv_vault_session *s, bool usable);
/* The difference between the copies in a list of shards and the policy. A stripe of K data and M
 * parity shards is lost if more than M of its shards are lost. A complete stripe therefore counts
 * as M + 1 copies, and a stripe without one of its shards as M copies. */
typedef struct vv_spread_sum {
	uint64_t owed; /* missing copies, and missing shards of stripes */
	uint64_t lost; /* shards without a copy, which cannot be computed from other shards */
	/* part of owed: copies and shards that can be neither copied nor computed */
	uint64_t hopeless;
	/* the lowest number of copies in different failure domains; SIZE_MAX: the list is empty */
	size_t least;
	/* like least, but only for shards without a stripe; SIZE_MAX: no such shards */
	size_t rest;
} vv_spread_sum;
/* For each shard i of the stripe that begins at `shards`, sets at[i] to the place whose copy
 * counts, so that no two of these places are in one failure domain. SIZE_MAX: no copy of the shard
 * counts. */
vv_status vv_spread_apart(size_t *at, const vv_vault_session *s, const vv_spread_shard *shards,
			  vv_error *err);
/* Compares the count shards with a policy of `copies` copies, and sets *out. */
vv_status vv_spread_count(vv_spread_sum *out, const vv_vault_session *s, unsigned copies,
			  const vv_spread_shard *shards, size_t count, vv_error *err);
/* Sets has[i] to true for each place i that has the shard k, according to the receipts in the
 * ledger. Damaged copies and copies of dead holders do not count. If away_sec > 0, copies of
 * unreachable holders that were last seen more than away_sec ago do not count either. */
void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has);

/* A list of all live shards (shards of the vault that are not retired) with their holders: first
 * the stripes, one after the other, then the shards without a stripe. A shard of two stripes is
 * listed twice. */
typedef struct vv_spread_list {
	vv_spread_shard *items; /* exclude is NULL */
	bool *has;
	size_t count;
} vv_spread_list;
/* Sets *out to the list of all live shards of the vault. away_sec: as in vv_spread_holders. */
vv_status vv_spread_list_live(vv_spread_list *out, const vv_vault_session *s, uint64_t away_sec,
			      vv_error *err);
void vv_spread_list_clear(vv_spread_list *l);
VV_AUTO_CLEAR(vv_spread_list, vv_spread_list_clear)
/* Returns the number of elements that belong together: all shards of the stripe that begins at
 * `shards`, or 1 for a shard without a stripe. */
size_t vv_spread_together(const vv_spread_shard *shards);

/* Validity in seconds of a receipt by a holder that does not sign. */
#define VV_RECEIPT_TERM (90u * 86400u)

#endif
