/*
 * push_run: the order of a push: hook, blocks and commits, refs, tracking branches, signed heads.
 */
#include "lib/sync/push_run.h"

#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/sys.h"
#include "base/text.h"
#include "lib/heads/make.h"
#include "lib/heads/named.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/noted.h"
#include "lib/remotes/push_hook.h"
#include "lib/remotes/reach.h"
#include "lib/sync/expired_lists.h"
#include "lib/sync/fetch_data.h"
#include "lib/sync/push_run_internal.h"
#include "repo/git/history/history.h"
#include "repo/git/history/revision.h"
#include "repo/git/verb/hook.h"
#include "repo/known/incomplete.h"
#include "transport/protocol/push.h"

/* A repository's name cannot be pushed to. Looks for a remote that was found by this name, or that
 * has it as its URL and has a pushUrl. */
static vv_status find_place(push_run *r, vv_error *err)
{
	vv_auto(vv_string_list) names = {0};
	vv_auto(char) *name = vv_take(&r->remote.url);
	vv_status rc = vv_remote_names(&names, r->j->repo, err);
	bool found = false;

	for (size_t i = 0; rc == VV_OK && !found && i < names.count; i++) {
		vv_remote_clear(&r->remote);
		if ((rc = vv_remote_find(&r->remote, r->j->repo, names.items[i], err)) == VV_OK) {
			const vv_remote *m = &r->remote;
			found = (m->found_by && strcmp(m->found_by, name) == 0) ||
				(m->push_url && strcmp(m->url, name) == 0);
		}
	}
	if (rc < 0 || found) return rc;
	return vv_fail(
		err, VV_ENOTFOUND,
		"'%s' is a repository's name, which cannot be pushed to\npush to a remote or URL, "
		"or set pushUrl of the remote with this name",
		vv_text_url(name));
}

static vv_status find_remote(push_run *r, vv_error *err)
{
	const char *word = r->j->remote;
	vv_auto(char) *name = NULL;
	const vv_remote *m = &r->remote;
	vv_status rc = VV_OK;

	if (!word) {
		rc = vv_remote_default(&name, r->j->repo, r->head.branch, true, err);
	}
	if (rc == VV_OK) {
		rc = vv_remote_find(&r->remote, r->j->repo, word ? word : name, err);
	}
	return rc < 0 || m->push_url || !vv_named_is(m->url, strlen(m->url)) ? rc
									     : find_place(r, err);
}

/* --- afterwards --------------------------------------------------------------------------- */

static bool is_tracked(push_run *r, const char *name, const vv_oid *id)
{
	vv_auto(vv_ref) ref = {0};
	const vv_status rc = vv_ref_get(r->j->repo, name, &ref, VV_IGNORED);

	return (rc == VV_OK || rc == VV_ENOTFOUND) && vv_oid_equal(&ref.id, id);
}

/* Sets the tracking branch to the other side's id, also if nothing was sent: the line of the
 * previous push may have broken before its answer. */
static void update_tracking(push_run *r, vv_push_item *it)
{
	vv_auto(char) *to = NULL;
	vv_error err;

	it->done = it->state == VV_PUSH_GOES;
	if (vv_remote_tracking(&to, &r->remote, it->to, &err) < 0) {
		vv_notes_warn(r->t.notes, "the tracking branch of '%s' was not updated: %s",
			      vv_text_shows(it->to), err.message);
		return;
	}
	if (!to || is_tracked(r, to, &it->id)) {
		return;
	}
	vv_status rc = vv_oid_is_null(&it->id) ? vv_ref_delete(r->j->repo, to, NULL, &err)
					       : vv_ref_update(r->j->repo, to, &it->id, NULL, true,
							       "update by push", &err);
	if (rc < 0 && rc != VV_ENOTFOUND) {
		vv_notes_warn(r->t.notes, "'%s' was not updated: %s", vv_text_shows(to),
			      err.message);
	}
}

