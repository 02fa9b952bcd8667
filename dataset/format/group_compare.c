/*
 * group_compare: compares encodings that need no decoding. Others are decoded, so that damage is
 * reported in one place.
 */
#include "dataset/format/group_compare.h"

#include <assert.h>
#include <string.h>

#include "base/buf.h"
#include "dataset/format/group_internal.h"

/* Both columns' bytes in their blocks, after the first. */
typedef struct part {
	const uint8_t *p, *end;
} part;

typedef enum answer { COMPARED, NOT_COMPARED, NO_MEMORY } answer;

static vv_status compare_cells(uint8_t *marks, const vv_group *a, size_t ca, const vv_group *b,
			       size_t cb, vv_arena *arena, vv_error *err)
{
	vv_cell *x = vv_arena_alloc(arena, a->rows * sizeof(*x)),
		*y = vv_arena_alloc(arena, b->rows * sizeof(*y));
	vv_status rc;

	if (!x || !y) return vv_fail_nomem(err);
	if ((rc = vv_group_column(a, ca, x, 1, arena, err)) < 0 ||
	    (rc = vv_group_column(b, cb, y, 1, arena, err)) < 0) {
		return rc;
	}
	for (size_t r = 0; r < a->rows; r++) {
		marks[r] |= x[r].state != y[r].state || x[r].len != y[r].len ||
			    (x[r].len > 0 && memcmp(x[r].text, y[r].text, x[r].len) != 0);
	}
	return VV_OK;
}

/* --- few distinct values ----------------------------------------------------- */

typedef struct dict {
	const uint8_t *text[GROUP_DICT_MAX];
	size_t len[GROUP_DICT_MAX];
	size_t count;
	const uint8_t *index; /* a byte a row */
} dict;

static bool open_dict(dict *d, part in, size_t rows)
{
	uint64_t count, len, sum = 0;

	if (!vv_varint_read(&in.p, in.end, &count) || count > GROUP_DICT_MAX) return false;
	for (size_t k = 0; k < count; k++) {
		if (!vv_varint_read(&in.p, in.end, &len) || len > (size_t)(in.end - in.p)) {
			return false;
		}
		d->len[k] = (size_t)len;
		sum += len;
	}
	if (sum > (size_t)(in.end - in.p) || (size_t)(in.end - in.p) - sum != rows) return false;
	for (size_t k = 0; k < count; k++) {
		d->text[k] = in.p;
		in.p += d->len[k];
	}
	d->count = (size_t)count;
	d->index = in.p;
	return true;
}

#define NO_VALUE 0x100u /* no byte of an index */

/* For each value of a its number in b. */
static void match_values(uint16_t map[0x100], const dict *a, const dict *b)
{
	for (size_t i = 0; i < 0x100; i++) {
		map[i] = NO_VALUE;
	}
	for (size_t i = 0; i < a->count && b->count > 0; i++) {
		/* mostly at the same place, or near it */
		size_t at = i % b->count;
		for (size_t k = 0; k < b->count; k++, at = at + 1 < b->count ? at + 1 : 0) {
			if (a->len[i] == b->len[at] &&
			    memcmp(a->text[i], b->text[at], a->len[i]) == 0) {
				map[i] = (uint16_t)at;
				break;
			}
		}
	}
}

static answer compare_dicts(uint8_t *marks, part x, part y, size_t rows)
{
	dict a, b;
	uint16_t map[0x100];

	/* finding the values again must not take longer than reading the cells */
	if (!open_dict(&a, x, rows) || !open_dict(&b, y, rows) ||
	    a.count * b.count > 16 * rows + 256) {
		return NOT_COMPARED;
	}
	if ((size_t)(a.index - x.p) == (size_t)(b.index - y.p) &&
	    memcmp(x.p, y.p, (size_t)(a.index - x.p)) == 0) {
		for (size_t r = 0; r < rows; r++) {
			marks[r] |= a.index[r] ^ b.index[r];
		}
		return COMPARED;
	}
	match_values(map, &a, &b);
	for (size_t r = 0; r < rows; r++) {
		marks[r] |= map[a.index[r]] != b.index[r];
	}
	return COMPARED;
}

/* --- numbers and dates ------------------------------------------------------- */

/* In which of the numbers they differ. False when out of memory. */
static bool compare_values(uint8_t *marks, const group_numbers *a, const group_numbers *b,
			   vv_arena *arena)
{
	if (a->flags == b->flags && !(a->flags & GROUP_DELTAS) && a->base == b->base &&
	    a->width == b->width) {
		for (unsigned j = 0; j < a->width; j++) {
			const uint8_t *x = a->planes + j * a->count, *y = b->planes + j * b->count;
			for (size_t i = 0; i < a->count; i++) {
				marks[i] |= x[i] ^ y[i];
			}
		}
		return true;
	}
	const uint64_t *x = group_numbers_join(a, arena), *y = group_numbers_join(b, arena);
	for (size_t i = 0; x && y && i < a->count; i++) {
		marks[i] |= x[i] != y[i];
	}
	return x && y;
}

/* One number has one text where scale and form are the same. */
static answer compare_numbers(uint8_t *marks, part x, part y, size_t rows, int encoding,
			      vv_arena *arena)
{
	group_numbers a, b;

	if (!group_numbers_open(&a, x.p, x.end, rows, encoding) ||
	    !group_numbers_open(&b, y.p, y.end, rows, encoding) || a.scale != b.scale ||
	    a.flags >> GROUP_FORM_SHIFT != b.flags >> GROUP_FORM_SHIFT || !a.empty != !b.empty ||
	    (a.empty && memcmp(a.empty, b.empty, rows) != 0)) {
		return NOT_COMPARED;
	}
	if (!a.empty) return compare_values(marks, &a, &b, arena) ? COMPARED : NO_MEMORY;
	uint8_t *own = vv_arena_calloc(arena, rows, 1);
	if (!own || !compare_values(own, &a, &b, arena)) return NO_MEMORY;
	for (size_t r = 0; r < rows; r++) {
		marks[r] |= a.empty[r] ? 0 : *own++;
	}
	return COMPARED;
}

vv_status vv_group_compare_column(uint8_t *marks, const vv_group *a, size_t ca, const vv_group *b,
				  size_t cb, vv_arena *arena, vv_error *err)
{
	answer done = NOT_COMPARED;

	assert(a->rows == b->rows);
	if (ca < a->columns && cb < b->columns) {
		const int same = vv_group_same_column(a, ca, b, cb, err);
		vv_status rc;

		if (same != 0) return same < 0 ? (vv_status)same : VV_OK;
		if ((rc = vv_group_need(a, ca, err)) < 0) return rc;
		if ((rc = vv_group_need(b, cb, err)) < 0) return rc;
		const uint8_t *x = a->column[ca], *y = b->column[cb];
		part px = {x + 1, x + a->column_len[ca]}, py = {y + 1, y + b->column_len[cb]};
		int encoding = x[0] & 15;

		if (x[0] != y[0] || x[0] >> 4 != GROUP_ALL_TEXT) {
			done = NOT_COMPARED;
		} else if (encoding == GROUP_DICT) {
			done = compare_dicts(marks, px, py, a->rows);
		} else if (encoding >= GROUP_INTEGER && encoding <= GROUP_DATETIME) {
			done = compare_numbers(marks, px, py, a->rows, encoding, arena);
		}
	}
	if (done == NO_MEMORY) return vv_fail_nomem(err);
	return done == COMPARED ? VV_OK : compare_cells(marks, a, ca, b, cb, arena, err);
}
