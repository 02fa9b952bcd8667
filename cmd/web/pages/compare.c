/*
 * compare: the page of differences between two versions: one sentence, what happened in groups,
 * then the rows.
 */
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/compare.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/table_part.h"

#define LINES 5u /* of what happened, before the rest is folded away: rows should be in sight */
#define FACTS 2u /* of these, where columns have changes, too */
#define PATHS 500u

/* ---- what both kinds of comparison begin with */

/* The verdict of check, and the messages of both commits. */
static vv_html *make_lead(vv_page *p)
{
	const vv_web_commit *a = &p->asked->other, *b = &p->asked->commit;
	vv_html *h = vv_page_piece_new(p);

	if (!a->none && !b->none && !b->work) {
		vv_page_put_verdict(p, h, b);
		part_words(h, .text = vv_page_text(p, ". %s \u2192 ", a->subject));
		part_strong(h, .text = b->subject);
		part_words(h, .text = vv_page_text(p, ", by %s", b->author));
	}
	return h;
}

/* "6 rows added, 3,111 changed between 18 Aug 2026 and 24 Nov 2026" */
static const char *counts_sentence(vv_page *p, const vv_web_comparison *c)
{
	const struct {
		uint64_t n;
		const char *what;
	} parts[] = {{c->counts.added, "added"},
		     {c->counts.removed, "removed"},
		     {c->counts.changed, "changed"},
		     {c->counts.rewritten, "only written differently"}};
	const char *said = "";
	bool any = false;

	vv_array_each(parts, sizeof(parts) / sizeof(parts[0]), part) {
		if (part->n == 0) {
			continue;
		}
		if (any) {
			said = vv_page_text(p, "%s, %s %s", said, vv_text_count(part->n),
					    part->what);
		} else {
			said = vv_page_text(p, "%s%s %s", c->counted ? "" : "At least ",
					    vv_text_counted(part->n, "row", NULL), part->what);
		}
		any = true;
	}
	if (!any) {
		said = c->words && *c->words ? c->words : "Changed";
	}
	if (p->asked->other.none) {
		return vv_page_text(p, "%s between the beginning and %s", said,
				    vv_page_day(p, &p->asked->commit));
	}
	const char *from = vv_page_day(p, &p->asked->other),
		   *to = vv_page_day(p, &p->asked->commit);
	if (strcmp(from, to) == 0) {
		from = vv_page_moment(p, &p->asked->other);
		to = vv_page_moment(p, &p->asked->commit);
	}
	if (strcmp(from, to) == 0) return vv_page_text(p, "%s on %s", said, from);
	return vv_page_text(p, "%s between %s and %s", said, from, to);
}

/* Puts the merge rules' decisions from the merge's message: of all files, or of one. */
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

static vv_status put_files(vv_page *p, const vv_web_log_entry *e)
{
	const char *said = vv_page_text(p, "%s%s changed", e->more ? "More than " : "",
					vv_text_counted(e->count, "file", NULL));

	vv_page_begin(
		p, &(vv_page_frame){.title = vv_page_text(p, "%s: %s", p->asked->repository, said),
				    .description = said,
				    .heading = e->count == 0 ? "Nothing changed" : said,
				    .version = &p->asked->commit});
	part_lead(&p->html, .body = make_lead(p));
	put_merge_rules(p, NULL);
	part_list_begin(&p->html, .kind = "paths");
	vv_array_each(e->changes, e->count, change) {
		vv_page_put_change(p, &e->before, &e->commit, change);
	}
	part_list_end(&p->html);
	return VV_OK;
}

/* ---- one file */

static bool is_any(const vv_web_compare_query *q)
{
	return q->no_added || q->no_removed || q->no_changed || q->column || q->change ||
	       (q->search && *q->search);
}

enum { ADDED = 1, REMOVED = 2, CHANGED = 4, ALL_KINDS = 7 };

static unsigned kinds_shown(const vv_web_compare_query *q)
{
	unsigned kinds = q->no_added ? 0u : ADDED;

	kinds |= q->no_removed ? 0u : REMOVED;
	kinds |= q->no_changed ? 0u : CHANGED;
	return kinds;
}

