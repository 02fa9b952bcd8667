/*
 * sums: assigns rows to groups, and keeps partial sums.
 *
 * Kept: varint number of groups; of each varint length and bytes of its key, of each aggregate varint count and the data of its
 * kind: sums 16 bytes mantissa, a byte scale, or a fraction; least and greatest a value; distinct varint number, with the
 * lowest bit for an estimate, and 16 bytes for each hash.
 */
#include "dataset/rows/sums.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/facts.h"
#include "dataset/rows/condition_code.h"
#include "dataset/rows/row_values.h"
#include "dataset/rows/sum_values.h"
#include "dataset/rows/total.h"

#define ROOT_PLACES 30u
#define PLACES 9 /* of a fraction that has more */
#define ESTIMATED " (estimated)"

/* One aggregate of one group. */
typedef struct cell {
	uint64_t
		count; /* values; rows of count(*) and share(); of share() those that do not meet it are in `other` */
	uint64_t other;
	vv_total sum, square;
	char *least; /* of min and max: the value as vv_value_keep writes it; owned */
	size_t least_len;
	vv_distinct distinct;
} cell;

typedef struct group {
	const vv_sums_rule *rule; /* for order_groups */
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
	size_t indexed; /* groups, by their places */
	vv_arena arena; /* keys and cells of the groups */
	size_t near;    /* the group that was found last */
	vv_buf key, value;
	vv_condition_scratch *scratch; /* to compare kept values; made on first use */
	vv_value_room *rooms[2];       /* values of the group that is judged */
};

/* ---- the rule ---- */

void vv_sums_rule_free(vv_sums_rule *r)
{
	if (!r) return;
	vv_condition_free(r->condition);
	vv_condition_free(r->where);
	vv_array_clear(r->keys, r->key_count, it, vv_condition_free(*it));
	vv_free_all(r->columns, r);
}

const size_t *vv_sums_rule_columns(const vv_sums_rule *r, size_t *count)
{
	*count = r->column_count;
	return r->columns;
}

bool vv_sums_rule_is_one(const vv_sums_rule *r, size_t len)
{
	const vv_condition *c = r->condition;

	return c->aggregate_count == 1 && vv_condition_end(c) == len && c->step_count <= 2 &&
	       !vv_sums_rule_has_base(r);
}

bool vv_sums_rule_has_base(const vv_sums_rule *r)
{
	vv_array_each(r->condition->steps, r->condition->step_count, s) {
		if (s->code == VV_STEP_AGGREGATE && s->before) return true;
	}
	return false;
}

static void mark_columns(const vv_condition *c, bool *used)
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
	mark_columns(r->where, used);
	vv_array_each(r->condition->aggregates, r->condition->aggregate_count, aggregate) {
		mark_columns(aggregate->argument, used);
	}
	for (size_t i = 0; i < r->key_count; i++) {
		mark_columns(r->keys[i], used);
	}
	for (size_t i = 0; i < schema->count; i++) {
		if (used[i]) {
			r->columns[r->column_count++] = i;
		}
	}
	return VV_OK;
}

static vv_status compile_condition(vv_condition **out, const char *text, const vv_schema *schema,
				   const vv_condition_how *how, bool value, size_t at,
				   vv_error *err)
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
	if (count > VV_SUMS_KEYS_MAX) {
		return vv_fail(err, VV_EINPUT,
			       "%s:%zu:%zu: 'group by' has more than %u expressions",
			       how->file ? how->file : "condition", how->file_line, at + 1,
			       VV_SUMS_KEYS_MAX);
	}
	if (!r || !(r->keys = vv_calloc(count + 1, sizeof(vv_condition *)))) {
		return vv_fail_nomem(err);
	}
	if ((rc = vv_condition_compile(&r->condition, text->condition, strlen(text->condition),
				       schema, how, err)) < 0 ||
	    (text->where && (rc = compile_condition(&r->where, text->where, schema, how, false,
						    text->where_at, err)) < 0)) {
		return rc;
	}
	for (; r->key_count < count; r->key_count++) {
		const char *key = text->groups[r->key_count];

		if ((rc = compile_condition(&r->keys[r->key_count], key, schema, how, true, at,
					    err)) < 0) {
			return rc;
		}
		at += strlen(key) + 2;
	}
	if ((rc = list_columns(r, schema, err)) < 0) return rc;
	return vv_hand_over(out, &r);
}

