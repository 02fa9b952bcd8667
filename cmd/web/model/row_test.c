/*
 * row_test: filters as conditions of the language, the search, and the order of cells.
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
#include "lib/rows/where.h"

struct vv_web_test {
	vv_where *where; /* NULL: no condition */
	vv_strings conditions;
	const char *search; /* folded; NULL: none */
	size_t search_len;
	size_t *columns;
	size_t column_count;
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

const char *vv_web_folded(vv_web_visit *v, const char *words)
{
	char *folded = vv_arena_strndup(&v->arena, words, strlen(words));

	for (char *c = folded; c && *c; c++) {
		*c = (char)fold((unsigned char)*c);
	}
	return folded;
}

bool vv_web_text_has(const char *s, size_t len, const char *folded, size_t wanted)
{
	for (size_t i = 0; i + wanted <= len; i++) {
		size_t k = 0;

		if (fold((unsigned char)s[i]) != (unsigned char)folded[0]) {
			continue;
		}
		while (++k < wanted && fold((unsigned char)s[i + k]) == (unsigned char)folded[k]) {
		}
		if (k == wanted) return true;
	}
	return wanted == 0;
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

/* --- filters as conditions ----------------------------------------------------------------------- */

static const char *quoted(vv_web_visit *v, const char *text, char quote)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_putc(&b, quote);
	for (const char *c = text; *c; c++) {
		vv_buf_putc(&b, *c);
		if (*c == quote) {
			vv_buf_putc(&b, quote);
		}
	}
	vv_buf_putc(&b, quote);
	return b.failed ? NULL : vv_web_keep(v, b.data, b.len);
}

static bool is_decimal(const char *s)
{
	size_t whole = strspn(s += *s == '-', "0123456789");
	size_t all = s[whole] == '.' ? whole + 1 + strspn(s + whole + 1, "0123456789") : whole;

	if (whole == 0 || s[all - 1] == '.') return false;
	if (s[all] == 'e' || s[all] == 'E') {
		all += s[all + 1] == '-' || s[all + 1] == '+' ? 2 : 1;
		size_t power = strspn(s + all, "0123456789");
		all = power > 0 ? all + power : 0;
	}
	return s[all] == '\0';
}

/* What the column is compared with, as the language writes it; NULL: only its text can be. */
static const char *literal(vv_web_visit *v, const vv_field *f, const char *value)
{
	if (is_number(f) || f->type == VV_TYPE_YEAR) {
		return is_decimal(value) ? value : NULL;
	}
	const vv_cell cell = {.text = value, .len = (uint32_t)strlen(value), .state = VV_CELL_TEXT};

	return is_ordered(f->type) && !vv_field_missing(f, &cell) &&
			       vv_type_accepts_text(f, value, cell.len)
		       ? quoted(v, value, '\'')
		       : NULL;
}

static vv_status put_order(vv_buf *out, const vv_web_filter *f, const vv_field *field,
			   const char *name, const char *value, vv_error *err)
{
	static const char *const signs[] = {
		[VV_WEB_LT] = "<", [VV_WEB_LE] = "<=", [VV_WEB_GT] = ">", [VV_WEB_GE] = ">="};

	if (!is_ordered(field->type)) {
		return vv_fail(err, VV_EUSAGE, "column '%s' has no order: its type is %s",
			       vv_text_shows(f->column), vv_type_name(field->type));
	}
	if (!value) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a %s, as column '%s' has",
			       vv_text_shows(f->value),
			       is_number(field) ? "number" : vv_type_name(field->type),
			       vv_text_shows(f->column));
	}
	vv_buf_printf(out, "%s %s %s", name, signs[f->op], value);
	return VV_OK;
}

/* "iif" has a value where the comparison is unknown. */
static vv_status put_filter(vv_buf *out, vv_web_visit *v, const vv_web_table *t,
			    const vv_web_filter *f, vv_error *err)
{
	size_t column;
	vv_status rc = vv_web_column_find(t, f->column, &column, err);

	if (rc < 0) return rc;
	const vv_field *field = &t->table->schema.fields[column];
	const char *name = quoted(v, f->column, '"'), *text = quoted(v, f->value, '\'');
	const char *value = literal(v, field, f->value);
	if (!name || !text) return vv_fail_nomem(err);
	switch (f->op) {
	case VV_WEB_EQ:
	case VV_WEB_NE:
		vv_buf_puts(out, f->op == VV_WEB_NE ? "iif(" : "");
		vv_buf_printf(out, value ? "%s = %s" : "text(%s) = %s", name, value ? value : text);
		vv_buf_puts(out, f->op == VV_WEB_NE ? ", 1, 0) = 0" : "");
		break;
	case VV_WEB_HAS:
	case VV_WEB_STARTS:
		vv_buf_printf(out, "%s(lower(text(%s)), lower(%s))",
			      f->op == VV_WEB_HAS ? "contains" : "starts_with", name, text);
		break;
	case VV_WEB_IS_MISSING:
	case VV_WEB_IS_PRESENT:
		vv_buf_printf(out, "%s is %snull", name, f->op == VV_WEB_IS_PRESENT ? "not " : "");
		break;
	case VV_WEB_IS_EMPTY:
		vv_buf_printf(out, "text(%s) = ''", name);
		break;
	default:
		return put_order(out, f, field, name, value, err);
	}
	return vv_buf_ok(out, err);
}

