/*
 * make: signs a new head of this repository.
 *
 * The first signer is the owner. The new record follows the signer's last one, has its mirrors, signers and revocations,
 * names the newest trusted heads of the others, and is trusted at once. The refs are chosen under the lock of the trusted
 * heads: of two concurrent records the later one never has the older refs.
 */
#ifndef VV_LIB_HEADS_MAKE_H
#define VV_LIB_HEADS_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/heads/head.h"
#include "lib/heads/shared_refs.h"
#include "repo/git/repository.h"

typedef struct vv_head_making {
	vv_refs_choice refs;
	/* In their place: these, as a push brought them elsewhere, and all others of the newest head. NULL: none. */
	const vv_push_ref *moved;
	size_t moved_count;
	bool only_new; /* nothing is signed if the last record has these refs, and half of its time is left */
	const vv_oid *
		join; /* another record of this key, which the last one does not follow; NULL: none */
	const char *name; /* of the first record; NULL: that of the folder */
	int64_t expires;  /* 0: as long after the signing as the last one's */
	bool final;
	const vv_strings *mirrors;   /* NULL or none: the last one's */
	const vv_head_keys *signers; /* added; number: until when */
	const vv_head_keys *revoked; /* added */
} vv_head_making;

/* VV_EREFUSED: the key may not sign here, or its last record is final. VV_ENOTFOUND: no key. VV_EUSAGE: no refs. */
vv_status vv_head_make(vv_oid *out, vv_repository *r, const vv_head_making *m, vv_error *err);
typedef enum vv_head_place {
	VV_HEADS_HERE,    /* a push or publish */
	VV_HEADS_SERVER,  /* a process of the server's own */
	VV_HEADS_FAR_SIDE /* the other end of a pipe, which runs as the client, with its key */
} vv_head_place;
/* Does a push or publish sign? Yes with varve.sign; if that is a setting of the user and not of the repository, only a data set
 * that this key has signed before. A server signs with a key of its own: varve.sign must be set in its repository, which is
 * bare and has no user's work; the far side of a push needs varve.signingKey, too. */
vv_status vv_head_signs(bool *out, vv_repository *r, vv_head_place place, vv_error *err);
/* Signs for a server after a push of these refs, if the setting is on and the last record has other refs. */
vv_status vv_head_make_set(vv_repository *r, const vv_push_ref *moved, size_t count,
			   vv_head_place place, vv_error *err);
/* The refs, and the heads, which name none that is newer. With varve.sign a head of them is made first. */
vv_status vv_heads_show(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *refs,
			vv_error *err);

#endif
