/*
 * next_key: reads the tables once for each series of keys.
 */
#include "diff/merge/next_key.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/table/walk.h"

enum { DIGITS_MAX = 18 };

void vv_next_keys_clear(vv_next_keys *k)
{
	vv_free(k->series);
	vv_arena_clear(&k->arena);
	k->series = NULL;
	k->series_count = k->series_cap = 0;
}

/* Digits at the end of the text, as many as a number may have. */
static size_t digits_of(const vv_cell *c)
{
	size_t n = 0;

	while (n < c->len && n <= DIGITS_MAX && c->text[c->len - 1 - n] >= '0' &&
	       c->text[c->len - 1 - n] <= '9') {
		n++;
	}
	return n;
}

static uint64_t number_of(const vv_cell *c, size_t digits)
{
	uint64_t n = 0;

	for (size_t i = c->len - digits; i < c->len; i++) {
		n = n * 10 + (uint64_t)(c->text[i] - '0');
	}
	return n;
}

/* Everything but the number. */
static void put_prefix(vv_buf *out, const vv_cell *const *cells, size_t count, size_t digits)
{
	vv_buf_reset(out);
	for (size_t i = 0; i < count; i++) {
		const vv_cell *c = cells[i];
		const uint32_t len = c->len - (uint32_t)(i + 1 == count ? digits : 0);

		vv_buf_put(out, &len, sizeof(len));
		vv_buf_put(out, len > 0 ? c->text : "", len);
	}
}

static bool is_series(const vv_key_series *s, const vv_buf *prefix)
{
	return s->prefix_len == prefix->len && memcmp(s->prefix, prefix->data, prefix->len) == 0;
}

static vv_status read_table(vv_key_series *s, vv_next_keys *k, size_t which, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(k->tables[which], k->columns[which], k->count,
						      err);
	vv_auto(vv_buf) prefix = VV_BUF_INIT;
	vv_auto_free const vv_cell **cells = vv_calloc(k->count + 1, sizeof(*cells));

	if (!cells) return vv_fail_nomem(err);
	while (vv_group_walk_next(&w)) {
		for (size_t i = 0; i < w.batch.rows; i++) {
			for (size_t c = 0; c < k->count; c++) {
				cells[c] =
					&w.batch.cells[i * w.batch.columns + k->columns[which][c]];
			}
			const vv_cell *last = cells[k->count - 1];
			const size_t digits = digits_of(last);
			if (digits == 0 || digits > DIGITS_MAX) {
				continue;
			}
			put_prefix(&prefix, cells, k->count, digits);
			if (is_series(s, &prefix) && number_of(last, digits) >= s->number) {
				s->number = number_of(last, digits);
				s->row = which == 0 ? w.batch.first_row + i : s->row;
			}
		}
	}
	return w.rc < 0 ? w.rc : vv_buf_ok(&prefix, err);
}

static vv_status find_series(vv_key_series **out, vv_next_keys *k, const vv_buf *prefix,
			     vv_error *err)
{
	vv_key_series s = {.prefix_len = prefix->len, .row = UINT64_MAX};
	vv_status rc;

	*out = vv_array_find(k->series, k->series_count, it, is_series(it, prefix));
	if (*out) return VV_OK;
	if (!(s.prefix = vv_arena_strndup(&k->arena, prefix->data, prefix->len))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < 2; i++) {
		if (k->tables[i] && (rc = read_table(&s, k, i, err)) < 0) return rc;
	}
	if (!vv_array_add(k->series, k->series_count, k->series_cap, s)) return vv_fail_nomem(err);
	*out = &k->series[k->series_count - 1];
	return VV_OK;
}

vv_status vv_next_key(vv_cell *cell, uint64_t *row, vv_next_keys *k, const vv_cell *const *cells,
		      vv_error *err)
{
	vv_auto(vv_buf) prefix = VV_BUF_INIT;
	const vv_cell *last = cells[k->count - 1];
	const size_t digits = digits_of(last);
	vv_key_series *s;
	vv_status rc;

	if (digits == 0 || digits > DIGITS_MAX) {
		return vv_fail(err, VV_ENOSUPPORT, "the key '%s' does not end in a number",
			       vv_text_show(last->text ? last->text : "", last->len));
	}
	put_prefix(&prefix, cells, k->count, digits);
	if ((rc = vv_buf_ok(&prefix, err)) < 0 || (rc = find_series(&s, k, &prefix, err)) < 0) {
		return rc;
	}
	s->number++;
	*row = s->row;
	*cell = *last;
	cell->text = vv_arena_printf(&k->arena, "%.*s%0*llu", (int)(last->len - digits), last->text,
				     last->text[last->len - digits] == '0' ? (int)digits : 1,
				     (unsigned long long)s->number);
	if (!cell->text) return vv_fail_nomem(err);
	cell->len = (uint32_t)strlen(cell->text);
	return VV_OK;
}
