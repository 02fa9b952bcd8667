/*
 * expired_lists: how the commit of the lists is fetched and sent.
 */
#include "lib/sync/expired_lists.h"

#include "base/auto.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "repo/git/history/expired_signers.h"
#include "repo/git/history/expired_unite.h"
#include "repo/git/history/refs.h"
#include "repo/git/objects/send.h"
#include "transport/protocol/fetch.h"
#include "transport/protocol/push.h"

/* A host's commit may be newer than its list of refs. */
static vv_status bring_commit(vv_oid *id, vv_repository *r, const vv_reached *from, const char *url,
			      vv_error *err)
{
	const char *name = from->hello->expired.name;
	vv_supplier supplier = {.name = url, .peer = from->peer};
	vv_auto(vv_fetch_result) result = {.rounds = 0};
	const vv_fetch f = {.repo = r,
			    .suppliers = &supplier,
			    .supplier_count = 1,
			    .wants = {.items = id, .count = 1},
			    .message = "fetch"};

	return from->host ? vv_git_host_history(from->host, &name, 1, id, err)
			  : vv_fetch_run(&f, &result, err);
}

/* Sets *id to the remote's commit, which is here then; null: it has none. */
static vv_status have_commit(vv_oid *id, vv_repository *r, const vv_reached *from, const char *url,
			     vv_error *err)
{
	bool known = false;
	vv_status rc;

	*id = from->hello->expired.id;
	if (!from->hello->expired.name) return VV_OK;
	rc = vv_commits_known(r, id, 1, &known, err);
	return rc < 0 || known ? rc : bring_commit(id, r, from, url, err);
}

static vv_status learn_lists(vv_repository *r, const vv_reached *from, const char *url,
			     const vv_notes *notes, vv_error *err)
{
	vv_oid id;
	vv_status rc;

	if (!from->hello->expired.name) return VV_OK;
	if ((rc = have_commit(&id, r, from, url, err)) < 0 ||
	    (rc = vv_expired_unite(r, &id, err)) < 0) {
		if (rc == VV_ENOMEM || rc == VV_ECANCELLED) return rc;
		vv_notes_warn(notes, "the lists of expired versions of '%s' were left out: %s",
			      vv_text_url(url), err->message);
	}
	return VV_OK;
}

vv_status vv_expired_lists_learn(vv_repository *r, const vv_reached *from, const char *url,
				 const vv_notes *notes, vv_error *err)
{
	vv_auto(vv_transfer) t = {0};
	vv_auto(vv_remote) m = {.name = NULL};
	vv_auto(vv_reached) there = {0};
	vv_status rc;

	if (from) return learn_lists(r, from, url, notes, err);
	if ((rc = vv_remote_find(&m, r, url, err)) < 0 ||
	    (rc = vv_transfer_open(&t, r, notes, true, 0, err)) < 0 ||
	    (rc = vv_reach(&there, &t, &m, false, err)) < 0) {
		return rc;
	}
	return learn_lists(r, &there, url, notes, err);
}

vv_status vv_expired_lists_open(vv_expired **out, vv_repository *r, const vv_reached *from,
				const char *url, vv_error *err)
{
	vv_oid id;
	vv_status rc = VV_OK;

	*out = NULL;
	if (!from->hello->expired.name) return VV_OK;
	rc = have_commit(&id, r, from, url, err);
	return rc < 0 ? rc : vv_expired_open(out, r, &id, err);
}

#define LEFT_TOLD 5u /* lists that are named each */

typedef struct telling {
	const vv_notes *notes;
	uint64_t count;
} telling;

static vv_status tell_left(void *payload, const vv_expired_left *l, vv_error *err)
{
	telling *t = payload;
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (++t->count > LEFT_TOLD) return VV_OK;
	vv_expired_left_put(&text, l);
	const vv_status rc = vv_buf_ok(&text, err);
	if (rc == VV_OK) {
		vv_notes_warn(t->notes, "%s", text.data);
	}
	return rc;
}

vv_oid vv_expired_lists_tip(vv_repository *r)
{
	vv_auto(vv_ref) ref = {0};

	return vv_ref_get(r, VV_EXPIRED_REF, &ref, VV_IGNORED) == VV_OK ? ref.id : (vv_oid){{0}};
}

