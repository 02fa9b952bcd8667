/*
 * signed: finds versions, branches and tags in the trusted heads.
 */
#include "cmd/web/model/signed.h"

#include "base/buf.h"
#include "base/sys.h"
#include "lib/heads/head.h"
#include "lib/heads/judge.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/trust.h"

/* The heads that count, without those of revoked signers and those that newer ones continue. */
typedef struct vv_web_signers {
	vv_judged judged;
	vv_head_commit *heads; /* of judged.tips, in their order */
	size_t count;
	bool trusts;
} signers;

static void clear_signers(void *payload)
{
	signers *s = payload;

	for (size_t i = 0; i < s->count; i++) {
		vv_head_commit_clear(&s->heads[i]);
	}
	vv_free(s->heads);
	vv_judged_clear(&s->judged);
}

/* Nothing else ends a page: heads that cannot be read sign nothing, and 'varve verify' reports them. */
static bool ends_page(vv_status rc)
{
	return rc == VV_ENOMEM;
}

static vv_status read_heads(signers *s, vv_repository *r, vv_error *err)
{
	vv_trust trust = {.count = 0};
	size_t found;
	vv_status rc = vv_trust_read(&trust, r, err);

	s->trusts = rc < 0 || trust.count > 0; /* a damaged list is one */
	if (rc < 0 || !s->trusts ||
	    (rc = vv_heads_judge_here(&s->judged, &found, r, &trust, NULL, err)) < 0) {
		return rc;
	}
	s->heads = vv_calloc(s->judged.tip_count + 1, sizeof(*s->heads));
	if (!s->heads) return vv_fail_nomem(err);
	while (s->count < s->judged.tip_count) {
		vv_head_commit *head = &s->heads[s->count];

		rc = vv_head_commit_read(head, r, &s->judged.tips[s->count], err);
		s->count++;
		if (rc < 0) return rc;
	}
	return VV_OK;
}

/* Runs once for a visit, which needs several versions. */
static vv_status read_signers(const signers **out, vv_web_visit *v, vv_error *err)
{
	signers *s = v->signers;
	vv_status rc;

	*out = s;
	if (s) return VV_OK;
	if (!(s = vv_arena_calloc(&v->arena, 1, sizeof(*s)))) return vv_fail_nomem(err);
	if ((rc = vv_web_visit_last(v, clear_signers, s, err)) < 0) return rc;
	*out = v->signers = s;
	rc = read_heads(s, v->repo, err);
	return ends_page(rc) ? rc : VV_OK;
}

/* Is the commit reachable from what a head lists as `listed`? */
static vv_status has_commit(bool *out, vv_repository *r, const vv_oid *listed, const vv_oid *commit,
			    vv_error *err)
{
	vv_oid tip;
	vv_status rc = vv_rev_commit(r, vv_oid_shows(listed), &tip, err);

	*out = rc == VV_OK && vv_oid_equal(&tip, commit);
	if (rc == VV_OK && !*out) {
		rc = vv_is_ancestor(r, commit, &tip, out, err);
	}
	return ends_page(rc) ? rc : VV_OK;
}

static vv_status find_commit(bool *out, const signers *s, vv_repository *r, const vv_oid *commit,
			     vv_error *err)
{
	*out = false;
	for (size_t i = 0; i < s->count && !*out; i++) {
		const char *at = vv_buf_cstr(&s->heads[i].refs);
		vv_head_ref ref;

		while (!*out && vv_head_refs_next(&ref, &at)) {
			const vv_status rc = has_commit(out, r, &ref.id, commit, err);
			if (rc < 0) return rc;
		}
	}
	return VV_OK;
}

vv_status vv_web_commit_is_unsigned(vv_web_visit *v, const vv_web_commit *c, bool *out,
				    vv_error *err)
{
	const signers *s;
	bool found = false;
	vv_status rc;

	*out = false;
	if (c->none || c->work) return VV_OK;
	if ((rc = read_signers(&s, v, err)) < 0 || !s->trusts) return rc;
	rc = find_commit(&found, s, v->repo, &c->id, err);
	*out = rc == VV_OK && !found;
	return rc;
}

static vv_status judge_ref(vv_web_ref *ref, const signers *s, vv_repository *r, vv_error *err)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;
	bool found = false;
	vv_status rc;

	vv_buf_printf(&name, "refs/%s/%s", ref->tag ? "tags" : "heads", ref->name);
	if ((rc = vv_buf_ok(&name, err)) < 0) return rc;
	for (size_t i = 0; i < s->count && !found; i++) {
		vv_oid listed;

		if (!vv_head_commit_ref(&s->heads[i], name.data, &listed)) {
			continue;
		}
		if ((rc = has_commit(&found, r, &listed, &ref->commit.id, err)) < 0) return rc;
	}
	ref->is_unsigned = !found;
	return VV_OK;
}

vv_status vv_web_refs_judge(vv_web_visit *v, vv_web_ref *refs, size_t count, bool *trusts,
			    vv_error *err)
{
	const signers *s = NULL;
	vv_status rc = read_signers(&s, v, err);

	*trusts = rc == VV_OK && s->trusts;
	for (size_t i = 0; rc == VV_OK && s->trusts && i < count; i++) {
		rc = judge_ref(&refs[i], s, v->repo, err);
	}
	return rc;
}
