/*
 * revision: resolves names of commits, and finds out how commits are related.
 *
 * The syntax of a revision is as in gitrevisions(7); dates such as 2026-11-17 are accepted, too
 * (day.h).
 */
#ifndef VV_REPO_GIT_HISTORY_REVISION_H
#define VV_REPO_GIT_HISTORY_REVISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* Sets *out to the commit of a revision (HEAD, main~3, v1, 2026-11-17, an abbreviated id ...); tags
 * are peeled. VV_ENOTFOUND: no such revision; the hint may have a similar name. VV_EUSAGE: the
 * revision is ambiguous, or does not lead to a commit; VV_ECORRUPT: an object that it needs is
 * damaged, or a ref names an object that does not exist. For a date, the errors are also those of
 * vv_day_commit. */
vv_status vv_rev_commit(vv_repository *r, const char *rev, vv_oid *out, vv_error *err);

/* Returns true if the len bytes of text are the null id, 40 or 64 zeros, which CI services and
 * hooks pass as the previous commit of a new branch. */
bool vv_rev_is_null(const char *text, size_t len);

/* Sets *out to the tip of the default branch, which is determined as in vv_rev_fork_point. Sets
 * *found to false if the default branch is not known. */
vv_status vv_rev_default_branch(vv_repository *r, vv_oid *out, bool *found, vv_error *err);

/* Sets *out to the commit at which the history of `commit` forked from the default branch; this is
 * `commit` itself if the default branch contains it. The default branch is the first of these that
 * exists: HEAD, in a bare repository; HEAD of a remote (origin before others); the branch of origin
 * called as init.defaultBranch says, or main, or master; the local branch with one of these names.
 * Sets *found to false if the histories have no common commit. VV_ENOTFOUND: the default branch is
 * not known, or the clone is too shallow. */
vv_status vv_rev_fork_point(vv_repository *r, const vv_oid *commit, vv_oid *out, bool *found,
			    vv_error *err);

/* A range of commits: "A..B", "A...B" or a single revision. An empty side means HEAD. include is
 * the id of B or of the single revision; exclude is the id of A, or null for a single revision.
 * symmetric is true for "A...B". If A is the null id (vv_rev_is_null), new_branch is true,
 * symmetric is false, and exclude is the fork point of B; if B has no fork point, has_exclude is
 * false. */
typedef struct vv_range {
	vv_oid include, exclude;
	bool has_exclude, symmetric, new_branch;
} vv_range;
/* Parses text as a range, and resolves its revisions. The errors are those of vv_rev_commit and
 * vv_rev_fork_point. VV_EUSAGE: also, the null id is not at the left of "..". */
vv_status vv_rev_range(vv_repository *r, const char *text, vv_range *out, vv_error *err);

/* Sets *out to the best common ancestor of a and b. VV_ENOTFOUND: the histories are unrelated. */
vv_status vv_merge_base(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid *out,
			vv_error *err);
/* Sets *out to an array of the *count best common ancestors of a and b, newest first. *count can be
 * greater than 1 after criss-cross merges, and is 0 if the histories are unrelated. The caller
 * frees *out with vv_free. */
vv_status vv_merge_bases(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid **out,
			 size_t *count, vv_error *err);
/* Sets *out to true if `ancestor` is an ancestor of the commit `of`, or the same commit. */
vv_status vv_is_ancestor(vv_repository *r, const vv_oid *ancestor, const vv_oid *of, bool *out,
			 vv_error *err);
/* Sets *ahead to the number of commits that are reachable from a and not from b, and *behind to the
 * number of commits that are reachable from b and not from a. */
vv_status vv_ahead_behind(vv_repository *r, const vv_oid *a, const vv_oid *b, uint64_t *ahead,
			  uint64_t *behind, vv_error *err);

/* Sets *out to the shortest unambiguous hex form of oid, with at least as many digits as
 * core.abbrev (default 7). The caller frees *out with vv_free. VV_EUSAGE: core.abbrev is not
 * valid. */
vv_status vv_rev_short(vv_repository *r, const vv_oid *oid, char **out, vv_error *err);

#endif
