/*
 * column: all columns of a table; one column: order, filter, its values now, and its figures over the versions.
 */
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/values.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/plot.h"
#include "cmd/web/pages/table_part.h"

/* ---- values_part: a column's values, as HTML: shares, extremes, the commonest values, a histogram ---- */

/* Rows with that value; what else is filtered stays. */
static const char *to_value(vv_page *p, const vv_web_table *t, const char *column, vv_web_op op,
			    const char *value)
{
	const vv_web_rows_query *q = &p->at->rows;
	vv_web_address to = {.base = p->at->base,
			     .place = VV_WEB_AT_TABLE,
			     .rev = t->commit.hex,
			     .path = t->path,
			     .rows = *q};
	vv_web_filter *filters = vv_arena_calloc(&p->arena, q->filter_count + 1,
						 sizeof(vv_web_filter));

	if (!filters) {
		p->failed = true;
		return NULL;
	}
	to.rows.from = to.rows.limit = 0;
	to.rows.jump = NULL;
	memcpy(filters, q->filters ? q->filters : filters, q->filter_count * sizeof(*filters));
	if (to.rows.filter_count >= VV_WEB_FILTERS_MAX) return NULL;
	filters[to.rows.filter_count++] = (vv_web_filter){column, op, value};
	to.rows.filters = filters;
	return vv_page_link(p, &to);
}

static const char *share_text(vv_page *p, uint64_t part, uint64_t all)
{
	double percent = all ? 100.0 * (double)part / (double)all : 0;

	return vv_page_text(p, percent > 0 && percent < 0.1 ? "under 0.1 %%" : "%.3g %%", percent);
}

static const char *number_text(vv_page *p, const vv_web_cell *value)
{
	return vv_plot_grouped(p, vv_page_text(p, "%.*s", (int)value->len, value->text));
}

static vv_html *extreme_value(vv_page *p, const vv_web_column *c, const vv_web_cell *value)
{
	vv_html *h = vv_page_piece_new(p);

	if (c->number && value->kind == VV_WEB_VALUE && value->len == value->whole) {
		part_words(h, .text = number_text(p, value));
	} else {
		vv_page_put_value(p, h, value);
	}
	return h;
}

static void put_words(vv_page *p, const char *name, const char *words)
{
	part_pair_words(&p->html, .name = name, .text = words);
}

/* A number of rows, with its share, and a link to them. */
static void put_count(vv_page *p, const vv_web_table *t, const vv_web_column *c, const char *name,
		      uint64_t rows, uint64_t all, vv_web_op op)
{
	part_pair_words(&p->html,
			.name = vv_page_text(p, "%s (%s)", name, share_text(p, rows, all)),
			.at = to_value(p, t, c->name, op, ""), .text = vv_page_count(p, rows));
}

static void put_figures(vv_page *p, const vv_web_table *t, const vv_web_column *c,
			const vv_web_values *v)
{
	part_pairs_begin(&p->html, .kind = c->number ? "n" : NULL);
	put_words(p, "Different values",
		  vv_page_text(p, "%s%s", v->distinct_exact ? "" : "about ",
			       vv_text_count(v->distinct)));
	if (v->missing > 0) {
		put_count(p, t, c, "Missing", v->missing, v->looked_at, VV_WEB_IS_MISSING);
	} else {
		put_words(p, "Missing", "none");
	}
	if (v->empty > 0 && v->empty != v->missing) {
		put_count(p, t, c, "Empty", v->empty, v->looked_at, VV_WEB_IS_EMPTY);
	}
	if (v->misfits > 0) {
		put_words(
			p, "Misfits",
			vv_page_text(p, "%s, not of type %s", vv_text_count(v->misfits), c->type));
	}
	if (v->has_range) {
		part_pair(&p->html, .name = "Least", .value = extreme_value(p, c, &v->least));
		part_pair(&p->html, .name = "Greatest", .value = extreme_value(p, c, &v->greatest));
	}
	if (v->numeric && !v->times) {
		put_words(p, "Mean", vv_plot_number(p, v->mean));
	}
	part_pairs_end(&p->html);
}

