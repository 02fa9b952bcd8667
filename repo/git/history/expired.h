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
 * A list is ignored if it does not have this form, such as a list of a newer varve. If the repository
 * trusts signed heads, only lists that are signed count, too (expired_signers.h).
 */
#ifndef VV_REPO_GIT_EXPIRED_H
#define VV_REPO_GIT_EXPIRED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "repo/blocks/cid.h"
#include "repo/git/oid.h"
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

/* A list that does not count, since the repository trusts signed heads (expired_signers.h). */
typedef struct vv_expired_left {
	vv_oid id; /* of its blob */
	const vv_expired_note *note;
	const char *why;   /* the reason, such as "it is not signed" */
	uint64_t versions; /* of which no list that counts has any */
} vv_expired_left;
typedef vv_status (*vv_expired_left_fn)(void *payload, const vv_expired_left *l, vv_error *err);
/* Calls fn for each list of e that does not count, unless lists that count have all of its versions. */
vv_status vv_expired_left_each(const vv_expired *e, vv_expired_left_fn fn, void *payload,
			       vv_error *err);
/* Appends to out a sentence about the list, such as "the list 1234abcd by Ada, of 3 expired versions, does not
 * count: it is not signed". */
void vv_expired_left_put(vv_buf *out, const vv_expired_left *l);
/* Returns the number of versions that lists of `other` have and those of e lack. */
uint64_t vv_expired_lacks(const vv_expired *e, const vv_expired *other);

/* Signs a list: appends its last lines (expired_signers.h), or nothing if lists need no signature. */
typedef struct vv_expired_signing {
	vv_status (*sign)(void *payload, vv_buf *list, vv_error *err);
	void *payload;
} vv_expired_signing;

/* Adds a list with the head *note that names the versions with these roots, in any order, except for
 * those that a list of r already names. If none is left, changes nothing. The list is durable, and
 * the ref names it, before the function returns. Control characters in note->by become spaces;
 * note->policy has none. how: signs the list; its failure is the result. VV_EUSAGE: name or email of the
 * committer is not configured. VV_ECONFLICT: other processes moved the ref again and again meanwhile. */
vv_status vv_expired_add(vv_repository *r, const vv_expired_note *note, const vv_cid *roots,
			 size_t count, const vv_expired_signing *how, vv_error *err);
/* Signs the lists of r that do not count because they are not signed: adds lists of their versions that r does
 * not store. Errors as for vv_expired_add. */
vv_status vv_expired_sign_all(vv_repository *r, const vv_expired_signing *how, vv_error *err);

/* Records that the lists of the commit *tip belong to the signed versions of r: its signer, an accepted
 * push or the remote of the signed heads has them. An ancestor of the recorded commit, or a commit that r
 * lacks, changes nothing. Lists made here alone are not served together with signed versions only
 * (vv_reachable_only_signed). */
vv_status vv_expired_set_signed(vv_repository *r, const vv_oid *tip, vv_error *err);
/* Returns true, and sets *tip, if vv_expired_set_signed was called for r, and r has the commit. */
bool vv_expired_get_signed(vv_oid *tip, vv_repository *r);

/* Changes *err, an error VV_EMISSING for the version with this root, if a list of r names the
 * version: the message then states when and by whose policy the version expired, and
 * the gap is VV_GAP_EXPIRED. If only lists that do not count name it, the message also states why. */
void vv_expired_explain(vv_repository *r, const vv_cid *root, vv_error *err);

#endif
