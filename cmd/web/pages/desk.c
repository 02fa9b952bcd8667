/*
 * desk: the changes of the owner, and the buttons that undo, save, send and get; the form for a new row.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/model/issue.h"
#include "cmd/web/model/rows.h"
#include "cmd/web/pages/cell_field.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "repo/git/config.h"

#define LISTED_CELLS                                                                               \
	1000000u /* of a table whose columns are read for the values that a new row may have */

static const char *to_desk(vv_page *p, const char *path)
{
	return vv_page_to(p, VV_WEB_AT_DESK, NULL, path);
}

/* Versions that are not at the remote's branch. */
static const char *mine_words(vv_page *p, const vv_web_desk *d)
{
	if (d->ahead == 0) return "all of your saved versions are sent";
	if (d->waiting == d->ahead) {
		return vv_page_text(p, "%s for a review",
				    vv_text_counted(d->waiting, "version of yours waits",
						    "versions of yours wait"));
	}
	const char *unsent = vv_page_text(p, "%s not sent",
					  vv_text_counted(d->unsent_versions, "version of yours is",
							  "versions of yours are"));
	if (d->waiting == 0) return unsent;
	return vv_page_text(p, "%s, and %s for a review", unsent,
			    vv_text_counted(d->waiting, "version waits", "versions wait"));
}

static const char *exchange_words(vv_page *p, const vv_web_desk *d)
{
	if (!*d->remote) return "This repository is on this machine alone.";
	if (!*d->upstream) return "Your versions were not sent yet.";
	const char *mine = vv_page_sentence(p, mine_words(p, d));
	if (d->behind == 0) return vv_page_text(p, "%s.", mine);
	return vv_page_text(
		p, "%s; %s to get.", mine,
		vv_text_counted(d->behind, "version of others is", "versions of others are"));
}

/* ---- changed files */

/* Most changes of such a file are the program's own, so they are not counted. */
static const char *edit_words(vv_page *p, const vv_web_edit *e)
{
	if (*e->spreadsheet) return "A spreadsheet program saved this file.";
	return *e->words ? vv_page_sentence(p, e->words) : "Changed";
}

static void put_edit(vv_page *p, const vv_web_edit *e, size_t number, const vv_web_commit *work)
{
	const vv_web_commit *head = &p->asked->commit;
	const char *look = e->is_new || head->none
				   ? vv_page_to(p, VV_WEB_AT_TABLE, VV_WEB_WORK, e->path)
				   : vv_page_to_compare(p, head, work, e->path);

	part_desk_edit_begin(&p->html, .path = e->path, .at = look, .words = edit_words(p, e),
			     .id = vv_page_text(p, "e%zu", number));
	if (e->conflict) {
		part_note(&p->html, .text = "Two people changed the same cells of this file.",
			  .hint = "The page of the conflicts shows them.");
	}
	if (*e->spreadsheet) {
		part_desk_spreadsheet(&p->html, .at = to_desk(p, e->path), .token = p->asked->token,
				      .words = e->spreadsheet);
	}
	/* most findings would be about the program's own changes */
	if (!*e->spreadsheet && (e->errors > 0 || e->warnings > 0)) {
		const uint64_t n = e->errors > 0 ? e->errors : e->warnings;
		const char *what = e->errors > 0 ? "error" : "warning";

		part_note(&p->html,
			  .text = vv_page_text(p, "The check finds %s. %s.",
					       vv_text_counted(n, what, NULL),
					       vv_page_sentence(p, e->finding)),
			  .hint = NULL);
	}
	if (e->is_new) {
		part_desk_take(&p->html, .at = to_desk(p, e->path), .token = p->asked->token);
	} else if (!e->conflict && !head->none) {
		part_desk_undo(&p->html, .at = to_desk(p, e->path), .token = p->asked->token,
			       .words = "Undo all changes of this file");
	}
	vv_page_put_opened(p, e->path);
	part_desk_edit_end(&p->html);
}

/* ---- sending and getting */

/* Can others use this URL? A path works only on this machine. */
static bool is_shared_url(const char *url)
{
	const char *colon = strchr(url, ':'), *slash = strchr(url, '/');

	if (strstr(url, "://")) return strncmp(url, "file:", 5) != 0;
	return colon && (!slash || colon < slash); /* as in scp */
}

