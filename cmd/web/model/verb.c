/*
 * verb: the fields of forms become command lines.
 */
#include "cmd/web/model/verb.h"

#include <string.h>
#include <time.h>

#include "base/array.h"
#include "base/ascii.h"
#include "base/codec.h"
#include "base/text.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/model/login.h"
#include "cmd/web/model/rows.h"
#include "cmd/web/model/table.h"
#include "dataset/schema/key_words.h"
#include "dataset/schema/misfit.h"
#include "dataset/schema/type.h"
#include "repo/git/config.h"
#include "repo/git/history/revision.h"
#include "repo/git/history/state.h"

#define WORDS 300u         /* of a command: fields of a form, and a few more */
#define REOPENED_MAX 1000u /* conflicts of a file of which one is decided again */

typedef struct words {
	vv_web_visit *v;
	const vv_web_verb *verb;
	vv_web_done *done;
	const char *list[WORDS + 1];
	size_t count;
	vv_error *err;
} words;

static const char *verb_field(const words *w, const char *name)
{
	return vv_web_field(w->verb, name);
}

static void add_word(words *w, const char *option, const char *value)
{
	if (w->count < WORDS) {
		w->list[w->count++] = vv_web_text(w->v, "%s%s", option, value);
	}
}

static void begin_command(words *w, const char *command)
{
	w->count = 1;
	w->list[0] = "varve";
	add_word(w, command, "");
}

static void begin_git(words *w, const char *command)
{
	w->count = 0;
	add_word(w, "git", "");
	add_word(w, command, "");
}

/* The path alone, though it may look like a pattern. */
static void add_path(words *w)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	vv_buf_puts(&b, "./");
	for (const char *c = w->verb->path; *c; c++) {
		if (strchr("*?[\\", *c)) {
			vv_buf_putc(&b, '\\');
		}
		vv_buf_putc(&b, *c);
	}
	add_word(w, vv_web_keep_buf(w->v, &b), "");
}

/* --- running ------------------------------------------------------------------------------ */

static vv_status end_words(words *w)
{
	if (w->v->failed) return vv_fail_nomem(w->err);
	if (w->count == WORDS) return vv_fail(w->err, VV_EUSAGE, "the form has too many fields");
	w->list[w->count] = NULL;
	return VV_OK;
}

static vv_status run_words(words *w, int *code, const char **said)
{
	const vv_web_command command = {.list = w->list};
	const vv_status rc = end_words(w);

	return rc < 0 ? rc : vv_web_run(w->v, &command, code, said, w->err);
}

/* The command must succeed. */
static vv_status run_all(words *w)
{
	const vv_status rc = end_words(w);

	return rc < 0 ? rc : vv_web_run_list(w->v, w->list, NULL, w->err);
}

/* --- rows --------------------------------------------------------------------------------- */

static vv_status need_path(const words *w)
{
	return w->verb->path ? VV_OK
			     : vv_fail(w->err, VV_EUSAGE, "the address does not name a table");
}

/* The row of the file in the work tree; its key is an argument of commands. */
static vv_status find_row(words *w, const char *key, vv_web_table **t, vv_web_row *row)
{
	vv_web_commit work;
	vv_status rc;

	if ((rc = need_path(w)) < 0 ||
	    (rc = vv_web_commit_find(w->v, VV_WEB_WORK, &work, NULL, w->err)) < 0 ||
	    (rc = vv_web_table_open(w->v, &work, w->verb->path, t, w->err)) < 0) {
		return rc;
	}
	if (!vv_web_table_is_edited(*t)) {
		return vv_fail(w->err, VV_EUSAGE,
			       "rows of '%s' are not changed on pages, since the table has no key\n"
			       "a key is set with 'varve schema --key'",
			       vv_text_shows(w->verb->path));
	}
	return key ? vv_web_row_find(w->v, *t, key, 0, row, w->err) : VV_OK;
}

/* Browsers send each line break as CR and LF: those of the cell before are meant. */
static const char *with_breaks_of(words *w, const vv_web_cell *cell, const char *text)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (cell && strstr(cell->text, "\r\n")) return text;
	for (; *text; text++) {
		if (text[0] != '\r' || text[1] != '\n') {
			vv_buf_putc(&b, *text);
		}
	}
	return vv_web_keep_buf(w->v, &b);
}

