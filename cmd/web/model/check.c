/*
 * check: a run of lib/check within a time. It starts no readers of documents: visitors may be strangers.
 */
#include "cmd/web/model/check.h"

#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "cmd/web/model/memo.h"
#include "lib/check/run.h"

#define LIMIT 20u      /* findings of each rule and column of a table */
#define BRIEFLY_MS 15u /* for one word on another page */

typedef struct checking {
	vv_web_visit *v;
	uint64_t until_ms;
	vv_web_check *out;
} checking;

static bool go_on(void *payload, VV_UNUSED const char *what, VV_UNUSED uint64_t done,
		  VV_UNUSED uint64_t total)
{
	const checking *c = payload;

	return vv_monotonic_ms() < c->until_ms && !(c->v->gone && c->v->gone(c->v->payload));
}

/* The totals. */
static void take_totals(vv_web_check *out, const vv_check_run *run)
{
	vv_report_totals t;

	vv_report_totals_get(run->report, &t);
	*out = (vv_web_check){.known = true,
			      .valid = vv_report_valid(run->report),
			      .tables = t.datasets,
			      .errors = t.errors,
			      .warnings = t.warnings,
			      .accepted = t.accepted,
			      .queries_left = run->queries_left,
			      .report = run->report};
}

static void free_report(void *payload)
{
	vv_report_free(payload);
}

static void clear_rules(void *payload)
{
	vv_timeline_clear(payload);
}

/* Finds since when each rule is broken or met; verdicts of commits are cached. */
static vv_status read_rules(checking *c, vv_check_run *run, const vv_oid *commit,
			    const vv_diff_side *side, vv_error *err)
{
	vv_timeline *t = vv_arena_calloc(&c->v->arena, 1, sizeof(*t));
	vv_status rc;

	if (!t) return vv_fail_nomem(err);
	run->report = NULL;
	if ((rc = vv_web_visit_last(c->v, clear_rules, t, err)) < 0) return rc;
	if ((rc = vv_timeline_read(t, run, commit, side, 0, NULL, err)) == VV_OK &&
	    (rc = vv_timeline_sum(t, run, commit, side, 0, NULL, err)) == VV_OK) {
		c->out->rules = t;
	}
	return rc;
}

static vv_status run_check(checking *c, const vv_oid *commit, int64_t now, bool whole,
			   vv_error *err)
{
	const vv_progress progress = {.update = go_on, .part = go_on, .payload = c};
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(c->v->repo), "cache", "check",
					  NULL);
	vv_auto(vv_check_cache) *cache = NULL;
	vv_auto(vv_rules_file) *rules = NULL;
	vv_auto(vv_check_report) *report = NULL;
	vv_auto(vv_diff_side) side = {0}, base = {0};
	bool has_base;
	vv_status rc;

	if (!dir) return vv_fail_nomem(err);
	if ((rc = vv_diff_side_commit(&side, c->v->repo, commit, NULL, err)) < 0 ||
	    (rc = vv_check_parent(c->v->repo, commit, &base, &has_base, err)) < 0 ||
	    (rc = vv_check_rules_read(&rules, c->v->reader, &side, err)) < 0 ||
	    (rc = vv_check_cache_open(&cache, dir, err)) < 0) {
		return rc;
	}
	const vv_report_options o = {.limit = LIMIT, .fail_on = vv_rules_fail_on(rules)};
	if ((rc = vv_report_new(&report, &o, err)) < 0 ||
	    (rc = vv_web_visit_last(c->v, free_report, report, err)) < 0) {
		return rc;
	}
	vv_check_run run = {.repo = c->v->repo,
			    .reader = c->v->reader,
			    .cache = cache,
			    .report = vv_take(&report),
			    .words = vv_repository_words(c->v->repo),
			    .progress = &progress,
			    .limit = LIMIT,
			    .now = now,
			    .no_documents = true,
			    .no_queries = true};
	if ((rc = vv_check_side(&run, &side, has_base ? &base : NULL, 0, NULL, err)) < 0) return rc;
	if (run.unread.code < 0) return vv_error_copy(err, &run.unread);
	take_totals(c->out, &run);
	return whole ? read_rules(c, &run, commit, &side, err) : VV_OK;
}

/* Rules of freshness have another answer another day. */
static int64_t put_key(vv_buf *out, const vv_web_commit *c)
{
	const int64_t now = vv_now_sec();
	vv_buf_printf(out, "check %s %lld", c->hex, (long long)(now / 86400));
	return now;
}

bool vv_web_check_is_known(vv_web_visit *v, const vv_web_commit *c)
{
	vv_auto(vv_buf) key = VV_BUF_INIT, kept = VV_BUF_INIT;

	(void)put_key(&key, c);
	return vv_web_memo_get(v->memo, &key, &kept);
}

vv_status vv_web_check_read(vv_web_visit *v, const vv_web_commit *c, bool whole, vv_web_check *out,
			    vv_error *err)
{
	uint64_t until = whole ? UINT64_MAX : vv_monotonic_ms() + BRIEFLY_MS;
	checking k = {v, v->until_ms == 0 || until < v->until_ms ? until : v->until_ms, out};
	vv_auto(vv_buf) key = VV_BUF_INIT, kept = VV_BUF_INIT;

	*out = (vv_web_check){.known = false};
	if (c->none || c->work) return VV_OK;
	const int64_t now = put_key(&key, c);
	if (!whole && vv_web_memo_get(v->memo, &key, &kept) && kept.len == sizeof(*out)) {
		memcpy(out, kept.data, sizeof(*out));
		out->report = NULL;
		out->rules = NULL;
		return VV_OK;
	}
	vv_status rc = run_check(&k, &c->id, now, whole, err);
	if (rc == VV_OK && out->known) {
		vv_web_memo_put(v->memo, &key, out, sizeof(*out));
	}
	if (rc == VV_EMISSING || rc == VV_ENOTFOUND) {
		out->gap = rc == VV_EMISSING && err->gap ? err->gap : VV_GAP_LOST;
	}
	return rc == VV_ECANCELLED || out->gap ? VV_OK : rc;
}
