/*
 * add: files and tables into the index.
 */
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/add.h"
#include "dataset/schema/package.h"
#include "lib/edit/rewritten.h"
#include "lib/merge/torn.h"
#include "lib/merge/unpack.h"
#include "lib/names/convert_input.h"
#include "lib/names/dialect_words.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_import.h"
#include "lib/worktree/add.h"
#include "lib/worktree/checkout.h"
#include "repo/blocks/decompress.h"
#include "repo/git/index/worktree.h"

typedef struct options {
	vv_add_request request;
	bool all, update, dry_run, as_csv, no_key, quiet, verbose;
	vv_strings key;
	const char *as, *order, *format;
	const char *arrow, *mode, *columns;
	vv_written written;
} options;

static vv_status read_options(vv_dataset_options *out, const options *o, vv_error *err)
{
	static const char *const no_key[] = {NULL};
	vv_status rc;

	if (o->key.count > 0 && o->no_key) {
		return vv_fail(err, VV_EUSAGE, "--key and --no-key cannot be used together");
	}
	if (o->as && strcmp(o->as, "file") == 0 &&
	    (o->order || o->key.count > 0 || o->no_key || vv_written_any(&o->written))) {
		const char *what = "options for reading text require";

		if (o->order) {
			what = "--order requires";
		} else if (o->key.count > 0) {
			what = "--key requires";
		} else if (o->no_key) {
			what = "--no-key requires";
		}
		return vv_fail(err, VV_EUSAGE, "%s a table: a file kept as bytes has no rows",
			       what);
	}
	if (o->order) {
		out->order = strcmp(o->order, "key") == 0 ? VV_ORDER_KEY : VV_ORDER_FILE;
	}
	if (o->as) {
		out->has_kind = true;
		out->kind = strcmp(o->as, "file") == 0 ? VV_KIND_FILE : VV_KIND_TABLE;
	}
	if ((rc = vv_written_read(&out->hints, &o->written, err)) < 0) return rc;
	if (o->key.count > 0) {
		out->key = o->key.items;
	}
	if (o->no_key || (o->key.count == 1 && strcmp(o->key.items[0], "none") == 0)) {
		out->key = no_key; /* as diff --key calls it */
	}
	return VV_OK;
}

static bool describes_table(const options *o)
{
	return o->key.count > 0 || o->no_key || o->as || o->order || vv_written_any(&o->written);
}

/* Reports an error with hints for a file that is not a clean table. */
static void report_refused(vv_error *err, const char *path, const options *o)
{
	vv_hint_word(err, vv_hint_words);
	vv_report(err);
	/* not if the fault may be in a descriptor or in an option */
	const bool in_file = path && strstr(err->message, vv_text_shows(path)) &&
			     !strstr(err->message, VV_PACKAGE_NAME) && !vv_written_any(&o->written);
	if (in_file && !strstr(err->hint, "--as file") && !strstr(err->hint, "--fix")) {
		vv_notes_hint(&vv_notes_stderr, VV_HINT_AS_FILE, path);
		const char *ext = vv_path_ext(path);

		if (vv_ascii_compare(ext, "json", 4) == 0 || vv_ascii_equal(ext, "ndjson") ||
		    strstr(err->hint, "makes a table of it")) {
			return;
		}
		vv_note("hint: qsv and DuckDB are among the tools that repair malformed CSV");
	}
}

/* Beside JSON on stdout. */
static void put_notes(const char *lines)
{
	for (vv_line l = {.rest = lines}; vv_line_next(&l);) {
		vv_note("%.*s", (int)l.len, l.text);
	}
}

