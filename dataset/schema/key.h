/*
 * key: finds candidate keys, and proves that a key is unique.
 *
 * A proof stores a 64-bit hash of each row's key, computed with a secret seed, in partitions, which
 * are in memory up to a limit and then on disk. Keys with different hashes are different. The
 * caller compares keys with equal hashes by value, so the result is exact.
 */
#ifndef VV_DATASET_SCHEMA_KEY_H
#define VV_DATASET_SCHEMA_KEY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/cell.h"

#define VV_KEY_COLUMNS_MAX 4 /* maximum number of columns of a candidate */
/* A candidate for the key: columns without fractions and without empty or absent cells, whose
 * values together are unique within a sample of rows. */
typedef struct vv_key_candidate {
	size_t columns[VV_KEY_COLUMNS_MAX]; /* indexes of the columns */
	size_t count;                       /* number of these columns */
} vv_key_candidate;
/* Finds candidates in a sample of `rows` rows (row r, column c is cells[r * stride + c]): writes at
 * most max candidates to out, best first, and sets *count to their number. Single columns mostly
 * come before pairs and triples of leading columns; columns further to the left, and columns whose
 * name and values look like ids or codes, are better. names, name_lens: the names of the columns.
 * VV_ENOMEM is the only error. */
vv_status vv_key_candidates(vv_key_candidate *out, size_t max, size_t *count, const vv_cell *cells,
			    size_t rows, size_t columns, size_t stride, const char *const *names,
			    const size_t *name_lens, vv_error *err);

/* Returns true if a column name means an identifier and nothing else, such as "id" or "uuid". */
bool vv_key_is_id(const char *name, size_t len);

/* Returns the column for vv_cut_params.columns (dataset/format/cut.h): the first column of the best
 * candidate. SIZE_MAX: use no column, so that all cells of a row are hashed. */
size_t vv_key_cut_column(const vv_key_candidate *candidates, size_t count);

/* Returns the hash of a row's key cells, including their states and lengths. columns: indexes in
 * cells. Sets *usable to true if no key cell is absent, null or empty; usable may be NULL. */
uint64_t vv_key_hash(const vv_cell *cells, const size_t *columns, size_t count, uint64_t seed,
		     bool *usable);

/* A proof: the hashes of the rows' keys. */
typedef struct vv_key_proof vv_key_proof;
/* Makes a proof. memory: maximum bytes of hashes in memory, at about 10 bytes for each row. Further
 * hashes are written to a temporary file in dir (NULL: /tmp). The file is unlinked at once, so that
 * it does not outlive the process. */
vv_status vv_key_proof_new(vv_key_proof **out, size_t memory, const char *dir, vv_error *err);
void vv_key_proof_free(vv_key_proof *p); /* accepts NULL */
VV_AUTO_FREE(vv_key_proof, vv_key_proof_free)
/* Adds the hashes of consecutive rows. row: number of the first row. Not thread-safe. VV_EUSAGE:
 * vv_key_proof_pairs or vv_key_proof_each was called before, or a call has failed. */
vv_status vv_key_proof_add(vv_key_proof *p, const uint64_t *hashes, size_t count, uint64_t row,
			   vv_error *err);
#define VV_KEY_SHARED_MAX (1u << 21) /* see vv_key_proof_pairs */
/* Receives the numbers of two rows whose keys have equal hashes; first is below second. */
typedef int (*vv_key_pair_fn)(void *payload, uint64_t first, uint64_t second, vv_error *err);
/* Calls fn with each pair of rows that have equal hashes, ordered by the later row, then by the
 * earlier row. If fn returns a positive number, stops and returns VV_OK; if fn returns a negative
 * vv_status, stops and returns it. If fn is not called, the key is unique. May be called again. If
 * more than VV_KEY_SHARED_MAX rows have the same hash, only the first VV_KEY_SHARED_MAX of them are
 * paired: this is enough to report duplicates, and limits memory. */
vv_status vv_key_proof_pairs(vv_key_proof *p, vv_key_pair_fn fn, void *payload, vv_error *err);

/* A hash, and a number of the caller's choice, such as that of its row. */
typedef struct vv_key_entry {
	uint64_t hash, row;
} vv_key_entry;
/* Adds count hashes with numbers, like vv_key_proof_add; ascending numbers need less memory. */
vv_status vv_key_proof_add_entries(vv_key_proof *p, const vv_key_entry *entries, size_t count,
				   vv_error *err);
/* Receives count entries in the order of vv_key_proof_each. */
typedef vv_status (*vv_key_entries_fn)(void *payload, const vv_key_entry *entries, size_t count,
				       vv_error *err);
/* Calls fn with all entries, several per call, ordered by hash and then by the time of addition.
 * Entries with equal hashes are in the same call. If fn returns a negative vv_status, stops and
 * returns it. */
vv_status vv_key_proof_each(vv_key_proof *p, vv_key_entries_fn fn, void *payload, vv_error *err);

#endif
