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
#ifndef VV_REPO_GIT_HISTORY_HEAD_RECORD_H
#define VV_REPO_GIT_HISTORY_HEAD_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/hash.h"
#include "base/signature/did.h"
#include "repo/git/oid.h"

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

#define VV_HEAD_PURPOSE "varve-head" /* the purpose (namespace) of the signature */

#endif
