/*
 * display: the two families of formats of a column, and which of them its cells prove.
 */
#include "diff/spreadsheet/display.h"

#include <string.h>

#include "base/sys.h"
#include "diff/spreadsheet/display_internal.h"

#define PARTS_MIN 3u /* displays of a part that are needed to believe others */

struct vv_display {
	display_numbers numbers, serials; /* of numbers; of moments that are shown as numbers */
	display_moments *moments;
	display_moment form; /* of the first moment; with seconds if any moment has some */
	bool has_form;
	enum { CHOSEN_NONE, CHOSEN_NUMBER, CHOSEN_SERIAL, CHOSEN_MOMENT } chosen;
	/* cells: displays that differ from the text of the older version, of these displays of a
	 * part, cells that the format would have changed, and edits */
	uint64_t hits, parts, misses, edits;
	size_t places_min, places_max; /* behind the mark, in numbers of the older version */
	bool has_places;
	char mark; /* the decimal mark of these numbers; 0: none has a fraction */
};

/* A value that has displays. */
typedef struct value {
	vv_number_text number;
	display_moment moment;
	enum { VALUE_NONE, VALUE_NUMBER, VALUE_MOMENT } kind;
} value;

static void read_value(value *v, const vv_cell *c)
{
	v->kind = VALUE_NONE;
	if (c->state != VV_CELL_TEXT || c->len == 0) return;
	if (vv_number_text_read(&v->number, c->text, c->len)) {
		v->kind = VALUE_NUMBER;
	} else if (display_moment_read(&v->moment, c->text, c->len)) {
		v->kind = VALUE_MOMENT;
		display_moment_number(&v->number, &v->moment);
	}
}

vv_display *vv_display_new(void)
{
	vv_auto(vv_display) *d = vv_calloc(1, sizeof(*d));

	if (!d || !(d->moments = display_moments_new())) return NULL;
	return vv_take(&d);
}

void vv_display_free(vv_display *d)
{
	if (!d) return;
	display_moments_free(d->moments);
	vv_free(d);
}

bool vv_display_could(const vv_cell *was, const vv_cell *is)
{
	display_numbers numbers = {.count = 0};
	value v;

	read_value(&v, was);
	if (v.kind == VALUE_NONE || is->state != VV_CELL_TEXT || is->len == 0) return false;
	display_numbers_learn(&numbers, &v.number, is->text, is->len);
	return numbers.count > 0 ||
	       (v.kind == VALUE_MOMENT && display_moments_could(&v.moment, is->text, is->len));
}

static void note_places(vv_display *d, const vv_number_text *n)
{
	if (!d->has_places || n->places < d->places_min) {
		d->places_min = n->places;
	}
	if (!d->has_places || n->places > d->places_max) {
		d->places_max = n->places;
	}
	if (!d->mark) {
		d->mark = n->mark;
	}
	d->has_places = true;
}

void vv_display_learn(vv_display *d, const vv_cell *was, const vv_cell *is)
{
	value v;

	read_value(&v, was);
	if (v.kind == VALUE_NONE || is->state != VV_CELL_TEXT || is->len == 0) return;
	if (v.kind == VALUE_NUMBER) {
		display_numbers_learn(&d->numbers, &v.number, is->text, is->len);
		note_places(d, &v.number);
		return;
	}
	if (!d->has_form) {
		d->form = v.moment;
		d->has_form = true;
	}
	if (v.moment.second > 0) {
		d->form.second = v.moment.second;
	}
	display_numbers_learn(&d->serials, &v.number, is->text, is->len);
	display_moments_learn(d->moments, &v.moment, is->text, is->len);
}

char vv_display_mark(const vv_display *d, uint64_t *votes)
{
	const display_number *n = d->numbers.chosen;

	if (d->chosen == CHOSEN_SERIAL) {
		n = d->serials.chosen;
	}
	if (!n || !n->mark || d->chosen == CHOSEN_MOMENT) return '\0';
	*votes += n->hits;
	return n->mark;
}

void vv_display_settle(vv_display *d, char mark)
{
	const bool moment = display_moments_settle(d->moments);

	display_numbers_settle(&d->numbers, mark);
	display_numbers_settle(&d->serials, mark);
	d->chosen = CHOSEN_NONE;
	if (d->numbers.chosen) {
		d->chosen = CHOSEN_NUMBER;
	} else if (d->serials.chosen && d->serials.chosen->hits > 1) {
		d->chosen = CHOSEN_SERIAL;
	} else if (moment) {
		d->chosen = CHOSEN_MOMENT;
	}
	d->hits = d->parts = d->misses = d->edits = 0;
}

/* Times are shown with 15 digits in the format General: all that they have. */
static vv_display_answer serial_answer(const display_number *f, const vv_number_text *n,
				       const char *text, size_t len)
{
	const vv_display_answer a = display_numbers_of(f, n, text, len);

	return a == VV_DISPLAY_PART && f->style == DISPLAY_GENERAL ? VV_DISPLAY_WHOLE : a;
}

static bool is_of_chosen(const vv_display *d, const value *v)
{
	return d->chosen != CHOSEN_NONE &&
	       v->kind == (d->chosen == CHOSEN_NUMBER ? VALUE_NUMBER : VALUE_MOMENT);
}