static void put_common(vv_page *p, const vv_web_table *t, const vv_web_column *c,
		       const vv_web_values *v)
{
	uint64_t most = v->common_count ? v->common[0].rows : 0;

	/* distinct values have no most common one */
	if (most < 2) return;
	part_values_begin(&p->html);
	vv_array_each(v->common, v->common_count, one) {
		bool whole = one->cell.kind == VV_WEB_VALUE && one->cell.whole == one->cell.len &&
			     !memchr(one->cell.text, '\0', one->cell.len);
		const char *text = vv_page_text(p, "%.*s", (int)one->cell.len, one->cell.text);
		part_value_line(&p->html,
				.at = whole ? to_value(p, t, c->name, VV_WEB_EQ, text) : NULL,
				.value = vv_page_value(p, &one->cell), .rows = one->rows,
				.share = (int64_t)(1000.0 * (double)one->rows /
						   (double)(v->looked_at ? v->looked_at : 1)));
	}
	part_values_end(&p->html);
}

static const char *bar_end(vv_page *p, const vv_web_values *v, double y)
{
	vv_web_commit moment = {.time = (int64_t)y};

	return v->times ? vv_page_day(p, &moment) : vv_plot_number(p, y);
}

static void put_histogram(vv_page *p, const vv_web_column *c, const vv_web_values *v)
{
	static const char *const kinds[VV_PLOT_STACK] = {"", "", ""};
	vv_plot_bar bars[VV_WEB_BARS] = {0};

	for (size_t i = 0; i < v->bar_count; i++) {
		const vv_web_bar *b = &v->bars[i];
		bars[i].parts[0] = (double)b->rows;
		bars[i].label = bar_end(p, v, b->from);
		bars[i].words = vv_page_text(p, "%s to %s: %s", bars[i].label, bar_end(p, v, b->to),
					     vv_text_counted(b->rows, "row", NULL));
	}
	vv_plot_bars(
		p,
		&(vv_plot){.title = vv_plot_title(
				   p, vv_page_text(p, "Number of rows by %s", c->name), v->outside,
				   number_text(p, &v->least), number_text(p, &v->greatest)),
			   .words = vv_page_text(p, "A histogram of %s from %s to %s",
						 vv_text_counted(v->bar_count, "bar", NULL),
						 bar_end(p, v, v->bars[0].from),
						 bar_end(p, v, v->bars[v->bar_count - 1].to)),
			   .end = bar_end(p, v, v->bars[v->bar_count - 1].to)},
		kinds, bars, v->bar_count);
	part_fold_begin(&p->html, .text = "The histogram as a table");
	part_histogram_begin(&p->html);
	for (size_t i = 0; i < v->bar_count; i++) {
		part_histogram_row(&p->html, .from = bars[i].label,
				   .to = bar_end(p, v, v->bars[i].to), .rows = v->bars[i].rows);
	}
	part_histogram_end(&p->html);
	part_fold_end(&p->html);
}

static void page_put_values(vv_page *p, const vv_web_table *t, size_t column,
			    const vv_web_values *v)
{
	const vv_web_column *c = &t->columns[column];

	put_figures(p, t, c, v);
	if (!v->complete) {
		vv_page_note_limit(
			p,
			vv_page_text(
				p,
				"These figures cover the first %s: the time limit of this page was reached before the others were read.",
				vv_text_counted(v->looked_at, "row", NULL)),
			NULL);
	}
	if (v->bar_count > 1) {
		put_histogram(p, c, v);
	}
	if (v->common_count > 0 && v->common[0].rows > 1) {
		part_subtitle(&p->html, .text = "Commonest values", .id = "common");
	}
	put_common(p, t, c, v);
	if (!v->common_exact && v->common_count > 0) {
		part_note(&p->html, .text = "This column has too many different values to count "
					    "all: rare values are left out, and the counts may "
					    "be too low.");
	}
}

