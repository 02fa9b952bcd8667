/*
 * erased: the list of values, commits, versions and blocks that 'varve erase' removed and that must not
 * come back.
 *
 * 	vv_erased_open(&e, repo, err);
 * 	vv_erased_refuse(e, repo, &wants, &haves, err);   commits that come
 * 	vv_erased_close(e);
 *
 * The file has only HMACs under a secret in the same file: with it, guesses of values can be tested.
 * It is never in Git, and no transfer sends it. A repository has two lists: the one that its own
 * erasures make, .git/varve/erased, and a copy of another one, which the setting varve.erased names.
 */
#ifndef VV_REPO_KNOWN_ERASED_H
#define VV_REPO_KNOWN_ERASED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"
#include "repo/blocks/cid.h"
#include "repo/git/objects/send.h"
#include "repo/git/oid.h"
#include "repo/git/repository.h"
#include "repo/known/incoming.h"

/* One or two lists. Functions that do not change it are thread-safe. */
typedef struct vv_erased vv_erased;

/* Reads the lists of r. Sets *out to NULL if it has none. VV_ECORRUPT: a list is damaged. VV_ENOSUPPORT:
 * it was written by a newer version. VV_ENOTFOUND: the file of the setting does not exist. */
vv_status vv_erased_open(vv_erased **out, vv_repository *r, vv_error *err);
/* Reads the list that erasures in r make, to add to it; without one, makes one with a new secret. */
vv_status vv_erased_open_own(vv_erased **out, vv_repository *r, vv_error *err);
void vv_erased_close(vv_erased *e); /* accepts NULL */
VV_AUTO_FREE(vv_erased, vv_erased_close)

/* How a value is compared: bits. The caller makes texts plain accordingly. */
typedef enum vv_erased_fold {
	VV_ERASED_EXACT,
	VV_ERASED_CASE,   /* without regard to case */
	VV_ERASED_BLANKS, /* without blanks */
	VV_ERASED_FOLDS = 4
} vv_erased_fold;

/* Called with the length of plain values in bytes, which may be repeated. */
typedef vv_status (*vv_erased_length_fn)(void *payload, uint64_t len, vv_error *err);
/* Calls fn for the lengths of values that are compared in this way. */
vv_status vv_erased_lengths(vv_erased_length_fn fn, void *payload, const vv_erased *e,
			    unsigned fold, vv_error *err);
/* Returns true if the text, of a cell of this column, is an erased value. The text is plain as fold
 * requires. */
bool vv_erased_has_value(const vv_erased *e, unsigned fold, const char *column, const char *text,
			 size_t len);

/* Returns true if the object of Git, or the block, was erased. */
bool vv_erased_has_oid(const vv_erased *e, const vv_oid *id);
bool vv_erased_has_cid(const vv_erased *e, const vv_cid *cid);

/* Returns a hash of all entries. */
vv_hash128 vv_erased_stamp(const vv_erased *e);

/* Each adds an entry to a list of vv_erased_open_own, which can be searched after vv_erased_write. column NULL: the value is erased in all columns. */
vv_status vv_erased_add_oid(vv_erased *e, const vv_oid *id, vv_error *err);
vv_status vv_erased_add_cid(vv_erased *e, const vv_cid *cid, vv_error *err);
vv_status vv_erased_add_value(vv_erased *e, unsigned fold, const char *column, const char *text,
			      size_t len, vv_error *err);
/* Durably writes the list of vv_erased_open_own to r, for its owner alone. */
vv_status vv_erased_write(vv_erased *e, vv_repository *r, vv_error *err);

/* Checks the commits that wants reach and haves do not, their files and the blocks of their tables that r
 * has. VV_EREFUSED: one was erased; the message has the commit and the path. e NULL: VV_OK. */
vv_status vv_erased_refuse(const vv_erased *e, vv_repository *r, const vv_oids *wants,
			   const vv_oids *haves, vv_error *err);
/* The same with the lists of r, for a commit that is to be united with `ours`; null: with none. */
vv_status vv_erased_refuse_commit(vv_repository *r, const vv_oid *commit, const vv_oid *ours,
				  vv_error *err);
/* Checks root and all blocks below it that r, or in, has. in may be NULL. VV_EREFUSED: one was erased. */
vv_status vv_erased_refuse_root(const vv_erased *e, vv_repository *r, vv_incoming *in,
				const vv_cid *root, vv_error *err);
/* The same as a vv_version_check_fn (transport/protocol/receive.h); payload is a vv_erased. */
vv_status vv_erased_refuse_version(void *payload, vv_repository *with, vv_incoming *in,
				   const vv_new_root *version, vv_error *err);
/* Sets *out to the tips of all refs but varve's own. */
vv_status vv_erased_haves(vv_oids *out, vv_repository *r, vv_error *err);

#endif