static vv_status set_upstream(push_run *r, const vv_push_item *it, vv_error *err)
{
	const char *remote = r->remote.name ? r->remote.name : r->remote.url;

	if (!it->from || strncmp(it->from, "refs/heads/", 11) != 0 ||
	    strncmp(it->to, "refs/heads/", 11) != 0) {
		return VV_OK;
	}
	vv_status rc = vv_branch_follow(r->j->repo, it->from, remote, it->to, err);
	if (rc == VV_OK && !r->j->quiet && !r->followed) {
		vv_notes_put(r->t.notes, "'%s' now follows '%s' of %s",
			     vv_text_shows(it->from + 11), vv_text_shows(it->to + 11),
			     vv_text_url(remote));
	}
	return rc;
}

/* Sums up the data sent, or to be sent, to a peer. */
static void sum_up(push_run *r)
{
	const vv_fetch_sum *s = &r->out.sum;

	vv_channel_stats line = vv_peer_stats(r->there.peer);
	r->j->sum = (vv_transfer_sum){.commits = s->commits,
				      .versions = s->datasets,
				      .blocks = s->blocks,
				      .bytes = s->bytes,
				      .line = line.bytes_out,
				      .had = r->out.had,
				      .ms = vv_monotonic_ms() - r->t.start_ms + 1};
}

static void tell_sum(const push_run *r)
{
	const vv_transfer_sum *s = &r->j->sum;

	if (r->j->quiet) return;
	if (r->j->dry_run) {
		vv_notes_put(r->t.notes,
			     "would send %s %s, %s %s (about %s); the remote already has %s",
			     vv_text_count(s->versions),
			     s->versions == 1 ? "version of a table" : "versions of tables",
			     vv_text_count(s->blocks), s->blocks == 1 ? "block" : "blocks",
			     vv_text_bytes(s->bytes), vv_text_counted(s->had, "other block", NULL));
	} else if (s->commits > 0 || s->blocks > 0) {
		vv_transfer told = r->t;

		told.verbose = r->j->verbose;
		vv_transfer_tell_sum(&told, "sent", s);
	}
}

/* --- the push ------------------------------------------------------------------------------ */

/* varve's own hook is not run if it is alone: its work for a push by varve is done here. */
static vv_status is_hook_done(const push_run *r, bool *out, vv_error *err)
{
	vv_auto(vv_hook_found) hook = {0};
	bool plain = r->j->own_hook != NULL, wanted, alone;
	vv_status rc;

	*out = false;
	for (size_t i = 0; i < r->j->plan.count; i++) { /* else it looks at the ref of blocks */
		plain &= !r->j->plan.items[i].force && !vv_oid_is_null(&r->j->plan.items[i].id);
	}
	if (!plain || (rc = vv_push_hook_find(&hook, r->j->repo, err)) < 0 || !hook.ours ||
	    !hook.runs) {
		return plain ? rc : VV_OK;
	}
	if ((rc = vv_push_hook_is_alone(&alone, r->j->repo, &hook, err)) < 0 || !alone ||
	    (rc = vv_config_bool(r->j->repo, "varve.prepush", true, &wanted, err)) < 0) {
		return rc;
	}
	*out = true;
	/* Without versions no table can be lost. */
	return wanted && !r->t.unasked ? r->j->own_hook(r->j->repo, r->t.notes, err) : VV_OK;
}

/* Git's pre-push hook may forbid it. */
static vv_status run_hook(push_run *r, vv_error *err)
{
	vv_auto(vv_buf) input = VV_BUF_INIT;
	const char *url = r->remote.push_url ? r->remote.push_url : r->remote.url;
	const char *args[] = {r->remote.name ? r->remote.name : url, url, NULL};
	bool ran = false;
	vv_status rc;

	vv_array_each(r->j->plan.items, r->j->plan.count, it) {
		if (it->state == VV_PUSH_GOES) {
			vv_buf_printf(&input, "%s %s %s %s\n", it->from ? it->from : "(delete)",
				      vv_oid_shows(&it->id), it->to, vv_oid_shows(&it->old));
		}
	}
	if ((rc = vv_buf_ok(&input, err)) < 0 ||
	    (r->fetches > 0 && vv_buf_equal(&input, &r->shown)) ||
	    (rc = is_hook_done(r, &ran, err)) < 0 ||
	    (!ran && (rc = vv_hook_run_with(r->j->repo, "pre-push", args, input.data, input.len,
					    &ran, err)) < 0)) {
		return rc;
	}
	vv_buf_clear(&r->shown);
	r->shown = input;
	input = (vv_buf)VV_BUF_INIT;
	return VV_OK;
}

