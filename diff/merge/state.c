/*
 * state: answers questions about the three versions: which row of base is which of a side, which
 * rows are unchanged, which decisions were made; and reports conflicts.
 */
#include "diff/merge/state.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/rowdiff.h"

int merge_pick(bool x_is_y, bool x_is_base, bool y_is_base)
{
	if (x_is_y || y_is_base) return 0;
	return x_is_base ? 1 : -1;
}

int merge_decided(const merge *m, vv_conflict_kind kind, const char *column, size_t len)
{
	vv_array_each(m->opts->decisions, m->opts->decision_count, d) {
		bool named = d->column && column ? strlen(d->column) == len &&
							   memcmp(d->column, column, len) == 0
						 : !d->column && !column;
		if (d->kind == kind && named) {
			if (d->take == VV_TAKE_BASE) return 2;
			return (int)(d->take == VV_TAKE_OURS ? m->ours : 1 - m->ours);
		}
	}
	return merge_all_side(m);
}

int merge_all_side(const merge *m)
{
	vv_merge_rule_kind all = m->opts->rules ? m->opts->rules->all : VV_MERGE_CONFLICT;

	if (all == VV_MERGE_CONFLICT) return -1;
	return (int)(all == VV_MERGE_OURS ? m->ours : 1 - m->ours);
}

/* A row without a value in the key has no key. */
static bool has_key(const merge *m, const merge_report *r)
{
	const size_t *key = m->side[r->version].key;

	return r->key_cells &&
	       vv_find_place(i, m->key_count, r->key_cells[key[i]].len > 0) < m->key_count;
}

/* Sets the rows of a conflict, which are in the order base, ours, theirs. */
static void set_rows(vv_conflict *c, const merge *m, const merge_report *r)
{
	const size_t versions[3] = {MERGE_BASE, m->ours, 1 - m->ours};

	for (size_t i = 0; i < 3; i++) {
		const size_t v = versions[i];

		c->rows[i] = r->rows[v];
		c->schemas[i] = r->rows[v] ? &m->side[v].table->schema : NULL;
		c->at[i] = r->at[v];
	}
}

vv_status merge_conflict(merge *m, const merge_report *r, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_status rc = VV_OK;
	m->stats->conflicts++;
	if (!m->opts->conflict) return VV_OK;
	const bool keyed = has_key(m, r);
	if (keyed) {
		vv_key_json_put(&key, r->key_cells, m->side[r->version].key, m->key_count);
		rc = vv_buf_ok(&key, err);
	}
	vv_conflict c = {.kind = r->kind,
			 .key = keyed ? vv_buf_cstr(&key) : NULL,
			 .row = r->row,
			 .column = r->column,
			 .base = r->side[MERGE_BASE],
			 .ours = r->side[m->ours],
			 .theirs = r->side[1 - m->ours],
			 .before = r->before,
			 .detail = r->detail};
	if (!keyed || r->kind == VV_CONFLICT_KEY_TWICE || r->kind == VV_CONFLICT_ROW_REPLACED) {
		set_rows(&c, m, r);
	}
	return rc < 0 ? rc : m->opts->conflict(m->opts->payload, &c, err);
}

vv_status merge_conflict_text(merge *m, vv_conflict_kind kind, const char *column,
			      const vv_buf *detail, vv_error *err)
{
	const merge_report r = {
		.kind = kind, .row = MERGE_NONE, .column = column, .detail = vv_buf_cstr(detail)};
	const vv_status rc = vv_buf_ok(detail, err);
	return rc < 0 ? rc : merge_conflict(m, &r, err);
}

void vv_merge_copies_clear(vv_merge_copies *c)
{
	vv_free(c->list);
	*c = (vv_merge_copies){0};
}

void vv_merge_moves_clear(vv_merge_moves *m)
{
	vv_free(m->list);
	vv_arena_clear(&m->arena);
	*m = (vv_merge_moves){.part = false};
}

/* --- rows ------------------------------------------------------------------- */

bool merge_has_value(const merge_side *s, const vv_cell *c)
{
	const bool json = vv_form_is_typed(s->table->root.dialect.form);

	return c->len > 0 || (json && c->state != VV_CELL_ABSENT);
}

/* The run that contains a row of base; NULL: none. */
static const merge_run *find_run(merge_side *s, uint64_t old_row)
{
	const merge_run *list = s->by_old;
	if (s->at_old < s->run_count) {
		uint64_t from = list[s->at_old].old_row;
		if (old_row >= from && old_row - from < list[s->at_old].rows) {
			return &list[s->at_old];
		}
	}
	/* the first run that begins after the row */
	size_t lo = vv_first_place(i, s->run_count, list[i].old_row <= old_row);
	if (lo == 0) return NULL;
	s->at_old = lo - 1;
	return old_row - list[lo - 1].old_row < list[lo - 1].rows ? &list[lo - 1] : NULL;
}