/* Where the branch that was sent is looked at. */
static void put_sent(vv_page *p, const vv_web_desk *d)
{
	const char *name = vv_page_text(p, "remote.%s.url", d->remote);
	const char *kind_name = vv_page_text(p, "remote.%s.varvekind", d->remote);
	vv_auto(char) *url = NULL, *kind = NULL;
	vv_auto(vv_buf) home = VV_BUF_INIT, at = VV_BUF_INIT;
	const char *sent = vv_page_text(p, "%s/%s", d->remote, p->at->name);
	vv_web_commit there;

	/* anybody may have written the address */
	if (vv_web_commit_find(p->asked->visit, vv_page_text(p, "refs/remotes/%s", sent), &there,
			       NULL, VV_IGNORED) < 0) {
		return;
	}
	if (vv_config_string(p->asked->visit->repo, name, &url, VV_IGNORED) < 0 || !url) return;
	const char *host = is_shared_url(url) ? vv_page_keep(p, vv_text_url(url)) : NULL;
	(void)vv_config_string(p->asked->visit->repo, kind_name, &kind, VV_IGNORED);
	const bool hosted = vv_issue_home(&home, url, kind);
	if (hosted) {
		vv_issue_put_request(&at, vv_buf_cstr(&home), d->branch, p->at->name);
	}
	const vv_web_address look = {.base = p->at->base,
				     .place = VV_WEB_AT_COMPARE,
				     .other_rev = *d->upstream ? d->upstream : NULL,
				     .rev = sent,
				     .from_base = *d->upstream != '\0'};
	part_review_sent(&p->html, .branch = p->at->name, .host = host, .into = d->branch,
			 .remote = d->remote,
			 .at = hosted ? vv_page_keep(p, vv_buf_cstr(&at)) : NULL,
			 .look = vv_page_link(p, &look));
}

void vv_page_put_opened(vv_page *p, const char *path)
{
	const char *name = vv_web_opened_by(p->asked->visit, path);

	if (name) {
		part_note(
			&p->html, .text = vv_page_text(p, "%s has this file open.", name),
			.hint = "Save and close it there before you change it here: the program that saves last replaces the other changes.");
	}
}

/* unsent: an error of the versions that are not sent; "": none. */
static void put_exchange(vv_page *p, const vv_web_desk *d, const char *unsent, bool edits)
{
	const char *token = p->asked->token, *at = to_desk(p, NULL);
	const char *first = *d->upstream ? NULL : d->branch;

	part_desk_exchange_begin(&p->html, .words = exchange_words(p, d), .reviews = d->reviews,
				 .into = d->branch);
	if (*d->remote && *d->upstream) {
		part_desk_do(&p->html, .at = at, .token = token, .what = "get",
			     .title = "git pull, by cell", .text = "Get new versions",
			     .main = !edits && d->behind > 0);
	}
	if (*d->remote && (d->ahead > 0 || first)) {
		if (!*unsent) {
			part_desk_do(&p->html, .at = at, .token = token, .what = "send",
				     .title = "git pull, git push", .remote = d->remote,
				     .first = first,
				     .text = d->waiting > 0 ? "Send without the review" : "Send",
				     .main = !edits && d->waiting == 0);
		}
		if (d->ahead == 0 || d->ahead > d->waiting) {
			part_desk_do(&p->html, .at = at, .token = token, .what = "ask",
				     .title = "git push, as a branch of its own",
				     .remote = d->remote, .text = "Send for a review");
		}
	}
	part_desk_exchange_end(&p->html);
	if (*unsent) {
		part_note(
			&p->html,
			.text = vv_page_text(
				p, "The check finds an error in your unsent versions: %s", unsent),
			.hint = "Change the value and save again, or take the version back.");
		part_desk_anyway(&p->html, .at = at, .token = token);
	}
	if (*d->newest) {
		part_desk_take_back(&p->html, .at = at, .token = token, .version = d->newest,
				    .subject = d->newest_subject);
	}
}

/* ---- a new row */

