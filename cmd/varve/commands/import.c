/*
 * import: a table of another repository, or a file of a web server, with the place that it came from.
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
#include "lib/clone/imported.h"
#include "lib/commit/pick.h"
#include "lib/commit/txn.h"
#include "lib/names/version.h"
#include "lib/remotes/block_peers.h"
#include "transport/line/url.h"

typedef struct options {
	const char *out;
	bool link, force, quiet;
} options;

static const vv_option table[] = {
	OPT_STRING('o', "output", out, "OUT", "its path here (default: its name)"),
	OPT_FLAG(0, "link", link, "leave its blocks at the source, in all clones"),
	OPT_FLAG('f', "force", force, "replace an existing file"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

/* ---- import ---- */

static const vv_absent_option absent[] = {
	{"rev", "write it before the path: URL#REV:PATH"},
	{NULL, NULL},
};

static int check_import(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc != 1) return vv_url_words_usage("import", c->argc, c->argv);
	return vv_cached_url_len(c->argv[0]) == 0 && o->link
		       ? vv_usage_error("--link needs a repository: a file at a URL has no blocks")
		       : VV_EXIT_OK;
}

/* It is committed, for all to read. */
static vv_status check_url(const vv_url *u, vv_error *err)
{
	static const char *const signs[] = {"X-Amz-Signature=", "X-Goog-Signature=", "sig="};

	if (u->secret || (u->kind == VV_URL_HTTP && u->user)) {
		return vv_fail(err, VV_EUSAGE,
			       "the URL of an import is committed: it must not have a password\n"
			       "leave it out, and let a credential helper of git have it");
	}
	for (size_t k = 0; u->query && k < sizeof(signs) / sizeof(*signs); k++) {
		const char *at = strstr(u->query, signs[k]);

		if (at && (at == u->query || at[-1] == '&')) {
			return vv_fail(
				err, VV_EUSAGE,
				"the URL of an import is committed: it must not have a signature, "
				"which lets its readers in, and ends\n"
				"take the URL without it");
		}
	}
	return VV_OK;
}

/* The name that a file has at its server. */
static vv_status name_of(vv_buf *out, const vv_url *u, vv_error *err)
{
	vv_buf_puts(out, vv_path_base(u->path));
	if (out->len > 0 && !memchr(out->data, '%', out->len)) return vv_buf_ok(out, err);
	return vv_fail(err, VV_EUSAGE,
		       "'%s' has no plain file name at its end\n"
		       "'-o OUT' is the path here",
		       u->text);
}

static vv_status describe(vv_imported *i, vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_url_words *w = &c->urls; /* all that needs this repository is open */
	vv_auto(vv_url) u = {.text = NULL};
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_status rc;

	if (vv_cached_url_len(c->argv[0]) > 0 &&
	    (rc = vv_url_words_read(w, VV_URLS_VERSIONS, 1, c->argv, -1, err)) < 0) {
		return rc;
	}
	const char *url = w->url ? w->url : c->argv[0];
	const char *colon = w->url ? vv_subject_colon(w->argv[0]) : NULL;
	const bool head = !colon || strncmp(w->argv[0], "HEAD:", 5) == 0;
	const char *out = o->out ? o->out : colon ? vv_path_base(colon + 1) : NULL;
	if (w->url && !colon) return vv_fail(err, VV_EUSAGE, "'%s' has no path", w->argv[0]);
	rc = colon ? vv_url_read(&u, url, err) : vv_url_read_file(&u, url, err);
	if (rc < 0 || (rc = check_url(&u, err)) < 0 ||
	    (!out && (rc = name_of(&name, &u, err)) < 0) ||
	    (rc = vv_repository_relative(&i->to, c->repo, out ? out : name.data, err)) < 0) {
		return rc;
	}
	i->url = vv_strdup(url);
	i->path = colon ? vv_strdup(colon + 1) : NULL;
	i->rev = head ? NULL : vv_strndup(w->argv[0], (size_t)(colon - w->argv[0]));
	i->link = o->link ? vv_strdup("true") : NULL;
	return i->url && (i->path || !colon) && (i->rev || head) && (i->link || !o->link)
		       ? VV_OK
		       : vv_fail_nomem(err);
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

	/* The turn first: another import may be writing its lines. */
	if ((rc = vv_txn_open(&t, c->repo, NULL, NULL, c->progress, err)) < 0 ||
	    (rc = vv_blocks_config_text(&config, c->repo, err)) < 0 ||
	    (rc = vv_imported_write(&config, c->repo, i, err)) < 0) {
		return rc;
	}
	vv_source_mem(&source, &bytes, config.data, config.len, VV_BLOCKS_CONFIG);
	if ((rc = vv_txn_put_root(t, i->to, root, o->force, err)) < 0 ||
	    (rc = vv_txn_put(t, VV_BLOCKS_CONFIG, &source, &replace, err)) < 0) {
		return rc;
	}
	return vv_txn_stage(t, err);
}

/* *done: the same import was staged before, perhaps by one that was killed when it had ended. */
static vv_status check_place(bool *done, vv_context *c, const vv_imported *i, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_imported_list) list = {.items = NULL};
	vv_auto(char) *file = NULL;
	vv_status rc = vv_imported_read(&list, c->repo, err);

	*done = false;
	if (rc < 0) return rc;
	if (!(file = vv_repository_file(c->repo, i->to))) return vv_fail_nomem(err);
	bool there = vv_exists(file);
	const vv_imported *known = vv_imported_find(&list, i->to);
	*done = there && known && vv_text_same(known->url, i->url) &&
		vv_text_same(known->path, i->path) && vv_text_same(known->rev, i->rev) &&
		vv_text_same(known->root, i->root) && vv_text_same(known->link, i->link);
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
	vv_auto(char) *site = NULL;
	bool done;
	vv_cid root;
	vv_status rc;

	if ((rc = describe(&i, c, err)) < 0 ||
	    (rc = vv_imported_fetch(&i, &root, c->repo, o->force, err)) < 0 ||
	    (rc = check_place(&done, c, &i, err)) < 0 ||
	    (rc = vv_imported_site(&site, &i, err)) < 0 ||
	    (rc = vv_block_peer_trust(c->repo, site, err)) < 0) {
		return rc;
	}
	if (!done && (rc = stage(c, &i, &root, err)) < 0) return rc;
	vv_progress_end();
	if (!o->quiet && !i.path) {
		vv_note("%s: %s; the next commit has it, and .varveconfig its source",
			vv_text_shows(i.to), vv_text_url(i.url));
	} else if (!o->quiet) {
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
	.summary = "take a table of another repository or a file of the web, and note its source",
	.usage = "[-o OUT] [--link] [-f] [-q] URL#[REV:]PATH | URL",
	.example = "$ varve import https://github.com/ada/sales.git#prices.csv",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "path",
	.check = check_import,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT,
	.urls = VV_URLS_OWN,
	.run = run_import,
};
