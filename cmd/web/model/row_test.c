/*
 * row_test: when a cell's spelling decides, and when its value has to be read.
 */
#include "cmd/web/model/row_test.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/moment.h"
#include "diff/rows/value.h"
#include "lib/rows/fact_test.h"
#include "lib/rows/where.h"

#define SEEN 64u /* answers that are kept within a row group: most columns repeat their texts */

typedef struct seen {
	const char *text;
	uint32_t len;
	bool answer;
} seen;

typedef struct test {
	size_t column;
	const vv_field *field;
	vv_web_op op;
	vv_cell value;
	bool plain; /* numbers are digits with perhaps a sign and a point */
	bool has_small;
	vv_small small;
	bool has_fact; /* facts can rule it out: */
	vv_fact_test fact;
	seen seen[SEEN];
} test;

struct vv_web_test {
	test *tests;
	size_t count;
	vv_where *where; /* NULL: no condition */
	const char *condition;
	unsigned char *search; /* folded; NULL: none */
	size_t search_len;
	size_t *columns;
	size_t column_count;
	vv_buf scratch, moment;
};

/* --- words of addresses ------------------------------------------------------------------------ */

static const char *const names[VV_WEB_OP_COUNT] = {
	"eq", "ne", "lt", "le", "gt", "ge", "has", "starts", "missing", "present", "empty"};

const char *vv_web_op_name(vv_web_op op)
{
	return names[op];
}

bool vv_web_op_parse(vv_web_op *out, const char *name)
{
	for (size_t i = 0; i < VV_WEB_OP_COUNT; i++) {
		if (strcmp(name, names[i]) == 0) {
			*out = (vv_web_op)i;
			return true;
		}
	}
	return false;
}

static bool is_ordered(vv_type type)
{
	switch (type) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
	case VV_TYPE_DATETIME:
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_YEAR:
	case VV_TYPE_YEARMONTH:
	case VV_TYPE_STRING:
	case VV_TYPE_ANY:
		return true;
	default:
		return false;
	}
}

bool vv_web_op_fits(vv_web_op op, vv_type type)
{
	switch (op) {
	case VV_WEB_LT:
	case VV_WEB_LE:
	case VV_WEB_GT:
	case VV_WEB_GE:
		return is_ordered(type);
	case VV_WEB_HAS:
	case VV_WEB_STARTS:
		return type != VV_TYPE_BOOLEAN;
	default:
		return true;
	}
}

/* --- text -------------------------------------------------------------------------------------- */

static unsigned char fold(unsigned char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : c;
}

static bool starts_folded(const char *s, const unsigned char *folded, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if (fold((unsigned char)s[i]) != folded[i]) return false;
	}
	return true;
}

static bool has_folded(const char *s, size_t len, const unsigned char *folded, size_t folded_len)
{
	if (folded_len > len) return false;
	for (size_t i = 0; i <= len - folded_len; i++) {
		if (fold((unsigned char)s[i]) == folded[0] &&
		    starts_folded(s + i, folded, folded_len)) {
			return true;
		}
	}
	return false;
}

/* --- values ------------------------------------------------------------------------------------ */

static bool is_number(const vv_field *f)
{
	return f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER;
}

static bool is_plain(const vv_field *f)
{
	return is_number(f) && vv_field_plain_marks(f);
}

static bool read_small(vv_small *out, const vv_cell *c)
{
	return c->len > 0 && c->len <= 18 && vv_small_read(out, c->text, c->len, true);
}

static bool is_moment(const vv_field *f)
{
	return (f->type == VV_TYPE_DATE || f->type == VV_TYPE_DATETIME ||
		f->type == VV_TYPE_TIME) &&
	       f->plan;
}

static int order_bytes(const vv_cell *a, const vv_cell *b)
{
	return vv_fact_text_order(a->text, a->len, b->text, b->len);
}

static vv_cell as_moment(vv_buf *buf, const vv_field *f, const vv_cell *c)
{
	vv_cell out = *c;

	vv_buf_reset(buf);
	if (vv_moment_put(buf, f, c->text, c->len) == VV_MOMENT_PUT && !buf->failed) {
		out.text = buf->data;
		out.len = (uint32_t)buf->len;
	}
	return out;
}

