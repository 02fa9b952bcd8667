/*
 * diff: the differences of two versions, or (compare) of two files, as tables.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/output.h"
#include "cmd/frame/typed_line.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/data_out.h"
#include "cmd/varve/out_file.h"
#include "cmd/varve/print/diff_show.h"
#include "cmd/varve/print/out_format.h"
#include "diff/rows/value.h"
#include "lib/arrow/diff_writer.h"
#include "lib/rows/where.h"
#include "lib/status/sides.h"
#include "lib/view/view.h"
#include "repo/git/history/history.h"
#include "repo/git/program.h"

#define QUERY_TEMP ".varve-query-"
/* After the first bar. */
#define FORMATS (&VV_DIFF_FORMS(VV_DIFF_FORM_CHOICE) VV_ARROW_DIFF_FORMS(VV_DIFF_FORM_CHOICE)[1])

typedef struct options {
	vv_strings key, rename, ignore_column, columns, where;
	vv_diff_print print;
	const char *format, *misfit, *numbers, *limit, *size, *query;
	bool cached, two_files, exit_code, same, allow_unsigned;
	const char *renames, *stage;
} options;

/* Those of both commands. */
#define OPT_COMPARED                                                                                                          \
	OPT_NAMES(0, "key", key, "columns that identify rows; 'none': compare as a sequence"),                                \
		OPT_UNSIGNED,                                                                                                 \
		OPT_LIST(0, "rename", rename, "OLD=NEW", "column OLD is now called NEW"),                                     \
		OPT_FLAG(0, "no-renames", print.how.no_renames,                                                               \
			 "do not look for renamed columns and files"),                                                        \
		OPT_FLAG(0, "ignore-format", print.how.ignore_format,                                                         \
			 "hide cells that are only written differently (1.0, 1.00)"),                                         \
		OPT_NAMES(0, "ignore-column", ignore_column, "do not compare these columns"),                                 \
		OPT_NAMES(0, "columns", columns, "compare only these columns"),                                               \
		OPT_LIST(                                                                                                     \
			0, "where", where, "CONDITION",                                                                       \
			"only rows that meet CONDITION before or after: \"price > 100 and kind in ('a', 'b')\"; repeatable: " \
			"all must be met"),                                                                                   \
		OPT_STRING(0, "tolerance", print.how.tolerance, "N",                                                          \
			   "numbers this close are equal: 0.01, or 1%"),                                                      \
		OPT_FLAG(0, "moves", print.how.moves, "report rows that only moved"),                                         \
		OPT_CHOICE(0, "format", format, "FORMAT", FORMATS,                                                            \
			   "the output format (default: text)"),                                                              \
		OPT_WORD(0, "json", format, "json", "short for --format json"), OPT_ARROW,                                    \
		OPT_WORD(0, "summary", format, "summary",                                                                     \
			 "columns, and how many rows and cells; short for --format summary"),                                 \
		OPT_WORD(0, "stat", format, "stat",                                                                           \
			 "one line per table; short for --format stat"),                                                      \
		OPT_FLAG(0, "name-only", print.name_only, "only the paths that differ"),                                      \
		OPT_STRING(0, "limit", limit, "N",                                                                            \
			   "at most N rows of each table; 0: all (default: 50 on a terminal)"),                               \
		OPT_STRING(0, "size", size, "BYTES",                                                                          \
			   "--format markdown: at most BYTES (default: 65536, GitHub's limit)"),                              \
		OPT_STRING('o', "output", print.output, "FILE", "write to FILE"),                                             \
		OPT_FLAG(                                                                                                     \
			0, "name-status", print.name_status,                                                                  \
			"only the paths that differ, each after its letter: A added, M modified, D deleted, R renamed (with " \
			"both paths)"),                                                                                       \
		OPT_MAYBE_CHOICE(0, "color", print.color, "WHEN", "auto|always|never", "always",                              \
				 "colours in text (without a value: always)"),                                                \
		OPT_WORD(0, "no-color", print.color, "never", "short for --color=never"),                                     \
		OPT_FLAG(0, "exit-code", exit_code, "exit with 1 if anything differs"),                                       \
		OPT_FLAG('q', "quiet", print.quiet, "print nothing; implies --exit-code")

