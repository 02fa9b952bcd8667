/*
 * done: the line about the result of a button, on the page to which it led.
 *
 * The address has the button and the versions before it. Versions, rows and files are read from the
 * repository, and a line about them that would not be true is left out. The other lines only repeat what
 * the button does.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/frame/hint_words.h"
#include "cmd/web/model/conflicts.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define TABLES 3u /* names that are listed */

void vv_page_put_problem(vv_page *p, const vv_error *why)
{
	vv_error worded = *why;

	vv_hint_word(&worded, vv_hint_words);
	part_problem(&p->html, .text = vv_page_sentence(p, worded.message),
		     .hint = worded.hint[0] ? vv_page_sentence(p, worded.hint) : NULL);
}

/* ---- versions that were sent or fetched */

/* "1 row added, 2 rows changed"; "": not known. */
static const char *rows_words(vv_page *p, const vv_change_counts *c)
{
	const struct {
		uint64_t count;
		const char *what;
	} counts[] = {{c->added, "added"}, {c->removed, "removed"}, {c->changed, "changed"}};
	const char *words = "";

	vv_array_each(counts, c->counted && !c->many ? 3 : 0, it) {
		if (it->count > 0) {
			words = vv_page_text(p, "%s%s%s %s", words, *words ? ", " : "",
					     vv_text_counted(it->count, "row", NULL), it->what);
		}
	}
	return words;
}

/* ": prices.csv (1 row changed), notes.txt"; "": nothing, or not known. */
static const char *change_words(vv_page *p, const vv_web_commit *a, const vv_web_commit *b)
{
	const char *words = "", *rows;
	vv_web_log_entry e;
	size_t shown = 0;

	if (vv_web_changes_between(p->asked->visit, a, b, 100, &e, VV_IGNORED) < 0) return words;
	vv_array_each(e.changes, e.count, it) {
		/* varve's own file beside a table */
		if (shown == TABLES || strcmp(it->path, "datapackage.json") == 0) {
			continue;
		}
		rows = rows_words(p, &it->counts);
		words = vv_page_text(p, "%s%s %s", words, shown++ > 0 ? "," : ":", it->path);
		words = *rows ? vv_page_text(p, "%s (%s)", words, rows) : words;
	}
	return shown == TABLES && (e.count > TABLES || e.more) ? vv_page_text(p, "%s ...", words)
							       : words;
}

/* The version of an id in the address; none if it is missing or no version. */
static vv_web_commit named_version(vv_page *p, const char *rev)
{
	vv_web_commit c;

	return rev && vv_web_commit_find(p->asked->visit, rev, &c, NULL, VV_IGNORED) == VV_OK
		       ? c
		       : vv_web_none;
}

/* "2 versions of Bob"; NULL: none. */
static const char *versions_words(vv_page *p, const vv_web_commit *from, const vv_web_commit *to,
				  bool names)
{
	vv_web_parcel parcel;

	if (vv_web_parcel_read(p->asked->visit, from, to, &parcel, VV_IGNORED) < 0 ||
	    parcel.versions == 0) {
		return NULL;
	}
	const char *count = vv_page_counted(p, parcel.versions, "version", NULL);
	return names ? vv_page_text(p, "%s of %s", count, parcel.authors) : count;
}

static void put_line(vv_page *p, const char *text, const vv_web_commit *a, const vv_web_commit *b)
{
	part_done(&p->html, .text = text, .at = a ? vv_page_to_compare(p, a, b, NULL) : NULL,
		  .link = "Look");
}

static void put_got(vv_page *p, const vv_web_commit *head)
{
	const vv_web_commit before = named_version(p, p->at->after);
	const char *came = before.none ? NULL : versions_words(p, &before, head, true);

	if (before.none) return;
	if (!came) {
		put_line(p, "Nothing new: you have all versions that others sent.", NULL, NULL);
		return;
	}
	put_line(p, vv_page_text(p, "Got %s%s.", came, change_words(p, &before, head)), &before,
		 head);
}

static void put_sent_versions(vv_page *p, const vv_web_commit *head)
{
	const vv_web_commit there = named_version(p, p->at->since);
	vv_web_commit mine = named_version(p, p->at->after), from = vv_web_none;

	mine = mine.none ? *head : mine;
	if (!p->desk || p->desk->ahead > 0 || !*p->desk->upstream) return;
	if (!there.none &&
	    vv_web_commit_base(p->asked->visit, &there, &mine, &from, VV_IGNORED) < 0) {
		from = vv_web_none;
	}
	const char *went = versions_words(p, &there, &mine, false);
	const char *came = versions_words(p, &mine, head, true);
	const char *words = vv_page_text(p, "Sent %s%s.", went ? went : "your versions",
					 change_words(p, &from, &mine));
	if (came) {
		words = vv_page_text(p, "%s Got %s%s.", words, came, change_words(p, &mine, head));
	}
	put_line(p, words, from.none ? NULL : &from, &mine);
}

/* ---- the line */

/* The row of the version; false: it has none. */
static bool find_cells(vv_page *p, const char *rev, const char *path, const char *key,
		       vv_web_table **t, vv_web_row *row)
{
	vv_web_visit *v = p->asked->visit;
	vv_web_commit c;

	return vv_web_commit_find(v, rev, &c, NULL, VV_IGNORED) == VV_OK &&
	       vv_web_table_open(v, &c, path, t, VV_IGNORED) == VV_OK &&
	       vv_web_row_find(v, *t, key, 0, row, VV_IGNORED) == VV_OK;
}

