/*
 * conflicts: the page of conflicts of the merge under way: base, ours and theirs side by side, and
 * the buttons and commands that settle it.
 */
#include "cmd/web/model/conflicts.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/text.h"
#include "cmd/web/model/desk.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "transport/server/words.h"

#define OF_ONE 200u /* conflicts on a table's own page */
#define OF_EACH 25u /* of each table, where all are shown */
#define REST 8u     /* further cells of a row that are shown */

/* "Two people changed the same cells". */
static const char *name_of(vv_page *p, const char *state)
{
	if (strcmp(state, "am") == 0) return "An application of patches is in progress";
	if (*state == '\0' || strcmp(state, "bisect") == 0) return "Files have conflicts";
	if (strcmp(state, "merge") == 0) return "Others changed the same cells as you";
	return vv_page_text(p, "A %s is in progress", state);
}

vv_status vv_page_put_conflicts_card(vv_page *p, vv_error *err)
{
	vv_web_conflicts all;
	const char *at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, NULL);
	vv_status rc;

	if (!p->asked->owner || !p->asked->visit->work_tree || !at) return VV_OK;
	if ((rc = vv_web_conflicts_read(p->asked->visit, NULL, 0, 0, &all, err)) < 0) {
		return rc == VV_ENOMEM || rc == VV_EIO ? rc : VV_OK; /* its own page shows the
								      * reason */
	}
	if (*all.words) {
		part_conflicts_card(&p->html, .at = at, .state = name_of(p, all.state),
				    .words = all.words);
	}
	return VV_OK;
}

/* ---- buttons */

/* A choice within a path. */
typedef struct part {
	const char *path, *row, *column; /* NULL: all */
	bool key;
} part;

/* A button's address, with the arguments of `varve resolve`. path NULL: concludes the merge. */
static const char *to_verb(vv_page *p, const char *take, const part *of)
{
	const struct {
		const char *name, *value;
	} more[] = {{"of-row", of->row},
		    {"of-column", of->column},
		    {"of-key", of->key ? "1" : NULL},
		    {"token", p->asked->token},
		    {"of", vv_page_text(p, "%llu", (unsigned long long)p->conflicts)}};
	const vv_web_address to = {
		.base = p->at->base, .place = VV_WEB_AT_CONFLICTS, .path = of->path};
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!p->asked->token) return NULL;
	vv_web_address_put(&b, &to);
	vv_buf_printf(&b, "?do=%s", take);
	vv_array_each(more, sizeof(more) / sizeof(more[0]), it) {
		if (it->value) {
			vv_buf_printf(&b, "&%s=", it->name);
			vv_http_encode(&b, it->value, strlen(it->value));
		}
	}
	return vv_page_keep(p, vv_buf_cstr(&b));
}

/* The merge is with versions that were fetched from the remote, whose branch's name says little to the owner. */
static bool is_with_remote(const vv_page *p, const vv_web_conflict_path *t)
{
	return p->desk && *p->desk->upstream &&
	       strcmp(t->at->record.names[VV_THEIRS], p->desk->upstream) == 0;
}

/* In sentences: a branch's name, or "yours" and "theirs". */
static const char *side_words(const vv_page *p, const vv_web_conflict_path *t, size_t side)
{
	if (!is_with_remote(p, t)) return t->at->record.names[side];
	return side == VV_OURS ? "yours" : "theirs";
}

