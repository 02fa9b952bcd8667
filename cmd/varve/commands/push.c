/*
 * push: commits and blocks to another repository.
 */
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/work/peers/push_run.h"

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
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be sent"),
	OPT_FLAG('u', "set-upstream", upstream, "make the branch follow the one there"),
	OPT_FLAG(0, "blocks", blocks,
		 "send a Git host all blocks that are here and not there, and no commits"),
	OPT_FLAG(0, "no-verify", no_verify, "skip the pre-push hook"),
	OPT_NUMBER(0, "timeout", timeout, "SECONDS",
		   "stop waiting for the other side after this long without a byte (60)"),
	OPT_FLAG('v', "verbose", verbose, "also show how many blocks were sent"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

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
		return vv_usage_error("--blocks takes only a remote");
	}
	return o->all && c->argc > 1 ? vv_usage_error("--all and refspecs do not go together")
				     : VV_EXIT_OK;
}

static vv_status run_push(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_push_job j;
	vv_status rc;

	vv_push_job_init(&j, c->repo);
	j.remote = c->argc > 0 ? c->argv[0] : NULL;
	j.refs = (vv_push_plan_options){.words = c->argv + 1,
					.count = c->argc > 1 ? c->argc - 1 : 0,
					.all = o->all,
					.tags = o->tags,
					.force = o->force,
					.remove = o->remove,
					.lease = o->lease,
					.upstream = o->upstream};
	j.dry_run = o->dry_run;
	j.quiet = o->quiet;
	j.verbose = o->verbose;
	j.no_verify = o->no_verify;
	j.blocks_only = o->blocks;
	j.idle_sec = o->timeout;
	rc = vv_push_job_run(&j, err);
	c->code = j.refused ? VV_EXIT_NO : VV_EXIT_OK;
	vv_push_job_clear(&j);
	return rc;
}

const vv_command vv_cmd_push = {
	.name = "push",
	.group = "peers",
	.summary = "send commits and blocks to another repository",
	.usage = "[-u] [-f | --force-with-lease] [-n] [--tags] [REMOTE [REFSPEC...]]\n--all "
		 "[REMOTE]\n"
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