static const vv_option diff_table[] = {
	OPT_FLAG(0, "cached", cached, "compare with the index, which the next commit will contain"),
	OPT_FLAG(0, "staged", cached, "the same as --cached"),
	OPT_WORD(0, "base", stage, "1",
		 "for tables in conflict: the work tree against the common version"),
	OPT_WORD(0, "ours", stage, "2", "... against our side (the default)"),
	OPT_WORD(0, "theirs", stage, "3", "... against their side"),
	OPT_ONCE(0, "query", query, "SQL",
		 "compare the result of a query on both versions (needs varve-sql)"),
	OPT_FLAG(0, "no-index", two_files, "compare two files, as varve compare does"),
	OPT_COMPARED,
	OPT_STRING(0, "pages", print.pages, "URL",
		   "--format markdown: link rows to the pages of varve web at URL"),
	OPT_FLAG('p', "patch", same, "rows and cells (the default)"),
	OPT_FLAG('u', NULL, same, "the same as -p"),
	OPT_MAYBE_STRING('M', "find-renames", renames, "N", "on",
			 "look for renamed files (the default); N is ignored"),
};

static const vv_option_rule option_rules[] = {
	{"--no-index", .excludes = "--cached"},
	{"--query", .excludes = "--no-index --cached --base --ours --theirs"},
	{NULL, NULL, NULL},
};

#define AS_HTML                                                                                    \
	"varve diff ARGS | sed -e 's/&/\\&amp;/g; s/</\\&lt;/g' -e '1i<!DOCTYPE html><meta "       \
	"charset=utf-8><pre>'"
static const vv_absent_option absent[] = {
	{"ignore exclude ignore-columns exclude-columns skip skip-column skip-columns drop",
	 .use = "--ignore-column"},
	{"include select only column cols fields c", .use = "--columns"},
	{"id on pk primary-key keys", .use = "--key"},
	{"filter condition", .use = "--where"},
	{"n head rows max-rows", .use = "--limit"},
	{"epsilon atol rtol delta precision", .use = "--tolerance"},
	{"schema schema-only columns-only counts count", .use = "--summary"},
	{"tables files", .use = "--stat"},
	{"ignore-order ignore-row-order any-order unordered", .use = ""},
	{"json-output output-json json-file", .line = "varve diff --json -o VALUE ARGS"},
	{"md markdown format=md", .use = "--format markdown"},
	{"as f r output-format result-format", .use = "--format"},
	{"jsonl json-lines ndjson", .use = "--format ndjson"},
	{"excel xlsx", .use = "-o changes.xlsx"},
	{"side-by-side y data from to old new rev since targets pretty table cells changes format=table",
	 .use = ""},
	{"added only-added new-only new-rows additions",
	 .line = "varve diff --format ndjson ARGS | grep '\"change\":\"added\"'"},
	{"removed only-removed deleted only-deleted",
	 .line = "varve diff --format ndjson ARGS | grep '\"change\":\"removed\"'"},
	{"changed only-changed modified only-modified updated",
	 .line = "varve diff --format ndjson ARGS | grep '\"change\":\"changed\"'"},
	{"csv format=csv",
	 .line = "varve sql --format csv \"SELECT * FROM varve_diff_cells('FILE', 'FIRST', 'SECOND')\"\n"
		 "varve sql --format csv \"SELECT * FROM varve_diff_cells('FILE', 'VERSION')\""},
	{"changed-rows full-rows whole-rows",
	 .line = "varve sql --format csv \"SELECT NEWER FROM varve_diff('FILE', 'FIRST', 'SECOND') WHERE diff_type <> 'removed'\"\n"
		 "varve sql --format csv \"SELECT NEWER FROM varve_diff('FILE', 'VERSION') WHERE diff_type <> 'removed'\""},
	{"html", .line = AS_HTML " > VALUE\nvarve web --export pages"},
	{"format=html", .line = AS_HTML " > diff.html\nvarve web --export pages"},
	VV_ABSENT_WRITTEN,
	{.names = NULL},
};

static const vv_option compare_table[] = {
	OPT_COMPARED,
};

