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
	const options *o = c->options;

	if (c->argc == 1 && o->rev) {
		return vv_usage_error("--rev is for URL PATH: URL#REV:PATH has a revision");
	}
	return c->argc == 1 || c->argc == 2
		       ? VV_EXIT_OK
		       : vv_usage_error(
				 "get takes URL#REV:PATH, or a URL and a PATH of the repository there");
}

/* URL#REV:PATH becomes REV:PATH of that repository. Of two words neither is looked at: a '#' is part of a name there. */
static vv_status read_word(vv_context *c, vv_error *err)
{
	vv_status rc = vv_url_words_read(&c->urls, VV_URLS_VERSIONS, 1, c->argv, 0, err);

	if (rc < 0) return rc;
	if (!c->urls.url) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' names no path there\n"
			       "URL#REV:PATH, or URL PATH",
			       vv_text_shows(c->argv[0]));
	}
	c->argv = c->urls.argv;
	return VV_OK;
}

static vv_status find(vv_subject *s, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_oid commit;
	vv_status rc;

	if (c->argc == 1) {
		rc = vv_context_need(c, VV_NEEDS_READER, err);
		return rc < 0 ? rc : vv_subject_find(s, c->repo, c->reader, c->argv[0], err);
	}
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
	vv_auto(vv_out_file) out = {0};
	vv_auto(vv_subject) s = {.env = vv_environ()};
	const char *path, *colon;
	vv_status rc;

	if (c->argc == 1 && (rc = read_word(c, err)) < 0) return rc;
	colon = c->argc == 1 ? vv_subject_colon(c->argv[0]) : NULL;
	path = o->out ? o->out : vv_path_base(colon ? colon + 1 : c->argv[c->argc - 1]);
	if ((rc = vv_out_file_open(&out, path, o->force, err)) < 0 || (rc = find(&s, c, err)) < 0 ||
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
	.usage = "[-o OUT] [-f] [-q] URL#[REV:]PATH\n"
		 "[--rev REV] [-o OUT] [-f] [-q] URL PATH",
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
