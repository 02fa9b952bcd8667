/*
 * switch_tree: from the files of one commit to those of another, keeping local changes
 * or refusing.
 */
#ifndef VV_LIB_WORKTREE_SWITCH_TREE_H
#define VV_LIB_WORKTREE_SWITCH_TREE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "lib/worktree/checkout.h"
#include "lib/worktree/journal.h"
#include "repo/git/history/history.h"
#include "repo/git/index/index.h"

typedef struct vv_tree_step {
	char *path;
	uint32_t old_mode, new_mode; /* 0: absent */
	vv_oid old_id, new_id;
	bool in_index; /* the index has the new version already: nothing to do */
} vv_tree_step;

typedef struct vv_tree_switch {
	vv_checkout *checkout; /* borrowed */
	vv_tree_step *steps;   /* sorted by path */
	size_t count, cap;
	char **kept; /* locally changed paths that the switch does not touch, "M\tpath" */
	size_t kept_count, kept_cap;
	bool would_lose; /* why it was refused: the notes have the names */
} vv_tree_switch;

/* Works out the steps from commit `from` (null: nothing) to `to`, and checks, unless
 * force, that none of them loses a change: VV_EREFUSED with the names as notes.
 * Nothing is changed. */
vv_status vv_tree_switch_plan(vv_tree_switch *out, vv_checkout *c, const vv_oid *from,
			      const vv_oid *to, bool force, vv_error *err);

/* Fills kept, which looks at each file of the index: for those who name them. Not after a force. */
vv_status vv_tree_switch_find_kept(vv_tree_switch *s, const vv_oid *from, vv_error *err);

/* Tells the journal of all paths that will change: who carries the steps out makes it ready
 * first, and closes it when all is done or something failed. The index is locked from then on, since `git checkout` changes
 * files under that lock: VV_ECONFLICT where it was faster. force: as when it was planned.
 * conflicts: paths that the index gets in conflict. */
vv_status vv_tree_switch_note(const vv_tree_switch *s, vv_journal *j, bool force,
			      const char *const *conflicts, size_t conflict_count, vv_error *err);

/* Removes, then writes; index entries are set in memory. */
vv_status vv_tree_switch_run(vv_tree_switch *s, vv_error *err);
void vv_tree_switch_clear(vv_tree_switch *s);
VV_AUTO_CLEAR(vv_tree_switch, vv_tree_switch_clear)

#endif
