/*
 * merge_branch: another branch's versions brought into the current one: what the command and the library share.
 *
 *	vv_branch_merge m = {.repo = repo, .writer = writer, .index = index, ...};
 *
 *	rc = vv_branch_merge_find(&m, word, err);   m.word, m.head
 *	rc = vv_branch_merge_run(&m, err);          m.outcome: files and index are written
 *	rc = vv_branch_merge_finish(&m, err);       the commit, and hooks; where m.outcome asks for it
 *	vv_branch_merge_clear(&m);
 *
 * A caller may print between these what each of them did. The repository is in order (vv_put_right), and nothing is
 * under way in it (vv_merge_need_no_state).
 */
#ifndef VV_LIB_COMMIT_MERGE_BRANCH_H
#define VV_LIB_COMMIT_MERGE_BRANCH_H

#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/text.h"
#include "lib/commit/merge_commit.h"
#include "lib/merge/run.h"
#include "repo/git/history/refs.h"

typedef enum vv_merge_outcome {
	VV_MERGE_UP_TO_DATE, /* nothing was done */
	VV_MERGE_FORWARD,    /* the branch has moved: post-merge is to be run */
	VV_MERGE_READY,      /* merged and staged, to be committed now */
	VV_MERGE_STAGED,     /* the same, and no commit is wanted */
	VV_MERGE_CONFLICTS
} vv_merge_outcome;

typedef struct vv_branch_merge {
	/* borrowed, all three; the last two may be set after vv_branch_merge_find */
	vv_repository *repo;
	vv_dataset_writer *writer;
	vv_index *index;
	vv_strings how;      /* words of -X: rules put over those of ours */
	vv_strings messages; /* paragraphs; none: as git words it */
	bool no_commit, no_ff, ff_only, ff, unrelated, no_verify, quiet, verbose;
	/* As vv_merge_commit has them. */
	vv_status (*editor)(vv_repository *r, const char *file, vv_error *err);
	vv_status (*put_changes)(vv_buf *out, const vv_changes *c, const char *comment_char,
				 vv_error *err);
	/* After find: */
	vv_head head;
	char *word; /* what is merged, as it was named */
	/* After run: */
	vv_oid theirs;
	vv_merge_outcome outcome;
	size_t moved;     /* paths, of a fast-forward */
	bool lacking;     /* tables were left as pointers, since their blocks cannot be had */
	vv_merge_job job; /* of three ways: report, conflicts */
	/* After finish: */
	vv_merge_commit commit; /* made, changes ... */
	bool stays;             /* it was refused: all is merged and staged */
	/* Its own: */
	vv_oid parents[2];
	vv_buf message, reflog;
} vv_branch_merge;

/* word NULL: the upstream of the current branch. VV_EUSAGE: there is none. */
vv_status vv_branch_merge_find(vv_branch_merge *m, const char *word, vv_error *err);

/* On failure all is as before. VV_ENOTFOUND: no such revision; VV_EREFUSED: changes that are not committed are in the
 * way, no commit is in common, or ff_only is not possible. */
vv_status vv_branch_merge_run(vv_branch_merge *m, vv_error *err);

/* Nothing is left to do but after FORWARD and READY. On failure, unless m->commit.made: m->stays, or all is as before. */
vv_status vv_branch_merge_finish(vv_branch_merge *m, vv_error *err);

void vv_branch_merge_clear(vv_branch_merge *m);

#endif
