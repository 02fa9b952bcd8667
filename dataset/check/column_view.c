/*
 * column_view: knows what the encoding of a column already says about its cells.
 *
 * A column of whole numbers has nothing but whole numbers in it; one of ten distinct texts
 * needs ten looks. Most columns of most groups are judged here, and their cells never made.
 * Whatever is not as expected is left to the slow way, which reports damage.
 */
#include <string.h>

#include "base/text.h"
#include "dataset/check/cells.h"
#include "dataset/format/group_internal.h"
#include "dataset/format/planes.h"

/* A column whose cells are all texts. */
typedef struct view {
	unsigned encoding;
	const uint8_t *p, *end;
	size_t rows;
} view;

static bool open_view(view *v, const vv_group *g, size_t column)
{
	if (column >= g->columns || g->column_len[column] == 0) {
		return false;
	}
	v->p = g->column[column];
	v->end = v->p + g->column_len[column];
	v->encoding = *v->p & 15u;
	v->rows = g->rows;
	return *v->p++ >> 4 == GROUP_ALL_TEXT;
}

/* The texts of a dictionary, or the one of a constant: count, each given to fn until it
 * answers false. */
typedef bool (*text_fn)(void *payload, const vv_cell *cell);

static bool each_text(const view *v, text_fn fn, void *payload)
{
	const uint8_t *p = v->p, *lens, *text;
	uint64_t count, len, sum = 0;
	vv_cell cell = {.state = VV_CELL_TEXT};

	if (!vv_varint_read(&p, v->end, &count)) {
		return false;
	}
	if (v->encoding == GROUP_CONST) {
		if (count != (uint64_t)(v->end - p)) {
			return false;
		}
		cell.text = (const char *)p;
		cell.len = (uint32_t)count;
		return fn(payload, &cell);
	}
	lens = p;
	for (uint64_t i = 0; i < count; i++) {
		if (count > GROUP_DICT_MAX || !vv_varint_read(&p, v->end, &len) ||
		    len > (uint64_t)(v->end - p)) {
			return false;
		}
		sum += len;
	}
	if (sum > (uint64_t)(v->end - p) || (uint64_t)(v->end - p) - sum != v->rows) {
		return false;
	}
	/* a row that names no value is damage */
	for (size_t i = 0; i < v->rows; i++) {
		if (p[sum + i] >= count) {
			return false;
		}
	}
	text = p;
	for (uint64_t i = 0; i < count; i++) {
		if (!vv_varint_read(&lens, v->end, &len)) {
			return false;
		}
		cell.text = (const char *)text;
		cell.len = (uint32_t)len;
		if (!fn(payload, &cell)) {
			return false;
		}
		text += len;
	}
	return true;
}

/* The bytes of all values of a column of texts, end to end; NULL when not as expected. */
static const uint8_t *text_bytes(const view *v, size_t *len, bool *some_empty)
{
	const uint8_t *p = v->p;
	uint64_t n, sum = 0;

	*some_empty = false;
	if (p == v->end) {
		return NULL;
	}
	switch (*p++) {
	case GROUP_LEN_EQUAL:
		if (!vv_varint_read(&p, v->end, &n) || n > (uint64_t)(v->end - p)) {
			return NULL;
		}
		sum = n * v->rows;
		*some_empty = n == 0;
		break;
	case GROUP_LEN_BYTES:
		if ((size_t)(v->end - p) < v->rows) {
			return NULL;
		}
		for (size_t i = 0; i < v->rows; i++) {
			sum += p[i];
			*some_empty = *some_empty || p[i] == 0;
		}
		p += v->rows;
		break;
	case GROUP_LEN_VARINTS:
		for (size_t i = 0; i < v->rows; i++) {
			if (!vv_varint_read(&p, v->end, &n) || n > (uint64_t)(v->end - p)) {
				return NULL;
			}
			sum += n;
			*some_empty = *some_empty || n == 0;
		}
		break;
	default:
		return NULL;
	}
	*len = (size_t)(v->end - p);
	return sum == *len ? p : NULL;
}

/* The numbers of a typed column. */
typedef struct numbers {
	const uint8_t *planes;
	size_t count;
	unsigned width, scale, form;
	bool deltas, empties;
	uint64_t base;
} numbers;

static bool open_numbers(numbers *n, const view *v)
{
	const uint8_t *p = v->p;
	uint64_t base;
	size_t empty = 0;
	uint8_t flags;

	if (v->end - p < 4) {
		return false;
	}
	flags = *p++;
	n->form = flags >> GROUP_FORM_SHIFT;
	n->deltas = (flags & GROUP_DELTAS) != 0;
	n->empties = (flags & GROUP_EMPTIES) != 0;
	n->scale = v->encoding == GROUP_DECIMAL || v->encoding == GROUP_DATETIME ? *p++ : 0;
	n->width = *p++;
	if (n->width > 8 || n->scale >= CHECK_SCALES || !vv_varint_read(&p, v->end, &base)) {
		return false;
	}
	n->base = (uint64_t)group_unzigzag(base);
	if (n->empties) {
		if ((size_t)(v->end - p) < v->rows) {
			return false;
		}
		for (size_t i = 0; i < v->rows; i++) {
			if (p[i] > 1) {
				return false;
			}
			empty += p[i];
		}
		p += v->rows;
	}
	n->count = v->rows - empty;
	n->planes = p;
	return (size_t)(v->end - p) == n->count * n->width;
}

#define BATCH 256u

