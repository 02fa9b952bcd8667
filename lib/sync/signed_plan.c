/*
 * signed_plan: ids that heads name, beside those that a peer shows.
 */
#include "lib/sync/signed_plan.h"

#include <string.h>

#include "base/array.h"
#include "base/text.h"
#include "lib/heads/shown_refs.h"
#include "lib/heads/verdict.h"
#include "repo/git/history/history.h"

vv_status vv_signed_check(const vv_signed_plan *s, vv_error *err)
{
	vv_array_each(s->plan->moves, s->plan->count, m) {
		bool is = true;
		vv_status rc = vv_oid_is_null(&m->id) ? VV_OK
						      : vv_judged_names(s->judged, s->repo, m->from,
									&m->id, &is, err);
		if (rc < 0) return rc;
		if (!is) {
			return vv_fail(
				err, VV_EREFUSED,
				"'%s' has %s at a commit other than the signed one; nothing was moved",
				vv_text_url(s->url), vv_text_shows(m->from));
		}
	}
	return VV_OK;
}

void vv_signed_only(const vv_signed_plan *s, size_t from)
{
	for (size_t i = from; i < s->plan->count; i++) {
		vv_ref_move *m = &s->plan->moves[i];
		const bool is = vv_head_commit_ref(&s->judged->newest, m->from, &m->signed_id);
		m->id = is ? m->signed_id : (vv_oid){{0}};
		m->to = is && strncmp(m->from, "refs/tags/", 10) == 0 ? m->to : NULL;
	}
}

/* The newest head's id of the remote's branch, if the copy has its commits. */
static vv_status find_signed(const vv_signed_plan *s, vv_ref_move *m, vv_error *err)
{
	vv_oid is;

	if (vv_oid_is_null(&m->id) || m->behind ||
	    !vv_head_commit_ref(&s->judged->newest, m->from, &is)) {
		return VV_OK;
	}
	m->signed_id = is;
	m->is_signed = vv_oid_equal(&is, &m->id);
	return m->is_signed ? VV_OK : vv_is_ancestor(s->repo, &is, &m->id, &m->is_signed, err);
}

/* Fast-forwards the remote's tracking branch to it. */
static vv_status move_signed(const vv_signed_plan *s, const vv_ref_move *m, vv_error *err)
{
	vv_auto(char) *to = NULL;
	vv_auto(vv_ref) now = {0};
	bool forward = true;
	vv_status rc = vv_remote_tracking(&to, s->remote, m->from, err);

	if (rc < 0 || !to) return rc;
	rc = vv_ref_get(s->repo, to, &now, err);
	if (rc == VV_OK) {
		rc = vv_oid_equal(&now.id, &m->signed_id)
			     ? (forward = false, VV_OK)
			     : vv_is_ancestor(s->repo, &now.id, &m->signed_id, &forward, err);
	}
	if ((rc = vv_missing_ok(rc, err)) < 0 || !forward) return rc;
	if (s->notes) {
		vv_notes_put(s->notes, "%s is at its signed commit",
			     vv_text_shows(to + strlen("refs/")));
	}
	return vv_ref_update(s->repo, to, &m->signed_id, NULL, true, "fetch: signed head", err);
}

vv_status vv_signed_follow(const vv_signed_plan *s, bool merges, vv_error *err)
{
	vv_status rc;

	for (size_t i = 0; s->judged->has_newest && i < s->plan->count; i++) {
		vv_ref_move *m = &s->plan->moves[i];
		if ((rc = find_signed(s, m, err)) < 0 ||
		    (m->is_signed && (rc = move_signed(s, m, err)) < 0)) {
			return rc;
		}
		if (m->for_merge && merges && !m->is_signed) {
			return vv_fail(
				err, VV_EREFUSED,
				"'%s' has %s at a commit other than the signed one; nothing was merged",
				vv_text_url(s->url), vv_text_shows(m->from));
		}
	}
	return VV_OK;
}

vv_status vv_signed_mark(const vv_signed_plan *s, size_t from, vv_error *err)
{
	for (size_t i = from; s->judged->has_newest && i < s->plan->count; i++) {
		vv_ref_move *m = &s->plan->moves[i];
		bool is = true;
		const vv_status rc = vv_oid_is_null(&m->id)
					     ? VV_OK
					     : vv_judged_names(s->judged, s->repo, m->from, NULL,
							       &is, err);

		if (rc < 0) return rc;
		m->unsigned_ref = !is;
	}
	return VV_OK;
}

static vv_status tell_unsigned(const vv_signed_plan *s, bool all, vv_error *err)
{
	vv_auto(vv_buf) names = VV_BUF_INIT, shown = VV_BUF_INIT;

	vv_array_each(s->plan->moves, s->plan->count, m) {
		const bool moves = m->done || m->for_merge;

		if (m->unsigned_ref && !m->behind && (all || moves)) {
			vv_buf_printf(&names, "%s\n", m->from);
		}
	}
	if (names.len == 0) return vv_buf_ok(&names, err);
	vv_shown_refs_put(&shown, &names);
	if (vv_buf_ok(&names, err) < 0 || vv_buf_ok(&shown, err) < 0) return err->code;
	vv_notes_warn(s->notes,
		      "not signed: %s, which the newest signed head of '%s' does not list",
		      shown.data, s->judged->newest.record.name);
	return VV_OK;
}

vv_status vv_signed_tell_ahead(const vv_signed_plan *s, bool all, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && s->judged->has_newest && s->notes && i < s->plan->count;
	     i++) {
		const vv_ref_move *m = &s->plan->moves[i];
		vv_verdict v;
		if (vv_oid_is_null(&m->id) || m->behind) {
			continue;
		}
		rc = vv_verdict_of(&v, s->judged, s->repo, m->from, &m->id, err);
		if (rc == VV_OK && v.is == VV_AFTER_SIGNED) {
			vv_notes_put(s->notes, "%s is %s newer than the last signed head",
				     vv_text_shows(m->from + 11),
				     vv_text_counted(v.commits, "commit", NULL));
		}
	}
	return rc < 0 || !s->notes ? rc : tell_unsigned(s, all, err);
}
