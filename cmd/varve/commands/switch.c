/*
 * switch: another branch, with its files.
 */
#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/worktree/switch_branch.h"
#include "repo/git/history/history.h"

typedef struct options {
	const char *create, *create_force;
	bool detach, force, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('c', "create", create, "NAME", "create branch NAME first"),
	OPT_STRING('C', "force-create", create_force, "NAME",
		   "the same; a branch that exists is moved"),
	OPT_FLAG('d', "detach", detach, "switch to a commit, without a branch"),
	OPT_FLAG('f', "discard-changes", force, "discard local changes"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static void print_done(const vv_branch_switch *p)
{
	vv_commit c;
	char *hex = NULL;
	size_t len;

	for (size_t i = 0; i < p->files.kept_count; i++) {
		vv_out("%.2s", p->files.kept[i]);
		vv_out_text(p->files.kept[i] + 2, strlen(p->files.kept[i] + 2));
		vv_out("\n");
	}
	if (vv_branch_switch_is_current(p)) {
		vv_note("already on '%s'", vv_text_shows(p->name));
	} else if (p->name) {
		vv_note("switched to %sbranch '%s'", p->make && !p->exists ? "a new " : "",
			vv_text_shows(p->name));
		if (p->upstream) {
			vv_note("it follows '%s'",
				vv_text_shows(p->upstream + strlen("refs/remotes/")));
		}
	} else if (vv_commit_read(p->repo, &p->target, &c, VV_IGNORED) == VV_OK) {
		const char *subject = vv_commit_subject(&c, &len);

		if (vv_rev_short(p->repo, &p->target, &hex, VV_IGNORED) == VV_OK) {
			vv_note("HEAD is now at %s %s", hex, vv_text_show(subject, len));
		}
		vv_free(hex);
		vv_commit_clear(&c);
	}
}

static int check_switch(const vv_context *c)
{
	const options *o = c->options;
	bool makes = o->create || o->create_force;

	if (c->argc > 1) return vv_usage_error("switch takes one branch, not %d words", c->argc);
	if (o->create && o->create_force) {
		return vv_usage_error("-c and -C cannot be used together");
	}
	if (o->detach && makes) return vv_usage_error("--detach and -c cannot be used together");
	return c->argc == 0 && !o->detach && !makes ? vv_usage_error("switch needs a branch")
						    : VV_EXIT_OK;
}

static vv_status run_switch(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_branch_switch) s = {.repo = c->repo,
				       .create = o->create ? o->create : o->create_force,
				       .force_create = o->create_force != NULL,
				       .detach = o->detach,
				       .force = o->force,
				       .quiet = o->quiet};
	vv_status rc = vv_branch_switch_find(&s, c->argc > 0 ? c->argv[0] : NULL, err);

	if (rc == VV_OK && !s.unborn) {
		rc = vv_context_need(c, VV_NEEDS_PROGRESS | VV_NEEDS_READER | VV_NEEDS_INDEX, err);
		s.reader = c->reader;
		s.index = c->index;
	}
	if (rc < 0 || (rc = vv_branch_switch_run(&s, err)) < 0) return rc;
	vv_progress_end();
	if (s.lacking) {
		c->code = VV_EXIT_NO;
	}
	if (!o->quiet && s.unborn) {
		vv_note("switched to a new branch '%s'", vv_text_shows(s.name));
	} else if (!o->quiet) {
		print_done(&s);
	}
	vv_branch_switch_end(&s);
	return VV_OK;
}

const vv_command vv_cmd_switch = {
	.name = "switch",
	.group = "history",
	.summary = "switch to another branch",
	.usage = "[-f] BRANCH | -\n-c NAME [START]\n--detach [REV]",
	.example = "$ varve switch -c spring\nswitched to a new branch 'spring'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "tables were not written, since their blocks cannot be had",
	.arguments = "ref",
	.check = check_switch,
	.needs = VV_NEEDS_RIGHT,
	.run = run_switch,
};
