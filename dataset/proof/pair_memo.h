/*
 * pair_memo: which pairs of a row group and its line forms are proved, and what their bytes are.
 *
 * A pair is a data item and a layout item side by side, in a context: all of the root that
 * decides which bytes they give and which groups these bytes give (dialect, columns, cut). Proved
 * is: these bytes, read from the start of a group, give exactly this group and these line forms,
 * and end where a cut is. So a version whose pairs are proved needs nothing rendered.
 *
 * Bounded: pairs that were not asked for are forgotten first. One thread.
 */
#ifndef VV_DATASET_PROOF_PAIR_MEMO_H
#define VV_DATASET_PROOF_PAIR_MEMO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/hash.h"

/* key: SHA-256 of context and items, so that nobody can make another pair with the same one. */
typedef struct vv_pair {
	uint8_t key[VV_SHA256_LEN];
	uint64_t raw_len, raw_hash; /* of the bytes; the hash as the root's hash takes it */
	char first;                 /* byte */
	bool asked;                 /* the memo's own: since some were forgotten last */
} vv_pair;

typedef struct vv_pair_memo vv_pair_memo;
vv_pair_memo *vv_pair_memo_new(size_t max); /* pairs; NULL when out of memory */
void vv_pair_memo_free(vv_pair_memo *m);    /* accepts NULL */
VV_AUTO_FREE(vv_pair_memo, vv_pair_memo_free)

/* NULL: not proved. Borrowed until the next call that finds or adds. */
const vv_pair *vv_pair_memo_find(vv_pair_memo *m, const uint8_t key[VV_SHA256_LEN]);
vv_status vv_pair_memo_add(vv_pair_memo *m, const vv_pair *p, vv_error *err);
size_t vv_pair_memo_count(const vv_pair_memo *m);

/* A file of what was proved when versions were received: derived, safe to delete, believed by
 * the next transfer, and not by fsck. What is not such a file adds nothing. */
vv_status vv_pair_memo_load(vv_pair_memo *m, const char *file, uint64_t secret, vv_error *err);
vv_status vv_pair_memo_save(const vv_pair_memo *m, const char *file, uint64_t secret,
			    vv_error *err);

#endif
