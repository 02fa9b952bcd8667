/*
 * foreign_keys: checks foreign keys.
 *
 * The referring keys are stored by value, each once, and the other table is read until all have been
 * found; if they exceed memory, a part at a time, by hash. A group's result is kept.
 *
 * A group's answer is valid as long as the other table has lost no key: if its groups changed, the
 * keys of the old groups are searched in the new ones. A new group's keys that a former group had
 * need no new search.
 *
 * The memo's fact: the number of the group's keys without a target. The tail: 16 bytes hash of how
 * keys are read, 16 bytes hash of the other side's data list, 32 bytes name of each of its groups.
 */
#include "check/rules/cells.h"
#include "check/rules/table_internal.h"

#include <stdio.h>
#include <string.h>

#include "base/array.h"
#include "base/hash_index.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/key_bytes.h"
#include "check/rules/rules.h"
#include "dataset/format/form.h"
#include "dataset/table/walk.h"

#define MEMORY ((uint64_t)48 << 20)
#define HEAD 32u
#define GONE_MAX 4u /* a fourth of the groups gone: everything is checked again */

typedef struct target {
	uint64_t hash;
	const char *bytes;
	uint32_t len;
	bool met;
} target;

/* Keys that are looked for, those whose hashes are below `end` and not below `begin`. */
typedef struct targets {
	vv_arena arena;
	vv_hash_index index;
	target *keys;
	size_t count, cap, left; /* left: not met yet */
	uint64_t bytes;          /* bytes of the keys */
	uint64_t begin, end;     /* end 0: 2^64 */
} targets;

/* One foreign key under way. */
typedef struct following {
	check_run *r;
	check_emit *e;
	check_worker w;
	const check_foreign *f;
	vv_table *there;
	const vv_schema *schema; /* schema to read its columns; NULL: its own */
	size_t *places;          /* its columns */
	targets t;
	uint32_t *bad;         /* of each group here: keys without target, so far */
	uint8_t *known;        /* a byte each: bad is from the cache */
	vv_hash128 how, other; /* how keys are read; the other side's data */
	check_memo memo;       /* of the version before, some of whose groups are gone */
	bool holds;            /* the memo is of use */
	vv_buf key, scratch;
	uint64_t given;
	uint64_t seen; /* whole keys here */
	bool has_long; /* some group has cells that are not in its block */
} following;

static bool in_part(const targets *t, uint64_t hash)
{
	return hash >= t->begin && (t->end == 0 || hash < t->end);
}

static uint64_t hash_of(const vv_buf *key)
{
	return vv_xxh3(key->data, key->len, vv_hash_seed());
}

static target *find_target(const targets *t, const vv_buf *key, uint64_t hash)
{
	return vv_hash_find(t->keys, &t->index, hash, k,
			    k->hash == hash && k->len == key->len &&
				    memcmp(k->bytes, key->data, key->len) == 0);
}

static bool add_target(targets *t, target key)
{
	key.bytes = vv_arena_strndup(&t->arena, key.bytes, key.len);
	t->left += !key.met;
	t->bytes += key.len + 64;
	return key.bytes && vv_hash_add(t->keys, t->count, t->cap, &t->index, key.hash, key);
}

/* Begins a part, empty. */
static void clear_targets(targets *t)
{
	vv_arena_reset(&t->arena);
	vv_hash_index_reset(&t->index);
	t->count = t->left = 0;
	t->bytes = 0;
}

/* Drops the keys outside of the part, which has become smaller. */
static bool drop_outside(targets *t)
{
	vv_auto(vv_arena) bytes VV_UNUSED = t->arena; /* of all keys */
	const size_t count = t->count;

	t->arena = (vv_arena)VV_ARENA_INIT;
	clear_targets(t);
	for (size_t i = 0; i < count; i++) {
		if (in_part(t, t->keys[i].hash) && !add_target(t, t->keys[i])) return false;
	}
	return true;
}