/* ---- column ---- */

#define COMMON 20u
#define CELLS_AT_ONCE 2000000u /* with more of them, figures of all columns are not looked at */
#define ROWS_AT_ONCE 200000u   /* with more rows, versions are read only on request */

static const char *const names[VV_WEB_FIGURES] = {
	"Rows",        "Share of missing values", "Different values", "Mean",
	"Least value", "Greatest value"};

static const char *figure_text(vv_page *p, const char *figure, int f)
{
	if (!figure) return "";
	if (f == VV_WEB_SHARE_MISSING) {
		return vv_page_text(p, "%.3g %%", 100 * strtod(figure, NULL));
	}
	if (f == VV_WEB_MEAN) return vv_plot_number(p, strtod(figure, NULL));
	return vv_plot_grouped(p, figure);
}

/* A line where the figure was not always the same. */
static vv_status put_line(vv_page *p, const vv_web_column_life *life, int f, const char *title,
			  vv_error *err)
{
	vv_plot_point *points = vv_arena_calloc(&p->arena, life->count, sizeof(*points));
	size_t n = 0;
	bool moves = false;

	if (!points) return vv_fail_nomem(err);
	for (size_t i = life->count; i-- > 0;) { /* oldest first */
		const vv_web_column_then *then = &life->points[i];
		const char *text = then->figures[f];

		if (then->there && text) {
			points[n] = (vv_plot_point){then->commit.time, strtod(text, NULL),
						    vv_page_text(p, "%s: %s",
								 vv_page_day(p, &then->commit),
								 figure_text(p, text, f))};
			moves = moves || points[n].y > points[0].y || points[n].y < points[0].y;
			n++;
		}
	}
	if (n >= 2 && moves) {
		vv_plot_line(p,
			     &(vv_plot){.title = title,
					.words = vv_page_text(p, "%s: from %s to %s", title,
							      points[0].words, points[n - 1].words),
					.from_zero = f == VV_WEB_SHARE_MISSING,
					.whole = f == VV_WEB_DISTINCT,
					.percent = f == VV_WEB_SHARE_MISSING},
			     points, n);
	}
	return VV_OK;
}

static void put_table(vv_page *p, const vv_web_column_life *life, int figures)
{
	vv_html *head = vv_page_piece_new(p);

	part_th(head, .text = "Version", .kind = "");
	vv_array_each(names, figures, name) {
		part_th(head, .text = *name, .kind = "n");
	}
	part_table_begin(&p->html, .label = "Figures by version", .head = head);
	vv_array_each(life->points, life->count, then) {
		const char *none = "no such column";

		if (then->gap) {
			none = then->gap == VV_GAP_EXPIRED ? "expired" : "data missing";
		}

		part_tr_begin(&p->html, .day = vv_page_day(p, &then->commit),
			      .at = then->there ? vv_page_to_column(p, &then->commit, then->path,
								    p->at->name)
						: NULL,
			      .brief = then->commit.brief);
		for (int f = 0; f < figures; f++) {
			part_td(&p->html, .text = then->there || (f == 0 && !then->gap)
							  ? figure_text(p, then->figures[f], f)
							  : none);
		}
		part_tr_end(&p->html);
	}
	part_table_end(&p->html);
}

/* With one row all figures equal its value. */
static bool is_of_one_row(const vv_web_column_life *life)
{
	vv_array_each(life->points, life->count, point) {
		const char *rows = point->figures[VV_WEB_ROWS];

		if (rows && strtod(rows, NULL) > 1) return false;
	}
	return true;
}

