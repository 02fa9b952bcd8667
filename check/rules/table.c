/*
 * table: runs a check: the plan, facts from the cache, the groups that must be read, on all cores,
 * and then the findings.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "check/rules/cells.h"
#include "check/rules/check.h"
#include "check/rules/compile.h"
#include "check/rules/group_jobs.h"
#include "check/rules/keys.h"
#include "check/rules/spell.h"
#include "check/rules/table_internal.h"
#include "dataset/table/root.h"
#include "dataset/table/table.h"

void vv_check_result_clear(vv_check_result *r)
{
	vv_free(r->totals);
	vv_arena_clear(&r->arena);
	memset(r, 0, sizeof(*r));
}

static vv_status sum_counts(check_run *r, vv_error *err)
{
	r->totals = vv_calloc(r->plan.counter_count + 1, sizeof(*r->totals));
	if (!r->totals) return vv_fail_nomem(err);
	vv_array_each(r->groups, r->group_count, group) {
		const uint8_t *p = (const uint8_t *)r->counts.data;
		uint64_t n, counter, count;

		if (group->counts == UINT32_MAX) {
			continue;
		}
		const uint8_t *end = p + r->counts.len;
		p += group->counts;
		if (!vv_varint_read(&p, end, &n)) {
			continue;
		}
		for (; n > 0 && check_next_count(&p, end, &counter, &count); n--) {
			r->totals[counter] += count;
		}
	}
	return VV_OK;
}

/* Only the share's groups are left. */
static void keep_share(check_run *r)
{
	const vv_check_share *s = r->o->share;
	const size_t from = (size_t)((uint64_t)r->group_count * s->part / s->parts),
		     to = (size_t)((uint64_t)r->group_count * (s->part + 1u) / s->parts);

	memmove(r->groups, r->groups + from, (to - from) * sizeof(*r->groups));
	r->group_count = to - from;
}

vv_status check_workers_open(check_run *r, vv_error *err)
{
	size_t count = 1 + (r->o->pool ? vv_pool_threads(r->o->pool) : 0);
	vv_status rc;

	r->workers = vv_calloc(count, sizeof(*r->workers));
	if (!r->workers) return vv_fail_nomem(err);
	for (; r->worker_count < count; r->worker_count++) {
		if ((rc = check_worker_init(&r->workers[r->worker_count], &r->plan, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status open_run(check_run *r, vv_error *err)
{
	vv_status rc = check_groups_list(r, err);

	if (rc == VV_OK && r->o->share) {
		keep_share(r);
	}
	if (rc < 0 ||
	    (rc = vv_check_lines_open(&r->lines, r->table, r->o->mend, r->o->cache, err)) < 0) {
		return rc;
	}
	return (rc = check_workers_open(r, err)) < 0 ? rc : check_facts_load(r, err);
}

void check_run_close(check_run *r)
{
	check_keys_close(r);
	vv_check_lines_close(r->lines);
	vv_array_clear(r->workers, r->worker_count, it, check_worker_clear(it));
	vv_free_all(r->groups, r->totals);
	vv_buf_clear(&r->counts);
	check_memo_close(&r->facts);
	vv_arena_clear(&r->arena);
	check_plan_clear(&r->plan);
}

static vv_status emit_all(check_run *r, vv_error *err)
{
	vv_auto(check_emit) *e = NULL;
	vv_status rc;

	if ((rc = check_emit_open(&e, r, err)) < 0 || (rc = check_emit_notes(e, err)) < 0 ||
	    (rc = check_emit_blank_lines(e, err)) < 0 || (rc = check_emit_line_ends(e, err)) < 0 ||
	    (rc = check_emit_cells(e, err)) < 0 || (rc = check_keys_finish(r, e, err)) < 0 ||
	    (rc = check_refs_all(r, e, err)) < 0) {
		return rc;
	}
	return check_table_rules(r, e, err);
}

/* Finds repeated keys, after the rules' results are kept. */
static vv_status compare_keys(check_run *r, vv_error *err)
{
	vv_status rc = VV_OK;
	int known = 1;

	while (rc == VV_OK && (known = check_keys_compare(r, err)) == 0) {
		vv_array_each(r->groups, r->group_count, group) {
			group->known = 1;
		}
		rc = check_read_groups(r, err);
	}
	return known < 0 ? (vv_status)known : rc;
}

static vv_status check_rows(check_run *r, vv_error *err)
{
	vv_status rc;

	if ((rc = check_plan_almost(&r->plan, err)) < 0 || (rc = open_run(r, err)) < 0 ||
	    (rc = check_keys_open(r, err)) < 0 || (rc = check_read_groups(r, err)) < 0 ||
	    (rc = sum_counts(r, err)) < 0) {
		return rc;
	}
	for (size_t i = 0; i < r->group_count; i++) {
		check_lines_give(r->lines, i, r->groups[i].newlines);
	}
	if ((rc = check_facts_save(r, err)) < 0 || (rc = check_lines_keep(r->lines, err)) < 0 ||
	    (rc = compare_keys(r, err)) < 0) {
		return rc;
	}
	return emit_all(r, err);
}

static vv_status explain_run(check_run *r, vv_error *err)
{
	vv_status rc;

	if ((rc = open_run(r, err)) < 0 || (rc = check_keys_open(r, err)) < 0) return rc;
	rc = check_explain(r, err);
	return rc < 0 ? rc : check_table_explain(r, err);
}

static vv_status check_share(check_run *r, vv_error *err)
{
	const size_t keys = r->plan.key_count;
	vv_status rc = open_run(r, err);

	r->plan.key_count = 0; /* shares cannot show repeats */
	if (rc == VV_OK && (rc = check_read_groups(r, err)) == VV_OK) {
		rc = check_facts_give(r, r->o->share->result, err);
	}
	r->plan.key_count = keys;
	return rc < 0 ? rc : check_facts_save(r, err);
}

vv_status vv_check_table(vv_check_result *out, vv_table *t, const vv_check_options *o,
			 vv_error *err)
{
	check_run r = {.table = t, .o = o, .result = out};
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (t->root.kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "only tables can be checked");
	}
	if ((rc = check_plan_make(&r.plan, t, o, err)) == VV_OK) {
		if (o->spelled) {
			rc = check_plan_spell(o->spelled, &r.plan, err);
		} else if (o->explain) {
			rc = explain_run(&r, err);
		} else if (o->share) {
			rc = check_share(&r, err);
		} else {
			rc = check_rows(&r, err);
		}
	}
	out->rows = t->root.rows;
	out->columns = t->columns;
	out->groups = r.group_count;
	out->groups_read = r.groups_read;
	check_run_close(&r);
	if (rc < 0) {
		vv_check_result_clear(out);
	}
	return rc;
}
