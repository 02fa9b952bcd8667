/*
 * push_run: runs a push, from its arguments to the moved refs, for the command and for the library.
 *
 * A correct caller: vv_push_job_init; set the first members; vv_push_job_run; read plan and
 * refused, also after a failure; vv_push_job_clear. Notes are sent to the repository's listener
 * (vv_repository_notes).
 */
#ifndef VV_LIB_SYNC_PUSH_RUN_H
#define VV_LIB_SYNC_PUSH_RUN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "base/text.h"
#include "lib/remotes/git_host.h"
#include "lib/remotes/remote.h"
#include "lib/remotes/transfer.h"
#include "repo/git/history/refs.h"
#include "transport/protocol/message.h"

/* ---- push_refs: plans a push: lists the refs of the remote that the push moves ---- */

/* The action of a push on a ref. */
typedef enum vv_push_state {
	VV_PUSH_GOES,   /* the ref is moved */
	VV_PUSH_SAME,   /* no action: the remote already has this id */
	VV_PUSH_BLOCKS, /* blocks are sent: the remote already has this id, but lacks blocks */
	VV_PUSH_REFUSED /* no action: the move is refused */
} vv_push_state;

/* A ref to push. */
typedef struct vv_push_item {
	const char *from; /* the local ref; NULL: a deletion, or a commit without a ref */
	const char *word; /* name of the local ref in reports, such as "main"; "": a deletion */
	const char *to;   /* the ref of the remote */
	/* the new and the old id; id null: delete the ref; old null: the remote lacks the ref */
	vv_oid id, old;
	bool force; /* a move that is not a fast-forward is allowed */
	/* the ref to delete was given by a short name such as "v1"; `to` is then a branch, until
	 * vv_push_plan_match finds a tag with this name */
	bool short_to;
	vv_push_state state;      /* the action of the push on the ref */
	const char *why;          /* VV_PUSH_REFUSED: the reason; else NULL */
	vv_hint_id hint;          /* remedy for the refusal; VV_HINT_NONE: no remedy is known */
	const char *hint_args[2]; /* of hint; NULL: it has none */
	bool unsent;              /* VV_PUSH_REFUSED: git did not send it to the host */
	bool done;                /* the remote's ref was moved */
} vv_push_item;
/* Returns true if the push of a branch was refused because the remote's branch has commits that the
 * pushed commit lacks. Hooks and leases refuse other commits, too. */
bool vv_push_item_is_behind(const vv_push_item *it);

/* A plan. */
typedef struct vv_push_plan {
	vv_arena arena; /* memory of the texts */
	vv_push_item *items;
	size_t count, cap;
	bool moved; /* a Git host moved some of the refs and refused others */
} vv_push_plan;
void vv_push_plan_clear(vv_push_plan *p);
VV_AUTO_CLEAR(vv_push_plan, vv_push_plan_clear)

/* The options of a plan. */
typedef struct vv_push_plan_options {
	char **words; /* refspecs */
	int count;
	/* options of git push: --all, --tags, --force, --delete and --set-upstream */
	bool all, tags, force, remove, upstream;
	/* the arguments of --force-with-lease; "": all refs that no other argument names */
	vv_strings leases;
} vv_push_plan_options;

/* Adds to p the refs that o selects, before the remote m is contacted. If o selects none, plans the
 * refspecs in remote.NAME.push, or else the current branch (head), as git does by push.default and
 * push.autoSetupRemote. VV_ENOTFOUND: a ref does not exist; VV_EUSAGE: an argument is invalid. */
vv_status vv_push_plan_words(vv_push_plan *p, vv_repository *r, const vv_head *head,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Sets old and state of the items of p by the remote's refs, h. Sets `force` of items for which
 * o->leases allow the move, and corrects `to` of items with short_to. VV_EUSAGE: a short name to
 * delete is both a branch and a tag. */
vv_status vv_push_plan_match(vv_push_plan *p, vv_repository *r, const vv_hello *h,
			     const vv_remote *m, const vv_push_plan_options *o, vv_error *err);
/* Returns true if an item is refused. */
bool vv_push_plan_refused(const vv_push_plan *p);
/* Returns true if the push moves a ref or sends blocks. */
bool vv_push_plan_goes(const vv_push_plan *p);
/* Sends a note for each ref, in the form of git push. */
void vv_push_plan_print(const vv_push_plan *p, vv_repository *r, const char *url, bool quiet,
			bool dry_run);

/* A place that was pushed to, and the refs with the result of each. */
typedef struct vv_push_place {
	char *url;
	vv_push_plan plan;
} vv_push_place;

/* A push: its options and its result. */
typedef struct vv_push_job {
	vv_repository *repo; /* borrowed */
	const char *remote;  /* a name or URL; NULL: the default remote for a push of the branch */
	/* the refs to push; upstream: afterwards the branch has the remote's branch as upstream */
	vv_push_plan_options refs;
	/* the options of varve push with these names */
	bool dry_run, quiet, verbose, no_verify;
	bool silent;      /* the caller reports refused refs */
	bool blocks_only; /* send all blocks that a Git host lacks, but no refs */
	/* together with blocks_only: send the blocks of all versions to another place, and then
	 * check that the place has each version. The place is the store with the name `remote` in
	 * the work tree's .varveconfig; or, if `remote` is the name of a remote, the ref of blocks
	 * of that host. VV_OK: the place has all versions. No setting is changed */
	bool move;
	/* does the work of the pre-push hook that varve installs. It is called instead of that hook
	 * if no other hook was there before, and the push has no forced moves or deletions. NULL:
	 * the hook is always run */
	vv_status (*own_hook)(vv_repository *r, const vv_notes *notes, vv_error *err);
	uint64_t idle_sec; /* value of --timeout in seconds */
	/* The following members are set by vv_push_job_run. */
	vv_push_plan plan; /* the refs, with the result of each */
	/* for a remote with several URLs for pushes: the places before the last one, which url and
	 * plan are about */
	vv_push_place *earlier;
	size_t earlier_count, earlier_cap;
	/* a ref of a place was not moved; its item in the plan has the reason */
	bool refused;
	/* the data that was sent to a peer; if dry_run is set, that would be sent */
	vv_transfer_sum sum;
	vv_host_sum
		blocks;  /* the blocks that were, or would be, sent to a Git host without varve */
	bool to_store;   /* if move is set: remote is the name of a store */
	uint64_t proved; /* if move is set: number of versions that the place has completely */
	char *url;       /* URL of the remote, or of its last place; owned */
} vv_push_job;

void vv_push_job_init(vv_push_job *j, vv_repository *r);
/* Pushes with the options of j to each URL that `git push` pushes to: sends blocks, then commits, then moves the remote's refs, then the
 * tracking branches, and then sends the signed heads. If blocks are missing here, first tries to
 * fetch them. After a failure, still pushes to the other URLs. Returns VV_OK even if refs were
 * refused: then j->refused is set. VV_EMISSING: a block that must be sent is missing in this
 * repository; VV_ECONFLICT: the pre-push hook refused the push. */
vv_status vv_push_job_run(vv_push_job *j, vv_error *err);
void vv_push_job_clear(vv_push_job *j);
VV_AUTO_CLEAR(vv_push_job, vv_push_job_clear)

#endif