/* Tables that git merged as text come first: they are tables again then. *any: there are some. */
static vv_status fix_torn(vv_context *c, const options *o, bool *any, vv_error *err)
{
	vv_auto(vv_torn_report) t = {0};
	vv_status rc = vv_torn_mend(&t, c->repo, c->writer, c->index,
				    c->argc > 0 ? &c->paths : NULL, true, o->dry_run, err);

	rc = rc < 0 ? rc : vv_error_copy(err, &t.failure);
	if (vv_wants_json(o->format)) {
		put_notes(vv_buf_cstr(&t.text));
	} else if (!o->quiet || t.conflicts > 0) {
		vv_out("%s", vv_buf_cstr(&t.text));
	}
	*any = t.merged + t.conflicts > 0;
	c->code = rc == VV_OK && t.conflicts > 0 ? VV_EXIT_NO : c->code;
	return rc;
}

/* The files that took the places of the arguments. */
typedef struct unpacked {
	vv_context *c;
	const char *argument, *path; /* that is looked at */
	char **names;                /* as arguments */
	size_t count, cap;
} unpacked;

static vv_status on_unpacked(void *payload, const char *path, uint64_t bytes, vv_error *err)
{
	unpacked *u = payload;
	const options *o = u->c->options;
	vv_auto(char) *file = vv_repository_file(u->c->repo, u->path);
	const size_t dir = strlen(u->argument) - strlen(vv_path_base(u->path));
	vv_auto(vv_buf) name = VV_BUF_INIT;
	vv_stat st;

	if (!o->quiet && !vv_wants_json(o->format)) {
		vv_out("%s: %s, unpacked from %s", vv_text_shows(path), vv_text_bytes(bytes),
		       vv_text_shows(u->path));
		if (vv_decompress_name(u->path) > 0 && file &&
		    vv_lstat(&st, file, VV_IGNORED) == VV_OK) {
			vv_out(": each new version of it takes %s more, since compressed files share no blocks",
			       vv_text_bytes(st.size));
		}
		vv_out("\n");
	}
	vv_buf_put(&name, u->argument, dir);
	vv_buf_puts(&name, vv_path_base(path));
	if (!vv_array_room(u->names, u->count, u->cap) ||
	    !(u->names[u->count] = vv_buf_detach(&name))) {
		return vv_fail_nomem(err);
	}
	u->count++;
	return VV_OK;
}

/* Replaces compressed files and documents among the paths by their contents. */
static vv_status unpack_paths(unpacked *out, vv_context *c, vv_error *err)
{
	const vv_unpack u = {.repo = c->repo,
			     .reader = c->reader,
			     .writer = c->writer,
			     .index = c->index,
			     .made = on_unpacked,
			     .payload = out};
	vv_status rc = VV_OK;

	vv_dataset_reader_lend_index(c->reader, c->index);
	for (int i = 0; rc == VV_OK && i < c->argc; i++) {
		out->argument = c->argv[i];
		out->path = c->paths.items[i].path;
		rc = vv_unpack_run(&u, out->path, err);
	}
	vv_dataset_reader_lend_index(c->reader, NULL);
	if (rc < 0) return rc;
	vv_pathspec_clear(&c->paths);
	return vv_pathspec_init(&c->paths, c->repo, (int)out->count, out->names, err);
}

static vv_status add_paths(vv_context *c, vv_add_request *req, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_add_plan) plan = {0};
	vv_auto(vv_add_report) rep = {0};
	vv_auto(vv_buf) files = VV_BUF_INIT;
	vv_json_out json = vv_json_begin_array(&files, 0);
	bool torn = false;

	req->json = vv_wants_json(o->format) ? &json : NULL;
	/* The writer's lock comes before the index is read: varve's commands take turns. */
	vv_status rc = vv_context_need(c, (o->dry_run ? 0 : VV_NEEDS_LOCK) | VV_NEEDS_INDEX, err);
	if (rc == VV_OK) {
		vv_dataset_reader_lend_index(c->reader, c->index);
		rc = o->request.fix ? fix_torn(c, o, &torn, err) : VV_OK;
	}
	if (rc == VV_OK && !(torn && o->dry_run)) { /* which still sees them as text */
		rc = vv_add_plan_make(&plan, c->repo, c->index, c->reader, req, err);
	}
	if (rc == VV_OK) {
		rc = vv_add_run(&rep, &plan, c->repo, c->index, c->writer, req, o->dry_run, err);
	}
	if (c->reader) {
		vv_dataset_reader_lend_index(c->reader, NULL);
	}
	vv_json_close_array(&json);
	if (rc == VV_OK && req->json) {
		rc = vv_add_report_json(&rep, &files, o->dry_run, err);
	} else if (rc == VV_OK) {
		vv_add_report_print(&rep, &plan, o->quiet, o->dry_run);
	}
	if (rc < 0) {
		report_refused(err, rep.refused, o);
		c->code = VV_EXIT_TROUBLE;
	}
	return VV_OK;
}

