/*
 * drift: how values are counted and become bins, and the two measures.
 */
#include "check/past/drift.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/sys.h"
#include "check/past/instant.h"
#include "dataset/format/facts.h"
#include "dataset/schema/decimal.h"
#include "dataset/schema/value.h"

/* distribution: how values are counted: a hash table while it grows, a sorted list afterwards.
 */

#define DROPPED_MAX 63u
#define ROWS_MAX ((uint64_t)1 << 56) /* sums of shares in tenths stay within 64 bits */

/* While values are added and removed, twice as many are distinguished as in the end, so that the answer does not
 * depend on the order. count 0 marks a value that was added and taken away again. */
typedef struct vv_dist_slot {
	uint64_t hash;
	uint64_t at; /* numbers: the step; texts: place in texts */
	uint32_t len;
	int64_t count;
} slot;

vv_dist_kind vv_distribution_kind(const vv_field *f)
{
	switch (f->type) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
		return VV_DIST_NUMBERS;
	case VV_TYPE_YEAR:
	case VV_TYPE_YEARMONTH:
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_DATETIME:
		return VV_DIST_TIMES;
	default:
		return VV_DIST_TEXTS;
	}
}

static bool is_in_minutes(const vv_field *f)
{
	return f->type == VV_TYPE_TIME || f->type == VV_TYPE_DATETIME;
}

bool vv_distribution_same_steps(const vv_field *a, const vv_field *b)
{
	return vv_distribution_kind(a) == vv_distribution_kind(b) &&
	       (vv_distribution_kind(a) != VV_DIST_TIMES || is_in_minutes(a) == is_in_minutes(b));
}

static bool has_steps(const vv_distribution *d)
{
	return d->kind == VV_DIST_NUMBERS || d->kind == VV_DIST_TIMES;
}

/* Doubles in their order as whole numbers. */
static int64_t step_of(double v)
{
	uint64_t bits;

	v = v + 0.0; /* -0 is 0 */
	memcpy(&bits, &v, sizeof(bits));
	int64_t magnitude = (int64_t)(bits & INT64_MAX);
	return bits >> 63 ? -magnitude : magnitude;
}

/* Without its last binary digits. */
static int64_t drop_digits(int64_t step, unsigned digits)
{
	return step < 0 ? -(-step >> digits) : step >> digits;
}

static bool read_number(double *out, vv_buf *scratch, const vv_field *f, const vv_cell *c)
{
	const vv_field *spelling = c->state == VV_CELL_LITERAL ? NULL : f;
	vv_decimal d;
	int64_t whole;

	if (vv_field_plain_marks(f) && vv_value_quick_number(&whole, out, true, c->text, c->len)) {
		return true;
	}
	vv_buf_reset(scratch);
	return c->len > 0 && vv_decimal_read(&d, scratch, spelling, c->text, c->len) &&
	       vv_decimal_double(out, &d, scratch);
}

/* Where the value is in the type's order; false: it is none of the type. */
static bool read_step(int64_t *out, vv_buf *scratch, const vv_field *f, const vv_cell *c)
{
	vv_instant m;
	double v = 0;

	switch (f->type) {
	case VV_TYPE_NUMBER:
	case VV_TYPE_INTEGER:
		if (!read_number(&v, scratch, f, c)) return false;
		*out = step_of(v);
		return true;
	case VV_TYPE_YEAR:
	case VV_TYPE_YEARMONTH:
	case VV_TYPE_DATE:
	case VV_TYPE_TIME:
	case VV_TYPE_DATETIME:
		if (!vv_instant_read(&m, f, c)) return false;
		*out = is_in_minutes(f) ? m.days * 1440 + m.seconds / 60 : m.days;
		return true;
	default:
		return false;
	}
}

void vv_distribution_init(vv_distribution *d, vv_dist_kind kind)
{
	*d = (vv_distribution){.kind = kind, .texts = VV_BUF_INIT, .scratch = VV_BUF_INIT};
}

static void drop_slots(vv_distribution *d)
{
	vv_free(d->slots);
	d->slots = NULL;
	d->slot_count = d->slot_cap = 0;
	vv_hash_index_clear(&d->slot_index);
}

