/*
 * data: a dataset at a version: its rows, searched, filtered and sorted, and its columns; or what the file
 * is if it is not a table.
 */
#include <string.h>

#include "base/show.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/table_part.h"
#include "cmd/web/pages/values_part.h"
#include "dataset/schema/type.h"

/* Values of all columns stand in the page when looking at all of them is quick. */
#define CELLS_AT_ONCE 120000u
#define COLUMNS_AT_ONCE 60u
#define COMMON 6u
#define COLUMNS_MAX 200u /* shown at once, unless some are asked for */

static bool served(const vv_page *p)
{
	return !(p->place && p->place->link);
}

static vv_html *lead(vv_page *p, const vv_web_table *t)
{
	vv_html *h = vv_page_piece_new(p);
	const vv_web_commit *c = &t->commit;

	if (t->kind == VV_WEB_TABLE) {
		part_count_of(h, .number = t->rows,
			      .words = vv_html_words(t->rows == 1 ? "row" : "rows"));
		part_words(h, .text = vv_html_words(", "));
		part_count_of(h, .number = t->column_count,
			      .words = vv_html_words(t->column_count == 1 ? "column" : "columns"));
		for (size_t i = 0; i < t->key_count; i++) {
			part_words(h, .text = vv_html_words(i ? ", " : "; key "));
			part_code(h, .text = vv_html_words(t->columns[t->key[i]].name));
		}
		part_words(h, .text = vv_html_words(". "));
	}
	if (c->work) {
		part_words(h, .text = vv_html_words("In the work tree, not committed."));
		return h;
	}
	part_words(h, .text = vv_html_words("Version "));
	vv_page_put_version(p, h, c);
	part_words(h, .text = vv_html_words(": "));
	part_words(h, .text = vv_html_words(c->subject));
	return h;
}

/* ---- search and filters */

static const char *op_words(vv_web_op op)
{
	static const char *const words[VV_WEB_OP_COUNT] = {
		[VV_WEB_EQ] = "is",
		[VV_WEB_NE] = "is not",
		[VV_WEB_LT] = "is less than",
		[VV_WEB_LE] = "is at most",
		[VV_WEB_GT] = "is greater than",
		[VV_WEB_GE] = "is at least",
		[VV_WEB_HAS] = "contains",
		[VV_WEB_STARTS] = "begins with",
		[VV_WEB_IS_MISSING] = "is missing",
		[VV_WEB_IS_PRESENT] = "is there",
		[VV_WEB_IS_EMPTY] = "is empty",
	};
	return words[op];
}

static void put_hidden(vv_html *h, const char *name, const char *value)
{
	part_hidden_input(h, .name = vv_html_words(name), .value = vv_html_words(value));
}

/* What a form must say again so that the rest of the address stays. */
static void put_kept(vv_html *h, const vv_web_rows_query *q)
{
	for (size_t i = 0; i < q->filter_count; i++) {
		put_hidden(h, "col", q->filters[i].column);
		put_hidden(h, "op", vv_web_op_name(q->filters[i].op));
		put_hidden(h, "val", q->filters[i].value);
	}
	if (q->sort) {
		put_hidden(h, "sort", q->sort);
		if (q->descending) {
			put_hidden(h, "dir", "desc");
		}
	}
	for (size_t i = 0; i < q->show_count; i++) {
		put_hidden(h, "show", q->show[i]);
	}
}

static vv_html_url to_here(vv_page *p, const vv_web_table *t)
{
	return vv_page_to(p, VV_WEB_AT_DATA, t->commit.hex, t->path);
}

/* What can be asked of a column of the type, for the script to offer nothing else. */
static vv_html_text fitting_ops(vv_page *p, const char *type_name)
{
	vv_auto(vv_buf) ops = VV_BUF_INIT;
	vv_type type;

	if (!type_name || !vv_type_parse(&type, type_name)) return vv_html_words("");
	for (int op = 0; op < VV_WEB_OP_COUNT; op++) {
		if (vv_web_op_fits((vv_web_op)op, type)) {
			vv_buf_printf(&ops, "%s ", vv_web_op_name((vv_web_op)op));
		}
	}
	return vv_page_text(p, "%s", vv_buf_cstr(&ops));
}

