/*
 * group_typed: knows which columns are numbers or dates in disguise.
 *
 * Only spellings that writing gives back exactly count, so that the text is what
 * is kept, whatever the schema thinks that it means. Reading stops at the first
 * value that does not fit: a column of names costs one look.
 */
#include "dataset/format/group_encode_internal.h"

#include "dataset/format/planes.h"
#include "dataset/format/spelling.h"

/* What is learnt of the numbers while they are read. */
typedef struct spread {
	int64_t least, most, last;
	uint64_t zigzags; /* or of all deltas, as far as they do not wrap */
} spread;

static inline void spread_note(spread *s, int64_t v)
{
	/* wraps only where the range is too wide for deltas anyway */
	s->zigzags |= group_zigzag((int64_t)((uint64_t)v - (uint64_t)s->last));
	s->least = v < s->least ? v : s->least;
	s->most = v > s->most ? v : s->most;
	s->last = v;
}

static inline bool read_one(int64_t *out, const vv_cell *cell, uint64_t key, int encoding,
			    const group_typed *t)
{
	switch (encoding) {
	case GROUP_INTEGER:
		return spell_read_integer(out, cell->text, cell->len, key);
	case GROUP_DATE:
		return spell_read_date(out, cell->text, cell->len, key);
	default:
		return spell_read_datetime(out, cell->text, cell->len, key,
					   (t->form & GROUP_SPACE) != 0,
					   (t->form & GROUP_ZULU) != 0, t->scale);
	}
}

/* All values but decimals; inlined once for each encoding. */
static inline bool read_all(vv_group_encoder *e, const group_values *c, int encoding,
			    group_typed *t, spread *s)
{
	int64_t *out = e->number;
	spread sum = *s;
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		int64_t v;

		e->empty[i] = cell->len == 0;
		if (cell->len == 0) {
			continue;
		}
		if (!read_one(&v, cell, e->key[i], encoding, t)) {
			return false;
		}
		out[m++] = v;
		spread_note(&sum, v);
	}
	t->count = m;
	*s = sum;
	return true;
}

/* The form and scale of what may be a datetime. */
static bool datetime_form(const vv_cell *cell, group_typed *t)
{
	size_t end = cell->len;

	if (end < 19) {
		return false;
	}
	t->form = cell->text[10] == ' ' ? GROUP_SPACE : 0;
	if (cell->text[end - 1] == 'Z') {
		t->form |= GROUP_ZULU;
		end--;
	}
	t->scale = end > 20 ? (unsigned)(end - 20) : 0;
	return end != 20 && end <= 20 + SPELL_PARTS_MAX;
}

/* What the decimals of a column have in common. */
typedef struct decimals {
	int least, most; /* digits behind the point; -1: no point */
	bool trimmed;    /* no fraction ends in a zero */
	bool one;        /* none but .0 does */
} decimals;

/* Notes one value's fraction; false when no form is left that fits all so far. */
static inline bool note_fraction(decimals *d, const vv_cell *cell, int fraction)
{
	d->least = fraction < d->least ? fraction : d->least;
	d->most = fraction > d->most ? fraction : d->most;
	if (fraction > 0 && cell->text[cell->len - 1] == '0') {
		d->trimmed = false;
		d->one = d->one && fraction == 1;
	}
	return d->least == d->most || d->trimmed || (d->one && d->least > 0);
}

/* Numbers with their signs and in units of the scale. e->number has the digits,
 * e->fraction 1 + the fractions. */
static bool scale_decimals(vv_group_encoder *e, const group_values *c, const group_typed *t,
			   spread *s)
{
	spread sum = *s;
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		uint64_t u = (uint64_t)e->number[m];
		unsigned fraction = e->fraction[i] ? e->fraction[i] - 1u : 0;
		int64_t v;

		if (e->empty[i]) {
			continue;
		}
		if (__builtin_mul_overflow(u, spell_power[t->scale - fraction], &u) ||
		    !spell_signed(&v, u, (e->key[i] & 0xff) == '-')) {
			return false;
		}
		sum.last = m == 0 ? v : sum.last;
		e->number[m++] = v;
		spread_note(&sum, v);
	}
	*s = sum;
	return true;
}

static bool read_decimals(vv_group_encoder *e, const group_values *c, group_typed *t, spread *s)
{
	decimals d = {99, -1, true, true};
	size_t m = 0;

	for (size_t i = 0; i < c->count; i++) {
		const vv_cell *cell = &e->cell[i];
		uint64_t u;
		int fraction;

		e->empty[i] = cell->len == 0;
		if (cell->len == 0) {
			continue;
		}
		fraction = spell_fraction(cell->text, cell->len, e->key[i]);
		if (fraction == 0 || fraction > 18 || !note_fraction(&d, cell, fraction) ||
		    !spell_read_fraction(&u, cell->text, cell->len, e->key[i], fraction)) {
			return false;
		}
		e->fraction[i] = (uint8_t)(fraction + 1);
		e->number[m++] = (int64_t)u;
	}
	if (d.most < 1) {
		return false;
	}
	t->count = m;
	t->scale = (unsigned)d.most;
	t->form = d.least == d.most ? GROUP_FIXED : d.trimmed ? GROUP_TRIMMED : GROUP_TRIMMED_ONE;
	return scale_decimals(e, c, t, s);
}