void vv_distribution_clear(vv_distribution *d)
{
	drop_slots(d);
	vv_free(d->values);
	vv_buf_clear_all(&d->texts, &d->scratch);
	vv_distribution_init(d, d->kind);
}

static bool slot_is(const vv_distribution *d, const slot *s, uint64_t hash, const vv_dist_value *v)
{
	if (s->hash != hash) return false;
	if (has_steps(d)) return s->at == (uint64_t)v->step;
	return s->len == v->len &&
	       (v->len == 0 || memcmp(d->texts.data + s->at, v->text, v->len) == 0);
}

/* NULL: the value has no slot yet. */
static slot *find_slot(const vv_distribution *d, uint64_t hash, const vv_dist_value *v)
{
	return vv_hash_find(d->slots, &d->slot_index, hash, s, slot_is(d, s, hash, v));
}

static bool add_slot(vv_distribution *d, const slot *s)
{
	return vv_hash_add(d->slots, d->slot_count, d->slot_cap, &d->slot_index, s->hash, *s);
}

static void go_over(vv_distribution *d)
{
	d->over = true;
	drop_slots(d);
	vv_buf_clear(&d->texts);
}

static uint64_t hash_of(const vv_distribution *d, const vv_dist_value *v)
{
	return has_steps(d) ? vv_xxh3(&v->step, sizeof(v->step), 0) : vv_xxh3(v->text, v->len, 0);
}

/* Drops further digits of all numbers so far, and slots whose count is 0. */
static void coarsen_slots(vv_distribution *d, unsigned digits)
{
	const size_t count = d->slot_count;

	d->dropped += digits;
	d->slot_count = 0;
	vv_hash_index_reset(&d->slot_index);
	for (size_t i = 0; i < count; i++) {
		slot one = d->slots[i];
		vv_dist_value v = {.step = drop_digits((int64_t)one.at, digits)};

		if (one.count == 0) {
			continue;
		}
		one.hash = hash_of(d, &v);
		one.at = (uint64_t)v.step;
		slot *s = find_slot(d, one.hash, &v);
		if (s) {
			s->count += one.count;
		} else {
			(void)add_slot(d, &one); /* there is room: slots only become fewer */
		}
	}
}

static int order_steps(const void *a, const void *b)
{
	int64_t x = *(const int64_t *)a, y = *(const int64_t *)b;

	return (x > y) - (x < y);
}

static unsigned bit_length(uint64_t v)
{
	return v == 0 ? 0 : 64 - (unsigned)__builtin_clzll(v);
}

/* How many digits must be dropped until two steps are one. */
static unsigned merge_after(int64_t a, int64_t b)
{
	uint64_t x = (uint64_t)(a < 0 ? -a : a), y = (uint64_t)(b < 0 ? -b : b);

	/* those of different signs meet at 0 */
	if ((a < 0) == (b < 0)) return bit_length(x ^ y);
	return bit_length(x > y ? x : y);
}

/* Drops as many digits as bring the numbers that exist below VV_DIST_STEPS_MAX, none where they are. */
static vv_status make_room(vv_distribution *d, vv_error *err)
{
	vv_auto_free int64_t *steps = vv_calloc(d->slot_count + 1, sizeof(*steps));
	size_t n = 0, different, before,
	       apart[65] = {0}; /* pairs of neighbours by when they merge */
	unsigned digits = 0;

	if (!steps) return vv_fail_nomem(err);
	for (size_t i = 0; i < d->slot_count; i++) {
		if (d->slots[i].count > 0) {
			steps[n++] = (int64_t)d->slots[i].at;
		}
	}
	qsort(steps, n, sizeof(*steps), order_steps);
	for (size_t i = 1; i < n; i++) {
		apart[merge_after(steps[i - 1], steps[i])]++;
	}
	for (different = before = n; different > VV_DIST_STEPS_MAX; different -= apart[digits]) {
		before = different;
		digits++;
	}
	if (digits > 0) {
		d->finer = before;
		coarsen_slots(d, digits);
	}
	return VV_OK;
}

