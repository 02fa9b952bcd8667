/*
 * diff: what differs between two versions, as tables.
 */
#include <stdlib.h>
#include <string.h>

#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/commands.h"
#include "cmd/output.h"
#include "cmd/print/commit.h"
#include "cmd/print/diff_show.h"
#include "cmd/print/path.h"
#include "cmd/work/diff/sides.h"
#include "cmd/work/diff/table.h"
#include "diff/patch/patch.h"
#include "diff/rows/value.h"
#include "diff/write/writer_kinds.h"

/* Rows of each table shown on a terminal when nothing else was asked for. */
#define TERMINAL_LIMIT 50u
/* Ordinary text files named one by one. */
#define TEXT_FILES_MAX 10u

#define FORMATS "text|json|ndjson|csv|html|markdown|sql|patch|summary|stat"

typedef struct options {
	vv_strings key, rename, ignore_column, columns, where;
	const char *tolerance, *format, *output, *limit, *color;
	bool cached, no_index, no_renames, ignore_format, moves, exit_code, quiet, name_only,
		name_status, same;
	const char *renames, *stage;
} options;

static const vv_option table[] = {
	OPT_FLAG(0, "cached", cached, "compare with the index: what the next commit holds"),
	OPT_FLAG(0, "staged", cached, "the same as --cached"),
	OPT_WORD(0, "base", stage, "1",
		 "of tables in conflict: the work tree against the common version"),
	OPT_WORD(0, "ours", stage, "2", "... against our side (the default)"),
	OPT_WORD(0, "theirs", stage, "3", "... against their side"),
	OPT_FLAG(0, "no-index", no_index, "compare two files, in or out of a repository"),
	OPT_LIST(0, "key", key, "A,B",
		 "columns by which rows are the same row; 'none': compare as a sequence"),
	OPT_LIST(0, "rename", rename, "OLD=NEW", "column OLD is called NEW now"),
	OPT_FLAG(0, "no-renames", no_renames, "do not look for renamed columns and files"),
	OPT_FLAG(0, "ignore-format", ignore_format,
		 "hide cells that are only written differently (1.0, 1.00)"),
	OPT_LIST(0, "ignore-column", ignore_column, "A,B", "do not compare these columns"),
	OPT_LIST(0, "columns", columns, "A,B", "compare only these columns"),
	OPT_LIST(0, "where", where, "COL=VALUE",
		 "only rows with this value on either side; given again: and this"),
	OPT_STRING(0, "tolerance", tolerance, "N", "numbers this close are equal: 0.01, or 1%"),
	OPT_FLAG(0, "moves", moves, "report rows that only moved"),
	OPT_CHOICE(0, "format", format, "FORMAT", FORMATS, "how to write it (default: text)"),
	OPT_WORD(0, "json", format, "json", "short for --format json"),
	OPT_WORD(0, "summary", format, "summary",
		 "columns, and how many rows and cells; short for --format summary"),
	OPT_WORD(0, "stat", format, "stat", "one line a table; short for --format stat"),
	OPT_FLAG(0, "name-only", name_only, "only the paths that differ"),
	OPT_STRING(0, "limit", limit, "N",
		   "at most N rows of each table; 0: all (default: 50 on a terminal)"),
	OPT_STRING('o', "output", output, "FILE", "write to FILE"),
	OPT_FLAG(
		0, "name-status", name_status,
		"the same, each after its letter: A added, M modified, D deleted, R renamed (with both paths)"),
	OPT_MAYBE_CHOICE(0, "color", color, "WHEN", "auto|always|never", "always",
			 "colours in text; without a value: always"),
	OPT_WORD(0, "no-color", color, "never", "short for --color=never"),
	OPT_FLAG('p', "patch", same, "rows and cells, as without it"),
	OPT_FLAG('u', NULL, same, "the same as -p"),
	OPT_MAYBE_STRING('M', "find-renames", renames, "N", "on",
			 "look for renamed files, as without it; N is not heeded"),
	OPT_FLAG(0, "exit-code", exit_code, "exit with 1 when something differs"),
	OPT_FLAG('q', "quiet", quiet, "print nothing; implies --exit-code"),
};

