/*
 * row_test: filters as conditions of the language, and the search.
 */
#include "cmd/web/model/row_test.h"

#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/sys.h"
#include "base/text.h"

/* --- words of addresses ------------------------------------------------------------------------ */

static const char *const names[VV_WEB_OP_COUNT] = {
	"eq", "ne", "lt", "le", "gt", "ge", "has", "starts", "missing", "present", "empty"};

const char *vv_web_op_name(vv_web_op op)
{
	return names[op];
}

bool vv_web_op_parse(vv_web_op *out, const char *name)
{
	const char *const *found = vv_array_find(names, VV_WEB_OP_COUNT, word,
						 strcmp(name, *word) == 0);

	if (found) {
		*out = (vv_web_op)(found - names);
	}
	return found;
}

static bool is_ordered(vv_type type)
{
	const unsigned ordered = 1u << VV_TYPE_NUMBER | 1u << VV_TYPE_INTEGER |
				 1u << VV_TYPE_DATETIME | 1u << VV_TYPE_DATE | 1u << VV_TYPE_TIME |
				 1u << VV_TYPE_YEAR | 1u << VV_TYPE_YEARMONTH |
				 1u << VV_TYPE_STRING | 1u << VV_TYPE_ANY;

	return (ordered & 1u << type) != 0;
}

bool vv_web_op_fits(vv_web_op op, vv_type type)
{
	if (op >= VV_WEB_LT && op <= VV_WEB_GE) return is_ordered(type);
	return type != VV_TYPE_BOOLEAN || (op != VV_WEB_HAS && op != VV_WEB_STARTS);
}

const char *vv_web_folded(vv_web_visit *v, const char *words)
{
	char *folded = (char *)(uintptr_t)vv_web_keep_text(v, words);

	for (char *c = folded; *c; c++) {
		*c = vv_to_lower(*c);
	}
	return folded;
}

/* --- filters as conditions ----------------------------------------------------------------------- */

static bool is_number(const vv_field *f)
{
	return f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER;
}

static const char *quote_text(vv_web_visit *v, const char *text, char quote)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_doubled_put(&b, quote, text, strlen(text));
	return vv_web_keep_buf(v, &b);
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

/* The column's comparand in the language's form; NULL: only its text is possible. */
static const char *literal_of(vv_web_visit *v, const vv_field *f, const char *value)
{
	if (is_number(f) || f->type == VV_TYPE_YEAR) {
		return is_decimal(value) ? value : NULL;
	}
	const vv_cell cell = {.text = value, .len = (uint32_t)strlen(value), .state = VV_CELL_TEXT};

	return is_ordered(f->type) && !vv_field_missing(f, &cell) &&
			       vv_type_accepts_text(f, value, cell.len)
		       ? quote_text(v, value, '\'')
		       : NULL;
}

static vv_status put_order(vv_buf *out, const vv_web_filter *f, const vv_field *field,
			   const char *name, const char *value, vv_error *err)
{
	static const char *const signs[] = {
		[VV_WEB_LT] = "<", [VV_WEB_LE] = "<=", [VV_WEB_GT] = ">", [VV_WEB_GE] = ">="};

	if (!is_ordered(field->type)) {
		return vv_fail(
			err, VV_EUSAGE,
			"column '%s' cannot be compared with lt, le, gt or ge: its type is %s",
			vv_text_shows(f->column), vv_type_name(field->type));
	}
	const vv_cell cell = {
		.text = f->value, .len = (uint32_t)strlen(f->value), .state = VV_CELL_TEXT};
	if (!value && vv_field_missing(field, &cell)) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' means a missing value in column '%s', and cannot be compared "
			       "with lt, le, gt or ge",
			       vv_text_shows(f->value), vv_text_shows(f->column));
	}
	if (!value) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not a %s, the type of column '%s'",
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
	const char *name = quote_text(v, f->column, '"'), *text = quote_text(v, f->value, '\'');
	const char *value = literal_of(v, field, f->value);
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

/* --- making ------------------------------------------------------------------------------------ */

static void clear_scratch(void *payload)
{
	vv_web_test *s = payload;

	vv_where_free(s->where);
}

static vv_status make_where(vv_web_visit *v, vv_web_test *s, const vv_web_table *t,
			    const vv_web_rows_query *q, vv_error *err)
{
	const char **texts = vv_arena_calloc(&v->arena, q->filter_count + 1, sizeof(*texts));
	vv_where_how how = {0};
	vv_status rc;

	if (!texts) return vv_fail_nomem(err);
	s->conditions.items = texts;
	vv_array_each(q->filters, q->filter_count, filter) {
		vv_auto(vv_buf) b = VV_BUF_INIT;

		if ((rc = put_filter(&b, v, t, filter, err)) < 0) return rc;
		texts[s->conditions.count++] = vv_web_keep_buf(v, &b);
	}
	if (q->where && *q->where) {
		texts[s->conditions.count++] = q->where;
	}
	how.search = s->search = q->search && *q->search ? vv_web_folded(v, q->search) : NULL;
	if (v->failed) return vv_fail_nomem(err);
	return s->conditions.count > 0 || s->search
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
	return q ? make_where(v, s, t, q, err) : VV_OK;
}

void vv_web_test_put(vv_buf *out, const vv_web_test *s)
{
	vv_array_each(s->conditions.items, s->conditions.count, it) {
		vv_buf_printf(out, "w%zu:%s", strlen(*it), *it);
	}
	if (s->search) {
		vv_buf_printf(out, "q%zu:%s", strlen(s->search), s->search);
	}
}

/* --- rows -------------------------------------------------------------------------------------- */

static bool go_on(void *payload, const char *what VV_UNUSED, uint64_t done,
		  uint64_t total VV_UNUSED)
{
	vv_web_matches *m = payload;

	m->rc = vv_web_over(m->v, &m->over, &m->why);
	m->over = m->over && m->begun; /* at least one group, so that each request makes progress */
	m->begun = true;
	if (m->rc < 0 || m->over) return false;
	m->looked = done;
	return true;
}

vv_status vv_web_matches_open(vv_web_matches *m, vv_web_table *t, const vv_web_test *test,
			      const size_t *columns, size_t count, uint64_t from, vv_error *err)
{
	const vv_rows_options o = {.columns = columns,
				   .count = count,
				   .where = test->where,
				   .keys = &m->keys.lookup,
				   .from = from,
				   .to = UINT64_MAX,
				   .within = true,
				   .alone = true,
				   .progress = &m->progress};
	vv_status rc = test->where ? vv_kept_keys_open(&m->keys, m->v->repo, t->path, false, err)
				   : VV_OK;

	m->progress = (vv_progress){.payload = m, .part = go_on};
	m->looked = from;
	return rc < 0 ? rc : vv_rows_open(&m->rows, t->table, &o, err);
}

int vv_web_matches_next(vv_web_matches *m, const vv_cell **cells, vv_error *err)
{
	int more = vv_rows_next(m->rows, cells, err);

	m->number = vv_rows_number(m->rows);
	if (m->rc < 0) return (int)vv_error_copy(err, &m->why);
	if (more < 0 && m->over) {
		vv_error_clear(err);
		more = 0;
	}
	return more;
}

void vv_web_matches_close(vv_web_matches *m)
{
	vv_rows_close(m->rows);
	vv_kept_keys_close(&m->keys);
	m->rows = NULL;
}
