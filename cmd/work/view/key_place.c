/*
 * key_place: knows how to find a key in a table that may or may not be sorted by it.
 */
#include "cmd/work/view/key_place.h"

#include <string.h>

#include "cmd/work/view/table_at.h"
#include "diff/rows/value.h"

#define NEIGHBOURS 64u /* row groups that are read where rows begin with the same part of a key */

typedef struct search {
	const vv_key_place *p;
	const vv_field *field; /* of the key's first column */
	vv_cell first;         /* the key's first part */
	vv_table_reader *reader;
	vv_batch batch;
	vv_buf text;
	uint64_t row;
	bool found, over;
} search;

static const vv_cell *first_of(const search *s, size_t row)
{
	return &s->batch.cells[row * s->batch.columns + s->p->key[0]];
}

static vv_status look_at_group(search *s, vv_error *err)
{
	for (size_t i = 0; i < s->batch.rows; i++) {
		const vv_cell *cells = s->batch.cells + i * s->batch.columns;
		vv_status rc;

		vv_buf_reset(&s->text);
		vv_key_words_put(&s->text, cells, s->p->key, s->p->key_count);
		if ((rc = vv_buf_ok(&s->text, err)) < 0) {
			return rc;
		}
		if (strcmp(vv_buf_cstr(&s->text), s->p->text) == 0) {
			s->row = s->batch.first_row + i;
			s->found = true;
			return VV_OK;
		}
	}
	return s->p->over ? s->p->over(s->p->payload, &s->over, err) : VV_OK;
}

/* The first row of the first group that ends at or after the key, if the table is sorted by it. */
static vv_status narrow(search *s, uint64_t *from, vv_error *err)
{
	uint64_t low = 0, high = s->p->table->root.rows;
	vv_status rc;
	int more;

	while (low < high) {
		if ((rc = vv_table_seek_row(s->reader, low + (high - low) / 2, err)) < 0) {
			return rc;
		}
		if ((more = vv_table_read(s->reader, &s->batch, err)) <= 0) {
			return (vv_status)more;
		}
		if (vv_value_order(s->field, first_of(s, s->batch.rows - 1), &s->first) < 0) {
			low = s->batch.first_row + s->batch.rows;
		} else {
			high = s->batch.first_row;
		}
	}
	*from = low;
	return VV_OK;
}

/* most: row groups at most, while they begin no later than the key; 0: all. */
static vv_status look_from(search *s, uint64_t from, size_t most, vv_error *err)
{
	vv_status rc = vv_table_seek_row(s->reader, from, err);
	int more;

	for (size_t n = 0; rc == VV_OK && !s->found && !s->over && (most == 0 || n < most); n++) {
		if ((more = vv_table_read(s->reader, &s->batch, err)) <= 0) {
			return (vv_status)more;
		}
		if (most > 0 && vv_value_order(s->field, first_of(s, 0), &s->first) > 0) {
			return VV_OK;
		}
		rc = look_at_group(s, err);
	}
	return rc;
}

vv_status vv_key_place_find(const vv_key_place *p, uint64_t *row, bool *found, bool *whole,
			    vv_error *err)
{
	const char *comma = p->key_count > 1 ? strchr(p->text, ',') : NULL;
	search s = {.p = p, .field = &p->table->schema.fields[p->key[0]]};
	uint64_t from = 0;
	vv_status rc;

	s.first = (vv_cell){.text = p->text,
			    .len = (uint32_t)(comma ? (size_t)(comma - p->text) : strlen(p->text)),
			    .state = VV_CELL_TEXT};
	*found = *whole = false;
	vv_batch_init(&s.batch);
	if ((rc = vv_table_reader_open(&s.reader, p->table, p->key, p->key_count, false, err)) <
		    0 ||
	    (rc = narrow(&s, &from, err)) < 0 ||
	    (from < p->table->root.rows && (rc = look_from(&s, from, NEIGHBOURS, err)) < 0)) {
		goto done;
	}
	if (!s.found && !s.over && !p->quick) {
		rc = look_from(&s, 0, 0, err);
		*whole = rc == VV_OK && !s.over;
	}
	*found = s.found;
	*row = s.row;
done:
	vv_table_reader_close(s.reader);
	vv_batch_clear(&s.batch);
	vv_buf_clear(&s.text);
	return rc;
}
