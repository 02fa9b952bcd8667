/*
 * row_place: knows how to find a key in a table that may or may not be sorted by it.
 */
#include "cmd/work/web/row_place.h"

#include <string.h>

#include "base/text.h"
#include "cmd/work/view/table_at.h"
#include "cmd/work/web/row_test.h"

#define NEIGHBOURS 64u /* row groups that are read where rows begin with the same part of a key */

typedef struct search {
	vv_web_visit *v;
	const vv_web_table *t;
	const char *key;
	vv_cell first; /* the key's first part */
	vv_table_reader *reader;
	vv_batch batch;
	vv_buf text;
} search;

static const vv_cell *first_of(const search *s, size_t row)
{
	return &s->batch.cells[row * s->batch.columns + s->t->key[0]];
}

/* Reads the group that holds a row: 1, 0, <0. */
static int read_at(search *s, uint64_t row, vv_error *err)
{
	vv_status rc = vv_table_seek_row(s->reader, row, err);

	return rc < 0 ? (int)rc : vv_table_read(s->reader, &s->batch, err);
}

static bool is_here(search *s, uint64_t *out, vv_error *err, vv_status *rc)
{
	for (size_t i = 0; i < s->batch.rows; i++) {
		vv_buf_reset(&s->text);
		vv_key_words_put(&s->text, s->batch.cells + i * s->batch.columns, s->t->key,
				 s->t->key_count);
		if ((*rc = vv_buf_ok(&s->text, err)) < 0) {
			return false;
		}
		if (strcmp(vv_buf_cstr(&s->text), s->key) == 0) {
			*out = s->batch.first_row + i;
			return true;
		}
	}
	return false;
}

/* The first row of the first group that ends at or after the key, if the table is sorted by it. */
static vv_status narrow(search *s, uint64_t *from, vv_error *err)
{
	const vv_field *f = &s->t->table->schema.fields[s->t->key[0]];
	uint64_t low = 0, high = s->t->rows;
	int more;

	while (low < high) {
		if ((more = read_at(s, low + (high - low) / 2, err)) <= 0) {
			return (vv_status)more;
		}
		if (vv_web_order(f, first_of(s, s->batch.rows - 1), &s->first) < 0) {
			low = s->batch.first_row + s->batch.rows;
		} else {
			high = s->batch.first_row;
		}
	}
	*from = low;
	return VV_OK;
}

static vv_status look_from(search *s, uint64_t from, size_t most, bool *found, uint64_t *out,
			   bool *over, vv_error *err)
{
	const vv_field *f = &s->t->table->schema.fields[s->t->key[0]];
	vv_status rc = vv_table_seek_row(s->reader, from, err);
	int more = 0;

	for (size_t n = 0; rc == VV_OK && !*found && !*over && (most == 0 || n < most); n++) {
		if ((more = vv_table_read(s->reader, &s->batch, err)) <= 0) {
			return (vv_status)more;
		}
		*found = is_here(s, out, err, &rc);
		if (rc == VV_OK && most > 0 && !*found &&
		    vv_web_order(f, first_of(s, 0), &s->first) > 0) {
			return VV_OK;
		}
		if (rc == VV_OK) {
			rc = vv_web_over(s->v, over, err);
		}
	}
	return rc;
}

vv_status vv_web_row_place(vv_web_visit *v, const vv_web_table *t, const char *key, uint64_t *out,
			   vv_error *err)
{
	search s = {.v = v, .t = t, .key = key};
	size_t len = strlen(key);
	const char *comma = t->key_count > 1 ? strchr(key, ',') : NULL;
	uint64_t from = 0;
	bool found = false, over = false;
	vv_status rc;

	if (t->key_count == 0) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key by which a row could be found",
			vv_text_shows(t->path));
		return vv_hint(err, "a row's number finds it");
	}
	s.first = (vv_cell){.text = key,
			    .len = (uint32_t)(comma ? (size_t)(comma - key) : len),
			    .state = VV_CELL_TEXT};
	vv_batch_init(&s.batch);
	if ((rc = vv_table_reader_open(&s.reader, t->table, t->key, t->key_count, false, err)) <
	    0) {
		goto done;
	}
	if (t->rows > 0 && (rc = narrow(&s, &from, err)) == VV_OK && from < t->rows) {
		rc = look_from(&s, from, NEIGHBOURS, &found, out, &over, err);
	}
	if (rc == VV_OK && !found && !over) {
		rc = look_from(&s, 0, 0, &found, out, &over, err);
	}
	if (rc == VV_OK && !found) {
		rc = vv_fail(err, VV_ENOTFOUND, "%s row has the key '%s'",
			     over ? "the time was over before all were looked at: so far no" : "no",
			     vv_text_shows(key));
	}
done:
	vv_table_reader_close(s.reader);
	vv_batch_clear(&s.batch);
	vv_buf_clear(&s.text);
	return rc;
}
