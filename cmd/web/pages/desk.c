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
	if (d->ahead == 0) return "all of your versions are sent";
	if (d->waiting == d->ahead) {
		return vv_page_text(p, "%s for a review",
				    vv_text_counted(d->waiting, "version of yours waits",
						    "versions of yours wait"));
	}
	const char *unsent = vv_page_text(p, "%s not sent",
					  vv_text_counted(d->ahead - d->waiting,
							  "version of yours is",
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

static void put_edit(vv_page *p, const vv_web_edit *e, size_t number, const vv_web_commit *work)
{
	const vv_web_commit *head = &p->asked->commit;
	const char *look = e->is_new || head->none
				   ? vv_page_to(p, VV_WEB_AT_TABLE, VV_WEB_WORK, e->path)
				   : vv_page_to_compare(p, head, work, e->path);

	part_desk_edit_begin(&p->html, .path = e->path, .at = look,
			     .words = vv_page_sentence(p, e->words),
			     .id = vv_page_text(p, "e%zu", number));
	if (e->conflict) {
		part_note(&p->html, .text = "Two people changed the same cells of this file.",
			  .hint = "The page of the conflicts shows them.");
	}
	if (*e->spreadsheet) {
		part_desk_spreadsheet(&p->html, .at = to_desk(p, e->path), .token = p->asked->token,
				      .words = e->spreadsheet);
	}
	if (e->errors > 0 || e->warnings > 0) {
		const uint64_t n = e->errors > 0 ? e->errors : e->warnings;
		const char *what = e->errors > 0 ? "error" : "warning";

		part_note(&p->html,
			  .text = vv_page_text(p, "The check finds %s. %s",
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
	part_desk_edit_end(&p->html);
}

/* ---- sending and getting */

/* Where the branch that was sent is looked at. */
static void put_sent(vv_page *p, const vv_web_desk *d)
{
	const char *name = vv_page_text(p, "remote.%s.url", d->remote);
	vv_auto(char) *url = NULL;
	vv_auto(vv_buf) home = VV_BUF_INIT, at = VV_BUF_INIT;

	part_note(&p->html,
		  .text = vv_page_text(p, "Your version was sent as the branch %s.", p->at->name),
		  .hint = "Ask a colleague to look at it before it is merged.");
	if (vv_config_string(p->asked->visit->repo, name, &url, VV_IGNORED) < 0 || !url ||
	    !vv_issue_home(&home, url)) {
		return;
	}
	vv_issue_put_request(&at, vv_buf_cstr(&home), d->branch, p->at->name);
	part_link_paragraph(&p->html, .at = vv_page_keep(p, vv_buf_cstr(&at)),
			    .text = "Open a request at the host");
}

static void put_exchange(vv_page *p, const vv_web_desk *d, bool edits)
{
	const char *token = p->asked->token, *at = to_desk(p, NULL);
	const char *first = *d->upstream ? NULL : d->branch;

	part_desk_exchange_begin(&p->html, .words = exchange_words(p, d));
	if (*d->remote && *d->upstream) {
		part_desk_do(&p->html, .at = at, .token = token, .what = "get",
			     .title = "git pull, by cell", .text = "Get",
			     .main = !edits && d->behind > 0);
	}
	if (*d->remote && (d->ahead > 0 || first)) {
		part_desk_do(&p->html, .at = at, .token = token, .what = "send",
			     .title = "git pull, git push", .remote = d->remote, .first = first,
			     .text = d->waiting > 0 ? "Send without the review" : "Send",
			     .main = !edits && d->waiting == 0);
		part_desk_do(&p->html, .at = at, .token = token, .what = "ask",
			     .title = "git push, as a branch of its own", .remote = d->remote,
			     .text = "Send for a review");
	}
	part_desk_exchange_end(&p->html);
}

/* ---- a new row */

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
	const bool lists = t->rows * t->column_count <= LISTED_CELLS;
	part_new_row_begin(&p->html, .at = to_desk(p, path), .token = p->asked->token,
			   .like = like);
	for (size_t i = 0; i < t->column_count; i++) {
		const vv_web_column *c = &t->columns[i];
		const vv_web_cell *cell = row.cells ? &row.cells[i] : NULL;
		const char *value = cell && !c->key
					    ? vv_page_text(p, "%.*s", (int)cell->len, cell->text)
					    : "";

		part_new_row_field(
			&p->html, .column = c->name,
			.note = vv_page_text(p, "%s%s", c->type, c->key ? ", required" : ""),
			.field = vv_page_cell_field(p, t, i, vv_page_text(p, "c:%s", c->name),
						    c->name, value, !c->key && lists));
	}
	part_new_row_end(&p->html);
	return vv_page_end(p, out, err);
}

/* ---- the page */

/* A version that waits for a review, or damage, is not sent along: saving is a step of its own then. */
static bool may_send(const vv_web_desk *d)
{
	return *d->remote && d->waiting == 0 &&
	       !vv_array_find(d->edits, d->edit_count, e, *e->spreadsheet);
}

static void put_save(vv_page *p, const vv_web_desk *d)
{
	if (!d->has_name) {
		part_desk_name(&p->html, .at = to_desk(p, NULL), .token = p->asked->token);
	} else if (d->edit_count > d->new_count && !*d->state) {
		part_desk_save(&p->html, .at = to_desk(p, NULL), .token = p->asked->token,
			       .message = vv_web_desk_sentence(p->asked->visit, d),
			       .remote = d->remote, .first = *d->upstream ? NULL : d->branch,
			       .sends = may_send(d));
	}
}

vv_status vv_page_desk(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_web_visit *v = p->asked->visit;
	vv_web_commit work;
	vv_web_desk d;
	vv_status rc;

	if (!p->asked->token) return vv_fail(err, VV_ENOTFOUND, "no such page 'desk'");
	if (p->at->path) return put_new_row(p, out, err);
	if ((rc = vv_web_desk_read(v, true, &d, err)) < 0) return rc;
	if ((rc = vv_web_commit_find(v, VV_WEB_WORK, &work, NULL, err)) == VV_ENOTFOUND) {
		work = vv_web_none;
		vv_error_clear(err);
	} else if (rc < 0) {
		return rc;
	}
	const bool edits = d.edit_count > d.new_count;
	const char *said = vv_page_changed_words(p, &d);
	vv_page_begin(p, &(vv_page_frame){.title = "Your changes",
					  .description = said ? said : "You changed nothing",
					  .heading = "Your changes",
					  .version = &p->asked->commit});
	if (p->at->name) {
		put_sent(p, &d);
	}
	if (p->at->login && *d.remote) {
		part_desk_login(&p->html, .at = to_desk(p, NULL), .token = p->asked->token,
				.remote = d.remote);
	}
	if ((rc = vv_page_put_conflicts_card(p, err)) < 0) return rc;
	if (!edits) {
		part_nothing(&p->html, .text = "You changed nothing since the newest version.");
	}
	/* damage is looked at first */
	const bool doubtful = vv_array_find(d.edits, d.edit_count, e,
					    *e->spreadsheet || e->errors > 0) != NULL;
	if (!doubtful) {
		put_save(p, &d);
	}
	vv_array_each(d.edits, d.edit_count, e) {
		put_edit(p, e, (size_t)(e - d.edits), &work);
	}
	if (!d.complete) {
		part_note(&p->html, .text = "More new files are not listed.", .hint = NULL);
	}
	if (doubtful) {
		put_save(p, &d);
	}
	if (!*d.state) {
		put_exchange(p, &d, edits);
	}
	return vv_page_end(p, out, err);
}
