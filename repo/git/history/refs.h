/*
 * refs: branches, tags, HEAD.
 *
 * Refs move by compare-and-swap under Git's own lock files, durably (file and
 * folder synced), with a line in the reflog if Git would write one.
 */
#ifndef VV_REPO_GIT_HISTORY_REFS_H
#define VV_REPO_GIT_HISTORY_REFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

typedef struct vv_ref {
	char *name;     /* "refs/heads/main" */
	vv_oid id;      /* its target; a tag object's own id for annotated tags */
	vv_oid commit;  /* peeled; null when it is not a commit */
	char *symbolic; /* target name of a symbolic ref, or NULL */
	bool annotated; /* id is a tag object's */
} vv_ref;
void vv_ref_clear(vv_ref *ref);
VV_AUTO_CLEAR(vv_ref, vv_ref_clear)
typedef vv_status (*vv_ref_fn)(void *payload, const vv_ref *ref, vv_error *err);
/* All refs whose names begin with prefix ("" for all), sorted by name. */
vv_status vv_refs_each(vv_repository *r, const char *prefix, vv_ref_fn fn, void *payload,
		       vv_error *err);
/* Is there one? False if it is not known. */
bool vv_refs_any(vv_repository *r, const char *prefix);
vv_status vv_ref_get(vv_repository *r, const char *name, vv_ref *out, vv_error *err);

/* "main" of "refs/heads/main", "v1" of "refs/tags/v1"; other names whole. */
const char *vv_ref_short_name(const char *name);

/* Commits that refs point to. */
typedef struct vv_ref_tips {
	vv_oid *items;
	size_t count, cap;
} vv_ref_tips;
void vv_ref_tips_clear(vv_ref_tips *t);
VV_AUTO_CLEAR(vv_ref_tips, vv_ref_tips_clear)
/* A null one is none. */
vv_status vv_ref_tips_add(vv_ref_tips *t, const vv_oid *commit, vv_error *err);
/* Adds those of all refs whose names begin with prefix. */
vv_status vv_ref_tips_list(vv_ref_tips *t, vv_repository *r, const char *prefix, vv_error *err);

/* old NULL: must not exist yet (force false) or may have any value (force true); message is written
 * to the reflog. VV_ECONFLICT: it moved meanwhile; waits some seconds for the lock, then
 * VV_ELOCKED. VV_EEXISTS when another ref's name is in the way ("a" against "a/b"). */
vv_status vv_ref_update(vv_repository *r, const char *name, const vv_oid *id, const vv_oid *old,
			bool force, const char *message, vv_error *err);
/* old NULL: any value. VV_ENOTFOUND, VV_ECONFLICT. Deletes the reflog, too. */
vv_status vv_ref_delete(vv_repository *r, const char *name, const vv_oid *old, vv_error *err);

/* Several at once: all are locked and compared before any moves. Only a crash or
 * a failing disk in the middle of the renames can leave some moved. A failure after
 * a move says "... is at ... now, but then: ..." in its message. */
typedef struct vv_ref_change {
	const char *name;
	const vv_oid *id;  /* NULL: delete */
	const vv_oid *old; /* as above; a null id: must not exist */
	bool force;
} vv_ref_change;
vv_status vv_refs_update(vv_repository *r, const vv_ref_change *changes, size_t count,
			 const char *message, vv_error *err);

/* HEAD: the branch it names ("refs/heads/main"; NULL when detached), and its
 * commit (null oid on an unborn branch). */
typedef struct vv_head {
	char *branch;
	vv_oid commit;
	bool unborn, detached;
} vv_head;
vv_status vv_head_read(vv_repository *r, vv_head *out, vv_error *err);
void vv_head_clear(vv_head *h);
VV_AUTO_CLEAR(vv_head, vv_head_clear)
/* Is HEAD at this commit (and on this branch; NULL: any, or detached)? Moving a ref can also fail
 * after the move, when its folder cannot be made durable: a caller that must follow a move checks
 * this after a failure. */
bool vv_head_is(vv_repository *r, const char *branch_or_null, const vv_oid *commit);
vv_status vv_head_set_branch(vv_repository *r, const char *ref_name, const char *message,
			     vv_error *err);
vv_status vv_head_detach(vv_repository *r, const vv_oid *commit, const char *message,
			 vv_error *err);

/* Has branch_ref (refs/heads/...) follow merge_ref of a remote, "." for this repository:
 * branch.<name>.remote and branch.<name>.merge. */
vv_status vv_branch_follow(vv_repository *r, const char *branch_ref, const char *remote,
			   const char *merge_ref, vv_error *err);
/* Upstream of a branch and how far apart. VV_ENOTFOUND when none is set; VV_EMISSING,
 * with *upstream set, when it is set and gone. */
vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err);
/* Which worktree (its path, owned) has the branch checked out or is rebasing it,
 * this one included; *out NULL when none. */
vv_status vv_branch_checked_out(vv_repository *r, const char *branch_ref, char **out,
				vv_error *err);

#endif