static vv_status add_unpacked(vv_context *c, vv_add_request *req, vv_error *err)
{
	unpacked u = {.c = c};
	vv_status rc = vv_context_need(c, VV_NEEDS_LOCK | VV_NEEDS_INDEX, err);

	if (rc == VV_OK && (rc = unpack_paths(&u, c, err)) == VV_OK) {
		rc = add_paths(c, req, err);
	}
	vv_pathspec_clear(&c->paths); /* which borrows the names */
	vv_names_free(u.names, u.count);
	return rc;
}

/* The version of a path that the work tree has, or else the index; none: the path is new. *why: the file that is there is neither.
 * old borrows file, or staged, the path's word in the index. */
static vv_status find_old(vv_subject *old, vv_error *why, vv_context *c, const char *path,
			  const char *file, const char *staged, vv_error *err)
{
	vv_index_entry entry;
	vv_status rc;
	vv_stat st;

	if ((rc = vv_index_check_module(c->index, path, err)) < 0) return rc;
	if (vv_lstat(&st, file, VV_IGNORED) == VV_OK && !S_ISREG(st.mode)) {
		return vv_fail(err, VV_EUSAGE,
			       "'%s' is not a regular file: --arrow writes one table",
			       vv_text_shows(c->argv[0]));
	}
	if (vv_exists(file)) {
		rc = vv_checkout_give_way(c->repo, c->reader, c->index, path, err);
		if (rc == VV_OK) {
			return vv_subject_find(old, c->repo, c->reader,
					       &(vv_version_name){.file = file}, err);
		}
		if (rc != VV_EREFUSED) return rc;
		*why = *err;
		vv_error_clear(err);
	}
	return vv_index_get(c->index, path, &entry)
		       ? vv_subject_find(old, c->repo, c->reader,
					 &(vv_version_name){.word = staged}, err)
		       : VV_OK;
}

/* Writes rows of Arrow over a version. A file that is not a version may be the rest of an attempt that was killed or met a full
 * disk: it is replaced. */
static vv_status write_rows(vv_context *c, rewritten *made, const rewrite_options *how,
			    vv_error *err)
{
	const options *o = c->options;
	const char *path = c->paths.items[0].path;
	vv_auto(char) *file = vv_repository_file(c->repo, path);
	vv_auto(char) *dir = file ? vv_worktree_temp_dir(c->repo, file) : NULL;
	vv_auto(char) *staged = vv_asprintf(":%s", path);
	vv_auto(vv_subject) old = {.text = NULL};
	vv_auto(vv_convert_input) in = {.fd = -1};
	const rewritten_place place = {dir, VV_WRITE_TEMP, path, file};
	vv_error why = {.code = VV_OK};
	struct ArrowArrayStream stream;
	bool same = true;
	vv_status rc;

	if (!dir || !staged) return vv_fail_nomem(err);
	vv_temp_sweep(dir, VV_WRITE_TEMP); /* of processes that were killed */
	if ((rc = find_old(&old, &why, c, path, file, staged, err)) < 0 ||
	    (rc = vv_convert_input_open(&in, o->arrow, NULL, err)) < 0 ||
	    (rc = vv_arrow_ipc_read(&stream, &in.bytes, err)) < 0 ||
	    (rc = rewritten_make(made, &stream, old.path ? &old : NULL, &place, how, err)) < 0 ||
	    (why.code < 0 && (rc = rewritten_same(&same, made, file, err)) < 0)) {
		return rc;
	}
	if (!same) return vv_error_copy(err, &why);
	return rewritten_use(made, file, err);
}

