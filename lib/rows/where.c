/*
 * where: comparisons of tests, and facts by a column's type.
 */
#include "lib/rows/where.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "check/rules/key_groups.h"
#include "dataset/format/dialect.h"
#include "dataset/format/facts.h"
#include "dataset/format/form.h"
#include "dataset/format/spelling.h"
#include "dataset/rows/condition_run.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "dataset/table/table.h"
#include "lib/rows/fact_test.h"
#include "lib/rows/named_columns.h"

#define DAY 86400
#define BLANKS " \t" /* between the words of a search */
typedef struct test {
	size_t column;
	vv_where_op op;
	vv_cell_state state;
	const char *text;
	size_t len;
	const vv_field *field;
	vv_value value; /* of comparisons; its digits are at the start of digits */
	vv_buf digits;
	size_t digits_len;
	vv_fact_test fact;
} test;

#define ANSWERS 64u /* a power of two */
#define ANSWER_LEN 28u

#define CREDIT 1000u

/* The result of a condition on one column for a text. */
typedef struct answer {
	bool known, holds;
	uint8_t state, len;
	char text[ANSWER_LEN];
} answer;

/* credit 0: hardly a text was met twice, and none is looked up any more. */
typedef struct answers {
	unsigned credit;
	answer of[ANSWERS];
} answers;

struct vv_where {
	test *tests;
	size_t count;
	vv_condition **conditions; /* texts of the tests are theirs */
	bool *judged;              /* by the tests alone */
	answers *answers;          /* of each condition */
	size_t condition_count;
	vv_condition_scratch *scratch;
	const char *search; /* NULL or "": none */
	size_t *columns, column_count;
	bool json, failed, undecided;
};

/* ---- compiling tests ---- */

static bool is_value(const vv_where *w, const vv_field *f, const vv_cell *c)
{
	return !vv_field_missing(f, c) &&
	       (w->json ? vv_field_accepts_json(f, c) : vv_field_accepts(f, c));
}

static bool has_order(const vv_value *v)
{
	return v->kind != VV_VALUE_DECIMAL || v->decimal.kind != VV_DECIMAL_NAN;
}

/* The text as a value of the column's type. */
static vv_status read_value(test *t, vv_error *err)
{
	const vv_cell cell = {.text = t->text, .len = (uint32_t)t->len, .state = (uint8_t)t->state};
	bool is = !vv_field_missing(t->field, &cell) && vv_field_accepts(t->field, &cell) &&
		  vv_value_read(&t->value, &t->digits, t->field, &cell) && has_order(&t->value);

	t->digits_len = t->digits.len;
	if (is || t->digits.failed) return vv_buf_ok(&t->digits, err);
	return vv_fail(err, VV_EUSAGE,
		       "'%s' is not a value of column '%s', which has type %s\nuse text(COLUMN) = "
		       "'TEXT' or COLUMN ^= 'TEXT' to compare with any text",
		       vv_text_show(t->text, t->len),
		       vv_text_name(t->field->name, t->field->name_len),
		       vv_type_name(t->field->type));
}

/* ---- what facts rule out ---- */

static bool is_usual(const vv_field *f)
{
	return strcmp(f->format, "default") == 0 && !f->plan;
}

/* A day before and after an instant, as dates; false: beyond years of four digits. */
static bool find_days(test *t)
{
	int64_t seconds = t->value.seconds, day = (seconds - (seconds % DAY + DAY) % DAY) / DAY;

	return spell_write_date(t->fact.day[0], day - 1) &&
	       spell_write_date(t->fact.day[1], day + 1);
}

static void plan_test(test *t)
{
	static const vv_cell empty = {.state = VV_CELL_TEXT};
	const vv_field *f = t->field;
	vv_fact_test *x = &t->fact;

	if (t->op > VV_WHERE_FROM) return;
	vv_fact_test_init(x, (vv_fact_op)t->op, t->text, t->len);
	x->numbers = VV_FACT_BY_TEXT;
	x->texts = VV_FACT_BYTES;
	if (t->op == VV_WHERE_IS || t->op == VV_WHERE_BEGINS) return;
	x->empty_counts = !vv_field_missing(f, &empty);
	switch (f->type) {
	case VV_TYPE_INTEGER:
	case VV_TYPE_NUMBER:
		x->texts = VV_FACT_ANYWHERE;
		if (vv_field_plain_marks(f)) {
			x->numbers = VV_FACT_BY_VALUE;
			x->texts = f->bare_number ? VV_FACT_SPELLED : VV_FACT_ANYWHERE;
		}
		break;
	case VV_TYPE_STRING:
		break;
	case VV_TYPE_DATE:
		x->numbers = is_usual(f) ? VV_FACT_NEVER : VV_FACT_BY_TEXT;
		x->texts = is_usual(f) ? VV_FACT_BYTES : VV_FACT_ANYWHERE;
		break;
	case VV_TYPE_DATETIME:
		x->texts = is_usual(f) && find_days(t) ? VV_FACT_DAYS : VV_FACT_ANYWHERE;
		break;
	default:
		x->texts = VV_FACT_ANYWHERE;
	}
}