/* Are all numbers from least to most? */
static bool within(const numbers *n, int64_t least, int64_t most, uint64_t *unit)
{
	uint64_t last = n->base;
	int64_t low = INT64_MAX, high = INT64_MIN;

	for (size_t at = 0; at < n->count; at += BATCH) {
		size_t have = n->count - at < BATCH ? n->count - at : BATCH;

		vv_planes_join(unit, n->planes + at, n->count, have, n->width);
		for (size_t i = 0; i < have; i++) {
			int64_t v;

			if (n->deltas) {
				last += (uint64_t)group_unzigzag(unit[i]);
			}
			v = (int64_t)(n->deltas ? last : n->base + unit[i]);
			low = v < low ? v : low;
			high = v > high ? v : high;
		}
		if (low < least || high > most) {
			return false;
		}
	}
	return true;
}

/* What a column's texts are held against. */
typedef struct looking {
	check_worker *w;
	const check_plan *p;
	const check_column *c;
} looking;

static bool text_is_right(void *payload, const vv_cell *cell)
{
	looking *l = payload;

	return check_cell(l->w, l->p, l->c, cell) == 0;
}

static bool takes_numbers(const vv_field *f, bool decimals)
{
	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING:
		return f->format[0] == 'd';
	case VV_TYPE_INTEGER:
		return !decimals;
	case VV_TYPE_NUMBER:
		return !decimals ||
		       (f->decimal[0] == '.' && f->decimal[1] == '\0' && f->group[0] != '.');
	default:
		return false;
	}
}

static bool takes_dates(const vv_field *f, unsigned encoding, unsigned form)
{
	switch (f->type) {
	case VV_TYPE_ANY:
		return true;
	case VV_TYPE_STRING:
		return f->format[0] == 'd';
	case VV_TYPE_DATE:
		return encoding == GROUP_DATE && !f->plan;
	case VV_TYPE_DATETIME:
		return encoding == GROUP_DATETIME && !f->plan && !(form & GROUP_SPACE);
	default:
		return false;
	}
}

static bool numbers_clean(check_worker *w, const check_plan *p, const check_column *c,
			  const view *v)
{
	static const vv_cell empty = {.text = "", .state = VV_CELL_TEXT};
	bool dates = v->encoding == GROUP_DATE || v->encoding == GROUP_DATETIME;
	const check_range *r;
	numbers n;

	/* in JSON a text that looks like a number is a string, and numbers are literals */
	if (!open_numbers(&n, v) || !c->spare || (p->json && !dates)) {
		return false;
	}
	if (!c->field) {
		return true;
	}
	if (c->typed_missing ||
	    !(dates ? takes_dates(c->field, v->encoding, n.form)
		    : takes_numbers(c->field, v->encoding == GROUP_DECIMAL)) ||
	    (n.empties && check_cell(w, p, c, &empty) != 0)) {
		return false;
	}
	if (!c->has_bounds) {
		return true;
	}
	if (v->encoding == GROUP_DATETIME) {
		return false;
	}
	r = &c->ranges[n.scale];
	return r->usable && within(&n, r->least, r->most, w->numbers);
}

static bool text_clean(const check_column *c, const view *v)
{
	bool some_empty;
	size_t len;
	const uint8_t *bytes = text_bytes(v, &len, &some_empty);

	if (!bytes || !c->spare || c->has_bounds) {
		return false;
	}
	if (c->field && c->field->type != VV_TYPE_ANY &&
	    !(c->field->type == VV_TYPE_STRING && c->field->format[0] == 'd')) {
		return false;
	}
	/* an empty text is missing by default; others may be named so too */
	if (c->required && (some_empty || c->field->missing[0] == NULL ||
			    c->field->missing[0][0] != '\0' || c->field->missing[1] != NULL)) {
		return false;
	}
	if (c->encoding == CHECK_OFF) {
		return true;
	}
	for (size_t i = 0; i < len; i++) {
		if (bytes[i] >= 0x80) {
			return false;
		}
	}
	return true;
}

bool check_view_clean(check_worker *w, const check_plan *p, const check_column *c,
		      const vv_group *g)
{
	looking l = {w, p, c};
	view v;

	if (!open_view(&v, g, c->place)) {
		return false;
	}
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_right, &l);
	case GROUP_TEXT:
		return text_clean(c, &v);
	case GROUP_INTEGER:
	case GROUP_DECIMAL:
	case GROUP_DATE:
	case GROUP_DATETIME:
		return numbers_clean(w, p, c, &v);
	default:
		return false;
	}
}

static bool text_is_filled(void *payload, const vv_cell *cell)
{
	(void)payload;
	return cell->len > 0;
}

bool check_view_filled(const vv_group *g, size_t column)
{
	bool some_empty;
	numbers n;
	size_t len;
	view v;

	if (!open_view(&v, g, column)) {
		return false;
	}
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_filled, NULL);
	case GROUP_TEXT:
		return text_bytes(&v, &len, &some_empty) && !some_empty;
	default:
		return v.encoding <= GROUP_DATETIME && open_numbers(&n, &v) && !n.empties;
	}
}

static bool has_line_end(const void *bytes, size_t len)
{
	return len > 0 && (memchr(bytes, '\n', len) || memchr(bytes, '\r', len));
}

static bool text_is_one_line(void *payload, const vv_cell *cell)
{
	(void)payload;
	return !has_line_end(cell->text, cell->len);
}

bool check_view_one_line(const vv_group *g, size_t column)
{
	const uint8_t *bytes;
	bool some_empty;
	size_t len;
	view v;

	if (!open_view(&v, g, column)) {
		return false;
	}
	switch (v.encoding) {
	case GROUP_CONST:
	case GROUP_DICT:
		return each_text(&v, text_is_one_line, NULL);
	case GROUP_TEXT:
		bytes = text_bytes(&v, &len, &some_empty);
		return bytes && !has_line_end(bytes, len);
	default:
		return v.encoding <= GROUP_DATETIME;
	}
}
