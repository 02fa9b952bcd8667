/*
 * fetch_data: fetches the data of versions, for a repository that has only their commits.
 */
#ifndef VV_LIB_SYNC_FETCH_DATA_H
#define VV_LIB_SYNC_FETCH_DATA_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

/* A fetch: its options and its result. */
typedef struct vv_fetch_data {
	vv_repository *repo; /* borrowed, as are all pointers */
	/* a commit; or "A..B", which is A and the commits reachable from B and not from A; NULL:
	 * HEAD */
	const char *rev;
	const char *const *paths; /* files or folders, followed by NULL; NULL: all */
	/* instead of the versions of rev and paths, fetch every version in all refs and HEAD, and
	 * versions that are recorded as stored elsewhere */
	bool all;
	/* tips: ids of tip_count commits and tags; there: ids of there_count commits and tags. If
	 * tips is not NULL, the versions that are reachable from tips, and not from `there`, are
	 * fetched instead of the versions of rev and paths */
	const vv_oid *tips, *there;
	size_t tip_count, there_count;
	/* the sources: names of remotes, or URLs. Empty: all remotes, and other peers that have the
	 * blocks. NULL: the same sources, but only if fetching is allowed (needed.h) */
	const vv_strings *from;
	bool erased;       /* also data that was erased (repo/known/erased.h), to search it */
	uint64_t idle_sec; /* value of --timeout in seconds; 0: not given */
	const vv_progress *progress; /* may be NULL */
	/* Set by the functions below. versions: number of selected versions; fetched: number of
	 * these that were fetched. */
	uint64_t versions, fetched;
} vv_fetch_data;

/* Fetches the versions that the options of f select; if root is not NULL, only the version with the
 * root *root, from the sources in f. If some of them cannot be fetched, fetches the others, and then
 * fails with the first of these errors, such as VV_EMISSING or VV_EIO. VV_ENOTFOUND: the revision
 * does not exist, or there is no dataset at a path. */
vv_status vv_fetch_data_run(vv_fetch_data *f, const vv_cid *root, vv_error *err);
/* Fetches the versions that are missing for a push. Call this function after a push has failed with
 * VV_EMISSING and the error *err, because versions were dropped, or because only their commits were
 * fetched. notes may be NULL. VV_OK: the caller should push again. If all selected versions are
 * already here, returns VV_EMISSING, and *err still has the error of the push. If a version cannot
 * be fetched, *err has the error of vv_fetch_data_run. */
vv_status vv_fetch_data_for_push(vv_fetch_data *f, const vv_notes *notes, vv_error *err);

#endif
