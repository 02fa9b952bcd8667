/*
 * judge: decides whether a peer's heads are valid successors of those seen before.
 *
 * Every record down to the trusted ones is checked: its signature; its name; that its number is one above the previous
 * record's; that its signer is the owner, or named by the newest record of the owner that it saw, and not ended or
 * revoked. Each signer's head must be the trusted one or descend from it: an older one is a rollback, any other a fork.
 *
 * A correct caller: fetch the commits of the heads; vv_heads_judge; move refs; vv_trust_write with its result.
 */
#ifndef VV_LIB_HEADS_JUDGE_H
#define VV_LIB_HEADS_JUDGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/progress.h"
#include "lib/heads/head.h"
#include "lib/heads/trust.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* A ref refs/varve/heads/KEY, or refs/heads/varve-heads/KEY, that is shown. */
typedef struct vv_shown_head {
	const char *name;
	vv_oid id;
} vv_shown_head;

/* How heads that are signed rightly cannot be followed. */
typedef enum vv_heads_fault {
	VV_HEADS_NO_FAULT,
	VV_HEADS_ROLLBACK, /* older than the heads seen before */
	VV_HEADS_FORK
} vv_heads_fault;

typedef struct vv_judged {
	vv_heads_fault fault;  /* after VV_EREFUSED */
	vv_trust trust;        /* the new trusted heads */
	bool first;            /* the owner is pinned by this */
	bool changed;          /* something newer came */
	uint64_t passed;       /* heads that count for nothing: revoked, ended */
	vv_head_commit newest; /* by time, of those that count */
	bool has_newest;
	vv_oid tips[VV_HEAD_LIST_MAX]; /* the heads that count */
	size_t tip_count;
} vv_judged;

/* from: their source, for messages. t: the trusted heads, or empty. own: this repository's signer (NULL: none); if the source
 * lacks its newest head, that is only a warning, and that head stays trusted. VV_EREFUSED: a rollback, a fork, another's or an
 * ended key; VV_ECORRUPT: a damaged or wrongly signed record. Nothing has changed then. */
vv_status vv_heads_judge(vv_judged *out, vv_repository *r, const vv_trust *t, const char *from,
			 const vv_shown_head *heads, size_t count, const uint8_t *own,
			 const vv_notes *notes, vv_error *err);
/* The same of the heads that refs of the repository name: how many there are. */
vv_status vv_heads_judge_here(vv_judged *out, size_t *count, vv_repository *r, const vv_trust *t,
			      const vv_notes *notes, vv_error *err);
void vv_judged_clear(vv_judged *j);
VV_AUTO_CLEAR(vv_judged, vv_judged_clear)
/* Does a head that counts, and that the newest one did not see, name this ref at this id? */
vv_status vv_judged_names(const vv_judged *j, vv_repository *r, const char *ref, const vv_oid *id,
			  bool *out, vv_error *err);
/* The heads that refs of the repository itself name: names are owned by the caller (vv_free), as is the array. */
vv_status vv_heads_list(vv_shown_head **out, size_t *count, vv_repository *r, vv_error *err);
void vv_heads_free(vv_shown_head *heads, size_t count);

/* Appends "z6Mk... (bold otter nine), number 212, 6 hours ago". */
void vv_head_put_line(vv_buf *out, const uint8_t key[VV_KEY_PUBLIC], uint64_t number, int64_t time,
		      int64_t now);
/* The same of the newest head that is trusted here, if a ref of it reaches the commit; of one that none names, that it is an older
 * version. */
vv_status vv_head_put_of_commit(vv_buf *out, vv_repository *r, const vv_oid *commit, vv_error *err);
/* The newest trusted head, if it names a ref that the commit is an ancestor of; else *is false. Clear it in any case. */
vv_status vv_head_of_commit(vv_head_commit *out, bool *is, vv_repository *r, const vv_oid *commit,
			    vv_error *err);
/* A ref of the head that names the commit, else the first that it is an ancestor of; *is false: none. */
vv_status vv_head_reaching(vv_oid *out, bool *is, const vv_head_commit *head, vv_repository *r,
			   const vv_oid *commit, vv_error *err);

/*
 * git_signed: signatures of commits and tags by Git (gpg, ssh, x509): git's verdict.
 *
 * Git has the keys and its user's trust (gpg.ssh.allowedSignersFile, the keyring): varve makes no verdict of its
 * own.
 */

/* Appends the output of `git verify-commit` (verify-tag) for a commit or tag; nothing if it is not signed. *good: git accepts
 * the signature. */
vv_status vv_git_signed_ask(vv_buf *said, bool *good, vv_repository *r, const vv_oid *id, bool tag,
			    vv_error *err);

/* The newest annotated tag here. VV_ENOTFOUND: it does not exist. */
vv_status vv_git_signed_tag(vv_buf *name, vv_oid *id, vv_repository *r, vv_error *err);

#endif
