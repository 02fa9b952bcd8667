/*
 * cells: what becomes of one row: cell by cell, under the result's types, and when two
 * changes of a cell are a conflict.
 */
#include "diff/merge/cells.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "dataset/format/cell.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/schema/schema.h"
#include "diff/merge/decide.h"
#include "diff/merge/rules.h"
#include "diff/merge/state.h"
#include "diff/merge/steps.h"
#include "diff/rows/value.h"

static bool is_json(const vv_dialect *d)
{
	return vv_form_is_typed(d->form);
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
		      vv_json_is_number(c->text, c->len);
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
static vv_cell spell_cell(const merge *m, int version, const vv_field *f, const vv_cell *c)
{
	bool from = is_json(&m->side[version].table->root.dialect), to = is_json(&m->as.dialect);
	if (from == to) {
		vv_cell same = *c;
		same.flags = 0;
		return same;
	}
	if (to) return json_cell(f, c);
	return (vv_cell){.text = c->len > 0 ? c->text : NULL, .len = c->len, .state = VV_CELL_TEXT};
}

/* The cell for a row without a value. */
static vv_cell empty_cell(const merge *m)
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
	const vv_cell *base = s->side[MERGE_BASE];

	if (c->side[version] < 0) return NULL;
	if (s->side[version]) return &s->side[version][c->side[version]];
	if (version == MERGE_BASE || s->row[version] == MERGE_NONE || s->touched[version]) {
		return NULL;
	}
	return base && c->side[MERGE_BASE] >= 0 ? &base[c->side[MERGE_BASE]] : NULL;
}

static int bytes_order(const vv_cell *a, const vv_cell *b)
{
	if (a->state != b->state) return a->state < b->state ? -1 : 1;
	return vv_fact_text_order(a->text, a->len, b->text, b->len);
}

/* Out of memory is noted in m->scratch, which is looked at after each row. */
static bool same_value(merge *m, const vv_field *f, const vv_cell *a, const vv_cell *b)
{
	/* CSV has one empty cell: JSON's null, "" and absent member equal it */
	static const vv_cell empty = {.state = VV_CELL_TEXT};
	if (m->mixed) {
		a = a->state == VV_CELL_NULL || a->state == VV_CELL_ABSENT ? &empty : a;
		b = b->state == VV_CELL_NULL || b->state == VV_CELL_ABSENT ? &empty : b;
	}
	return vv_value_compare(&m->scratch, f, a, f, b) != VV_OTHER;
}

/* For equal values: the spelling that a side changed, otherwise the greater bytes. */
static int pick_spelling(const merge *m, const vv_cell *b, const vv_cell *x, const vv_cell *y)
{
	bool to = is_json(&m->as.dialect);
	bool x_fits = is_json(&m->side[0].table->root.dialect) == to,
	     y_fits = is_json(&m->side[1].table->root.dialect) == to;
	if (x_fits != y_fits) return x_fits ? 0 : 1;
	int side = merge_pick(vv_cell_equal(x, y), b && vv_cell_equal(x, b),
			      b && vv_cell_equal(y, b));
	if (side >= 0) return side;
	return bytes_order(x, y) >= 0 ? 0 : 1;
}

static bool is_empty_or_absent(const vv_cell *c)
{
	return c->state == VV_CELL_ABSENT || (c->state == VV_CELL_TEXT && c->len == 0);
}

/* One CSV row ends before the cell, and the other has it empty: no contradiction. */
static bool both_empty(const merge *m, const vv_cell *x, const vv_cell *y)
{
	return !is_json(&m->side[0].table->root.dialect) &&
	       !is_json(&m->side[1].table->root.dialect) && is_empty_or_absent(x) &&
	       is_empty_or_absent(y);
}

/* Has the row no value in a column that its side added? An added column of CSV has an empty cell in every row. */
static bool is_unset(const merge *m, size_t side, const vv_cell *c)
{
	return is_json(&m->side[side].table->root.dialect) ? c->state == VV_CELL_ABSENT
							   : is_empty_or_absent(c);
}

/* Both sides added the column to a row of base, whose values differ. */
static int pick_set(const merge *m, const vv_cell *x, const vv_cell *y)
{
	if (is_unset(m, 0, x)) return 1;
	return is_unset(m, 1, y) ? 0 : -1;
}