/* For rows that both sides added: the more likely one first. */
static void put_twice(vv_page *p, const vv_web_conflict_path *t, const part *of)
{
	const vv_conflict_item *row = NULL, *key = NULL, *replaced = NULL;

	vv_array_each(t->items, t->count, c) {
		const bool wanted = !of->row || (c->select && strcmp(c->select, of->row) == 0);

		row = wanted && c->item->kind == VV_CONFLICT_ROW_TWICE ? c->item : row;
		key = wanted && c->item->kind == VV_CONFLICT_KEY_TWICE ? c->item : key;
		replaced = wanted && c->item->kind == VV_CONFLICT_ROW_REPLACED ? c->item : replaced;
	}
	const bool once = row && row->detail && strcmp(row->detail, VV_ROW_TWICE) != 0;
	if (once) {
		part_take(&p->html, .at = to_verb(p, "once", of), .text = "Keep once");
	}
	if (row || key) {
		const char *text = row ? "Keep twice" : "Keep both, theirs with the next free key";

		text = key && !vv_conflict_gets_key(key) ? "Keep both unchanged" : text;
		part_take(&p->html, .at = to_verb(p, "both", of), .text = text);
	}
	if (replaced && !row && !key) {
		part_take(&p->html, .at = to_verb(p, "both", of),
			  .text = "Keep the new rows of both");
	}
	if (row && !once) {
		part_take(&p->html, .at = to_verb(p, "once", of), .text = "Keep once");
	}
}

/* "Take ours (main)", for a row, a column or all. */
static void put_takes(vv_page *p, const vv_web_conflict_path *t, const part *of)
{
	static const char *const takes[] = {[VV_OURS] = "ours", [VV_THEIRS] = "theirs"};

	part_takes_begin(&p->html);
	if (!of->column && !of->key) {
		put_twice(p, t, of);
	}
	for (size_t side = VV_OURS; side <= VV_THEIRS; side++) {
		const bool remote = is_with_remote(p, t);
		const bool named = !remote && strcmp(t->at->record.names[side], takes[side]) != 0;
		const char *word = remote ? side_words(p, t, side) : takes[side];

		part_take(&p->html, .at = to_verb(p, takes[side], of),
			  .text = named ? vv_page_text(p, "Take %s (%s)", word,
						       t->at->record.names[side])
					: vv_page_text(p, "Take %s", word));
	}
	if (t->at->sides[VV_BASE].mode) {
		part_take(&p->html, .at = to_verb(p, "base", of),
			  .text = "Go back to the common version (base)");
	}
	part_takes_end(&p->html);
}

/* ---- conflicts */

/* "spring, Bob, 12 Oct 2026" */
static const char *side_name(vv_page *p, const vv_web_conflict_path *t, size_t side)
{
	const bool remote = is_with_remote(p, t);
	const char *name = remote ? "" : t->at->record.names[side];
	vv_web_commit of;

	if (side == VV_BASE) return "both changed it";
	const vv_oid *commit = &t->at->record.commits[1];
	if (side != VV_THEIRS || vv_oid_is_null(commit)) return name;
	vv_oid_text(of.hex, commit);
	const char *rev = vv_page_keep(p, of.hex);
	if (!rev) return name;
	const vv_status rc = vv_web_commit_find(p->asked->visit, rev, &of, NULL, VV_IGNORED);
	if (rc < 0) return name;
	return vv_page_text(p, "%s%s%s, %s", name, remote ? "" : ", ", of.author,
			    vv_page_day(p, &of));
}

/* of: the cell that the side's button takes; NULL: none. */
static void put_side(vv_page *p, const vv_web_conflict_path *t, const vv_web_cell *cell,
		     size_t side, const part *of)
{
	static const char *const takes[] = {"base", "ours", "theirs"};
	static const char *const words[] = {"Before", "Yours", "Theirs"};
	vv_html *value = cell ? vv_page_value(p, cell) : vv_page_piece_new(p);

	if (!cell) {
		part_conflict_none(value);
	}
	part_conflict_side(&p->html, .kind = takes[side], .word = words[side],
			   .name = side_name(p, t, side), .value = value,
			   .at = of && t->at->sides[side].mode ? to_verb(p, takes[side], of)
							       : NULL);
}

/* Was another value for this cell refused? */
static bool is_refused(const vv_page *p, const part *of, const char *column)
{
	const vv_web_verb *verb = p->asked->verb;

	return verb && verb->path && of->row && strcmp(verb->path, of->path) == 0 &&
	       strcmp(vv_web_field(verb, "of-row"), of->row) == 0 &&
	       strcmp(vv_web_field(verb, "of-column"), column) == 0;
}