static vv_status put_versions(vv_page *p, bool numeric, vv_error *err)
{
	vv_web_column_life life;
	vv_status rc;

	if ((rc = vv_web_column_life_read(p->asked->visit, &p->asked->commit, p->at->path,
					  p->at->name, p->at->rows.where, SIZE_MAX, &life, err)) <
	    0) {
		return rc;
	}
	p->passing = p->passing || !life.complete || life.gap;
	if (life.count >= 2) {
		part_subtitle(&p->html, .text = "Version by version", .id = "versions");
	}
	if (!life.complete && life.count >= life.of) {
		part_note(&p->html,
			  .text = vv_page_text(p, "Only the newest %s are shown.",
					       vv_text_counted(life.of, "version", NULL)));
	} else if (!life.complete) {
		vv_page_note_limit(
			p,
			vv_page_text(
				p,
				"The time limit of this page was reached after %s of %s, newest first. Reload the page for more.",
				vv_text_count(life.count),
				vv_text_counted(life.of, "version", NULL)),
			NULL);
	}
	if (life.count < 2) return VV_OK;
	const bool one = is_of_one_row(&life);
	part_plots_begin(&p->html);
	for (int f = one ? VV_WEB_GREATEST : VV_WEB_SHARE_MISSING; f < VV_WEB_FIGURES; f++) {
		if ((rc = put_line(p, &life, f, one ? "Value" : names[f], err)) < 0) return rc;
	}
	part_plots_end(&p->html);
	put_table(p, &life, numeric ? VV_WEB_FIGURES : VV_WEB_MEAN);
	if (life.gap) {
		vv_page_put_gap(p, life.gap, "some versions");
	}
	return VV_OK;
}

/* Versions of a large table take seconds, and a panel has no room for them. */
static void offer_versions(vv_page *p)
{
	vv_web_address to = *p->at;

	to.limit = VV_WEB_PAGE_ROWS;
	part_button(&p->html, .at = vv_page_link(p, &to), .text = "Over time");
}

/* Order and filter of the table's rows by this column; what else is chosen stays. */
static void put_choices(vv_page *p, const vv_web_table *t, const vv_web_column *c)
{
	vv_web_address to = *p->at;
	vv_html *kept = vv_page_piece_new(p);

	if (!vv_page_is_served(p)) return;
	to.place = VV_WEB_AT_TABLE;
	vv_page_put_kept(kept, &to);
	to.rows.sort = c->name;
	to.rows.limit = 0;
	const char *up = vv_page_link(p, &to);
	to.rows.descending = true;
	part_column_order(&p->html, .up = up, .down = vv_page_link(p, &to));
	part_column_filter(&p->html, .at = vv_page_to(p, VV_WEB_AT_TABLE, t->commit.hex, t->path),
			   .name = c->name, .ops = vv_page_op_options(p, c->type), .kept = kept,
			   .range = c->number);
}

static vv_status put_column(vv_page *p, vv_web_table *t, size_t i, vv_error *err)
{
	const vv_web_column *c = &t->columns[i];
	vv_web_values v;
	vv_status rc;

	put_choices(p, t, c);
	if ((rc = vv_web_values_read(p->asked->visit, t, i, p->at->rows.where ? &p->at->rows : NULL,
				     COMMON, &v, err)) < 0) {
		return rc;
	}
	p->passing = p->passing || !v.complete;
	if (p->at->rows.where) {
		part_note(&p->html,
			  .text = vv_page_text(p, "Only rows where %s.", p->at->rows.where));
	}
	vv_html *words = vv_page_piece_new(p);
	part_words(words, .text = vv_page_text(p, "Type: %s%s", c->type, c->key ? ", key" : ""));
	if (c->format) {
		part_words(words, .text = vv_page_text(p, ", format %s", c->format));
	}
	if (c->unit) {
		part_words(words, .text = vv_page_text(p, ", in %s", c->unit));
	}
	if (c->description) {
		part_words(words, .text = vv_page_text(p, ". %s", c->description));
	}
	part_paragraph(&p->html, .body = words);
	page_put_values(p, t, i, &v);
	/* 1: of this version alone, for the panel */
	if (p->at->limit == 1 || (t->rows > ROWS_AT_ONCE && p->at->limit == 0)) {
		offer_versions(p);
		return VV_OK;
	}
	return put_versions(p, v.numeric && !v.times, err);
}

