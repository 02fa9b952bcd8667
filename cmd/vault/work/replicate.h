/*
 * replicate: seals data that the vault does not have yet, and sends it to holders.
 *
 * New data is sealed into shards in .git/varve/vault/spool, about 64 MB at a time; when all shards
 * are durable, the file "run" in this folder lists them (waiting_run.h). Then the shards are sent
 * to holders. When each shard has at least --min copies, a vault record is written that lists the
 * shards. If the replication is interrupted, the next command continues with the shards in the
 * spool.
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

/* Adds an item to `to`, the run that is being sealed. */
typedef vv_status (*vv_put_item_fn)(void *to, const vv_item *item, vv_error *err);

/* The arguments and results of vv_replicate_run. */
typedef struct vv_replicate {
	unsigned copies, /* the number of copies; 0: the policy's number, or 2 */
		min;     /* the least number of copies; 0: the policy's number, or 1 */
	vv_code code; /* the code of stripes, in place of copies; data 0: the policy's code, unless copies is set */
	const vv_strings *to; /* the names of the holders to send to; NULL or empty: all holders */
	uint64_t rate;        /* as in vv_spread (spread.h) */
	bool dry_run,         /* find and count new data, and change nothing */
		adopt;        /* call vv_vault_session_adopt first */
	bool look;            /* with dry_run: find new data even if the policy cannot be met */
	/* called when a new vault is made, before anything is sealed: the user must keep this recovery key */
	vv_status (*recovery)(void *payload, const char *key, vv_error *err);
	void *payload;
	/* seals additional items: calls put(to, item) for each item of a run to rewrite; NULL: only new data is
	 * sealed */
	vv_status (*items)(void *payload, vv_put_item_fn put, void *to, vv_error *err);
	/* the vault records of runs to ignore: the items of these runs are sealed again, unless other runs have the
	 * items; or NULL */
	const vv_cid_set *without;
	bool only_places; /* seal only the list of holders, if it changed */
	/* if without is set: also search all objects that are reachable from refs */
	bool search;
	/* The members below are results. */
	uint64_t blocks, /* new blocks */
		objects; /* new Git objects */
	uint64_t put;    /* items that items() added */
	uint64_t shards, /* shards that were sent; each copy counts */
		sent;    /* bytes that were sent */
	uint64_t paid;   /* shards of earlier runs that were sent, since they had too few copies */
	/* missing copies (spread.h): owed counts shards of all runs, lost and hopeless count shards
	 * of earlier runs. If short_of_min is set, least is that of the run that was sealed */
	vv_spread_sum sum;
	uint64_t owed_new; /* missing copies of shards that this call sealed */
	bool began,        /* a new vault was made */
		config;    /* .varveconfig was written */
	bool nothing;      /* no data was new */
	/* with look: the name of the first ref whose commit is in no run; empty: no such ref. Owned by the
	 * caller */
	vv_buf new_ref;
	uint64_t new_refs; /* with look: the number of such refs */
	bool short_of_min; /* shards have fewer than min copies, so no vault record was written */
	vv_cid head;       /* the vault record that was written last; null: no record was written */
} vv_replicate;

/* Seals and sends data according to the arguments in x, and sets the results in x. VV_EREFUSED: the
 * policy needs more holders or failure domains, or the key may not write. */
vv_status vv_replicate_run(vv_replicate *x, vv_vault_session *s, vv_error *err);

#endif
