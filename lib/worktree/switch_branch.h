/*
 * switch_branch: another branch or commit, with its files: what the command and the library share.
 *
 *	vv_branch_switch s = {.repo = repo, .create = "spring", ...};
 *
 *	rc = vv_branch_switch_find(&s, word, err);   s.name, s.target ...; then s.reader and s.index are set
 *	rc = vv_branch_switch_run(&s, err);          files, index and HEAD
 *	vv_branch_switch_end(&s);                    the post-checkout hook
 *	vv_branch_switch_clear(&s);
 */
#ifndef VV_LIB_WORKTREE_SWITCH_BRANCH_H
#define VV_LIB_WORKTREE_SWITCH_BRANCH_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/worktree/switch_tree.h"
#include "repo/git/history/refs.h"

typedef struct vv_branch_switch {
	/* borrowed, all three; the last two are set after vv_branch_switch_find */
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_index *index;
	const char *create; /* a branch to make first, or NULL */
	bool force_create;  /* one that exists is moved */
	bool detach;        /* to a commit, without a branch */
	bool force;         /* local changes are discarded */
	bool quiet;         /* files.kept is not wanted */
	/* After find: */
	vv_head head;
	const char *name;  /* the branch to be on afterwards; NULL: detached */
	char *upstream;    /* the remote branch that a guessed branch follows, or NULL */
	const char *start; /* what the user called the start point */
	vv_oid target;
	bool make;   /* the branch is to be made or moved */
	bool exists; /* it is there */
	bool unborn; /* create on an unborn branch: only HEAD's name changes */
	/* After run: */
	vv_tree_switch files; /* kept: local changes that stay */
	bool lacking;         /* tables were left as pointers, since their blocks cannot be had */
	/* Its own: */
	char *owned; /* holds name where it had to be made */
	vv_oid old;  /* of the branch to be made, where it exists */
} vv_branch_switch;

/* word: a branch, "-" (where HEAD was before), with create the start point, with detach a revision; NULL: HEAD. A branch
 * that only one remote has is made here. VV_ENOTFOUND, VV_EUSAGE, VV_EEXISTS; VV_EREFUSED: another work tree has the branch, or
 * a merge is under way. */
vv_status vv_branch_switch_find(vv_branch_switch *s, const char *word, vv_error *err);

/* On failure all is as before, unless the message says that HEAD has moved. VV_EREFUSED: a change would be lost. */
vv_status vv_branch_switch_run(vv_branch_switch *s, vv_error *err);

/* Runs the post-checkout hook. */
void vv_branch_switch_end(const vv_branch_switch *s);

/* Is the branch to be on the one that HEAD was on? */
bool vv_branch_switch_is_current(const vv_branch_switch *s);

void vv_branch_switch_clear(vv_branch_switch *s);
VV_AUTO_CLEAR(vv_branch_switch, vv_branch_switch_clear)

#endif