static vv_status want_target(targets *t, const vv_buf *key, uint64_t memory, vv_error *err)
{
	const uint64_t hash = hash_of(key);

	if (!in_part(t, hash) || find_target(t, key, hash)) return VV_OK;
	while (t->bytes + key->len + 64 > memory && t->count > 16) {
		uint64_t span = t->end - t->begin; /* wraps for end 0: 2^64 - begin */

		if (span != 0 && span < 2) {
			break; /* one hash: all its keys must be kept */
		}
		t->end = t->begin + (span == 0 ? (uint64_t)1 << 63 : span / 2);
		if (!drop_outside(t)) return vv_fail_nomem(err);
		if (!in_part(t, hash)) return VV_OK;
	}
	return add_target(t, (target){hash, key->data, (uint32_t)key->len, false})
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static void meet_target(targets *t, const vv_buf *key)
{
	const uint64_t hash = hash_of(key);
	target *found = in_part(t, hash) ? find_target(t, key, hash) : NULL;

	if (found && !found->met) {
		found->met = true;
		t->left--;
	}
}

static vv_status note_foreign(following *x, const char *message, vv_error *err)
{
	vv_finding f = {.rule = x->f->severity == VV_SEVERITY_ERROR ? "foreign-key"
								    : VV_RULE_UNCHECKED,
			.severity = VV_SEVERITY_ERROR,
			.path = x->r->o->path,
			.commit = x->r->o->commit,
			.message = message,
			.name = x->f->title,
			.expected = NULL};
	vv_status rc = x->r->o->finding ? x->r->o->finding(x->r->o->payload, &f, err) : VV_OK;

	return rc < 0 ? rc : check_emit_total(x->e, &f, 1, 1, false, err);
}

/* Opens the other side; *there stays NULL where that is a finding. */
static vv_status open_there(following *x, vv_error *err)
{
	const vv_check_options *o = x->r->o;
	const char *quote = x->f->resource[0] ? "'" : "";
	char message[400];
	vv_error why;
	vv_status rc = VV_ENOTFOUND;

	x->there = NULL;
	vv_error_clear(&why);
	if (x->f->resource[0] == '\0') {
		x->there = x->r->table;
		rc = VV_OK;
	} else if (o->resource) {
		rc = o->resource(o->resource_payload, x->f->resource, &x->there, &x->schema, &why);
	}
	if (rc == VV_ENOTFOUND || rc == VV_EINPUT) {
		x->there = NULL;
		snprintf(message, sizeof(message),
			 "the foreign key (%s) names the resource '%s'%s%.200s",
			 vv_text_shows(x->f->names), vv_text_shows(x->f->resource),
			 rc == VV_ENOTFOUND ? ", which does not exist" : ", which cannot be read: ",
			 rc == VV_ENOTFOUND ? "" : why.message);
		return note_foreign(x, message, err);
	}
	if (rc < 0) return vv_error_copy(err, &why);
	x->places = vv_arena_calloc(&x->r->arena, x->f->of.count + 1, sizeof(*x->places));
	if (!x->places) return vv_fail_nomem(err);
	for (size_t i = 0; i < x->f->of.count; i++) {
		const char *name = x->f->targets[i];
		const check_plan *p = &x->r->plan;
		long at = vv_schema_find(x->there == x->r->table ? p->schema : &x->there->schema,
					 name, strlen(name));

		if (at >= 0 && x->there == x->r->table) {
			at = p->of_field[at] == SIZE_MAX ? -1
							 : (long)p->columns[p->of_field[at]].place;
		}
		if (at < 0) {
			x->there = NULL;
			snprintf(
				message, sizeof(message),
				"the foreign key (%s) names a column '%s' that %s%s%s does not have",
				vv_text_shows(x->f->names), vv_text_shows(name), quote,
				*quote ? vv_text_shows(x->f->resource) : "this table", quote);
			return note_foreign(x, message, err);
		}
		x->places[i] = (size_t)at;
	}
	return VV_OK;
}

/* The field under which a column of the other side is read. */
static const vv_field *field_there(const following *x, size_t i)
{
	if (x->there == x->r->table) {
		const check_column *c = &x->r->plan.columns[x->places[i]];

		return c->field ? c->field : &x->there->schema.fields[x->places[i]];
	}
	const vv_field *own = &x->there->schema.fields[x->places[i]];
	long at = x->schema ? vv_schema_find(x->schema, own->name, own->name_len) : -1;

	return at >= 0 ? &x->schema->fields[at] : own;
}

static const vv_field *field_here(const following *x, size_t i)
{
	const check_column *c = &x->r->plan.columns[x->f->of.columns[i]];

	return c->field ? c->field : &x->r->table->schema.fields[c->place];
}

static bool is_json(const vv_table *t)
{
	return vv_form_is_typed(t->root.dialect.form);
}

static vv_status make_hashes(following *x, vv_error *err)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "%d ", is_json(x->there));
	for (size_t i = 0; i < x->f->of.count; i++) {
		vv_buf_printf(&b, "%zu ", x->places[i]);
		check_put_reading(&b, field_there(x, i));
	}
	x->how = vv_xxh3_128(b.data, b.len, 0);
	x->other = vv_xxh3_128(x->there->root.data.data, x->there->root.data.len, 0);
	return vv_buf_ok(&b, err);
}