/* The type in the words of people. */
static const char *type_words(const char *type)
{
	if (strcmp(type, "string") == 0) return "text";
	return strcmp(type, "integer") == 0 ? "whole number" : type;
}

/* Returns the key after that of the last row: "00031" after "00030". "": the key has another form, or a row has it. */
static const char *next_key(vv_page *p, vv_web_table *t)
{
	vv_web_row row;

	if (t->key_count != 1 || t->rows == 0 ||
	    vv_web_row_find(p->asked->visit, t, NULL, t->rows - 1, &row, VV_IGNORED) < 0) {
		return "";
	}
	const vv_web_cell *last = &row.cells[t->key[0]];
	char *next = vv_arena_printf(&p->arena, "%.*s", (int)last->len, last->text);
	size_t at = last->len;
	if (!next || at == 0 || at != last->whole || next[strspn(next, "0123456789")] ||
	    next[strspn(next, "9")] == '\0') {
		return "";
	}
	while (next[at - 1] == '9') {
		next[--at] = '0';
	}
	next[at - 1]++;
	return vv_web_row_find(p->asked->visit, t, next, 0, &row, VV_IGNORED) == VV_ENOTFOUND ? next
											      : "";
}

/* Returns the initial value of a field in the form for a new row: a copy of the cell in `like`. A key of one column
 * gets the next key instead; a key of several columns is copied, so that the user changes a part of it. */
static const char *first_value(vv_page *p, vv_web_table *t, size_t column, const vv_web_row *like)
{
	if (t->columns[column].key && t->key_count == 1) return next_key(p, t);
	if (!like->cells) return "";
	return vv_page_text(p, "%.*s", (int)like->cells[column].len, like->cells[column].text);
}

/* "No two rows have the same site, variety and year: change at least one of these." */
static const char *key_note(vv_page *p, const vv_web_table *t, bool copied)
{
	const char *names = "";

	for (size_t i = 0; i < t->key_count; i++) {
		const char *between = i + 1 == t->key_count ? " and " : ", ";

		names = vv_page_text(p, "%s%s%s", names, i > 0 ? between : "",
				     t->columns[t->key[i]].name);
	}
	if (t->key_count == 1) {
		return vv_page_text(p, "No two rows have the same %s.", names);
	}
	return vv_page_text(p, "No two rows have the same %s%s.", names,
			    copied ? ": change at least one of these" : "");
}

static vv_status put_new_row(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *path = p->at->path, *like = p->at->key;
	vv_web_commit work;
	vv_web_table *t;
	vv_web_row row = {.cells = NULL};
	vv_status rc;

	if ((rc = vv_web_commit_find(p->asked->visit, VV_WEB_WORK, &work, NULL, err)) < 0 ||
	    (rc = vv_web_table_open(p->asked->visit, &work, path, &t, err)) < 0) {
		return rc;
	}
	if (!vv_web_table_is_edited(t)) {
		return vv_fail(err, VV_EUSAGE,
			       "rows are added on pages only to tables with a key\n"
			       "a key is set with 'varve schema --key'");
	}
	if (like && (rc = vv_web_row_find(p->asked->visit, t, like, 0, &row, err)) < 0) return rc;
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "A new row of %s", path),
					  .description = "A new row",
					  .heading = "A new row",
					  .dataset = path,
					  .version = &work});
	vv_page_put_opened(p, path);
	const bool lists = t->rows * t->column_count <= LISTED_CELLS;
	part_new_row_begin(&p->html, .at = to_desk(p, path), .token = p->asked->token, .like = like,
			   .note = key_note(p, t, row.cells != NULL));
	for (size_t i = 0; i < t->column_count; i++) {
		const vv_web_column *c = &t->columns[i];
		const char *name = vv_page_text(p, "c:%s", c->name);
		const char *value = p->asked->verb ? vv_web_field(p->asked->verb, name)
						   : first_value(p, t, i, &row);

		part_new_row_field(&p->html, .column = c->name,
				   .note = vv_page_text(p, "%s%s", type_words(c->type),
							c->key ? ", required" : ""),
				   .field = vv_page_cell_field(p, t, i, name, c->name, value,
							       !c->key && lists));
	}
	part_new_row_end(&p->html);
	return vv_page_end(p, out, err);
}