static bool is_text(const vv_web_cell *cell, const char *text)
{
	return cell->len == cell->whole && strlen(text) == cell->len &&
	       memcmp(cell->text, text, cell->len) == 0;
}

/* A number written with the decimal mark of another country, as the column has it: "20.4" for "20,4"; NULL: it is
 * not that. */
static const char *with_decimal_mark(words *w, const vv_field *f, const char *value)
{
	const size_t at = strcspn(value, ",.");

	if (f->type != VV_TYPE_NUMBER || !value[at] ||
	    value[at + 1 + strcspn(value + at + 1, ",.")]) {
		return NULL;
	}
	const char *text = vv_web_text(w->v, "%.*s%s%s", (int)at, value, f->decimal,
				       value + at + 1);
	const vv_cell cell = {.text = text, .len = (uint32_t)strlen(text)};
	return vv_field_accepts(f, &cell) ? text : NULL;
}

/* In the words of `varve check`. */
static vv_status refuse_value(words *w, const vv_field *f, const char *value)
{
	vv_auto(vv_buf) expected = VV_BUF_INIT;

	w->done->column = vv_web_keep_text(w->v, f->name);
	const char *number = with_decimal_mark(w, f, value);
	if (number) {
		return vv_fail(w->err, VV_EUSAGE,
			       "'%s' %s\nin the column '%s', write %s: its decimal mark is '%s'",
			       vv_text_shows(value), vv_misfit_words(f), vv_text_shows(f->name),
			       number, vv_text_shows(f->decimal));
	}
	vv_misfit_put_expected(&expected, f);
	return vv_fail(w->err, VV_EUSAGE, "'%s' %s\nin the column '%s', %s is expected",
		       vv_text_shows(value), vv_misfit_words(f), vv_text_shows(f->name),
		       vv_buf_cstr(&expected));
}

/* COLUMN=VALUE, or COLUMN:=JSON where the cell before, or of the row that it is like, is JSON and no string. A value that the column's type does not have is refused. */
static vv_status add_value(words *w, const vv_web_table *t, size_t column, const vv_web_cell *like,
			   const char *value)
{
	const vv_field *f = &t->table->schema.fields[column];
	const bool json = like && like->literal;

	value = with_breaks_of(w, like, value);
	const vv_cell cell = {.text = value,
			      .len = (uint32_t)strlen(value),
			      .state = json ? VV_CELL_LITERAL : VV_CELL_TEXT};

	if (strchr(t->columns[column].name, '=')) {
		return vv_fail(w->err, VV_EUSAGE,
			       "cells of the column '%s' are not changed on pages, because of the "
			       "character '='",
			       vv_text_shows(t->columns[column].name));
	}
	if (!(json ? vv_field_accepts_json : vv_field_accepts)(f, &cell)) {
		return refuse_value(w, f, value);
	}
	add_word(w, vv_web_text(w->v, "%s%s", t->columns[column].name, json ? ":=" : "="), value);
	return VV_OK;
}

static vv_status set_cell(words *w)
{
	const char *key = verb_field(w, "of-row"), *was;
	vv_web_table *t;
	vv_web_row row;
	size_t column;
	vv_status rc;

	if ((rc = find_row(w, key, &t, &row)) < 0 ||
	    (rc = vv_web_column_find(t, verb_field(w, "of-column"), &column, w->err)) < 0) {
		return rc;
	}
	w->done->again = true;
	w->done->page = VV_WEB_TO_ROW;
	w->done->key = row.key;
	w->done->column = t->columns[column].name;
	was = with_breaks_of(w, &row.cells[column], verb_field(w, "was"));
	if (!is_text(&row.cells[column], was)) {
		return vv_fail(w->err, VV_EUSAGE,
			       "the cell has changed since the page was shown: it is '%s' now\n"
			       "choose 'Change' again to replace it",
			       vv_text_show(row.cells[column].text, row.cells[column].len));
	}
	begin_command(w, "set");
	add_word(w, "--", "");
	add_path(w);
	add_word(w, row.key, "");
	if ((rc = add_value(w, t, column, &row.cells[column], verb_field(w, "value"))) < 0) {
		return rc;
	}
	if ((rc = run_all(w)) < 0) return rc;
	w->done->done = "changed";
	w->done->key = t->columns[column].key ? NULL : row.key;
	return rc;
}

