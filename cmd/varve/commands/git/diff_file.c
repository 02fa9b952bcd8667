/*
 * diff_file: diff-file, diff-tool: called by git to show a table's difference (diff.varve.command,
 * difftool.varve.cmd), with git's arguments and exit codes.
 */
#include <stdlib.h>
#include <string.h>

#include "base/ascii.h"
#include "base/file.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/environ.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "diff/write/writer_kinds.h"
#include "lib/names/version.h"
#include "lib/view/document_diff.h"
#include "repo/git/history/history.h"
#include "repo/git/index/attributes.h"
#include "repo/git/index/index.h"

/* Rows of each table shown to a reader in front of a terminal, as diff has it. */
#define TERMINAL_LIMIT 50u
#define NOTHING "/dev/null"
#define SHORT_ID 7u

typedef struct shower {
	vv_repository *repo;
	vv_dataset_reader *reader;
	vv_diff_writer *writer;
	bool color, watched; /* watched: a user sees the output at once */
	bool begun;          /* to write */
} shower;

/* One side as git has it: a file, and where it can be, the blob behind it. */
typedef struct side {
	const char *file, *path;
	vv_oid blob; /* null: only the file is known */
	uint32_t mode;
	char *name;
	vv_subject storage, *subject; /* NULL: not there */
} side;

/* git calls us again for each path, and counts. */
static bool is_later_path(void)
{
	const char *counter = getenv("GIT_DIFF_PATH_COUNTER");

	return counter && strcmp(counter, "1") != 0;
}

static vv_status write_out(void *payload, const void *bytes, size_t len, vv_error *err)
{
	shower *s = payload;

	if (!s->begun && is_later_path()) {
		vv_out("\n");
	}
	s->begun = true;
	vv_out_bytes(bytes, len);
	return vv_out_failed() ? vv_fail(err, VV_EIO, "stdout cannot be written") : VV_OK;
}

/* --- how it is shown -------------------------------------------------------------------- */

/* git's pager reads what we write; it has set that, and its width in COLUMNS. */
static bool in_pager(void)
{
	const char *used = getenv("GIT_PAGER_IN_USE");

	return used && (strcmp(used, "true") == 0 || strcmp(used, "1") == 0);
}

/* color.diff, else color.ui, as git itself understands them. */
static bool wants_color(const shower *s)
{
	const char *no_color = getenv("NO_COLOR"), *term = getenv("TERM");
	vv_auto(char) *when = NULL;
	bool paged = true,
	     color = s->watched && !(no_color && *no_color) && term && strcmp(term, "dumb") != 0;

	if (s->repo && vv_config_string(s->repo, "color.diff", &when, VV_IGNORED) < 0) {
		(void)vv_config_string(s->repo, "color.ui", &when, VV_IGNORED);
	}
	if (when && strcmp(when, "always") == 0) {
		color = true;
	} else if (when && (strcmp(when, "never") == 0 || strcmp(when, "false") == 0)) {
		color = false;
	} else if (in_pager() && s->repo) {
		(void)vv_config_bool(s->repo, "color.pager", true, &paged, VV_IGNORED);
		color = color && paged;
	}
	return color;
}

