/*
 * values_part: how figures of a column are worded, and how a bar and a click on a value filter.
 */
#include "cmd/web/pages/values_part.h"

#include <math.h>
#include <string.h>

#include "base/show.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/plot.h"

/* Rows with that value; what else is filtered stays. */
static vv_html_url to_value(vv_page *p, const vv_web_table *t, const char *column, vv_web_op op,
			    const char *value)
{
	const vv_web_rows_query *q = &p->at->rows;
	vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_TABLE);
	vv_web_filter *filters = vv_arena_calloc(&p->arena, q->filter_count + 1,
						 sizeof(vv_web_filter));

	if (!filters) {
		p->failed = true;
		return (vv_html_url){NULL};
	}
	to.rev = t->commit.hex;
	to.path = t->path;
	to.rows = *q;
	to.rows.from = to.rows.limit = 0;
	to.rows.jump = NULL;
	memcpy(filters, q->filters ? q->filters : filters, q->filter_count * sizeof(*filters));
	if (to.rows.filter_count >= VV_WEB_FILTERS_MAX) return (vv_html_url){NULL};
	filters[to.rows.filter_count++] = (vv_web_filter){column, op, value};
	to.rows.filters = filters;
	return vv_page_link(p, &to);
}

static vv_html_text share(vv_page *p, uint64_t part, uint64_t all)
{
	double percent = all ? 100.0 * (double)part / (double)all : 0;

	return vv_page_text(p, percent > 0 && percent < 0.1 ? "under 0.1 %%" : "%.3g %%", percent);
}

static void put_pair(vv_page *p, const char *name, vv_html *value)
{
	part_pair(&p->html, .name = vv_html_words(name), .value = value);
}

/* A number of rows, its share, and a link to them. */
static void put_count(vv_page *p, const vv_web_table *t, const vv_web_column *c, const char *name,
		      uint64_t rows, uint64_t all, vv_web_op op)
{
	vv_html *h = vv_page_piece_new(p);
	vv_html_text words = vv_page_text(p, "%s (%s)", vv_text_count(rows), share(p, rows, all).s);
	vv_html_url at = to_value(p, t, c->name, op, "");

	if (at.s && op != VV_WEB_OP_COUNT) {
		part_link(h, .at = at, .text = words);
	} else {
		part_words(h, .text = words);
	}
	put_pair(p, name, h);
}

static void put_figures(vv_page *p, const vv_web_table *t, const vv_web_column *c,
			const vv_web_values *v)
{
	part_pairs_begin(&p->html);
	vv_html *h = vv_page_piece_new(p);
	part_words(h, .text = vv_page_text(p, "%s%s", v->distinct_exact ? "" : "about ",
					   vv_text_count(v->distinct)));
	put_pair(p, "Different values", h);
	if (v->missing > 0) {
		put_count(p, t, c, "Missing", v->missing, v->looked_at, VV_WEB_IS_MISSING);
	} else {
		h = vv_page_piece_new(p);
		part_words(h, .text = vv_html_words("none"));
		put_pair(p, "Missing", h);
	}
	if (v->empty > 0) {
		put_count(p, t, c, "Empty", v->empty, v->looked_at, VV_WEB_IS_EMPTY);
	}
	if (v->misfits > 0) {
		h = vv_page_piece_new(p);
		part_words(h, .text = vv_page_text(p, "%s, which are not of type %s",
						   vv_text_count(v->misfits), c->type));
		put_pair(p, "Misfits", h);
	}
	if (v->has_range) {
		h = vv_page_piece_new(p);
		vv_page_put_value(p, h, &v->least);
		put_pair(p, "Least", h);
		h = vv_page_piece_new(p);
		vv_page_put_value(p, h, &v->greatest);
		put_pair(p, "Greatest", h);
	}
	if (v->numeric && !v->times) {
		h = vv_page_piece_new(p);
		part_words(h, .text = vv_plot_number(p, v->mean));
		put_pair(p, "Mean", h);
	}
	part_pairs_end(&p->html);
}

