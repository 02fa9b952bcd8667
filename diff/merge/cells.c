/*
 * cells: what becomes of one row: cell by cell, under the result's types, and when two
 * changes of a cell are a conflict.
 */
#include "diff/merge/cells.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/facts.h"
#include "diff/merge/decide.h"
#include "diff/merge/state.h"
#include "diff/rows/value.h"

static bool is_json(const vv_dialect *d)
{
	return d->form != VV_FORM_CSV;
}

/* -?(0|[1-9][0-9]*)(\.[0-9]+)?([eE][+-]?[0-9]+)? */
static bool is_json_number(const char *p, size_t len)
{
	size_t i = len > 0 && p[0] == '-', from = i;
	while (i < len && p[i] >= '0' && p[i] <= '9') {
		i++;
	}
	if (i == from || (p[from] == '0' && i > from + 1)) return false;
	if (i < len && p[i] == '.') {
		for (from = ++i; i < len && p[i] >= '0' && p[i] <= '9';) {
			i++;
		}
		if (i == from) return false;
	}
	if (i < len && (p[i] == 'e' || p[i] == 'E')) {
		i++;
		i += i < len && (p[i] == '+' || p[i] == '-');
		for (from = i; i < len && p[i] >= '0' && p[i] <= '9';) {
			i++;
		}
		if (i == from) return false;
	}
	return i == len;
}

/* A CSV cell as JSON has it. */
static vv_cell json_cell(const vv_field *f, const vv_cell *c)
{
	vv_cell out = *c;
	bool text = f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY;
	if (c->state == VV_CELL_ABSENT || (text && c->len == 0)) return out;
	if (vv_field_missing(f, c)) return (vv_cell){.state = VV_CELL_NULL};
	bool number = (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER ||
		       f->type == VV_TYPE_YEAR) &&
		      is_json_number(c->text, c->len);
	if (number) {
		out.state = VV_CELL_LITERAL;
	} else if (f->type == VV_TYPE_BOOLEAN && vv_cell_is_one_of(c, f->true_values)) {
		out = (vv_cell){.state = VV_CELL_LITERAL, .text = "true", .len = 4};
	} else if (f->type == VV_TYPE_BOOLEAN && vv_cell_is_one_of(c, f->false_values)) {
		out = (vv_cell){.state = VV_CELL_LITERAL, .text = "false", .len = 5};
	}
	return out;
}

/* A version's cell as the result's form has it. */
static vv_cell spelled(const merge *m, int version, const vv_field *f, const vv_cell *c)
{
	bool from = is_json(&merge_version(m, version)->root.dialect), to = is_json(&m->as.dialect);
	if (from == to) {
		vv_cell same = *c;
		same.flags = 0;
		return same;
	}
	if (to) return json_cell(f, c);
	return (vv_cell){.text = c->len > 0 ? c->text : NULL, .len = c->len, .state = VV_CELL_TEXT};
}

/* What stands where a row has nothing to say. */
static vv_cell nothing(const merge *m)
{
	return (vv_cell){.state = is_json(&m->as.dialect) ? VV_CELL_ABSENT : VV_CELL_TEXT};
}

static const vv_field *type_of(const merge *m, size_t i)
{
	return m->columns[i].type ? m->columns[i].type : &m->compare.fields[i];
}

/* The version's cell in a column of the result; NULL: its row or column is not there.
 * An untouched row that was not read has base's cells. */
static const vv_cell *cell_of(const merge *m, const merge_row_state *s, size_t i, int version)
{
	const merge_column *c = &m->columns[i];
	if (version == 2) return s->base && c->b >= 0 ? &s->base[c->b] : NULL;
	if (s->side[version] && c->side[version] >= 0) return &s->side[version][c->side[version]];
	bool as_base = !s->side[version] && s->row[version] != MERGE_NONE && !s->touched[version] &&
		       c->b >= 0;
	return as_base && c->side[version] >= 0 && s->base ? &s->base[c->b] : NULL;
}

static int bytes_order(const vv_cell *a, const vv_cell *b)
{
	if (a->state != b->state) return a->state < b->state ? -1 : 1;
	return vv_fact_text_order(a->text, a->len, b->text, b->len);
}

/* Out of memory is noted in m->scratch, which is looked at after each row. */
static bool same_value(merge *m, const vv_field *f, const vv_cell *a, const vv_cell *b)
{
	/* CSV has one way to say nothing: beside it JSON's null, "" and no member are that. */
	static const vv_cell empty = {.state = VV_CELL_TEXT};
	if (m->mixed) {
		a = a->state == VV_CELL_NULL || a->state == VV_CELL_ABSENT ? &empty : a;
		b = b->state == VV_CELL_NULL || b->state == VV_CELL_ABSENT ? &empty : b;
	}
	return vv_value_compare(&m->scratch, f, a, f, b) != VV_OTHER;
}

