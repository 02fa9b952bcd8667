/*
 * group_numbers: numbers and dates of a column as text: 256 at a time from their byte planes, and
 * each in its one spelling.
 */
#include "dataset/format/group_internal.h"

#include <assert.h>
#include <stddef.h>
#include <string.h>

#include "dataset/format/planes.h"
#include "dataset/format/spelling.h"

/* An empty text may be copied sixteen bytes at a time, too (group_lines.h). */
static const char no_text[16];
static const char outside_years[] = "a date is outside the years 1 to 9999";

#define BATCH 256u /* numbers decoded at a time; fits the first-level cache with room */

/* Numbers on their way from planes to text. */
typedef struct numbers {
	group_numbers of;
	size_t taken; /* of the numbers */
	unsigned form;
	int encoding;
	bool deltas;
	uint64_t value;  /* base; of deltas the last number */
	char *out;       /* room for the texts of the batch */
	size_t at, have; /* in unit */
	uint64_t unit[BATCH];
} numbers;

bool group_number_head_fits(int encoding, unsigned form, unsigned scale)
{
	switch (encoding) {
	case GROUP_DECIMAL:
		return form < GROUP_DECIMAL_FORMS && scale > 0 && scale <= 18;
	case GROUP_DATETIME:
		return form < GROUP_DATETIME_FORMS && scale <= SPELL_PARTS_MAX;
	default:
		return form == 0;
	}
}

static const char incomplete[] = "it is incomplete";
static const char bad_head[] = "the header of its numbers is damaged";

/* What is damaged; NULL: nothing. */
static const char *damage_of(group_numbers *n, const uint8_t *p, const uint8_t *end, size_t rows,
			     int encoding)
{
	bool scaled = encoding == GROUP_DECIMAL || encoding == GROUP_DATETIME;
	size_t empties = 0;
	uint64_t base;

	if (end - p < 3 + scaled) return incomplete;
	n->flags = *p++;
	n->scale = scaled ? *p++ : 0;
	n->width = *p++;
	if (n->width > 8 || !vv_varint_read(&p, end, &base)) return bad_head;
	n->base = (uint64_t)group_unzigzag(base);
	n->empty = NULL;
	if (n->flags & GROUP_EMPTIES) {
		if ((size_t)(end - p) < rows) return incomplete;
		if (!group_count_marks(p, rows, &empties)) {
			return "the marks of its empty values are damaged";
		}
		n->empty = p;
		p += rows;
	}
	n->count = rows - empties;
	n->planes = p;
	return (size_t)(end - p) == n->count * n->width
		       ? NULL
		       : "its length does not match the number of rows";
}

bool group_numbers_open(group_numbers *n, const uint8_t *p, const uint8_t *end, size_t rows,
			int encoding)
{
	return !damage_of(n, p, end, rows, encoding);
}

uint64_t *group_numbers_bounded(const group_numbers *n, int64_t *least, int64_t *most,
				vv_arena *arena)
{
	uint64_t *values = vv_arena_alloc(arena, (n->count + 1) * sizeof(*values)), at = n->base;
	const bool deltas = n->flags & GROUP_DELTAS;
	int64_t low = INT64_MAX, high = INT64_MIN;
	uint64_t below = UINT64_MAX, above = 0;

	if (!values) return NULL;
	vv_planes_join(values, n->planes, n->count, n->count, n->width);
	for (size_t i = 0; deltas && i < n->count; i++) {
		values[i] = at += (uint64_t)group_unzigzag(values[i]);
		low = (int64_t)at < low ? (int64_t)at : low;
		high = (int64_t)at > high ? (int64_t)at : high;
	}
	for (size_t i = 0; !deltas && i < n->count; i++) {
		below = values[i] < below ? values[i] : below;
		above = values[i] > above ? values[i] : above;
		values[i] += at;
	}
	if (!deltas) { /* no encoder writes numbers that wrap around */
		const bool wraps = (int64_t)(at + above) < (int64_t)at;

		low = wraps ? INT64_MIN : (int64_t)(at + below);
		high = wraps ? INT64_MAX : (int64_t)(at + above);
	}
	*least = n->count > 0 ? low : 0;
	*most = n->count > 0 ? high : 0;
	return values;
}

uint64_t *group_numbers_join(const group_numbers *n, vv_arena *arena)
{
	int64_t ignored[2];

	return group_numbers_bounded(n, &ignored[0], &ignored[1], arena);
}