/* ---- the page */

static bool is_damaged(const vv_web_desk *d)
{
	return vv_array_find(d->edits, d->edit_count, e, *e->spreadsheet) != NULL;
}

static bool is_wrong(const vv_web_desk *d)
{
	return vv_array_find(d->edits, d->edit_count, e, e->errors > 0) != NULL;
}

/* A version that waits for a review, or damage, is not sent along: saving is a step of its own then. */
static bool may_send(const vv_web_desk *d)
{
	return *d->remote && d->waiting == 0 && !is_damaged(d);
}

static void put_save(vv_page *p, const vv_web_desk *d)
{
	if (!d->has_name) {
		part_desk_name(&p->html, .at = to_desk(p, NULL), .token = p->asked->token);
	} else if (d->edit_count > d->new_count && !*d->state) {
		const char *message = vv_web_desk_sentence(p->asked->visit, d);
		const bool sends = may_send(d), wrong = is_wrong(d);

		if (p->asked->verb && *vv_web_field(p->asked->verb, "message")) {
			message = vv_web_field(p->asked->verb, "message");
		}
		const char *note = NULL;
		if (*d->remote && d->waiting > 0) {
			note = "A version of yours waits for a review, and would be sent, too. Changes that you save now are not sent at once.";
		}
		part_desk_save(&p->html, .at = to_desk(p, NULL), .token = p->asked->token,
			       .message = message, .remote = d->remote,
			       .first = *d->upstream ? NULL : d->branch, .note = note,
			       .sends = sends && !wrong, .wrong = sends && wrong,
			       .asks = *d->upstream && !is_damaged(d));
	}
}

vv_status vv_page_desk(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_web_visit *v = p->asked->visit;
	vv_web_commit work;
	vv_web_desk *d;
	const char *unsent = "";
	vv_status rc;

	if (!p->asked->token) return vv_fail(err, VV_ENOTFOUND, "no such page 'desk'");
	if (p->at->path) return put_new_row(p, out, err);
	if (!(d = vv_arena_calloc(&p->arena, 1, sizeof(*d)))) return vv_fail_nomem(err);
	if ((rc = vv_web_desk_read(v, true, d, err)) < 0) return rc;
	p->desk = d; /* for the bar */
	if ((rc = vv_web_commit_find(v, VV_WEB_WORK, &work, NULL, err)) == VV_ENOTFOUND) {
		work = vv_web_none;
		vv_error_clear(err);
	} else if (rc < 0) {
		return rc;
	}
	if (!*d->state && *d->upstream && d->ahead > d->waiting &&
	    (rc = vv_web_unsent_errors(v, &unsent, err)) < 0) {
		return rc;
	}
	const bool edits = d->edit_count > d->new_count;
	const char *said = vv_page_changed_words(p, d);
	vv_page_begin(p, &(vv_page_frame){.title = "Your changes",
					  .description = said ? said : "Everything is saved",
					  .heading = "Your changes",
					  .version = &p->asked->commit});
	if (p->at->name) {
		put_sent(p, d);
	}
	if (p->at->login && *d->remote) {
		part_desk_login(&p->html, .at = to_desk(p, NULL), .token = p->asked->token,
				.remote = d->remote);
	}
	if ((rc = vv_page_put_conflicts_card(p, err)) < 0) return rc;
	if (!edits) {
		part_nothing(
			&p->html,
			.text = "Everything is saved. Changes of tables are listed here until you save them as a version.");
	}
	/* damage is looked at first */
	const bool doubtful = is_damaged(d) || is_wrong(d);
	if (!doubtful) {
		put_save(p, d);
	}
	vv_array_each(d->edits, d->edit_count, e) {
		put_edit(p, e, (size_t)(e - d->edits), &work);
	}
	if (!d->complete) {
		part_note(&p->html, .text = "More new files are not listed.", .hint = NULL);
	}
	if (doubtful) {
		put_save(p, d);
	}
	if (!*d->state) {
		put_exchange(p, d, unsent, edits);
	}
	return vv_page_end(p, out, err);
}
