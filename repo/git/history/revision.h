/*
 * revision: names of commits, and how commits relate.
 *
 * Syntax of a revision: gitrevisions(7), and days (day.h).
 */
#ifndef VV_REPO_GIT_HISTORY_REVISION_H
#define VV_REPO_GIT_HISTORY_REVISION_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "repo/git/repository.h"

/* A revision (HEAD, main~3, v1, 2026-11-17, an abbreviated id ...) as a commit id, tags
 * peeled. VV_ENOTFOUND with a hint (near names); VV_EUSAGE when ambiguous. */
vv_status vv_rev_commit(vv_repository *r, const char *rev, vv_oid *out, vv_error *err);

/* True for the null id (all zeros), which CI services and hooks pass as the previous commit of a
 * new branch. */
bool vv_rev_is_null(const char *text, size_t len);

/* The tip of the default branch, as vv_rev_fork_point finds it; *found false: it is not known. */
vv_status vv_rev_default_branch(vv_repository *r, vv_oid *out, bool *found, vv_error *err);

/* The fork point of a commit's history from the default branch: the commit itself if the branch
 * contains it. The default branch: HEAD of a bare repository; else the remote's HEAD (origin's
 * first), else a branch named by init.defaultBranch, main or master, of origin or local. *found is
 * false if the histories have no common commit. VV_ENOTFOUND: the default branch is unknown, or the
 * clone is too shallow. */
vv_status vv_rev_fork_point(vv_repository *r, const vv_oid *commit, vv_oid *out, bool *found,
			    vv_error *err);

/* "A..B", "A...B" or one revision. exclude is null for one revision; for "A...B" symmetric is true
 * and exclude is A's id. Empty sides mean HEAD. If A is an id of a missing object, new_branch is
 * true, symmetric is false, and exclude is the fork point of B; if B has no fork point, has_exclude
 * is false. */
typedef struct vv_range {
	vv_oid include, exclude;
	bool has_exclude, symmetric, new_branch;
} vv_range;
vv_status vv_rev_range(vv_repository *r, const char *text, vv_range *out, vv_error *err);

/* The best common ancestor. VV_ENOTFOUND: unrelated histories. */
vv_status vv_merge_base(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid *out,
			vv_error *err);
/* All best common ancestors, newest first (several after criss-cross merges;
 * *count 0 when unrelated). *out is the caller's (vv_free). */
vv_status vv_merge_bases(vv_repository *r, const vv_oid *a, const vv_oid *b, vv_oid **out,
			 size_t *count, vv_error *err);
vv_status vv_is_ancestor(vv_repository *r, const vv_oid *ancestor, const vv_oid *of, bool *out,
			 vv_error *err);
/* How many commits a has that b lacks, and the other way round. */
vv_status vv_ahead_behind(vv_repository *r, const vv_oid *a, const vv_oid *b, uint64_t *ahead,
			  uint64_t *behind, vv_error *err);

/* The shortest unambiguous hex form, at least 7 digits; owned by the caller. */
vv_status vv_rev_short(vv_repository *r, const vv_oid *oid, char **out, vv_error *err);

#endif