static vv_status open_numbers(numbers *n, group_reading *in, int encoding, vv_error *err)
{
	const char *why;

	memset(n, 0, offsetof(numbers, unit));
	why = group_left(in) < 4 ? incomplete
				 : damage_of(&n->of, in->p, in->end, in->count, encoding);
	n->encoding = encoding;
	n->form = n->of.flags >> GROUP_FORM_SHIFT;
	n->deltas = (n->of.flags & GROUP_DELTAS) != 0;
	n->value = n->of.base;
	if (!why && !group_number_head_fits(encoding, n->form, n->of.scale)) {
		why = bad_head;
	}
	if (why) return group_bad(in, why, err);
	in->p = n->of.planes;
	return VV_OK;
}

/* The next up to BATCH numbers into n->unit. */
static void next_units(numbers *n)
{
	size_t have = n->of.count - n->taken < BATCH ? n->of.count - n->taken : BATCH;

	vv_planes_join(n->unit, n->of.planes + n->taken, n->of.count, have, n->of.width);
	for (size_t i = 0; i < have; i++) {
		if (n->deltas) {
			n->value += (uint64_t)group_unzigzag(n->unit[i]);
			n->unit[i] = n->value;
		} else {
			n->unit[i] += n->value;
		}
	}
	n->taken += have;
	n->have = have;
	n->at = 0;
}

/* The same, and room for their texts. */
static bool next_batch(numbers *n, vv_arena *arena)
{
	size_t most = n->of.scale + 3u; /* sign, a digit, the point */
	uint64_t all = 0;

	next_units(n);
	for (size_t i = 0; i < n->have; i++) {
		all |= n->unit[i] ^ (0 - (n->unit[i] >> 63));
	}
	if (all != 0) {
		/* digits of a number of b bits: at most b * 0.302 + 1 */
		size_t digits = (64u - (unsigned)__builtin_clzll(all)) * 309u / 1024u + 4u;

		most = digits > most ? digits : most;
	}
	if (n->encoding == GROUP_DATE || n->encoding == GROUP_DATETIME) {
		most = n->encoding == GROUP_DATE ? 10 : 21 + SPELL_PARTS_MAX;
	}
	n->out = vv_arena_alloc(arena, n->have * most + VV_SPELL_MAX);
	return n->out != NULL;
}

/* Writes one number; its length, or 0 for one that is not a date. */
static inline size_t write_number(char *out, int64_t v, const numbers *n)
{
	switch (n->encoding) {
	case GROUP_INTEGER:
		return spell_write_integer(out, v);
	case GROUP_DECIMAL:
		return spell_write_decimal(out, v, n->of.scale,
					   group_digits_kept(n->form, n->of.scale));
	case GROUP_DATE:
		return spell_write_date(out, v) ? 10 : 0;
	default:
		return spell_write_datetime(out, v, (n->form & GROUP_SPACE) != 0,
					    (n->form & GROUP_ZULU) != 0, n->of.scale);
	}
}

/* Numbers of one byte repeat: each is spelled once, where that can save work. */
#define FEW 256u
#define FEW_FROM 64u /* numbers in the column */

static bool has_few(const numbers *n)
{
	return n->of.width <= 1 && !n->deltas && n->of.count >= FEW_FROM;
}

/* All cells of a column whose numbers are a byte each. */
static vv_status read_few(group_reading *in, numbers *n, vv_error *err)
{
	vv_cell known[FEW] = {0};
	const uint8_t *at = n->of.planes;
	char *out = vv_arena_alloc(in->arena, FEW * VV_SPELL_MAX);

	if (!out) return vv_fail_nomem(err);
	for (size_t i = 0; i < in->count; i++) {
		if (n->of.empty && n->of.empty[i]) {
			group_set_cell(&in->cells[i * in->stride], no_text, 0, in->state);
			continue;
		}
		uint8_t unit = n->of.width == 1 ? *at++ : 0;
		if (!known[unit].text) {
			size_t len = write_number(out, (int64_t)(n->value + unit), n);
			if (len == 0) return group_bad(in, outside_years, err);
			group_set_cell(&known[unit], out, len, in->state);
			out += len;
		}
		in->cells[i * in->stride] = known[unit];
	}
	in->p = in->end;
	return VV_OK;
}