int vv_web_order(const vv_field *f, const vv_cell *a, const vv_cell *b)
{
	vv_small x, y;
	int c;

	if (is_number(f)) {
		return is_plain(f) && read_small(&x, a) && read_small(&y, b) &&
				       vv_small_compare(&c, &x, &y)
			       ? c
			       : vv_value_order(f, a, b);
	}
	if (is_moment(f)) {
		vv_auto(vv_buf) p = VV_BUF_INIT, q = VV_BUF_INIT;
		vv_cell m = as_moment(&p, f, a), n = as_moment(&q, f, b);

		return order_bytes(&m, &n);
	}
	return order_bytes(a, b);
}

static bool is_same(vv_web_test *s, const test *t, const vv_cell *c)
{
	vv_small x;
	int order;

	if (c->len == t->value.len &&
	    (c->len == 0 || memcmp(c->text, t->value.text, c->len) == 0)) {
		return c->state == VV_CELL_TEXT || c->state == VV_CELL_LITERAL;
	}
	if (c->len == 0 || t->value.len == 0 || t->field->type == VV_TYPE_STRING ||
	    t->field->type == VV_TYPE_ANY) {
		return false;
	}
	if (t->plain && t->has_small && read_small(&x, c) &&
	    vv_small_compare(&order, &x, &t->small)) {
		return order == 0;
	}
	if (is_moment(t->field)) {
		vv_cell m = as_moment(&s->moment, t->field, c);

		return order_bytes(&m, &t->value) == 0;
	}
	return vv_value_compare(&s->scratch, t->field, c, t->field, &t->value) != VV_OTHER;
}

static bool in_order(vv_web_test *s, const test *t, const vv_cell *c)
{
	vv_small x;
	int order;

	if (c->len == 0) return false;
	if (t->plain && t->has_small && read_small(&x, c) &&
	    vv_small_compare(&order, &x, &t->small)) {
		/* found */
	} else if (is_number(t->field)) {
		if (!vv_type_accepts_text(t->field, c->text, c->len)) {
			return false; /* no number has an order to it */
		}
		order = vv_value_order(t->field, c, &t->value);
	} else if (is_moment(t->field)) {
		vv_cell m = as_moment(&s->moment, t->field, c);

		order = order_bytes(&m, &t->value);
	} else {
		order = order_bytes(c, &t->value);
	}
	return t->op == VV_WEB_LT   ? order < 0
	       : t->op == VV_WEB_LE ? order <= 0
	       : t->op == VV_WEB_GT ? order > 0
				    : order >= 0;
}

static bool test_cell(vv_web_test *s, const test *t, const vv_cell *c)
{
	switch (t->op) {
	case VV_WEB_EQ:
		return is_same(s, t, c);
	case VV_WEB_NE:
		return !is_same(s, t, c);
	case VV_WEB_HAS:
		return has_folded(c->text, c->len, (const unsigned char *)t->value.text,
				  t->value.len);
	case VV_WEB_STARTS:
		return c->len >= t->value.len &&
		       starts_folded(c->text, (const unsigned char *)t->value.text, t->value.len);
	case VV_WEB_IS_MISSING:
		return vv_field_missing(t->field, c);
	case VV_WEB_IS_PRESENT:
		return !vv_field_missing(t->field, c);
	case VV_WEB_IS_EMPTY:
		return c->state == VV_CELL_TEXT && c->len == 0;
	default:
		return !vv_field_missing(t->field, c) && in_order(s, t, c);
	}
}

/* Texts stand once in a row group, so that a place in memory tells which one it is. */
static bool ask(vv_web_test *s, test *t, const vv_cell *c)
{
	if (c->state != VV_CELL_TEXT || c->len == 0) return test_cell(s, t, c);
	seen *e = &t->seen[((uintptr_t)c->text >> 1) % SEEN];
	if (e->text != c->text || e->len != c->len) {
		*e = (seen){c->text, c->len, test_cell(s, t, c)};
	}
	return e->answer;
}

vv_status vv_web_test_group(vv_web_test *s, vv_error *err)
{
	for (size_t i = 0; i < s->count; i++) {
		memset(s->tests[i].seen, 0, sizeof(s->tests[i].seen));
	}
	return s->where ? vv_where_ok(s->where, err) : VV_OK;
}

