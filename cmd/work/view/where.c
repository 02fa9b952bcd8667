/*
 * where: knows what a test compares, and when facts rule out that it holds: never where a value
 * could be spelled in a way that facts do not order as the column's type does.
 */
#include "cmd/work/view/where.h"

#include <string.h>

#include "base/sys.h"
#include "cmd/work/view/named_columns.h"
#include "dataset/check/value.h"
#include "dataset/format/facts.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"

typedef enum test_op { IS, BEGINS, BELOW, UP_TO, ABOVE, FROM } test_op;

static const struct {
	const char *sign;
	test_op op;
} operators[] = {/* what another begins with comes after it */
		 {"^=", BEGINS}, {"<=", UP_TO}, {">=", FROM},
		 {"=", IS},      {"<", BELOW},  {">", ABOVE}};

#define DAY 86400
#define DATE_LEN 10u

/* Facts order texts by bytes: between which of them are the values that a test is after? */
typedef enum text_order {
	TEXT_BYTES,   /* value order is byte order */
	TEXT_DAYS,    /* of the date that they begin with, give or take a day */
	TEXT_NUMBERS, /* none, but numbers begin with what no word begins with */
	TEXT_NONE     /* nothing is ruled out */
} text_order;

typedef struct test {
	size_t column;
	test_op op;
	const char *text;
	size_t len;
	const vv_field *field;
	vv_value value; /* of comparisons; its digits are at the start of digits */
	vv_buf digits;
	size_t digits_len;
	/* for facts: */
	bool is_number; /* the text is a plain number: */
	vv_fact_number number;
	bool has_numbers;  /* the column's plain numbers are ordered as numbers */
	bool empty_counts; /* a cell without text is a value */
	text_order order;
	char day[2][DATE_LEN]; /* a day before and after the value */
} test;

struct vv_where {
	test *tests;
	size_t count;
	bool json, failed;
};

/* ---- what is asked ---- */

static bool split(test *t, const vv_table *table, const char *word, const char *at,
		  const char *sign, test_op op)
{
	long column = vv_schema_find(&table->schema, word, (size_t)(at - word));

	if (column < 0) {
		return false;
	}
	t->column = (size_t)column;
	t->op = op;
	t->text = at + strlen(sign);
	t->len = strlen(t->text);
	return true;
}

/* A column's name may hold the signs, so each place is tried; "=" first, as it was the only one. */
static vv_status parse(test *t, const vv_table *table, const char *word, vv_error *err)
{
	const char *at;
	size_t unused;

	for (at = strchr(word, '='); at; at = strchr(at + 1, '=')) {
		if (split(t, table, word, at, "=", IS)) {
			return VV_OK;
		}
	}
	for (at = word; *at; at++) {
		for (size_t i = 0; i < sizeof(operators) / sizeof(operators[0]); i++) {
			const char *sign = operators[i].sign;

			if (strncmp(at, sign, strlen(sign)) == 0 &&
			    split(t, table, word, at, sign, operators[i].op)) {
				return VV_OK;
			}
		}
	}
	at = word + strcspn(word, "=<>");
	if (!*at) {
		vv_fail(err, VV_EUSAGE, "--where '%s' has no '='", vv_text_shows(word));
		return vv_hint(err, "write it as --where COLUMN=VALUE; there are also '<', '<=', "
				    "'>', '>=' and '^=' (begins with)");
	}
	if (*at == '=' && at > word && at[-1] == '^') {
		at--;
	}
	return vv_view_column(table, word, (size_t)(at - word), "--where", &unused, err);
}

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
	const vv_cell cell = {.text = t->text, .len = (uint32_t)t->len, .state = VV_CELL_TEXT};
	bool is = !vv_field_missing(t->field, &cell) && vv_field_accepts(t->field, &cell) &&
		  vv_value_read(&t->value, &t->digits, t->field, &cell) && has_order(&t->value);

	t->digits_len = t->digits.len;
	if (is || t->digits.failed) {
		return vv_buf_ok(&t->digits, err);
	}
	vv_fail(err, VV_EUSAGE, "--where: '%s' is no value of column '%s', which is of type %s",
		vv_text_show(t->text, t->len), vv_text_show(t->field->name, t->field->name_len),
		vv_type_name(t->field->type));
	return vv_hint(err, "'=' and '^=' take any text");
}

/* ---- what facts rule out ---- */

static bool is_usual(const vv_field *f)
{
	return strcmp(f->format, "default") == 0 && !f->plan;
}

