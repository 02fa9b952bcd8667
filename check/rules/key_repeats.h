/*
 * key_repeats: findings of keys: repeated ones, compared by value, and missing parts. For this room
 * alone.
 */
#ifndef VV_CHECK_RULES_KEY_REPEATS_H
#define VV_CHECK_RULES_KEY_REPEATS_H

#include "check/rules/emit.h"

/* Hashes that occur more than once, and the groups that they occur in. */
typedef struct check_suspects {
	uint64_t *hashes; /* ascending */
	size_t count, cap;
	uint8_t *groups; /* a byte each: 1 has a suspect, 2 a row without a whole key */
	uint64_t nulls;
} check_suspects;

/* Reports all repeats of key `at` of the plan. *found: the number of rows that repeat a key. */
vv_status check_key_repeats(check_run *r, check_emit *e, size_t at, uint64_t seed,
			    const check_suspects *s, uint64_t *found, vv_error *err);

#endif
