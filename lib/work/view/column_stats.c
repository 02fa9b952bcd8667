/*
 * column_stats: knows how values of a type compare, and how they are counted.
 */
#include "lib/work/view/column_stats.h"

#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"

void vv_column_stats_init(vv_column_stats *s, const vv_field *field, size_t limit)
{
	memset(s, 0, sizeof(*s));
	s->field = field;
	s->limit = limit < 64 ? 64 : limit;
}

void vv_column_stats_clear(vv_column_stats *s)
{
	size_t i;

	vv_free(s->hashes);
	vv_buf_clear(&s->min);
	vv_buf_clear(&s->max);
	for (i = 0; i < VV_EXAMPLES; i++) {
		vv_buf_clear(&s->examples[i]);
	}
}

/* Where the hash is, or would go. */
static size_t slot(const uint64_t *hashes, size_t cap, uint64_t h)
{
	/* The low bits are alike once there is a level: the high ones decide. */
	size_t i = (size_t)(h >> 20) & (cap - 1);

	while (hashes[i] && hashes[i] != h) {
		i = (i + 1) & (cap - 1);
	}
	return i;
}

/* A table of cap slots with the hashes that the level lets in. */
static vv_status rehash(vv_column_stats *s, size_t cap, vv_error *err)
{
	uint64_t *hashes = vv_calloc(cap, sizeof(*hashes));
	uint64_t mask = ((uint64_t)1 << s->level) - 1;
	size_t i;

	if (!hashes) {
		return vv_fail_nomem(err);
	}
	s->used = 0;
	for (i = 0; i < s->cap; i++) {
		if (s->hashes[i] && (s->hashes[i] & mask) == 0) {
			hashes[slot(hashes, cap, s->hashes[i])] = s->hashes[i];
			s->used++;
		}
	}
	vv_free(s->hashes);
	s->hashes = hashes;
	s->cap = cap;
	return VV_OK;
}

static vv_status count_hash(vv_column_stats *s, uint64_t h, bool *fresh, vv_error *err)
{
	vv_status rc;
	size_t at;

	*fresh = false;
	if (h == 0) {
		*fresh = !s->zero;
		s->zero = true;
		return VV_OK;
	}
	if (h & (((uint64_t)1 << s->level) - 1)) {
		return VV_OK;
	}
	if (s->cap && s->hashes[slot(s->hashes, s->cap, h)]) {
		return VV_OK;
	}
	if (s->used + 1 > s->cap / 2) {
		if (s->used >= s->limit && s->level < 40) {
			s->level++;
			rc = rehash(s, s->cap, err);
		} else {
			rc = rehash(s, s->cap ? s->cap * 2 : 32, err);
		}
		if (rc < 0) {
			return rc;
		}
		if (h & (((uint64_t)1 << s->level) - 1)) {
			return VV_OK;
		}
	}
	at = slot(s->hashes, s->cap, h);
	s->hashes[at] = h;
	s->used++;
	*fresh = true;
	return VV_OK;
}

uint64_t vv_column_stats_distinct(const vv_column_stats *s, bool *exact)
{
	*exact = s->level == 0;
	return ((uint64_t)s->used << s->level) + (s->zero ? 1 : 0);
}

/* Digits only, with an optional sign: compared exactly, however long. */
static bool is_integer(const char *s, size_t len)
{
	size_t i = len > 0 && s[0] == '-';

	if (i == len) {
		return false;
	}
	for (; i < len; i++) {
		if (s[i] < '0' || s[i] > '9') {
			return false;
		}
	}
	return true;
}

static int compare_integers(const char *a, size_t a_len, const char *b, size_t b_len)
{
	bool a_minus = a[0] == '-', b_minus = b[0] == '-';
	int c;

	if (a_minus != b_minus) {
		return a_minus ? -1 : 1;
	}
	for (a += a_minus, a_len -= a_minus; a_len > 1 && *a == '0'; a++, a_len--) {
	}
	for (b += b_minus, b_len -= b_minus; b_len > 1 && *b == '0'; b++, b_len--) {
	}
	c = a_len != b_len ? (a_len < b_len ? -1 : 1) : memcmp(a, b, a_len);
	return a_minus ? -c : c;
}

static int compare_bytes(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t n = a_len < b_len ? a_len : b_len;
	int c = n ? memcmp(a, b, n) : 0;

	return c ? c : (a_len > b_len) - (a_len < b_len);
}

/* For showing a minimum a double is good enough where both are not integers. */
static bool as_double(double *out, const char *s, size_t len, const vv_field *f)
{
	char text[64], *end;
	size_t n = 0, i;

	for (i = 0; i < len && n + 1 < sizeof(text); i++) {
		if (f->group_char && s[i] == f->group_char) {
			continue;
		}
		text[n++] = s[i] == f->decimal_char ? '.' : s[i];
	}
	if (i < len || n == 0) {
		return false;
	}
	text[n] = '\0';
	*out = strtod(text, &end);
	return *end == '\0';
}

static int compare_values(const vv_field *f, const char *a, size_t a_len, const char *b,
			  size_t b_len)
{
	double x, y;

	if (f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER || f->type == VV_TYPE_YEAR) {
		if (is_integer(a, a_len) && is_integer(b, b_len)) {
			return compare_integers(a, a_len, b, b_len);
		}
		if (as_double(&x, a, a_len, f) && as_double(&y, b, b_len, f)) {
			return (x > y) - (x < y);
		}
	}
	return compare_bytes(a, a_len, b, b_len);
}

static void set(vv_buf *b, const vv_cell *c)
{
	vv_buf_reset(b);
	vv_buf_put(b, c->text, c->len < VV_EXAMPLE_BYTES ? c->len : VV_EXAMPLE_BYTES);
}

static vv_status widen(vv_column_stats *s, const vv_cell *c, vv_error *err)
{
	size_t len = c->len < VV_EXAMPLE_BYTES ? c->len : VV_EXAMPLE_BYTES;

	if (!s->any ||
	    compare_values(s->field, c->text, len, vv_buf_cstr(&s->min), s->min.len) < 0) {
		set(&s->min, c);
	}
	if (!s->any ||
	    compare_values(s->field, c->text, len, vv_buf_cstr(&s->max), s->max.len) > 0) {
		set(&s->max, c);
	}
	s->any = true;
	return s->min.failed || s->max.failed ? vv_fail_nomem(err) : VV_OK;
}

vv_status vv_column_stats_add(vv_column_stats *s, const vv_cell *cell, vv_error *err)
{
	bool fresh;
	vv_status rc;

	if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
	    vv_field_missing(s->field, cell)) {
		s->missing++;
		return VV_OK;
	}
	s->values++;
	if ((rc = count_hash(s, vv_xxh3(cell->text, cell->len, cell->state), &fresh, err)) < 0) {
		return rc;
	}
	if (s->field->type != VV_TYPE_STRING && s->field->type != VV_TYPE_ANY &&
	    !vv_field_accepts(s->field, cell)) {
		s->misfits++;
		return VV_OK;
	}
	if (!fresh && s->level == 0) {
		return VV_OK; /* seen before: it changes nothing below */
	}
	if (s->example_count < VV_EXAMPLES) {
		set(&s->examples[s->example_count], cell);
		if (s->examples[s->example_count].failed) {
			return vv_fail_nomem(err);
		}
		s->example_count++;
	}
	return cell->len ? widen(s, cell, err) : VV_OK;
}