/* The requested form; NULL: the output's name requires one that is not written. */
static const vv_diff_writer_kind *find_kind(const vv_context *c)
{
	static const vv_diff_writer_kind *const arrow[] = {VV_ARROW_DIFF_FORMS(VV_DIFF_FORM_KIND)};
	const vv_out_formats formats = {.command = c, .choices = FORMATS, .instead = "ndjson"};
	const options *o = c->options;
	const char *format = o->format;

	if (vv_out_format_choose(&format, o->print.output, &formats) != VV_EXIT_OK) return NULL;
	vv_array_each(arrow, format ? sizeof(arrow) / sizeof(arrow[0]) : 0, form) {
		if (strcmp((*form)->name, format) == 0) return *form;
	}
	return format ? vv_diff_writer_find(format) : &vv_diff_writer_text;
}

/* One command under way. */
typedef struct run {
	const options *o;
	vv_diff_print p;
	vv_sniff_hints written; /* of the results of --query */
	char **rename;          /* NULL-ended pairs */
	vv_new_file file;       /* --output: the temporary file, or NULL */
	bool two_files;
} run;

static vv_status split_renames(run *r, const vv_strings *list, vv_error *err)
{
	if (list->count == 0) return VV_OK;
	r->rename = vv_calloc(2 * list->count + 1, sizeof(*r->rename));
	if (!r->rename) return vv_fail_nomem(err);
	for (size_t i = 0; i < list->count; i++) {
		const char *text = list->items[i], *eq = strchr(text, '=');
		if (!eq || eq == text || !eq[1]) {
			return vv_fail(err, VV_EUSAGE, "--rename requires OLD=NEW, not '%s'",
				       vv_text_shows(text));
		}
		r->rename[2 * i] = vv_strndup(text, (size_t)(eq - text));
		r->rename[2 * i + 1] = vv_strdup(eq + 1);
		if (!r->rename[2 * i] || !r->rename[2 * i + 1]) return vv_fail_nomem(err);
	}
	return VV_OK;
}

/* The options that need to be checked or taken apart. */
static vv_status read_how(run *r, vv_error *err)
{
	const options *o = r->o;
	vv_status rc = split_renames(r, &o->rename, err);
	if (rc < 0 || (rc = vv_where_check(&o->where, err)) < 0) return rc;
	if (o->print.how.tolerance && !vv_tolerance_check(o->print.how.tolerance)) {
		return vv_fail(
			err, VV_EUSAGE,
			"--tolerance requires a number or a percentage (0.01, 1%%), not '%s'",
			vv_text_shows(o->print.how.tolerance));
	}
	r->p.how.rename = (const char *const *)r->rename;
	return VV_OK;
}

static vv_status choose_size(run *r, vv_error *err)
{
	uint64_t size = 0;

	if (!r->o->size) return VV_OK;
	if (!vv_parse_u64(&size, r->o->size, strlen(r->o->size)) || size < 1024 ||
	    size > UINT32_MAX) {
		return vv_fail(err, VV_EUSAGE,
			       "--size requires a number of bytes from 1024 to %u, not '%s'",
			       UINT32_MAX, vv_text_shows(r->o->size));
	}
	r->p.size = (size_t)size;
	return VV_OK;
}

static vv_status choose_limit(run *r, vv_error *err)
{
	r->p.how.limit = vv_diff_print_limit(&r->p);
	if (r->o->limit && !vv_parse_u64(&r->p.how.limit, r->o->limit, strlen(r->o->limit))) {
		return vv_fail(err, VV_EUSAGE, "--limit requires a number, not '%s'",
			       vv_text_shows(r->o->limit));
	}
	return VV_OK;
}

static vv_status open_output(run *r, vv_error *err)
{
	if (!r->o->print.output || r->o->print.quiet) return VV_OK;
	vv_status rc = vv_new_file_beside(&r->file, r->o->print.output, ".varve-diff-", err);
	if (rc == VV_OK) {
		r->p.fd = r->file.fd;
	}
	return rc;
}

static vv_status finish_output(run *r, vv_error *err)
{
	if (r->p.fd < 0) return VV_OK;
	r->p.fd = -1;
	vv_status rc = vv_new_file_end(&r->file, false, err);
	return rc < 0 ? rc : vv_new_file_place(&r->file, r->o->print.output, err);
}

/* --- two files ----------------------------------------------------------- */

/* A file, or a version of one: in the current folder's repository (of), in another one, or in none. */
typedef struct source {
	vv_context other; /* URL#REV:PATH */
	vv_subject subject;
} source;

static void source_clear(source *s)
{
	vv_subject_clear(&s->subject);
	vv_context_close(&s->other);
}
VV_AUTO_CLEAR(source, source_clear)

