/*
 * check_refs: knows how foreign keys are followed.
 *
 * The keys of the table referred to are held by value, as many as memory allows at a time:
 * a part of them by hash, for which both tables are read. What a group of rows gave is kept,
 * as long as the other table's data is the same.
 *
 * The record: 16 bytes hash of the other side, le32 number of groups, each 32 bytes digest,
 * le32 rows, le32 keys without target.
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/check_internal.h"

#define MEMORY ((uint64_t)48 << 20)
#define ENTRY 40u

/* The keys of the other table whose hashes are below `end` and not below `begin`. */
typedef struct targets {
	vv_arena arena;
	struct target {
		uint64_t hash;
		const char *bytes;
		uint32_t len;
	} *slots;
	size_t mask, count;
	uint64_t seed;       /* of this run: nobody can aim at it */
	uint64_t bytes;      /* held */
	uint64_t begin, end; /* end 0: 2^64 */
} targets;

static bool in_part(const targets *t, uint64_t hash)
{
	return hash >= t->begin && (t->end == 0 || hash < t->end);
}

static struct target *find_target(const targets *t, const vv_buf *key, uint64_t hash)
{
	size_t at = (size_t)hash & t->mask;

	while (t->slots[at].bytes &&
	       !(t->slots[at].hash == hash && t->slots[at].len == key->len &&
		 memcmp(t->slots[at].bytes, key->data, key->len) == 0))
		at = (at + 1) & t->mask;
	return &t->slots[at];
}

/* Makes the table larger, or a smaller part: what has left it is dropped. */
static vv_status rebuild(targets *t, size_t mask, vv_error *err)
{
	struct target *old = t->slots;
	size_t old_mask = t->mask;
	vv_arena kept = VV_ARENA_INIT;

	t->slots = vv_calloc(mask + 1, sizeof(*t->slots));
	if (!t->slots) {
		t->slots = old;
		return vv_fail_nomem(err);
	}
	t->mask = mask;
	t->count = 0;
	t->bytes = 0;
	for (size_t i = 0; old && i <= old_mask; i++) {
		size_t at = (size_t)old[i].hash & mask;

		if (!old[i].bytes || !in_part(t, old[i].hash))
			continue;
		while (t->slots[at].bytes)
			at = (at + 1) & mask;
		t->slots[at] = old[i];
		t->slots[at].bytes = vv_arena_strndup(&kept, old[i].bytes, old[i].len);
		if (!t->slots[at].bytes) {
			vv_free(old);
			vv_arena_clear(&kept);
			return vv_fail_nomem(err);
		}
		t->count++;
		t->bytes += old[i].len + 64;
	}
	vv_free(old);
	vv_arena_clear(&t->arena);
	t->arena = kept;
	return VV_OK;
}

static vv_status add_target(targets *t, const vv_buf *key, uint64_t memory, vv_error *err)
{
	uint64_t hash = vv_xxh3(key->data, key->len, t->seed);
	struct target *slot;
	vv_status rc;

	if (!in_part(t, hash))
		return VV_OK;
	if (2 * t->count >= t->mask && (rc = rebuild(t, 2 * t->mask + 1, err)) < 0)
		return rc;
	slot = find_target(t, key, hash);
	if (slot->bytes)
		return VV_OK;
	while (t->bytes + key->len + 64 > memory && t->count > 16) {
		uint64_t span = t->end - t->begin; /* wraps for end 0: 2^64 - begin */

		if (span != 0 && span < 2)
			break; /* one hash: all its keys must be held */
		t->end = t->begin + (span == 0 ? (uint64_t)1 << 63 : span / 2);
		if ((rc = rebuild(t, t->mask, err)) < 0)
			return rc;
		if (!in_part(t, hash))
			return VV_OK;
		slot = find_target(t, key, hash);
	}
	*slot = (struct target){hash, vv_arena_strndup(&t->arena, key->data, key->len), (uint32_t)key->len};
	if (!slot->bytes)
		return vv_fail_nomem(err);
	t->count++;
	t->bytes += key->len + 64;
	return VV_OK;
}

/* One foreign key under way. */
typedef struct following {
	check_run *r;
	check_emit *e;
	check_worker w;
	const check_foreign *f;
	vv_table *there;
	size_t *places;      /* its columns */
	targets t;
	uint32_t *bad;       /* of each group here: keys without target, so far */
	uint8_t *known;      /* a byte each: bad is from the cache */
	vv_hash128 other;    /* what the answers depend on there */
	vv_buf key, scratch;
	bool give;
	uint64_t given;
} following;