uint64_t merge_to_side(merge_side *s, uint64_t old_row)
{
	const merge_run *r = find_run(s, old_row);
	return r ? r->new_row + (old_row - r->old_row) : MERGE_NONE;
}

const merge_block *merge_block_at(const merge_side *s, uint64_t above)
{
	size_t lo = vv_first_place(i, s->block_count, s->blocks[s->by_above[i]].above < above);
	return lo < s->block_count && s->blocks[s->by_above[lo]].above == above
		       ? &s->blocks[s->by_above[lo]]
		       : NULL;
}

uint64_t merge_added_index(const merge_side *s, uint64_t new_row)
{
	const size_t after = vv_first_place(i, s->block_count, s->blocks[i].row <= new_row);
	const merge_block *b = &s->blocks[after > 0 ? after - 1 : 0];

	return b->before + (new_row - b->row);
}

static const merge_group *find_group(merge_groups *g, uint64_t row)
{
	if (g->at >= g->count || g->list[g->at].row > row ||
	    (g->at + 1 < g->count && g->list[g->at + 1].row <= row)) {
		const size_t after = vv_first_place(i, g->count, g->list[i].row <= row);
		g->at = after > 0 ? after - 1 : 0;
	}
	return &g->list[g->at];
}

/* Rows from row on that are in the same group. */
static uint64_t rest_of_group(const merge_groups *g, const merge_group *x, const vv_table *t,
			      uint64_t row)
{
	return (x + 1 == g->list + g->count ? t->root.rows : x[1].row) - row;
}

/* Rows from row on before the next one that has other cells. */
static uint64_t until_changed(merge_side *s, uint64_t row)
{
	size_t at = s->at_changed;
	if (at > s->changed_count || (at > 0 && s->changed[at - 1] >= row) ||
	    (at < s->changed_count && s->changed[at] < row)) {
		s->at_changed = at = vv_first_place(i, s->changed_count, s->changed[i] < row);
	}
	return at < s->changed_count ? s->changed[at] - row : MERGE_NONE;
}

uint64_t merge_untouched(merge *m, merge_side *s, uint64_t old_row, uint64_t new_row)
{
	if (m->side[MERGE_BASE].groups.count == 0 || s->groups.count == 0) return 0;
	const merge_group *a = find_group(&m->side[MERGE_BASE].groups, old_row),
			  *b = find_group(&s->groups, new_row);
	uint64_t left = rest_of_group(&m->side[MERGE_BASE].groups, a, merge_base(m), old_row);
	bool same = s->same_places && old_row - a->row == new_row - b->row &&
		    vv_hash128_equal(a->data, b->data) && a->layout == b->layout;
	if (same) return left;
	if (!s->exact || !a->plain || !b->plain) return 0;
	uint64_t there = rest_of_group(&s->groups, b, s->table, new_row),
		 unchanged = until_changed(s, old_row);
	left = there < left ? there : left;
	return unchanged < left ? unchanged : left;
}

vv_merge_rows merge_rows_rule(const merge *m, size_t keeper)
{
	vv_merge_rows rows = m->opts->rules ? m->opts->rules->rows : VV_MERGE_ROWS_CONFLICT;

	if (rows == VV_MERGE_ROWS_OURS || rows == VV_MERGE_ROWS_THEIRS) {
		return (rows == VV_MERGE_ROWS_OURS) == (keeper == m->ours) ? VV_MERGE_ROWS_KEEP
									   : VV_MERGE_ROWS_DELETE;
	}
	return rows;
}

const vv_cell *merge_new_key_of(const merge *m, size_t which, uint64_t row)
{
	if (m->new_key_count == 0 || which != m->renumbers) return NULL;
	const size_t at = vv_first_place(i, m->new_key_count, m->new_keys[i].row < row);

	return at < m->new_key_count && m->new_keys[at].row == row ? &m->new_keys[at].cell : NULL;
}

bool merge_key_is_found(const merge *m)
{
	for (int v = 0; v < (merge_base(m) ? 3 : 2); v++) {
		const vv_root *root = &m->side[v].table->root;

		if (root->key_count > 0 && root->key_source != VV_KEY_INFERRED) return false;
	}
	return true;
}

bool merge_row_is_apart(const merge *m, size_t which, uint64_t row)
{
	const merge_apart *a = &m->apart[which];

	return a->count > 0 &&
	       bsearch(&row, a->rows, a->count, sizeof(*a->rows), vv_u64_order) != NULL;
}

bool merge_is_apart(const merge *m, const uint64_t rows[2])
{
	return merge_row_is_apart(m, 0, rows[0]) || merge_row_is_apart(m, 1, rows[1]);
}
