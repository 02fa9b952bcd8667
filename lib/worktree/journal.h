/*
 * journal: what a command is about to change in HEAD, index and work tree, written down and
 * durable before it does, so that the next varve can undo what a killed one left.
 *
 * docs/operate/trust-and-loss.md, "Interrupted commands", has the rules; docs/formats/store.md, "The journal", the
 * bytes. A correct caller:
 *
 *	vv_journal_open(&j, repo, &options, err);
 *	vv_journal_path(j, index, &path, err);  for all that will change
 *	vv_journal_ready(j, err);               from here on things may change
 *	... files, index, last of all HEAD ...
 *	vv_journal_close(j, rc, err);
 *
 * While it is ready each file that takes a path's place is noted (vv_worktree_watch_set).
 */
#ifndef VV_LIB_WORKTREE_JOURNAL_H
#define VV_LIB_WORKTREE_JOURNAL_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/index/index.h"
#include "repo/git/index/worktree.h"
#include "repo/git/repository.h"

typedef struct vv_journal vv_journal;

/* Behind which change the command is complete. */
typedef enum vv_journal_end {
	VV_JOURNAL_END_HEAD,  /* HEAD is a commit made on its old value */
	VV_JOURNAL_END_INDEX, /* the index has what the paths say */
	VV_JOURNAL_END_CLOSE  /* none of them: only when the journal is closed */
} vv_journal_end;

typedef struct vv_journal_options {
	const char *command; /* "switch", "merge --abort" */
	const char *what;    /* for messages, "the switch to 'spring'" */
	vv_journal_end end;
} vv_journal_options;

typedef struct vv_journal_change {
	const char *path;
	const char *from; /* the file or folder is renamed from there; NULL */
	/* The file is clean, and Git or the store has this version of it: nothing else is kept of
	 * it. Mode 0: its bytes are kept, where it is to be undone. */
	uint32_t old_mode;
	vv_oid old_id;
	/* What it becomes, where that is known; mode 0: nothing. */
	bool known;
	uint32_t new_mode;
	vv_oid new_id;
	bool index_only; /* the file is left alone */
	bool work_only;  /* the index is */
	bool conflict;   /* the index gets the path in conflict */
} vv_journal_change;

/* Takes the lock; nothing is written yet. VV_ELOCKED: another varve is changing files here. */
vv_status vv_journal_open(vv_journal **out, vv_repository *r, const vv_journal_options *opts,
			  vv_error *err);

/* A path that will change. x: the index as it is. A file that is there and whose bytes are
 * neither in Git nor in the store is kept in the journal's folder. */
vv_status vv_journal_path(vv_journal *j, const vv_index *x, const vv_journal_change *c,
			  vv_error *err);
/* A file of the Git folder ("varve/conflicts/..."), kept as it is. */
vv_status vv_journal_file(vv_journal *j, const char *name, vv_error *err);

/* Writes all of it, durably. May be called again when further paths came. On failure nothing
 * is to be changed. */
vv_status vv_journal_ready(vv_journal *j, vv_error *err);

/* Writes the index for the command: should the way back fail, the old one takes its place. j may
 * be NULL. */
vv_status vv_journal_index(vv_journal *j, vv_index *x, vv_error *err);

/* The end of the command, with its outcome so far; accepts NULL. On success (rc >= 0) the journal
 * goes. After a failure what is to be undone is undone, and the journal goes; should that fail,
 * too, it stays for the next varve. Returns rc; err may get a
 * hint. Journals that were never ready just go. */
vv_status vv_journal_close(vv_journal *j, vv_status rc, vv_error *err);

/* What a journal that a dead varve left was good for. */
typedef struct vv_journal_found {
	bool undone, finished; /* at most one; complete counts as finished */
	char command[32];
} vv_journal_found;
/* Was it this command, or this command with an option? */
bool vv_journal_was(const vv_journal_found *f, const char *command);

/* How all begin that change HEAD, index or files: takes the turn (repo/git/write_turn.h), which the repository has until it is
 * closed, and puts right what an interrupted command left, and says so in a note. command: the one that runs, as the
 * journals' options name it; NULL: another one. Nothing of that when there is no journal or its varve is alive. VV_ELOCKED;
 * VV_ENOSUPPORT: it is a newer varve's. VV_EREFUSED: as vv_by_git_recover. What it cannot put right since somebody went on it
 * leaves, and names. found may be NULL. */
vv_status vv_journal_recover(vv_repository *r, const char *command, vv_journal_found *found,
			     vv_error *err);

/* Only says it. */
void vv_journal_tell(vv_repository *r);

#endif