/* The side whose cell is taken; -1: a conflict. */
static int pick_cell(merge *m, const vv_field *f, const vv_cell *b, const vv_cell *x,
		     const vv_cell *y)
{
	if (same_value(m, f, x, y)) return pick_spelling(m, b, x, y);
	const int side = merge_pick(false, b && same_value(m, f, x, b),
				    b && same_value(m, f, y, b));
	if (side < 0 && both_empty(m, x, y)) return x->state == VV_CELL_TEXT ? 0 : 1;
	return side;
}

static vv_status conflict_cell(merge *m, const merge_row_state *s, size_t i, vv_conflict_kind kind,
			       const char *why, vv_error *err)
{
	int ours = (int)m->ours;
	merge_report r = {
		.kind = kind,
		.key_cells = s->side[ours],
		.version = ours,
		.row = s->place,
		.column = m->columns[i].name,
		.side = {cell_of(m, s, i, 0), cell_of(m, s, i, 1), cell_of(m, s, i, MERGE_BASE)},
		.detail = why};
	return merge_conflict(m, &r, err);
}

/* A cell was taken from theirs. Where what ours has was not read nothing is counted. */
static void count_cell(merge *m, size_t i, const vv_cell *ours, const vv_cell *taken)
{
	bool missing = m->columns[i].side[m->ours] < 0;
	m->stats->cells_from_theirs += missing || (ours && !vv_cell_equal(ours, taken));
}

/* The version whose cell is in a column that both sides have; -1: a conflict. */
static int pick_version(merge *m, const merge_row_state *s, size_t i)
{
	const merge_column *c = &m->columns[i];
	if (c->side[MERGE_BASE] >= 0 && (!s->touched[0] || !s->touched[1])) {
		/* an untouched row has base's cells */
		if (s->touched[0]) return 0;
		if (s->touched[1]) return 1;
		if (s->side[MERGE_BASE]) return 2;
		if (s->side[0]) return 0;
		return 1;
	}
	if (!c->type) return c->takes >= 0 ? c->takes : (int)m->ours;
	const vv_cell *x = cell_of(m, s, i, 0), *y = cell_of(m, s, i, 1);
	const int side = pick_cell(m, c->type, cell_of(m, s, i, 2), x, y);
	const bool is_new = c->side[MERGE_BASE] < 0 && s->row[MERGE_BASE] != MERGE_NONE;
	return side < 0 && is_new ? pick_set(m, x, y) : side;
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

	if (!c->rule || c->rule->kind != VV_MERGE_SUM || !c->type || !s->side[MERGE_BASE] ||
	    c->side[MERGE_BASE] < 0 || !s->touched[0] || !s->touched[1]) {
		return false;
	}
	const vv_cell *b = cell_of(m, s, i, 2), *x = cell_of(m, s, i, 0), *y = cell_of(m, s, i, 1);
	return b && x && y && !same_value(m, c->type, b, x) && !same_value(m, c->type, b, y);
}

/* Applies the rule for a cell that both changed. *done: the result is in s->out. */
static vv_status put_by_rule(merge *m, merge_row_state *s, size_t i, bool *done, const char **why,
			     vv_error *err)
{
	const merge_column *c = &m->columns[i];
	const merge_column *by = c->by >= 0 ? &m->columns[c->by] : NULL;
	merge_answer a;
	vv_status rc;

	*done = false;
	if (!c->rule || !c->type || c->rule->kind == VV_MERGE_CONFLICT) return VV_OK;
	const merge_question q = {
		.rule = c->rule,
		.field = c->type,
		.side = {cell_of(m, s, i, 0), cell_of(m, s, i, 1), cell_of(m, s, i, MERGE_BASE)},
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
		s->out[i] = spell_cell(m, a.side, c->type, q.side[a.side]);
	} else if (a.text) {
		vv_cell made = *q.side[m->ours]; /* its state: a number, an array or a text */

		made.state = made.len > 0 ? made.state : q.side[1 - m->ours]->state;
		made.text = a.text;
		made.len = (uint32_t)a.len;
		s->out[i] = spell_cell(m, (int)m->ours, c->type, &made);
	}
	m->stats->by_rule[c->rule->kind] += *done;
	return VV_OK;
}

/* --- columns of a row ---------------------------------------------------------------- */

/* Has a version's row more cells than the header names? */
static bool is_long(const merge *m, const merge_row_state *s)
{
	for (int v = 0; v < MERGE_VERSIONS; v++) {
		const size_t columns = s->side[v] ? m->side[v].table->columns : 0;

		for (size_t i = m->opts->named; i < columns; i++) {
			if (s->side[v][i].state != VV_CELL_ABSENT) return true;
		}
	}
	return false;
}

