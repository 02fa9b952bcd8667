/*
 * groups: the row groups of the checked version, and their results from earlier versions. Only for
 * this room.
 *
 * A correct caller: check_groups_list, check_facts_load; each group that is not cached is read
 * (check_load, check_unload); check_facts_save.
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
 * cells: finds faults in the cells of one row group, and makes keys of its rows. Only for this
 * room.
 *
 * A correct caller: a check_worker for each thread; check_group_rows counts into it.
 */

/* cells.c: one thread's working memory. */
typedef struct check_worker {
	vv_parted parted;
	vv_buf value, key;
	vv_arena arena;
	vv_pattern_scratch *patterns;
	vv_pattern_budget *pattern_budget; /* of the whole check; NULL: it has none */
	vv_condition_scratch *conditions;
	vv_row_block *block; /* of the group that is loaded */
	uint8_t *blank;      /* a row each; valid while has_blank */
	size_t blank_cap;
	bool has_blank;
	bool pass_blank;    /* has_blank, and they are passed over */
	uint32_t *counters; /* counter_count */
	bool no_memory;
} check_worker;
void check_worker_clear(check_worker *w); /* accepts zeroes */
VV_AUTO_CLEAR(check_worker, check_worker_clear)
vv_status check_worker_init(check_worker *w, const check_plan *p, vv_error *err);

/* The faults of a cell: a set of CHECK_ bits. */
unsigned check_cell(check_worker *w, const check_plan *p, const check_column *c,
		    const vv_cell *cell);

/* A loaded group, whose columns are the worker's block's. */
typedef struct check_group {
	vv_group view;        /* where long cells had to be brought in line it has none */
	size_t rows, columns; /* columns: of the table */
} check_group;
/* Finds rows without any value: w->has_blank, w->pass_blank. */
vv_status check_blank(check_worker *w, const check_plan *p, const check_group *g, vv_error *err);
/* Counts into w->counters, sets w->blank; *newlines: line ends inside of cells. */
vv_status check_group_rows(check_worker *w, const check_plan *p, const check_group *g,
			   uint32_t *newlines, vv_error *err);
/* Line ends inside of cells, stride apart. */
uint32_t check_line_ends(const vv_cell *cells, size_t stride, size_t rows);

#define CHECK_TOLD 2 /* by a share: the cache does not have it yet */

/* One row group of the version under way. */
typedef struct check_group_info {
	vv_cid cid;       /* of its block */
	uint8_t name[32]; /* of its content, long cells included */
	uint64_t first_row;
	uint32_t rows;
	uint32_t newlines;
	/* where its counters begin in the run's `counts`; UINT32_MAX: nothing found */
	uint32_t counts;
	uint8_t known;       /* the rules' answer is from the cache, or CHECK_TOLD */
	const uint8_t *item; /* its entry in the list, if it has long cells; else NULL */
	size_t item_len;
} check_group_info;

/* Further questions about groups. wants: is the i-th group to be read? look: appends the answer, from w->block of a worker. take:
 * is given the answers, in the order of the groups. */
typedef struct check_group_more {
	void *payload;
	bool (*wants)(const void *payload, size_t i);
	vv_status (*look)(void *payload, unsigned worker, size_t i, vv_buf *out, vv_error *err);
	vv_status (*take)(void *payload, size_t i, const uint8_t **p, const uint8_t *end,
			  vv_error *err);
} check_group_more;

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
	check_memo facts; /* of groups, under the plan's id */
	vv_buf counts;    /* varint n, then n x (varint counter, varint count) */
	uint64_t *totals; /* counter_count */
	uint64_t groups_read;
	vv_check_lines *lines;
	const check_group_more *more; /* or NULL */
	struct check_keys *keys;      /* one for each of plan.keys */
	/* The seed of a run that the caller looks up: the groups here are those that it does not have.
	 * NULL: the run is looked up here. */
	const uint64_t *run_seed;
} check_run;

/* The groups of the version, from its data list; nothing is known of them yet. */
vv_status check_groups_list(check_run *r, vv_error *err);
/* The same with only these groups of the version, by their numbers. */
vv_status check_groups_list_some(check_run *r, const vv_list_place *places, size_t count,
				 vv_error *err);

/* The block of an item of the data list, and what names the group's content: the block alone does
 * not if there are long cells. */
vv_status check_group_name(uint8_t name[32], vv_cid *block, bool *has_long,
			   const vv_list_item *item, vv_error *err);

/* Loads group i (through the batch if it has long cells) into w->block. */
vv_status check_load(check_run *r, check_worker *w, vv_batch *batch, size_t i, check_group *out,
		     vv_error *err);
void check_unload(check_group *g);
/* The counters of a group that is known: reads *p, moving it. */
bool check_next_count(const uint8_t **p, const uint8_t *end, uint64_t *counter, uint64_t *count);

/* Load and save what rules found in groups, for later checks. */
vv_status check_facts_load(check_run *r, vv_error *err);
vv_status check_facts_save(check_run *r, vv_error *err);
/* The same for another machine, whose check gets it as a result of a share. */
vv_status check_facts_give(const check_run *r, vv_buf *out, vv_error *err);

/* lines.c: which lines the rows are in. Line ends inside of a group's cells, where they
 * are known already. */
void check_lines_give(vv_check_lines *l, uint64_t group, uint32_t newlines);
/* Stores its counts in the cache. */
vv_status check_lines_keep(vv_check_lines *l, vv_error *err);
/* Blank lines between the rows: how many in all, and for up to `limit` of them the line. */
vv_status check_lines_blank(vv_check_lines *l, uint64_t *total, uint64_t *lines, size_t limit,
			    vv_error *err);

/* Rows whose line end is not the dialect's: how many, and the first. */
uint64_t check_lines_other_ends(const vv_check_lines *l, uint64_t *row);

#endif
