/*
 * keys: proves a key unique, and proves it again for a new version with few reads.
 *
 * Each row has an entry: 40 bits of a seeded hash of its key's value, and the number of its
 * group. Sorted, entries with different hashes prove different keys; where hashes are
 * equal the groups are read and the keys compared by value, so that the answer is exact. The
 * sorted entries of a version are kept: for the next one those of groups that are gone are
 * left out, those of new groups are merged in, and nothing else is read.
 *
 * A large table's entries are a run on disk instead (key_run.h), and the record contains only those of groups that came later.
 * Each entry of the record, and each fresh one, is looked up in the run; entries of groups that are gone are skipped. A run
 * keeps fewer than 40 bits of a hash, so a group in which one is found is read to compare the whole hash. If it is not there after all,
 * that is remembered ("misses"), since a group never changes. Hashes that repeat within the run were compared when it was
 * written, and are stored with it if their keys were equal. Once the record has grown to a sixteenth of the run, both are
 * merged into a new one. Only the pieces of a run that are looked at are read and checked. If one is damaged, the run is
 * dropped, nothing that was read of it is used, and all groups are read.
 *
 * If groups do not overlap in the order of their keys (key_bounds.h) all of this is spared: only their bounds are kept. As soon
 * as they do not, the keys of all groups are read once for their entries.
 *
 * The memo "keys": facts of no meaning; the tail: le64 seed, le64 entries, whose groups are places in the memo. The memo
 * "bounds": the fact is the start of the group's part in the tail. The memo "misses": the names of the run's groups, in whose
 * last 8 bytes the seed and a hash are crossed.
 */
#include "check/rules/keys.h"

#include <assert.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "check/kept/key_bounds.h"
#include "check/kept/key_run.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/key_bytes.h"
#include "check/rules/key_repeats.h"
#include "dataset/schema/key.h"
#include "dataset/table/table.h"

#define GROUP_BITS CHECK_GROUP_BITS
#define GROUP_MASK CHECK_GROUP_MASK
#define HASH_BITS (64 - GROUP_BITS)
#define FRESH_BYTES 16u /* of memory for each fresh entry, while they are put in order */
#define HELD_BYTES 10u  /* of them while they are added */

struct check_keys {
	uint64_t seed;
	check_memo memo;
	const uint8_t *old; /* its entries */
	size_t old_count;
	uint32_t *map;  /* group there -> group here, or UINT32_MAX */
	char *run_file; /* NULL: none can be kept */
	check_key_run run;
	uint32_t *run_map;        /* likewise, of the run's groups */
	uint8_t *run_has;         /* like has, of the run */
	check_key_writer *writer; /* of the run that is being made */
	/* Groups of the run to be read: each with a hash, in the lower 40 bits, that it may have. */
	uint64_t *met;
	size_t met_count, met_cap;
	check_memo known_misses;
	vv_buf misses;       /* current ones */
	uint8_t *has;        /* a byte for each group here: its entries are in the record */
	bool gone;           /* some group of the record is missing here */
	vv_key_proof *fresh; /* entries of the other groups: 40 bits of hash on top, the group */
	uint64_t count;
	check_key_order *orders;
	check_key_bounds bounds; /* of all groups; at NULL: entries are kept instead */
	size_t bounds_kept;      /* how many groups had known bounds, and so have no entries */
	check_suspects suspects;
	bool compared;                     /* they have been found */
	uint64_t sought[CHECK_SOUGHT_MAX]; /* hashes; hit: a byte for each group that has one */
	size_t sought_count;
	uint8_t *hit;
};

/* Maps the groups there to those here: each once, also if a group occurs twice, and without those
 * already in has. *map is the caller's; *left: how many are missing here. */
static vv_status pair_groups(check_run *r, const check_group_names *there, uint8_t *has,
			     uint32_t **map, size_t *left, vv_error *err)
{
	*left = there->count;
	*map = vv_calloc(there->count + 1, sizeof(**map));
	if (!*map) return vv_fail_nomem(err);
	memset(*map, 0xff, there->count * sizeof(**map));
	for (size_t i = 0; i < r->group_count; i++) {
		const uint8_t *name = r->groups[i].name;
		vv_hash_probe p = vv_hash_probe_begin(&there->index, vv_get_le64(name));
		size_t old;

		while (!has[i] && vv_hash_probe_next(&p, &old)) {
			if ((*map)[old] == UINT32_MAX &&
			    memcmp(there->first + there->step * old, name, 32) == 0) {
				(*map)[old] = (uint32_t)i;
				has[i] = 1;
				(*left)--;
			}
		}
	}
	return VV_OK;
}

