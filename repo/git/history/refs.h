/*
 * refs: reads and updates branches, tags, other refs, and HEAD.
 *
 * Refs are updated by compare-and-swap, under Git's lock files, and durably (file and folder are
 * synced). A line is added to the reflog if Git would add one.
 */
#ifndef VV_REPO_GIT_HISTORY_REFS_H
#define VV_REPO_GIT_HISTORY_REFS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/git/repository.h"

/* A ref and its value. */
typedef struct vv_ref {
	char *name;     /* "refs/heads/main" */
	vv_oid id;      /* the target; for an annotated tag, the tag object */
	vv_oid commit;  /* the peeled target; null if the target is not a commit */
	char *symbolic; /* name of the ref to which a symbolic ref points; NULL: not symbolic */
	bool annotated; /* id is a tag object */
} vv_ref;
void vv_ref_clear(vv_ref *ref);
VV_AUTO_CLEAR(vv_ref, vv_ref_clear)
typedef vv_status (*vv_ref_fn)(void *payload, const vv_ref *ref, vv_error *err);
/* Calls fn for each ref whose name begins with prefix ("" for all), sorted by name. A file whose
 * content is not a ref is passed over. VV_ENOTFOUND: the object of a ref is missing. */
vv_status vv_refs_each(vv_repository *r, const char *prefix, vv_ref_fn fn, void *payload,
		       vv_error *err);
/* Sets *out to the commit that the object id is or, as a tag, leads to; to the null id if it leads to none.
 * *annotated: is it a tag? VV_ENOTFOUND: there is no such object. */
vv_status vv_ref_peel(vv_repository *r, const vv_oid *id, vv_oid *out, bool *annotated,
		      vv_error *err);
/* Returns true if a ref with a name that begins with prefix exists. Returns false if the refs
 * cannot be read. */
bool vv_refs_any(vv_repository *r, const char *prefix);
/* Reads the ref called name into *out, which the caller clears with vv_ref_clear. VV_ENOTFOUND: no
 * such ref, or its object is missing. */
vv_status vv_ref_get(vv_repository *r, const char *name, vv_ref *out, vv_error *err);

/* Returns "main" for "refs/heads/main", "v1" for "refs/tags/v1", "origin/main" for
 * "refs/remotes/origin/main", and other names unchanged; borrowed from name. */
const char *vv_ref_short_name(const char *name);

/* Adds to t the commits of all refs whose names begin with prefix. */
vv_status vv_ref_tips_list(vv_oids *t, vv_repository *r, const char *prefix, vv_error *err);

/* Sets the ref called name to id if its current value is `old`. If `old` is NULL, the ref must not
 * exist yet, or, with force, may have any value. Writes staged objects first. message is written to
 * the reflog; NULL: no message. VV_ECONFLICT: the ref does not have the value `old`. VV_EEXISTS:
 * `old` is NULL and the ref exists; or the name conflicts with another ref's name ("a" and "a/b").
 * VV_ELOCKED: another process held the lock for some seconds. VV_EMISSING: the repository does not
 * have the object id. VV_EREFUSED: the ref is symbolic. VV_EUSAGE: the name is not a valid name of
 * a ref, or is HEAD; or the ref is a branch and id is not a commit. */
vv_status vv_ref_update(vv_repository *r, const char *name, const vv_oid *id, const vv_oid *old,
			bool force, const char *message, vv_error *err);
/* Deletes the ref called name and its reflog if the ref's value is `old`. If `old` is NULL, the ref
 * may have any value. VV_ENOTFOUND: no such ref, if `old` is NULL. VV_ECONFLICT: the ref does not
 * have the value `old`. Other errors are as for vv_ref_update. */
vv_status vv_ref_delete(vv_repository *r, const char *name, const vv_oid *old, vv_error *err);
/* Waits until the file of a ref that git itself wrote, and its folders, are on the disk. VV_ENOTFOUND: the
 * ref has no file of its own. */