/* Of equal values: the spelling that a side gave it, else the greater bytes. */
static int pick_spelling(const merge *m, const vv_cell *b, const vv_cell *x, const vv_cell *y)
{
	bool to = is_json(&m->as.dialect);
	bool x_fits = is_json(&m->side[0].table->root.dialect) == to,
	     y_fits = is_json(&m->side[1].table->root.dialect) == to;
	if (x_fits != y_fits) return x_fits ? 0 : 1;
	int side = merge_pick(vv_cell_equal(x, y), b && vv_cell_equal(x, b),
			      b && vv_cell_equal(y, b));
	return side >= 0 ? side : bytes_order(x, y) >= 0 ? 0 : 1;
}

/* Which side's cell stands; -1: a conflict. */
static int pick_cell(merge *m, const vv_field *f, const vv_cell *b, const vv_cell *x,
		     const vv_cell *y)
{
	if (same_value(m, f, x, y)) return pick_spelling(m, b, x, y);
	return merge_pick(false, b && same_value(m, f, x, b), b && same_value(m, f, y, b));
}

static vv_status conflict_cell(merge *m, const merge_row_state *s, size_t i, vv_conflict_kind kind,
			       const char *why, vv_error *err)
{
	int ours = (int)m->ours;
	merge_report r = {.kind = kind,
			  .key_cells = s->side[ours],
			  .version = ours,
			  .row = s->place,
			  .column = m->columns[i].name,
			  .base = cell_of(m, s, i, 2),
			  .side = {cell_of(m, s, i, 0), cell_of(m, s, i, 1)},
			  .detail = why};
	return merge_conflict(m, &r, err);
}

/* A cell was taken from theirs. Where what ours has was not read nothing is counted. */
static void count_cell(merge *m, size_t i, const vv_cell *ours, const vv_cell *taken)
{
	bool missing = m->columns[i].side[m->ours] < 0;
	m->stats->cells_from_theirs += missing || (ours && !vv_cell_equal(ours, taken));
}

/* The version whose cell stands in a column that both sides have; -1: a conflict. */
static int pick_version(merge *m, const merge_row_state *s, size_t i)
{
	const merge_column *c = &m->columns[i];
	if (c->b >= 0 && (!s->touched[0] || !s->touched[1])) {
		/* an untouched row has base's cells */
		return s->touched[0] ? 0 : s->touched[1] ? 1 : s->base ? 2 : s->side[0] ? 0 : 1;
	}
	if (!c->type) return c->takes >= 0 ? c->takes : (int)m->ours;
	return pick_cell(m, c->type, cell_of(m, s, i, 2), cell_of(m, s, i, 0), cell_of(m, s, i, 1));
}

/* --- rules ------------------------------------------------------------------------- */

/* The column's name in the rules: they are of the version merged into, whose name it may have lost. */
static const char *rule_name(const merge *m, const merge_column *c, size_t *len)
{
	const long at = c->side[m->ours];
	const vv_field *f = at >= 0 ? &m->side[m->ours].table->schema.fields[at] : NULL;

	*len = f ? f->name_len : c->name_len;
	return f ? f->name : c->name;
}

static long find_named(const merge *m, const char *name)
{
	for (size_t i = 0; i < m->column_count; i++) {
		size_t len;
		const char *called = rule_name(m, &m->columns[i], &len);

		if (strlen(name) == len && memcmp(name, called, len) == 0) return (long)i;
	}
	return -1;
}

void merge_rules_choose(merge *m)
{
	for (size_t i = 0; m->opts->rules && i < m->column_count; i++) {
		merge_column *c = &m->columns[i];
		size_t len;
		const char *name = rule_name(m, c, &len);

		c->rule = vv_merge_rules_find(m->opts->rules, name, len);
		c->by = c->rule && c->rule->kind == VV_MERGE_LATEST ? find_named(m, c->rule->by)
								    : -1;
	}
}

/* Both changed it, in the same way or not: a sum counts both. */
static bool is_sum(merge *m, const merge_row_state *s, size_t i)
{
	const merge_column *c = &m->columns[i];

	if (!c->rule || c->rule->kind != VV_MERGE_SUM || !c->type || !s->base || c->b < 0 ||
	    !s->touched[0] || !s->touched[1]) {
		return false;
	}
	const vv_cell *b = cell_of(m, s, i, 2), *x = cell_of(m, s, i, 0), *y = cell_of(m, s, i, 1);
	return b && x && y && !same_value(m, c->type, b, x) && !same_value(m, c->type, b, y);
}