static bool text_begins(const test *t, const char *s, size_t len)
{
	return len >= t->len && memcmp(s, t->text, t->len) == 0;
}

/* Do all texts that mean a missing value have no letters, which facts count? */
static bool only_empty_is_missing(const vv_field *f)
{
	return !vv_ended_find(f->missing, it, **it != '\0');
}

/* Can missing values pass the test, by the facts? */
static bool missing_may(const vv_where *w, const test *t, const vv_fact *f)
{
	static const vv_cell empty = {.state = VV_CELL_TEXT};

	if (t->op == VV_WHERE_NOT_NULL) {
		return f->missing != VV_MISSING_ALL || !vv_field_missing(t->field, &empty);
	}
	if (f->missing != VV_MISSING_NONE || !only_empty_is_missing(t->field)) return true;
	return t->op == VV_WHERE_NO_VALUE &&
	       (w->json || t->field->type != VV_TYPE_NUMBER || !vv_field_known_by_few(t->field) ||
		f->unknown || f->texts);
}

bool vv_where_may_hold(void *where, const uint8_t *facts, size_t len)
{
	const vv_where *w = where;
	vv_fact f;

	vv_array_each(w->tests, w->count, t) {
		if (t->op == VV_WHERE_DIFFERS) {
			continue; /* facts do not cover it */
		}
		vv_facts_column(&f, facts, len, t->column);
		if (t->op > VV_WHERE_FROM ? !missing_may(w, t, &f)
					  : !vv_fact_test_may(&t->fact, &f)) {
			return false;
		}
	}
	return true;
}

/* ---- rows ---- */

/* For numbers in the usual form, which are values of any number type. */
static bool quick_rank(const vv_where *w, const test *t, const vv_cell *c, int *rank)
{
	vv_fact_number n;
	size_t sign = c->len > 0 && c->text[0] == '-';

	if (t->fact.numbers != VV_FACT_BY_VALUE || !t->fact.is_number || c->len <= sign ||
	    c->text[sign] == '0' || (w->json && c->state != VV_CELL_LITERAL) ||
	    !vv_fact_number_read(&n, c->text, c->len) ||
	    (t->field->type == VV_TYPE_INTEGER && memchr(c->text, '.', c->len))) {
		return false;
	}
	*rank = vv_fact_number_order(&n, &t->fact.number);
	return true;
}

static bool is_in_order(vv_where_op op, int rank)
{
	if (op == VV_WHERE_BELOW) return rank < 0;
	if (op == VV_WHERE_UP_TO) return rank <= 0;
	if (op == VV_WHERE_ABOVE) return rank > 0;
	if (op == VV_WHERE_FROM) return rank >= 0;
	return rank != 0;
}

static bool cell_compares(vv_where *w, test *t, const vv_cell *c)
{
	vv_value v;
	int rank;

	if (vv_field_missing(t->field, c)) return false;
	if (quick_rank(w, t, c, &rank)) return is_in_order(t->op, rank);
	if (!is_value(w, t->field, c)) return false;
	t->digits.len = t->digits_len;
	if (!vv_value_read(&v, &t->digits, t->field, c)) {
		w->failed |= t->digits.failed;
		return false;
	}
	if (!has_order(&v)) return false;
	if ((rank = vv_value_rank(&v, &t->value, &t->digits)) == 2) {
		return t->op == VV_WHERE_DIFFERS;
	}
	return is_in_order(t->op, rank);
}

#define SURE_DIGITS 18    /* of any int64 */
#define SURE_EXPONENT 300 /* of any double */
#define SURE_YEAR 9
#define FIRST_TIME INT64_C(-62135596800) /* 0001-01-01 in seconds since 1970 */
#define LAST_TIME INT64_C(253402214400)  /* 9999-12-31 */