static void put_cell(vv_page *p, const vv_web_conflict_path *t, const char *column, const bool *has,
		     const vv_web_cell *cells, const part *of)
{
	static const size_t sides[] = {VV_OURS, VV_THEIRS, VV_BASE};

	part_conflict_cell_begin(&p->html, .column = column);
	vv_array_each(sides, VV_WEB_SIDES, side) {
		put_side(p, t, has[*side] ? &cells[*side] : NULL, *side, of);
	}
	part_conflict_cell_end(&p->html);
	if (of && p->asked->token) {
		const vv_web_cell *ours = has[VV_OURS] ? &cells[VV_OURS] : NULL;
		const bool wrong = is_refused(p, of, column);
		const char *value = ours && ours->len == ours->whole
					    ? vv_page_text(p, "%.*s", (int)ours->len, ours->text)
					    : NULL;

		part_conflict_other(&p->html,
				    .at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, of->path),
				    .token = p->asked->token, .row = of->row, .column = column,
				    .of = vv_page_text(p, "%llu", (unsigned long long)p->conflicts),
				    .value = wrong ? vv_web_field(p->asked->verb, "value") : value,
				    .wrong = wrong);
	}
}

static const char *row_title(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *c)
{
	const uint64_t row = c->item->row, theirs = c->item->at[VV_THEIRS];

	if (c->row_name) return vv_page_text(p, "Row %s", c->row_name);
	if (row != UINT64_MAX) return vv_page_text(p, "Row %s", vv_text_count(row + 1));
	if (theirs == UINT64_MAX) return "A removed row";
	return vv_page_text(p, "Row %s of %s", vv_text_count(theirs + 1),
			    side_words(p, t, VV_THEIRS));
}

static const char *row_detail(vv_page *p, const vv_web_conflict_path *t,
			      const vv_conflict_item *item)
{
	size_t gone = item->row == UINT64_MAX ? VV_OURS : VV_THEIRS;

	if (item->kind == VV_CONFLICT_ROW_ADDED) {
		return "Added on both sides, with different cells.";
	}
	if (item->kind == VV_CONFLICT_ROW_TWICE) {
		return "Added on both sides: the same row, or two?";
	}
	if (item->kind == VV_CONFLICT_KEY_TWICE) {
		return vv_conflict_gets_key(item)
			       ? "Two rows, one key: both sides used it for a new row."
			       : "Two rows have one value where only different ones were found so "
				 "far.";
	}
	if (item->kind == VV_CONFLICT_ROW_REPLACED) {
		return item->at[VV_BASE] != UINT64_MAX
			       ? "Replaced on both sides by different rows."
			       : "Added in place of a row that both sides replaced.";
	}
	return item->kind == VV_CONFLICT_ROW_REMOVED
		       ? vv_page_text(p, "Removed in %s, changed in %s.", side_words(p, t, gone),
				      side_words(p, t, VV_OURS + VV_THEIRS - gone))
		       : NULL;
}

/* Where one side removed a row that has a key, the record has no cells: the other side's row is a click away. */
static void put_row_link(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *c)
{
	size_t side = c->item->row == UINT64_MAX ? VV_THEIRS : VV_OURS;
	const vv_oid *commit = &t->at->record.commits[side - VV_OURS];
	vv_web_commit of;

	if (!c->place || vv_oid_is_null(commit)) return;
	vv_oid_text(of.hex, commit);
	part_link_paragraph(&p->html, .at = vv_page_to_row(p, &of, t->at->path, c->place, 0),
			    .text = vv_page_text(p, "The row in %s, and what changed in it",
						 side_words(p, t, side)));
}

