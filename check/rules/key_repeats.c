/*
 * key_repeats: how many keys are compared at once, so that memory is bounded, and how
 * a repeated key is reported.
 */
#include "check/rules/key_repeats.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/hint_text.h"
#include "base/sys.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/key_bytes.h"
#include "check/rules/rules.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

/* State for reporting the number of findings and the first few. */
typedef struct telling {
	check_run *r;
	check_emit *e;
	size_t key;
	uint64_t seed;
	bool give; /* else only count */
	uint64_t found, given;
} telling;

/* Keys by value, and the row that has each first. */
typedef struct seen_key {
	uint64_t hash, row;
	const char *bytes;
	size_t len;
} seen_key;

typedef struct seen {
	seen_key *keys;
	size_t count, cap;
	vv_hash_index index;
	vv_arena arena;
} seen;

/* *first: the row that had the key first, or `row` itself. False: no memory. */
static bool note_key(seen *s, const vv_buf *key, uint64_t hash, uint64_t row, uint64_t *first)
{
	const seen_key *known = vv_hash_find(s->keys, &s->index, hash, k,
					     k->hash == hash && k->len == key->len &&
						     memcmp(k->bytes, key->data, key->len) == 0);

	*first = known ? known->row : row;
	if (known) return true;
	const char *bytes = vv_arena_strndup(&s->arena, key->data, key->len);
	return bytes && vv_hash_add(s->keys, s->count, s->cap, &s->index, hash,
				    (seen_key){hash, row, bytes, key->len});
}

/* An undeclared key, which varve found when the table was first added. */
static bool is_found(const check_run *r, const check_key *key)
{
	return key->kind == CHECK_PRIMARY && r->plan.schema == &r->table->schema &&
	       r->table->schema.primary_key_count == 0 &&
	       r->table->root.key_source == VV_KEY_INFERRED;
}

static const char *expected_of(const check_key *key, bool whole)
{
	if (key->text) return key->text;
	if (key->kind == CHECK_ROW) return "a row that occurs once";
	if (whole) return "a value that no other row has";
	return key->of.count == 1 ? "a value" : "a value in each column of the key";
}

static vv_status report_row(telling *t, uint64_t row, uint64_t first, bool whole, vv_error *err)
{
	const check_key *key = &t->r->plan.keys[t->key];
	vv_auto(vv_buf) expected = VV_BUF_INIT;
	char message[96];
	uint64_t line = 0;
	vv_status rc;

	t->found++;
	if (!t->give || t->given >= check_limit(t->r)) return VV_OK;
	t->given++;
	if (!whole) {
		snprintf(message, sizeof(message), "%s is missing",
			 key->of.count == 1 ? "the primary key" : "a part of the primary key");
	} else {
		if ((rc = vv_check_line(t->r->lines, first, &line, err)) < 0) return rc;
		snprintf(message, sizeof(message), "repeats row %llu (line %llu)",
			 (unsigned long long)first + 1, (unsigned long long)line);
	}
	vv_buf_puts(&expected, expected_of(key, whole));
	if (key->kind != CHECK_ROW && whole && is_found(t->r, key)) {
		vv_buf_puts(&expected, ", in a key that was found in the data");
		if (vv_hint_put(&expected, " (", t->r->o->words, VV_HINT_ADD_NO_KEY)) {
			vv_buf_putc(&expected, ')');
		}
	}
	if ((rc = vv_buf_ok(&expected, err)) < 0) return rc;
	return check_emit_row(t->e, key->rule, key->severity, row, key->of.columns,
			      key->kind == CHECK_ROW ? 0 : key->of.count, message,
			      vv_buf_cstr(&expected), err);
}

/* Keys whose hash is one of suspects [from, to), compared by value. */
typedef struct comparing {
	telling *t;
	check_worker *w;
	const check_suspects *s;
	size_t from, to, group;
	seen known;
} comparing;