/* The fields "c:COLUMN" are the cells of the new row; *key: its key, as commands take it. */
static vv_status read_new_cells(words *w, const vv_web_table *t, vv_cell **out, const char **key)
{
	vv_cell *cells = *out = vv_arena_calloc(&w->v->arena, t->column_count + 1, sizeof(*cells));
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!cells) return vv_fail_nomem(w->err);
	for (size_t i = 0; i < t->column_count; i++) {
		const char *value = verb_field(w, vv_web_text(w->v, "c:%s", t->columns[i].name));

		cells[i] = (vv_cell){.text = value, .len = (uint32_t)strlen(value)};
		if (t->columns[i].key && !*value) {
			w->done->column = t->columns[i].name;
			return vv_fail(w->err, VV_EUSAGE, "write a value for the column '%s'",
				       vv_text_shows(t->columns[i].name));
		}
	}
	vv_key_words_put(&b, cells, t->key, t->key_count);
	*key = vv_web_keep_buf(w->v, &b);
	return vv_buf_ok(&b, w->err);
}

/* like: the key of a row that the form was filled from. A row of this key is not changed. */
static vv_status add_row(words *w)
{
	const char *like = verb_field(w, "like"), *key = "", *said;
	vv_web_table *t;
	vv_web_row row = {.cells = NULL};
	vv_cell *cells;
	int code;
	vv_status rc;

	if ((rc = find_row(w, *like ? like : NULL, &t, &row)) < 0) return rc;
	w->done->again = true;
	if ((rc = read_new_cells(w, t, &cells, &key)) < 0) return rc;
	begin_command(w, "set");
	add_word(w, "--add", "");
	add_word(w, "--", "");
	add_path(w);
	add_word(w, key, "");
	for (size_t i = 0; i < t->column_count; i++) {
		const vv_field *f = &t->table->schema.fields[i];

		if (t->columns[i].key && !vv_field_accepts(f, &cells[i])) {
			return refuse_value(w, f, cells[i].text);
		}
		if (t->columns[i].key || cells[i].len == 0) {
			continue;
		}
		rc = add_value(w, t, i, row.cells ? &row.cells[i] : NULL, cells[i].text);
		if (rc < 0) return rc;
	}
	if ((rc = run_words(w, &code, &said)) < 0) return rc;
	if (code == 0) {
		w->done->page = VV_WEB_TO_ROW;
		w->done->key = key;
		w->done->done = "added";
		return rc;
	}
	if (code != 1) return vv_fail(w->err, VV_EUSAGE, "varve set: %s", said);
	w->done->column = t->columns[t->key[0]].name;
	return vv_fail(w->err, VV_EUSAGE, "a row has the key '%s' already", vv_text_shows(key));
}

static vv_status remove_row(words *w)
{
	vv_web_table *t;
	vv_web_row row;
	vv_status rc = find_row(w, verb_field(w, "of-row"), &t, &row);

	if (rc < 0) return rc;
	begin_command(w, "delete");
	add_word(w, "--", "");
	add_path(w);
	add_word(w, row.key, "");
	w->done->done = "removed";
	w->done->key = row.key;
	return run_all(w);
}

/* The file, one of its rows, or a cell of a row, as in the newest version. */
static vv_status undo_changes(words *w)
{
	const char *key = verb_field(w, "of-row"), *column = verb_field(w, "of-column");
	vv_status rc = need_path(w);

	if (rc < 0) return rc;
	begin_command(w, "restore");
	add_word(w, "--source=HEAD", "");
	if (*key) {
		add_word(w, "--row=", key);
	}
	if (*column) {
		add_word(w, "--column=", column);
	}
	w->done->done = "undone";
	if (strcmp(verb_field(w, "back"), "compare") == 0) {
		w->done->page = VV_WEB_TO_COMPARE;
	}
	add_word(w, "--", "");
	add_path(w);
	return run_all(w);
}

static vv_status undo_spelling(words *w)
{
	vv_status rc = need_path(w);

	if (rc < 0) return rc;
	begin_command(w, "restore");
	add_word(w, "--spelling", "");
	w->done->done = "put-back";
	add_word(w, "--", "");
	add_path(w);
	return run_all(w);
}

/* --- versions ----------------------------------------------------------------------------- */

/* A new file becomes part of the next version. */
static vv_status take_file(words *w)
{
	vv_status rc = need_path(w);

	if (rc < 0) return rc;
	begin_command(w, "add");
	add_word(w, "--", "");
	add_path(w);
	w->done->done = "taken";
	return run_all(w);
}

