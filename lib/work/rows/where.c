/*
 * where: knows how a test is written, what it compares, and what facts tell of a column's type.
 */
#include "lib/work/rows/where.h"

#include <string.h>

#include "base/show.h"
#include "base/sys.h"
#include "dataset/format/facts.h"
#include "dataset/format/spelling.h"
#include "dataset/schema/type.h"
#include "dataset/schema/value.h"
#include "lib/work/rows/fact_test.h"
#include "lib/work/rows/named_columns.h"

static const struct {
	const char *sign;
	vv_where_op op;
} operators[] = {/* what another begins with comes after it */
		 {"^=", VV_WHERE_BEGINS}, {"<=", VV_WHERE_UP_TO}, {">=", VV_WHERE_FROM},
		 {"=", VV_WHERE_IS},      {"<", VV_WHERE_BELOW},  {">", VV_WHERE_ABOVE}};

#define DAY 86400
#define BETWEEN " between "
#define AND " and "

static const char tests_hint[] =
	"the tests are '=', '<', '<=', '>', '>=', '^=' (begins with) and 'COLUMN between LOW and "
	"HIGH'";

typedef struct test {
	size_t column;
	vv_where_op op;
	const char *text;
	size_t len;
	const vv_field *field;
	vv_value value; /* of comparisons; its digits are at the start of digits */
	vv_buf digits;
	size_t digits_len;
	vv_fact_test fact;
} test;

struct vv_where {
	test *tests;
	size_t count;
	bool json, failed;
};

/* ---- what is asked ---- */

/* The value of a test that is written with blanks around the sign, as in 'name = pear': blanks are no part of it, and one
 * pair of single quotes is none. */
static void take_spaced(test *t)
{
	while (t->len > 0 && t->text[0] == ' ') {
		t->text++;
		t->len--;
	}
	while (t->len > 0 && t->text[t->len - 1] == ' ') {
		t->len--;
	}
	if (t->len > 1 && t->text[0] == '\'' && t->text[t->len - 1] == '\'' &&
	    !memchr(t->text + 1, '\'', t->len - 2)) {
		t->text++;
		t->len -= 2;
	}
}

static bool split(test *t, const vv_table *table, const char *word, const char *at,
		  const char *sign, vv_where_op op)
{
	size_t len = (size_t)(at - word);
	long column = vv_schema_find(&table->schema, word, len);
	bool spaced = false;

	for (; column < 0 && len > 0 && word[len - 1] == ' '; spaced = true) {
		column = vv_schema_find(&table->schema, word, --len);
	}
	if (column < 0) return false;
	t->column = (size_t)column;
	t->op = op;
	t->text = at + strlen(sign);
	t->len = strlen(t->text);
	if (spaced) {
		take_spaced(t);
	}
	return true;
}

/* A column's name may hold the signs, so each place is tried; "=" first, as it was the only one. */
static vv_status parse(test *t, const vv_table *table, const char *word, vv_error *err)
{
	const char *at;
	size_t unused;

	for (at = strchr(word, '='); at; at = strchr(at + 1, '=')) {
		if (split(t, table, word, at, "=", VV_WHERE_IS)) return VV_OK;
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
		return vv_hint(err, "write it as --where COLUMN=VALUE; %s", tests_hint);
	}
	if (*at == '=' && at > word && at[-1] == '!') {
		vv_fail(err, VV_EUSAGE, "--where '%s': there is no '!='", vv_text_shows(word));
		return vv_hint(err, "%s", tests_hint);
	}
	if (*at == '=' && at > word && at[-1] == '^') {
		at--;
	}
	return vv_view_column(table, word, (size_t)(at - word), "--where", &unused, err);
}

/* COLUMN between LOW and HIGH: two tests; false: it is not written so. */
static bool parse_between(test two[2], const vv_table *table, const char *word)
{
	for (const char *at = strstr(word, BETWEEN), *and; at; at = strstr(at + 1, BETWEEN)) {
		if (split(&two[0], table, word, at, BETWEEN, VV_WHERE_FROM) &&
		    (and = strstr(two[0].text, AND)) != NULL) {
			two[0].len = (size_t)(and-two[0].text);
			two[1] = two[0];
			two[1].op = VV_WHERE_UP_TO;
			two[1].text = and+strlen(AND);
			two[1].len = strlen(two[1].text);
			return true;
		}
	}
	return false;
}

/* Is "a==3" or "a=>3" written where "a=3" or "a>=3" is meant? NULL: no. */
static const char *meant(const test *t)
{
	if (t->op != VV_WHERE_IS || t->len < 2) return NULL;
	return t->text[0] == '=' ? "=" : t->text[0] == '>' ? ">=" : t->text[0] == '<' ? "<=" : NULL;
}

