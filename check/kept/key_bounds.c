/*
 * key_bounds: how keys are ordered, and how a group's part is in its bytes: a byte (1: it has bounds, 2: it has rows
 * without a whole key), then with 1 twice varint length and bytes, of its least and of its greatest key.
 */
#include "check/kept/key_bounds.h"

#include <stdlib.h>
#include <string.h>

#include "base/auto.h"
#include "base/sys.h"

#define HAS_BOUNDS 1u
#define HAS_HOLES 2u
#define MIXED 4u     /* never kept */
#define KEY_MAX 256u /* bytes: groups with longer keys have no bounds, so that memory is limited */
#define NO_VALUE 0xffffffffu /* in place of a length, as keys have it for a missing value */
#define WRONG 0x80000000u    /* beside it, as vv_value_put_key has it */

/* ---- the order ---- */

/* One column's part of a key. */
typedef struct value {
	const uint8_t *bytes;
	size_t len;
	int kind; /* 0; 1 not a value of its field; 2 none */
} value;

/* Reads a value of a sound key; *p moves past it. */
static value next_value(const uint8_t **p)
{
	uint32_t word = vv_get_le32(*p);
	value out = {.bytes = *p + 4};

	if (word == NO_VALUE) {
		out.kind = 2;
	} else {
		out.len = word & ~WRONG;
		out.kind = (word & WRONG) != 0;
	}
	*p += 4 + out.len;
	return out;
}

static int order_sizes(size_t a, size_t b)
{
	return (a > b) - (a < b);
}

static int order_texts(value a, value b)
{
	int order = memcmp(a.bytes, b.bytes, a.len < b.len ? a.len : b.len);

	return order != 0 ? order : order_sizes(a.len, b.len);
}

static int order_digits(value a, value b)
{
	bool less = a.len > 0 && a.bytes[0] == '-';

	if (less != (b.len > 0 && b.bytes[0] == '-')) return less ? -1 : 1;
	int order = a.len != b.len ? order_sizes(a.len, b.len) : memcmp(a.bytes, b.bytes, a.len);
	return less ? -order : order;
}

/* Those without seconds are before all others. */
static int order_times(value a, value b)
{
	if (a.len < 8 && b.len < 8) return order_texts(a, b);
	if (a.len < 8 || b.len < 8) return a.len < 8 ? -1 : 1;
	int64_t x = (int64_t)vv_get_le64(a.bytes), y = (int64_t)vv_get_le64(b.bytes);
	return x != y ? (x > y) - (x < y) : order_texts(a, b);
}

/* 0 for equal keys only. */
static int order_keys(const check_key_order *orders, size_t columns, const uint8_t *a,
		      const uint8_t *b)
{
	int order = 0;

	for (size_t i = 0; i < columns && order == 0; i++) {
		value x = next_value(&a), y = next_value(&b);

		if (x.kind != y.kind) {
			order = x.kind - y.kind;
		} else if (orders[i] == CHECK_BY_DIGITS) {
			order = order_digits(x, y);
		} else if (orders[i] == CHECK_BY_TIME) {
			order = order_times(x, y);
		} else {
			order = order_texts(x, y);
		}
	}
	return order;
}

static bool is_key(const uint8_t *p, size_t len, size_t columns)
{
	const uint8_t *end = p + len;

	for (size_t i = 0; i < columns; i++) {
		if (end - p < 4) return false;
		uint32_t word = vv_get_le32(p);
		size_t most = (size_t)(end - p) - 4, n = word == NO_VALUE ? 0 : word & ~WRONG;
		if (n > most) return false;
		p += 4 + n;
	}
	return p == end;
}

/* ---- a group under way ---- */

void check_key_span_begin(check_key_span *s, const check_key_order *orders, size_t columns)
{
	*s = (check_key_span){.orders = orders, .columns = columns};
}

void check_key_span_clear(check_key_span *s)
{
	vv_buf_clear_all(&s->first, &s->last);
}

bool check_key_span_add(check_key_span *s, vv_buf *key)
{
	s->mixed = s->mixed || key->len > KEY_MAX;
	if (s->mixed) return true;
	if (s->first.len == 0) {
		vv_buf_put(&s->first, key->data, key->len);
	} else {
		int order = order_keys(s->orders, s->columns, (const uint8_t *)key->data,
				       (const uint8_t *)s->last.data);
		int way = (order > 0) - (order < 0);

		s->mixed = way == 0 || way == -s->way;
		s->way = way;
	}
	vv_buf before = s->last;
	s->last = *key;
	*key = before;
	return !s->first.failed;
}

static void put_key(vv_buf *out, const vv_buf *key)
{
	vv_buf_put_varint(out, key->len);
	vv_buf_put(out, key->data, key->len);
}

void check_key_span_put(const check_key_span *s, size_t group, vv_buf *out)
{
	bool bounds = !s->mixed && s->first.len > 0;
	unsigned flags = 0;

	vv_buf_put_varint(out, group);
	flags |= bounds ? HAS_BOUNDS : 0u;
	flags |= s->has_holes ? HAS_HOLES : 0u;
	flags |= s->mixed ? MIXED : 0u;
	vv_buf_putc(out, (char)flags);
	if (bounds) {
		put_key(out, s->way < 0 ? &s->last : &s->first);
		put_key(out, s->way < 0 ? &s->first : &s->last);
	}
}

