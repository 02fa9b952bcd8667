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
 * comparison (align, rekey, match; then rowdiff) fill and use it.
 */

/*
 * key_set: hashes of keys, to find repeated ones.
 *
 * Among millions of keys two may have one hash by chance: a caller must compare keys if the hash exists
 * already.
 */

/* 8 bytes a slot, at most 3/4 full. Zeroed storage is empty. */
typedef struct vv_key_set {
	uint64_t *slots; /* 0: free */
	size_t mask, count;
} vv_key_set;

typedef enum vv_key_put {
	VV_KEY_NEW,
	VV_KEY_THERE, /* it is in the set already */
	VV_KEY_FULL,  /* the set would take more than it may: nothing was added */
	VV_KEY_NO_MEMORY
} vv_key_put;

/* memory: the most bytes that the set may take. */
vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory);
bool vv_key_set_has(const vv_key_set *s, uint64_t key);

/* Announces that the key will soon be put or searched: prefetches its place, since a large set is
 * outside of the caches. */
static inline void vv_key_set_soon(const vv_key_set *s, uint64_t key)
{
	if (s->slots) {
		__builtin_prefetch(&s->slots[(size_t)key & s->mask]);
	}
}

void vv_key_set_clear(vv_key_set *s);
VV_AUTO_CLEAR(vv_key_set, vv_key_set_clear)

/* One answer on its way: made by matching, in order of `pos`. */
typedef struct row_entry {
	/* 2 * new row + 2; a removed row: 2 * (row above it in the new version) + 3, or 1 */
	uint64_t pos;
	uint64_t old_row, new_row;
	vv_row_kind kind;
	bool moved, rekeyed;
	/* So many answers of this kind, each one row further down on both sides. */
	uint64_t rows;
} row_entry;

/* The removed rows of one place, and the added ones right after them: rows without a key. */
typedef struct row_gap {
	uint64_t pos;     /* of the removed ones */
	vv_segment *gone; /* these: old_row, and in new_row how many are before it */
	size_t gone_count, gone_cap;
	uint64_t removed;      /* how many these are */
	uint64_t first, added; /* the added ones: new rows first .. first + added */
	vv_segment *pairs; /* that are one row each: the numbers of both in the gap, ascending */
	size_t pair_count, pair_cap;
	uint64_t told[2]; /* removed and added ones returned so far */
	size_t pair;      /* the next */
} row_gap;

/* For two groups with equally many rows, row for row: the differing cells, and the key's. */
typedef struct rowdiff_needed {
	size_t *pairs; /* of columns->pairs: those compared that are not the key's and differ in some row */
	size_t count;
	uint8_t *marks; /* in which rows, count x rows */
	size_t marks_cap;
	vv_arena scratch; /* for comparing columns */
	bool any; /* a pair of groups was looked at; of the first table's groups among these: */
	uint64_t furthest; /* the first row of the last one in the table */
	/* how often one was looked at that was so before, or is before such a one */
	unsigned returns;
	vv_cell *old_cells, *new_cells; /* of the last pair of rows; unneeded cells are absent */
	bool *same;                     /* of columns->pairs, in these rows */
} rowdiff_needed;

typedef struct vv_rowdiff {
	vv_table *a, *b;
	vv_rowdiff_options opts;
	vv_changed_groups changed;
	size_t *key_a, *key_b; /* places; key_count 0: without key */
	size_t key_count;
	bool *compared; /* for each of columns->pairs */
	bool canonical; /* values, not spellings, are compared and hashed */
	bool cross;     /* one side is CSV, the other JSON */
	uint64_t seed;
	/* Rows of one key at one place are a pair without being hashed, as long as no key among the
	 * rows that are not simply equal comes twice: else all is done again with `direct` off. */
	bool direct, again;
	vv_key_set paired; /* the keys of such pairs */

	vv_sorter *entries;
	row_entry last_entry; /* not in entries yet; rows 0: none */
	vv_row_by_number rows_a, rows_b;
	row_gap gap;     /* keyless: entries that are taken together */
	row_entry ahead; /* read from entries, not yet used */
	bool has_ahead;

	uint8_t *cells; /* for vv_row_change */
	/* For each of columns->pairs: have the two groups that begin with these rows the same bytes
	 * there? */
	bool *equal;
	uint64_t equal_old, equal_new; /* UINT64_MAX: of none */
	rowdiff_needed needed;         /* with opts.only_needed: of these two groups */
	vv_buf scratch;                /* for comparing values; failed: memory ran out */
	vv_rowdiff_stats stats;
} vv_rowdiff;

/* The memory for one of n sorters. */
size_t rowdiff_memory(const vv_rowdiff *d, size_t n);

