/*
 * verdict: one ref of a place and one of a head.
 */
#include "lib/heads/verdict.h"

#include <string.h>

#include "base/text.h"
#include "repo/git/history/refs.h"
#include "repo/git/history/revision.h"
#include "repo/git/objects/send.h"

vv_status vv_verdict_of(vv_verdict *out, const vv_judged *j, vv_repository *r, const char *ref,
			const vv_oid *shown, vv_error *err)
{
	uint64_t after = 0, before = 0;
	bool is = false;

	*out = (vv_verdict){.is = VV_AS_SIGNED};
	vv_status rc = vv_judged_names(j, r, ref, shown, &is, err);
	if (rc < 0 || is) return rc;
	if (!vv_head_commit_ref(&j->newest, ref, &out->named)) {
		out->is = VV_UNSIGNED;
		return VV_OK;
	}
	out->is = VV_NOT_SIGNED;
	if ((rc = vv_commits_known(r, &out->named, 1, &out->here, err)) < 0 ||
	    strncmp(ref, "refs/heads/", 11) != 0) { /* a tag is one or another */
		return rc;
	}
	/* After a first fetch no ref reaches the fetched commits. */
	rc = vv_ahead_behind(r, shown, &out->named, &after, &before, err);
	if (rc < 0) return vv_missing_ok(rc, err);
	if (before == 0 || after == 0) {
		out->is = before == 0 ? VV_AFTER_SIGNED : VV_BEFORE_SIGNED;
		out->commits = before == 0 ? after : before;
	}
	return VV_OK;
}

void vv_verdict_put(vv_buf *out, const vv_verdict *v, const vv_judged *j, const char *ref)
{
	vv_buf_printf(out, "%s ", vv_text_shows(vv_ref_short_name(ref)));
	if (v->commits > 0) {
		vv_buf_printf(out, "%s %s", vv_text_counted(v->commits, "commit", NULL),
			      v->is == VV_BEFORE_SIGNED ? "before" : "after");
	} else {
		vv_buf_puts(out, "at a commit other than that of");
	}
	vv_buf_printf(out, " its signed head, number %llu",
		      (unsigned long long)j->newest.record.number);
}
