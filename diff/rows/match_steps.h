/*
 * match_steps: the steps of a comparison of rows (rowdiff.h): align, match, rekey and gap.
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
#include "dataset/read/sorter.h"
#include "diff/rows/changed_groups.h"
#include "diff/rows/row_by_number.h"
#include "diff/rows/row_change.h"

typedef struct vv_column_pair vv_column_pair;

/*
 * Only align.c, digest.c, gap.c, match.c, moves.c, rekey.c, respelling.c, row_cells.c and rowdiff.c include this header.
 */

/*
 * key_set: a set of hashes of keys, to find repeated keys.
 *
 * Two of millions of keys may have the same hash by chance. Therefore, a key may be new even if the
 * set already has its hash.
 */

/* A hash table with 8 bytes per slot, at most 3/4 full. All members zero: an empty set. */
typedef struct vv_key_set {
	uint64_t *slots; /* 0: a free slot */
	size_t mask,     /* the number of slots, a power of two, minus 1 */
		count;   /* number of used slots */
} vv_key_set;

/* The result of vv_key_set_put. */
typedef enum vv_key_put {
	VV_KEY_NEW,      /* the hash was added */
	VV_KEY_THERE,    /* the set already has the hash */
	VV_KEY_FULL,     /* the set cannot grow within the memory limit: the hash was not added */
	VV_KEY_NO_MEMORY /* out of memory: the hash was not added */
} vv_key_put;

/* Adds the hash of a key. memory: maximum bytes of the set. */
vv_key_put vv_key_set_put(vv_key_set *s, uint64_t key, size_t memory);
/* Returns true if the set has the hash of a key. */
bool vv_key_set_has(const vv_key_set *s, uint64_t key);

/* Loads the slot of a key that will soon be added or searched into the CPU's caches. */
static inline void vv_key_set_soon(const vv_key_set *s, uint64_t key)
{
	if (s->slots) {
		__builtin_prefetch(&s->slots[(size_t)key & s->mask]);
	}
}

void vv_key_set_clear(vv_key_set *s);
VV_AUTO_CLEAR(vv_key_set, vv_key_set_clear)

/* A result of matching that vv_rowdiff_next has not returned yet: consecutive rows of one kind. */
typedef struct row_entry {
	/* the position by which results are ordered: 2 * new_row + 2; for a removed row 2 * (the
	 * row above it in the new version) + 3, or 1 at the top */
	uint64_t pos;
	uint64_t old_row, /* number of the first row in the old version */
		new_row;  /* number of the first row in the new version */
	vv_row_kind kind;
	bool moved, rekeyed; /* as in vv_row_change */
	/* number of consecutive results of this kind, each one row below the previous one on both
	 * sides */
	uint64_t rows;
} row_entry;

/* A gap, for tables without a key: removed rows between two rows that both versions have, and the
 * added rows between these two rows. */
typedef struct row_gap {
	uint64_t pos; /* position of the removed rows */
	/* the removed rows, as sequences of consecutive rows. In an element, old_row is the first
	 * row of the sequence, and new_row is not a row, but the number of removed rows in earlier
	 * elements */
	vv_segment *gone;
	size_t gone_count, /* number of elements of gone */
		gone_cap;  /* capacity of gone */
	uint64_t removed;  /* number of removed rows */
	uint64_t first,    /* the first added row, in the new version */
		added;     /* number of added rows, which are consecutive */
	/* the pairs of a removed and an added row that are one changed row, ascending. An element
	 * describes `rows` consecutive pairs. For the first of these pairs, old_row is the index of
	 * its row among the removed rows, and new_row is the index of its row among the added
	 * rows */
	vv_segment *pairs;
	size_t pair_count, /* number of elements of pairs */
		pair_cap;  /* capacity of pairs */
	/* [0]: number of removed rows that were returned; [1]: number of added ones */
	uint64_t told[2];
	size_t pair; /* index of the next pair to return */
} row_gap;

