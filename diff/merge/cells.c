/*
 * cells: what becomes of one row: cell by cell, under the result's types, and when two
 * changes of a cell are a conflict; a function for each rule.
 */
#include "diff/merge/cells.h"

#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/error.h"
#include "base/json/json_skip.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/cell.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/schema.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "diff/merge/rules.h"
#include "diff/merge/state.h"
#include "diff/merge/steps.h"
#include "diff/rows/value.h"
#include "repo/git/merge/text.h"

/* decide: a function for each rule. */

typedef struct merge_question {
	const vv_merge_rule *rule;
	const vv_field *field;
	const vv_cell *side[MERGE_VERSIONS]; /* of base NULL: both added the row */
	bool json[2];                        /* is the side a table in JSON? */
	size_t ours;                         /* 0 or 1 */
	/* LATEST: the column that decides; by[] is NULL where a row lacks it */
	const vv_field *by_field;
	const vv_cell *by[2];
	const char *twice; /* why a sum may count a change twice; NULL: it does not */
} merge_question;
typedef struct merge_answer {
	int side;         /* 0, 1: its cell is taken; -1: see text, or why */
	const char *text; /* made of both, in the arena; NULL: none was */
	size_t len;
	const char *why; /* neither: why the rule does not decide; in the arena */
} merge_answer;

enum {
	DIGITS_MAX = 400, /* of a sum, written out, on either side of the point */
	ITEMS_MAX = 4000  /* of the lists in a cell: they are searched one by one */
};

/* Why the rule does not decide, with the text that is to blame. */
static vv_status undecided(merge_answer *out, vv_arena *arena, const merge_question *q,
			   const vv_cell *c, const char *why, vv_error *err)
{
	const char *rule = vv_merge_rule_name(q->rule->kind);
	const char *shown = NULL;

	if (c) {
		shown = vv_text_name(c->len > 0 ? c->text : "", c->len);
	}

	out->why = c ? vv_arena_printf(arena, "%s: '%s' %s", rule, shown, why)
		     : vv_arena_printf(arena, "%s: %s", rule, why);
	return out->why ? VV_OK : vv_fail_nomem(err);
}

static bool is_missing(const vv_field *f, const vv_cell *c)
{
	return !c || c->len == 0 || vv_field_missing(f, c);
}

static bool accepts(const vv_field *f, const vv_cell *c, bool json)
{
	return json ? vv_field_accepts_json(f, c) : vv_field_accepts(f, c);
}

/* --- the greater, the later --------------------------------------------------------------- */

/* A number in a column of another type, or one that began with integers. */
static bool read_loose(vv_value *out, vv_buf *digits, const vv_cell *c)
{
	out->kind = VV_VALUE_DECIMAL;
	return vv_type_is_number(c->text, c->len) &&
	       vv_decimal_read(&out->decimal, digits, NULL, c->text, c->len);
}

/* Two cells with values: *order as strcmp; false: they have no order, and *blame (ours before theirs, or NULL) is why. */
static bool order_of(int *order, const vv_cell **blame, const vv_field *f,
		     const vv_cell *const c[2], const merge_question *q)
{
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_value v[2] = {0};
	bool loose = f->type == VV_TYPE_ANY || f->type == VV_TYPE_INTEGER;

	*blame = NULL;
	for (size_t n = 0; n < 2; n++) {
		size_t i = n == 0 ? q->ours : 1 - q->ours;
		bool is = loose ? read_loose(&v[i], &digits, c[i])
				: accepts(f, c[i], q->json[i]) &&
					  vv_value_read(&v[i], &digits, f, c[i]);

		if (!is) {
			*blame = c[i];
			return false;
		}
	}
	*order = v[0].kind == VV_VALUE_TEXT ? 2 : vv_value_rank(&v[0], &v[1], &digits);
	return *order != 2;
}

/* The side with the greater cell (sign 1) or the smaller (-1). */
static vv_status decide_greater(merge_answer *out, vv_arena *arena, const merge_question *q,
				const vv_field *f, const vv_cell *const c[2], int sign,
				const char *equal, vv_error *err)
{
	const vv_cell *blame = NULL;
	int order = 0;

	if (is_missing(f, c[0]) || is_missing(f, c[1])) {
		return undecided(out, arena, q, NULL, "a side has no value", err);
	}
	if (f->type ==
	    VV_TYPE_STRING) { /* dates and versions in letters: bytes have another order */
		return undecided(out, arena, q, NULL,
				 "the column is text: declare its type or format", err);
	}
	if (!order_of(&order, &blame, f, c, q)) {
		return undecided(out, arena, q, blame,
				 !blame ? "the two values cannot be ordered"
				 : f->type == VV_TYPE_ANY
					 ? "is not a number, and the column has no type"
					 : "is not of the column's type",
				 err);
	}
	if (order == 0) return undecided(out, arena, q, NULL, equal, err);
	out->side = order * sign > 0 ? 0 : 1;
	return VV_OK;
}