/* Reads the column as what its first value looks like. */
static bool read_numbers(vv_group_encoder *e, const group_values *c, group_typed *t, spread *s)
{
	const vv_cell *first = e->cell;
	const uint64_t *key = e->key;

	for (; first->len == 0; first++) {
		key++;
	}
	t->form = t->scale = 0;
	s->least = INT64_MAX;
	s->most = INT64_MIN;
	s->zigzags = 0;
	if ((unsigned)(*key & 0xff) - '0' > 9 && (*key & 0xff) != '-') {
		return false;
	}
	if (first->len >= 10 && spell_read_date(&s->last, first->text, 10, *key)) {
		t->encoding = first->len == 10 ? GROUP_DATE : GROUP_DATETIME;
		if (first->len == 10) {
			return read_all(e, c, GROUP_DATE, t, s);
		}
		return datetime_form(first, t) &&
		       spell_read_datetime(&s->last, first->text, first->len, *key,
					   (t->form & GROUP_SPACE) != 0,
					   (t->form & GROUP_ZULU) != 0, t->scale) &&
		       read_all(e, c, GROUP_DATETIME, t, s);
	}
	t->encoding = GROUP_INTEGER;
	if (spell_read_integer(&s->last, first->text, first->len, *key) &&
	    read_all(e, c, GROUP_INTEGER, t, s)) {
		return true;
	}
	t->encoding = GROUP_DECIMAL;
	return read_decimals(e, c, t, s);
}

/* Chooses between plain numbers and deltas. Deltas must save two bits: bytes that
 * they do not save they cost again when the planes are compressed. */
static void choose_units(const vv_group_encoder *e, group_typed *t, const spread *s)
{
	uint64_t range = (uint64_t)s->most - (uint64_t)s->least;
	unsigned bits = group_bit_len(range), delta_bits = group_bit_len(s->zigzags);

	t->deltas = range <= INT64_MAX && delta_bits + 2 <= bits;
	t->width = ((t->deltas ? delta_bits : bits) + 7) / 8;
	if (t->deltas) {
		t->base = e->number[0];
	} else if (s->least >= 0 && (group_bit_len((uint64_t)s->most) + 7) / 8 == t->width) {
		t->base = 0; /* as wide, and a new least number does not move all others */
	} else {
		t->base = s->least;
	}
}

static void fill_units(vv_group_encoder *e, const group_typed *t)
{
	const int64_t *number = e->number;

	if (!t->deltas) {
		for (size_t i = 0; i < t->count; i++) {
			e->unit[i] = (uint64_t)number[i] - (uint64_t)t->base;
		}
		return;
	}
	e->unit[0] = 0;
	for (size_t i = 1; i < t->count; i++) {
		e->unit[i] = group_zigzag(number[i] - number[i - 1]);
	}
}

static bool has_scale(const group_typed *t)
{
	return t->encoding == GROUP_DECIMAL || t->encoding == GROUP_DATETIME;
}

bool group_typed_read(vv_group_encoder *e, const group_values *c, group_typed *t)
{
	spread s;

	if (!read_numbers(e, c, t, &s)) {
		return false;
	}
	choose_units(e, t, &s);
	t->size = 2u + has_scale(t) + vv_varint_len(group_zigzag(t->base)) +
		  (t->count < c->count ? c->count : 0) + t->count * t->width;
	return true;
}

void group_typed_put(vv_group_encoder *e, const group_values *c, const group_typed *t)
{
	vv_buf *b = &e->body;
	bool empties = t->count < c->count;

	vv_buf_putc(b, (int)((empties ? GROUP_EMPTIES : 0u) | (t->deltas ? GROUP_DELTAS : 0u) |
			     t->form << GROUP_FORM_SHIFT));
	if (has_scale(t)) {
		vv_buf_putc(b, (int)t->scale);
	}
	vv_buf_putc(b, (int)t->width);
	vv_buf_put_varint(b, group_zigzag(t->base));
	if (empties) {
		vv_buf_put(b, e->empty, c->count);
	}
	if (!vv_buf_reserve(b, t->count * t->width)) {
		return;
	}
	fill_units(e, t);
	vv_planes_split((uint8_t *)b->data + b->len, e->unit, t->count, t->width);
	b->len += t->count * t->width;
}
