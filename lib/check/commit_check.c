/*
 * commit_check: chooses the datasets to check, and reports a refusal.
 */
#include "lib/check/commit_check.h"

#include <string.h>

#include "base/array.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/schema/declared.h"
#include "lib/check/run.h"
#include "lib/documents/document.h"

#define SHOWN 5u /* findings of each rule; all are counted */

/* The datasets to look at; *all: every one. */
static vv_status choose_paths(const vv_commit_check *c, char ***out, size_t *count, bool *all,
			      vv_error *err)
{
	const size_t changed = c->changes ? c->changes->count : 0;
	char **paths = vv_calloc(changed + c->path_count + 1, sizeof(*paths));
	size_t n = 0;

	*all = c->all;
	if (!paths) return vv_fail_nomem(err);
	vv_array_each(c->changes ? c->changes->entries : NULL, changed, e) {
		if (e->staged == ' ' || e->staged == '?') {
			continue;
		}
		*all = *all || strcmp(e->path, VV_RULES_NAME) == 0 ||
		       strcmp(e->path, VV_CHECKS_NAME) == 0;
		paths[n++] = e->path;
	}
	vv_array_each(c->paths, c->path_count, path) {
		if (!vv_text_is_among(*path, VV_TEXTS(paths), n)) {
			paths[n++] = *path;
		}
	}
	*out = paths;
	*count = n;
	return VV_OK;
}

static vv_status open_side(vv_diff_side *out, const vv_commit_check *c, vv_repository *r,
			   vv_error *err)
{
	if (c->commit) return vv_diff_side_commit(out, r, c->commit, "the commit", err);
	return vv_text_set(&out->name, "index", err);
}

static vv_status check_commit(const vv_commit_check *c, vv_repository *r, vv_dataset_reader *s,
			      const vv_diff_side *made, char **paths, size_t count,
			      vv_check_report *report, vv_error *unread, vv_error *err)
{
	vv_auto(vv_diff_side) base = {.kind = VV_SIDE_COMMIT};
	bool has_base = c->base && !vv_oid_is_null(c->base);
	vv_check_run run = {.repo = r,
			    .words = vv_repository_words(r),
			    .reader = s,
			    .report = report,
			    .temp_dir = vv_env_temp_dir(vv_repository_env(r)),
			    .limit = SHOWN,
			    .exact = true,
			    .no_documents = !vv_documents_are_read(r),
			    .progress = c->progress};
	vv_auto(char) *cache = vv_path_join(vv_repository_varvedir(r), "cache", "check",
					    (char *)NULL);
	vv_status rc;

	run.now = vv_now_sec();
	if (!cache) {
		rc = vv_fail_nomem(err);
	} else if ((rc = vv_check_cache_open(&run.cache, cache, err)) == VV_OK &&
		   (!has_base ||
		    (rc = vv_diff_side_commit(&base, r, c->base, "HEAD", err)) == VV_OK)) {
		rc = vv_check_side(&run, made, has_base ? &base : NULL, (int)count, paths, err);
	}
	*unread = run.unread;
	vv_check_cache_close(run.cache);
	return rc;
}

static vv_status describe_result(vv_check_report *report, vv_on_commit demand,
				 const vv_error *unread, vv_buf *told, vv_error *err)
{
	vv_report_totals totals;
	vv_status rc = VV_OK;

	vv_report_totals_get(report, &totals);
	if (totals.errors + totals.warnings + totals.accepted > 0) {
		rc = vv_report_write(report, VV_REPORT_TEXT, told, err);
	}
	if (rc == VV_OK && unread->code < 0) {
		*err = *unread;
		return err->code;
	}
	if (rc < 0 || demand != VV_ON_COMMIT_REFUSE || vv_report_valid(report)) return rc;
	return vv_fail(
		err, VV_ECONFLICT,
		"the data is invalid, and %s forbids committing invalid data; nothing was "
		"committed\ncorrect the data; or accept an intended violation with \"accept\" in "
		"%s, or use --no-verify",
		VV_RULES_NAME, VV_RULES_NAME);
}

vv_status vv_commit_check_run(const vv_commit_check *c, vv_repository *r, vv_dataset_reader *s,
			      vv_buf *told, vv_error *err)
{
	vv_auto(vv_diff_side) made = {.kind = VV_SIDE_INDEX};
	vv_report_options o = {.limit = SHOWN, .fail_on = VV_SEVERITY_ERROR, .width = 100};
	vv_auto(vv_rules_file) *rules = NULL;
	vv_auto(vv_check_report) *report = NULL;
	vv_auto_free char **paths = NULL;
	size_t count = 0;
	bool all = false;
	vv_error unread;
	vv_status rc;

	if ((rc = open_side(&made, c, r, err)) < 0 ||
	    (rc = vv_check_rules_read(&rules, s, &made, err)) < 0 || !rules ||
	    vv_rules_on_commit(rules) == VV_ON_COMMIT_OFF ||
	    (rc = choose_paths(c, &paths, &count, &all, err)) < 0 || (count == 0 && !all)) {
		return rc;
	}
	o.fail_on = vv_rules_fail_on(rules);
	if ((rc = vv_report_new(&report, &o, err)) == VV_OK &&
	    (rc = check_commit(c, r, s, &made, paths, all ? 0 : count, report, &unread, err)) ==
		    VV_OK) {
		rc = describe_result(report, vv_rules_on_commit(rules), &unread, told, err);
	}
	if (rc < 0 && rc != VV_ECONFLICT && vv_rules_on_commit(rules) == VV_ON_COMMIT_WARN) {
		/* a failed check does not block a commit if it only warns */
		vv_buf_printf(told, "warning: the check of %s could not run: %s\n", VV_RULES_NAME,
			      err->message);
		rc = VV_OK;
	}
	return rc;
}