/* Cells that are in no conflict, which identify the row for a reader. */
static void put_rest(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *first,
		     size_t count)
{
	vv_web_visit *v = p->asked->visit;
	vv_web_commit head;
	vv_web_table *table;
	vv_web_row row;
	bool over = false;
	size_t shown = 0;

	if (!first->place || vv_web_over(v, &over, VV_IGNORED) < 0 || over ||
	    vv_web_commit_head(v, &head, VV_IGNORED) < 0 ||
	    vv_web_table_open(v, &head, t->at->path, &table, VV_IGNORED) < 0 ||
	    vv_web_row_find(v, table, first->place, 0, &row, VV_IGNORED) < 0) {
		return;
	}
	part_conflict_row_begin(&p->html);
	for (size_t i = 0; i < table->column_count && shown < REST; i++) {
		const char *name = table->columns[i].name;

		if (table->columns[i].key ||
		    vv_array_find(first, count, c,
				  c->item->column && strcmp(c->item->column, name) == 0)) {
			continue;
		}
		shown++;
		part_conflict_row_cell(&p->html, .name = name,
				       .value = vv_page_value(p, &row.cells[i]));
	}
	part_conflict_row_end(&p->html);
}

/* The conflicts of one row, from items[i] on; how many. */
static size_t put_row(vv_page *p, const vv_web_conflict_path *t, size_t i)
{
	const vv_web_conflict *first = &t->items[i];
	const bool removed = first->item->kind == VV_CONFLICT_ROW_REMOVED;
	part of = {.path = t->at->path, .row = first->select};
	size_t n = 1;

	while (i + n < t->count && t->items[i + n].same_row) {
		n++;
	}
	part_conflict_begin(&p->html, .title = row_title(p, t, first),
			    .detail = row_detail(p, t, first->item));
	put_rest(p, t, first, n);
	for (const vv_web_conflict *c = first; c < first + n; c++) {
		if ((of.column = c->item->column)) {
			put_cell(p, t, of.column, c->item->has, c->cells, of.row ? &of : NULL);
		}
	}
	vv_array_each(first->values, first->value_count, v) {
		put_cell(p, t, v->column, v->has, v->cells, NULL);
	}
	if (removed) {
		put_row_link(p, t, first);
	}
	of.column = NULL;
	if (!of.row) {
		part_resolve_note(
			&p->html,
			.text = "This row cannot be resolved alone, since no key or number identifies it. Resolve the whole table.");
	} else if (removed || !first->item->column || n > 1) {
		put_takes(p, t, &of);
	}
	part_conflict_end(&p->html);
	return n;
}

static void put_other(vv_page *p, const vv_web_conflict_path *t, const vv_conflict_item *item)
{
	bool key = item->kind == VV_CONFLICT_KEY;
	const part of = {.path = t->at->path, .column = item->column, .key = key && !item->column};

	part_conflict_begin(&p->html,
			    .title = item->column ? vv_page_text(p, "Column %s", item->column)
				     : key        ? "The key"
						  : "The whole table",
			    .detail = item->detail);
	put_takes(p, t, &of);
	part_conflict_end(&p->html);
}

static void put_pager(vv_page *p, const vv_web_conflict_path *t, bool own)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_CONFLICTS,
				   .path = t->at->path,
				   .limit = own ? p->at->limit : 0};
	vv_html *words = vv_page_piece_new(p);

	if (t->from == 0 && t->complete) return;
	part_words(words, .text = t->count > 0 ? vv_page_text(p, "Conflicts %s to %s of %s",
							      vv_text_count(t->from + 1),
							      vv_text_count(t->from + t->count),
							      vv_text_count(t->total))
					       : vv_page_counted(p, t->total, "conflict", NULL));
	part_pager_begin(&p->html, .words = words);
	if (t->from > 0) {
		vv_page_put_from(p, &to, 0, "First", NULL);
	}
	if (!t->complete) {
		vv_page_put_from(p, &to, t->next, "Next", "next");
	}
	part_pager_end(&p->html);
}

/* of: the cell; NULL: all of the file. */
static void put_again(vv_page *p, vv_html *h, const char *path, const char *words,
		      const vv_web_decision *of)
{
	static const vv_web_decision none = {.place = NULL};

	if (!p->asked->token) return;
	of = of ? of : &none;
	part_conflict_again(h, .at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, path),
			    .token = p->asked->token, .words = words, .place = of->place,
			    .column = of->column,
			    .of = vv_page_text(p, "%llu", (unsigned long long)p->conflicts));
}

