/*
 * accept: a finding of check that is intended, written into varve.json for everyone.
 */
#include "lib/check/accept.h"

#include <sys/stat.h>

#include "base/file.h"
#include "base/sys.h"
#include "base/text.h"
#include "check/rules/rules.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/schema/declared.h"

typedef struct options {
	vv_accepting accepting;
	bool all;
} options;

static const vv_option table[] = {
	OPT_ONCE(0, "why", accepting.why, "TEXT", "the reason, which reports show"),
	OPT_STRING(0, "until", accepting.until, "DATE",
		   "accept until this day; after that, check reports the entry as an error"),
	OPT_ONCE(0, "column", accepting.column, "COL", "only findings in this column"),
	OPT_FLAG(0, "all", all, "accept all findings of the rule, not only those of one KEY"),
};

static int check_accept(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc != (o->all ? 2 : 3) || (!o->all && !*c->argv[1])) {
		return vv_usage_error("accept requires RULE KEY PATH, or --all RULE PATH");
	}
	return o->accepting.why && *o->accepting.why
		       ? VV_EXIT_OK
		       : vv_usage_error("accept requires a reason: --why TEXT");
}

static vv_status run_accept(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *given = c->argv[o->all ? 1 : 2];
	vv_accepting a = o->accepting;
	vv_auto(char) *path = NULL;
	vv_status rc = vv_repository_relative(&path, c->repo, given, err);
	vv_stat st;

	a.rule = c->argv[0];
	a.key = o->all ? NULL : c->argv[1];
	a.given = given;
	/* as in .gitattributes, a pattern may begin with a slash: then it is of this folder alone */
	const bool top = rc == VV_EUSAGE && given[0] == '/';
	rc = top ? vv_repository_relative(&path, c->repo, given + 1, err) : rc;
	if (rc < 0) return rc;
	if (top && !strchr(path, '/')) {
		char *pattern = vv_asprintf("/%s", path);

		vv_free(path);
		path = pattern;
		if (!path) return vv_fail_nomem(err);
	}
	if (vv_lstat(&st, given, VV_IGNORED) == VV_OK && S_ISDIR(st.mode)) {
		return vv_fail(
			err, VV_EUSAGE,
			"'%s' is a folder\na pattern accepts the findings in its files: 'data/*'",
			vv_text_shows(given));
	}
	a.path = path;
	if ((rc = vv_accept_write(c->repo, c->reader, &a, err)) < 0) return rc;
	vv_out("%s accepts %s", VV_RULES_NAME, vv_text_shows(a.rule));
	if (a.key) {
		vv_out(" of %s", vv_text_shows(a.key));
	}
	vv_out(" in %s", vv_text_shows(a.path));
	if (a.until) {
		vv_out(" until %s", vv_text_shows(a.until));
	}
	vv_out("\n");
	return VV_OK;
}

const vv_command vv_cmd_accept = {
	.name = "accept",
	.group = "change",
	.summary = "accept a finding of check, with a reason",
	.usage = "--why TEXT RULE KEY PATH\n--why TEXT --all RULE PATH",
	.example =
		"$ varve accept --until 2027-03-01 --why \"see 214\" row-constraint id=3 prices.csv\n"
		"varve.json accepts row-constraint of id=3 in prices.csv until 2027-03-01",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_accept,
	.needs = VV_NEEDS_REPOSITORY | VV_NEEDS_WORKTREE | VV_NEEDS_READER,
	.run = run_accept,
};