static void put_kind(vv_page *p, unsigned kind, const char *sign, const char *style,
		     uint64_t number, const char *words)
{
	unsigned shown = kinds_shown(&p->at->compare), after = shown == kind ? ALL_KINDS : kind;
	vv_web_address to = *p->at;

	if (number == 0) return;
	to.compare.from = 0;
	to.compare.no_added = !(after & ADDED);
	to.compare.no_removed = !(after & REMOVED);
	to.compare.no_changed = !(after & CHANGED);
	const char *at = vv_page_link(p, &to);
	if (at && vv_page_is_served(p)) {
		part_kind_chip(&p->html, .at = at, .on = (shown & kind) != 0, .sign = sign,
			       .kind = style, .number = number, .words = words,
			       .hint = after == kind ? "Show only these" : "Show all kinds");
	} else {
		part_count_kind(&p->html, .sign = sign, .kind = style, .number = number,
				.words = words);
	}
}

/* A column, and other columns that rows are matched by. */
static void put_choices(vv_page *p, const vv_web_comparison *c, const char *at)
{
	const vv_web_compare_query *q = &p->at->compare;
	vv_web_address kept = *p->at;
	vv_html *hidden = vv_page_piece_new(p), *keys = vv_page_piece_new(p),
		*columns = vv_page_piece_new(p);

	vv_array_each(c->columns, c->column_count, pair) {
		const char *name = pair->name ? pair->name : pair->old_name;
		part_choice(columns, .name = name, .on = q->column && strcmp(q->column, name) == 0,
			    .words = pair->changed ? vv_page_text(p, "%s (%s)", name,
								  vv_text_count(pair->changed))
						   : name);
		if (pair->name && pair->old_name) {
			part_choice(keys, .name = pair->name,
				    .on = q->key && strcmp(q->key, pair->name) == 0,
				    .words = pair->name);
		}
	}
	kept.compare.column = kept.compare.change = kept.compare.key = NULL;
	vv_page_put_kept(hidden, &kept);
	part_diff_menu(&p->html, .at = at, .columns = columns, .keys = keys, .hidden = hidden);
}

/* Kinds of changes, a search, and the choices. */
static void put_toolbar(vv_page *p, const vv_web_comparison *c)
{
	vv_web_address to = *p->at, others = *p->at;
	vv_html *kept = vv_page_piece_new(p);

	to.compare = (vv_web_compare_query){.from = 0};
	const char *at = vv_page_link(p, &to);
	part_toolbar_begin(&p->html);
	put_kind(p, ADDED, "+", "a", c->counts.added, c->counted ? "added" : "added so far");
	put_kind(p, REMOVED, "\u2212", "r", c->counts.removed,
		 c->counted ? "removed" : "removed so far");
	put_kind(p, CHANGED, "~", "c", c->counts.changed,
		 c->counted ? "changed" : "changed so far");
	if (vv_page_is_served(p)) {
		others.compare.search = NULL;
		vv_page_put_kept(kept, &others);
		part_search_form(&p->html, .at = at, .search = p->at->compare.search, .kept = kept);
		put_choices(p, c, at);
	}
	part_toolbar_end(&p->html,
			 .words = vv_page_text(p, "%s%s", c->counted ? "" : "at least ",
					       vv_text_counted(c->matched, "change", NULL)));
}

/* The choices in force, with a link that takes them away. */
static void put_chips(vv_page *p)
{
	const vv_web_compare_query *q = &p->at->compare;
	vv_web_address to = *p->at;
	bool search = q->search && *q->search;

	if (!q->column && !q->key && !search) return;
	const char *text = "";

	if (q->column) {
		text = vv_page_text(p, "changed: %s", q->column);
	}
	if (q->change) {
		text = vv_page_text(p, "%s, %s", text, q->change);
	}
	if (q->key) {
		text = vv_page_text(p, "%s rows by %s", text, q->key);
	}
	if (search) {
		text = vv_page_text(p, "%s with %s", text, q->search);
	}
	to.compare = (vv_web_compare_query){.from = 0};
	part_filters_begin(&p->html);
	part_chip_filter(&p->html, .at = vv_page_link(p, &to), .text = text);
	part_filters_end(&p->html);
}

