/*
 * push_run: runs a push, from its arguments to the moved refs, for the command and the library.
 *
 * A correct caller: vv_push_job_init; fill the first members; vv_push_job_run; read plan and refused, also
 * after a failure; vv_push_job_clear. Notes are sent to the repository's listener.
 */
#ifndef VV_LIB_SYNC_PUSH_RUN_H
#define VV_LIB_SYNC_PUSH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/message.h"

/* ---- push_refs: plans which refs of the remote a push moves, from its arguments ---- */

/* VV_PUSH_BLOCKS: the remote already has the ref at this id, but lacks blocks, which are sent. */
typedef enum vv_push_state {
	VV_PUSH_GOES,
	VV_PUSH_SAME,
	VV_PUSH_BLOCKS,
	VV_PUSH_REFUSED
} vv_push_state;

typedef struct vv_push_item {
	const char *from; /* the local ref; NULL: a deletion, or a commit without a ref */
	const char *word; /* the left side in reports: "main" */
	const char *to;   /* the remote's ref */
	/* the new and the old id; id null: delete the ref; old null: the remote lacks the ref */
	vv_oid id, old;
	bool force;
	/* a short name such as "v1" is deleted: to is a guess until the remote's refs are known */
	bool short_to;
	vv_push_state state;
	const char *why; /* the reason of a refusal */
	vv_hint_id hint; /* what to do about the refusal; VV_HINT_NONE: no hint */
	bool done;       /* the remote's ref was moved */
} vv_push_item;

typedef struct vv_push_plan {
	vv_arena arena;
	vv_push_item *items;
	size_t count, cap;
} vv_push_plan;
void vv_push_plan_init(vv_push_plan *p);
void vv_push_plan_clear(vv_push_plan *p);
VV_AUTO_CLEAR(vv_push_plan, vv_push_plan_clear)

typedef struct vv_push_plan_options {
	char **words;
	int count;
	bool all, tags, force, remove, upstream;
	const char *lease; /* --force-with-lease: its argument; "": all refs; NULL: not given */
} vv_push_plan_options;

/* Plans the refs of a push, before the remote is contacted. Without words: the current branch, to its upstream, as with
 * push.default "simple". VV_ENOTFOUND, VV_EUSAGE. */
vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Sets the items' old and state from the remote's refs. */
vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
bool vv_push_plan_refused(const vv_push_plan *p);
bool vv_push_plan_goes(const vv_push_plan *p); /* does the plan send anything? */
/* Prints a note for each ref, as git push does. */
void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run);

typedef struct vv_push_job {
	vv_repository *repo;
	const char *remote; /* a name or URL; NULL: the remote that the branch follows */
	/* the refs to push. upstream: the branch follows the remote's branch afterwards */
	vv_push_plan_options refs;
	bool dry_run, quiet, verbose, no_verify;
	bool silent;      /* the caller reports refused refs */
	bool blocks_only; /* to a Git host: sends all blocks that it lacks, but no refs */
	/* sends the blocks of every version to the store named `remote` in the work tree's
	 * .varveconfig, or, if remote names a remote, to the host's own ref; then checks that
	 * each version is stored there. VV_OK: all are. No setting is changed */
	bool move;
	/* The work of the pre-push hook that varve installs: the hook itself is then not run for this push. NULL: it is
	 * run. */
	vv_status (*own_hook)(vv_repository *r, const vv_notes *notes, vv_error *err);
	uint64_t idle_sec;
	/* After the run: */
	vv_push_plan plan;
	/* a ref of the remote was not moved; its item in plan has the reason */
	bool refused;
	vv_transfer_sum sum; /* what was sent; with dry_run: what would be sent */
	vv_host_sum blocks;  /* the same for a Git host without varve */
	bool to_store;       /* with move: remote is the name of a store */
	uint64_t proved;     /* with move: number of versions found complete */
	char *url;
} vv_push_job;

void vv_push_job_init(vv_push_job *j, vv_repository *r);
/* Sends blocks, then commits, then moves refs, then the tracking branches. VV_OK even if refs
 * were refused. VV_EMISSING: a block to be sent is missing here; VV_ECONFLICT: the pre-push hook
 * refused. */
vv_status vv_push_job_run(vv_push_job *j, vv_error *err);
void vv_push_job_clear(vv_push_job *j);

#endif
