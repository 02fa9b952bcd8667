/*
 * push_run: runs a push, from its arguments to the moved refs, for the command and for the library.
 *
 * A correct caller: vv_push_job_init; set the first members; vv_push_job_run; read plan and
 * refused, also after a failure; vv_push_job_clear. Notes are sent to the repository's listener.
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

/* ---- push_refs: plans which refs of the remote a push moves ---- */

/* What a push does with a ref. VV_PUSH_BLOCKS: the remote already has this id, but lacks blocks,
 * which are sent. */
typedef enum vv_push_state {
	VV_PUSH_GOES,
	VV_PUSH_SAME,
	VV_PUSH_BLOCKS,
	VV_PUSH_REFUSED
} vv_push_state;

typedef struct vv_push_item {
	const char *from; /* the local ref; NULL: a deletion, or a commit without a ref */
	const char *word; /* name of the local ref in reports, such as "main" */
	const char *to;   /* the ref of the remote */
	/* the new and the old id; id null: delete the ref; old null: the remote lacks the ref */
	vv_oid id, old;
	bool force;
	/* the ref to delete was given by a short name such as "v1"; `to` is a guess until the
	 * remote's refs are known */
	bool short_to;
	vv_push_state state;
	const char *why; /* why the ref is refused; else NULL */
	vv_hint_id hint; /* remedy for the refusal; VV_HINT_NONE: no remedy is known */
	bool done;       /* the remote's ref was moved */
} vv_push_item;

typedef struct vv_push_plan {
	vv_arena arena;
	vv_push_item *items;
	size_t count, cap;
} vv_push_plan;
void vv_push_plan_clear(vv_push_plan *p);
VV_AUTO_CLEAR(vv_push_plan, vv_push_plan_clear)

typedef struct vv_push_plan_options {
	char **words;
	int count;
	bool all, tags, force, remove, upstream;
	/* --force-with-lease: its argument; "": all refs; NULL: the option is not given */
	const char *lease;
} vv_push_plan_options;

/* Plans the refs of a push before the remote is contacted. Without words, plans to push the current
 * branch to its upstream, as with push.default "simple". VV_ENOTFOUND: no such ref; VV_EUSAGE: an
 * invalid argument. */
vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Sets old and state of the items from the remote's refs. */
vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Returns true if an item is refused. */
bool vv_push_plan_refused(const vv_push_plan *p);
/* Returns true if the push sends anything. */
bool vv_push_plan_goes(const vv_push_plan *p);
/* Prints a note for each ref, in the form of git push. */
void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run);

typedef struct vv_push_job {
	vv_repository *repo;
	const char *remote; /* a name or URL; NULL: the remote of the branch's upstream */
	/* the refs to push; upstream: afterwards the branch has the remote's branch as upstream */
	vv_push_plan_options refs;
	bool dry_run, quiet, verbose, no_verify;
	bool silent;      /* the caller reports refused refs */
	bool blocks_only; /* sends all blocks that a Git host lacks, but no refs */
	/* sends the blocks of all versions to another place: to the store that has the name
	 * `remote` in the work tree's .varveconfig, or, if `remote` names a remote, to the ref of
	 * that host; then checks that the place has each version. VV_OK: the place has all
	 * versions. No setting is changed */
	bool move;
	/* does the work of the pre-push hook that varve installs; the hook itself is then not run
	 * for this push; NULL: the hook is run */
	vv_status (*own_hook)(vv_repository *r, const vv_notes *notes, vv_error *err);
	uint64_t idle_sec;
	/* The following members are set by vv_push_job_run. */
	vv_push_plan plan;
	/* a ref of the remote was not moved; its item in plan has the reason */
	bool refused;
	vv_transfer_sum sum; /* what was sent; if dry_run is set, what would be sent */
	vv_host_sum blocks;  /* the same for a Git host without varve */
	bool to_store;       /* if move is set: remote is the name of a store */
	uint64_t proved;     /* if move is set: number of versions that the place has completely */
	char *url;
} vv_push_job;

void vv_push_job_init(vv_push_job *j, vv_repository *r);
/* Sends blocks, then commits, then moves the remote's refs, then the tracking branches. Returns
 * VV_OK even if refs were refused. VV_EMISSING: a block that must be sent is missing in this
 * repository; VV_ECONFLICT: the pre-push hook refused the push. */
vv_status vv_push_job_run(vv_push_job *j, vv_error *err);
void vv_push_job_clear(vv_push_job *j);
VV_AUTO_CLEAR(vv_push_job, vv_push_job_clear)

#endif
