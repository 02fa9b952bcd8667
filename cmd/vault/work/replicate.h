/*
 * replicate: seals data that the vault does not have yet, and sends it to holders.
 *
 * New data is sealed into shards in .git/varve/vault/spool, about 64 MB at a time. The file "run"
 * in this folder lists the shards (waiting_run.h). Then the shards are sent to holders. When each
 * shard has at least --min copies, a vault record is written that lists the shards. If replication
 * is interrupted, the next replication continues with the shards in the spool.
 */
#ifndef VV_CMD_VAULT_WORK_REPLICATE_H
#define VV_CMD_VAULT_WORK_REPLICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "cmd/vault/sealed/stream.h"
#include "cmd/vault/work/spread.h"
#include "repo/blocks/reach.h"

/* Adds an item to the run that is being sealed. to: the parameter `to` of vv_replicate.items. */
typedef vv_status (*vv_put_item_fn)(void *to, const vv_item *item, vv_error *err);

/* The arguments and results of vv_replicate_run, which replaces copies, min and code with the
 * values that it used. */
typedef struct vv_replicate {
	unsigned copies, /* the number of copies; 0: the policy's number, or 2 */
		min;     /* the least number of copies; 0: the policy's number, or 1 */
	/* the code of stripes, instead of copies; data 0: the policy's code, unless copies is
	 * set */
	vv_code code;
	/* the names of the holders to which new shards are sent; NULL or empty: all holders */
	const vv_strings *to;
	uint64_t rate; /* as in vv_spread (spread.h) */
	bool dry_run,  /* find and count new data, and change nothing */
		adopt; /* call vv_vault_session_adopt first */
	bool look;     /* with dry_run: find new data even if the policy cannot be met */
	/* called with the recovery key of a new vault, before anything is sealed; the user must
	 * store this key. Not NULL, unless the repository has a vault or dry_run is set */
	vv_status (*recovery)(void *payload, const char *key, vv_error *err);
	void *payload; /* of recovery and items */
	/* called after new data was sealed; calls put(to, item) for each further item to seal.
	 * NULL: no further items. If set, owed copies are not sent */
	vv_status (*items)(void *payload, vv_put_item_fn put, void *to, vv_error *err);
	/* CIDs of the vault records of runs to ignore: their items are sealed again, unless other
	 * runs have the items. NULL: no such runs */
	const vv_cid_set *without;
	bool only_places; /* seal only the list of holders, and only if the list changed */
	/* if without is set: also search all objects that are reachable from refs */
	bool search;
	/* The members below are results. */
	uint64_t blocks, /* new blocks */
		objects; /* new Git objects */
	uint64_t put;    /* items that items() added */
	uint64_t shards, /* shards that were sent; each copy counts */
		sent;    /* bytes that were sent */
	uint64_t paid;   /* copies of earlier runs' shards that were sent; part of shards */
	/* missing copies (spread.h): owed counts shards of all runs, lost and hopeless count shards
	 * of earlier runs. If short_of_min is set, least is that of the run that was sealed */
	vv_spread_sum sum;
	uint64_t owed_new; /* missing copies of shards that this call sealed */
	bool began,        /* a new vault was made */
		config;    /* .varveconfig was written */
	bool nothing;      /* no data was new */
	/* with look: the name of the first ref whose commit is not among the refs of any run; empty
	 * without such a ref. The caller clears it */
	vv_buf new_ref;
	uint64_t new_refs; /* with look: the number of such refs */
	bool short_of_min; /* shards have fewer than min copies, so no vault record lists them */
	vv_cid head;       /* the vault record that was written last; null: no record was written */
} vv_replicate;

/* Connects the session, seals and sends data according to the arguments in x, and sets the results
 * in x. Unreachable holders are not an error, and neither is short_of_min. VV_EREFUSED: the policy
 * needs more holders or failure domains, no reachable holder stores records, or the key may not
 * write. VV_ECONFLICT: the key is used in two places. VV_EUSAGE: min is greater than copies, or
 * `to` has an unknown name. */
vv_status vv_replicate_run(vv_replicate *x, vv_vault_session *s, vv_error *err);

#endif