/* The decided cells of a file, with the values of both sides and the one that was taken. */
static void put_decisions(vv_page *p, const char *path)
{
	vv_web_decision *list;
	size_t count;
	bool complete;

	if (vv_web_decisions_read(p->asked->visit, path, &list, &count, &complete, VV_IGNORED) <
		    0 ||
	    count == 0) {
		return;
	}
	part_decisions_begin(&p->html);
	vv_array_each(list, count, d) {
		vv_html *again = vv_page_piece_new(p);

		put_again(p, again, path, "Decide again", d);
		part_decision(
			&p->html, .row = d->place, .column = d->column,
			.ours = vv_page_value(p, &d->ours), .theirs = vv_page_value(p, &d->theirs),
			.now = vv_page_value(p, &d->now), .whose = d->whose, .again = again,
			.at = vv_page_to_row(p, &(vv_web_commit){.hex = VV_WEB_WORK, .work = true},
					     path, d->place, 0));
	}
	part_decisions_end(&p->html, .more = complete ? NULL : "Not all are listed.");
}

/* Files whose conflicts are all decided: a choice may be made again until the merge is finished. */
static void put_decided(vv_page *p)
{
	const char *const *names;
	size_t count;

	if (!p->asked->token || p->at->path ||
	    vv_web_decided_files(p->asked->visit, &names, &count, VV_IGNORED) < 0) {
		return;
	}
	vv_array_each(names, count, name) {
		part_conflict_decided_begin(&p->html, .name = *name,
					    .id = vv_page_text(p, "d%zu", (size_t)(name - names)));
		part_link_paragraph(&p->html,
				    .at = vv_page_to(p, VV_WEB_AT_TABLE, VV_WEB_WORK, *name),
				    .text = "The file with your decisions");
		put_decisions(p, *name);
		put_again(p, &p->html, *name, "Decide this file again from the beginning", NULL);
		part_conflict_decided_end(&p->html);
	}
}

/* total: conflicts of all files that are left. */
static void put_path(vv_page *p, const vv_web_conflict_path *t, size_t number, bool own,
		     uint64_t total)
{
	const part whole = {.path = t->at->path};

	part_conflict_path_begin(
		&p->html, .name = t->at->path, .id = vv_page_text(p, "t%zu", number),
		.at = own ? NULL : vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, t->at->path),
		.words = vv_page_keep(p, t->words));
	if (t->at->unknown) {
		part_note(&p->html,
			  .text = "The conflicts of this table are not recorded row by row.",
			  .hint = "Run 'varve conflicts' to list its rows.");
	}
	if (p->conflicts > total) {
		put_again(p, &p->html, t->at->path, "Decide this file again from the beginning",
			  NULL);
	}
	part_resolve_begin(&p->html, .words = "Resolve the whole file at once");
	put_takes(p, t, &whole);
	part_resolve_end(&p->html);
	for (size_t i = 0; i < t->count;) {
		if (vv_conflict_is_of_row(t->items[i].item)) {
			i += put_row(p, t, i);
		} else {
			put_other(p, t, t->items[i++].item);
		}
	}
	put_pager(p, t, own);
	if (p->asked->token && t->at->record.touched) {
		put_decisions(p, t->at->path);
	}
	if (t->at->record.left_out > 0 && t->complete) {
		part_note(&p->html,
			  .text = vv_page_text(
				  p, "%s not listed: resolve the whole file.",
				  vv_text_counted(t->at->record.left_out, "more conflict", NULL)));
	}
	part_conflict_path_end(&p->html);
}

