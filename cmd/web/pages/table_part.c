/*
 * table_part: how a row, its number and its column's head look.
 */
#include "cmd/web/pages/table_part.h"

#include <string.h>

#include "base/array.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/suggestion.h"
#include "dataset/schema/type.h"

const char *vv_page_op_words(vv_web_op op)
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
		[VV_WEB_IS_PRESENT] = "has a value",
		[VV_WEB_IS_EMPTY] = "is empty",
	};
	return words[op];
}

static void put_hidden(void *payload, const char *name, const char *value)
{
	part_hidden_input((vv_html *)payload, .name = name, .value = value);
}

void vv_page_put_kept(vv_html *h, const vv_web_address *of)
{
	vv_web_address kept = *of;

	kept.rows.from = kept.compare.from = 0;
	kept.limit = kept.rows.limit = kept.compare.limit = 0;
	kept.rows.jump = kept.format = NULL;
	vv_web_address_each(&kept, put_hidden, h);
}

const char *vv_page_fitting_ops(vv_page *p, const char *type_name)
{
	vv_auto(vv_buf) ops = VV_BUF_INIT;
	vv_type type;

	if (!type_name || !vv_type_parse(&type, type_name)) return "";
	for (int op = 0; op < VV_WEB_OP_COUNT; op++) {
		if (vv_web_op_fits((vv_web_op)op, type)) {
			vv_buf_printf(&ops, "%s ", vv_web_op_name((vv_web_op)op));
		}
	}
	return vv_page_keep(p, vv_buf_cstr(&ops));
}

vv_html *vv_page_op_options(vv_page *p, const char *type_name)
{
	vv_html *h = vv_page_piece_new(p);
	vv_type type;
	bool typed = type_name && vv_type_parse(&type, type_name);

	for (int op = 0; op < VV_WEB_OP_COUNT; op++) {
		if (!typed || vv_web_op_fits((vv_web_op)op, type)) {
			part_option(h, .value = vv_web_op_name((vv_web_op)op),
				    .text = vv_page_op_words((vv_web_op)op));
		}
	}
	return h;
}

/* Sorted by the column, or, where it is already, the other way round, or not at all. */
static const char *to_sorted(vv_page *p, const char *name, const vv_web_rows_query *q)
{
	vv_web_address to = *p->at;
	bool sorted = q->sort && strcmp(q->sort, name) == 0;

	to.rows.sort = sorted && q->descending ? NULL : name;
	to.rows.descending = sorted && !q->descending;
	to.rows.from = 0;
	to.rows.jump = NULL;
	return vv_page_link(p, &to);
}

/* The page that the script shows at a click on the head: order, filter and figures, of this version
 * alone. */
static const char *to_figures(vv_page *p, const vv_web_table *t, const char *name)
{
	vv_web_address to = *p->at;

	to.place = VV_WEB_AT_COLUMNS;
	to.rev = t->commit.hex;
	to.path = t->path;
	to.name = name;
	to.rows.from = 0;
	to.rows.jump = NULL;
	to.limit = 1;
	return vv_page_link(p, &to);
}

static const char *cell_kind(const vv_web_column *c)
{
	if (c->key) return c->number ? "k n" : "k";
	return c->number ? "n" : NULL;
}

static void put_head(vv_page *p, vv_html *h, const vv_web_table *t, const vv_web_column *c,
		     const vv_web_rows_query *q, bool sortable)
{
	bool sorted = q->sort && strcmp(q->sort, c->name) == 0;

	const char *kind = cell_kind(c), *at = NULL, *panel = NULL, *order = NULL, *arrow = NULL;
	const char *hint = c->description;

	kind = kind ? kind : "";
	if (sorted) {
		kind = vv_page_text(p, "%s sorted", kind);
		order = q->descending ? "descending" : "ascending";
		arrow = q->descending ? "\u2193" : "\u2191";
	}
	if (sortable) {
		at = to_sorted(p, c->name, q);
		panel = to_figures(p, t, c->name);
	}
	if (!hint || !*hint) {
		hint = vv_page_text(p, "Sort by %s", c->name);
	}
	part_data_column(h, .name = c->name,
			 .type = vv_page_text(p, "%s%s", c->type, c->key ? ", key" : ""),
			 .kind = kind, .at = at, .panel = panel, .order = order, .arrow = arrow,
			 .hint = hint);
}

