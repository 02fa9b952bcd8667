/*
 * judge: decides whether a peer's heads are valid successors of the heads seen before.
 *
 * Every record that is newer than the trusted records is checked. Its signature and name must be
 * valid, and its number must be one above that of the previous record. Its signer must be the
 * owner, or a key that the owner has authorised. The newest of the owner's records that this
 * record saw decides whether the owner has: it must name the key, must not have revoked it, and the
 * key must not have expired. Each
 * signer's head must be the trusted head or descend from it. An older head is a rollback; any other
 * head is a fork. If the user named time-stamp authorities (outside_time.h), a head of a key that
 * has expired or is revoked is ignored unless the owner saw it, or a time stamp proves that it
 * existed before.
 *
 * A correct caller fetches the commits of the heads, calls vv_heads_judge, moves refs, and calls
 * vv_trust_write with the member `trust` of the result. It calls vv_judged_clear, also on failure.
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
#include "repo/git/history/head_record.h"
#include "repo/git/history/trust.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* One value = one ref refs/varve/heads/KEY or refs/heads/varve-heads/KEY of a peer, or of this
 * repository. */
typedef struct vv_shown_head {
	const char *name; /* name of the ref */
	vv_oid id;        /* its commit, a head */
} vv_shown_head;

/* A reason for refusing correctly signed heads. */
typedef enum vv_heads_fault {
	VV_HEADS_NO_FAULT,
	VV_HEADS_ROLLBACK, /* a head is older than the trusted head of its signer */
	/* a head is neither older nor newer than the trusted head of its signer */
	VV_HEADS_FORK
} vv_heads_fault;

/* One value = the result of judging the heads of one source. */
typedef struct vv_judged {
	/* set if the heads were refused (VV_EREFUSED) as a rollback or fork */
	vv_heads_fault fault;
	vv_trust trust; /* the new trusted heads of the owner */
	bool first;     /* the owner was not known before, and is now trusted */
	bool changed;   /* trust differs from the earlier trusted heads */
	/* number of heads that were ignored because the owner revoked their signer, or because they may
	 * have been signed after their key's permission ended */
	uint64_t passed;
	vv_head_commit newest; /* the newest head by time, without ignored ones */
	bool has_newest;       /* `newest` is set */
	/* the heads that are not ignored, and are not ancestors of the newest one */
	vv_oid tips[VV_HEAD_LIST_MAX];
	size_t tip_count;
} vv_judged;

/* Decides whether `heads` are valid successors of the trusted heads in t, and sets *out to the
 * result. t may be empty. `from` is the name of the source of the heads, for messages. `own` is the
 * key of this repository's signer, and may be NULL. If the source lacks this signer's newest head,
 * the function only warns, and the head remains trusted. VV_EREFUSED: a rollback, a fork, a head of
 * another repository, or a head whose signer is not authorised or had expired. VV_ECORRUPT: a
 * damaged or wrongly signed record. On failure, the trusted heads do not change. */
vv_status vv_heads_judge(vv_judged *out, vv_repository *r, const vv_trust *t, const char *from,
			 const vv_shown_head *heads, size_t count, const uint8_t *own,
			 const vv_notes *notes, vv_error *err);
/* Judges the heads to which refs of r point, as vv_heads_judge does, and sets *count to the number
 * of these heads. */
vv_status vv_heads_judge_here(vv_judged *out, size_t *count, vv_repository *r, const vv_trust *t,
			      const vv_notes *notes, vv_error *err);
void vv_judged_clear(vv_judged *j);
VV_AUTO_CLEAR(vv_judged, vv_judged_clear)
/* Sets *out to true if the list of refs of a head in j->tips has `ref` with the id *id or, if id is
 * NULL, with any id. */
vv_status vv_judged_names(const vv_judged *j, vv_repository *r, const char *ref, const vv_oid *id,
			  bool *out, vv_error *err);
/* Sets *out to the heads to which refs of r point, and *count to their number. The caller frees
 * *out with vv_heads_free. */
vv_status vv_heads_list(vv_shown_head **out, size_t *count, vv_repository *r, vv_error *err);
void vv_heads_free(vv_shown_head *heads, size_t count);

/* Appends to out a description of the head of the signer `key` with the given number and time:
 * "z6Mk... (bold otter nine), number 212, 6 hours ago". time and now: in seconds since 1970. If now is
 * 0, appends the time itself, in UTC, for texts that are read later. */
void vv_head_put_line(vv_buf *out, const uint8_t key[VV_KEY_PUBLIC], uint64_t number, int64_t time,
		      int64_t now);
/* Appends to out the description of the newest trusted head if *commit is reachable from one of the
 * head's refs. If no ref of the head points to the commit itself, also appends ", as an older
 * version". now: as for vv_head_put_line. */
vv_status vv_head_put_of_commit(vv_buf *out, vv_repository *r, const vv_oid *commit, int64_t now,
				vv_error *err);
/* Returns true if r trusts a head; then a commit for which vv_head_put_of_commit appends nothing is
 * not signed. */
bool vv_heads_trusted(vv_repository *r);
/* Sets *ref to the id of the ref of the newest trusted head that points to *commit, or else of its
 * first ref from which *commit is reachable; to null if there is none. If *ref is not null, *out is
 * that head. *out must be all zeros before the call; the caller clears it in any case. */
vv_status vv_head_of_commit(vv_head_commit *out, vv_oid *ref, vv_repository *r,
			    const vv_oid *commit, vv_error *err);

#endif
