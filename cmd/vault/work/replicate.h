/*
 * replicate: seals data that the vault lacks, and sends it to holders.
 *
 * New data is sealed into .git/varve/vault/spool, at most some 64 MB at a time; a file "run" there names the shards
 * once they are all durable (waiting_run.h). Then they are sent to holders, and a vault record names them when each
 * has --min copies. After any interruption the next command continues with the existing run.
 */
#ifndef VV_CMD_VAULT_WORK_REPLICATE_H
#define VV_CMD_VAULT_WORK_REPLICATE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/text.h"
#include "cmd/vault/sealed/stream.h"
#include "cmd/vault/work/session.h"
#include "repo/blocks/reach.h"

typedef vv_status (*vv_put_item_fn)(void *to, const vv_item *item, vv_error *err);

typedef struct vv_replicate {
	unsigned copies, min; /* 0: as the policy has it, or 2 and 1 */
	vv_code code;         /* data 0: as the policy has it, or none; not with copies */
	const vv_strings *to; /* holders' names; none: all */
	uint64_t rate;
	bool dry_run, adopt;
	bool look; /* with dry_run: finds new data even if the policy cannot be met */
	/* A vault begins: the user is to keep this text. Before anything is sealed. */
	vv_status (*recovery)(void *payload, const char *key, vv_error *err);
	void *payload;
	/* NULL: new data. Else the run has the items that this puts, new or not; with `without` only those
	 * missing in the other runs. */
	vv_status (*items)(void *payload, vv_put_item_fn put, void *to, vv_error *err);
	const vv_cid_set *without; /* records of runs that count as not there, or NULL */
	bool only_places; /* the list of holders, if it is another one, and nothing else that is new */
	bool search;      /* with it: everything that refs reach is looked for, too */
	/* Afterwards. */
	uint64_t blocks, objects; /* new ones */
	uint64_t put;             /* items of `items` */
	uint64_t shards, sent;    /* sent shards, copies counted; bytes */
	uint64_t paid;            /* of these for runs before */
	uint64_t owed;            /* copies that are lacking */
	uint64_t owed_new;        /* of these: of what this run sealed */
	uint64_t lost;            /* shards of earlier runs without any copy */
	uint64_t hopeless;        /* owed shards that cannot be made: of these */
	size_t least;             /* copies of the shard that has fewest; 0: none is lacking one */
	bool began, config;       /* a vault; .varveconfig was written */
	bool nothing;             /* nothing was new, and nothing owed */
	vv_buf new_ref; /* with look: the first ref whose commit no run names; empty: none. The caller's */
	uint64_t new_refs; /* and how many there are */
	bool short_of_min; /* no vault record was written */
	vv_cid head;       /* the last vault record; null: none */
} vv_replicate;

/* VV_EREFUSED: too few holders or failure domains for the policy; the key may not write. */
vv_status vv_replicate_run(vv_replicate *x, vv_vault_session *s, vv_error *err);

#endif
