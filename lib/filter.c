/*
 * filter: keeps tests, or a condition and its parameters, until they are applied to a table.
 */
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/handles.h"

VV_AUTO_FREE(varve_filter, varve_filter_free)

struct varve_filter {
	atomic_uint refs;
	vv_arena arena; /* of all texts */
	varve_test *tests;
	size_t count, cap;
	char *condition; /* in place of tests; else NULL */
	vv_condition_param *params;
	size_t param_count;
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
		vv_free_all(filter->tests, filter);
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

static vv_status add_test(varve_filter *f, const varve_test *test, size_t len, vv_error *err)
{
	varve_test t = {.op = test->op, .state = test->state, .value = {NULL, len}};

	t.column = vv_arena_strndup(&f->arena, test->column, strlen(test->column));
	t.value.data = len > 0 ? vv_arena_strndup(&f->arena, test->value.data, len) : "";
	return t.column && t.value.data && vv_array_add(f->tests, f->count, f->cap, t)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static vv_status take_tests(varve_filter *f, const varve_test *tests, size_t count, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < count; i++) {
		bool read = tests[i].op < VARVE_TEST_NULL;

		if (tests[i].op < VARVE_TEST_IS || tests[i].op > VARVE_TEST_NO_VALUE) {
			return vv_fail(err, VV_ENOSUPPORT, "unknown test %d", (int)tests[i].op);
		}
		if (tests[i].state != VARVE_CELL_TEXT && tests[i].state != VARVE_CELL_LITERAL) {
			return vv_fail(err, VV_ENOSUPPORT, "unknown state %d of a value",
				       (int)tests[i].state);
		}
		if (!tests[i].column) return vv_fail(err, VV_EUSAGE, "tests[%zu] has no column", i);
		if ((rc = add_test(f, &tests[i], read ? tests[i].value.len : 0, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

int varve_filter_new(varve_filter **out, const varve_test *tests, size_t count, varve_error *err)
{
	vv_auto(varve_filter) *f = new_filter();
	vv_error e;
	vv_status rc = f ? take_tests(f, tests, count, &e) : vv_fail_nomem(&e);

	*out = rc < 0 ? NULL : vv_take(&f);
	return vv_give(err, rc, &e);
}

/* ---- text ---- */

static vv_status take_params(varve_filter *f, const varve_param *params, size_t count,
			     vv_error *err)
{
	f->params = vv_arena_calloc(&f->arena, count + 1, sizeof(*f->params));
	for (size_t i = 0; f->params && i < count; i++) {
		vv_condition_param *p = &f->params[i];

		p->name = vv_arena_strndup(&f->arena, params[i].name, strlen(params[i].name));
		p->len = params[i].value.len;
		p->text = p->len > 0 ? vv_arena_strndup(&f->arena, params[i].value.data, p->len)
				     : "";
		if (!p->name || !p->text) return vv_fail_nomem(err);
	}
	f->param_count = count;
	return f->params ? VV_OK : vv_fail_nomem(err);
}

/* Refuses at once a text that is not a condition for any columns. */
static vv_status take_condition(varve_filter *f, const char *text, vv_error *err)
{
	const vv_condition_how how = {
		.filter = true, .params = f->params, .param_count = f->param_count};
	vv_condition *c;

	f->condition = vv_arena_strndup(&f->arena, text, strlen(text));
	if (!f->condition) return vv_fail_nomem(err);
	vv_status rc = vv_condition_compile(&c, text, strlen(text), NULL, &how, err);
	vv_condition_free(rc < 0 ? NULL : c);
	return rc == VV_EINPUT ? vv_recode(err, VV_EUSAGE) : rc;
}

int varve_filter_parse(varve_filter **out, const char *text, const varve_param *params,
		       size_t param_count, varve_error *err)
{
	vv_auto(varve_filter) *f = new_filter();
	vv_error e;
	vv_status rc = f ? take_params(f, params, param_count, &e) : vv_fail_nomem(&e);

	if (rc == VV_OK) {
		rc = take_condition(f, text, &e);
	}
	*out = rc < 0 ? NULL : vv_take(&f);
	return vv_give(err, rc, &e);
}

/* ---- use ---- */

vv_status vv_filter_where(vv_where **out, const varve_filter *filter, const varve_table *table,
			  vv_error *err)
{
	vv_auto_free vv_where_test *tests = NULL;
	size_t n = 0;

	*out = NULL;
	if (!filter) return VV_OK;
	if (filter->condition) {
		const vv_where_how how = {.params = filter->params,
					  .param_count = filter->param_count,
					  .path = table->subject.path};
		const char *text = filter->condition;
		const vv_strings one = {.items = &text, .count = 1};

		return vv_where_new(out, &table->table, &one, &how, err);
	}
	if (!(tests = vv_calloc(2 * filter->count + 1, sizeof(*tests)))) return vv_fail_nomem(err);
	vv_array_each(filter->tests, filter->count, t) {
		n += vv_where_test_put(tests + n, (unsigned)t->op,
				       &(vv_where_test){.column = t->column,
							.state = (vv_cell_state)t->state,
							.text = t->value.data,
							.len = t->value.len});
	}
	return vv_where_of(out, &table->table, tests, n, err);
}