/* The plan outlives the answer. */
static void refuse_item(push_run *r, vv_push_item *it, const char *why)
{
	const char *copy = vv_arena_strndup(&r->j->plan.arena, why, strlen(why));

	it->why = copy ? copy : "refused";
	it->state = VV_PUSH_REFUSED;
}

/* The refs of the plan that are not deleted; the caller frees the list. */
static vv_status list_blocks_refs(const push_run *r, vv_blocks_ref **out, size_t *count,
				  vv_error *err)
{
	*count = 0;
	if (!(*out = vv_calloc(r->j->plan.count + 1, sizeof(**out)))) return vv_fail_nomem(err);
	vv_array_each(r->j->plan.items, r->j->plan.count, it) {
		if (!vv_oid_is_null(&it->id)) {
			(*out)[(*count)++] = (vv_blocks_ref){it->to, it->id};
		}
	}
	return VV_OK;
}

/* For a Git host: blocks first, then history, by git, which runs the hook itself. For an empty host with blocks on a
 * branch in reverse order. */
static vv_status send_to_host(push_run *r, vv_error *err)
{
	vv_auto_free vv_blocks_ref *ids = NULL;
	vv_auto_free vv_git_push *refs = vv_calloc(r->j->plan.count + 1, sizeof(*refs));
	size_t count, going = 0;
	bool branch_first = false;
	vv_status rc = list_blocks_refs(r, &ids, &count, err);

	if (rc < 0) return rc;
	if (!refs) return vv_fail_nomem(err);
	if (!r->t.unasked) {
		rc = vv_git_host_wants_branch_first(r->there.host, &branch_first, err);
	}
	for (size_t i = 0; rc == VV_OK && i < r->j->plan.count; i++) {
		const vv_push_item *it = &r->j->plan.items[i];
		if (it->state == VV_PUSH_GOES) {
			refs[going++] = (vv_git_push){
				.to = it->to, .id = it->id, .old = it->old, .force = it->force};
		}
	}
	const vv_git_sending what = {.refs = ids, .count = count, .dry_run = r->j->dry_run};
	if (rc == VV_OK && count > 0 && !branch_first && !r->t.unasked) {
		rc = vv_git_host_send(r->there.host, &what, &r->j->blocks, err);
	}
	vv_notes_end(r->t.notes);
	if (rc == VV_OK && going > 0 && !r->j->dry_run) {
		bool done = r->j->no_verify;

		if ((rc = done ? VV_OK : is_hook_done(r, &done, err)) == VV_OK) {
			rc = vv_git_host_push(r->there.host, refs, going, done, &r->out.said, err);
		}
	}
	if (rc == VV_OK && count > 0 && branch_first) {
		rc = vv_git_host_send(r->there.host, &what, &r->j->blocks, err);
		vv_notes_end(r->t.notes);
		if (rc < 0) {
			(void)vv_prefix(err,
					"the commits were pushed, but not their rows (push again)");
		}
	}
	for (size_t i = 0, k = 0; rc == VV_OK && !r->j->dry_run && i < r->j->plan.count; i++) {
		vv_push_item *it = &r->j->plan.items[i];
		const vv_git_push *p = it->state == VV_PUSH_GOES ? &refs[k++] : NULL;
		if (p && p->why) {
			refuse_item(r, it, p->why);
			it->unsent = p->unsent;
			continue;
		}
		r->j->plan.moved |= p && !p->same;
		if (p && r->t.unasked) {
			it->state = p->same ? VV_PUSH_SAME : VV_PUSH_GOES;
			(void)vv_rev_commit(r->j->repo, p->was, &it->old, VV_IGNORED);
		}
		if (it->state == VV_PUSH_SAME && r->j->blocks.blocks > 0) {
			it->state = VV_PUSH_BLOCKS;
		}
		update_tracking(r, it);
	}
	for (size_t i = 0; refs && i < going; i++) {
		vv_free(refs[i].why);
	}
	return rc;
}