/* Is there another test behind " or " or " and " in the value? The word between, or NULL. */
static const char *joined(const test *t, const vv_table *table)
{
	static const char *const words[] = {" or ", " OR ", " and ", " AND ", " || ", " && "};
	static const char blanks[] = " \t";

	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		const char *at = strstr(t->text, words[i]);

		for (; at && at < t->text + t->len; at = strstr(at + 1, words[i])) {
			const char *rest = at + strlen(words[i]);
			test other[2] = {{.len = 0}};

			rest += strspn(rest, blanks);
			if (parse(&other[0], table, rest, NULL) == VV_OK ||
			    parse_between(other, table, rest)) {
				return words[i];
			}
		}
	}
	return NULL;
}

static vv_status refuse_joined(const test *t, const vv_table *table, vv_error *err)
{
	const char *word = joined(t, table);
	bool both = word && strpbrk(word, "nN&") != NULL;

	if (!word) return VV_OK;
	vv_fail(err, VV_EUSAGE, "--where takes one test, and '%s' is in '%s'", word,
		vv_text_show(t->text, t->len));
	return vv_hint(err, both ? "repeat --where for each test: a row must pass all"
				 : "tests cannot be joined by 'or': "
				   "run one query for each");
}

vv_status vv_where_found_none(const vv_where *w, const vv_table *table, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < w->count && rc == VV_OK; i++) {
		rc = refuse_joined(&w->tests[i], table, err);
	}
	return rc;
}

