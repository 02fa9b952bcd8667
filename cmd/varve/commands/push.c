/*
 * push: commits and blocks to another repository.
 */
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/work/peers/push_refs.h"
#include "lib/work/peers/reach.h"
#include "lib/work/peers/transfer.h"
#include "repo/git/config.h"
#include "repo/git/history/history.h"
#include "transport/protocol/push.h"

typedef struct options {
	bool all, tags, force, remove, dry_run, upstream, quiet, verbose, no_verify, blocks;
	const char *lease;
	uint64_t timeout;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "all", all, "all branches"),
	OPT_FLAG(0, "tags", tags, "all tags as well"),
	OPT_FLAG('f', "force", force, "push even where that is not a fast-forward"),
	OPT_MAYBE_STRING(0, "force-with-lease", lease, "REF[:COMMIT]", "",
			 "the same, if the branch there is still where it was last seen"),
	OPT_FLAG('d', "delete", remove, "delete the refs that are named"),
	OPT_FLAG('n', "dry-run", dry_run, "only say what would be sent"),
	OPT_FLAG('u', "set-upstream", upstream, "make the branch follow the one there"),
	OPT_FLAG(0, "blocks", blocks,
		 "send a Git host all blocks that are here and not there, and no commits"),
	OPT_FLAG(0, "no-verify", no_verify, "skip the pre-push hook"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "give up when the other side is silent for this long (60)"),
	OPT_FLAG('v', "verbose", verbose, "also show how many blocks were sent"),
	OPT_FLAG('q', "quiet", quiet, "print nothing when all went well"),
};

typedef struct run {
	const options *o;
	vv_repository *repo;
	vv_head head;
	vv_remote remote;
	vv_transfer t;
	vv_reached there;
	vv_peer *peer; /* NULL: a Git host without varve */
	const vv_hello *hello;
	vv_host_sum blocks; /* that went to such a host */
	vv_push_plan plan;
	vv_push_outcome out;
	bool refused;
} run;

static vv_status find_remote(run *r, const char *word, vv_error *err)
{
	char *name = NULL;
	vv_status rc = VV_OK;

	if (!word) {
		rc = vv_remote_default(&name, r->repo, r->head.branch, true, err);
	}
	if (rc == VV_OK) {
		rc = vv_remote_find(&r->remote, r->repo, word ? word : name, err);
	}
	vv_free(name);
	return rc;
}

/* --- afterwards --------------------------------------------------------------------------- */

static bool is_tracked(run *r, const char *name, const vv_oid *id)
{
	vv_ref ref;
	vv_error absent;
	vv_status rc = vv_ref_get(r->repo, name, &ref, &absent);
	bool same = rc == VV_ENOTFOUND && vv_oid_is_null(id);

	if (rc == VV_OK) {
		same = vv_oid_equal(&ref.id, id);
		vv_ref_clear(&ref);
	}
	return same;
}

/* What the other side has now is what the tracking branch shows, also where nothing had to be
 * sent: the line of the push before may have broken at the answer. */
static void update_tracking(run *r, const vv_push_item *it)
{
	char *to = NULL;
	vv_error err;

	if (vv_remote_tracking(&to, &r->remote, it->to, &err) < 0) {
		vv_warn("the tracking branch of '%s' was not updated: %s", vv_text_shows(it->to),
			err.message);
		return;
	}
	if (!to || is_tracked(r, to, &it->id)) {
		vv_free(to);
		return;
	}
	vv_status rc = vv_oid_is_null(&it->id) ? vv_ref_delete(r->repo, to, NULL, &err)
					       : vv_ref_update(r->repo, to, &it->id, NULL, true,
							       "update by push", &err);
	if (rc < 0 && rc != VV_ENOTFOUND) {
		vv_warn("'%s' was not updated: %s", vv_text_shows(to), err.message);
	}
	vv_free(to);
}

static vv_status set_upstream(run *r, const vv_push_item *it, vv_error *err)
{
	const char *remote = r->remote.name ? r->remote.name : r->remote.url;
	vv_status rc;

	if (!it->from || strncmp(it->from, "refs/heads/", 11) != 0 ||
	    strncmp(it->to, "refs/heads/", 11) != 0) {
		return VV_OK;
	}
	rc = vv_branch_follow(r->repo, it->from, remote, it->to, err);
	if (rc == VV_OK && !r->o->quiet) {
		vv_note("'%s' follows '%s' of %s now", vv_text_shows(it->from + 11),
			vv_text_shows(it->to + 11), vv_text_shows(remote));
	}
	return rc;
}

