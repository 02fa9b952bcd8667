/*
 * key: finds candidate keys, and proves that a key is unique.
 *
 * The proof hashes each row's key (64 bits, with a secret seed) into partitions, which are in
 * memory up to a limit and then on disk. Different hashes prove that keys are different. Keys with
 * equal hashes are compared by value, so the result is exact.
 */
#ifndef VV_DATASET_SCHEMA_KEY_H
#define VV_DATASET_SCHEMA_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/cell.h"

/* Candidates for the key, found in a sample of rows. Each candidate is a set of column places
 * without fractions and without empty or absent cells, unique within the sample. Single columns are
 * first, best first: leftmost columns, and columns that look like ids or codes by name and by
 * values. Pairs and triples of leading columns follow. */
#define VV_KEY_COLUMNS_MAX 4
typedef struct vv_key_candidate {
	size_t columns[VV_KEY_COLUMNS_MAX];
	size_t count;
} vv_key_candidate;
/* Writes at most max candidates to out, and sets *count to their number. Fails only with
 * VV_ENOMEM. */
vv_status vv_key_candidates(vv_key_candidate *out, size_t max, size_t *count, const vv_cell *cells,
			    size_t rows, size_t columns, size_t stride, const char *const *names,
			    const size_t *name_lens, vv_error *err);

/* Returns true if the name means only an identifier, such as "id" or "uuid". */
bool vv_key_is_id(const char *name, size_t len);

/* Returns the column that should decide where row groups are cut: the first column of the best
 * candidate. SIZE_MAX: the whole row should decide. */
size_t vv_key_cut_column(const vv_key_candidate *candidates, size_t count);

/* Returns the hash of a row's key cells, including their states and lengths. *usable: no key cell
 * is absent, null or empty; usable may be NULL. */
uint64_t vv_key_hash(const vv_cell *cells, const size_t *columns, size_t count, uint64_t seed,
		     bool *usable);

typedef struct vv_key_proof vv_key_proof;
/* Makes a proof. memory: maximum bytes of hashes in memory, at about 10 bytes for each row. Further
 * hashes are written to a temporary file in dir (NULL: /tmp). The file is unlinked at once, so that
 * it does not outlive the process. */
vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err);
void vv_key_proof_free(vv_key_proof *p);
VV_AUTO_FREE(vv_key_proof, vv_key_proof_free)
/* Adds the hashes of consecutive rows. row: number of the first row. Not thread-safe. */
vv_status vv_key_proof_add(vv_key_proof *p, const uint64_t *hashes, size_t count, uint64_t row,
			   vv_error *err);
/* Calls fn with each pair of an earlier and a later row that have equal hashes, ordered by the
 * later row, then by the earlier row. If fn returns a positive number, stops and returns VV_OK; if
 * fn returns a negative vv_status, stops and returns it. If fn is not called, the key is unique.
 * May be called again, but no hashes can be added afterwards. If more than VV_KEY_SHARED_MAX rows
 * have the same hash, only the first VV_KEY_SHARED_MAX are paired: this is enough to name
 * duplicates, and limits memory. */
#define VV_KEY_SHARED_MAX (1u << 21)
typedef int (*vv_key_pair_fn)(void *payload, uint64_t first, uint64_t second, vv_error *err);
vv_status vv_key_proof_pairs(vv_key_proof *p, vv_key_pair_fn fn, void *payload, vv_error *err);

/* A hash, and the number of its row or another number. */
typedef struct vv_key_entry {
	uint64_t hash, row;
} vv_key_entry;
/* Adds hashes with numbers that the caller chooses, preferably in ascending order. */
vv_status vv_key_proof_add_entries(vv_key_proof *p, const vv_key_entry *entries, size_t count,
				   vv_error *err);
typedef vv_status (*vv_key_entries_fn)(void *payload, const vv_key_entry *entries, size_t count,
				       vv_error *err);
/* Calls fn with all entries, several per call, ordered by hash and then by the time of addition.
 * Entries with equal hashes are in the same call. If fn returns a negative vv_status, stops and
 * returns it. */
vv_status vv_key_proof_each(vv_key_proof *p, vv_key_entries_fn fn, void *payload, vv_error *err);

#endif
