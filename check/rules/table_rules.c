/*
 * table_rules: decides for a version's sums: known, to be read, to be kept. Each row group that a rule still needs is
 * read once, for all rules, on all cores.
 *
 * The memo's fact: the start of the group's sums in the tail, or UINT32_MAX: too long to keep, read again. Of the
 * tail: varint length, and that many bytes (dataset/rows/sums.h).
 */
#include "check/rules/table_internal.h"

#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/check.h"
#include "check/rules/checks.h"
#include "check/rules/group_jobs.h"
#include "dataset/rows/sums.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

#define KEPT_MAX 4096u              /* bytes of a row group's sums: an eighth of it */
#define WHOLE_MAX ((size_t)4 << 20) /* of a version's */

/* One rule with its sums in both versions. */
typedef struct table_rule {
	const vv_check_rule *line;
	vv_sums_rule *rule;
	vv_sums *now, *was; /* was NULL: no base, or unused by the rule */
	vv_hash128 id;
	check_memo memo;      /* the kept sums; for the base: of the version */
	bool opened;          /* memo is */
	bool whole;           /* of the version under way all is known */
	vv_buf entries, tail; /* kept sums of the versions */
	size_t entry_count, read;
} table_rule;

/* All rules, on one version. */
typedef struct counting {
	check_run *r; /* of the version */
	bool base;
	table_rule *rules;
	size_t count;
	vv_sums **parts; /* of each worker and rule */
	bool apart;      /* columns have other places than in the rules' ids: nothing is kept */
} counting;

static vv_sums *sums_of(const counting *c, size_t k)
{
	return c->base ? c->rules[k].was : c->rules[k].now;
}

/* Adds a group's sums, and keeps them. */
static vv_status take_group(counting *c, size_t k, size_t i, const void *bytes, size_t len,
			    vv_error *err)
{
	const check_group_info *g = &c->r->groups[i];
	table_rule *t = &c->rules[k];
	bool kept = len <= KEPT_MAX && t->tail.len < UINT32_MAX / 2;
	int got = vv_sums_read(sums_of(c, k), bytes, len);

	if (got < 0) return vv_fail_nomem(err);
	if (got == 0) return vv_fail(err, VV_ECORRUPT, "a cached result is damaged");
	if (c->base) return VV_OK;
	check_memo_put(&t->entries, g->name, g->rows, kept ? (uint32_t)t->tail.len : UINT32_MAX);
	t->entry_count++;
	if (kept) {
		vv_buf_put_varint(&t->tail, len);
		vv_buf_put(&t->tail, bytes, len);
	}
	return VV_OK;
}

/* The kept sums of a group; false: none. */
static bool is_kept(const counting *c, const table_rule *t, const check_group_info *g,
		    const uint8_t **bytes, size_t *len)
{
	const check_memo *m = &t->memo;
	const uint8_t *entry = c->apart ? NULL : check_memo_find(m, g->name, g->rows), *end, *p;
	uint64_t n;

	if (!entry || check_memo_fact(entry) >= m->tail_len) return false;
	end = m->tail + m->tail_len;
	p = m->tail + check_memo_fact(entry);
	if (!vv_varint_read(&p, end, &n) || n > (uint64_t)(end - p)) return false;
	*bytes = p;
	*len = (size_t)n;
	return true;
}

/* ---- whole versions ---- */

/* The name of the kept sums of a whole version. */
static vv_hash128 whole_id(const counting *c, size_t k, const vv_root *root)
{
	vv_hash128 list = vv_xxh3_128(root->data.data, root->data.len, c->rules[k].id.lo);

	list.hi ^= c->rules[k].id.hi;
	return list;
}

/* *got: all of the version is known, and in the rule's sums. */
static vv_status read_whole(counting *c, size_t k, const vv_table *of, bool *got, vv_error *err)
{
	vv_check_cache *cache = c->r->o->cache;
	vv_auto(vv_buf) kept = VV_BUF_INIT;
	int found = cache && !c->apart ? vv_check_cache_get(cache, "whole",
							    whole_id(c, k, &of->root), &kept, err)
				       : 0;

	*got = false;
	if (found <= 0) return (vv_status)found;
	found = vv_sums_read(sums_of(c, k), kept.data, kept.len);
	if (found < 0) return vv_fail_nomem(err);
	*got = found > 0;
	if (found == 0) {
		vv_sums_reset(sums_of(c, k));
	}
	return VV_OK;
}

