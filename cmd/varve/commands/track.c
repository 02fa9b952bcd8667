/*
 * track: track, untrack: the lines of .gitattributes that make datasets of paths.
 */
#include <limits.h>
#include <string.h>
#include <sys/stat.h>

#include "base/array.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "dataset/format/dialect.h"
#include "dataset/format/form.h"
#include "dataset/read/sniff.h"
#include "lib/documents/document.h"
#include "lib/names/damaged_pointer.h"
#include "lib/remotes/push_hook.h"
#include "lib/tables/dataset_reader.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/attributes_edit.h"
#include "lib/worktree/attributes_lines.h"
#include "lib/worktree/by_git.h"
#include "lib/worktree/way_back.h"
#include "repo/git/blob.h"
#include "repo/git/index/attribute_lines.h"
#include "repo/git/index/attributes.h"
#include "repo/git/repository_init.h"

/* Files listed for a line, unless -v. */
enum { SHOWN = 10 };

typedef struct options {
	bool verbose, text;
} options;

/* The files for which a line decides. */
typedef struct decided {
	size_t count;
	vv_buf names;
} decided;

typedef struct lister {
	vv_repository *r;
	vv_attr_list list;
	decided *files; /* one for each line */
	bool verbose;
	bool compared; /* the lines leave files as text */
} lister;

static vv_status assign_files(lister *l, vv_index *x, vv_error *err)
{
	for (vv_index_entry e = {0}; vv_index_next(x, &e);) {
		bool tracked;

		const size_t line = vv_attr_list_deciding(&l->list, e.path);
		if (e.stage > 1 || line == l->list.count) {
			continue;
		}
		vv_status rc = l->compared ? vv_attr_compared(l->r, e.path, &tracked, err)
					   : vv_attr_tracked(l->r, e.path, &tracked, err);
		if (rc < 0) return rc;
		if (tracked && (l->files[line].count++ < SHOWN || l->verbose)) {
			vv_buf_printf(&l->files[line].names, "\t%s\n", vv_text_shows(e.path));
		}
	}
	return VV_OK;
}

static void print_lines(const lister *l)
{
	for (size_t i = 0; i < l->list.count; i++) {
		const vv_attr_list_line *at = &l->list.lines[i];
		const decided *files = &l->files[i];
		const char *note = files->count == 0 ? "  (no file yet)" : "";

		if (!at->on) {
			note = "  (not tracked)";
		}
		vv_out("%s:%u: %s%s%s\n", vv_text_shows(at->file), at->number,
		       vv_text_shows(at->pattern), l->compared ? "  (stays text)" : "", note);
		vv_out_bytes(vv_buf_cstr(&files->names), files->names.len);
		if (files->count > SHOWN && !l->verbose) {
			vv_out("\tand %s more (-v lists all)\n",
			       vv_text_count(files->count - SHOWN));
		}
	}
}

/* *lines is counted up. */
static vv_status list_kind(vv_context *c, bool verbose, bool compared, size_t *lines, vv_error *err)
{
	lister l = {.r = c->repo, .verbose = verbose, .compared = compared};
	vv_status rc = vv_attr_list_read(&l.list, c->repo, NULL,
					 compared ? VV_ATTR_COMPARED_LINES : VV_ATTR_FILTER_LINES,
					 err);

	*lines += l.list.count;
	if (rc == VV_OK) {
		l.files = vv_calloc(l.list.count + 1, sizeof(*l.files));
		rc = l.files ? VV_OK : vv_fail_nomem(err);
	}
	if (rc == VV_OK && (rc = assign_files(&l, c->index, err)) == VV_OK) {
		print_lines(&l);
	}
	vv_array_each(l.files, l.list.count, file) {
		vv_buf_clear(&file->names);
	}
	vv_free(l.files);
	vv_attr_list_clear(&l.list);
	return rc;
}