static void put_search(vv_page *p, const vv_web_table *t)
{
	const vv_web_rows_query *q = &p->at->rows;
	vv_html *columns = vv_page_piece_new(p), *ops = vv_page_piece_new(p),
		*kept = vv_page_piece_new(p);

	if (!served(p)) return;
	for (size_t i = 0; i < t->column_count; i++) {
		part_column_option(columns, .name = vv_html_words(t->columns[i].name),
				   .ops = fitting_ops(p, t->columns[i].type));
	}
	for (int op = 0; op < VV_WEB_OP_COUNT; op++) {
		part_option(ops, .value = vv_html_words(vv_web_op_name((vv_web_op)op)),
			    .text = vv_html_words(op_words((vv_web_op)op)));
	}
	put_kept(kept, q);
	part_search_form(&p->html, .at = to_here(p, t), .search = vv_html_words(q->search),
			 .where = vv_html_words(q->where), .columns = columns, .ops = ops,
			 .kept = kept);
}

/* What is in force, each with a link that takes it away. */
static vv_status put_filters(vv_page *p, vv_error *err)
{
	const vv_web_rows_query *q = &p->at->rows;
	vv_web_filter *others;

	if (q->filter_count == 0 && !(q->search && *q->search) && !q->where && !q->sort) {
		return VV_OK;
	}
	if (!(others = vv_arena_calloc(&p->arena, q->filter_count + 1, sizeof(*others)))) {
		return vv_fail_nomem(err);
	}
	part_filters_begin(&p->html);
	if (q->search && *q->search) {
		vv_web_address to = *p->at;
		to.rows.search = NULL;
		to.rows.from = 0;
		part_chip_filter(
			&p->html, .at = vv_page_link(p, &to),
			.text = vv_page_text(p, "any column contains \u201c%s\u201d", q->search));
	}
	for (size_t i = 0; i < q->filter_count; i++) {
		const vv_web_filter *f = &q->filters[i];
		vv_web_address to = *p->at;
		size_t n = 0;
		bool valued = f->op < VV_WEB_IS_MISSING;
		for (size_t k = 0; k < q->filter_count; k++) {
			if (k != i) {
				others[n++] = q->filters[k];
			}
		}
		to.rows.filters = others;
		to.rows.filter_count = n;
		to.rows.from = 0;
		part_chip_filter(&p->html, .at = vv_page_link(p, &to),
				 .text = vv_page_text(p, "%s %s %s", f->column, op_words(f->op),
						      valued ? f->value : ""));
	}
	if (q->where) {
		vv_web_address to = *p->at;
		to.rows.where = NULL;
		to.rows.from = 0;
		part_chip_filter(&p->html, .at = vv_page_link(p, &to),
				 .text = vv_page_text(p, "%s", q->where));
	}
	if (q->sort) {
		vv_web_address to = *p->at;
		to.rows.sort = NULL;
		to.rows.descending = false;
		to.rows.from = 0;
		part_chip_filter(&p->html, .at = vv_page_link(p, &to),
				 .text = vv_page_text(p, "sorted by %s%s", q->sort,
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
		part_words(h, .text = vv_html_words(r->complete ? "No row" : "No row yet"));
	} else if (!r->filtered && !sorted) {
		part_words(h, .text = vv_page_text(p, "Rows %s to %s of %s",
						   vv_text_count(r->rows[0].number + 1),
						   vv_text_count(r->rows[r->count - 1].number + 1),
						   vv_text_count(t->rows)));
	} else if (r->counted) {
		part_words(h, .text = vv_page_text(p, "%s of %s",
						   vv_text_counted(r->matched, "row", NULL),
						   vv_text_count(t->rows)));
		if (r->count < r->matched) {
			part_words(h,
				   .text = vv_page_text(p, ", %s shown", vv_text_count(r->count)));
		}
	} else {
		part_words(h, .text = vv_page_text(p, "%s shown, at least %s",
						   vv_text_counted(r->count, "row", NULL),
						   vv_text_count(r->matched)));
	}
	return h;
}

static void put_page_link(vv_page *p, uint64_t from, const char *text, const char *rel)
{
	vv_web_address to = *p->at;

	to.rows.from = from;
	to.rows.jump = NULL;
	vv_html_url at = vv_page_link(p, &to);
	if (at.s) {
		part_pager_link(&p->html, .at = at, .text = vv_html_words(text),
				.rel = vv_html_words(rel));
	}
}

static void put_pager(vv_page *p, const vv_web_table *t, const vv_web_rows *r, bool jump)
{
	const vv_web_rows_query *q = &p->at->rows;
	uint64_t page = q->limit ? q->limit : VV_WEB_PAGE_ROWS;
	bool plain = !r->filtered && !q->sort;

	part_pager_begin(&p->html, .words = rows_words(p, t, r), .below = !jump);
	if (r->has_previous) {
		if (r->previous > 0) {
			put_page_link(p, 0, "First", NULL);
		}
		put_page_link(p, r->previous, "Previous", "prev");
	} else if (r->from > 0) {
		put_page_link(p, 0, "First", NULL);
	}
	if (!r->complete) {
		put_page_link(p, r->next, r->time_over ? "Go on searching" : "Next", "next");
		if (plain && t->rows > page) {
			put_page_link(p, t->rows - (t->rows % page ? t->rows % page : page), "Last",
				      NULL);
		}
	}
	if (jump && served(p) && t->key_count > 0) {
		vv_html *kept = vv_page_piece_new(p);
		vv_auto(vv_buf) key = VV_BUF_INIT;
		for (size_t i = 0; i < t->key_count; i++) {
			vv_buf_printf(&key, "%s%s", i ? "," : "", t->columns[t->key[i]].name);
		}
		part_pager_end(&p->html);
		put_hidden(kept, "q", q->search ? q->search : "");
		if (q->where) {
			put_hidden(kept, "where", q->where);
		}
		put_kept(kept, q);
		part_jump_form(&p->html, .at = to_here(p, t),
			       .key = vv_page_text(p, "%s", vv_buf_cstr(&key)),
			       .value = vv_html_words(q->jump), .hidden = kept);
		return;
	}
	part_pager_end(&p->html);
}

/* ---- the same elsewhere */

static void put_download(vv_page *p, const vv_web_table *t)
{
	static const struct {
		vv_web_form form;
		const char *text;
	} forms[] = {{VV_WEB_CSV, "CSV of the rows shown"},
		     {VV_WEB_JSON, "JSON of the rows shown"},
		     {VV_WEB_NDJSON, "NDJSON of the rows shown"}};

	if (!served(p)) return;
	part_menu_begin(&p->html, .text = vv_html_words("Download"));
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		vv_web_address to = *p->at;
		to.rows.from = 0;
		to.rows.jump = NULL;
		to.has_form = true;
		to.form = forms[i].form;
		part_menu_link(&p->html, .at = vv_page_link(p, &to),
			       .text = vv_html_words(forms[i].text));
	}
	if (!t->commit.work) {
		vv_html_url raw = vv_page_to_raw(p, &t->commit, t->path);
		part_menu_link(
			&p->html, .at = raw,
			.text = vv_page_text(p, "The file itself, %s", vv_text_bytes(t->bytes)));
	}
	part_menu_end(&p->html);
}

static const char *ending(const char *path)
{
	const char *dot = strrchr(path, '.');
	return dot && !strchr(dot, '/') ? dot : "";
}

static void put_open_in(vv_page *p, const vv_web_table *t)
{
	const char *end = ending(t->path);
	bool json = strcmp(end, ".ndjson") == 0 || strcmp(end, ".jsonl") == 0;
	bool tab = strcmp(end, ".tsv") == 0 || strcmp(end, ".tab") == 0;

	if (!served(p) || t->commit.work || !p->asked->origin) return;
	vv_html_url raw = vv_page_to_raw(p, &t->commit, t->path);
	if (!raw.s) return;
	const char *url = vv_page_text(p, "%s%s", p->asked->origin, raw.s).s;
	part_open_in_begin(&p->html);
	part_open_in_line(&p->html, .name = vv_html_words("curl"),
			  .line = vv_page_text(p, "curl -O '%s'", url));
	part_open_in_line(
		&p->html, .name = vv_html_words("pandas"),
		.line = json ? vv_page_text(p, "pandas.read_json(\"%s\", lines=True)", url)
			     : vv_page_text(p, "pandas.read_csv(\"%s\"%s)", url,
					    tab ? ", sep=\"\\t\"" : ""));
	part_open_in_line(&p->html, .name = vv_html_words("DuckDB"),
			  .line = vv_page_text(p, "SELECT * FROM %s('%s');",
					       json ? "read_json_auto" : "read_csv_auto", url));
	part_open_in_end(&p->html);
}

/* ---- columns */

static vv_status put_column(vv_page *p, vv_web_table *t, size_t i, bool now, vv_error *err)
{
	const vv_web_column *c = &t->columns[i];
	vv_html_url at = vv_page_to_column(p, &t->commit, t->path, c->name);
	vv_web_values v;
	vv_status rc;

	part_column_fold_begin(&p->html, .name = vv_html_words(c->name),
			       .type = vv_page_text(p, "%s%s", c->type, c->key ? ", key" : ""),
			       .page = now || !served(p) ? (vv_html_url){NULL} : at);
	if (c->description && *c->description) {
		vv_html *words = vv_page_piece_new(p);
		part_words(words, .text = vv_html_words(c->description));
		part_paragraph(&p->html, .body = words);
	}
	if (now) {
		if ((rc = vv_web_values_read(p->asked->visit, t, i, NULL, COMMON, &v, err)) < 0) {
			return rc;
		}
		p->passing = p->passing || !v.complete;
		vv_page_put_values(p, t, i, &v, false);
	}
	part_column_fold_end(&p->html, .at = at);
	return VV_OK;
}

static vv_status put_columns(vv_page *p, vv_web_table *t, vv_error *err)
{
	bool now = t->column_count <= COLUMNS_AT_ONCE && t->rows * t->column_count <= CELLS_AT_ONCE;
	vv_status rc;

	part_columns_begin(&p->html);
	for (size_t i = 0; i < t->column_count && i < COLUMNS_MAX; i++) {
		if ((rc = put_column(p, t, i, now, err)) < 0) return rc;
	}
	part_columns_end(&p->html);
	if (t->column_count > COLUMNS_MAX) {
		part_note(&p->html,
			  .text = vv_page_text(p, "The first %u of %s columns.", COLUMNS_MAX,
					       vv_text_count(t->column_count)));
	}
	return VV_OK;
}

/* ---- the page */

/* Of very wide tables the first columns, unless some were asked for. */
static vv_status choose_columns(vv_page *p, const vv_web_table *t, vv_web_rows_query *q,
				vv_error *err)
{
	const char **names;

	if (q->show_count > 0 || t->column_count <= COLUMNS_MAX) return VV_OK;
	if (!(names = vv_arena_calloc(&p->arena, COLUMNS_MAX, sizeof(*names)))) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < COLUMNS_MAX; i++) {
		names[i] = t->columns[i].name;
	}
	q->show = names;
	q->show_count = COLUMNS_MAX;
	return VV_OK;
}