static vv_status keep_whole(counting *c, size_t k, vv_error *err)
{
	vv_auto(vv_buf) kept = VV_BUF_INIT;

	if (!c->r->o->cache || c->rules[k].whole || c->apart) return VV_OK;
	vv_sums_put(&kept, sums_of(c, k));
	vv_status rc = vv_buf_ok(&kept, err);
	return rc < 0 || kept.len > WHOLE_MAX
		       ? rc
		       : vv_check_cache_put(c->r->o->cache, "whole",
					    whole_id(c, k, &c->r->table->root), kept.data, kept.len,
					    err);
}

/* ---- groups that must be read ---- */

/* Is the rule's sum of the group neither in the version's nor kept? */
static bool is_wanted(const counting *c, size_t k, size_t i)
{
	const uint8_t *bytes;
	size_t len;

	return !c->rules[k].whole && !is_kept(c, &c->rules[k], &c->r->groups[i], &bytes, &len);
}

static bool wants_group(const void *payload, size_t i)
{
	const counting *c = payload;

	return vv_find_place(k, c->count, is_wanted(c, k, i)) < c->count;
}

/* Writes for each rule that needs the group: varint length, and that many bytes. */
static vv_status count_group(void *payload, unsigned worker, size_t i, vv_buf *out, vv_error *err)
{
	const counting *c = payload;
	check_worker *w = &c->r->workers[worker];
	vv_auto(vv_buf) one = VV_BUF_INIT;
	vv_status rc = VV_OK;

	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		vv_sums *part = c->parts[worker * c->count + k];

		if (!is_wanted(c, k, i)) {
			continue;
		}
		vv_sums_reset(part);
		vv_buf_reset(&one);
		if ((rc = vv_sums_add(part, w->block, w->conditions, err)) == VV_OK) {
			vv_sums_put(&one, part);
			vv_buf_put_varint(out, one.len);
			vv_buf_put(out, one.data, one.len);
			rc = vv_buf_ok(&one, err);
		}
	}
	return rc;
}

static vv_status take_counted(void *payload, size_t i, const uint8_t **p, const uint8_t *end,
			      vv_error *err)
{
	counting *c = payload;
	uint64_t len;
	vv_status rc = VV_OK;

	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		if (is_wanted(c, k, i)) {
			vv_varint_read(p, end, &len);
			c->rules[k].read++;
			rc = take_group(c, k, i, *p, (size_t)len, err);
			*p += len;
		}
	}
	return rc;
}

static vv_status open_kept(counting *c, bool *all, vv_error *err)
{
	vv_status rc = VV_OK;

	*all = true;
	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		table_rule *t = &c->rules[k];

		t->whole = !sums_of(c, k);
		if (t->whole || (rc = read_whole(c, k, c->r->table, &t->whole, err)) < 0 ||
		    t->whole) {
			continue;
		}
		*all = false;
		if (!t->opened) {
			t->opened = true;
			rc = check_memo_open(&t->memo, c->r->o->cache, "sums", t->id, err);
		}
	}
	return rc;
}

/* Counts the run's groups, as far as their sums are not kept. */
static vv_status count_groups(counting *c, vv_error *err)
{
	const check_group_more more = {
		.payload = c, .wants = wants_group, .look = count_group, .take = take_counted};
	check_run run = *c->r; /* of which rows and keys are looked at already */
	const uint8_t *bytes;
	size_t len;
	vv_status rc = VV_OK;

	run.plan.key_count = 0;
	run.more = &more;
	for (size_t i = 0; i < run.group_count; i++) {
		run.groups[i].known = 1;
		for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
			if (!c->rules[k].whole &&
			    is_kept(c, &c->rules[k], &run.groups[i], &bytes, &len)) {
				rc = take_group(c, k, i, bytes, len, err);
			}
		}
	}
	return rc < 0 ? rc : check_read_groups(&run, err);
}