/* The name and the address for all repositories of the user. */
static vv_status keep_author(words *w)
{
	static const char *const fields[] = {"name", "email"};
	vv_status rc = VV_OK;

	for (size_t i = 0; i < 2; i++) {
		const char *value = verb_field(w, fields[i]);

		if (!*value || strpbrk(value, "<>\n")) {
			return vv_fail(w->err, VV_EUSAGE,
				       "write your name and your e-mail address");
		}
		begin_git(w, "config");
		add_word(w, "--global", "");
		add_word(w, "user.", fields[i]);
		add_word(w, value, "");
		if ((rc = run_all(w)) < 0) return rc;
	}
	w->done->done = "known";
	return rc;
}

static vv_status save_version(words *w)
{
	const char *message = verb_field(w, "message");

	if (!*message) {
		return vv_fail(w->err, VV_EUSAGE, "write what you changed, in a few words");
	}
	begin_command(w, "commit");
	add_word(w, "--all", "");
	add_word(w, "--message=", message);
	w->done->done = "saved";
	return run_all(w);
}

/* The newest version becomes changes that are not saved. No file is changed. */
static vv_status take_back(words *w)
{
	vv_web_desk d;
	vv_status rc = vv_web_desk_read(w->v, true, &d, w->err);

	if (rc < 0) return rc;
	if (!*d.newest || strcmp(d.newest, verb_field(w, "of-version")) != 0) {
		return vv_fail(w->err, VV_EUSAGE,
			       "this version is not the newest one that only this machine has\n"
			       "versions that were sent stay: change the cells again");
	}
	begin_git(w, "reset");
	add_word(w, "--soft", "");
	add_word(w, d.newest, "^");
	w->done->done = "taken-back";
	return run_all(w);
}

/* A command that contacts the remote failed: the page requests a login, or shows the reason. */
static vv_status refuse_exchange(words *w, const char *what, const char *said, const char *hint)
{
	w->done->done = NULL;
	if (vv_web_login_is_needed(said)) {
		w->done->page = VV_WEB_TO_LOGIN;
		return VV_OK;
	}
	return vv_fail(w->err, VV_EUSAGE, "%s: %s\n%s", what, said, hint);
}

/* The version that a revision names; NULL: none. */
static const char *id_of(words *w, const char *rev)
{
	vv_oid id;

	return vv_rev_commit(w->v->repo, rev, &id, VV_IGNORED) == VV_OK
		       ? vv_web_keep_text(w->v, vv_oid_shows(&id))
		       : NULL;
}

/* What Git calls a merge of versions from the remote. */
static const char git_merge[] = "Merge remote-tracking branch ";

static const char *unite_words(words *w, const char *who)
{
	return *who ? vv_web_text(w->v, "Unite with %s's changes", who)
		    : "Unite with the changes of others";
}

/* Whether the upstream lacks the commit. Without an upstream, no commit counts as unsent. */
static bool is_unsent(const words *w, const vv_oid *id)
{
	vv_oid upstream;
	bool sent;

	return vv_rev_commit(w->v->repo, "@{upstream}", &upstream, VV_IGNORED) == VV_OK &&
	       vv_is_ancestor(w->v->repo, id, &upstream, &sent, VV_IGNORED) == VV_OK && !sent;
}

/* A merge that this pull made, and that Git named after its branch, gets a name for people. Commits that
 * came from others stay as they are. */
static void name_merge(words *w)
{
	vv_web_commit head, ours, theirs;
	vv_web_parcel parcel;
	const char *said;
	int code;

	if (vv_web_commit_head(w->v, &head, VV_IGNORED) < 0 || head.parent_count != 2 ||
	    strncmp(head.subject, git_merge, sizeof(git_merge) - 1) != 0 ||
	    !is_unsent(w, &head.id) ||
	    vv_web_commit_read(w->v, &head.parents[0], &ours, VV_IGNORED) < 0 ||
	    vv_web_commit_read(w->v, &head.parents[1], &theirs, VV_IGNORED) < 0 ||
	    vv_web_parcel_read(w->v, &ours, &theirs, &parcel, VV_IGNORED) < 0) {
		return;
	}
	begin_git(w, "commit");
	add_word(w, "--amend", "");
	add_word(w, "--only", "");
	add_word(w, "--no-verify", "");
	add_word(w, "--message=", unite_words(w, parcel.author));
	(void)run_words(w, &code, &said); /* else it keeps Git's */
}

