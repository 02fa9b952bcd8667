/*
 * later: the note of a git that runs for a verb of ours: the remaining work for the next varve if this one is killed.
 *
 * It is written and synced before git starts, and removed when all is done (".git/varve/later", each part ended by a NUL:
 * "varve-later 1", the holder, what, from, to, ref, ref_old, command, "discards", "locks", "back" or "", then the paths that
 * were changed before). A varve that finds one whose process is dead removes the locks that its git left. If HEAD is still
 * `from`, it restores the paths that differ between the two commits, except those changed before; else it writes the missing
 * ones.
 *
 *	rc = vv_later_write(repo, &note, err);      git runs
 *	rc = vv_later_drop(repo, err);
 *
 *	vv_auto(vv_later) note = {0};
 *	rc = vv_later_read(&note, repo, err);       VV_ENOTFOUND: nothing was interrupted
 */
#ifndef VV_REPO_GIT_VERB_LATER_H
#define VV_REPO_GIT_VERB_LATER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

typedef struct vv_later {
	const char *what; /* for messages: "the switch to 'spring'" */
	vv_oid from, to;  /* HEAD before and after; null: none, or unknown */
	/* the branch that HEAD comes to, which it may make or move; NULL: not known */
	const char *ref;
	vv_oid ref_old; /* its former value; null: none */
	/* With `to`: "merge", "cherry-pick", "revert", whose state and conflicts are removed, too. Without it,
	 * "restore" or "merge --abort", which can only be completed: the same command runs first. NULL: none of
	 * these. */
	const char *command;
	bool discards; /* the user's changes are to be discarded */
	bool locks; /* git changes the index, and HEAD, in one step each: of a dead one only locks are left */
	bool back; /* no git: what varve itself changes (lib/worktree/way_back.h), whose list is in changed */
	vv_buf changed; /* paths that differed from HEAD before, or were not git's, each ended by a NUL; with locks the moves of git mv (lib/worktree/moved.h) */
	/* Of a note that was read: */
	bool own;     /* this process wrote it */
	bool alive;   /* its varve still runs, or may */
	vv_stat made; /* of the note: its git did not change files that are older */
	vv_buf text;  /* owns the strings */
} vv_later;

/* Writes the note, and sets l->made. VV_ELOCKED: as for vv_later_must_be_free. */
vv_status vv_later_write(vv_repository *r, vv_later *l, vv_error *err);
/* Appends parts to `changed` in the written note, without syncing it. */
vv_status vv_later_append(vv_repository *r, const char *parts, size_t len, vv_error *err);
/* VV_ELOCKED: the varve that runs this one has a note of its own changes. */
vv_status vv_later_must_be_free(vv_repository *r, vv_error *err);
/* VV_ENOTFOUND: it does not exist. VV_ENOSUPPORT: it is a newer varve's. */
vv_status vv_later_read(vv_later *out, vv_repository *r, vv_error *err);
/* Durably: one that comes back after a power cut might be followed. */
vv_status vv_later_drop(vv_repository *r, vv_error *err);
void vv_later_clear(vv_later *l);
VV_AUTO_CLEAR(vv_later, vv_later_clear)

/* Was a file with this stat last changed before the note was written? */
bool vv_later_is_older(const vv_later *l, const vv_stat *st);
/* Was the path changed before? */
bool vv_later_was_changed(const vv_later *l, const char *path);

/* Removes the locks of index, HEAD, settings and the note's branches that its git left, except symbolic links, which are
 * varve's, and locks older than the note. The caller has made sure that this git is dead. dying: it may be about to end
 * and to remove them itself, so waits up to a second for each. */
void vv_later_sweep_locks(const vv_later *l, vv_repository *r, bool dying);

#endif
