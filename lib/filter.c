/*
 * filter: knows how conditions on rows are written.
 */
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"

struct varve_filter {
	atomic_uint refs;
	vv_arena arena; /* of all texts */
	varve_test *tests;
	size_t count, cap;
};

const varve_filter *vv_filter_keep(const varve_filter *filter)
{
	if (filter) {
		atomic_fetch_add(&((varve_filter *)(uintptr_t)filter)->refs, 1);
	}
	return filter;
}

void varve_filter_free(varve_filter *filter)
{
	if (filter && atomic_fetch_sub(&filter->refs, 1) == 1) {
		vv_arena_clear(&filter->arena);
		vv_free(filter->tests);
		vv_free(filter);
	}
}

static varve_filter *new_filter(void)
{
	varve_filter *f = vv_calloc(1, sizeof(*f));

	if (f) {
		atomic_init(&f->refs, 1);
		f->arena = (vv_arena)VV_ARENA_INIT;
	}
	return f;
}

static vv_status add(varve_filter *f, const char *column, size_t column_len, int32_t op,
		     const char *text, size_t len, vv_error *err)
{
	varve_test t = {.op = op, .value = {NULL, len}};

	t.column = vv_arena_strndup(&f->arena, column, column_len);
	t.value.data = len > 0 ? vv_arena_strndup(&f->arena, text, len) : "";
	if (!t.column || !t.value.data || !vv_array_room(f->tests, f->count, f->cap)) {
		return vv_fail_nomem(err);
	}
	f->tests[f->count++] = t;
	return VV_OK;
}

static vv_status take_tests(varve_filter *f, const varve_test *tests, size_t count, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		bool read = tests[i].op < VARVE_TEST_NULL;

		if (tests[i].op < VARVE_TEST_IS || tests[i].op > VARVE_TEST_NO_VALUE) {
			return vv_fail(err, VV_ENOSUPPORT, "there is no test %d", (int)tests[i].op);
		}
		if (!tests[i].column) return vv_fail(err, VV_EUSAGE, "test %zu names no column", i);
		rc = add(f, tests[i].column, strlen(tests[i].column), tests[i].op,
			 tests[i].value.data, read ? tests[i].value.len : 0, err);
	}
	return rc;
}

int varve_filter_new(varve_filter **out, const varve_test *tests, size_t count, varve_error *err)
{
	varve_filter *f = new_filter();
	vv_error e;
	vv_status rc = f ? take_tests(f, tests, count, &e) : vv_fail_nomem(&e);

	if (rc < 0) {
		varve_filter_free(f);
		f = NULL;
	}
	*out = f;
	return vv_give(err, rc, &e);
}

/* ---- text ---- */

typedef struct parser {
	const char *text, *at;
	const varve_param *params;
	size_t param_count;
	vv_buf word; /* the last one read, unquoted */
	char quote;  /* it stood in these; 0 */
	varve_filter *filter;
} parser;

static vv_status syntax(const parser *p, vv_error *err, const char *expected)
{
	return vv_fail(err, VV_EUSAGE, "the filter has %s at byte %zu, where %s is expected: %s",
		       *p->at ? "something else" : "its end", (size_t)(p->at - p->text), expected,
		       vv_text_shows(p->text));
}

static void skip_blanks(parser *p)
{
	p->at += strspn(p->at, " \t\r\n");
}

static vv_status read_quoted(parser *p, vv_error *err)
{
	for (p->quote = *p->at++; *p->at != p->quote || p->at[1] == p->quote; p->at++) {
		if (!*p->at) {
			return syntax(p, err, p->quote == '"' ? "a closing \"" : "a closing '");
		}
		p->at += *p->at == p->quote;
		vv_buf_put(&p->word, p->at, 1);
	}
	p->at++;
	return vv_buf_ok(&p->word, err);
}

/* A word ends at a blank or a sign. */
static vv_status read_word(parser *p, const char *expected, vv_error *err)
{
	size_t len;

	skip_blanks(p);
	vv_buf_reset(&p->word);
	p->quote = '\0';
	if (*p->at == '"' || *p->at == '\'') return read_quoted(p, err);
	len = strcspn(p->at, " \t\r\n=<>!^\"'");
	if (len == 0) return syntax(p, err, expected);
	vv_buf_put(&p->word, p->at, len);
	p->at += len;
	return vv_buf_ok(&p->word, err);
}

/* Whatever the locale says of letters. */
static bool equal_word(const char *text, const char *word)
{
	for (; *word; word++, text++) {
		if ((*text >= 'A' && *text <= 'Z' ? *text + ('a' - 'A') : *text) != *word) {
			return false;
		}
	}
	return true;
}

static bool is_word(const parser *p, const char *word)
{
	return !p->quote && p->word.len == strlen(word) && equal_word(vv_buf_cstr(&p->word), word);
}

/* The next word, if it is this one; else nothing is read. */
static bool take_keyword(parser *p, const char *word)
{
	const char *before = p->at;

	if (read_word(p, "", NULL) == VV_OK && is_word(p, word)) return true;
	p->at = before;
	return false;
}

static vv_status read_value(parser *p, varve_text *out, vv_error *err)
{
	vv_status rc = read_word(p, "a value", err);

	if (rc < 0) return rc;
	*out = (varve_text){vv_buf_cstr(&p->word), p->word.len};
	if (p->quote == '"') {
		p->at--;
		return syntax(p, err, "a value, in single quotes,");
	}
	if (p->quote || out->data[0] != ':') return VV_OK;
	for (size_t i = 0; i < p->param_count; i++) {
		if (strcmp(p->params[i].name, out->data + 1) == 0) {
			*out = p->params[i].value;
			return VV_OK;
		}
	}
	return vv_fail(err, VV_EUSAGE, "the filter names '%s', which is not among the parameters",
		       vv_text_shows(out->data));
}

