/*
 * push_run_heads: sends the signed heads of a push, to a host by git and to a peer by the protocol.
 */
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/judge.h"
#include "lib/heads/make.h"
#include "lib/heads/named.h"
#include "lib/heads/seen.h"
#include "lib/sync/push_run_internal.h"
#include "repo/git/history/hidden_refs.h"
#include "repo/git/history/revision.h"

/* To a peer; why: for each ref NULL, or why it did not move; owned by the caller. */
static vv_status send_heads_to_peer(push_run *r, vv_peer *peer, vv_git_push *moves, size_t count,
				    vv_error *err)
{
	vv_push_ref refs[VV_HEAD_LIST_MAX];
	vv_auto(vv_push_outcome) out = {.rounds = 0};
	const vv_push p = {.repo = r->j->repo, .peer = peer, .refs = refs, .ref_count = count};

	for (size_t i = 0; i < count; i++) {
		refs[i] = (vv_push_ref){
			.name = moves[i].to, .old = moves[i].old, .id = moves[i].id};
	}
	vv_status rc = vv_push_run(&p, &out, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const char *why = out.answer.refs[i];
		moves[i].why = why ? vv_strdup(why) : NULL;
		rc = why && !moves[i].why ? vv_fail_nomem(err) : VV_OK;
	}
	return rc;
}

/* Heads on their way. */
typedef struct sending {
	vv_shown_head *heads; /* all local ones */
	size_t count;
	vv_git_push moves[VV_HEAD_LIST_MAX]; /* those that go */
	size_t going;
	bool refused; /* one of them */
} sending;

static void sending_clear(sending *s)
{
	vv_array_each(s->moves, s->going, move) {
		vv_free(move->why);
	}
	vv_heads_free(s->heads, s->count);
}
VV_AUTO_CLEAR(sending, sending_clear)

/* Finds the other side's id of a head. *has: it is this or a newer one. */
static vv_status look_at_head(bool *has, vv_git_push *p, push_run *r, const vv_hello *h,
			      vv_error *err)
{
	const vv_remote_ref *there = vv_array_find(h->heads, h->head_count, it,
						   strcmp(it->name, p->to) == 0);
	bool known = false;

	p->old = there ? there->id : p->old;
	*has = false;
	if (vv_oid_is_null(&p->old)) return VV_OK;
	const vv_status rc = vv_commits_known(r->j->repo, &p->old, 1, &known, err);
	return rc < 0 || !known ? rc : vv_is_ancestor(r->j->repo, &p->id, &p->old, has, err);
}

static vv_status name_branch(vv_shown_head *h, vv_error *err)
{
	vv_buf name = VV_BUF_INIT;

	vv_buf_printf(&name, VV_HEADS_BRANCHES "%s", h->name + strlen(VV_HEADS));
	vv_free((void *)(uintptr_t)h->name);
	return (h->name = vv_buf_detach(&name)) ? VV_OK : vv_fail_nomem(err);
}

static vv_status send_heads_once(sending *s, push_run *r, const vv_reached *there, vv_error *err)
{
	vv_auto(vv_buf) said = VV_BUF_INIT;
	bool branch = false;
	vv_status rc = vv_heads_list(&s->heads, &s->count, r->j->repo, err);

	if (rc == VV_OK && s->count > 0 && there->host) {
		rc = vv_git_host_uses_branch(there->host, &branch, err);
	}
	for (size_t i = 0; rc == VV_OK && i < s->count && s->going < VV_HEAD_LIST_MAX; i++) {
		vv_git_push *p = &s->moves[s->going];
		bool has;
		if (branch && (rc = name_branch(&s->heads[i], err)) < 0) return rc;
		*p = (vv_git_push){.to = s->heads[i].name, .id = s->heads[i].id};
		rc = look_at_head(&has, p, r, there->hello, err);
		s->going += rc == VV_OK && !has;
	}
	if (rc < 0 || s->going == 0) return rc;
	rc = there->host ? vv_git_host_push(there->host, s->moves, s->going, true, &said, err)
			 : send_heads_to_peer(r, there->peer, s->moves, s->going, err);
	vv_array_each(s->moves, s->going, move) {
		s->refused |= move->why != NULL;
	}
	if (rc == VV_OK && !s->refused && !r->j->quiet) {
		vv_notes_put(r->t.notes, "sent %s", vv_text_counted(s->going, "signed head", NULL));
	}
	return rc;
}

/* With varve.sign: signs a head with the other side's current refs. */
static vv_status sign_head(const push_run *r, vv_error *err)
{
	const vv_push_plan *plan = &r->j->plan;
	vv_auto_free vv_push_ref *refs = vv_calloc(plan->count + 1, sizeof(*refs));

	if (!refs) return vv_fail_nomem(err);
	for (size_t i = 0; i < plan->count; i++) {
		refs[i] = (vv_push_ref){.name = plan->items[i].to, .id = plan->items[i].id};
	}
	return vv_head_make_set(r->j->repo, refs, plan->count, VV_HEADS_HERE, err);
}

vv_status push_run_send_heads(push_run *r, vv_error *err)
{
	vv_auto(sending) first = {.count = 0}, again = {.count = 0};
	vv_auto(vv_reached) there = {0};
	bool signs = false;
	vv_status rc = vv_head_signs(&signs, r->j->repo, VV_HEADS_HERE, err);

	if (rc < 0 ||
	    (signs && ((rc = vv_heads_learn(r->j->repo, &r->there, r->remote.url, NULL, r->t.notes,
					    err)) < 0 ||
		       (rc = sign_head(r, err)) < 0)) ||
	    (rc = send_heads_once(&first, r, &r->there, err)) < 0 || !first.refused ||
	    (rc = vv_reach(&there, &r->t, &r->remote, true, err)) < 0 ||
	    (rc = send_heads_once(&again, r, &there, err)) < 0) {
		return rc;
	}
	vv_array_each(again.moves, again.going, move) {
		if (move->why) {
			vv_notes_warn(r->t.notes, "the signed head was not accepted: %s",
				      move->why);
		}
	}
	return VV_OK;
}

vv_status push_run_count_heads(const push_run *r, size_t *out, vv_error *err)
{
	vv_shown_head *heads = NULL;
	*out = 0;
	const vv_status rc = vv_heads_list(&heads, out, r->j->repo, err);

	vv_heads_free(heads, *out);
	return rc;
}
