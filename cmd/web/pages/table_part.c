/*
 * table_part: how a row, its number and its column's head look.
 */
#include "cmd/web/pages/table_part.h"

#include <string.h>

#include "cmd/web/pages/parts.h"

static const char *column_kind(const vv_web_column *c)
{
	return c->key ? c->number ? "k n" : "k" : c->number ? "n" : "";
}

/* Sorted by the column, or, where it is already, the other way round, or not at all. */
static vv_html_url to_sorted(vv_page *p, const char *name, const vv_web_rows_query *q)
{
	vv_web_address to = *p->at;
	bool sorted = q->sort && strcmp(q->sort, name) == 0;

	to.rows.sort = sorted && q->descending ? NULL : name;
	to.rows.descending = sorted && !q->descending;
	to.rows.from = 0;
	to.rows.jump = NULL;
	return vv_page_link(p, &to);
}

static void put_head(vv_page *p, vv_html *h, const vv_web_column *c, const vv_web_rows_query *q,
		     bool sortable)
{
	bool sorted = q->sort && strcmp(q->sort, c->name) == 0;

	part_data_column(
		h, .name = vv_html_words(c->name),
		.type = vv_page_text(p, "%s%s", c->type, c->key ? ", key" : ""),
		.kind = vv_html_words(sorted ? c->number ? "n sorted" : "sorted" : column_kind(c)),
		.at = sortable ? to_sorted(p, c->name, q) : (vv_html_url){NULL},
		.order = vv_html_words(!sorted         ? NULL
				       : q->descending ? "descending"
						       : "ascending"),
		.arrow = vv_html_words(!sorted         ? NULL
				       : q->descending ? "\u2193"
						       : "\u2191"),
		.hint = c->description && *c->description ? vv_html_words(c->description)
							  : vv_page_text(p, "Sort by %s", c->name));
}

void vv_page_put_rows(vv_page *p, const vv_web_table *t, const vv_web_rows *rows,
		      const vv_web_rows_query *q, bool sortable)
{
	vv_html *head = vv_page_piece_new(p);

	for (size_t i = 0; i < rows->column_count; i++) {
		put_head(p, head, &t->columns[rows->columns[i]], q, sortable);
	}
	part_data_begin(&p->html, .head = head, .from = (int64_t)rows->from,
			.total = (int64_t)(rows->filtered ? 0 : t->rows),
			.rows = (int64_t)rows->count);
	for (size_t i = 0; i < rows->count; i++) {
		const vv_web_row *r = &rows->rows[i];
		bool here = q->jump && r->key && strcmp(q->jump, r->key) == 0;
		part_data_row_begin(
			&p->html, .number = r->number + 1,
			.at = vv_page_to_row(p, &t->commit, t->path, r->key, r->number),
			.kind = vv_html_words(here ? "here" : NULL),
			.id = vv_page_text(p, "r%llu", (unsigned long long)r->number + 1));
		for (size_t k = 0; k < rows->column_count; k++) {
			const vv_web_column *c = &t->columns[rows->columns[k]];
			const char *kind = c->number                          ? "n"
					   : vv_page_is_compact(&r->cells[k]) ? "w"
									      : NULL;
			part_td_begin(&p->html, .kind = vv_html_words(kind));
			vv_page_put_value(p, &p->html, &r->cells[k]);
			part_td_end(&p->html);
		}
		part_data_row_end(&p->html);
	}
	part_data_end(&p->html);
}
