/*
 * show: one commit and what it changed, or the content of REV:PATH.
 */
#include <stddef.h>
#include <string.h>

#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/commit_view.h"
#include "cmd/data_out.h"
#include "cmd/output.h"
#include "cmd/subject.h"

typedef struct options {
	const char *format;
	bool oneline, raw, verbose;
} options;

static const vv_option table[] = {
	{"json", 0, VV_OPT_STRING, offsetof(options, format), NULL, NULL, "short for --format json",
	 "json"},
	{"format", 0, VV_OPT_STRING, offsetof(options, format), "FORMAT", "text|json",
	 "how to write it", NULL},
	{"oneline", 0, VV_OPT_FLAG, offsetof(options, oneline), NULL, NULL,
	 "the commit in one line", NULL},
	{"verbose", 'v', VV_OPT_FLAG, offsetof(options, verbose), NULL, NULL,
	 "also the blocks and bytes that each dataset added to the store", NULL},
	{"raw", 0, VV_OPT_FLAG, offsetof(options, raw), NULL, NULL,
	 "on a terminal: control characters as they are", NULL},
};

static vv_status show_content(const options *o, vv_repository *repo, const char *text,
			      vv_error *err)
{
	vv_stage *stage = NULL;
	vv_data_out out;
	vv_subject s;
	vv_status rc;

	vv_subject_init(&s);
	vv_data_out_init(&out, o->raw);
	if ((rc = vv_stage_open(&stage, repo, NULL, err)) == VV_OK &&
	    (rc = vv_subject_find(&s, repo, stage, text, err)) == VV_OK &&
	    (rc = vv_subject_bytes(&s, vv_data_out_put, &out, NULL, err)) == VV_OK) {
		rc = vv_data_out_end(&out, err);
	}
	vv_data_out_clear(&out);
	vv_subject_clear(&s);
	vv_stage_close(stage);
	return rc;
}

/* Does the word name content rather than a commit? */
static bool is_content(vv_repository *repo, const char *text)
{
	vv_cid cid;
	vv_oid commit;
	vv_error ignored;

	if (strlen(text) == VV_CID_TEXT &&
	    vv_cid_parse(&cid, text, VV_CID_TEXT, &ignored) == VV_OK) {
		return true;
	}
	return strchr(text, ':') && vv_rev_commit(repo, text, &commit, &ignored) < 0;
}

static int run_show(void *p, int argc, char **argv)
{
	static char *head[] = {(char *)"HEAD", NULL};
	options *o = p;
	vv_repository *repo = NULL;
	vv_commit_view view;
	char *pager = NULL;
	vv_oid id;
	vv_error err, ignored;
	vv_status rc;
	bool json = o->format && strcmp(o->format, "json") == 0, bracket = false;
	int i;

	if (argc == 0) {
		argv = head;
		argc = 1;
	}
	memset(&view, 0, sizeof(view));
	if ((rc = vv_repository_open(&repo, NULL, &err)) < 0 ||
	    (rc = vv_decoration_read(&view.names, repo, &err)) < 0) {
		goto done;
	}
	view.repo = repo;
	view.stat = true;
	view.growth = o->verbose;
	view.style = json ? VV_STYLE_JSON : o->oneline ? VV_STYLE_ONELINE : VV_STYLE_LONG;
	if (vv_config_string(repo, "core.pager", &pager, &ignored) < 0) {
		pager = NULL;
	}
	vv_out_page(pager);
	for (i = 0; rc == VV_OK && i < argc; i++) {
		if (is_content(repo, argv[i])) {
			rc = show_content(o, repo, argv[i], &err);
		} else if ((rc = vv_rev_commit(repo, argv[i], &id, &err)) == VV_OK) {
			vv_out("%s", json && !bracket ? "[" : "");
			bracket = true;
			rc = vv_commit_print(&view, &id, &err);
		}
	}
	vv_out("%s", json && bracket ? "]\n" : "");
done:
	vv_free(pager);
	vv_decoration_free(view.names);
	vv_repository_close(repo);
	return rc < 0 && !vv_out_failed() ? vv_report(&err) : VV_EXIT_OK;
}

const vv_command vv_cmd_show = {
	.name = "show",
	.group = "history",
	.summary = "tell a commit and what it changed, or print REV:PATH",
	.usage = "[--oneline | --json] [REV | REV:PATH | CID]...",
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
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "ref",
	.run = run_show,
};