static void tell_sum(const run *r)
{
	const vv_fetch_sum *s = &r->out.sum;
	vv_channel_stats line;
	uint64_t ms = vv_monotonic_ms() - r->t.start_ms + 1;

	vv_peer_stats(r->peer, &line);
	if (r->o->quiet) {
		return;
	}
	if (r->o->dry_run) {
		vv_note("would send %s %s, %s %s (about %s); %s are there already",
			vv_text_count(s->datasets),
			s->datasets == 1 ? "version of a dataset" : "versions of datasets",
			vv_text_count(s->blocks), s->blocks == 1 ? "block" : "blocks",
			vv_text_bytes(s->bytes), vv_text_count(r->out.had));
	} else if (s->commits > 0 || s->blocks > 0) {
		const vv_transfer_sum sum = {.commits = s->commits,
					     .versions = s->datasets,
					     .blocks = s->blocks,
					     .bytes = s->bytes,
					     .line = line.bytes_out,
					     .had = r->out.had,
					     .ms = ms};
		vv_transfer told = r->t;

		told.verbose = r->o->verbose;
		vv_transfer_tell_sum(&told, "sent", &sum);
	}
}

/* --- the push ------------------------------------------------------------------------------ */

/* Git's pre-push hook may forbid it. */
static vv_status run_hook(run *r, vv_error *err)
{
	vv_buf input = VV_BUF_INIT;
	char local[VV_OID_TEXT + 1], remote[VV_OID_TEXT + 1];
	const char *url = r->remote.push_url ? r->remote.push_url : r->remote.url;
	const char *args[] = {r->remote.name ? r->remote.name : url, url, NULL};
	bool ran;

	for (size_t i = 0; i < r->plan.count; i++) {
		const vv_push_item *it = &r->plan.items[i];
		if (it->state == VV_PUSH_GOES) {
			vv_oid_text(local, &it->id);
			vv_oid_text(remote, &it->old);
			vv_buf_printf(&input, "%s %s %s %s\n", it->from ? it->from : "(delete)",
				      local, it->to, remote);
		}
	}
	vv_status rc = vv_buf_ok(&input, err);
	if (rc == VV_OK) {
		rc = vv_hook_run_with(r->repo, "pre-push", args, input.data, input.len, &ran, err);
	}
	vv_buf_clear(&input);
	return rc;
}

/* Of a Git host: blocks first, then history, by git, which runs the hook itself. To an empty host whose blocks go to
 * a branch it is the other way round. */
static vv_status send_to_host(run *r, vv_error *err)
{
	vv_blocks_ref *ids = vv_calloc(r->plan.count + 1, sizeof(*ids));
	vv_git_push *refs = vv_calloc(r->plan.count + 1, sizeof(*refs));
	size_t count = 0, going = 0;
	bool branch_first = false;
	vv_status rc = ids && refs
			       ? vv_git_host_wants_branch_first(r->there.host, &branch_first, err)
			       : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < r->plan.count; i++) {
		const vv_push_item *it = &r->plan.items[i];
		if (!vv_oid_is_null(&it->id)) {
			ids[count++] = (vv_blocks_ref){it->to, it->id};
		}
		if (it->state == VV_PUSH_GOES) {
			refs[going++] = (vv_git_push){.from = it->from,
						      .to = it->to,
						      .id = it->id,
						      .old = it->old,
						      .force = it->force};
		}
	}
	const vv_git_sending what = {.refs = ids, .count = count, .dry_run = r->o->dry_run};
	if (rc == VV_OK && count > 0 && !branch_first) {
		rc = vv_git_host_send(r->there.host, &what, &r->blocks, err);
	}
	vv_progress_end();
	if (rc == VV_OK && going > 0 && !r->o->dry_run) {
		rc = vv_git_host_push(r->there.host, refs, going, r->o->no_verify, &r->out.said,
				      err);
	}
	if (rc == VV_OK && count > 0 && branch_first) {
		rc = vv_git_host_send(r->there.host, &what, &r->blocks, err);
		vv_progress_end();
		if (rc < 0) {
			(void)vv_prefix(err,
					"the commits are there without their rows, push again");
		}
	}
	for (size_t i = 0, k = 0; rc == VV_OK && !r->o->dry_run && i < r->plan.count; i++) {
		vv_push_item *it = &r->plan.items[i];
		if (it->state == VV_PUSH_GOES && refs[k++].why) {
			it->why = vv_arena_strndup(&r->plan.arena, refs[k - 1].why,
						   strlen(refs[k - 1].why));
			it->state = VV_PUSH_REFUSED;
			r->refused = true;
			continue;
		}
		if (it->state == VV_PUSH_SAME && r->blocks.blocks > 0) {
			it->state = VV_PUSH_BLOCKS;
		}
		update_tracking(r, it);
	}
	for (size_t i = 0; refs && i < going; i++) {
		vv_free(refs[i].why);
	}
	vv_free(refs);
	vv_free(ids);
	return rc;
}

