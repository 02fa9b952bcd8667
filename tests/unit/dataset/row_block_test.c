/*
 * Conditions over the columns of a row group give what they give row by row: those of conditions.tsv and random ones made of
 * them, over random rows of the values there, of cells and of an encoded group.
 */
#ifndef CONDITIONS_FILE /* the build gives its whole path */
#define CONDITIONS_FILE "tests/unit/dataset/conditions.tsv"
#endif

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/sys.h"
#include "dataset/rows/row_block.h"
#include "tests/unit/dataset/group_support.h"

#define FIELDS 16u
#define ROWS_MAX 700u
#define TEXTS_MAX 400u
#define VALUES_MAX 200u

static const char fields[] =
	"{\"fields\": [{\"name\": \"i\", \"type\": \"integer\"}, {\"name\": \"n\", \"type\": \"number\"},"
	"{\"name\": \"m\", \"type\": \"number\", \"decimalChar\": \",\", \"groupChar\": \".\"},"
	"{\"name\": \"s\", \"type\": \"string\"}, {\"name\": \"t\", \"type\": \"string\"},"
	"{\"name\": \"b\", \"type\": \"boolean\"}, {\"name\": \"d\", \"type\": \"date\"},"
	"{\"name\": \"e\", \"type\": \"date\"}, {\"name\": \"x\", \"type\": \"date\", \"format\": \"%d/%m/%Y\"},"
	"{\"name\": \"z\", \"type\": \"datetime\"}, {\"name\": \"c\", \"type\": \"time\"},"
	"{\"name\": \"q\", \"type\": \"yearmonth\"}, {\"name\": \"y\", \"type\": \"year\"},"
	"{\"name\": \"o\", \"type\": \"object\"}, {\"name\": \"two words\", \"type\": \"integer\"},"
	"{\"name\": \"a\", \"type\": \"any\"}]}";

/* What conditions.tsv has. */
typedef struct material {
	vv_schema schema;
	vv_arena arena;
	const char *texts[TEXTS_MAX]; /* conditions that compile */
	size_t text_count;
	const char *values[FIELDS][VALUES_MAX];
	size_t value_count[FIELDS];
	vv_prng random;
} material;

static size_t below(material *m, size_t n)
{
	return (size_t)vv_prng_below(&m->random, n);
}

static void add_value(material *m, size_t field, const char *text, size_t len)
{
	if (m->value_count[field] < VALUES_MAX) {
		char *copy = vv_arena_strndup(&m->arena, text, len);
		assert_non_null(copy);
		m->values[field][m->value_count[field]++] = copy;
	}
}

static void take_row(material *m, const char *row)
{
	while (*row && *row != '\n' && *row != '\t') {
		const char *equals = strchr(row, '='), *end = row;
		long place;

		while (*end && *end != '\t' && *end != '\n' && strncmp(end, "  ", 2) != 0) {
			end++;
		}
		if (!equals || equals > end) return;
		place = vv_schema_find(&m->schema, row, (size_t)(equals - row));
		assert_true(place >= 0);
		add_value(m, (size_t)place, equals + 1, (size_t)(end - equals - 1));
		row = strncmp(end, "  ", 2) == 0 ? end + 2 : end;
	}
}

static void read_material(material *m)
{
	FILE *f = fopen(CONDITIONS_FILE, "r");
	char line[1024];
	vv_error err;

	memset(m, 0, sizeof(*m));
	vv_prng_init(&m->random, 7);
	printf("seed %llu\n", (unsigned long long)m->random.state);
	m->arena = (vv_arena){0};
	vv_assert_ok(vv_schema_read(&m->schema, fields, strlen(fields), "test", &err), &err);
	assert_non_null(f);
	while (fgets(line, sizeof(line), f)) {
		char *row = strchr(line, '\t');
		vv_condition *c;

		if (line[0] == '#' || !row) {
			continue;
		}
		take_row(m, row + 1);
		if (m->text_count < TEXTS_MAX &&
		    vv_condition_new(&c, line, (size_t)(row - line), &m->schema, false, &err) ==
			    VV_OK) {
			vv_condition_free(c);
			m->texts[m->text_count++] = vv_arena_strndup(&m->arena, line,
								     (size_t)(row - line));
		}
	}
	(void)fclose(f);
	assert_true(m->text_count > 150);
	for (size_t i = 0; i < FIELDS; i++) {
		assert_true(m->value_count[i] > 0);
	}
}

static void clear_material(material *m)
{
	vv_schema_clear(&m->schema);
	vv_arena_clear(&m->arena);
}

