/*
 * json: the JSON of a difference: as one document, and as a stream of lines. Forms:
 * docs/formats/differences.md, "json" and "ndjson".
 */
#include <string.h>

#include "base/json/json_list.h"
#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "dataset/table/table.h"
#include "diff/rows/row_change.h"
#include "diff/write/change_words.h"
#include "diff/write/column_pairs.h"
#include "diff/write/writer_kinds.h"

#define FORMAT_NAME "varve.diff/1"

typedef struct json_writer {
	vv_diff_writer base; /* first: callers have a pointer to it */
	vv_json_out out;
} json_writer;

static json_writer *json_writer_of(vv_diff_writer *w)
{
	return (json_writer *)(void *)w;
}

/* Does it write a stream of lines, or one document? */
static bool has_lines(const json_writer *j)
{
	return j->base.kind != &vv_diff_writer_json;
}

/* A member's name of ours: there are ten for a changed row. */
static inline void put_name(json_writer *j, const char *name)
{
	vv_json_plain_name(&j->out, name, strlen(name));
}

static inline void put_string(json_writer *j, const char *name, const char *value)
{
	put_name(j, name);
	vv_json_string(&j->out, value);
}

static inline void put_number(json_writer *j, const char *name, uint64_t value)
{
	put_name(j, name);
	vv_json_u64(&j->out, value);
}

/* Begins an object of the stream, or an element of the document's list. */
static void open_item(json_writer *j, const char *type)
{
	if (has_lines(j)) {
		j->out = (vv_json_out){.buf = &j->base.out};
	} else {
		vv_buf_puts(&j->base.out, j->out.need_comma ? ",\n" : "\n");
		j->out.need_comma = false;
	}
	vv_json_open_object(&j->out);
	if (has_lines(j)) {
		put_string(j, "type", type);
	}
}

static void close_item(json_writer *j)
{
	vv_json_close_object(&j->out);
	if (has_lines(j)) {
		vv_buf_putc(&j->base.out, '\n');
	}
}

/* Ends the object that begins a stream or a table; in a document, a list follows in it. */
static vv_status end_head(json_writer *j, const char *list)
{
	if (has_lines(j)) {
		close_item(j);
	} else {
		vv_json_add_array(&j->out, list);
	}
	return VV_OK;
}

static void put_change_of(json_writer *j, const vv_diff_table *t, size_t i)
{
	const vv_column_pair *p = &t->columns->pairs[i];
	vv_auto(vv_buf) line = VV_BUF_FOR(&j->base.out);
	vv_column_describe(&line, t, i);
	if (line.len == 0 && !line.failed) return;
	const vv_field *x = p->a < 0 ? NULL : &t->a->schema.fields[p->a];
	const vv_field *y = p->b < 0 ? NULL : &t->b->schema.fields[p->b], *named = y ? y : x;
	const bool both = x && y, renamed = both && p->renamed, retyped = both && p->retyped;
	vv_json_put_object(&j->out,
			   {JSON_TEXT("change", !x   ? "added"
						: !y ? "dropped"
						     : "changed")},
			   {JSON_TEXT("name", named->name)},
			   {JSON_TEXT("type", vv_type_name(named->type))},
			   {JSON_NUMBER("position", (uint64_t)(y ? p->b : p->a) + 1)},
			   {JSON_TEXT_WHEN(renamed, "oldName", x->name)},
			   {JSON_BOOL_WHEN(renamed && p->asserted, "asserted", true)},
			   {JSON_NUMBER_WHEN(renamed && !p->asserted, "likeness", p->likeness)},
			   {JSON_NUMBER_WHEN(both && p->moved, "oldPosition", (uint64_t)p->a + 1)},
			   {JSON_TEXT_WHEN(retyped, "oldType", vv_type_name(x->type))},
			   {JSON_TEXT_WHEN(retyped, "oldFormat", x->format)},
			   {JSON_TEXT_WHEN(retyped, "format", y->format)},
			   {JSON_TEXT("text", vv_buf_cstr(&line))});
}