static vv_status put_table(vv_page *p, vv_web_table *t, vv_error *err)
{
	vv_web_rows_query q = p->at->rows;
	vv_web_rows r;
	vv_status rc;

	if ((rc = choose_columns(p, t, &q, err)) < 0 ||
	    (rc = vv_web_rows_read(p->asked->visit, t, &q, &r, err)) < 0) {
		return rc;
	}
	put_search(p, t);
	if ((rc = put_filters(p, err)) < 0) return rc;
	part_tools_begin(&p->html);
	put_pager(p, t, &r, true);
	put_download(p, t);
	part_tools_end(&p->html);
	if (q.show != p->at->rows.show) {
		part_note(
			&p->html,
			.text = vv_page_text(p, "The first %u of %s columns are shown.",
					     COLUMNS_MAX, vv_text_count(t->column_count)),
			.hint = vv_html_words("Name others in the address: ?show=NAME&show=NAME"));
	}
	p->passing = p->passing || r.time_over;
	if (r.time_over) {
		part_note(&p->html,
			  .text = vv_page_text(p, "The time for this page was over after row %s.",
					       vv_text_count(r.next)),
			  .hint = vv_html_words("'Go on searching' looks at the rows after it."));
	}
	if (r.count == 0 && t->rows > 0 && r.from >= t->rows) {
		part_nothing(&p->html,
			     .text = vv_page_text(p, "Row %s is beyond the end: this table has %s.",
						  vv_text_count(r.from + 1),
						  vv_text_counted(t->rows, "row", NULL)));
	} else if (r.count == 0) {
		part_nothing(&p->html,
			     .text = vv_html_words(t->rows == 0 ? "This table has no rows."
						   : r.complete ? "No row matches."
								: "No row found so far."));
	} else {
		vv_page_put_rows(p, t, &r, &q, served(p));
	}
	if (r.count > 30) {
		put_pager(p, t, &r, false);
	}
	part_split_begin(&p->html);
	part_main_begin(&p->html);
	if ((rc = put_columns(p, t, err)) < 0) return rc;
	part_main_end(&p->html);
	part_side_begin(&p->html, .label = vv_html_words("Elsewhere"));
	put_open_in(p, t);
	part_side_end(&p->html);
	part_split_end(&p->html);
	return VV_OK;
}