/* A value that int64, double or UTF-8 is sure to have. */
static bool has_value(vv_where *w, test *t, const vv_cell *c)
{
	bool integer = t->field->type == VV_TYPE_INTEGER;
	vv_value v;

	if (vv_field_missing(t->field, c) || !is_value(w, t->field, c)) return false;
	if (t->field->type == VV_TYPE_YEAR) return c->len <= SURE_YEAR;
	if (!integer && t->field->type != VV_TYPE_NUMBER &&
	    (t->field->type != VV_TYPE_DATETIME || !vv_utf8_valid(c->text, c->len))) {
		return vv_utf8_valid(c->text, c->len);
	}
	t->digits.len = t->digits_len;
	if (!vv_value_read(&v, &t->digits, t->field, c)) {
		w->failed |= t->digits.failed;
		return false;
	}
	if (v.kind == VV_VALUE_INSTANT) return v.seconds >= FIRST_TIME && v.seconds < LAST_TIME;
	return v.kind == VV_VALUE_DECIMAL && v.decimal.kind == VV_DECIMAL_FINITE &&
	       v.decimal.exponent <= (integer ? SURE_DIGITS : SURE_EXPONENT) &&
	       v.decimal.exponent >= -SURE_EXPONENT;
}

/* An empty value matches cells without text: empty, absent and null ones. */
static bool test_holds(vv_where *w, test *t, const vv_cell *c)
{
	switch (t->op) {
	case VV_WHERE_IS:
		return c->len == t->len && (t->len == 0 || memcmp(c->text, t->text, t->len) == 0);
	case VV_WHERE_BEGINS:
		return t->len == 0 || text_begins(t, c->text, c->len);
	case VV_WHERE_NULL:
		return vv_field_missing(t->field, c);
	case VV_WHERE_NOT_NULL:
		return !vv_field_missing(t->field, c);
	case VV_WHERE_NO_VALUE:
		return !has_value(w, t, c);
	default:
		return cell_compares(w, t, c);
	}
}

static bool evaluate_condition(vv_where *w, size_t i, const vv_cell *cells)
{
	if (vv_condition_eval(w->conditions[i], w->scratch, cells) == VV_TRUE) return true;
	w->failed |= vv_condition_failed(w->scratch);
	w->undecided |= vv_condition_undecided(w->scratch);
	return false;
}

/* Looked up, where the condition reads one column and its text is short. */
static bool condition_holds(vv_where *w, size_t i, const vv_cell *cells)
{
	size_t count;
	const size_t *columns = vv_condition_columns(w->conditions[i], &count);
	const vv_cell *c = count == 1 ? &cells[columns[0]] : NULL;
	answers *known = &w->answers[i];
	uint64_t hash = 0;

	if (!c || c->len > ANSWER_LEN || known->credit == 0) return evaluate_condition(w, i, cells);
	for (size_t k = 0; k < c->len; k++) {
		hash = (hash ^ (uint8_t)c->text[k]) * UINT64_C(0x100000001b3);
	}
	answer *a = &known->of[(hash >> 7) % ANSWERS];
	if (a->known && a->state == c->state && a->len == c->len &&
	    (c->len == 0 || memcmp(a->text, c->text, c->len) == 0)) {
		known->credit += known->credit < CREDIT;
		return a->holds;
	}
	known->credit--;
	*a = (answer){.known = true, .state = (uint8_t)c->state, .len = (uint8_t)c->len};
	if (c->len > 0) {
		memcpy(a->text, c->text, c->len);
	}
	a->holds = evaluate_condition(w, i, cells);
	return a->holds;
}

static bool some_cell_has(const vv_where *w, const vv_cell *cells, const char *text, size_t len)
{
	return vv_array_find(w->columns, w->column_count, it,
			     vv_text_has(cells[*it].text, cells[*it].len, text, len)) != NULL;
}

/* Sets *len to the length of the text that begins at *at, without quotes, which are skipped. */
static const char *searched_text(const char **at, size_t *len)
{
	const char *text = *at, *end = *text == '"' ? strchr(text + 1, '"') : NULL;

	if (end && end > text + 1) {
		*len = (size_t)(end - text) - 1;
		*at = end + 1;
		return text + 1;
	}
	*len = strcspn(text, BLANKS);
	*at = text + *len;
	return text;
}

static bool has_texts(const vv_where *w, const vv_cell *cells)
{
	const char *at = w->search;
	size_t len;

	if (!at || !*at) return true;
	if (!at[strspn(at, BLANKS)]) return some_cell_has(w, cells, at, strlen(at));
	while (*(at += strspn(at, BLANKS))) {
		const char *text = searched_text(&at, &len);

		if (!some_cell_has(w, cells, text, len)) return false;
	}
	return true;
}