static void clear_scratch(void *payload)
{
	vv_web_test *s = payload;

	vv_where_free(s->where);
}

vv_status vv_web_test_group(vv_web_test *s, vv_error *err)
{
	return s->where ? vv_where_ok(s->where, err) : VV_OK;
}

bool vv_web_test_row(vv_web_test *s, const vv_cell *cells)
{
	bool found = !s->search;

	if (s->where && !vv_where_holds(s->where, cells)) return false;
	for (size_t i = 0; !found && i < s->column_count; i++) {
		const vv_cell *c = &cells[s->columns[i]];

		found = vv_web_text_has(c->text, c->len, s->search, s->search_len);
	}
	return found;
}

bool vv_web_test_may(void *payload, const uint8_t *facts, size_t len)
{
	const vv_web_test *s = payload;

	return !s->where || vv_where_may_hold(s->where, facts, len);
}

/* --- making ------------------------------------------------------------------------------------ */

static int by_number(const void *x, const void *y)
{
	size_t a = *(const size_t *)x, b = *(const size_t *)y;

	return (a > b) - (a < b);
}

static void list_columns(vv_web_test *s, const vv_web_table *t)
{
	const size_t *wanted = s->where ? vv_where_columns(s->where, &s->column_count) : NULL;

	if (s->search) {
		s->column_count = t->column_count;
	}
	for (size_t i = 0; i < s->column_count; i++) {
		s->columns[i] = s->search ? i : wanted[i];
	}
	qsort(s->columns, s->column_count, sizeof(*s->columns), by_number);
}

static vv_status make_where(vv_web_visit *v, vv_web_test *s, const vv_web_table *t,
			    const vv_web_rows_query *q, vv_error *err)
{
	const char **texts = vv_arena_calloc(&v->arena, q->filter_count + 1, sizeof(*texts));
	const vv_where_how how = {0};
	vv_status rc;

	if (!texts) return vv_fail_nomem(err);
	s->conditions.items = texts;
	for (size_t i = 0; i < q->filter_count; i++) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		if ((rc = put_filter(&b, v, t, &q->filters[i], err)) < 0) return rc;
		if (!(texts[s->conditions.count++] = vv_web_keep(v, b.data, b.len))) {
			return vv_fail_nomem(err);
		}
	}
	if (q->where && *q->where) {
		texts[s->conditions.count++] = q->where;
	}
	return s->conditions.count > 0
		       ? vv_where_new(&s->where, t->table, &s->conditions, &how, err)
		       : VV_OK;
}

vv_status vv_web_test_make(vv_web_visit *v, const vv_web_table *t, const vv_web_rows_query *q,
			   vv_web_test **out, vv_error *err)
{
	vv_web_test *s = vv_arena_calloc(&v->arena, 1, sizeof(*s));
	vv_status rc;

	*out = s;
	if (!s) return vv_fail_nomem(err);
	if ((rc = vv_web_visit_last(v, clear_scratch, s, err)) < 0) return rc;
	s->columns = vv_arena_calloc(&v->arena, t->column_count + 1, sizeof(*s->columns));
	if (!s->columns) return vv_fail_nomem(err);
	if (q && (rc = make_where(v, s, t, q, err)) < 0) return rc;
	if (q && q->search && *q->search && !(s->search = vv_web_folded(v, q->search))) {
		return vv_fail_nomem(err);
	}
	s->search_len = s->search ? strlen(s->search) : 0;
	list_columns(s, t);
	return VV_OK;
}

bool vv_web_test_any(const vv_web_test *s)
{
	return s->search || s->where;
}

const size_t *vv_web_test_columns(const vv_web_test *s, size_t *count)
{
	*count = s->column_count;
	return s->columns;
}

const vv_strings *vv_web_test_conditions(const vv_web_test *s)
{
	return &s->conditions;
}

void vv_web_test_put(vv_buf *out, const vv_web_test *s)
{
	for (size_t i = 0; i < s->conditions.count; i++) {
		vv_buf_printf(out, "w%zu:%s", strlen(s->conditions.items[i]),
			      s->conditions.items[i]);
	}
	if (s->search) {
		vv_buf_printf(out, "q%zu:%s", s->search_len, s->search);
	}
}