bool vv_where_doubt(const vv_where *w, vv_buf *out)
{
	for (size_t i = 0; i < w->count; i++) {
		const test *t = &w->tests[i];
		const char *sign = meant(t);

		if (sign) {
			vv_buf_puts(out, "no row matches: --where looked for the text '");
			vv_text_put_escaped(out, t->text, t->len);
			vv_buf_puts(out, "' in column '");
			vv_text_put_escaped(out, t->field->name, t->field->name_len);
			vv_buf_printf(out, "'; did you mean '");
			vv_text_put_escaped(out, t->field->name, t->field->name_len);
			vv_buf_puts(out, sign);
			vv_text_put_escaped(out, t->text + 1, t->len - 1);
			vv_buf_puts(out, "'?");
			return true;
		}
	}
	return false;
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
	if (is || t->digits.failed) return vv_buf_ok(&t->digits, err);
	vv_fail(err, VV_EUSAGE, "--where: '%s' is not a value of column '%s', which has type %s",
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

	return spell_write_date(t->fact.day[0], day - 1) &&
	       spell_write_date(t->fact.day[1], day + 1);
}

static void plan(test *t)
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
		if (f->decimal_char == '.' && f->decimal[1] == '\0' && !f->group[0]) {
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

static bool begins(const test *t, const char *s, size_t len)
{
	return len >= t->len && memcmp(s, t->text, t->len) == 0;
}

/* Do all texts that mean a missing value have no letters, which facts count? */
static bool only_empty_is_missing(const vv_field *f)
{
	for (const char *const *m = (const char *const *)f->missing; *m; m++) {
		if (**m) return false;
	}
	return true;
}

/* What facts tell of missing values. */
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

	for (size_t i = 0; i < w->count; i++) {
		const test *t = &w->tests[i];

		if (t->op == VV_WHERE_DIFFERS) {
			continue; /* facts know nothing of it */
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

/* Of numbers as they are usually written, which are values of the type whatever else it wants. */
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
	return op == VV_WHERE_BELOW   ? rank < 0
	       : op == VV_WHERE_UP_TO ? rank <= 0
	       : op == VV_WHERE_ABOVE ? rank > 0
	       : op == VV_WHERE_FROM  ? rank >= 0
				      : rank != 0;
}

static bool compares(vv_where *w, test *t, const vv_cell *c)
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
	if (!has_order(&v) || (rank = vv_value_rank(&v, &t->value, &t->digits)) == 2) {
		return t->op == VV_WHERE_DIFFERS;
	}
	return is_in_order(t->op, rank);
}

#define SURE_DIGITS 18    /* of any int64 */
#define SURE_EXPONENT 300 /* of any double */
#define SURE_YEAR 9

/* A value that int64, double or UTF-8 is sure to have. */
static bool has_value(vv_where *w, test *t, const vv_cell *c)
{
	bool integer = t->field->type == VV_TYPE_INTEGER;
	vv_value v;

	if (vv_field_missing(t->field, c) || !is_value(w, t->field, c)) return false;
	if (t->field->type == VV_TYPE_YEAR) return c->len <= SURE_YEAR;
	if (!integer && t->field->type != VV_TYPE_NUMBER) return vv_utf8_valid(c->text, c->len);
	t->digits.len = t->digits_len;
	if (!vv_value_read(&v, &t->digits, t->field, c)) {
		w->failed |= t->digits.failed;
		return false;
	}
	return v.kind == VV_VALUE_DECIMAL && v.decimal.kind == VV_DECIMAL_FINITE &&
	       v.decimal.exponent <= (integer ? SURE_DIGITS : SURE_EXPONENT) &&
	       v.decimal.exponent >= -SURE_EXPONENT;
}

/* An empty value finds what has no text: empty, absent and null cells. */
static bool test_holds(vv_where *w, test *t, const vv_cell *c)
{
	switch (t->op) {
	case VV_WHERE_IS:
		return c->len == t->len && (t->len == 0 || memcmp(c->text, t->text, t->len) == 0);
	case VV_WHERE_BEGINS:
		return t->len == 0 || begins(t, c->text, c->len);
	case VV_WHERE_NULL:
		return vv_field_missing(t->field, c);
	case VV_WHERE_NOT_NULL:
		return !vv_field_missing(t->field, c);
	case VV_WHERE_NO_VALUE:
		return !has_value(w, t, c);
	default:
		return compares(w, t, c);
	}
}

bool vv_where_holds(vv_where *w, const vv_cell *cells)
{
	for (size_t i = 0; i < w->count; i++) {
		if (!test_holds(w, &w->tests[i], &cells[w->tests[i].column])) return false;
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

bool vv_where_value(const vv_where *w, size_t i, vv_key_value *out)
{
	const test *t = &w->tests[i];

	*out = (vv_key_value){t->column, t->text, t->len};
	return t->op == VV_WHERE_IS;
}

void vv_where_free(vv_where *w)
{
	for (size_t i = 0; w && i < w->count; i++) {
		vv_buf_clear(&w->tests[i].digits);
	}
	vv_free(w ? w->tests : NULL);
	vv_free(w);
}

static vv_status finish(test *x, const vv_table *t, vv_error *err)
{
	vv_status rc = VV_OK;

	x->field = &t->schema.fields[x->column];
	if (x->op > VV_WHERE_BEGINS && x->op <= VV_WHERE_DIFFERS) {
		rc = read_value(x, err);
	}
	plan(x);
	return rc;
}

vv_status vv_where_new(vv_where **out, const vv_table *t, const vv_strings *words, vv_error *err)
{
	vv_where *w = vv_calloc(1, sizeof(*w));
	vv_status rc = VV_OK;

	*out = NULL;
	if (!w || !(w->tests = vv_calloc(2 * words->count + 2, sizeof(*w->tests)))) {
		vv_free(w);
		return vv_fail_nomem(err);
	}
	w->json = t->root.dialect.form != VV_FORM_CSV;
	for (size_t i = 0; i < words->count && rc == VV_OK; i++) {
		size_t n = 1;

		if (parse_between(&w->tests[w->count], t, words->items[i])) {
			n = 2;
		} else if ((rc = parse(&w->tests[w->count], t, words->items[i], err)) < 0) {
			break;
		}
		for (; n > 0 && rc == VV_OK; n--) {
			const test *x = &w->tests[w->count];

			if (x->op != VV_WHERE_IS && x->op != VV_WHERE_BEGINS &&
			    (rc = refuse_joined(x, t, err)) < 0) {
				break;
			}
			rc = finish(&w->tests[w->count++], t, err);
		}
	}
	if (rc < 0) {
		vv_where_free(w);
		return rc;
	}
	*out = w;
	return VV_OK;
}

vv_status vv_where_of(vv_where **out, const vv_table *t, const vv_where_test *tests, size_t count,
		      vv_error *err)
{
	vv_where *w = vv_calloc(1, sizeof(*w));
	vv_status rc = VV_OK;

	*out = NULL;
	if (!w || !(w->tests = vv_calloc(count + 1, sizeof(*w->tests)))) {
		vv_free(w);
		return vv_fail_nomem(err);
	}
	w->json = t->root.dialect.form != VV_FORM_CSV;
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		test *x = &w->tests[w->count++];

		x->op = tests[i].op;
		x->text = tests[i].text;
		x->len = tests[i].len;
		if ((rc = vv_view_column(t, tests[i].column, strlen(tests[i].column), "where",
					 &x->column, err)) == VV_OK) {
			rc = finish(x, t, err);
		}
	}
	if (rc < 0) {
		vv_where_free(w);
		return rc;
	}
	*out = w;
	return VV_OK;
}
