/*
 * compare: what is different between two versions: one sentence, the columns, then the rows.
 */
#include <string.h>

#include "base/show.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"

#define GRID_MAX 12u   /* columns: with more of them a row is shown as a card */
#define CARD_CELLS 10u /* of an added or removed row, before the rest is folded away */
#define PATHS 500u
#define SCHEMA_MAX 100u /* sentences about columns */

/* ---- what both kinds of comparison begin with */

static vv_html *lead(vv_page *p)
{
	const vv_web_commit *a = &p->asked->other, *b = &p->asked->commit;
	vv_html *h = vv_page_piece_new(p);

	part_words(h, .text = vv_html_words("From "));
	vv_page_put_version(p, h, a);
	if (!a->none && !a->work) {
		part_words(h, .text = vv_html_words(", "));
		part_strong(h, .text = vv_html_words(a->subject));
	}
	part_words(h, .text = vv_html_words(", to "));
	vv_page_put_version(p, h, b);
	if (!b->none && !b->work) {
		part_words(h, .text = vv_html_words(", "));
		part_strong(h, .text = vv_html_words(b->subject));
		part_words(h, .text = vv_page_text(p, " by %s", b->author));
	}
	return h;
}

/* "3 Jan 2024 to 30 Dec 2024" */
static vv_html_text span(vv_page *p)
{
	const vv_web_commit *a = &p->asked->other, *b = &p->asked->commit;

	return vv_page_text(p, "%s to %s", a->none ? "the beginning" : vv_page_day(p, a).s,
			    vv_page_day(p, b).s);
}

/* What merge rules decided, as the merge's message says it: of all files, or of one. */
static void put_merge_rules(vv_page *p, const char *path)
{
	static const char mark[] = "Merge-rules: ";
	const vv_web_commit *v = &p->asked->commit;
	const size_t len = path ? strlen(path) : 0;

	for (const char *at = v->body; at && (at = strstr(at, mark)); at += strlen(mark)) {
		const char *what = at + strlen(mark);

		if ((at != v->body && at[-1] != '\n') ||
		    (path && (strncmp(what, path, len) != 0 || what[len] != ':'))) {
			continue;
		}
		part_note(&p->html, .text = vv_page_text(p, "Decided by merge rules: %.*s",
							 (int)strcspn(what, "\r\n"), what));
	}
}

/* ---- all files */

static vv_status put_files(vv_page *p, const vv_web_change *changes, size_t count, bool more)
{
	vv_page_begin(p, &(vv_page_frame){
				 .title = vv_page_text(p, "%s: what changed, %s",
						       p->asked->repository, span(p).s),
				 .description = vv_page_text(p, "%s changed",
							     vv_text_counted(count, "file", NULL)),
				 .heading = count == 0 ? vv_html_words("Nothing changed")
						       : vv_page_text(p, "%s%s changed",
								      more ? "More than " : "",
								      vv_text_counted(count, "file",
										      NULL)),
				 .version = &p->asked->commit});
	part_lead(&p->html, .body = lead(p));
	put_merge_rules(p, NULL);
	part_list_begin(&p->html, .kind = vv_html_words("paths"));
	for (size_t i = 0; i < count; i++) {
		p->passing = p->passing || (changes[i].table && changes[i].kind == VV_WEB_CHANGED &&
					    !changes[i].counts.counted);
		vv_page_put_change(p, &p->asked->other, &p->asked->commit, &changes[i]);
	}
	part_list_end(&p->html);
	return VV_OK;
}

/* ---- one file */

static bool is_any(const vv_web_compare_query *q)
{
	return q->no_added || q->no_removed || q->no_changed || q->column ||
	       (q->search && *q->search);
}

enum { ADDED = 1, REMOVED = 2, CHANGED = 4, ALL_KINDS = 7 };

static unsigned kinds_shown(const vv_web_compare_query *q)
{
	return (q->no_added ? 0u : ADDED) | (q->no_removed ? 0u : REMOVED) |
	       (q->no_changed ? 0u : CHANGED);
}

/* What a click on a kind leads to: it alone; all again, where it is alone; else it is taken in or
 * left out. */
static unsigned kinds_after(unsigned shown, unsigned kind)
{
	return shown == ALL_KINDS ? kind : shown == kind ? ALL_KINDS : shown ^ kind;
}