static const struct {
	const char *sign;
	int32_t op;
} signs[] = {/* what another begins with comes after it */
	     {"==", VARVE_TEST_IS},    {"!=", VARVE_TEST_NOT_EQUAL}, {"<>", VARVE_TEST_NOT_EQUAL},
	     {"<=", VARVE_TEST_UP_TO}, {">=", VARVE_TEST_FROM},      {"^=", VARVE_TEST_BEGINS},
	     {"=", VARVE_TEST_EQUAL},  {"<", VARVE_TEST_BELOW},      {">", VARVE_TEST_ABOVE}};

static bool read_sign(parser *p, int32_t *op)
{
	skip_blanks(p);
	for (size_t i = 0; i < sizeof(signs) / sizeof(signs[0]); i++) {
		if (strncmp(p->at, signs[i].sign, strlen(signs[i].sign)) == 0) {
			p->at += strlen(signs[i].sign);
			*op = signs[i].op;
			return true;
		}
	}
	return false;
}

static vv_status add_value(parser *p, const vv_buf *column, int32_t op, vv_error *err)
{
	varve_text value;
	vv_status rc = read_value(p, &value, err);

	return rc < 0 ? rc
		      : add(p->filter, vv_buf_cstr(column), column->len, op, value.data, value.len,
			    err);
}

static vv_status read_rest(parser *p, const vv_buf *column, vv_error *err)
{
	int32_t op;
	vv_status rc;

	if (read_sign(p, &op)) return add_value(p, column, op, err);
	if (take_keyword(p, "between")) {
		if ((rc = add_value(p, column, VARVE_TEST_FROM, err)) < 0) return rc;
		return take_keyword(p, "and") ? add_value(p, column, VARVE_TEST_UP_TO, err)
					      : syntax(p, err, "'and'");
	}
	if (!take_keyword(p, "is")) {
		return syntax(p, err, "a comparison such as = or <, 'between' or 'is'");
	}
	op = take_keyword(p, "not") ? VARVE_TEST_NOT_NULL : VARVE_TEST_NULL;
	if (!take_keyword(p, "null")) return syntax(p, err, "'null'");
	return add(p->filter, vv_buf_cstr(column), column->len, op, NULL, 0, err);
}

static vv_status read_test(parser *p, vv_error *err)
{
	vv_buf column = VV_BUF_INIT;
	vv_status rc = read_word(p, "a column", err);

	if (rc == VV_OK && p->quote == '\'') {
		rc = syntax(p, err, "a column, in double quotes if it is not one word,");
	}
	vv_buf_put(&column, vv_buf_cstr(&p->word), p->word.len);
	if (rc == VV_OK && (rc = vv_buf_ok(&column, err)) == VV_OK) {
		rc = read_rest(p, &column, err);
	}
	vv_buf_clear(&column);
	return rc;
}

int varve_filter_parse(varve_filter **out, const char *text, const varve_param *params,
		       size_t param_count, varve_error *err)
{
	parser p = {.text = text,
		    .at = text,
		    .params = params,
		    .param_count = param_count,
		    .word = VV_BUF_INIT};
	vv_error e;
	vv_status rc;

	p.filter = new_filter();
	rc = p.filter ? VV_OK : vv_fail_nomem(&e);
	while (rc == VV_OK) {
		if ((rc = read_test(&p, &e)) < 0) {
			break;
		}
		skip_blanks(&p);
		if (!*p.at) {
			break;
		}
		if (!take_keyword(&p, "and")) {
			rc = syntax(&p, &e, "'and' or the end");
		}
	}
	vv_buf_clear(&p.word);
	if (rc < 0) {
		varve_filter_free(p.filter);
		p.filter = NULL;
	}
	*out = p.filter;
	return vv_give(err, rc, &e);
}

/* ---- use ---- */

static size_t put_test(vv_where_test *out, const varve_test *t)
{
	static const vv_where_op ops[] = {VV_WHERE_IS,       VV_WHERE_BEGINS,  VV_WHERE_FROM,
					  VV_WHERE_DIFFERS,  VV_WHERE_BELOW,   VV_WHERE_UP_TO,
					  VV_WHERE_ABOVE,    VV_WHERE_FROM,    VV_WHERE_NULL,
					  VV_WHERE_NOT_NULL, VV_WHERE_NO_VALUE};

	out[0] = (vv_where_test){t->column, ops[t->op], t->value.data, t->value.len};
	if (t->op != VARVE_TEST_EQUAL) return 1;
	out[1] = out[0]; /* neither less nor greater */
	out[1].op = VV_WHERE_UP_TO;
	return 2;
}

vv_status vv_filter_where(vv_where **out, const varve_filter *filter, const varve_table *table,
			  vv_error *err)
{
	vv_where_test *tests;
	size_t n = 0;
	vv_status rc;

	*out = NULL;
	if (!filter) return VV_OK;
	if (!(tests = vv_calloc(2 * filter->count + 1, sizeof(*tests)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < filter->count; i++) {
		n += put_test(tests + n, &filter->tests[i]);
	}
	rc = vv_where_of(out, &table->table, tests, n, err);
	vv_free(tests);
	return rc;
}
