/*
 * web: a repository's pages, for the person at this machine.
 *
 * Two secrets: one in the address that is printed, and one that lets in once, for the address that the
 * browser is started with, since others on the machine can see a program's arguments.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/path.h"
#include "base/secret.h"
#include "base/sys.h"
#include "base/system/user.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/web/commands.h"
#include "cmd/web/http.h"
#include "cmd/web/model/commits.h"
#include "cmd/web/pages/export.h"
#include "cmd/web/pages/pages.h"
#include "cmd/web/web.h"
#include "lib/publish/about.h"
#include "lib/sync/on_demand.h"
#include "repo/git/program.h"
#include "repo/git/repository.h"
#include "repo/git/run_git.h"
#include "transport/server/words.h"

typedef struct options {
	bool no_browser, read_only, verbose;
	const char *port, *export, *site;
	uint64_t size;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "no-browser", no_browser, "print the address, and do not open a browser"),
	OPT_FLAG(0, "read-only", read_only, "show pages without buttons that change something"),
	OPT_STRING(0, "port", port, "PORT", "listen on this port (default: a free one)"),
	OPT_STRING(0, "export", export, "DIR",
		   "write the pages of A..B, of one version, or of all, into this folder"),
	OPT_POSITIVE(0, "size", size, "BYTES", "with --export: write at most BYTES (default: 20m)"),
	OPT_STRING(0, "site", site, "URL",
		   "with --export: the folder's address, for sitemap.xml and search engines"),
	OPT_FLAG('v', "verbose", verbose, "print a line for each request"),
};

typedef struct opening {
	const options *o;
	vv_buf secret, once, token;
	vv_buf page; /* the first page to open, as the end of an address */
} opening;

static void clear_opening(opening *p)
{
	vv_buf_clear(&p->page);
	vv_buf_wipe(&p->secret);
	vv_buf_wipe(&p->once);
	vv_buf_wipe(&p->token);
}
VV_AUTO_CLEAR(opening, clear_opening)

/* Is a screen attached? */
static bool has_display(void)
{
	const char *x = getenv("DISPLAY"), *wayland = getenv("WAYLAND_DISPLAY");

	return (x && *x) || (wayland && *wayland);
}

/* Runs in the background by a shell; the program's output is dropped. */
static void open_browser(const char *url)
{
	static const char command[] = "\"$1\" \"$2\" >/dev/null 2>&1 </dev/null &";
	vv_auto(char) *program = NULL;
	int code;

	if (vv_os_browse(url) || !has_display()) return;
	if (vv_program_find(&program, vv_environ(), "xdg-open", NULL) < 0) return;
	const char *const argv[] = {"sh", "-c", command, "sh", program, url, NULL};
	(void)vv_run_program(&(vv_run){.argv = argv, .env = vv_environ()}, &code, VV_IGNORED);
}

static void on_started(void *payload, const char *url)
{
	const opening *p = payload;
	vv_buf once = VV_BUF_INIT;

	vv_note("open %s%s?secret=%s", url, vv_buf_cstr(&p->page), vv_buf_cstr(&p->secret));
	vv_note("press Ctrl-C to stop");
	if (!p->o->no_browser) {
		vv_buf_printf(&once, "%s%s?secret=%s", url, vv_buf_cstr(&p->page),
			      vv_buf_cstr(&p->once));
		open_browser(vv_buf_cstr(&once));
		vv_buf_wipe(&once);
	}
}

static vv_status refuse_call(void *payload VV_UNUSED, const vv_http_call *call VV_UNUSED,
			     vv_channel *line VV_UNUSED, vv_error *err)
{
	return vv_fail(
		err, VV_EREFUSED,
		"'varve web' serves pages only\nto clone or fetch from this machine, run 'varve serve --http ADDR PATH' on it");
}

/* A file that HEAD has in this form? An edited one, and one that is not committed, has a page of the work tree. */
static vv_status is_committed(bool *out, vv_repository *r, const char *relative, vv_error *err)
{
	vv_auto(vv_buf) changed = VV_BUF_INIT;
	vv_auto(char) *path = vv_asprintf(":(top,literal)%s", relative);
	const char *const args[] = {"status", "--porcelain", "--ignored", "--untracked-files=all",
				    "--",     path,          NULL};
	const vv_git_call call = {.args = args, .repo = r, .in_worktree = true, .output = &changed};
	vv_status rc = path ? vv_git_must(&call, "cannot find out whether the file is committed",
					  err)
			    : vv_fail_nomem(err);

	*out = changed.len == 0;
	return rc;
}