/* ---- groups ---- */

static void cell_clear(cell *c)
{
	vv_total_clear(&c->sum);
	vv_total_clear(&c->square);
	vv_free_all(c->least, c->distinct.items);
	*c = (cell){.count = 0};
}

vv_sums *vv_sums_new(const vv_sums_rule *r)
{
	vv_sums *s = vv_calloc(1, sizeof(*s));

	if (s) {
		s->rule = r;
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
	for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
		const vv_aggregate_op op = s->rule->condition->aggregates[k].op;

		for (size_t i = 0; op != VV_AGGREGATE_COUNT && i < s->count; i++) {
			cell_clear(&s->groups[i].cells[k]);
		}
	}
	s->count = s->near = s->indexed = 0;
	vv_arena_reset(&s->arena);
	vv_hash_index_reset(&s->index);
}

void vv_sums_free(vv_sums *s)
{
	if (!s) return;
	vv_sums_reset(s);
	vv_hash_index_clear(&s->index);
	vv_arena_clear(&s->arena);
	vv_free(s->groups);
	vv_buf_clear_all(&s->key, &s->value);
	vv_condition_scratch_free(s->scratch);
	vv_free_all(s->rooms[0], s->rooms[1], s);
}

static bool has_key(const vv_sums *s, size_t i)
{
	return i < s->count && s->groups[i].key_len == s->key.len &&
	       (s->key.len == 0 || memcmp(s->groups[i].key, s->key.data, s->key.len) == 0);
}

/* The group whose key is in s->key; SIZE_MAX: there is none. Rows often come in the order of rows before. */
static size_t find_group(const vv_sums *s, uint64_t *hash)
{
	size_t i;

	*hash = vv_xxh3(s->key.data ? s->key.data : "", s->key.len, vv_hash_seed());
	vv_hash_probe probe = vv_hash_probe_begin(&s->index, *hash);
	while (vv_hash_probe_next(&probe, &i)) {
		if (has_key(s, i)) return i;
	}
	return SIZE_MAX;
}

/* The group whose key is in s->key, made where it is not there; SIZE_MAX: out of memory. */
static size_t have_group(vv_sums *s)
{
	uint64_t hash;

	if (has_key(s, s->near + 1)) return ++s->near;
	if (has_key(s, s->near)) return s->near;
	size_t i = find_group(s, &hash);
	if (i == SIZE_MAX) {
		group g = {.rule = s->rule,
			   .key = vv_arena_strndup(&s->arena, vv_buf_cstr(&s->key), s->key.len),
			   .key_len = s->key.len,
			   .cells = vv_arena_calloc(&s->arena,
						    s->rule->condition->aggregate_count + 1,
						    sizeof(cell))};

		if (!g.key || !g.cells || !vv_array_room(s->groups, s->count, s->cap) ||
		    !vv_hash_index_add(&s->index, hash, s->count)) {
			return SIZE_MAX;
		}
		i = s->count++;
		s->indexed++;
		s->groups[i] = g;
	}
	return s->near = i;
}

/* Appends a value to the key: a mark, its length, its text. False: it is not of its type. */
static bool put_key(vv_sums *s, const vv_condition *c, const vv_operand *v, const vv_ratio *large)
{
	if (v->state == VV_VALUE_UNKNOWN) return false;
	vv_buf_reset(&s->value);
	if (v->state != VV_VALUE_MISSING) {
		vv_value_put(&s->value, v, large, c->kind, c->type, VV_KEY_PLACES);
	}
	vv_buf_putc(&s->key, v->state == VV_VALUE_MISSING ? 0 : 1);
	vv_buf_put_varint(&s->key, s->value.len);
	vv_buf_put(&s->key, s->value.data ? s->value.data : "", s->value.len);
	return true;
}