static void put_none(vv_page *p, const vv_web_conflicts *all)
{
	const part whole = {.path = NULL};
	bool under_way = strcmp(all->state, "merge") == 0;
	bool picked = strcmp(all->state, "cherry-pick") == 0 || strcmp(all->state, "revert") == 0;

	const char *words = "Nothing is in conflict.";
	if (under_way || picked) {
		words = p->asked->token
				? "No conflicts are left: everything is decided. It is not finished yet."
				: vv_page_text(
					  p,
					  "No conflicts are left. To conclude the operation, run 'varve %s --continue'.",
					  all->state);
	}
	part_nothing(&p->html, .text = words);
	if (!under_way && !picked) return;
	/* a version that waits for a review would be sent, too */
	const bool sends = under_way && p->desk && *p->desk->upstream && p->desk->waiting == 0;
	part_takes_begin(&p->html);
	if (sends) {
		part_conclude(&p->html, .at = to_verb(p, "continue-and-send", &whole), .main = true,
			      .title = "git merge --continue, git pull, git push",
			      .text = "Finish and send");
	}
	part_conclude(&p->html, .at = to_verb(p, "continue", &whole), .main = !sends,
		      .title = vv_page_text(p, "git %s --continue", all->state),
		      .text = sends ? "Finish, do not send" : "Finish");
	part_takes_end(&p->html);
}

/* "cell" of "the same cell", "3 cells"; all that were found are still open and listed. */
static const char *same_words(vv_page *p, const vv_web_conflicts *all)
{
	uint64_t cells = 0;

	vv_array_each(all->paths, all->count, t) {
		vv_array_each(t->items, t->count, c) {
			cells += c->item->kind == VV_CONFLICT_CELL;
		}
	}
	if (cells == 0) return "tables or files";
	if (cells < all->total || p->conflicts > all->total) return "cells";
	return cells == 1 ? "cell" : vv_text_counted(cells, "cell", NULL);
}

/* "Not sent yet: Bob changed the same 3 cells as you. Decide them below, then send." */
static vv_html *ask_words(vv_page *p, const vv_web_conflicts *all)
{
	const char *who = vv_web_merge_author(p->asked->visit);
	const char *begin = "Not finished yet", *end = "Decide them below, then finish.";
	vv_html *h = vv_page_piece_new(p);

	if (p->desk && *p->desk->upstream) {
		begin = "Not sent yet";
		end = "Decide them below, then send.";
	}
	who = *who ? who : "others";
	part_words(h, .text = vv_page_text(p, "%s: %s changed the same %s as you. %s", begin, who,
					   same_words(p, all), end));
	return h;
}

vv_status vv_page_conflicts(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *path = p->at->path;
	size_t limit = OF_EACH;

	if (p->at->limit) {
		limit = p->at->limit;
	} else if (path) {
		limit = OF_ONE;
	}
	vv_web_conflicts all;
	vv_html *lead = vv_page_piece_new(p);
	vv_status rc;

	if ((rc = vv_web_conflicts_read(p->asked->visit, path, path ? p->at->rows.from : 0, limit,
					&all, err)) < 0) {
		return rc;
	}
	vv_page_begin(p, &(vv_page_frame){.title = path ? vv_page_text(p, "Conflicts of %s", path)
							: "Conflicts",
					  .description = *all.words ? all.words
								    : "Nothing is in conflict",
					  .heading = "Conflicts",
					  .dataset = path,
					  .version = &p->asked->commit});
	p->conflicts = all.total > p->at->of ? all.total : p->at->of;
	if (*all.words) {
		const bool some = !path && p->conflicts > all.total;
		const char *left = vv_page_text(p, "%s of %s left", vv_text_count(all.total),
						vv_text_counted(p->conflicts, "conflict", NULL));
		part_strong(lead, .text = some ? left : all.words);
		if (strcmp(all.state, "merge") != 0) {
			part_words(lead, .text = vv_page_text(p, ". %s.", name_of(p, all.state)));
		}
	}
	part_lead(&p->html, .body = lead);
	if (*all.words && p->asked->token) {
		if (strcmp(all.state, "merge") == 0) {
			part_paragraph(&p->html, .body = ask_words(p, &all));
		}
		part_conflict_keys(&p->html);
	}
	vv_array_each(all.paths, all.count, t) {
		put_path(p, t, (size_t)(t - all.paths), path != NULL, all.total);
	}
	if (!*all.words) {
		put_none(p, &all);
	}
	put_decided(p);
	if (*all.words && !all.complete) {
		part_note(&p->html, .text = vv_page_text(p, "Only the first %zu files are listed.",
							 all.count));
	}
	return vv_page_end(p, out, err);
}
