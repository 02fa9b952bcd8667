/*
 * push: commits and blocks to another repository.
 */
#include "base/array.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/remotes/blocks_config.h"
#include "lib/remotes/named_store.h"
#include "lib/status/lost_tables.h"
#include "lib/sync/push_run.h"

typedef struct options {
	vv_push_job job;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "all", job.refs.all,
		 "all branches; with --blocks: move all blocks to this store or host"),
	OPT_FLAG(0, "tags", job.refs.tags, "also push all tags"),
	OPT_FLAG('f', "force", job.refs.force, "push even if the update is not a fast-forward"),
	OPT_MAYBE_LIST(
		0, "force-with-lease", job.refs.leases, "REF[:COMMIT]", "",
		"like --force, but only if the remote branch is unchanged since the last fetch; may be repeated"),
	OPT_FLAG('d', "delete", job.refs.remove, "delete the named refs at the remote"),
	OPT_FLAG('n', "dry-run", job.dry_run, "only print what would be sent"),
	OPT_FLAG('u', "set-upstream", job.refs.upstream,
		 "set the pushed branch as the upstream of the local branch"),
	OPT_FLAG(0, "blocks", job.blocks_only,
		 "send a Git host all blocks that it lacks, and no commits"),
	OPT_FLAG(0, "no-verify", job.no_verify, "skip the pre-push hook"),
	OPT_POSITIVE(
		0, "timeout", job.idle_sec, "SECONDS",
		"stop waiting for the other side after this long without a byte (default: varve.timeout, or 10 for the first byte, then 60)"),
	OPT_FLAG('v', "verbose", job.verbose, "also show how many blocks were sent"),
	OPT_FLAG('q', "quiet", job.quiet, "print nothing on success"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--delete", .excludes = "--all --tags"},
	{"--blocks", .excludes = "--tags --delete"},
	{NULL, NULL, NULL},
};

static int check_push(const vv_context *c)
{
	const vv_push_job *j = &((const options *)c->options)->job;

	if (j->refs.remove && c->argc < 2) {
		return vv_usage_error("--delete requires a remote and the refs to delete");
	}
	if (j->blocks_only && (c->argc > 1 || (j->refs.all && c->argc == 0))) {
		return vv_usage_error("--blocks accepts only a remote; with --all it requires one");
	}
	return j->refs.all && c->argc > 1
		       ? vv_usage_error("--all and refspecs cannot be used together")
		       : VV_EXIT_OK;
}

/* url NULL: the only place. */
static void put_ref(vv_json_out *w, const vv_push_item *it, const char *url, bool dry_run)
{
	static const char *const states[] = {[VV_PUSH_GOES] = "moved",
					     [VV_PUSH_SAME] = "same",
					     [VV_PUSH_BLOCKS] = "blocks",
					     [VV_PUSH_REFUSED] = "refused"};

	vv_json_put_object(w, {JSON_TEXT("from", it->from)}, {JSON_TEXT("to", it->to)},
			   {JSON_OID("old", &it->old)}, {JSON_OID("new", &it->id)},
			   {JSON_TEXT("state", it->state == VV_PUSH_GOES && !it->done && !dry_run
						       ? "kept"
						       : states[it->state])},
			   {JSON_TEXT("why", it->why)}, {JSON_URL(url ? "url" : NULL, url)});
}

static vv_status print_json(const vv_push_job *j, vv_error *err)
{
	const vv_transfer_sum *peer = &j->sum;
	const vv_host_sum *host = &j->blocks;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_json_out w = vv_json_begin_object(&b, 2);
	vv_json_put_members(&w, {JSON_URL("url", j->url)}, {JSON_BOOL("dryRun", j->dry_run)},
			    {JSON_ARRAY("refs")});
	vv_array_each(j->earlier, j->earlier_count, place) {
		vv_array_each(place->plan.items, place->plan.count, it) {
			put_ref(&w, it, place->url, j->dry_run);
		}
	}
	vv_array_each(j->plan.items, j->plan.count, it) {
		put_ref(&w, it, j->earlier_count > 0 ? j->url : NULL, j->dry_run);
	}
	vv_json_close_array(&w);
	vv_json_put_members(&w, {JSON_NUMBER("versions", peer->versions + host->versions)},
			    {JSON_NUMBER("blocks", peer->blocks + host->blocks)},
			    {JSON_NUMBER("bytes", peer->bytes + host->raw)},
			    {JSON_NUMBER("lineBytes", peer->line + host->bytes)});
	vv_json_close_object(&w);
	return vv_out_json(&b, err);
}

/* All blocks are proved there. */
static vv_status switch_to(vv_context *c, const vv_push_job *j, vv_error *err)
{
	const char *name = c->argv[0];
	bool changed;
	vv_status rc = vv_store_switch(c->repo, j->to_store ? name : NULL, name, &changed, err);

	if (rc < 0 || j->quiet) return rc;
	if (!changed) {
		vv_note("blocks go to %s", vv_text_shows(name));
	} else {
		vv_note("hint: commit " VV_BLOCKS_CONFIG
			": 'varve add %s' and 'varve commit'; from then on blocks go to %s; the "
			"old place keeps its copies",
			vv_hint_path(VV_BLOCKS_CONFIG), vv_text_shows(name));
	}
	return VV_OK;
}

static vv_status run_push(vv_context *c, vv_error *err)
{
	options *o = c->options;
	vv_push_job *j = &o->job;

	j->repo = c->repo;
	j->own_hook = vv_lost_tables_warn;
	j->remote = c->argc > 0 ? c->argv[0] : NULL;
	j->refs.words = c->argv + 1;
	j->refs.count = c->argc > 1 ? c->argc - 1 : 0;
	j->quiet |= vv_wants_json(o->format);
	j->move = j->blocks_only && j->refs.all;
	vv_status rc = vv_push_job_run(j, err);
	if (rc == VV_ENOTFOUND && c->argc > 0 && strchr(c->argv[0], '/') &&
	    strncmp(err->message, "no such repository", 18) == 0) {
		vv_hint(err, "'git init --bare %s' makes one", vv_text_word(c->argv[0]));
	}
	if (rc == VV_OK && j->move && !j->dry_run) {
		rc = switch_to(c, j, err);
	}
	if (rc == VV_OK && vv_wants_json(o->format)) {
		rc = print_json(j, err);
	}
	c->code = j->refused ? VV_EXIT_NO : VV_EXIT_OK;
	vv_push_job_clear(j);
	return rc;
}

static const vv_absent_option absent[] = {
	{"r remote", .use = ""},
	{"j jobs", .line = "varve push ARGS", .drops = true},
	{"follow-tags", .use = "--tags"},
	{.names = NULL},
};

const vv_command vv_cmd_push = {
	.name = "push",
	.group = "peers",
	.summary = "send commits and blocks to another repository",
	.usage = "[-u] [-f | --force-with-lease] [-n] [--tags] [REMOTE [REFSPEC...]]\n--all "
		 "[REMOTE]\n"
		 "--delete REMOTE REF...\n--blocks [REMOTE]\n--blocks --all STORE | REMOTE",
	.example = "$ varve push -u origin main\n"
		   "sent 2 commits, 2 versions of tables (18.7 kB on the line, 8.1 kB/s)\n"
		   "To ../sales.git\n"
		   " * [new branch]       main -> main\n"
		   "'main' now follows 'main' of origin",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "a ref was refused",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_push,
	.needs = VV_NEEDS_REPOSITORY,
	.run = run_push,
	.conflict_is_no = true,
};
