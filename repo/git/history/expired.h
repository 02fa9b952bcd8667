/*
 * expired: reads and adds to the lists of versions that have expired.
 *
 * A version has expired if its rows were removed by a policy, but its commit was not. The lists are
 * blobs in the tree of the commit at VV_EXPIRED_REF, each named by its own id, so that the trees of
 * two repositories unite without conflicts (docs/formats/store.md, "Expired versions"). They only
 * explain why blocks are missing: nothing is removed because a list names it, and a version whose
 * blocks are stored is read as usual.
 *
 * 	varve expired 1
 * 	time <seconds since 1970>
 * 	by <name of the person>
 * 	policy <text of the policy>
 *
 * 	<CID of a root>               one line for each version, sorted
 *
 * A list is ignored if it does not have this form, such as a list of a newer varve.
 */
#ifndef VV_REPO_GIT_EXPIRED_H
#define VV_REPO_GIT_EXPIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/repository.h"

#define VV_EXPIRED_REF "refs/varve/expired"
/* The same on Git hosts whose blocks are in a branch, since their forks and mirrors copy only branches. */
#define VV_EXPIRED_BRANCH "refs/heads/varve-expired"

/* One value = the head of a list, which is about each of its versions. */
typedef struct vv_expired_note {
	int64_t time;       /* when they expired, in seconds since 1970 */
	const char *by;     /* who removed them */
	const char *policy; /* the policy, such as "last=30,daily=30" */
} vv_expired_note;

/* Sets *is to true, and *out, unless it is NULL, to the head of the list, if a list of r names the
 * version with this root; the texts of *out are borrowed until the next call for r. Otherwise, sets *is to
 * false. If several lists name the version, the first by time counts. Reads the lists once, and
 * again after the ref moved. Not thread-safe. VV_ECORRUPT, VV_EMISSING: the objects of the ref
 * cannot be read. */
vv_status vv_expired_find(bool *is, vv_expired_note *out, vv_repository *r, const vv_cid *root,
			  vv_error *err);

/* The lists of one commit. */
typedef struct vv_expired vv_expired;
/* Sets *out to the lists of r; borrowed until r is closed. Without the ref, *out is empty. Errors as for
 * vv_expired_find. */
vv_status vv_expired_read(const vv_expired **out, vv_repository *r, vv_error *err);
/* Sets *out to the lists of the commit *tip, such as one of a remote, or to none if the id is null. The
 * caller closes *out with vv_expired_close. Errors as for vv_expired_find. */
vv_status vv_expired_open(vv_expired **out, vv_repository *r, const vv_oid *tip, vv_error *err);
/* Returns true if a list of e names the version with this root. e may be NULL. */
bool vv_expired_has(const vv_expired *e, const vv_cid *root);
void vv_expired_close(vv_expired *e); /* accepts NULL */
VV_AUTO_FREE(vv_expired, vv_expired_close)

/* Adds a list with the head *note that names the versions with these roots, in any order, except for
 * those that a list of r already names. If none is left, changes nothing. The list is durable, and
 * the ref names it, before the function returns. Control characters in note->by become spaces;
 * note->policy has none. VV_EUSAGE: name or email of the committer is not configured. VV_ECONFLICT:
 * other processes moved the ref again and again meanwhile. */
vv_status vv_expired_add(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			 size_t count, vv_error *err);

/* Records that the lists of the commit *tip belong to the signed versions of r: its signer, an accepted
 * push or the remote of the signed heads has them. Lists made here alone are not served together with
 * signed versions only (vv_reachable_only_signed). */
vv_status vv_expired_set_signed(vv_repository *r, const vv_oid *tip, vv_error *err);
/* Returns true, and sets *tip, if vv_expired_set_signed was called for r, and r has the commit. */
bool vv_expired_get_signed(vv_oid *tip, vv_repository *r);

/* Changes *err, an error VV_EMISSING for the version with this root, if a list of r names the
 * version: the message then states when and by whose policy the version expired, and
 * the gap is VV_GAP_EXPIRED. */
void vv_expired_explain(vv_repository *r, const vv_cid *root, vv_error *err);

#endif