/* Makes room for a number that has no slot; *v loses digits that do not fit. */
static vv_status fit_number(vv_distribution *d, vv_dist_value *v, vv_error *err)
{
	vv_status rc;

	while (d->slot_count >= 2 * VV_DIST_STEPS_MAX && !find_slot(d, hash_of(d, v), v)) {
		const unsigned before = d->dropped;

		if ((rc = make_room(d, err)) < 0) return rc;
		v->step = drop_digits(v->step, d->dropped - before);
		if (d->dropped > before) {
			continue;
		}
		/* those that are gone again leave their slots; others are below none: damage */
		coarsen_slots(d, 0);
		if (d->slot_count >= 2 * VV_DIST_STEPS_MAX) {
			go_over(d);
		}
	}
	return VV_OK;
}

static vv_status count_value(vv_distribution *d, const vv_dist_value *value, int64_t times,
			     vv_error *err)
{
	vv_dist_value v = *value;
	vv_status rc;

	if (d->over) return VV_OK;
	if (d->kind == VV_DIST_NUMBERS && ((rc = fit_number(d, &v, err)) < 0 || d->over)) return rc;
	slot one = {.hash = hash_of(d, &v), .at = (uint64_t)v.step, .count = times};
	slot *s = find_slot(d, one.hash, &v);
	if (s) {
		s->count += times;
		return VV_OK;
	}
	if (d->slot_count == 2 * VV_DIST_VALUES_MAX ||
	    v.len > 2 * VV_DIST_BYTES_MAX - d->texts.len) {
		go_over(d);
		return VV_OK;
	}
	if (d->kind == VV_DIST_TEXTS) {
		one.at = d->texts.len;
		one.len = (uint32_t)v.len;
		vv_buf_put(&d->texts, v.text, v.len);
	}
	return add_slot(d, &one) ? vv_buf_ok(&d->texts, err) : vv_fail_nomem(err);
}

vv_status vv_distribution_add(vv_distribution *d, const vv_field *f, const vv_cell *cells,
			      size_t count, size_t stride, int times, vv_error *err)
{
	vv_status rc = VV_OK;

	d->rows += times < 0 ? 0 - (uint64_t)count : count;
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		const vv_cell *c = &cells[i * stride];
		vv_dist_value v = {.text = c->text ? c->text : "", .len = c->len};
		uint64_t one = times < 0 ? UINT64_MAX : 1;

		if (vv_field_missing(f, c)) {
			d->missing += one;
			continue;
		}
		if (d->kind == VV_DIST_COUNTS) {
			continue;
		}
		if (has_steps(d)) {
			v.text = NULL;
			v.len = 0;
			if (!read_step(&v.step, &d->scratch, f, c)) {
				d->other += one;
				rc = d->scratch.failed ? vv_fail_nomem(err) : VV_OK;
				continue;
			}
			v.step = drop_digits(v.step, d->dropped);
		}
		rc = count_value(d, &v, times, err);
	}
	return rc;
}

vv_status vv_distribution_add_all(vv_distribution *d, const vv_distribution *from, vv_error *err)
{
	vv_status rc;

	d->rows += from->rows;
	d->missing += from->missing;
	d->other += from->other;
	if (from->over) {
		go_over(d);
	}
	if (from->dropped > d->dropped) {
		coarsen_slots(d, from->dropped - d->dropped);
		d->finer = from->finer;
	} else if (from->dropped == d->dropped && from->finer > d->finer) {
		d->finer = from->finer;
	}
	for (size_t i = 0; i < from->count; i++) {
		vv_dist_value v = from->values[i];

		v.step = drop_digits(v.step, d->dropped - from->dropped);
		if ((rc = count_value(d, &v, (int64_t)v.count, err)) < 0) return rc;
	}
	return VV_OK;
}

static int by_step(const void *a, const void *b)
{
	const vv_dist_value *x = a, *y = b;
	return x->step < y->step ? -1 : x->step > y->step;
}