static vv_status send_beside(push_run *r, vv_error *err)
{
	vv_auto_free vv_blocks_ref *ids = NULL;
	vv_host_sum sum;
	size_t count;
	const vv_status rc = list_blocks_refs(r, &ids, &count, err);

	return rc < 0 ? rc : vv_reach_send_beside(&r->t, &r->remote, ids, count, &sum, err);
}

/* Reports a faster push, which varve's check before the push did not see. */
static void tell_race(const push_run *r)
{
	const vv_push_plan *plan = &r->j->plan;

	if (vv_array_find(plan->items, plan->count, it, it->unsent && vv_push_item_is_behind(it))) {
		vv_notes_hint(r->t.notes, VV_HINT_PULL_FIRST);
	}
}

static vv_status send_to_peer(push_run *r, vv_error *err)
{
	vv_auto_free vv_push_ref *refs = vv_calloc(r->j->plan.count + 1, sizeof(*refs));
	size_t count = 0;

	if (!refs) return vv_fail_nomem(err);
	vv_array_each(r->j->plan.items, r->j->plan.count, it) {
		if (it->state == VV_PUSH_GOES || it->state == VV_PUSH_BLOCKS) {
			refs[count++] = (vv_push_ref){it->to, it->old, it->id, it->force};
		}
	}
	const vv_push p = {.repo = r->j->repo,
			   .peer = r->there.peer,
			   .refs = refs,
			   .ref_count = count,
			   .dry_run = r->j->dry_run,
			   .progress = r->t.progress};
	vv_status rc = count > 0 ? vv_push_run(&p, &r->out, err) : VV_OK;
	vv_notes_end(r->t.notes);
	for (size_t i = 0, k = 0; rc == VV_OK && !r->j->dry_run && i < r->j->plan.count; i++) {
		vv_push_item *it = &r->j->plan.items[i];
		if (it->state != VV_PUSH_GOES && it->state != VV_PUSH_BLOCKS) {
			update_tracking(r, it);
			continue;
		}
		const char *why = r->out.answer.refs[k++];
		if (why) {
			refuse_item(r, it, why);
		} else {
			update_tracking(r, it);
		}
		if (it->state == VV_PUSH_BLOCKS && r->out.sum.blocks + r->out.held == 0) {
			it->state = VV_PUSH_SAME; /* its missing blocks are missing here, too */
		}
	}
	return rc;
}

static vv_status note_any(void *payload, const vv_new_root *n VV_UNUSED, vv_error *err VV_UNUSED)
{
	*(bool *)payload = false;
	return VV_OK;
}

/* git itself reads a host's refs before it moves any: without versions to send, or other work that needs the
 * host's refs, varve does not read them first. */
