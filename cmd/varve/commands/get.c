/*
 * get: a file of another repository, without its history.
 */
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/out_file.h"
#include "lib/names/version.h"
#include "repo/git/history/revision.h"

typedef struct options {
	const char *rev, *out;
	bool force, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "rev", rev, "REV", "of this revision (default: HEAD there)"),
	OPT_STRING('o', "output", out, "OUT", "write it here (default: its name; '-': print it)"),
	OPT_FLAG('f', "force", force, "overwrite OUT"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static int check_get(const vv_context *c)
{
	return c->argc == 2 ? VV_EXIT_OK
			    : vv_usage_error("get takes a URL and a PATH of the repository there");
}

static vv_status find(vv_subject *s, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_oid commit;
	vv_status rc;

	/* all that follows is of that repository */
	if (!(c->urls.url = vv_strdup(c->argv[0]))) return vv_fail_nomem(err);
	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_rev_commit(c->repo, o->rev ? o->rev : "HEAD", &commit, err)) < 0) {
		return rc;
	}
	return vv_subject_find_at(s, c->repo, c->reader, &commit, c->argv[1], err);
}

static vv_status run_get(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *path = o->out ? o->out : vv_path_base(c->argv[1]);
	vv_auto(vv_out_file) out = {.fd = -1};
	vv_status rc = vv_out_file_open(&out, path, o->force, err);

	vv_auto(vv_subject) s = {.env = vv_environ()};
	if (rc < 0 || (rc = find(&s, c, err)) < 0 ||
	    (rc = vv_subject_bytes(&s, vv_out_file_put, &out, c->progress, err)) < 0 ||
	    (rc = vv_out_file_end(&out, err)) < 0) {
		return rc;
	}
	if (!out.standard && !o->quiet) {
		vv_progress_end();
		vv_note("wrote %s", vv_text_shows(path));
	}
	return rc;
}

const vv_command vv_cmd_get = {
	.name = "get",
	.group = "peers",
	.summary = "copy a file out of another repository, without its history",
	.usage = "[--rev REV] [-o OUT] [-f] [-q] URL PATH",
	.example = "$ varve get https://github.com/ada/sales.git prices.csv --rev v1\n"
		   "wrote prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_get,
	.needs = VV_NEEDS_PROGRESS,
	.gets = true,
	.run = run_get,
};