static vv_status list_tracked(vv_context *c, const options *o, vv_error *err)
{
	size_t lines = 0;
	vv_status rc = VV_OK;

	if ((!o->text && (rc = list_kind(c, o->verbose, false, &lines, err)) < 0) ||
	    (rc = list_kind(c, o->verbose, true, &lines, err)) < 0) {
		return rc;
	}
	if (lines == 0) {
		vv_out(o->text ? "no pattern keeps tables as text; 'varve track --text PATTERN' "
				 "adds one\n"
			       : "nothing is tracked yet; "
				 "start with 'varve add FILE' or 'varve track PATTERN'\n");
	}
	return VV_OK;
}

/* A pattern of the current folder as one of the top folder. */
static vv_status top_pattern(char **out, vv_repository *r, const char *pattern, bool *literal,
			     vv_error *err)
{
	vv_auto(char) *prefix = NULL, *typed = NULL;
	vv_status rc;

	*literal = vv_exists(pattern);
	if (*literal) {
		if ((rc = vv_repository_relative(out, r, pattern, err)) == VV_OK) {
			rc = vv_path_check(*out, err);
		}
		return rc;
	}
	if (!(pattern = typed = vv_path_typed(pattern))) return vv_fail_nomem(err);
	if ((rc = vv_worktree_prefix(&prefix, r, err)) < 0) return rc;
	if (!*prefix) {
		*out = vv_strdup(pattern);
	} else if (strchr(pattern, '/')) {
		*out = vv_path_join(prefix, pattern[0] == '/' ? pattern + 1 : pattern,
				    (char *)NULL);
	} else {
		*out = vv_path_join(prefix, "**", pattern, (char *)NULL);
	}
	return *out ? VV_OK : vv_fail_nomem(err);
}

/* Counts files of the index that Git stores as text though they are tracked now. */
static vv_status count_plain(vv_context *c, size_t *out, vv_error *err)
{
	vv_status rc = vv_context_need(c, VV_NEEDS_READER, err);

	*out = 0;
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(c->index, &e);) {
		bool tracked, pointer = true;

		if (e.stage != 0 || (e.mode & 0170000) != 0100000 || !vv_add_may(e.path) ||
		    vv_oid_is_empty_blob(&e.id)) {
			continue;
		}
		rc = vv_attr_tracked(c->repo, e.path, &tracked, err);
		if (rc == VV_OK && tracked) {
			rc = vv_dataset_reader_is_pointer(c->reader, &e.id, &pointer, err);
		}
		*out += !pointer;
	}
	return rc;
}

/* Files of the index that match the lines just written, but are pointers already. */
static vv_status count_blocks(vv_context *c, vv_buf *text, vv_error *err)
{
	vv_auto(vv_attr_list) list = {0};
	size_t found = 0;
	vv_auto(char) *first = NULL;
	vv_status rc = vv_attr_list_read(&list, c->repo, NULL, VV_ATTR_COMPARED_LINES, err);

	rc = rc < 0 ? rc : vv_context_need(c, VV_NEEDS_READER, err);
	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(c->index, &e);) {
		bool tracked = false;

		if (e.stage > 0 || !vv_attr_list_concerns(&list, e.path) ||
		    (rc = vv_attr_tracked(c->repo, e.path, &tracked, err)) < 0 || !tracked) {
			continue;
		}
		if (found++ == 0 && !(first = vv_strdup(e.path))) {
			rc = vv_fail_nomem(err);
		}
	}
	if (rc == VV_OK && found > 0) {
		vv_buf_printf(
			text, "%s%s stay%s in blocks, because of another line of .gitattributes\n",
			vv_text_shows(first), found > 1 ? " and others" : "", found > 1 ? "" : "s");
	}
	return rc;
}

/* Warns of other lines that make Git rewrite the pointers of tracked files, those of the index and
 * those just named. */