static vv_status count_version(counting *c, vv_error *err)
{
	bool all;
	vv_status rc = open_kept(c, &all, err);

	if (rc == VV_OK && !all && !c->r->groups) {
		rc = check_groups_list(c->r, err);
	}
	if (rc == VV_OK && !all) {
		rc = count_groups(c, err);
	}
	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		if (sums_of(c, k) && (rc = vv_sums_finish(sums_of(c, k), err)) == VV_OK) {
			rc = keep_whole(c, k, err);
		}
	}
	return rc;
}

/* ---- both versions ---- */

typedef struct judging {
	check_run *r;
	check_emit *e;
	table_rule *rules;
	size_t count;
	vv_sums **parts;
	check_run base;
	bool apart; /* its columns have other places */
} judging;

static vv_status count_side(judging *j, bool base, vv_error *err)
{
	counting c = {.r = base ? &j->base : j->r,
		      .base = base,
		      .rules = j->rules,
		      .count = j->count,
		      .parts = j->parts,
		      .apart = base && j->apart};

	return count_version(&c, err);
}

static vv_status find_places(judging *j, vv_error *err)
{
	const check_plan *p = &j->r->plan;
	size_t *places = vv_arena_calloc(&j->r->arena, p->schema->count + 1, sizeof(*places));

	j->base.plan = *p;
	j->base.plan.places = places;
	if (!places) return vv_fail_nomem(err);
	for (size_t i = 0; j->base.table && i < p->schema->count; i++) {
		const vv_field *f = &p->schema->fields[i];
		long at = vv_schema_find(&j->base.table->schema, f->name, f->name_len);

		places[i] = at < 0 ? SIZE_MAX : (size_t)at;
		j->apart = j->apart || places[i] != p->places[i];
	}
	return VV_OK;
}

/* Hashes everything that determines a group's sums. */
static vv_status make_id(table_rule *t, const check_plan *p, vv_error *err)
{
	size_t count;
	const size_t *fields = vv_sums_rule_columns(t->rule, &count);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "sums %d %d %s\n%s\n", p->json, p->pass_blank, t->line->condition,
		      t->line->where ? t->line->where : "");
	for (const char **g = t->line->groups; g && *g; g++) {
		vv_buf_printf(&b, "%s\n", *g);
	}
	for (size_t i = 0; i < count; i++) {
		const vv_field *f = &p->schema->fields[fields[i]];

		vv_buf_printf(&b, "\n%zu ", p->places[fields[i]]);
		check_put_reading(&b, f);
	}
	t->id = vv_xxh3_128(b.data, b.len, 0);
	return vv_buf_ok(&b, err);
}

static vv_status put_record(table_rule *t, vv_buf *out, vv_error *err)
{
	vv_status rc;

	check_memo_begin(out, t->entry_count);
	vv_buf_put(out, t->entries.data, t->entries.len);
	vv_buf_put(out, t->tail.data, t->tail.len);
	return (rc = vv_buf_ok(&t->entries, err)) < 0 || (rc = vv_buf_ok(&t->tail, err)) < 0
		       ? rc
		       : vv_buf_ok(out, err);
}

static vv_status cache_results(const judging *j, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t k = 0; j->r->o->cache && k < j->count && rc == VV_OK; k++) {
		vv_auto(vv_buf) out = VV_BUF_INIT;

		if (j->rules[k].read > 0 && (rc = put_record(&j->rules[k], &out, err)) == VV_OK) {
			rc = check_memo_keep(&out, j->r->o->cache, "sums", j->rules[k].id, err);
		}
	}
	return rc;
}

/* The version, then its base, which has most of its groups. */
static vv_status count_both(judging *j, vv_error *err)
{
	vv_status rc = count_side(j, false, err);

	if (rc < 0 || !j->base.table) return rc;
	for (size_t k = 0; k < j->count && rc == VV_OK; k++) {
		table_rule *t = &j->rules[k];
		vv_auto(vv_buf) record = VV_BUF_INIT;

		if (t->was && t->opened && (rc = put_record(t, &record, err)) == VV_OK) {
			check_memo_close(&t->memo);
			rc = check_memo_read(&t->memo, record.data, record.len, err);
		}
	}
	return rc < 0 ? rc : count_side(j, true, err);
}