static vv_status decide_latest(merge_answer *out, vv_arena *arena, const merge_question *q,
			       vv_error *err)
{
	if (!q->by_field) {
		return undecided(out, arena, q, NULL, "the table has no such column", err);
	}
	return decide_greater(out, arena, q, q->by_field, q->by, 1, "both sides have the same time",
			      err);
}

static vv_status decide_order(merge_answer *out, vv_arena *arena, const merge_question *q,
			      vv_error *err)
{
	size_t at[2];

	for (size_t n = 0; n < 2; n++) {
		size_t i = n == 0 ? q->ours : 1 - q->ours;
		const vv_cell *c = q->side[i];
		const char **v = q->rule->order;

		for (at[i] = 0; v[at[i]]; at[i]++) {
			if (strlen(v[at[i]]) == c->len &&
			    (c->len == 0 || memcmp(v[at[i]], c->text, c->len) == 0)) {
				break;
			}
		}
		if (!v[at[i]]) return undecided(out, arena, q, c, "is not in the list", err);
	}
	out->side = at[0] > at[1] ? 0 : 1;
	return VV_OK;
}

/* --- sum ------------------------------------------------------------------------------------- */

static bool is_bare(const vv_field *f, const vv_cell *c)
{
	return !vv_array_find(c->text, c->len, it,
			      !strchr("0123456789+-.eE", *it) && !strchr(f->decimal, *it) &&
				      !strchr(f->group, *it));
}

/* Digits after the point, as written. */
static size_t fraction_of(const char *point, const vv_cell *c)
{
	const char *at = memchr(c->text, point[0], c->len);
	size_t n = 0;

	while (at && at + 1 + n < c->text + c->len && at[1 + n] >= '0' && at[1 + n] <= '9') {
		n++;
	}
	return n;
}

/* a + b (sign 1), a - b (sign -1). */
static bool add_decimal(vv_decimal *out, const vv_decimal *a, vv_decimal b, int sign,
			vv_buf *digits)
{
	b.negative = b.count > 0 && (b.negative == (sign < 0)); /* -b, or b: a + b = a - (-b) */
	if (!vv_decimal_distance(out, a, &b, digits)) return false;
	out->negative = vv_decimal_compare(a, &b, digits) < 0;
	return true;
}

/* Without an exponent, with as many digits after the point as `fraction` at least. */
static const char *write_out(vv_arena *arena, const vv_decimal *d, const vv_buf *digits,
			     const char *point, size_t fraction, size_t *len)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	int64_t whole = d->count > 0 && d->exponent > 0 ? d->exponent : 0;
	int64_t below = d->count > 0 ? (int64_t)d->count - d->exponent : 0;

	below = below > (int64_t)fraction ? below : (int64_t)fraction;
	if (whole > DIGITS_MAX || below > DIGITS_MAX) return NULL;
	vv_buf_puts(&b, d->negative && d->count > 0 ? "-" : "");
	vv_buf_puts(&b, whole == 0 ? "0" : "");
	for (int64_t place = whole; place > -below; place--) {
		int64_t at = d->exponent - place; /* of the digit that is worth 10^(place - 1) */

		if (place == 0) {
			vv_buf_puts(&b, point);
		}
		vv_buf_putc(&b, d->count > 0 && at >= 0 && at < (int64_t)d->count
					? digits->data[d->digits_at + (size_t)at]
					: '0');
	}
	*len = b.len;
	return b.failed ? NULL : vv_arena_strndup(arena, vv_buf_cstr(&b), b.len);
}

static vv_status decide_sum(merge_answer *out, vv_arena *arena, const merge_question *q,
			    vv_error *err)
{
	const vv_cell *c[3] = {q->side[q->ours], q->side[1 - q->ours], q->side[MERGE_BASE]};
	vv_auto(vv_buf) digits = VV_BUF_INIT;
	vv_decimal d[3], change, sum;
	size_t fraction = 0;
	const char *point = ".";

	if (!q->side[MERGE_BASE]) {
		return undecided(out, arena, q, NULL, "no common ancestor has the row", err);
	}
	if (q->twice) return undecided(out, arena, q, NULL, q->twice, err);
	for (size_t i = 0; i < 3; i++) {
		bool literal = c[i]->state == VV_CELL_LITERAL;
		const vv_field *f = literal ? NULL : q->field;

		if (is_missing(q->field, c[i])) {
			return undecided(out, arena, q, NULL, "a version has no value", err);
		}
		if ((!literal && !is_bare(q->field, c[i])) ||
		    !vv_decimal_read(&d[i], &digits, f, c[i]->text, c[i]->len) ||
		    d[i].kind != VV_DECIMAL_FINITE) {
			return undecided(out, arena, q, c[i], "is not a number", err);
		}
		point = literal ? "." : q->field->decimal;
		size_t n = fraction_of(point, c[i]);
		fraction = n > fraction ? n : fraction;
	}
	bool fits = add_decimal(&change, &d[1], d[2], -1, &digits) &&
		    add_decimal(&sum, &d[0], change, 1, &digits);
	if (fits) {
		out->text = write_out(arena, &sum, &digits, point, fraction, &out->len);
	}
	if (digits.failed) return vv_fail_nomem(err);
	return out->text ? VV_OK : undecided(out, arena, q, NULL, "the numbers are too long", err);
}

