/*
 * nearest_kept: finds the version of a path that is nearest in time to a version whose rows are not
 * in this repository.
 */
#ifndef VV_LIB_NAMES_NEAREST_KEPT_H
#define VV_LIB_NAMES_NEAREST_KEPT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* A version of a path whose rows are stored in this repository. */
typedef struct vv_nearest_kept {
	bool found; /* false: the other members are zero */
	vv_oid commit;
	char *path;    /* its path there; owned */
	char *name;    /* "<short id of the commit>:<path>"; owned */
	char date[11]; /* the day of the commit, in the committer's time zone, as "2026-11-22" */
} vv_nearest_kept;
void vv_nearest_kept_clear(vv_nearest_kept *k);
VV_AUTO_CLEAR(vv_nearest_kept, vv_nearest_kept_clear)

/* Sets *out to the stored version of `path` that is nearest in time to *commit, of the commits of HEAD
 * and of the ancestors of *commit; older: only of these ancestors. Follows renames. The caller
 * clears *out, also after a failure. */
vv_status vv_nearest_kept_find(vv_nearest_kept *out, vv_repository *r, const vv_oid *commit,
			       const char *path, bool older, vv_error *err);

/* Sets *out to the reason why the version of `path` in *commit cannot be read (vv_gap_of). VV_GAP_NONE: its
 * rows are stored, or the commit has no stored table at the path. */
vv_status vv_gap_at(vv_gap *out, vv_repository *r, const vv_oid *commit, const char *path,
		    vv_error *err);

/* If err has no hint, and the version of `path` in the revision `rev` has expired or is lost
 * (err->gap), adds the hint that names the stored version of the path that is nearest in time, of
 * the commits of HEAD and of the ancestors of rev. Follows renames. */
void vv_nearest_kept_hint(vv_repository *r, const char *rev, const char *path, vv_error *err);

#endif
