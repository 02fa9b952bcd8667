/*
 * replaced: walks over the gaps between the runs of both sides, which are ascending.
 */
#include "diff/merge/replaced.h"

#include "base/array.h"
#include "diff/merge/cells.h"

/* Rows [from, end) of base that a side removed, and the rows that it added there. */
typedef struct gap {
	uint64_t from, end;
	const merge_block *block;
	bool marked; /* its rows are marked */
} gap;

/* The gaps of a side. */
typedef struct gaps {
	const merge *m;
	const merge_side *side;
	size_t at; /* the run below the gap that comes next */
} gaps;

static bool has_partner(const merge_side *s, const merge_block *b, uint64_t nth)
{
	return s->partner[b->before + nth] != MERGE_NONE;
}

/* Did the side add a row there that the other one did not add? */
static bool is_filled(const merge_side *s, const gap *g)
{
	if (g->end <= g->from || !g->block) return false;
	return vv_find_place(i, g->block->rows, !has_partner(s, g->block, i)) < g->block->rows;
}

static bool next_gap(gaps *g, gap *out)
{
	const merge_side *s = g->side;

	while (g->at <= s->run_count) {
		const merge_run *above = g->at > 0 ? &s->by_old[g->at - 1] : NULL;
		const uint64_t from = above ? above->old_row + above->rows : 0;

		*out = (gap){.from = from, .block = merge_block_at(s, from)};
		out->end = g->at < s->run_count ? s->by_old[g->at].old_row
						: merge_base(g->m)->root.rows;
		g->at++;
		if (is_filled(s, out)) return true;
	}
	return false;
}

/* A gap of one side may overlap many of the other. */
static void mark_once(merge_side *s, gap *g)
{
	const merge_block *b = g->block;

	if (g->marked) return;
	g->marked = true;
	for (uint64_t i = 0; i < b->rows; i++) {
		s->replaces[b->before + i] = !has_partner(s, b, i);
	}
}

/* Adds the rows of base of two gaps, one of each side, that have a row in common. */
static vv_status add_overlap(merge *m, gap *x, gap *y, vv_error *err)
{
	merge_row_range *last = m->replaced_count > 0 ? &m->replaced[m->replaced_count - 1] : NULL;
	const uint64_t from = x->from < y->from ? x->from : y->from;
	const uint64_t end = x->end > y->end ? x->end : y->end;

	mark_once(&m->side[0], x);
	mark_once(&m->side[1], y);
	if (last && from < last->end) {
		last->end = end > last->end ? end : last->end;
		return VV_OK;
	}
	return vv_array_add(m->replaced, m->replaced_count, m->replaced_cap,
			    (merge_row_range){from, end})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

/* Can new rows of both sides be in conflict? */
static bool can_conflict(const merge *m)
{
	const vv_merge_rules *rules = m->opts->rules;

	if (!merge_base(m) || m->opts->part || m->equal_data || m->side[0].added == 0 ||
	    m->side[1].added == 0) {
		return false;
	}
	if (m->key_count > 0 && !merge_is_doubtful_key(m)) return false;
	return !rules || rules->added != VV_MERGE_ADDED_BOTH;
}

vv_status merge_replaced_find(merge *m, vv_error *err)
{
	gaps of[2] = {{.m = m, .side = &m->side[0]}, {.m = m, .side = &m->side[1]}};
	gap x = {0}, y = {0};
	vv_status rc;

	if (!can_conflict(m)) return VV_OK;
	bool more = next_gap(&of[0], &x) && next_gap(&of[1], &y);
	while (more) {
		if (x.from < y.end && y.from < x.end && (rc = add_overlap(m, &x, &y, err)) < 0) {
			return rc;
		}
		more = x.end < y.end ? next_gap(&of[0], &x) : next_gap(&of[1], &y);
	}
	return VV_OK;
}

bool merge_is_replaced(const merge *m, uint64_t old_row)
{
	const size_t at = vv_first_place(i, m->replaced_count, m->replaced[i].end <= old_row);

	return at < m->replaced_count && m->replaced[at].from <= old_row;
}
