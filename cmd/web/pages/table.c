/*
 * table: a table at a version: a toolbar, and its rows, searched, filtered and sorted; or the file's kind if it is
 * not a table.
 */
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/table_part.h"

#define CELL_MAX 300u     /* bytes shown of a cell: the rest is on the page of its row */
#define CHOICES_MAX 1000u /* columns in menus */
#define MARKED_ROWS                                                                                \
	200000u /* of a table whose changes are marked: larger ones take long to compare */

/* ---- search and filters */

static const char *to_here(vv_page *p, const vv_web_table *t)
{
	return vv_page_to(p, VV_WEB_AT_TABLE, t->commit.hex, t->path);
}

static void put_search(vv_page *p, const vv_web_table *t)
{
	vv_web_address to = *p->at;
	vv_html *kept = vv_page_piece_new(p);

	to.rows.search = NULL;
	vv_page_put_kept(kept, &to);
	part_search_form(&p->html, .at = to_here(p, t), .search = p->at->rows.search, .kept = kept);
}

static void put_filter_menu(vv_page *p, const vv_web_table *t)
{
	vv_html *columns = vv_page_piece_new(p), *kept = vv_page_piece_new(p);

	for (size_t i = 0; i < t->column_count && i < CHOICES_MAX; i++) {
		part_column_option(columns, .name = t->columns[i].name,
				   .ops = vv_page_fitting_ops(p, t->columns[i].type));
	}
	vv_page_put_kept(kept, p->at);
	part_filter_menu(&p->html, .at = to_here(p, t), .where = p->at->rows.where,
			 .columns = columns, .ops = vv_page_op_options(p, NULL), .kept = kept);
}

static bool is_shown(const vv_web_rows_query *q, const char *name)
{
	return q->show_count == 0 || vv_text_is_among(name, q->show, q->show_count);
}

/* shown: the shown columns, not all for a wide table. */
static void put_column_menu(vv_page *p, const vv_web_table *t, const vv_web_rows_query *shown)
{
	vv_web_address to = *p->at;
	vv_html *kept = vv_page_piece_new(p), *boxes = vv_page_piece_new(p);

	to.rows.show_count = 0;
	vv_page_put_kept(kept, &to);
	for (size_t i = 0; i < t->column_count && i < CHOICES_MAX; i++) {
		part_column_box(boxes, .name = t->columns[i].name,
				.on = is_shown(shown, t->columns[i].name));
	}
	if (t->column_count > CHOICES_MAX) {
		part_note(boxes,
			  .text = vv_page_text(p, "The first %u of %s columns are listed.",
					       CHOICES_MAX, vv_text_count(t->column_count)),
			  .hint = "To show others, name them in the address: ?show=NAME");
	}
	part_column_menu(&p->html, .at = to_here(p, t), .kept = kept, .boxes = boxes,
			 .words = shown->show_count > 0
					  ? vv_page_text(p, "%zu of %s columns", shown->show_count,
							 vv_text_count(t->column_count))
					  : vv_page_counted(p, t->column_count, "column", NULL),
			 .figures = vv_page_to_column(p, &t->commit, t->path, NULL));
}

/* Words of a choice, and the address with the others. */
static void put_chip(vv_page *p, const vv_web_rows_query *others, const char *words)
{
	vv_web_address to = *p->at;

	to.rows = *others;
	to.rows.from = 0;
	part_chip_filter(&p->html, .at = vv_page_link(p, &to), .text = words);
}

/* Puts the active filters, each with a link that removes it. */
static vv_status put_filters(vv_page *p, vv_error *err)
{
	const vv_web_rows_query *q = &p->at->rows;
	const bool search = q->search && *q->search;
	vv_web_filter *filters = vv_arena_calloc(&p->arena, q->filter_count + 1, sizeof(*filters));
	vv_web_rows_query others = *q;

	if (!filters) return vv_fail_nomem(err);
	if (q->filter_count == 0 && !search && !q->where && !q->sort) return VV_OK;
	part_filters_begin(&p->html);
	if (search) {
		others.search = NULL;
		put_chip(p, &others, vv_page_text(p, "contains \u201c%s\u201d", q->search));
		others = *q;
	}
	vv_array_each(q->filters, q->filter_count, f) {
		others.filters = filters;
		others.filter_count = 0;
		vv_array_each(q->filters, q->filter_count, other) {
			filters[others.filter_count] = *other;
			others.filter_count += other != f;
		}
		put_chip(p, &others,
			 vv_page_text(p, "%s %s %s", f->column, vv_page_op_words(f->op),
				      f->op < VV_WEB_IS_MISSING ? f->value : ""));
		others = *q;
	}
	if (q->where) {
		others.where = NULL;
		put_chip(p, &others, q->where);
		others = *q;
	}
	if (q->sort) {
		others.sort = NULL;
		others.descending = false;
		put_chip(p, &others,
			 vv_page_text(p, "sorted by %s%s", q->sort,
				      q->descending ? ", greatest first" : ""));
	}
	part_filters_end(&p->html);
	return VV_OK;
}