static vv_status load_run(check_run *r, struct check_keys *k, const check_key *key, vv_error *err)
{
	size_t gone;
	vv_status rc;

	if (r->run_seed) {
		k->seed = *r->run_seed;
		return VV_OK;
	}
	k->run_file = check_key_run_file(r->o->cache, key->id);
	if ((rc = check_key_run_open(&k->run, r->o->cache, key->id, err)) < 0 ||
	    (rc = check_key_run_names(&k->run, err)) < 0 || !k->run.entries) {
		return rc;
	}
	k->seed = k->run.seed;
	if ((rc = pair_groups(r, &k->run.groups, k->has, &k->run_map, &gone, err)) < 0) return rc;
	k->run_has = vv_calloc(r->group_count + 1, 1);
	if (!k->run_has) return vv_fail_nomem(err);
	memcpy(k->run_has, k->has, r->group_count);
	return check_memo_open(&k->known_misses, r->o->cache, "misses", key->id, err);
}

static vv_status load_record(check_run *r, struct check_keys *k, const check_key *key,
			     vv_error *err)
{
	check_memo *m = &k->memo;
	size_t gone;
	vv_status rc = check_memo_open(m, r->o->cache, "keys", key->id, err);

	if (rc < 0) return rc;
	if (m->tail_len < 8 || m->tail_len % 8 != 0 || m->record.len > check_key_memory(r) ||
	    m->groups.count > GROUP_MASK ||
	    ((k->run.entries || r->run_seed) && vv_get_le64(m->tail) != k->seed)) {
		check_memo_close(m);
		return VV_OK;
	}
	k->seed = vv_get_le64(m->tail);
	k->old = m->tail + 8;
	k->old_count = m->tail_len / 8 - 1;
	rc = pair_groups(r, &m->groups, k->has, &k->map, &gone, err);
	k->gone = gone > 0;
	return rc;
}

static check_key_order order_of(const check_plan *p, size_t column)
{
	const vv_field *f = p->columns[column].field;
	vv_type type = f ? f->type : p->table->schema.fields[p->columns[column].place].type;

	if (type == VV_TYPE_NUMBER || type == VV_TYPE_INTEGER || type == VV_TYPE_YEAR) {
		return CHECK_BY_DIGITS;
	}
	if (type == VV_TYPE_DATE || type == VV_TYPE_DATETIME || type == VV_TYPE_TIME ||
	    type == VV_TYPE_YEARMONTH) {
		return CHECK_BY_TIME;
	}
	return CHECK_BY_TEXT;
}

