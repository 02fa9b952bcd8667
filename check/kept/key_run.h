/*
 * key_run: writes and searches runs. A run is a file with an entry for each key of a version of a
 * large table. Private to check.
 *
 * An entry is a uint64_t: the upper 40 bits are the hash of a row's key, the lower 24 bits are the
 * number of the row's group. To use only about three bytes for each row, a run leaves out the lowest
 * bits of each hash, and returns them as 0. If a hash is found in a group, the caller must therefore
 * read the group and compare the whole keys.
 *
 * A run contains the names of its groups (hashes that identify their content), the entries in
 * ascending order, the hashes that occur more than once, and the list of the groups.
 *
 * The entries are divided into pieces of 4 KiB. The distance of a hash from the first hash of its
 * piece is divided by `lower`, a constant of the run: distance = upper * lower + rest. The
 * differences of successive `upper` are stored in unary, and rest * group_count + group is stored
 * in a field of field_bits bits.
 *
 * A run is mapped, not loaded. A check of changed groups, or a look-up, reads only some pieces. The
 * checksum of each piece is verified before the piece is used. Damaged runs are ignored, since a run
 * can be made again from the table.
 */
#ifndef VV_CHECK_KEPT_KEY_RUN_H
#define VV_CHECK_KEPT_KEY_RUN_H

#include "check/kept/memo.h"

typedef struct vv_table vv_table;

#define CHECK_GROUP_BITS 24 /* number of an entry's bits for the group */
#define CHECK_GROUP_MASK (((uint64_t)1 << CHECK_GROUP_BITS) - 1)
#define CHECK_KEY_PIECE 4096u /* bytes of a piece */

/* An open run. Not thread-safe: reading it sets `fine` and `damaged`. */
typedef struct check_key_run {
	uint64_t seed;      /* the seed with which keys were hashed */
	vv_hash128 list;    /* check_key_run_list of the version from which the run was made */
	size_t group_count; /* number of the version's groups */
	check_group_names groups; /* valid after a call of check_key_run_names */
	const uint8_t *entries;   /* piece_count pieces of CHECK_KEY_PIECE bytes */
	size_t piece_count,       /* number of pieces */
		entry_count;      /* number of all entries */
	/* the divisor `lower` (see above): the number of possible values of `rest` */
	uint64_t lower;
	/* number of bits of an entry's field, which contains `rest` and the group */
	unsigned field_bits;
	unsigned left_out;      /* number of bits of each hash that the run leaves out */
	const uint8_t *repeats; /* the hashes that occur more than once, ascending, each as le64 */
	size_t repeat_count;    /* number of these hashes */
	const uint8_t *top;     /* the encoded top of the list of groups */
	size_t top_len;         /* length of top in bytes */
	const uint8_t *body,    /* all bytes of the run that checksums protect */
		*sums;          /* the checksum of each piece of body */
	size_t body_len;        /* length of body in bytes */
	uint8_t *fine;          /* one for each piece of body: 1 if its checksum was verified */
	bool damaged;           /* damage was found */
	void *map;              /* the mapped file */
	size_t map_len;         /* length of map in bytes */
	size_t from,            /* offset of the run in map */
		len;            /* length of the run */
} check_key_run;

/* Returns a hash of the list of row groups of t. If two versions have the same hash, their i-th groups
 * are equal. */
vv_hash128 check_key_run_list(const vv_table *t);

/* Opens the run with this id in the cache, or else in the cache's trusted file (cache.h). id:
 * identifies the key's columns and how their values are read (check_key.id in check/rules/plan.h).
 * If there is no valid run, or if cache is NULL, returns VV_OK and sets out->entries to NULL. Close
 * *out after a failure, too. */
vv_status check_key_run_open(check_key_run *out, vv_check_cache *cache, vv_hash128 id,
			     vv_error *err);
/* Returns the path of the run in the cache, which the caller frees. NULL: cache is NULL or has no
 * folder, or out of memory. */
char *check_key_run_file(vv_check_cache *cache, vv_hash128 id);
/* Sets k->groups to the groups' names. If they are damaged, closes the run: k->entries is then
 * NULL. */
vv_status check_key_run_names(check_key_run *k, vv_error *err);
/* Returns true if k has a run, and no damage was found in it so far. */
bool check_key_run_sound(const check_key_run *k);
void check_key_run_close(check_key_run *k); /* k may be zeroed */
VV_AUTO_CLEAR(check_key_run, check_key_run_close)
/* Sets *top and *len to the encoded top of the list of groups (dataset/format/list.h), borrowed.
 * Returns false if the run is damaged. */
bool check_key_run_top(check_key_run *k, const uint8_t **top, size_t *len);
/* Returns the i-th repeated hash. UINT64_MAX: the run is damaged. */
uint64_t check_key_run_repeat(check_key_run *k, size_t i);
/* A position among the entries. */
typedef struct check_key_cursor {
	check_key_run *run; /* borrowed */
	/* the entry at this position; UINT64_MAX: the position is after the last entry, or the run
	 * is damaged */
	uint64_t entry;
	uint64_t sought; /* the hash of the last search; bits that the run leaves out are 0 */
	uint64_t base;   /* the first hash of the current piece */
	size_t piece,    /* number of the current piece */
		bit;     /* offset of the next entry in the piece, in bits */
	size_t index,    /* number of entries of the piece before the next entry */
		count;   /* number of all entries of the piece */
} check_key_cursor;
/* Returns a cursor at the first entry with this hash or a greater one. */
check_key_cursor check_key_run_find(check_key_run *k, uint64_t hash);
/* Moves the cursor to the first entry with this hash or a greater one. Fast if the hashes of
 * successive calls ascend. */
void check_key_cursor_seek(check_key_cursor *c, uint64_t hash);
void check_key_cursor_next(check_key_cursor *c); /* moves to the next entry */
/* Returns true if the current entry has the hash of the last search, as far as the run stores its
 * bits. */
static inline bool check_key_cursor_has(const check_key_cursor *c)
{
	return c->entry >> CHECK_GROUP_BITS == c->sought && c->entry != UINT64_MAX;
}

/* A run that is being written. A correct caller calls check_key_writer_begin, check_key_writer_put for
 * each entry in ascending order, check_key_writer_end, which gives the file its final name, and
 * check_key_writer_free. If writing to the disk fails, no function reports it, and no run is made. */
typedef struct check_key_writer check_key_writer;
/* Begins to write a run to the file. seed: the seed of the hashes. t: the version, borrowed until
 * check_key_writer_end. names: the names of its `count` groups, 32 bytes each. expected: the
 * approximate number of entries. left_out: the minimum number of bits to leave out of each hash,
 * because the caller does not have these bits. */
vv_status check_key_writer_begin(check_key_writer **out, const char *file, uint64_t seed,
				 const vv_table *t, const uint8_t *const *names, size_t count,
				 uint64_t expected, unsigned left_out, vv_error *err);
/* Appends `entry` to the run. */
void check_key_writer_put(check_key_writer *w, uint64_t entry);
/* Completes the run. repeats: the count hashes that occur more than once, ascending. */
void check_key_writer_end(check_key_writer *w, const uint64_t *repeats, size_t count);
/* Frees w. Without check_key_writer_end, no run is made. w may be NULL. */
void check_key_writer_free(check_key_writer *w);
VV_AUTO_FREE(check_key_writer, check_key_writer_free)

#endif