static vv_status look_unasked(push_run *r, vv_error *err)
{
	const vv_push_job *j = r->j;
	vv_auto_free vv_oid *ids = vv_calloc(j->plan.count + 1, sizeof(*ids));
	vv_auto(vv_oids) plain = {0};
	size_t heads;
	vv_store_stats here;
	vv_store *store;
	bool signs, none = !r->asks && !j->dry_run && j->refs.leases.count == 0 &&
			   !r->remote.push_url && !r->remote.exact && r->remote.kind &&
			   strcmp(r->remote.kind, "git") == 0;
	vv_status rc = ids ? VV_OK : vv_fail_nomem(err);

	r->t.unasked = false;
	for (size_t i = 0; ids && i < j->plan.count; i++) {
		ids[i] = j->plan.items[i].id;
		none &= !j->plan.items[i].force && !vv_oid_is_null(&ids[i]);
	}
	if (rc < 0 || !none || (rc = vv_head_signs(&signs, j->repo, false, err)) < 0 || signs ||
	    (rc = push_run_count_heads(r, &heads, err)) < 0 || heads > 0 ||
	    (rc = vv_repository_store(j->repo, &store, err)) < 0 ||
	    (rc = vv_store_stats_get(store, &here, err)) < 0 || here.packs > 0 ||
	    (rc = vv_plain_tips_read(j->repo, &plain, err)) < 0 ||
	    (rc = vv_new_roots_each(j->repo, ids, j->plan.count, plain.items, plain.count, note_any,
				    &none, err)) < 0 ||
	    !none) {
		return rc;
	}
	r->t.unasked = true;
	return vv_plain_tips_add(j->repo, ids, j->plan.count, err);
}

/* For refusals by git itself the host's refs explain more. */
static bool is_refused_here(const vv_push_plan *plan)
{
	return vv_array_find(plan->items, plan->count, it, it->unsent) != NULL;
}

/* First what is new to the refs of the remote. A store or a ref of blocks may lack more than that: it was named after the
 * refs had moved. */
static vv_status fetch_lacking(push_run *r, vv_error *err)
{
	const vv_push_plan *plan = &r->j->plan;
	const bool host = r->there.host != NULL;
	vv_auto_free vv_oid *goes = vv_calloc(2 * plan->count + 1, sizeof(*goes));
	vv_oid *there = goes ? goes + plan->count : NULL;
	vv_fetch_data f = {.repo = r->j->repo,
			   .tips = goes,
			   .there = there,
			   .idle_sec = r->j->idle_sec,
			   .progress = r->t.progress};

	if (!goes) return vv_fail_nomem(err);
	vv_array_each(plan->items, plan->count, it) {
		bool known = false;

		if (!vv_oid_is_null(&it->id)) {
			goes[f.tip_count++] = it->id;
		}
		if (!vv_oid_is_null(&it->old) &&
		    vv_commits_known(f.repo, &it->old, 1, &known, VV_IGNORED) == VV_OK && known) {
			there[f.there_count++] = it->old;
		}
	}
	vv_reached_close(&r->there); /* the remote may be read, too, and its host has one lock */
	const vv_notes *notes = r->j->quiet ? NULL : r->t.notes;
	vv_status rc = r->fetches++ == 0 || !host ? vv_fetch_data_for_push(&f, notes, err)
						  : VV_EMISSING;
	if (rc == VV_EMISSING && host && f.there_count > 0) {
		r->fetches++;
		f.there_count = 0;
		rc = vv_fetch_data_for_push(&f, notes, err);
	}
	return rc;
}

/* Peers have all that was pushed, if neither side lacks anything. */
static vv_status note_whole(push_run *r, vv_error *err)
{
	vv_auto_free vv_oid *ids = vv_calloc(r->j->plan.count + 1, sizeof(*ids));
	size_t count = 0;

	if (!ids) return vv_fail_nomem(err);
	vv_array_each(r->j->plan.items, r->j->plan.count, it) {
		if (!vv_oid_is_null(&it->id)) {
			ids[count++] = it->id;
		}
	}
	return count == 0 || r->t.unasked || r->out.sum.absent > 0
		       ? VV_OK
		       : vv_noted_add(&r->t, &r->remote, ids, count, err);
}

/* First gets the other side's lists: their versions are not sent. Then sends ours, so that it does not
 * require versions that have expired here; *later: after the refs, as the first branch of an empty host may
 * become its default branch. */
static vv_status exchange_lists(push_run *r, bool *later, vv_error *err)
{
	vv_status rc = vv_expired_lists_learn(r->j->repo, &r->there, r->remote.url, r->t.notes,
					      err);

	if (rc == VV_OK && r->there.host) {
		rc = vv_git_host_wants_branch_first(r->there.host, later, err);
	}
	if (rc < 0 || *later) return rc;
	return vv_expired_lists_send(r->j->repo, &r->there, r->t.notes, err);
}

