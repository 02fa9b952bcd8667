/*
 * head: reads and writes signed records as Git commits.
 *
 * The tree of the commit has the record ("head") and the list of refs ("refs", lines "<id>
 * <name>"), and may have the list of contents ("content", see signed_files.h). The commit's message has the
 * default branch, in a line "default <name>", and the SHA-256 of the list of contents, in a line
 * "content sha256 <digest>". The signature is in the header gpgsig, in the form of OpenSSH, for the purpose
 * VV_HEAD_PURPOSE. It covers all other bytes of the commit, including tree and parents, so a record
 * cannot be reused with another parent. The first parent is the commit of the signer's previous
 * record; the other parents are the commits of the records of other signers that the signer had
 * received.
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
 * head_record: converts records to text and back. A record is a signed statement about the refs of
 * a repository and about its other signers (docs/formats/heads.md). A repository keeps its name and
 * owner in all its clones. A head is the commit of a signer's newest record. The owner of a
 * repository is the signer who may name other signers.
 *
 * 	varve head 1
 * 	name <name>                   the repository; a record never changes another repository
 * 	key <z6Mk...>                 the signer
 * 	number <n>                    number of the record among those of this signer, from 1
 * 	time <seconds>
 * 	expires <seconds>             the signer promises a newer record by this time. In place of
 * 	                              this line, a line "final" may state that this is the
 * 	                              signer's last record. Both lines may be missing
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

#define VV_HEAD_NAME_MAX 200u                  /* maximum length of a name, in bytes */
#define VV_HEAD_LIST_MAX 64u                   /* maximum length of each list, such as signers */
#define VV_HEAD_URL_MAX 1000u                  /* maximum length of a mirror's URL, in bytes */
#define VV_HEAD_RECORD_MAX ((size_t)128 << 10) /* maximum size of a record, in bytes */

/* One value = one line "signer", "revoked" or "saw" of a record. */
typedef struct vv_head_key {
	uint8_t key[VV_KEY_PUBLIC];
	/* number of the key's record; in a line "signer": the time until which the key may sign, in
	 * seconds since 1970 */
	uint64_t number;
	vv_oid commit; /* in a line "saw": the commit that has the record */
} vv_head_key;
/* One value = all lines of one kind in a record. */
typedef struct vv_head_keys {
	vv_head_key items[VV_HEAD_LIST_MAX];
	size_t count;
} vv_head_keys;

/* One value = one record; each member has the content of the line with its name (see above). */
typedef struct vv_head_record {
	char name[VV_HEAD_NAME_MAX + 1];
	uint8_t key[VV_KEY_PUBLIC];
	uint64_t number;
	int64_t time, expires; /* in seconds since 1970; expires 0: the line is missing */
	bool final;            /* the record has the line "final" */
	uint8_t refs[VV_SHA256_LEN];
	char *mirrors[VV_HEAD_LIST_MAX]; /* owned */
	size_t mirror_count;
	vv_head_keys signers, revoked, saw;
} vv_head_record;

/* Appends the record *r in its text form to out. */
void vv_head_record_put(vv_buf *out, const vv_head_record *r);
/* Parses the len bytes of `text` as a record into *out. VV_ECORRUPT: not a record, or not in the
 * exact form; VV_ENOSUPPORT: a record of a newer varve. Clear *out in any case. */
vv_status vv_head_record_read(vv_head_record *out, const char *text, size_t len, vv_error *err);
void vv_head_record_clear(vv_head_record *r);
VV_AUTO_CLEAR(vv_head_record, vv_head_record_clear)
/* Returns true if a is newer than b. Compares the times; if they are equal, the numbers; if these
 * are equal, too, the keys of the signers. So all repositories get the same order. */
bool vv_head_record_is_newer(const vv_head_record *a, const vv_head_record *b);
/* Adds `key` with `number` and *commit to the list l. If the list already has the key, sets its
 * number and commit. commit may be NULL. VV_EUSAGE: the list already has VV_HEAD_LIST_MAX keys. */
vv_status vv_head_keys_set(vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC], uint64_t number,
			   const vv_oid *commit, vv_error *err);
/* Returns the item for `key` in the list l, borrowed; NULL if the list does not have the key. */
const vv_head_key *vv_head_keys_find(const vv_head_keys *l, const uint8_t key[VV_KEY_PUBLIC]);
/* Adds the mirror `url` to the record r. VV_EUSAGE: the URL is not valid, or the record has
 * VV_HEAD_LIST_MAX mirrors already. */
vv_status vv_head_record_add_mirror(vv_head_record *r, const char *url, vv_error *err);
/* Returns true if `name` is a valid name of a repository in a record. */
bool vv_head_name_fits(const char *name);

#define VV_HEAD_PURPOSE "varve-head"        /* the purpose (namespace) of the signature */
#define VV_HEAD_REFS_MAX ((size_t)64 << 20) /* size limit of the list of refs, in bytes */
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
} vv_head_commit;

/* Reads the commit *id and its record into *out, and checks form, digests and signature, but not
 * its parents. VV_ECORRUPT: the record is invalid for the reason in err. VV_ENOTFOUND: the commit
 * does not exist. VV_ENOSUPPORT: a head of a newer varve. Clear *out in any case. */
vv_status vv_head_commit_read(vv_head_commit *out, vv_repository *r, const vv_oid *id,
			      vv_error *err);
void vv_head_commit_clear(vv_head_commit *c);
VV_AUTO_CLEAR(vv_head_commit, vv_head_commit_clear)
/* One value = one ref in a list of refs. */
typedef struct vv_head_ref {
	vv_oid id;
	const char *name; /* borrowed; does not end with a NUL */
	size_t len;
} vv_head_ref;
/* Sets *out to the ref in the line at *at of a list of refs, and moves *at past the line. Returns
 * false at the end of the list, or if the line is invalid. */
bool vv_head_refs_next(vv_head_ref *out, const char **at);
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
VV_AUTO_CLEAR(vv_head_signer, vv_head_signer_clear)

/* Writes a commit with the record, refs, branch, content and parents of c, which *signer signs, and sets c->id
 * to its id. First sets the record's key to the signer's key, and its digest to that of c->refs.
 * Does not set a ref. */
vv_status vv_head_commit_write(vv_head_commit *c, vv_repository *r, const vv_head_signer *signer,
			       vv_error *err);

#endif