static uint64_t memory_of(const following *x)
{
	return x->r->o->memory > 0 ? x->r->o->memory : MEMORY;
}

/* The names of the other side's groups, appended. */
static vv_status list_there(following *x, vv_buf *out, vv_error *err)
{
	vv_auto(vv_list_walk) w = vv_list_walk_open(x->there, VV_LIST_DATA, err);
	uint8_t name[32];
	vv_cid cid;
	bool has_long;

	while (vv_list_walk_next(&w)) {
		if ((w.rc = check_group_name(name, &cid, &has_long, &w.item, err)) == VV_OK) {
			x->has_long = x->has_long || has_long;
			vv_buf_put(out, name, sizeof(name));
		}
	}
	return w.rc < 0 ? w.rc : vv_buf_ok(out, err);
}

/* Visits the whole keys of one group, by its digest; fields and places of one side. VV_EMISSING:
 * this repository no longer has the group's block. */
typedef vv_status (*key_fn)(following *x, vv_error *err);

/* Keys of rows that are one after the other, `width` cells each; places: of the key's columns in a row. */
static vv_status each_row(following *x, vv_table *t, bool there, const vv_cell *cells, size_t rows,
			  size_t width, const size_t *places, key_fn fn, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t row = 0; row < rows && rc == VV_OK; row++, cells += width) {
		bool whole = true;

		vv_buf_reset(&x->key);
		for (size_t i = 0; i < x->f->of.count && whole && rc == VV_OK; i++) {
			const vv_cell *cell = &cells[places ? places[i] : i];
			const vv_field *f = there ? field_there(x, i) : field_here(x, i);

			whole = cell->state != VV_CELL_ABSENT && cell->state != VV_CELL_NULL &&
				!vv_field_missing(f, cell);
			if (whole && !vv_value_put_key(&x->key, &x->scratch, f, cell, is_json(t))) {
				rc = vv_fail_nomem(err);
			}
		}
		if (whole && rc == VV_OK) {
			rc = fn(x, err);
		}
	}
	return rc;
}

static vv_status each_key(following *x, vv_table *t, bool there, const uint8_t *digest, key_fn fn,
			  vv_error *err)
{
	vv_cid cid = {.codec = VV_CODEC_RAW};
	vv_auto(vv_group) g = {0};
	size_t count = x->f->of.count;
	vv_status rc;

	memcpy(cid.digest, digest, 32);
	vv_arena_reset(&x->w.arena);
	if ((rc = vv_sink_get_parted(&t->source, &cid, &x->w.parted, err)) < 0 ||
	    (rc = vv_group_open_parted(&g, &x->w.parted, err)) < 0) {
		return rc;
	}
	vv_cell *cells = vv_arena_alloc(&x->w.arena, (g.rows * count + 1) * sizeof(*cells));
	if (!cells) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		size_t place = there ? x->places[i] : x->r->plan.columns[x->f->of.columns[i]].place;

		if ((rc = vv_group_column(&g, place, cells + i, count, &x->w.arena, err)) < 0) {
			return rc;
		}
	}
	return each_row(x, t, there, cells, g.rows, count, NULL, fn, err);
}

static vv_status want_key(following *x, vv_error *err)
{
	return want_target(&x->t, &x->key, memory_of(x), err);
}

static vv_status meet_key(following *x, vv_error *err VV_UNUSED)
{
	meet_target(&x->t, &x->key);
	return VV_OK;
}

