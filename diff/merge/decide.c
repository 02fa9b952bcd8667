/*
 * decide: a function for each rule.
 */
#include "diff/merge/decide.h"

#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/json/json.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/schema.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "repo/git/merge/text.h"

enum {
	DIGITS_MAX = 400, /* of a sum, written out, on either side of the point */
	ITEMS_MAX = 4000  /* of the lists in a cell: they are searched one by one */
};

/* Why the rule does not decide, with the text that is to blame. */
static vv_status leave_undecided(merge_answer *out, vv_arena *arena, const merge_question *q,
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

static bool field_accepts(const vv_field *f, const vv_cell *c, bool json)
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
				: field_accepts(f, c[i], q->json[i]) &&
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
		return leave_undecided(out, arena, q, NULL, "a side has no value", err);
	}
	if (f->type ==
	    VV_TYPE_STRING) { /* dates and versions in letters: bytes have another order */
		return leave_undecided(out, arena, q, NULL,
				       "the column is text: declare its type or format", err);
	}
	if (!order_of(&order, &blame, f, c, q)) {
		return leave_undecided(out, arena, q, blame,
				       !blame ? "the two values cannot be ordered"
				       : f->type == VV_TYPE_ANY
					       ? "is not a number, and the column has no type"
					       : "is not of the column's type",
				       err);
	}
	if (order == 0) return leave_undecided(out, arena, q, NULL, equal, err);
	out->side = order * sign > 0 ? 0 : 1;
	return VV_OK;
}

static vv_status decide_latest(merge_answer *out, vv_arena *arena, const merge_question *q,
			       vv_error *err)
{
	if (!q->by_field) {
		return leave_undecided(out, arena, q, NULL, "the table has no such column", err);
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
		if (!v[at[i]]) return leave_undecided(out, arena, q, c, "is not in the list", err);
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
		return leave_undecided(out, arena, q, NULL, "no common ancestor has the row", err);
	}
	if (q->twice) return leave_undecided(out, arena, q, NULL, q->twice, err);
	for (size_t i = 0; i < 3; i++) {
		bool literal = c[i]->state == VV_CELL_LITERAL;
		const vv_field *f = literal ? NULL : q->field;

		if (is_missing(q->field, c[i])) {
			return leave_undecided(out, arena, q, NULL, "a version has no value", err);
		}
		if ((!literal && !is_bare(q->field, c[i])) ||
		    !vv_decimal_read(&d[i], &digits, f, c[i]->text, c[i]->len) ||
		    d[i].kind != VV_DECIMAL_FINITE) {
			return leave_undecided(out, arena, q, c[i], "is not a number", err);
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
	return out->text ? VV_OK
			 : leave_undecided(out, arena, q, NULL, "the numbers are too long", err);
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
static size_t count_staying(const item *it)
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
		for (size_t n = count_staying(&l->list[i]); n > 0; n--) {
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
			rc = leave_undecided(out, arena, q, NULL, "more than 4,000 items", err);
			break;
		}
		if (!array) {
			rc = leave_undecided(
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
			return leave_undecided(out, arena, q, c[i], "is not a text", err);
		}
	}
	if ((rc = vv_merge_text(&merged, &conflict, &lines[2], lines, 0, err)) < 0) return rc;
	if (conflict) {
		return leave_undecided(out, arena, q, NULL,
				       "both changed the same lines, or adjacent "
				       "lines",
				       err);
	}
	out->len = merged.len > 0 ? merged.len - 1 : 0;
	out->text = vv_arena_strndup(arena, vv_buf_cstr(&merged), out->len);
	return out->text ? VV_OK : vv_fail_nomem(err);
}

vv_status merge_decide(merge_answer *out, const merge_question *q, vv_arena *arena, vv_error *err)
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