static int by_text(const void *a, const void *b)
{
	const vv_dist_value *x = a, *y = b;
	return vv_fact_text_order(x->text, x->len, y->text, y->len);
}

vv_status vv_distribution_finish(vv_distribution *d, vv_error *err)
{
	size_t n = 0, bytes = 0;
	bool wrong = d->rows > INT64_MAX || d->missing > d->rows || d->other > d->rows;
	vv_status rc = d->kind == VV_DIST_NUMBERS ? make_room(d, err) : VV_OK;

	if (rc < 0) return rc;
	vv_free(d->values);
	d->count = 0;
	d->values = vv_calloc(d->slot_count + 1, sizeof(*d->values));
	if (!d->values) return vv_fail_nomem(err);
	for (size_t i = 0; i < d->slot_count; i++) {
		const slot *s = &d->slots[i];

		wrong = wrong || s->count < 0;
		if (s->count <= 0) {
			continue;
		}
		d->values[n].count = (uint64_t)s->count;
		if (has_steps(d)) {
			d->values[n].step = (int64_t)s->at;
		} else {
			d->values[n].text = vv_buf_cstr(&d->texts) + s->at;
			d->values[n].len = s->len;
			bytes += s->len;
		}
		n++;
	}
	if (n > VV_DIST_VALUES_MAX || bytes > VV_DIST_BYTES_MAX) {
		go_over(d);
		n = 0;
	}
	drop_slots(d);
	d->count = n;
	qsort(d->values, n, sizeof(*d->values), has_steps(d) ? by_step : by_text);
	return wrong ? vv_fail(err, VV_ECORRUPT,
			       "the cached figures of an earlier version do not belong to it")
		     : VV_OK;
}

bool vv_distribution_settle(vv_distribution *d, const vv_distribution *from, uint64_t gone)
{
	if (d->dropped != from->dropped || d->dropped == 0) {
		return true; /* nothing was dropped, or its own values required it */
	}
	/* a row that is gone takes one value with it at most */
	d->finer = from->finer > gone ? from->finer - gone : 0;
	return d->finer > VV_DIST_STEPS_MAX;
}

static void level_to(vv_distribution *d, unsigned dropped)
{
	size_t n = 0;

	for (size_t i = 0; i < d->count && dropped > d->dropped; i++) {
		vv_dist_value v = d->values[i];

		v.step = drop_digits(v.step, dropped - d->dropped);
		if (n > 0 && d->values[n - 1].step == v.step) {
			d->values[n - 1].count += v.count;
		} else {
			d->values[n++] = v;
		}
	}
	if (dropped > d->dropped) {
		d->count = n;
		d->dropped = dropped;
	}
}

void vv_distribution_level(vv_distribution *a, vv_distribution *b)
{
	level_to(a, b->dropped);
	level_to(b, a->dropped);
}

static char letter_of(vv_dist_kind kind)
{
	if (kind == VV_DIST_NUMBERS) return 'n';
	if (kind == VV_DIST_TIMES) return 'd';
	if (kind == VV_DIST_TEXTS) return 't';
	return 'c';
}

void vv_distribution_put(vv_buf *out, const vv_distribution *d)
{
	int64_t last = INT64_MIN;

	vv_buf_putc(out, letter_of(d->kind));
	vv_buf_putc(out, d->over ? 1 : 0);
	vv_buf_put_varint(out, d->rows);
	vv_buf_put_varint(out, d->missing);
	vv_buf_put_varint(out, d->other);
	vv_buf_put_varint(out, d->dropped);
	vv_buf_put_varint(out, d->finer);
	vv_buf_put_varint(out, d->count);
	for (size_t i = 0; i < d->count; i++) {
		const vv_dist_value *v = &d->values[i];

		if (has_steps(d)) {
			vv_buf_put_varint(out, (uint64_t)v->step - (uint64_t)last);
			last = v->step;
		} else {
			vv_buf_put_varint(out, v->len);
			vv_buf_put(out, v->text, v->len);
		}
		vv_buf_put_varint(out, v->count);
	}
}

