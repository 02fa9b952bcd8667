/*
 * seen: what is said of heads that came.
 */
#include "lib/heads/seen.h"

#include <string.h>

#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/config.h"
#include "repo/git/history/refs.h"

_Static_assert(sizeof(VV_HOST_HEADS) == sizeof(VV_HEADS), "one folder of refs");

void vv_heads_seen_clear(vv_heads_seen *s)
{
	vv_judged_clear(&s->judged);
}

/* The commits of the heads are here afterwards, for as long as the host is open. */
static vv_status fetch(vv_shown_head *out, vv_git_host *host, const vv_remote_ref *heads,
		       size_t count, vv_error *err)
{
	vv_auto_free const char **names = vv_calloc(count + 1, sizeof(*names));
	vv_auto_free vv_oid *ids = vv_calloc(count + 1, sizeof(*ids));
	vv_status rc = names && ids ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		names[i] = heads[i].name;
	}
	rc = rc < 0 || count == 0 ? rc : vv_git_host_history(host, names, count, ids, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		out[i] = (vv_shown_head){heads[i].name, ids[i]};
	}
	return rc;
}

static vv_status tell_expired(const vv_judged *j, vv_repository *r, const vv_notes *notes,
			      vv_error *err)
{
	vv_auto(vv_buf) when = VV_BUF_INIT;
	bool refuses = false;
	int64_t now;
	uint32_t nsec;
	vv_status rc;

	vv_now(&now, &nsec);
	if (!j->has_newest || j->newest.record.expires == 0 || j->newest.record.expires > now) {
		return VV_OK;
	}
	vv_head_put_time(&when, j->newest.record.expires);
	if ((rc = vv_buf_ok(&when, err)) < 0 ||
	    (rc = vv_config_bool(r, "varve.refuseexpired", false, &refuses, err)) < 0) {
		return rc;
	}
	if (refuses) {
		return vv_fail(err, VV_EREFUSED,
			       "the newest head of '%s' expired at %s; nothing is moved",
			       j->trust.name, when.data);
	}
	vv_notes_warn(notes, "the newest head of '%s' expired at %s, and a newer one was promised",
		      j->trust.name, when.data);
	return VV_OK;
}

vv_status vv_heads_see(vv_heads_seen *out, vv_repository *r, vv_git_host *host, const char *from,
		       bool owner, const vv_notes *notes, vv_error *err)
{
	vv_shown_head shown[VV_HOST_HEADS_MAX];
	vv_trust trust;
	size_t count;
	const vv_remote_ref *heads = vv_git_host_heads(host, &count);
	vv_status rc = vv_trust_read(&trust, r, err);

	memset(out, 0, sizeof(*out));
	if (rc < 0 || (count == 0 && !trust.known)) return rc;
	out->any = true;
	if (count == 0 && owner) {
		out->judged.trust = trust;
		vv_notes_warn(notes, "'%s' shows no signed head, and did before",
			      vv_text_url(from));
		return VV_OK;
	}
	if ((rc = fetch(shown, host, heads, count, err)) < 0 ||
	    (rc = vv_heads_judge(&out->judged, r, &trust, from, shown, count, notes, err)) < 0) {
		return rc;
	}
	return tell_expired(&out->judged, r, notes, err);
}

/* The refs follow what is trusted. */
static vv_status move_refs(const vv_trust *t, vv_repository *r, vv_error *err)
{
	char key[VV_DID_TEXT];
	vv_status rc = VV_OK;

	for (size_t i = 0; rc == VV_OK && i < t->count; i++) {
		vv_auto(vv_buf) name = VV_BUF_INIT;
		vv_head_key_text(key, t->heads[i].key);
		vv_buf_printf(&name, VV_HEADS "%s", key);
		rc = vv_buf_ok(&name, err);
		rc = rc < 0 ? rc
			    : vv_ref_update(r, name.data, &t->heads[i].commit, NULL, true, "head",
					    err);
	}
	return rc;
}

vv_status vv_heads_seen_keep(const vv_heads_seen *s, vv_repository *r, const vv_notes *notes,
			     bool quiet, vv_error *err)
{
	const vv_judged *j = &s->judged;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	int64_t now;
	uint32_t nsec;
	vv_status rc;

	if (!j->changed) return VV_OK;
	/* The commits have refs before the file relies on them. */
	if ((rc = move_refs(&j->trust, r, err)) < 0 ||
	    (rc = vv_trust_write(&j->trust, r, err)) < 0 || quiet) {
		return rc;
	}
	vv_now(&now, &nsec);
	vv_head_put_line(&line, j->newest.record.key, j->newest.record.number,
			 j->newest.record.time, now);
	if ((rc = vv_buf_ok(&line, err)) < 0) return rc;
	vv_notes_put(notes, "signed by %s", line.data);
	if (j->first) {
		vv_notes_put(notes, "heads of '%s' by this key's owner are trusted from now on",
			     j->trust.name);
	}
	return VV_OK;
}