/* ---- pages */

static vv_html *rows_words(vv_page *p, const vv_web_table *t, const vv_web_rows *r)
{
	vv_html *h = vv_page_piece_new(p);
	bool sorted = p->at->rows.sort != NULL;

	if (r->count == 0) {
		part_words(h, .text = r->complete ? "No row" : "No row found so far");
	} else if (!r->filtered && !sorted) {
		part_words(h, .text = vv_page_text(p, "Rows %s to %s of %s",
						   vv_text_count(r->rows[0].number + 1),
						   vv_text_count(r->rows[r->count - 1].number + 1),
						   vv_text_count(t->rows)));
	} else {
		part_words(h, .text = vv_page_text(p, "%s shown",
						   vv_text_counted(r->count, "row", NULL)));
	}
	return h;
}

/* "7,489 of 48,184 rows" */
static const char *counted_words(vv_page *p, const vv_web_table *t, const vv_web_rows *r)
{
	if (!r->filtered) return vv_page_counted(p, t->rows, "row", NULL);
	return vv_page_text(p, "%s%s of %s", r->counted ? "" : "at least ",
			    vv_text_count(r->matched), vv_text_counted(t->rows, "row", NULL));
}

/* The row with a key, among all rows: filters could exclude it. */
static void put_jump(vv_page *p, const vv_web_table *t)
{
	const vv_web_address to = {
		.base = p->at->base,
		.place = VV_WEB_AT_TABLE,
		.rows = {.show = p->at->rows.show, .show_count = p->at->rows.show_count}};
	vv_html *kept = vv_page_piece_new(p);
	vv_auto(vv_buf) key = VV_BUF_INIT;

	if (!vv_page_is_served(p) || t->key_count == 0) return;
	vv_array_each(t->key, t->key_count, at) {
		vv_buf_printf(&key, "%s%s", at > t->key ? "," : "", t->columns[*at].name);
	}
	vv_page_put_kept(kept, &to);
	part_jump_form(&p->html, .at = to_here(p, t), .key = vv_page_keep(p, vv_buf_cstr(&key)),
		       .value = p->at->rows.jump, .hidden = kept);
}

static void put_pager(vv_page *p, const vv_web_table *t, const vv_web_rows *r, uint64_t page)
{
	bool plain = !r->filtered && !p->at->rows.sort;

	part_pager_begin(&p->html, .words = rows_words(p, t, r));
	if (r->has_previous) {
		if (r->previous > 0) {
			vv_page_put_from(p, p->at, 0, "First", NULL);
		}
		vv_page_put_from(p, p->at, r->previous, "Previous", "prev");
	} else if (r->from > 0) {
		vv_page_put_from(p, p->at, 0, "First", NULL);
	}
	if (vv_web_rows_go_on(r)) {
		const bool sorted = p->at->rows.sort && !p->at->rows.jump;
		vv_page_put_from(p, p->at, r->next,
				 r->time_over && !sorted ? "Go on searching" : "Next", "next");
		if (plain && t->rows > page) {
			vv_page_put_from(p, p->at,
					 t->rows - (t->rows % page ? t->rows % page : page), "Last",
					 NULL);
		}
	}
	part_pager_end(&p->html);
}

/* ---- the same elsewhere */

static const char *path_ending(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && !strchr(dot, '/') ? dot : "";
}

static void put_open_in(vv_page *p, const vv_web_table *t, const char *raw)
{
	const char *end = path_ending(t->path);
	bool json = strcmp(end, ".ndjson") == 0 || strcmp(end, ".jsonl") == 0;
	bool tab = strcmp(end, ".tsv") == 0 || strcmp(end, ".tab") == 0;

	/* of a document's table raw is the document */
	if (!raw || !p->asked->origin || t->of_document) return;
	const char *url = vv_page_text(p, "%s%s", p->asked->origin, raw);
	part_open_in_line(&p->html, .name = "curl", .line = vv_page_text(p, "curl -O '%s'", url));
	part_open_in_line(
		&p->html, .name = "pandas",
		.line = json ? vv_page_text(p, "pandas.read_json(\"%s\", lines=True)", url)
			     : vv_page_text(p, "pandas.read_csv(\"%s\"%s)", url,
					    tab ? ", sep=\"\\t\"" : ""));
	part_open_in_line(&p->html, .name = "DuckDB",
			  .line = vv_page_text(p, "SELECT * FROM %s('%s');",
					       json ? "read_json_auto" : "read_csv_auto", url));
}

