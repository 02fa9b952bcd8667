/*
 * repeats: knows how keys of equal hash are told apart: by value, row by row, in the
 * groups that hold them.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/check/keys_internal.h"

/* Keys by value, and the row that has each first. */
typedef struct seen_key {
	uint64_t hash, row;
	const char *bytes;
	size_t len;
} seen_key;

typedef struct seen {
	seen_key *slots;
	size_t mask, count;
	vv_arena arena;
} seen;

/* The row that had the key first, or `row` itself. */
static bool see(seen *s, const vv_buf *key, uint64_t hash, uint64_t row, uint64_t *first)
{
	size_t at = (size_t)(hash * 0x9E3779B97F4A7C15u >> 20) & s->mask;

	for (; s->slots[at].bytes; at = (at + 1) & s->mask) {
		const seen_key *k = &s->slots[at];

		if (k->hash == hash && k->len == key->len &&
		    memcmp(k->bytes, key->data, key->len) == 0) {
			*first = k->row;
			return true;
		}
	}
	s->slots[at] = (seen_key){hash, row, vv_arena_strndup(&s->arena, key->data, key->len),
				  key->len};
	s->count++;
	*first = row;
	return s->slots[at].bytes != NULL;
}

static bool is_suspect(const check_suspects *s, uint64_t hash, size_t from, size_t to)
{
	while (to > from) {
		size_t middle = from + (to - from) / 2;

		if (s->hashes[middle] == hash) {
			return true;
		}
		if (s->hashes[middle] < hash) {
			from = middle + 1;
		} else {
			to = middle;
		}
	}
	return false;
}

static vv_status tell(check_telling *t, uint64_t row, uint64_t first, bool whole, vv_error *err)
{
	const check_key *key = &t->r->plan.keys[t->key];
	char message[96];
	uint64_t line = 0;
	vv_status rc;

	t->found++;
	if (!t->give || t->given >= check_limit(t->r)) {
		return VV_OK;
	}
	t->given++;
	if (!whole) {
		snprintf(message, sizeof(message), "a part of the primary key is missing");
	} else {
		if ((rc = vv_check_line(t->r->lines, first, &line, err)) < 0) {
			return rc;
		}
		snprintf(message, sizeof(message), "repeats row %llu (line %llu)",
			 (unsigned long long)first + 1, (unsigned long long)line);
	}
	return check_emit_row(t->e, key->rule, key->severity, row, key->columns,
			      key->kind == CHECK_ROW ? 0 : key->count, message,
			      key->kind == CHECK_ROW ? "a row that is there once"
			      : whole                ? "a value that no other row has"
						     : "a value in each column of the key",
			      err);
}

/* Compares by value the keys whose hash is one of suspects [from, to). */
static vv_status compare_some(check_telling *t, check_worker *w, const check_suspects *s,
			      size_t from, size_t to, vv_error *err)
{
	check_run *r = t->r;
	const check_key *key = &r->plan.keys[t->key];
	seen known = {.mask = 255};
	vv_buf scratch = VV_BUF_INIT;
	vv_batch batch;
	vv_status rc = VV_OK;

	vv_batch_init(&batch);
	vv_arena_init(&known.arena);
	/* a suspect hash may be that of several keys: in practice one */
	while (known.mask < 4 * (to - from)) {
		known.mask = 2 * known.mask + 1;
	}
	known.slots = vv_calloc(known.mask + 1, sizeof(*known.slots));
	if (!known.slots) {
		rc = vv_fail_nomem(err);
	}
	for (size_t i = 0; i < r->group_count && rc == VV_OK; i++) {
		const vv_cell **cells;
		check_group g;

		if (s->groups[i] == 0 || (from > 0 && s->groups[i] == 2)) {
			continue;
		}
		if ((rc = check_load(r, w, &batch, i, &g, err)) < 0) {
			break;
		}
		vv_arena_reset(&w->arena);
		if ((rc = check_blank(w, &r->plan, &g, err)) == VV_OK) {
			rc = check_key_cells(r, &g, key->columns, key->count, &w->arena, &cells,
					     err);
		}
		for (size_t row = 0; row < g.rows && rc == VV_OK; row++) {
			uint64_t here = r->groups[i].first_row + row, first, hash;
			bool whole;

			if (w->pass_blank && w->blank[row]) {
				continue;
			}
			vv_buf_reset(&w->key);
			if (!check_key_bytes(&w->key, &scratch, &r->plan, key->columns, key->count,
					     cells, row, &whole)) {
				rc = vv_fail_nomem(err);
				break;
			}
			if (!whole && key->kind != CHECK_ROW) {
				if (key->kind == CHECK_PRIMARY && from == 0) {
					rc = tell(t, here, here, false, err);
				}
				continue;
			}
			hash = check_keys_hash(&w->key, r->keys[t->key].seed);
			if (!is_suspect(s, hash, from, to)) {
				continue;
			}
			if (known.count > known.mask / 2 ||
			    !see(&known, &w->key, hash, here, &first)) {
				rc = vv_fail_nomem(err);
			} else if (first != here) {
				rc = tell(t, here, first, true, err);
			}
		}
		check_unload(&g);
	}
	vv_buf_clear(&scratch);
	vv_free(known.slots);
	vv_arena_clear(&known.arena);
	vv_batch_clear(&batch);
	return rc;
}

vv_status check_repeats(check_telling *t, check_worker *w, const check_suspects *s, vv_error *err)
{
	/* about 128 bytes a key */
	size_t step = (size_t)(check_keys_memory(t->r) / 128) + 1, from = 0;
	vv_status rc;

	t->found = t->given = 0;
	do {
		size_t to = s->count - from > step ? from + step : s->count;

		rc = compare_some(t, w, s, from, to, err);
		from = to;
	} while (rc == VV_OK && from < s->count);
	return rc;
}