/* Keys of a group that another version had, to fn. *ok: false where its block is missing. */
static vv_status each_old_key(following *x, vv_table *t, bool there, const uint8_t *name, key_fn fn,
			      bool *ok, vv_error *err)
{
	const vv_status rc = each_key(x, t, there, name, fn, err);

	/* a block of a version before may be gone; one that is damaged is met elsewhere */
	*ok = rc != VV_EMISSING && rc != VV_ECORRUPT && rc != VV_EIO;
	return vv_error_excuse(rc, !*ok, err);
}

/* Keys of groups in `list` that are not in `other`, each to fn. most: how many groups there
 * may be; past that, or where a block is missing, *ok is false. */
static vv_status each_gone(following *x, vv_table *t, bool there, const check_group_names *list,
			   const check_group_names *other, size_t most, key_fn fn, bool *ok,
			   vv_error *err)
{
	size_t read = 0;
	vv_status rc;

	for (size_t i = 0; i < list->count && *ok; i++) {
		const uint8_t *name = list->first + list->step * i;

		if (check_group_names_find(other, name)) {
			continue;
		}
		if (++read > most) {
			*ok = false;
			break;
		}
		if ((rc = each_old_key(x, t, there, name, fn, ok, err)) < 0) return rc;
	}
	return VV_OK;
}

/* Does b (groups of the other side in one version) have every key of a? *yes: certainly. Only groups
 * that the other does not have are read. */
static vv_status covers_keys(following *x, const check_group_names *a, const check_group_names *b,
			     bool *yes, vv_error *err)
{
	size_t most = a->count / GONE_MAX + 1;
	vv_status rc;

	*yes = true;
	clear_targets(&x->t);
	x->t.begin = x->t.end = 0;
	rc = each_gone(x, x->there, true, a, b, most, want_key, yes, err);
	if (rc == VV_OK && *yes && x->t.end == 0) {
		rc = each_gone(x, x->there, true, b, a, most, meet_key, yes, err);
	}
	*yes = *yes && x->t.end == 0 && x->t.left == 0;
	return rc;
}

/* Has the other side every key that it had (kept), and no others (same)? */
static vv_status compare_there(following *x, const uint8_t *before, size_t count, bool *kept,
			       bool *same, vv_error *err)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	vv_auto(check_group_names) old = {0};
	vv_auto(check_group_names) now = {0};
	vv_status rc;

	if ((rc = list_there(x, &bytes, err)) < 0 ||
	    (rc = check_group_names_open(&old, before, 32, count, err)) < 0 ||
	    (rc = check_group_names_open(&now, (const uint8_t *)bytes.data, 32, bytes.len / 32,
					 err)) < 0 ||
	    (rc = covers_keys(x, &old, &now, kept, err)) < 0) {
		return rc;
	}
	if (*kept && !x->has_long) {
		rc = covers_keys(x, &now, &old, same, err);
	}
	return rc;
}

/* Takes over the memo's answers for groups, as far as still valid. */
static void take_memo(following *x, bool same)
{
	check_run *r = x->r;

	for (size_t i = 0; i < r->group_count; i++) {
		const check_group_info *g = &r->groups[i];
		const uint8_t *e = g->item ? NULL : check_memo_find(&x->memo, g->name, g->rows);

		/* a key without target may have one now */
		if (e && (same || check_memo_fact(e) == 0)) {
			x->known[i] = 1;
			x->bad[i] = check_memo_fact(e);
		}
	}
}

static vv_status load_record(following *x, vv_error *err)
{
	const check_memo *m = &x->memo;
	vv_status rc = check_memo_open(&x->memo, x->r->o->cache, "refs", x->f->id, err);

	if (rc < 0 || m->tail_len < HEAD || (m->tail_len - HEAD) % 32 != 0 ||
	    vv_get_le64(m->tail) != x->how.lo || vv_get_le64(m->tail + 8) != x->how.hi) {
		return rc;
	}
	bool same = vv_get_le64(m->tail + 16) == x->other.lo &&
		    vv_get_le64(m->tail + 24) == x->other.hi;
	x->holds = same;
	if (!same) {
		rc = compare_there(x, m->tail + HEAD, (m->tail_len - HEAD) / 32, &x->holds, &same,
				   err);
	}
	if (rc == VV_OK && x->holds) {
		take_memo(x, same);
	}
	return rc;
}