static const char *pair_kind(const vv_web_column_pair *pair)
{
	if (!pair->name) return "dropped";
	if (!pair->old_name) return "new";
	if (pair->key) return pair->number ? "k n" : "k";
	if (pair->number) return "n";
	return "";
}

static const char *label_of(const vv_web_column_pair *pair)
{
	return pair->name ? pair->name : pair->old_name;
}

static void put_head(vv_page *p, vv_html *h, const vv_web_column_pair *pair)
{
	const char *type = pair->type ? pair->type : pair->old_type, *word = NULL;

	if (!pair->name) {
		word = "removed";
	} else if (!pair->old_name) {
		word = "added";
	}
	if (pair->key) {
		type = vv_page_text(p, "%s, key", type);
	}
	part_diff_column(h, .name = label_of(pair),
			 .old_name = pair->renamed ? pair->old_name : NULL, .type = type,
			 .old_type = pair->retyped ? pair->old_type : NULL, .kind = pair_kind(pair),
			 .word = word);
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

/* The owner's changes since the newest version: each has a button that undoes it. */
static bool is_own(const vv_page *p)
{
	vv_web_commit head;

	return p->asked->token && vv_page_is_served(p) && p->asked->commit.work &&
	       !p->at->compare.key &&
	       vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) == VV_OK &&
	       vv_oid_equal(&head.id, &p->asked->other.id);
}

/* column NULL: the whole row. */
static void put_undo(vv_page *p, vv_html *h, const vv_web_comparison *c, const vv_web_row_change *r,
		     const char *column)
{
	part_undo_small(h, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, c->path),
			.token = p->asked->token, .row = r->key, .column = column, .of = r->key);
}

static void put_cell(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r, size_t i,
		     bool undone)
{
	const vv_web_column_pair *pair = &c->columns[i];
	const vv_web_cell_pair *cell = &r->cells[i];
	bool changed = r->kind == VV_ROW_CHANGED && cell->change != VV_CELL_SAME;
	const vv_web_cell *one = shown_cell(pair, r, cell);
	bool compact = one && one->text && vv_page_is_compact(one);

	const char *kind = changed ? "x " : "";

	kind = pair->key ? vv_page_text(p, "%sk ", kind) : kind;
	kind = pair->number ? vv_page_text(p, "%sn ", kind) : kind;
	kind = compact ? vv_page_text(p, "%sw", kind) : kind;
	part_td_begin(&p->html, .kind = kind, .label = label_of(pair));
	if (changed && !pair->name) {
		vv_page_put_old_new(p, &p->html, &cell->old_cell, NULL, cell->change);
	} else if (changed && !pair->old_name) {
		vv_page_put_old_new(p, &p->html, NULL, &cell->new_cell, cell->change);
	} else if (changed) {
		vv_page_put_old_new(p, &p->html, &cell->old_cell, &cell->new_cell, cell->change);
	} else if (one && one->text) {
		vv_page_put_value(p, &p->html, one);
	}
	if (changed && undone && pair->name && pair->old_name && !pair->renamed && !pair->key) {
		put_undo(p, &p->html, c, r, pair->name);
	}
	part_td_end(&p->html);
}

/* Places of the columns to show: the key, those with changes, then others. */
static size_t order_columns(vv_page *p, const vv_web_comparison *c, size_t **out)
{
	size_t *order = vv_arena_calloc(&p->arena, c->column_count + 1, sizeof(*order)), n = 0;

	*out = order;
	p->failed = p->failed || !order;
	for (int rank = 0; order && rank < 3; rank++) {
		for (size_t i = 0; i < c->column_count && n < VV_PAGE_COLUMNS; i++) {
			const vv_web_column_pair *pair = &c->columns[i];
			bool differs = pair->changed > 0 || !pair->name || !pair->old_name ||
				       pair->renamed || pair->retyped;

			if ((pair->key ? 0 : differs ? 1 : 2) == rank) {
				order[n++] = i;
			}
		}
	}
	return n;
}

