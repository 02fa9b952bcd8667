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
 * The record: le64 seed, le64 number of groups, 32 bytes digest of each, le64 entries.
 */
#include "dataset/check/keys.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/sys.h"

#define GROUP_BITS 24
#define GROUP_MASK (((uint64_t)1 << GROUP_BITS) - 1)
#define NO_KEY (UINT64_MAX >> GROUP_BITS) /* in place of a hash: a part of the key is missing */
#define MEMORY ((uint64_t)48 << 20)
#define RADIX 1024u      /* four passes for 40 bits */
#define PIECE (1u << 13) /* entries that are read from the file at once */

struct check_keys {
	uint64_t seed;
	vv_buf record;
	const uint8_t *old; /* its entries */
	size_t old_count;
	uint32_t *map; /* group there -> group here, or UINT32_MAX */
	size_t map_count;
	uint8_t *has;    /* a byte for each group here: its entries are in the record */
	bool gone;       /* some group of the record is not here */
	uint64_t *fresh; /* entries of the other groups */
	size_t count, cap;
	int fd; /* fresh ones past the limit; -1: none */
	char *path;
	uint64_t spilled;
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

/* Which groups of the record are here: each once, also where a group occurs twice. */
static vv_status pair_groups(check_run *r, struct check_keys *k, const uint8_t *digests,
			     vv_error *err)
{
	check_digests d;
	size_t left = k->map_count;
	vv_status rc = check_digests_open(&d, digests, 32, k->map_count, err);

	k->map = vv_calloc(k->map_count + 1, sizeof(*k->map));
	if (rc == VV_OK && !k->map) {
		rc = vv_fail_nomem(err);
	}
	if (rc < 0) {
		goto done;
	}
	memset(k->map, 0xff, k->map_count * sizeof(*k->map));
	for (size_t i = 0; i < r->group_count; i++) {
		const uint8_t *digest = r->groups[i].cid.digest;
		vv_hash_probe p = vv_hash_probe_begin(&d.index, vv_get_le64(digest));
		size_t old;

		while (vv_hash_probe_next(&p, &old)) {
			if (k->map[old] == UINT32_MAX &&
			    memcmp(digests + 32 * old, digest, 32) == 0) {
				k->map[old] = (uint32_t)i;
				k->has[i] = 1;
				left--;
				break;
			}
		}
	}
	k->gone = left > 0;
done:
	check_digests_close(&d);
	return rc;
}

static vv_status load_record(check_run *r, struct check_keys *k, const check_key *key,
			     vv_error *err)
{
	int found = r->o->cache ? vv_check_cache_get(r->o->cache, "keys", key->id, &k->record, err)
				: 0;
	const uint8_t *p = (const uint8_t *)k->record.data;
	uint64_t groups;

	if (found < 0) {
		return (vv_status)found;
	}
	if (found == 0 || k->record.len < 16 || k->record.len > memory_of(r)) {
		goto none;
	}
	groups = vv_get_le64(p + 8);
	if (groups > GROUP_MASK || groups > (k->record.len - 16) / 32 ||
	    (k->record.len - 16 - 32 * (size_t)groups) % 8 != 0) {
		goto none;
	}
	k->seed = vv_get_le64(p);
	k->map_count = (size_t)groups;
	k->old = p + 16 + 32 * (size_t)groups;
	k->old_count = (k->record.len - 16 - 32 * (size_t)groups) / 8;
	return pair_groups(r, k, p + 16, err);
none:
	vv_buf_clear(&k->record);
	return VV_OK;
}

vv_status check_keys_open(check_run *r, vv_error *err)
{
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
	for (size_t i = 0; i < r->plan.key_count; i++) {
		r->keys[i].fd = -1;
	}
	for (size_t i = 0; i < r->plan.key_count && rc == VV_OK; i++) {
		struct check_keys *k = &r->keys[i];

		vv_random(&k->seed, sizeof(k->seed));
		k->has = vv_calloc(r->group_count + 1, 1);
		rc = k->has ? load_record(r, k, &r->plan.keys[i], err) : vv_fail_nomem(err);
	}
	return rc;
}

void check_keys_close(check_run *r)
{
	for (size_t i = 0; r->keys && i < r->plan.key_count; i++) {
		struct check_keys *k = &r->keys[i];

		vv_buf_clear(&k->record);
		vv_free(k->map);
		vv_free(k->has);
		vv_free(k->fresh);
		vv_close(k->fd, k->path, NULL);
		vv_free(k->path);
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
		uint8_t bytes[8];
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

			vv_put_le64(bytes, h << GROUP_BITS | i);
			vv_buf_put(out, bytes, sizeof(bytes));
		}
	}
	vv_buf_clear(&scratch);
	return rc < 0 ? rc : vv_buf_ok(out, err);
}

