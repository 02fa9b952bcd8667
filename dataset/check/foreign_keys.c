/*
 * foreign_keys: knows how foreign keys are followed.
 *
 * The keys that rows here refer to are held by value, each once, and the other table is read
 * until all of them have been met; of more than memory allows a part at a time, by hash. What
 * a group gave is kept (foreign_keys_memo.c).
 */
#include <stdio.h>
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/check/foreign_keys_internal.h"

#define MEMORY ((uint64_t)48 << 20)

static bool in_part(const check_targets *t, uint64_t hash)
{
	return hash >= t->begin && (t->end == 0 || hash < t->end);
}

static struct check_target *find_target(const check_targets *t, const vv_buf *key, uint64_t hash)
{
	size_t at = (size_t)hash & t->mask;

	while (t->slots[at].bytes && !(t->slots[at].hash == hash && t->slots[at].len == key->len &&
				       memcmp(t->slots[at].bytes, key->data, key->len) == 0)) {
		at = (at + 1) & t->mask;
	}
	return &t->slots[at];
}

/* Makes the table larger, or a smaller part: what has left it is dropped. */
static vv_status rebuild(check_targets *t, size_t mask, vv_error *err)
{
	struct check_target *old = t->slots;
	size_t old_mask = t->mask;
	vv_arena kept = VV_ARENA_INIT;

	t->slots = vv_calloc(mask + 1, sizeof(*t->slots));
	if (!t->slots) {
		t->slots = old;
		return vv_fail_nomem(err);
	}
	t->mask = mask;
	t->count = t->left = 0;
	t->bytes = 0;
	for (size_t i = 0; old && i <= old_mask; i++) {
		size_t at = (size_t)old[i].hash & mask;

		if (!old[i].bytes || !in_part(t, old[i].hash)) {
			continue;
		}
		while (t->slots[at].bytes) {
			at = (at + 1) & mask;
		}
		t->slots[at] = old[i];
		t->slots[at].bytes = vv_arena_strndup(&kept, old[i].bytes, old[i].len);
		if (!t->slots[at].bytes) {
			vv_free(old);
			vv_arena_clear(&kept);
			return vv_fail_nomem(err);
		}
		t->count++;
		t->left += !old[i].met;
		t->bytes += old[i].len + 64;
	}
	vv_free(old);
	vv_arena_clear(&t->arena);
	t->arena = kept;
	return VV_OK;
}

vv_status check_refs_want(check_targets *t, const vv_buf *key, uint64_t memory, vv_error *err)
{
	uint64_t hash = vv_xxh3(key->data, key->len, t->seed);
	struct check_target *slot;
	vv_status rc;

	if (!in_part(t, hash)) {
		return VV_OK;
	}
	if (2 * t->count >= t->mask && (rc = rebuild(t, 2 * t->mask + 1, err)) < 0) {
		return rc;
	}
	slot = find_target(t, key, hash);
	if (slot->bytes) {
		return VV_OK;
	}
	while (t->bytes + key->len + 64 > memory && t->count > 16) {
		uint64_t span = t->end - t->begin; /* wraps for end 0: 2^64 - begin */

		if (span != 0 && span < 2) {
			break; /* one hash: all its keys must be held */
		}
		t->end = t->begin + (span == 0 ? (uint64_t)1 << 63 : span / 2);
		if ((rc = rebuild(t, t->mask, err)) < 0) {
			return rc;
		}
		if (!in_part(t, hash)) {
			return VV_OK;
		}
		slot = find_target(t, key, hash);
	}
	*slot = (struct check_target){hash, vv_arena_strndup(&t->arena, key->data, key->len),
				      (uint32_t)key->len, false};
	if (!slot->bytes) {
		return vv_fail_nomem(err);
	}
	t->count++;
	t->left++;
	t->bytes += key->len + 64;
	return VV_OK;
}

void check_refs_meet(check_targets *t, const vv_buf *key)
{
	uint64_t hash = vv_xxh3(key->data, key->len, t->seed);
	struct check_target *slot;

	if (!in_part(t, hash)) {
		return;
	}
	slot = find_target(t, key, hash);
	if (slot->bytes && !slot->met) {
		slot->met = true;
		t->left--;
	}
}

/* Begins a part, empty. */
vv_status check_refs_clear(check_targets *t, vv_error *err)
{
	vv_free(t->slots);
	t->slots = NULL;
	vv_arena_reset(&t->arena);
	return rebuild(t, 1023, err);
}

static vv_status note_foreign(check_following *x, const char *message, vv_error *err)
{
	const char *code = "foreign-key";
	vv_severity severity = vv_rule_set_unread(x->r->o->rules, &code);
	const vv_rule *rule = vv_rule_find(code);
	vv_finding f = {.rule = rule->code,
			.severity = severity,
			.path = x->r->o->path,
			.commit = x->r->o->commit,
			.message = message,
			.expected = NULL};
	vv_status rc = x->r->o->finding ? x->r->o->finding(x->r->o->payload, &f, err) : VV_OK;

	return rc < 0 ? rc : check_emit_total(x->e, rule, severity, NULL, 1, 1, false, err);
}

