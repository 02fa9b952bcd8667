/*
 * make: one more head of this repository, signed here.
 *
 * Whoever signs first is the owner. The new record follows the signer's last one, has its mirrors, signers and revocations,
 * names the newest heads of the others that are trusted here, and is trusted at once. The refs are chosen under the lock of
 * what is trusted: of two that sign at once, the later record never has the older refs.
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

/* VV_EREFUSED: the key may not sign here, or its last record is final. VV_ENOTFOUND: there is no key. VV_EUSAGE: there are no
 * refs. */
vv_status vv_head_make(vv_oid *out, vv_repository *r, const vv_head_making *m, vv_error *err);
typedef enum vv_head_place {
	VV_HEADS_HERE,    /* a push or publish */
	VV_HEADS_SERVER,  /* a process of the server's own */
	VV_HEADS_FAR_SIDE /* the other end of a pipe, which runs as the client, with its key */
} vv_head_place;
/* Does a push or publish sign? With varve.sign; where that is a setting of the user and not of the repository, one that this key
 * has signed before. A server signs with a key of its own: varve.sign is set in its repository, which is bare, so nobody's work;
 * a far side's has varve.signingKey, too. */
vv_status vv_head_signs(bool *out, vv_repository *r, vv_head_place place, vv_error *err);
/* Of a server after a push of these refs, if the setting says so and if the last record has other refs then. */
vv_status vv_head_make_set(vv_repository *r, const vv_push_ref *moved, size_t count,
			   vv_head_place place, vv_error *err);
/* The refs, and the heads, which name none that is newer. With varve.sign a head of them is made first. */
vv_status vv_heads_show(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *refs,
			vv_error *err);

#endif