static bool get_value(vv_dist_value *v, vv_dist_kind kind, int64_t *last, const uint8_t **p,
		      const uint8_t *end)
{
	uint64_t n;

	if (!vv_varint_read(p, end, &n)) return false;
	if (kind == VV_DIST_NUMBERS || kind == VV_DIST_TIMES) {
		v->step = (int64_t)((uint64_t)*last + n);
		if (v->step < *last) return false;
		*last = v->step;
	} else {
		if (n > (uint64_t)(end - *p) || n > UINT32_MAX) return false;
		v->text = (const char *)*p;
		v->len = (size_t)n;
		*p += n;
	}
	return vv_varint_read(p, end, &v->count) && v->count > 0 && v->count <= INT64_MAX;
}

/* The values, which must be in their order; their bytes are kept in texts. */
static bool get_values(vv_distribution *out, size_t count, const uint8_t *p, const uint8_t *end)
{
	int64_t last = INT64_MIN;

	if (out->kind == VV_DIST_TEXTS) {
		size_t len = (size_t)(end - p);

		vv_buf_put(&out->texts, p, len);
		if (out->texts.failed) return false;
		p = (const uint8_t *)vv_buf_cstr(&out->texts);
		end = p + len;
	}
	for (size_t i = 0; i < count; i++) {
		vv_dist_value *v = &out->values[i];

		if (!get_value(v, out->kind, &last, &p, end) ||
		    (i > 0 &&
		     (out->kind == VV_DIST_TEXTS ? by_text(v - 1, v) : by_step(v - 1, v)) >= 0)) {
			return false;
		}
		out->count++;
	}
	return p == end;
}

/* Is every row accounted for? Measurements rely on the sums. */
static bool adds_up(const vv_distribution *d)
{
	uint64_t left = d->rows;

	if (d->rows > ROWS_MAX || d->missing > left || d->other > left - d->missing) return false;
	left -= d->missing + d->other;
	vv_array_each(d->values, d->count, value) {
		if (value->count > left) return false;
		left -= value->count;
	}
	return left == 0 || d->over || d->kind == VV_DIST_COUNTS;
}

bool vv_distribution_get(vv_distribution *out, const void *bytes, size_t len, vv_error *err)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t count, dropped;

	if (len < 2 || p[0] != (uint8_t)letter_of(out->kind) || p[1] > 1) return false;
	out->over = p[1] == 1;
	p += 2;
	if (!vv_varint_read(&p, end, &out->rows) || !vv_varint_read(&p, end, &out->missing) ||
	    !vv_varint_read(&p, end, &out->other) || !vv_varint_read(&p, end, &dropped) ||
	    !vv_varint_read(&p, end, &out->finer) || !vv_varint_read(&p, end, &count) ||
	    dropped > (out->kind == VV_DIST_NUMBERS ? DROPPED_MAX : 0) ||
	    count > VV_DIST_VALUES_MAX || count > (uint64_t)(end - p) / 2 ||
	    ((out->over || out->kind == VV_DIST_COUNTS) && count > 0)) {
		return false;
	}
	out->dropped = (unsigned)dropped;
	out->values = vv_calloc((size_t)count + 1, sizeof(*out->values));
	if (!out->values) {
		vv_fail_nomem(err);
		return false;
	}
	return get_values(out, (size_t)count, p, end) && adds_up(out);
}

uint64_t vv_distribution_count(const vv_distribution *d, const vv_dist_value *v)
{
	const vv_dist_value *f = NULL;

	if (d->count) {
		f = bsearch(v, d->values, d->count, sizeof(*v), has_steps(d) ? by_step : by_text);
	}
	return f ? f->count : 0;
}

#define LEAST_SHARE 0.0001
#define BILLION 1e9

/* Numbers: a bin of the base ends with the value that fills another tenth, and so contains whole
 * values (one value may fill several tenths); the first and the last have no ends. */