/* Rows that did not change, above this one: where they are in the table. */
static const char *to_gap(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r)
{
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_TABLE,
				   .rev = p->asked->commit.hex,
				   .path = c->path,
				   .rows.from = r->new_row >= r->folded ? r->new_row - r->folded
									: 0};

	if (r->folded == 0 || r->new_row == UINT64_MAX || is_any(&p->at->compare)) return NULL;
	return vv_page_link(p, &to);
}

static void put_row(vv_page *p, const vv_web_comparison *c, const vv_web_row_change *r,
		    const size_t *order, size_t columns, bool own)
{
	const vv_page_kind *kind = &vv_page_kinds[r->kind];
	bool gone = r->kind == VV_ROW_REMOVED, both = r->moved && r->old_row != UINT64_MAX;
	uint64_t number = gone ? r->old_row : r->new_row;
	const bool undone = own && r->found_by_key && r->key && !r->rekeyed;
	vv_html *undo = vv_page_piece_new(p);

	if (undone) {
		put_undo(p, undo, c, r, NULL);
	}

	const char *old_number = both ? vv_page_count(p, r->old_row + 1) : NULL, *row_at = NULL;

	/* the page of a row's history finds it by the table's own key */
	const bool linked = r->found_by_key && !p->at->compare.key && !c->widened;

	if (linked && gone) {
		row_at = vv_page_to_row(p, &p->asked->other, c->old_path ? c->old_path : c->path,
					r->key, 0);
	} else if (linked) {
		row_at = vv_page_to_row(p, &p->asked->commit, c->path, r->key, 0);
	}
	part_diff_row_begin(
		&p->html, .kind = kind->style, .gap = to_gap(p, c, r),
		.left_out = vv_page_text(p, "%s above",
					 vv_text_counted(r->folded, "unchanged row", NULL)),
		.undo = undo, .sign = kind->sign, .word = kind->word,
		.number = vv_page_count(p, number + 1), .old_number = old_number, .at = row_at);
	vv_array_each(order, columns, at) {
		put_cell(p, c, r, *at, undone);
	}
	part_diff_row_end(&p->html);
}

static void put_pager(vv_page *p, const vv_web_comparison *c)
{
	vv_html *words = vv_page_piece_new(p);
	uint64_t from = p->at->compare.from, limit = p->at->compare.limit;
	uint64_t page = limit ? limit : vv_page_rows_at_once(c->column_count);

	if (from == 0 && c->complete) return;
	part_words(words,
		   .text = vv_page_text(p, "Changes %s to %s of %s%s", vv_text_count(from + 1),
					vv_text_count(from + c->count),
					c->counted ? "" : "at least ", vv_text_count(c->matched)));
	part_pager_begin(&p->html, .words = words);
	if (from > 0) {
		vv_page_put_from(p, p->at, from > page ? from - page : 0, "Previous", "prev");
	}
	if (!c->complete) {
		vv_page_put_from(p, p->at, c->next, "Next", "next");
	}
	part_pager_end(&p->html);
}

static void put_rows(vv_page *p, const vv_web_comparison *c)
{
	vv_html *head = vv_page_piece_new(p);
	size_t *order;

	if (c->count == 0 && c->matched > 0 && p->at->compare.from >= c->matched) {
		part_nothing(&p->html,
			     .text = vv_page_text(
				     p, "Change %s does not exist: this comparison has %s%s.",
				     vv_text_count(p->at->compare.from + 1),
				     vv_text_counted(c->matched, "change", NULL),
				     is_any(&p->at->compare) ? " that match these filters" : ""));
		return;
	}
	if (c->count == 0) {
		part_nothing(&p->html, .text = is_any(&p->at->compare)
						       ? "No change matches these filters."
						       : "No row differs.");
		return;
	}
	const size_t columns = order_columns(p, c, &order);
	const bool own = is_own(p) && !c->widened;
	vv_array_each(order, columns, at) {
		put_head(p, head, &c->columns[*at]);
	}
	if (columns < c->column_count) {
		part_note(
			&p->html,
			.text = vv_page_text(
				p,
				"%zu of %s columns are shown: the key, the changed columns, and the first of the others.",
				columns, vv_text_count(c->column_count)),
			.hint = vv_page_is_served(p) ? "Choose a row's number to see the whole row."
						     : NULL);
	}
	part_diff_begin(&p->html, .head = head);
	vv_array_each(c->rows, c->count, row) {
		put_row(p, c, row, order, columns, own);
	}
	part_diff_end(&p->html);
	put_pager(p, c);
}