static vv_status push_refs(push_run *r, vv_error *err);

static vv_status push_refs_again(push_run *r, vv_error *err)
{
	vv_reached_close(&r->there);
	vv_push_outcome_clear(&r->out);
	vv_push_plan_clear(&r->j->plan);
	return push_refs(r, err);
}

static vv_status push_refs(push_run *r, vv_error *err)
{
	const vv_push_job *j = r->j;
	bool refused, lists_later = false;
	vv_status rc;

	if ((rc = vv_push_plan_words(&r->j->plan, r->j->repo, &r->head, &r->remote, &j->refs,
				     err)) < 0 ||
	    (rc = look_unasked(r, err)) < 0 ||
	    (rc = vv_reach(&r->there, &r->t, &r->remote, true, err)) < 0 ||
	    (rc = vv_push_plan_match(&r->j->plan, j->repo, r->there.hello, &r->remote, &j->refs,
				     err)) < 0) {
		return rc;
	}
	if (!vv_push_plan_refused(&r->j->plan)) {
		if (!j->dry_run && !r->t.unasked &&
		    (rc = exchange_lists(r, &lists_later, err)) < 0) {
			return rc;
		}
		if (r->there.peer && !j->no_verify && !j->dry_run &&
		    vv_push_plan_goes(&r->j->plan) && (rc = run_hook(r, err)) < 0) {
			return rc;
		}
		rc = r->there.peer && !j->dry_run ? send_beside(r, err) : VV_OK;
		if (rc >= 0) {
			rc = r->there.peer ? send_to_peer(r, err) : send_to_host(r, err);
		}
		if (rc == VV_OK && r->t.unasked && is_refused_here(&j->plan)) {
			r->asks = true;
			return push_refs_again(r, err);
		}
		if (rc == VV_EMISSING && r->fetches < 2 && !j->dry_run) {
			rc = fetch_lacking(r, err);
			return rc < 0 ? rc : push_refs_again(r, err);
		}
		vv_transfer_tell_lines(&r->t, &r->out.said);
		if (rc == VV_OK && r->out.sum.absent > 0 && !j->quiet) {
			vv_notes_warn(r->t.notes,
				      "the other side lacks %s %s that %s missing here, too",
				      vv_text_count(r->out.sum.absent),
				      r->out.sum.absent == 1 ? "block" : "blocks",
				      r->out.sum.absent == 1 ? "is" : "are");
			vv_notes_hint(r->t.notes, VV_HINT_FETCH_ALL);
		}
	}
	if (rc < 0) return rc;
	if (r->there.peer) {
		sum_up(r);
		tell_sum(r);
	} else {
		push_run_tell_host_sum(r);
	}
	if (!j->silent) {
		vv_push_plan_print(&r->j->plan, r->j->repo,
				   r->remote.push_url ? r->remote.push_url : r->remote.url,
				   j->quiet, j->dry_run);
		tell_race(r);
	}
	refused = vv_push_plan_refused(&r->j->plan);
	r->j->refused |= refused;
	if (!refused && lists_later) {
		rc = vv_expired_lists_send(j->repo, &r->there, r->t.notes, err);
	}
	if (rc == VV_OK && !refused && !j->dry_run && (rc = note_whole(r, err)) == VV_OK &&
	    (rc = push_run_send_heads(r, err)) == VV_EREFUSED) {
		vv_notes_warn(r->t.notes, "this version is not signed: %s", err->message);
		rc = VV_OK;
	}
	if (rc < 0) return rc;
	for (size_t i = 0; j->refs.upstream && !j->dry_run && !refused && i < r->j->plan.count;
	     i++) {
		if ((rc = set_upstream(r, &r->j->plan.items[i], err)) < 0) return rc;
	}
	r->followed = true;
	return VV_OK;
}

