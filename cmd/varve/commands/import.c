/*
 * import: a table of another repository, with the place that it came from (import), and what changed there since
 * (update).
 */
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/commit_summary.h"
#include "cmd/varve/print/status.h"
#include "lib/work/clone/imported.h"
#include "lib/work/peers/block_peers.h"
#include "lib/work/record/pick.h"
#include "lib/work/record/txn.h"
#include "transport/line/url.h"

typedef struct options {
	const char *rev, *out;
	bool force, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING(0, "rev", rev, "REV", "of this revision there, which updates follow (HEAD)"),
	OPT_STRING('o', "output", out, "OUT", "its path here (default: its name)"),
	OPT_FLAG('f', "force", force, "take the place of a file that is there"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

/* ---- import ---- */

static int check_import(const vv_context *c)
{
	return c->argc == 2
		       ? VV_EXIT_OK
		       : vv_usage_error("import takes a URL and a PATH of the repository there");
}

/* It is committed, for all to read. */
static vv_status check_url(const char *url, vv_error *err)
{
	vv_auto(vv_url) u = {.text = NULL};
	vv_status rc = vv_url_read(&u, url, err);

	if (rc < 0 || (!u.secret && !(u.kind == VV_URL_HTTP && u.user))) return rc;
	vv_fail(err, VV_EUSAGE, "the URL of an import is committed: it must not have a password");
	return vv_hint(err, "leave it out, and let a credential helper of git have it");
}

static vv_status describe(vv_imported *i, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const char *out = o->out ? o->out : vv_path_base(c->argv[1]);
	vv_status rc = check_url(c->argv[0], err);

	if (rc < 0 || (rc = vv_repository_relative(&i->to, c->repo, out, err)) < 0) return rc;
	i->url = vv_strdup(c->argv[0]);
	i->path = vv_strdup(c->argv[1]);
	i->rev = o->rev ? vv_strdup(o->rev) : NULL;
	return i->url && i->path && (i->rev || !o->rev) ? VV_OK : vv_fail_nomem(err);
}

/* The file of the work tree with the lines of the import. */
static vv_status new_config(vv_buf *text, vv_repository *r, const vv_imported *i, vv_error *err)
{
	char *file = vv_repository_file(r, VV_BLOCKS_CONFIG);
	vv_status rc = VV_OK;

	if (!file) return vv_fail_nomem(err);
	if (vv_exists(file)) {
		rc = vv_read_regular(text, file, 1u << 20, err);
	}
	vv_free(file);
	return rc < 0 ? rc : vv_imported_write(text, r, i, err);
}

static vv_status stage(vv_context *c, const vv_imported *i, const vv_cid *root, vv_error *err)
{
	const options *o = c->options;
	const vv_txn_put_options replace = {.replace = true};
	vv_auto(vv_buf) config = VV_BUF_INIT;
	vv_auto(vv_txn) *t = NULL;
	vv_mem_source bytes;
	vv_source source;
	vv_status rc;

	if ((rc = new_config(&config, c->repo, i, err)) < 0 ||
	    (rc = vv_txn_open(&t, c->repo, NULL, NULL, c->progress, err)) < 0) {
		return rc;
	}
	vv_source_mem(&source, &bytes, config.data, config.len, VV_BLOCKS_CONFIG);
	if ((rc = vv_txn_put_root(t, i->to, root, o->force, err)) < 0 ||
	    (rc = vv_txn_put(t, VV_BLOCKS_CONFIG, &source, &replace, err)) < 0) {
		return rc;
	}
	return vv_txn_stage(t, err);
}

static bool same(const char *a, const char *b)
{
	return a == b || (a && b && strcmp(a, b) == 0);
}

/* *done: the same import was staged before, perhaps by one that was killed when it had ended. */
static vv_status check_place(bool *done, vv_context *c, const vv_imported *i, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_imported_list) list = {.items = NULL};
	const vv_imported *known;
	char *file;
	bool there;
	vv_status rc = vv_imported_read(&list, c->repo, err);

	*done = false;
	if (rc < 0) return rc;
	if (!(file = vv_repository_file(c->repo, i->to))) return vv_fail_nomem(err);
	there = vv_exists(file);
	vv_free(file);
	known = vv_imported_find(&list, i->to);
	*done = there && known && same(known->url, i->url) && same(known->path, i->path) &&
		same(known->rev, i->rev) && same(known->root, i->root);
	if (*done || o->force || !there) return VV_OK;
	vv_fail(err, VV_EEXISTS, "there is '%s' already", vv_text_shows(i->to));
	return known ? vv_hint(err, "'varve update %s' takes what changed at its source",
			       vv_text_shows(i->to))
		     : vv_hint(err, "-o names another path; -f takes its place");
}

static vv_status run_import(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_imported) i = {.to = NULL};
	bool done;
	vv_cid root;
	vv_status rc;

	if ((rc = describe(&i, c, err)) < 0 ||
	    (rc = vv_imported_fetch(&i, &root, c->repo, err)) < 0 ||
	    (rc = check_place(&done, c, &i, err)) < 0 ||
	    (rc = vv_block_peer_trust(c->repo, i.url, err)) < 0) {
		return rc;
	}
	if (!done && (rc = stage(c, &i, &root, err)) < 0) return rc;
	vv_progress_end();
	if (!o->quiet) {
		vv_note("%s: %s of %s at %.10s%s%s; the next commit has it, and "
			".varveconfig its source",
			vv_text_shows(i.to), vv_text_shows(i.path), vv_text_url(i.url), i.commit,
			i.licence ? ", licence " : "", i.licence ? vv_text_shows(i.licence) : "");
	}
	return VV_OK;
}