/* The differences of two row groups with the same number of rows, whose rows are compared in pairs.
 * Only the differing cells and those of the key are decoded. */
typedef struct rowdiff_needed {
	/* indexes in columns->pairs of the compared columns that are not in the key and differ in
	 * some row */
	size_t *pairs;
	size_t count;   /* number of these pairs */
	uint8_t *marks; /* count x rows elements: 1 if the column differs in the row */
	size_t marks_cap;
	vv_arena scratch; /* for comparing columns */
	bool any;         /* a pair of groups was compared, and furthest is valid */
	/* first row of the last group, in the order of rows, that was compared */
	uint64_t furthest;
	/* number of compared groups that are not after the group at furthest */
	unsigned returns;
	/* the cells of the last pair of rows; cells that are not needed are absent: */
	vv_cell *old_cells, /* of the row of the old version */
		*new_cells; /* of the row of the new version */
	/* one for each of columns->pairs: true if the last two rows are equal there */
	bool *same;
} rowdiff_needed;

/* A comparison of rows. */
typedef struct vv_rowdiff {
	vv_table *a, /* the old version; borrowed */
		*b;  /* the new version; borrowed */
	vv_rowdiff_options opts;
	vv_changed_groups changed; /* the groups that only one version has */
	size_t *key_a,             /* indexes of the key's columns in a */
		*key_b;            /* indexes of the key's columns in b */
	size_t key_count;          /* number of the key's columns; 0: no key */
	bool *compared; /* one for each of columns->pairs: true if the pair is compared */
	bool canonical; /* values are compared and hashed, not spellings */
	bool cross;     /* one side is CSV, the other side JSON */
	/* the seed of all hashes: of the CIDs of a and b, so that every run pairs the same rows */
	uint64_t seed;
	/* rows with the same key at the same position of a group are paired without hashing them;
	 * valid only if no key is repeated among the rows that differ */
	bool direct,
		/* direct was not valid: compare again with direct false */
		again;
	/* the hashes of the keys of the rows that were paired because of `direct` */
	vv_key_set paired;

	vv_sorter *entries; /* the results, each a row_entry */
	/* the newest result, not yet in entries; if its `rows` is 0, no result */
	row_entry last_entry;
	vv_row_by_number rows_a, /* reads rows of a */
		rows_b;          /* reads rows of b */
	row_gap gap;             /* tables without a key: the entries that are matched together */
	row_entry ahead;         /* the entry that was read from entries last and is not used yet */
	bool has_ahead;          /* `ahead` is valid */

	uint8_t *cells; /* states of cells for vv_row_change */
	/* one for each of columns->pairs: true if the column has the same bytes in the two groups
	 * that begin with rows equal_old and equal_new */
	bool *equal;
	uint64_t equal_old, equal_new; /* UINT64_MAX: `equal` is not valid */
	rowdiff_needed needed;         /* with opts.only_needed, for the same two groups */
	/* for comparing values; scratch.failed: memory ran out, here or in a step of the comparison
	 * that does not return an error of its own */
	vv_buf scratch;
	vv_rowdiff_stats stats;
} vv_rowdiff;

/* Returns the memory, in bytes, that each of n sorters may use. */
size_t rowdiff_memory(const vv_rowdiff *d, size_t n);

/* Returns the cell in the form in which it is compared. Between CSV and JSON, null, absent, and an
 * empty text that is a missing value become equal, since CSV cannot distinguish them. */
vv_cell rowdiff_cell(const vv_rowdiff *d, const vv_field *f, const vv_cell *c);

/* Bytes of a digest: a record with the hash of a row's key (16 bytes; without a key, the hash of
 * the row), the hash of the row (16), its side (1), and its number (8, big-endian). */