static vv_status add_arrow(vv_context *c, vv_add_request *req, vv_dataset_options *import,
			   vv_error *err)
{
	static const char *const modes[] = {"", "replace", "upsert", "append", "delete", NULL};
	const options *o = c->options;
	vv_auto(rewritten) made = {.file = NULL};
	rewrite_options how = {.columns = !o->columns ? VARVE_ARROW_COLUMNS_ALL
					  : strcmp(o->columns, "keep") == 0
						  ? VARVE_ARROW_COLUMNS_KEEP
						  : VARVE_ARROW_COLUMNS_DROP};
	vv_status rc;

	while (o->mode && strcmp(o->mode, modes[how.mode]) != 0) {
		how.mode++;
	}
	if ((rc = vv_context_need(c, VV_NEEDS_LOCK | VV_NEEDS_INDEX, err)) < 0) return rc;
	vv_dataset_reader_lend_index(c->reader, c->index);
	rc = write_rows(c, &made, &how, err);
	vv_dataset_reader_lend_index(c->reader, NULL);
	if (rc < 0) return rc;
	if (made.schema) {
		import->has_kind = true;
		import->kind = VV_KIND_TABLE;
		import->hints = made.form;
		import->schema = made.schema;
		req->described = true;
	}
	import->hints.encoding = made.form.encoding;
	for (vv_line l = {.rest = vv_buf_cstr(&made.warnings)}; vv_line_next(&l);) {
		vv_note("warning: %s: %.*s", vv_text_shows(c->paths.items[0].path), (int)l.len,
			l.text);
	}
	/* the file that exists now */
	vv_pathspec_clear(&c->paths);
	rc = vv_pathspec_init(&c->paths, c->repo, c->argc, c->argv, err);
	return rc < 0 ? rc : add_paths(c, req, err);
}

static int check_add(const vv_context *c)
{
	const options *o = c->options;

	if (o->arrow && c->argc != 1) {
		return vv_usage_error("--arrow writes one table, and adds it: --arrow FILE PATH");
	}
	if (o->arrow && o->as && strcmp(o->as, "file") == 0) {
		return vv_usage_error("--arrow writes a table: --as file cannot be used with it");
	}
	if (o->arrow && vv_written_any(&o->written)) {
		return vv_usage_error("options for reading text cannot be used with --arrow");
	}
	if (c->argc == 0 && o->as_csv) {
		return vv_usage_error(
			"--as-csv requires the names of compressed files or documents");
	}
	if (c->argc == 0 && !o->all && !o->update && !o->request.fix) {
		vv_note("varve: nothing specified, nothing staged");
		vv_note("hint: 'varve add .' stages all files of this folder");
		return VV_EXIT_TROUBLE;
	}
	return VV_EXIT_OK;
}

static vv_status run_add(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_dataset_options import = VV_DATASET_OPTIONS_INIT;
	vv_add_request req = o->request;
	const vv_status rc = read_options(&import, o, err);

	req.paths = c->argc > 0 ? &c->paths : NULL;
	req.untracked = !o->update;
	req.described = describes_table(o);
	req.options = &import;
	if (rc < 0) return rc;
	if (o->arrow) return add_arrow(c, &req, &import, err);
	if (o->as_csv) return add_unpacked(c, &req, err);
	return add_paths(c, &req, err);
}

