/*
 * key_run: the sorted entries of a large table's key, on disk, to be looked up. Private to check.
 *
 * An entry is a hash and the number of the key's group, from keys.c: 40 bits of hash above 24 of group. To use only three bytes
 * a row, a run stores the highest bits of each hash and returns the others as 0. So when a hash is found in a group, that group
 * must be read to see whether the rest of the hash agrees.
 *
 * A run contains the names of its groups, the entries in the order of their hashes, the hashes that occur more than once, and
 * the list of the groups. It is mapped, not loaded: a check of what changed, or a look-up, reads a few of its pieces of 4 KiB,
 * and each piece is compared with its checksum before it is used. A run can be made again from the table: a damaged one is
 * ignored.
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
	vv_hash128 list; /* check_key_run_list of the version that it was made of */
	size_t group_count;
	check_group_names groups; /* after check_key_run_names */
	const uint8_t *entries;   /* pieces of CHECK_KEY_PIECE bytes */
	size_t piece_count, entry_count;
	uint64_t lower;         /* parts of a hash */
	unsigned field_bits;    /* of an entry */
	unsigned left_out;      /* bits of a hash */
	const uint8_t *repeats; /* le64 each: hashes, ascending */
	size_t repeat_count;
	const uint8_t *top; /* of the list of groups */
	size_t top_len;
	const uint8_t *body, *sums; /* of each piece of the body */
	size_t body_len;
	uint8_t *fine; /* a byte for each piece: it has been proved */
	bool damaged;
	void *map;
	size_t map_len;
	size_t from, len; /* where the run is in it */
} check_key_run;

/* Names the row groups of a version: in a version with the same name group i is the same group i. */
vv_hash128 check_key_run_list(const vv_table *t);

/* The run that the cache has of a key, or else the one that the trusted result brought. cache NULL: there is
 * none. out->entries NULL: it does not exist, or it is not sound. Also after a failure to be closed. */
vv_status check_key_run_open(check_key_run *out, vv_check_cache *cache, vv_hash128 id,
			     vv_error *err);
/* Where the cache has it, or is to have it; owned. NULL: nowhere. */
char *check_key_run_file(vv_check_cache *cache, vv_hash128 id);
/* Reads the groups' names; on damage sets entries to NULL. */
vv_status check_key_run_names(check_key_run *k, vv_error *err);
/* Was all sound that has been read so far? */
bool check_key_run_sound(const check_key_run *k);
void check_key_run_close(check_key_run *k); /* accepts zeroes */
/* The list of the groups, as the version embedded it. False: it is damaged. */
bool check_key_run_top(check_key_run *k, const uint8_t **top, size_t *len);
/* The i-th hash that repeats; UINT64_MAX if it is damaged. */
uint64_t check_key_run_repeat(check_key_run *k, size_t i);
/* A place among the entries. */
typedef struct check_key_cursor {
	check_key_run *run;
	uint64_t entry;  /* the one here; UINT64_MAX: there is none, or it is damaged */
	uint64_t sought; /* with zeros for omitted bits */
	uint64_t base;   /* of the piece */
	size_t piece, bit;
	size_t index, count; /* entries of the piece up to this one, and all */
} check_key_cursor;
/* At the first entry with this hash or a greater one. */
check_key_cursor check_key_run_find(check_key_run *k, uint64_t hash);
/* The same from a cursor on, which costs little where hashes are sought in order. */
void check_key_cursor_seek(check_key_cursor *c, uint64_t hash);
void check_key_cursor_next(check_key_cursor *c);
/* Are the stored bits of the hash sought last equal to those of this entry? */
static inline bool check_key_cursor_has(const check_key_cursor *c)
{
	return c->entry >> CHECK_GROUP_BITS == c->sought && c->entry != UINT64_MAX;
}

/* To write a run, call check_key_writer_begin, check_key_writer_put for each entry in order, and the end. The run is visible
 * only after its end; if the disk fails, no run is made. */
typedef struct check_key_writer check_key_writer;
/* t: whose groups these are, until the end; borrowed. expected: roughly how many entries follow. left_out: bits of
 * hashes that are not known any more, at least. */
vv_status check_key_writer_begin(check_key_writer **out, const char *file, uint64_t seed,
				 const vv_table *t, const uint8_t *const *names, size_t count,
				 uint64_t expected, unsigned left_out, vv_error *err);
void check_key_writer_put(check_key_writer *w, uint64_t entry);
void check_key_writer_end(check_key_writer *w, const uint64_t *repeats, size_t count);
void check_key_writer_free(check_key_writer *w); /* without an end: nothing is kept; accepts NULL */

#endif