/* One command under way. */
typedef struct run {
	const options *o;
	vv_repository *repo; /* borrowed, both */
	vv_dataset_reader *reader;
	vv_diff_how how;
	char **rename; /* NULL-ended pairs */
	const char *format;
	const vv_diff_writer_kind *kind; /* NULL: patch */
	vv_patch_write_options patch;
	uint64_t sections;
	vv_diff_writer *writer;
	int fd; /* --output: the temporary file; -1: stdout */
	char *temp;
	bool differs, trouble;
	uint64_t text_files;
	vv_buf sides[2]; /* what each is, in words */
} run;

static vv_status write_out(void *payload, const void *bytes, size_t len, vv_error *err)
{
	run *r = payload;
	if (r->fd >= 0) {
		return vv_write_full(r->fd, bytes, len, r->o->output, err);
	}
	if (vv_out_is_terminal()) {
		vv_progress_stop(); /* rows are shown now: the line would stand among them */
	}
	vv_out_bytes(bytes, len);
	if (vv_out_is_terminal()) {
		vv_out_flush();
	}
	return vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
}

static vv_status split_renames(run *r, const vv_strings *list, vv_error *err)
{
	if (list->count == 0) {
		return VV_OK;
	}
	r->rename = vv_calloc(2 * list->count + 1, sizeof(*r->rename));
	if (!r->rename) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->items[i], *eq = strchr(text, '=');
		if (!eq || eq == text || !eq[1]) {
			return vv_fail(err, VV_EUSAGE, "--rename takes OLD=NEW, not '%s'",
				       vv_text_shows(text));
		}
		r->rename[2 * i] = vv_strndup(text, (size_t)(eq - text));
		r->rename[2 * i + 1] = vv_strdup(eq + 1);
		if (!r->rename[2 * i] || !r->rename[2 * i + 1]) {
			return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

static vv_status fill_how(run *r, vv_error *err)
{
	const options *o = r->o;
	vv_status rc = split_renames(r, &o->rename, err);
	if (rc < 0) {
		return rc;
	}
	if (o->tolerance && !vv_tolerance_check(o->tolerance)) {
		return vv_fail(err, VV_EUSAGE,
			       "--tolerance takes a number or a percentage (0.01, 1%%), not '%s'",
			       vv_text_shows(o->tolerance));
	}
	r->how.key = &o->key;
	r->how.rename = (const char *const *)r->rename;
	r->how.only = &o->columns;
	r->how.ignore = &o->ignore_column;
	r->how.where = &o->where;
	r->how.no_renames = o->no_renames;
	r->how.ignore_format = o->ignore_format;
	r->how.moves = o->moves ||
		       strcmp(r->format, "csv") == 0; /* that form is of rows in their order */
	r->how.tolerance = o->tolerance;
	r->how.only_whether = o->quiet || o->name_only || o->name_status;
	return VV_OK;
}

static bool is_kind(const run *r, const char *name)
{
	return strcmp(r->format, name) == 0;
}

/* Is this a form for people, in which a line of prose has its place? */
static bool is_prose(const run *r)
{
	return is_kind(r, "text") || is_kind(r, "summary") || is_kind(r, "stat");
}

static vv_status choose_limit(run *r, vv_error *err)
{
	bool terminal = r->fd < 0 && vv_out_is_terminal();
	r->how.limit = is_kind(r, "text") && terminal ? TERMINAL_LIMIT : 0;
	if (r->o->limit && !vv_parse_u64(&r->how.limit, r->o->limit, strlen(r->o->limit))) {
		return vv_fail(err, VV_EUSAGE, "--limit takes a number, not '%s'",
			       vv_text_shows(r->o->limit));
	}
	return VV_OK;
}

static bool wants_color(const run *r)
{
	if (r->o->color && strcmp(r->o->color, "auto") != 0) {
		return strcmp(r->o->color, "always") == 0;
	}
	return r->fd < 0 && vv_color_off()[0] != '\0';
}

static vv_status open_output(run *r, vv_error *err)
{
	if (!r->o->output || r->o->quiet) {
		return VV_OK;
	}
	char *dir = vv_path_dir(r->o->output);
	if (!dir) {
		return vv_fail_nomem(err);
	}
	int fd = vv_temp_open(&r->temp, dir, ".varve-diff-", err);
	vv_free(dir);
	if (fd < 0) {
		return (vv_status)fd;
	}
	r->fd = fd;
	return VV_OK;
}

static vv_status finish_output(run *r, vv_error *err)
{
	int fd = r->fd;
	if (fd < 0) {
		return VV_OK;
	}
	r->fd = -1;
	vv_status rc = vv_close(fd, r->o->output, err);
	if (rc == VV_OK && (rc = vv_rename(r->temp, r->o->output, err)) == VV_OK) {
		vv_free(r->temp);
		r->temp = NULL;
	}
	return rc;
}

static const char *temp_dir(void)
{
	const char *dir = getenv("TMPDIR");
	return dir && *dir ? dir : "/tmp";
}

/* "v1, commit 6af54fd of 2026-11-20 by Ann Author: first prices"; of index and work tree the name. */
static vv_status describe_side(vv_buf *out, vv_repository *repo, const vv_diff_side *s,
			       vv_error *err)
{
	vv_commit c = {0};
	vv_buf date = VV_BUF_INIT;
	char *id = NULL;
	size_t len;
	vv_status rc = VV_OK;
	vv_buf_puts(out, s->name);
	if (s->kind != VV_SIDE_COMMIT || vv_oid_is_null(&s->commit)) {
		return vv_buf_ok(out, err);
	}
	if ((rc = vv_commit_read(repo, &s->commit, &c, err)) == VV_OK &&
	    (rc = vv_rev_short(repo, &s->commit, &id, err)) == VV_OK) {
		const char *subject = vv_commit_subject(&c, &len);
		vv_person_iso_date(&date, &c.author);
		vv_buf_printf(out, ", commit %s of %.10s by %s: ", id, vv_buf_cstr(&date),
			      c.author.name ? c.author.name : "");
		vv_buf_put(out, subject, len);
		out->failed = out->failed || date.failed;
		rc = vv_buf_ok(out, err);
	}
	vv_free(id);
	vv_buf_clear(&date);
	vv_commit_clear(&c);
	return rc;
}

static vv_status open_writer(run *r, const char *title, vv_error *err)
{
	vv_diff_writer_options wo = {
		.write = write_out,
		.payload = r,
		.color = wants_color(r),
		.context = 2,
		.title = title,
		.old_side = r->sides[0].len > 0 ? vv_buf_cstr(&r->sides[0]) : NULL,
		.new_side = r->sides[1].len > 0 ? vv_buf_cstr(&r->sides[1]) : NULL,
		.limit = r->how.limit};
	vv_status rc;
	/* into a pipe or file nothing is cut, unless a width is given */
	wo.width = r->fd < 0 ? vv_out_limit() : 0;
	if (r->how.only_whether) {
		return VV_OK;
	}
	if (!r->kind) {
		r->patch = (vv_patch_write_options){.write = write_out,
						    .payload = r,
						    .temp_dir = temp_dir(),
						    .pool = r->how.pool};
		r->how.patch = &r->patch;
		r->how.sections = &r->sections;
		return vv_patch_begin(write_out, r, err);
	}
	if ((rc = r->kind->open(&r->writer, &wo, err)) < 0) {
		return rc;
	}
	r->how.writer = r->writer;
	r->how.counts = is_kind(r, "summary") || is_kind(r, "stat");
	return r->writer->begin(r->writer, err);
}

/* What was said of a path that is not a table. */
static vv_status tell_line(run *r, const vv_diff_answer *a, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;
	if (r->how.only_whether || ++r->text_files > TEXT_FILES_MAX) {
		return VV_OK;
	}
	if (!is_prose(r)) {
		vv_note("%s", a->line.data);
		return VV_OK;
	}
	vv_buf_put(&b, a->line.data, a->line.len);
	vv_buf_putc(&b, '\n');
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = write_out(r, b.data, b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

/* A, M, D, R, or U for a path in conflict, as git diff --name-status has them. */
static char letter_of(const char *old_path, bool conflict, bool was, bool is)
{
	return conflict ? 'U' : old_path ? 'R' : !was ? 'A' : !is ? 'D' : 'M';
}

static vv_status tell_name(run *r, const char *path, const char *old_path, bool conflict, bool was,
			   bool is, vv_error *err)
{
	vv_buf b = VV_BUF_INIT;
	vv_status rc;
	if (r->o->name_status) {
		vv_buf_printf(&b, "%c\t", letter_of(old_path, conflict, was, is));
	}
	if (r->o->name_status && old_path) {
		vv_path_put_quoted(&b, old_path, true, false);
		vv_buf_putc(&b, '\t');
	}
	vv_path_put_quoted(&b, path, true, false);
	vv_buf_putc(&b, '\n');
	if ((rc = vv_buf_ok(&b, err)) == VV_OK) {
		rc = write_out(r, b.data, b.len, err);
	}
	vv_buf_clear(&b);
	return rc;
}

static vv_status compare(run *r, const vv_diff_item *item, vv_error *err)
{
	vv_diff_answer a;
	vv_status rc = vv_diff_item_compare(&a, item, &r->how, err);
	if (rc == VV_OK) {
		r->differs |= a.differs;
		if (a.line.len > 0) {
			rc = tell_line(r, &a, err);
		}
		if (rc == VV_OK && (r->o->name_only || r->o->name_status) && !r->o->quiet &&
		    a.differs) {
			rc = tell_name(r, item->path, item->old_path, item->conflict,
				       item->a != NULL, item->b != NULL, err);
		}
		vv_buf_clear(&a.line);
	}
	return rc;
}

/* --- two files ----------------------------------------------------------- */

static vv_status diff_files(run *r, vv_context *c, vv_error *err)
{
	char **argv = c->argv;
	vv_subject a, b;
	vv_error ignored;
	vv_status rc;
	vv_subject_init(&a);
	vv_subject_init(&b);
	/* pointers among the files need the repository's blocks; else none is needed */
	if (vv_context_need(c, VV_NEEDS_READER, &ignored) == VV_OK) {
		r->repo = c->repo;
		r->reader = c->reader;
	}
	if ((rc = vv_subject_find_file(&a, r->repo, r->reader, argv[0], err)) < 0 ||
	    (rc = vv_subject_find_file(&b, r->repo, r->reader, argv[1], err)) < 0) {
		goto done;
	}
	/* a patch is of the file that it is applied to */
	vv_diff_item item = {.path = r->kind ? argv[1] : argv[0],
			     .a = &a,
			     .b = &b,
			     .old_name = argv[0],
			     .new_name = argv[1],
			     .named = true};
	rc = compare(r, &item, err);
done:
	vv_subject_clear(&a);
	vv_subject_clear(&b);
	return rc;
}

/* --- versions -------------------------------------------------------------- */

/* The subject of one side, NULL in *out when the path is not there. */
static vv_status find_side(run *r, const vv_diff_side *s, const char *path, uint32_t mode,
			   int stage, vv_subject *storage, vv_subject **out, char **word,
			   char **name, vv_error *err)
{
	static const char *const stages[] = {NULL, "base", "ours", "theirs"};
	vv_buf b = VV_BUF_INIT;
	vv_status rc;
	char hex[VV_OID_TEXT + 1];
	*out = NULL;
	if (mode == 0) {
		return VV_OK;
	}
	if (s->kind == VV_SIDE_WORK) {
		*word = vv_repository_file(r->repo, path);
	} else {
		if (s->kind == VV_SIDE_COMMIT) {
			vv_oid_text(hex, &s->commit);
		}
		if (s->kind == VV_SIDE_COMMIT) {
			vv_buf_printf(&b, "%s:%s", hex, path);
		} else {
			vv_buf_printf(&b, ":%d:%s", stage, path);
		}
		*word = vv_buf_detach(&b);
	}
	vv_buf_printf(&b, "%s:%s", s->kind == VV_SIDE_INDEX && stage > 0 ? stages[stage] : s->name,
		      path);
	*name = vv_buf_detach(&b);
	if (!*word || !*name) {
		return vv_fail_nomem(err);
	}
	rc = vv_subject_find(storage, r->repo, r->reader, *word, err);
	storage->text = *name; /* what messages call it */
	*out = rc == VV_OK ? storage : NULL;
	return rc;
}

static vv_status diff_path(run *r, const vv_diff_sides *d, const vv_diff_path *p, vv_error *err)
{
	vv_subject a, b;
	char *words[2] = {NULL, NULL}, *names[2] = {NULL, NULL};
	vv_diff_item item = {.path = p->path,
			     .old_path = p->old_path,
			     .named = p->literal,
			     .conflict = p->stage != 0};
	vv_status rc;
	vv_subject_init(&a);
	vv_subject_init(&b);
	if ((rc = find_side(r, &d->a, p->old_path ? p->old_path : p->path, p->old_mode, p->stage,
			    &a, &item.a, &words[0], &names[0], err)) < 0 ||
	    (rc = find_side(r, &d->b, p->path, p->new_mode, 0, &b, &item.b, &words[1], &names[1],
			    err)) < 0) {
		goto done;
	}
	item.old_name = names[0];
	item.new_name = names[1];
	rc = compare(r, &item, err);
done:
	vv_subject_clear(&a);
	vv_subject_clear(&b);
	for (int i = 0; i < 2; i++) {
		vv_free(words[i]);
		vv_free(names[i]);
	}
	return rc;
}

/* The index has no version of a path in conflict that could be compared. */
static vv_status tell_conflict(run *r, const char *path, vv_error *err)
{
	vv_diff_answer a = {.differs = true, .line = VV_BUF_INIT};
	vv_status rc;
	vv_text_put_escaped(&a.line, path, strlen(path));
	vv_buf_puts(
		&a.line,
		": in conflict ('varve diff' compares the work tree with ours, 'varve conflicts' lists it)");
	r->differs = true;
	rc = (rc = vv_buf_ok(&a.line, err)) < 0 ? rc : tell_line(r, &a, err);
	if (rc == VV_OK && (r->o->name_only || r->o->name_status) && !r->o->quiet) {
		rc = tell_name(r, path, NULL, true, true, true, err);
	}
	vv_buf_clear(&a.line);
	return rc;
}

/* Submodules, and links whose target is text: nothing for tables. */
static bool is_ordinary(uint32_t mode)
{
	return mode == 0 || (mode & 0170000) == 0100000;
}

static vv_status diff_paths(run *r, const vv_diff_sides *d, vv_error *err)
{
	vv_status rc = VV_OK;
	for (size_t i = 0; i < d->count && rc == VV_OK; i++) {
		const vv_diff_path *p = &d->paths[i];
		if (r->o->quiet && r->differs) {
			break;
		}
		if (p->stage == VV_STAGE_HIDDEN) {
			rc = tell_conflict(r, p->path, err);
			continue;
		}
		if (!is_ordinary(p->old_mode) || !is_ordinary(p->new_mode)) {
			vv_diff_answer a = {.line = VV_BUF_INIT};
			vv_text_put_escaped(&a.line, p->path, strlen(p->path));
			vv_buf_puts(&a.line, ": a link or submodule changed ('git diff' shows it)");
			r->differs = true;
			rc = (rc = vv_buf_ok(&a.line, err)) < 0 ? rc : tell_line(r, &a, err);
			if (rc == VV_OK && (r->o->name_only || r->o->name_status) && !r->o->quiet) {
				rc = tell_name(r, p->path, p->old_path, p->stage != 0,
					       p->old_mode != 0, p->new_mode != 0, err);
			}
			vv_buf_clear(&a.line);
			continue;
		}
		rc = diff_path(r, d, p, err);
		/* one table whose blocks are not here does not hide the others */
		if ((rc == VV_EMISSING || rc == VV_EINPUT || rc == VV_ECORRUPT) && d->count > 1 &&
		    !vv_out_failed()) {
			vv_report(err);
			r->trouble = true;
			rc = VV_OK;
		}
	}
	return rc;
}

static vv_status diff_versions(run *r, const vv_diff_sides *d, vv_error *err)
{
	vv_status rc = diff_paths(r, d, err);
	if (rc == VV_OK && r->text_files > TEXT_FILES_MAX && !r->how.only_whether) {
		vv_diff_answer a = {.line = VV_BUF_INIT};
		vv_buf_printf(&a.line,
			      "... and %s more files that are not tables ('git diff' shows them)",
			      vv_text_count(r->text_files - TEXT_FILES_MAX));
		r->text_files = 0;
		rc = (rc = vv_buf_ok(&a.line, err)) < 0 ? rc : tell_line(r, &a, err);
		vv_buf_clear(&a.line);
	}
	return rc;
}

static void run_clear(run *r)
{
	vv_buf_clear(&r->sides[0]);
	vv_buf_clear(&r->sides[1]);
	if (r->writer) {
		r->writer->close(r->writer);
	}
	if (r->fd >= 0) {
		vv_close(r->fd, NULL, NULL);
	}
	if (r->temp) {
		vv_unlink(r->temp, true, NULL);
	}
	vv_free(r->temp);
	for (size_t i = 0; r->rename && i < 2 * r->o->rename.count; i++) {
		vv_free(r->rename[i]);
	}
	vv_free(r->rename);
}

static void page(run *r)
{
	char *pager = NULL;
	vv_error ignored;
	if (r->fd >= 0 || r->how.only_whether || !is_prose(r)) {
		return;
	}
	if (r->repo && vv_config_string(r->repo, "core.pager", &pager, &ignored) < 0) {
		pager = NULL;
	}
	vv_out_page(pager);
	vv_free(pager);
}

static vv_status run_sides(run *r, vv_context *c, vv_error *err)
{
	char **argv = c->argv;
	const vv_diff_sides_options so = {.dashdash = c->dashdash,
					  .cached = r->o->cached,
					  .renames = !r->o->no_renames,
					  .stage = r->o->stage ? r->o->stage[0] - '0' : 0};
	vv_diff_sides d;
	vv_buf title = VV_BUF_INIT;
	vv_status rc;
	memset(&d, 0, sizeof(d));
	if (r->o->no_index) {
		vv_buf_printf(&title, "%s..%s", argv[0], argv[1]);
		if ((rc = open_writer(r, vv_buf_cstr(&title), err)) == VV_OK) {
			page(r);
			rc = diff_files(r, c, err);
		}
		goto done;
	}
	if ((rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err)) < 0) {
		if (rc == VV_ENOTFOUND && c->argc == 2) {
			err->hint[0] = '\0';
			vv_hint(err, "two files are compared by: varve diff --no-index %s %s",
				vv_text_shows(argv[0]), vv_text_shows(argv[1]));
		}
		goto done;
	}
	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
	    (rc = vv_diff_sides_find(&d, c->repo, c->reader, c->argc, argv, &so, err)) < 0) {
		goto done;
	}
	r->repo = c->repo;
	r->reader = c->reader;
	r->how.pool = vv_dataset_reader_pool(r->reader);
	vv_buf_printf(&title, "%s..%s", d.a.name, d.b.name);
	if (is_kind(r, "html") && ((rc = describe_side(&r->sides[0], r->repo, &d.a, err)) < 0 ||
				   (rc = describe_side(&r->sides[1], r->repo, &d.b, err)) < 0)) {
		goto done;
	}
	if ((rc = open_writer(r, vv_buf_cstr(&title), err)) == VV_OK) {
		page(r);
		rc = diff_versions(r, &d, err);
	}
done:
	if (rc == VV_OK && r->writer) {
		rc = r->writer->end(r->writer, err);
	} else if (rc == VV_OK && r->how.patch) {
		rc = vv_patch_end(write_out, r, r->sections, err);
	}
	vv_diff_sides_clear(&d);
	vv_buf_clear(&title);
	return rc;
}

vv_status vv_diff_show_commits(const vv_diff_show *s, const vv_oid *from, const vv_oid *to,
			       vv_error *err)
{
	static const options none;
	char hex[VV_OID_TEXT + 1];
	vv_buf shown_by = VV_BUF_INIT;
	run r = {.o = &none,
		 .repo = s->repo,
		 .reader = s->reader,
		 .fd = -1,
		 .format = "text",
		 .kind = vv_diff_writer_find("text")};
	vv_diff_sides d = {0};
	vv_status rc;
	vv_oid_text(hex, to);
	vv_buf_printf(&shown_by, "git show %.10s", hex);
	if ((rc = vv_diff_sides_between(&d, s->repo, from, to, s->paths, err)) < 0 ||
	    (rc = fill_how(&r, err)) < 0 || (rc = choose_limit(&r, err)) < 0) {
		goto done;
	}
	r.how.pool = vv_dataset_reader_pool(s->reader);
	r.how.text_shown_by = vv_buf_cstr(&shown_by);
	r.how.limit = s->no_limit ? r.how.limit : s->limit;
	if ((rc = open_writer(&r, "", err)) == VV_OK &&
	    (rc = diff_versions(&r, &d, err)) == VV_OK) {
		rc = r.writer->end(r.writer, err);
	}
done:
	run_clear(&r);
	vv_diff_sides_clear(&d);
	vv_buf_clear(&shown_by);
	return rc;
}

static int check_diff(const vv_context *c)
{
	const options *o = c->options;

	if (o->no_index && c->argc != 2) {
		return vv_usage_error("diff --no-index takes two files");
	}
	if (o->no_index && o->cached) {
		return vv_usage_error("--no-index and --cached exclude each other");
	}
	if (o->format && !vv_diff_writer_find(o->format) &&
	    (o->columns.count || o->ignore_column.count || o->where.count || o->tolerance ||
	     o->ignore_format || o->limit)) {
		return vv_usage_error(
			"a patch carries every change: it cannot be had of some columns, rows or values");
	}
	return VV_EXIT_OK;
}

static vv_status run_diff(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	run r = {.o = o, .fd = -1, .format = o->format ? o->format : "text"};
	vv_status rc;

	r.kind = vv_diff_writer_find(r.format);
	r.how.notes = &vv_notes_stderr;
	r.how.progress = c->progress;
	r.how.propose = r.kind && is_kind(&r, "text");
	if ((rc = fill_how(&r, err)) < 0 || (rc = open_output(&r, err)) < 0 ||
	    (rc = choose_limit(&r, err)) < 0) {
		goto done;
	}
	if ((rc = run_sides(&r, c, err)) == VV_OK) {
		rc = finish_output(&r, err);
	}
	c->code = r.trouble                                 ? VV_EXIT_TROUBLE
		  : r.differs && (o->exit_code || o->quiet) ? VV_EXIT_NO
							    : VV_EXIT_OK;
done:
	run_clear(&r);
	return vv_out_failed() ? VV_OK : rc;
}

const vv_command vv_cmd_diff = {
	.name = "diff",
	.group = "look",
	.summary = "show what differs between two versions: columns, rows and cells",
	.usage = "[--cached] [OPTION]... [REV [REV]] [--] [PATH...]\n"
		 "[OPTION]... A..B | A...B [--] [PATH...]\n"
		 "--no-index [OPTION]... FILE FILE",
	.example = "$ varve diff v1 v2 prices.csv\n"
		   "prices.csv: v1 -> v2\n"
		   "  columns  added 'vat' (number) after 'price'\n"
		   "\n"
		   "    id  name        price\n"
		   "  ~  1  Blue lamp   9.99 -> 8.99\n"
		   "  -  2  Red lamp           12.50\n"
		   "\n"
		   "  1 row removed, 1 row changed (1 cell); 47,123 -> 47,122 rows",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "with --exit-code or --quiet: something differs",
	.arguments = "ref",
	.check = check_diff,
	.needs = VV_NEEDS_PROGRESS,
	.run = run_diff,
	.conflict_is_no = true,
};
