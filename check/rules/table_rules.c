/*
 * table_rules: what of a version's sums is known, what must be read, and what is kept.
 *
 * The memo's fact: where in the tail the group's sums begin, or UINT32_MAX: they were too long to be kept, and are read
 * again. Of the tail: varint length, and that many bytes (dataset/filter/sums.h).
 */
#include "check/rules/table_internal.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/filter/sums.h"

#define KEPT_MAX 4096u              /* bytes of a row group's sums: an eighth of it */
#define WHOLE_MAX ((size_t)4 << 20) /* of a version's */

/* One rule, on one version. */
typedef struct counting {
	check_run *r; /* of the version */
	const check_plan *plan;
	check_worker *w;
	const vv_sums_rule *rule;
	const size_t *
		places; /* of each place of the schema: in the table; SIZE_MAX: it does not have it */
	vv_sums *sums, *part;
	vv_hash128 id;
	check_memo *memo; /* opened when it is asked for */
	bool *opened;
	const check_memo *fresh; /* what is kept of the version before this one in this run */
	vv_buf *entries, *tail;  /* what is kept of the versions */
	size_t *entry_count;
	vv_buf one;
	vv_batch batch;
} counting;

/* Counts the rows of a loaded group into c->part. */
static vv_status count_rows(counting *c, const check_group *g, vv_error *err)
{
	size_t count, stride = c->plan->schema->count;
	const size_t *fields = vv_sums_rule_columns(c->rule, &count);
	vv_cell *cells;

	vv_arena_reset(&c->w->arena);
	if (!(cells = vv_arena_alloc(&c->w->arena, (g->rows * stride + 1) * sizeof(*cells)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count; i++) {
		size_t place = c->places[fields[i]];
		vv_status rc = VV_OK;

		for (size_t row = 0; place == SIZE_MAX && row < g->rows; row++) {
			cells[row * stride + fields[i]] = (vv_cell){.state = VV_CELL_ABSENT};
		}
		if (place != SIZE_MAX && (rc = check_group_column(g, place, cells + fields[i],
								  stride, &c->w->arena, err)) < 0) {
			return rc;
		}
	}
	for (size_t row = 0; row < g->rows; row++) {
		if (!(c->w->pass_blank && c->w->blank[row]) &&
		    !vv_sums_add(c->part, c->w->conditions, cells + row * stride)) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status count_group(counting *c, size_t i, vv_error *err)
{
	check_group g;
	vv_status rc = check_load(c->r, c->w, &c->batch, i, &g, err);

	if (rc < 0) return rc;
	vv_sums_reset(c->part);
	if ((rc = check_blank(c->w, c->plan, &g, err)) == VV_OK) {
		rc = count_rows(c, &g, err);
	}
	check_unload(&g);
	vv_buf_reset(&c->one);
	vv_sums_put(&c->one, c->part);
	return rc < 0 ? rc : vv_buf_ok(&c->one, err);
}

/* Adds a group's sums, and keeps them. */
static vv_status take_group(counting *c, size_t i, const void *bytes, size_t len, vv_error *err)
{
	const check_group_info *g = &c->r->groups[i];
	bool kept = len <= KEPT_MAX && c->tail->len < UINT32_MAX / 2;
	int got = vv_sums_read(c->sums, bytes, len);

	if (got < 0) return vv_fail_nomem(err);
	if (got == 0) return vv_fail(err, VV_ECORRUPT, "a kept result is damaged");
	if (check_memo_find(c->fresh, g->name, g->rows)) return VV_OK;
	check_memo_put(c->entries, g->name, g->rows, kept ? (uint32_t)c->tail->len : UINT32_MAX);
	++*c->entry_count;
	if (kept) {
		vv_buf_put_varint(c->tail, len);
		vv_buf_put(c->tail, bytes, len);
	}
	return VV_OK;
}

/* What is kept of a group; false: nothing. */
static bool find_kept(const check_memo *m, const check_group_info *g, const uint8_t **bytes,
		      size_t *len)
{
	const uint8_t *entry = check_memo_find(m, g->name, g->rows), *end, *p;
	uint64_t n;

	if (!entry || check_memo_fact(entry) >= m->tail_len) return false;
	end = m->tail + m->tail_len;
	p = m->tail + check_memo_fact(entry);
	if (!vv_varint_read(&p, end, &n) || n > (uint64_t)(end - p)) return false;
	*bytes = p;
	*len = (size_t)n;
	return true;
}

/* What the sums of a whole version are kept by. */
static vv_hash128 whole_id(const counting *c)
{
	const vv_root *root = &c->r->table->root;
	vv_hash128 list = vv_xxh3_128(root->data.data, root->data.len, c->id.lo);

	list.hi ^= c->id.hi;
	return list;
}

/* 1; 0: they are not kept; <0. */
static int read_whole(counting *c, vv_error *err)
{
	vv_check_cache *cache = c->r->o->cache;
	vv_auto(vv_buf) kept = VV_BUF_INIT;
	int got = cache ? vv_check_cache_get(cache, "whole", whole_id(c), &kept, err) : 0;

	if (got <= 0) return got;
	got = vv_sums_read(c->sums, kept.data, kept.len);
	if (got == 0) {
		vv_sums_reset(c->sums);
	}
	return got < 0 ? (int)vv_fail_nomem(err) : got;
}

static vv_status keep_whole(counting *c, vv_error *err)
{
	vv_auto(vv_buf) kept = VV_BUF_INIT;

	if (!c->r->o->cache) return VV_OK;
	vv_sums_put(&kept, c->sums);
	vv_status rc = vv_buf_ok(&kept, err);
	return rc < 0 || kept.len > WHOLE_MAX
		       ? rc
		       : vv_check_cache_put(c->r->o->cache, "whole", whole_id(c), kept.data,
					    kept.len, err);
}

static vv_status open_kept(counting *c, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!*c->opened) {
		*c->opened = true;
		rc = check_memo_open(c->memo, c->r->o->cache, "sums", c->id, err);
	}
	return rc < 0 || c->r->groups ? rc : check_groups_list(c->r, err);
}

/* The sums of a version. *read: groups that had to be. */
static vv_status count_version(counting *c, size_t *read, vv_error *err)
{
	int whole = read_whole(c, err);
	vv_status rc = VV_OK;

	if (whole != 0) return whole < 0 ? (vv_status)whole : vv_sums_finish(c->sums, err);
	if ((rc = open_kept(c, err)) < 0) return rc;

	for (size_t i = 0; i < c->r->group_count && rc == VV_OK; i++) {
		const uint8_t *bytes;
		size_t len;

		const check_group_info *g = &c->r->groups[i];

		if (find_kept(c->fresh, g, &bytes, &len) || find_kept(c->memo, g, &bytes, &len)) {
			rc = take_group(c, i, bytes, len, err);
			continue;
		}
		++*read;
		if ((rc = count_group(c, i, err)) == VV_OK) {
			rc = take_group(c, i, c->one.data, c->one.len, err);
		}
	}
	return rc < 0 || (rc = keep_whole(c, err)) < 0 ? rc : vv_sums_finish(c->sums, err);
}

/* Both versions under one rule. */
typedef struct judging {
	check_run *r;
	check_emit *e;
	check_worker w;
	const vv_check_rule *line;
	vv_sums_rule *rule;
	vv_sums *now, *was, *part; /* was NULL: no base */
	check_run base;
	check_memo memo, fresh;
	bool opened; /* memo is */
	vv_hash128 id;
	vv_buf entries, tail;
	size_t entry_count, read;
} judging;

static size_t *places_of(const check_plan *p, const vv_table *t, vv_arena *arena)
{
	size_t *out = vv_arena_calloc(arena, p->schema->count + 1, sizeof(*out));

	for (size_t i = 0; out && i < p->schema->count; i++) {
		const vv_field *f = &p->schema->fields[i];
		long at;

		if (t == p->table) {
			out[i] = p->of_field[i] == SIZE_MAX ? SIZE_MAX
							    : p->columns[p->of_field[i]].place;
			continue;
		}
		at = vv_schema_find(&t->schema, f->name, f->name_len);
		out[i] = at < 0 ? SIZE_MAX : (size_t)at;
	}
	return out;
}

static vv_status count_side(judging *j, check_run *r, vv_sums *sums, vv_error *err)
{
	counting c = {.r = r,
		      .plan = &j->r->plan,
		      .w = &j->w,
		      .rule = j->rule,
		      .sums = sums,
		      .part = j->part,
		      .id = j->id,
		      .memo = &j->memo,
		      .opened = &j->opened,
		      .fresh = &j->fresh,
		      .entries = &j->entries,
		      .tail = &j->tail,
		      .entry_count = &j->entry_count,
		      .places = places_of(&j->r->plan, r->table, &j->r->arena)};

	if (!c.places) return vv_fail_nomem(err);
	vv_batch_init(&c.batch);
	vv_status rc = count_version(&c, &j->read, err);
	vv_batch_clear(&c.batch);
	vv_buf_clear(&c.one);
	return rc;
}

/* All that decides what a group's rows count. */
static vv_status make_id(judging *j, vv_error *err)
{
	const check_plan *p = &j->r->plan;
	size_t count;
	const size_t *fields = vv_sums_rule_columns(j->rule, &count);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "sums 1 %d %d %s\n%s\n", p->json, p->pass_blank, j->line->condition,
		      j->line->where ? j->line->where : "");
	for (const char **g = j->line->groups; g && *g; g++) {
		vv_buf_printf(&b, "%s\n", *g);
	}
	for (size_t i = 0; i < count; i++) {
		const vv_field *f = &p->schema->fields[fields[i]];
		size_t column = p->of_field[fields[i]];

		vv_buf_printf(&b, "\n%zu ", column == SIZE_MAX ? column : p->columns[column].place);
		vv_json_put_node(&b, f->json);
		for (const char *const *m = (const char *const *)f->missing; *m; m++) {
			vv_buf_putc(&b, ' ');
			vv_json_put_string(&b, *m, strlen(*m));
		}
	}
	j->id = vv_xxh3_128(b.data, b.len, 0);
	return vv_buf_ok(&b, err);
}

static vv_status put_record(judging *j, vv_buf *out, vv_error *err)
{
	vv_status rc;

	check_memo_begin(out, j->entry_count);
	vv_buf_put(out, j->entries.data, j->entries.len);
	vv_buf_put(out, j->tail.data, j->tail.len);
	return (rc = vv_buf_ok(&j->entries, err)) < 0 || (rc = vv_buf_ok(&j->tail, err)) < 0
		       ? rc
		       : vv_buf_ok(out, err);
}

static vv_status keep(judging *j, vv_error *err)
{
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_status rc;

	if (!j->r->o->cache || j->read == 0) return VV_OK;
	rc = put_record(j, &out, err);
	return rc < 0 ? rc : check_memo_keep(&out, j->r->o->cache, "sums", j->id, err);
}

/* The version, then its base, which has most of its groups. */
static vv_status count_both(judging *j, vv_error *err)
{
	vv_auto(vv_buf) record = VV_BUF_INIT;
	vv_status rc = count_side(j, j->r, j->now, err);

	if (rc < 0 || !j->was || (rc = put_record(j, &record, err)) < 0) return rc;
	check_memo_close(&j->fresh);
	j->fresh = (check_memo){.tail = NULL};
	if ((rc = check_memo_read(&j->fresh, record.data, record.len, err)) < 0) return rc;
	return count_side(j, &j->base, j->was, err);
}

/* What the record holds may be damaged: then once more without it. */
static vv_status count_sides(judging *j, vv_error *err)
{
	vv_error why;
	vv_status rc = count_both(j, &why);

	if (rc == VV_ECORRUPT && j->memo.groups.count > 0) {
		check_memo_close(&j->memo);
		check_memo_close(&j->fresh);
		j->memo = j->fresh = (check_memo){.tail = NULL};
		vv_sums_reset(j->now);
		if (j->was) {
			vv_sums_reset(j->was);
		}
		vv_buf_reset(&j->entries);
		vv_buf_reset(&j->tail);
		j->entry_count = 0;
		return count_both(j, err);
	}
	if (rc < 0) {
		*err = why;
	}
	return rc;
}

static vv_status give_group(judging *j, size_t i, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, key = VV_BUF_INIT, value = VV_BUF_INIT;
	vv_finding f = {.rule = j->line->rule->code,
			.severity = j->line->severity,
			.name = j->line->name || j->line->why ? vv_check_rule_title(j->line) : NULL,
			.expected = j->line->text};
	vv_status rc;

	vv_sums_put_group(&key, j->now, i);
	vv_sums_put_values(&value, j->w.conditions, j->now, i, j->was);
	if (f.name) {
		vv_buf_printf(&message, "%s not meet \"%s\"", key.len ? "the group does" : "does",
			      vv_text_shows(f.name));
	} else {
		vv_buf_puts(&message, key.len ? "the group does not meet the condition"
					      : "does not meet the condition");
	}
	if ((rc = vv_buf_ok(&message, err)) < 0 || (rc = vv_buf_ok(&key, err)) < 0 ||
	    (rc = vv_buf_ok(&value, err)) < 0) {
		return rc;
	}
	f.message = vv_buf_cstr(&message);
	f.value = vv_buf_cstr(&value);
	f.value_len = value.len;
	if (key.len > 0) {
		f.key = vv_buf_cstr(&key);
		f.key_len = key.len;
	}
	return check_emit_give(j->e, &f, err);
}

static vv_status give_all(judging *j, vv_error *err)
{
	uint64_t found = 0, given = 0;
	vv_finding like = {.rule = j->line->rule->code,
			   .severity = j->line->severity,
			   .name = j->line->name || j->line->why ? vv_check_rule_title(j->line)
								 : NULL,
			   .expected = j->line->text};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_sums_groups(j->now) && rc == VV_OK; i++) {
		if (vv_sums_judge(j->now, j->w.conditions, i, j->was) != VV_FALSE) {
			continue;
		}
		found++;
		if (given < check_limit(j->r)) {
			given++;
			rc = give_group(j, i, err);
		}
	}
	return rc < 0 ? rc : check_emit_total(j->e, &like, found, given, false, err);
}

static vv_status give_unread(judging *j, const char *why, vv_error *err)
{
	const char *code = j->line->rule->code;
	vv_finding f = {.rule = j->line->severity == VV_SEVERITY_ERROR ? code : VV_RULE_UNCHECKED,
			.severity = VV_SEVERITY_ERROR,
			.message = why,
			.name = j->line->name || j->line->why ? vv_check_rule_title(j->line) : NULL,
			.unread = true,
			.expected = j->line->text};
	vv_status rc = check_emit_give(j->e, &f, err);

	return rc < 0 ? rc : check_emit_total(j->e, &f, 1, 1, false, err);
}

static vv_status open_base(judging *j, vv_error *err)
{
	vv_table *base = j->r->o->base;

	if (!base || base->root.kind != VV_KIND_TABLE) return VV_OK;
	vv_arena_init(&j->base.arena);
	j->base.table = base;
	j->base.o = j->r->o;
	return (j->was = vv_sums_new(j->rule)) ? VV_OK : vv_fail_nomem(err);
}

static vv_status judge(judging *j, vv_error *err)
{
	const check_plan *p = &j->r->plan;
	const vv_condition_how how = {.json = p->json,
				      .line = true,
				      .file = j->line->file,
				      .file_line = j->line->line,
				      .file_column = j->line->condition_at + 1};
	const vv_sums_text text = {.condition = j->line->condition,
				   .where = j->line->where,
				   .groups = j->line->groups,
				   .where_at = j->line->where_at,
				   .groups_at = j->line->groups_at};
	vv_error why;
	vv_status rc = vv_sums_rule_new(&j->rule, &text, p->schema, &how, &why);

	if (rc == VV_EINPUT) return give_unread(j, why.message, err);
	if (rc < 0) {
		*err = why;
		return rc;
	}
	j->now = vv_sums_new(j->rule);
	j->part = vv_sums_new(j->rule);
	if (!j->now || !j->part) return vv_fail_nomem(err);
	if ((rc = make_id(j, err)) < 0 || (rc = open_base(j, err)) < 0 ||
	    (rc = count_sides(j, err)) < 0 || (rc = keep(j, err)) < 0) {
		return rc;
	}
	return give_all(j, err);
}

static void judging_clear(judging *j)
{
	check_memo_close(&j->memo);
	check_memo_close(&j->fresh);
	vv_sums_free(j->now);
	vv_sums_free(j->was);
	vv_sums_free(j->part);
	vv_sums_rule_free(j->rule);
	vv_buf_clear(&j->entries);
	vv_buf_clear(&j->tail);
	vv_free(j->base.groups);
	vv_arena_clear(&j->base.arena);
}

vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err)
{
	const vv_rule_set *set = r->o->rules;
	vv_status rc = VV_OK;

	for (size_t i = 0; set && i < set->line_count && rc == VV_OK; i++) {
		judging j = {.r = r, .e = e, .line = &set->lines[i]};

		if (j.line->kind != VV_CHECK_TABLE || j.line->severity == VV_SEVERITY_OFF) {
			continue;
		}
		vv_arena_init(&j.base.arena);
		if ((rc = check_worker_init(&j.w, &r->plan, err)) == VV_OK) {
			rc = judge(&j, err);
		}
		judging_clear(&j);
		check_worker_clear(&j.w);
	}
	return rc;
}
