/*
 * status: shows staged, changed and new paths.
 */
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/status.h"
#include "lib/status/changes.h"
#include "lib/status/unsent_versions.h"
#include "lib/worktree/by_git.h"

typedef struct options {
	vv_status_style style;
	bool verbose;
	const char *porcelain, *untracked, *format, *remote;
} options;

static vv_status untracked_mode(vv_repository *r, const char **mode, char **owned, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!*mode) {
		rc = vv_config_string(r, "status.showUntrackedFiles", owned, err);
		*mode = rc == VV_OK ? *owned : "normal";
	}
	return rc == VV_ENOTFOUND ? VV_OK : rc;
}

static void put_lacking(vv_json_out *w, const void *item)
{
	const vv_unsent_version *u = item;

	vv_json_put_object(
		w, {JSON_TEXT("path", u->path)}, {JSON_TEXT("root", vv_cid_shows(&u->root))},
		{JSON_TEXT("commit", vv_oid_shows(&u->commit))}, {JSON_BOOL("here", u->here)},
		{JSON_TEXT_WHEN(*u->lacks, "lacks", u->lacks)});
}

/* url NULL: the only place. Ends the object. */
static void put_unsent_json(vv_json_out *w, const vv_unsent_versions *u, const char *url)
{
	vv_json_put_members(
		w, {JSON_URL(url ? "url" : NULL, url)}, {JSON_TEXT("place", vv_text_url(u->place))},
		{JSON_NUMBER("versions", u->versions)}, {JSON_NUMBER("linked", u->linked)},
		{JSON_EACH(put_lacking, "lacking", u->items, u->count)});
	vv_json_close_object(w);
}

/* remote: the name that was given, or ""; url as above */
static void put_unsent(vv_buf *b, const vv_unsent_versions *u, const char *remote, const char *url)
{
	uint64_t away = 0;

	if (url) {
		vv_buf_printf(b, "%s, ", vv_text_url(url));
	}
	vv_buf_printf(b, "%s: ", vv_text_url(u->place));
	vv_buf_printf(b, "%s, %s incomplete there", vv_text_counted(u->versions, "version", NULL),
		      vv_text_count(u->count));
	if (u->linked > 0) {
		vv_buf_printf(b, "; %s not checked: the blocks are kept at the source",
			      vv_text_counted(u->linked, "version of a linked table was",
					      "versions of linked tables were"));
	}
	vv_buf_putc(b, '\n');
	vv_array_each(u->items, u->count, it) {
		vv_buf_printf(b, "  %.10s %s", vv_oid_shows(&it->commit), vv_text_shows(it->path));
		if (*it->lacks) {
			vv_buf_printf(b, ": missing or damaged there: %s", it->lacks);
		}
		vv_buf_puts(b, it->here ? "\n" : " (also missing here)\n");
		away += !it->here;
	}
	if (u->count > away) {
		vv_buf_puts(b, "  (use \"varve push --blocks");
		if (*remote) {
			vv_buf_printf(b, " %s", vv_text_word(remote));
		}
		vv_buf_printf(b, "\" to send %s)\n", u->count - away == 1 ? "it" : "them");
	}
}

static vv_status look_at_place(vv_context *c, vv_buf *out, vv_json_out *w, const char *url,
			       vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_unsent_versions) u = {0};
	const vv_status rc = vv_unsent_versions_find(&u, c->repo, *o->remote ? o->remote : NULL,
						     url, &vv_notes_stderr, err);

	if (rc < 0) return rc;
	if (!o->format) {
		put_unsent(out, &u, o->remote, url);
		return VV_OK;
	}
	if (url) {
		vv_json_open_object(w);
	}
	put_unsent_json(w, &u, url);
	return VV_OK;
}

/* --remote: each place, also if another one cannot be read. */
static vv_status run_remote(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_string_list) urls = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT, json = VV_BUF_INIT;
	vv_json_out w;
	vv_error why;
	vv_status rc = vv_unsent_places(&urls, c->repo, *o->remote ? o->remote : NULL, err);

	if (rc < 0) return rc;
	w = urls.count > 0 ? vv_json_begin_array(&json, 2) : vv_json_begin_object(&json, 2);
	if (urls.count == 0 && (rc = look_at_place(c, &out, &w, NULL, err)) < 0) return rc;
	vv_array_each(urls.items, urls.count, url) {
		if (look_at_place(c, &out, &w, *url, &why) < 0) {
			rc = vv_error_copy(err, &why);
		}
	}
	if (urls.count > 0) {
		vv_json_close_array(&w);
	}
	if (o->format) {
		vv_buf_printf(&out, "%s\n", vv_buf_cstr(&json));
	}
	if (out.failed || json.failed) return vv_fail_nomem(err);
	vv_out_bytes(out.data, out.len);
	return rc;
}