static vv_status open_shower(shower *s, vv_context *c, vv_error *err)
{
	vv_status rc;

	/* Two files are compared without a repository too (git diff --no-index). */
	if (vv_context_need(c, VV_NEEDS_REPOSITORY, VV_IGNORED) == VV_OK &&
	    (rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0) {
		return rc;
	}
	*s = (shower){.repo = c->repo,
		      .reader = c->reader,
		      .watched = vv_out_is_terminal() || in_pager()};
	s->color = wants_color(s);
	const vv_diff_writer_options wo = {.write = write_out,
					   .payload = s,
					   .color = s->color,
					   .width = s->watched ? vv_out_width() : 0,
					   .limit = s->watched ? TERMINAL_LIMIT : 0,
					   .context = 2,
					   .temp_dir = vv_env_temp_dir(vv_environ()),
					   .words = vv_hint_words};
	return vv_diff_writer_open(&s->writer, &vv_diff_writer_text, &wo, err);
}

static void close_shower(shower *s)
{
	vv_diff_writer_close(s->writer);
}
VV_AUTO_CLEAR(shower, close_shower)

/* --- the sides ---------------------------------------------------------------------------- */

/* The file that git wrote for us is mostly the blob: then it need not be unpacked. */
static void keep_file(vv_repository *repo, const side *w)
{
	vv_auto(vv_buf) bytes = VV_BUF_INIT;
	uint64_t size;
	vv_oid is;

	if (vv_blob_size(repo, &w->blob, &size, VV_IGNORED) == VV_OK &&
	    vv_read_regular(&bytes, w->file, size, VV_IGNORED) == VV_OK && bytes.len == size &&
	    vv_blob_id(vv_buf_cstr(&bytes), bytes.len, &is, VV_IGNORED) == VV_OK &&
	    vv_oid_equal(&is, &w->blob)) {
		vv_blob_keep(repo, &w->blob, &bytes);
	}
}

/* Has git no file for this side? The shell of Git for Windows changes the name. */
static bool is_nothing(const char *file)
{
	return strcmp(file, NOTHING) == 0 ||
	       (vv_path_lacks_names() && vv_ascii_compare(file, "nul", sizeof("nul")) == 0);
}

static vv_status find_side(const shower *s, side *w, vv_error *err)
{
	vv_status rc = VV_ENOTFOUND;

	w->storage = (vv_subject){.env = vv_environ()};
	if (is_nothing(w->file)) return VV_OK;
	if (s->repo && !vv_oid_is_null(&w->blob)) {
		keep_file(s->repo, w);
		w->name = vv_strndup(vv_oid_shows(&w->blob), SHORT_ID);
		rc = w->name ? vv_subject_find(
				       &w->storage, s->repo, s->reader,
				       &(vv_version_name){.path = w->path, .blob = &w->blob}, err)
			     : vv_fail_nomem(err);
	}
	if (rc == VV_ENOTFOUND) {
		vv_subject_clear(&w->storage);
		rc = vv_subject_find(&w->storage, s->repo, s->reader,
				     &(vv_version_name){.file = w->file, .shown = w->path}, err);
	}
	w->subject = rc == VV_OK ? &w->storage : NULL;
	return rc;
}

static void side_clear(side *w)
{
	vv_subject_clear(&w->storage);
	vv_free(w->name);
}
VV_AUTO_CLEAR(side, side_clear)

/* --- a path ---------------------------------------------------------------------------------- */

static vv_status compare_sides(const shower *s, side *a, side *b, bool compared,
			       vv_diff_answer *out, vv_error *err)
{
	static const vv_strings none = {NULL, 0};
	const vv_diff_how how = {.key = &none,
				 .notes = &vv_notes_stderr,
				 .only = &none,
				 .ignore = &none,
				 .where = &none,
				 .limit = s->watched ? TERMINAL_LIMIT : 0,
				 .writer = s->writer,
				 .text_shown_by = "git diff --no-ext-diff",
				 .temp_dir = vv_env_temp_dir(vv_environ()),
				 .pool = s->reader ? vv_dataset_reader_pool(s->reader) : NULL};
	vv_status rc;

	if ((rc = find_side(s, a, err)) < 0 || (rc = find_side(s, b, err)) < 0) return rc;
	const char *unnamed = a->name || b->name ? "work tree" : NULL;
	vv_diff_item item = {.path = b->path,
			     .a = a->subject,
			     .b = b->subject,
			     .old_name = a->name ? a->name : unnamed,
			     .new_name = b->name ? b->name : unnamed,
			     .compared = compared};

	if (a->subject && b->subject && strcmp(a->path, b->path) != 0) {
		item.old_path = a->path;
	}
	return vv_document_diff(out, &item, &how, err);
}

/* Files that cannot be compared are reported in the output: git would drop all later files on
 * failure. */
static bool is_answer(vv_status rc)
{
	return rc == VV_EMISSING || rc == VV_EINPUT || rc == VV_ECORRUPT || rc == VV_ENOTFOUND ||
	       rc == VV_ENOSUPPORT || rc == VV_EREFUSED || rc == VV_EUSAGE;
}

static void say_line(const char *path, const char *text)
{
	vv_out_between("", path, ": ");
	vv_out_between("", text, "\n");
}

/* --- diff-file ------------------------------------------------------------------------------- */

static bool is_link(const side *w)
{
	return (w->mode & 0170000) != 0 && (w->mode & 0170000) != 0100000;
}

static void say_modes(const side *a, const side *b)
{
	if (a->mode && b->mode && a->mode != b->mode) {
		vv_out_text(b->path, strlen(b->path));
		vv_out(": mode %06o -> %06o\n", (unsigned)a->mode, (unsigned)b->mode);
	}
}

static vv_status show_file(shower *s, vv_context *c, side *a, side *b, vv_error *err)
{
	vv_diff_answer answer = {.line = VV_BUF_INIT};
	vv_status rc;

	say_modes(a, b);
	if (is_link(a) || is_link(b)) {
		say_line(b->path,
			 "a link or submodule changed ('git diff --no-ext-diff' shows it)");
		return VV_OK;
	}
	if ((rc = open_shower(s, c, err)) < 0) return rc;
	rc = compare_sides(s, a, b, true, &answer, err); /* git calls varve for it */
	if (rc == VV_OK && answer.line.len > 0) {
		vv_out_bytes(answer.line.data, answer.line.len);
		vv_out("\n");
	}
	vv_buf_clear(&answer.line);
	if (is_answer(rc)) {
		say_line(b->path, err->message);
		return VV_OK;
	}
	return rc < 0 ? rc : vv_diff_writer_end(s->writer, err);
}

static void take_side(side *out, const char *path, char **argv)
{
	*out = (side){.path = path, .file = argv[0]};
	/* "." where there is none */
	if (!vv_oid_parse(&out->blob, argv[1], strlen(argv[1]))) {
		memset(&out->blob, 0, sizeof(out->blob));
	}
	out->mode = (uint32_t)strtoul(argv[2], NULL, 8);
}

static int check_diff_file(const vv_context *c)
{
	return c->argc == 1 || c->argc == 7 || c->argc == 9
		       ? VV_EXIT_OK
		       : vv_usage_error("diff-file takes the arguments that git passes to "
					"diff.<driver>.command");
}

static vv_status run_diff_file(vv_context *c, vv_error *err)
{
	char **argv = c->argv;
	vv_auto(shower) s = {.begun = false};
	vv_auto(side) a = {.name = NULL}, b = {.name = NULL};

	vv_out_forgive_reader();
	if (c->argc == 1) { /* git's call for an unmerged path */
		const vv_index *x;
		vv_status rc;

		if ((rc = vv_context_need(c, VV_NEEDS_READER, err)) < 0 ||
		    (rc = vv_dataset_reader_index(c->reader, &x, err)) < 0) {
			return rc;
		}
		if (!vv_index_is_unmerged(x, argv[0])) {
			return vv_fail(err, VV_EUSAGE,
				       "'%s' is not in conflict\ngit calls diff-file; 'git diff' "
				       "compares versions of a file",
				       vv_text_shows(argv[0]));
		}
		say_line(argv[0], "in conflict ('varve conflicts' lists it)");
		return VV_OK;
	}
	take_side(&a, argv[0], argv + 1);
	take_side(&b, c->argc == 9 ? argv[7] : argv[0], argv + 4);
	vv_status rc = show_file(&s, c, &a, &b, err);
	return vv_out_failed() ? VV_OK : rc;
}

/* --- diff-tool ------------------------------------------------------------------------------- */

/* Shows files that are not tables like git itself. */
static vv_status show_text(const shower *s, const char *a, const char *b, vv_error *err)
{
	const char *argv[] = {"git",
			      "--no-pager",
			      "diff",
			      "--no-index",
			      "--no-ext-diff",
			      s->color ? "--color=always" : "--color=never",
			      "--",
			      a,
			      b,
			      NULL};
	vv_auto(vv_buf) out = VV_BUF_INIT;
	int code = 0;
	vv_status rc = vv_program_run(vv_environ(), argv, NULL, 0, &out, &code, err);

	if (rc == VV_OK) {
		vv_out_bytes(vv_buf_cstr(&out), out.len);
	}
	return rc;
}

static vv_status show_tool(shower *s, vv_context *c, side *a, side *b, vv_error *err)
{
	vv_diff_answer answer = {.line = VV_BUF_INIT};
	bool compared = false;
	vv_status rc;

	if ((rc = open_shower(s, c, err)) < 0 ||
	    (s->repo && (rc = vv_attr_compared(s->repo, b->path, &compared, err)) < 0)) {
		return rc;
	}
	rc = compare_sides(s, a, b, compared, &answer, err);
	bool text = (rc == VV_OK && answer.line.len > 0) || rc == VV_EINPUT;
	vv_buf_clear(&answer.line);
	if (text) return show_text(s, a->file, b->file, err);
	return rc < 0 ? rc : vv_diff_writer_end(s->writer, err);
}

static int check_diff_tool(const vv_context *c)
{
	return c->argc == 3 ? VV_EXIT_OK
			    : vv_usage_error("diff-tool takes OLD NEW PATH; git difftool calls it");
}

static vv_status run_diff_tool(vv_context *c, vv_error *err)
{
	vv_auto(shower) s = {.begun = false};
	vv_auto(side) a = {.file = c->argv[0], .path = c->argv[2]};
	vv_auto(side) b = {.file = c->argv[1], .path = c->argv[2]};

	vv_out_forgive_reader();
	vv_status rc = show_tool(&s, c, &a, &b, err);
	return vv_out_failed() ? VV_OK : rc;
}

const vv_command vv_cmd_diff_file = {
	.name = "diff-file",
	.group = "care",
	.summary = "called by git diff for each table",
	.usage = "PATH OLD-FILE OLD-ID OLD-MODE NEW-FILE NEW-ID NEW-MODE [NEW-PATH WORDS]",
	.example = "$ git config diff.varve.command 'varve diff-file --'",
	.arguments = "path",
	.hidden = true,
	.check = check_diff_file,
	.gets = true,
	.run = run_diff_file,
};

const vv_command vv_cmd_diff_tool = {
	.name = "diff-tool",
	.group = "care",
	.summary = "called by git difftool for each file",
	.usage = "OLD-FILE NEW-FILE PATH",
	.example = "$ git config difftool.varve.cmd 'varve diff-tool -- \"$LOCAL\" \"$REMOTE\" "
		   "\"$MERGED\"'",
	.arguments = "path",
	.hidden = true,
	.check = check_diff_tool,
	.gets = true,
	.run = run_diff_tool,
};