/* A day before and after an instant, as dates; false: beyond what four digits of a year say. */
static bool find_days(test *t)
{
	int64_t seconds = t->value.seconds, day = (seconds - (seconds % DAY + DAY) % DAY) / DAY;

	return spell_write_date(t->day[0], day - 1) && spell_write_date(t->day[1], day + 1);
}

static void plan(test *t)
{
	static const vv_cell empty = {.state = VV_CELL_TEXT};
	const vv_field *f = t->field;

	t->is_number = vv_fact_number_read(&t->number, t->text, t->len);
	t->order = TEXT_BYTES;
	if (t->op == IS || t->op == BEGINS) {
		return;
	}
	t->empty_counts = !vv_field_missing(f, &empty);
	switch (f->type) {
	case VV_TYPE_INTEGER:
	case VV_TYPE_NUMBER:
		t->has_numbers = f->decimal_char == '.' && f->decimal[1] == '\0' && !f->group[0];
		t->order = t->has_numbers && f->bare_number ? TEXT_NUMBERS : TEXT_NONE;
		break;
	case VV_TYPE_STRING:
	case VV_TYPE_DATE:
		t->order = f->type == VV_TYPE_STRING || is_usual(f) ? TEXT_BYTES : TEXT_NONE;
		break;
	case VV_TYPE_DATETIME:
		t->order = is_usual(f) && find_days(t) ? TEXT_DAYS : TEXT_NONE;
		break;
	default:
		t->order = TEXT_NONE;
	}
}

static int low_order(const vv_fact *f, const char *s, size_t len)
{
	return vv_fact_text_order(f->low.bytes, f->low.len, s, len);
}

/* As low_order of the upper bound; where there is none it is above all. */
static int high_order(const vv_fact *f, const char *s, size_t len)
{
	return f->open ? 1 : vv_fact_text_order(f->high.bytes, f->high.len, s, len);
}

static bool number_may(const test *t, const vv_fact *f)
{
	int least, greatest;

	if (!t->is_number) {
		return true;
	}
	least = vv_fact_number_order(&f->least, &t->number);
	greatest = vv_fact_number_order(&f->greatest, &t->number);
	switch (t->op) {
	case BELOW:
		return least < 0;
	case UP_TO:
		return least <= 0;
	case ABOVE:
		return greatest > 0;
	case FROM:
		return greatest >= 0;
	default:
		return least <= 0 && greatest >= 0;
	}
}

static bool bytes_may(const test *t, const vv_fact *f)
{
	int low = low_order(f, t->text, t->len), high = high_order(f, t->text, t->len);

	switch (t->op) {
	case BELOW:
		return low < 0;
	case UP_TO:
		return low <= 0;
	case ABOVE:
		return high > 0;
	case FROM:
		return high >= 0;
	default:
		return low <= 0 && high >= 0;
	}
}

/* Texts of the type begin with a date, but years of more digits, or below 0, stand elsewhere. */
static bool days_may(const test *t, const vv_fact *f)
{
	bool same_year = !f->open && f->low.len >= 5 && f->high.len >= 5 &&
			 memcmp(f->low.bytes, f->high.bytes, 5) == 0;

	if (f->low.bytes[0] < '0' && f->low.bytes[0] > 0) {
		return true;
	}
	if (t->op == BELOW || t->op == UP_TO) {
		size_t n = f->low.len < DATE_LEN ? f->low.len : DATE_LEN;

		return memcmp(f->low.bytes, t->day[1], n) <= 0;
	}
	return (!same_year && (f->low.bytes[0] & 0x80) == 0 && f->low.bytes[0] <= '9') ||
	       high_order(f, t->day[0], DATE_LEN) >= 0;
}

/* Digits, signs, points and blanks stand before all letters; INF does not. */
static bool spelled_may(const test *t, const vv_fact *f)
{
	bool above = t->op == ABOVE || t->op == FROM;

	return (uint8_t)f->low.bytes[0] <= '9' ||
	       (above && low_order(f, "INF", 3) <= 0 && high_order(f, "INF", 3) >= 0);
}

static bool begins(const test *t, const char *s, size_t len)
{
	return len >= t->len && memcmp(s, t->text, t->len) == 0;
}

static bool prefix_may(const test *t, const vv_fact *f)
{
	size_t plain = strspn(t->text, "-.0123456789");

	if (f->numbers && plain == t->len) {
		return true;
	}
	return f->texts && high_order(f, t->text, t->len) >= 0 &&
	       (low_order(f, t->text, t->len) <= 0 || begins(t, f->low.bytes, f->low.len));
}