static vv_status run_status(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *mode = o->untracked;
	vv_auto(char) *owned = NULL, *prefix = NULL;
	vv_auto(vv_changes) changes = {0};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	vv_changes_options opts = {.paths = c->paths.count ? &c->paths : NULL,
				   .untracked = true,
				   .kinds = o->format != NULL,
				   .groups = o->verbose || o->format};
	vv_status_style style = o->style;
	vv_status rc;

	style.porcelain = o->porcelain != NULL;
	style.json = o->format != NULL;
	style.groups = o->verbose;
	style.color = vv_out_is_terminal();
	if (o->remote) return run_remote(c, err);
	style.porcelain = style.porcelain || (o->style.nul && !style.short_form);
	style.color = style.color && !style.porcelain;
	if ((rc = untracked_mode(c->repo, &mode, &owned, err)) < 0 ||
	    (rc = vv_config_bool(c->repo, "core.quotepath", true, &style.quote_all, err)) < 0 ||
	    (rc = vv_worktree_prefix(&prefix, c->repo, err)) < 0) {
		return rc;
	}
	style.prefix = prefix;
	opts.untracked = strcmp(mode, "no") != 0 && strcmp(mode, "false") != 0;
	opts.untracked_all = strcmp(mode, "all") == 0;
	style.untracked_hidden = !opts.untracked;
	vv_by_git_tell(c->repo);
	/* Scripts that read letters do not wait for row counts. */
	opts.facts = opts.unsent = opts.missing = !style.porcelain && !style.short_form;
	opts.upstream = opts.facts || style.branch || style.json;
	if ((rc = vv_changes_read(&changes, c->repo, c->index, c->reader, &opts, err)) == VV_OK) {
		rc = vv_status_put(&out, &changes, &style, err);
	}
	if (rc == VV_OK) {
		vv_out_bytes(out.data, out.len);
	}
	return rc;
}

static const vv_option status_table[] = {
	OPT_FLAG('s', "short", style.short_form, "a line for each path: XY PATH"),
	OPT_FLAG('b', "branch", style.branch, "also show the branch in the short form"),
	OPT_MAYBE_CHOICE(0, "porcelain", porcelain, "VERSION", "v1|1", "v1",
			 "for scripts, as git status --porcelain"),
	OPT_FLAG('z', "null", style.nul, "end lines with NUL, without quoting"),
	OPT_WORD(0, "json", format, "json", "as JSON"),
	OPT_CHOICE(0, "format", format, "FORMAT", "json", "the output format"),
	OPT_FLAG('v', "verbose", verbose, "also show how many groups of each table are new"),
	OPT_MAYBE_ONCE(0, "remote", remote, "NAME", "",
		       "list the versions that the store or host does not have"),
	OPT_MAYBE_CHOICE('u', "untracked-files", untracked, "MODE", "no|normal|all", "all",
			 "show untracked files"),
};

static const vv_option_rule option_rules[] = {
	{"--remote", .excludes = "PATH -s -b -z -v --porcelain --untracked-files"},
	{NULL, NULL, NULL},
};

static const vv_absent_option absent[] = {
	{"c cloud", .use = "--remote"},
	{.names = NULL},
};

const vv_command vv_cmd_status = {
	.name = "status",
	.group = "look",
	.summary = "show staged, changed and new files",
	.usage = "[-s | --porcelain | --json] [-b] [-u[MODE]] [PATH...]\n--remote[=NAME] [--json]",
	.example = "$ varve status\n"
		   "On branch main\n\n"
		   "Changes not staged for commit:\n"
		   "\tmodified:  prices.csv  +12 -5 ~64 rows",
	.options = status_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(status_table),
	.options_size = sizeof(options),
	.arguments = "path",
	.rules = option_rules,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_WORKTREE | VV_NEEDS_PATHS | VV_NEEDS_READER |
		 VV_NEEDS_INDEX,
	.run = run_status,
};