static void put_common(vv_page *p, const vv_web_table *t, const vv_web_column *c,
		       const vv_web_values *v)
{
	uint64_t most = v->common_count ? v->common[0].rows : 0;

	/* values that are all different say nothing */
	if (most < 2) return;
	part_values_begin(&p->html);
	for (size_t i = 0; i < v->common_count; i++) {
		const vv_web_value *one = &v->common[i];
		vv_html *value = vv_page_piece_new(p);
		bool whole = one->cell.kind == VV_WEB_VALUE && one->cell.whole == one->cell.len &&
			     !memchr(one->cell.text, '\0', one->cell.len);
		const char *text = vv_page_text(p, "%.*s", (int)one->cell.len, one->cell.text).s;
		vv_page_put_value(p, value, &one->cell);
		part_value_line(&p->html,
				.at = whole ? to_value(p, t, c->name, VV_WEB_EQ, text)
					    : (vv_html_url){NULL},
				.value = value, .rows = one->rows,
				.share = (int64_t)(1000.0 * (double)one->rows /
						   (double)(v->looked_at ? v->looked_at : 1)));
	}
	part_values_end(&p->html);
}

static vv_html_text bar_end(vv_page *p, const vv_web_values *v, double y)
{
	vv_web_commit moment = {.time = (int64_t)y};

	return v->times ? vv_page_day(p, &moment) : vv_plot_number(p, y);
}

static void put_histogram(vv_page *p, const vv_web_column *c, const vv_web_values *v)
{
	static const char *const kinds[VV_PLOT_STACK] = {"", "", ""};
	vv_plot_bar *bars = vv_arena_calloc(&p->arena, v->bar_count, sizeof(*bars));

	if (!bars) {
		p->failed = true;
		return;
	}
	for (size_t i = 0; i < v->bar_count; i++) {
		const vv_web_bar *b = &v->bars[i];
		bars[i].parts[0] = (double)b->rows;
		bars[i].label = bar_end(p, v, b->from);
		bars[i].words = vv_page_text(p, "%s to %s: %s", bars[i].label.s,
					     bar_end(p, v, b->to).s,
					     vv_text_counted(b->rows, "row", NULL));
	}
	vv_plot_bars(
		p,
		&(vv_plot){.title = vv_page_text(p, "How many rows have which %s", c->name),
			   .words = vv_page_text(p, "A histogram of %s from %s to %s",
						 vv_text_counted(v->bar_count, "bar", NULL),
						 bar_end(p, v, v->bars[0].from).s,
						 bar_end(p, v, v->bars[v->bar_count - 1].to).s),
			   .end = bar_end(p, v, v->bars[v->bar_count - 1].to)},
		kinds, bars, v->bar_count);
	part_fold_begin(&p->html, .text = vv_html_words("The histogram as a table"));
	part_histogram_begin(&p->html);
	for (size_t i = 0; i < v->bar_count; i++) {
		part_histogram_row(&p->html, .from = bars[i].label,
				   .to = bar_end(p, v, v->bars[i].to), .rows = v->bars[i].rows);
	}
	part_histogram_end(&p->html);
	part_fold_end(&p->html);
}

void vv_page_put_values(vv_page *p, const vv_web_table *t, size_t column, const vv_web_values *v,
			bool whole)
{
	const vv_web_column *c = &t->columns[column];

	put_figures(p, t, c, v);
	if (!v->complete) {
		part_note(&p->html,
			  .text = vv_page_text(
				  p, "Of the first %s; the rest were not read in the time allowed.",
				  vv_text_counted(v->looked_at, "row", NULL)));
	}
	if (whole && v->bar_count > 1) {
		put_histogram(p, c, v);
	}
	if (whole && v->common_count > 0 && v->common[0].rows > 1) {
		part_subtitle(&p->html, .text = vv_html_words("Commonest values"),
			      .id = vv_html_words("common"));
	}
	put_common(p, t, c, v);
	if (!v->common_exact && v->common_count > 0 && whole) {
		part_note(&p->html,
			  .text = vv_html_words(
				  "Values that are rarer than these were not all counted."));
	}
}
