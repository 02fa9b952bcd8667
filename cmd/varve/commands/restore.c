/*
 * restore: paths as an earlier version (or the index) has them.
 */
#include "lib/edit/restore.h"
#include "base/json/json_list.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "lib/edit/column_restore.h"
#include "lib/edit/row_restore.h"
#include "lib/edit/spelling_restore.h"
#include "repo/git/repository.h"

typedef struct options {
	vv_restore paths;
	const char *row;
	vv_strings columns, where;
	vv_column_restore column;
	bool spelling, forget, quiet;
	const char *format;
} options;

static const vv_option table[] = {
	OPT_STRING('s', "source", paths.source, "REV",
		   "restore from REV (default: the index; with --staged: HEAD)"),
	OPT_FLAG('S', "staged", paths.staged, "restore the index"),
	OPT_FLAG('W', "worktree", paths.worktree,
		 "restore the files (the default without --staged)"),
	OPT_ONCE(0, "row", row, "KEY",
		 "only the row with this key (values separated by commas); PATH must be one table"),
	OPT_LIST(
		0, "column", columns, "COL",
		"only this column, in all rows that both versions have, or with --row in that row; may be repeated"),
	OPT_LIST(
		0, "where", where, "CONDITION",
		"with --column, without --row: only rows that meet CONDITION in the file: \"price > 100\"; may be repeated, all must be met"),
	OPT_FLAG('n', "dry-run", column.dry_run,
		 "with --column, without --row: only print what would be restored"),
	OPT_FLAG('f', "force", column.force,
		 "with --column, without --row: also restore cells whose value is not staged"),
	OPT_FLAG(
		0, "spelling", spelling,
		"undo what Excel did to the spelling of values and to the form of PATH, and keep all edits "
		"(--source: the version before Excel wrote it; default: HEAD)"),
	OPT_FLAG(
		0, "quit", forget,
		"abandon an interrupted restore, switch or --abort; files and index do not change"),
	OPT_FLAG('q', "quiet", quiet, "print nothing on success"),
	OPT_JSON("the output format"),
};

static const vv_option_rule option_rules[] = {
	{"--quit", .excludes = "PATH"},
	{"--where -n --force", .requires = "--column"},
	{"--where -n --force", .excludes = "--row"},
	{"--column --spelling --row", .excludes = "--staged"},
	{"--spelling", .excludes = "--column --row"},
	{NULL, NULL, NULL},
};

static int check_restore(const vv_context *c)
{
	const options *o = c->options;

	if (c->argc == 0 && !o->forget) {
		return vv_usage_error("restore requires paths ('.' for all)");
	}
	if (c->argc <= 1) return VV_EXIT_OK;
	const char *option = o->columns.count > 0 ? "--column" : NULL;

	if (o->row) {
		option = "--row";
	} else if (o->spelling) {
		option = "--spelling";
	}
	return option ? vv_usage_error("%s accepts one file, not %d", option, c->argc) : VV_EXIT_OK;
}

static vv_status restore_row(vv_context *c, vv_error *err)
{
	static const char *const outcomes[] = {"unchanged", "changed", "added", "deleted"};
	static const char *const words[] = {
		[VV_RESTORED_NOTHING] = "unchanged",
		[VV_RESTORED_ROW] = "restored",
		[VV_RESTORED_NO_ROW] = "removed, as the restored version does not have it"};
	const options *o = c->options;
	const vv_row_restore r = {.repo = c->repo,
				  .reader = c->reader,
				  .path = c->argv[0],
				  .source = o->paths.source,
				  .row = o->row,
				  .columns = &o->columns};
	vv_row_restored done;
	size_t cells;
	vv_status rc = vv_row_restore_run(&done, &cells, &r, err);

	if (rc == VV_OK && vv_wants_json(o->format)) {
		return vv_out_object(0, err, {JSON_TEXT("outcome", outcomes[done])},
				     {JSON_NUMBER("cellsChanged", cells)});
	}
	if (rc < 0 || o->quiet) return rc;
	if (done == VV_RESTORED_CELLS) {
		vv_note("%s: row %s: restored %s", vv_text_shows(r.path), vv_text_shows(o->row),
			vv_text_counted(cells, "cell", NULL));
	} else {
		vv_note("%s: row %s: %s", vv_text_shows(r.path), vv_text_shows(o->row),
			words[done]);
	}
	return VV_OK;
}