/* The pair of a column of the new version; SIZE_MAX: none. */
static size_t pair_of(const vv_web_comparison *c, const char *name)
{
	const vv_web_column_pair *found = vv_array_find(
		c->columns, c->column_count, pair, pair->name && strcmp(pair->name, name) == 0);

	return found ? (size_t)(found - c->columns) : SIZE_MAX;
}

/* The old value too, if the cell changed. */
static void put_cell(vv_page *p, const vv_web_comparison *changes, const vv_web_row_change *change,
		     const vv_web_column *column, const vv_web_cell *cell)
{
	const size_t pair = change && change->kind == VV_ROW_CHANGED
				    ? pair_of(changes, column->name)
				    : SIZE_MAX;
	const vv_web_cell_pair *both = pair != SIZE_MAX ? &change->cells[pair] : NULL;
	const bool changed = both && both->change != VV_CELL_SAME &&
			     changes->columns[pair].old_name;

	const char *kind = column->number ? "n" : "";
	kind = column->key ? vv_page_text(p, "k %s", kind) : kind;
	kind = changed ? vv_page_text(p, "x %s", kind) : kind;
	part_td_begin(&p->html, .kind = kind);
	if (changed) {
		vv_page_put_old_new(p, &p->html, &both->old_cell, &both->new_cell, both->change);
	} else {
		vv_page_put_value(p, &p->html, cell);
	}
	part_td_end(&p->html);
}

static const char *row_kind(vv_page *p, const vv_web_row_change *change, bool here)
{
	if (!change) return here ? "here" : NULL;
	const char *kind = change->kind == VV_ROW_ADDED ? "a" : "c";
	return here ? vv_page_text(p, "here %s", kind) : kind;
}

/* Pages without a server have no page for each row. Rows of older versions may have changed since. */
static bool rows_suggest(vv_page *p, const vv_web_table *t)
{
	vv_web_commit head;

	return !vv_page_is_served(p) &&
	       vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) == VV_OK &&
	       strcmp(head.hex, t->commit.hex) == 0;
}

static void put_row(vv_page *p, const vv_web_table *t, const vv_web_rows *rows, const vv_web_row *r,
		    const vv_web_comparison *changes, bool here, bool suggests)
{
	const vv_web_row_change *change =
		changes ? vv_array_find(changes->rows, changes->count, it,
					it->new_row == r->number && it->kind != VV_ROW_REMOVED)
			: NULL;

	part_data_row_begin(
		&p->html, .number = r->number + 1,
		.at = vv_page_to_row(p, &t->commit, t->path, r->key, r->number),
		.suggest = suggests ? vv_page_suggestion(p, t, r, rows->columns, rows->column_count)
				    : NULL,
		.kind = row_kind(p, change, here), .here = here,
		.id = vv_page_text(p, "r%llu", (unsigned long long)r->number + 1));
	for (size_t k = 0; k < rows->column_count; k++) {
		put_cell(p, changes, change, &t->columns[rows->columns[k]], &r->cells[k]);
	}
	part_data_row_end(&p->html);
}

void vv_page_put_rows(vv_page *p, const vv_web_table *t, const vv_web_rows *rows,
		      const vv_web_rows_query *q, bool sortable, const vv_web_comparison *changes)
{
	vv_html *head = vv_page_piece_new(p);
	const bool suggests = rows_suggest(p, t);

	vv_array_each(rows->columns, rows->column_count, at) {
		put_head(p, head, t, &t->columns[*at], q, sortable);
	}
	part_data_begin(&p->html, .head = head, .from = (int64_t)rows->from,
			.total = (int64_t)(rows->filtered ? 0 : t->rows),
			.rows = (int64_t)rows->count);
	vv_array_each(rows->rows, rows->count, r) {
		put_row(p, t, rows, r, changes, q->jump && r->key && strcmp(q->jump, r->key) == 0,
			suggests);
	}
	part_data_end(&p->html);
}
