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

typedef struct vv_fetch_data {
	vv_repository *repo;
	const char *rev; /* a commit, or "A..B": A, and the commits of B that A lacks; NULL: HEAD */
	const char *const *paths; /* files or folders, NULL-ended; NULL: all */
	/* In place of both: every version of all refs and HEAD, and those that are noted as elsewhere. */
	bool all;
	/* Or everything that these commits and tags reach, and `there` do not. */
	const vv_oid *tips, *there;
	size_t tip_count, there_count;
	/* names of remotes, or URLs; empty: the remotes, and other peers that have the blocks; NULL: the same, unless
	 * fetching is not allowed (needed.h) */
	const vv_strings *from;
	const vv_progress *progress; /* or NULL */
	/* After the run: */
	uint64_t versions, fetched;
} vv_fetch_data;

/* VV_EMISSING: some could not be fetched; the others have arrived. VV_ENOTFOUND: no such revision,
 * or no dataset at the paths. */
vv_status vv_fetch_data_run(vv_fetch_data *f, vv_error *err);
/* Fetches only the version with this root, instead of the versions above. */
vv_status vv_fetch_data_root(vv_fetch_data *f, const vv_cid *root, vv_error *err);
/* After a push has failed with VV_EMISSING and the error err, since versions were dropped, or came by git alone: fetches
 * them. notes: or NULL. VV_OK: push again. VV_EMISSING: nothing was fetched, and err is the error of the push. */
vv_status vv_fetch_data_for_push(vv_fetch_data *f, const vv_notes *notes, vv_error *err);

#endif
