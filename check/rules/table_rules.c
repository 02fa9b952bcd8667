/*
 * table_rules: what of a version's sums is known, what must be read, and what is kept. Each row group that some rule still
 * needs is read once, for all of them, on all cores.
 *
 * The memo's fact: where in the tail the group's sums begin, or UINT32_MAX: they were too long to be kept, and are read
 * again. Of the tail: varint length, and that many bytes (dataset/rows/sums.h).
 */
#include "check/rules/table_internal.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "dataset/rows/sums.h"

#define KEPT_MAX 4096u              /* bytes of a row group's sums: an eighth of it */
#define WHOLE_MAX ((size_t)4 << 20) /* of a version's */

/* One rule, and what it counts in both versions. */
typedef struct table_rule {
	const vv_check_rule *line;
	vv_sums_rule *rule;
	vv_sums *now, *was; /* was NULL: no base, or the rule does not ask for it */
	vv_hash128 id;
	check_memo memo, fresh; /* what is kept; of the version before this one in this run */
	bool opened;            /* memo is */
	bool whole;             /* of the version under way all is known */
	bool derived, failed;   /* it is made from the base's; that is not possible */
	vv_buf entries, tail;   /* what is kept of the versions */
	size_t entry_count, read;
} table_rule;

/* All rules, on one version. */
typedef struct counting {
	check_run *r;   /* of the version */
	check_run *own; /* whose plan and workers these are */
	bool base;
	table_rule *rules;
	size_t count;
	vv_sums **parts; /* of each worker and rule */
	bool derive;     /* rules that are made from the base's, and no others */
	bool less;       /* subtract the groups */
	bool apart;      /* columns have other places than the rules' ids say: nothing is kept */
} counting;

static vv_sums *sums_of(const counting *c, size_t k)
{
	return c->base ? c->rules[k].was : c->rules[k].now;
}

/* Must the rule's sums of groups be known? */
static bool is_wanted(const counting *c, size_t k)
{
	const table_rule *t = &c->rules[k];

	return c->derive ? t->derived : !t->whole && !t->derived;
}

/* Adds a group's sums, and keeps them. */
static vv_status take_group(counting *c, size_t k, size_t i, const void *bytes, size_t len,
			    vv_error *err)
{
	const check_group_info *g = &c->r->groups[i];
	table_rule *t = &c->rules[k];
	bool kept = len <= KEPT_MAX && t->tail.len < UINT32_MAX / 2;
	int got = vv_sums_read(sums_of(c, k), bytes, len, c->less);

	if (got < 0) return vv_fail_nomem(err);
	if (c->derive) {
		t->failed = t->failed || got == 0;
		return VV_OK;
	}
	if (got == 0) return vv_fail(err, VV_ECORRUPT, "a kept result is damaged");
	if (c->apart) return VV_OK;
	if (check_memo_find(&t->fresh, g->name, g->rows)) return VV_OK;
	check_memo_put(&t->entries, g->name, g->rows, kept ? (uint32_t)t->tail.len : UINT32_MAX);
	t->entry_count++;
	if (kept) {
		vv_buf_put_varint(&t->tail, len);
		vv_buf_put(&t->tail, bytes, len);
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

static bool is_kept(const counting *c, const table_rule *t, const check_group_info *g,
		    const uint8_t **bytes, size_t *len)
{
	return !c->apart &&
	       (find_kept(&t->fresh, g, bytes, len) || find_kept(&t->memo, g, bytes, len));
}

/* ---- whole versions ---- */

/* What the sums of a whole version are kept by. */
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
	found = vv_sums_read(sums_of(c, k), kept.data, kept.len, false);
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

#define JOB_GROUPS 12u

/* Some groups, counted by one thread. */
typedef struct count_job {
	vv_job job;
	counting *c;
	const uint32_t *todo;
	size_t count;
	vv_buf out; /* of each group and each rule that needs it: varint length, and that many bytes */
	vv_status rc;
	vv_error err;
} count_job;

static vv_status count_group(count_job *j, unsigned worker, vv_batch *batch, size_t i,
			     vv_error *err)
{
	counting *c = j->c;
	check_worker *w = &c->own->workers[worker];
	vv_auto(vv_buf) one = VV_BUF_INIT;
	const uint8_t *bytes;
	size_t len;
	check_group g;
	vv_status rc = check_load(c->r, w, batch, i, &g, err);

	if (rc < 0) return rc;
	rc = check_blank(w, &c->own->plan, &g, err);
	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		vv_sums *part = c->parts[worker * c->count + k];

		if (!is_wanted(c, k) || is_kept(c, &c->rules[k], &c->r->groups[i], &bytes, &len)) {
			continue;
		}
		vv_sums_reset(part);
		vv_buf_reset(&one);
		if ((rc = vv_sums_add(part, w->block, w->conditions, err)) == VV_OK) {
			vv_sums_put(&one, part);
			vv_buf_put_varint(&j->out, one.len);
			vv_buf_put(&j->out, one.data, one.len);
			rc = vv_buf_ok(&one, err);
		}
	}
	check_unload(&g);
	return rc;
}

static void run_job(vv_job *job, unsigned worker)
{
	count_job *j = (count_job *)(void *)job;
	vv_auto(vv_batch) batch = {0};

	vv_buf_reset(&j->out);
	j->rc = VV_OK;
	for (size_t n = 0; n < j->count && j->rc == VV_OK; n++) {
		j->rc = count_group(j, worker, &batch, j->todo[n], &j->err);
	}
	if (j->rc == VV_OK) {
		j->rc = vv_buf_ok(&j->out, &j->err);
	}
}

static vv_status take_job(count_job *j, vv_error *err)
{
	counting *c = j->c;
	const uint8_t *p = (const uint8_t *)j->out.data, *end = p ? p + j->out.len : p, *bytes;
	size_t kept;
	uint64_t len;
	vv_status rc = j->rc;

	if (rc < 0) {
		*err = j->err;
	}
	for (size_t n = 0; n < j->count && rc == VV_OK; n++) {
		const size_t i = j->todo[n];

		for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
			if (!is_wanted(c, k) ||
			    is_kept(c, &c->rules[k], &c->r->groups[i], &bytes, &kept)) {
				continue;
			}
			vv_varint_read(&p, end, &len);
			c->rules[k].read += !c->derive;
			rc = take_group(c, k, i, p, (size_t)len, err);
			p += len;
		}
	}
	return rc;
}