static void bin_numbers(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now)
{
	uint64_t seen = 0, tenth = 1;
	size_t k = 0, n = 0;

	for (size_t i = 0; i < base->count; i++) {
		bool last = i + 1 == base->count;

		out->base[n] += base->values[i].count;
		seen += base->values[i].count;
		for (; k < now->count && (last || now->values[k].step <= base->values[i].step);
		     k++) {
			out->now[n] += now->values[k].count;
		}
		if (!last && n + 1 < VV_DRIFT_BINS &&
		    seen * VV_DRIFT_BINS >= tenth * out->base_total) {
			tenth = seen * VV_DRIFT_BINS / out->base_total + 1;
			n++;
		}
	}
	out->count = n + 1;
}

static int most_first(const void *a, const void *b)
{
	const vv_dist_value *x = *(const vv_dist_value *const *)a,
			    *y = *(const vv_dist_value *const *)b;
	if (x->count != y->count) return x->count > y->count ? -1 : 1;
	return x < y ? -1 : x > y; /* they are in the order of their bytes */
}

static vv_status bin_texts(vv_drift_bins *out, const vv_distribution *base,
			   const vv_distribution *now, vv_error *err)
{
	vv_auto_free const vv_dist_value **order = vv_calloc(base->count + 1, sizeof(*order));
	uint64_t base_rest = out->base_total, now_rest = out->now_total;
	size_t n;

	if (!order) return vv_fail_nomem(err);
	for (size_t i = 0; i < base->count; i++) {
		order[i] = &base->values[i];
	}
	qsort(order, base->count, sizeof(*order), most_first);
	for (n = 0; n < base->count && n < VV_DRIFT_CATEGORIES; n++) {
		out->base[n] = order[n]->count;
		out->now[n] = vv_distribution_count(now, order[n]);
		base_rest -= out->base[n];
		now_rest -= out->now[n];
	}
	if (base_rest > 0 || now_rest > 0) {
		out->base[n] = base_rest;
		out->now[n] = now_rest;
		n++;
	}
	out->count = n;
	return VV_OK;
}

static uint64_t total_count(const vv_distribution *d)
{
	uint64_t n = 0;

	vv_array_each(d->values, d->count, value) {
		n += value->count;
	}
	return n;
}

vv_status vv_drift_bin(vv_drift_bins *out, const vv_distribution *base, const vv_distribution *now,
		       vv_error *err)
{
	*out = (vv_drift_bins){.base_total = total_count(base)};
	out->now_total = total_count(now);
	if (out->base_total == 0 || out->now_total == 0) return VV_OK;
	if (base->kind == VV_DIST_TEXTS) return bin_texts(out, base, now, err);
	bin_numbers(out, base, now);
	return VV_OK;
}

static uint64_t to_billionths(double v)
{
	return v > 0 ? (uint64_t)(v * BILLION + 0.5) : 0;
}

/* The natural logarithm of x > 0: with x = m * 2^e, m near 1, it is e ln 2 + 2 artanh((m - 1) / (m + 1)). The C library's
 * differs in the last digit between systems, and is the only thing that varve would need its libm for. */
static double natural_log(double x)
{
	const double ln2 = 0.693147180559945309;
	double power, sum = 0;
	int e;

	x = frexp(x, &e); /* 0.5 to 1 */
	if (x < 0.7071) {
		x *= 2;
		e--;
	}
	double z = power = (x - 1) / (x + 1); /* at most 0.172: 12 terms are exact to 1e-19 */
	for (int n = 1; n < 24; n += 2, power *= z * z) {
		sum += power / n;
	}
	return e * ln2 + 2 * sum;
}

static double share_of(uint64_t n, uint64_t of)
{
	return (double)n / (double)of;
}

static double larger_number(double a, double b)
{
	return a > b ? a : b;
}

uint64_t vv_drift_psi(const vv_drift_bins *b)
{
	double sum = 0;

	if (b->base_total == 0 || b->now_total == 0) return 0;
	for (size_t i = 0; i < b->count; i++) {
		double was = larger_number(share_of(b->base[i], b->base_total), LEAST_SHARE);
		double is = larger_number(share_of(b->now[i], b->now_total), LEAST_SHARE);

		sum += (is - was) * natural_log(is / was);
	}
	return to_billionths(sum);
}