static void put_head(json_writer *j, const vv_diff_table *t)
{
	const vv_table *named = t->b ? t->b : t->a;
	vv_json_put_members(&j->out, {JSON_TEXT("path", t->path)},
			    {JSON_TEXT_WHEN(t->old_path, "oldPath", t->old_path)},
			    {JSON_TEXT("change", !t->a   ? "added"
						 : !t->b ? "removed"
							 : "changed")},
			    {JSON_TEXT("old", t->a ? t->old_name : NULL)},
			    {JSON_TEXT("new", t->b ? t->new_name : NULL)},
			    {JSON_ARRAY("keyColumns")});
	for (size_t i = 0; i < t->key_count; i++) {
		vv_json_string(&j->out, named->schema.fields[t->key[i]].name);
	}
	vv_json_close_array(&j->out);
	vv_json_add_array(&j->out, "columns");
	for (size_t i = 0; t->columns && i < t->columns->count; i++) {
		put_change_of(j, t, i);
	}
	vv_json_close_array(&j->out);
	if (t->columns && t->columns->key_changed) {
		vv_json_put_members(
			&j->out,
			{JSON_NAMES("oldKeyColumns", t->a->root.key, t->a->root.key_count)},
			{JSON_NAMES("newKeyColumns", t->b->root.key, t->b->root.key_count)});
	}
	vv_json_put_members(&j->out, {JSON_TEXT_WHEN(t->form_change, "form", t->form_change)},
			    {JSON_BOOL_WHEN(t->conflict, "conflict", true)},
			    {JSON_BOOL_WHEN(t->text_to_table, "textToTable", true)});
}

static vv_status json_begin(vv_diff_writer *w, vv_error *err VV_UNUSED)
{
	json_writer *j = json_writer_of(w);
	j->out = vv_json_begin_object(&j->base.out, 0);
	if (has_lines(j)) {
		put_string(j, "type", "diff");
	}
	put_string(j, "format", FORMAT_NAME);
	return end_head(j, "tables");
}

static vv_status json_begin_table(vv_diff_writer *w, vv_error *err VV_UNUSED)
{
	json_writer *j = json_writer_of(w);
	open_item(j, "table");
	put_head(j, &w->table);
	return end_head(j, "rows");
}

/* The row's key in one version, by the names of the new one. */
static void put_key(json_writer *j, const char *name, const vv_row_change *c, bool old_side)
{
	const vv_diff_table *t = &j->base.table;
	put_name(j, name);
	if (t->key_count == 0) {
		vv_json_null(&j->out);
		return;
	}
	vv_json_open_object(&j->out);
	for (size_t i = 0; i < t->key_count; i++) {
		size_t at = t->key[i];
		if (!old_side) {
			vv_cell_add_json(&j->out, t->b->schema.fields[at].name, &c->new_cells[at]);
			continue;
		}
		/* places of the key are the new version's */
		long old = t->columns ? vv_columns_to_old(t->columns, at) : (long)at;
		if (old >= 0) {
			vv_cell_add_json(&j->out, (t->b ? t->b : t->a)->schema.fields[at].name,
					 &c->old_cells[old]);
		}
	}
	vv_json_close_object(&j->out);
}

static void put_whole(json_writer *j, const vv_table *t, const vv_cell *cells)
{
	vv_json_add_object(&j->out, "cells");
	for (size_t i = 0; i < t->columns; i++) {
		vv_cell_add_json(&j->out, t->schema.fields[i].name, &cells[i]);
	}
	vv_json_close_object(&j->out);
}

static void put_changes(json_writer *j, const vv_row_change *c)
{
	const vv_diff_table *t = &j->base.table;
	put_name(j, "cells");
	vv_json_open_object(&j->out);
	for (size_t i = 0; i < t->columns->count; i++) {
		const vv_column_pair *p = &t->columns->pairs[i];
		if (c->cells[i] == VV_CELL_SAME) {
			continue;
		}
		vv_json_add_object(&j->out, t->b->schema.fields[p->b].name);
		vv_cell_add_json(&j->out, "old", &c->old_cells[p->a]);
		vv_cell_add_json(&j->out, "new", &c->new_cells[p->b]);
		if (t->sheet_row[1] > 0) {
			vv_auto(vv_buf) at = VV_BUF_INIT;

			vv_column_pairs_address(&at, t, (size_t)p->b, c->new_row);
			put_string(j, "at", vv_buf_cstr(&at));
		}
		if (c->cells[i] == VV_CELL_FORMAT) {
			vv_json_add_bool(&j->out, "sameValue", true);
		}
		vv_json_close_object(&j->out);
	}
	vv_json_close_object(&j->out);
}