/* Does the value at the bottom of the stack go before the one that is kept? */
static bool goes_before(const cell *c, vv_condition_scratch *scratch, const vv_condition *argument,
			vv_aggregate_op op)
{
	vv_value_room kept;
	int order;

	if (!c->least) return true;
	return vv_kept_value_read(&kept, c->least, c->least_len, argument->kind) &&
	       vv_operand_compare(scratch, argument->kind, &scratch->stack[0], &scratch->large[0],
				  &kept.value, &kept.large, &order) &&
	       (op == VV_AGGREGATE_MIN ? order < 0 : order > 0);
}

static bool copy_value(cell *c, const vv_buf *value)
{
	char *bytes = vv_malloc(value->len + 1);

	if (!bytes) return false;
	memcpy(bytes, value->data ? value->data : "", value->len);
	vv_free(c->least);
	c->least = bytes;
	c->least_len = value->len;
	return true;
}

/* For min and max: the value at the bottom of the stack. False: out of memory. */
static bool add_least(vv_sums *s, cell *c, vv_condition_scratch *scratch,
		      const vv_condition_aggregate *a)
{
	if (!goes_before(c, scratch, a->argument, a->op)) return true;
	vv_buf_reset(&s->value);
	vv_value_keep(&s->value, &scratch->stack[0], &scratch->large[0], a->argument->kind);
	return !s->value.failed && copy_value(c, &s->value);
}

/* The value at the bottom of the stack. False: out of memory. */
static bool add_to_cell(vv_sums *s, cell *c, vv_condition_scratch *scratch,
			const vv_condition_aggregate *a)
{
	const vv_operand *v = &scratch->stack[0];
	const vv_ratio *large = &scratch->large[0];
	const vv_condition *argument = a->argument;

	if (v->state < VV_VALUE_SMALL) return true;
	c->count++;
	switch (a->op) {
	case VV_AGGREGATE_SUM:
	case VV_AGGREGATE_AVG:
		return vv_total_add(&c->sum, v, large);
	case VV_AGGREGATE_DEVIATION:
		return vv_total_add(&c->sum, v, large) && vv_total_add_square(&c->square, v, large);
	case VV_AGGREGATE_MIN:
	case VV_AGGREGATE_MAX:
		return add_least(s, c, scratch, a);
	case VV_AGGREGATE_DISTINCT:
		vv_buf_reset(&s->value);
		vv_value_put(&s->value, v, large, argument->kind, argument->type, VV_KEY_PLACES);
		return !s->value.failed &&
		       vv_distinct_add(&c->distinct,
				       vv_xxh3_128(vv_buf_cstr(&s->value), s->value.len, 0));
	default:
		return true;
	}
}

/* ---- blocks of rows ---- */

#define NONE UINT32_MAX /* a row that counts in no group */
#define COMBINATIONS 4096u

/* Groups of rows whose keys have few values: a place for each combination. *done false: too many
 * values. */
static vv_status find_shared(vv_sums *s, vv_row_block *b, const vv_row_values *keys, size_t count,
			     uint32_t *of, bool *done, vv_error *err)
{
	uint32_t seen[COMBINATIONS];
	size_t combinations = 1;

	*done = true;
	for (size_t k = 0; k < count && *done; k++) {
		*done = keys[k].form == VV_VALUES_SHARED && keys[k].count > 0 &&
			combinations <= COMBINATIONS / keys[k].count;
		combinations *= *done ? keys[k].count : 1;
	}
	if (!*done) return VV_OK;
	for (size_t i = 0; i < combinations; i++) {
		seen[i] = NONE - 1;
	}
	for (size_t r = 0; r < vv_row_block_rows(b); r++) {
		size_t at = 0;

		if (of[r] == NONE) {
			continue;
		}
		vv_array_each(keys, count, key) {
			at = at * key->count + (key->index ? key->index[r] : 0);
		}
		if (seen[at] == NONE - 1) {
			bool has = true;

			vv_buf_reset(&s->key);
			for (size_t k = 0; k < count && has; k++) {
				const size_t i = keys[k].index ? keys[k].index[r] : 0;

				has = put_key(s, s->rule->keys[k], &keys[k].values[i], NULL);
			}
			const size_t place = has && !s->key.failed ? have_group(s) : SIZE_MAX;
			if (has && place == SIZE_MAX) return vv_fail_nomem(err);
			seen[at] = has ? (uint32_t)place : NONE;
		}
		of[r] = seen[at];
	}
	return VV_OK;
}

