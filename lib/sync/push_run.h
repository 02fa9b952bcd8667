/*
 * push_run: a push from its words to the moved refs, for the command and the library.
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

/* ---- push_refs: from the words of a push to the refs that it moves on the other side ---- */

/* BLOCKS: the remote has the ref already, but lacks blocks, which are sent. */
typedef enum vv_push_state {
	VV_PUSH_GOES,
	VV_PUSH_SAME,
	VV_PUSH_BLOCKS,
	VV_PUSH_REFUSED
} vv_push_state;

typedef struct vv_push_item {
	const char *from; /* the ref here; NULL for a deletion, or a commit without a ref */
	const char *word; /* the left side in reports: "main" */
	const char *to;   /* the ref there */
	vv_oid id, old;   /* id null: delete; old null: it is not there */
	bool force;
	bool short_to; /* "v1" was given, to be deleted: to is a guess until the refs there are known */
	vv_push_state state;
	const char *why; /* when refused */
	vv_hint_id hint; /* and what to do; VV_HINT_NONE */
	bool done;       /* it moved there */
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
	const char *lease; /* "" for all, or NULL */
} vv_push_plan_options;

/* Plans the refs of a push, before the remote is contacted. Without words: the current branch, to its upstream, as with
 * push.default "simple". VV_ENOTFOUND, VV_EUSAGE. */
vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Sets old and state by the refs of the other side. */
vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
bool vv_push_plan_refused(const vv_push_plan *p);
bool vv_push_plan_goes(const vv_push_plan *p); /* does it send anything? */
/* A note for each ref, as git push has them. */
void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run);

typedef struct vv_push_job {
	vv_repository *repo;
	const char *remote; /* a name or URL; NULL: the one that the branch follows */
	/* which; upstream: the branch follows the one there afterwards */
	vv_push_plan_options refs;
	bool dry_run, quiet, verbose, no_verify;
	bool silent;      /* the caller reports refused refs */
	bool blocks_only; /* to a Git host: sends all blocks that it lacks, but no refs */
	/* The same of every version, to the store that the work tree's .varveconfig calls so, or (remote names one) to the
	 * host's own ref; then each is proved there. VV_OK: all are. Nothing is switched. */
	bool move;
	/* The work of the pre-push hook that varve installs: the hook itself is then not run for this push. NULL: it is
	 * run. */
	vv_status (*own_hook)(vv_repository *r, const vv_notes *notes, vv_error *err);
	uint64_t idle_sec;
	/* After the run: */
	vv_push_plan plan;
	bool refused;        /* some ref was not moved there; the plan has why */
	vv_transfer_sum sum; /* sent; with dry_run: what would be */
	vv_host_sum blocks;  /* the same of a Git host without varve */
	bool to_store;       /* with move: remote was the name of a store */
	uint64_t proved;     /* versions */
	char *url;
} vv_push_job;

void vv_push_job_init(vv_push_job *j, vv_repository *r);
/* Blocks, then commits, then refs, then the tracking branches. VV_OK also where refs were refused. VV_EMISSING: a
 * block that is to go is missing here; VV_ECONFLICT: the pre-push hook refused. */
vv_status vv_push_job_run(vv_push_job *j, vv_error *err);
void vv_push_job_clear(vv_push_job *j);

#endif