static vv_status warn_beaten(vv_repository *r, vv_index *x, const vv_string_list *named,
			     vv_error *err)
{
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_status rc = vv_attr_list_read(&lines, r, x, VV_ATTR_TEXT_LINES, err);

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(x, &e);) {
		if (e.stage <= 1 && !vv_add_never(e.path)) {
			rc = vv_attr_beaten_note(&lines, r, e.path, err);
		}
	}
	for (size_t i = 0; i < named->count && rc == VV_OK; i++) {
		vv_index_entry e;

		if (!vv_index_get(x, named->items[i], &e)) {
			rc = vv_attr_beaten_note(&lines, r, named->items[i], err);
		}
	}
	vv_attr_beaten_put(&lines, &text);
	for (vv_line l = {.rest = vv_buf_cstr(&text)}; rc == VV_OK && vv_line_next(&l);) {
		vv_warn("%.*s: %s", (int)l.len, l.text, VV_ATTR_BEATEN_HINT);
	}
	return rc;
}

/* Tables that Git wrote as pointers, since no line tracked them, are written now. */
static vv_status write_tables(vv_context *c, vv_error *err)
{
	vv_status rc = vv_context_need(c, VV_NEEDS_READER, err);
	vv_auto(vv_by_git) tables = {.git = {.repo = c->repo}, .reader = c->reader};

	if (rc < 0 || (rc = vv_by_git_place_all(&tables, err)) < 0) return rc;
	if (tables.placed > 0) {
		vv_out("%s written to the work tree\n",
		       vv_text_counted(tables.placed, "table", "tables"));
	}
	if (tables.lacking) {
		c->code = VV_EXIT_NO;
	}
	return VV_OK;
}

/* Records the files that will change, before any change. */
static vv_status note_way_back(vv_way_back **out, const vv_context *c, const char *what,
			       vv_error *err)
{
	vv_status rc = vv_way_back_open(out, c->repo, c->name, what, err);

	rc = rc < 0 ? rc : vv_way_back_path(*out, c->index, ".gitattributes", true, err);
	return rc < 0 ? rc : vv_way_back_ready(*out, err);
}

/* Workbooks stay files of Git: their versions are small, and git shows their cells. */
static bool stays_in_git(const options *wish, const char *pattern)
{
	return wish->text || vv_sniff_is_workbook(pattern);
}

typedef struct reading {
	const char *pattern;
	bool workbook, found;
} reading;

static vv_status note_kind(void *payload, const vv_reader_kind *k, vv_error *err VV_UNUSED)
{
	reading *r = payload;

	r->found = r->found || (k->found && ((strcmp(k->kind, "workbook") == 0) == r->workbook ||
					     strcmp(k->kind, vv_path_ext(r->pattern)) == 0));
	return VV_OK;
}

#define CELLS                                                                                      \
	"; stays a file of Git, whose cells 'git diff', 'git log -p' and 'git log -p --ext-diff' show"

static const char *what_it_means(vv_repository *r, const options *wish, const char *pattern)
{
	const vv_env *env = vv_repository_env(r);
	reading read = {pattern, vv_sniff_is_workbook(pattern), false};

	if (!stays_in_git(wish, pattern)) return "";
	if (!vv_document_is_name(r, env, pattern)) {
		return "; stays text in Git, compared and merged by cell";
	}
	(void)vv_reader_kinds(r, env, note_kind, &read, VV_IGNORED);
	return read.found ? CELLS : CELLS " once it can be read: " VV_READER_INSTALL;
}

/* Does a pattern end in an asterisk, and name no ending? As text, it stands for files that end as tables do. */
static bool has_no_ending(const char *pattern, bool literal)
{
	const size_t len = strlen(pattern);

	return !literal && len > 0 && pattern[len - 1] == '*' &&
	       !strchr(vv_path_base(pattern), '.');
}

/* The pattern for such files with one ending: owned. */
static char *with_ending(const char *pattern, const vv_ending *e)
{
	return strcmp(vv_path_base(pattern), "**") == 0
		       ? vv_asprintf("%s/%s", pattern, e->pattern)
		       : vv_asprintf("%s%s", pattern, e->pattern + 1);
}