static const vv_option add_table[] = {
	OPT_FLAG('A', "all", all,
		 "add all changes in the work tree, including new and removed files"),
	OPT_FLAG('u', "update", update,
		 "stage only changes of files that are already in the index"),
	OPT_FLAG('f', "force", request.force, "also add ignored files"),
	OPT_FLAG('n', "dry-run", dry_run, "only print what would be staged"),
	OPT_FLAG('v', "verbose", verbose, "list added files (the default)"),
	OPT_FLAG('q', "quiet", quiet, "print warnings only"),
	OPT_JSON("the output format"),
	OPT_NAMES(
		0, "key", key,
		"the columns that together identify a row: no two rows may have the same values in them"),
	OPT_FLAG(0, "no-key", no_key, "the table has no key; do not search for one"),
	OPT_CHOICE(
		0, "order", order, "ORDER", "file|key",
		"the order of the stored rows; key is for files whose order changes with each delivery"),
	OPT_CHOICE(0, "as", as, "KIND", "table|file",
		   "store the rows of a table, or the bytes of a file"),
	OPT_WRITTEN(""),
	OPT_FLAG(0, "convert", request.convert, "also convert files that are text in HEAD"),
	OPT_FLAG(
		0, "as-csv", as_csv,
		"write the tables of documents (book.xlsx) and compressed files (.gz, .zst, .xz, .bz2) to new files beside them, and add the new files"),
	OPT_ONCE(
		0, "arrow", arrow, "FILE",
		"write the rows of an Arrow stream or file (-: standard input) to PATH, keep the spelling of equal cells, and add it"),
	OPT_CHOICE(
		0, "mode", mode, "MODE", "replace|upsert|append|delete",
		"with --arrow: how FILE changes PATH (default: replace, unless it would remove more than half of the rows)"),
	OPT_CHOICE(0, "columns", columns, "WHAT", "keep|drop",
		   "with --arrow: keep or drop columns that FILE lacks (default: an error)"),
	OPT_FLAG(
		0, "fix", request.fix,
		"convert tracked files that were committed as text, and merge tables whose pointers git merged as text"),
};

static const vv_option_rule option_rules[] = {
	{"--mode --columns", .requires = "--arrow"},
	{"--arrow", .excludes = "-A -u --fix --as-csv -n"},
	{"--as-csv", .excludes = "-A -u --fix -n"},
	{"-A", .excludes = "-u"},
	{NULL, NULL, NULL},
};

#define PATCH_HINT                                                                                 \
	"a table is staged whole; to stage it without the edit of one row, and keep that: 'cp FILE FILE.edited && varve restore --row KEY FILE && varve add FILE && mv FILE.edited FILE'"

static const vv_absent_option absent[] = {
	{"p patch i interactive", .hint = PATCH_HINT,
	 .line = "cp FILE FILE.edited && varve restore --row KEY FILE && varve add FILE && mv FILE.edited FILE"},
	{"primary-key pk id keys", .use = "--key"},
	{"sep", .use = "--delimiter"},
	{"m message", .line = "varve add FILE && varve commit -m VALUE", .drops = true},
	{"desc description label", .line = "varve add FILE"},
	{.names = NULL},
};

const vv_command vv_cmd_add = {
	.name = "add",
	.group = "change",
	.summary = "stage files and tables for the next commit",
	.usage =
		"PATH...\n-A | -u | --fix [PATH...]\n--arrow FILE [--mode MODE] [--columns WHAT] [--key COLUMNS] PATH",
	.example = "$ varve add --key id prices.csv\n"
		   "prices.csv: new table, 1,204 rows, 3 columns, "
		   "key id (as declared: no value repeats)\n"
		   "  columns: id integer, name string, price number\n"
		   "  form:    comma-separated\n"
		   "  stored:  2 of 2 groups new, 11 kB for a file of 38 kB, in 4 ms",
	.options = add_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(add_table),
	.options_size = sizeof(options),
	.exit_codes = "with --fix: conflicts remain",
	.arguments = "path",
	.rules = option_rules,
	.check = check_add,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_WRITER,
	.run = run_add,
};