vv_status vv_ref_sync(vv_repository *r, const char *name, vv_error *err);

/* A change of one ref. */
typedef struct vv_ref_change {
	const char *name;
	const vv_oid *id;  /* NULL: delete */
	const vv_oid *old; /* as in vv_ref_update; a null id: the ref must not exist */
	bool force;
} vv_ref_change;
/* Makes the count changes of refs at once: all refs are locked and compared before the first one is
 * changed. Only a crash or a failing disk can leave some refs changed and others unchanged. If the
 * change of a ref fails after the ref was moved or deleted, the message names the ref. The errors
 * are those of vv_ref_update and vv_ref_delete. VV_EUSAGE: also, two changes are for the same
 * ref. */
vv_status vv_refs_update(vv_repository *r, const vv_ref_change *changes, size_t count,
			 const char *message, vv_error *err);

/* Gives each entry of packed-refs behind a loose ref the value of that ref, so that it names no older
 * object. Removes no loose ref. VV_ELOCKED: as for vv_git_lock_take. */
vv_status vv_refs_refresh_packed(vv_repository *r, vv_error *err);

/* The state of HEAD. */
typedef struct vv_head {
	char *branch;          /* "refs/heads/main"; NULL: detached */
	vv_oid commit;         /* null on an unborn branch */
	bool unborn, detached; /* the branch has no commit yet; HEAD is not on a branch */
} vv_head;
/* Reads HEAD into *out, which the caller clears with vv_head_clear. After a failure, *out is
 * empty. */
vv_status vv_head_read(vv_repository *r, vv_head *out, vv_error *err);
void vv_head_clear(vv_head *h);
VV_AUTO_CLEAR(vv_head, vv_head_clear)
/* Returns true if HEAD is at the commit `commit` and, unless branch_or_null is NULL, on this
 * branch. An update of a ref can fail after the ref moved, because its folder could not be made
 * durable. A caller that must react to the move calls this function after a failure. */
bool vv_head_is(vv_repository *r, const char *branch_or_null, const vv_oid *commit);
/* Makes HEAD a symbolic ref to the branch ref_name ("refs/heads/..."), which need not exist.
 * message is written to the reflog if the branch exists. VV_EUSAGE: ref_name is not the name of a
 * branch. VV_ELOCKED: as for vv_ref_update. */
vv_status vv_head_set_branch(vv_repository *r, const char *ref_name, const char *message,
			     vv_error *err);
/* Detaches HEAD at a commit. message is written to the reflog. VV_EMISSING: the repository does not
 * have the commit. VV_EUSAGE: it is not a commit. VV_ELOCKED: as for vv_ref_update. */
vv_status vv_head_detach(vv_repository *r, const vv_oid *commit, const char *message,
			 vv_error *err);

/* Sets the upstream of branch_ref ("refs/heads/...") to merge_ref of a remote ("." for this
 * repository): writes branch.<name>.remote and branch.<name>.merge in one step. */
vv_status vv_branch_follow(vv_repository *r, const char *branch_ref, const char *remote,
			   const char *merge_ref, vv_error *err);
/* Sets *upstream to the name of the upstream ref of the branch branch_ref. The caller frees
 * *upstream with vv_free. Sets *ahead and *behind to the numbers of commits by which the branch is
 * ahead of the upstream and behind it. VV_ENOTFOUND: no upstream is set, or branch_ref is not a
 * branch. VV_EMISSING, with *upstream set: the upstream ref does not exist. */
vv_status vv_branch_upstream(vv_repository *r, const char *branch_ref, char **upstream,
			     uint64_t *ahead, uint64_t *behind, vv_error *err);
/* Finds the worktree, among all worktrees including r's, in which the branch branch_ref is checked
 * out or being rebased. Sets *out to the worktree's path, which the caller frees with vv_free, or
 * to NULL if no worktree is found. */
vv_status vv_branch_checked_out(vv_repository *r, const char *branch_ref, char **out,
				vv_error *err);

#endif
