/*
 * later: writes and reads the note. If a varve process is killed while it runs git for a command,
 * the next varve process uses the note to complete or undo the command.
 *
 * The note is written and synced before git starts, and removed when all is done. A varve process
 * that finds the note of an ended process first removes the locks that git left. If HEAD is still
 * at `from`, it then restores the paths that differ between the commits `from` and `to`, except
 * those that were changed before the command. Otherwise, it writes the missing files of these
 * paths.
 *
 * The file "git" beside the note names the git process that runs for the command (base/holder.h). It
 * has the word "undo" instead once a later varve has begun to undo the command.
 *
 * The note is the file "later" in the worktree's folder of varve (vv_repository_statedir). Its
 * parts each end with a NUL. They are: "varve-later 1"; the process that wrote the note; what,
 * from, to, ref, ref_old and command; "back", "locks" or "discards", whichever member is true, or
 * ""; then the paths in `changed`.
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
#include <sys/types.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/file.h"
#include "repo/git/repository.h"

/* The `what` of a migration, which takes over untracked files that have the new content. */
#define VV_LATER_MIGRATION "the migration"

/* The content of a note. */
typedef struct vv_later {
	const char *what; /* for messages: "the switch to 'spring'" */
	/* the commits of HEAD before and after the command; null: no commit, or not known */
	vv_oid from, to;
	/* the branch that HEAD is on after the command, which may make or move the branch; NULL:
	 * not known */
	const char *ref;
	vv_oid ref_old; /* the commit of ref before the command; null: ref did not exist */
	/* If `to` is set: "merge", "cherry-pick" or "revert"; an undo also removes the state and
	 * the conflicts of such a command. If `to` is null: "restore" or "merge --abort"; such a
	 * command cannot be undone, but can be run again. NULL: any other command. */
	const char *command;
	bool discards; /* the command discards the user's changes */
	/* git changes only index and HEAD, each in one step: a killed git leaves nothing but
	 * locks */
	bool locks;
	/* varve itself changes files, without git (lib/worktree/way_back.h); `changed` lists
	 * them */
	bool back;
	/* the paths, each ended by a NUL, that differed from HEAD or were not tracked before the
	 * command; if locks is set: the moves of git mv (lib/worktree/moved.h) */
	vv_buf changed;
	/* Set by vv_later_read: */
	bool own;     /* this process wrote the note */
	bool alive;   /* the process that wrote the note is still running, or this is not known */
	uint64_t git; /* pid of the note's git, which is still running; 0: it has ended */
	/* the stat of the note's file; git did not change files that are older than the note */
	vv_stat made;
	vv_buf text; /* owns what, ref and command */
} vv_later;

/* Durably writes the note l, instead of an existing note, and sets l->made. VV_ELOCKED: as in
 * vv_later_must_be_free. */
vv_status vv_later_write(vv_repository *r, vv_later *l, vv_error *err);
/* Appends parts, len bytes with a NUL after each part, to `changed` in the note's file. Does not
 * sync the file. VV_ENOTFOUND: no note exists. */
vv_status vv_later_append(vv_repository *r, const char *parts, size_t len, vv_error *err);
/* Checks that no other process has written a note with `back` set. VV_ELOCKED: such a note exists:
 * another varve process, perhaps one that waits for this process, is changing files. A note that
 * cannot be read is an error, as in vv_later_read. */
vv_status vv_later_must_be_free(vv_repository *r, vv_error *err);
/* Reads the note into *out, which the caller clears with vv_later_clear, also after a failure.
 * VV_ENOTFOUND: no note exists. VV_ENOSUPPORT: a newer varve wrote the note. VV_ECORRUPT: the note
 * is damaged. */
vv_status vv_later_read(vv_later *out, vv_repository *r, vv_error *err);
/* Records that git runs as the process pid for the command of the note. Failures are ignored: the
 * record only makes a later varve wait for that process. */
void vv_later_name_git(vv_repository *r, pid_t pid);
/* Returns true if the content of the file whose stat is st was last written after the note; unlike
 * vv_later_is_older, also in a copy of the repository that has the times of the original. */
bool vv_later_was_written(const vv_later *l, const vv_stat *st);
/* Returns true if the index was written after the note, and sets *st to the stat of its file. */
bool vv_later_index_written(const vv_later *l, const vv_repository *r, vv_stat *st);
/* Records that undoing the command of the note begins, and returns whether it had begun before. */
bool vv_later_begin_undo(vv_repository *r);
/* Returns true if vv_later_begin_undo was called for the note. */
bool vv_later_undo_begun(vv_repository *r);
/* Sets err to VV_ECORRUPT for a note that is damaged, and names its file. */
vv_status vv_later_fail_damaged(const vv_repository *r, vv_error *err);
/* Durably removes the note; does nothing if no note exists. */
vv_status vv_later_drop(vv_repository *r, vv_error *err);
void vv_later_clear(vv_later *l);
VV_AUTO_CLEAR(vv_later, vv_later_clear)

/* Returns true if the file whose stat is st was last changed before the note was written. */
bool vv_later_is_older(const vv_later *l, const vv_stat *st);
/* Returns true if `changed` has the path. */
bool vv_later_was_changed(const vv_later *l, const char *path);

/* Removes locks that the command's git left in the Git folder. The processes that wrote the note and
 * that ran git must have ended. A lock is removed only if it is not older than the note and if no
 * running process may own it (base/locks/tenants.h). Waits up to a second for such processes, and then
 * reports the locks that stay, with the process and the command that removes the lock. A lock of the
 * index is not reported: the next step that needs it waits for it. Symbolic links, which are varve's
 * own locks, stay. */
void vv_later_sweep_locks(const vv_later *l, vv_repository *r);

#endif