/* Asks the rule of a cell that both changed. *done: its answer is in s->out. */
static vv_status put_by_rule(merge *m, merge_row_state *s, size_t i, bool *done, const char **why,
			     vv_error *err)
{
	const merge_column *c = &m->columns[i];
	const merge_column *by = c->by >= 0 ? &m->columns[c->by] : NULL;
	merge_answer a;
	vv_status rc;

	*done = false;
	if (!c->rule || !c->type || c->rule->kind == VV_MERGE_CONFLICT) return VV_OK;
	const merge_question q = {.rule = c->rule,
				  .field = c->type,
				  .base = cell_of(m, s, i, 2),
				  .side = {cell_of(m, s, i, 0), cell_of(m, s, i, 1)},
				  .json = {is_json(&m->side[0].table->root.dialect),
					   is_json(&m->side[1].table->root.dialect)},
				  .ours = m->ours,
				  .by_field = by && by->type ? by->type : NULL,
				  .by = {by ? cell_of(m, s, (size_t)c->by, 0) : NULL,
					 by ? cell_of(m, s, (size_t)c->by, 1) : NULL},
				  .twice = m->opts->twice};
	if ((rc = merge_decide(&a, &q, &m->made, err)) < 0) return rc;
	*why = a.why;
	*done = a.side >= 0 || a.text;
	if (a.side >= 0) {
		s->out[i] = spelled(m, a.side, c->type, q.side[a.side]);
	} else if (a.text) {
		vv_cell made = *q.side[m->ours]; /* its state: a number, an array or a text */

		made.state = made.len > 0 ? made.state : q.side[1 - m->ours]->state;
		made.text = a.text;
		made.len = (uint32_t)a.len;
		s->out[i] = spelled(m, (int)m->ours, c->type, &made);
	}
	m->stats->by_rule[c->rule->kind] += *done;
	return VV_OK;
}

/* --- columns of a row ---------------------------------------------------------------- */

/* One column of a row that both sides have. */
static vv_status merge_one(merge *m, merge_row_state *s, size_t i, vv_conflict_kind kind,
			   vv_error *err)
{
	const merge_column *c = &m->columns[i];
	const char *why = NULL;
	vv_status rc = VV_OK;
	bool both = c->side[0] >= 0 && c->side[1] >= 0, as_base = !both && c->takes == 2 && s->base;
	bool done = false;
	int from = as_base ? 2 : both ? pick_version(m, s, i) : c->side[0] < 0 ? 1 : 0;
	if ((from < 0 || is_sum(m, s, i)) &&
	    ((rc = put_by_rule(m, s, i, &done, &why, err)) < 0 || done)) {
		return rc;
	}
	if (from < 0 || why) {
		rc = conflict_cell(m, s, i, kind, why, err);
		from = (int)m->ours;
	}
	const vv_cell *cell = cell_of(m, s, i, from);
	/* base's cell stands for an unread one */
	int spelled_by = from < 2 && !s->side[from] ? 2 : from;
	s->out[i] = cell ? spelled(m, spelled_by, type_of(m, i), cell) : nothing(m);
	if (cell && from == (int)(1 - m->ours) && s->side[from]) {
		count_cell(m, i, cell_of(m, s, i, (int)m->ours), cell);
	}
	return rc;
}

static vv_status merge_all(merge *m, merge_row_state *s, vv_conflict_kind kind, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_arena_reset(&m->made);
	for (size_t i = 0; i < m->column_count; i++) {
		if ((rc = merge_one(m, s, i, kind, err)) < 0) return rc;
	}
	return rc;
}

vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err)
{
	return merge_all(m, s, VV_CONFLICT_CELL, err);
}

vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err)
{
	return merge_all(m, s, VV_CONFLICT_ROW_ADDED, err);
}

void merge_cells_single(merge *m, merge_row_state *s, size_t which)
{
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_cell *cell = c->takes == 2 && s->base && c->b >= 0
					      ? &s->base[c->b]
					      : cell_of(m, s, i, (int)which);
		s->out[i] = cell ? spelled(m, (int)which, type_of(m, i), cell) : nothing(m);
	}
}

bool merge_value_changed(merge *m, const merge_row_state *s, size_t which)
{
	const merge_side *side = &m->side[which];
	for (size_t i = 0; side->counts && i < side->table->columns; i++) {
		if (side->counts[i] && s->side[which][i].len > 0) return true;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		/* a column that only one side kept is a conflict of its own, until it is decided to stay */
		bool counts = c->b >= 0 && c->side[which] >= 0 &&
			      (c->side[1 - which] >= 0 || c->takes == (int)which);
		if (counts && !same_value(m, type_of(m, i), &s->base[c->b],
					  &s->side[which][c->side[which]])) {
			return true;
		}
	}
	return false;
}

bool merge_cells_are(const merge *m, const merge_row_state *s, int version)
{
	const vv_cell *cells = version == 2 ? s->base : s->side[version];
	for (size_t i = 0; cells && i < m->column_count; i++) {
		if (!vv_cell_equal(&s->out[i], &cells[i])) { /* its columns are the result's */
			return false;
		}
	}
	return cells != NULL;
}

int merge_content_order(merge *m, const vv_cell *x, const vv_cell *y)
{
	static const vv_cell absent = {.state = VV_CELL_ABSENT};
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_cell *a = c->side[0] >= 0 ? &x[c->side[0]] : &absent;
		const vv_cell *b = c->side[1] >= 0 ? &y[c->side[1]] : &absent;
		const vv_field *f = type_of(m, i);
		int order = same_value(m, f, a, b) ? 0 : vv_value_order(f, a, b);
		if (order != 0) return order;
	}
	return 0;
}