/* --- union ------------------------------------------------------------------------------------- */

/* An item of a list: its text, and the key that it is compared by. */
typedef struct item {
	const char *key, *text;
	size_t key_len, len;
	size_t count[3]; /* by version: sides, base */
} item;

typedef struct items {
	item *list;
	size_t count, cap;
	bool spaced; /* a blank after what separates them */
	bool too_many;
} items;

static bool note_item(items *l, int version, const char *key, size_t key_len, const char *text,
		      size_t len)
{
	const size_t i = vv_find_place(k, l->count,
				       l->list[k].key_len == key_len &&
					       memcmp(l->list[k].key, key, key_len) == 0);

	l->too_many = i == ITEMS_MAX;
	if (l->too_many) return false;
	if (i == l->count) {
		if (!vv_array_add(
			    l->list, l->count, l->cap,
			    (item){.key = key, .key_len = key_len, .text = text, .len = len})) {
			return false;
		}
	}
	l->list[i].count[version]++;
	return true;
}

/* False: it is not a JSON array (*array), or memory ran out. */
static bool note_array(items *l, vv_arena *arena, int version, const vv_cell *c, bool *array)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_json *top;

	*array = vv_json_read(&top, arena, c->text, c->len, "cell", VV_IGNORED) == VV_OK &&
		 top->type == VV_JSON_ARRAY;
	for (const vv_json *v = *array ? top->first : NULL; v; v = v->next) {
		vv_buf_reset(&key);
		vv_json_put_node(&key, v);
		const char *copy = key.failed ? NULL
					      : vv_arena_strndup(arena, vv_buf_cstr(&key), key.len);
		l->spaced |= v != top->first && v->start > 0 && c->text[v->start - 1] == ' ';
		if (!copy ||
		    !note_item(l, version, copy, key.len, c->text + v->start, v->end - v->start)) {
			return false;
		}
	}
	return *array;
}

static bool note_list(items *l, int version, const vv_cell *c, const char *by)
{
	const char *s = c->text, *end = s + c->len;
	size_t n = strlen(by);

	while (s <= end) {
		const char *next = s;

		while (next + n <= end && memcmp(next, by, n) != 0) {
			next++;
		}
		next = next + n <= end ? next : end;
		l->spaced |= next + n < end && next[n] == ' ';
		const char *to = next;
		while (s < to && *s == ' ') {
			s++;
		}
		while (to > s && to[-1] == ' ') {
			to--;
		}
		if (to > s && !note_item(l, version, s, (size_t)(to - s), s, (size_t)(to - s))) {
			return false;
		}
		s = next == end ? end + 1 : next + n;
	}
	return true;
}

/* How many of an item stay: those that a side removed are gone, unless the other side added them again. */
static size_t stay(const item *it)
{
	size_t x = it->count[0], y = it->count[1], b = it->count[2];

	if (x == y || y == b) return x;
	if (x == b) return y;
	if (x > b && y > b) return x > y ? x : y;
	if (x < b && y < b) return x < y ? x : y;
	return x + y > b + 1 ? x + y - b : 1; /* one removed, the other added */
}

static int by_key(const void *a, const void *b)
{
	const item *x = a, *y = b;

	return vv_fact_text_order(x->key, x->key_len, y->key, y->key_len);
}

/* Those of base in base's order, then the others in that of their bytes: whatever is merged first. */
static vv_status put_union(merge_answer *out, vv_arena *arena, items *l, size_t of_base,
			   const char *by, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool any = false;

	if (l->count > of_base) {
		qsort(l->list + of_base, l->count - of_base, sizeof(*l->list), by_key);
	}
	vv_buf_puts(&b, by ? "" : "[");
	for (size_t i = 0; i < l->count; i++) {
		for (size_t n = stay(&l->list[i]); n > 0; n--) {
			vv_buf_puts(&b, any ? (by ? by : ",") : "");
			vv_buf_puts(&b, any && l->spaced ? " " : "");
			vv_buf_put(&b, l->list[i].text, l->list[i].len);
			any = true;
		}
	}
	vv_buf_puts(&b, by ? "" : "]");
	out->len = b.len;
	out->text = b.failed ? NULL : vv_arena_strndup(arena, vv_buf_cstr(&b), b.len);
	return out->text ? VV_OK : vv_fail_nomem(err);
}

