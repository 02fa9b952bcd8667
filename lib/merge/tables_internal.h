/*
 * tables_internal: functions that the merge of tables and the search for copies of a change share.
 */
#ifndef VV_LIB_MERGE_TABLES_INTERNAL_H
#define VV_LIB_MERGE_TABLES_INTERNAL_H

#include "diff/merge/rules.h"
#include "lib/merge/tables.h"
#include "lib/names/long_rows.h"
#include "lib/names/version.h"
#include "lib/sync/needed.h"

/* Searches for evidence that both sides contain the same change of a column with the rule `sum`; a
 * merge would then add this change twice. Sets *why to the evidence, or to the reason why the
 * search was not possible, such as a missing version; both are constants. Sets *why to NULL if the
 * search found nothing, or if no cell of such a column was changed by both sides. */
vv_status vv_merge_twice(const char **why, const vv_merge_rules *rules, const vv_dataset_merge *in,
			 vv_needed **needed, vv_error *err);

/* Fetches the blocks of a version if they are not here, and warns if this is not possible. No sink of
 * in->writer may be open. *needed: as for vv_merge_open_older. */
vv_status vv_merge_fetch_root(const vv_dataset_merge *in, vv_needed **needed, const vv_cid *root,
			      vv_error *err);

/* Opens an older version of the table, and fetches its blocks if they are not here. *needed, as of the
 * following functions: NULL before the first call, and the caller frees it. If they cannot be fetched, warns; the call then fails with
 * VV_EMISSING. */
vv_status vv_merge_open_older(vv_subject *s, vv_table *t, const vv_dataset_merge *in,
			      const vv_oid *blob, const vv_subject_options *how, vv_needed **needed,
			      vv_error *err);

/* As vv_long_rows_read, of the versions of `path` with these blobs; null: no such version. */
vv_status vv_merge_long_rows(vv_long_rows *out, vv_repository *r, vv_dataset_reader *reader,
			     const vv_oid blobs[3], const char *path, vv_error *err);

/* Applies to versions[2] the change that leads from versions[0] to versions[1]; all three are
 * blobs of the table. Calls show with the result, which is valid only during the call; cells in
 * conflict have the value of versions[2]. Returns the status of show. Stores nothing. */
vv_status vv_merge_pick(const vv_dataset_merge *in, const vv_merge_rules *rules,
			const vv_oid *const versions[3],
			vv_status (*show)(void *payload, vv_table *picked, vv_error *err),
			void *payload, vv_error *err);

/* --- the commits of both sides that changed the table --- */

/* From one version of the table to the next. */
typedef struct vv_merge_step {
	vv_oid before, after; /* blobs */
	vv_oid commit;        /* null: not known */
	bool merge;           /* a commit with several parents made `after` */
} vv_merge_step;

/* A side's steps, the newest first; without steps from or to a commit that lacks the table, and
 * without those that do not change it. */
typedef struct vv_merge_steps {
	vv_merge_step *list;
	size_t count, cap;
} vv_merge_steps;

/* The steps of a merge; zero: none. */
typedef struct vv_merge_history {
	vv_merge_steps sides[2]; /* ours, theirs */
	/* the base is not the version that both had last (cherry-pick, revert, rebase): the picked
	 * side's only step is the picked change */
	bool pick;
	size_t picked; /* the picked side */
	size_t bases;  /* number of common ancestors; 0: not known */
} vv_merge_history;

void vv_merge_history_clear(vv_merge_history *h);
VV_AUTO_CLEAR(vv_merge_history, vv_merge_history_clear)

/* Sets *out, which must be zero, to the steps of the merge *in since the common ancestor; of each
 * side at most 1000, the newest. */
vv_status vv_merge_history_read(vv_merge_history *out, const vv_dataset_merge *in, vv_error *err);

/* Adds to *out, which must be zero, the rows without a key that one side copied from the other. The
 * proof is that of git's patch ids: a commit of one side makes the same change of the table's rows
 * as a commit of the other side, or as several in a row (a squash merge), and both have the same
 * author. certain: only those of two single commits with
 * the same author and time, as cherry-pick and rebase make them. If a version or commit cannot be
 * read, finds no copies. */
vv_status vv_merge_row_copies(vv_merge_copies *out, const vv_dataset_merge *in, bool certain,
			      vv_needed **needed, vv_error *err);

/* Sets *out to the newest commit that brought the blob of a version, VV_BASE to VV_THEIRS, at the path; null: none is found. In a
 * pick, rebase or stash git does not name the side's commit to a driver. */
vv_status vv_merge_blob_commit(vv_oid *out, const vv_dataset_merge *in, size_t version,
			       vv_error *err);

/* Adds to *out, which must be zero, the rows of base that have another key in a side because an
 * earlier merge met two rows with one new key; as vv_merge_options.moves. */
vv_status vv_merge_moves_find(vv_merge_moves *out, const vv_dataset_merge *in,
			      const char *const *key, const char *const *keys, size_t count,
			      vv_needed **needed, vv_error *err);

#endif
