/*
 * match_steps: matches the rows of two versions by key.
 */
#ifndef VV_DIFF_ROWS_MATCH_STEPS_H
#define VV_DIFF_ROWS_MATCH_STEPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/buf.h"
#include "base/hash.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/row_change.h"
#include "diff/rows/sorter.h"

/*
 * digest: the state of a comparison of rows, and the hashes of a row. Only the steps of a
 * comparison (align, rekey, match, rowdiff) use this state.
 */

/*
 * key_set: a set of key hashes, to find repeated keys.
 *
 * Among millions of keys, two may have the same hash by chance: if the set already has the hash,
 * the caller must compare the keys.
 */

/* A hash table with 8 bytes per slot, at most 3/4 full. Zeroed storage is an empty set. */
typedef struct vv_key_set {
	uint64_t *slots; /* 0: a free slot */
	size_t mask, count;
} vv_key_set;

typedef enum vv_key_put {
	VV_KEY_NEW,
	VV_KEY_THERE, /* the set already had the key */
	VV_KEY_FULL,  /* the set would exceed the memory limit: nothing was added */
	VV_KEY_NO_MEMORY
} vv_key_put;

/* Adds the key. memory: the maximum size of the set in bytes. */
vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory);
bool vv_key_set_has(const vv_key_set *s, uint64_t key);

/* Prefetches the slot of a key that will soon be put or searched, since a large set does not fit
 * into the CPU's caches. */
static inline void vv_key_set_soon(const vv_key_set *s, uint64_t key)
{
	if (s->slots) {
		__builtin_prefetch(&s->slots[(size_t)key & s->mask]);
	}
}

void vv_key_set_clear(vv_key_set *s);
VV_AUTO_CLEAR(vv_key_set, vv_key_set_clear)

/* A result of matching, before it is returned. Results are ordered by `pos`. */
typedef struct row_entry {
	/* 2 * new row + 2; of a removed row: 2 * (the row above in the new version) + 3, or 1 at
	 * the top */
	uint64_t pos;
	uint64_t old_row, new_row;
	vv_row_kind kind;
	bool moved, rekeyed;
	/* The number of consecutive results of this kind, each one row further down on both sides. */
	uint64_t rows;
} row_entry;

/* For tables without a key: the removed rows of one place, and the added rows directly after them. */
typedef struct row_gap {
	uint64_t pos; /* of the removed rows */
	/* the removed rows: old_row; new_row is the number of removed rows before */
	vv_segment *gone;
	size_t gone_count, gone_cap;
	uint64_t removed;      /* the number of removed rows */
	uint64_t first, added; /* the added rows: [first, first + added) of the new version */
	/* removed and added rows that are one changed row: indexes of both in the gap, ascending */
	vv_segment *pairs;
	size_t pair_count, pair_cap;
	uint64_t told[2]; /* the numbers of removed and added rows returned so far */
	size_t pair;      /* the next pair to return */
} row_gap;

/* For two groups with the same number of rows, compared row by row: the differing cells and the
 * key's cells. */
typedef struct rowdiff_needed {
	/* Indexes in columns->pairs of the compared columns, without the key's, that differ in some
	 * row. */
	size_t *pairs;
	size_t count;
	uint8_t *marks; /* whether a column differs in a row: count x rows */
	size_t marks_cap;
	vv_arena scratch;  /* for comparing columns */
	bool any;          /* a pair of groups was compared; furthest is valid */
	uint64_t furthest; /* first row of the furthest group compared so far */
	/* how often a group was compared that is not after the furthest one */
	unsigned returns;
	/* of the last pair of rows; cells that are not needed are absent */
	vv_cell *old_cells, *new_cells;
	bool *same; /* for each of columns->pairs: are the last two rows equal there? */
} rowdiff_needed;

typedef struct vv_rowdiff {
	vv_table *a, *b;
	vv_rowdiff_options opts;
	vv_changed_groups changed;
	size_t *key_a, *key_b; /* places of the key's columns; key_count 0: no key */
	size_t key_count;
	bool *compared; /* for each of columns->pairs: is the pair compared? */
	bool canonical; /* compares and hashes values, not spellings */
	bool cross;     /* one side is CSV, the other JSON */
	uint64_t seed;
	/* direct: pairs rows with the same key at the same place without hashing them. This is
	 * valid only if no key among the rows that are not simply equal is repeated; otherwise
	 * again becomes true, and the comparison is repeated with direct off. */
	bool direct, again;
	vv_key_set paired; /* the keys of the pairs made by direct */

	vv_sorter *entries;
	row_entry last_entry; /* not yet in entries; its rows 0: no such entry */
	vv_row_by_number rows_a, rows_b;
	row_gap gap;     /* without a key: the entries that are matched together */
	row_entry ahead; /* read from entries, not yet used */
	bool has_ahead;

	uint8_t *cells; /* the states of cells for vv_row_change */
	/* For each of columns->pairs: does the column have the same bytes in the two groups that
	 * begin with the rows equal_old and equal_new? */
	bool *equal;
	uint64_t equal_old, equal_new; /* UINT64_MAX: equal is not valid */
	rowdiff_needed needed;         /* with opts.only_needed: for the same two groups */
	vv_buf scratch;                /* for comparing values; failed: memory ran out */
	vv_rowdiff_stats stats;
} vv_rowdiff;