/* Did both sides change a row whose cells may be in wrong columns? Then their changes are not joined. */
static bool is_whole(merge *m, const merge_row_state *s)
{
	return m->opts->named > 0 && s->touched[0] && s->touched[1] && s->side[0] && s->side[1] &&
	       s->side[MERGE_BASE] && is_long(m, s) && merge_value_changed(m, s, 0) &&
	       merge_value_changed(m, s, 1);
}

/* As pick_version, for a row that both sides changed as a whole: differing cells are conflicts. */
static int pick_whole(merge *m, const merge_row_state *s, size_t i)
{
	const vv_cell *x = cell_of(m, s, i, 0), *y = cell_of(m, s, i, 1);

	return same_value(m, type_of(m, i), x, y) ? pick_version(m, s, i) : -1;
}

/* Other rules read the cell, which may be of another column. */
static bool names_side(const vv_merge_rule *rule)
{
	return rule && (rule->kind == VV_MERGE_OURS || rule->kind == VV_MERGE_THEIRS);
}

/* One column of a row that both sides have. */
static vv_status merge_one(merge *m, merge_row_state *s, size_t i, vv_conflict_kind kind,
			   vv_error *err)
{
	const merge_column *c = &m->columns[i];
	const char *why = NULL;
	vv_status rc = VV_OK;
	bool both = c->side[0] >= 0 && c->side[1] >= 0,
	     as_base = !both && c->takes == 2 && s->side[MERGE_BASE];
	bool done = false;
	int from = 0;

	if (as_base) {
		from = 2;
	} else if (both) {
		from = s->whole ? pick_whole(m, s, i) : pick_version(m, s, i);
	} else if (c->side[0] < 0) {
		from = 1;
	}
	if ((from < 0 || is_sum(m, s, i)) && (!s->whole || names_side(c->rule)) &&
	    ((rc = put_by_rule(m, s, i, &done, &why, err)) < 0 || done)) {
		return rc;
	}
	if (from < 0 || why) {
		rc = conflict_cell(m, s, i, kind, why, err);
		from = (int)m->ours;
	}
	const vv_cell *cell = c->single ? NULL : cell_of(m, s, i, from);
	/* base's cell replaces an unread one */
	int spelled_by = from < 2 && !s->side[from] ? 2 : from;
	s->out[i] = cell ? spell_cell(m, spelled_by, type_of(m, i), cell) : empty_cell(m);
	if (cell && from == (int)(1 - m->ours) && s->side[from]) {
		count_cell(m, i, cell_of(m, s, i, (int)m->ours), cell);
	}
	return rc;
}

static vv_status merge_all(merge *m, merge_row_state *s, vv_conflict_kind kind, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_arena_reset(&m->made);
	s->whole = is_whole(m, s);
	for (size_t i = 0; i < m->column_count; i++) {
		if ((rc = merge_one(m, s, i, kind, err)) < 0) return rc;
	}
	return rc;
}

vv_status merge_cells(merge *m, merge_row_state *s, vv_error *err)
{
	return merge_all(m, s, VV_CONFLICT_CELL, err);
}

/* Does the key's last column count? Two people may have taken the same next number. */
static bool is_numbered(const merge *m, const merge_row_state *s)
{
	const size_t last = m->key_count - 1;
	const vv_field *f = &m->compare.fields[m->key[last]];
	const vv_cell *c = &s->side[0][m->side[0].key[last]];

	return (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_STRING ||
		f->type == VV_TYPE_ANY) &&
	       c->len > 0 && c->text[c->len - 1] >= '0' && c->text[c->len - 1] <= '9';
}

static bool is_of_key(const merge *m, size_t column)
{
	return vv_find_place(i, m->key_count, m->key[i] == column) < m->key_count;
}

/* Rows that were paired by another column may have two keys. */
static bool has_one_key(merge *m, const merge_row_state *s)
{
	return vv_find_place(i, m->key_count,
			     !same_value(m, &m->compare.fields[m->key[i]],
					 &s->side[0][m->side[0].key[i]],
					 &s->side[1][m->side[1].key[i]])) == m->key_count;
}

