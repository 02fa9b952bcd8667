/*
 * head: a signed record as a Git commit, and what it follows.
 *
 * The commit's tree has the record ("head") and the list of refs ("refs", lines "<id> <name>"). The signature is over
 * the commit's bytes without itself, so over tree and parents too: a record cannot be shown again below another parent.
 * It is in the header gpgsig, in the form of OpenSSH, for the purpose VV_HEAD_PURPOSE. The first parent is the signer's
 * record before; the others are those that it saw.
 */
#ifndef VV_LIB_HEADS_HEAD_H
#define VV_LIB_HEADS_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/heads/head_record.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/repository.h"

#define VV_HEAD_PURPOSE "varve-head"
#define VV_HEAD_REFS_MAX ((size_t)64 << 20)
#define VV_HEAD_PARENTS_MAX (VV_HEAD_LIST_MAX + 1)

typedef struct vv_head_commit {
	vv_oid id;
	vv_oid parents[VV_HEAD_PARENTS_MAX];
	size_t parent_count;
	vv_head_record record;
	vv_buf refs; /* the list */
} vv_head_commit;

/* Reads and checks what it says of itself: form, digests, signature. VV_ECORRUPT says what is wrong; VV_ENOTFOUND. */
vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err);
void vv_head_commit_clear(vv_head_commit *c);
VV_AUTO_CLEAR(vv_head_commit, vv_head_commit_clear)
/* The ref at the beginning of a list, and *at behind it. False: the list ends there, or a line follows that is none. */
typedef struct vv_head_ref {
	vv_oid id;
	const char *name; /* borrowed, not ended by a NUL */
	size_t len;
} vv_head_ref;
bool vv_head_refs_next(vv_head_ref *out, const char **at);
/* What the list has for a ref. False: it is not there. */
bool vv_head_commit_ref(const vv_head_commit *c, const char *name, vv_oid *out);

/* Signs; seed NULL: key_file is asked of ssh-keygen (an agent's key by its .pub). */
typedef struct vv_head_signer {
	uint8_t key[VV_KEY_PUBLIC], seed[32];
	bool has_seed;
	char *key_file; /* owned */
} vv_head_signer;
/* The setting varve.signingKey, else the variable VARVE_KEY, else this machine's key. VV_ENOTFOUND: there is none. */
vv_status vv_head_signer_find(vv_head_signer *out, vv_repository *r, vv_error *err);
void vv_head_signer_clear(vv_head_signer *s);
VV_AUTO_CLEAR(vv_head_signer, vv_head_signer_clear)

/* Writes the commit; its digest of the refs is set. No ref names it yet. */
vv_status vv_head_commit_write(vv_oid *out, vv_repository *r, vv_head_record *record,
			       const vv_buf *refs, const vv_oid *parents, size_t parent_count,
			       const vv_head_signer *signer, vv_error *err);

#endif
