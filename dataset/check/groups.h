/*
 * groups: the row groups of a version under way, and what is known of them from versions
 * before. For this room alone.
 *
 * A correct caller: check_groups_list, check_memo_load; each group that is not known is read
 * (check_load, check_unload); check_memo_save.
 */
#ifndef VV_DATASET_CHECK_GROUPS_H
#define VV_DATASET_CHECK_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/hash_index.h"
#include "dataset/check/cells.h"

/* One row group of the version under way. */
typedef struct check_group_info {
	vv_cid cid;
	uint64_t first_row;
	uint32_t rows;
	uint32_t newlines;
	uint32_t
		/* where its counters begin in the run's `counts`; UINT32_MAX: nothing found */
		counts;
	uint8_t known;       /* the rules' answer is from the cache */
	const uint8_t *item; /* its entry in the list, where it has long cells; else NULL */
	size_t item_len;
} check_group_info;

/* A version under way. */
typedef struct check_run {
	check_plan plan;
	vv_table *table;
	const vv_check_options *o;
	vv_check_result *result;
	check_worker *workers;
	size_t worker_count;
	check_group_info *groups;
	size_t group_count;
	vv_arena arena;
	vv_buf memo;      /* the record as it was read */
	vv_buf counts;    /* varint n, then n x (varint counter, varint count) */
	uint64_t *totals; /* counter_count */
	uint64_t groups_read;
	vv_check_lines *lines;
	struct check_keys *keys; /* one for each of plan.keys */
} check_run;

/* The groups of the version, from its data list; nothing is known of them yet. */
vv_status check_groups_list(check_run *r, vv_error *err);

/* Digests of groups in a record, each `step` bytes after the one before, found by value. Borrows
 * the record. */
typedef struct check_digests {
	const uint8_t *first;
	size_t step;
	vv_hash_index index;
} check_digests;
/* Also after a failure to be closed. */
vv_status check_digests_open(check_digests *d, const uint8_t *first, size_t step, size_t count,
			     vv_error *err);
void check_digests_close(check_digests *d); /* accepts zeroes */
/* The entry that begins with the digest; NULL: none. */
const uint8_t *check_digests_find(const check_digests *d, const uint8_t digest[32]);

/* Loads group i (through the batch where it has long cells). */
vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err);
void check_unload(check_group *g);
/* The counters of a group that is known: reads *p, moving it. */
bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count);

/* The record of what is known of groups. */
vv_status check_memo_load(check_run *r, vv_error *err);
vv_status check_memo_save(check_run *r, vv_error *err);

/* lines.c: which lines the rows stand in. Line ends inside of a group's cells, where they
 * are known already. */
void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines);
/* Keeps what it was given. */
vv_status check_lines_keep(vv_check_lines *l, vv_error *err);
/* Blank lines between the rows: how many in all, and for up to `limit` of them the line. */
vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err);

/* Rows whose line end is not the dialect's: how many, and the first. */
uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row);

#endif
