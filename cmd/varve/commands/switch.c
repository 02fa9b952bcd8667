/*
 * switch: another branch, with its files.
 */
#include <string.h>

#include "base/hint.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/merge/run.h"
#include "lib/names/nearest_kept.h"
#include "lib/worktree/by_git.h"
#include "repo/git/history/history.h"

typedef struct options {
	const char *create, *create_force;
	bool detach, force, quiet;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_STRING('c', "create", create, "NAME", "create branch NAME first"),
	OPT_STRING('C', "force-create", create_force, "NAME",
		   "create branch NAME, or move it if it exists, first"),
	OPT_FLAG('d', "detach", detach, "switch to a commit, without a branch"),
	OPT_FLAG('f', "discard-changes", force, "discard local changes"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"-c", .excludes = "-C"},
	{"--detach", .excludes = "-c -C"},
	{NULL, NULL, NULL},
};

/* The request to git, and facts known before. */
typedef struct plan {
	const vv_context *c;
	const options *o;
	const char *word, *create; /* NULL: none */
	vv_buf ref;                /* the branch that HEAD comes to, where it is named */
	vv_buf target;             /* a name of HEAD's destination */
	vv_oid ref_old, to;
} plan;

static void plan_clear(plan *p)
{
	vv_buf_clear(&p->ref);
	vv_buf_clear(&p->target);
}
VV_AUTO_CLEAR(plan, plan_clear)

/* A name that is not a branch here, but exactly one remote has it: git makes it. */
typedef struct guess {
	const char *name;
	vv_oid id;
	unsigned count;
} guess;

static vv_status look_at_remote(void *payload, const vv_ref *ref, vv_error *err VV_UNUSED)
{
	guess *g = payload;
	const char *slash = strchr(ref->name + strlen("refs/remotes/"), '/');

	if (slash && strcmp(slash + 1, g->name) == 0) {
		g->count++;
		g->id = ref->commit;
	}
	return VV_OK;
}

static vv_status find_target(plan *p, vv_error *err)
{
	vv_repository *r = p->c->repo;
	guess g = {.name = p->word ? p->word : ""};
	vv_auto(vv_ref) ref = {0};
	vv_status rc;

	vv_buf_puts(&p->target, p->word && !p->create && !p->o->detach ? "refs/heads/" : "");
	vv_buf_puts(&p->target, !p->word ? "HEAD" : strcmp(p->word, "-") == 0 ? "@{-1}" : p->word);
	vv_buf_printf(&p->ref, "refs/heads/%s", p->create ? p->create : g.name);
	if ((rc = vv_buf_ok(&p->target, err)) < 0 || (rc = vv_buf_ok(&p->ref, err)) < 0) return rc;
	if (p->create && vv_ref_get(r, p->ref.data, &ref, VV_IGNORED) == VV_OK) {
		p->ref_old = ref.commit;
	}
	const bool found = vv_rev_commit(r, p->target.data, &p->to, VV_IGNORED) == VV_OK;
	if (found && p->word && !p->create && !p->o->detach) {
		p->ref_old = p->to; /* it stays where it is */
		return VV_OK;
	}
	if (found || (p->word && strcmp(p->word, "-") == 0 &&
		      vv_rev_commit(r, "@{-1}", &p->to, VV_IGNORED) == VV_OK)) {
		vv_buf_reset(p->create ? &p->target : &p->ref);
		return VV_OK;
	}
	rc = vv_refs_each(r, "refs/remotes/", look_at_remote, &g, err);
	if (rc == VV_OK && g.count == 1) {
		p->to = g.id;
	}
	return rc;
}

typedef struct near_branch {
	vv_nearest near;
	vv_buf name;
} near_branch;

static vv_status look_at_branch(void *payload, const vv_ref *ref, vv_error *err)
{
	near_branch *n = payload;
	const char *name = ref->name + strlen("refs/heads/");

	if (!vv_nearest_try(&n->near, name)) return VV_OK;
	vv_buf_reset(&n->name);
	vv_buf_puts(&n->name, name);
	n->near.best = vv_buf_cstr(&n->name); /* the ref's own name does not last */
	return vv_buf_ok(&n->name, err);
}

static void hint_branch(const plan *p, vv_error *err)
{
	near_branch n = {.name = VV_BUF_INIT};

	n.near = vv_nearest_to(p->word);
	if (vv_refs_each(p->c->repo, "refs/heads/", look_at_branch, &n, VV_IGNORED) == VV_OK &&
	    n.near.best) {
		vv_hint(err, "did you mean '%s'?", vv_text_shows(n.near.best));
	}
	vv_hint_code(err, VV_HINT_SWITCH_CREATE, p->word);
	vv_buf_clear(&n.name);
}