static vv_status track_one(vv_attr_edit *edit, const options *wish, const char *pattern,
			   bool literal, vv_buf *text, vv_error *err)
{
	const bool before = edit->changed;

	edit->changed = false;
	vv_status rc = stays_in_git(wish, pattern)
			       ? vv_attr_edit_track_text(edit, pattern, literal, err)
			       : vv_attr_edit_track(edit, pattern, literal, err);
	if (rc == VV_OK) {
		vv_buf_printf(text, "%s: %s%s\n", vv_text_shows(pattern),
			      edit->changed ? "tracked" : "is already tracked",
			      what_it_means(edit->r, wish, pattern));
	}
	edit->changed = edit->changed || before;
	return rc;
}

static vv_status track_endings(vv_attr_edit *edit, const options *wish, const char *pattern,
			       vv_buf *text, vv_error *err)
{
	vv_status rc = VV_OK;

	for (const vv_ending *e = vv_ending_of_rows(vv_endings); rc == VV_OK && e;
	     e = vv_ending_of_rows(e + 1)) {
		vv_auto(char) *one = with_ending(pattern, e);
		rc = one ? track_one(edit, wish, one, false, text, err) : vv_fail_nomem(err);
	}
	return rc;
}

static vv_status track_paths(vv_context *c, vv_error *err)
{
	vv_repository *r = c->repo;
	vv_index *x = c->index;
	const options *wish = c->options;
	vv_auto(vv_attr_edit) edit = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;  /* printed only when all is done */
	vv_auto(vv_string_list) named = {0}; /* files */
	vv_way_back *back = NULL;
	size_t plain = 0;
	vv_status rc;

	if ((rc = vv_attr_edit_begin(&edit, r, err)) < 0) return rc;
	rc = note_way_back(&back, c, "'varve track'", err);
	for (int i = 0; i < c->argc && rc == VV_OK; i++) {
		vv_auto(char) *pattern = NULL;
		bool literal = false;

		if ((rc = top_pattern(&pattern, r, c->argv[i], &literal, err)) == VV_OK) {
			rc = wish->text && has_no_ending(pattern, literal)
				     ? track_endings(&edit, wish, pattern, &text, err)
				     : track_one(&edit, wish, pattern, literal, &text, err);
		}
		if (rc == VV_OK && literal) {
			rc = vv_string_list_add(&named, vv_take(&pattern), err);
		}
	}
	if (rc == VV_OK && edit.changed && (rc = vv_attr_edit_stage(&edit, x, err)) == VV_OK) {
		rc = vv_index_write(x, err);
	}
	rc = vv_way_back_close(back, rc, err);
	if (rc == VV_OK && wish->text) {
		rc = count_blocks(c, &text, err);
	} else if (rc == VV_OK && edit.changed && (rc = count_plain(c, &plain, err)) == VV_OK &&
		   plain > 0) {
		vv_buf_printf(&text, "%s stored in Git as text; 'varve add --fix' makes %s\n",
			      vv_text_counted(plain, "matching file is", "matching files are"),
			      plain == 1 ? "a table of it" : "tables of them");
	}
	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&text), text.len);
		rc = wish->text ? VV_OK : write_tables(c, err);
	}
	if (rc == VV_OK) {
		rc = warn_beaten(r, x, &named, err);
	}
	return rc;
}

/* A line of .gitattributes names what Git is to call; the first one in a clone of plain git finds
 * nothing of that name. */
static vv_status set_up(vv_context *c, vv_error *err)
{
	vv_status rc;

	if (vv_repository_is_initialised(c->repo)) return VV_OK;
	if ((rc = vv_repository_set_up(c->repo, "varve", err)) == VV_OK &&
	    (rc = vv_push_hook_set(c->repo, &vv_notes_stderr, err)) == VV_OK) {
		vv_note("varve: git now calls varve for tables of this repository ('varve init')");
	}
	return rc;
}

static vv_status run_track(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_status rc = vv_context_need(
		c, c->argc == 0 ? VV_NEEDS_INDEX : VV_NEEDS_RIGHT | VV_NEEDS_INDEX_LOCK, err);

	if (rc < 0) return rc;
	vv_auto(vv_attr_held) held VV_UNUSED = vv_attr_hold(c->repo);
	if (c->argc == 0) return list_tracked(c, o, err);
	rc = set_up(c, err);
	return rc < 0 ? rc : track_paths(c, err);
}