static vv_status put_page(vv_buf *page, vv_repository *r, char *relative, vv_error *err)
{
	bool committed = true;
	vv_status rc = vv_repository_workdir(r) ? is_committed(&committed, r, relative, err)
						: VV_OK;

	if (rc < 0) return rc;
	vv_buf_puts(page, committed ? "table/HEAD" : "table/" VV_WEB_WORK);
	for (char *at = strtok(relative, "/"); at; at = strtok(NULL, "/")) {
		vv_buf_putc(page, '/');
		vv_http_encode(page, at, strlen(at));
	}
	return vv_buf_ok(page, err);
}

/* The repository's own folder, and the page to open: path may be one, a folder below it, or a file. */
static vv_status find_repository(char **out, opening *p, const char *path, vv_error *err)
{
	struct stat st;
	vv_auto(vv_repository) *r = NULL;
	vv_auto(char) *relative = NULL;
	vv_status rc;

	if (path && stat(path, &st) != 0) return vv_fail_errno(err, "cannot open", path);
	bool is_file = path && S_ISREG(st.st_mode);
	vv_auto(char) *folder = is_file ? vv_path_dir(path) : path ? vv_strdup(path) : NULL;
	if (path && !folder) return vv_fail_nomem(err);
	if (!folder) {
		vv_repository_name_here();
	}
	if ((rc = vv_repository_open(&r, folder, vv_environ(), err)) < 0) return rc;
	if (is_file && (rc = vv_repository_relative(&relative, r, path, err)) < 0) return rc;
	vv_buf_puts(&p->page, "/");
	if (relative && (rc = put_page(&p->page, r, relative, err)) < 0) return rc;
	/* the work tree of GIT_WORK_TREE or core.worktree does not lead to its repository */
	const char *tree = vv_repository_workdir(r);
	vv_auto(char) *link = tree ? vv_path_join(tree, ".git", (char *)NULL) : NULL;
	if (tree && !link) return vv_fail_nomem(err);
	*out = vv_strdup(link && vv_exists(link) ? tree : vv_repository_gitdir(r));
	return *out ? vv_buf_ok(&p->page, err) : vv_fail_nomem(err);
}

static vv_status serve_pages(const options *o, const char *path, vv_error *err)
{
	vv_auto(opening) p = {.o = o};
	vv_auto(char) *repository = NULL;
	vv_auto(vv_web) *web = NULL;
	vv_status rc;

	vv_secret_new(&p.secret);
	vv_secret_new(&p.once);
	vv_secret_new(&p.token);
	vv_auto(char) *address = vv_asprintf("127.0.0.1:%s", o->port ? o->port : "0");
	if ((rc = vv_alloc_ok(address, err)) < 0 || (rc = vv_buf_ok(&p.token, err)) < 0 ||
	    (rc = vv_buf_ok(&p.secret, err)) < 0 || (rc = vv_buf_ok(&p.once, err)) < 0) {
		return rc;
	}
	rc = find_repository(&repository, &p, path, err);
	/* the first page then opens one */
	const bool none = rc == VV_ENOTFOUND && !path && !o->read_only;
	if (rc < 0 && !none) return rc;
	if (none) {
		vv_buf_set(&p.page, "/", 1);
		vv_error_clear(err);
	}
	if (!(web = vv_web_open(&(vv_web_options){.owner = true,
						  .pages = &vv_pages,
						  .token = o->read_only ? NULL : p.token.data}))) {
		return vv_fail_nomem(err);
	}
	const vv_serve_http_options http = {.server = {.address = address,
						       .env = vv_environ(),
						       .paths = (const char *const[]){repository},
						       .path_count = none ? 0 : 1,
						       .read_only = true,
						       .secret = p.secret.data,
						       .secret_once = p.once.data},
					    .quiet = !o->verbose,
					    .notes = &vv_notes_stderr,
					    .answer = refuse_call,
					    .payload = &p,
					    .started = on_started,
					    .page = vv_web_answer,
					    .page_payload = web};

	return vv_serve_http(&http, err);
}

