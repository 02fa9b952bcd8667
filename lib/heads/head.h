/*
 * head: reads and writes signed records as Git commits.
 *
 * The commit's tree has the record ("head") and the list of refs ("refs", lines "<id> <name>"). The signature is in
 * the header gpgsig, in the form of OpenSSH, for the purpose VV_HEAD_PURPOSE. It covers all other bytes of the commit,
 * including tree and parents, so a record cannot be reused with another parent. The first parent is the signer's
 * previous record; the others are the records that it saw.
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
#include "repo/git/history/hidden_refs.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"

/*
 * head_record: the statement of a data set's signer: the refs of its newest version, and the other signers
 * (docs/formats/heads.md).
 *
 * 	varve head 1
 * 	name <name>                   the data set; a record of one never moves another
 * 	key <z6Mk...>                 the signer
 * 	number <n>                    of this signer's records, from 1
 * 	time <seconds>
 * 	expires <seconds> | final     when the signer promises a newer one; or that this is the last; or neither
 * 	refs <sha256>                 of the list of refs beside the record
 * 	mirror <URL>                  each
 * 	signer <z6Mk...> <seconds>    of the owner: may sign until then; each
 * 	revoked <z6Mk...> <n>         of the owner: its records after that number count for nothing; each
 * 	saw <z6Mk...> <n> <commit>    the newest record of another signer, which is a parent; each
 *
 * A record is read only in the one form in which it is written.
 */

#define VV_HEAD_NAME_MAX 200u
#define VV_HEAD_LIST_MAX 64u /* maximum length of each list: mirrors, signers ... */
#define VV_HEAD_URL_MAX 1000u
#define VV_HEAD_RECORD_MAX ((size_t)128 << 10)

typedef struct vv_head_key {
	uint8_t key[VV_KEY_PUBLIC];
	/* the key's record number; in signers: the time until which it may sign, in seconds */
	uint64_t number;
	vv_oid commit; /* in saw: the commit of the record */
} vv_head_key;
typedef struct vv_head_keys {
	vv_head_key items[VV_HEAD_LIST_MAX];
	size_t count;
} vv_head_keys;

typedef struct vv_head_record {
	char name[VV_HEAD_NAME_MAX + 1];
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time, expires; /* expires 0: no time is set */
	bool final;
	uint8_t refs[VV_SHA256_LEN];
	char *mirrors[VV_HEAD_LIST_MAX]; /* owned */
	size_t mirror_count;
	vv_head_keys signers, revoked, saw;
} vv_head_record;

void vv_head_record_put(vv_buf *out, const vv_head_record *r);
/* Parses a record. VV_ECORRUPT: it is not a record, or not in the canonical form. Clear *out in
 * any case. */
vv_status vv_head_record_read(vv_head_record *out, const char *text, size_t len, vv_error *err);
void vv_head_record_clear(vv_head_record *r);
VV_AUTO_CLEAR(vv_head_record, vv_head_record_clear)
/* Is a newer than b? Compares times; if these are equal, the numbers of one signer, or the keys
 * of two signers, so that all repositories get the same order. */
bool vv_head_record_is_newer(const vv_head_record *a, const vv_head_record *b);
/* Adds a key to the list. A key that is already in the list gets the number and commit.
 * VV_EUSAGE: too many keys. */
vv_status vv_head_keys_set(vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC], uint64_t number,
			   const vv_oid *commit, vv_error *err);
/* Finds a key in the list. NULL: not found. Borrowed. */
const vv_head_key *vv_head_keys_find(const vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC]);
vv_status vv_head_record_add_mirror(vv_head_record *r, const char *url, vv_error *err);
/* Is the name valid in a record? */
bool vv_head_name_fits(const char *name);

/* Writes the key without "did:key:", as in records and refs. */
void vv_head_key_text(char out[VV_DID_TEXT], const uint8_t key[VV_KEY_PUBLIC]);
bool vv_head_key_read(uint8_t key[VV_KEY_PUBLIC], const char *text);

#define VV_HEAD_PURPOSE "varve-head"
#define VV_HEAD_REFS_MAX ((size_t)64 << 20)
#define VV_HEAD_PARENTS_MAX (VV_HEAD_LIST_MAX + 1)

typedef struct vv_head_commit {
	vv_oid id;
	vv_oid parents[VV_HEAD_PARENTS_MAX];
	size_t parent_count;
	vv_head_record record;
	vv_buf refs; /* the text of the list of refs */
} vv_head_commit;

/* Reads a record and checks it alone: form, digests, signature. VV_ECORRUPT: err names the fault; VV_ENOTFOUND. */
vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err);
void vv_head_commit_clear(vv_head_commit *c);
VV_AUTO_CLEAR(vv_head_commit, vv_head_commit_clear)
/* Reads the ref at *at in a list of refs, and moves *at behind its line. False: end of the list,
 * or an invalid line. */
typedef struct vv_head_ref {
	vv_oid id;
	const char *name; /* borrowed, not ended by a NUL */
	size_t len;
} vv_head_ref;
bool vv_head_refs_next(vv_head_ref *out, const char **at);
/* Finds a ref in c's list of refs, and sets *out to its id. False: not found. */
bool vv_head_commit_ref(const vv_head_commit *c, const char *name, vv_oid *out);

/* Signs records. has_seed false: ssh-keygen signs with key_file (with an agent's key if it is a
 * .pub). */
typedef struct vv_head_signer {
	uint8_t key[VV_KEY_PUBLIC], seed[32];
	bool has_seed;
	char *key_file; /* owned */
} vv_head_signer;
/* Finds the signer: the setting varve.signingKey, else the variable VARVE_KEY, else this
 * machine's key. VV_ENOTFOUND: no such key. */
vv_status vv_head_signer_find(vv_head_signer *out, vv_repository *r, vv_error *err);
void vv_head_signer_clear(vv_head_signer *s);
VV_AUTO_CLEAR(vv_head_signer, vv_head_signer_clear)

/* Signs and writes the commit, and sets record->refs, the digest of refs. No ref names the
 * commit yet. */
vv_status vv_head_commit_write(vv_oid *out, vv_repository *r, vv_head_record *record,
			       const vv_buf *refs, const vv_oid *parents, size_t parent_count,
			       const vv_head_signer *signer, vv_error *err);

#endif
