/*
 * push_run_internal: the state of a running push. Private to push_run.
 */
#ifndef VV_LIB_SYNC_PUSH_RUN_INTERNAL_H
#define VV_LIB_SYNC_PUSH_RUN_INTERNAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/error.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/reach.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "lib/sync/push_run.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/push.h"

/* One value = one push. */
typedef struct push_run {
	vv_push_job *j;
	vv_head head;
	vv_remote remote;
	vv_transfer t;
	vv_reached there;
	vv_push_outcome out;
	bool asks;             /* for the refs of a Git host, in any case */
	unsigned fetches;      /* how often missing blocks were fetched from others */
	vv_buf shown;          /* to the pre-push hook, which has agreed to it */
	vv_store_config store; /* for --blocks --all: the one that is named; or none */
	bool followed;         /* it was reported that branches have an upstream */
} push_run;

/* Sends the signed heads, after the refs that they name; with varve.sign makes a new one first. If
 * one is refused, another push may have sent it, or a newer one, meanwhile: reads the other side's
 * refs again, once. */
vv_status push_run_send_heads(push_run *r, vv_error *err);
/* Sets *out to the number of signed heads in this repository. */
vv_status push_run_count_heads(const push_run *r, size_t *out, vv_error *err);

/* If the place of a move is the name of a store in c, which is read here, sets r->store to it; the
 * remote is then the default one. */
vv_status push_run_find_store(push_run *r, vv_blocks_config *c, vv_error *err);
/* Sends all blocks to one place. */
vv_status push_run_send_blocks(push_run *r, vv_error *err);
/* Sends a note with the blocks that were sent to a Git host, or would be. */
void push_run_tell_host_sum(const push_run *r);

#endif
