/*
 * hold_internal: declares what the files hold*.c share: the folder with stored
 * copies, and the current request.
 */
#ifndef VV_CMD_VAULT_HOLD_HOLD_INTERNAL_H
#define VV_CMD_VAULT_HOLD_HOLD_INTERNAL_H

#include "base/error.h"
#include "base/file.h"
#include "base/thread.h"
#include "cmd/vault/hold/hold.h"
#include "cmd/vault/hold/hold_cache.h"
#include "cmd/vault/hold/hold_message.h"
#include "cmd/vault/hold/hold_room.h"
#include "cmd/vault/hold/hold_vault.h"
#include "transport/places/place.h"

#define VV_HOLD_MARK_LEN 16u /* random bytes, which the file "changed" has in hex */

/* An open folder of stored copies. */
struct vv_hold {
	char *dir; /* path of the folder */
	vv_hold_rules rules;
	vv_place place; /* the folder as a place */
	vv_turn *turn;  /* protects the members below, and writing to the folder */
	int file_lock;  /* descriptor of the file "lock"; -1: not locked */
	/* the content of the file "changed" when it was last read */
	char changed[2 * VV_HOLD_MARK_LEN + 1];
	vv_hold_room *room;  /* the space that identities use */
	uint64_t renewed_ms; /* monotonic time of the last call of rules.renew; 0: never */
	vv_hold_cache *cache;
	/* the vault of the current request. Valid only after this request has set it: an earlier
	 * vault may have been freed. Owned by the cache; a new vault by vv_hold_take_records */
	vv_hold_vault *vault;
};

/* The state of one request and its answer. */
typedef struct vv_hold_answering {
	vv_hold *h;
	const vv_hold_message *q; /* the request */
	vv_hold_message a;        /* the answer */
	vv_arena *arena;          /* memory for the answer */
	vv_buf bytes;             /* memory that the answer points to */
	/* AUDIT: the path of the leaf, to which the answer points */
	uint8_t path[VV_LEAF_PATH_MAX * VV_LEAF_HASH];
} vv_hold_answering;

/* Sets *out to the metadata of the file or folder `name` in the folder of copies. VV_ENOTFOUND: no
 * such file or folder. */
vv_status vv_hold_look(const vv_hold *h, const char *name, vv_stat *out, vv_error *err);
/* Changes the file "changed", so that other processes read the folder again. Call this before the
 * first change to the folder: other processes then notice the change even if this process is killed
 * in between. */
vv_status vv_hold_tell_others(vv_hold *h, vv_error *err);

/* Answers the request RECORDS: stores records, and sets x->a. The caller must hold the lock
 * (h->turn and h->file_lock). It is in hold_records.c. */
vv_status vv_hold_take_records(vv_hold_answering *x, vv_error *err);
/* Answers the request VAULTS, and sets x->a. The caller must hold the lock. This and the next three
 * functions are in hold_files.c. */
vv_status vv_hold_give_vaults(vv_hold_answering *x, vv_error *err);
/* Answers the request LIST, and sets x->a. Needs no lock, like the next two functions. */
vv_status vv_hold_give_list(vv_hold_answering *x, vv_error *err);
/* Answers the request GET. */
vv_status vv_hold_give_part(vv_hold_answering *x, vv_error *err);
/* Answers the request AUDIT. */
vv_status vv_hold_give_leaf(vv_hold_answering *x, vv_error *err);

#endif
