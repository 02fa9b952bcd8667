/*
 * keys: knows how a key is proved unique, and how little must be read to prove it
 * again.
 *
 * Each row gives an entry: 40 bits of a seeded hash of its key's value, and the number of its
 * group. Sorted, entries with different hashes prove different keys; where hashes are
 * equal the groups are read and the keys compared by value, so that the answer is exact. The
 * sorted entries of a version are kept: for the next one those of groups that are gone are
 * left out, those of new groups are merged in, and nothing else is read.
 *
 * The memo: facts of no meaning; the tail: le64 seed, le64 entries, whose groups are places in
 * the memo.
 */
#include "dataset/check/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "dataset/schema/key.h"

#define GROUP_BITS 24
#define GROUP_MASK (((uint64_t)1 << GROUP_BITS) - 1)
#define NO_KEY (UINT64_MAX >> GROUP_BITS) /* in place of a hash: a part of the key is missing */
#define MEMORY ((uint64_t)48 << 20)
#define FRESH_BYTES 16u /* of memory for each fresh entry, while they are put in order */
#define HELD_BYTES 10u  /* of them while they are added */

struct check_keys {
	uint64_t seed;
	check_memo memo;
	const uint8_t *old; /* its entries */
	size_t old_count;
	uint32_t *map;       /* group there -> group here, or UINT32_MAX */
	uint8_t *has;        /* a byte for each group here: its entries are in the record */
	bool gone;           /* some group of the record is not here */
	vv_key_proof *fresh; /* entries of the other groups: 40 bits of hash on top, the group */
	uint64_t count;
};

/* Hashes that occur more than once, and the groups that they occur in. */
typedef struct suspects {
	uint64_t *hashes; /* ascending */
	size_t count, cap;
	uint8_t *groups; /* a byte each: 1 holds a suspect, 2 a row without a whole key */
	uint64_t nulls;
} suspects;

/* Telling what was found: how many, and the first few. */
typedef struct telling {
	check_run *r;
	check_emit *e;
	size_t key;
	bool give; /* else only count */
	uint64_t found, given;
} telling;

static uint64_t memory_of(const check_run *r)
{
	return r->o->memory > 0 ? r->o->memory : MEMORY;
}

bool check_key_bytes(vv_buf *out, vv_buf *scratch, const check_plan *p, const size_t *columns,
		     size_t count, const vv_cell *const *cells, size_t row, bool *whole)
{
	*whole = true;
	for (size_t i = 0; i < count; i++) {
		const vv_cell *cell = &cells[i][row];
		const vv_field *f = p->columns[columns[i]].field;

		if (!f) {
			f = &p->table->schema.fields[p->columns[columns[i]].place];
		}
		if (cell->state == VV_CELL_ABSENT || cell->state == VV_CELL_NULL ||
		    vv_field_missing(f, cell)) {
			*whole = false;
			vv_buf_put(out, "\xff\xff\xff\xff", 4); /* the length of no value */
		} else if (!vv_value_put_key(out, scratch, f, cell)) {
			return false;
		}
	}
	return !out->failed;
}

vv_status check_key_cells(check_run *r, const check_group *g, const size_t *columns, size_t count,
			  vv_arena *arena, const vv_cell ***out, vv_error *err)
{
	const vv_cell **lists = vv_arena_calloc(arena, count + 1, sizeof(*lists));

	*out = lists;
	if (!lists) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		vv_cell *cells = vv_arena_alloc(arena, (g->rows + 1) * sizeof(*cells));
		vv_status rc;

		if (!cells) {
			return vv_fail_nomem(err);
		}
		rc = check_group_column(g, r->plan.columns[columns[i]].place, cells, 1, arena, err);
		if (rc < 0) {
			return rc;
		}
		lists[i] = cells;
	}
	return VV_OK;
}

/* Which groups of the memo are here: each once, also where a group occurs twice. */
static vv_status pair_groups(check_run *r, struct check_keys *k, vv_error *err)
{
	const check_group_names *there = &k->memo.groups;
	size_t left = there->count;

	k->map = vv_calloc(there->count + 1, sizeof(*k->map));
	if (!k->map) {
		return vv_fail_nomem(err);
	}
	memset(k->map, 0xff, there->count * sizeof(*k->map));
	for (size_t i = 0; i < r->group_count; i++) {
		const uint8_t *name = r->groups[i].name;
		vv_hash_probe p = vv_hash_probe_begin(&there->index, vv_get_le64(name));
		size_t old;

		while (vv_hash_probe_next(&p, &old)) {
			if (k->map[old] == UINT32_MAX &&
			    memcmp(there->first + there->step * old, name, 32) == 0) {
				k->map[old] = (uint32_t)i;
				k->has[i] = 1;
				left--;
				break;
			}
		}
	}
	k->gone = left > 0;
	return VV_OK;
}

