/*
 * sums: how rows get to their groups, and how a part of what they count is kept.
 *
 * Kept: varint number of groups; of each varint length and bytes of its key; of each aggregate varint count and what
 * its kind has: sums 16 bytes mantissa, a byte scale, or a fraction; least and greatest a value; distinct varint number, with the
 * lowest bit for an estimate, and 16 bytes for each hash.
 */
#include "dataset/filter/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/filter/condition_calls.h"
#include "dataset/filter/condition_code.h"
#include "dataset/filter/total.h"

#define ROOT_PLACES 30u

/* Values' hashes: a table by hash, until pack makes an array in order of it. */
typedef struct distinct {
	vv_hash128 *items; /* of the table those that are not zero */
	size_t count, cap; /* cap: a power of two, or none */
	bool over;         /* only the least are left */
} distinct;

/* One aggregate of one group. */
typedef struct cell {
	uint64_t
		count; /* values; rows of count(*) and share(); of share() those that do not meet it are in `other` */
	uint64_t other;
	vv_total sum, square;
	char *least; /* of min and max: the value as put_value writes it; owned */
	size_t least_len;
	distinct distinct;
} cell;

typedef struct group {
	char *key;
	size_t key_len;
	cell *cells;
} group;

struct vv_sums_rule {
	vv_condition *condition, *where; /* where: or NULL */
	vv_condition **keys;
	size_t key_count;
	size_t *columns;
	size_t column_count;
};

struct vv_sums {
	const vv_sums_rule *rule;
	group *groups;
	size_t count, cap;
	vv_hash_index index;
	vv_buf key, value;
	vv_value_room *rooms[2]; /* values of the group that is judged */
};

/* ---- the rule ---- */

void vv_sums_rule_free(vv_sums_rule *r)
{
	if (!r) return;
	vv_condition_free(r->condition);
	vv_condition_free(r->where);
	for (size_t i = 0; i < r->key_count; i++) {
		vv_condition_free(r->keys[i]);
	}
	vv_free(r->keys);
	vv_free(r->columns);
	vv_free(r);
}

const size_t *vv_sums_rule_columns(const vv_sums_rule *r, size_t *count)
{
	*count = r->column_count;
	return r->columns;
}

static void mark(const vv_condition *c, bool *used)
{
	for (size_t i = 0; c && i < c->column_count; i++) {
		used[c->columns[i]] = true;
	}
}

static vv_status list_columns(vv_sums_rule *r, const vv_schema *schema, vv_error *err)
{
	vv_auto_free bool *used = vv_calloc(schema->count + 1, sizeof(*used));

	r->columns = vv_calloc(schema->count + 1, sizeof(*r->columns));
	if (!used || !r->columns) return vv_fail_nomem(err);
	mark(r->where, used);
	for (size_t i = 0; i < r->condition->aggregate_count; i++) {
		mark(r->condition->aggregates[i].argument, used);
	}
	for (size_t i = 0; i < r->key_count; i++) {
		mark(r->keys[i], used);
	}
	for (size_t i = 0; i < schema->count; i++) {
		if (used[i]) {
			r->columns[r->column_count++] = i;
		}
	}
	return VV_OK;
}

static vv_status compile(vv_condition **out, const char *text, const vv_schema *schema,
			 const vv_condition_how *how, bool value, size_t at, vv_error *err)
{
	vv_condition_how own = *how;

	own.value = value;
	own.line = false;
	own.file_column = at + 1;
	return vv_condition_compile(out, text, strlen(text), schema, &own, err);
}

vv_status vv_sums_rule_new(vv_sums_rule **out, const vv_sums_text *text, const vv_schema *schema,
			   const vv_condition_how *how, vv_error *err)
{
	vv_auto(vv_sums_rule) *r = vv_calloc(1, sizeof(*r));
	size_t count = 0, at = text->groups_at;
	vv_status rc;

	*out = NULL;
	while (text->groups && text->groups[count]) {
		count++;
	}
	if (!r || !(r->keys = vv_calloc(count + 1, sizeof(vv_condition *)))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_condition_compile(&r->condition, text->condition, strlen(text->condition),
				       schema, how, err)) < 0 ||
	    (text->where &&
	     (rc = compile(&r->where, text->where, schema, how, false, text->where_at, err)) < 0)) {
		return rc;
	}
	for (; r->key_count < count; r->key_count++) {
		const char *key = text->groups[r->key_count];

		if ((rc = compile(&r->keys[r->key_count], key, schema, how, true, at, err)) < 0) {
			return rc;
		}
		at += strlen(key) + 2;
	}
	if ((rc = list_columns(r, schema, err)) < 0) return rc;
	*out = vv_take(&r);
	return VV_OK;
}