/* --- each place ----------------------------------------------------------------------------- */

/* The plan of the place before stays with the job. */
static vv_status leave_place(push_run *r, vv_error *err)
{
	vv_push_job *j = r->j;
	const vv_push_place before = {.url = vv_take(&j->url), .plan = j->plan};

	vv_reached_close(&r->there);
	vv_push_outcome_clear(&r->out);
	vv_buf_clear(&r->shown);
	r->out = (vv_push_outcome){.rounds = 0};
	r->shown = (vv_buf)VV_BUF_INIT;
	r->fetches = 0;
	r->asks = r->t.unasked = false;
	if (!vv_array_own(j->earlier, j->earlier_count, j->earlier_cap, before.url, before)) {
		return vv_fail_nomem(err);
	}
	j->plan = (vv_push_plan){.items = NULL};
	return VV_OK;
}

static void add_sums(vv_push_job *j, const vv_transfer_sum *peer, const vv_host_sum *host)
{
	j->sum.commits += peer->commits;
	j->sum.versions += peer->versions;
	j->sum.blocks += peer->blocks;
	j->sum.bytes += peer->bytes;
	j->sum.line += peer->line;
	j->blocks.versions += host->versions;
	j->blocks.blocks += host->blocks;
	j->blocks.raw += host->raw;
	j->blocks.bytes += host->bytes;
}

/* remote has become another place. */
static vv_status push_there(void *payload, vv_error *err)
{
	push_run *r = payload;
	vv_push_job *j = r->j;
	const char *url = r->remote.push_url ? r->remote.push_url : r->remote.url;
	const vv_transfer_sum sum = j->sum;
	const vv_host_sum blocks = j->blocks;
	vv_status rc;

	if ((j->url && (rc = leave_place(r, err)) < 0) ||
	    (rc = vv_text_set(&j->url, url, err)) < 0) {
		return rc;
	}
	j->sum = (vv_transfer_sum){.commits = 0};
	j->blocks = (vv_host_sum){.versions = 0};
	rc = j->blocks_only ? push_run_send_blocks(r, err) : push_refs(r, err);
	add_sums(j, &sum, &blocks);
	return rc;
}

/* --blocks: sends all blocks that are here to a host that has lost some. */
static vv_status push_blocks(push_run *r, vv_error *err)
{
	vv_auto(vv_blocks_config) c = {.ref = NULL};
	vv_status rc;

	if ((rc = vv_head_read(r->j->repo, &r->head, err)) < 0 ||
	    (rc = push_run_find_store(r, &c, err)) < 0 || (rc = find_remote(r, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->j->repo, vv_repository_notes(r->j->repo), r->j->quiet,
				   r->j->idle_sec, err)) < 0) {
		return rc;
	}
	return r->j->move ? push_run_send_blocks(r, err)
			  : vv_remote_push_each(&r->remote, r->j->repo, push_there, r, err);
}

static vv_status push_to_remote(push_run *r, vv_error *err)
{
	vv_status rc;

	if ((rc = vv_head_read(r->j->repo, &r->head, err)) < 0 || (rc = find_remote(r, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->j->repo, vv_repository_notes(r->j->repo), r->j->quiet,
				   r->j->idle_sec, err)) < 0) {
		return rc;
	}
	return vv_remote_push_each(&r->remote, r->j->repo, push_there, r, err);
}

vv_status vv_push_job_run(vv_push_job *j, vv_error *err)
{
	push_run r = {.j = j};

	vv_blocks_config_warn(j->repo);
	vv_status rc = j->blocks_only ? push_blocks(&r, err) : push_to_remote(&r, err);

	if (rc == VV_OK && !j->url) {
		rc = vv_text_set(&j->url, r.remote.url, err);
	}
	vv_push_outcome_clear(&r.out);
	vv_buf_clear(&r.shown);
	vv_reached_close(&r.there);
	vv_transfer_close(&r.t);
	vv_remote_clear(&r.remote);
	vv_head_clear(&r.head);
	return rc;
}