/* Versions of others, merged by cell. */
static vv_status get_versions(words *w)
{
	const char *said;
	vv_web_desk d;
	int code;

	w->done->after = id_of(w, "HEAD");
	w->done->done = "got";
	begin_command(w, "pull");
	vv_status rc = run_words(w, &code, &said);
	if (rc == VV_OK && code == 0 && w->done->after &&
	    strcmp(w->done->after, id_of(w, "HEAD")) != 0) {
		name_merge(w);
	}
	if (rc < 0 || code == 0) return rc;
	if (*vv_state_name(w->v->repo)) {
		w->done->done = NULL;
		w->done->page = VV_WEB_TO_CONFLICTS;
		return VV_OK;
	}
	if (vv_web_desk_read(w->v, false, &d, VV_IGNORED) == VV_OK && d.edit_count > d.new_count &&
	    d.behind > 0) {
		return vv_fail(w->err, VV_EUSAGE,
			       "others changed files that you changed, too\n"
			       "save your changes first, or undo them, then get the versions of "
			       "others");
	}
	return refuse_exchange(w, "versions of others could not be fetched", said,
			       "your own versions are saved here");
}

static vv_status push_branch(words *w, const char *branch)
{
	const char *said;
	int code;

	w->done->done = "sent";
	begin_command(w, "push");
	if (branch) {
		add_word(w, "--set-upstream", "");
		add_word(w, verb_field(w, "remote"), "");
		add_word(w, branch, "");
	}
	vv_status rc = run_words(w, &code, &said);
	if (rc < 0 || code == 0) return rc;
	return refuse_exchange(
		w, "your version is saved here, but was not sent", said,
		"send it again later; where the branch is protected, ask for a review");
}

/* Only a button that says so sends errors. */
static bool sends_anyway(const words *w)
{
	return strstr(w->verb->name, "-anyway") != NULL;
}

/* finding: what the check reports. */
static vv_status refuse_errors(words *w, const char *finding)
{
	w->done->again = true;
	return vv_fail(w->err, VV_EUSAGE,
		       "nothing was sent, since the check finds an error: %s\n"
		       "change the value or undo it; or choose 'Send anyway'",
		       finding);
}

static vv_status check_unsent(words *w)
{
	const char *finding;
	const vv_status rc = vv_web_unsent_errors(w->v, &finding, w->err);

	return rc < 0 || !*finding ? rc : refuse_errors(w, finding);
}

/* first: the name of the branch, which the remote does not have yet. */
static vv_status send_versions(words *w)
{
	const char *branch = verb_field(w, "first");
	const char *since = *branch ? NULL : id_of(w, "@{upstream}");
	vv_status rc = VV_OK;

	if (since && !sends_anyway(w) && (rc = check_unsent(w)) < 0) return rc;
	rc = *branch ? VV_OK : get_versions(w);
	if (rc < 0 || w->done->page != VV_WEB_TO_DESK) return rc;
	rc = push_branch(w, *branch ? branch : NULL);
	w->done->since = since;
	return rc;
}

/* A version that waits for a review would be sent, too. */
static vv_status save_and_send(words *w)
{
	const bool checks = !sends_anyway(w);
	vv_web_desk d;
	vv_status rc = vv_web_desk_read(w->v, checks, &d, w->err);

	if (rc < 0) return rc;
	if (d.waiting > 0) {
		return vv_fail(w->err, VV_EUSAGE,
			       "%s for a review, and would be sent, too\n"
			       "choose 'Save, do not send', then send the new version for a review",
			       vv_text_counted(d.waiting, "version waits", "versions wait"));
	}
	const vv_web_edit *wrong = vv_array_find(d.edits, d.edit_count, e,
						 e->errors > 0); /* 0 without checks */
	if (wrong) {
		return refuse_errors(w, vv_web_text(w->v, "%s: %s", wrong->path, wrong->finding));
	}
	rc = save_version(w);
	return rc < 0 ? rc : send_versions(w);
}

/* A person's name, for the name of a branch. Letters of all scripts and digits stay; each run of other
 * characters between them becomes one '-'. */