static vv_status spill(check_run *r, struct check_keys *k, vv_error *err)
{
	if (k->fd < 0) {
		const char *dir = r->o->temp_dir ? r->o->temp_dir : getenv("TMPDIR");

		k->fd = vv_temp_open(&k->path, dir && *dir ? dir : "/tmp", "varve-keys-", err);
		if (k->fd < 0) {
			return (vv_status)k->fd;
		}
		vv_unlink(k->path, true, NULL); /* so that it never outlives the process */
	}
	k->spilled += k->count;
	return vv_write_full(k->fd, k->fresh, k->count * sizeof(*k->fresh), k->path, err);
}

vv_status check_keys_take(check_run *r, size_t at, const vv_buf *entries, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	size_t limit = (size_t)(memory_of(r) / 2 / sizeof(*k->fresh)), n = entries->len / 8;
	vv_status rc;

	if (k->count + n > limit && k->count > 0) {
		if ((rc = spill(r, k, err)) < 0) {
			return rc;
		}
		k->count = 0;
	}
	if (!vv_array_room_for(k->fresh, k->count, k->cap, n)) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < n; i++) {
		k->fresh[k->count++] = vv_get_le64((const uint8_t *)entries->data + 8 * i);
	}
	return VV_OK;
}

/* Sorts by hash; of equal ones the order stays. */
static vv_status sort_entries(uint64_t *list, size_t count, vv_error *err)
{
	uint64_t *other = vv_calloc(count + 1, sizeof(*other)), *from = list, *to = other;
	size_t *starts = vv_calloc(RADIX, sizeof(*starts));

	if (!other || !starts) {
		vv_free(other);
		vv_free(starts);
		return vv_fail_nomem(err);
	}
	for (unsigned shift = GROUP_BITS; shift < 64; shift += 10) {
		size_t sum = 0;
		uint64_t *t;

		memset(starts, 0, RADIX * sizeof(*starts));
		for (size_t i = 0; i < count; i++) {
			starts[from[i] >> shift & (RADIX - 1)]++;
		}
		for (size_t i = 0; i < RADIX; i++) {
			size_t n = starts[i];

			starts[i] = sum;
			sum += n;
		}
		for (size_t i = 0; i < count; i++) {
			to[starts[from[i] >> shift & (RADIX - 1)]++] = from[i];
		}
		t = from;
		from = to;
		to = t;
	}
	/* four passes: the result is in list again */
	vv_free(other);
	vv_free(starts);
	return VV_OK;
}

/* Entries in order of their hashes: those of the record that still hold, and fresh ones. */
typedef struct merge {
	const struct check_keys *k;
	size_t old, fresh;
	uint64_t next_old; /* with its group here; UINT64_MAX: no more */
} merge;

static void next_old(merge *m)
{
	const struct check_keys *k = m->k;

	m->next_old = UINT64_MAX;
	for (; m->old < k->old_count && m->next_old == UINT64_MAX; m->old++) {
		uint64_t e = vv_get_le64(k->old + 8 * m->old);
		uint64_t group = e & GROUP_MASK;

		if (group < k->map_count && k->map[group] != UINT32_MAX) {
			m->next_old = (e & ~GROUP_MASK) | k->map[group];
		}
	}
}