/* The lines that 'track --text' wrote for a pattern without an ending. VV_ENOTFOUND: none. */
static vv_status untrack_endings(vv_repository *r, const char *pattern, vv_error *err)
{
	vv_status rc = VV_ENOTFOUND;

	for (const vv_ending *e = vv_ending_of_rows(vv_endings); e; e = vv_ending_of_rows(e + 1)) {
		vv_auto(char) *one = with_ending(pattern, e);
		vv_error why;
		const vv_status now = one ? vv_attr_untrack(r, one, false, &why)
					  : vv_fail_nomem(&why);

		if (now < 0 && now != VV_ENOTFOUND) return vv_error_copy(err, &why);
		rc = now == VV_OK ? VV_OK : rc;
	}
	return rc;
}

/* Another line may still match the file: an exception follows it. rc: VV_OK, or VV_ENOTFOUND: the file has no line of
 * its own. */
static vv_status except_path(vv_repository *r, const char *path, vv_status rc, vv_error *err)
{
	bool tracked = true, compared = false;

	for (int i = 0; i < 2 && (tracked || compared); i++) {
		vv_error why;
		vv_status now;

		vv_attr_flush(r);
		if ((now = vv_attr_tracked(r, path, &tracked, &why)) < 0 ||
		    (now = vv_attr_compared(r, path, &compared, &why)) < 0 ||
		    (i == 0 && (tracked || compared) &&
		     (now = rc = vv_attr_except(r, path, &why)) < 0)) {
			return vv_error_copy(err, &why);
		}
	}
	return tracked || compared
		       ? vv_fail(err, VV_EREFUSED,
				 "%s: a line of a .gitattributes file in a deeper folder still "
				 "tracks it\n'varve track' lists the lines",
				 vv_text_shows(path))
		       : rc;
}

