/*
 * make: signs a new head of this repository: a record of its refs (head.h).
 *
 * The first signer is the owner. The new record follows the signer's last record, and repeats its
 * mirrors, signers and revocations. It lists the newest trusted heads of the other signers, and
 * becomes a trusted head at once. The refs are chosen under the lock of the trusted heads, so if
 * two records are made at the same time, the later record never has older refs.
 */
#ifndef VV_LIB_HEADS_MAKE_H
#define VV_LIB_HEADS_MAKE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "lib/heads/head.h"
#include "lib/heads/shared_refs.h"
#include "repo/git/history/head_record.h"
#include "repo/git/repository.h"

/* The options for a new head. */
typedef struct vv_head_making {
	vv_refs_choice refs; /* the refs to sign; not used if `moved` is set */
	/* the moved_count refs that a push moved: the record has these refs with their new ids, and
	 * all other refs as in the newest head. NULL: `refs` is used */
	const vv_push_ref *moved;
	size_t moved_count;
	/* sign nothing if there are no refs; or if the last record has the same refs, and does not
	 * expire or has at least half of its lifetime left */
	bool only_new;
	/* a head that was signed with this key on another machine, and that the last record does
	 * not follow; the new record follows both. NULL: the new record follows only the last
	 * record */
	const vv_oid *join;
	/* the branch that clones check out; NULL: as in the newest head, or HEAD's branch */
	const char *branch;
	const char *name; /* the name in the first record; NULL: the name of the folder */
	/* time when the new record expires, in seconds since 1970; 0: it is valid for as long as
	 * the last record was, or without limit */
	int64_t expires;
	bool final; /* no record of this key can follow the new one */
	/* the new mirrors; NULL or empty: the mirrors of the last record */
	const vv_strings *mirrors;
	/* signers to add; the member `number` of an item is the time when its key expires. NULL: no
	 * signer is added */
	const vv_head_keys *signers;
	/* keys to revoke; the member `number` of an item is the number of the key's last valid
	 * record. NULL: no key is revoked */
	const vv_head_keys *revoked;
	/* stamps the record; NULL: it has no time stamp */
	const vv_head_clock *clock;
} vv_head_making;

/* Signs a record of r with the options m, and sets *out to the id of its commit. If m->only_new
 * prevents signing, sets *out to the id of the last record's commit instead, or leaves *out
 * unchanged if there are no refs. VV_EREFUSED: the key is not a signer of this repository, its last
 * record is final, or only the owner may change signers. VV_ENOTFOUND: there is no key for signing,
 * or a word of m->refs names no ref. VV_EUSAGE: there are no refs to sign, or m->name is not valid
 * or not the repository's name. Fails as the clock does, too; then nothing has changed. */
vv_status vv_head_make(vv_oid *out, vv_repository *r, const vv_head_making *m, vv_error *err);
/* The process that may sign a head. */
typedef enum vv_head_place {
	VV_HEADS_HERE,   /* in the repository from which the user pushes or publishes */
	VV_HEADS_SERVER, /* on a server that runs under its own user */
	/* at the receiving end of a pipe, which runs as the client's user, with the user's key */
	VV_HEADS_FAR_SIDE
} vv_head_place;
/* Sets *out to true if a push or publish signs a head of r at this place. This requires that
 * varve.sign is true. VV_HEADS_HERE: if the user's settings set it, not the repository's, this key
 * must also have signed the repository before. VV_HEADS_SERVER: the server signs with its own key,
 * and only if its repository is bare and sets varve.sign itself. VV_HEADS_FAR_SIDE requires, in
 * addition, that the repository sets varve.signingKey itself. */
vv_status vv_head_signs(bool *out, vv_repository *r, vv_head_place place, vv_error *err);
/* Signs a head of r after a push moved the `count` refs in `moved`, if vv_head_signs returns true
 * for `place` and the last record does not have these refs. */
vv_status vv_head_make_set(vv_repository *r, const vv_push_ref *moved, size_t count,
			   vv_head_place place, vv_error *err);
/* Sets *out to the refs that `refs` selects in r, to the heads and to the lists of expired versions, for a publish. If
 * vv_head_signs returns true, signs a head of the refs first. No head in *out lists newer refs than
 * those in *out. */
vv_status vv_heads_show(vv_shared_refs *out, vv_repository *r, const vv_refs_choice *refs,
			vv_error *err);

#endif