/* Rows in which the column changed; so: as that group did. */
static const char *to_changed(vv_page *p, const char *column, const char *so)
{
	vv_web_address to = *p->at;

	to.compare = (vv_web_compare_query){.column = column,
					    .change = so,
					    .key = p->at->compare.key,
					    .no_added = true,
					    .no_removed = true};
	return vv_page_is_served(p) ? vv_page_link(p, &to) : NULL;
}

/* Changes of a column: it and each of its groups opens its rows. */
static void put_group(vv_page *p, const vv_web_column_pair *pair)
{
	const char *column = p->at->compare.column, *label = label_of(pair);
	vv_html *what = vv_page_piece_new(p);

	vv_array_each(pair->groups, pair->group_count, g) {
		part_link(what, .at = g->named ? to_changed(p, label, g->name) : NULL,
			  .text = g->name);
		part_words(what, .text = vv_page_text(
					 p, " (%s)%s", vv_text_count(g->cells),
					 g + 1 < pair->groups + pair->group_count ? ", " : ""));
	}
	part_group(&p->html, .at = to_changed(p, label, NULL),
		   .on = column && strcmp(column, label) == 0, .name = label,
		   .cells = vv_page_counted(p, pair->changed, "cell", NULL), .what = what);
}

static int by_changes(const void *a, const void *b)
{
	const vv_web_column_pair *const *x = a, *const *y = b;

	if ((*x)->changed < (*y)->changed) return 1;
	return (*x)->changed > (*y)->changed ? -1 : 0;
}

/* The columns with changes, those with most first. */
static size_t list_groups(vv_page *p, const vv_web_comparison *c, const vv_web_column_pair ***out)
{
	const vv_web_column_pair **groups = vv_arena_calloc(&p->arena, c->column_count + 1,
							    sizeof(*groups));
	size_t n = 0;

	*out = groups;
	p->failed = p->failed || !groups;
	vv_array_each(c->columns, groups ? c->column_count : 0, column) {
		if (column->figures) {
			groups[n++] = column;
		}
	}
	if (n > 0) {
		qsort(groups, n, sizeof(*groups), by_changes);
	}
	return n;
}

/* Puts notable changes, then added, removed and changed columns. */
static void put_facts(vv_page *p, const vv_web_comparison *c, size_t from, size_t to)
{
	for (size_t i = from; i < to; i++) {
		part_fact(&p->html,
			  .text = i < c->striking ? c->story[i] : c->schema[i - c->striking]);
	}
}

/* Facts, then the changes of each column, a line each; figures before and after are folded away. */
static void put_what_happened(vv_page *p, const vv_web_comparison *c)
{
	const vv_web_column_pair **groups;
	size_t n = list_groups(p, c, &groups), facts = c->striking + c->schema_count;
	size_t first = FACTS;

	if (n == 0) {
		first = LINES;
	} else if (n + FACTS < LINES) {
		first = LINES - n;
	}

	first = facts < first ? facts : first;
	size_t shown = n + first < LINES ? n : LINES - first, more = facts - first + n - shown;
	if (facts + n == 0 || !groups) return;
	part_groups_begin(&p->html);
	put_facts(p, c, 0, first);
	vv_array_each(groups, shown, group) {
		put_group(p, *group);
	}
	if (more + n > 0) {
		part_groups_more_begin(
			&p->html, .words = more == 0 ? "figures before and after"
						     : vv_page_text(p, "%zu more%s", more,
								    n > 0 ? ", and figures" : ""));
		put_facts(p, c, first, facts);
		vv_array_each(groups + shown, n - shown, group) {
			put_group(p, *group);
		}
		vv_array_each(groups, n, group) {
			part_figures(&p->html, .name = label_of(*group),
				     .figures = (*group)->figures);
		}
		part_groups_more_end(&p->html);
	}
	part_groups_end(&p->html);
}

