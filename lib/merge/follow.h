/*
 * follow: rows of theirs get other keys by `resolve --both`; rows of other tables that theirs added or
 * changed to refer to these rows follow them.
 *
 * The other table is merged again, with a version of theirs that refers to the new keys.
 */
#ifndef VV_LIB_MERGE_FOLLOW_H
#define VV_LIB_MERGE_FOLLOW_H

#include "dataset/schema/key.h"
#include "lib/merge/conflict_solve.h"
#include "lib/merge/references.h"
#include "lib/merge/tables.h"

/* The commits of the merge in progress. */
typedef struct vv_follow_commits {
	vv_oid base, theirs;
	bool known;
} vv_follow_commits;

/* The rows of one table that get another key. */
typedef struct vv_follow {
	vv_repository *repo;
	vv_dataset_writer *writer;
	const char *path; /* the table; borrowed */
	const vv_follow_commits *commits;
	/* The following members are set by vv_follow_add, a vv_solution.renumbered. */
	vv_arena arena;
	const char *names[VV_KEY_COLUMNS_MAX]; /* the key's columns */
	size_t count;
	struct vv_followed_key *keys;
	size_t key_count, key_cap;
} vv_follow;
void vv_follow_clear(vv_follow *f);
VV_AUTO_CLEAR(vv_follow, vv_follow_clear)

/* Finds the commits of the merge, cherry-pick, revert or rebase in progress, whose versions of the
 * path in conflict are those of sides. out->known is false if none has these. */
vv_status vv_follow_commits_find(vv_follow_commits *out, vv_repository *r, const char *path,
				 const vv_index_side sides[3], vv_error *err);

vv_status vv_follow_add(void *payload, const vv_renumbered *row, vv_error *err);

/* Sets *rows to the number of rows of the table ref->path that theirs added or changed to refer to a
 * row with a new key. If there are any, sets *blob to a version of theirs in which they refer to the
 * new key; the caller commits the writer. base, theirs: blobs of the table; base may be null. */
vv_status vv_follow_reference(vv_oid *blob, uint64_t *rows, vv_follow *f, const vv_reference *ref,
			      const vv_oid *base, const vv_oid *theirs, vv_error *err);

#endif