/* Opens the other side; *there stays NULL where that is a finding. */
static vv_status open_there(check_following *x, vv_error *err)
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
		snprintf(message, sizeof(message),
			 "the foreign key (%s) names the resource '%s'%s%.200s",
			 vv_text_shows(x->f->names), vv_text_shows(x->f->resource),
			 rc == VV_ENOTFOUND ? ", which there is not" : ", which cannot be read: ",
			 rc == VV_ENOTFOUND ? "" : why.message);
		return note_foreign(x, message, err);
	}
	if (rc < 0) {
		if (err) {
			*err = why;
		}
		return rc;
	}
	x->places = vv_arena_calloc(&x->r->arena, x->f->count + 1, sizeof(*x->places));
	if (!x->places) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < x->f->count; i++) {
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
const vv_field *check_refs_field_there(const check_following *x, size_t i)
{
	if (x->there == x->r->table) {
		const check_column *c = &x->r->plan.columns[x->places[i]];

		return c->field ? c->field : &x->there->schema.fields[x->places[i]];
	}
	return &x->there->schema.fields[x->places[i]];
}

const vv_field *check_refs_field_here(const check_following *x, size_t i)
{
	const check_column *c = &x->r->plan.columns[x->f->columns[i]];

	return c->field ? c->field : &x->r->table->schema.fields[c->place];
}

static vv_status make_hashes(check_following *x, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;

	for (size_t i = 0; i < x->f->count; i++) {
		vv_buf_printf(&b, "%zu ", x->places[i]);
		vv_json_put_node(&b, check_refs_field_there(x, i)->json);
		for (const char *const *m =
			     (const char *const *)check_refs_field_there(x, i)->missing;
		     *m; m++) {
			vv_json_put_string(&b, *m, strlen(*m));
		}
	}
	x->how = vv_xxh3_128(b.data, b.len, 0);
	x->other = vv_xxh3_128(x->there->root.data.data, x->there->root.data.len, 0);
	rc = vv_buf_ok(&b, err);
	vv_buf_clear(&b);
	return rc;
}

uint64_t check_refs_memory(const check_following *x)
{
	return x->r->o->memory > 0 ? x->r->o->memory : MEMORY;
}

/* Reads the other side until all keys that are looked for have been met. */
static vv_status read_there(check_following *x, vv_error *err)
{
	vv_table_reader *reader = NULL;
	vv_batch batch;
	int more = 0;
	vv_status rc = vv_table_reader_open(&reader, x->there, x->places, x->f->count, false, err);

	vv_batch_init(&batch);
	while (rc == VV_OK && x->t.left > 0 && (more = vv_table_read(reader, &batch, err)) > 0) {
		for (size_t row = 0; row < batch.rows && rc == VV_OK; row++) {
			bool whole = true;

			vv_buf_reset(&x->key);
			for (size_t i = 0; i < x->f->count && whole && rc == VV_OK; i++) {
				const vv_cell *cell =
					&batch.cells[row * batch.columns + x->places[i]];
				const vv_field *f = check_refs_field_there(x, i);

				whole = cell->state != VV_CELL_ABSENT &&
					cell->state != VV_CELL_NULL && !vv_field_missing(f, cell);
				if (whole && !vv_value_put_key(&x->key, &x->scratch, f, cell)) {
					rc = vv_fail_nomem(err);
				}
			}
			if (whole && rc == VV_OK) {
				check_refs_meet(&x->t, &x->key);
			}
		}
	}
	vv_table_reader_close(reader);
	vv_batch_clear(&batch);
	return rc < 0 ? rc : more < 0 ? (vv_status)more : VV_OK;
}

static vv_status tell(check_following *x, uint64_t row, vv_error *err)
{
	const check_foreign *f = x->f;
	char expected[300];

	if (x->given >= check_limit(x->r)) {
		return VV_OK;
	}
	x->given++;
	snprintf(expected, sizeof(expected), "a row with this %s in %s",
		 vv_text_shows(f->target_names),
		 f->resource[0] ? vv_text_shows(f->resource) : "this table");
	return check_emit_row(x->e, vv_rule_find("foreign-key"), f->severity, row, f->columns,
			      f->count, "refers to what does not exist", expected, err);
}

/* What is done with the keys of a group here. */
typedef enum following_step { FOLLOW_WANT, FOLLOW_COUNT, FOLLOW_TELL } following_step;

static vv_status follow_row(check_following *x, following_step step, size_t i, size_t row,
			    vv_error *err)
{
	uint64_t hash = vv_xxh3(x->key.data, x->key.len, x->t.seed);
	const struct check_target *found;

	if (step == FOLLOW_WANT) {
		return check_refs_want(&x->t, &x->key, check_refs_memory(x), err);
	}
	if (!in_part(&x->t, hash)) {
		return VV_OK;
	}
	found = find_target(&x->t, &x->key, hash);
	if (found->bytes && found->met) {
		return VV_OK;
	}
	if (step == FOLLOW_TELL) {
		return tell(x, x->r->groups[i].first_row + row, err);
	}
	x->bad[i]++;
	return VV_OK;
}

static vv_status follow_group(check_following *x, vv_batch *batch, size_t i, following_step step,
			      vv_error *err)
{
	check_run *r = x->r;
	const vv_cell **cells;
	check_group g;
	vv_status rc = check_load(r, &x->w, batch, i, &g, err);

	if (rc < 0) {
		return rc;
	}
	vv_arena_reset(&x->w.arena);
	if ((rc = check_blank(&x->w, &r->plan, &g, err)) == VV_OK) {
		rc = check_key_cells(r, &g, x->f->columns, x->f->count, &x->w.arena, &cells, err);
	}
	for (size_t row = 0; row < g.rows && rc == VV_OK; row++) {
		bool whole;

		if (x->w.pass_blank && x->w.blank[row]) {
			continue;
		}
		vv_buf_reset(&x->key);
		if (!check_key_bytes(&x->key, &x->scratch, &r->plan, x->f->columns, x->f->count,
				     cells, row, &whole)) {
			rc = vv_fail_nomem(err);
		} else if (whole) {
			rc = follow_row(x, step, i, row, err);
		}
	}
	check_unload(&g);
	return rc;
}

/* give: the first groups that have as many findings as are to be told; else those that are
 * not known. */
static vv_status follow_groups(check_following *x, following_step step, bool give, vv_error *err)
{
	check_run *r = x->r;
	uint64_t told = 0;
	vv_batch batch;
	vv_status rc = VV_OK;

	vv_batch_init(&batch);
	for (size_t i = 0; i < r->group_count && rc == VV_OK; i++) {
		if (give ? x->bad[i] == 0 || told >= check_limit(r) : x->known[i]) {
			continue;
		}
		told += x->bad[i];
		rc = follow_group(x, &batch, i, step, err);
	}
	vv_batch_clear(&batch);
	return rc;
}

/* All groups, part by part: those not known are counted, or those with findings told. */
static vv_status follow_all(check_following *x, bool give, vv_error *err)
{
	vv_status rc = VV_OK;

	x->t.begin = 0;
	do {
		x->t.end = 0;
		if ((rc = check_refs_clear(&x->t, err)) < 0 ||
		    (rc = follow_groups(x, FOLLOW_WANT, give, err)) < 0 ||
		    (!give && x->gone && (rc = check_refs_meet_gone(x, err)) < 0) ||
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

static vv_status follow(check_following *x, vv_error *err)
{
	check_run *r = x->r;
	const vv_rule *rule = vv_rule_find("foreign-key");
	uint64_t found = 0, unknown = 0;
	bool tolerated;
	vv_status rc;

	if ((rc = make_hashes(x, err)) < 0 || (rc = check_refs_load(x, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		unknown += !x->known[i];
	}
	if (unknown > 0 &&
	    ((rc = follow_all(x, false, err)) < 0 || (rc = check_refs_save(x, err)) < 0)) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		found += x->bad[i];
	}
	tolerated = check_tolerated(x->f->mostly, found, r->table->root.rows);
	if (found > 0 && !tolerated) {
		if ((rc = follow_all(x, true, err)) < 0) {
			return rc;
		}
	}
	return check_emit_total(x->e, rule, x->f->severity,
				x->f->count == 1 ? r->plan.columns[x->f->columns[0]].name : NULL,
				found, x->given, tolerated, err);
}

static vv_status follow_one(check_run *r, check_emit *e, const check_foreign *f, vv_error *err)
{
	check_following x = {.r = r, .e = e, .f = f};
	vv_status rc;

	vv_arena_init(&x.t.arena);
	vv_random(&x.t.seed, sizeof(x.t.seed));
	if ((rc = check_worker_init(&x.w, &r->plan, err)) < 0) {
		return rc;
	}
	x.bad = vv_calloc(r->group_count + 1, sizeof(*x.bad));
	x.known = vv_calloc(r->group_count + 1, 1);
	if (!x.bad || !x.known) {
		rc = vv_fail_nomem(err);
	} else if ((rc = open_there(&x, err)) == VV_OK && x.there) {
		rc = follow(&x, err);
	}
	check_worker_clear(&x.w);
	vv_free(x.bad);
	vv_free(x.known);
	vv_free(x.t.slots);
	vv_arena_clear(&x.t.arena);
	vv_buf_clear(&x.key);
	vv_buf_clear(&x.scratch);
	vv_buf_clear(&x.record);
	return rc;
}

vv_status check_refs_all(check_run *r, check_emit *e, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < r->plan.foreign_count && rc == VV_OK; i++) {
		rc = follow_one(r, e, &r->plan.foreigns[i], err);
	}
	return rc;
}