const vv_command vv_cmd_import = {
	.name = "import",
	.group = "peers",
	.summary = "take a table of another repository, and note where it came from",
	.usage = "[--rev REV] [-o OUT] [-f] [-q] URL PATH",
	.example = "$ varve import https://github.com/ada/sales.git prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.check = check_import,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT,
	.run = run_import,
};

/* ---- update ---- */

typedef struct update_options {
	bool quiet;
} update_options;

/* Whoever may commit wrote the URL. */
static vv_status check_trust(vv_context *c, const vv_imported *i, vv_error *err)
{
	const vv_remote none = {.url = ""};
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_transfer t;
	bool yes = true;
	vv_status rc = vv_block_peer_site(&site, i->url, err);

	if (rc < 0 || site.len == 0) return rc;
	rc = vv_transfer_open(&t, c->repo, vv_repository_notes(c->repo), true, 0, err);
	if (rc < 0) return rc;
	rc = vv_block_peer_is_trusted(&t, &none, i->url, &yes, err);
	vv_transfer_close(&t);
	if (rc < 0 || yes) return rc;
	vv_fail(err, VV_EREFUSED, "%s is not trusted", vv_text_url(i->url));
	return vv_hint(err, "git config --global --add varve.trustedHost %s", site.data);
}

static vv_status copy(vv_imported *out, const vv_imported *i, vv_error *err)
{
	*out = (vv_imported){.to = vv_strdup(i->to),
			     .url = vv_strdup(i->url),
			     .path = vv_strdup(i->path),
			     .rev = i->rev ? vv_strdup(i->rev) : NULL};
	return out->to && out->url && out->path && (out->rev || !i->rev) ? VV_OK
									 : vv_fail_nomem(err);
}