static void put_whole(vv_page *p, const vv_web_comparison *c)
{
	bool gone = c->kind == VV_WEB_REMOVED;
	const vv_web_commit *v = gone ? &p->asked->other : &p->asked->commit;

	static const char *const names[2][2] = {{"The new file", "The new table"},
						{"The old file", "The old table"}};

	part_link_paragraph(&p->html, .at = vv_page_to(p, VV_WEB_AT_TABLE, v->hex, c->path),
			    .text = names[gone][c->table]);
}

static void put_no_table(vv_page *p, const vv_web_comparison *c)
{
	const vv_web_table *document = c->b ? c->b : c->a;

	for (size_t i = 0; document && i < document->table_count; i++) {
		const char *path = vv_page_text(p, "%s#%s", document->path, document->tables[i]);

		part_link_paragraph(
			&p->html, .text = document->tables[i],
			.at = vv_page_to_compare(p, &p->asked->other, &p->asked->commit, path));
	}
	if (document && document->table_count > 0) return;
	if (c->a && c->b) {
		part_note(&p->html,
			  .text = "The two versions differ, and at least one of them is not a "
				  "table: rows cannot be compared.");
	}
	for (int i = 0; i < 2; i++) {
		const vv_web_table *t = i == 0 ? c->a : c->b;
		const char *word = i == 0 ? "Before" : "After";

		if (t && t->why) {
			part_note(&p->html, .text = vv_page_text(p, "%s: %s.", word, t->why));
		}
		if (c->a && c->b) {
			part_button(&p->html, .text = word,
				    .at = vv_page_to(p, VV_WEB_AT_TABLE, t->commit.hex, t->path));
		}
	}
}

static vv_status put_one(vv_page *p, const char *path, vv_error *err)
{
	vv_web_compare_query q = p->at->compare;
	vv_web_comparison c;
	vv_status rc;

	if ((rc = vv_web_compare_read(p->asked->visit, &p->asked->other, &p->asked->commit, path,
				      &q, &c, err)) < 0) {
		return rc;
	}
	const char *said = "changed";

	if (c.same) {
		said = "no change";
	} else if (c.words && *c.words) {
		said = c.words;
	}
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "%s: %s", path, said),
					  .description = vv_page_text(p, "%s: %s", path, said),
					  .dataset = path,
					  .file = !c.table || c.widened,
					  .wide = true,
					  .version = c.kind == VV_WEB_REMOVED ? &p->asked->other
									      : &p->asked->commit});
	part_compare_heading(
		&p->html, .words = c.same ? "Both versions are the same." : counts_sentence(p, &c),
		.old_path = c.old_path, .lead = make_lead(p));
	put_merge_rules(p, path);
	put_what_happened(p, &c);
	p->passing = p->passing || (!c.counted && !c.counts.many);
	if (c.counts.many) {
		part_note(&p->html,
			  .text = "The tables are too large to compare their rows on a page.",
			  .hint = "Run 'varve diff' in a clone of the repository.");
	} else if (!c.counted && c.table) {
		vv_page_note_limit(
			p, "The time limit of this page was reached before all rows were compared.",
			"The figures cover the rows compared so far. Choose 'Next' to continue.");
	}
	if (!c.a || !c.b) {
		put_whole(p, &c);
	}
	if (!c.table && !c.same) {
		put_no_table(p, &c);
	} else if (c.a && c.b && !c.same && !c.counts.many) {
		put_toolbar(p, &c);
		put_chips(p);
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
	const char *path = p->at->path;
	vv_web_log_entry e;
	vv_status rc;

	if (path) {
		rc = put_one(p, path, err);
	} else if ((rc = vv_web_changes_between(p->asked->visit, &p->asked->other,
						&p->asked->commit, PATHS, &e, err)) == VV_OK) {
		rc = vv_page_is_served(p) && e.count == 1 && e.changes[0].table
			     ? put_only(p, &e.changes[0], err)
			     : put_files(p, &e);
	}
	return rc < 0 ? rc : vv_page_end(p, out, err);
}