/* Are they two things with one key? Then most of their other cells differ, and no rule decides about one of these. */
bool merge_are_two_things(merge *m, const merge_row_state *s)
{
	size_t all = 0, equal = 0;
	bool open = m->opts->rules && m->opts->rules->new_keys != VV_MERGE_KEYS_ASK;

	if (m->key_count == 0 || !merge_base(m) || m->opts->one_row || merge_all_side(m) >= 0 ||
	    !is_numbered(m, s) || !has_one_key(m, s)) {
		return false;
	}
	if (merge_is_apart(m, s->row)) return true;
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_cell *x = cell_of(m, s, i, 0), *y = cell_of(m, s, i, 1);

		if (is_of_key(m, i) || !x || !y || !c->type || (x->len == 0 && y->len == 0)) {
			continue;
		}
		const bool same = same_value(m, c->type, x, y);
		all++;
		equal += same;
		open = open || (!same && (!c->rule || c->rule->kind == VV_MERGE_CONFLICT));
	}
	return open && equal * 2 < all;
}

bool merge_is_doubtful_key(const merge *m)
{
	const merge_column *c = &m->columns[m->key[0]];

	return merge_key_is_found(m) && (m->key_count > 1 || !vv_key_is_id(c->name, c->name_len));
}

static const char *name_two_things(const merge *m, const merge_row_state *s)
{
	const vv_merge_rules *rules = m->opts->rules;

	if (merge_is_apart(m, s->row)) return VV_KEY_TWICE_AGAIN;
	if (merge_is_doubtful_key(m)) return VV_KEY_TWICE_FOUND;
	if (!rules || rules->new_keys == VV_MERGE_KEYS_ASK) return VV_KEY_TWICE;
	if (merge_key_is_found(m)) {
		return "renumber: the key was only found, not declared";
	}
	return m->opts->keeps_keys ? m->opts->keeps_keys
				   : "renumber: the key has no number of at most 18 digits";
}

vv_status merge_report_two_things(merge *m, const merge_row_state *s, vv_error *err)
{
	const merge_report r = {.kind = VV_CONFLICT_KEY_TWICE,
				.key_cells = s->side[m->ours],
				.version = (int)m->ours,
				.row = s->place,
				.rows = {s->side[0], s->side[1]},
				.at = {s->row[0], s->row[1], MERGE_NONE},
				.detail = name_two_things(m, s)};

	return merge_conflict(m, &r, err);
}

vv_status merge_cells_added(merge *m, merge_row_state *s, vv_error *err)
{
	if (merge_are_two_things(m, s)) {
		merge_cells_single(m, s, m->ours);
		return merge_report_two_things(m, s, err);
	}
	return merge_all(m, s, VV_CONFLICT_ROW_ADDED, err);
}

void merge_cells_single(merge *m, merge_row_state *s, size_t which)
{
	const vv_cell *key = merge_new_key_of(m, which, s->row[which]);
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		const vv_cell *cell = c->takes == 2 && s->side[MERGE_BASE] &&
						      c->side[MERGE_BASE] >= 0
					      ? &s->side[MERGE_BASE][c->side[MERGE_BASE]]
					      : cell_of(m, s, i, (int)which);
		s->out[i] = cell ? spell_cell(m, (int)which, type_of(m, i), cell) : empty_cell(m);
	}
	if (key) {
		const size_t last = m->key[m->key_count - 1];

		s->out[last] = spell_cell(m, (int)which, type_of(m, last), key);
	}
}

bool merge_value_changed(merge *m, const merge_row_state *s, size_t which)
{
	const merge_side *side = &m->side[which];
	const size_t columns = side->counts ? side->table->columns : 0;
	if (vv_find_place(i, columns,
			  side->counts[i] && merge_has_value(side, &s->side[which][i])) < columns) {
		return true;
	}
	for (size_t i = 0; i < m->column_count; i++) {
		const merge_column *c = &m->columns[i];
		/* a column that only one side kept is a conflict of its own, until it is decided to stay */
		bool counts = c->side[MERGE_BASE] >= 0 && c->side[which] >= 0 &&
			      (c->side[1 - which] >= 0 || c->takes == (int)which);
		if (counts &&
		    !same_value(m, type_of(m, i), &s->side[MERGE_BASE][c->side[MERGE_BASE]],
				&s->side[which][c->side[which]])) {
			return true;
		}
	}
	return false;
}

bool merge_cells_are(const merge *m, const merge_row_state *s, size_t which)
{
	const vv_cell *cells = s->side[which];
	for (size_t i = 0; cells && i < m->column_count; i++) {
		const long at = m->columns[i].side[which];
		if (at < 0 ? s->out[i].state != VV_CELL_ABSENT
			   : !vv_cell_equal(&s->out[i], &cells[at])) {
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
