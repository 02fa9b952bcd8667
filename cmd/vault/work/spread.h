/*
 * spread: sends shards to as many holders as the policy requires.
 *
 * Each holder first gets a place record that names its shards, then the shards, then a receipt; each step is
 * durable at all holders before the next begins, and they wait for their disks together. A holder that fails
 * meanwhile is left out, and its share is sent to the next in rank. Shards of a stripe are sent to one holder
 * each, all in different failure domains.
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
	bool *exclude; /* holders not to use, or NULL */
	/* The code of its stripe; data 0: no stripe. Shards of a stripe are adjacent in a list, in the
	 * order of their numbers. */
	vv_code code;
} vv_spread_shard;

typedef struct vv_spread {
	vv_vault_session *session;
	unsigned copies;
	bool *allowed; /* the only places to use; NULL: all reachable ones */
	uint64_t rate; /* bytes a second, about; 0: no limit */
	const vv_progress *progress;
	/* The shard's bytes, in place of out's content. */
	vv_status (*bytes)(void *payload, const vv_shard *s, vv_buf *out, vv_error *err);
	void *payload;
	uint64_t sent, shards; /* sent bytes and shards, all copies counted */
} vv_spread;

/* Sends each shard to as many of the required holders as possible. A shard whose bytes cannot be read
 * (VV_EMISSING) is not sent. Receipts are durable after vv_ledger_sync. */
vv_status vv_spread_run(vv_spread *x, vv_spread_shard *shards, size_t count, vv_error *err);

/* The number of copies in different failure domains; copies of dead holders do not count. */
size_t vv_spread_copies(const vv_vault_session *s, const bool *has);
/* How far a list is from the policy. A stripe of K data and M parity shards is lost if it loses more than M
 * shards: so a complete stripe counts as M + 1 copies, and a stripe that lacks one shard as M copies. */
typedef struct vv_spread_sum {
	uint64_t owed;     /* missing copies, and missing shards of stripes */
	uint64_t lost;     /* shards without any copy that cannot be made of others */
	uint64_t hopeless; /* those of the owed ones that cannot be made */
	size_t least; /* the lowest number of copies, in different failure domains; SIZE_MAX: the list is
		       * empty */
	size_t rest; /* the same, of shards without a stripe */
} vv_spread_sum;
/* For each shard of the stripe that begins at `shards`, sets at[i] to the place whose copy counts, so that no
 * two of these places are in one failure domain. SIZE_MAX: no copy counts. */
vv_status vv_spread_apart(size_t *at, const vv_vault_session *s, const vv_spread_shard *shards,
			  vv_error *err);
vv_status vv_spread_count(vv_spread_sum *out, const vv_vault_session *s, unsigned copies,
			  const vv_spread_shard *shards, size_t count, vv_error *err);
/* Sets `has`, of place_count items: which places have the shard according to the ledger's receipts. Copies
 * that were found bad do not count, nor do copies of dead holders and, if away_sec > 0, of unreachable
 * holders that were last seen more than away_sec ago. */
void vv_spread_holders(const vv_vault_session *s, const vv_kept *k, uint64_t away_sec, bool *has);

/* All live shards: stripe after stripe, then those without a stripe, each with its holders. A shard of two
 * stripes is listed twice. */
typedef struct vv_spread_list {
	vv_spread_shard *items; /* exclude NULL */
	bool *has;
	size_t count;
} vv_spread_list;
vv_status vv_spread_list_live(vv_spread_list *out, const vv_vault_session *s, uint64_t away_sec,
			      vv_error *err);
void vv_spread_list_clear(vv_spread_list *l);
VV_AUTO_CLEAR(vv_spread_list, vv_spread_list_clear)
/* The number of items that belong together: all shards of the stripe that begins at `shards`, or one shard
 * without a stripe. */
size_t vv_spread_together(const vv_spread_shard *shards);

/* Validity in seconds of a receipt of a holder that does not sign. */
#define VV_RECEIPT_TERM (90u * 86400u)

#endif