static void put_kind(vv_page *p, unsigned kind, const char *sign, const char *style,
		     uint64_t number, const char *words)
{
	unsigned shown = kinds_shown(&p->at->compare), after = kinds_after(shown, kind);
	vv_web_address to = *p->at;

	if (number == 0) return;
	to.compare.from = 0;
	to.compare.no_added = !(after & ADDED);
	to.compare.no_removed = !(after & REMOVED);
	to.compare.no_changed = !(after & CHANGED);
	vv_html_url at = vv_page_link(p, &to);
	if (at.s && vv_page_is_served(p)) {
		part_kind_chip(&p->html, .at = at, .on = (shown & kind) != 0,
			       .sign = vv_html_words(sign), .kind = vv_html_words(style),
			       .number = number, .words = vv_html_words(words),
			       .hint = vv_html_words(after == kind        ? "Show only these"
						     : after == ALL_KINDS ? "Show all kinds"
						     : (shown & kind)     ? "Leave these out"
									  : "Show these, too"));
	} else {
		part_count_kind(&p->html, .sign = vv_html_words(sign), .kind = vv_html_words(style),
				.number = number, .words = vv_html_words(words));
	}
}

static void put_kinds(vv_page *p, const vv_web_comparison *c)
{
	part_counts_begin(&p->html);
	put_kind(p, ADDED, "+", "a", c->counts.added, "added");
	put_kind(p, REMOVED, "\u2212", "r", c->counts.removed, "removed");
	put_kind(p, CHANGED, "~", "c", c->counts.changed, "changed");
	if (c->counts.rewritten > 0) {
		part_count_kind(&p->html, .sign = vv_html_words("\u2248"),
				.kind = vv_html_words("m"), .number = c->counts.rewritten,
				.words = vv_html_words("only written differently"));
	}
	part_counts_end(&p->html);
}

static void put_hidden(vv_html *h, const char *name, const char *value)
{
	part_hidden_input(h, .name = vv_html_words(name), .value = vv_html_words(value));
}

static void put_filters(vv_page *p, const vv_web_comparison *c)
{
	const vv_web_compare_query *q = &p->at->compare;
	vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_COMPARE);
	vv_html *hidden = vv_page_piece_new(p), *keys = vv_page_piece_new(p);

	if (!vv_page_is_served(p)) return;
	to.rev = p->at->rev;
	to.other_rev = p->at->other_rev;
	to.from_base = p->at->from_base;
	to.path = p->at->path;
	part_diff_filter_begin(&p->html, .at = vv_page_link(p, &to),
			       .search = vv_html_words(q->search));
	for (size_t i = 0; i < c->column_count; i++) {
		const vv_web_column_pair *pair = &c->columns[i];
		const char *name = pair->name ? pair->name : pair->old_name;
		part_diff_filter_column(
			&p->html, .name = vv_html_words(name),
			.on = q->column && strcmp(q->column, name) == 0,
			.words = pair->changed ? vv_page_text(p, "%s (%s)", name,
							      vv_text_count(pair->changed))
					       : vv_html_words(name));
	}
	for (size_t i = 0; i < c->column_count; i++) {
		const vv_web_column_pair *pair = &c->columns[i];
		if (pair->name && pair->old_name) {
			part_diff_filter_column(keys, .name = vv_html_words(pair->name),
						.on = q->key && strcmp(q->key, pair->name) == 0,
						.words = vv_html_words(pair->name));
		}
	}
	if (q->no_added) {
		put_hidden(hidden, "hide", "added");
	}
	if (q->no_removed) {
		put_hidden(hidden, "hide", "removed");
	}
	if (q->no_changed) {
		put_hidden(hidden, "hide", "changed");
	}
	part_diff_filter_end(&p->html, .keys = keys, .hidden = hidden);
}

static const char *pair_kind(const vv_web_column_pair *pair)
{
	return !pair->name       ? "dropped"
	       : !pair->old_name ? "new"
	       : pair->key       ? pair->number ? "k n" : "k"
	       : pair->number    ? "n"
				 : "";
}

static const char *label_of(const vv_web_column_pair *pair)
{
	return pair->name ? pair->name : pair->old_name;
}

static void put_head(vv_page *p, vv_html *h, const vv_web_column_pair *pair)
{
	part_diff_column(h, .name = vv_html_words(label_of(pair)),
			 .old_name = vv_html_words(pair->renamed ? pair->old_name : NULL),
			 .type = vv_page_text(p, "%s%s", pair->type ? pair->type : pair->old_type,
					      pair->key ? ", key" : ""),
			 .old_type = vv_html_words(pair->retyped ? pair->old_type : NULL),
			 .kind = vv_html_words(pair_kind(pair)),
			 .word = vv_html_words(!pair->name       ? "removed"
					       : !pair->old_name ? "added"
								 : NULL));
}

