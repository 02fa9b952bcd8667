/*
 * Compiles the first line of the input as a condition and evaluates it for the row whose cells
 * are the further lines. Compiling and evaluating again has the same result, and a condition
 * in 'not (...)' the opposite.
 */
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "dataset/rows/condition_run.h"
#include "tests/fuzz/fuzz.h"

static const char fields[] =
	"{\"fields\": [{\"name\": \"i\", \"type\": \"integer\"}, {\"name\": \"n\", \"type\": \"number\"},"
	"{\"name\": \"m\", \"type\": \"number\", \"decimalChar\": \",\", \"groupChar\": \".\", \"bareNumber\": false},"
	"{\"name\": \"s\", \"type\": \"string\"}, {\"name\": \"b\", \"type\": \"boolean\"},"
	"{\"name\": \"d\", \"type\": \"date\"}, {\"name\": \"x\", \"type\": \"date\", \"format\": \"%d/%m/%Y\"},"
	"{\"name\": \"z\", \"type\": \"datetime\", \"format\": \"any\"}, {\"name\": \"q\", \"type\": \"yearmonth\"},"
	"{\"name\": \"y\", \"type\": \"year\"}, {\"name\": \"o\", \"type\": \"object\"}]}";

#define FIELDS 11u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static vv_truth evaluate(const vv_schema *s, const char *text, size_t len,
			 const vv_condition_how *how, const vv_cell *cells)
{
	vv_condition *c;
	vv_condition_scratch *scratch;
	vv_truth truth;
	vv_error err;

	require(vv_condition_compile(&c, text, len, s, how, &err) == VV_OK);
	scratch = vv_condition_scratch_new();
	require(scratch != NULL);
	truth = vv_condition_eval(c, scratch, cells);
	require(vv_condition_eval(c, scratch, cells) == truth);
	vv_condition_scratch_free(scratch);
	vv_condition_free(c);
	return truth;
}

/* Its tests name columns of the schema. */
static void take_tests(const vv_condition *c, const vv_schema *s)
{
	vv_condition_test *tests = NULL;
	size_t count = 0, cap = 0;
	bool all;

	require(vv_condition_tests(c, &tests, &count, &cap, &all));
	for (size_t i = 0; i < count; i++) {
		require(tests[i].column < s->count && tests[i].text != NULL);
	}
	vv_free(tests);
}

static void check(const vv_schema *s, const char *text, size_t len, const vv_condition_how *how,
		  const vv_cell *cells)
{
	vv_buf opposite = VV_BUF_INIT;
	vv_condition *c;
	vv_truth truth, other;
	vv_error err;

	if (vv_condition_compile(&c, text, len, s, how, &err) < 0) {
		require((err.code == VV_EINPUT || (how->filter && err.code == VV_ENOTFOUND)) &&
			err.message[0] != '\0');
		return;
	}
	take_tests(c, s);
	vv_condition_free(c);
	require(vv_condition_compile(&c, text, len, NULL, how, &err) == VV_OK);
	vv_condition_free(c);
	truth = evaluate(s, text, len, how, cells);
	vv_buf_puts(&opposite, "not (");
	vv_buf_put(&opposite, text, len);
	vv_buf_putc(&opposite, ')');
	/* two more operators may be too many */
	if (vv_condition_compile(&c, opposite.data, opposite.len, s, how, &err) == VV_OK) {
		vv_condition_free(c);
		other = evaluate(s, opposite.data, opposite.len, how, cells);
		require(truth == VV_UNKNOWN ? other == VV_UNKNOWN
					    : other == (truth == VV_TRUE ? VV_FALSE : VV_TRUE));
	}
	vv_buf_clear(&opposite);
}

/* A line of varve.checks: counts, old. and new., and the rest of the line. */
static void check_line(const vv_schema *s, const char *text, size_t len, const vv_cell *cells)
{
	const vv_condition_how how = {.line = true, .old = s, .file = "f", .file_line = 1};
	vv_condition_scratch *scratch = vv_condition_scratch_new();
	vv_condition *c;
	vv_error err;

	require(scratch != NULL);
	if (vv_condition_compile(&c, text, len, s, &how, &err) < 0) {
		require(err.code == VV_EINPUT && err.message[0] != '\0');
	} else {
		require(vv_condition_end(c) <= len && vv_condition_left(c) <= vv_condition_end(c));
		(void)vv_condition_eval_change(c, scratch, cells, cells);
		vv_condition_free(c);
	}
	vv_condition_scratch_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const vv_condition_param param = {"p", "1.5", 3};
	const char *text = (const char *)data, *end = text + size;
	const char *line = memchr(text, '\n', size);
	vv_cell cells[FIELDS];
	vv_schema s;
	vv_error err;

	if (size > 4096 || vv_schema_read(&s, fields, strlen(fields), "fuzz", &err) < 0) return 0;
	memset(cells, 0, sizeof(cells));
	size_t len = line ? (size_t)(line - text) : size;
	for (size_t i = 0; i < FIELDS && line && line < end; i++) {
		const char *next = memchr(line + 1, '\n', (size_t)(end - line - 1));

		cells[i].text = line + 1;
		cells[i].len = (uint32_t)((next ? next : end) - line - 1);
		line = next;
	}
	check(&s, text, len, &(vv_condition_how){.json = false}, cells);
	check_line(&s, text, len, cells);
	check(&s, text, len,
	      &(vv_condition_how){.filter = true, .params = &param, .param_count = 1}, cells);
	for (size_t i = 0; i < FIELDS; i++) {
		cells[i].state = i % 2 == 0 ? VV_CELL_LITERAL : VV_CELL_TEXT;
	}
	check(&s, text, len, &(vv_condition_how){.json = true}, cells);
	check(&s, text, len, &(vv_condition_how){.json = true, .filter = true}, cells);
	vv_schema_clear(&s);
	return 0;
}