/* A peer that others reach by a plain URL: for them the blocks go into its ref, too. */
static void send_beside(run *r)
{
	vv_blocks_ref *ids = vv_calloc(r->plan.count + 1, sizeof(*ids));
	vv_git_host *host = NULL;
	vv_host_sum sum;
	vv_error err;
	size_t count = 0;
	vv_status rc = ids ? vv_reach_blocks_ref(&host, &r->t, &r->remote, true, false, &err)
			   : vv_fail_nomem(&err);

	for (size_t i = 0; host && i < r->plan.count; i++) {
		const vv_push_item *it = &r->plan.items[i];
		if (!vv_oid_is_null(&it->id)) {
			ids[count++] = (vv_blocks_ref){it->to, it->id};
		}
	}
	const vv_git_sending what = {.refs = ids, .count = count, .complete = true};
	if (rc == VV_OK && count > 0) {
		rc = vv_git_host_send(host, &what, &sum, &err);
	}
	vv_progress_end();
	if (rc < 0) {
		vv_warn("who reaches %s by plain git lacks these blocks: %s",
			vv_text_url(r->remote.url), err.message);
	}
	vv_git_host_close(host);
	vv_free(ids);
}

/* What varve's own look before the push did not find: somebody was faster. */
static void tell_race(const run *r)
{
	for (size_t i = 0; r->there.host && i < r->plan.count; i++) {
		const char *why = r->plan.items[i].why;
		if (why && (strstr(why, "fetch first") || strstr(why, "non-fast-forward"))) {
			vv_note("hint: somebody else has pushed meanwhile: 'varve pull' first, then "
				"push again");
			return;
		}
	}
}

static void tell_host_sum(const run *r)
{
	const vv_host_sum *b = &r->blocks;

	if (r->o->quiet || b->versions == 0) {
		return;
	}
	vv_note("%s %s of %s to %s%s%s%s", r->o->dry_run ? "would send" : "sent",
		r->o->verbose ? vv_text_counted(b->blocks, "block", NULL) : "the blocks",
		vv_text_counted(b->versions, "version of a dataset", "versions of datasets"),
		r->there.host ? vv_text_url(vv_git_host_blocks_place(r->there.host)) : "",
		r->o->dry_run ? " (about " : " (", vv_text_bytes(r->o->dry_run ? b->raw : b->bytes),
		")");
}

static vv_status send(run *r, vv_error *err)
{
	vv_push_ref *refs = vv_calloc(r->plan.count + 1, sizeof(*refs));
	size_t count = 0;
	vv_status rc;

	if (!refs) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < r->plan.count; i++) {
		const vv_push_item *it = &r->plan.items[i];
		if (it->state == VV_PUSH_GOES || it->state == VV_PUSH_BLOCKS) {
			refs[count++] = (vv_push_ref){it->to, it->old, it->id, it->force};
		}
	}
	const vv_push p = {.repo = r->repo,
			   .peer = r->peer,
			   .refs = refs,
			   .ref_count = count,
			   .dry_run = r->o->dry_run,
			   .progress = r->t.progress};
	rc = count > 0 ? vv_push_run(&p, &r->out, err) : VV_OK;
	vv_progress_end();
	for (size_t i = 0, k = 0; rc == VV_OK && !r->o->dry_run && i < r->plan.count; i++) {
		vv_push_item *it = &r->plan.items[i];
		if (it->state != VV_PUSH_GOES && it->state != VV_PUSH_BLOCKS) {
			update_tracking(r, it);
			continue;
		}
		it->why = r->out.answer.refs[k++];
		if (it->why) {
			it->state = VV_PUSH_REFUSED;
			r->refused = true;
		} else {
			update_tracking(r, it);
		}
		if (it->state == VV_PUSH_BLOCKS && r->out.sum.blocks == 0) {
			it->state = VV_PUSH_SAME; /* what it lacks is not here either */
		}
	}
	vv_free(refs);
	return rc;
}