static vv_status json_row(vv_diff_writer *w, const vv_row_change *c, vv_error *err VV_UNUSED)
{
	static const char *const kinds[] = {"added", "removed", "changed", "moved"};
	json_writer *j = json_writer_of(w);
	if (vv_diff_writer_is_over(w)) return VV_OK;
	open_item(j, "row");
	put_string(j, "change", kinds[c->kind]);
	put_key(j, "key", c, !c->new_cells);
	if (c->rekeyed) {
		put_key(j, "oldKey", c, true);
	}
	if (c->old_cells) {
		put_number(j, "oldRow", c->old_row + 1);
	}
	if (c->new_cells) {
		put_number(j, "newRow", c->new_row + 1);
	}
	if (c->moved) {
		vv_json_add_bool(&j->out, "moved", true);
	}
	if (c->kind == VV_ROW_ADDED) {
		put_whole(j, j->base.table.b, c->new_cells);
	} else if (c->kind == VV_ROW_REMOVED) {
		put_whole(j, j->base.table.a, c->old_cells);
	} else if (c->kind == VV_ROW_CHANGED) {
		put_changes(j, c);
	}
	close_item(j);
	return VV_OK;
}

static void put_summary(json_writer *j, const vv_rowdiff_stats *s)
{
	const vv_diff_table *t = &j->base.table;
	vv_json_put_members(
		&j->out, {JSON_NUMBER("oldRows", s->old_rows)},
		{JSON_NUMBER("newRows", s->new_rows)}, {JSON_NUMBER("rowsAdded", s->added)},
		{JSON_NUMBER("rowsRemoved", s->removed)}, {JSON_NUMBER("rowsChanged", s->changed)},
		{JSON_NUMBER("keysChanged", s->rekeyed)}, {JSON_NUMBER("rowsMoved", s->moved)},
		{JSON_NUMBER("rowsSameValue", s->formatted_rows)},
		{JSON_NUMBER("cellsChanged", s->cells_changed)},
		{JSON_NUMBER("cellsSameValue", s->cells_formatted)},
		{JSON_OBJECT("cellsByColumn")});
	for (size_t i = 0; t->columns && s->column_changes && i < t->columns->count; i++) {
		if (s->column_changes[i] > 0) {
			vv_json_add_u64(&j->out, t->b->schema.fields[t->columns->pairs[i].b].name,
					s->column_changes[i]);
		}
	}
	vv_json_close_object(&j->out);
	vv_json_put_members(&j->out, {JSON_BOOL("reordered", s->reordered)},
			    {JSON_NUMBER("repeatedKeys", s->repeated_keys)});
	vv_json_add_u64(&j->out, "leftOut", vv_diff_writer_left_out(&j->base, s));
}

static vv_status json_end_table(vv_diff_writer *w, const vv_rowdiff_stats *stats,
				vv_error *err VV_UNUSED)
{
	json_writer *j = json_writer_of(w);
	if (has_lines(j)) {
		open_item(j, "summary");
		put_string(j, "path", w->table.path);
		put_summary(j, stats);
	} else {
		vv_buf_puts(&w->out, w->rows > 0 ? "\n" : "");
		vv_json_close_array(&j->out);
		vv_json_add_object(&j->out, "summary");
		put_summary(j, stats);
		vv_json_close_object(&j->out);
	}
	close_item(j);
	return VV_OK;
}

static vv_status document_end(vv_diff_writer *w, vv_error *err VV_UNUSED)
{
	json_writer *j = json_writer_of(w);
	vv_buf_puts(&w->out, j->out.need_comma ? "\n" : "");
	vv_json_close_array(&j->out);
	vv_json_close_object(&j->out);
	vv_buf_putc(&w->out, '\n');
	return VV_OK;
}

const vv_diff_writer_kind vv_diff_writer_json = {.name = "json",
						 .size = sizeof(json_writer),
						 .begin = json_begin,
						 .begin_table = json_begin_table,
						 .row = json_row,
						 .end_table = json_end_table,
						 .end = document_end,
						 .only_needed = true};
const vv_diff_writer_kind vv_diff_writer_ndjson = {.name = "ndjson",
						   .size = sizeof(json_writer),
						   .begin = json_begin,
						   .begin_table = json_begin_table,
						   .row = json_row,
						   .end_table = json_end_table,
						   .only_needed = true};
const vv_diff_writer_kind vv_diff_writer_lines = {.name = "lines",
						  .size = sizeof(json_writer),
						  .begin_table = json_begin_table,
						  .row = json_row,
						  .end_table = json_end_table};