static const char *branch_name(words *w, const char *name)
{
	/* valid UTF-8 without invisible characters */
	const bool clean = strcmp(vv_text_shows(name), name) == 0;
	vv_auto(vv_buf) b = VV_BUF_INIT;
	bool between = false;

	for (const char *c = name; *c; c++) {
		if (!vv_is_alnum(*c) && !(clean && (unsigned char)*c >= 0x80)) {
			between = true;
			continue;
		}
		vv_buf_puts(&b, between && b.len > 0 ? "-" : "");
		vv_buf_putc(&b, *c);
		between = false;
	}
	return b.len > 0 ? vv_web_keep_buf(w->v, &b) : "change";
}

/* The newest version as a branch of its own, for a review. */
static vv_status send_for_review(words *w)
{
	const char *remote = verb_field(w, "remote");
	vv_auto(char) *name = NULL;
	const char *said;
	struct tm day;
	const time_t now = time(NULL);
	char stamp[32];
	int code;
	vv_status rc;

	if (!*remote) return vv_fail(w->err, VV_EUSAGE, "no remote to send to is configured");
	if ((rc = vv_config_string(w->v->repo, "user.name", &name, w->err)) < 0) return rc;
	if (!gmtime_r(&now, &day) || strftime(stamp, sizeof(stamp), "%Y-%m-%d-%H%M%S", &day) == 0) {
		return vv_fail(w->err, VV_EIO, "the time cannot be read");
	}
	const char *branch = vv_web_text(w->v, "%s-%s", branch_name(w, name ? name : ""), stamp);
	begin_command(w, "push");
	add_word(w, remote, "");
	add_word(w, "HEAD:refs/heads/", branch);
	if ((rc = run_words(w, &code, &said)) < 0) return rc;
	if (code != 0) {
		return refuse_exchange(w, "your version is saved here, but was not sent", said,
				       "send it again later");
	}
	w->done->note = branch;
	return VV_OK;
}

static vv_status save_and_ask(words *w)
{
	const vv_status rc = save_version(w);

	return rc < 0 ? rc : send_for_review(w);
}

/* A name and a token for the host of the remote. */
static vv_status log_in(words *w)
{
	const char *list[] = {"git", "ls-remote", "--get-url", "--", verb_field(w, "remote"), NULL};
	vv_auto(vv_buf) url = VV_BUF_INIT;
	const vv_web_command command = {.list = list, .out = &url};
	const char *said;
	int code;
	vv_status rc = vv_web_run(w->v, &command, &code, &said, w->err);

	if (rc < 0) return rc;
	if (code != 0 || url.len == 0) {
		return vv_fail(w->err, VV_EUSAGE, "no remote to send to is configured");
	}
	const char *kept = vv_web_keep(w->v, url.data, strcspn(vv_buf_cstr(&url), "\n"));
	w->done->done = "logged-in";
	return vv_web_login(w->v, NULL, w->verb, kept, w->err);
}

/* --- conflicts ---------------------------------------------------------------------------- */

/* The value must fit into the column, if the file can be read. */
static vv_status check_other(words *w, const char *column, const char *value)
{
	const vv_cell cell = {.text = value, .len = (uint32_t)strlen(value)};
	vv_web_commit work;
	vv_web_table *t;
	size_t at;

	if (vv_web_commit_find(w->v, VV_WEB_WORK, &work, NULL, VV_IGNORED) < 0 ||
	    vv_web_table_open(w->v, &work, w->verb->path, &t, VV_IGNORED) < 0 ||
	    t->kind != VV_WEB_TABLE || vv_web_column_find(t, column, &at, VV_IGNORED) < 0) {
		return VV_OK;
	}
	const vv_field *f = &t->table->schema.fields[at];
	return vv_field_accepts(f, &cell) ? VV_OK : refuse_value(w, f, value);
}