#define DIGEST_LEN 41u
#define DIGEST_KEY 16u /* bytes of the hash of the key */
_Static_assert(DIGEST_LEN == DIGEST_KEY + 16 + 1 + 8, "key hash, row hash, side, row");
/* Working memory for hashing the rows of one side. */
typedef struct digest {
	vv_rowdiff *d;           /* borrowed */
	vv_table *table;         /* the version; borrowed */
	int side;                /* 0: a, 1: b */
	const size_t *key;       /* indexes of the key's columns; borrowed */
	const vv_field **fields; /* fields by which the cells of the compared columns are read */
	const vv_field **key_fields; /* fields by which the cells of the key are read */
	size_t *columns; /* the compared columns of this side, in the order of the pairs */
	size_t column_count;
	size_t *wanted; /* the columns to decode */
	size_t wanted_count;
	vv_sorter *out; /* receives the digests; borrowed */
	vv_buf text;    /* scratch; if it fails, d->scratch fails */
} digest;
/* Initialises *g for one side (0: a, 1: b). Call digest_clear after a failure, too. */
vv_status digest_init(digest *g, vv_rowdiff *d, int side, vv_sorter *out, vv_error *err);
void digest_clear(digest *g);
VV_AUTO_CLEAR(digest, digest_clear)
/* Adds the digest of the row with these cells and this number to the sorter. */
void digest_row(digest *g, const vv_cell *cells, uint64_t row);
/* Returns the hash of the row's key. */
vv_hash128 digest_key(digest *g, const vv_cell *cells);
/* Returns the field by which cells of one side are read, for the pair of column a of the old
 * version and column b of the new version. Borrowed from the tables of d. */
const vv_field *digest_field(const vv_rowdiff *d, int side, size_t a, size_t b);
/* Returns the hash of the compared cells: the hash of the row in its digest. */
vv_hash128 digest_cells(digest *g, const vv_cell *cells);

/* Bytes of a record of the sorter `kept`: a run of consecutive rows that both versions have. A
 * record has the number of the first row in the old version (8 bytes) and in the new version (8),
 * the number of rows (8), and a row_pair (1). Runs are ordered by the old number. */
#define KEPT_LEN 25u
_Static_assert(KEPT_LEN == 8 + 8 + 8 + 1, "old row, new row, rows, row_pair");

/* How the rows of such a run differ. */
typedef enum row_pair {
	PAIR_EQUAL,
	PAIR_CHANGED,
	PAIR_REKEYED /* changed in the key, and perhaps in other cells */
} row_pair;
/* Adds a run to the sorter `kept`. */
void rowdiff_keep(vv_sorter *kept, const vv_segment *rows, row_pair how);

/* ---- moves: finds the smallest set of moved rows: all other rows are in the same order in both
 * versions ---- */

/* A run of rows that both versions have, consecutive in both. */
typedef struct row_run {
	uint64_t old_row, /* the first row in the old version */
		new_row,  /* the first row in the new version */
		rows;     /* number of rows */
	bool moved;       /* set by row_moves_settle */
} row_run;
/* All runs. All members zero: no runs. */
typedef struct row_moves {
	row_run *list;
	size_t count, /* number of runs */
		cap,  /* capacity of list */
		at;   /* index of the current run, for callers that go through the list */
	bool failed;  /* memory ran out; row_moves_settle returns the error */
} row_moves;

/* Adds a run. Runs must be added in ascending order of old_row. */
void row_moves_add(row_moves *m, uint64_t old_row, uint64_t new_row, uint64_t rows);
/* Sets `moved` of each run so that the runs that are not moved are in the same order in both
 * versions, and together have as many rows as possible. */
vv_status row_moves_settle(row_moves *m, vv_error *err);
void row_moves_clear(row_moves *m);
VV_AUTO_CLEAR(row_moves, row_moves_clear)

/* ---- gap: finds pairs of a removed row and an added row that are one changed row ---- */

/* Empties the gap g and begins it at `pos`. The caller then calls rowdiff_gap_remove for the
 * removed rows in their order, sets g->first and g->added, and calls rowdiff_gap_match, then
 * rowdiff_gap_next until it returns false. */