/* Notes that each page would repeat, each printed once. */
typedef struct notes_once {
	vv_notes notes;
	vv_string_list shown;
} notes_once;

static void notes_once_clear(notes_once *n)
{
	vv_string_list_clear(&n->shown);
}

VV_AUTO_CLEAR(notes_once, notes_once_clear)

static void note_once(void *payload, vv_note_kind kind, const char *line)
{
	notes_once *n = payload;

	if (vv_text_is_among(line, (const char *const *)n->shown.items, n->shown.count)) return;
	(void)vv_string_list_add(&n->shown, vv_strdup(line), VV_IGNORED);
	vv_notes_stderr.note(vv_notes_stderr.payload, kind, line);
}

/* Exports have no time limit of a server. */
static vv_status export_pages(const options *o, const char *what, vv_error *err)
{
	vv_auto(opening) p = {.o = o};
	vv_auto(vv_buf) site = VV_BUF_INIT;
	vv_auto(notes_once) once = {.notes = vv_notes_stderr};
	vv_web_visit visit = {.until_ms = 0};
	vv_on_demand *demand = NULL;
	vv_auto(char) *repository = NULL, *name = NULL;
	vv_exported done;
	vv_status rc;

	once.notes.note = note_once;
	once.notes.payload = &once;
	if ((o->site && (rc = vv_about_site(&site, o->site, err)) < 0) ||
	    (rc = find_repository(&repository, &p, NULL, err)) < 0) {
		return rc;
	}
	if (!(name = vv_path_absolute("/", repository))) return vv_fail_nomem(err);
	if ((rc = vv_web_visit_begin(&visit, repository, vv_environ(), err)) == VV_OK) {
		vv_repository_listen(visit.repo, &once.notes);
		rc = vv_on_demand_begin(&demand, visit.repo, true, err);
	}
	if (rc == VV_OK) {
		rc = vv_page_export(
			&visit,
			&(vv_export_options){.what = what,
					     .folder = o->export,
					     .repository = vv_path_base(name),
					     .bytes = o->size,
					     .site = o->site ? vv_buf_cstr(&site) : NULL},
			&done, err);
	}
	vv_on_demand_end(demand);
	vv_web_visit_end(&visit);
	if (rc == VV_OK) {
		vv_note("wrote %s/index.html: %s, %s, %s in all", vv_text_shows(o->export),
			vv_text_counted(done.pages, "page", NULL),
			vv_text_counted(done.files, "data file", NULL), vv_text_bytes(done.bytes));
		if (done.left_out > 0) {
			vv_note("%s left out to stay within the size limit; the first page lists them, and --size raises the limit",
				vv_text_counted(done.left_out, "page or file", "pages or files"));
		}
	}
	return rc;
}

static int run_web(void *opts, int argc, char **argv)
{
	const options *o = opts;
	vv_error err;

	if (o->read_only && o->export) {
		return vv_usage_error("--read-only and --export cannot be used together");
	}
	if (o->size && !o->export) return vv_usage_error("--size requires --export");
	if (o->site && !o->export) return vv_usage_error("--site requires --export");
	if (o->export) {
		if (o->port) {
			return vv_usage_error("--export and --port cannot be used together");
		}
		if (argc > 1) {
			return vv_usage_error(
				"--export takes one argument: A..B, A...B or a revision");
		}
		if (export_pages(o, argc > 0 ? argv[0] : NULL, &err) < 0) {
			return vv_report(&err);
		}
		return VV_EXIT_OK;
	}

	if (argc > 1) return vv_usage_error("web takes one argument: a repository or a file");
	if (serve_pages(opts, argc > 0 ? argv[0] : NULL, &err) < 0) {
		return vv_report(&err);
	}
	return VV_EXIT_OK;
}

const vv_command vv_cmd_web = {
	.name = "web",
	.group = "look",
	.summary = "show tables, changes and histories in a browser",
	.usage = "[--no-browser] [--read-only] [--port PORT] [PATH]\n--export DIR [--size BYTES] "
		 "[--site URL] [A..B|REV]\nserve ...",
	.example = "$ varve web --no-browser\n"
		   "open http://127.0.0.1:43911/?secret=b7k2...",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.run_alone = run_web,
};
