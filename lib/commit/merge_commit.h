/*
 * merge_commit: the commit that concludes a merge, cherry-pick or revert that left no
 * conflicts.
 */
#ifndef VV_LIB_COMMIT_MERGE_COMMIT_H
#define VV_LIB_COMMIT_MERGE_COMMIT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/table/dataset_writer.h"
#include "lib/status/changes.h"
#include "repo/git/history/commit.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_merge_commit {
	vv_repository *repo; /* borrowed, all three; the index is as it was written */
	vv_dataset_writer *writer;
	vv_index *index;
	const char *message;
	const vv_oid *parents; /* the first is HEAD */
	size_t parent_count;
	const vv_commit *keep_author; /* NULL: whoever commits */
	const char *reflog;
	const char *before, *after; /* hooks, or NULL */
	vv_status (*editor)(vv_repository *r, const char *file,
			    vv_error *err); /* NULL: the message as it is */
	bool no_verify, quiet, verbose;
	/* For the message's template, as vv_message_options have it. */
	vv_status (*put_changes)(vv_buf *out, const vv_changes *c, const char *comment_char,
				 vv_error *err);
	bool noted; /* the merge has a note (repo/git/verb/later.h), which goes once the commit is there */
	/* Out: */
	bool made; /* the commit is there, even where an error came after it */
	vv_oid id;
	vv_changes changes; /* what it committed, with facts unless quiet */
	vv_buf message_made;
} vv_merge_commit;

/* On failure, unless c->made, nothing is committed; what the merge staged, and its state, stay. */
vv_status vv_merge_commit_make(vv_merge_commit *c, vv_error *err);

void vv_merge_commit_clear(vv_merge_commit *c);
VV_AUTO_CLEAR(vv_merge_commit, vv_merge_commit_clear)

#endif
