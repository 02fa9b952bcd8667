/*
 * key_repeats: reports repeated keys, compared by value, and keys with missing parts. Private to
 * check/rules.
 */
#ifndef VV_CHECK_RULES_KEY_REPEATS_H
#define VV_CHECK_RULES_KEY_REPEATS_H

#include "check/rules/emit.h"

/* The hashes that occur more than once, and the groups that must be read to compare the keys with these
 * hashes. */
typedef struct check_suspects {
	uint64_t *hashes; /* ascending */
	size_t count,     /* number of hashes */
		cap;      /* capacity of hashes */
	/* one for each group, a sum of: 1, if the group has such a hash; 2, if the group has a row
	 * whose key lacks a part (key_bytes.h) */
	uint8_t *groups;
	uint64_t nulls; /* 0: no row's key lacks a part */
} check_suspects;

/* Reports the rows that repeat the key with index `at` in the plan. If it is the primary key, also
 * reports rows whose key lacks a part. seed: the seed of the hashes. Sets *found to the number of all
 * these rows, reported or not. */
vv_status check_key_repeats(check_run *r, check_emit *e, size_t at, uint64_t seed,
			    const check_suspects *s, uint64_t *found, vv_error *err);

#endif
