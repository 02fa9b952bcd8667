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
 * key_set: a set of hashes of keys, to find repeated keys.
 *
 * Two of millions of keys may have the same hash by chance. If the set already has the hash, the
 * caller must therefore compare the keys.
 */

/* A hash table with 8 bytes per slot, at most 3/4 full. All members zero: an empty set. */
typedef struct vv_key_set {
	uint64_t *slots; /* 0: a free slot */
	size_t mask, count;
} vv_key_set;

typedef enum vv_key_put {
	VV_KEY_NEW,
	VV_KEY_THERE, /* the set already has the hash */
	VV_KEY_FULL,  /* the set would exceed the memory limit: the hash was not added */
	VV_KEY_NO_MEMORY
} vv_key_put;

/* Adds the hash of a key. memory: maximum bytes of the set. */
vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory);
bool vv_key_set_has(const vv_key_set *s, uint64_t key);

/* Prefetches the slot of a key that will soon be added or searched, since a large set does not fit
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
	/* position: 2 * new row + 2; for a removed row 2 * (the row above it in the new version) +
	 * 3, or 1 at the top */
	uint64_t pos;
	uint64_t old_row, new_row;
	vv_row_kind kind;
	bool moved, rekeyed;
	/* number of consecutive results of this kind, each one row below the previous one on both
	 * sides */
	uint64_t rows;
} row_entry;

/* For tables without a key: the rows removed at one place, and the added rows that directly follow
 * them. */
typedef struct row_gap {
	uint64_t pos; /* position of the removed rows */
	/* the removed rows: old_row is their first row; new_row is the number of removed rows
	 * before them */
	vv_segment *gone;
	size_t gone_count, gone_cap;
	uint64_t removed;      /* number of removed rows */
	uint64_t first, added; /* the added rows: [first, first + added) of the new version */
	/* removed and added rows that are one changed row: their indexes among the removed and the
	 * added rows, ascending */
	vv_segment *pairs;
	size_t pair_count, pair_cap;
	uint64_t told[2]; /* numbers of removed and of added rows that were returned */
	size_t pair;      /* the next pair to return */
} row_gap;

/* The differences of two groups that have the same number of rows and are compared row by row: the
 * differing cells, and the cells of the key. */
typedef struct rowdiff_needed {
	/* indexes in columns->pairs of the compared columns that are not in the key and differ in
	 * some row */
	size_t *pairs;
	size_t count;
	uint8_t *marks; /* count x rows elements: 1 if the column differs in the row */
	size_t marks_cap;
	vv_arena scratch; /* for comparing columns */
	bool any;         /* a pair of groups was compared, and furthest is valid */
	/* first row of the last group, in the order of rows, that was compared */
	uint64_t furthest;
	/* number of compared groups that are not after the group at furthest */
	unsigned returns;
	/* the cells of the last pair of rows; cells that are not needed are absent */
	vv_cell *old_cells, *new_cells;
	/* one for each of columns->pairs: true if the last two rows are equal there */
	bool *same;
} rowdiff_needed;

typedef struct vv_rowdiff {
	vv_table *a, *b;
	vv_rowdiff_options opts;
	vv_changed_groups changed;
	size_t *key_a, *key_b; /* places of the key's columns; key_count 0: no key */
	size_t key_count;
	bool *compared; /* one for each of columns->pairs: true if the pair is compared */
	bool canonical; /* values are compared and hashed, not spellings */
	bool cross;     /* one side is CSV, the other side JSON */
	uint64_t seed;
	/* direct: rows with the same key at the same place are paired without hashing them. This is
	 * valid only if no key is repeated among the rows that are not simply equal. If a key is
	 * repeated, `again` becomes true, and the comparison is repeated without direct. */
	bool direct, again;
	vv_key_set paired; /* the keys of the pairs that direct made */

	vv_sorter *entries;
	row_entry last_entry; /* not yet in entries; if its `rows` is 0, there is no entry */
	vv_row_by_number rows_a, rows_b;
	row_gap gap;     /* tables without a key: the entries that are matched together */
	row_entry ahead; /* the entry that was read from entries last and is not used yet */
	bool has_ahead;

	uint8_t *cells; /* states of cells for vv_row_change */
	/* one for each of columns->pairs: true if the column has the same bytes in the two groups
	 * that begin with rows equal_old and equal_new */
	bool *equal;
	uint64_t equal_old, equal_new; /* UINT64_MAX: `equal` is not valid */
	rowdiff_needed needed;         /* with opts.only_needed, for the same two groups */
	vv_buf scratch; /* for comparing values; if scratch.failed is set, memory ran out */
	vv_rowdiff_stats stats;
} vv_rowdiff;

/* Returns the memory, in bytes, that each of n sorters may use. */
size_t rowdiff_memory(const vv_rowdiff *d, size_t n);

/* Returns the cell in the form in which it is compared. Between CSV and JSON, null, absent, and an
 * empty text that is a missing value become equal, since CSV cannot distinguish them. */
vv_cell rowdiff_cell(const vv_rowdiff *d, const vv_field *f, const vv_cell *c);