vv_status vv_expired_lists_trust(vv_repository *r, const vv_reached *from, const vv_oid *before,
				 const vv_trust *t, vv_error *err)
{
	const vv_status rc = vv_expired_signers_set(r, t, err);
	vv_oid had;

	if (rc < 0 || !from->hello->expired.name) return rc;
	const bool all = vv_expired_get_signed(&had, r) && vv_oid_equal(&had, before);
	const vv_oid now = all ? vv_expired_lists_tip(r) : from->hello->expired.id;
	return vv_expired_set_signed(r, &now, err);
}

vv_status vv_expired_lists_tell_left(vv_repository *r, const vv_oid *before, const vv_notes *notes,
				     vv_error *err)
{
	const vv_oid now = vv_expired_lists_tip(r);
	const vv_expired *lists;
	telling t = {notes, 0};

	if (vv_oid_equal(&now, before)) return VV_OK;
	vv_status rc = vv_expired_read(&lists, r, err);

	rc = rc < 0 ? rc : vv_expired_left_each(lists, tell_left, &t, err);
	if (rc == VV_OK && t.count > LEFT_TOLD) {
		vv_notes_warn(notes, "in all, %s do not count; fsck names each",
			      vv_text_counted(t.count, "list", NULL));
	}
	return rc;
}

static vv_status push_to_host(const char **why, const vv_reached *to, const vv_oid *id,
			      vv_buf *text, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	vv_git_push move = {.to = to->hello->expired.name, .id = *id, .old = to->hello->expired.id};
	bool branch = false;
	vv_status rc = VV_OK;

	if (!move.to) {
		rc = vv_git_host_uses_branch(to->host, &branch, err);
		move.to = branch ? VV_EXPIRED_BRANCH : VV_EXPIRED_REF;
	}
	if (rc < 0 || (rc = vv_git_host_push(to->host, &move, 1, true, &said, err)) < 0) return rc;
	if (move.why) {
		vv_buf_puts(text, move.why);
		*why = vv_buf_cstr(text);
	}
	vv_free(move.why);
	return vv_buf_ok(text, err);
}

static vv_status push_to_peer(const char **why, vv_repository *r, const vv_reached *to,
			      const vv_oid *id, vv_buf *text, vv_error *err)
{
	const vv_push_ref ref = {.name = VV_EXPIRED_REF, .old = to->hello->expired.id, .id = *id};
	vv_auto(vv_push_outcome) out = {.rounds = 0};
	const vv_push p = {.repo = r, .peer = to->peer, .refs = &ref, .ref_count = 1};
	const vv_status rc = vv_push_run(&p, &out, err);

	if (rc < 0) return rc;
	if (out.answer.refs[0]) {
		vv_buf_puts(text, out.answer.refs[0]);
		*why = vv_buf_cstr(text);
	}
	return vv_buf_ok(text, err);
}

/* *why: the remote refused them; NULL: it has them. */
static vv_status send_lists(const char **why, vv_repository *r, const vv_reached *to, vv_buf *text,
			    vv_error *err)
{
	vv_auto(vv_ref) ref = {0};
	vv_status rc = vv_ref_get(r, VV_EXPIRED_REF, &ref, err);

	*why = NULL;
	if (rc < 0) return vv_missing_ok(rc, err);
	if (vv_oid_equal(&ref.id, &to->hello->expired.id)) return VV_OK;
	return to->host ? push_to_host(why, to, &ref.id, text, err)
			: push_to_peer(why, r, to, &ref.id, text, err);
}

vv_status vv_expired_lists_send(vv_repository *r, const vv_reached *to, const vv_notes *notes,
				vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *why;
	const vv_status rc = send_lists(&why, r, to, &text, err);

	if (rc == VV_OK && why) {
		vv_notes_warn(notes, "the lists of expired versions were not accepted: %s", why);
	}
	return rc;
}

vv_status vv_expired_lists_put(vv_repository *r, const vv_reached *to, vv_error *err)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;
	const char *why;
	const vv_status rc = send_lists(&why, r, to, &text, err);

	if (rc < 0 || !why) return rc;
	return vv_fail(err, VV_EREFUSED,
		       "the lists of expired versions were not accepted: %s\n"
		       "nothing was removed there; run the command again if others push, too",
		       why);
}
