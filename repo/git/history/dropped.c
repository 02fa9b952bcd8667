/*
 * dropped: reads the reflog from its end.
 */
#include "repo/git/history/dropped.h"

#include <string.h>

#include "base/buf.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "repo/git/history/revision.h"

#define LOG_MAX ((size_t)1 << 28)
#define IDS_LEN (2 * (size_t)VV_OID_TEXT + 1) /* "OLD NEW" at the beginning of a line */

typedef struct search {
	vv_repository *repo;
	const vv_oid *tip, *ours, *theirs;
	bool newer_ours, newer_theirs; /* this side alone has a newer tip */
	bool ended;
	vv_dropped *out;
} search;

/* A commit that does not exist any more is in no history. */
static vv_status is_in(bool *out, const search *s, const vv_oid *id, const vv_oid *of,
		       vv_error *err)
{
	*out = false;
	return vv_missing_ok(vv_is_ancestor(s->repo, id, of, out, err), err);
}

/* An earlier tip, the newest first. */
static vv_status look_at(search *s, const vv_oid *id, vv_error *err)
{
	bool ours, theirs, stays;
	vv_status rc;

	if (vv_oid_is_null(id)) return VV_OK;
	if ((rc = is_in(&ours, s, id, s->ours, err)) < 0 ||
	    (rc = is_in(&theirs, s, id, s->theirs, err)) < 0) {
		return rc;
	}
	if (ours && theirs) {
		s->ended = true; /* the rest is common */
		return VV_OK;
	}
	if ((!ours && !theirs) || (rc = is_in(&stays, s, id, s->tip, err)) < 0) return rc;
	if (stays) {
		s->newer_ours |= ours;
		s->newer_theirs |= theirs;
	} else if (ours ? s->newer_theirs : s->newer_ours) {
		*s->out = (vv_dropped){*id, ours};
		s->ended = true;
	}
	return VV_OK;
}

static vv_status look_at_log(search *s, const char *text, size_t len, vv_error *err)
{
	vv_status rc = VV_OK;
	vv_oid id;

	for (size_t end = len, at; rc == VV_OK && end > 0 && !s->ended; end = at) {
		for (at = end - 1; at > 0 && text[at - 1] != '\n';) {
			at--;
		}
		if (end - at <= IDS_LEN) {
			continue;
		}
		if (vv_oid_parse(&id, text + at + VV_OID_TEXT + 1, VV_OID_TEXT)) {
			rc = look_at(s, &id, err);
		}
		if (rc == VV_OK && at == 0 && !s->ended && vv_oid_parse(&id, text, VV_OID_TEXT)) {
			rc = look_at(s, &id, err);
		}
	}
	return rc;
}

vv_status vv_dropped_find(vv_dropped *out, vv_repository *r, const char *ref, const vv_oid *tip,
			  const vv_oid *ours, const vv_oid *theirs, vv_error *err)
{
	vv_auto(char) *file = vv_path_join(vv_repository_commondir(r), "logs", ref, (char *)NULL);
	vv_auto(vv_buf) text = VV_BUF_INIT;
	search s = {.repo = r, .tip = tip, .ours = ours, .theirs = theirs, .out = out};
	vv_status rc;

	*out = (vv_dropped){.ours = false};
	if (!file) return vv_fail_nomem(err);
	if ((rc = vv_read_file(&text, file, LOG_MAX, err)) < 0) return vv_missing_ok(rc, err);
	if ((rc = look_at(&s, tip, err)) < 0 || s.ended) return rc;
	return look_at_log(&s, vv_buf_cstr(&text), text.len, err);
}