/* Working memory for hashing the rows of one side. Records of the sorter: hash of the key (16
 * bytes), hash of the row (16), side (1), row (8, big-endian). */
#define DIGEST_LEN 41u
#define DIGEST_KEY 16u
_Static_assert(DIGEST_LEN == DIGEST_KEY + 16 + 1 + 8, "key hash, row hash, side, row");
typedef struct digest {
	vv_rowdiff *d;
	vv_table *table;
	int side;
	const size_t *key;
	const vv_field **fields; /* fields by which the cells of the compared columns are read */
	const vv_field **key_fields; /* the same for the columns of the key */
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
/* Hashes a row, and adds the record to the sorter. */
vv_status digest_row(digest *g, const vv_cell *cells, uint64_t row, vv_error *err);
/* Sets *out to the hash of the row's key. */
vv_status digest_key(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);
/* Returns the field by which cells of one side are read, for the pair of columns a and b. */
const vv_field *digest_field(const vv_rowdiff *d, int side, size_t a, size_t b);
/* Sets *out to the hash of the compared cells, which is the hash of the row in records. */
vv_status digest_cells(digest *g, const vv_cell *cells, vv_hash128 *out, vv_error *err);

/* Records of the sorter `kept`: runs of rows that both versions have, ordered by old row: old row
 * (8 bytes), new row (8), number of rows (8), row_pair (1). */
#define KEPT_LEN 25u
_Static_assert(KEPT_LEN == 8 + 8 + 8 + 1, "old row, new row, rows, row_pair");

/* How the rows of such a run differ. */
typedef enum row_pair {
	PAIR_EQUAL,
	PAIR_CHANGED,
	PAIR_REKEYED /* changed in the key, and perhaps in other cells */
} row_pair;
/* Adds a run to the sorter. */
vv_status rowdiff_keep(vv_sorter *kept, const vv_segment *rows, row_pair how, vv_error *err);

/* ---- moves: finds the fewest rows without which the other rows are in the same order ---- */

/* A run of rows that both versions have, consecutive on both sides. */
typedef struct row_run {
	uint64_t old_row, new_row, rows;
	bool moved;
} row_run;
typedef struct row_moves {
	row_run *list;
	size_t count, cap, at;
} row_moves;

/* Adds a run. Runs must be added in ascending order of old_row. */
vv_status row_moves_add(row_moves *m, uint64_t old_row, uint64_t new_row, uint64_t rows,
			vv_error *err);
/* Sets `moved` of each run. The runs that are not moved ascend on both sides, and have the most
 * rows together. */
vv_status row_moves_settle(row_moves *m, vv_error *err);
void row_moves_clear(row_moves *m);
VV_AUTO_CLEAR(row_moves, row_moves_clear)

/* ---- gap: finds out which removed row and which added row are one changed row ---- */

/* A correct caller: rowdiff_gap_begin, which empties the gap; rowdiff_gap_remove for the removed
 * rows in their order; set first and added; rowdiff_gap_match; rowdiff_gap_next until it returns
 * false. */
void rowdiff_gap_begin(row_gap *g, uint64_t pos);
vv_status rowdiff_gap_remove(row_gap *g, uint64_t old_row, vv_error *err);
vv_status rowdiff_gap_match(vv_rowdiff *d, vv_error *err);
bool rowdiff_gap_next(row_gap *g, row_entry *e);
void rowdiff_gap_clear(row_gap *g);

/* ---- row_cells: compares the cells of two rows ---- */

/* Returns true if the pair of columns is part of the key. */
bool rowdiff_is_of_key(const vv_rowdiff *d, const vv_column_pair *p);
/* Compares two rows cell by cell, and sets d->cells. *changed: number of cells with different
 * values; *formatted: number of cells with the same value in different spellings. rekeyed: compares
 * the columns of the key, too. equal: one for each pair of columns, true if its cells are known to
 * be equal; may be NULL. */
vv_status rowdiff_compare(vv_rowdiff *d, const vv_cell *a, const vv_cell *b, const bool *equal,
			  bool rekeyed, size_t *changed, size_t *formatted, vv_error *err);
/* Sets *out to true if the two rows are equal in at least half of their compared cells. */
vv_status rowdiff_alike(vv_rowdiff *d, uint64_t old_row, uint64_t new_row, bool *out,
			vv_error *err);

/* ---- match: finds out which rows of the two versions are the same row ---- */

/* Joins the records of both sides, and sets d->entries. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

/* ---- align: finds equal rows side by side, in the groups that only one version has ---- */

/* Compares the groups that only one side has. Equal rows that are found side by side become
 * segments of d->changed, or are added to `kept`. The records of all other rows are added to
 * out. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

/* ---- rekey: finds rows of which only the key changed ---- */

/* Moves pairs of rows that differ only in the key from `gone` and `added` to `kept`. `gone` and
 * `added` contain row numbers (8 bytes each) and are finished. Afterwards, both can be read again
 * from the beginning, or are replaced by other sorters. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

#endif
