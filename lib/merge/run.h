/*
 * run: a merge, cherry-pick or revert that git makes, with our merge driver for tables.
 *
 * git first makes it in a Git folder of its own, with an empty work tree and without a commit: so it is known what it
 * gives, before anything of the user's changes. Then git makes it where the user is, and the driver gives what it gave before.
 *
 * A correct caller: fills the first members; vv_merge_try; where that is not all, vv_merge_apply; printing the report;
 * vv_merge_job_clear in every case.
 */
#ifndef VV_LIB_MERGE_RUN_H
#define VV_LIB_MERGE_RUN_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/merge/conflict_list.h"
#include "lib/merge/guide.h"
#include "lib/worktree/by_git.h"

#define VV_MERGE_WORDS 8u

typedef struct vv_merge_job {
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	const char *verb;    /* "merge", "cherry-pick", "revert" */
	const char *command; /* what messages call it; NULL: verb */
	/* As git is to have it, NULL-ended: options, and last what is merged. */
	const char *words[VV_MERGE_WORDS];
	vv_oid base; /* of a pick: what it is compared with, maybe nothing */
	vv_oid ours, theirs;
	const char *names[3]; /* branches: base, ours, theirs */
	vv_strings how;       /* words of `merge -X`: rules put over those of ours */
	bool dry;             /* nothing is kept but blocks where several bases are merged */
	/* Without a commit git notes nothing: the operation that is under way then where something is in conflict, or what git
	 * merged waits for more; NULL: git's own. */
	const char *state;
	vv_oid of; /* its commit */
	bool waits;

	vv_oid tree; /* the result; where there are conflicts, what the work tree gets */
	vv_merge_report tables;
	vv_conflict_list conflicts;
	vv_buf report; /* what to say, on stdout */
	bool goes_on; /* what git merged is committed afterwards: that it stops there is not said */
	vv_by_git by_git; /* of vv_merge_apply */
	/* Its own: */
	char *folder, *what, *attributes, *guide, *rules;
	vv_buf lfs; /* a setting */
	bool exact; /* git is to pair equal files alone */
} vv_merge_job;

/* Adds the side that `how` prefers, which git knows, too, to the words. */
void vv_merge_put_rules(vv_merge_job *j, size_t *count);

/* Finds out what it would give: tree, tables, conflicts, report. VV_EREFUSED: git says no. */
vv_status vv_merge_try(vv_merge_job *j, vv_error *err);

/* The conflicts of a table that has some; else NULL. */
const vv_conflict_record *vv_merge_record(const vv_merge_job *j, const vv_merged_table *t);

/* Is the result what HEAD has already? */
vv_status vv_merge_is_empty(bool *empty, const vv_merge_job *j, vv_error *err);

/* git does it, with these options before the words of the job. tree is known, by vv_merge_try or since the branch only
 * moves. On failure all is as before. conflicts are those that are left in the index. */
vv_status vv_merge_apply(vv_merge_job *j, const char *const *options, bool terminal, vv_error *err);

void vv_merge_job_clear(vv_merge_job *j);
VV_AUTO_CLEAR(vv_merge_job, vv_merge_job_clear)

/* Is the index just what the commit has? VV_EREFUSED, with the names as notes. */
vv_status vv_merge_need_clean_index(vv_repository *r, vv_index *x, const vv_oid *head,
				    const char *what, vv_error *err);

/* Refuses when a merge, rebase ... is under way; says the way out. */
vv_status vv_merge_need_no_state(vv_repository *r, vv_error *err);

/* Takes a merge, cherry-pick or revert back: every path that it changed is as HEAD has
 * it, and its state is gone. VV_EREFUSED, with the names as notes, when a file that it had
 * merged cleanly was edited since. *lacking: as vv_by_git has it. */
vv_status vv_merge_undo(vv_repository *r, bool *lacking, vv_error *err);

#endif
