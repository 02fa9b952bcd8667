/*
 * groups: the row groups of the checked version, and their results from earlier checks. Only for
 * this folder.
 *
 * A correct caller: check_groups_list, check_facts_load; check_load and check_unload for each group
 * without a cached result; check_facts_save.
 */
#ifndef VV_CHECK_RULES_GROUPS_H
#define VV_CHECK_RULES_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "check/kept/memo.h"
#include "check/rules/plan.h"
#include "dataset/format/group.h"
#include "dataset/rows/condition_run.h"
#include "dataset/rows/row_block.h"
#include "dataset/table/table.h"
#include "diff/rows/list_compare.h"

/*
 * cells: finds faults in the cells of one row group, and computes the keys of its rows. Only for
 * this folder.
 *
 * A correct caller: a check_worker for each thread; check_group_rows adds to its counters.
 */

/* cells.c: one thread's working memory. */
typedef struct check_worker {
	vv_parted parted;
	vv_buf value, key;
	vv_arena arena;
	vv_pattern_scratch *patterns;
	vv_pattern_budget *pattern_budget; /* of the whole check; NULL: no such budget */
	vv_condition_scratch *conditions;
	vv_row_block *block; /* of the loaded group */
	uint8_t *blank;      /* one for each row: has the row no value? Valid if has_blank */
	size_t blank_cap;
	bool has_blank;
	bool pass_blank;    /* has_blank, and blank rows are skipped */
	uint32_t *counters; /* counter_count */
	bool no_memory;
} check_worker;
void check_worker_clear(check_worker *w); /* accepts zeroes */
VV_AUTO_CLEAR(check_worker, check_worker_clear)
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* Returns the faults of a cell as CHECK_ bits. */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group. Its columns are in the worker's block. */
typedef struct check_group {
	vv_group view;        /* empty if the group has long cells */
	size_t rows, columns; /* columns: of the table */
} check_group;
/* Finds rows without any value: sets w->blank, w->has_blank and w->pass_blank. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Adds the findings of the group to w->counters and sets w->blank. *newlines: the number of line
 * ends inside of cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Returns the number of line ends inside of cells that are `stride` cells apart. */
uint32_t check_line_ends(const vv_cell *cells, size_t stride, size_t rows);

#define CHECK_TOLD 2 /* known from a share, and not yet in the cache */

/* A row group of the checked version. */
typedef struct check_group_info {
	vv_cid cid;       /* CID of the group's block */
	uint8_t name[32]; /* identifies the group's content, including long cells */
	uint64_t first_row;
	uint32_t rows;
	uint32_t newlines;
	/* offset of the group's counters in check_run.counts; UINT32_MAX: nothing found */
	uint32_t counts;
	uint8_t known; /* 1: the result is from the cache; CHECK_TOLD: from a share; 0: unknown */
	/* the group's entry in the data list if it has long cells; else NULL */
	const uint8_t *item;
	size_t item_len;
} check_group_info;

/* Further work on groups. wants: must the i-th group be read? look: appends a result to out, from
 * w->block of the worker. take: receives the results in the order of the groups, and moves *p past
 * each. */
typedef struct check_group_more {
	void *payload;
	bool (*wants)(const void *payload, size_t i);
	vv_status (*look)(void *payload, unsigned worker, size_t i, vv_buf *out, vv_error *err);
	vv_status (*take)(void *payload, size_t i, const uint8_t **p, const uint8_t *end,
			  vv_error *err);
} check_group_more;

/* The state of checking a version. */
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
	check_memo facts; /* cached results of groups for the plan's id */
	vv_buf counts;    /* varint n, then n x (varint counter, varint count) */
	uint64_t *totals; /* counter_count */
	uint64_t groups_read;
	vv_check_lines *lines;
	const check_group_more *more; /* may be NULL */
	struct check_keys *keys;      /* one for each of plan.keys */
	/* The seed of a cached run of keys that the caller looks up; the groups here are those that
	 * the run lacks. NULL: the check looks up the run itself. */
	const uint64_t *run_seed;
} check_run;

/* Sets r->groups from the version's data list, without results. */
vv_status check_groups_list(check_run *r, vv_error *err);
/* Sets r->groups to only these groups of the version. */
vv_status check_groups_list_some(check_run *r, const vv_list_place *places, size_t count,
				 vv_error *err);

/* Sets *block to the block of an item of the data list, and name to the hash that identifies the
 * group's content: if there are long cells, the block alone does not identify it. */
vv_status check_group_name(uint8_t name[32], vv_cid *block, bool *has_long,
			   const vv_list_item *item, vv_error *err);

/* Loads group i into w->block; if it has long cells, through the batch. */
vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err);
void check_unload(check_group *g);
/* Reads the next counter and its count from the cached result of a group, and advances *p. False:
 * the bytes are damaged. */
bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count);

/* Load and save the results of groups in the cache. */
vv_status check_facts_load(check_run *r, vv_error *err);
vv_status check_facts_save(check_run *r, vv_error *err);
/* Appends the results of groups to out as the result of a share, for the check of another process. */
vv_status check_facts_give(const check_run *r, vv_buf *out, vv_error *err);

/* lines.c: finds the lines of rows. Passes the number of line ends inside of a group's cells, if
 * already known. */
void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines);
/* Stores the counts of l in the cache. */
vv_status check_lines_keep(vv_check_lines *l, vv_error *err);
/* Finds blank lines between the rows: *total: their number; lines: the line numbers of up to
 * `limit` of them. */
vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err);

/* Returns the number of rows whose line end differs from the dialect's; *row: the first of these
 * rows. */
uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row);

#endif
