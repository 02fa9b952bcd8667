/*
 * spread: shards brought to as many holders as the policy asks for.
 *
 * For each holder first a place record that names what it is to get, then the shards, then a receipt.
 * A holder that fails on the way is left out, and its share goes to the next in rank.
 */
#ifndef VV_CMD_WORK_VAULT_SPREAD_H
#define VV_CMD_WORK_VAULT_SPREAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "cmd/work/vault/session.h"

/* One shard, and who has it: has[i] is about the session's place i. */
typedef struct vv_spread_shard {
	vv_shard shard;
	bool *has;     /* place_count of them; spread sets those that got it */
	bool *exclude; /* not to get it; NULL: nobody */
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

/* Afterwards each shard is where it can be; vv_spread_copies counts. A shard whose bytes cannot be
 * had (VV_EMISSING) stays where it is. */
vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err);

/* Copies in different failure domains, holders that are dead not counted. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has);
/* What the holder's domain is called: as configured, or as it says itself; "" when that is not known. */
const char *vv_spread_domain(const vv_vault_place *p);

/* Who has the shard, by the ledger: receipts, but of copies that were found bad, of dead holders, and
 * (away_sec > 0) of those not reached now that were last seen longer ago. has has place_count. */
void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has);

/* How many seconds a receipt of a holder that does not sign stands for. */
#define VV_RECEIPT_TERM (90u * 86400u)

#endif
