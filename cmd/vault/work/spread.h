/*
 * spread: shards brought to as many holders as the policy asks for.
 *
 * For each holder first a place record that names what it is to get, then the shards, then a receipt; each step
 * of all holders is durable before the next begins, and they wait for their disks together.
 * A holder that fails on the way is left out, and its share goes to the next in rank. Shards of a stripe go
 * to one holder each, all in different failure domains.
 */
#ifndef VV_CMD_VAULT_WORK_SPREAD_H
#define VV_CMD_VAULT_WORK_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "cmd/vault/work/session.h"

/* One shard, and who has it: has[i] is about the session's place i. */
typedef struct vv_spread_shard {
	vv_shard shard;
	bool *has;     /* place_count of them; spread sets those that got it */
	bool *exclude; /* not to get it; NULL: nobody */
	/* Of the stripe that it belongs to; data 0: of none. Shards of a stripe are side by side in a list,
	 * in the order of their numbers. */
	vv_code code;
} vv_spread_shard;

typedef struct vv_spread {
	vv_vault_session *session;
	unsigned copies;
	bool *allowed; /* only these places get anything; NULL: all that are reached */
	uint64_t rate; /* bytes a second, about; 0: no limit */
	const vv_progress *progress;
	/* The shard's bytes, in the place of out's content. */
	vv_status (*bytes)(void *payload, const vv_shard *s, vv_buf *out, vv_error *err);
	void *payload;
	uint64_t sent, shards; /* bytes and shards that went, all copies counted */
} vv_spread;

/* Afterwards each shard is where it can be. A shard whose bytes cannot be
 * had (VV_EMISSING) stays where it is. Receipts are durable after vv_ledger_sync. */
vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err);

/* Copies in different failure domains, holders that are dead not counted. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has);
/* How far a list is from the policy. A stripe that loses one shard more than it has parity for is lost: so
 * one of K+M that is whole counts as M + 1 copies, one that lacks a shard as M. */
typedef struct vv_spread_sum {
	uint64_t owed;     /* copies, and shards of stripes */
	uint64_t lost;     /* shards that nobody has and that cannot be made of others */
	uint64_t hopeless; /* of what is owed: of what is lost */
	size_t least; /* copies of what has fewest, in different failure domains; SIZE_MAX: the list is empty */
	size_t rest; /* the same, of what is in no stripe */
} vv_spread_sum;
/* Where each shard of the stripe that begins here counts, no two in one domain; SIZE_MAX: nowhere. */
vv_status vv_spread_apart(size_t *at, const vv_vault_session *s, const vv_spread_shard *shards,
			  vv_error *err);
vv_status vv_spread_count(vv_spread_sum *out, const vv_vault_session *s, unsigned copies,
			  const vv_spread_shard *shards, size_t count, vv_error *err);
/* Who has the shard, by the ledger: receipts, but of copies that were found bad, of dead holders, and
 * (away_sec > 0) of those not reached now that were last seen longer ago. has has place_count. */
void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has);

/* All live shards: stripe after stripe, then those that are in none, each with who has it. One that is in two
 * stripes is there twice. */
typedef struct vv_spread_list {
	vv_spread_shard *items; /* exclude NULL */
	bool *has;
	size_t count;
} vv_spread_list;
vv_status vv_spread_list_live(vv_spread_list *out, const vv_vault_session *s, uint64_t away_sec,
			      vv_error *err);
void vv_spread_list_clear(vv_spread_list *l);
VV_AUTO_CLEAR(vv_spread_list, vv_spread_list_clear)
/* How many items belong together from this one on, the first of a stripe or one in none. */
size_t vv_spread_together(const vv_spread_shard *shards);

/* How many seconds a receipt of a holder that does not sign stands for. */
#define VV_RECEIPT_TERM (90u * 86400u)

#endif