static vv_status run_jobs(counting *c, const uint32_t *todo, size_t count, vv_error *err)
{
	vv_pool *pool = c->own->o->pool;
	const size_t ring = pool ? 3 * c->own->worker_count : 1;
	const size_t total = (count + JOB_GROUPS - 1) / JOB_GROUPS;
	vv_auto_free count_job *jobs = vv_calloc(ring, sizeof(*jobs));
	size_t started = 0, taken = 0;
	vv_status rc = jobs ? VV_OK : vv_fail_nomem(err);

	while (jobs && taken < (rc == VV_OK ? total : started)) {
		for (; rc == VV_OK && started < total && started - taken < ring; started++) {
			const size_t from = started * JOB_GROUPS;
			count_job *j = &jobs[started % ring];

			j->job.run = run_job;
			j->c = c;
			j->todo = todo + from;
			j->count = count - from < JOB_GROUPS ? count - from : JOB_GROUPS;
			if (pool) {
				vv_pool_submit(pool, &j->job);
			} else {
				run_job(&j->job, 0);
			}
		}
		if (pool) {
			vv_pool_wait(pool, &jobs[taken % ring].job);
		}
		if (rc == VV_OK) {
			rc = take_job(&jobs[taken % ring], err);
		}
		taken++;
	}
	for (size_t i = 0; jobs && i < ring; i++) {
		vv_buf_clear(&jobs[i].out);
	}
	return rc;
}

/* Takes what is kept of a group. *wanted: some rule needs it read. */
static vv_status take_kept(counting *c, size_t i, bool *wanted, vv_error *err)
{
	const uint8_t *bytes;
	size_t len;
	vv_status rc = VV_OK;

	*wanted = false;
	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		if (!is_wanted(c, k)) {
			continue;
		}
		if (is_kept(c, &c->rules[k], &c->r->groups[i], &bytes, &len)) {
			rc = take_group(c, k, i, bytes, len, err);
		} else {
			*wanted = true;
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

		t->derived = t->failed = false;
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
	vv_auto_free uint32_t *todo = vv_calloc(c->r->group_count + 1, sizeof(*todo));
	size_t count = 0;
	bool wanted;
	vv_status rc = todo ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; todo && i < c->r->group_count && rc == VV_OK; i++) {
		rc = take_kept(c, i, &wanted, err);
		if (wanted) {
			todo[count++] = (uint32_t)i;
		}
	}
	return rc == VV_OK && count > 0 ? run_jobs(c, todo, count, err) : rc;
}