static vv_status find_source(source *s, vv_context *c, char *word, vv_error *err)
{
	vv_status rc;

	s->subject.env = vv_environ();
	if (vv_cached_url_len(word) > 0) {
		char *words[] = {word, NULL};

		s->other = (vv_context){.name = c->name,
					.gets = true,
					.progress = c->progress,
					.allow_unsigned = c->allow_unsigned};
		if ((rc = vv_url_words_read(&s->other.urls, VV_URLS_VERSIONS, 1, words, -1, err)) <
			    0 ||
		    (rc = vv_context_need(&s->other, VV_NEEDS_READER, err)) < 0) {
			return rc;
		}
		rc = vv_subject_find(
			&s->subject, s->other.repo, s->other.reader,
			&(vv_version_name){.word = s->other.urls.argv[0], .shown = word}, err);
		return rc;
	}
	const bool version = vv_subject_file_len(word) == 0 &&
			     (vv_subject_colon(word) || strlen(word) == VV_CID_TEXT);

	/* Pointers among the files need the repository's blocks; else none is needed. */
	rc = vv_context_need(c, VV_NEEDS_READER, version ? err : VV_IGNORED);
	if (version) {
		return rc < 0 ? rc
			      : vv_subject_find(&s->subject, c->repo, c->reader,
						&(vv_version_name){.word = word}, err);
	}
	return vv_subject_find(&s->subject, c->reader ? c->repo : NULL, c->reader,
			       &(vv_version_name){.file = word}, err);
}

static vv_status compare_files(run *r, vv_context *c, vv_error *err)
{
	char **argv = c->argv;
	vv_auto(vv_pool) *pool = NULL;
	vv_auto(source) a = {.other = {.argc = 0}}, b = {.other = {.argc = 0}};
	vv_status rc;

	if ((rc = find_source(&a, c, argv[0], err)) < 0 ||
	    (rc = find_source(&b, c, argv[1], err)) < 0) {
		return rc;
	}
	r->p.repo = c->reader ? c->repo : NULL;
	r->p.reader = c->reader;
	/* the reader has no data about files outside of the repository */
	pool = r->p.how.pool = vv_pool_new(vv_cpu_count() - 1);
	if (!pool) return vv_fail_nomem(err);
	if (a.subject.from == VV_FROM_WORK && b.subject.from == VV_FROM_WORK) {
		r->p.how.text_shown_by = "git diff --no-index";
	}
	/* a patch is of the file that it is applied to, by a path that git apply would take, too */
	const bool patch = r->p.kind == &vv_diff_writer_patch;
	const source *of = patch ? &a : &b;
	const bool given = r->p.kind->prose || of->subject.from == VV_FROM_WORK ||
			   !of->subject.path;
	vv_auto(char) *path = !given  ? vv_subject_name(&of->subject)
			      : patch ? vv_path_absolute("/", argv[0])
				      : vv_strdup(argv[1]);
	if (!path) return vv_fail_nomem(err);
	const vv_diff_item item = {.path = path + (given && patch),
				   .a = &a.subject,
				   .b = &b.subject,
				   .old_name = argv[0],
				   .new_name = argv[1],
				   .named = true,
				   .files = true};
	rc = vv_diff_print_item(&r->p, &item, err);
	r->p.how.pool = NULL;
	return rc;
}

/* A file that is outside of the repository, or a version of a file, and no pathspec? */
static bool is_git_file(vv_context *c, const char *word)
{
	vv_auto(char) *inside = NULL;
	const char *colon = vv_subject_colon(word);
	vv_oid commit;

	if (vv_cached_url_len(word) > 0) return true;
	if (vv_subject_file_len(word) == 0) {
		return c->repo && c->dashdash < 0 && colon && (colon > word || colon[1] == '0');
	}
	if (!c->repo) return true;
	/* HEAD is a file of a bare repository, too */
	return vv_repository_is_bare(c->repo)
		       ? vv_rev_commit(c->repo, word, &commit, VV_IGNORED) < 0
		       : vv_repository_relative(&inside, c->repo, word, VV_IGNORED) < 0;
}

/* Where git diff compares two files and no two versions. */
static bool are_two_files(vv_context *c)
{
	return c->argc == 2 && !c->urls.url &&
	       (is_git_file(c, c->argv[0]) || is_git_file(c, c->argv[1]));
}