static vv_status note_foreign(following *x, const char *message, vv_error *err)
{
	const vv_rule *rule = vv_rule_find("foreign-key");
	vv_finding f = {.rule = rule->code,
			.severity = x->f->severity,
			.path = x->r->o->path,
			.commit = x->r->o->commit,
			.message = message,
			.expected = NULL};
	vv_status rc = x->r->o->finding ? x->r->o->finding(x->r->o->payload, &f, err) : VV_OK;

	return rc < 0 ? rc : check_emit_total(x->e, rule, x->f->severity, NULL, 1, 1, false, err);
}

/* Opens the other side; *there stays NULL where that is a finding. */
static vv_status open_there(following *x, vv_error *err)
{
	const vv_check_options *o = x->r->o;
	char message[400];
	vv_error why;
	vv_status rc = VV_ENOTFOUND;

	x->there = NULL;
	vv_error_clear(&why);
	if (x->f->resource[0] == '\0') {
		x->there = x->r->table;
		rc = VV_OK;
	} else if (o->resource) {
		rc = o->resource(o->resource_payload, x->f->resource, &x->there, &why);
	}
	if (rc == VV_ENOTFOUND || rc == VV_EINPUT) {
		x->there = NULL;
		snprintf(message, sizeof(message), "the foreign key (%s) names the resource '%s'%s%.200s",
			 vv_text_shows(x->f->names), vv_text_shows(x->f->resource),
			 rc == VV_ENOTFOUND ? ", which there is not" : ", which cannot be read: ",
			 rc == VV_ENOTFOUND ? "" : why.message);
		return note_foreign(x, message, err);
	}
	if (rc < 0) {
		if (err)
			*err = why;
		return rc;
	}
	x->places = vv_arena_calloc(&x->r->arena, x->f->count + 1, sizeof(*x->places));
	if (!x->places)
		return vv_fail_nomem(err);
	for (size_t i = 0; i < x->f->count; i++) {
		const char *name = x->f->targets[i];
		const check_plan *p = &x->r->plan;
		long at = vv_schema_find(x->there == x->r->table ? p->schema : &x->there->schema, name,
					 strlen(name));

		if (at >= 0 && x->there == x->r->table)
			at = p->of_field[at] == SIZE_MAX ? -1 : (long)p->columns[p->of_field[at]].place;
		if (at < 0) {
			x->there = NULL;
			snprintf(message, sizeof(message),
				 "the foreign key (%s) names a column '%s' that '%s' does not have",
				 vv_text_shows(x->f->names), vv_text_shows(name),
				 vv_text_shows(x->f->resource));
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
	return &x->there->schema.fields[x->places[i]];
}

static vv_status make_other(following *x, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;

	vv_buf_put(&b, x->there->root.data.data, x->there->root.data.len);
	for (size_t i = 0; i < x->f->count; i++) {
		vv_buf_printf(&b, "%zu ", x->places[i]);
		vv_json_put_node(&b, field_there(x, i)->json);
		for (const char *const *m = (const char *const *)field_there(x, i)->missing; *m; m++)
			vv_json_put_string(&b, *m, strlen(*m));
	}
	x->other = vv_xxh3_128(b.data, b.len, 0);
	rc = vv_buf_ok(&b, err);
	vv_buf_clear(&b);
	return rc;
}

static vv_status load_known(following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_buf b = VV_BUF_INIT;
	const uint8_t *p;
	uint32_t *slots = NULL;
	size_t count, mask = 63;
	int found = r->o->cache ? vv_check_cache_get(r->o->cache, "refs", x->f->id, &b, err) : 0;

	p = (const uint8_t *)b.data;
	if (found <= 0 || b.len < 20 || vv_get_le64(p) != x->other.lo || vv_get_le64(p + 8) != x->other.hi)
		goto done;
	count = vv_get_le32(p + 16);
	p += 20;
	if (count != (b.len - 20) / ENTRY)
		goto done;
	while (mask < 2 * count)
		mask = 2 * mask + 1;
	if (!(slots = vv_calloc(mask + 1, sizeof(*slots)))) {
		found = vv_fail_nomem(err);
		goto done;
	}
	for (size_t i = 0; i < count; i++) {
		size_t at = (size_t)vv_get_le64(p + ENTRY * i) & mask;

		while (slots[at] != 0)
			at = (at + 1) & mask;
		slots[at] = (uint32_t)i + 1;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		const check_group_info *g = &r->groups[i];
		size_t at = (size_t)vv_get_le64(g->cid.digest) & mask;

		for (; slots[at] != 0 && !x->known[i]; at = (at + 1) & mask) {
			const uint8_t *e = p + ENTRY * (size_t)(slots[at] - 1);

			if (memcmp(e, g->cid.digest, 32) == 0 && vv_get_le32(e + 32) == g->rows) {
				x->known[i] = 1;
				x->bad[i] = vv_get_le32(e + 36);
			}
		}
	}
done:
	vv_free(slots);
	vv_buf_clear(&b);
	return found < 0 ? (vv_status)found : VV_OK;
}

static vv_status save_known(following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_buf b = VV_BUF_INIT;
	uint8_t bytes[8];
	vv_status rc;

	if (!r->o->cache)
		return VV_OK;
	vv_put_le64(bytes, x->other.lo);
	vv_buf_put(&b, bytes, 8);
	vv_put_le64(bytes, x->other.hi);
	vv_buf_put(&b, bytes, 8);
	vv_put_le32(bytes, (uint32_t)r->group_count);
	vv_buf_put(&b, bytes, 4);
	for (size_t i = 0; i < r->group_count; i++) {
		vv_buf_put(&b, r->groups[i].cid.digest, 32);
		vv_put_le32(bytes, r->groups[i].rows);
		vv_put_le32(bytes + 4, x->bad[i]);
		vv_buf_put(&b, bytes, 8);
	}
	if ((rc = vv_buf_ok(&b, err)) == VV_OK)
		rc = vv_check_cache_put(r->o->cache, "refs", x->f->id, b.data, b.len, err);
	vv_buf_clear(&b);
	return rc;
}

/* Reads the other side's keys of one part. */
static vv_status read_targets(following *x, vv_error *err)
{
	uint64_t memory = x->r->o->memory > 0 ? x->r->o->memory : MEMORY;
	vv_table_reader *reader = NULL;
	vv_batch batch;
	int more = 0;
	vv_status rc;

	vv_free(x->t.slots); /* of the part before */
	x->t.slots = NULL;
	vv_arena_reset(&x->t.arena);
	rc = rebuild(&x->t, 1023, err);
	vv_batch_init(&batch);
	if (rc == VV_OK)
		rc = vv_table_reader_open(&reader, x->there, x->places, x->f->count, false, err);
	while (rc == VV_OK && (more = vv_table_read(reader, &batch, err)) > 0) {
		for (size_t row = 0; row < batch.rows && rc == VV_OK; row++) {
			bool whole = true;

			vv_buf_reset(&x->key);
			for (size_t i = 0; i < x->f->count && whole && rc == VV_OK; i++) {
				const vv_cell *cell = &batch.cells[row * batch.columns + x->places[i]];
				const vv_field *f = field_there(x, i);

				whole = cell->state != VV_CELL_ABSENT && cell->state != VV_CELL_NULL &&
					!vv_field_missing(f, cell);
				if (whole && !vv_value_put_key(&x->key, &x->scratch, f, cell))
					rc = vv_fail_nomem(err);
			}
			if (whole && rc == VV_OK)
				rc = add_target(&x->t, &x->key, memory, err);
		}
	}
	vv_table_reader_close(reader);
	vv_batch_clear(&batch);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status tell(following *x, uint64_t row, vv_error *err)
{
	const check_foreign *f = x->f;
	char expected[300];

	if (x->given >= check_limit(x->r))
		return VV_OK;
	x->given++;
	snprintf(expected, sizeof(expected), "a row with this %s in %s", vv_text_shows(f->target_names),
		 f->resource[0] ? vv_text_shows(f->resource) : "this table");
	return check_emit_row(x->e, vv_rule_find("foreign-key"), f->severity, row, f->columns, f->count,
			      "refers to what does not exist", expected, err);
}

/* Holds a group's keys against the part. */
static vv_status follow_group(following *x, vv_batch *batch, size_t i, vv_error *err)
{
	check_run *r = x->r;
	const vv_cell **cells;
	check_group g;
	vv_status rc = check_load(r, &x->w, batch, i, &g, err);

	if (rc < 0)
		return rc;
	vv_arena_reset(&x->w.arena);
	if ((rc = check_blank(&x->w, &r->plan, &g, err)) == VV_OK)
		rc = check_key_cells(r, &g, x->f->columns, x->f->count, &x->w.arena, &cells, err);
	for (size_t row = 0; row < g.rows && rc == VV_OK; row++) {
		uint64_t hash;
		bool whole;

		if (x->w.has_blank && x->w.blank[row])
			continue;
		vv_buf_reset(&x->key);
		if (!check_key_bytes(&x->key, &x->scratch, &r->plan, x->f->columns, x->f->count, cells, row,
				     &whole)) {
			rc = vv_fail_nomem(err);
			break;
		}
		hash = vv_xxh3(x->key.data, x->key.len, x->t.seed);
		if (!whole || !in_part(&x->t, hash) || find_target(&x->t, &x->key, hash)->bytes)
			continue;
		if (x->give)
			rc = tell(x, r->groups[i].first_row + row, err);
		else
			x->bad[i]++;
	}
	check_unload(&g);
	return rc;
}

/* All groups, part by part: those not known are counted, or those with findings told. */
static vv_status follow_all(following *x, vv_error *err)
{
	check_run *r = x->r;
	vv_batch batch;
	vv_status rc = VV_OK;

	vv_batch_init(&batch);
	x->t.begin = 0;
	do {
		x->t.end = 0;
		if ((rc = read_targets(x, err)) < 0)
			break;
		for (size_t i = 0; i < r->group_count && rc == VV_OK; i++) {
			if (x->give ? x->bad[i] > 0 && x->given < check_limit(r) : !x->known[i])
				rc = follow_group(x, &batch, i, err);
		}
		x->t.begin = x->t.end;
	} while (rc == VV_OK && x->t.end != 0);
	vv_batch_clear(&batch);
	return rc;
}

static vv_status follow(following *x, vv_error *err)
{
	check_run *r = x->r;
	const vv_rule *rule = vv_rule_find("foreign-key");
	uint64_t found = 0, unknown = 0;
	bool tolerated;
	vv_status rc;

	if ((rc = make_other(x, err)) < 0 || (rc = load_known(x, err)) < 0)
		return rc;
	for (size_t i = 0; i < r->group_count; i++)
		unknown += !x->known[i];
	if (unknown > 0 && ((rc = follow_all(x, err)) < 0 || (rc = save_known(x, err)) < 0))
		return rc;
	for (size_t i = 0; i < r->group_count; i++)
		found += x->bad[i];
	tolerated = check_tolerated(x->f->mostly, found, r->table->root.rows);
	if (found > 0 && !tolerated) {
		x->give = true;
		if ((rc = follow_all(x, err)) < 0)
			return rc;
	}
	return check_emit_total(x->e, rule, x->f->severity,
				x->f->count == 1 ? r->plan.columns[x->f->columns[0]].name : NULL, found,
				x->given, tolerated, err);
}

static vv_status follow_one(check_run *r, check_emit *e, const check_foreign *f, vv_error *err)
{
	following x = {.r = r, .e = e, .f = f};
	vv_status rc;

	vv_arena_init(&x.t.arena);
	vv_random(&x.t.seed, sizeof(x.t.seed));
	if ((rc = check_worker_init(&x.w, &r->plan, err)) < 0)
		return rc;
	x.bad = vv_calloc(r->group_count + 1, sizeof(*x.bad));
	x.known = vv_calloc(r->group_count + 1, 1);
	if (!x.bad || !x.known)
		rc = vv_fail_nomem(err);
	else if ((rc = open_there(&x, err)) == VV_OK && x.there)
		rc = follow(&x, err);
	check_worker_clear(&x.w);
	vv_free(x.bad);
	vv_free(x.known);
	vv_free(x.t.slots);
	vv_arena_clear(&x.t.arena);
	vv_buf_clear(&x.key);
	vv_buf_clear(&x.scratch);
	return rc;
}

vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->plan.foreign_count && rc == VV_OK; i++)
		rc = follow_one(r, e, &r->plan.foreigns[i], err);
	return rc;
}
