/*
 * key: finding candidate keys, and proving that a key is unique.
 *
 * The proof hashes each row's key (64 bit, secret seed) into partitions, in memory
 * up to a limit and on disk past it; unequal hashes prove unequal keys; equal
 * hashes are compared by value, so the answer is exact.
 */
#ifndef VV_DATASET_SCHEMA_KEY_H
#define VV_DATASET_SCHEMA_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/cell.h"

/* Candidates from a sample of rows, best first: leftmost columns, id- or code-like (by name and by
 * values), no fractions, no empty or absent cells, unique within the sample; then pairs and triples
 * of leading columns. Each candidate is a set of column places. */
#define VV_KEY_COLUMNS_MAX 4
typedef struct vv_key_candidate {
	size_t columns[VV_KEY_COLUMNS_MAX];
	size_t count;
} vv_key_candidate;
/* Fills out (room for max); *count: how many. Only VV_ENOMEM can go wrong. */
vv_status vv_key_candidates(vv_key_candidate *out, size_t max, size_t *count, const vv_cell *cells,
			    size_t rows, size_t columns, size_t stride, const char *const *names,
			    const size_t *name_lens, vv_error *err);

/* Is a column of this name called an identifier, and nothing else: "id", "uuid"? */
bool vv_key_is_id(const char *name, size_t len);

/* The column that should decide the cuts: the first of the best candidate, or SIZE_MAX: whole row. */
size_t vv_key_cut_column(const vv_key_candidate *candidates, size_t count);

/* Hash of a row's key cells, states and lengths included. *usable (may be NULL) is
 * false when one of them is absent, null or empty. */
uint64_t vv_key_hash(const vv_cell *cells, const size_t *columns, size_t count, uint64_t seed,
		     bool *usable);

typedef struct vv_key_proof vv_key_proof;
/* memory: bytes of hashes to keep in memory before it spills to a temporary file in dir (NULL:
 * /tmp) (10 bytes a row; unlinked at once, so that it never outlives the process). */
vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err);
void vv_key_proof_free(vv_key_proof *p);
VV_AUTO_FREE(vv_key_proof, vv_key_proof_free)
/* Adds a run of rows' hashes, the first being row number `row`. Not thread-safe. */
vv_status vv_key_proof_add(vv_key_proof *p, const uint64_t *hashes, size_t count, uint64_t row,
			   vv_error *err);
/* Rows whose hashes repeat: calls fn with every pair of (earlier row, later row) of equal hash, in
 * order of the later row, then of the earlier, until it returns > 0 (stop) or < 0 (error, a
 * vv_status, which is returned). No call: the key is unique. May be called again; no hashes can be
 * added after it. (One hash shared by more than VV_KEY_SHARED_MAX rows is paired among the first
 * VV_KEY_SHARED_MAX of them only, which is enough to name duplicates and keeps memory bounded.) */
#define VV_KEY_SHARED_MAX (1u << 21)
typedef int (*vv_key_pair_fn)(void *payload, uint64_t first, uint64_t second, vv_error *err);
vv_status vv_key_proof_pairs(vv_key_proof *p, vv_key_pair_fn fn, void *payload, vv_error *err);

/* A hash, and the number of its row, or of anything else that it is in. */
typedef struct vv_key_entry {
	uint64_t hash, row;
} vv_key_entry;
/* Adds hashes with numbers of the caller's choice, best ascending ones. */
vv_status vv_key_proof_add_entries(vv_key_proof *p, const vv_key_entry *entries, size_t count,
				   vv_error *err);
/* Calls fn with all entries in the order of their hashes, those of equal hash in the order of
 * addition, some at a time; all of one hash at once. Negative results of fn are returned. */
typedef vv_status (*vv_key_entries_fn)(void *payload, const vv_key_entry *entries, size_t count,
				       vv_error *err);
vv_status vv_key_proof_each(vv_key_proof *p, vv_key_entries_fn fn, void *payload, vv_error *err);

#endif
