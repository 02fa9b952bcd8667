/*
 * Some cells of a line written anew, columns that come, go, move and get other names: all other bytes stay.
 */
#include "tests/unit/support.h"

#include <string.h>

#include "dataset/rows/line_edit.h"

/* What stands between two quotes. */
static vv_status unquote(vv_cell *out, vv_arena *arena, const vv_dialect *d, const char *text,
			 size_t len, vv_error *err)
{
	const char escape = (char)(d->escape ? d->escape : d->quote);
	char *to = vv_arena_alloc(arena, len);
	size_t n = 0;

	if (!to) return vv_fail_nomem(err);
	for (size_t i = 1; i + 1 < len; i++) {
		i += text[i] == escape && i + 2 < len;
		to[n++] = text[i];
	}
	*out = (vv_cell){.text = to, .len = (uint32_t)n};
	return VV_OK;
}

/* The cell that is spelled so. */
static vv_status cell_read(vv_cell *out, vv_arena *arena, const vv_dialect *d, const char *text,
			   size_t len, vv_error *err)
{
	vv_json *node;
	vv_status rc;

	*out = (vv_cell){.text = text, .len = (uint32_t)len};
	if (d->form == VV_FORM_CSV) {
		return len > 1 && d->quote && *text == (char)d->quote
			       ? unquote(out, arena, d, text, len, err)
			       : VV_OK;
	}
	if (len == 0 || *text != '"') {
		out->state = len == 4 && memcmp(text, "null", 4) == 0 ? VV_CELL_NULL
								      : VV_CELL_LITERAL;
		out->len = out->state == VV_CELL_NULL ? 0 : out->len;
		return VV_OK;
	}
	if ((rc = vv_json_read(&node, arena, text, len, "value", err)) < 0) return rc;
	*out = (vv_cell){.text = node->text, .len = (uint32_t)node->text_len};
	return VV_OK;
}

#define COLUMNS 3u
static const char schema_text[] =
	"{\"fields\":[{\"name\":\"a\"},{\"name\":\"b\"},{\"name\":\"c\"}]}";

typedef struct edited {
	vv_dialect dialect;
	vv_schema schema;
} edited;

static void edited_init(edited *e, vv_form form)
{
	vv_error err;

	vv_dialect_init(&e->dialect);
	e->dialect.form = form;
	vv_assert_ok(vv_bytes_set(&e->dialect.comma, ",", 1, &err), &err);
	vv_assert_ok(vv_bytes_set(&e->dialect.colon, ":", 1, &err), &err);
	e->schema = (vv_schema){0};
	vv_assert_ok(vv_schema_read(&e->schema, schema_text, strlen(schema_text), "", &err), &err);
}

static void edited_clear(edited *e)
{
	vv_dialect_clear(&e->dialect);
	vv_schema_clear(&e->schema);
}

/* The line's cells, in text that lives in arena. */
static void read_cells(vv_cell *out, vv_arena *arena, const edited *e, const char *line)
{
	vv_auto(vv_line_parts) parts = {0};
	vv_error err;

	vv_assert_ok(vv_line_parts_read(&parts, &e->dialect, &e->schema, line, strlen(line), &err),
		     &err);
	for (size_t i = 0; i < COLUMNS; i++) {
		const vv_line_part *p = vv_line_part_of(&parts, i);

		out[i] = (vv_cell){.state = VV_CELL_ABSENT};
		if (p) {
			vv_assert_ok(cell_read(&out[i], arena, &e->dialect, line + p->from,
					       p->to - p->from, &err),
				     &err);
		}
	}
}

/* from: which of the line's columns each one is, -1: none. set: the text of one of them. */
static void becomes(const edited *e, const char *want, const char *line, const char *const *names,
		    const int *from, size_t columns, size_t set, const char *text, uint8_t state)
{
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	size_t places[4];
	vv_cell old[COLUMNS], cells[4] = {{0}};
	bool changed[4] = {false};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_auto(vv_line_editor) editor = {.was = &e->dialect,
					  .is = &e->dialect,
					  .schema = &e->schema,
					  .names = names,
					  .from = from ? places : NULL,
					  .columns = columns};
	vv_error err;

	read_cells(old, &arena, e, line);
	for (size_t i = 0; i < columns; i++) {
		places[i] = !from ? i : from[i] < 0 ? VV_LINE_NONE : (size_t)from[i];
		cells[i] = places[i] == VV_LINE_NONE ? (vv_cell){.state = VV_CELL_ABSENT}
						     : old[places[i]];
	}
	if (text) {
		cells[set] = (vv_cell){.text = text, .len = (uint32_t)strlen(text), .state = state};
		changed[set] = true;
	}
	vv_assert_ok(vv_line_editor_open(&editor, &err), &err);
	vv_assert_ok(
		vv_line_edit(&editor, &out, line, strlen(line), old, cells, changed, NULL, &err),
		&err);
	assert_string_equal(vv_buf_cstr(&out), want);
}

static const char *const abc[] = {"a", "b", "c"};

static void set(const edited *e, const char *want, const char *line, size_t column,
		const char *text, uint8_t state)
{
	becomes(e, want, line, abc, NULL, COLUMNS, column, text, state);
}

