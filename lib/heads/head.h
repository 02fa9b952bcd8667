/*
 * head: reads and writes signed records as Git commits.
 *
 * The tree of the commit has the record ("head") and the list of refs ("refs", lines "<id>
 * <name>"), and may have the list of contents ("content", see signed_files.h). The commit's message has the
 * default branch, in a line "default <name>", and the SHA-256 of the list of contents, in a line
 * "content sha256 <digest>". A line "stamp rfc3161 ..." may have an authority's time stamp (stamp.h). The
 * signature is in the header gpgsig, in the form of OpenSSH, for the purpose VV_HEAD_PURPOSE. It covers
 * all other bytes of the commit, including tree and parents, so a record cannot be reused with another
 * parent. The first parent is the commit of the signer's previous record; the other parents are the
 * commits of the records of other signers that the signer had received.
 */
#ifndef VV_LIB_HEADS_HEAD_H
#define VV_LIB_HEADS_HEAD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/signature/did.h"
#include "lib/heads/stamp.h"
#include "repo/git/history/head_record.h"
#include "repo/git/history/head_refs.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/* Maximum number of parents: the signer's previous record, and the records that it saw. */
#define VV_HEAD_PARENTS_MAX (VV_HEAD_LIST_MAX + 1)

/* One value = one commit that has a record. */
typedef struct vv_head_commit {
	vv_oid id;
	vv_oid parents[VV_HEAD_PARENTS_MAX]; /* the first parent_count are set */
	size_t parent_count;
	vv_head_record record;
	vv_buf refs;   /* text of the list of refs */
	bool sorted;   /* the list is sorted by name, without duplicates */
	vv_buf branch; /* the default branch, "refs/heads/main"; empty: the commit has none */
	/* the SHA-256 of the list of contents (signed_files.h), and its text, which vv_signed_files_read
	 * reads; has_content false: the commit has none */
	bool has_content;
	uint8_t content_sha256[VV_SHA256_LEN];
	vv_buf content;
	vv_stamp stamp; /* an authority's time; not checked (outside_time.h) */
} vv_head_commit;

/* Reads the commit *id and its record into *out, and checks form, digests and signature, but not
 * its parents. VV_ECORRUPT: the record is invalid for the reason in err. VV_ENOTFOUND: the commit
 * does not exist. VV_ENOSUPPORT: a head of a newer varve. Clear *out in any case. */
vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err);
void vv_head_commit_clear(vv_head_commit *c);
VV_AUTO_CLEAR(vv_head_commit, vv_head_commit_clear)
/* Returns the line of `name`, which has len bytes, in a list of lines "<id> <name>" that is sorted by
 * name, with ids of id_len characters; NULL if the list lacks the name. */
const char *vv_head_list_find(const vv_buf *list, size_t id_len, const char *name, size_t len);
/* Sets *out to the id of the ref `name` in the list of c. Returns false if the list lacks the
 * ref. */
bool vv_head_commit_ref(const vv_head_commit *c, const char *name, vv_oid *out);
/* Appends to out the name of the branch that clones of the head c check out: the default branch of
 * c. Heads of varve 1.0 have none: the branch is then main, else master, else the first branch in
 * the list. Appends nothing if the list has no branch. */
void vv_head_commit_put_branch(vv_buf *out, const vv_head_commit *c);

/* One value = one key for signing records. */
typedef struct vv_head_signer {
	/* key: the public key; seed: if has_seed is set, the seed of the private key */
	uint8_t key[VV_KEY_PUBLIC], seed[32];
	/* true: varve signs with `seed`; false: ssh-keygen signs with key_file, or with the agent's
	 * key if key_file is a .pub file */
	bool has_seed;
	char *key_file; /* path of the key's file; owned */
} vv_head_signer;
/* Sets *out to the key for signing in r: the setting varve.signingKey, else the variable VARVE_KEY,
 * else the key of this machine. VV_ENOTFOUND: none of these exists. VV_EREFUSED: other users can
 * read the key of this machine. VV_ENOSUPPORT: the key has a passphrase. VV_EINPUT: it is not a
 * key. Clear *out in any case. */
vv_status vv_head_signer_find(vv_head_signer *out, vv_repository *r, vv_error *err);
void vv_head_signer_clear(vv_head_signer *s);
/* Appends to out the armoured signature of the bytes for a purpose (base/signature/ssh_signature.h).
 * VV_EREFUSED: ssh-keygen cannot sign with the key's file. */
vv_status vv_head_signer_sign(vv_buf *out, const vv_head_signer *s, vv_repository *r,
			      const char *purpose, const vv_buf *bytes, vv_error *err);
VV_AUTO_CLEAR(vv_head_signer, vv_head_signer_clear)

/* Gets time stamps for the heads that are written. */
typedef struct vv_head_clock {
	/* Appends a token for the stamped text whose SHA-256 is given (stamp.h) to token. */
	vv_status (*ask)(void *payload, vv_buf *token, const uint8_t sha256[VV_SHA256_LEN],
			 vv_error *err);
	void *payload;
} vv_head_clock;
/* Writes a commit with the record, refs, branch, content and parents of c, which *signer signs, and sets c->id
 * to its id. First sets the record's key to the signer's key, and its digest to that of c->refs.
 * Does not set a ref. clock: stamps the head, before anything is written; NULL: the head has no stamp. */
vv_status vv_head_commit_write(vv_head_commit *c, vv_repository *r, const vv_head_signer *signer,
			       const vv_head_clock *clock, vv_error *err);

#endif