static vv_status compare_row(void *payload, size_t row, bool whole, vv_error *err)
{
	comparing *c = payload;
	const check_run *r = c->t->r;
	const check_key_kind kind = r->plan.keys[c->t->key].kind;
	uint64_t here = r->groups[c->group].first_row + row, first;

	if (!whole && kind != CHECK_ROW) {
		return kind == CHECK_PRIMARY && c->from == 0
			       ? report_row(c->t, here, here, false, err)
			       : VV_OK;
	}
	uint64_t hash = check_key_hash(&c->w->key, c->t->seed);
	if (c->from == c->to ||
	    !bsearch(&hash, c->s->hashes + c->from, c->to - c->from, sizeof(hash), vv_u64_order)) {
		return VV_OK;
	}
	if (!note_key(&c->known, &c->w->key, hash, here, &first)) return vv_fail_nomem(err);
	return first != here ? report_row(c->t, here, first, true, err) : VV_OK;
}

static vv_status compare_some(telling *t, check_worker *w, const check_suspects *s, size_t from,
			      size_t to, vv_error *err)
{
	check_run *r = t->r;
	comparing c = {.t = t, .w = w, .s = s, .from = from, .to = to};
	vv_auto(vv_batch) batch = {0};
	vv_status rc = VV_OK;

	for (c.group = 0; c.group < r->group_count && rc == VV_OK; c.group++) {
		const uint8_t suspect = s->groups[c.group];

		if (suspect != 0 && !(from > 0 && suspect == 2)) {
			rc = check_key_group(r, w, &batch, c.group, &r->plan.keys[t->key].of,
					     compare_row, &c, err);
		}
	}
	vv_free(c.known.keys);
	vv_hash_index_clear(&c.known.index);
	vv_arena_clear(&c.known.arena);
	return rc;
}

static vv_status count_row(void *payload, size_t row VV_UNUSED, bool whole, vv_error *err VV_UNUSED)
{
	uint64_t *count = payload;

	*count += whole;
	return VV_OK;
}

/* How many rows have a key: of those a share must be unique. */
static vv_status count_whole(check_run *r, check_worker *w, const check_key *key, uint64_t *out,
			     vv_error *err)
{
	vv_auto(vv_batch) batch = {0};
	vv_status rc;

	*out = key->kind == CHECK_ROW ? r->table->root.rows : 0;
	for (size_t i = 0; key->kind != CHECK_ROW && i < r->group_count; i++) {
		if ((rc = check_key_group(r, w, &batch, i, &key->of, count_row, out, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status find_repeats(telling *t, check_worker *w, const check_suspects *s, vv_error *err)
{
	/* about 128 bytes a key */
	size_t step = (size_t)(check_key_memory(t->r) / 128) + 1, from = 0;
	vv_status rc;

	t->found = t->given = 0;
	do {
		size_t to = s->count - from > step ? from + step : s->count;

		rc = compare_some(t, w, s, from, to, err);
		from = to;
	} while (rc == VV_OK && from < s->count);
	return rc;
}

vv_status check_key_repeats(check_run *r, check_emit *e, size_t at, uint64_t seed,
			    const check_suspects *s, uint64_t *found, vv_error *err)
{
	const check_key *key = &r->plan.keys[at];
	telling t = {.r = r, .e = e, .key = at, .seed = seed, .give = key->mostly >= VV_BILLION};
	check_worker w;
	uint64_t whole;
	bool tolerated = false;
	vv_status rc = VV_OK;

	check_emit_name(e, key->title);
	if ((s->count > 0 || s->nulls > 0) &&
	    (rc = check_worker_init(&w, &r->plan, err)) == VV_OK) {
		rc = find_repeats(&t, &w, s, err);
		if (rc == VV_OK && !t.give && t.found > 0 &&
		    (rc = count_whole(r, &w, key, &whole, err)) == VV_OK) {
			tolerated = check_tolerated(key->mostly, t.found, whole);
			t.give = true;
			if (!tolerated) {
				rc = find_repeats(&t, &w, s, err);
			}
		}
		check_worker_clear(&w);
	}
	*found = t.found;
	if (rc == VV_OK) {
		vv_finding f = {.rule = key->rule->code,
				.severity = key->severity,
				.column = key->of.count == 1
						  ? r->plan.columns[key->of.columns[0]].name
						  : NULL};

		rc = check_emit_total(e, &f, t.found, t.given, tolerated, err);
	}
	check_emit_name(e, NULL);
	return rc;
}
