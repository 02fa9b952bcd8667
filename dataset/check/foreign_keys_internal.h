/*
 * foreign_keys_internal: a foreign key under way; shared by check_refs*.c.
 */
#ifndef VV_DATASET_CHECK_FOREIGN_KEYS_INTERNAL_H
#define VV_DATASET_CHECK_FOREIGN_KEYS_INTERNAL_H

#include "dataset/check/check_internal.h"

/* Keys that are looked for, those whose hashes are below `end` and not below `begin`. */
typedef struct check_targets {
	vv_arena arena;
	struct check_target {
		uint64_t hash;
		const char *bytes;
		uint32_t len;
		bool met;
	} * slots;
	size_t mask, count, left; /* left: not met yet */
	uint64_t seed;            /* of this run: nobody can aim at it */
	uint64_t bytes;           /* held */
	uint64_t begin, end;      /* end 0: 2^64 */
} check_targets;

/* One foreign key under way. */
typedef struct check_following {
	check_run *r;
	check_emit *e;
	check_worker w;
	const check_foreign *f;
	vv_table *there;
	size_t *places; /* its columns */
	check_targets t;
	uint32_t *bad;         /* of each group here: keys without target, so far */
	uint8_t *known;        /* a byte each: bad is from the cache */
	vv_hash128 how, other; /* how keys are read; the other side's data */
	vv_buf record;         /* of the version before */
	const uint8_t *gone;   /* its groups here, of which some are no more; NULL: none of use */
	size_t gone_count;
	vv_buf key, scratch;
	uint64_t given;
	bool has_long; /* some group has cells that do not stand in its block */
} check_following;

/* foreign_keys.c */
vv_status check_refs_clear(check_targets *t, vv_error *err); /* begins a part, empty */
vv_status check_refs_want(check_targets *t, const vv_buf *key, uint64_t memory, vv_error *err);
void check_refs_meet(check_targets *t, const vv_buf *key);
uint64_t check_refs_memory(const check_following *x);
const vv_field *check_refs_field_there(const check_following *x, size_t i);
const vv_field *check_refs_field_here(const check_following *x, size_t i);

/* foreign_keys_memo.c: what is known of groups; keeping it. */
vv_status check_refs_load(check_following *x, vv_error *err);
vv_status check_refs_save(check_following *x, vv_error *err);
/* Keys that groups before had, which had a target each, have one still. */
vv_status check_refs_meet_gone(check_following *x, vv_error *err);

#endif
