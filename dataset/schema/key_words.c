/*
 * key_words: the key of several columns is a CSV record.
 */
#include "dataset/schema/key_words.h"

#include <string.h>

#include "base/json/json.h"
#include "base/text.h"
#include "dataset/schema/csv_record.h"

void vv_key_word_put(vv_buf *out, size_t i, size_t count, const char *text, size_t len)
{
	vv_buf_puts(out, i > 0 ? "," : "");
	if (count < 2 || len == 0) {
		vv_buf_put(out, text, len);
	} else {
		vv_csv_value_put(out, text, len);
	}
}

void vv_key_words_put(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		vv_key_word_put(out, i, count, cells[key[i]].text, cells[key[i]].len);
	}
}

int vv_key_words_read(vv_cell *out, size_t count, const char *text, vv_arena *arena, vv_error *err)
{
	vv_auto(vv_csv_record) r = {0};
	const vv_csv_value whole = {.text = text, .len = strlen(text)};
	vv_status rc = count > 1 ? vv_csv_record_read(&r, text, whole.len, err) : VV_OK;

	if (rc == VV_EUSAGE || (rc == VV_OK && count > 1 && r.count != count)) return 0;
	if (rc < 0) return (int)rc;
	for (size_t i = 0; i < count; i++) {
		const vv_csv_value *v = count > 1 ? &r.values[i] : &whole;
		const char *value = vv_arena_strndup(arena, v->text, v->len);

		if (!value) return (int)vv_fail_nomem(err);
		out[i] = (vv_cell){.text = value, .len = (uint32_t)v->len, .state = VV_CELL_TEXT};
	}
	return 1;
}

vv_status vv_key_words_fail(const char *text, size_t count, vv_error *err)
{
	return vv_fail(err, VV_EUSAGE,
		       "'%s': expected %zu values of the key, separated by commas\n"
		       "put a value that contains a comma into quotes: '\"a, b\",c'",
		       vv_text_shows(text), count);
}

void vv_key_json_put(vv_buf *out, const vv_cell *cells, const size_t *columns, size_t count)
{
	vv_buf_putc(out, '[');
	for (size_t i = 0; i < count; i++) {
		const vv_cell *c = &cells[columns[i]];

		vv_buf_puts(out, i > 0 ? "," : "");
		vv_json_put_text(out, c->text ? c->text : "", c->len);
	}
	vv_buf_putc(out, ']');
}