/* Returns the memory in bytes for each of n sorters. */
size_t rowdiff_memory(const vv_rowdiff *d, size_t n);

/* Returns the cell as it is compared. Between CSV and JSON, an empty cell (if it is a missing
 * value), null and absent become equal, since CSV cannot distinguish them. */
vv_cell rowdiff_cell(const vv_rowdiff *d, const vv_field *f, const vv_cell *c);

/* The working memory for hashing the rows of one side. Records of the sorter: key hash (16), row
 * hash (16), side (1), row (8, big-endian). */
#define DIGEST_LEN 41u
#define DIGEST_KEY 16u
_Static_assert(DIGEST_LEN == DIGEST_KEY + 16 + 1 + 8, "key hash, row hash, side, row");
typedef struct digest {
	vv_rowdiff *d;
	vv_table *table;
	int side;
	const size_t *key;
	const vv_field **fields; /* the fields by which the compared cells are read */
	const vv_field **key_fields;
	size_t *columns; /* the compared columns of this side, in the order of the pairs */
	size_t column_count;
	size_t *wanted; /* the columns to decode */
	size_t wanted_count;
	vv_sorter *out;
	vv_buf text;
} digest;
/* Initialises *g for one side (0: a, 1: b). Call digest_clear after a failure, too. */
vv_status digest_init(digest *g, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err);
void digest_clear(digest *g);
VV_AUTO_CLEAR(digest, digest_clear)
/* Adds the hashes of a row to the sorter. */
vv_status digest_row(digest *g, const vv_cell *cells, uint64_t row, vv_error *err);
/* Sets *out to the hash of the row's key. */
vv_status digest_key(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);
/* Returns the field by which the cells of one side are read, for the pair of columns a and b. */
const vv_field *digest_field(const vv_rowdiff *d, int side, size_t a, size_t b);
/* Sets *out to the hash of the compared cells, which digest_row adds as the row hash. */
vv_status digest_cells(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);

/* Records of the sorter of kept rows, which are runs of rows that both versions have: old row (8),
 * new row (8), number of rows (8), row_pair (1); ordered by old row. */
#define KEPT_LEN 25u
_Static_assert(KEPT_LEN == 8 + 8 + 8 + 1, "old row, new row, rows, row_pair");

/* How the rows of such a run differ. */
typedef enum row_pair {
	PAIR_EQUAL,
	PAIR_CHANGED,
	PAIR_REKEYED /* changed at least in the key */
} row_pair;
vv_status rowdiff_keep(vv_sorter *kept, const vv_segment *rows, row_pair how, vv_error *err);

/* ---- moves: the fewest rows whose removal leaves the others in their order ---- */

/* A run of rows that both versions have, consecutive on both sides. */
typedef struct row_run {
	uint64_t old_row, new_row, rows;
	bool moved;
} row_run;
typedef struct row_moves {
	row_run *list;
	size_t count, cap, at;
} row_moves;

/* Adds a run. Call it by ascending old row. */
vv_status row_moves_add(row_moves *m, uint64_t old_row, uint64_t new_row, uint64_t rows,
			vv_error *err);
/* Sets `moved` of each run. Not moved are the runs that ascend on both sides and have the most rows
 * together. */
vv_status row_moves_settle(row_moves *m, vv_error *err);
void row_moves_clear(row_moves *m);
VV_AUTO_CLEAR(row_moves, row_moves_clear)

/* ---- gap: which removed row and which added one are one row ---- */

/* Call rowdiff_gap_begin, which empties the gap; rowdiff_gap_remove for the removed rows in their
 * order; set first and added; then rowdiff_gap_match; then rowdiff_gap_next until it returns false. */
void rowdiff_gap_begin(row_gap *g, uint64_t pos);
vv_status rowdiff_gap_remove(row_gap *g, uint64_t old_row, vv_error *err);
vv_status rowdiff_gap_match(vv_rowdiff *d, vv_error *err);
bool rowdiff_gap_next(row_gap *g, row_entry *e);
void rowdiff_gap_clear(row_gap *g);

/* ---- row_cells: the cells of two rows ---- */

bool rowdiff_is_of_key(const vv_rowdiff *d, const vv_column_pair *p);
/* Compares two rows cell by cell, and fills d->cells. *changed, *formatted: the numbers of cells
 * with another value, or with the same value spelled differently. rekeyed: compares the key's
 * columns, too. equal: for each pair of columns, whether its cells are known to be equal; or NULL. */
vv_status rowdiff_compare(vv_rowdiff *d, const vv_cell *a, const vv_cell *b, const bool *equal,
			  bool rekeyed, size_t *changed, size_t *formatted, vv_error *err);
/* Sets *out to whether the two rows share at least half of their compared cells. */
vv_status rowdiff_alike(vv_rowdiff *d, uint64_t old_row, uint64_t new_row, bool *out,
			vv_error *err);

/* ---- match: which row is which ---- */

/* Joins the digests and fills d->entries. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

/* ---- align: rows found equal side by side, in the groups that only one version has ---- */

/* Compares the groups that only one side has. Equal rows found side by side become segments of
 * d->changed, or are put into kept; all other rows are put into out. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

/* ---- rekey: rows whose key alone changed ---- */

/* Moves pairs that are one row whose key changed from gone and added to kept. gone and added have
 * row numbers (8 bytes each) and are finished. Afterwards, both can be read again from their
 * beginnings, or were replaced by other sorters. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

#endif