/* Bounds that are kept, where no entries of groups here are. */
static vv_status load_bounds(check_run *r, struct check_keys *k, const check_key *key,
			     vv_error *err)
{
	vv_auto(check_memo) m = {.tail = NULL};
	vv_status rc;

	if (r->run_seed || memchr(k->has, 1, r->group_count)) return VV_OK;
	k->orders = vv_calloc(key->of.count + 1, sizeof(*k->orders));
	if (!k->orders) return vv_fail_nomem(err);
	for (size_t i = 0; i < key->of.count; i++) {
		k->orders[i] = order_of(&r->plan, key->of.columns[i]);
	}
	if ((rc = check_key_bounds_init(&k->bounds, k->orders, key->of.count, r->group_count,
					err)) < 0 ||
	    (rc = check_memo_open(&m, r->o->cache, "bounds", key->id, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		const uint8_t *e = check_memo_find(&m, r->groups[i].name, r->groups[i].rows);
		size_t at = e ? check_memo_fact(e) : SIZE_MAX;

		k->has[i] = at < m.tail_len &&
			    check_key_bounds_set(&k->bounds, i, m.tail + at, m.tail_len - at);
	}
	k->bounds_kept = k->bounds.known;
	return vv_buf_ok(&k->bounds.bytes, err);
}

/* The maximum number of new entries in memory, which are cached for the next check. */
static size_t fresh_max(const check_run *r)
{
	return (size_t)(check_key_memory(r) / FRESH_BYTES);
}

static vv_status open_fresh(const check_run *r, struct check_keys *k, vv_error *err)
{
	const char *temp = r->o->temp_dir;

	return vv_key_proof_new(&k->fresh, fresh_max(r) * HELD_BYTES, temp ? temp : "/tmp", err);
}

vv_status check_keys_open(check_run *r, vv_error *err)
{
	vv_status rc;

	if (r->plan.key_count == 0) return VV_OK;
	if (r->group_count > GROUP_MASK) {
		return vv_fail(err, VV_EREFUSED,
			       "keys cannot be checked in a table of more than %llu row groups",
			       (unsigned long long)GROUP_MASK);
	}
	r->keys = vv_calloc(r->plan.key_count, sizeof(*r->keys));
	if (!r->keys) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->plan.key_count; i++) {
		struct check_keys *k = &r->keys[i];

		vv_random(&k->seed, sizeof(k->seed));
		k->has = vv_calloc(r->group_count + 1, 1);
		if (!k->has) return vv_fail_nomem(err);
		if ((rc = load_run(r, k, &r->plan.keys[i], err)) < 0 ||
		    (rc = load_record(r, k, &r->plan.keys[i], err)) < 0 ||
		    (rc = load_bounds(r, k, &r->plan.keys[i], err)) < 0 ||
		    (rc = open_fresh(r, k, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static void clear_suspects(check_suspects *s)
{
	vv_free_all(s->hashes, s->groups);
	*s = (check_suspects){.hashes = NULL};
}

/* Closes the kept files and everything derived from them. */
static void close_kept(struct check_keys *k)
{
	check_memo_close(&k->memo);
	check_key_writer_free(k->writer);
	check_key_run_close(&k->run);
	vv_key_proof_free(k->fresh);
	check_key_bounds_clear(&k->bounds);
	clear_suspects(&k->suspects);
	check_memo_close(&k->known_misses);
	vv_buf_clear(&k->misses);
	vv_free_all(k->run_map, k->run_has, k->map, k->met);
	*k = (struct check_keys){.run_file = k->run_file, .orders = k->orders, .has = k->has};
}

void check_keys_close(check_run *r)
{
	vv_array_clear(r->keys, r->keys ? r->plan.key_count : 0, k,
		       (close_kept(k), vv_free_all(k->run_file, k->orders, k->has)));
	r->keys = NULL;
}

/* A memo of no group in place of one that there is. */
static vv_status drop_memo(const check_run *r, const char *rule, size_t at, vv_error *err)
{
	vv_auto(vv_buf) none = VV_BUF_INIT;
	vv_auto(check_memo) m = {.tail = NULL};
	vv_status rc = check_memo_open(&m, r->o->cache, rule, r->plan.keys[at].id, err);

	if (rc < 0 || m.groups.count == 0) return rc;
	check_memo_begin(&none, 0);
	return check_memo_keep(&none, r->o->cache, rule, r->plan.keys[at].id, err);
}

vv_status check_keys_forget(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	vv_status rc;

	if (k->bounds_kept > 0 && (rc = drop_memo(r, "bounds", at, err)) < 0) return rc;
	close_kept(k);
	if (k->run_file) {
		vv_unlink(k->run_file, true, NULL);
	}
	memset(k->has, 0, r->group_count);
	vv_random(&k->seed, sizeof(k->seed)); /* whatever is still kept is of another one */
	return open_fresh(r, k, err);
}

bool check_keys_wants(const check_run *r, size_t k, size_t i)
{
	return !r->keys[k].has[i] && !r->keys[k].compared;
}

/* A group whose rows are taken. */
typedef struct entering {
	check_run *r;
	check_worker *w;
	size_t k, i;
	check_key_part *out;
	check_key_span span;
} entering;

static vv_status put_entry(void *payload, size_t row VV_UNUSED, bool whole, vv_error *err)
{
	entering *x = payload;
	const check_key_kind kind = x->r->plan.keys[x->k].kind;

	whole = whole || kind == CHECK_ROW;
	if (!whole && kind != CHECK_PRIMARY) return VV_OK;
	uint64_t h = whole ? check_key_hash(&x->w->key, x->r->keys[x->k].seed) : CHECK_NO_KEY;
	vv_key_entry entry = {h << GROUP_BITS, x->i};

	vv_buf_put(&x->out->entries, &entry, sizeof(entry));
	x->span.has_holes = x->span.has_holes || !whole;
	return !whole || !x->span.orders || check_key_span_add(&x->span, &x->w->key)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

vv_status check_keys_group(check_run *r, check_worker *w, size_t k, size_t i, const check_group *g,
			   check_key_part *out, vv_error *err)
{
	const check_key *key = &r->plan.keys[k];
	entering x = {.r = r, .w = w, .k = k, .i = i, .out = out};

	if (r->keys[k].bounds.at) {
		check_key_span_begin(&x.span, r->keys[k].orders, key->of.count);
	}
	vv_status rc = check_key_each(r, w, g, &key->of, put_entry, &x, err);
	if (rc == VV_OK && x.span.orders) {
		check_key_span_put(&x.span, i, &out->spans);
	}
	check_key_span_clear(&x.span);
	return rc < 0 || (rc = vv_buf_ok(&out->entries, err)) < 0 ? rc
								  : vv_buf_ok(&out->spans, err);
}

static bool is_sought(const struct check_keys *k, uint64_t hash)
{
	return vv_array_find(k->sought, k->sought_count, it, *it == hash) != NULL;
}

vv_status check_keys_take(check_run *r, size_t at, const check_key_part *part, vv_error *err)
{
	size_t n = part->entries.len / sizeof(vv_key_entry);
	const vv_key_entry *e = (const void *)part->entries.data;
	struct check_keys *k = &r->keys[at];
	vv_status rc;

	if (k->bounds.at && (rc = check_key_bounds_take(&k->bounds, &part->spans, err)) < 0) {
		return rc;
	}

	for (size_t i = 0; i < n && k->sought_count > 0; i++) {
		if (is_sought(k, e[i].hash >> GROUP_BITS)) {
			k->hit[e[i].row] = 1;
		}
	}
	k->count += n;
	return n > 0 ? vv_key_proof_add_entries(k->fresh, e, n, err) : VV_OK;
}

static vv_status note_suspect(check_suspects *s, uint64_t hash, vv_error *err)
{
	if (s->count > 0 && s->hashes[s->count - 1] == hash) return VV_OK;
	return vv_array_add(s->hashes, s->count, s->cap, hash) ? VV_OK : vv_fail_nomem(err);
}

/* Sorted entries, whose groups are indexes in a list of names, of groups in this version. */
typedef struct stream {
	const uint8_t *entries; /* NULL: those of the cursor */
	size_t count, at;
	check_key_cursor cursor;
	const uint32_t *map;
	size_t groups;
	uint64_t next; /* with its group here; UINT64_MAX: no more */
} stream;

static inline void stream_next(stream *s)
{
	s->next = UINT64_MAX;
	for (uint64_t e = 0; e != UINT64_MAX && s->next == UINT64_MAX;) {
		if (s->entries) {
			e = s->at < s->count ? vv_get_le64(s->entries + 8 * s->at++) : UINT64_MAX;
		} else {
			e = s->cursor.entry;
			if (e != UINT64_MAX) {
				check_key_cursor_next(&s->cursor);
			}
		}
		uint64_t group = e & GROUP_MASK;

		if (e != UINT64_MAX && group < s->groups && s->map[group] != UINT32_MAX) {
			s->next = (e & ~GROUP_MASK) | s->map[group];
		}
	}
}

/* A walk through all entries in the order of their hashes. Valid ones of the record, and fresh ones, are looked up in the run.
 * Where a new run is written, the entries of the old one pass, too. */
typedef struct walk {
	struct check_keys *k;
	stream old, run;
	check_key_cursor at; /* in the run; of the look-ups */
	uint64_t last;       /* the entry before; UINT64_MAX: none */
	check_suspects *s;
	vv_buf *out;              /* the new record; NULL: none */
	const uint32_t *places;   /* of groups in it; NULL: the same as here */
	check_key_writer *writer; /* the new run; NULL: none */
} walk;

/* A fact that will never be otherwise: a group of the run lacks a hash. */
static void put_miss(const struct check_keys *k, uint64_t met, vv_buf *out)
{
	uint8_t name[32];

	memcpy(name, k->run.groups.first + k->run.groups.step * (met >> HASH_BITS), sizeof(name));
	vv_put_le64(name + 24, vv_get_le64(name + 24) ^ k->seed ^ (met & CHECK_NO_KEY));
	check_memo_put(out, name, 0, 0);
}

/* The groups of the run in which this hash may occur as well. */
static vv_status look_up(walk *w, uint64_t e, vv_error *err)
{
	struct check_keys *k = w->k;

	check_key_cursor_seek(&w->at, e >> GROUP_BITS);
	for (check_key_cursor c = w->at; check_key_cursor_has(&c); check_key_cursor_next(&c)) {
		const uint64_t group = c.entry & GROUP_MASK,
			       met = group << HASH_BITS | e >> GROUP_BITS;
		const size_t len = k->misses.len;

		if (group >= k->run.groups.count || k->run_map[group] == UINT32_MAX) {
			continue;
		}
		put_miss(k, met, &k->misses);
		if (k->misses.failed) return vv_fail_nomem(err);
		if (check_memo_find(&k->known_misses, (uint8_t *)k->misses.data + len, 0)) {
			continue;
		}
		k->misses.len = len;
		w->s->groups[e & GROUP_MASK] |= 1; /* read only where some hash is suspect */
		if (!vv_array_add(k->met, k->met_count, k->met_cap, met)) return vv_fail_nomem(err);
	}
	return VV_OK;
}

static vv_status pass_entry(walk *w, uint64_t e, vv_error *err)
{
	check_suspects *s = w->s;
	uint64_t hash = e >> GROUP_BITS;
	vv_status rc = VV_OK;

	if (hash == CHECK_NO_KEY) {
		s->groups[e & GROUP_MASK] |= 2;
		s->nulls++;
	} else if (w->last >> GROUP_BITS == hash) { /* looked up for the last one */
		s->groups[e & GROUP_MASK] |= 1;
		s->groups[w->last & GROUP_MASK] |= 1;
		rc = note_suspect(s, hash, err);
	} else if (w->k->run.entries) {
		rc = look_up(w, e, err);
	}
	w->last = e;
	if (w->out) {
		uint64_t group = e & GROUP_MASK;
		uint8_t bytes[8];

		vv_put_le64(bytes, (e & ~GROUP_MASK) | (w->places ? w->places[group] : group));
		vv_buf_put(w->out, bytes, sizeof(bytes));
	}
	if (w->writer) {
		check_key_writer_put(w->writer, e);
	}
	return rc;
}

/* Passes over fresh entries, and those of the streams before them; last: and those after. */
static vv_status pass_entries(walk *w, const vv_key_entry *fresh, size_t count, bool last,
			      vv_error *err)
{
	for (size_t i = 0;
	     i < count || (last && (w->old.next != UINT64_MAX || w->run.next != UINT64_MAX));) {
		stream *s = w->run.next < w->old.next ? &w->run : &w->old;
		uint64_t e = s->next;
		vv_status rc = VV_OK;

		if (i < count &&
		    (e == UINT64_MAX || fresh[i].hash >> GROUP_BITS < e >> GROUP_BITS)) {
			rc = pass_entry(w, fresh[i].hash | fresh[i].row, err);
			i++;
		} else {
			stream_next(s);
			if (s == &w->old) {
				rc = pass_entry(w, e, err);
			} else {
				check_key_writer_put(w->writer, e);
			}
		}
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* Passes the run's repeats, and its rows without a whole key, which are at its end. */
static vv_status pass_run(walk *w, vv_error *err)
{
	check_key_run *run = &w->k->run;
	vv_status rc = VV_OK;

	for (size_t n = 0; n < run->repeat_count && rc == VV_OK; n++) {
		uint64_t hash = check_key_run_repeat(run, n), before = UINT64_MAX;

		check_key_cursor c = check_key_run_find(run,
							hash < CHECK_NO_KEY ? hash : CHECK_NO_KEY);

		for (; hash < CHECK_NO_KEY && check_key_cursor_has(&c) && rc == VV_OK;
		     check_key_cursor_next(&c)) {
			uint64_t group = c.entry & GROUP_MASK;

			if (group >= run->groups.count || w->k->run_map[group] == UINT32_MAX) {
				continue;
			}
			group = w->k->run_map[group];
			if (before != UINT64_MAX) {
				w->s->groups[before] |= 1;
				w->s->groups[group] |= 1;
				rc = note_suspect(w->s, hash, err);
			}
			before = group;
		}
	}
	for (check_key_cursor c = check_key_run_find(run, CHECK_NO_KEY); c.entry != UINT64_MAX;
	     check_key_cursor_next(&c)) {
		uint64_t group = c.entry & GROUP_MASK;

		if (group < run->groups.count && w->k->run_map[group] != UINT32_MAX) {
			w->s->groups[w->k->run_map[group]] |= 2;
			w->s->nulls++;
		}
	}
	return rc;
}

static vv_status pass_fresh(void *payload, const vv_key_entry *entries, size_t count, vv_error *err)
{
	return pass_entries(payload, entries, count, false, err);
}

#define REWRITE 64u      /* a record is written again when a 64th of it is out of date */
#define SMALL (1u << 20) /* bytes; or when that costs nothing */

/* Is the record so far from this version that the next check gains by another? */
static bool is_stale(const struct check_keys *k)
{
	if (k->count == 0 && !k->gone && (k->old || k->run.entries)) return false;
	return !k->old || k->memo.record.len < SMALL || k->count > k->old_count / REWRITE;
}

/* A run is worth its disk up to an eighth of the table, or where it is small. */
#define RUN_SMALL ((uint64_t)256 << 20)
/* A new run is written once the record has one entry for this many of the run. */
#define RUN_PART 16u
#define RUN_LEAST (1u << 14) /* entries */

bool check_keys_outgrow(uint64_t run_entries, uint64_t later)
{
	return later > RUN_LEAST && later > run_entries / RUN_PART;
}

/* Is the run to be made, or made again, of all entries? */
static bool wants_run(const check_run *r, const struct check_keys *k)
{
	uint64_t later = k->count + k->old_count, most = r->table->root.bytes / 8;

	most = most < RUN_SMALL ? RUN_SMALL : most;
	return k->run_file && k->run.entry_count + later <= most / 8 &&
	       (later > fresh_max(r) || check_keys_outgrow(k->run.entry_count, later));
}

static vv_status begin_run(const check_run *r, struct check_keys *k, vv_error *err)
{
	vv_auto_free const uint8_t **names = vv_calloc(r->group_count + 1, sizeof(*names));

	if (!names) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->group_count; i++) {
		names[i] = r->groups[i].name;
	}
	uint64_t all = k->count + k->old_count + k->run.entry_count;
	unsigned left_out = r->o->left_out > k->run.left_out ? r->o->left_out : k->run.left_out;
	return check_key_writer_begin(
		&k->writer, k->run_file, k->seed, r->table, names, r->group_count,
		all < r->table->root.rows ? all : r->table->root.rows, left_out, err);
}

/* The record's head: all groups but those of the run. *places is the caller's; NULL: all of them. */
static vv_status begin_record(const check_run *r, const struct check_keys *k, vv_buf *out,
			      uint32_t **places, vv_error *err)
{
	size_t count = 0;
	uint8_t bytes[8];

	*places = k->run_has ? vv_calloc(r->group_count + 1, sizeof(**places)) : NULL;
	if (k->run_has && !*places) return vv_fail_nomem(err);
	for (size_t i = 0; i < r->group_count; i++) {
		count += !k->run_has || !k->run_has[i];
	}
	/* once, and not in steps */
	vv_buf_reserve(out, 12 + CHECK_MEMO_ENTRY * count + 8 * (k->old_count + (size_t)k->count));
	check_memo_begin(out, count);
	count = 0;
	for (size_t i = 0; i < r->group_count; i++) {
		if (!k->run_has || !k->run_has[i]) {
			check_memo_put(out, r->groups[i].name, r->groups[i].rows, 0);
			if (*places) {
				(*places)[i] = (uint32_t)count;
			}
			count++;
		}
	}
	vv_put_le64(bytes, k->seed);
	vv_buf_put(out, bytes, sizeof(bytes));
	return VV_OK;
}

/* Passes over all that is known and all that is fresh. 1; 0: the run is damaged; <0. */
static int pass_all(struct check_keys *k, walk *w, vv_error *err)
{
	vv_status rc;

	stream_next(&w->old);
	stream_next(&w->run);
	if ((rc = pass_run(w, err)) < 0 ||
	    (rc = vv_key_proof_each(k->fresh, pass_fresh, w, err)) < 0 ||
	    (rc = pass_entries(w, NULL, 0, true, err)) < 0) {
		return (int)rc;
	}
	return !k->run.damaged;
}

/* A group that is read for the hashes that it may have. */
typedef struct meeting {
	struct check_keys *k;
	const vv_buf *key; /* of the row */
	uint64_t group;
	bool rows; /* the key is the whole row */
} meeting;

static vv_status meet_row(void *payload, size_t row VV_UNUSED, bool whole, vv_error *err)
{
	meeting *m = payload;
	struct check_keys *k = m->k;
	const uint64_t hash = check_key_hash(m->key, k->seed), met = m->group << HASH_BITS | hash;

	if ((!whole && !m->rows) ||
	    !bsearch(&met, k->met, k->met_count, sizeof(met), vv_u64_order)) {
		return VV_OK;
	}
	k->suspects.groups[k->run_map[m->group]] |= 1;
	return note_suspect(&k->suspects, hash, err);
}

/* Reads the groups of the run that were met. Where none has such a hash that is kept. */
static vv_status look_at_met(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	const check_key *key = &r->plan.keys[at];
	meeting m = {.k = k, .group = UINT64_MAX, .rows = key->kind == CHECK_ROW};
	vv_auto(check_worker) w = {.counters = NULL};
	vv_auto(vv_batch) batch = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc;

	if (k->met_count == 0) return VV_OK;
	k->met_count = vv_u64_set(k->met, k->met_count);
	if ((rc = check_worker_init(&w, &r->plan, err)) < 0) return rc;
	m.key = &w.key;
	for (size_t i = 0; i < k->met_count; i++) {
		if (k->met[i] >> HASH_BITS != m.group) {
			m.group = k->met[i] >> HASH_BITS;
			if ((rc = check_key_group(r, &w, &batch, k->run_map[m.group], &key->of,
						  meet_row, &m, err)) < 0) {
				return rc;
			}
		}
		put_miss(k, k->met[i], &k->misses);
	}
	if (k->suspects.count > 0 || k->writer || !r->o->cache) return VV_OK;
	check_memo_begin(&out, k->misses.len / CHECK_MEMO_ENTRY);
	vv_buf_put(&out, k->misses.data, k->misses.len);
	return check_memo_keep(&out, r->o->cache, "misses", key->id, err);
}

/* Bounds prove the key: they are kept, and nothing else. */
static vv_status keep_bounds(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	vv_auto(vv_buf) out = VV_BUF_INIT, tail = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < r->group_count; i++) {
		bool holes = check_key_bounds_holes(&k->bounds, i);

		k->suspects.groups[i] = holes ? 2 : 0;
		k->suspects.nulls += holes;
	}
	if (!r->o->cache || k->bounds_kept == r->group_count) return VV_OK;
	check_memo_begin(&out, r->group_count);
	for (size_t i = 0; i < r->group_count && tail.len < UINT32_MAX; i++) {
		size_t len;
		const uint8_t *part = check_key_bounds_part(&k->bounds, i, &len);

		check_memo_put(&out, r->groups[i].name, r->groups[i].rows, (uint32_t)tail.len);
		vv_buf_put(&tail, part, len);
	}
	vv_buf_put(&out, tail.data, tail.len);
	if ((rc = vv_buf_ok(&tail, err)) < 0 || (rc = drop_memo(r, "keys", at, err)) < 0 ||
	    tail.len >= UINT32_MAX) {
		return rc;
	}
	if (k->run_file) {
		vv_unlink(k->run_file, true, NULL);
	}
	return check_memo_keep(&out, r->o->cache, "bounds", r->plan.keys[at].id, err);
}

/* Do bounds prove the key? 1, then they are kept; 0; <0. */
static int prove_by_bounds(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	int apart = k->bounds.at ? check_key_bounds_apart(&k->bounds, err) : 0;

	if (apart <= 0) return apart;
	vv_status rc = keep_bounds(r, at, err);
	return rc < 0 ? (int)rc : 1;
}

/* Finds the suspects; keeps the entries for the next time. 1; 0: the run is damaged; <0. */
static int find_suspects(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_auto_free uint32_t *places = NULL;
	bool anew = wants_run(r, k);
	bool keep = r->o->cache && !anew && is_stale(k) && k->count <= fresh_max(r);
	walk w = {.k = k,
		  .old = {.entries = k->old,
			  .count = k->old_count,
			  .cursor = {.entry = UINT64_MAX},
			  .map = k->map,
			  .groups = k->memo.groups.count},
		  .run = {.cursor = {.entry = UINT64_MAX},
			  .map = k->run_map,
			  .groups = k->run.groups.count},
		  .at = check_key_run_find(&k->run, 0),
		  .last = UINT64_MAX,
		  .s = &k->suspects,
		  .out = keep ? &out : NULL};
	int rc = VV_OK;

	if (!(k->suspects.groups = vv_calloc(r->group_count + 1, 1))) return vv_fail_nomem(err);
	if ((rc = prove_by_bounds(r, at, err)) != 0) return rc;
	if (k->bounds_kept > 0) return 0; /* the entries of other groups are not there */
	if ((keep && (rc = begin_record(r, k, &out, &places, err)) < 0) ||
	    (anew && (rc = begin_run(r, k, err)) < 0)) {
		return rc;
	}
	if (anew) {
		w.run.cursor = w.at;
	}
	w.places = places;
	w.writer = k->writer;
	if ((rc = pass_all(k, &w, err)) <= 0) return rc;
	if ((rc = look_at_met(r, at, err)) < 0) return rc;
	k->suspects.count = vv_u64_set(k->suspects.hashes, k->suspects.count);
	/* the new run contains the record's entries */
	if ((anew && k->old && (rc = drop_memo(r, "keys", at, err)) < 0) ||
	    (keep &&
	     (rc = check_memo_keep(&out, r->o->cache, "keys", r->plan.keys[at].id, err)) < 0)) {
		return rc;
	}
	return 1;
}

int check_keys_compare(check_run *r, vv_error *err)
{
	int all = 1;

	for (size_t i = 0; i < r->plan.key_count; i++) {
		struct check_keys *k = &r->keys[i];
		int found = k->compared ? 1 : find_suspects(r, i, err);

		if (found < 0) return found;
		k->compared = found > 0;
		if (k->compared) {
			vv_key_proof_free(k->fresh); /* not needed while keys are compared */
			k->fresh = NULL;
			continue;
		}
		all = 0;
		if ((found = (int)check_keys_forget(r, i, err)) < 0) return found;
	}
	return all;
}

/* Hashes that repeat, where no key does, are not looked at again. */
static void end_run(struct check_keys *k, uint64_t found)
{
	if (k->writer) {
		check_key_writer_end(k->writer, k->suspects.hashes,
				     found > 0 ? k->suspects.count : 0);
	}
}

vv_status check_keys_finish(check_run *r, check_emit *e, vv_error *err)
{
	for (size_t i = 0; i < r->plan.key_count; i++) {
		struct check_keys *k = &r->keys[i];
		uint64_t found = 0;
		vv_status rc = check_key_repeats(r, e, i, k->seed, &k->suspects, &found, err);

		if (rc < 0) return rc;
		end_run(k, found);
		clear_suspects(&k->suspects);
	}
	return VV_OK;
}

vv_status check_keys_keep(check_run *r, size_t at, vv_error *err)
{
	struct check_keys *k = &r->keys[at];
	int found;

	if (!r->o->cache || (!wants_run(r, k) && !is_stale(k)) ||
	    (k->bounds_kept > 0 && k->bounds_kept == r->group_count)) {
		return VV_OK;
	}
	if ((found = find_suspects(r, at, err)) > 0) {
		end_run(k, k->suspects.count); /* none was compared: the next check does */
	}
	return found < 0 ? (vv_status)found : VV_OK;
}

/* ---- searching keys ---- */

static void mark_group(uint8_t *hit, const uint32_t *map, size_t groups, uint64_t entry)
{
	uint64_t group = entry & GROUP_MASK;

	if (group < groups && map[group] != UINT32_MAX) {
		hit[map[group]] = 1;
	}
}

/* The first entry of the record with this hash or a greater one. */
static size_t find_in_record(const struct check_keys *k, uint64_t hash)
{
	return vv_first_place(i, k->old_count, vv_get_le64(k->old + 8 * i) >> GROUP_BITS < hash);
}

bool check_keys_seek(check_run *r, size_t at, const vv_buf *key, uint8_t *hit)
{
	struct check_keys *k = &r->keys[at];
	uint64_t hash = check_key_hash(key, k->seed), e;

	assert(k->sought_count < CHECK_SOUGHT_MAX);
	k->sought[k->sought_count++] = hash;
	k->hit = hit;
	for (check_key_cursor c = check_key_run_find(&k->run, hash); check_key_cursor_has(&c);
	     check_key_cursor_next(&c)) {
		mark_group(hit, k->run_map, k->run.groups.count, c.entry);
	}
	for (size_t i = 0; k->bounds_kept > 0 && i < r->group_count; i++) {
		if (k->has[i] && check_key_bounds_may(&k->bounds, i, key)) {
			hit[i] = 1;
		}
	}
	for (size_t i = find_in_record(k, hash); i < k->old_count; i++) {
		if ((e = vv_get_le64(k->old + 8 * i)) >> GROUP_BITS != hash) {
			break;
		}
		mark_group(hit, k->map, k->memo.groups.count, e);
	}
	return !k->run.damaged;
}