/* A line of the table of all columns. *now: reading all is quick, and time is left; figures of a part could be mistaken
 * for the table's. */
static vv_status put_line_of(vv_page *p, vv_web_table *t, size_t i, bool *now, vv_error *err)
{
	const vv_web_column *c = &t->columns[i];
	vv_web_values v = {.looked_at = 0};

	vv_status rc = *now ? vv_web_values_read(p->asked->visit, t, i, NULL, 0, &v, err) : VV_OK;
	if (rc < 0) return rc;
	if (!v.complete) {
		p->passing = p->passing || *now;
		*now = false;
		v = (vv_web_values){.complete = false};
	}
	const char *type = vv_page_text(p, "%s%s", c->type, c->key ? ", key" : "");
	const char *missing = NULL, *distinct = NULL;
	vv_html *least = NULL, *greatest = NULL;

	if (*now) {
		missing = vv_page_count(p, v.missing);
		distinct = vv_page_text(p, "%s%s", v.distinct_exact ? "" : "about ",
					vv_text_count(v.distinct));
	}
	if (v.has_range) {
		least = extreme_value(p, c, &v.least);
		greatest = extreme_value(p, c, &v.greatest);
	}
	part_column_row(
		&p->html, .name = c->name, .at = vv_page_to_column(p, &t->commit, t->path, c->name),
		.type = type, .description = c->description, .kind = c->number ? "n" : "",
		.missing = missing, .distinct = distinct, .least = least, .greatest = greatest);
	return VV_OK;
}

static vv_status put_all(vv_page *p, vv_web_table *t, vv_error *err)
{
	static const char *const heads[] = {"Column",           "Type",  "Missing",
					    "Different values", "Least", "Greatest"};
	const bool quick = t->column_count == 0 || t->rows <= CELLS_AT_ONCE / t->column_count;
	bool now = quick;
	vv_html *head = vv_page_piece_new(p);
	vv_status rc;

	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		part_th(head, .text = heads[i], .kind = i == 2 || i == 3 ? "n" : "");
	}
	part_columns_begin(&p->html, .head = head);
	for (size_t i = 0; i < t->column_count; i++) {
		if ((rc = put_line_of(p, t, i, &now, err)) < 0) return rc;
	}
	part_columns_end(&p->html);
	if (!now) {
		vv_page_note_limit(
			p,
			quick ? "The time limit of this page was reached before all columns were read. Choose a column to see its figures."
			      : "The table is large. Choose a column to see its figures.",
			NULL);
	}
	return VV_OK;
}

vv_status vv_page_column(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *name = p->at->name;
	vv_web_table *t;
	size_t i = 0;
	vv_status rc;

	if ((rc = vv_web_table_open(p->asked->visit, &p->asked->commit, p->at->path, &t, err)) <
	    0) {
		return rc;
	}
	if (t->kind != VV_WEB_TABLE || t->column_count == 0) {
		return vv_fail(err, VV_EINPUT, "'%s' has no columns", vv_text_shows(t->path));
	}
	if (name && (rc = vv_web_column_find(t, name, &i, err)) < 0) return rc;
	const char *heading = name ? name : "Columns", *what = name ? "A column" : "The columns";

	vv_page_begin(p,
		      &(vv_page_frame){.title = vv_page_text(p, "%s of %s", heading, t->path),
				       .description = vv_page_text(
					       p, "%s of %s: values in this version and over time",
					       what, t->path),
				       .heading = heading,
				       .dataset = t->path,
				       .version = &t->commit});
	if ((rc = name ? put_column(p, t, i, err) : put_all(p, t, err)) < 0) return rc;
	return vv_page_end(p, out, err);
}