bool vv_web_test_row(vv_web_test *s, const vv_cell *cells)
{
	bool found = !s->search;

	for (size_t i = 0; i < s->count; i++) {
		if (!ask(s, &s->tests[i], &cells[s->tests[i].column])) return false;
	}
	if (s->where && !vv_where_holds(s->where, cells)) return false;
	for (size_t i = 0; !found && i < s->column_count; i++) {
		const vv_cell *c = &cells[s->columns[i]];

		found = has_folded(c->text, c->len, s->search, s->search_len);
	}
	return found;
}

/* --- what facts rule out ----------------------------------------------------------------------- */

/* As is_same and in_order compare: texts that are not equal may be the same number. */
static void find_fact(test *t)
{
	static const vv_fact_op ops[] = {[VV_WEB_EQ] = VV_FACT_IS,
					 [VV_WEB_LT] = VV_FACT_BELOW,
					 [VV_WEB_LE] = VV_FACT_UP_TO,
					 [VV_WEB_GT] = VV_FACT_ABOVE,
					 [VV_WEB_GE] = VV_FACT_FROM};
	const vv_field *f = t->field;

	t->has_fact = t->op == VV_WEB_EQ || (t->op >= VV_WEB_LT && t->op <= VV_WEB_GE);
	if (!t->has_fact) return;
	vv_fact_test_init(&t->fact, ops[t->op], t->value.text, t->value.len);
	if (is_number(f)) {
		t->has_fact = t->plain && f->bare_number;
		t->fact.numbers = VV_FACT_BY_VALUE;
		t->fact.texts = VV_FACT_SPELLED;
	} else {
		t->has_fact = f->type == VV_TYPE_STRING || f->type == VV_TYPE_ANY ||
			      (f->type == VV_TYPE_DATE && !f->plan);
		t->fact.numbers = VV_FACT_BY_TEXT;
		t->fact.texts = VV_FACT_BYTES;
	}
}

bool vv_web_test_may(void *payload, const uint8_t *facts, size_t len)
{
	const vv_web_test *s = payload;
	vv_fact f;

	for (size_t i = 0; i < s->count; i++) {
		const test *t = &s->tests[i];

		if (!t->has_fact) {
			continue;
		}
		vv_facts_column(&f, facts, len, t->column);
		if (!vv_fact_test_may(&t->fact, &f)) return false;
	}
	return !s->where || vv_where_may_hold(s->where, facts, len);
}

/* --- making ------------------------------------------------------------------------------------ */

static vv_status make_folded(vv_web_visit *v, unsigned char **out, const char *text, size_t len,
			     vv_error *err)
{
	*out = vv_arena_alloc(&v->arena, len + 1);
	if (!*out) return vv_fail_nomem(err);
	for (size_t i = 0; i < len; i++) {
		(*out)[i] = fold((unsigned char)text[i]);
	}
	(*out)[len] = '\0';
	return VV_OK;
}

static vv_status make_test(vv_web_visit *v, vv_web_test *s, test *t, const vv_web_table *table,
			   const vv_web_filter *f, vv_error *err)
{
	size_t len = strlen(f->value);
	unsigned char *folded;
	vv_status rc;

	if ((rc = vv_web_column_find(table, f->column, &t->column, err)) < 0) return rc;
	t->field = &table->table->schema.fields[t->column];
	t->op = f->op;
	t->value = (vv_cell){.text = f->value, .len = (uint32_t)len, .state = VV_CELL_TEXT};
	if (t->op == VV_WEB_HAS || t->op == VV_WEB_STARTS) {
		if ((rc = make_folded(v, &folded, f->value, len, err)) < 0) return rc;
		t->value.text = (const char *)folded;
		if (len == 0) { /* stands in everything */
			t->op = VV_WEB_STARTS;
		}
		return VV_OK;
	}
	t->plain = is_plain(t->field);
	t->has_small = t->plain && read_small(&t->small, &t->value);
	if (t->op >= VV_WEB_LT && t->op <= VV_WEB_GE) {
		if (!is_ordered(t->field->type)) {
			return vv_fail(err, VV_EUSAGE, "column '%s' has no order: its type is %s",
				       vv_text_shows(f->column), vv_type_name(t->field->type));
		}
		if (is_number(t->field) && !vv_type_accepts_text(t->field, f->value, len)) {
			return vv_fail(err, VV_EUSAGE, "'%s' is not a number, as column '%s' has",
				       vv_text_shows(f->value), vv_text_shows(f->column));
		}
	}
	if (is_moment(t->field)) { /* as the column writes it, or as it is compared */
		vv_cell m = as_moment(&s->moment, t->field, &t->value);

		t->value.text = vv_web_keep(v, m.text, m.len);
		t->value.len = m.len;
	}
	if (!t->value.text) return vv_fail_nomem(err);
	find_fact(t);
	return VV_OK;
}

