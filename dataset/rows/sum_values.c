/*
 * sum_values: writes values for people and for the next check, and counts distinct ones.
 */
#include "dataset/rows/sum_values.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/hash.h"
#include "base/sys.h"
#include "dataset/rows/total.h"
#include "dataset/schema/value.h"

static void put_time(vv_buf *out, const vv_operand *v, vv_type type)
{
	int64_t days = v->time.days, seconds = v->time.seconds;

	if (type != VV_TYPE_TIME) {
		const vv_day d = vv_value_day(days);

		vv_buf_printf(out, "%04lld-%02u", (long long)d.year, d.month);
		if (type != VV_TYPE_YEARMONTH) {
			vv_buf_printf(out, "-%02u", d.day);
		}
	}
	if (type == VV_TYPE_TIME || type == VV_TYPE_DATETIME) {
		vv_buf_printf(out, "%s%02d:%02d:%02d", type == VV_TYPE_TIME ? "" : "T",
			      (int)(seconds / 3600), (int)(seconds / 60 % 60), (int)(seconds % 60));
		if (v->time.fraction_len > 0) {
			vv_buf_putc(out, '.');
			vv_buf_put(out, v->time.fraction, v->time.fraction_len);
		}
		vv_buf_puts(out, type == VV_TYPE_TIME ? "" : "Z");
	}
}

/* As vv_ratio_put would, without its cost. */
static void put_small(vv_buf *out, vv_small n)
{
	uint64_t digits = n.mantissa < 0 ? (uint64_t)0 - (uint64_t)n.mantissa
					 : (uint64_t)n.mantissa;

	for (; n.scale > 0 && digits % 10 == 0; n.scale--) {
		digits /= 10;
	}
	char text[24], *end = text + sizeof(text), *p = end;
	unsigned place = 0;

	do {
		if (place == n.scale && place > 0) {
			*--p = '.';
		}
		*--p = (char)('0' + digits % 10);
		digits /= 10;
		place++;
	} while (digits > 0 || place <= n.scale);
	if (n.mantissa < 0) {
		*--p = '-';
	}
	vv_buf_put(out, p, (size_t)(end - p));
}

void vv_value_put(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
		  vv_type type, int places)
{
	if (kind == VV_OPERAND_NUMBER && v->state == VV_VALUE_INFINITE) {
		vv_buf_puts(out, v->truth ? "-INF" : "INF");
	} else if (kind == VV_OPERAND_NUMBER) {
		if (v->state == VV_VALUE_SMALL) {
			put_small(out, v->small);
		} else {
			vv_ratio_put(out, large, places);
		}
	} else if (kind == VV_OPERAND_BOOLEAN) {
		vv_buf_puts(out, v->truth ? "true" : "false");
	} else if (kind == VV_OPERAND_TIME) {
		put_time(out, v, type);
	} else {
		vv_buf_put(out, v->text, v->len);
	}
}

void vv_value_keep(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind)
{
	uint8_t room[16];
	vv_ratio r;

	if (kind == VV_OPERAND_NUMBER) {
		vv_buf_putc(out, v->state == VV_VALUE_INFINITE ? v->truth ? 2 : 1 : 0);
		if (v->state == VV_VALUE_INFINITE) return;
		if (v->state == VV_VALUE_SMALL) {
			vv_ratio_small(&r, &v->small);
			large = &r;
		}
		vv_exact_put(out, &large->above);
		vv_exact_put(out, &large->below);
	} else if (kind == VV_OPERAND_TIME) {
		vv_put_le64(room, (uint64_t)v->time.days);
		vv_put_le64(room + 8, (uint64_t)v->time.seconds);
		vv_buf_put(out, room, 16);
		vv_buf_put(out, v->time.fraction, v->time.fraction_len);
	} else {
		vv_buf_put(out, v->text, v->len);
	}
}

bool vv_kept_value_read(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind)
{
	const uint8_t *p = (const uint8_t *)bytes, *end = p + len;
	vv_operand *v = &out->value;

	*v = (vv_operand){.state = VV_VALUE_SMALL, .text = bytes, .len = len};
	if (kind == VV_OPERAND_NUMBER) {
		if (len == 0) return false;
		uint8_t infinite = *p++;
		if (infinite > 0) {
			v->state = VV_VALUE_INFINITE;
			v->truth = infinite == 2;
			return len == 1;
		}
		v->state = VV_VALUE_LARGE;
		if (!vv_exact_get(&out->large.above, &p, end) ||
		    !vv_exact_get(&out->large.below, &p, end) || out->large.below.count == 0) {
			return false;
		}
		if (vv_ratio_to_small(&v->small, &out->large)) {
			v->state = VV_VALUE_SMALL;
		}
		return p == end;
	}
	if (kind == VV_OPERAND_TIME) {
		if (len < 16) return false;
		v->time = (vv_time_value){.days = (int64_t)vv_get_le64(p),
					  .seconds = (int64_t)vv_get_le64(p + 8),
					  .fraction = bytes + 16,
					  .fraction_len = len - 16};
	}
	return true;
}

void vv_distinct_pack(vv_distinct *d)
{
	size_t n = 0;

	if (d->cap == 0) return;
	for (size_t i = 0; i < d->cap; i++) {
		if (d->items[i].lo != 0 || d->items[i].hi != 0) {
			d->items[n++] = d->items[i];
		}
	}
	if (n > 1) {
		qsort(d->items, n, sizeof(*d->items), vv_hash128_order);
	}
	d->over = d->over || n > VV_SUMS_DISTINCT_MAX;
	d->count = n > VV_SUMS_DISTINCT_MAX ? VV_SUMS_DISTINCT_MAX : n;
	d->cap = 0; /* no table any more */
}

static void insert_hash(vv_distinct *d, vv_hash128 h)
{
	size_t at = (size_t)h.lo & (d->cap - 1);

	while (d->items[at].lo != 0 || d->items[at].hi != 0) {
		if (vv_hash128_equal(d->items[at], h)) return;
		at = (at + 1) & (d->cap - 1);
	}
	d->items[at] = h;
	d->count++;
}

/* Room for one more: a larger table, or one of the least alone. */
static bool make_room(vv_distinct *d)
{
	const size_t most = 4 * VV_SUMS_DISTINCT_MAX;
	vv_distinct next = {.over = d->over};
	size_t from = d->cap;

	if (2 * (d->count + 1) <= d->cap) return true;
	if (d->cap == 0) {
		next.cap = 16;
	} else if (d->cap < most) {
		next.cap = 2 * d->cap;
	} else {
		next.cap = most;
	}
	if (!(next.items = vv_calloc(next.cap, sizeof(*next.items)))) return false;
	if (d->cap == most) {
		vv_distinct_pack(d);
		next.over = d->over;
		from = d->count;
	}
	for (size_t i = 0; i < from; i++) {
		if (d->items[i].lo != 0 || d->items[i].hi != 0) {
			insert_hash(&next, d->items[i]);
		}
	}
	vv_free(d->items);
	*d = next;
	return true;
}

bool vv_distinct_add(vv_distinct *d, vv_hash128 h)
{
	assert(d->cap > 0 || d->count == 0); /* not packed */
	h.lo += h.lo == 0 && h.hi == 0;      /* zero is an empty place */
	if (!make_room(d)) return false;
	insert_hash(d, h);
	return true;
}

uint64_t vv_distinct_count(const vv_distinct *d)
{
	if (!d->over || d->count < 2) return d->count;
	__uint128_t n = d->count - 1;
	n <<= 64;
	return (uint64_t)(n / (d->items[d->count - 1].hi + (__extension__(__uint128_t) 1)));
}