static vv_status pick_update(vv_context *c, const vv_oid *commit, vv_error *err)
{
	const update_options *o = c->options;
	char word[VV_OID_TEXT + 1];
	vv_auto(vv_pick) p = {.repo = c->repo,
			      .writer = c->writer,
			      .quiet = o->quiet,
			      .put_changes = vv_status_put_comments};
	vv_status rc;

	vv_oid_text(word, commit);
	if ((rc = vv_pick_run(&p, word, err)) < 0) return rc;
	vv_progress_end();
	if (!o->quiet || p.outcome == VV_PICK_CONFLICTS) {
		vv_out_bytes(vv_buf_cstr(&p.job.report), p.job.report.len);
	}
	if (p.outcome == VV_PICK_CONFLICTS) {
		vv_note("resolve the conflicts, then 'varve %s --continue'; 'varve %s --abort' goes "
			"back",
			vv_pick_verb(&p), vv_pick_verb(&p));
		c->code = VV_EXIT_NO;
	}
	rc = vv_pick_finish(&p, err);
	if (p.outcome == VV_PICK_READY && !o->quiet) {
		vv_commit_summary_print_merge(&p.commit);
	}
	return rc;
}

static vv_status update_one(vv_context *c, const vv_imported *i, vv_error *err)
{
	const update_options *o = c->options;
	vv_auto(vv_imported) now = {.to = NULL};
	vv_oid commit;
	vv_cid root;
	vv_status rc;

	if ((rc = check_trust(c, i, err)) < 0 || (rc = copy(&now, i, err)) < 0 ||
	    (rc = vv_imported_fetch(&now, &root, c->repo, err)) < 0) {
		return rc;
	}
	if (strcmp(now.root, i->root) == 0) {
		if (!o->quiet) {
			vv_note("%s: nothing changed at %s", vv_text_shows(i->to),
				vv_text_url(i->url));
		}
		return VV_OK;
	}
	if ((rc = vv_imported_commit(&commit, c->repo, i, &now, err)) < 0 ||
	    (rc = vv_context_need(c, VV_NEEDS_WRITER, err)) < 0) {
		return rc;
	}
	return pick_update(c, &commit, err);
}

static vv_status is_named(bool *named, vv_context *c, const char *to, vv_error *err)
{
	vv_status rc = VV_OK;

	*named = c->argc == 0;
	for (int k = 0; rc == VV_OK && !*named && k < c->argc; k++) {
		char *path = NULL;

		if ((rc = vv_repository_relative(&path, c->repo, c->argv[k], err)) == VV_OK) {
			*named = strcmp(path, to) == 0;
		}
		vv_free(path);
	}
	return rc;
}

static vv_status run_update(vv_context *c, vv_error *err)
{
	vv_auto(vv_imported_list) list = {.items = NULL};
	size_t found = 0;
	bool named;
	vv_status rc;

	if ((rc = vv_imported_read(&list, c->repo, err)) < 0) return rc;
	for (size_t k = 0; rc == VV_OK && c->code == VV_EXIT_OK && k < list.count; k++) {
		if ((rc = is_named(&named, c, list.items[k].to, err)) < 0) return rc;
		found += named;
		if (named && (rc = vv_merge_need_no_state(c->repo, err)) == VV_OK) {
			rc = update_one(c, &list.items[k], err);
		}
	}
	if (rc == VV_OK && c->code == VV_EXIT_OK && (found == 0 || found < (size_t)c->argc)) {
		vv_fail(err, VV_ENOTFOUND,
			c->argc > 0 ? "not every path was imported" : "nothing was imported");
		rc = vv_hint(err, "'varve import URL PATH' does so; .varveconfig lists it");
	}
	return rc;
}

static const vv_option update_table[] = {
	OPT_FLAG('q', "quiet", quiet, "print only conflicts and warnings"),
};

const vv_command vv_cmd_update = {
	.name = "update",
	.group = "peers",
	.summary = "commit what changed at the source of imported tables",
	.usage = "[-q] [PATH...]",
	.example = "$ varve update prices.csv",
	.options = update_table,
	.option_count = VV_OPTION_COUNT(update_table),
	.options_size = sizeof(update_options),
	.exit_codes = "edits here and at the source are in conflict",
	.arguments = "path",
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT,
	.run = run_update,
};
