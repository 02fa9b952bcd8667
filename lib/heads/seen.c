/*
 * seen: judges received heads.
 */
#include "lib/heads/seen.h"

#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/outside_time.h"
#include "repo/git/config.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"

void vv_heads_seen_clear(vv_heads_seen *s)
{
	vv_judged_clear(&s->judged);
}

/* Fetches the commits of the heads; those of a host are kept while it is open. */
static vv_status fetch_heads(vv_shown_head *out, vv_repository *r, const vv_reached *from,
			     const char *url, vv_error *err)
{
	const vv_hello *h = from->hello;
	const char *names[VV_HELLO_HEADS];
	vv_oid ids[VV_HELLO_HEADS];
	vv_supplier supplier = {.name = url, .peer = from->peer};
	vv_auto(vv_fetch_result) result = {.rounds = 0};
	const vv_fetch f = {.repo = r,
			    .suppliers = &supplier,
			    .supplier_count = 1,
			    .wants = {.items = ids, .count = h->head_count},
			    .message = "fetch"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < h->head_count; i++) {
		names[i] = h->heads[i].name;
		ids[i] = h->heads[i].id;
	}
	if (h->head_count > 0) {
		rc = from->host ? vv_git_host_history(from->host, names, h->head_count, ids, err)
				: vv_fetch_run(&f, &result, err);
	}
	for (size_t i = 0; rc == VV_OK && i < h->head_count; i++) {
		out[i] = (vv_shown_head){names[i], ids[i]};
	}
	return rc;
}

static vv_status tell_expired(const vv_judged *j, vv_repository *r, const vv_notes *notes,
			      vv_error *err)
{
	bool refuses = false;
	vv_status rc;

	if (!j->has_newest || j->newest.record.expires == 0 ||
	    j->newest.record.expires > vv_now_sec()) {
		return VV_OK;
	}
	if ((rc = vv_config_bool(r, "varve.refuseexpired", false, &refuses, err)) < 0) return rc;
	const char *when = vv_text_time(j->newest.record.expires, VV_TIME_MINUTE);
	if (refuses) {
		return vv_fail(err, VV_EREFUSED,
			       "the newest signed head of '%s' expired at %s; nothing was moved",
			       j->trust.name, when);
	}
	vv_notes_warn(notes,
		      "the latest signed head of '%s' expired at %s and has not been renewed",
		      j->trust.name, when);
	return VV_OK;
}

/* Names a time stamp that is not valid; the time is then the signer's own word, as without one. */
static vv_status tell_false_time(const vv_judged *j, vv_repository *r, const vv_notes *notes,
				 vv_error *err)
{
	vv_auto(vv_authorities) *a = NULL;
	vv_outside_time time;
	vv_status rc;

	if (!j->has_newest || !j->changed || !j->newest.stamp.there) return VV_OK;
	if ((rc = vv_outside_authorities(&a, r, err)) < 0 ||
	    (rc = vv_outside_time_of(&time, &j->newest, a, err)) < 0) {
		return rc;
	}
	if (time.is == VV_OUTSIDE_UNKNOWN || time.is == VV_OUTSIDE_FALSE) {
		vv_notes_warn(notes,
			      "the time stamp of the newest signed head of '%s' is not valid: %s",
			      j->trust.name, time.why);
	}
	return VV_OK;
}

/* Faults of a peer's heads do not prevent fetching its own data, except proof of a fork by one signer; at a URL, neither a
 * fork nor a rollback is accepted. */
static vv_status pass_over(vv_heads_seen *out, const vv_notes *notes, bool is_url, vv_status rc,
			   vv_error *err)
{
	const vv_heads_fault fault = out->judged.fault;

	if ((rc != VV_EREFUSED && rc != VV_ECORRUPT) || fault == VV_HEADS_FORK ||
	    (is_url && fault == VV_HEADS_ROLLBACK)) {
		return rc;
	}
	if (fault == VV_HEADS_NO_FAULT) {
		vv_notes_warn(notes, "%s", err->message);
	}
	vv_judged_clear(&out->judged);
	memset(out, 0, sizeof(*out));
	return VV_OK;
}

vv_status vv_heads_see(vv_heads_seen *out, vv_repository *r, const vv_reached *from,
		       const char *url, vv_heads_whose whose, const vv_notes *notes, vv_error *err)
{
	vv_shown_head shown[VV_HELLO_HEADS];
	vv_auto(vv_head_signer) signer = {.has_seed = false};
	const size_t count = from->hello->head_count;
	const vv_trusted_head *newest;

	memset(out, 0, sizeof(*out));
	const bool is_url = whose == VV_HEADS_URL, is_own = whose == VV_HEADS_PEER || is_url;
	vv_status rc = vv_trust_read(&out->before, r, err);
	if (rc == VV_OK && out->before.known && count == 0 && is_url) {
		vv_notes_warn(notes, "'%s' has no signed head: its data is not signed",
			      vv_text_url(url));
	}
	if (rc < 0 || (!out->before.known && (count == 0 || is_own)) || (count == 0 && is_own)) {
		return rc;
	}
	out->any = true;
	const bool signs = vv_head_signer_find(&signer, r, VV_IGNORED) == VV_OK;
	if (count == 0 && whose == VV_HEADS_REMOTE) {
		out->judged.trust = out->before;
		vv_notes_warn(notes,
			      "'%s' has no signed head, but this repository trusts one from "
			      "earlier",
			      vv_text_url(url));
		newest = vv_trust_newest(&out->before);
		out->judged.has_newest = newest && !(signs && memcmp(newest->key, signer.key,
								     VV_KEY_PUBLIC) == 0);
		if (!out->judged.has_newest) return VV_OK;
		out->judged.tips[out->judged.tip_count++] = newest->commit;
		return vv_head_commit_read(&out->judged.newest, r, &newest->commit, err);
	}
	if ((rc = fetch_heads(shown, r, from, url, err)) < 0) return rc;
	if (whose == VV_HEADS_JOIN) {
		vv_trust_forget(&out->before, signer.key);
	}
	rc = vv_heads_judge(&out->judged, r, &out->before, url, shown, count,
			    signs && whose != VV_HEADS_COPY ? signer.key : NULL, notes, err);
	if (rc < 0) return is_own ? pass_over(out, notes, is_url, rc, err) : rc;
	rc = tell_expired(&out->judged, r, notes, err);
	return rc < 0 ? rc : tell_false_time(&out->judged, r, notes, err);
}

