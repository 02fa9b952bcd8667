/*
 * one_absent: datasets that are not checked, since the file does not exist, or its rows have expired.
 */
#include "base/auto.h"
#include "base/buf.h"
#include "base/hint_text.h"
#include "base/text.h"
#include "lib/check/one_internal.h"
#include "lib/names/nearest_kept.h"

static const char *const in_side[] = {[VV_SIDE_COMMIT] = " in the commit",
				      [VV_SIDE_INDEX] = " in the index",
				      [VV_SIDE_WORK] = " in the work tree"};

vv_status one_check_absent(vv_check_run *run, const vv_rules_file *rules, const vv_diff_side *side,
			   const vv_check_path *p, vv_error *err)
{
	vv_auto(vv_buf) message = VV_BUF_INIT, expected = VV_BUF_INIT;
	vv_finding f = {.rule = "source-error"};
	vv_status rc;

	vv_buf_printf(&message, "is described in %s, and ", vv_text_shows(p->package));
	if (p->not_added) {
		vv_buf_puts(&message, "is in the work tree, but was not added");
		(void)vv_hint_put(&expected, "", run->words, VV_HINT_ADD, p->path);
	} else {
		vv_buf_printf(&message, "the file does not exist%s",
			      run->repo ? in_side[side->kind] : "");
	}
	f.message = vv_buf_cstr(&message);
	f.expected = expected.len > 0 ? vv_buf_cstr(&expected) : NULL;
	if ((rc = vv_buf_ok(&message, err)) == VV_OK && (rc = vv_buf_ok(&expected, err)) == VV_OK) {
		rc = vv_check_unread(run, rules, side, p->path, &f, err);
	}
	return rc;
}

vv_status one_leave_expired(bool *left, vv_check_run *run, const vv_diff_side *side,
			    const char *path, vv_error *err)
{
	vv_gap gap = VV_GAP_NONE;
	vv_status rc = VV_OK;

	*left = false;
	if (!run->in_range || side->kind != VV_SIDE_COMMIT) return VV_OK;
	if ((rc = vv_gap_at(&gap, run->repo, &side->commit, path, err)) < 0) return rc;
	*left = gap == VV_GAP_EXPIRED;
	run->expired += *left;
	run->checked += !*left;
	if (*left) {
		vv_notes_put(vv_repository_notes(run->repo),
			     "%s:%s: its rows have expired: not checked", side->name,
			     vv_text_shows(path));
	}
	return VV_OK;
}
