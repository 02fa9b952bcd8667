/*
 * fetch_data: the data of versions that are named, for a repository that has their commits alone.
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
	const char *rev;          /* a commit, or "A..B": what B has and A not, and A; NULL: HEAD */
	const char *const *paths; /* of files or folders, NULL-ended; NULL: all */
	/* In place of both: every version of all refs and HEAD, and those that are noted as elsewhere. */
	bool all;
	/* Or all that these commits and tags have, and `there` not. */
	const vv_oid *tips, *there;
	size_t tip_count, there_count;
	/* names of remotes, or URLs; none: the remotes, and who else keeps them; NULL: the same, unless nobody is to be
	 * asked (needed.h) */
	const vv_strings *from;
	const vv_progress *progress; /* or NULL */
	/* After the run: */
	uint64_t versions, fetched;
} vv_fetch_data;

/* VV_EMISSING: some could not be fetched; the others have arrived. VV_ENOTFOUND: no such revision,
 * or no dataset at the paths. */
vv_status vv_fetch_data_run(vv_fetch_data *f, vv_error *err);
/* The version with this root, in place of those that are named. */
vv_status vv_fetch_data_root(vv_fetch_data *f, const vv_cid *root, vv_error *err);
/* After a push has failed with VV_EMISSING and the error err, since versions were dropped, or came by git alone: fetches
 * them. notes: or NULL. VV_OK: push again. VV_EMISSING: nothing was fetched, and err is the error of the push. */
vv_status vv_fetch_data_for_push(vv_fetch_data *f, const vv_notes *notes, vv_error *err);

#endif