static vv_status load_record(check_run *r, struct check_keys *k, const check_key *key,
			     vv_error *err)
{
	check_memo *m = &k->memo;
	vv_status rc = check_memo_open(m, r->o->cache, "keys", key->id, err);

	if (rc < 0) {
		return rc;
	}
	if (m->tail_len < 8 || m->tail_len % 8 != 0 || m->record.len > memory_of(r) ||
	    m->groups.count > GROUP_MASK) {
		check_memo_close(m);
		return VV_OK;
	}
	k->seed = vv_get_le64(m->tail);
	k->old = m->tail + 8;
	k->old_count = m->tail_len / 8 - 1;
	return pair_groups(r, k, err);
}

/* So many fresh entries are held in memory, and kept for the next time. */
static size_t fresh_max(const check_run *r)
{
	return (size_t)(memory_of(r) / FRESH_BYTES);
}

vv_status check_keys_open(check_run *r, vv_error *err)
{
	const char *temp = r->o->temp_dir ? r->o->temp_dir : getenv("TMPDIR");
	const char *temp_dir = temp && *temp ? temp : "/tmp";
	vv_status rc = VV_OK;

	if (r->plan.key_count == 0) {
		return VV_OK;
	}
	if (r->group_count > GROUP_MASK) {
		return vv_fail(err, VV_EREFUSED,
			       "a table of more than %llu row groups is too large for keys",
			       (unsigned long long)GROUP_MASK);
	}
	r->keys = vv_calloc(r->plan.key_count, sizeof(*r->keys));
	if (!r->keys) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < r->plan.key_count && rc == VV_OK; i++) {
		struct check_keys *k = &r->keys[i];

		vv_random(&k->seed, sizeof(k->seed));
		k->has = vv_calloc(r->group_count + 1, 1);
		if (!k->has) {
			return vv_fail_nomem(err);
		}
		if ((rc = load_record(r, k, &r->plan.keys[i], err)) == VV_OK) {
			rc = vv_key_proof_new(&k->fresh, fresh_max(r) * HELD_BYTES, temp_dir, err);
		}
	}
	return rc;
}

void check_keys_close(check_run *r)
{
	for (size_t i = 0; r->keys && i < r->plan.key_count; i++) {
		struct check_keys *k = &r->keys[i];

		check_memo_close(&k->memo);
		vv_free(k->map);
		vv_free(k->has);
		vv_key_proof_free(k->fresh);
	}
	vv_free(r->keys);
	r->keys = NULL;
}

bool check_keys_wants(const check_run *r, size_t k, size_t i)
{
	return !r->keys[k].has[i];
}

static uint64_t hash_key(const vv_buf *key, uint64_t seed)
{
	uint64_t h = vv_xxh3(key->data, key->len, seed) >> GROUP_BITS;

	return h == NO_KEY ? 0 : h;
}

vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   vv_buf *out, vv_error *err)
{
	const check_key *key = &r->plan.keys[k];
	const vv_cell **cells;
	vv_buf scratch = VV_BUF_INIT;
	vv_status rc;

	vv_arena_reset(&w->arena);
	if ((rc = check_key_cells(r, g, key->columns, key->count, &w->arena, &cells, err)) < 0) {
		return rc;
	}
	for (size_t row = 0; row < g->rows && rc == VV_OK; row++) {
		bool whole;

		if (w->pass_blank && w->blank[row]) {
			continue;
		}
		vv_buf_reset(&w->key);
		if (!check_key_bytes(&w->key, &scratch, &r->plan, key->columns, key->count, cells,
				     row, &whole)) {
			rc = vv_fail_nomem(err);
		} else if (whole || key->kind == CHECK_PRIMARY || key->kind == CHECK_ROW) {
			uint64_t h = whole || key->kind == CHECK_ROW
					     ? hash_key(&w->key, r->keys[k].seed)
					     : NO_KEY;
			vv_key_entry entry = {h << GROUP_BITS, i};

			vv_buf_put(out, &entry, sizeof(entry));
		}
	}
	vv_buf_clear(&scratch);
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

vv_status check_keys_take(check_run *r, size_t at, const vv_buf *entries, vv_error *err)
{
	size_t n = entries->len / sizeof(vv_key_entry);

	r->keys[at].count += n;
	return vv_key_proof_add_entries(r->keys[at].fresh, (const void *)entries->data, n, err);
}

static vv_status note_suspect(suspects *s, uint64_t hash, vv_error *err)
{
	if (s->count > 0 && s->hashes[s->count - 1] == hash) {
		return VV_OK;
	}
	if (!vv_array_room(s->hashes, s->count, s->cap)) {
		return vv_fail_nomem(err);
	}
	s->hashes[s->count++] = hash;
	return VV_OK;
}

/* A walk through all entries in order of their hashes: those of the record that still hold, and
 * fresh ones. */
typedef struct walk {
	const struct check_keys *k;
	size_t old;        /* of the record, the next */
	uint64_t next_old; /* with its group here; UINT64_MAX: no more */
	uint64_t last;     /* the entry before; UINT64_MAX: none */
	suspects *s;
	vv_buf *out; /* the new record; NULL: none */
} walk;

static inline void next_old(walk *w)
{
	const struct check_keys *k = w->k;

	w->next_old = UINT64_MAX;
	for (; w->old < k->old_count && w->next_old == UINT64_MAX; w->old++) {
		uint64_t e = vv_get_le64(k->old + 8 * w->old);
		uint64_t group = e & GROUP_MASK;

		if (group < k->memo.groups.count && k->map[group] != UINT32_MAX) {
			w->next_old = (e & ~GROUP_MASK) | k->map[group];
		}
	}
}

/* Passes over fresh entries, and those of the record before them; last: and those after. */
static vv_status pass(walk *w, const vv_key_entry *fresh, size_t count, bool last, vv_error *err)
{
	suspects *s = w->s;

	for (size_t i = 0; i < count || (last && w->next_old != UINT64_MAX);) {
		uint64_t e = w->next_old, hash;
		vv_status rc;

		if (i < count &&
		    (e == UINT64_MAX || fresh[i].hash >> GROUP_BITS < e >> GROUP_BITS)) {
			e = fresh[i].hash | fresh[i].row;
			i++;
		} else {
			next_old(w);
		}
		hash = e >> GROUP_BITS;
		if (hash == NO_KEY) {
			s->groups[e & GROUP_MASK] |= 2;
			s->nulls++;
		} else if (w->last >> GROUP_BITS == hash) {
			s->groups[e & GROUP_MASK] |= 1;
			s->groups[w->last & GROUP_MASK] |= 1;
			if ((rc = note_suspect(s, hash, err)) < 0) {
				return rc;
			}
		}
		w->last = e;
		if (w->out) {
			uint8_t bytes[8];

			vv_put_le64(bytes, e);
			vv_buf_put(w->out, bytes, sizeof(bytes));
		}
	}
	return VV_OK;
}

static vv_status pass_fresh(void *payload, const vv_key_entry *entries, size_t count, vv_error *err)
{
	return pass(payload, entries, count, false, err);
}

#define REWRITE 64u      /* a record is written anew when a 64th of it is out of date */
#define SMALL (1u << 20) /* bytes; or when that costs nothing */

/* Is the record so far from this version that the next check gains by another? */
static bool is_stale(const struct check_keys *k)
{
	if (k->count == 0 && !k->gone && k->old) {
		return false;
	}
	return !k->old || k->memo.record.len < SMALL || k->count > k->old_count / REWRITE;
}

/* Finds the suspects; keeps the entries for the next time. */
static vv_status find_suspects(check_run *r, size_t at, suspects *s, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	vv_buf out = VV_BUF_INIT;
	bool keep = r->o->cache && is_stale(k) && k->count <= fresh_max(r);
	walk w = {.k = k, .last = UINT64_MAX, .s = s, .out = keep ? &out : NULL};
	uint8_t bytes[8];
	vv_status rc;

	if (keep) {
		/* once, and not in steps */
		vv_buf_reserve(&out, 12 + CHECK_MEMO_ENTRY * r->group_count +
					     8 * (k->old_count + (size_t)k->count));
		check_memo_begin(&out, r->group_count);
		for (size_t i = 0; i < r->group_count; i++) {
			check_memo_put(&out, r->groups[i].name, r->groups[i].rows, 0);
		}
		vv_put_le64(bytes, k->seed);
		vv_buf_put(&out, bytes, sizeof(bytes));
	}
	next_old(&w);
	if ((rc = vv_key_proof_each(k->fresh, pass_fresh, &w, err)) == VV_OK &&
	    (rc = pass(&w, NULL, 0, true, err)) == VV_OK && keep && !out.failed) {
		rc = check_memo_keep(&out, r->o->cache, "keys", r->plan.keys[at].id, err);
	}
	vv_buf_clear(&out);
	return rc;
}

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
static bool see(seen *s, const vv_buf *key, uint64_t hash, uint64_t row, uint64_t *first)
{
	vv_hash_probe p = vv_hash_probe_begin(&s->index, hash);
	seen_key *k;
	size_t at;

	while (vv_hash_probe_next(&p, &at)) {
		k = &s->keys[at];
		if (k->hash == hash && k->len == key->len &&
		    memcmp(k->bytes, key->data, key->len) == 0) {
			*first = k->row;
			return true;
		}
	}
	if (!vv_array_room(s->keys, s->count, s->cap)) {
		return false;
	}
	k = &s->keys[s->count];
	*k = (seen_key){hash, row, vv_arena_strndup(&s->arena, key->data, key->len), key->len};
	*first = row;
	return k->bytes && vv_hash_index_add(&s->index, hash, s->count++);
}

static bool is_suspect(const suspects *s, uint64_t hash, size_t from, size_t to)
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

static vv_status tell(telling *t, uint64_t row, uint64_t first, bool whole, vv_error *err)
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
static vv_status compare_some(telling *t, check_worker *w, const suspects *s, size_t from,
			      size_t to, vv_error *err)
{
	check_run *r = t->r;
	const check_key *key = &r->plan.keys[t->key];
	seen known = {.keys = NULL};
	vv_buf scratch = VV_BUF_INIT;
	vv_batch batch;
	vv_status rc = VV_OK;

	vv_batch_init(&batch);
	vv_arena_init(&known.arena);
	vv_hash_index_init(&known.index);
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
			hash = hash_key(&w->key, r->keys[t->key].seed);
			if (!is_suspect(s, hash, from, to)) {
				continue;
			}
			if (!see(&known, &w->key, hash, here, &first)) {
				rc = vv_fail_nomem(err);
			} else if (first != here) {
				rc = tell(t, here, first, true, err);
			}
		}
		check_unload(&g);
	}
	vv_buf_clear(&scratch);
	vv_free(known.keys);
	vv_hash_index_clear(&known.index);
	vv_arena_clear(&known.arena);
	vv_batch_clear(&batch);
	return rc;
}

