/*
 * key_run: looks up the sorted entries of a large table's key, which are stored on disk. Private to
 * check.
 *
 * An entry is a hash and the number of the key's group, from keys.c: 40 bits of hash above 24 of group. To use only three bytes
 * a row, a run stores the highest bits of each hash and returns the others as 0. So when a hash is found in a group, that group
 * must be read to see whether the rest of the hash agrees.
 *
 * A run contains the names of its groups, the entries in the order of their hashes, the hashes that
 * occur more than once, and the list of the groups. A run is mapped, not loaded: a check of changed
 * groups, or a look-up, reads only some pieces of 4 KiB, and compares each piece with its checksum
 * before it is used. Damaged runs are ignored, since a run can be made again from the table.
 */
#ifndef VV_CHECK_KEPT_KEY_RUN_H
#define VV_CHECK_KEPT_KEY_RUN_H

#include "check/kept/memo.h"
#include "dataset/table/table.h"

#define CHECK_GROUP_BITS 24
#define CHECK_GROUP_MASK (((uint64_t)1 << CHECK_GROUP_BITS) - 1)
#define CHECK_KEY_PIECE 4096u

typedef struct check_key_run {
	uint64_t seed;
	vv_hash128 list; /* check_key_run_list of the version that the run was made from */
	size_t group_count;
	check_group_names groups; /* valid after check_key_run_names */
	const uint8_t *entries;   /* pieces of CHECK_KEY_PIECE bytes */
	size_t piece_count, entry_count;
	uint64_t lower; /* number of values of a hash's lower part, which is in the field */
	/* bits of an entry's field: the lower part of the hash, and the group */
	unsigned field_bits;
	unsigned left_out;      /* number of bits of each hash that the run leaves out */
	const uint8_t *repeats; /* le64 each: hashes, ascending */
	size_t repeat_count;
	const uint8_t *top; /* the root of the list of groups */
	size_t top_len;
	const uint8_t *body, *sums; /* sums: the checksum of each piece of body */
	size_t body_len;
	uint8_t *fine; /* for each piece: was its checksum verified? */
	bool damaged;
	void *map;
	size_t map_len;
	size_t from, len; /* offset and length of the run in map */
} check_key_run;

/* Returns a hash that identifies the row groups of a version: if two versions have the same hash,
 * their i-th groups are equal. */
vv_hash128 check_key_run_list(const vv_table *t);

/* Opens the cached run of a key, or else the run that a trusted result contains. cache NULL: no
 * run. out->entries NULL: no run exists, or it is damaged. Close *out after a failure, too. */
vv_status check_key_run_open(check_key_run *out, vv_check_cache *cache, vv_hash128 id,
			     vv_error *err);
/* Returns the path of the run in the cache, owned by the caller. NULL: no path. */
char *check_key_run_file(vv_check_cache *cache, vv_hash128 id);
/* Reads the groups' names; on damage sets entries to NULL. */
vv_status check_key_run_names(check_key_run *k, vv_error *err);
/* Was everything valid that was read so far? */
bool check_key_run_sound(const check_key_run *k);
void check_key_run_close(check_key_run *k); /* accepts zeroes */
/* Sets *top to the root of the list of groups, as embedded in the version. False: damaged. */
bool check_key_run_top(check_key_run *k, const uint8_t **top, size_t *len);
/* Returns the i-th repeated hash; UINT64_MAX: damaged. */
uint64_t check_key_run_repeat(check_key_run *k, size_t i);
/* A position among the entries. */
typedef struct check_key_cursor {
	check_key_run *run;
	uint64_t entry;  /* the entry at this position; UINT64_MAX: no more entries, or damaged */
	uint64_t sought; /* the searched hash, with zeros for omitted bits */
	uint64_t base;   /* the base value of the piece */
	size_t piece, bit;
	/* index: entries of the piece up to this one; count: all entries of the piece */
	size_t index, count;
} check_key_cursor;
/* Returns a cursor at the first entry with this hash or a greater one. */
check_key_cursor check_key_run_find(check_key_run *k, uint64_t hash);
/* Moves the cursor to the first entry with this hash or a greater one. Costs little if hashes are
 * searched in ascending order. */
void check_key_cursor_seek(check_key_cursor *c, uint64_t hash);
void check_key_cursor_next(check_key_cursor *c);
/* Are the stored bits of the last searched hash equal to those of this entry? */
static inline bool check_key_cursor_has(const check_key_cursor *c)
{
	return c->entry >> CHECK_GROUP_BITS == c->sought && c->entry != UINT64_MAX;
}

/* To write a run, call check_key_writer_begin, check_key_writer_put for each entry in order, and the end. The run is visible
 * only after its end; if the disk fails, no run is made. */
typedef struct check_key_writer check_key_writer;
/* Begins a run. t: the table of the groups; borrowed until check_key_writer_end. expected:
 * approximate number of entries. left_out: minimum number of bits of hashes to leave out, which are
 * not known any more. */
vv_status check_key_writer_begin(check_key_writer **out, const char *file, uint64_t seed,
				 const vv_table *t, const uint8_t *const *names, size_t count,
				 uint64_t expected, unsigned left_out, vv_error *err);
void check_key_writer_put(check_key_writer *w, uint64_t entry);
void check_key_writer_end(check_key_writer *w, const uint64_t *repeats, size_t count);
/* without check_key_writer_end: no run is made; accepts NULL */
void check_key_writer_free(check_key_writer *w);

#endif