static bool text_may(const test *t, const vv_fact *f)
{
	switch (t->order) {
	case TEXT_BYTES:
		return bytes_may(t, f);
	case TEXT_DAYS:
		return days_may(t, f);
	case TEXT_NUMBERS:
		return spelled_may(t, f);
	default:
		return true;
	}
}

static bool test_may(const test *t, const vv_fact *f)
{
	if (t->len == 0) {
		return t->op != IS || f->missing != VV_MISSING_NONE;
	}
	if (t->empty_counts && f->missing != VV_MISSING_NONE) {
		return true;
	}
	if (f->missing == VV_MISSING_ALL) {
		return false;
	}
	if (f->unknown) {
		return true;
	}
	if (t->op == BEGINS) {
		return prefix_may(t, f);
	}
	if (t->op == IS) {
		return t->is_number ? f->numbers && number_may(t, f) : f->texts && bytes_may(t, f);
	}
	/* a date is no plain number, and as texts numbers have no order here */
	if (f->numbers && (t->has_numbers ? number_may(t, f) : t->field->type != VV_TYPE_DATE)) {
		return true;
	}
	return f->texts && text_may(t, f);
}

bool vv_where_may_hold(void *where, const uint8_t *facts, size_t len)
{
	const vv_where *w = where;
	vv_fact f;

	for (size_t i = 0; i < w->count; i++) {
		vv_facts_column(&f, facts, len, w->tests[i].column);
		if (!test_may(&w->tests[i], &f)) {
			return false;
		}
	}
	return true;
}

/* ---- rows ---- */

static bool compares(vv_where *w, test *t, const vv_cell *c)
{
	vv_value v;
	int rank;

	if (!is_value(w, t->field, c)) {
		return false;
	}
	t->digits.len = t->digits_len;
	if (!vv_value_read(&v, &t->digits, t->field, c)) {
		w->failed |= t->digits.failed;
		return false;
	}
	if (!has_order(&v) || (rank = vv_value_rank(&v, &t->value, &t->digits)) == 2) {
		return false;
	}
	return t->op == BELOW   ? rank < 0
	       : t->op == UP_TO ? rank <= 0
	       : t->op == ABOVE ? rank > 0
				: rank >= 0;
}

/* An empty value finds what has no text: empty, absent and null cells. */
static bool test_holds(vv_where *w, test *t, const vv_cell *c)
{
	switch (t->op) {
	case IS:
		return c->len == t->len && (t->len == 0 || memcmp(c->text, t->text, t->len) == 0);
	case BEGINS:
		return t->len == 0 || begins(t, c->text, c->len);
	default:
		return compares(w, t, c);
	}
}

bool vv_where_holds(vv_where *w, const vv_cell *cells)
{
	for (size_t i = 0; i < w->count; i++) {
		if (!test_holds(w, &w->tests[i], &cells[w->tests[i].column])) {
			return false;
		}
	}
	return true;
}

vv_status vv_where_ok(const vv_where *w, vv_error *err)
{
	return w->failed ? vv_fail_nomem(err) : VV_OK;
}

size_t vv_where_count(const vv_where *w)
{
	return w->count;
}

size_t vv_where_column(const vv_where *w, size_t i)
{
	return w->tests[i].column;
}

void vv_where_free(vv_where *w)
{
	for (size_t i = 0; w && i < w->count; i++) {
		vv_buf_clear(&w->tests[i].digits);
	}
	vv_free(w ? w->tests : NULL);
	vv_free(w);
}

vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *words, vv_error *err)
{
	vv_where *w = vv_calloc(1, sizeof(*w));
	vv_status rc = VV_OK;

	*out = NULL;
	if (!w || !(w->tests = vv_calloc(words->count + 1, sizeof(*w->tests)))) {
		vv_free(w);
		return vv_fail_nomem(err);
	}
	w->json = t->root.dialect.form != VV_FORM_CSV;
	for (size_t i = 0; i < words->count && rc == VV_OK; i++) {
		test *x = &w->tests[i];

		if ((rc = parse(x, t, words->items[i], err)) < 0) {
			break;
		}
		w->count++;
		x->field = &t->schema.fields[x->column];
		rc = x->op == IS || x->op == BEGINS ? VV_OK : read_value(x, err);
		plan(x);
	}
	if (rc < 0) {
		vv_where_free(w);
		return rc;
	}
	*out = w;
	return VV_OK;
}