/* The value that a row has or had: of a column that only one version has, and of rows likewise. */
static const vv_web_cell *shown_cell(const vv_web_column_pair *pair, const vv_web_row_change *r,
				     const vv_web_cell_pair *cell)
{
	if (r->kind == VV_ROW_REMOVED) return pair->old_name ? &cell->old_cell : NULL;
	if (pair->name) {
		return r->kind == VV_ROW_ADDED || cell->change != VV_CELL_SAME || pair->old_name ||
				       r->kind == VV_ROW_CHANGED || r->kind == VV_ROW_MOVED
			       ? &cell->new_cell
			       : NULL;
	}
	return r->kind == VV_ROW_CHANGED ? &cell->old_cell : NULL;
}

static void put_cell(vv_page *p, const vv_web_column_pair *pair, const vv_web_row_change *r,
		     size_t i)
{
	const vv_web_cell_pair *cell = &r->cells[i];
	bool changed = r->kind == VV_ROW_CHANGED && cell->change != VV_CELL_SAME;
	const vv_web_cell *one = shown_cell(pair, r, cell);
	bool compact = one && one->text && vv_page_is_compact(one);

	part_td_begin(&p->html,
		      .kind = vv_page_text(p, "%s%s%s%s", changed ? "x " : "",
					   pair->key ? "k " : "", pair->number ? "n " : "",
					   compact ? "w" : ""),
		      .label = vv_html_words(label_of(pair)));
	if (changed && !pair->name) {
		vv_page_put_old_new(p, &p->html, &cell->old_cell, NULL, cell->change);
	} else if (changed && !pair->old_name) {
		vv_page_put_old_new(p, &p->html, NULL, &cell->new_cell, cell->change);
	} else if (changed) {
		vv_page_put_old_new(p, &p->html, &cell->old_cell, &cell->new_cell, cell->change);
	} else if (one && one->text) {
		vv_page_put_value(p, &p->html, one);
	}
	part_td_end(&p->html);
}

static void put_grid_row(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r)
{
	for (size_t i = 0; i < c->column_count; i++) {
		put_cell(p, &c->columns[i], r, i);
	}
}

/* Of a wide table: the key and what changed; of other rows the key and the first columns, the rest
 * folded away. */
static void put_card(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r)
{
	bool changed = r->kind == VV_ROW_CHANGED, keyed = r->key != NULL;
	size_t shown = 0, all = 0, passed = 0;

	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < c->column_count; i++) {
			bool names = keyed ? c->columns[i].key : i < 2;
			bool wanted = !changed || r->cells[i].change != VV_CELL_SAME || names;
			all += round == 0 ? 1 : 0;
			if (names == (round == 0) && wanted && (changed || shown < CARD_CELLS)) {
				put_cell(p, &c->columns[i], r, i);
				shown++;
			}
		}
	}
	if (changed || shown == all) return;
	part_diff_rest_begin(
		&p->html,
		.words = vv_page_text(p, "%s", vv_text_counted(all - shown, "more column", NULL)));
	for (int round = 0; round < 2; round++) {
		for (size_t i = 0; i < c->column_count; i++) {
			const vv_web_cell *one = shown_cell(&c->columns[i], r, &r->cells[i]);
			if ((keyed ? c->columns[i].key : i < 2) != (round == 0) ||
			    passed++ < shown || !one || !one->text) {
				continue;
			}
			vv_html *value = vv_page_piece_new(p);
			vv_page_put_value(p, value, one);
			part_diff_rest_pair(&p->html,
					    .name = vv_html_words(label_of(&c->columns[i])),
					    .value = value);
		}
	}
	part_diff_rest_end(&p->html);
}