bool vv_where_holds(vv_where *w, const vv_cell *cells)
{
	return !vv_array_find(w->tests, w->count, it, !test_holds(w, it, &cells[it->column])) &&
	       vv_find_place(i, w->condition_count,
			     !w->judged[i] && !condition_holds(w, i, cells)) ==
		       w->condition_count &&
	       has_texts(w, cells);
}

vv_status vv_where_ok(const vv_where *w, vv_error *err)
{
	if (w->failed) return vv_fail_nomem(err);
	return w->undecided ? vv_fail(err, VV_EREFUSED,
				      "a pattern takes too many steps to match a value")
			    : VV_OK;
}

size_t vv_where_count(const vv_where *w)
{
	return w->count;
}

const size_t *vv_where_columns(const vv_where *w, size_t *count)
{
	*count = w->column_count;
	return w->columns;
}

bool vv_where_value(const vv_where *w, size_t i, vv_key_value *out)
{
	const test *t = &w->tests[i];

	*out = (vv_key_value){t->column, t->text, t->len};
	/* keys are looked up by texts as the column spells them */
	if (t->state == VV_CELL_LITERAL && !vv_field_plain_marks(t->field)) return false;
	return t->op == VV_WHERE_IS ||
	       (t->op == VV_WHERE_FROM &&
		vv_array_find(w->tests, w->count, u,
			      u->op == VV_WHERE_UP_TO && u->column == t->column &&
				      u->len == t->len && memcmp(u->text, t->text, t->len) == 0));
}

void vv_where_free(vv_where *w)
{
	if (!w) return;
	for (size_t i = 0; w->tests && i < w->count; i++) {
		vv_buf_clear(&w->tests[i].digits);
	}
	vv_array_each(w->conditions, w->condition_count, it) {
		vv_condition_free(*it);
	}
	vv_condition_scratch_free(w->scratch);
	vv_free_all(w->conditions, w->judged, w->answers, w->columns, w->tests, w);
}

static vv_status finish_test(test *x, const vv_table *t, vv_error *err)
{
	vv_status rc = VV_OK;

	x->field = &t->schema.fields[x->column];
	if (x->op > VV_WHERE_BEGINS && x->op <= VV_WHERE_DIFFERS) {
		rc = read_value(x, err);
	}
	plan_test(x);
	return rc;
}

static void add_column(vv_where *w, size_t column)
{
	const size_t i = vv_find_place(k, w->column_count, w->columns[k] >= column);

	if (i < w->column_count && w->columns[i] == column) return;
	memmove(w->columns + i + 1, w->columns + i, (w->column_count - i) * sizeof(*w->columns));
	w->columns[i] = column;
	w->column_count++;
}

/* The columns that are read, and room for them. */
static vv_status list_columns(vv_where *w, const vv_table *t, vv_error *err)
{
	w->columns = vv_calloc(t->schema.count + 1, sizeof(*w->columns));
	if (!w->columns) return vv_fail_nomem(err);
	vv_array_each(w->tests, w->count, it) {
		add_column(w, it->column);
	}
	for (size_t i = 0; i < w->condition_count; i++) {
		size_t count;
		const size_t *columns = vv_condition_columns(w->conditions[i], &count);

		for (size_t k = 0; !w->judged[i] && k < count; k++) {
			add_column(w, columns[k]);
		}
	}
	for (size_t i = 0; w->search && *w->search && i < t->columns; i++) {
		add_column(w, i);
	}
	return VV_OK;
}

/* The tests, apart. */
static vv_status set_tests(vv_where *w, const vv_table *t, const vv_where_test *tests, size_t count,
			   vv_error *err)
{
	vv_status rc;

	w->json = vv_form_is_typed(t->root.dialect.form);
	if (!(w->tests = vv_calloc(count + 1, sizeof(*w->tests)))) return vv_fail_nomem(err);
	vv_array_each(tests, count, it) {
		test *x = &w->tests[w->count++];

		*x = (test){.op = it->op,
			    .state = it->state,
			    .column = it->place,
			    .text = it->text,
			    .len = it->len};
		if ((it->column && (rc = vv_view_column(t, it->column, strlen(it->column), "where",
							&x->column, err)) < 0) ||
		    (rc = finish_test(x, t, err)) < 0) {
			return rc;
		}
	}
	return list_columns(w, t, err);
}