/* The place of each row's group; NONE: the row does not count. */
static vv_status find_rows(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, uint32_t *of,
			   vv_error *err)
{
	const vv_sums_rule *rule = s->rule;
	const uint8_t *truths = NULL;
	vv_row_values keys[VV_SUMS_KEYS_MAX];
	bool done;
	vv_status rc;

	if (rule->where && (rc = vv_row_block_judge(b, rule->where, scratch, &truths, err)) < 0) {
		return rc;
	}
	for (size_t r = 0; r < vv_row_block_rows(b); r++) {
		of[r] = vv_row_block_skips(b, r) || (truths && truths[r] != VV_TRUE) ? NONE : 0;
	}
	for (size_t k = 0; k < rule->key_count; k++) {
		if ((rc = vv_row_values_of(&keys[k], b, rule->keys[k], scratch, err)) < 0 ||
		    (rc = vv_row_values_need(b, rule->keys[k], &keys[k], err)) < 0) {
			return rc;
		}
	}
	if ((rc = find_shared(s, b, keys, rule->key_count, of, &done, err)) < 0 || done) return rc;
	for (size_t r = 0; r < vv_row_block_rows(b); r++) {
		bool has = of[r] != NONE;

		vv_buf_reset(&s->key);
		for (size_t k = 0; k < rule->key_count && has; k++) {
			vv_row_values_get(b, rule->keys[k], scratch, &keys[k], r);
			has = put_key(s, rule->keys[k], &scratch->stack[0], &scratch->large[0]);
		}
		const size_t place = has && !s->key.failed ? have_group(s) : SIZE_MAX;
		if (has && place == SIZE_MAX) return vv_fail_nomem(err);
		of[r] = has ? (uint32_t)place : NONE;
	}
	return scratch->failed ? vv_fail_nomem(err) : VV_OK;
}

/* The sum of the numbers of one scale in one group. */
typedef struct part_sum {
	vv_long_sum sum;
	int64_t least, most;
	uint64_t count;
} part_sum;

/* count, sum, avg, min, max of numbers. */
static bool add_numbers(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, size_t k,
			const vv_row_values *v, const uint32_t *of)
{
	const vv_condition_aggregate *a = &s->rule->condition->aggregates[k];
	part_sum *parts = vv_arena_calloc(vv_row_block_arena(b), s->count + 1, sizeof(*parts));
	bool ok = parts != NULL;

	for (size_t r = 0; ok && r < vv_row_block_rows(b); r++) {
		const int64_t n = v->numbers[r];
		part_sum *p = of[r] == NONE ? NULL : &parts[of[r]];

		if (!p || (v->states && v->states[r] != VV_VALUE_SMALL)) {
			continue;
		}
		p->least = p->count == 0 || n < p->least ? n : p->least;
		p->most = p->count == 0 || n > p->most ? n : p->most;
		p->sum += n;
		p->count++;
	}
	for (size_t i = 0; ok && i < s->count; i++) {
		cell *c = &s->groups[i].cells[k];
		const int64_t end = a->op == VV_AGGREGATE_MIN ? parts[i].least : parts[i].most;

		c->count += parts[i].count;
		if (parts[i].count == 0 || a->op == VV_AGGREGATE_COUNT) {
			continue;
		}
		if (a->op == VV_AGGREGATE_SUM || a->op == VV_AGGREGATE_AVG) {
			ok = vv_total_add_whole(&c->sum, parts[i].sum, v->scale);
		} else {
			scratch->stack[0] = (vv_operand){.state = VV_VALUE_SMALL,
							 .small = {end, v->scale},
							 .time = {.days = end}};
			ok = add_least(s, c, scratch, a);
		}
	}
	return ok;
}