static void put_download(vv_page *p, const vv_web_table *t)
{
	const char *raw = vv_page_to_raw(p, &t->commit, t->path);

	part_download_begin(&p->html);
	part_list_begin(&p->html, .kind = "links");
	for (vv_web_form i = 0; i < VV_WEB_FORMS; i++) {
		vv_web_address to = *p->at;

		if (!vv_web_writes(p->asked->visit, &to.rows, i)) {
			continue;
		}
		to.rows.from = 0;
		to.rows.jump = NULL;
		to.has_form = true;
		to.form = i;
		to.format = vv_web_forms[i].name;
		part_link_item(&p->html, .at = vv_page_link(p, &to), .text = vv_web_forms[i].words);
	}
	if (!t->commit.work) {
		part_link_item(
			&p->html, .at = raw,
			.text = vv_page_text(p, "The file itself, %s", vv_text_bytes(t->bytes)));
	}
	part_list_end(&p->html);
	if (!t->commit.work) {
		put_open_in(p, t, raw);
	}
	part_download_end(&p->html);
}

/* ---- the page */

/* Chooses the key and the first columns of wide tables, unless some were requested. */
static vv_status choose_columns(vv_page *p, const vv_web_table *t, vv_web_rows_query *q,
				vv_error *err)
{
	const char **names;

	if (q->show_count > 0 || t->column_count <= VV_PAGE_COLUMNS) return VV_OK;
	if (!(names = vv_arena_calloc(&p->arena, VV_PAGE_COLUMNS, sizeof(*names)))) {
		return vv_fail_nomem(err);
	}
	for (int keys = 1; keys >= 0; keys--) {
		vv_array_each(t->columns, t->column_count, c) {
			if (c->key == (keys == 1) && q->show_count < VV_PAGE_COLUMNS) {
				names[q->show_count++] = c->name;
			}
		}
	}
	q->show = names;
	return VV_OK;
}

static void put_toolbar(vv_page *p, const vv_web_table *t, const vv_web_rows *r,
			const vv_web_rows_query *shown)
{
	part_toolbar_begin(&p->html);
	if (vv_page_is_served(p)) {
		put_search(p, t);
		put_filter_menu(p, t);
		put_column_menu(p, t, shown);
		put_download(p, t);
		if (p->asked->token && vv_web_table_is_edited(t)) {
			part_button(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, t->path),
				    .text = "Add a row");
		}
		put_jump(p, t);
	} else {
		part_button(
			&p->html, .at = vv_page_to_raw(p, &t->commit, t->path),
			.text = vv_page_text(p, "The file itself, %s", vv_text_bytes(t->bytes)));
	}
	part_toolbar_end(&p->html, .words = counted_words(p, t, r));
}

/* ---- changes that are not saved */

/* The changes since the newest version; NULL: none are marked. */
static const vv_web_comparison *own_changes(vv_page *p, const vv_web_table *t)
{
	const vv_web_compare_query q = {.limit = VV_WEB_PAGE_ROWS_MAX, .no_removed = true};
	vv_web_comparison *c = vv_arena_calloc(&p->arena, 1, sizeof(*c));
	vv_web_commit head;

	if (!c || !t->commit.work || !vv_page_is_edited(p, t->path)) return NULL;
	if (t->rows > MARKED_ROWS) {
		part_note(&p->html, .text = "Changed cells are not marked in a table of this size.",
			  .hint = "'Compare' shows them.");
		return NULL;
	}
	if (vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) < 0 ||
	    vv_web_compare_read(p->asked->visit, &head, &t->commit, t->path, &q, c, VV_IGNORED) <
		    0) {
		return NULL;
	}
	if (!c->complete) {
		part_note(&p->html,
			  .text = vv_page_text(p, "Only the first %s are marked.",
					       vv_text_counted(c->count, "changed row", NULL)),
			  .hint = "'Compare' shows all.");
	}
	return c;
}

static void put_note_of_edits(vv_page *p, const vv_web_table *t)
{
	vv_web_commit head;

	if (t->commit.work || !vv_page_is_edited(p, t->path) ||
	    vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) < 0 ||
	    !vv_oid_equal(&t->commit.id, &head.id)) {
		return;
	}
	part_link_paragraph(&p->html, .before = "This is the newest saved version.",
			    .at = vv_page_to(p, VV_WEB_AT_TABLE, VV_WEB_WORK, t->path),
			    .text = "Show the table with your changes");
}

