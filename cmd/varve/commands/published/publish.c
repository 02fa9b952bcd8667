/*
 * publish: this repository as a folder that any web server can serve.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/json/json_list.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/heads/head.h"
#include "lib/publish/about.h"
#include "lib/publish/folder_state.h"
#include "lib/publish/publish.h"
#include "repo/git/program.h"
#include "transport/ipfs/ipns_record.h"
#include "transport/ipfs/rpc_folder.h"
#include "transport/places/rpc.h"

#define THINKING_SEC 300u
#define NAME_SECONDS (30 * 86400) /* a name leads nowhere later, unless it is signed again */
#define NAME_LIVE_SECONDS 60u

typedef struct options {
	const char *output, *files, *format, *to, *site;
	uint64_t timeout;
	bool all, force, prune, no_pages, quiet, name;
} options;

static const vv_option table[] = {
	OPT_STRING('o', "output", output, "FOLDER", "the folder to write or to bring up to date"),
	OPT_FLAG(0, "all", all, "all branches and tags"),
	OPT_STRING(0, "files", files, "BYTES",
		   "also write tables of up to BYTES as files (default: 20m; 0: none)"),
	OPT_FLAG(
		0, "force", force,
		"publish even if the folder has newer or other commits, which are first fetched here"),
	OPT_FLAG(0, "no-pages", no_pages, "do not write pages for browsers, which varve-web makes"),
	OPT_FLAG(
		0, "prune", prune,
		"remove unused files at once, not an hour later; safe only while nothing reads the folder"),
	OPT_STRING(0, "site", site, "URL",
		   "the folder's address, for sitemap.xml and the description in its pages"),
	OPT_STRING(
		0, "to", to, "URL",
		"also send the folder to this IPFS node, ipfs+http://127.0.0.1:5001, and pin it"),
	OPT_FLAG(0, "name", name,
		 "with --to: point the IPNS name of the signing key to the folder"),
	OPT_POSITIVE(
		0, "timeout", timeout, "SECONDS",
		"with --to: stop waiting for the node after this long without a byte (default: 300)"),
	OPT_JSON("the output format"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
};

static const vv_option_rule option_rules[] = {
	{"--name", .requires = "--to"},
	{"--timeout", .requires = "--to"},
	{"--all", .excludes = "BRANCH"},
	{"--site", .excludes = "--no-pages"},
	{NULL, NULL, NULL},
};

/* The folder's own address leads to the pages. */
static vv_status write_index(const char *folder, vv_error *err)
{
	static const char text[] =
		"<!DOCTYPE html>\n<meta charset=\"utf-8\">\n"
		"<meta http-equiv=\"refresh\" content=\"0; url=pages/index.html\">\n"
		"<title>Pages</title>\n<a href=\"pages/index.html\">Pages</a>\n";
	vv_auto(char) *path = vv_path_join(folder, "index.html", (char *)NULL);

	vv_auto(vv_buf) there = VV_BUF_INIT;

	/* a user's own file is kept; the beginning of ours is one that was cut */
	if (path && vv_exists(path) &&
	    (vv_read_regular(&there, path, sizeof(text), VV_IGNORED) < 0 ||
	     strncmp(text, vv_buf_cstr(&there), there.len) != 0)) {
		return VV_OK;
	}
	return vv_write_file(path, text, sizeof(text) - 1, true, err);
}

/* By the program that draws pages. site: their address; empty: not known. */
static vv_status export_pages(const options *o, const vv_publishing *p, const vv_buf *site,
			      vv_error *err)
{
	vv_auto(char) *program = NULL, *pages = vv_path_join(o->output, "pages", (char *)NULL);
	vv_auto(vv_buf) out = VV_BUF_INIT, said = VV_BUF_INIT;
	int code = 0;
	vv_status rc = pages ? vv_program_find_own(&program, vv_environ(), "varve-web", err)
			     : vv_fail_nomem(err);

	if (rc < 0) return rc == VV_EPROGRAM ? VV_OK : rc; /* it is not installed */
	const char *argv[] = {program, "--export", pages, p->head, NULL, NULL, NULL};
	if (site->len > 0) {
		argv[4] = "--site";
		argv[5] = vv_buf_cstr(site);
	}
	const vv_run run = {.argv = argv, .env = vv_environ(), .output = &out, .errors = &said};
	if ((rc = vv_run_program(&run, &code, err)) < 0) return rc;
	if (code == 0) return write_index(o->output, err);
	return vv_fail(err, VV_EIO,
		       "the folder was written without its pages: %.*s\n"
		       "if '%s' has no files of your own, remove it and publish again",
		       (int)strcspn(vv_buf_cstr(&said), "\n"), vv_buf_cstr(&said),
		       vv_text_shows(pages));
}

/* Where the folder is at IPFS. */
typedef struct given {
	vv_buf cid;
	char name[VV_IPNS_TEXT]; /* "": none was signed */
	int64_t until;
} given;

static void given_clear(given *g)
{
	vv_buf_clear(&g->cid);
}
VV_AUTO_CLEAR(given, given_clear)

/* The name is the key's, whose heads name the repository: followers of the name trust those. */
static vv_status sign_name(given *g, vv_repository *r, const vv_url *node,
			   const vv_connect_options *o, vv_error *err)
{
	vv_auto(vv_head_signer) signer = {.has_seed = false};
	vv_auto(vv_buf) value = VV_BUF_INIT, record = VV_BUF_INIT;
	vv_status rc = vv_head_signer_find(&signer, r, err);

	if (rc < 0) return rc;
	if (!signer.has_seed) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "ssh-keygen cannot sign IPNS records\n"
			       "unset varve.signingKey: 'varve key new' makes a key that can");
	}
	const int64_t now = vv_now_sec();
	g->until = now + NAME_SECONDS;
	vv_buf_printf(&value, "/ipfs/%s", vv_buf_cstr(&g->cid));
	const vv_ipns_record say = {.value = vv_buf_cstr(&value),
				    .until = g->until,
				    .sequence = (uint64_t)now,
				    .live = NAME_LIVE_SECONDS};
	vv_did_ipns(g->name, signer.key);
	if ((rc = vv_buf_ok(&value, err)) == VV_OK) {
		rc = vv_ipns_record_sign(&record, &say, signer.seed, err);
	}
	return rc < 0 ? rc : vv_rpc_name_put(node, o, g->name, &record, err);
}