static void clear_scratch(void *payload)
{
	vv_web_test *s = payload;

	vv_where_free(s->where);
	vv_buf_clear(&s->scratch);
	vv_buf_clear(&s->moment);
}

static int by_number(const void *x, const void *y)
{
	size_t a = *(const size_t *)x, b = *(const size_t *)y;

	return (a > b) - (a < b);
}

static void list_column(vv_web_test *s, size_t column)
{
	for (size_t k = 0; k < s->column_count; k++) {
		if (s->columns[k] == column) return;
	}
	s->columns[s->column_count++] = column;
}

static void list_columns(vv_web_test *s, const vv_web_table *t)
{
	size_t count = 0;

	if (s->search) {
		for (size_t i = 0; i < t->column_count; i++) {
			s->columns[s->column_count++] = i;
		}
		return;
	}
	for (size_t i = 0; i < s->count; i++) {
		list_column(s, s->tests[i].column);
	}
	const size_t *wanted = s->where ? vv_where_columns(s->where, &count) : NULL;
	for (size_t i = 0; i < count; i++) {
		list_column(s, wanted[i]);
	}
	qsort(s->columns, s->column_count, sizeof(*s->columns), by_number);
}

static vv_status make_where(vv_web_test *s, const vv_web_table *t, const char *condition,
			    vv_error *err)
{
	const vv_strings conditions = {&s->condition, 1};
	const vv_where_how how = {0};

	s->condition = condition;
	return vv_where_new(&s->where, t->table, &conditions, &how, err);
}

vv_status vv_web_test_make(vv_web_visit *v, const vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_test **out, vv_error *err)
{
	vv_web_test *s = vv_arena_calloc(&v->arena, 1, sizeof(*s));
	size_t n = q ? q->filter_count : 0;
	vv_status rc;

	*out = s;
	if (!s) return vv_fail_nomem(err);
	if (n > VV_WEB_FILTERS_MAX) {
		return vv_fail(err, VV_EUSAGE, "more than %u filters", VV_WEB_FILTERS_MAX);
	}
	if ((rc = vv_web_visit_last(v, clear_scratch, s, err)) < 0) return rc;
	s->tests = vv_arena_calloc(&v->arena, n + 1, sizeof(*s->tests));
	s->columns = vv_arena_calloc(&v->arena, t->column_count + n + 1, sizeof(*s->columns));
	if (!s->tests || !s->columns) return vv_fail_nomem(err);
	for (; s->count < n; s->count++) {
		if ((rc = make_test(v, s, &s->tests[s->count], t, &q->filters[s->count], err)) <
		    0) {
			return rc;
		}
	}
	if (q && q->where && *q->where && (rc = make_where(s, t, q->where, err)) < 0) return rc;
	if (q && q->search && *q->search) {
		s->search_len = strlen(q->search);
		if ((rc = make_folded(v, &s->search, q->search, s->search_len, err)) < 0) return rc;
	}
	list_columns(s, t);
	return VV_OK;
}

bool vv_web_test_any(const vv_web_test *s)
{
	return s->count > 0 || s->search || s->where;
}

const size_t *vv_web_test_columns(const vv_web_test *s, size_t *count)
{
	*count = s->column_count;
	return s->columns;
}

void vv_web_test_put(vv_buf *out, const vv_web_test *s)
{
	for (size_t i = 0; i < s->count; i++) {
		vv_buf_printf(out, "%zu %d %u:", s->tests[i].column, (int)s->tests[i].op,
			      s->tests[i].value.len);
		vv_buf_put(out, s->tests[i].value.text, s->tests[i].value.len);
	}
	if (s->where) {
		vv_buf_printf(out, "w%zu:%s", strlen(s->condition), s->condition);
	}
	if (s->search) {
		vv_buf_printf(out, "q%zu:", s->search_len);
		vv_buf_put(out, s->search, s->search_len);
	}
}