/* --- the result of a query ---------------------------------------------------- */

/* In a file without a name in the temporary folder: what varve-sql prints of the query on one side. */
static vv_status query_side(run *r, vv_new_file *file, const vv_diff_side *s, vv_error *err)
{
	char commit[VV_OID_TEXT + 1] = "";
	vv_auto(vv_buf) rows = VV_BUF_INIT, said = VV_BUF_INIT;
	vv_auto(char) *program = NULL;
	vv_status rc;
	int code;

	if (s->kind == VV_SIDE_INDEX) {
		return vv_fail(
			err, VV_EUSAGE,
			"--query compares commits, or one with the work tree: name a version");
	}
	if ((rc = vv_program_find_own(&program, vv_environ(), "varve-sql", err)) < 0) {
		return rc == VV_EPROGRAM ? vv_hint(err, "install the package varve-sql") : rc;
	}
	if (s->kind == VV_SIDE_COMMIT) {
		vv_oid_text(commit, &s->commit);
	}
	const char *const argv[] = {program,
				    "--quiet",
				    "--format",
				    "csv",
				    "--command",
				    r->o->query,
				    commit[0] ? "--at" : NULL,
				    commit,
				    NULL};
	const vv_run how = {.argv = argv, .env = vv_environ(), .output = &rows, .errors = &said};
	if ((rc = vv_run_program(&how, &code, err)) < 0) return rc;
	if (code != 0) {
		const char *text = vv_buf_cstr(&said);
		const char *at = strncmp(text, "varve: ", 7) == 0 ? text + 7 : text;

		return vv_fail(err, VV_EUSAGE, "%s: the query fails: %.*s", s->name,
			       (int)strcspn(at, "\n"), at);
	}
	const char *dir = vv_env_temp_dir(vv_environ());

	vv_temp_sweep(dir, QUERY_TEMP);
	if ((rc = vv_new_file_open(file, dir, QUERY_TEMP, err)) < 0 ||
	    (rc = vv_new_file_put(file, rows.data, rows.len, err)) < 0) {
		return rc;
	}
	return vv_new_file_end(file, false, err);
}

static vv_status compare_results(run *r, const vv_new_file *files, const vv_diff_sides *d,
				 vv_error *err)
{
	vv_auto(vv_subject) a = {.env = vv_environ()}, b = {.env = vv_environ()};
	vv_auto(vv_buf) old = VV_BUF_INIT, now = VV_BUF_INIT;
	vv_status rc;

	r->written = (vv_sniff_hints)VV_SNIFF_HINTS_INIT;
	r->written.has_form = true;
	r->written.form = VV_FORM_CSV;
	r->written.delimiter = ',';
	r->written.quote = '"';
	r->written.header = 1;
	r->written.header_rows = 1;
	r->written.skip = r->written.skip_below = r->written.comment = 0;
	if ((rc = vv_subject_find(&a, NULL, NULL, &(vv_version_name){.file = files[0].temp}, err)) <
		    0 ||
	    (rc = vv_subject_find(&b, NULL, NULL, &(vv_version_name){.file = files[1].temp}, err)) <
		    0) {
		return rc;
	}
	vv_buf_printf(&old, "%s:query.csv", d->a.name);
	vv_buf_printf(&now, "%s:query.csv", d->b.name);
	if (old.failed || now.failed) return vv_fail_nomem(err);
	a.text = vv_buf_cstr(&old);
	b.text = vv_buf_cstr(&now);
	const vv_diff_item item = {.path = "query.csv",
				   .a = &a,
				   .b = &b,
				   .old_name = a.text,
				   .new_name = b.text,
				   .named = true};
	return vv_diff_print_item(&r->p, &item, err);
}

static vv_status diff_query(run *r, const vv_diff_sides *d, vv_error *err)
{
	vv_new_file files[2] = {{0}};
	vv_status rc = query_side(r, &files[0], &d->a, err);

	if (rc == VV_OK && (rc = query_side(r, &files[1], &d->b, err)) == VV_OK) {
		rc = compare_results(r, files, d, err);
	}
	vv_array_each(files, 2, file) {
		vv_new_file_clear(file);
	}
	return rc;
}

