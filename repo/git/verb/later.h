/*
 * later: writes and reads the note: a file that lets the next varve process complete or undo a
 * command of a varve process that was killed while it ran git.
 *
 * The note is written and synced before git starts, and removed when all is done. It is the file
 * ".git/varve/later", whose parts each end with a NUL: "varve-later 1"; the process that wrote the
 * note; what, from, to, ref, ref_old and command; one word for the member that is true, "back",
 * "locks" or "discards", or ""; then the paths in `changed`. A varve process that finds the note of an ended process removes the locks left by the git
 * of that process. If HEAD is still at `from`, it restores the paths that differ between the
 * commits `from` and `to`, except those changed before; else it writes the missing files of these
 * paths.
 *
 * 	rc = vv_later_write(repo, &note, err);      git runs
 * 	rc = vv_later_drop(repo, err);
 *
 * 	vv_auto(vv_later) note = {0};
 * 	rc = vv_later_read(&note, repo, err);       VV_ENOTFOUND: nothing was interrupted
 */
#ifndef VV_REPO_GIT_VERB_LATER_H
#define VV_REPO_GIT_VERB_LATER_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* The content of a note. */
typedef struct vv_later {
	const char *what; /* for messages: "the switch to 'spring'" */
	/* the commits of HEAD before and after the command; null: no commit, or not known */
	vv_oid from, to;
	/* the branch of HEAD after the command, which the command may make or move; NULL: not known */
	const char *ref;
	vv_oid ref_old; /* the commit of ref before the command; null: ref did not exist */
	/* If `to` is set: "merge", "cherry-pick" or "revert", whose state and conflicts are to be removed, too. If
	 * `to` is null: "restore" or "merge --abort", which cannot be undone, but can be run again. NULL: any other
	 * command. */
	const char *command;
	bool discards; /* the command discards the user's changes */
	/* git changes the index and HEAD in one step each, so that a killed git leaves only locks behind */
	bool locks;
	/* varve itself changes files, without git (lib/worktree/way_back.h); their list is in changed */
	bool back;
	/* the paths that differed from HEAD or were not tracked before the command, each ended by a
	 * NUL; if locks is set: the moves of git mv (lib/worktree/moved.h) */
	vv_buf changed;
	/* Set by vv_later_read: */
	bool own;   /* this process wrote the note */
	bool alive; /* the process that wrote the note is still running, or this is not known */
	/* stat of the note's file; files older than the note were not changed by the command's
	 * git */
	vv_stat made;
	vv_buf text; /* owns the strings */
} vv_later;

/* Writes and syncs the note l, and sets l->made. VV_ELOCKED: as for vv_later_must_be_free. */
vv_status vv_later_write(vv_repository *r, vv_later *l, vv_error *err);
/* Appends len bytes of parts, each ended by a NUL, to `changed` in the written note, without
 * syncing it. */
vv_status vv_later_append(vv_repository *r, const char *parts, size_t len, vv_error *err);
/* Checks that no other varve process has a note with `back` set. VV_ELOCKED: another varve process,
 * for example the one that runs this process, is changing files. */
vv_status vv_later_must_be_free(vv_repository *r, vv_error *err);
/* Reads the note into *out, which the caller clears with vv_later_clear. VV_ENOTFOUND: no note
 * exists. VV_ENOSUPPORT: a newer varve has written the note. */
vv_status vv_later_read(vv_later *out, vv_repository *r, vv_error *err);
/* Durably removes the note, so that the next varve process does not find it after a power
 * failure. */
vv_status vv_later_drop(vv_repository *r, vv_error *err);
void vv_later_clear(vv_later *l);
VV_AUTO_CLEAR(vv_later, vv_later_clear)

/* Returns true if a file with the stat st was last changed before the note was written. */
bool vv_later_is_older(const vv_later *l, const vv_stat *st);
/* Returns true if `changed` has the path. */
bool vv_later_was_changed(const vv_later *l, const char *path);

/* Removes the locks of index, HEAD, configuration and the note's branches left by the command's
 * git, which must have ended. Does not remove symbolic links, which are varve's locks, and locks
 * older than the note. dying: git may still be ending and removing its locks, so the function waits
 * up to a second for each lock. */
void vv_later_sweep_locks(const vv_later *l, vv_repository *r, bool dying);

#endif