/* A loop for each kind of number: cells until the batch or the cells are used up. */
#define WRITE_ALL(write)                                                                           \
	for (; i < in->count; i++) {                                                               \
		vv_cell *cell = &in->cells[i * in->stride];                                        \
		if (n->of.empty && n->of.empty[i]) {                                               \
			group_set_cell(cell, no_text, 0, in->state);                               \
			continue;                                                                  \
		}                                                                                  \
		if (n->at == n->have) {                                                            \
			break;                                                                     \
		}                                                                                  \
		const int64_t v = (int64_t)n->unit[n->at++];                                       \
		const size_t len = (write);                                                        \
		if (len == 0) {                                                                    \
			return SIZE_MAX;                                                           \
		}                                                                                  \
		group_set_cell(cell, out, len, in->state);                                         \
		out += len;                                                                        \
	}

/* A date often is the day of the row before. */
static size_t write_dates(group_reading *in, numbers *n, size_t from)
{
	size_t i = from;
	char *out = n->out;
	const char *text = NULL;
	int64_t day = 0;

	for (; i < in->count; i++) {
		vv_cell *cell = &in->cells[i * in->stride];

		if (n->of.empty && n->of.empty[i]) {
			group_set_cell(cell, no_text, 0, in->state);
			continue;
		}
		if (n->at == n->have) {
			break;
		}
		const int64_t v = (int64_t)n->unit[n->at++];
		if (!text || v != day) {
			if (!spell_write_date(out, v)) return SIZE_MAX;
			text = out;
			day = v;
			out += 10;
		}
		group_set_cell(cell, text, 10, in->state);
	}
	return i;
}

/* Texts for cells from `from` on, until the batch or the cells are used up;
 * returns the next cell, or SIZE_MAX for a number that is not a date. */
static size_t write_batch(group_reading *in, numbers *n, size_t from)
{
	const unsigned keep = group_digits_kept(n->form, n->of.scale);
	size_t i = from;
	char *out = n->out;

	if (n->encoding == GROUP_DATE) return write_dates(in, n, from);
	if (n->encoding == GROUP_INTEGER) {
		WRITE_ALL(spell_write_integer(out, v));
	} else if (n->encoding == GROUP_DECIMAL) {
		WRITE_ALL(spell_write_decimal(out, v, n->of.scale, keep));
	} else {
		WRITE_ALL(write_number(out, v, n));
	}
	return i;
}

vv_status group_number_cells(group_reading *in, int encoding, vv_error *err)
{
	numbers n;
	vv_status rc;
	size_t i = 0;

	if ((rc = open_numbers(&n, in, encoding, err)) < 0) return rc;
	if (has_few(&n)) return read_few(in, &n, err);
	while (i < in->count) {
		if (n.taken < n.of.count && !next_batch(&n, in->arena)) return vv_fail_nomem(err);
		i = write_batch(in, &n, i);
		if (i == SIZE_MAX) return group_bad(in, outside_years, err);
	}
	in->p = in->end;
	return VV_OK;
}

/* --- slots ------------------------------------------------------------------- */

/* Numbers of a byte each: every one of them is spelled once, and rows share it unless some are empty. */
static vv_status few_slots(group_reading *in, const numbers *n, group_slots *slots,
			   const group_slot_form *form, const group_slot *empty, bool *fits,
			   vv_error *err)
{
	group_slot *known = slots->slot + in->count;
	const bool shared = n->of.width == 1 && !n->of.empty;
	const uint8_t *at = n->of.planes;
	bool used[FEW] = {n->of.width == 0};
	size_t most = 0;

	for (size_t i = 0; n->of.width == 1 && i < n->of.count; i++) {
		used[at[i]] = true;
	}
	for (unsigned unit = 0; unit < FEW; unit++) {
		group_slot own[1 + GROUP_SLOT_SLACK];

		if (!used[unit]) {
			continue;
		}
		size_t len = write_number((char *)own + form->quoted, (int64_t)(n->value + unit),
					  n);
		if (len == 0) return group_bad(in, outside_years, err);
		len = group_end_slot(own, len, form->quoted, form);
		most = len > most ? len : most;
		known[unit] = own[0];
	}
	for (size_t i = 0; !shared && i < in->count; i++) {
		const bool none = n->of.empty && n->of.empty[i];

		if (none) {
			slots->slot[i] = *empty;
		} else {
			slots->slot[i] = known[n->of.width == 1 ? *at++ : 0];
		}
	}
	*slots = shared ? (group_slots){known, n->of.planes} : *slots;
	*fits = most <= GROUP_SLOT_TEXT;
	return VV_OK;
}