/* ---- all groups ---- */

/* A group's part. */
typedef struct bounds {
	unsigned flags;
	const uint8_t *key[2]; /* the least, the greatest; NULL: there are none */
	size_t len;            /* of the part */
} bounds;

/* The part at p; columns 0: as many as it has, since it has been looked at. False: it is not sound. */
static bool read_bounds(bounds *out, const uint8_t *p, size_t room, size_t columns)
{
	const uint8_t *from = p, *end = p + room;
	uint64_t len;

	if (room == 0) return false;
	*out = (bounds){.flags = *p++};
	for (int i = 0; out->flags & HAS_BOUNDS && i < 2; i++) {
		if (!vv_varint_read(&p, end, &len) || len > (uint64_t)(end - p) ||
		    (columns > 0 && !is_key(p, (size_t)len, columns))) {
			return false;
		}
		out->key[i] = p;
		p += len;
	}
	out->len = (size_t)(p - from);
	return out->flags < MIXED;
}

vv_status check_key_bounds_init(check_key_bounds *b, const check_key_order *orders, size_t columns,
				size_t groups, vv_error *err)
{
	*b = (check_key_bounds){.orders = orders,
				.columns = columns,
				.groups = groups,
				.at = vv_calloc(groups + 1, sizeof(*b->at))};
	if (!b->at) return vv_fail_nomem(err);
	memset(b->at, 0xff, (groups + 1) * sizeof(*b->at));
	return VV_OK;
}

void check_key_bounds_clear(check_key_bounds *b)
{
	vv_buf_clear(&b->bytes);
	vv_free(b->at);
	*b = (check_key_bounds){.at = NULL};
}

static bounds bounds_of(const check_key_bounds *b, size_t group)
{
	bounds out;

	read_bounds(&out, (const uint8_t *)b->bytes.data + b->at[group],
		    b->bytes.len - b->at[group], 0);
	return out;
}

const uint8_t *check_key_bounds_part(const check_key_bounds *b, size_t group, size_t *len)
{
	*len = bounds_of(b, group).len;
	return (const uint8_t *)b->bytes.data + b->at[group];
}

static void set_part(check_key_bounds *b, size_t group, const uint8_t *p, size_t len)
{
	b->known += b->at[group] == SIZE_MAX;
	b->at[group] = b->bytes.len;
	vv_buf_put(&b->bytes, p, len);
}

bool check_key_bounds_set(check_key_bounds *b, size_t group, const uint8_t *p, size_t room)
{
	bounds part;

	if (!read_bounds(&part, p, room, b->columns)) return false;
	set_part(b, group, p, part.len);
	return !b->bytes.failed;
}

vv_status check_key_bounds_take(check_key_bounds *b, const vv_buf *spans, vv_error *err)
{
	const uint8_t *p = (const uint8_t *)spans->data, *end = p ? p + spans->len : p;
	uint64_t group;
	bounds part;

	while (p < end && vv_varint_read(&p, end, &group)) {
		if (!read_bounds(&part, p, (size_t)(end - p), 0)) { /* MIXED */
			b->mixed = true;
			p++;
			continue;
		}
		set_part(b, (size_t)group, p, part.len);
		p += part.len;
	}
	return vv_buf_ok(&b->bytes, err);
}

bool check_key_bounds_holes(const check_key_bounds *b, size_t group)
{
	return (bounds_of(b, group).flags & HAS_HOLES) != 0;
}

bool check_key_bounds_may(const check_key_bounds *b, size_t group, const vv_buf *key)
{
	bounds part = bounds_of(b, group);
	const uint8_t *bytes = (const uint8_t *)key->data;

	return part.key[0] && order_keys(b->orders, b->columns, part.key[0], bytes) <= 0 &&
	       order_keys(b->orders, b->columns, bytes, part.key[1]) <= 0;
}

/* A group's bounds among those of others. */
typedef struct place {
	const check_key_bounds *all;
	const uint8_t *least, *greatest;
} place;

static int order_places(const void *a, const void *b)
{
	const place *x = a, *y = b;

	return order_keys(x->all->orders, x->all->columns, x->least, y->least);
}

/* Does each end before the next begins? */
static bool lie_apart(const place *list, size_t count)
{
	for (size_t i = 1; i < count; i++) {
		const check_key_bounds *b = list[i].all;

		if (order_keys(b->orders, b->columns, list[i - 1].greatest, list[i].least) >= 0) {
			return false;
		}
	}
	return true;
}

int check_key_bounds_apart(const check_key_bounds *b, vv_error *err)
{
	size_t count = 0;

	if (b->mixed || b->known < b->groups) return 0;
	vv_auto_free place *list = vv_calloc(b->groups + 1, sizeof(*list));
	if (!list) return (int)vv_fail_nomem(err);
	for (size_t i = 0; i < b->groups; i++) {
		bounds part = bounds_of(b, i);

		if (part.key[0]) {
			list[count++] = (place){b, part.key[0], part.key[1]};
		}
	}
	if (lie_apart(list, count)) return 1;
	qsort(list, count, sizeof(*list), order_places);
	return lie_apart(list, count);
}
