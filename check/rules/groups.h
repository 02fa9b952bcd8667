/*
 * groups: the row groups of the checked version, with their results from earlier checks. Private to
 * check/rules.
 *
 * A correct caller calls check_groups_list and check_facts_load, check_load and check_unload for each
 * group without a cached result, and then check_facts_save.
 */
#ifndef VV_CHECK_RULES_GROUPS_H
#define VV_CHECK_RULES_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/kept/memo.h"
#include "check/rules/cells.h"
#include "check/rules/plan.h"
#include "diff/rows/list_compare.h"

typedef struct vv_batch vv_batch;
typedef struct vv_check_lines vv_check_lines;
typedef struct vv_check_options vv_check_options;
typedef struct vv_check_result vv_check_result;
typedef struct vv_table vv_table;

/* Value of check_group_info.known: the result came from another process, which checked a share of
 * the groups; the cache does not have it yet. */
#define CHECK_TOLD 2

/* A row group of the checked version. */
typedef struct check_group_info {
	vv_cid cid;         /* CID of the group's block */
	uint8_t name[32];   /* identifies the group's content, including long cells */
	uint64_t first_row; /* number of its first row, from 0 */
	uint32_t rows;      /* number of its rows */
	uint32_t newlines;  /* number of line ends inside its cells */
	/* offset of the group's counters in check_run.counts; UINT32_MAX: no faults */
	uint32_t counts;
	/* 1: the result is from the cache; CHECK_TOLD: from another process; 0: not known yet */
	uint8_t known;
	/* the group's entry in the version's data list (VV_LIST_DATA) if the group has long cells,
	 * which are stored outside of the group; else NULL */
	const uint8_t *item;
	size_t item_len;
} check_group_info;

/* Callbacks for further work on groups. */
typedef struct check_group_more {
	void *payload; /* first argument of the functions */
	/* Returns true if the i-th group must be read. */
	bool (*wants)(const void *payload, size_t i);
	/* Computes a result from the i-th group, which is loaded in the worker's block, and appends
	 * it to out. worker: index in check_run.workers. Called in any thread. */
	vv_status (*look)(void *payload, unsigned worker, size_t i, vv_buf *out, vv_error *err);
	/* Receives the result of the i-th group at *p, and moves *p to its end. Called in the order
	 * of the groups. */
	vv_status (*take)(void *payload, size_t i, const uint8_t **p, const uint8_t *end,
			  vv_error *err);
} check_group_more;

/* The state of checking a version. */
typedef struct check_run {
	check_plan plan;
	vv_table *table; /* the version */
	const vv_check_options *o;
	vv_check_result *result; /* receives the result */
	check_worker *workers;   /* one for each thread */
	size_t worker_count;
	check_group_info *groups; /* the groups, in order */
	size_t group_count;
	vv_arena arena;   /* memory of check_group_info.item */
	check_memo facts; /* the memo with the cached results of the groups; its key is plan.id */
	/* the results of the groups, at the offsets check_group_info.counts: for each group varint
	 * n, then n pairs of varints, the index of a counter and its value, which is above 0 */
	vv_buf counts;
	/* plan.counter_count counters, each the sum of this counter over all groups */
	uint64_t *totals;
	uint64_t groups_read;         /* number of groups that were read */
	vv_check_lines *lines;        /* finds the lines of rows */
	const check_group_more *more; /* further work on each group; may be NULL */
	struct check_keys *keys;      /* one for each key of the plan */
	/* the seed of the cached run of keys (check/kept/key_run.h), if the caller itself searches
	 * this run; `groups` then has only the groups that are not in the run. NULL: the functions of
	 * keys.h search the run */
	const uint64_t *run_seed;
} check_run;

/* Makes r->workers: one for this thread, and one for each thread of the pool. */
vv_status check_workers_open(check_run *r, vv_error *err);
/* Frees everything that the run has, with its plan and its keys. */
void check_run_close(check_run *r);

/* Sets r->groups to the groups in the version's data list, without results. */
vv_status check_groups_list(check_run *r, vv_error *err);
/* Sets r->groups to only the given groups of the version. */
vv_status check_groups_list_some(check_run *r, const vv_changed_group *places, size_t count,
				 vv_error *err);

/* Sets name to a hash that identifies the content of the group with this item in the data list. Sets
 * *block to the CID of the group's block. Sets *has_long to true if the group has long cells, which are
 * stored outside of the block; the CID then does not identify the content. */
vv_status check_group_name(uint8_t name[32], vv_cid *block, bool *has_long,
			   const vv_list_item *item, vv_error *err);

/* Loads the i-th group into w->block, and sets *out. If the group has long cells, batch receives its
 * cells; batch must then remain valid until check_unload. */
vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err);
/* Closes the group *g, which check_load has loaded. */
void check_unload(check_group *g);
/* Reads the number of the next counter and its count from the result of a group (check_run.counts)
 * at *p, and moves *p to their end. Returns false if the bytes are damaged. */
bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count);

/* Loads the results of groups from the cache and from r->o->results. */
vv_status check_facts_load(check_run *r, vv_error *err);
/* Stores the results of all groups in the cache, and keeps cached results of groups that this version
 * does not have. Stores nothing if nothing is new, or if the budget for patterns (r->o->patterns) is
 * spent. */
vv_status check_facts_save(check_run *r, vv_error *err);
/* Replaces the content of out with the results of the groups, for vv_check_share.result. Another
 * process passes them to its check as vv_check_noted. out is empty if the budget for patterns
 * (r->o->patterns) is spent. */
vv_status check_facts_give(const check_run *r, vv_buf *out, vv_error *err);

/* ---- lines.c: finds the lines of rows (vv_check_lines) ---- */

/* Tells l the number of line ends inside the cells of a group, so that l need not count them. */
void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines);
/* Stores the numbers of lines of all groups in the cache. */
vv_status check_lines_keep(vv_check_lines *l, vv_error *err);
/* Finds blank lines between the rows: sets *total to their number, and lines[0 .. limit) to the
 * numbers of the first ones. */
vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err);

/* Returns the number of rows whose line end differs from the dialect's line end, and sets *row to
 * the number of the first of these rows. */
uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row);

#endif
