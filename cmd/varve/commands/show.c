/*
 * show: prints one commit and its changes, or the content of REV:PATH.
 */
#include <string.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/data_out.h"
#include "cmd/varve/print/commit.h"
#include "cmd/varve/print/diff_show.h"
#include "lib/names/version.h"

typedef struct options {
	const char *format;
	bool oneline, verbose, stat, patch, no_patch, name_only, name_status;
	const char *color;
} options;

static const vv_option table[] = {
	OPT_JSON("the output format"),
	OPT_FLAG(0, "oneline", oneline, "show the commit in one line"),
	OPT_FLAG('v', "verbose", verbose,
		 "also show the blocks and bytes that each table added to the store"),
	OPT_FLAG('p', "patch", patch,
		 "show all rows that changed, not only the first 50 of each table"),
	OPT_FLAG('u', NULL, patch, "the same"),
	OPT_FLAG(0, "stat", stat, "show only how many rows and columns changed"),
	OPT_FLAG(0, "name-only", name_only, "only the paths that changed"),
	OPT_FLAG(
		0, "name-status", name_status,
		"the same, each preceded by its letter: A added, M modified, D deleted, R renamed (with both paths)"),
	OPT_FLAG('s', "no-patch", no_patch, "show only the commit"),
	OPT_MAYBE_CHOICE(0, "color", color, "WHEN", "auto|always|never", "always",
			 "colours (without a value: always)"),
	OPT_WORD(0, "no-color", color, "never", "short for --color=never"),
};

static vv_status show_content(vv_context *c, const char *text, vv_error *err)
{
	vv_auto(vv_data_out) out = {0};
	vv_auto(vv_subject) s = {0};
	vv_status rc;

	vv_data_out_init(&out, false);
	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.word = text}, err)) <
		    0 ||
	    (rc = vv_subject_text(&s, vv_data_out_put, &out, NULL, err)) < 0) {
		return rc;
	}
	return vv_data_out_end(&out, err);
}

/* Does the word name content rather than a commit? No blob is read for that: ":/TEXT" alone can name either. */
static bool is_content(vv_repository *repo, const char *text)
{
	vv_cid cid;
	vv_oid commit;

	if (strlen(text) == VV_CID_TEXT &&
	    vv_cid_parse(&cid, text, VV_CID_TEXT, VV_IGNORED) == VV_OK) {
		return true;
	}
	return vv_subject_colon(text) &&
	       (strncmp(text, ":/", 2) != 0 || vv_rev_commit(repo, text, &commit, VV_IGNORED) < 0);
}

#define ROWS_SHOWN 50u /* of each table, unless all are requested */

/* The words after the revisions: paths, from "--" on, or from the first word that names a file
 * and no revision. */
static vv_status take_paths(char ***out, int *revisions, vv_context *c, vv_error *err)
{
	int n = c->dashdash >= 0 ? c->dashdash : c->argc;
	vv_oid id;

	vv_context_versions_first(c);
	for (int i = 1; c->dashdash < 0 && i < n; i++) {
		if (!is_content(c->repo, c->argv[i]) && vv_exists(c->argv[i]) &&
		    vv_rev_commit(c->repo, c->argv[i], &id, VV_IGNORED) < 0) {
			n = i;
		}
	}
	*revisions = n;
	return n < c->argc ? vv_context_paths(out, c, n, err) : VV_OK;
}

/* Without options: numbers, and the first rows. */
static void choose_view(vv_commit_view *v, vv_diff_show *rows, const options *o)
{
	bool json = vv_wants_json(o->format);
	bool names = o->name_only || o->name_status;

	*rows = (vv_diff_show){
		.limit = o->patch ? 0 : ROWS_SHOWN, .shows_all = "-p", .unasked = !o->patch};
	*v = (vv_commit_view){
		.style = o->oneline ? VV_STYLE_ONELINE : VV_STYLE_LONG,
		.growth = o->verbose,
		.name_only = o->name_only,
		.name_status = o->name_status,
		.stat = json || (!o->no_patch && !names),
	};
	if (json) {
		v->style = VV_STYLE_JSON;
	} else if (!o->no_patch && (o->patch || (!names && !o->stat))) {
		v->patch = rows;
	}
}