static vv_status put_table(vv_page *p, vv_web_table *t, vv_error *err)
{
	vv_web_rows_query q = p->at->rows;
	vv_web_rows r;
	vv_status rc;

	if ((rc = choose_columns(p, t, &q, err)) < 0) return rc;
	q.limit = q.limit ? q.limit
			  : vv_page_rows_at_once(q.show_count ? q.show_count : t->column_count);
	q.cell_max = q.cell_max ? q.cell_max : CELL_MAX;
	q.around = true;
	if ((rc = vv_web_rows_read(p->asked->visit, t, &q, &r, err)) < 0) return rc;
	put_toolbar(p, t, &r, &q);
	if ((rc = put_filters(p, err)) < 0) return rc;
	p->passing = p->passing || r.time_over || !r.counted;
	if (r.time_over && q.sort && !q.jump) {
		vv_page_note_limit(p,
				   "The time limit of this page was reached: not all rows were "
				   "sorted, so earlier rows may be missing.",
				   "Use a filter to sort fewer rows.");
	} else if (r.time_over) {
		vv_page_note_limit(
			p,
			vv_page_text(p, "The time limit of this page was reached after row %s.",
				     vv_text_count(r.next)),
			"Choose 'Go on searching' to search the rows after it.");
	}
	if (r.count == 0 && t->rows > 0 && r.from >= t->rows) {
		part_nothing(&p->html,
			     .text = vv_page_text(p, "Row %s is beyond the end: this table has %s.",
						  vv_text_count(r.from + 1),
						  vv_text_counted(t->rows, "row", NULL)));
	} else if (r.count == 0) {
		const char *text = "No row found so far.";

		if (t->rows == 0) {
			text = "This table has no rows.";
		} else if (r.complete) {
			text = r.from > 0 ? "No further row matches." : "No row matches.";
		}
		part_nothing(&p->html, .text = text);
	} else {
		put_note_of_edits(p, t);
		vv_page_put_rows(p, t, &r, &q, vv_page_is_served(p), own_changes(p, t));
	}
	put_pager(p, t, &r, q.limit);
	return VV_OK;
}

static void put_other_file(vv_page *p, const vv_web_table *t)
{
	const char *raw = vv_page_to_raw(p, &t->commit, t->path);

	vv_array_each(t->tables, t->table_count, table) {
		const char *path = vv_page_text(p, "%s#%s", t->path, *table);

		part_link_paragraph(&p->html,
				    .at = vv_page_to(p, VV_WEB_AT_TABLE, t->commit.hex, path),
				    .text = *table);
	}
	if (t->why) {
		part_note(&p->html,
			  .text = vv_page_text(p, "This is not shown as a table: %s.", t->why),
			  .hint = t->why_hint && *t->why_hint ? vv_page_sentence(p, t->why_hint)
							      : NULL);
	}
	if (t->kind == VV_WEB_TEXT) {
		vv_page_put_lines(p, t->text, t->text_len);
		if (t->text_len < t->bytes) {
			part_note(&p->html,
				  .text = vv_page_text(p, "Only the first %s of %s are shown.",
						       vv_text_bytes(t->text_len),
						       vv_text_bytes(t->bytes)));
		}
	} else if (t->kind == VV_WEB_IMAGE && raw) {
		part_image(&p->html, .at = raw, .name = t->path);
	} else if (t->table_count == 0) {
		part_nothing(&p->html,
			     .text = vv_page_text(
				     p,
				     "This file of %s is not a table, a text or a picture that "
				     "pages show.",
				     vv_text_bytes(t->bytes)));
	}
	if (raw) {
		part_link_paragraph(
			&p->html, .at = raw,
			.text = vv_page_text(p, "The file itself, %s", vv_text_bytes(t->bytes)));
	}
}

vv_status vv_page_table(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_web_table *t;
	vv_status rc;

	if ((rc = vv_web_table_open(p->asked->visit, &p->asked->commit, p->at->path, &t, err)) <
	    0) {
		return rc;
	}
	bool table = t->kind == VV_WEB_TABLE;
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "%s, %s", t->path,
								vv_page_day(p, &t->commit)),
					  .description = vv_page_text(
						  p, "%s, %s, version of %s",
						  vv_text_counted(t->rows, "row", NULL),
						  vv_text_counted(t->column_count, "column", NULL),
						  vv_page_day(p, &t->commit)),
					  .dataset = t->path,
					  .file = !table,
					  .wide = table,
					  .version = &t->commit});
	if (!table) {
		put_other_file(p, t);
	} else if ((rc = put_table(p, t, err)) < 0) {
		return rc;
	}
	return vv_page_end(p, out, err);
}