static void run_clear(run *r)
{
	vv_diff_print_clear(&r->p);
	vv_new_file_clear(&r->file);
	vv_array_each(r->rename, 2 * r->o->rename.count, name) {
		vv_free(*name);
	}
	vv_free(r->rename);
}
VV_AUTO_CLEAR(run, run_clear)

static void page_output(run *r)
{
	if (r->p.fd < 0 && !r->p.how.only_whether && r->p.kind->prose) {
		vv_page_for(r->p.repo);
	}
}

/* In which commit a version is; time may be NULL. */
static vv_status find_commit(run *r, char *out, int64_t *time, const vv_diff_side *s, vv_error *err)
{
	vv_auto(vv_commit) c = {0};
	vv_status rc;

	if (s->kind != VV_SIDE_COMMIT || vv_oid_is_null(&s->commit)) return VV_OK;
	if ((rc = vv_commit_read(r->p.repo, &s->commit, &c, err)) < 0) return rc;
	vv_oid_text(out, &s->commit);
	if (time) {
		*time = c.committer.time;
	}
	return VV_OK;
}

/* What `varve compare` calls the file of a path argument in the newer version; NULL: it is none there. */
static char *file_word(vv_context *c, const vv_diff_sides *d, const char *word)
{
	vv_auto(char) *path = NULL, *there = NULL;
	vv_auto(vv_subject) s = {0};

	if (d->b.kind != VV_SIDE_COMMIT) {
		return vv_subject_find(&s, c->repo, c->reader, &(vv_version_name){.file = word},
				       VV_IGNORED) == VV_OK
			       ? vv_strdup(word)
			       : NULL;
	}
	path = vv_repository_relative(&path, c->repo, word, VV_IGNORED) < 0 ? vv_strdup(word)
									    : path;
	there = vv_diff_side_word(&d->b, c->repo, path, 0);
	const vv_version_name name = {.word = there};
	if (!there || vv_subject_find(&s, c->repo, c->reader, &name, VV_IGNORED) < 0) return NULL;
	return vv_asprintf("%s%s%s:%s", c->urls.url ? c->urls.url : "", c->urls.url ? "#" : "",
			   d->b.name, path);
}

/* Who names two files mostly wants them compared. */
static void say_unchanged(vv_context *c, const vv_diff_sides *d)
{
	const int files = c->argc - d->revisions;
	char **argv = c->argv + d->revisions;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (files < 2) return;
	vv_auto(char) *old = file_word(c, d, argv[0]), *now = file_word(c, d, argv[1]);
	if (!old || !now) return;
	vv_buf_printf(&b, "no change %s %s%s", d->b.kind == VV_SIDE_COMMIT ? "from" : "since",
		      d->a.kind == VV_SIDE_INDEX ? "the " : "", vv_text_shows(d->a.name));
	if (d->b.kind == VV_SIDE_COMMIT) {
		vv_buf_printf(&b, " to %s", vv_text_shows(d->b.name));
	}
	for (int i = 0; i < files; i++) {
		vv_buf_puts(&b, i > 0 ? ", " : " in ");
		vv_text_put_word(&b, argv[i]);
	}
	vv_buf_puts(&b, "; 'varve compare ");
	vv_text_put_word(&b, old);
	vv_buf_putc(&b, ' ');
	vv_text_put_word(&b, now);
	vv_note("%s' compares %s two", vv_buf_cstr(&b), files == 2 ? "the" : "the first");
}

/* Are the arguments two files of the work tree? */
static bool are_present(const vv_context *c)
{
	return c->argc == 2 && c->dashdash < 0 && vv_exists(c->argv[0]) && vv_exists(c->argv[1]);
}

static vv_status run_files(run *r, vv_context *c, vv_error *err)
{
	vv_auto(vv_buf) title = VV_BUF_INIT;
	vv_status rc;

	if (r->p.pages) {
		return vv_fail(err, VV_EUSAGE,
			       "--pages requires commits, whose pages it links\n'varve diff REV "
			       "REV -- PATH' compares two versions of a file");
	}
	vv_buf_printf(&title, "%s..%s", c->argv[0], c->argv[1]);
	if ((rc = vv_diff_print_begin(&r->p, vv_buf_cstr(&title), err)) == VV_OK) {
		page_output(r);
		rc = compare_files(r, c, err);
	}
	return rc < 0 ? rc : vv_diff_print_end(&r->p, err);
}

