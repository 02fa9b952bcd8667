/*
 * text_rows: knows how rows are kept until they are laid out, and what the layouts share.
 */
#include "diff/write/text_rows.h"

#include <string.h>

#include "base/sys.h"
#include "base/text.h"
#include "diff/write/column_pairs.h"
#include "diff/write/text_cell.h"

/* Rows laid out together: enough for a screen or two, few enough to begin early. */
#define ROWS_MAX 100u
#define BYTES_MAX (1u << 20)

const char *text_on(const text_rows *r, text_paint p)
{
	static const char *const codes[] = {"\033[2m",  "\033[1m",  "\033[31m",
					    "\033[32m", "\033[33m", "\033[36m"};
	return r->color ? codes[p] : "";
}

const char *text_off(const text_rows *r)
{
	return r->color ? "\033[0m" : "";
}

text_paint text_kind_paint(vv_row_kind k)
{
	return k == VV_ROW_ADDED     ? TEXT_GREEN
	       : k == VV_ROW_REMOVED ? TEXT_RED
	       : k == VV_ROW_MOVED   ? TEXT_CYAN
				     : TEXT_YELLOW;
}

char text_kind_mark(vv_row_kind k)
{
	return k == VV_ROW_ADDED ? '+' : k == VV_ROW_REMOVED ? '-' : k == VV_ROW_MOVED ? '>' : '~';
}

const vv_cell *text_cell(const text_row *row, const text_column *c)
{
	if (row->new_cells) {
		return c->b >= 0 ? &row->new_cells[c->b] : NULL;
	}
	return c->a >= 0 ? &row->old_cells[c->a] : NULL;
}

uint8_t text_change(const text_rows *r, const text_row *row, size_t column)
{
	/* with both sides, columns are the pairs in their order */
	return row->cells && r->table->a && r->table->b ? row->cells[column] : VV_CELL_SAME;
}

const char *text_arrow(uint8_t change)
{
	return change == VV_CELL_FORMAT ? " ~> " : " -> ";
}

void text_put_spaces(vv_buf *out, size_t n)
{
	for (; n > 0; n--) {
		vv_buf_putc(out, ' ');
	}
}

static vv_status add_column(text_rows *r, long a, long b, vv_error *err)
{
	const vv_field *f = b >= 0 ? &r->table->b->schema.fields[b]
				   : &r->table->a->schema.fields[a];
	text_column *c = &r->columns[r->column_count++];
	vv_buf name = VV_BUF_INIT;
	*c = (text_column){
		.a = a, .b = b, .number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER};
	vv_text_put_escaped(&name, f->name, f->name_len);
	c->name = name.failed ? NULL : vv_arena_strndup(&r->names, vv_buf_cstr(&name), name.len);
	vv_buf_clear(&name);
	if (!c->name) {
		return vv_fail_nomem(err);
	}
	c->name_width = vv_text_cell_width(c->name);
	return VV_OK;
}

vv_status text_rows_init(text_rows *r, const vv_diff_table *t, const vv_diff_writer_options *opts,
			 vv_error *err)
{
	const vv_table *only = t->b ? t->b : t->a;
	size_t count = t->a && t->b ? t->columns->count : only->columns;
	vv_status rc = VV_OK;
	memset(r, 0, sizeof(*r));
	vv_arena_init(&r->names);
	vv_arena_init(&r->arena);
	r->table = t;
	r->color = opts->color;
	r->width = opts->width;
	r->context = opts->context ? opts->context : 2;
	r->columns = vv_calloc(count + 1, sizeof(*r->columns));
	if (!r->columns) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < count && rc == VV_OK; i++) {
		if (t->a && t->b) {
			rc = add_column(r, t->columns->pairs[i].a, t->columns->pairs[i].b, err);
		} else {
			rc = add_column(r, t->a ? (long)i : -1, t->b ? (long)i : -1, err);
		}
	}
	for (size_t k = 0; k < t->key_count && rc == VV_OK; k++) {
		for (size_t i = 0; i < count; i++) {
			if ((t->b ? r->columns[i].b : r->columns[i].a) == (long)t->key[k]) {
				r->columns[i].key = true;
				r->key_count++;
			}
		}
	}
	for (size_t i = 0; i < count; i++) {
		r->columns[i].names = rc == VV_OK && vv_column_pairs_names_row(t, i);
	}
	return rc;
}

void text_rows_clear(text_rows *r)
{
	vv_free(r->columns);
	vv_free(r->rows);
	vv_arena_clear(&r->names);
	vv_arena_clear(&r->arena);
	memset(r, 0, sizeof(*r));
}

static const vv_cell *keep_cells(text_rows *r, const vv_cell *cells, const vv_table *t)
{
	vv_cell *out;
	if (!cells) {
		return NULL;
	}
	out = vv_arena_calloc(&r->arena, t->columns + 1, sizeof(*out));
	for (size_t i = 0; out && i < t->columns; i++) {
		out[i] = cells[i];
		out[i].text = cells[i].len > 0
				      ? vv_arena_strndup(&r->arena, cells[i].text, cells[i].len)
				      : "";
		if (!out[i].text) {
			return NULL;
		}
		r->bytes += cells[i].len + sizeof(*out);
	}
	return out;
}

vv_status text_rows_add(text_rows *r, const vv_row_change *c, vv_error *err)
{
	if (r->count == r->cap) {
		size_t cap = r->cap ? r->cap * 2 : 32;
		text_row *p = vv_realloc_array(r->rows, cap, sizeof(*p));
		if (!p) {
			return vv_fail_nomem(err);
		}
		r->rows = p;
		r->cap = cap;
	}
	text_row *row = &r->rows[r->count];
	*row = (text_row){
		.kind = c->kind, .moved = c->moved, .old_row = c->old_row, .new_row = c->new_row};
	row->old_cells = keep_cells(r, c->old_cells, r->table->a);
	row->new_cells = keep_cells(r, c->new_cells, r->table->b);
	if (c->cells) {
		uint8_t *p = vv_arena_alloc(&r->arena, r->column_count + 1);
		if (!p) {
			return vv_fail_nomem(err);
		}
		memcpy(p, c->cells, r->column_count);
		row->cells = p;
	}
	if ((c->old_cells && !row->old_cells) || (c->new_cells && !row->new_cells)) {
		return vv_fail_nomem(err);
	}
	r->count++;
	return VV_OK;
}

bool text_rows_full(const text_rows *r)
{
	return r->count >= ROWS_MAX || r->bytes >= BYTES_MAX;
}

vv_status text_rows_put(text_rows *r, vv_buf *out, vv_error *err)
{
	if (r->count > 0 && !text_table_put(r, out)) {
		text_block_put(r, out);
	}
	r->count = r->bytes = 0;
	vv_arena_reset(&r->arena);
	return vv_buf_ok(out, err);
}