/* v: of the kind that the chosen format shows. */
static vv_display_answer answer_for(const vv_display *d, const value *v, const vv_cell *is)
{
	if (is->state != VV_CELL_TEXT || is->len == 0) return VV_DISPLAY_NO;
	switch (d->chosen) {
	case CHOSEN_NUMBER:
		return display_numbers_of(d->numbers.chosen, &v->number, is->text, is->len);
	case CHOSEN_SERIAL:
		return serial_answer(d->serials.chosen, &v->number, is->text, is->len);
	case CHOSEN_MOMENT:
		return display_moments_of(d->moments, &v->moment, is->text, is->len);
	case CHOSEN_NONE:
		break;
	}
	return VV_DISPLAY_NO;
}

vv_display_answer vv_display_of(const vv_display *d, const vv_cell *was, const vv_cell *is)
{
	value v;

	read_value(&v, was);
	return is_of_chosen(d, &v) ? answer_for(d, &v, is) : VV_DISPLAY_NO;
}

vv_display_answer vv_display_count(vv_display *d, const vv_cell *was, const vv_cell *is)
{
	vv_display_answer a = VV_DISPLAY_NO;
	value v;

	read_value(&v, was);
	if (!is_of_chosen(d, &v)) return VV_DISPLAY_NO;
	if (!vv_cell_equal(was, is)) {
		a = answer_for(d, &v, is);
		d->hits += a != VV_DISPLAY_NO;
		d->parts += a == VV_DISPLAY_PART;
		d->edits += a == VV_DISPLAY_NO;
	} else if (d->chosen != CHOSEN_NUMBER ||
		   display_number_changes(d->numbers.chosen, &v.number)) {
		d->misses++;
	}
	return a;
}

/* Words of dates are learned from the cells, so more of them are needed: months of another calendar
 * follow ours in half of the cells. */
bool vv_display_proven(const vv_display *d)
{
	const uint64_t edits = d->chosen == CHOSEN_MOMENT ? 2 * d->edits : d->edits;

	return d->hits > 1 && d->hits > d->misses && d->hits > edits;
}

bool vv_display_parts_proven(const vv_display *d)
{
	const bool words_only = d->chosen == CHOSEN_MOMENT &&
				display_moments_whole(d->moments, &d->form);

	return vv_display_proven(d) && (words_only || d->parts >= PARTS_MIN);
}

/* Other formats than General round days to hours, or to some days. */
static bool is_whole_serial(const vv_display *d, const display_number *f)
{
	if (f->style == DISPLAY_GENERAL) return true;
	return f->style == DISPLAY_PLAIN && !d->form.has_time && !f->percent;
}

static bool put_serial(vv_buf *out, const vv_display *d, const vv_number_text *n)
{
	display_moment m = {.day = 1};
	uint64_t days = 0, part = 0;

	if (n->negative || n->point > 7 || n->point < -4) return false;
	for (long i = 0; i < n->point; i++) {
		days = days * 10 + (i < (long)n->count ? (unsigned)(n->digits[i] - '0') : 0);
	}
	for (long i = 0; i < 12; i++) { /* billionths of a day, and three digits to round */
		const long at = n->point + i;

		part = part * 10 +
		       (at >= 0 && at < (long)n->count ? (unsigned)(n->digits[at] - '0') : 0);
	}
	if (part > 0 && !d->form.has_time) return false;
	const uint64_t seconds = (part * 864 + 5000000000u) / 10000000000u;
	if (seconds >= 86400) return false;
	display_moment_set_days(&m, (long)days);
	m.hour = (int)(seconds / 3600);
	m.minute = (int)(seconds / 60 % 60);
	m.second = (int)(seconds % 60);
	display_moment_put(out, &m, &d->form);
	return true;
}

/* With as many places as all numbers of the older version have, if they have as many. The format
 * General shows a number as it was entered, so it is kept so. */
static void put_number(vv_buf *out, const vv_display *d, const display_number *f,
		       const vv_number_text *n)
{
	size_t places = n->count > 0 && (long)n->count > n->point ? n->count - (size_t)n->point : 0;

	const char mark = d->mark ? d->mark : '.';

	vv_number_text_put(out, n, mark);
	if (f->style == DISPLAY_GENERAL || !d->has_places || d->places_min != d->places_max ||
	    places >= d->places_max) {
		return;
	}
	if (places == 0) {
		vv_buf_putc(out, mark);
	}
	for (; places < d->places_max; places++) {
		vv_buf_putc(out, '0');
	}
}

bool vv_display_put_value(vv_buf *out, const vv_display *d, const vv_cell *is)
{
	vv_number_text n;
	display_moment m;

	if (d->chosen == CHOSEN_NONE || is->state != VV_CELL_TEXT || is->len == 0) return false;
	if (d->chosen == CHOSEN_MOMENT) {
		const bool whole = display_moments_value(&m, d->moments, &d->form, is->text,
							 is->len);

		if (whole) {
			display_moment_put(out, &m, &d->form);
		}
		return whole;
	}
	const display_number *f = d->numbers.chosen;
	if (d->chosen == CHOSEN_SERIAL) {
		f = d->serials.chosen;
	}
	if (!display_number_value(&n, f, is->text, is->len)) return false;
	if (d->chosen == CHOSEN_SERIAL) return is_whole_serial(d, f) && put_serial(out, d, &n);
	put_number(out, d, f, &n);
	return true;
}