/* Moves the refs to the trusted heads. */
static vv_status move_refs(const vv_trust *t, vv_repository *r, vv_error *err)
{
	vv_status rc;

	vv_array_each(t->heads, t->count, head) {
		vv_auto(char) *name = vv_asprintf(VV_HEADS "%s", vv_did_key_shows(head->key));
		if ((rc = vv_alloc_ok(name, err)) < 0 ||
		    (rc = vv_ref_update(r, name, &head->commit, NULL, true, "head", err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* Under the lock: heads trusted by another process meanwhile stay. */
static vv_status keep_locked(const vv_heads_seen *s, vv_repository *r, vv_error *err)
{
	vv_trust trust = s->judged.trust, now;
	vv_status rc;

	/* The commits have refs before the file relies on them. */
	if ((rc = vv_trust_read(&now, r, err)) < 0 ||
	    (rc = vv_trust_join(&trust, &s->before, &now, r, err)) < 0 ||
	    (rc = move_refs(&trust, r, err)) < 0) {
		return rc;
	}
	return vv_trust_write(&trust, r, err);
}

static vv_status save_seen(const vv_heads_seen *s, vv_repository *r, vv_error *err)
{
	vv_auto(vv_fd) lock = vv_trust_lock(r, err);

	return lock < 0 ? (vv_status)lock : keep_locked(s, r, err);
}

vv_status vv_heads_seen_keep(const vv_heads_seen *s, vv_repository *r, const vv_notes *notes,
			     bool quiet, vv_error *err)
{
	const vv_judged *j = &s->judged;
	vv_auto(vv_buf) line = VV_BUF_INIT;
	vv_status rc;

	if (!j->changed) return VV_OK;
	if ((rc = save_seen(s, r, err)) < 0 || quiet) return rc;
	vv_head_put_line(&line, j->newest.record.key, j->newest.record.number,
			 j->newest.record.time, vv_now_sec());
	if ((rc = vv_buf_ok(&line, err)) < 0) return rc;
	vv_notes_put(notes, "signed by %s", line.data);
	if (j->first) {
		vv_notes_put(notes, "signed heads of '%s' by this key's owner are now trusted",
			     j->trust.name);
	}
	return VV_OK;
}

/* Does nothing if all heads are known commits: these are the trusted ones, or older. */
static vv_status learn_heads(vv_repository *r, const vv_reached *from, const char *url,
			     const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_heads_seen) seen = {.any = false};
	vv_oid ids[VV_HELLO_HEADS];
	vv_trust trust;
	bool known[VV_HELLO_HEADS], all = true;
	const size_t count = from->hello->head_count;

	if (count == 0) return VV_OK;
	for (size_t i = 0; i < count; i++) {
		ids[i] = from->hello->heads[i].id;
	}
	vv_status rc = vv_commits_known(r, ids, count, known, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		all = all && known[i];
	}
	if (rc < 0 || all || (rc = vv_trust_read(&trust, r, err)) < 0 ||
	    (rc = vv_heads_see(&seen, r, from, url, trust.known ? VV_HEADS_PEER : VV_HEADS_REMOTE,
			       notes, err)) < 0) {
		return rc;
	}
	return vv_heads_seen_keep(&seen, r, notes, true, err);
}

static vv_status find_own(vv_oid *out, vv_repository *r, const vv_reached *from, const char *url,
			  const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_heads_seen) seen = {.any = false};
	vv_auto(vv_head_signer) signer = {.has_seed = false};
	vv_status rc = vv_head_signer_find(&signer, r, err);

	if (rc < 0 || (rc = vv_heads_see(&seen, r, from, url, VV_HEADS_JOIN, notes, err)) < 0) {
		return rc;
	}
	const vv_trusted_head *h = vv_trust_find(&seen.judged.trust, signer.key);
	if (!h) {
		return vv_fail(err, VV_ENOTFOUND, "'%s' has no head signed by this key",
			       vv_text_url(url));
	}
	*out = h->commit;
	return VV_OK;
}

vv_status vv_heads_learn(vv_repository *r, const vv_reached *from, const char *url, vv_oid *own,
			 const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(vv_reached) there = {0};
	vv_status rc = VV_OK;

	if (!from && ((rc = vv_remote_find(&m, r, url, err)) < 0 ||
		      (rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0 ||
		      (rc = vv_reach(&there, &t, &m, false, err)) < 0)) {
		return rc;
	}
	from = from ? from : &there;
	return own ? find_own(own, r, from, url, notes, err)
		   : learn_heads(r, from, url, notes, err);
}