static vv_status untrack_one(vv_repository *r, const char *given, vv_buf *text, vv_error *err)
{
	vv_auto(char) *pattern = NULL;
	bool literal = false;
	vv_status rc = top_pattern(&pattern, r, given, &literal, err);

	if (rc == VV_OK) {
		rc = vv_attr_untrack(r, pattern, literal, err);
	}
	if (rc == VV_ENOTFOUND && literal) { /* a pattern that happens to be a file's name */
		rc = vv_attr_untrack(r, pattern, false, err);
	}
	if (literal && (rc == VV_OK || rc == VV_ENOTFOUND)) {
		rc = except_path(r, pattern, rc, err);
	}
	if (rc == VV_ENOTFOUND && has_no_ending(pattern, literal)) {
		rc = untrack_endings(r, pattern, err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_hint(err, "'varve track' lists the lines and the files that they match");
	}
	if (rc == VV_OK) {
		vv_buf_printf(text, "%s: no longer tracked; committed versions are unchanged\n",
			      vv_text_shows(pattern));
	}
	return rc;
}

static vv_status count_line(void *payload, const char *file VV_UNUSED, unsigned line VV_UNUSED,
			    const char *pattern VV_UNUSED, const char *attributes,
			    vv_error *err VV_UNUSED)
{
	*(size_t *)payload += strstr(attributes, "filter=varve") != NULL;
	return VV_OK;
}

/* Does another line than before track the file now? NULL: no. */
static const vv_attr_list_line *takes_over(const vv_attr_list *before, const vv_attr_list *now,
					   const char *path)
{
	const size_t was = vv_attr_list_deciding(before, path),
		     is = vv_attr_list_deciding(now, path);

	return was < before->count && is < now->count && now->lines[is].on &&
			       strcmp(before->lines[was].pattern, now->lines[is].pattern) != 0
		       ? &now->lines[is]
		       : NULL;
}

/* Warns of files that another line tracks, and of those that renormalizing cannot turn into text, since they have no
 * rows. */
static vv_status warn_of_files(vv_context *c, const vv_attr_list *before, vv_error *err)
{
	vv_auto(vv_attr_list) now = {0};
	vv_status rc = vv_attr_list_read(&now, c->repo, NULL, VV_ATTR_FILTER_LINES, err);
	bool told = false;

	for (vv_index_entry e = {0}; rc == VV_OK && vv_index_next(c->index, &e);) {
		const vv_attr_list_line *line = told ? NULL : takes_over(before, &now, e.path);
		if (line) {
			vv_warn("%s is still tracked, by %s:%u (%s)", vv_text_shows(e.path),
				line->file, line->number, vv_text_shows(line->pattern));
			told = true;
		}
		if (S_ISREG(e.mode) && vv_attr_list_concerns(before, e.path) &&
		    !vv_attr_list_concerns(&now, e.path)) {
			rc = vv_damaged_pointer_warn(c->repo, &e.id, e.path, err);
		}
	}
	return rc;
}

static vv_status run_untrack(vv_context *c, vv_error *err)
{
	vv_repository *r = c->repo;
	vv_auto(vv_attr_edit) edit = {0};
	vv_auto(vv_attr_list) lines = {0};
	vv_auto(vv_buf) text = VV_BUF_INIT;
	vv_way_back *back = NULL;
	size_t blocks = 0, left = 0; /* lines with the filter, before and after */
	vv_status rc;

	if ((rc = vv_attr_list_read(&lines, r, NULL, VV_ATTR_FILTER_LINES, err)) < 0 ||
	    (rc = vv_attr_edit_begin(&edit, r, err)) < 0 ||
	    (rc = vv_attr_lines(r, NULL, VV_ATTR_FILTER_LINES, count_line, &blocks, err)) < 0) {
		return rc;
	}
	rc = note_way_back(&back, c, "'varve untrack'", err);
	for (int i = 0; i < c->argc && rc == VV_OK; i++) {
		if ((rc = untrack_one(r, c->argv[i], &text, err)) == VV_OK) {
			edit.changed = true;
		}
	}
	vv_attr_flush(r);
	if (rc == VV_OK) {
		rc = vv_attr_lines(r, NULL, VV_ATTR_FILTER_LINES, count_line, &left, err);
	}
	if (rc == VV_OK && (rc = vv_attr_edit_stage(&edit, c->index, err)) == VV_OK) {
		rc = vv_index_write(c->index, err);
	}
	rc = vv_way_back_close(back, rc, err);
	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&text), text.len);
		if (blocks > left) {
			vv_out("(to store a file as text again: 'git add --renormalize PATH', "
			       "then commit)\n");
		}
		rc = warn_of_files(c, &lines, err);
	}
	return rc;
}

static const vv_option track_table[] = {
	OPT_FLAG(
		0, "text", text,
		"leave the files in Git as text; only compare and merge them by cell; a pattern without an ending is for .csv, .tsv and the other endings of tables"),
	OPT_FLAG('v', "verbose", verbose, "list all files of each line"),
};

const vv_command vv_cmd_track = {
	.name = "track",
	.group = "change",
	.summary = "make tables of all files that match a pattern, or list the patterns",
	.usage = "[-v] [--text]\n[--text] PATTERN...",
	.example = "$ varve track 'data/**/*.csv'\n"
		   "data/**/*.csv: tracked\n"
		   "$ varve track\n"
		   ".gitattributes:2: data/**/*.csv\n"
		   "\tdata/2024/prices.csv",
	.options = track_table,
	.option_count = VV_OPTION_COUNT(track_table),
	.options_size = sizeof(options),
	.exit_codes =
		"tables that it tracks now were not written because their blocks are not available",
	.arguments = "path",
	.needs = VV_NEEDS_WORKTREE,
	.run = run_track,
};

const vv_command vv_cmd_untrack = {
	.name = "untrack",
	.group = "change",
	.summary = "stop tracking a pattern or file",
	.usage = "PATTERN...",
	.example = "$ varve untrack 'data/**/*.csv'",
	.arguments = "path",
	.takes = "a pattern or a file; 'varve track' lists them",
	.least = 1,
	.most = INT_MAX,
	.needs = VV_NEEDS_RIGHT | VV_NEEDS_INDEX_LOCK,
	.run = run_untrack,
};