static vv_status give_folder(given *g, const options *o, vv_repository *r, vv_error *err)
{
	const vv_connect_options line = {
		.repo = r, .idle_sec = o->timeout > 0 ? (unsigned)o->timeout : THINKING_SEC};
	vv_auto(vv_url) node = {0};
	char *whole = realpath(o->output, NULL);
	vv_status rc = vv_rpc_url_read(&node, o->to, err);

	if (rc == VV_OK) {
		rc = vv_rpc_folder_add(&g->cid, &node, &line, o->output, VV_FOLDER_LOCK,
				       whole ? whole : o->output, err);
	}
	free(whole); /* libc's */
	if (rc < 0) return rc;
	return o->name ? sign_name(g, r, &node, &line, err) : VV_OK;
}

static vv_status print_json(const vv_publishing *p, const given *g, const char *folder,
			    vv_error *err)
{
	return vv_out_object(
		2, err, {JSON_TEXT("folder", folder)}, {JSON_TEXT("head", p->head)},
		{JSON_BOOL("changed", p->changed)}, {JSON_NUMBER("versions", p->versions)},
		{JSON_NUMBER("bytes", p->bytes)}, {JSON_NUMBER("tableCount", p->tables)},
		{JSON_NUMBER("written", p->written)}, {JSON_NUMBER("tooLong", p->too_long)},
		{JSON_TEXT("ipfs", g->cid.len > 0 ? g->cid.data : NULL)},
		{JSON_TEXT("ipns", *g->name ? g->name : NULL)});
}

static void print_text(const vv_publishing *p, const given *g, const char *folder)
{
	vv_out("%s: ", vv_text_shows(folder));
	if (p->changed) {
		vv_out("%s, %s sent", vv_text_shows(p->head + strlen("refs/heads/")),
		       vv_text_counted(p->versions, "version of a table", "versions of tables"));
	} else {
		vv_out("up to date");
	}
	vv_out(", %s, %s written\n",
	       vv_text_counted(p->tables, "file of a table", "files of tables"),
	       vv_text_count(p->written));
	if (g->cid.len > 0) {
		vv_out("ipfs://%s\n", g->cid.data);
	}
	if (*g->name) {
		vv_out("ipns://%s until %s\n", g->name, vv_text_utc(g->until));
	}
	if (p->too_long > 0) {
		vv_note("%s too long for a file (see --files)",
			vv_text_counted(p->too_long, "table is", "tables are"));
	}
}

static int check_publish(const vv_context *c)
{
	const options *o = c->options;
	uint64_t bytes;

	if (!o->output) return vv_usage_error("publish requires -o FOLDER");
	if (o->timeout > 1000000) {
		return vv_usage_error("--timeout can be at most 1,000,000 seconds");
	}
	return !o->files || vv_parse_bytes(&bytes, o->files, strlen(o->files))
		       ? VV_EXIT_OK
		       : vv_usage_error("--files requires a number of bytes, such as 20m");
}

static vv_status run_publish(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_publishing) p = {.repo = c->repo,
				    .reader = c->reader,
				    .notes = &vv_notes_stderr,
				    .folder = o->output,
				    .refs = {c->argv, c->argc, o->all},
				    .force = o->force,
				    .prune = o->prune,
				    .file_bytes = VV_PUBLISH_FILE_BYTES};
	vv_auto(given) g = {.cid = VV_BUF_INIT};
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_status rc;

	if (o->site) {
		if ((rc = vv_about_site(&site, o->site, err)) < 0) return rc;
		vv_buf_puts(&site, "pages/");
		if ((rc = vv_buf_ok(&site, err)) < 0) return rc;
	}
	if (o->files) {
		(void)vv_parse_bytes(&p.file_bytes, o->files, strlen(o->files));
	}
	rc = vv_publish_run(&p, err);
	if (rc < 0 || (!o->no_pages && (rc = export_pages(o, &p, &site, err)) < 0) ||
	    (o->to && (rc = give_folder(&g, o, c->repo, err)) < 0) || o->quiet) {
		return rc;
	}
	if (vv_wants_json(o->format)) return print_json(&p, &g, o->output, err);
	print_text(&p, &g, o->output);
	return VV_OK;
}

static const vv_absent_option absent[] = {
	{"pages html", .hint = "pages are written unless --no-pages is given: omit it"},
	{.names = NULL},
};

const vv_command vv_cmd_publish = {
	.name = "publish",
	.group = "peers",
	.summary = "write or update a folder that any web server can serve",
	.usage =
		"-o FOLDER [--all | BRANCH|TAG...] [--files BYTES] [--force] [--no-pages] [--prune] [--to URL [--name] [--timeout SECONDS]] "
		"[-q] [--json]",
	.example = "$ varve publish -o public/\n"
		   "public/: main, 2 versions of tables sent, 1 file of a table, 1 written",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.absent = absent,
	.arguments = "ref",
	.rules = option_rules,
	.check = check_publish,
	.needs = VV_NEEDS_READER,
	.run = run_publish,
};