static vv_status resolve_conflict(words *w)
{
	const char *row = verb_field(w, "of-row"), *column = verb_field(w, "of-column"),
		   *name = w->verb->name;
	vv_status rc = need_path(w);

	if (rc < 0) return rc;
	w->done->page = VV_WEB_TO_CONFLICTS;
	w->done->done = "decided";
	w->done->again = strcmp(name, "other") == 0;
	begin_command(w, "resolve");
	if (strcmp(name, "other") != 0) {
		add_word(w, "--", name);
	}
	if (*row) {
		add_word(w, "--row=", row);
	}
	if (*column && strcmp(name, "other") != 0) {
		add_word(w, "--column=", column);
	}
	if (strcmp(name, "other") == 0) {
		if ((rc = check_other(w, column, verb_field(w, "value"))) < 0) return rc;
		add_word(w, vv_web_text(w->v, "--set=%s=", column), verb_field(w, "value"));
	}
	if (*verb_field(w, "of-key")) {
		add_word(w, "--key", "");
	}
	add_word(w, "--", "");
	add_path(w);
	if ((rc = run_all(w)) < 0) return rc;
	if (*row && *column) {
		w->done->key = row;
		w->done->column = column;
	}
	return rc;
}

/* The side that has this value of the cell, as an option; NULL: none. */
static const char *side_of(const vv_web_conflict *c, const vv_web_cell *cell)
{
	static const char *const options[VV_WEB_SIDES] = {
		[VV_BASE] = "--base", [VV_OURS] = "--ours", [VV_THEIRS] = "--theirs"};

	for (size_t i = 0; i < VV_WEB_SIDES; i++) {
		const vv_web_cell *side = &c->cells[i];

		if (c->item->has[i] && side->len == side->whole && side->len == cell->len &&
		    side->kind == cell->kind && memcmp(side->text, cell->text, cell->len) == 0) {
			return options[i];
		}
	}
	return NULL;
}

/* The cell of a conflict in the decided file; NULL: none that can be set again. */
static const vv_web_cell *decided_cell(words *w, vv_web_table *decided, const vv_web_conflict *c)
{
	vv_web_row row;
	size_t at;

	if (!c->select || !c->item->column || !c->place ||
	    vv_web_row_find(w->v, decided, c->place, 0, &row, VV_IGNORED) < 0 ||
	    vv_web_column_find(decided, c->item->column, &at, VV_IGNORED) < 0) {
		return NULL;
	}
	const vv_web_cell *cell = &row.cells[at];
	return cell->len == cell->whole && (!cell->literal || side_of(c, cell)) ? cell : NULL;
}

/* The cell gets the value that it had in the decided file. */
static vv_status decide_as(words *w, const vv_web_conflict *c, const vv_web_cell *cell)
{
	const char *side = side_of(c, cell);

	begin_command(w, "resolve");
	if (side) {
		add_word(w, side, "");
		add_word(w, "--column=", c->item->column);
	} else {
		add_word(w, vv_web_text(w->v, "--set=%s=", c->item->column), cell->text);
	}
	add_word(w, "--row=", c->select);
	add_word(w, "--", "");
	add_path(w);
	return run_all(w);
}

/* The cell that is decided again. */
static bool is_asked(const words *w, const vv_web_conflict *c)
{
	return c->place && c->item->column && strcmp(c->place, verb_field(w, "of-place")) == 0 &&
	       strcmp(c->item->column, verb_field(w, "of-column")) == 0;
}

static bool is_listed(const vv_web_conflicts *all, const vv_web_conflict *c)
{
	const vv_web_conflict_path *t = all->count > 0 ? &all->paths[0] : NULL;

	return t &&
	       vv_array_find(t->items, t->count, o,
			     o->item->kind == c->item->kind && vv_text_same(o->select, c->select) &&
				     vv_text_same(o->item->column, c->item->column));
}

/* After the conflicts of the file were made again: all that were decided, but one, are decided as before.
 * before: those that were open. Another kind of conflict than that of a cell stays open. */
