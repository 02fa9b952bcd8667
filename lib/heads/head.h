/*
 * head: reads and writes signed records as Git commits.
 *
 * The tree of the commit has the record ("head") and the list of refs ("refs", lines "<id>
 * <name>"). The signature is in the header gpgsig, in the form of OpenSSH, for the purpose
 * VV_HEAD_PURPOSE. It covers all other bytes of the commit, including tree and parents, so a record
 * cannot be reused with another parent. The first parent is the previous record of the signer; the
 * other parents are the records of other signers that the signer had seen.
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
 * head_record: a statement by a signer of a data set about the refs of its newest version and about
 * the other signers (docs/formats/heads.md).
 *
 * 	varve head 1
 * 	name <name>                   the data set; a record never changes another data set
 * 	key <z6Mk...>                 the signer
 * 	number <n>                    number of the record among those of this signer, from 1
 * 	time <seconds>
 * 	expires <seconds> | final     the signer promises a newer record by this time; final: this
 * 	                              is the signer's last record; the line may be missing
 * 	refs <sha256>                 digest of the list of refs beside the record
 * 	mirror <URL>                  one line for each mirror
 * 	signer <z6Mk...> <seconds>    by the owner: a key that may sign until this time; one line
 * 	                              for each key
 * 	revoked <z6Mk...> <n>         by the owner: the key's records after number n do not count;
 * 	                              one line for each key
 * 	saw <z6Mk...> <n> <commit>    the newest record of another signer, which is a parent; one
 * 	                              line for each signer
 *
 * A record is valid only in the exact form in which varve writes it.
 */

#define VV_HEAD_NAME_MAX 200u
#define VV_HEAD_LIST_MAX 64u /* maximum length of each list, such as mirrors or signers */
#define VV_HEAD_URL_MAX 1000u
#define VV_HEAD_RECORD_MAX ((size_t)128 << 10)

typedef struct vv_head_key {
	uint8_t key[VV_KEY_PUBLIC];
	/* number of the key's record; in signers: the time until which the key may sign, in seconds
	 * since 1970 */
	uint64_t number;
	vv_oid commit; /* in saw: the commit that has the record */
} vv_head_key;
typedef struct vv_head_keys {
	vv_head_key items[VV_HEAD_LIST_MAX];
	size_t count;
} vv_head_keys;

typedef struct vv_head_record {
	char name[VV_HEAD_NAME_MAX + 1];
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time, expires; /* expires 0: not set */
	bool final;
	uint8_t refs[VV_SHA256_LEN];
	char *mirrors[VV_HEAD_LIST_MAX]; /* owned */
	size_t mirror_count;
	vv_head_keys signers, revoked, saw;
} vv_head_record;

/* Appends the record in its text form. */
void vv_head_record_put(vv_buf *out, const vv_head_record *r);
/* Parses a record. VV_ECORRUPT: not a record, or not in the exact form; VV_ENOSUPPORT: a record of
 * a newer varve. Clear *out in any case. */
vv_status vv_head_record_read(vv_head_record *out, const char *text, size_t len, vv_error *err);
void vv_head_record_clear(vv_head_record *r);
VV_AUTO_CLEAR(vv_head_record, vv_head_record_clear)
/* Returns true if a is newer than b. Compares the times first. If the times are equal, compares the
 * numbers of two records of one signer, or the keys of two signers, so that all repositories get
 * the same order. */
bool vv_head_record_is_newer(const vv_head_record *a, const vv_head_record *b);
/* Adds a key to the list. If the list already has the key, only sets its number and commit.
 * VV_EUSAGE: too many keys. */
vv_status vv_head_keys_set(vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC], uint64_t number,
			   const vv_oid *commit, vv_error *err);
/* Finds a key in the list, borrowed. NULL: the list does not have the key. */
const vv_head_key *vv_head_keys_find(const vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC]);
/* Adds a mirror to the record. VV_EUSAGE: the URL is not valid, or the record has VV_HEAD_LIST_MAX
 * mirrors already. */
vv_status vv_head_record_add_mirror(vv_head_record *r, const char *url, vv_error *err);
/* Returns true if the name is valid in a record. */
bool vv_head_name_fits(const char *name);

/* Writes the key without "did:key:", as it is in records and refs. */
void vv_head_key_text(char out[VV_DID_TEXT], const uint8_t key[VV_KEY_PUBLIC]);
/* Parses a key in this form. Returns false if text is not a key. */
bool vv_head_key_read(uint8_t key[VV_KEY_PUBLIC], const char *text);

#define VV_HEAD_PURPOSE "varve-head"
#define VV_HEAD_REFS_MAX ((size_t)64 << 20)
#define VV_HEAD_PARENTS_MAX (VV_HEAD_LIST_MAX + 1)

typedef struct vv_head_commit {
	vv_oid id;
	vv_oid parents[VV_HEAD_PARENTS_MAX];
	size_t parent_count;
	vv_head_record record;
	vv_buf refs; /* text of the list of refs */
} vv_head_commit;

/* Reads the record in a commit, and checks form, digests and signature, but not its parents.
 * VV_ECORRUPT: the record is invalid; err has the fault; VV_ENOTFOUND: no such commit. */
vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err);
void vv_head_commit_clear(vv_head_commit *c);
VV_AUTO_CLEAR(vv_head_commit, vv_head_commit_clear)
typedef struct vv_head_ref {
	vv_oid id;
	const char *name; /* borrowed; does not end with a NUL */
	size_t len;
} vv_head_ref;
/* Reads the ref at *at in a list of refs, and moves *at past its line. Returns false at the end
 * of the list, or if the line is invalid. */
bool vv_head_refs_next(vv_head_ref *out, const char **at);
/* Finds a ref in the list of c, and sets *out to its id. Returns false if the list lacks the
 * ref. */
bool vv_head_commit_ref(const vv_head_commit *c, const char *name, vv_oid *out);

/* A key for signing records. has_seed false: ssh-keygen signs with key_file, or with the agent's
 * key if key_file is a .pub file. */
typedef struct vv_head_signer {
	uint8_t key[VV_KEY_PUBLIC], seed[32];
	bool has_seed;
	char *key_file; /* owned */
} vv_head_signer;
/* Finds the key for signing: the setting varve.signingKey, else the variable VARVE_KEY, else the
 * key of this machine. VV_ENOTFOUND: no key. */
vv_status vv_head_signer_find(vv_head_signer *out, vv_repository *r, vv_error *err);
void vv_head_signer_clear(vv_head_signer *s);
VV_AUTO_CLEAR(vv_head_signer, vv_head_signer_clear)

/* Sets record->refs to the digest of refs, signs the record, and writes its commit. No ref names
 * the commit yet. */
vv_status vv_head_commit_write(vv_oid *out, vv_repository *r, vv_head_record *record,
			       const vv_buf *refs, const vv_oid *parents, size_t parent_count,
			       const vv_head_signer *signer, vv_error *err);

#endif