/* A cell in its form for comparison. Between CSV and JSON, empty (if that is a missing value), null
 * and absent are equal: CSV cannot distinguish them. */
vv_cell rowdiff_cell(const vv_rowdiff *d, const vv_field *f, const vv_cell *c);

/* A row's hashes. Records of the sorter: key hash (16), row hash (16),
 * side (1), row (8, big-endian). */
#define DIGEST_LEN 41u
#define DIGEST_KEY 16u
_Static_assert(DIGEST_LEN == DIGEST_KEY + 16 + 1 + 8, "key hash, row hash, side, row");
typedef struct digest {
	vv_rowdiff *d;
	vv_table *table;
	int side;
	const size_t *key;
	const vv_field **fields; /* under which the compared cells are read */
	const vv_field **key_fields;
	size_t *columns; /* compared ones of this side, in the order of the pairs */
	size_t column_count;
	size_t *wanted; /* columns to decode */
	size_t wanted_count;
	vv_sorter *out;
	vv_buf text;
} digest;
/* clear in every case */
vv_status digest_init(digest *g, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err);
void digest_clear(digest *g);
VV_AUTO_CLEAR(digest, digest_clear)
vv_status digest_row(digest *g, const vv_cell *cells, uint64_t row, vv_error *err);
vv_status digest_key(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);
/* The field under which a pair's cells of one side are read. */
const vv_field *digest_field(const vv_rowdiff *d, int side, size_t a, size_t b);
/* The hash of all compared cells alone. */
vv_status digest_cells(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);

/* Runs of rows that both have: old (8), new (8), how many (8), row_pair (1); by old row. */
#define KEPT_LEN 25u
_Static_assert(KEPT_LEN == 8 + 8 + 8 + 1, "old row, new row, rows, row_pair");

/* Pairs of rows, one below the other on both sides, as a record of the sorter of kept rows. */
typedef enum row_pair {
	PAIR_EQUAL,
	PAIR_CHANGED,
	PAIR_REKEYED /* changed, in its key at least */
} row_pair;
vv_status rowdiff_keep(vv_sorter *kept, const vv_segment *rows, row_pair how, vv_error *err);

/* ---- moves: the fewest rows whose removal leaves the others in their order ---- */

/* Rows that both have, as runs (equal steps on both sides). */
typedef struct row_run {
	uint64_t old_row, new_row, rows;
	bool moved;
} row_run;
typedef struct row_moves {
	row_run *list;
	size_t count, cap, at;
} row_moves;

/* By ascending old row. */
vv_status row_moves_add(row_moves *m, uint64_t old_row, uint64_t new_row, uint64_t rows,
			vv_error *err);
/* Determines moved rows: the heaviest runs that ascend on both sides have not moved. */
vv_status row_moves_settle(row_moves *m, vv_error *err);
void row_moves_clear(row_moves *m);
VV_AUTO_CLEAR(row_moves, row_moves_clear)

/* ---- gap: which removed row and which added one are one row ---- */

/* Empties the gap; then its removed rows, in their order, first and added; then match; then next until it is false. */
void rowdiff_gap_begin(row_gap *g, uint64_t pos);
vv_status rowdiff_gap_remove(row_gap *g, uint64_t old_row, vv_error *err);
vv_status rowdiff_gap_match(vv_rowdiff *d, vv_error *err);
bool rowdiff_gap_next(row_gap *g, row_entry *e);
void rowdiff_gap_clear(row_gap *g);

/* ---- row_cells: the cells of two rows ---- */

bool rowdiff_is_of_key(const vv_rowdiff *d, const vv_column_pair *p);
/* How two rows compare, cell by cell: fills d->cells. rekeyed: in the key's columns in any case.
 * equal: columns that need no look, or NULL. */
vv_status rowdiff_compare(vv_rowdiff *d, const vv_cell *a, const vv_cell *b, const bool *equal,
			  bool rekeyed, size_t *changed, size_t *formatted, vv_error *err);
/* Do the two rows share at least half of their compared cells? */
vv_status rowdiff_alike(vv_rowdiff *d, uint64_t old_row, uint64_t new_row, bool *out,
			vv_error *err);

/* ---- match: which row is which ---- */

/* Joins the digests and fills d->entries. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

/* ---- align: rows found equal side by side, in the groups that only one version has ---- */

/* Goes over the groups that only one side has. Rows found equal on the
 * way become segments of d->changed (or are put into kept); all others are put into out. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

/* ---- rekey: rows whose key alone changed ---- */

/* Takes out of gone and added (row numbers, 8 bytes each; finished) the pairs
 * that are one row whose key changed, and puts them into kept. Both are then read again from
 * their beginnings, or are other sorters. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

#endif