typedef struct tips {
	vv_blocks_ref *refs;
	size_t count, cap;
	vv_arena arena;
} tips;

static vv_status add_tip(void *payload, const vv_ref *ref, vv_error *err)
{
	tips *t = payload;

	if (vv_oid_is_null(&ref->commit)) {
		return VV_OK;
	}
	if (!vv_array_room(t->refs, t->count, t->cap)) {
		return vv_fail_nomem(err);
	}
	bool remote = strncmp(ref->name, "refs/remotes/", 13) == 0;
	char *name = remote ? NULL : vv_arena_strndup(&t->arena, ref->name, strlen(ref->name));
	if (!remote && !name) {
		return vv_fail_nomem(err);
	}
	t->refs[t->count++] = (vv_blocks_ref){name, ref->id};
	return VV_OK;
}

/* --blocks: of everything that is here, as far as it is, to a host that has lost some. */
static vv_status push_blocks(run *r, const char *word, vv_error *err)
{
	tips t = {0};
	vv_status rc;

	vv_arena_init(&t.arena);

	if ((rc = vv_head_read(r->repo, &r->head, err)) < 0 ||
	    (rc = find_remote(r, word, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->repo, &vv_notes_stderr, r->o->quiet, r->o->timeout,
				   err)) < 0 ||
	    (rc = vv_reach(&r->there, &r->t, &r->remote, true, err)) < 0) {
		return rc;
	}
	if (!r->there.host &&
	    (rc = vv_reach_blocks_ref(&r->there.host, &r->t, &r->remote, true, true, err)) < 0) {
		return rc;
	}
	if (!r->there.host) {
		vv_fail(err, VV_EUSAGE, "--blocks is for Git hosts without varve");
		return vv_hint(
			err,
			"'varve push --all' brings a peer the blocks that it lacks; where others "
			"reach it by plain git, 'varve config remote.%s.varveKind git'",
			r->remote.name ? vv_text_shows(r->remote.name) : "NAME");
	}
	if ((rc = vv_refs_each(r->repo, "refs/heads/", add_tip, &t, err)) < 0 ||
	    (rc = vv_refs_each(r->repo, "refs/tags/", add_tip, &t, err)) < 0 ||
	    (rc = vv_refs_each(r->repo, "refs/remotes/", add_tip, &t, err)) < 0) {
		goto done;
	}
	const vv_git_sending what = {.refs = t.refs,
				     .count = t.count,
				     .dry_run = r->o->dry_run,
				     .complete = true,
				     .verify = true};
	rc = vv_git_host_send(r->there.host, &what, &r->blocks, err);
done:
	vv_progress_end();
	vv_free(t.refs);
	vv_arena_clear(&t.arena);
	if (rc < 0) {
		return rc;
	}
	if (r->blocks.bad_packs > 0) {
		vv_warn("%s there %s damaged: %s, as far as the blocks are here",
			vv_text_counted(r->blocks.bad_packs, "pack", NULL),
			r->blocks.bad_packs == 1 ? "is" : "are",
			r->o->dry_run ? "would be replaced" : "replaced");
	}
	tell_host_sum(r);
	if (r->blocks.versions == 0 && r->blocks.bad_packs == 0 && !r->o->quiet) {
		vv_note("all blocks that are here are there");
	}
	if (r->blocks.incomplete > 0) {
		vv_warn("%s of datasets %s complete neither here nor there",
			vv_text_counted(r->blocks.incomplete, "version", NULL),
			r->blocks.incomplete == 1 ? "is" : "are");
	}
	return VV_OK;
}

static vv_status match_plan(run *r, const vv_push_plan_options *po, vv_error *err)
{
	r->peer = r->there.peer;
	r->hello = r->there.hello;
	return vv_push_plan_match(&r->plan, r->repo, r->hello, &r->remote, po, err);
}