static vv_status show_each(vv_context *c, vv_commit_view *v, int argc, char **argv, vv_error *err)
{
	bool json = v->style == VV_STYLE_JSON, bracket = false;
	vv_oid id;
	vv_status rc = VV_OK;

	for (int i = 0; rc == VV_OK && i < argc; i++) {
		if (is_content(c->repo, argv[i])) {
			rc = show_content(c, argv[i], err);
		} else if ((rc = vv_rev_commit(c->repo, argv[i], &id, err)) == VV_OK) {
			vv_out("%s", json && !bracket ? "[" : "");
			bracket = true;
			rc = vv_commit_print(v, &id, err);
		}
	}
	vv_out("%s", json && bracket ? "]\n" : "");
	return rc;
}

static vv_status run_show(vv_context *c, vv_error *err)
{
	static char *head[] = {(char *)"HEAD", NULL};
	options *o = c->options;
	vv_diff_show rows;
	vv_commit_view view;
	char **paths = NULL;
	int revisions = 0;
	vv_status rc;

	vv_color_choose(o->color);
	choose_view(&view, &rows, o);
	if ((rc = vv_decoration_read(&view.names, c->repo, err)) < 0 ||
	    (rc = take_paths(&paths, &revisions, c, err)) < 0 ||
	    ((view.patch || view.stat) && (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0)) {
		goto done;
	}
	rows.reader = c->reader;
	view.repo = rows.repo = c->repo;
	view.paths = rows.paths = (const char *const *)paths;
	vv_page_for(c->repo);
	if ((rc = show_each(c, &view, revisions > 0 ? revisions : 1, revisions > 0 ? c->argv : head,
			    err)) == VV_OK) {
		rc = vv_commit_counted(&view, err);
	}
	c->code = view.trouble ? VV_EXIT_TROUBLE : c->code;
done:
	for (int i = 0; rc == VV_ENOTFOUND && i < c->argc; i++) {
		if (err->hint_id == VV_HINT_VERSIONS && vv_exists(c->argv[i])) {
			err->hint_id = VV_HINT_NONE;
			(void)vv_hint_code(err, VV_HINT_VERSION_IS_FILE, c->argv[i]);
			break;
		}
	}
	vv_context_paths_free(paths);
	vv_decoration_free(view.names);
	return vv_out_failed() ? VV_OK : rc;
}

static const vv_absent_option absent[] = {
	{"columns", .line = "varve cat ARGS --columns VALUE"},
	{"where", .line = "varve cat ARGS --where VALUE"},
	{"limit n head", .line = "varve cat ARGS --limit VALUE"},
	{"o=json output-format=json", .line = "varve diff --json VERSION~1 VERSION"},
	{.names = NULL},
};

const vv_command vv_cmd_show = {
	.name = "show",
	.group = "history",
	.summary = "show a commit and its changes, or print REV:PATH",
	.usage =
		"[--oneline | --json] [--stat | -p | -s | --name-status] [REV | REV:PATH | CID]... [--] [PATH...]",
	.example = "$ varve show v1\n"
		   "commit 4be1f02c6c2a5cf1b43a4ce1cbd8c3a0b6a3c3de (tag: v1)\n"
		   "Author: Ada <ada@example.org>\n"
		   "Date:   Mon Mar 2 09:00:00 2026 +0100\n"
		   "\n"
		   "    March prices\n"
		   "\n"
		   " prices.csv | +12 -5 ~64 rows, 1 column added\n"
		   " 1 file changed",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.needs = VV_NEEDS_REPOSITORY,
	.gets = true,
	.run = run_show,
};