static bool next_entry(merge *m, uint64_t *out)
{
	const struct check_keys *k = m->k;
	bool fresh = m->fresh < k->count;

	if (!fresh && m->next_old == UINT64_MAX) {
		return false;
	}
	if (fresh && (m->next_old == UINT64_MAX ||
		      k->fresh[m->fresh] >> GROUP_BITS < m->next_old >> GROUP_BITS)) {
		*out = k->fresh[m->fresh++];
	} else {
		*out = m->next_old;
		next_old(m);
	}
	return true;
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

/* Walks through all entries once: suspects, and, where out is not NULL, the new record's
 * entries. */
static vv_status walk(const struct check_keys *k, suspects *s, vv_buf *out, vv_error *err)
{
	merge m = {.k = k};
	uint64_t last = UINT64_MAX, e;
	bool any = false;
	vv_status rc = VV_OK;

	next_old(&m);
	while (rc == VV_OK && next_entry(&m, &e)) {
		uint64_t hash = e >> GROUP_BITS;
		uint8_t bytes[8];

		if (hash == NO_KEY) {
			s->groups[e & GROUP_MASK] |= 2;
			s->nulls++;
		} else if (any && last >> GROUP_BITS == hash) {
			s->groups[e & GROUP_MASK] |= 1;
			s->groups[last & GROUP_MASK] |= 1;
			rc = note_suspect(s, hash, err);
		}
		last = e;
		any = true;
		if (out) {
			vv_put_le64(bytes, e);
			vv_buf_put(out, bytes, sizeof(bytes));
		}
	}
	return rc;
}

/* Writes all entries to the file: fresh ones, and those of the record, which holds rows that
 * a fresh one may repeat. */
static vv_status spill_all(check_run *r, struct check_keys *k, vv_error *err)
{
	merge m = {.k = k};
	vv_status rc = spill(r, k, err);

	k->count = 0;
	for (next_old(&m); m.next_old != UINT64_MAX && rc == VV_OK; next_old(&m)) {
		if (k->count == k->cap) {
			rc = spill(r, k, err);
			k->count = 0;
		}
		k->fresh[k->count++] = m.next_old;
	}
	if (rc == VV_OK) {
		rc = spill(r, k, err);
	}
	k->count = k->old_count = 0;
	return rc;
}

/* Brings the spilled entries back whose hashes are at least `from` and below `end`. */
static vv_status load_part(struct check_keys *k, uint64_t from, uint64_t end, vv_error *err)
{
	uint64_t *piece = vv_calloc(PIECE, sizeof(*piece)), offset = 0;
	ssize_t n = 0;
	vv_status rc = VV_OK;

	if (!piece) {
		return vv_fail_nomem(err);
	}
	k->count = 0;
	while ((n = vv_pread_full(k->fd, piece, PIECE * sizeof(*piece), offset, k->path, err)) >
	       0) {
		size_t count = (size_t)n / sizeof(*piece);

		/* a part that is fuller than the average may pass the limit */
		if (!vv_array_room_for(k->fresh, k->count, k->cap, count)) {
			rc = vv_fail_nomem(err);
			goto done;
		}
		for (size_t i = 0; i < count; i++) {
			uint64_t hash = piece[i] >> GROUP_BITS;

			if (hash >= from && hash < end) {
				k->fresh[k->count++] = piece[i];
			}
		}
		offset += (uint64_t)n;
	}
	rc = n < 0 ? (vv_status)n : VV_OK;
done:
	vv_free(piece);
	return rc;
}

/* Entries past the limit: read again for each part of the hashes that fits. */
static vv_status walk_spilled(check_run *r, struct check_keys *k, suspects *s, vv_error *err)
{
	uint64_t limit = memory_of(r) / 2 / sizeof(uint64_t), parts, span;
	vv_status rc = spill_all(r, k, err);

	parts = 2 * k->spilled / limit + 1;
	span = (NO_KEY + 1) / parts + 1;
	for (uint64_t part = 0; part < parts && rc == VV_OK; part++) {
		if ((rc = load_part(k, part * span, (part + 1) * span, err)) < 0 ||
		    (rc = sort_entries(k->fresh, k->count, err)) < 0) {
			return rc;
		}
		rc = walk(k, s, NULL, err);
	}
	return rc;
}

#define REWRITE 64u      /* a record is written anew when a 64th of it is out of date */
#define SMALL (1u << 20) /* bytes; or when that costs nothing */

/* Is the record so far from this version that the next check gains by another? */
static bool is_stale(const struct check_keys *k)
{
	if (k->count == 0 && !k->gone && k->old) {
		return false;
	}
	return !k->old || k->record.len < SMALL || k->count > k->old_count / REWRITE;
}

/* Finds the suspects; keeps the entries for the next time. */
static vv_status find_suspects(check_run *r, size_t at, suspects *s, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	vv_buf out = VV_BUF_INIT;
	bool keep = r->o->cache && is_stale(k);
	uint8_t bytes[8];
	vv_status rc;

	if (k->spilled > 0) {
		return walk_spilled(r, k, s, err);
	}
	if ((rc = sort_entries(k->fresh, k->count, err)) < 0) {
		return rc;
	}
	if (keep) {
		/* once, and not in steps */
		vv_buf_reserve(&out, 16 + 32 * r->group_count + 8 * (k->old_count + k->count));
		vv_put_le64(bytes, k->seed);
		vv_buf_put(&out, bytes, sizeof(bytes));
		vv_put_le64(bytes, r->group_count);
		vv_buf_put(&out, bytes, sizeof(bytes));
		for (size_t i = 0; i < r->group_count; i++) {
			vv_buf_put(&out, r->groups[i].cid.digest, 32);
		}
	}
	rc = walk(k, s, keep ? &out : NULL, err);
	if (rc == VV_OK && keep && !out.failed) {
		rc = vv_check_cache_put(r->o->cache, "keys", r->plan.keys[at].id, out.data, out.len,
					err);
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
			hash = hash_key(&w->key, r->keys[t->key].seed);
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

	vv_free(r->keys[at].fresh); /* not needed while the keys are compared */
	r->keys[at].fresh = NULL;
	r->keys[at].count = r->keys[at].cap = 0;
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
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->plan.key_count && rc == VV_OK; i++) {
		rc = finish_key(r, e, i, err);
	}
	return rc;
}