static vv_status save_record(following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_auto(vv_buf) b = VV_BUF_INIT, there = VV_BUF_INIT;
	uint8_t head[HEAD];
	vv_status rc;

	if (!r->o->cache) return VV_OK;
	x->has_long = x->has_long || vv_array_find(r->groups, r->group_count, it, it->item);
	/* the keys of such groups cannot be read from the blocks alone, later */
	if ((rc = list_there(x, &there, err)) < 0 || x->has_long) return rc;
	check_memo_begin(&b, r->group_count);
	for (size_t i = 0; i < r->group_count; i++) {
		check_memo_put(&b, r->groups[i].name, r->groups[i].rows, x->bad[i]);
	}
	vv_put_le64(head, x->how.lo);
	vv_put_le64(head + 8, x->how.hi);
	vv_put_le64(head + 16, x->other.lo);
	vv_put_le64(head + 24, x->other.hi);
	vv_buf_put(&b, head, HEAD);
	vv_buf_put(&b, there.data, there.len);
	return check_memo_keep(&b, r->o->cache, "refs", x->f->id, err);
}

/* Finds again the keys of groups of the version before that are gone. */
static vv_status meet_gone(following *x, vv_error *err)
{
	check_run *r = x->r;
	const check_group_names *old = &x->memo.groups;
	vv_auto(vv_buf) now = VV_BUF_INIT;
	vv_auto(check_group_names) here = {0};
	bool ok = true;
	vv_status rc;

	vv_array_each(r->groups, r->group_count, group) {
		vv_buf_put(&now, group->name, 32);
	}
	if ((rc = vv_buf_ok(&now, err)) < 0 ||
	    (rc = check_group_names_open(&here, (const uint8_t *)now.data, 32, r->group_count,
					 err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < old->count && ok && x->t.left > 0; i++) {
		const uint8_t *e = old->first + old->step * i;

		if (check_memo_fact(e) == 0 && !check_group_names_find(&here, e) &&
		    (rc = each_old_key(x, r->table, false, e, meet_key, &ok, err)) < 0) {
			return rc;
		}
	}
	return rc;
}

/* Reads the other side until all keys that are looked for have been met. */
static vv_status read_there(following *x, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(x->there, x->places, x->f->of.count, err);
	const vv_batch *b = &w.batch;

	while (x->t.left > 0 && vv_group_walk_next(&w)) {
		w.rc = each_row(x, x->there, true, b->cells, b->rows, b->columns, x->places,
				meet_key, err);
	}
	return w.rc;
}

static vv_status report_row(following *x, uint64_t row, vv_error *err)
{
	const check_foreign *f = x->f;
	char expected[300];

	if (x->given >= check_limit(x->r)) return VV_OK;
	x->given++;
	snprintf(expected, sizeof(expected), "a row with this %s in %s",
		 vv_text_shows(f->target_names),
		 f->resource[0] ? vv_text_shows(f->resource) : "this table");
	return check_emit_row(x->e, vv_rule_find("foreign-key"), f->severity, row, f->of.columns,
			      f->of.count, "refers to a value that does not exist", expected, err);
}

/* Steps for the keys of a group here. */
typedef enum following_step { FOLLOW_SEE, FOLLOW_WANT, FOLLOW_COUNT, FOLLOW_TELL } following_step;

typedef struct visiting {
	following *x;
	following_step step;
	size_t group;
} visiting;

static vv_status follow_row(void *payload, size_t row, bool whole, vv_error *err)
{
	const visiting *v = payload;
	following *x = v->x;
	uint64_t hash = hash_of(&x->w.key);

	if (!whole) return VV_OK;
	if (v->step == FOLLOW_SEE) {
		x->seen++;
		return VV_OK;
	}
	if (v->step == FOLLOW_WANT) return want_target(&x->t, &x->w.key, memory_of(x), err);
	if (!in_part(&x->t, hash)) return VV_OK;
	const target *found = find_target(&x->t, &x->w.key, hash);
	if (found && found->met) return VV_OK;
	if (v->step == FOLLOW_TELL) {
		return report_row(x, x->r->groups[v->group].first_row + row, err);
	}
	x->bad[v->group]++;
	return VV_OK;
}

/* give: the first groups with enough findings to report; otherwise the unknown groups, or all to
 * count keys. */
static vv_status follow_groups(following *x, following_step step, bool give, vv_error *err)
{
	check_run *r = x->r;
	uint64_t told = 0;
	vv_auto(vv_batch) batch = {0};
	vv_status rc;

	for (size_t i = 0; i < r->group_count; i++) {
		visiting v = {.x = x, .step = step, .group = i};

		if (give ? x->bad[i] == 0 || told >= check_limit(r)
			 : step != FOLLOW_SEE && x->known[i]) {
			continue;
		}
		told += x->bad[i];
		if ((rc = check_key_group(r, &x->w, &batch, i, &x->f->of, follow_row, &v, err)) <
		    0) {
			return rc;
		}
	}
	return VV_OK;
}

/* All groups, part by part: counts the unknown ones, or reports those with findings. */
static vv_status follow_all(following *x, bool give, vv_error *err)
{
	vv_status rc = VV_OK;

	x->t.begin = 0;
	do {
		x->t.end = 0;
		clear_targets(&x->t);
		if ((rc = follow_groups(x, FOLLOW_WANT, give, err)) < 0 ||
		    (!give && x->holds && (rc = meet_gone(x, err)) < 0) ||
		    (rc = read_there(x, err)) < 0) {
			return rc;
		}
		if (x->t.left > 0) {
			rc = follow_groups(x, give ? FOLLOW_TELL : FOLLOW_COUNT, give, err);
		}
		x->t.begin = x->t.end;
	} while (rc == VV_OK && x->t.end != 0);
	return rc;
}

static vv_status follow_key(following *x, vv_error *err)
{
	check_run *r = x->r;
	uint64_t found = 0, unknown = 0;
	vv_status rc;

	if ((rc = make_hashes(x, err)) < 0 || (rc = load_record(x, err)) < 0) return rc;
	for (size_t i = 0; i < r->group_count; i++) {
		unknown += !x->known[i];
	}
	if (unknown > 0 &&
	    ((rc = follow_all(x, false, err)) < 0 || (rc = save_record(x, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		found += x->bad[i];
	}
	if (found > 0 && x->f->mostly < VV_BILLION &&
	    (rc = follow_groups(x, FOLLOW_SEE, false, err)) < 0) {
		return rc;
	}
	bool tolerated = check_tolerated(x->f->mostly, found, x->seen);
	if (found > 0 && !tolerated) {
		if ((rc = follow_all(x, true, err)) < 0) return rc;
	}
	vv_finding f = {.rule = "foreign-key",
			.severity = x->f->severity,
			.column = x->f->of.count == 1 ? r->plan.columns[x->f->of.columns[0]].name
						      : NULL};
	return check_emit_total(x->e, &f, found, x->given, tolerated, err);
}

static vv_status follow_one(check_run *r, check_emit *e, const check_foreign *f, vv_error *err)
{
	following x = {.r = r, .e = e, .f = f};
	vv_status rc;

	if ((rc = check_worker_init(&x.w, &r->plan, err)) < 0) return rc;
	x.bad = vv_calloc(r->group_count + 1, sizeof(*x.bad));
	x.known = vv_calloc(r->group_count + 1, 1);
	if (!x.bad || !x.known) {
		rc = vv_fail_nomem(err);
	} else if ((rc = open_there(&x, err)) == VV_OK && x.there &&
		   f->severity != VV_SEVERITY_OFF) {
		rc = follow_key(&x, err);
	}
	check_worker_clear(&x.w);
	vv_free_all(x.bad, x.known, x.t.keys);
	vv_hash_index_clear(&x.t.index);
	vv_arena_clear(&x.t.arena);
	vv_buf_clear_all(&x.key, &x.scratch);
	check_memo_close(&x.memo);
	return rc;
}

vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; i < r->plan.foreign_count; i++) {
		check_emit_name(e, r->plan.foreigns[i].title);
		if ((rc = follow_one(r, e, &r->plan.foreigns[i], err)) < 0) return rc;
	}
	check_emit_name(e, NULL);
	return VV_OK;
}