static vv_status push(run *r, int argc, char **argv, vv_error *err)
{
	const options *o = r->o;
	const vv_push_plan_options po = {.words = argv + 1,
					 .count = argc > 1 ? argc - 1 : 0,
					 .all = o->all,
					 .tags = o->tags,
					 .force = o->force,
					 .remove = o->remove,
					 .lease = o->lease,
					 .upstream = o->upstream};
	vv_status rc;

	if ((rc = vv_head_read(r->repo, &r->head, err)) < 0 ||
	    (rc = find_remote(r, argc > 0 ? argv[0] : NULL, err)) < 0 ||
	    (rc = vv_push_plan_words(&r->plan, r->repo, &r->head, &r->remote, &po, err)) < 0 ||
	    (rc = vv_transfer_open(&r->t, r->repo, &vv_notes_stderr, o->quiet, o->timeout, err)) <
		    0 ||
	    (rc = vv_reach(&r->there, &r->t, &r->remote, true, err)) < 0 ||
	    (rc = match_plan(r, &po, err)) < 0) {
		return rc;
	}
	r->refused = vv_push_plan_refused(&r->plan);
	if (!r->refused) {
		if (r->peer && !o->no_verify && !o->dry_run && vv_push_plan_goes(&r->plan) &&
		    (rc = run_hook(r, err)) < 0) {
			return rc;
		}
		rc = r->peer ? send(r, err) : send_to_host(r, err);
		if (rc == VV_OK && r->peer && !r->refused && !o->dry_run) {
			send_beside(r);
		}
		vv_transfer_tell_lines(&r->t, &r->out.said);
		if (rc == VV_OK && r->out.sum.absent > 0 && !o->quiet) {
			vv_warn("%s %s that the other side lacks %s not here either",
				vv_text_count(r->out.sum.absent),
				r->out.sum.absent == 1 ? "block" : "blocks",
				r->out.sum.absent == 1 ? "is" : "are");
			vv_note("hint: 'varve fetch --from URL' gets them from a peer that has them; then push again");
		}
	}
	if (rc < 0) {
		return rc;
	}
	if (r->peer) {
		tell_sum(r);
	} else {
		tell_host_sum(r);
	}
	vv_push_plan_print(&r->plan, r->repo,
			   r->remote.push_url ? r->remote.push_url : r->remote.url, o->quiet,
			   o->dry_run);
	tell_race(r);
	for (size_t i = 0;
	     rc == VV_OK && o->upstream && !o->dry_run && !r->refused && i < r->plan.count; i++) {
		rc = set_upstream(r, &r->plan.items[i], err);
	}
	return rc;
}

static int check_push(const vv_context *c)
{
	const options *o = c->options;

	if (o->remove && (o->all || o->tags)) {
		return vv_usage_error(
			"--delete names its refs: --all and --tags do not go with it");
	}
	if (o->remove && c->argc < 2) {
		return vv_usage_error("--delete needs a remote and the refs to delete");
	}
	if (o->blocks && (o->all || o->tags || o->remove || c->argc > 1)) {
		return vv_usage_error("--blocks takes a remote, and nothing else");
	}
	return o->all && c->argc > 1 ? vv_usage_error("--all and refspecs do not go together")
				     : VV_EXIT_OK;
}

static vv_status run_push(vv_context *c, vv_error *err)
{
	run r = {.o = c->options, .repo = c->repo};
	vv_status rc;

	vv_push_plan_init(&r.plan);
	rc = r.o->blocks ? push_blocks(&r, c->argc > 0 ? c->argv[0] : NULL, err)
			 : push(&r, c->argc, c->argv, err);
	vv_push_outcome_clear(&r.out);
	vv_push_plan_clear(&r.plan);
	vv_reached_close(&r.there);
	vv_transfer_close(&r.t);
	vv_remote_clear(&r.remote);
	vv_head_clear(&r.head);
	c->code = r.refused ? VV_EXIT_NO : VV_EXIT_OK;
	return rc;
}

const vv_command vv_cmd_push = {
	.name = "push",
	.group = "peers",
	.summary = "send commits and blocks to another repository",
	.usage =
		"[-u] [-f | --force-with-lease] [-n] [--tags] [REMOTE [REFSPEC...]]\n--all [REMOTE]\n"
		"--delete REMOTE REF...\n--blocks [REMOTE]",
	.example = "$ varve push -u origin main\n"
		   "sent 2 commits, 2 versions of datasets (18.7 kB on the line, 8.1 kB/s)\n"
		   "To ../sales.git\n"
		   " * [new branch]       main -> main\n"
		   "'main' follows 'main' of origin now",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "a ref was refused",
	.arguments = "ref",
	.check = check_push,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_push,
	.conflict_is_no = true,
};