/* The k-th aggregate of all rows. */
static vv_status add_values(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, size_t k,
			    const uint32_t *of, vv_error *err)
{
	const vv_condition_aggregate *a = &s->rule->condition->aggregates[k];
	const size_t rows = vv_row_block_rows(b);
	const bool single = a->op == VV_AGGREGATE_DISTINCT || a->op == VV_AGGREGATE_DEVIATION;
	const uint8_t *truths;
	vv_row_values v;
	bool ok = true;
	vv_status rc;

	if (!a->argument || a->op == VV_AGGREGATE_SHARE) {
		rc = a->argument ? vv_row_block_judge(b, a->argument, scratch, &truths, err)
				 : VV_OK;
		for (size_t r = 0; rc == VV_OK && r < rows; r++) {
			cell *c = of[r] == NONE ? NULL : &s->groups[of[r]].cells[k];
			const bool holds = !a->argument || truths[r] == VV_TRUE;

			if (c) {
				c->count += holds;
				c->other += !holds;
			}
		}
		return rc;
	}
	if ((rc = vv_row_values_of(&v, b, a->argument, scratch, err)) < 0) return rc;
	if (!single && vv_row_values_spread(&v, b)) {
		return add_numbers(s, b, scratch, k, &v, of) ? VV_OK : vv_fail_nomem(err);
	}
	if ((rc = vv_row_values_need(b, a->argument, &v, err)) < 0) return rc;
	for (size_t r = 0; ok && r < rows; r++) {
		if (of[r] != NONE) {
			vv_row_values_get(b, a->argument, scratch, &v, r);
			ok = add_to_cell(s, &s->groups[of[r]].cells[k], scratch, a);
		}
	}
	return ok && !scratch->failed ? VV_OK : vv_fail_nomem(err);
}

vv_status vv_sums_add(vv_sums *s, vv_row_block *b, vv_condition_scratch *scratch, vv_error *err)
{
	uint32_t *of = vv_arena_alloc(vv_row_block_arena(b),
				      (vv_row_block_rows(b) + 1) * sizeof(*of));
	vv_status rc = of ? VV_OK : vv_fail_nomem(err);

	vv_buf_reset(&s->key);
	if (rc == VV_OK && s->rule->key_count == 0 && have_group(s) == SIZE_MAX) {
		rc = vv_fail_nomem(err);
	}
	if (rc == VV_OK) {
		rc = find_rows(s, b, scratch, of, err);
	}
	for (size_t k = 0; rc == VV_OK && k < s->rule->condition->aggregate_count; k++) {
		rc = add_values(s, b, scratch, k, of, err);
	}
	return rc;
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
		if (c->distinct.count > VV_SUMS_DISTINCT_MAX) {
			vv_distinct_pack(&c->distinct);
		}
		vv_buf_put_varint(out, 2 * c->distinct.count + c->distinct.over);
		for (size_t i = 0; i < (c->distinct.cap ? c->distinct.cap : c->distinct.count);
		     i++) { /* of a table in no order: they are added to another one */
			const vv_hash128 h = c->distinct.items[i];

			if (h.lo != 0 || h.hi != 0) {
				vv_put_le64(room, h.lo);
				vv_put_le64(room + 8, h.hi);
				vv_buf_put(out, room, 16);
			}
		}
		break;
	default:
		break;
	}
}

void vv_sums_put(vv_buf *out, vv_sums *s)
{
	vv_buf_put_varint(out, s->count);
	vv_array_each(s->groups, s->count, it) {
		vv_buf_put_varint(out, it->key_len);
		vv_buf_put(out, it->key, it->key_len);
		for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
			put_cell(out, &it->cells[k], &s->rule->condition->aggregates[k]);
		}
	}
}