/* Slots of a column while they are made. */
typedef struct making {
	group_slot *slots;
	const group_slot_form *form;
	group_slot empty[1 + GROUP_SLOT_SLACK];
	size_t count, at; /* slots in all; made */
	size_t most;      /* bytes of the longest */
} making;

/* A loop for each kind of number: slots until the batch or the slots are used up. */
#define SLOT_ALL(write)                                                                            \
	for (; m->at < m->count; m->at++) {                                                        \
		group_slot *slot = &m->slots[m->at];                                               \
		char *out = (char *)slot + m->form->quoted;                                        \
		if (n->of.empty && n->of.empty[m->at]) {                                           \
			*slot = m->empty[0];                                                       \
			continue;                                                                  \
		}                                                                                  \
		if (n->at == n->have) {                                                            \
			break;                                                                     \
		}                                                                                  \
		const int64_t v = (int64_t)n->unit[n->at++];                                       \
		const size_t len = group_end_slot(slot, (write), m->form->quoted, m->form);        \
		m->most = len > m->most ? len : m->most;                                           \
	}

/* A date often is the day of the row before. False for one that does not exist. */
static bool date_slots(making *m, numbers *n)
{
	const group_slot *same = NULL;
	int64_t day = 0;

	for (; m->at < m->count; m->at++) {
		group_slot *slot = &m->slots[m->at];

		if (n->of.empty && n->of.empty[m->at]) {
			*slot = m->empty[0];
			continue;
		}
		if (n->at == n->have) {
			break;
		}
		const int64_t v = (int64_t)n->unit[n->at++];
		if (same && v == day) {
			*slot = *same;
		} else {
			if (!spell_write_date((char *)slot + m->form->quoted, v)) return false;
			group_end_slot(slot, 10, m->form->quoted, m->form);
			day = v;
		}
		same = slot;
	}
	return true;
}

static bool batch_slots(making *m, numbers *n)
{
	const unsigned keep = group_digits_kept(n->form, n->of.scale);

	if (n->encoding == GROUP_DATE) return date_slots(m, n);
	if (n->encoding == GROUP_INTEGER) {
		SLOT_ALL(spell_write_integer(out, v));
	} else {
		SLOT_ALL(spell_write_decimal(out, v, n->of.scale, keep));
	}
	return true;
}

vv_status group_number_slots(group_reading *in, int encoding, group_slots *slots,
			     const group_slot_form *form, bool *fits, vv_error *err)
{
	making m = {.slots = slots->slot, .form = form, .count = in->count};
	numbers n;
	vv_status rc;

	assert(encoding != GROUP_DATETIME); /* longer than a slot */
	if ((rc = open_numbers(&n, in, encoding, err)) < 0) return rc;
	group_end_slot(m.empty, 0, form->quoted_empty, form);
	if (has_few(&n)) return few_slots(in, &n, slots, form, m.empty, fits, err);
	while (m.at < m.count && m.most <= GROUP_SLOT_TEXT) {
		if (n.taken < n.of.count) {
			next_units(&n);
		}
		if (!batch_slots(&m, &n)) return group_bad(in, outside_years, err);
	}
	*fits = m.most <= GROUP_SLOT_TEXT;
	return VV_OK;
}

/* --- one row ------------------------------------------------------------ */

vv_status group_number_cell(group_reading *in, int encoding, size_t row, vv_error *err)
{
	numbers n;
	size_t at = row;
	vv_status rc;

	if ((rc = open_numbers(&n, in, encoding, err)) < 0) return rc;
	for (size_t i = 0; n.of.empty && i < row; i++) {
		at -= n.of.empty[i];
	}
	if (n.of.empty && n.of.empty[row]) {
		group_set_cell(in->cells, no_text, 0, in->state);
		return VV_OK;
	}
	for (size_t i = n.deltas ? 0 : at; i <= at; i++) {
		uint64_t unit = 0;
		for (unsigned j = 0; j < n.of.width; j++) {
			unit |= (uint64_t)n.of.planes[(size_t)j * n.of.count + i] << (8 * j);
		}
		n.value += n.deltas ? (uint64_t)group_unzigzag(unit) : unit;
	}
	char *out = vv_arena_alloc(in->arena, VV_SPELL_MAX);
	size_t len = out ? write_number(out, (int64_t)n.value, &n) : 0;
	if (len == 0) return out ? group_bad(in, outside_years, err) : vv_fail_nomem(err);
	group_set_cell(in->cells, out, len, in->state);
	return VV_OK;
}