static vv_status run_sides(run *r, vv_context *c, vv_error *err)
{
	const vv_diff_sides_options so = {.dashdash = c->dashdash,
					  .cached = r->o->cached,
					  .renames = !r->o->print.how.no_renames,
					  .stage = r->o->stage ? r->o->stage[0] - '0' : 0};
	vv_auto(vv_diff_sides) d = {0};
	vv_auto(vv_buf) title = VV_BUF_INIT;
	vv_status rc;
	if (!r->two_files) {
		rc = vv_context_need(c, VV_NEEDS_REPOSITORY, err);
		r->two_files = !r->o->cached && !r->o->stage && !r->o->query && are_two_files(c);
		if (rc < 0 && !r->two_files) return rc;
	}
	if (r->two_files) return run_files(r, c, err);
	if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) return rc;
	vv_context_versions_first(c);
	rc = vv_diff_sides_find(&d, c->repo, c->reader, c->argc, c->argv, &so, err);
	if (rc == VV_ENOTFOUND && err->hint_id == VV_HINT_COMPARE && are_present(c)) {
		vv_error_clear(err); /* one is not tracked: it has no other version */
		return run_files(r, c, err);
	}
	if (rc < 0) return rc;
	r->p.repo = c->repo;
	r->p.reader = c->reader;
	r->p.how.pool = vv_dataset_reader_pool(r->p.reader);
	vv_buf_printf(&title, "%s..%s", d.a.name, d.b.name);
	if ((r->p.kind->typed || r->p.pages) &&
	    ((rc = find_commit(r, r->p.commit, &r->p.commit_time, &d.b, err)) < 0 ||
	     (rc = find_commit(r, r->p.old_commit, NULL, &d.a, err)) < 0)) {
		return rc;
	}
	if ((rc = vv_diff_print_begin(&r->p, vv_buf_cstr(&title), err)) == VV_OK) {
		page_output(r);
		rc = r->o->query ? diff_query(r, &d, err) : vv_diff_print_sides(&r->p, &d, err);
	}
	if (rc < 0 || (rc = vv_diff_print_end(&r->p, err)) < 0) return rc;
	if (!r->p.differs && !r->o->print.quiet) {
		say_unchanged(c, &d);
	}
	return VV_OK;
}

static bool is_compare(const vv_context *c)
{
	const options *o = c->options;

	return o->two_files || strcmp(c->name, vv_cmd_compare.name) == 0;
}

static int check_diff(const vv_context *c)
{
	const options *o = c->options;
	const vv_diff_writer_kind *kind = find_kind(c);

	if (!kind) return VV_EXIT_TROUBLE;
	if (is_compare(c) && c->argc != 2) {
		vv_auto(vv_buf) line = VV_BUF_INIT;
		vv_typed t;

		vv_typed_read(&t, c->typed_count, c->typed);
		vv_typed_put(&line, "varve diff ARGS", &t);
		const bool range = c->argc == 1 && strstr(c->argv[0], "..");

		return t.version || range
			       ? vv_usage_error(
					 "%s requires two files: [[URL#]REV:]PATH; '%s' does it",
					 c->name, vv_buf_cstr(&line))
			       : vv_usage_error("%s requires two files: [[URL#]REV:]PATH", c->name);
	}
	if (o->query && kind == &vv_diff_writer_patch) {
		return vv_usage_error(
			"--query and --format patch cannot be used together: the result of a query is not in a file");
	}
	if (kind == &vv_diff_writer_patch &&
	    (o->columns.count || o->ignore_column.count || o->where.count ||
	     o->print.how.tolerance || o->print.how.ignore_format || o->limit)) {
		return vv_usage_error(
			"a patch has all changes: it cannot be limited to columns, rows or values; "
			"'varve restore --column' undoes the changes of one column");
	}
	if ((o->misfit || o->numbers) && !kind->typed) {
		return vv_usage_error("%s requires --format arrow",
				      o->misfit ? "--misfit" : "--numbers");
	}
	if ((o->size || o->print.pages) && kind != &vv_diff_writer_markdown) {
		return vv_usage_error("%s requires --format markdown",
				      o->size ? "--size" : "--pages");
	}
	if (o->print.pages && strncmp(o->print.pages, "http://", 7) != 0 &&
	    strncmp(o->print.pages, "https://", 8) != 0) {
		return vv_usage_error("--pages requires an http:// or https:// address, not '%s'",
				      vv_text_shows(o->print.pages));
	}
	return kind->binary && !o->print.output && !o->print.quiet && !o->print.name_only &&
			       !o->print.name_status
		       ? vv_data_out_check_binary(kind->binary)
		       : VV_EXIT_OK;
}