vv_status vv_where_of(vv_where **out, const vv_table *t, const vv_where_test *tests, size_t count,
		      vv_error *err)
{
	vv_auto(vv_where) *w = vv_calloc(1, sizeof(*w));
	vv_status rc = w ? set_tests(w, t, tests, count, err) : vv_fail_nomem(err);

	*out = rc < 0 ? NULL : vv_take(&w);
	return rc;
}

size_t vv_where_test_put(vv_where_test *out, unsigned op, const vv_where_test *like)
{
	static const vv_where_op ops[] = {VV_WHERE_IS,       VV_WHERE_BEGINS,  VV_WHERE_FROM,
					  VV_WHERE_DIFFERS,  VV_WHERE_BELOW,   VV_WHERE_UP_TO,
					  VV_WHERE_ABOVE,    VV_WHERE_FROM,    VV_WHERE_NULL,
					  VV_WHERE_NOT_NULL, VV_WHERE_NO_VALUE};

	out[0] = *like;
	out[0].op = ops[op];
	if (op != VV_CONDITION_EQUAL) return 1;
	out[1] = out[0]; /* neither less nor greater */
	out[1].op = VV_WHERE_UP_TO;
	return 2;
}

/* Reports a condition's fault, after its text. */
static vv_status refuse_condition(const char *text, vv_status rc, vv_error *err)
{
	rc = rc == VV_EINPUT ? vv_recode(err, VV_EUSAGE) : rc;
	vv_prefix(err, "'%s'", vv_text_shows(text));
	return rc;
}

static vv_status add_conditions(vv_where *w, const vv_table *t, const vv_strings *conditions,
				const vv_where_how *how, vv_error *err)
{
	static const vv_where_how plain = {.path = NULL};

	how = how ? how : &plain;
	const vv_condition_how as = {.json = vv_form_is_typed(t->root.dialect.form),
				     .filter = true,
				     .params = how->params,
				     .param_count = how->param_count,
				     .path = how->path,
				     .find = how->find,
				     .payload = how->payload};
	vv_auto_free vv_condition_test *found = NULL;
	vv_auto_free vv_where_test *tests = NULL;
	size_t count = 0, cap = 0, n = 0;
	vv_error own;
	vv_status rc = VV_OK;

	err = err ? err : &own;
	w->search = how->search;
	w->conditions = vv_calloc(conditions->count + 1, sizeof(vv_condition *));
	w->judged = vv_calloc(conditions->count + 1, sizeof(*w->judged));
	w->answers = vv_calloc(conditions->count + 1, sizeof(*w->answers));
	w->scratch = vv_condition_scratch_new();
	if (!w->conditions || !w->judged || !w->answers || !w->scratch) return vv_fail_nomem(err);
	for (size_t i = 0; i < conditions->count && rc == VV_OK; i++) {
		const char *text = conditions->items[i];

		rc = vv_condition_compile(&w->conditions[i], text, strlen(text), &t->schema, &as,
					  err);
		if (rc < 0) {
			rc = refuse_condition(text, rc, err);
			break;
		}
		w->answers[w->condition_count++].credit = CREDIT;
		if (!vv_condition_tests(w->conditions[i], &found, &count, &cap, &w->judged[i])) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc == VV_OK && !(tests = vv_calloc(2 * count + 1, sizeof(*tests)))) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count && tests; i++) {
		const vv_condition_test *x = &found[i];

		n += vv_where_test_put(
			tests + n, (unsigned)x->op,
			&(vv_where_test){.place = x->column, .text = x->text, .len = x->len});
	}
	return rc < 0 ? rc : set_tests(w, t, tests, n, err);
}

vv_status vv_where_check(const vv_strings *conditions, vv_error *err)
{
	const vv_condition_how how = {.filter = true};

	vv_array_each(conditions->items, conditions->count, text) {
		vv_auto(vv_condition) *c = NULL;
		const vv_status rc = vv_condition_compile(&c, *text, strlen(*text), NULL, &how,
							  err);

		if (rc < 0) return refuse_condition(*text, rc, err);
	}
	return VV_OK;
}

vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *conditions,
		       const vv_where_how *how, vv_error *err)
{
	vv_auto(vv_where) *w = vv_calloc(1, sizeof(*w));
	vv_status rc = w ? add_conditions(w, t, conditions, how, err) : vv_fail_nomem(err);

	*out = rc < 0 ? NULL : vv_take(&w);
	return rc;
}