/* Counts groups of a table by their places in its list. */
static vv_status count_some(const counting *c, vv_table *of, const vv_list_place *places,
			    size_t count, bool less, vv_error *err)
{
	check_run r = {.o = c->r->o, .table = of, .plan = c->r->plan};
	counting some = *c;

	some.r = &r;
	some.derive = true;
	some.less = less;
	vv_arena_init(&r.arena);
	vv_status rc = check_groups_list_some(&r, places, count, err);
	if (rc == VV_OK) {
		rc = count_groups(&some, err);
	}
	vv_free(r.groups);
	vv_arena_clear(&r.arena);
	return rc;
}

/* Finds the groups that only one of the lists has. *few: at most half of the new list. */
static vv_status compare_lists(vv_list_changes *out, vv_table *base, vv_table *now, bool *few,
			       vv_error *err)
{
	vv_auto(vv_list_reader) *a = NULL, *b = NULL;
	uint64_t items, weight;
	vv_status rc;

	if ((rc = vv_list_reader_open(&a, VV_LIST_DATA, &base->source, base->root.data.data,
				      base->root.data.len, err)) < 0 ||
	    (rc = vv_list_reader_open(&b, VV_LIST_DATA, &now->source, now->root.data.data,
				      now->root.data.len, err)) < 0) {
		return rc;
	}
	vv_list_totals(b, &items, &weight);
	rc = vv_list_compare(out, a, b, err);
	*few = out->old_count + out->new_count <= items / 2;
	return rc;
}

/* Makes the sums of rules from those of the base, where these are known. */
static vv_status derive(counting *c, vv_table *base, vv_error *err)
{
	vv_auto(vv_list_changes) changes = {0};
	bool any = false, few = false;
	vv_status rc = VV_OK;

	for (size_t k = 0; k < c->count && rc == VV_OK; k++) {
		table_rule *t = &c->rules[k];

		if (!t->whole) {
			rc = read_whole(c, k, base, &t->derived, err);
			any = any || t->derived;
		}
	}
	if (rc < 0 || !any || (rc = compare_lists(&changes, base, c->r->table, &few, err)) < 0) {
		return rc;
	}
	if (few &&
	    ((rc = count_some(c, base, changes.old_items, changes.old_count, true, err)) < 0 ||
	     (rc = count_some(c, c->r->table, changes.new_items, changes.new_count, false, err)) <
		     0)) {
		return rc;
	}
	for (size_t k = 0; k < c->count; k++) {
		table_rule *t = &c->rules[k];

		if (t->derived && (!few || t->failed || !vv_sums_settle(sums_of(c, k)))) {
			vv_sums_reset(sums_of(c, k));
			t->derived = false;
		}
	}
	return VV_OK;
}

/* The sums of a version. base: another one, of whose columns the places are the same; or NULL. */
static vv_status count_version(counting *c, vv_table *base, vv_error *err)
{
	bool all, wanted = false;
	vv_status rc = open_kept(c, &all, err);

	if (rc == VV_OK && !all && base) {
		rc = derive(c, base, err);
	}
	for (size_t k = 0; k < c->count; k++) {
		wanted = wanted || is_wanted(c, k);
	}
	if (rc == VV_OK && wanted && !c->r->groups) {
		rc = check_groups_list(c->r, err);
	}
	if (rc == VV_OK && wanted) {
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
		      .own = j->r,
		      .base = base,
		      .rules = j->rules,
		      .count = j->count,
		      .parts = j->parts,
		      .apart = base && j->apart};

	return count_version(&c, base || j->apart ? NULL : j->base.table, err);
}

static vv_status find_places(judging *j, vv_error *err)
{
	const check_plan *p = &j->r->plan;
	size_t *places = vv_arena_calloc(&j->r->arena, p->schema->count + 1, sizeof(*places));

	j->base.plan = (check_plan){.schema = p->schema, .places = places};
	if (!places) return vv_fail_nomem(err);
	for (size_t i = 0; j->base.table && i < p->schema->count; i++) {
		const vv_field *f = &p->schema->fields[i];
		long at = vv_schema_find(&j->base.table->schema, f->name, f->name_len);

		places[i] = at < 0 ? SIZE_MAX : (size_t)at;
		j->apart = j->apart || places[i] != p->places[i];
	}
	return VV_OK;
}