static vv_status find_repeats(telling *t, check_worker *w, const suspects *s, vv_error *err)
{
	/* about 128 bytes a key */
	size_t step = (size_t)(memory_of(t->r) / 128) + 1, from = 0;
	vv_status rc;

	t->found = t->given = 0;
	do {
		size_t to = s->count - from > step ? from + step : s->count;

		rc = compare_some(t, w, s, from, to, err);
		from = to;
	} while (rc == VV_OK && from < s->count);
	return rc;
}

static vv_status finish_key(check_run *r, check_emit *e, size_t at, vv_error *err)
{
	const check_key *key = &r->plan.keys[at];
	suspects s = {.groups = vv_calloc(r->group_count + 1, 1)};
	telling t = {.r = r, .e = e, .key = at, .give = key->mostly >= VV_BILLION};
	check_worker w;
	bool tolerated = false;
	vv_status rc = s.groups ? find_suspects(r, at, &s, err) : vv_fail_nomem(err);

	vv_key_proof_free(r->keys[at].fresh); /* not needed while the keys are compared */
	r->keys[at].fresh = NULL;
	if (rc == VV_OK && (s.count > 0 || s.nulls > 0) &&
	    (rc = check_worker_init(&w, &r->plan, err)) == VV_OK) {
		rc = find_repeats(&t, &w, &s, err);
		if (rc == VV_OK && !t.give) {
			tolerated = check_tolerated(key->mostly, t.found, r->table->root.rows);
			t.give = true;
			if (!tolerated) {
				rc = find_repeats(&t, &w, &s, err);
			}
		}
		check_worker_clear(&w);
	}
	if (rc == VV_OK) {
		rc = check_emit_total(e, key->rule, key->severity,
				      key->count == 1 ? r->plan.columns[key->columns[0]].name
						      : NULL,
				      t.found, t.given, tolerated, err);
	}
	vv_free(s.hashes);
	vv_free(s.groups);
	return rc;
}

vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < r->plan.key_count; i++) {
		if ((rc = finish_key(r, e, i, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}