static void put_row(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r, bool cards)
{
	static const struct {
		const char *sign, *word, *kind;
	} kinds[] = {{"+", "Added", "a"},
		     {"\u2212", "Removed", "r"},
		     {"~", "Changed", "c"},
		     {":", "Moved", "m"}};
	bool gone = r->kind == VV_ROW_REMOVED, both = r->moved && r->old_row != UINT64_MAX;
	uint64_t number = gone ? r->old_row : r->new_row;

	if (r->folded > 0 && !is_any(&p->at->compare)) {
		vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_TABLE);
		to.rev = p->asked->commit.hex;
		to.path = c->path;
		to.rows.from = r->new_row != UINT64_MAX && r->new_row >= r->folded
				       ? r->new_row - r->folded
				       : 0;
		part_diff_fold(
			&p->html, .columns = (int64_t)c->column_count + 1,
			.at = r->new_row != UINT64_MAX ? vv_page_link(p, &to) : (vv_html_url){NULL},
			.words = vv_page_text(p, "%s %s", vv_text_count(r->folded),
					      r->folded == 1 ? "unchanged row" : "unchanged rows"));
	}
	part_diff_row_begin(
		&p->html, .kind = vv_html_words(kinds[r->kind].kind),
		.sign = vv_html_words(kinds[r->kind].sign),
		.word = vv_html_words(kinds[r->kind].word),
		.number = vv_page_text(p, "%s", vv_text_count(number + 1)),
		.old_number = both ? vv_page_text(p, "%s", vv_text_count(r->old_row + 1))
				   : vv_html_words(NULL),
		/* the page of a row's life knows it by the table's own key */
		.at = r->key && !p->at->compare.key
			      ? vv_page_to_row(p, gone ? &p->asked->other : &p->asked->commit,
					       gone && c->old_path ? c->old_path : c->path, r->key,
					       0)
			      : (vv_html_url){NULL});
	if (cards) {
		put_card(p, c, r);
	} else {
		put_grid_row(p, c, r);
	}
	part_diff_row_end(&p->html);
}

static void put_pager(vv_page *p, const vv_web_comparison *c, bool below)
{
	vv_web_address to = *p->at;
	vv_html *words = vv_page_piece_new(p);
	uint64_t from = p->at->compare.from;

	if (from == 0 && c->complete) return;
	part_words(words, .text = vv_page_text(p, "Changes %s to %s", vv_text_count(from + 1),
					       vv_text_count(from + c->count)));
	part_words(words, .text = vv_page_text(p, " of %s%s", c->counted ? "" : "at least ",
					       vv_text_count(c->matched)));
	part_pager_begin(&p->html, .words = words, .below = below);
	if (from > 0) {
		uint64_t page = p->at->compare.limit ? p->at->compare.limit : VV_WEB_PAGE_ROWS;
		to.compare.from = from > page ? from - page : 0;
		part_pager_link(&p->html, .at = vv_page_link(p, &to),
				.text = vv_html_words("Previous"), .rel = vv_html_words("prev"));
	}
	if (!c->complete) {
		to.compare.from = c->next;
		vv_html_url next = vv_page_link(p, &to);
		if (next.s) {
			part_pager_link(&p->html, .at = next, .text = vv_html_words("Next"),
					.rel = vv_html_words("next"));
		}
	}
	part_pager_end(&p->html);
}

static void put_rows(vv_page *p, const vv_web_comparison *c)
{
	bool cards = c->column_count > GRID_MAX;
	vv_html *head = vv_page_piece_new(p);

	if (c->count == 0 && c->matched > 0 && p->at->compare.from >= c->matched) {
		vv_web_address to = *p->at;
		vv_html *link = vv_page_piece_new(p);

		to.compare.from = 0;
		part_nothing(&p->html,
			     .text = vv_page_text(p, "Change %s does not exist: there are %s.",
						  vv_text_count(p->at->compare.from + 1),
						  vv_text_count(c->matched)));
		part_link(link, .at = vv_page_link(p, &to),
			  .text = vv_html_words("From the first one on"));
		part_paragraph(&p->html, .body = link);
		return;
	}
	if (c->count == 0) {
		part_nothing(&p->html,
			     .text = vv_html_words(is_any(&p->at->compare)
							   ? "No change matches these filters."
							   : "No row differs."));
		return;
	}
	put_pager(p, c, false);
	for (size_t i = 0; i < c->column_count; i++) {
		put_head(p, head, &c->columns[i]);
	}
	part_diff_begin(&p->html, .kind = vv_html_words(cards ? "cards" : "grid"), .head = head);
	for (size_t i = 0; i < c->count; i++) {
		put_row(p, c, &c->rows[i], cards);
	}
	part_diff_end(&p->html);
	if (!c->complete) {
		put_pager(p, c, true);
	}
}

static void put_facts(vv_page *p, const vv_web_comparison *c)
{
	if (c->schema_count + c->story_count == 0) return;
	part_facts_begin(&p->html);
	for (size_t i = 0; i < c->story_count && i < SCHEMA_MAX; i++) {
		part_fact(&p->html, .text = vv_html_words(c->story[i]));
	}
	for (size_t i = 0; i < c->schema_count && i < SCHEMA_MAX; i++) {
		part_fact(&p->html, .text = vv_html_words(c->schema[i]));
	}
	const size_t more = (c->story_count > SCHEMA_MAX ? c->story_count - SCHEMA_MAX : 0) +
			    (c->schema_count > SCHEMA_MAX ? c->schema_count - SCHEMA_MAX : 0);
	if (more > 0) {
		part_fact(&p->html, .text = vv_page_text(p, "and %s more changes of columns",
							 vv_text_count(more)));
	}
	part_facts_end(&p->html);
}

