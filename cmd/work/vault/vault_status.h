/*
 * vault_status: is everything safe, as far as the ledger and the holders that can be reached say?
 */
#ifndef VV_CMD_WORK_VAULT_VAULT_STATUS_H
#define VV_CMD_WORK_VAULT_VAULT_STATUS_H

#include <stdbool.h>
#include <stdint.h>

#include "cmd/work/vault/session.h"

typedef struct vv_vault_status {
	bool current;           /* everything of this repository is in the vault */
	bool unfinished;        /* a run waits in the spool */
	unsigned copies;        /* the policy; with a code: of what is in no stripe */
	vv_code code;           /* data 0: none */
	uint64_t stripes;       /* alive */
	uint64_t shards, bytes; /* alive */
	uint64_t retired;
	size_t least;      /* copies of what has fewest, in different domains (spread.h); 0: none */
	size_t rest;       /* the same, of what is in no stripe */
	uint64_t owed;     /* copies */
	uint64_t lost;     /* shards that nobody is known to have */
	uint64_t hopeless; /* of what is owed: of these */
	uint64_t bad;      /* copies that an audit found bad */
	uint64_t damaged;  /* records at holders, as far as was looked */
	uint64_t away;     /* holders that cannot be reached now */
	uint64_t proven;   /* when the holder that was proven longest ago was, seconds; 0: never */
	vv_cid head;       /* null: nothing is in it */
	uint64_t head_time;
	bool safe; /* all of it at its policy */
} vv_vault_status;

/* The session is connected. */
vv_status vv_vault_status_get(vv_vault_status *out, vv_vault_session *s, vv_error *err);

#endif