static void put_other_file(vv_page *p, const vv_web_table *t)
{
	vv_html_url raw = vv_page_to_raw(p, &t->commit, t->path);
	vv_html *link = vv_page_piece_new(p);

	if (t->why) {
		part_note(&p->html,
			  .text = vv_page_text(p, "This is not shown as a table: %s.", t->why),
			  .hint = t->why_hint && *t->why_hint ? vv_page_sentence(p, t->why_hint)
							      : vv_html_words(NULL));
	}
	if (t->kind == VV_WEB_TEXT) {
		part_text_file(&p->html, .text = vv_html_bytes(t->text, t->text_len));
		if (t->text_len < t->bytes) {
			part_note(&p->html, .text = vv_page_text(p, "The first %s of %s.",
								 vv_text_bytes(t->text_len),
								 vv_text_bytes(t->bytes)));
		}
	} else if (t->kind == VV_WEB_IMAGE && raw.s) {
		part_image(&p->html, .at = raw, .name = vv_html_words(t->path));
	} else {
		part_nothing(&p->html,
			     .text = vv_page_text(
				     p, "%s that are neither a table nor a text nor a picture.",
				     vv_text_bytes(t->bytes)));
	}
	if (raw.s) {
		part_link(link, .at = raw,
			  .text = vv_page_text(p, "The file itself, %s", vv_text_bytes(t->bytes)));
		part_paragraph(&p->html, .body = link);
	}
}

vv_status vv_page_data(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_web_table *t;
	vv_status rc;

	if ((rc = vv_web_table_open(p->asked->visit, &p->asked->commit, p->at->path, &t, err)) <
	    0) {
		return rc;
	}
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "%s, %s", t->path,
								vv_page_day(p, &t->commit).s),
					  .description = vv_page_text(
						  p, "%s, %s, version of %s",
						  vv_text_counted(t->rows, "row", NULL),
						  vv_text_counted(t->column_count, "column", NULL),
						  vv_page_day(p, &t->commit).s),
					  .dataset = t->path,
					  .version = &t->commit});
	part_heading(&p->html, .title = vv_html_words(t->path), .lead = lead(p, t));
	vv_page_put_tabs(p, &t->commit, t->path, t->kind == VV_WEB_TABLE);
	if (t->kind != VV_WEB_TABLE) {
		put_other_file(p, t);
	} else if ((rc = put_table(p, t, err)) < 0) {
		return rc;
	}
	return vv_page_end(p, vv_html_words(NULL), out, err);
}