static void put_whole(vv_page *p, const vv_web_comparison *c)
{
	bool gone = c->kind == VV_WEB_REMOVED;
	const vv_web_commit *v = gone ? &p->asked->other : &p->asked->commit;
	vv_html *link = vv_page_piece_new(p);

	part_link(
		link, .at = vv_page_to(p, VV_WEB_AT_TABLE, v->hex, c->path),
		.text = vv_html_words(gone ? "The dataset as it was" : "The dataset as it is now"));
	part_paragraph(&p->html, .body = link);
}

static void put_no_table(vv_page *p, const vv_web_comparison *c)
{
	part_note(&p->html,
		  .text = vv_html_words(
			  "The two versions differ, and at least one of them is not a table: rows "
			  "cannot be compared."));
	for (int i = 0; i < 2; i++) {
		const vv_web_table *t = i == 0 ? c->a : c->b;

		if (t && t->why) {
			part_note(&p->html,
				  .text = vv_page_text(p, "%s: %s.", i == 0 ? "Before" : "After",
						       t->why));
		}
	}
	if (c->a) {
		part_button(&p->html, .text = vv_html_words("Before"),
			    .at = vv_page_to(p, VV_WEB_AT_TABLE, p->asked->other.hex,
					     c->old_path ? c->old_path : c->path));
	}
	if (c->b) {
		part_button(&p->html, .text = vv_html_words("After"),
			    .at = vv_page_to(p, VV_WEB_AT_TABLE, p->asked->commit.hex, c->path));
	}
}

static vv_status put_one(vv_page *p, const char *path, vv_error *err)
{
	vv_web_compare_query q = p->at->compare;
	vv_html *words = vv_page_piece_new(p);
	vv_web_comparison c;
	vv_status rc;

	if ((rc = vv_web_compare_read(p->asked->visit, &p->asked->other, &p->asked->commit, path,
				      &q, &c, err)) < 0) {
		return rc;
	}
	const char *said = c.same ? "no change" : c.words && *c.words ? c.words : "changed";
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "%s: %s", path, said),
					  .description = vv_page_text(p, "%s, %s: %s", path,
								      span(p).s, said),
					  .dataset = path,
					  .version = c.kind == VV_WEB_REMOVED ? &p->asked->other
									      : &p->asked->commit});
	vv_page_put_change_words(p, words, said);
	part_compare_heading(&p->html, .words = words, .old_path = vv_html_words(c.old_path),
			     .lead = lead(p));
	put_merge_rules(p, path);
	put_facts(p, &c);
	p->passing = p->passing || !c.counted;
	if (!c.counted && c.table) {
		part_note(&p->html,
			  .text = vv_html_words(
				  "The time for this page was over before all rows were compared."),
			  .hint = vv_html_words(
				  "The figures are for the rows found so far; 'Next' continues."));
	}
	if (!c.a || !c.b) {
		put_whole(p, &c);
	}
	if (!c.table && !c.same) {
		put_no_table(p, &c);
	} else if (c.same) {
		part_nothing(&p->html, .text = vv_html_words("Both versions are the same."));
	} else if (c.a && c.b) {
		put_kinds(p, &c);
		put_filters(p, &c);
		put_rows(p, &c);
	}
	return VV_OK;
}

/* The only table that differs is shown at once. */
static vv_status put_only(vv_page *p, const vv_web_change *c, vv_error *err)
{
	vv_web_address with = *p->at;
	const vv_web_address *asked = p->at;

	with.path = c->path;
	p->at = &with;
	vv_status rc = put_one(p, c->path, err);
	p->at = asked;
	return rc;
}

vv_status vv_page_compare(vv_page *p, vv_buf *out, vv_error *err)
{
	bool served = vv_page_is_served(p);
	const char *path = p->at->path;
	vv_web_change *changes;
	size_t count;
	bool more;
	vv_status rc;

	if (path) {
		rc = put_one(p, path, err);
	} else if ((rc = vv_web_changes_between(p->asked->visit, &p->asked->other,
						&p->asked->commit, PATHS, &changes, &count, &more,
						err)) == VV_OK) {
		rc = served && count == 1 && changes[0].table ? put_only(p, &changes[0], err)
							      : put_files(p, changes, count, more);
	}
	return rc < 0 ? rc : vv_page_end(p, vv_html_words(NULL), out, err);
}