static int check_switch(const vv_context *c)
{
	const options *o = c->options;

	return c->argc == 0 && !o->detach && !o->create && !o->create_force
		       ? vv_usage_error("switch requires a branch")
		       : VV_EXIT_OK;
}

static void print_kept(const vv_runner *git)
{
	for (vv_line l = {.rest = vv_buf_cstr(&git->output)}; vv_line_next(&l);) {
		const size_t tab = strcspn(l.text, "\t"), from = tab < l.len ? tab + 1 : 0;

		vv_out("%.*s", (int)from, l.text);
		vv_out_text(l.text + from, l.len - from);
		vv_out("\n");
	}
}

static vv_status print_json(const vv_head *was, const vv_by_git *b, vv_error *err)
{
	vv_auto(vv_head) is = {0};
	vv_status rc = vv_head_read(b->git.repo, &is, err);

	if (rc < 0) return rc;
	return vv_out_object(
		0, err, {JSON_TEXT("branch", is.branch ? is.branch + strlen("refs/heads/") : NULL)},
		{JSON_TEXT("old", was->unborn ? NULL : vv_oid_shows(&was->commit))},
		{JSON_TEXT("new", is.unborn ? NULL : vv_oid_shows(&is.commit))},
		{JSON_BOOL("blocksHere", !b->lacking)});
}

static vv_status run_switch(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(plan) p = {.c = c,
			   .o = o,
			   .word = c->argc > 0 ? c->argv[0] : NULL,
			   .create = o->create ? o->create : o->create_force};
	const char *args[9] = {"switch"};
	size_t n = 1;
	vv_auto(vv_head) head = {0};
	vv_status rc;

	/* git's own switch reads it as an option, which it may be only before '--' */
	if (p.word && p.word[0] == '-' && p.word[1]) {
		return vv_fail(err, VV_EUSAGE, "'%s' is not the name of a branch or version",
			       vv_text_shows(p.word));
	}
	if ((rc = vv_merge_need_no_state(c->repo, err)) < 0 ||
	    (rc = vv_head_read(c->repo, &head, err)) < 0 || (rc = find_target(&p, err)) < 0) {
		return rc;
	}
	if (o->quiet) {
		args[n++] = "--quiet";
	}
	if (o->force) {
		args[n++] = "--discard-changes";
	}
	if (o->detach) {
		args[n++] = "--detach";
	}
	if (p.create) {
		args[n++] = o->create ? "--create" : "--force-create";
		args[n++] = p.create;
	}
	if (p.word) {
		args[n++] = p.word;
	}
	vv_auto(char) *what = vv_asprintf("the switch to '%s'", p.create ? p.create
								: p.word ? p.word
									 : "HEAD");
	if (!what) return vv_fail_nomem(err);
	vv_auto(vv_by_git) b = {.git = {.repo = c->repo,
					.args = args,
					.what = vv_oid_is_null(&p.to) ? NULL : what,
					.from = head.commit,
					.to = p.to,
					.ref = p.ref.len > 0 ? p.ref.data : NULL,
					.ref_old = p.ref_old,
					.discards = o->force},
				.reader = c->reader,
				.refuses = VV_GAP_EXPIRED,
				.quiet = vv_wants_json(o->format)};
	if ((rc = vv_by_git_expect_all(&b, err)) < 0) {
		if (b.gap) {
			vv_nearest_kept_hint(c->repo, vv_oid_shows(&p.to), b.gap, err);
		}
		return rc;
	}
	if ((rc = vv_by_git_run(&b, "not switched", err)) < 0) {
		if (p.word && !p.create && !o->detach && vv_oid_is_null(&p.to)) {
			hint_branch(&p, err);
		}
		return rc;
	}
	c->code = b.lacking ? VV_EXIT_NO : c->code;
	if (vv_wants_json(o->format)) return print_json(&head, &b, err);
	print_kept(&b.git);
	return VV_OK;
}

const vv_command vv_cmd_switch = {
	.name = "switch",
	.group = "history",
	.summary = "switch to another branch",
	.usage = "[-f] BRANCH | -\n-c NAME [START]\n--detach [REV]",
	.example = "$ varve switch -c spring\nSwitched to a new branch 'spring'",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "tables were not written because their blocks are not available",
	.arguments = "ref",
	.takes = "one branch",
	.least = 0,
	.most = 1,
	.rules = option_rules,
	.check = check_switch,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_READER,
	.run = run_switch,
};