/* ---- values as bytes ---- */

static void put_time(vv_buf *out, const vv_operand *v, vv_type type)
{
	int64_t days = v->time.days, seconds = v->time.seconds;

	if (type != VV_TYPE_TIME) {
		int64_t year;
		int month, day;

		vv_civil_day(days, &year, &month, &day);
		vv_buf_printf(out, "%04lld-%02d", (long long)year, month);
		if (type != VV_TYPE_YEARMONTH) {
			vv_buf_printf(out, "-%02d", day);
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

#define KEY_PLACES 60 /* of a fraction that is no decimal, in a group or among distinct values */

/* One text for one value, as people read it. */
static void put_value(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind,
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

/* A value that lasts, of min and max: a number whole, a time, or a text. */
static void put_kept(vv_buf *out, const vv_operand *v, const vv_ratio *large, vv_operand_kind kind)
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

static bool get_kept(vv_value_room *out, const char *bytes, size_t len, vv_operand_kind kind)
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

/* ---- distinct values ---- */

static int order_hashes(const void *a, const void *b)
{
	const vv_hash128 *x = a, *y = b;

	return x->hi != y->hi ? (x->hi > y->hi) - (x->hi < y->hi)
			      : (x->lo > y->lo) - (x->lo < y->lo);
}

/* In order; of more than are told apart only the least. */
static void pack(distinct *d)
{
	size_t n = 0;

	if (d->cap == 0) return;
	for (size_t i = 0; i < d->cap; i++) {
		if (d->items[i].lo != 0 || d->items[i].hi != 0) {
			d->items[n++] = d->items[i];
		}
	}
	if (n > 1) {
		qsort(d->items, n, sizeof(*d->items), order_hashes);
	}
	d->over = d->over || n > VV_SUMS_DISTINCT_MAX;
	d->count = n > VV_SUMS_DISTINCT_MAX ? VV_SUMS_DISTINCT_MAX : n;
	d->cap = 0; /* no table any more */
}

static void insert(distinct *d, vv_hash128 h)
{
	size_t at = (size_t)h.lo & (d->cap - 1);

	while (d->items[at].lo != 0 || d->items[at].hi != 0) {
		if (d->items[at].lo == h.lo && d->items[at].hi == h.hi) return;
		at = (at + 1) & (d->cap - 1);
	}
	d->items[at] = h;
	d->count++;
}

/* Room for one more: a larger table, or one of the least alone. */
static bool make_room(distinct *d)
{
	const size_t most = 4 * VV_SUMS_DISTINCT_MAX;
	distinct next = {.over = d->over};
	size_t from = d->cap;

	if (2 * (d->count + 1) <= d->cap) return true;
	next.cap = d->cap == 0 ? 16 : d->cap < most ? 2 * d->cap : most;
	if (!(next.items = vv_calloc(next.cap, sizeof(*next.items)))) return false;
	if (d->cap == most) {
		pack(d);
		next.over = d->over;
		from = d->count;
	}
	for (size_t i = 0; i < from; i++) {
		if (d->items[i].lo != 0 || d->items[i].hi != 0) {
			insert(&next, d->items[i]);
		}
	}
	vv_free(d->items);
	*d = next;
	return true;
}

static bool add_hash(distinct *d, vv_hash128 h)
{
	h.lo += h.lo == 0 && h.hi == 0; /* zero is an empty place */
	if (!make_room(d)) return false;
	insert(d, h);
	return true;
}

/* How many there are: of an estimate by how far the hashes are apart. */
static uint64_t distinct_count(const distinct *d)
{
	if (!d->over || d->count < 2) return d->count;
	__uint128_t n = d->count - 1;
	n <<= 64;
	return (uint64_t)(n / (d->items[d->count - 1].hi + (__extension__(__uint128_t) 1)));
}

/* ---- groups ---- */

static void cell_clear(cell *c)
{
	vv_total_clear(&c->sum);
	vv_total_clear(&c->square);
	vv_free(c->least);
	vv_free(c->distinct.items);
	*c = (cell){.count = 0};
}

vv_sums *vv_sums_new(const vv_sums_rule *r)
{
	vv_sums *s = vv_calloc(1, sizeof(*s));

	if (s) {
		s->rule = r;
		vv_hash_index_init(&s->index);
		for (size_t i = 0; i < 2; i++) {
			s->rooms[i] = vv_calloc(r->condition->aggregate_count + 1,
						sizeof(vv_value_room));
		}
		if (!s->rooms[0] || !s->rooms[1]) {
			vv_sums_free(s);
			return NULL;
		}
	}
	return s;
}

void vv_sums_reset(vv_sums *s)
{
	for (size_t i = 0; i < s->count; i++) {
		for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
			cell_clear(&s->groups[i].cells[k]);
		}
		vv_free(s->groups[i].cells);
		vv_free(s->groups[i].key);
	}
	s->count = 0;
	vv_hash_index_reset(&s->index);
}

void vv_sums_free(vv_sums *s)
{
	if (!s) return;
	vv_sums_reset(s);
	vv_hash_index_clear(&s->index);
	vv_free(s->groups);
	vv_buf_clear(&s->key);
	vv_buf_clear(&s->value);
	vv_free(s->rooms[0]);
	vv_free(s->rooms[1]);
	vv_free(s);
}

/* The group whose key is in s->key; NULL: there is none. */
static group *find_group(const vv_sums *s, uint64_t *hash)
{
	size_t i;

	*hash = vv_xxh3(s->key.data ? s->key.data : "", s->key.len, s->index.seed);
	vv_hash_probe probe = vv_hash_probe_begin(&s->index, *hash);
	while (vv_hash_probe_next(&probe, &i)) {
		if (s->groups[i].key_len == s->key.len &&
		    (s->key.len == 0 || memcmp(s->groups[i].key, s->key.data, s->key.len) == 0)) {
			return &s->groups[i];
		}
	}
	return NULL;
}

/* The group whose key is in s->key, made where it is not there; NULL: out of memory. */
static group *have_group(vv_sums *s)
{
	uint64_t hash;
	group *g = find_group(s, &hash);

	if (g) return g;
	if (!vv_array_room(s->groups, s->count, s->cap) ||
	    !vv_hash_index_add(&s->index, hash, s->count)) {
		return NULL;
	}
	g = &s->groups[s->count];
	*g = (group){.key = vv_malloc(s->key.len + 1),
		     .key_len = s->key.len,
		     .cells = vv_calloc(s->rule->condition->aggregate_count + 1, sizeof(cell))};
	s->count++; /* so that it is freed */
	if (!g->key || !g->cells) {
		g->key_len = 0;
		return NULL;
	}
	memcpy(g->key, s->key.data ? s->key.data : "", s->key.len);
	return g;
}

/* The key of a row: of each value a mark, its length, its text. 1; 0: a value is not of its type. */
static int make_key(vv_sums *s, vv_condition_scratch *scratch, const vv_cell *cells)
{
	vv_buf_reset(&s->key);
	for (size_t i = 0; i < s->rule->key_count; i++) {
		const vv_condition *c = s->rule->keys[i];
		const vv_operand *v = &scratch->stack[0];

		vv_condition_run(c, scratch, cells);
		if (v->state == VV_VALUE_UNKNOWN) return 0;
		vv_buf_reset(&s->value);
		if (v->state != VV_VALUE_MISSING) {
			put_value(&s->value, v, &scratch->large[0], c->kind, c->type, KEY_PLACES);
		}
		vv_buf_putc(&s->key, v->state == VV_VALUE_MISSING ? 0 : 1);
		vv_buf_put_varint(&s->key, s->value.len);
		vv_buf_put(&s->key, s->value.data ? s->value.data : "", s->value.len);
	}
	return s->key.failed || s->value.failed ? VV_ENOMEM : 1;
}

/* Does the value at the bottom of the stack go before the one that is kept? */
static bool goes_before(const cell *c, vv_condition_scratch *scratch, const vv_condition *argument,
			vv_aggregate_op op)
{
	vv_value_room kept;
	int order;

	if (!c->least) return true;
	return get_kept(&kept, c->least, c->least_len, argument->kind) &&
	       vv_operand_compare(scratch, argument->kind, &scratch->stack[0], &scratch->large[0],
				  &kept.value, &kept.large, &order) &&
	       (op == VV_AGGREGATE_MIN ? order < 0 : order > 0);
}

static bool keep(cell *c, const vv_buf *value)
{
	char *bytes = vv_malloc(value->len + 1);

	if (!bytes) return false;
	memcpy(bytes, value->data ? value->data : "", value->len);
	vv_free(c->least);
	c->least = bytes;
	c->least_len = value->len;
	return true;
}

/* The value at the bottom of the stack. */
static bool add_to_cell(vv_sums *s, cell *c, vv_condition_scratch *scratch,
			const vv_condition_aggregate *a)
{
	const vv_operand *v = &scratch->stack[0];
	const vv_ratio *large = &scratch->large[0];
	const vv_condition *argument = a->argument;

	if (a->op == VV_AGGREGATE_SHARE) {
		bool holds = v->state == VV_VALUE_SMALL && v->truth;

		c->count += holds;
		c->other += !holds;
		return true;
	}
	if (v->state < VV_VALUE_SMALL) return true;
	c->count++;
	vv_buf_reset(&s->value);
	switch (a->op) {
	case VV_AGGREGATE_SUM:
	case VV_AGGREGATE_AVG:
		return vv_total_add(&c->sum, v, large);
	case VV_AGGREGATE_DEVIATION:
		return vv_total_add(&c->sum, v, large) && vv_total_add_square(&c->square, v, large);
	case VV_AGGREGATE_MIN:
	case VV_AGGREGATE_MAX:
		if (!goes_before(c, scratch, argument, a->op)) return true;
		put_kept(&s->value, v, large, argument->kind);
		return !s->value.failed && keep(c, &s->value);
	case VV_AGGREGATE_DISTINCT:
		put_value(&s->value, v, large, argument->kind, argument->type, KEY_PLACES);
		return !s->value.failed &&
		       add_hash(&c->distinct,
				vv_xxh3_128(s->value.data ? s->value.data : "", s->value.len, 0));
	default:
		return true;
	}
}

bool vv_sums_add(vv_sums *s, vv_condition_scratch *scratch, const vv_cell *cells)
{
	const vv_sums_rule *r = s->rule;

	if (r->where && vv_condition_eval(r->where, scratch, cells) != VV_TRUE) {
		return !scratch->failed;
	}
	int whole = make_key(s, scratch, cells);
	if (whole <= 0) return whole == 0;
	group *g = have_group(s);
	if (!g) return false;
	for (size_t i = 0; i < r->condition->aggregate_count; i++) {
		const vv_condition_aggregate *a = &r->condition->aggregates[i];

		if (!a->argument) {
			g->cells[i].count++;
			continue;
		}
		vv_condition_run(a->argument, scratch, cells);
		if (scratch->failed || !add_to_cell(s, &g->cells[i], scratch, a)) return false;
	}
	return true;
}

/* ---- kept ---- */

static void put_cell(vv_buf *out, cell *c, const vv_condition_aggregate *a)
{
	uint8_t room[16];

	vv_buf_put_varint(out, c->count);
	switch (a->op) {
	case VV_AGGREGATE_SHARE:
		vv_buf_put_varint(out, c->other);
		break;
	case VV_AGGREGATE_DEVIATION:
		vv_total_put(out, &c->square);
		vv_total_put(out, &c->sum);
		break;
	case VV_AGGREGATE_SUM:
	case VV_AGGREGATE_AVG:
		vv_total_put(out, &c->sum);
		break;
	case VV_AGGREGATE_MIN:
	case VV_AGGREGATE_MAX:
		vv_buf_put_varint(out, c->least_len);
		vv_buf_put(out, c->least ? c->least : "", c->least_len);
		break;
	case VV_AGGREGATE_DISTINCT:
		pack(&c->distinct);
		vv_buf_put_varint(out, 2 * c->distinct.count + c->distinct.over);
		for (size_t i = 0; i < c->distinct.count; i++) {
			vv_put_le64(room, c->distinct.items[i].lo);
			vv_put_le64(room + 8, c->distinct.items[i].hi);
			vv_buf_put(out, room, 16);
		}
		break;
	default:
		break;
	}
}

void vv_sums_put(vv_buf *out, vv_sums *s)
{
	vv_buf_put_varint(out, s->count);
	for (size_t i = 0; i < s->count; i++) {
		vv_buf_put_varint(out, s->groups[i].key_len);
		vv_buf_put(out, s->groups[i].key, s->groups[i].key_len);
		for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
			put_cell(out, &s->groups[i].cells[k], &s->rule->condition->aggregates[k]);
		}
	}
}

static int read_least(vv_sums *s, cell *c, const vv_condition_aggregate *a, const uint8_t **p,
		      const uint8_t *end)
{
	vv_value_room kept, other;
	uint64_t len;
	int order = 0;
	if (!vv_varint_read(p, end, &len) || len > (uint64_t)(end - *p)) return 0;
	const char *bytes = (const char *)*p;
	*p += len;
	if (c->count == 0) return 1; /* there is no value */
	if (!get_kept(&other, bytes, (size_t)len, a->argument->kind)) return 0;
	if (c->least) {
		vv_auto(vv_condition_scratch) *scratch = vv_condition_scratch_new();

		if (!scratch) return VV_ENOMEM;
		if (!get_kept(&kept, c->least, c->least_len, a->argument->kind) ||
		    !vv_operand_compare(scratch, a->argument->kind, &other.value, &other.large,
					&kept.value, &kept.large, &order) ||
		    (a->op == VV_AGGREGATE_MIN ? order >= 0 : order <= 0)) {
			return 1;
		}
	}
	vv_buf_reset(&s->value);
	vv_buf_put(&s->value, bytes, (size_t)len);
	return !s->value.failed && keep(c, &s->value) ? 1 : VV_ENOMEM;
}

static int read_distinct(distinct *d, const uint8_t **p, const uint8_t *end)
{
	uint64_t n;

	if (!vv_varint_read(p, end, &n) || n / 2 > (uint64_t)(end - *p) / 16) return 0;
	d->over = d->over || n % 2 == 1;
	for (uint64_t i = 0; i < n / 2; i++, *p += 16) {
		if (!add_hash(d, (vv_hash128){.lo = vv_get_le64(*p), .hi = vv_get_le64(*p + 8)})) {
			return VV_ENOMEM;
		}
	}
	return 1;
}

static int read_cell(vv_sums *s, cell *c, const vv_condition_aggregate *a, const uint8_t **p,
		     const uint8_t *end)
{
	uint64_t count, other = 0;
	int got;

	if (!vv_varint_read(p, end, &count) ||
	    (a->op == VV_AGGREGATE_SHARE && !vv_varint_read(p, end, &other)) ||
	    count > UINT64_MAX / 4 || other > UINT64_MAX / 4) {
		return 0;
	}
	const uint64_t before = c->count;
	c->count = count;
	c->other += other;
	switch (a->op) {
	case VV_AGGREGATE_DEVIATION:
		got = vv_total_read(&c->square, p, end);
		got = got > 0 ? vv_total_read(&c->sum, p, end) : got;
		break;
	case VV_AGGREGATE_SUM:
	case VV_AGGREGATE_AVG:
		got = vv_total_read(&c->sum, p, end);
		break;
	case VV_AGGREGATE_MIN:
	case VV_AGGREGATE_MAX:
		got = read_least(s, c, a, p, end);
		break;
	case VV_AGGREGATE_DISTINCT:
		got = read_distinct(&c->distinct, p, end);
		break;
	default:
		got = 1;
	}
	c->count += before;
	return got;
}

int vv_sums_read(vv_sums *s, const void *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t groups, key_len;
	int got = 1;

	if (!vv_varint_read(&p, end, &groups)) return 0;
	for (; groups > 0 && got > 0; groups--) {
		if (!vv_varint_read(&p, end, &key_len) || key_len > (uint64_t)(end - p)) return 0;
		vv_buf_reset(&s->key);
		vv_buf_put(&s->key, p, (size_t)key_len);
		p += key_len;
		group *g = s->key.failed ? NULL : have_group(s);
		if (!g) return VV_ENOMEM;
		for (size_t k = 0; k < s->rule->condition->aggregate_count && got > 0; k++) {
			got = read_cell(s, &g->cells[k], &s->rule->condition->aggregates[k], &p,
					end);
		}
	}
	return got <= 0 ? got : p == end;
}

/* ---- judging ---- */

static void set_ratio(vv_value_room *out, const vv_ratio *r)
{
	out->large = *r;
	out->value.state = vv_ratio_to_small(&out->value.small, r) ? VV_VALUE_SMALL
								   : VV_VALUE_LARGE;
}

static void set_count(vv_value_room *out, uint64_t n)
{
	vv_ratio r;

	if (vv_total_whole(&r, (vv_long_sum)n, 0)) {
		set_ratio(out, &r);
	}
}

/* The sample's: the root of (squares - sum^2 / n) / (n - 1), rounded down after ROOT_PLACES digits. */
static bool deviation(vv_ratio *out, const cell *c)
{
	vv_ratio n, sum, square, x, y;

	if (c->count < 2 || !vv_total_ratio(&sum, &c->sum) ||
	    !vv_total_ratio(&square, &c->square) || !vv_total_whole(&n, (vv_long_sum)c->count, 0) ||
	    !vv_ratio_multiply(&x, &sum, &sum) || !vv_ratio_divide(&y, &x, &n)) {
		return false;
	}
	y.above.negative = y.above.count > 0;
	vv_ratio_small(&n, &(vv_small){(int64_t)c->count - 1, 0});
	return vv_ratio_add(&x, &square, &y) && vv_ratio_divide(&y, &x, &n) &&
	       vv_ratio_root(out, &y, ROOT_PLACES);
}

static void make_value(vv_value_room *out, const cell *c, const vv_condition_aggregate *a)
{
	vv_ratio r, n;
	bool known = true;

	*out = (vv_value_room){.value.state = VV_VALUE_MISSING};
	if (a->op == VV_AGGREGATE_COUNT || a->op == VV_AGGREGATE_DISTINCT) {
		set_count(out,
			  a->op == VV_AGGREGATE_COUNT ? c->count : distinct_count(&c->distinct));
		return;
	}
	if (a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX) {
		if (c->least && !get_kept(out, c->least, c->least_len, a->argument->kind)) {
			out->value.state = VV_VALUE_UNKNOWN;
		}
		return;
	}
	if (c->count + c->other == 0 || (a->op == VV_AGGREGATE_DEVIATION && c->count < 2)) return;
	if (c->sum.unknown || c->square.unknown) {
		known = false;
	} else if (a->op == VV_AGGREGATE_DEVIATION) {
		known = deviation(&r, c);
	} else if (a->op == VV_AGGREGATE_SHARE) {
		vv_ratio all;

		known = vv_total_whole(&n, (vv_long_sum)c->count, 0) &&
			vv_total_whole(&all, (vv_long_sum)c->count + c->other, 0) &&
			vv_ratio_divide(&r, &n, &all);
	} else {
		known = vv_total_ratio(&r, &c->sum);
		if (known && a->op == VV_AGGREGATE_AVG) {
			vv_ratio sum = r;

			known = vv_total_whole(&n, (vv_long_sum)c->count, 0) &&
				vv_ratio_divide(&r, &sum, &n);
		}
	}
	if (known) {
		set_ratio(out, &r);
	} else {
		out->value.state = VV_VALUE_UNKNOWN;
	}
}

static int order_groups(const void *a, const void *b)
{
	const group *x = a, *y = b;
	size_t n = x->key_len < y->key_len ? x->key_len : y->key_len;
	int c = n > 0 ? memcmp(x->key, y->key, n) : 0;

	return c != 0 ? c : (x->key_len > y->key_len) - (x->key_len < y->key_len);
}

vv_status vv_sums_finish(vv_sums *s, vv_error *err)
{
	vv_buf_reset(&s->key);
	if (s->rule->key_count == 0 && !have_group(s)) return vv_fail_nomem(err); /* no rows, too */
	if (s->count > 1) {
		qsort(s->groups, s->count, sizeof(*s->groups), order_groups);
	}
	vv_hash_index_reset(&s->index);
	for (size_t i = 0; i < s->count; i++) {
		uint64_t hash = vv_xxh3(s->groups[i].key, s->groups[i].key_len, s->index.seed);

		for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
			pack(&s->groups[i].cells[k].distinct);
		}
		if (!vv_hash_index_add(&s->index, hash, i)) return vv_fail_nomem(err);
	}
	return VV_OK;
}

size_t vv_sums_groups(const vv_sums *s)
{
	return s->count;
}

/* The values of a group, and of the base's of the same key; false: the base does not have it. */
static bool make_values(const vv_sums *s, size_t i, const vv_sums *base)
{
	const vv_condition *c = s->rule->condition;
	const group *was = NULL;

	if (base) {
		vv_sums *b = (vv_sums *)(uintptr_t)base; /* its buffer for the key */

		vv_buf_reset(&b->key);
		vv_buf_put(&b->key, s->groups[i].key, s->groups[i].key_len);
		uint64_t hash;
		was = b->key.failed ? NULL : find_group(b, &hash);
	}
	for (size_t k = 0; k < c->aggregate_count; k++) {
		make_value(&s->rooms[0][k], &s->groups[i].cells[k], &c->aggregates[k]);
		if (was) {
			make_value(&s->rooms[1][k], &was->cells[k], &c->aggregates[k]);
		}
	}
	return was != NULL;
}

vv_truth vv_sums_judge(const vv_sums *s, vv_condition_scratch *scratch, size_t i,
		       const vv_sums *base)
{
	bool has = make_values(s, i, base);

	scratch->sums[0] = s->rooms[0];
	scratch->sums[1] = has ? s->rooms[1] : NULL;
	return vv_condition_eval(s->rule->condition, scratch, NULL);
}

void vv_sums_put_group(vv_buf *out, const vv_sums *s, size_t i)
{
	const uint8_t *p = (const uint8_t *)s->groups[i].key, *end = p + s->groups[i].key_len;

	for (size_t k = 0; k < s->rule->key_count && p < end; k++) {
		bool missing = *p++ == 0;
		uint64_t len = 0;

		if (!vv_varint_read(&p, end, &len) || len > (uint64_t)(end - p)) return;
		vv_buf_printf(out, "%s%s=", k > 0 ? ", " : "", vv_condition_text(s->rule->keys[k]));
		vv_buf_put(out, missing ? "null" : (const char *)p, missing ? 4 : (size_t)len);
		p += len;
	}
}

static void put_room(vv_buf *out, const vv_value_room *v, const vv_condition_aggregate *a)
{
	bool own = a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX;

	if (v->value.state < VV_VALUE_SMALL) {
		vv_buf_puts(out, v->value.state == VV_VALUE_MISSING ? "null" : "unknown");
	} else {
		put_value(out, &v->value, &v->large, own ? a->argument->kind : VV_OPERAND_NUMBER,
			  own ? a->argument->type : VV_TYPE_NUMBER, 9);
	}
}

void vv_sums_put_values(vv_buf *out, vv_condition_scratch *scratch, const vv_sums *s, size_t i,
			const vv_sums *base)
{
	const vv_condition *c = s->rule->condition;
	bool has = make_values(s, i, base);

	(void)scratch;
	for (size_t k = 0; k < c->aggregate_count; k++) {
		bool of_base = false;

		for (size_t n = 0; n < c->step_count; n++) {
			of_base = of_base || (c->steps[n].code == VV_STEP_AGGREGATE &&
					      c->steps[n].at == k && c->steps[n].before);
		}
		vv_buf_printf(out, "%s%s = ", k > 0 ? ", " : "", c->aggregates[k].text);
		put_room(out, &s->rooms[0][k], &c->aggregates[k]);
		if (s->groups[i].cells[k].distinct.over) {
			vv_buf_puts(out, " (estimated)");
		}
		if (of_base && has) {
			vv_buf_puts(out, " (base ");
			put_room(out, &s->rooms[1][k], &c->aggregates[k]);
			vv_buf_putc(out, ')');
		}
	}
}