static vv_status restore_column(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_column_restore r = o->column;
	vv_column_restored done;

	r.repo = c->repo;
	r.reader = c->reader;
	r.path = c->argv[0];
	r.source = o->paths.source;
	r.columns = &o->columns;
	r.where = &o->where;
	vv_status rc = vv_column_restore_run(&done, &r, err);

	if (rc == VV_OK && vv_wants_json(o->format)) {
		return vv_out_object(0, err, {JSON_NUMBER("rowsChanged", done.rows)},
				     {JSON_NUMBER("cellsChanged", done.cells)},
				     {JSON_NUMBER("cellsUnsaved", done.unsaved)},
				     {JSON_BOOL("dryRun", o->column.dry_run)});
	}
	if (rc < 0 || o->quiet) return rc;
	if (done.cells == 0) {
		vv_note("%s: nothing to restore: no cell differs in the rows that both versions have",
			vv_text_shows(r.path));
	} else {
		vv_note("%s: %s %s in %s", vv_text_shows(r.path),
			o->column.dry_run ? "would restore" : "restored",
			vv_text_counted(done.cells, "cell", NULL),
			vv_text_counted(done.rows, "row", NULL));
	}
	if (done.unsaved > 0 && !o->column.force) { /* a dry run */
		vv_note("%s: %s not staged, so --force is required", vv_text_shows(r.path),
			vv_text_counted(done.unsaved, "of these values is", "of these values are"));
	}
	return VV_OK;
}

static vv_status restore_spelling(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_spelling_restore r = {.repo = c->repo,
				       .reader = c->reader,
				       .path = c->argv[0],
				       .source = o->paths.source ? o->paths.source : "HEAD"};
	vv_spelling_restored done;
	vv_status rc = vv_spelling_restore_run(&done, &r, err);

	if (rc == VV_OK && vv_wants_json(o->format)) {
		return vv_out_object(0, err, {JSON_NUMBER("cellsChanged", done.cells)},
				     {JSON_NUMBER("cellsKept", done.edited)},
				     {JSON_NUMBER("cellsUndecided", done.undecided)},
				     {JSON_NUMBER("rowsAdded", done.added)},
				     {JSON_NUMBER("rowsRemoved", done.removed)});
	}
	if (rc < 0 || o->quiet) return rc;
	vv_note("%s: restored %s, kept %s", vv_text_shows(r.path),
		vv_text_counted(done.cells, "cell", NULL),
		vv_text_counted(done.edited, "changed cell", "changed cells"));
	if (done.added + done.removed > 0) {
		vv_note("%s: kept %s, removed %s", vv_text_shows(r.path),
			vv_text_counted(done.added, "new row", "new rows"),
			vv_text_counted(done.removed, "row", NULL));
	}
	return VV_OK;
}

static void print_restored(const vv_context *c, const vv_restored *done)
{
	const options *o = c->options;
	uint64_t n = done->datasets + done->files;

	if (o->quiet || n == 0) return;
	vv_note("restored %s", vv_text_counted(n, "file", NULL));
	if (done->datasets > 0 && !vv_repository_is_initialised(c->repo)) {
		vv_note("hint: Git is not set up for tables in this clone yet: run "
			"'varve init'; without it, 'git add' puts whole tables into Git");
	}
}

static vv_status run_restore(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_restore r = o->paths;
	vv_restored done;

	r.repo = c->repo;
	r.reader = c->reader;
	r.index = c->index;
	r.paths = &c->paths;
	if (o->forget) return VV_OK; /* done with VV_NEEDS_RIGHT */
	if (o->row) return restore_row(c, err);
	if (o->columns.count > 0) return restore_column(c, err);
	if (o->spelling) return restore_spelling(c, err);
	vv_status rc = vv_restore_run(&done, &r, err);
	if (rc == VV_EMISSING && err->gap != VV_GAP_EXPIRED) {
		vv_hint(err,
			"'varve fetch --data %s' gets the blocks from the remote, or with --from URL from "
			"another "
			"repository; the file was not changed",
			o->paths.source ? vv_text_word(o->paths.source) : "HEAD");
	}
	if (rc < 0) return rc;
	if (vv_wants_json(o->format)) {
		return vv_out_object(0, err, {JSON_NUMBER("tablesWritten", done.datasets)},
				     {JSON_NUMBER("filesWritten", done.files)});
	}
	print_restored(c, &done);
	return VV_OK;
}

static const vv_absent_option absent[] = {
	{"rev r revision from commit version", .use = "--source"},
	{"columns col cols cell", .use = "--column"},
	{"key k id", .use = "--row"},
	{"excel", .use = "--spelling"},
	{"o output out", .line = "varve cat VERSION:FILE -o VALUE"},
	{"to directory dir dest target",
	 .line = "mkdir -p VALUE && git archive VERSION FILE | tar -x -C VALUE"},
	{.names = NULL},
};

const vv_command vv_cmd_restore = {
	.name = "restore",
	.group = "change",
	.summary = "restore files from the index or an earlier version",
	.usage = "[--source REV] [--staged] [--worktree] PATH...\n"
		 "[--source REV] --row KEY [--column COL]... PATH\n"
		 "[--source REV] --column COL [--where CONDITION] [-n] [--force] PATH\n"
		 "[--source REV] --spelling PATH\n"
		 "--quit",
	.example = "$ varve restore --source HEAD~3 prices.csv\n"
		   "restored 1 file",
	.options = table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.arguments = "path",
	.rules = option_rules,
	.check = check_restore,
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_RIGHT | VV_NEEDS_PATHS | VV_NEEDS_READER |
		 VV_NEEDS_INDEX,
	.run = run_restore,
};