/* The records may be damaged: then counts again without them. */
static vv_status count_sides(judging *j, vv_error *err)
{
	vv_error why;
	bool kept = false;
	vv_status rc = count_both(j, &why);

	for (size_t k = 0; rc == VV_ECORRUPT && k < j->count; k++) {
		table_rule *t = &j->rules[k];

		kept = kept || t->memo.groups.count > 0;
		check_memo_close(&t->memo);
		vv_sums_reset(t->now);
		if (t->was) {
			vv_sums_reset(t->was);
		}
		vv_buf_reset(&t->entries);
		vv_buf_reset(&t->tail);
		t->entry_count = 0;
	}
	if (kept) return count_both(j, err);
	return rc < 0 ? vv_error_copy(err, &why) : VV_OK;
}

static vv_status give_group(judging *j, const table_rule *t, size_t i, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, key = VV_BUF_INIT, value = VV_BUF_INIT;
	vv_finding f = {.rule = t->line->rule->code,
			.severity = t->line->severity,
			.name = vv_check_rule_given(t->line),
			.expected = t->line->text};
	vv_status rc;

	vv_sums_put_group(&key, t->now, i);
	vv_sums_put_values(&value, t->now, i, t->was);
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

static vv_status give_all(judging *j, const table_rule *t, vv_error *err)
{
	uint64_t found = 0, given = 0;
	vv_finding like = {.rule = t->line->rule->code,
			   .severity = t->line->severity,
			   .name = vv_check_rule_given(t->line),
			   .expected = t->line->text};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < vv_sums_groups(t->now) && rc == VV_OK; i++) {
		if (vv_sums_judge(t->now, j->r->workers[0].conditions, i, t->was) != VV_FALSE) {
			continue;
		}
		found++;
		if (given < check_limit(j->r)) {
			given++;
			rc = give_group(j, t, i, err);
		}
	}
	return rc < 0 ? rc : check_emit_total(j->e, &like, found, given, false, err);
}

static vv_status give_unread(judging *j, const vv_check_rule *line, const char *why, vv_error *err)
{
	const char *code = line->rule->code;
	vv_finding f = {.rule = line->severity == VV_SEVERITY_ERROR ? code : VV_RULE_UNCHECKED,
			.severity = VV_SEVERITY_ERROR,
			.message = why,
			.name = vv_check_rule_given(line),
			.unread = true,
			.expected = line->text};
	vv_status rc = check_emit_give(j->e, &f, err);

	return rc < 0 ? rc : check_emit_total(j->e, &f, 1, 1, false, err);
}

static vv_status add_rule(judging *j, const vv_check_rule *line, vv_error *err)
{
	const check_plan *p = &j->r->plan;
	const vv_condition_how how = {.json = p->json,
				      .line = true,
				      .file = line->file,
				      .file_line = line->line,
				      .file_column = line->condition_at + 1};
	const vv_sums_text text = {.condition = line->condition,
				   .where = line->where,
				   .groups = line->groups,
				   .where_at = line->where_at,
				   .groups_at = line->groups_at};
	table_rule *t = &j->rules[j->count];
	vv_error why;
	vv_status rc = vv_sums_rule_new(&t->rule, &text, p->schema, &how, &why);

	if (rc == VV_EINPUT && j->r->o->explain) {
		return check_explain_unread(j->r, line->text, vv_check_rule_given(line),
					    why.message, err);
	}
	if (rc == VV_EINPUT) {
		return give_unread(j, line, vv_check_why(&why, j->r->o->path, j->r->o->words), err);
	}
	if (rc < 0) return vv_error_copy(err, &why);
	t->line = line;
	j->count++;
	t->now = vv_sums_new(t->rule);
	const bool base = j->base.table && vv_sums_rule_has_base(t->rule);
	t->was = base ? vv_sums_new(t->rule) : NULL;
	return !t->now || (base && !t->was) ? vv_fail_nomem(err) : make_id(t, p, err);
}

