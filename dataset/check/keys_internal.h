/*
 * keys_internal: a key under way; shared by keys.c and repeats.c.
 */
#ifndef VV_DATASET_CHECK_KEYS_INTERNAL_H
#define VV_DATASET_CHECK_KEYS_INTERNAL_H

#include "dataset/check/check_internal.h"

struct check_keys {
	uint64_t seed;
	vv_buf record;
	const uint8_t *old; /* its entries */
	size_t old_count;
	uint32_t *map; /* group there -> group here, or UINT32_MAX */
	size_t map_count;
	uint8_t *has;    /* a byte for each group here: its entries are in the record */
	bool gone;       /* some group of the record is not here */
	uint64_t *fresh; /* entries of the other groups */
	size_t count, cap;
	int fd; /* fresh ones past the limit; -1: none */
	char *path;
	uint64_t spilled;
};

/* Hashes that occur more than once, and the groups that they occur in. */
typedef struct check_suspects {
	uint64_t *hashes; /* ascending */
	size_t count, cap;
	uint8_t *groups; /* a byte each: 1 holds a suspect, 2 a row without a whole key */
	uint64_t nulls;
} check_suspects;

/* Telling what was found: how many, and the first few. */
typedef struct check_telling {
	check_run *r;
	check_emit *e;
	size_t key;
	bool give; /* else only count */
	uint64_t found, given;
} check_telling;

/* keys.c */
uint64_t check_keys_memory(const check_run *r);
uint64_t check_keys_hash(const vv_buf *key, uint64_t seed);

/* repeats.c: compares by value the keys whose hashes occur more than once; counts, and tells. */
vv_status check_repeats(check_telling *t, check_worker *w, const check_suspects *s, vv_error *err);

#endif