/* A column has few values, or many, or numbers in a row; here and there a cell is empty, absent or not of its type. */
static const char *random_text(material *m, size_t field, size_t row, unsigned form)
{
	char text[64];

	if (form == 0 || below(m, 9) == 0) {
		return m->values[field][below(m, m->value_count[field])];
	}
	switch (m->schema.fields[field].type) {
	case VV_TYPE_INTEGER:
		(void)snprintf(text, sizeof(text), form == 1 ? "%d" : "%d000000000000",
			       (int)row - 300);
		break;
	case VV_TYPE_NUMBER:
		(void)snprintf(text, sizeof(text), form == 1 ? "%d.%u" : "%d.%03u",
			       (int)below(m, 900) - 450, (unsigned)below(m, 10));
		if (field == 2) {
			*strchr(text, '.') = ',';
		}
		break;
	case VV_TYPE_DATE:
		(void)snprintf(text, sizeof(text), "%04u-%02u-%02u", 1990 + (unsigned)below(m, 60),
			       1 + (unsigned)below(m, 12), 1 + (unsigned)below(m, 30));
		break;
	default:
		(void)snprintf(text, sizeof(text), "w%u", (unsigned)below(m, form == 1 ? 5 : 5000));
		break;
	}
	const char *copy = vv_arena_strndup(&m->arena, text, strlen(text));
	assert_non_null(copy);
	return copy;
}

static void fill_table(material *m, columns *t)
{
	t->rows = 1 + below(m, ROWS_MAX);
	t->count = FIELDS;
	t->cells = calloc(t->rows * FIELDS, sizeof(*t->cells));
	assert_non_null(t->cells);
	for (size_t c = 0; c < FIELDS; c++) {
		const unsigned form = (unsigned)below(m, 3);
		const bool holes = below(m, 2) == 0;
		for (size_t r = 0; r < t->rows; r++) {
			vv_cell *cell = &t->cells[r * FIELDS + c];
			if (holes && below(m, 6) == 0) {
				cell->state = below(m, 2) ? VV_CELL_ABSENT : VV_CELL_TEXT;
				continue;
			}
			cell->text = random_text(m, c, r, form);
			cell->len = (uint32_t)strlen(cell->text);
		}
	}
}

static vv_condition *random_condition(material *m, char *text, size_t room)
{
	static const char *const joins[] = {"%s", "not (%s)", "(%s) and (%s)", "(%s) or not (%s)",
					    "(%s) and ((%s) or (%s))"};
	const char *a = m->texts[below(m, m->text_count)], *b = m->texts[below(m, m->text_count)],
		   *c = m->texts[below(m, m->text_count)];
	vv_condition *out = NULL;
	vv_error err;

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wformat-nonliteral"
	(void)snprintf(text, room, joins[below(m, 5)], a, b, c);
#pragma GCC diagnostic pop
	vv_assert_ok(vv_condition_new(&out, text, strlen(text), &m->schema, false, &err), &err);
	return out;
}

/* The answers of all rows of a source that has them all, or of the half that is not passed over. */
static void compare(const columns *t, const vv_condition *c, vv_row_block *b, const vv_cell *cells,
		    const uint8_t *skip)
{
	vv_condition_scratch *s = vv_condition_scratch_new(), *one = vv_condition_scratch_new();
	const uint8_t *truths;
	vv_error err;

	assert_true(s && one);
	vv_assert_ok(vv_row_block_judge(b, c, s, &truths, &err), &err);
	for (size_t r = 0; r < t->rows; r++) {
		vv_truth wanted;
		if (skip && skip[r]) {
			continue;
		}
		wanted = vv_condition_eval(c, one, cells + r * FIELDS);
		if (vv_condition_undecided(one)) {
			assert_int_equal(truths[r], VV_TRUTH_UNDECIDED);
			continue;
		}
		if (truths[r] != wanted) {
			print_error("%s, row %zu of %zu: %u, and row by row %u\n",
				    vv_condition_text(c), r, t->rows, truths[r], wanted);
		}
		assert_int_equal(truths[r], wanted);
	}
	vv_condition_scratch_free(s);
	vv_condition_scratch_free(one);
}

static void columns_give_what_rows_give(void **state)
{
	static const size_t places[FIELDS] = {0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15};
	material m;
	char text[4096];
	vv_row_block *b = vv_row_block_new();
	vv_error err;

	(void)state;
	assert_non_null(b);
	read_material(&m);
	for (unsigned i = 0; i < 60; i++) {
		columns t = {0};
		uint8_t skip[ROWS_MAX + 1];
		vv_row_source from;
		vv_buf block;
		vv_group g;

		fill_table(&m, &t);
		for (size_t r = 0; r < t.rows; r++) {
			skip[r] = below(&m, 2) != 0;
		}
		block = encode(&t);
		vv_assert_ok(vv_group_open(&g, block.data, block.len, &err), &err);
		from = (vv_row_source){.rows = t.rows,
				       .group = i % 3 == 0 ? NULL : &g,
				       .cells = i % 3 == 0 ? t.cells : NULL,
				       .columns = FIELDS,
				       .places = places,
				       .skip = i % 3 == 2 ? skip : NULL};
		vv_assert_ok(vv_row_block_open(b, &from, FIELDS, &err), &err);
		for (unsigned k = 0; k < 100; k++) {
			vv_condition *c = random_condition(&m, text, sizeof(text));
			compare(&t, c, b, t.cells, from.skip);
			vv_condition_free(c);
		}
		vv_group_close(&g);
		vv_buf_clear(&block);
		free(t.cells);
	}
	vv_row_block_free(b);
	clear_material(&m);
}

static const struct CMUnitTest tests[] = {
	cmocka_unit_test(columns_give_what_rows_give),
};

VV_TEST_SUITE(row_block)
