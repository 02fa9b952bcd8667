/*
 * column_pairs: how a table with one side looks like one with two.
 */
#include "diff/write/column_pairs.h"

#include <assert.h>

#include "base/array.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"

size_t vv_column_pairs_count(const vv_diff_table *t)
{
	if (t->columns) return t->columns->count;
	return (t->b ? t->b : t->a)->columns;
}

vv_column_pair vv_column_pairs_get(const vv_diff_table *t, size_t pair)
{
	if (t->columns) {
		assert(pair < t->columns->count);
		return t->columns->pairs[pair];
	}
	return (vv_column_pair){.a = t->a ? (long)pair : -1, .b = t->b ? (long)pair : -1};
}

void vv_column_pairs_lone(const vv_diff_table *t, size_t *added, size_t *dropped)
{
	*added = *dropped = 0;
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		*added += t->columns->pairs[i].a < 0;
		*dropped += t->columns->pairs[i].b < 0;
	}
}

const vv_field *vv_column_pairs_field(const vv_diff_table *t, size_t pair)
{
	vv_column_pair p = vv_column_pairs_get(t, pair);
	return p.b >= 0 ? &t->b->schema.fields[p.b] : &t->a->schema.fields[p.a];
}

static bool is_key(const vv_diff_table *t, size_t pair)
{
	vv_column_pair p = vv_column_pairs_get(t, pair);
	long at = t->b ? p.b : p.a;
	return vv_array_find(t->key, t->key_count, it, at >= 0 && *it == (size_t)at) != NULL;
}

bool vv_column_pairs_names_row(const vv_diff_table *t, size_t pair)
{
	vv_column_pair p = vv_column_pairs_get(t, pair);
	long at = t->b ? p.b : p.a;
	return t->key_count > 0 ? is_key(t, pair)
				: t->has_label && at >= 0 && t->label == (size_t)at;
}

const vv_cell *vv_column_pairs_old(const vv_diff_table *t, size_t pair, const vv_row_change *c)
{
	vv_column_pair p = vv_column_pairs_get(t, pair);
	return c->old_cells && p.a >= 0 ? &c->old_cells[p.a] : NULL;
}

const vv_cell *vv_column_pairs_new(const vv_diff_table *t, size_t pair, const vv_row_change *c)
{
	vv_column_pair p = vv_column_pairs_get(t, pair);
	return c->new_cells && p.b >= 0 ? &c->new_cells[p.b] : NULL;
}

bool vv_column_pairs_differ(const vv_row_change *c, size_t pair)
{
	return c->kind == VV_ROW_CHANGED && c->cells && c->cells[pair] != VV_CELL_SAME;
}

void vv_column_pairs_address(vv_buf *out, const vv_diff_table *t, size_t column, uint64_t row)
{
	char letters[16];
	size_t at = sizeof(letters) - 1;

	letters[at] = '\0';
	for (size_t c = column + 1; c > 0; c = (c - 1) / 26) {
		letters[--at] = (char)('A' + (c - 1) % 26);
	}
	vv_buf_printf(out, "%s%llu", letters + at, (unsigned long long)(row + t->sheet_row[1]));
}