static int read_least(vv_sums *s, cell *c, const vv_condition_aggregate *a, bool any,
		      const uint8_t **p, const uint8_t *end)
{
	vv_value_room kept, other;
	uint64_t len;
	int order = 0;
	if (!vv_varint_read(p, end, &len) || len > (uint64_t)(end - *p)) return 0;
	const char *bytes = (const char *)*p;
	*p += len;
	if (!any) return 1;
	if (!vv_kept_value_read(&other, bytes, (size_t)len, a->argument->kind)) return 0;
	if (c->least) {
		if (!s->scratch && !(s->scratch = vv_condition_scratch_new())) return VV_ENOMEM;
		if (!vv_kept_value_read(&kept, c->least, c->least_len, a->argument->kind) ||
		    !vv_operand_compare(s->scratch, a->argument->kind, &other.value, &other.large,
					&kept.value, &kept.large, &order)) {
			return 0;
		}
		if (a->op == VV_AGGREGATE_MIN ? order >= 0 : order <= 0) return 1;
	}
	vv_buf_set(&s->value, bytes, (size_t)len);
	return !s->value.failed && copy_value(c, &s->value) ? 1 : VV_ENOMEM;
}

static int read_distinct(vv_distinct *d, const uint8_t **p, const uint8_t *end)
{
	uint64_t n;

	if (!vv_varint_read(p, end, &n) || n / 2 > (uint64_t)(end - *p) / 16) return 0;
	d->over = d->over || n % 2 == 1;
	for (uint64_t i = 0; i < n / 2; i++, *p += 16) {
		if (!vv_distinct_add(
			    d, (vv_hash128){.lo = vv_get_le64(*p), .hi = vv_get_le64(*p + 8)})) {
			return VV_ENOMEM;
		}
	}
	return 1;
}

static int read_cell(vv_sums *s, cell *c, const vv_condition_aggregate *a, const uint8_t **p,
		     const uint8_t *end)
{
	uint64_t count, other = 0;

	if (!vv_varint_read(p, end, &count) ||
	    (a->op == VV_AGGREGATE_SHARE && !vv_varint_read(p, end, &other)) ||
	    count > UINT64_MAX / 4 || other > UINT64_MAX / 4) {
		return 0;
	}
	c->count += count;
	c->other += other;
	switch (a->op) {
	case VV_AGGREGATE_DEVIATION: {
		const int got = vv_total_read(&c->square, p, end);

		return got > 0 ? vv_total_read(&c->sum, p, end) : got;
	}
	case VV_AGGREGATE_SUM:
	case VV_AGGREGATE_AVG:
		return vv_total_read(&c->sum, p, end);
	case VV_AGGREGATE_MIN:
	case VV_AGGREGATE_MAX:
		return read_least(s, c, a, count > 0, p, end);
	case VV_AGGREGATE_DISTINCT:
		return read_distinct(&c->distinct, p, end);
	default:
		return 1;
	}
}