/* All that decides what a group's rows count. */
static vv_status make_id(table_rule *t, const check_plan *p, vv_error *err)
{
	size_t count;
	const size_t *fields = vv_sums_rule_columns(t->rule, &count);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_printf(&b, "sums 2 %d %d %s\n%s\n", p->json, p->pass_blank, t->line->condition,
		      t->line->where ? t->line->where : "");
	for (const char **g = t->line->groups; g && *g; g++) {
		vv_buf_printf(&b, "%s\n", *g);
	}
	for (size_t i = 0; i < count; i++) {
		const vv_field *f = &p->schema->fields[fields[i]];

		vv_buf_printf(&b, "\n%zu ", p->places[fields[i]]);
		vv_json_put_node(&b, f->json);
		for (const char *const *m = (const char *const *)f->missing; *m; m++) {
			vv_buf_putc(&b, ' ');
			vv_json_put_string(&b, *m, strlen(*m));
		}
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

static vv_status keep(const judging *j, vv_error *err)
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

		check_memo_close(&t->fresh);
		t->fresh = (check_memo){.tail = NULL};
		if ((rc = put_record(t, &record, err)) == VV_OK) {
			rc = check_memo_read(&t->fresh, record.data, record.len, err);
		}
	}
	return rc < 0 ? rc : count_side(j, true, err);
}

/* What the records hold may be damaged: then once more without them. */
static vv_status count_sides(judging *j, vv_error *err)
{
	vv_error why;
	bool kept = false;
	vv_status rc = count_both(j, &why);

	for (size_t k = 0; rc == VV_ECORRUPT && k < j->count; k++) {
		table_rule *t = &j->rules[k];

		kept = kept || t->memo.groups.count > 0;
		check_memo_close(&t->memo);
		check_memo_close(&t->fresh);
		t->memo = t->fresh = (check_memo){.tail = NULL};
		vv_sums_reset(t->now);
		if (t->was) {
			vv_sums_reset(t->was);
		}
		vv_buf_reset(&t->entries);
		vv_buf_reset(&t->tail);
		t->entry_count = 0;
	}
	if (kept) return count_both(j, err);
	if (rc < 0) {
		*err = why;
	}
	return rc;
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
	vv_sums_put_values(&value, j->r->workers[0].conditions, t->now, i, t->was);
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
	if (rc == VV_EINPUT) return give_unread(j, line, why.message, err);
	if (rc < 0) {
		*err = why;
		return rc;
	}
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

	j->base.o = j->r->o;
	j->base.table = base && base->root.kind == VV_KIND_TABLE ? base : NULL;
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
	for (size_t k = 0; k < j->count; k++) {
		table_rule *t = &j->rules[k];

		check_memo_close(&t->memo);
		check_memo_close(&t->fresh);
		vv_sums_free(t->now);
		vv_sums_free(t->was);
		vv_sums_rule_free(t->rule);
		vv_buf_clear(&t->entries);
		vv_buf_clear(&t->tail);
	}
	vv_free(j->parts);
	vv_free(j->rules);
	vv_free(j->base.groups);
	vv_arena_clear(&j->base.arena);
}

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
	for (size_t i = 0; i < r->group_count; i++) {
		e.kept += t->whole || is_kept(&c, t, &r->groups[i], &bytes, &len);
	}
	return check_explain_give(r, &e, &reads, err);
}

vv_status check_table_explain(check_run *r, vv_error *err)
{
	judging j = {.r = r};
	counting c = {.r = r, .own = r};
	bool all;
	vv_status rc = VV_OK;

	if (!r->o->rules || r->o->rules->line_count == 0) return VV_OK;
	vv_arena_init(&j.base.arena);
	if ((rc = open_judging(&j, err)) == VV_OK) {
		c.rules = j.rules;
		c.count = j.count;
		rc = open_kept(&c, &all, err);
	}
	for (size_t k = 0; k < j.count && rc == VV_OK; k++) {
		rc = explain_rule(&j, &j.rules[k], err);
	}
	judging_clear(&j);
	return rc;
}

vv_status check_table_rules(check_run *r, check_emit *e, vv_error *err)
{
	judging j = {.r = r, .e = e};
	vv_status rc;

	if (!r->o->rules || r->o->rules->line_count == 0) return VV_OK;
	vv_arena_init(&j.base.arena);
	if ((rc = open_judging(&j, err)) == VV_OK && j.count > 0 &&
	    (rc = count_sides(&j, err)) == VV_OK) {
		rc = keep(&j, err);
	}
	for (size_t k = 0; k < j.count && rc == VV_OK; k++) {
		rc = give_all(&j, &j.rules[k], err);
	}
	judging_clear(&j);
	return rc;
}