static vv_status run_diff(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	const vv_diff_writer_kind *kind = find_kind(c);
	vv_auto(run) r = {.o = o, .two_files = is_compare(c), .p = o->print};
	vv_diff_how *how = &r.p.how;
	vv_status rc;

	r.p.fd = r.p.book.fd = -1;
	r.p.kind = kind;
	r.p.shows_all = "--limit 0";
	r.p.shows_moves = "--moves";
	r.p.misfit = vv_view_misfit(kind->workbook ? "text" : o->misfit);
	r.p.numbers = vv_view_numbers(kind->workbook ? "decimal" : o->numbers);
	how->notes = &vv_notes_stderr;
	how->progress = c->progress;
	how->propose = kind == &vv_diff_writer_text;
	how->written = o->query ? &r.written : NULL;
	how->key = &o->key;
	how->only = &o->columns;
	how->ignore = &o->ignore_column;
	how->where = &o->where;
	how->only_whether = o->print.quiet || o->print.name_only || o->print.name_status;
	if ((rc = read_how(&r, err)) < 0 || (rc = open_output(&r, err)) < 0 ||
	    (rc = choose_limit(&r, err)) < 0 || (rc = choose_size(&r, err)) < 0) {
		return rc;
	}
	if ((rc = run_sides(&r, c, err)) == VV_OK) {
		rc = finish_output(&r, err);
	}
	if (r.p.trouble) {
		c->code = VV_EXIT_TROUBLE;
	} else if (r.p.differs && (o->exit_code || o->print.quiet)) {
		c->code = VV_EXIT_NO;
	} else {
		c->code = VV_EXIT_OK;
	}
	return vv_out_failed() ? VV_OK : rc;
}

const vv_command vv_cmd_compare = {
	.name = "compare",
	.group = "look",
	.summary = "show the differences between two files, or versions of files",
	.usage = "[[URL#]REV:]PATH [[URL#]REV:]PATH",
	.example = "$ varve compare sales_2026-09.csv sales_2026-10.csv\n"
		   "sales_2026-09.csv -> sales_2026-10.csv\n"
		   "    id  price\n"
		   "  ~  1  9.99 -> 8.99\n"
		   "\n"
		   "  1 row changed (1 cell); 2 -> 2 rows",
	.options = compare_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(compare_table),
	.options_size = sizeof(options),
	.exit_codes = "with --exit-code or --quiet: something differs",
	.arguments = "path",
	.check = check_diff,
	.needs = VV_NEEDS_PROGRESS,
	.urls = VV_URLS_OWN,
	.gets = true,
	.run = run_diff,
	.conflict_is_no = true,
};

const vv_command vv_cmd_diff = {
	.name = "diff",
	.group = "look",
	.summary = "show the differences between two versions: columns, rows and cells",
	.usage = "[--cached] [REV [REV]] [--] [PATH...]\n"
		 "A..B | A...B [--] [PATH...]\n"
		 "--query SQL REV [REV]\n"
		 "[--no-index] FILE FILE\n"
		 "REV:PATH REV:PATH",
	.example = "$ varve diff v1 v2 prices.csv\n"
		   "prices.csv: v1 -> v2\n"
		   "  columns  added 'vat' (number) after 'price'\n"
		   "\n"
		   "    id  name        price\n"
		   "  ~  1  Blue lamp   9.99 -> 8.99\n"
		   "  -  2  Red lamp           12.50\n"
		   "\n"
		   "  1 row removed, 1 row changed (1 cell); 47,123 -> 47,122 rows",
	.options = diff_table,
	.absent = absent,
	.option_count = VV_OPTION_COUNT(diff_table),
	.options_size = sizeof(options),
	.exit_codes = "with --exit-code or --quiet: something differs",
	.arguments = "ref",
	.rules = option_rules,
	.check = check_diff,
	.needs = VV_NEEDS_PROGRESS,
	.urls = VV_URLS_SIDES,
	.gets = true,
	.run = run_diff,
	.conflict_is_no = true,
};