int vv_sums_read(vv_sums *s, const void *bytes, size_t len)
{
	const uint8_t *p = bytes, *end = p + len;
	uint64_t groups, key_len;
	int got = 1;

	if (!vv_varint_read(&p, end, &groups)) return 0;
	for (; groups > 0 && got > 0; groups--) {
		if (!vv_varint_read(&p, end, &key_len) || key_len > (uint64_t)(end - p)) return 0;
		vv_buf_set(&s->key, p, (size_t)key_len);
		p += key_len;
		size_t at = s->key.failed ? SIZE_MAX : have_group(s);
		if (at == SIZE_MAX) return VV_ENOMEM;
		for (size_t k = 0; k < s->rule->condition->aggregate_count && got > 0; k++) {
			got = read_cell(s, &s->groups[at].cells[k],
					&s->rule->condition->aggregates[k], &p, end);
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
static bool sample_deviation(vv_ratio *out, const cell *c)
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
			  a->op == VV_AGGREGATE_COUNT ? c->count : vv_distinct_count(&c->distinct));
		return;
	}
	if (a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX) {
		if (c->least &&
		    !vv_kept_value_read(out, c->least, c->least_len, a->argument->kind)) {
			out->value.state = VV_VALUE_UNKNOWN;
		}
		return;
	}
	if (c->count + c->other == 0 || (a->op == VV_AGGREGATE_DEVIATION && c->count < 2)) return;
	if (c->sum.unknown || c->square.unknown) {
		known = false;
	} else if (a->op == VV_AGGREGATE_DEVIATION) {
		known = sample_deviation(&r, c);
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

/* One value of a group's key. */
typedef struct key_part {
	bool missing;
	const char *text;
	size_t len;
} key_part;

static bool next_part(key_part *out, const uint8_t **p, const uint8_t *end)
{
	uint64_t len = 0;

	if (*p == end) return false;
	out->missing = *(*p)++ == 0;
	if (!vv_varint_read(p, end, &len) || len > (uint64_t)(end - *p)) return false;
	out->text = (const char *)*p;
	out->len = (size_t)len;
	*p += len;
	return true;
}

/* The number of digits before the point, as vv_value_put writes a number. */
static size_t whole_digits(const key_part *n, bool negative)
{
	const char *from = n->text + negative, *end = n->text + n->len;

	return from < end && *from == 'I' ? SIZE_MAX : (size_t)(vv_after_digits(from, end) - from);
}

static int order_parts(const key_part *a, const key_part *b, vv_operand_kind kind)
{
	const int order = vv_fact_text_order(a->text, a->len, b->text, b->len);

	if (a->missing != b->missing) return a->missing ? -1 : 1;
	if (kind != VV_OPERAND_NUMBER || order == 0) return order;
	const bool negative = a->len > 0 && *a->text == '-';
	if (negative != (b->len > 0 && *b->text == '-')) return negative ? -1 : 1;
	const size_t x = whole_digits(a, negative), y = whole_digits(b, negative);
	if ((x != y ? x < y : order < 0) == negative) {
		return 1;
	}
	return -1;
}

static int order_groups(const void *a, const void *b)
{
	const group *x = a, *y = b;
	const uint8_t *p = (const uint8_t *)x->key, *q = (const uint8_t *)y->key;
	key_part of_x, of_y;
	int order = 0;

	for (size_t k = 0; order == 0 && k < x->rule->key_count; k++) {
		if (next_part(&of_x, &p, (const uint8_t *)x->key + x->key_len) &&
		    next_part(&of_y, &q, (const uint8_t *)y->key + y->key_len)) {
			order = order_parts(&of_x, &of_y, x->rule->keys[k]->kind);
		}
	}
	return order;
}

vv_status vv_sums_finish(vv_sums *s, vv_error *err)
{
	vv_buf_reset(&s->key);
	if (s->rule->key_count == 0 && have_group(s) == SIZE_MAX) { /* no rows, too */
		return vv_fail_nomem(err);
	}
	bool sorted = s->indexed == s->count;

	for (size_t i = 0; i < s->count; i++) {
		for (size_t k = 0; k < s->rule->condition->aggregate_count; k++) {
			vv_distinct_pack(&s->groups[i].cells[k].distinct);
		}
		sorted = sorted && (i == 0 || order_groups(&s->groups[i - 1], &s->groups[i]) < 0);
	}
	if (sorted) return VV_OK; /* as the kept sums of a whole version are */
	qsort(s->groups, s->count, sizeof(*s->groups), order_groups);
	vv_hash_index_reset(&s->index);
	for (s->indexed = 0; s->indexed < s->count; s->indexed++) {
		const group *g = &s->groups[s->indexed];

		if (!vv_hash_index_add(&s->index, vv_xxh3(g->key, g->key_len, vv_hash_seed()),
				       s->indexed)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

size_t vv_sums_groups(const vv_sums *s)
{
	return s->count;
}

/* Finds a group's values, and those of the base's group with the same key. False: the base has no such
 * group. */
static bool make_values(const vv_sums *s, size_t i, const vv_sums *base)
{
	const vv_condition *c = s->rule->condition;
	const group *was = NULL;

	if (base) {
		vv_sums *b = (vv_sums *)(uintptr_t)base; /* its buffer for the key */

		vv_buf_set(&b->key, s->groups[i].key, s->groups[i].key_len);
		uint64_t hash;
		size_t at = b->key.failed ? SIZE_MAX : find_group(b, &hash);
		was = at == SIZE_MAX ? NULL : &b->groups[at];
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
	key_part part;

	for (size_t k = 0; k < s->rule->key_count && next_part(&part, &p, end); k++) {
		vv_buf_printf(out, "%s%s=", k > 0 ? ", " : "", vv_condition_text(s->rule->keys[k]));
		vv_buf_put(out, part.missing ? "null" : part.text, part.missing ? 4 : part.len);
	}
}

static void put_room(vv_buf *out, const vv_value_room *v, const vv_condition_aggregate *a)
{
	bool own = a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX;

	if (v->value.state < VV_VALUE_SMALL) {
		vv_buf_puts(out, v->value.state == VV_VALUE_MISSING ? "null" : "unknown");
	} else {
		vv_value_put(out, &v->value, &v->large, own ? a->argument->kind : VV_OPERAND_NUMBER,
			     own ? a->argument->type : VV_TYPE_NUMBER, PLACES);
	}
}

vv_sums_kind vv_sums_put_value(vv_buf *out, const vv_sums *s, size_t i)
{
	const vv_condition_aggregate *a = &s->rule->condition->aggregates[0];
	const bool own = a->op == VV_AGGREGATE_MIN || a->op == VV_AGGREGATE_MAX;
	const size_t before = out->len;

	(void)make_values(s, i, NULL);
	if (s->rooms[0][0].value.state == VV_VALUE_MISSING) return VV_SUMS_NONE;
	put_room(out, &s->rooms[0][0], a);
	if (own && a->argument->kind != VV_OPERAND_NUMBER) return VV_SUMS_TEXT;
	if (out->failed) return VV_SUMS_TEXT;
	const char *point = a->op == VV_AGGREGATE_DEVIATION
				    ? memchr(out->data + before, '.', out->len - before)
				    : NULL;
	if (point && out->len > (size_t)(point - out->data) + 1 + PLACES) {
		out->len = (size_t)(point - out->data) + 1 + PLACES;
	}
	while (out->data[out->len - 1] == '.') { /* of "...": more digits follow */
		out->len--;
	}
	out->data[out->len] = '\0';
	if (s->groups[i].cells[0].distinct.over) {
		vv_buf_puts(out, ESTIMATED);
	}
	return vv_is_digit(out->data[out->len - 1]) ? VV_SUMS_NUMBER : VV_SUMS_TEXT;
}

void vv_sums_put_values(vv_buf *out, const vv_sums *s, size_t i, const vv_sums *base)
{
	const vv_condition *c = s->rule->condition;
	bool has = make_values(s, i, base);

	for (size_t k = 0; k < c->aggregate_count; k++) {
		bool of_base = false;

		vv_array_each(c->steps, c->step_count, step) {
			of_base = of_base || (step->code == VV_STEP_AGGREGATE && step->at == k &&
					      step->before);
		}
		vv_buf_printf(out, "%s%s = ", k > 0 ? ", " : "", c->aggregates[k].text);
		put_room(out, &s->rooms[0][k], &c->aggregates[k]);
		if (s->groups[i].cells[k].distinct.over) {
			vv_buf_puts(out, ESTIMATED);
		}
		if (of_base && has) {
			vv_buf_puts(out, " (base ");
			put_room(out, &s->rooms[1][k], &c->aggregates[k]);
			vv_buf_putc(out, ')');
		}
	}
}
