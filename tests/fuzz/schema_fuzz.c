/*
 * Reads the input as a Table Schema; of one that is taken: it reads back the same,
 * refitting keeps it valid, and its fields judge cells cut from the input.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/schema/schema.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static void check_reads_back(const vv_schema *s)
{
	vv_buf first = VV_BUF_INIT, second = VV_BUF_INIT;
	vv_schema again;
	vv_error err;

	vv_json_put_node(&first, s->json);
	require(vv_schema_read(&again, first.data, first.len, "copy", &err) == VV_OK);
	require(again.count == s->count && again.primary_key_count == s->primary_key_count &&
		again.match == s->match);
	for (size_t i = 0; i < s->count; i++) {
		long at = vv_schema_find(s, s->fields[i].name, s->fields[i].name_len);

		require(s->fields[i].type == again.fields[i].type);
		require(at >= 0 && (size_t)at <= i &&
			strcmp(s->fields[at].name, s->fields[i].name) == 0);
	}
	vv_json_put_node(&second, again.json);
	require(first.len == second.len && memcmp(first.data, second.data, first.len) == 0);
	vv_schema_clear(&again);
	vv_buf_clear(&first);
	vv_buf_clear(&second);
}

/* Every other column stays, the rest is new. */
static void check_refit(const vv_schema *s)
{
	size_t count = s->count < 64 ? s->count : 64;
	vv_new_field fields[64];
	vv_buf out = VV_BUF_INIT;
	vv_schema fitted;
	vv_error err;

	for (size_t i = 0; i < count; i++) {
		const vv_field *f = &s->fields[i];

		fields[i] = (vv_new_field){i % 2 ? "new" : f->name,
					   i % 2 ? 3 : f->name_len,
					   VV_TYPE_STRING,
					   NULL,
					   NULL,
					   NULL,
					   0,
					   false,
					   false,
					   false};
	}
	require(vv_schema_refit(&out, s, fields, count, &err) == VV_OK);
	require(vv_schema_read(&fitted, out.data, out.len, "fitted", &err) == VV_OK);
	require(fitted.count == count);
	vv_schema_clear(&fitted);
	vv_buf_clear(&out);
}

/* Cells of all lengths up to 40 from everywhere in the input. */
static void judge_cells(const vv_schema *s, const char *text, size_t len)
{
	for (size_t i = 0; i < s->count && i < 4; i++) {
		for (size_t at = 0; at < len && at < 200; at++) {
			vv_cell cell = {.text = text + at,
					.len = (uint32_t)(len - at < at % 41 ? len - at : at % 41)};

			require(!vv_field_missing(&s->fields[i], &cell) ||
				vv_field_accepts(&s->fields[i], &cell));
			/* a JSON string is never more than the same text in CSV */
			require(!vv_field_accepts_json(&s->fields[i], &cell) ||
				vv_field_accepts(&s->fields[i], &cell));
			cell.state = VV_CELL_LITERAL;
			(void)vv_field_accepts(&s->fields[i], &cell);
		}
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	vv_schema s;
	vv_error err;

	if (size <= 4096 && vv_schema_read(&s, (const char *)data, size, "input", &err) == VV_OK) {
		check_reads_back(&s);
		check_refit(&s);
		judge_cells(&s, (const char *)data, size);
		vv_schema_clear(&s);
	}
	return 0;
}