void rowdiff_gap_begin(row_gap *g, uint64_t pos);
/* Adds the removed row with the number old_row to the gap g. */
vv_status rowdiff_gap_remove(row_gap *g, uint64_t old_row, vv_error *err);
/* Pairs the removed and added rows of d->gap. */
vv_status rowdiff_gap_match(vv_rowdiff *d, vv_error *err);
/* Sets *e to the next result of the gap g. Returns false if there are no more. */
bool rowdiff_gap_next(row_gap *g, row_entry *e);
void rowdiff_gap_clear(row_gap *g);

/* ---- row_cells: compares the cells of two rows ---- */

/* Returns true if the pair of columns is part of the key. */
bool rowdiff_is_of_key(const vv_rowdiff *d, const vv_column_pair *p);
/* Compares row a of the old version with row b of the new version cell by cell, and sets d->cells.
 * Sets *changed to the number of cells marked VV_CELL_CHANGED, and *formatted to the number of
 * cells marked VV_CELL_FORMAT. rekeyed: compares the columns of the key even if the options exclude
 * them, and without the tolerance. equal: one for each pair of columns, true if its cells are known
 * to be equal; may be NULL. */
vv_status rowdiff_compare(vv_rowdiff *d, const vv_cell *a, const vv_cell *b, const bool *equal,
			  bool rekeyed, size_t *changed, size_t *formatted, vv_error *err);
/* Sets *changed to the number of compared cells in which the two rows differ. */
vv_status rowdiff_count_changed(vv_rowdiff *d, uint64_t old_row, uint64_t new_row, size_t *changed,
				vv_error *err);

/* ---- match: finds the rows of the two versions that are the same row ---- */

/* Matches all rows with rowdiff_align, by their digests, and with rowdiff_rekey. Sets d->entries
 * and the members `groups_read`, `repeated_keys`, `repeated` and `reordered` of d->stats. */
vv_status rowdiff_match(vv_rowdiff *d, vv_error *err);

/* ---- align: finds equal rows side by side, in the groups that only one version has ---- */

/* Compares the groups that only one side has. Equal rows that are found side by side are added to
 * the segments of d->changed, or to `kept`. With d->direct, rows with the same key side by side are
 * added to `kept`, too. The digests of all other rows are added to out. If d->again is true
 * afterwards, the result is not valid. */
vv_status rowdiff_align(vv_rowdiff *d, vv_sorter *out, vv_sorter *kept, vv_error *err);

/* ---- rekey: finds rows whose key changed ---- */

/* Moves pairs of rows that differ only in the key from `gone` and `added` to `kept`, if no other
 * row makes the pair doubtful. If most keys changed, then also moves pairs of rows that have
 * the same value in a text column that identifies rows; if nearly all did, those of rowdiff_respelled, too. `gone` and
 * `added` contain row numbers (8 bytes each). Afterwards, both can be read from the beginning; *gone and *added may then be
 * other sorters, and the former ones are freed. */
vv_status rowdiff_rekey(vv_rowdiff *d, vv_sorter **gone, vv_sorter **added, vv_sorter *kept,
			vv_error *err);

/* ---- respelling: finds rows of which several values are spelled otherwise throughout ---- */

/* Bytes of a pair: its rows in the old and the new version (8 + 8), and two hashes (16 + 16), for rekey.c. */
#define ROWDIFF_PAIR_LEN 48u

/* Pairs the removed with the added rows, in their order or, if rows are missing between them, as gap does, if nearly all have
 * only equal or respelled values: a value of a column has the same new value in several rows, and in most of those that had
 * it. Adds pairs whose key is not in doubt to `pairs`, ascending; none if it is another table. gone, added: as for
 * rowdiff_rekey. */
vv_status rowdiff_respelled(vv_rowdiff *d, vv_sorter *gone, vv_sorter *added, vv_sorter *pairs,
			    vv_error *err);

#endif