/* "The row 00007 was removed from prices.csv", if it was. */
static void put_removed(vv_page *p, const char *plain)
{
	vv_web_address *at = p->asked->address;
	const char *words = plain;
	vv_web_table *t;
	vv_web_row row;

	if (at->place == VV_WEB_AT_DESK && at->name && at->key &&
	    find_cells(p, "HEAD", at->name, at->key, &t, &row) &&
	    !find_cells(p, VV_WEB_WORK, at->name, at->key, &t, &row)) {
		words = vv_page_text(
			p, "The row %s was removed from %s. This is not saved as a version yet.",
			at->key, at->name);
	}
	put_line(p, words, NULL, NULL);
	at->name = at->key = NULL;
}

/* The other changes may be the owner's or the spreadsheet program's: only some of the latter are recognized. */
static const char *put_back_words(vv_page *p)
{
	const vv_web_edit *left = p->desk ? vv_array_find(p->desk->edits, p->desk->edit_count, e,
							  !e->is_new)
					  : NULL;

	if (!left) return "All changes of the spreadsheet program were undone.";
	return vv_page_text(
		p,
		"The recognized changes of the spreadsheet program were undone. %s still has changes%s%s.",
		left->path, *left->words ? ": " : "", left->words);
}

/* The cell of a version, whole, as text; NULL: it is not known. */
static const char *cell_text(vv_page *p, const char *rev, const vv_web_address *at,
			     const char *row_place)
{
	vv_web_table *t;
	vv_web_row row;
	size_t column;

	if (!find_cells(p, rev, at->name, row_place, &t, &row) ||
	    vv_web_column_find(t, at->cell, &column, VV_IGNORED) < 0 ||
	    row.cells[column].len != row.cells[column].whole) {
		return NULL;
	}
	return vv_page_text(p, "%.*s", (int)row.cells[column].len, row.cells[column].text);
}

/* Does the address name the cell that was decided? */
static bool names_cell(const vv_web_address *at)
{
	return at->place == VV_WEB_AT_CONFLICTS && at->name && at->key && at->cell;
}

/* "Decided: price in row 00007: theirs, 8.00." */
static const char *decided_words(vv_page *p)
{
	const vv_web_address *at = p->at;

	if (!names_cell(at)) return "Decided.";
	const char *place, *name, *whose = "";
	vv_web_selected_row(p->asked->visit, at->key, &place, &name);
	const char *now = cell_text(p, VV_WEB_WORK, at, place),
		   *ours = cell_text(p, "HEAD", at, place),
		   *theirs = cell_text(p, "MERGE_HEAD", at, place);
	if (!now) return vv_page_text(p, "Decided: %s in row %s.", at->cell, name);
	if (ours && strcmp(now, ours) == 0) {
		whose = "yours, ";
	} else if (theirs && strcmp(now, theirs) == 0) {
		whose = "theirs, ";
	}
	return vv_page_text(p, "Decided: %s in row %s: %s%s.", at->cell, name, whose,
			    *now ? now : "an empty cell");
}

/* After the operation with conflicts. */
static const char *finished_words(const vv_web_commit *head)
{
	return head->parent_count > 1
		       ? "Finished: your newest version has what you decided, and all other changes of both sides."
		       : "Finished: your newest version has what you decided.";
}

void vv_page_put_done(vv_page *p)
{
	static const struct {
		const char *name, *words;
	} plain[] = {
		{"changed",
		 "Changed in the file. When you are done, choose 'Look, save or undo' to save and send it."},
		{"added",
		 "The row was added to the file. When you are done, choose 'Look, save or undo' to save and send it."},
		{"undone", "Undone."},
		{"taken", "The file becomes part of the next version."},
		{"taken-back", "Taken back: the changes of that version are not saved."},
		{"known", "Your name is kept."},
		{"again", "The conflicts of this file are to be decided again."},
		{"again-one", "This conflict is to be decided again. Your other decisions stay."},
		{"again-none",
		 "Not changed: this cell is in no conflict. A rule of the repository decided it."},
		{"again-more",
		 "This conflict is to be decided again, and others that are not about single cells."},
		{"logged-in", "You are logged in. Choose Send or Get new versions again."},
	};
	const char *done = p->at->done;
	vv_web_commit head;

	if (!done || !p->asked->token || !p->asked->visit) return;
	p->asked->address->done = NULL; /* not in the links of this page */
	vv_array_each(plain, sizeof(plain) / sizeof(plain[0]), it) {
		if (strcmp(it->name, done) == 0) {
			put_line(p, it->words, NULL, NULL);
			return;
		}
	}
	if (strcmp(done, "removed") == 0) {
		put_removed(
			p,
			"The row was removed from the file. This is not saved as a version yet.");
		return;
	}
	if (strcmp(done, "put-back") == 0) {
		put_line(p, put_back_words(p), NULL, NULL);
		return;
	}
	if (strcmp(done, "decided") == 0) {
		put_line(p, decided_words(p), NULL, NULL);
		p->asked->address->name = p->asked->address->key = p->asked->address->cell = NULL;
		return;
	}
	if (vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) < 0) return;
	if (strcmp(done, "got") == 0) {
		put_got(p, &head);
	} else if (strcmp(done, "sent") == 0) {
		put_sent_versions(p, &head);
	} else if (strcmp(done, "concluded") == 0) {
		put_line(p, finished_words(&head), NULL, NULL);
	} else if (strcmp(done, "saved") == 0) {
		put_line(p, vv_page_text(p, "Saved as a version: \u201c%s\u201d.", head.subject),
			 NULL, NULL);
	}
}