static vv_status open_judging(judging *j, vv_error *err)
{
	const vv_rule_set *set = j->r->o->rules;
	vv_table *base = j->r->o->base;
	vv_status rc = VV_OK;

	j->base = (check_run){.o = j->r->o,
			      .workers = j->r->workers,
			      .worker_count = j->r->worker_count,
			      .table = base && base->root.kind == VV_KIND_TABLE ? base : NULL};
	if (!(j->rules = vv_calloc(set->line_count + 1, sizeof(*j->rules)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < set->line_count && rc == VV_OK; i++) {
		if (set->lines[i].kind == VV_CHECK_TABLE &&
		    set->lines[i].severity != VV_SEVERITY_OFF) {
			rc = add_rule(j, &set->lines[i], err);
		}
	}
	if (rc < 0 || (rc = find_places(j, err)) < 0) return rc;
	j->parts = vv_calloc(j->r->worker_count * j->count + 1, sizeof(vv_sums *));
	for (size_t i = 0; j->parts && i < j->r->worker_count * j->count && rc == VV_OK; i++) {
		j->parts[i] = vv_sums_new(j->rules[i % j->count].rule);
		rc = j->parts[i] ? VV_OK : vv_fail_nomem(err);
	}
	return j->parts ? rc : vv_fail_nomem(err);
}

static void judging_clear(judging *j)
{
	for (size_t i = 0; j->parts && i < j->r->worker_count * j->count; i++) {
		vv_sums_free(j->parts[i]);
	}
	vv_array_each(j->rules, j->count, t) {
		check_memo_close(&t->memo);
		vv_sums_free(t->now);
		vv_sums_free(t->was);
		vv_sums_rule_free(t->rule);
		vv_buf_clear_all(&t->entries, &t->tail);
	}
	vv_free_all(j->parts, j->rules, j->base.groups);
	vv_arena_clear(&j->base.arena);
}
VV_AUTO_CLEAR(judging, judging_clear)

/* One rule, and how many groups need not be read for it. */
static vv_status explain_rule(const judging *j, const table_rule *t, vv_error *err)
{
	const check_run *r = j->r;
	vv_auto(vv_buf) reads = VV_BUF_INIT;
	vv_check_explained e = {.rule = t->line->text,
				.name = vv_check_rule_given(t->line),
				.scope = t->line->groups ? "group" : "table"};
	const uint8_t *bytes;
	size_t count, len;
	const size_t *columns = vv_sums_rule_columns(t->rule, &count);
	const counting c = {.apart = false};

	vv_check_put_fields(&reads, "", r->plan.schema, columns, count);
	vv_buf_puts(&reads, count > 0 ? "" : "the number of rows");
	vv_array_each(r->groups, r->group_count, group) {
		e.kept += t->whole || is_kept(&c, t, group, &bytes, &len);
	}
	return check_explain_give(r, &e, &reads, err);
}

vv_status check_table_explain(check_run *r, vv_error *err)
{
	vv_auto(judging) j = {.r = r};
	counting c = {.r = r};
	bool all;
	vv_status rc = VV_OK;

	if (!r->o->rules || r->o->rules->line_count == 0) return VV_OK;
	if ((rc = open_judging(&j, err)) == VV_OK) {
		c.rules = j.rules;
		c.count = j.count;
		rc = open_kept(&c, &all, err);
	}
	for (size_t k = 0; k < j.count && rc == VV_OK; k++) {
		rc = explain_rule(&j, &j.rules[k], err);
	}
	return rc;
}

vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err)
{
	vv_auto(judging) j = {.r = r, .e = e};
	vv_status rc;

	if (!r->o->rules || r->o->rules->line_count == 0) return VV_OK;
	if ((rc = open_judging(&j, err)) == VV_OK && j.count > 0 &&
	    (rc = count_sides(&j, err)) == VV_OK) {
		rc = cache_results(&j, err);
	}
	for (size_t k = 0; k < j.count && rc == VV_OK; k++) {
		rc = give_all(&j, &j.rules[k], err);
	}
	return rc;
}