static void csv_lines_keep_their_quotes(void **state)
{
	edited e;

	(void)state;
	edited_init(&e, VV_FORM_CSV);
	set(&e, "\"1\",\"x, y\",\"3\"\n", "\"1\",\"x, \"\"\",\"3\"\n", 1, "x, y", 0);
	set(&e, "\n1,n,\"3\"\r\n", "\n1,2,\"3\"\r\n", 1, "n", 0);
	set(&e, "1,n,3", "1,\"2\"\"\n,\",3", 1, "n", 0); /* which needed its quotes */
	set(&e, "1,2,n", "1,2,3", 2, "n", 0);
	set(&e, "1,2,n\n\n\n", "1,2,3\n\n\n", 2, "n", 0);
	set(&e, "1,\"n,\",3", "1,2,3", 1, "n,", 0);
	set(&e, "1,2,n\n", "1,2\n", 2, "n", 0);
	set(&e, "1,,n\n", "1\n", 2, "n", 0);
	e.dialect.comment = '#';
	set(&e, "# one\n\n# two\n1,n,3\n", "# one\n\n# two\n1,2,3\n", 1, "n", 0);
	set(&e, "\"#n\",2,#3\n", "1,2,#3\n", 0, "#n", 0);
	e.dialect.spaces = VV_SPACES_USUAL;
	set(&e, "1,  n, 3\n", "1,  2, 3\n", 1, "n", 0);
	edited_clear(&e);
}

static void columns_of_csv_come_go_and_move(void **state)
{
	static const char *const ac[] = {"a", "c"}, *const cxa[] = {"c", "x", "a"},
				 *const c[] = {"c"};
	static const int no_b[] = {0, 2}, other[] = {2, -1, 0}, last[] = {2};
	edited e;

	(void)state;
	edited_init(&e, VV_FORM_CSV);
	e.dialect.comment = '#';
	becomes(&e, "\"1\",\"3\"\n", "\"1\",2,\"3\"\n", ac, no_b, 2, 0, NULL, 0);
	becomes(&e, "# k\n3,,\"1\"\r\n", "# k\n\"1\",2,3\r\n", cxa, other, 3, 0, NULL, 0);
	becomes(&e, "3,\"n,\",1\n", "1,2,3\n", cxa, other, 3, 1, "n,", 0);
	becomes(&e, "\"#3\",,1\n", "1,2,#3\n", cxa, other, 3, 0, NULL, 0);
	becomes(&e, "\"\"\n", "1,2,\n", c, last, 1, 0, NULL, 0);
	edited_clear(&e);
}

static void json_lines_keep_blanks_and_order(void **state)
{
	static const char *const ax[] = {"a", "x"};
	static const int b_is_x[] = {0, 1}, x_is_new[] = {0, -1};
	const char *line = "{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"x}\\\"\", \"c\":null }\n";
	edited e;

	(void)state;
	edited_init(&e, VV_FORM_NDJSON);
	set(&e, "{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"new\", \"c\":null }\n", line, 0, "new", 0);
	set(&e, "{ \"b\" : 7 ,\"a\":\"x}\\\"\", \"c\":null }\n", line, 1, "7", VV_CELL_LITERAL);
	set(&e, "{ \"b\" : [1, {\"a\": 2}] ,\"a\":\"x}\\\"\", \"c\":true }\n", line, 2, "true",
	    VV_CELL_LITERAL);
	set(&e, "{\"a\":1,\"b\":2}\n", "{\"a\":1}\n", 1, "2", VV_CELL_LITERAL);
	set(&e, "{\"b\":2}", "{\"a\":1,\"b\":2}", 0, "", VV_CELL_ABSENT);
	set(&e, "{  }", "{ \"a\":1 }", 0, "", VV_CELL_ABSENT);
	becomes(&e, "{ \"x\" : [1, {\"a\": 2}] ,\"a\":\"x}\\\"\" }\n", line, ax, b_is_x, 2, 0, NULL,
		0);
	becomes(&e, "{ \"a\":\"x}\\\"\",\"x\":5 }\n", line, ax, x_is_new, 2, 1, "5",
		VV_CELL_LITERAL);
	edited_clear(&e);
}

static void lines_above_and_row_ends_are_told_from_a_row(void **state)
{
	vv_dialect d;

	(void)state;
	vv_dialect_init(&d);
	d.comment = '#';
	assert_int_equal(vv_line_lead(&d, 2, "# a\r\n\r\n1\r\n", 10), 7);
	assert_int_equal(vv_line_end(&d, "# a\r\n\r\n1\r\n", 10), 2);
	assert_int_equal(vv_line_lead(&d, 2, "1,#\n", 4), 0);
	d.form = VV_FORM_JSON;
	assert_int_equal(vv_line_end(&d, "{\"a\":{}} ,\n ", 12), 4);
	d.form = VV_FORM_NDJSON;
	assert_int_equal(vv_line_lead(&d, 2, "\n  \n {}\n", 8), 4);
	vv_dialect_clear(&d);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(csv_lines_keep_their_quotes),
	cmocka_unit_test(columns_of_csv_come_go_and_move),
	cmocka_unit_test(json_lines_keep_blanks_and_order),
	cmocka_unit_test(lines_above_and_row_ends_are_told_from_a_row),
};
VV_TEST_SUITE(line_edit)