static vv_status decide_others(words *w, vv_web_table *decided, const vv_web_conflicts *before)
{
	vv_web_conflicts now;
	vv_status rc = vv_web_conflicts_read(w->v, w->verb->path, 0, REOPENED_MAX, &now, w->err);

	if (rc < 0) return rc;
	const vv_web_conflict_path *t = &now.paths[0];
	w->done->done = vv_array_find(t->items, t->count, c, is_asked(w, c)) ? "again-one"
									     : "again-none";
	w->done->done = t->complete ? w->done->done : "again-more";
	vv_array_each(t->items, t->count, c) {
		if (is_listed(before, c) || is_asked(w, c)) {
			continue;
		}
		const vv_web_cell *cell = decided_cell(w, decided, c);
		if (!cell) {
			w->done->done = "again-more";
		} else if ((rc = decide_as(w, c, cell)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

/* All conflicts of the file are to be decided again; with of-place and of-column, that of one cell. */
static vv_status ask_again(words *w)
{
	bool asked = false;
	vv_web_conflicts before = {.count = 0};
	vv_web_table *decided = NULL;
	vv_status rc = need_path(w);

	if (rc < 0 || (rc = vv_web_was_in_conflict(w->v, w->verb->path, &asked, w->err)) < 0) {
		return rc;
	}
	if (!asked) {
		return vv_fail(w->err, VV_EUSAGE, "'%s' was not in conflict",
			       vv_text_shows(w->verb->path));
	}
	w->done->page = VV_WEB_TO_CONFLICTS;
	w->done->done = "again";
	const bool one = *verb_field(w, "of-place") && *verb_field(w, "of-column");
	if (one) {
		if ((rc = find_row(w, NULL, &decided, NULL)) < 0) return rc;
		rc = vv_web_conflicts_read(w->v, w->verb->path, 0, REOPENED_MAX, &before, w->err);
		/* none is open */
		if ((rc = vv_error_excuse(rc, rc == VV_ENOTFOUND, w->err)) < 0) return rc;
	}
	begin_git(w, "checkout");
	add_word(w, "--merge", "");
	add_word(w, "--", "");
	add_word(w, ":(top,literal)", w->verb->path);
	if ((rc = run_all(w)) < 0 || !one) return rc;
	return decide_others(w, decided, &before);
}

/* The message of a merge of versions from the remote, where Git's own, which names its branch, would be kept. */
static const char *merge_message(words *w)
{
	vv_auto(vv_buf) text = VV_BUF_INIT;

	if (vv_state_message(w->v->repo, &text, VV_IGNORED) < 0 ||
	    strncmp(vv_buf_cstr(&text), git_merge, sizeof(git_merge) - 1) != 0) {
		return NULL;
	}
	return unite_words(w, vv_web_merge_author(w->v));
}

static vv_status continue_merge(words *w)
{
	const char *state = vv_state_name(w->v->repo), *message;

	if (!*state || strcmp(state, "rebase") == 0) {
		return vv_fail(w->err, VV_EUSAGE, "no merge, cherry-pick or revert is in progress");
	}
	begin_command(w, state);
	add_word(w, "--continue", "");
	if (strcmp(state, "merge") == 0 && (message = merge_message(w))) {
		add_word(w, "--message=", message);
	}
	w->done->done = "concluded";
	return run_all(w);
}

static vv_status continue_and_send(words *w)
{
	const vv_status rc = continue_merge(w);

	return rc < 0 ? rc : send_versions(w);
}

/* --- the list ----------------------------------------------------------------------------- */

static const struct {
	const char *name;
	vv_status (*run)(words *w);
} verbs[] = {
	{"set", set_cell},
	{"add", add_row},
	{"remove", remove_row},
	{"undo", undo_changes},
	{"spelling", undo_spelling},
	{"who", keep_author},
	{"take", take_file},
	{"save", save_version},
	{"take-back", take_back},
	{"save-and-send", save_and_send},
	{"save-and-ask", save_and_ask},
	{"save-and-send-anyway", save_and_send},
	{"send-anyway", send_versions},
	{"send", send_versions},
	{"get", get_versions},
	{"ask", send_for_review},
	{"login", log_in},
	{"ours", resolve_conflict},
	{"theirs", resolve_conflict},
	{"base", resolve_conflict},
	{"once", resolve_conflict},
	{"both", resolve_conflict},
	{"other", resolve_conflict},
	{"again", ask_again},
	{"continue", continue_merge},
	{"continue-and-send", continue_and_send},
};

vv_status vv_web_do(vv_web_visit *v, const vv_web_verb *verb, vv_web_done *done, vv_error *err)
{
	words w = {.v = v, .verb = verb, .done = done, .err = err};

	*done = (vv_web_done){.page = VV_WEB_TO_DESK};
	if (!v->work_tree || !vv_repository_workdir(v->repo)) {
		return vv_fail(err, VV_ENOTFOUND, "no such page");
	}
	vv_array_each(verbs, sizeof(verbs) / sizeof(verbs[0]), it) {
		if (strcmp(it->name, verb->name) == 0) return it->run(&w);
	}
	return vv_fail(err, VV_EUSAGE, "pages have no button '%s'", vv_text_shows(verb->name));
}