static vv_status decide_union(merge_answer *out, vv_arena *arena, const merge_question *q,
			      vv_error *err)
{
	const vv_cell *c[3] = {q->side[0], q->side[1], q->side[MERGE_BASE]};
	static const int order[] = {2, 0, 1};
	const char *by = q->rule->by;
	items l = {0};
	size_t of_base = 0;
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 3 && rc == VV_OK; i++) {
		const int v = order[i];
		bool array = true, done = true;

		if (!is_missing(q->field, c[v])) {
			done = by ? note_list(&l, v, c[v], by)
				  : note_array(&l, arena, v, c[v], &array);
		}
		if (l.too_many) {
			rc = undecided(out, arena, q, NULL, "more than 4,000 items", err);
			break;
		}
		if (!array) {
			rc = undecided(
				out, arena, q, c[v],
				"is not a JSON array; use \"union by SEPARATOR\" for other lists",
				err);
			break;
		}
		rc = done ? VV_OK : vv_fail_nomem(err);
		of_base = v == 2 ? l.count : of_base;
	}
	if (rc == VV_OK && !out->why) {
		rc = put_union(out, arena, &l, of_base, by, err);
	}
	vv_free(l.list);
	return rc;
}

/* --- lines ---------------------------------------------------------------------------------------- */

static vv_status decide_lines(merge_answer *out, vv_arena *arena, const merge_question *q,
			      vv_error *err)
{
	const vv_cell *c[3] = {q->side[0], q->side[1], q->side[MERGE_BASE]};
	vv_merge_lines lines[3] = {{0}};
	vv_auto(vv_buf) merged = VV_BUF_INIT;
	bool conflict = false;
	vv_status rc;

	/* each line has an end: else the last one of a text that continues would have changed */
	for (size_t i = 0; i < 3; i++) {
		if (is_missing(q->field, c[i])) {
			continue;
		}
		lines[i].text = vv_arena_printf(arena, "%.*s\n", (int)c[i]->len, c[i]->text);
		lines[i].len = c[i]->len + 1;
		if (!lines[i].text) return vv_fail_nomem(err);
		if (c[i]->state != VV_CELL_TEXT || memchr(c[i]->text, '\0', c[i]->len)) {
			return undecided(out, arena, q, c[i], "is not a text", err);
		}
	}
	if ((rc = vv_merge_text(&merged, &conflict, &lines[2], lines, 0, err)) < 0) return rc;
	if (conflict) {
		return undecided(out, arena, q, NULL,
				 "both changed the same lines, or adjacent "
				 "lines",
				 err);
	}
	out->len = merged.len > 0 ? merged.len - 1 : 0;
	out->text = vv_arena_strndup(arena, vv_buf_cstr(&merged), out->len);
	return out->text ? VV_OK : vv_fail_nomem(err);
}

/* The texts of *out live in arena. */
static vv_status merge_decide(merge_answer *out, const merge_question *q, vv_arena *arena,
			      vv_error *err)
{
	*out = (merge_answer){.side = -1};
	switch (q->rule->kind) {
	case VV_MERGE_MAX:
	case VV_MERGE_MIN:
		return decide_greater(out, arena, q, q->field, q->side,
				      q->rule->kind == VV_MERGE_MAX ? 1 : -1,
				      "the rule ranks both values equally", err);
	case VV_MERGE_UNION:
		return decide_union(out, arena, q, err);
	case VV_MERGE_SUM:
		return decide_sum(out, arena, q, err);
	case VV_MERGE_LINES:
		return decide_lines(out, arena, q, err);
	case VV_MERGE_ORDER:
		return decide_order(out, arena, q, err);
	case VV_MERGE_LATEST:
		return decide_latest(out, arena, q, err);
	case VV_MERGE_OURS:
	case VV_MERGE_THEIRS:
		out->side = (int)(q->rule->kind == VV_MERGE_OURS ? q->ours : 1 - q->ours);
		return VV_OK;
	default:
		return VV_OK;
	}
}

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
static vv_cell spelled(const merge *m, int version, const vv_field *f, const vv_cell *c)
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
		s->out[i] = cell ? spelled(m, (int)which, type_of(m, i), cell) : nothing(m);
	}
	if (key) {
		const size_t last = m->key[m->key_count - 1];

		s->out[last] = spelled(m, (int)which, type_of(m, last), key);
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
