/*
 * row_event: a row in a commit, as text and in JSON.
 */
#include "cmd/varve/print/row_event.h"

#include <stdint.h>
#include <string.h>

#include "base/array.h"
#include "base/buf.h"
#include "base/json/json_list.h"
#include "base/text.h"
#include "cmd/frame/output.h"
#include "dataset/format/row_write.h"
#include "diff/write/text_cell.h"

#define VALUE_WIDTH 60u /* of a cell on a terminal */

static void put_text(const vv_cell *c)
{
	vv_auto(vv_buf) exact = VV_BUF_INIT, fit = VV_BUF_INIT;

	vv_text_cell_put(&exact, c, true);
	vv_text_cell_fit(&fit, vv_buf_cstr(&exact), vv_out_is_terminal() ? VALUE_WIDTH : SIZE_MAX);
	vv_out_bytes(vv_buf_cstr(&fit), fit.len);
}

static void print_cell(const vv_row_event *e, const vv_row_cell *c)
{
	bool old_there = c->old_cell.state != VV_CELL_ABSENT,
	     new_there = c->new_cell.state != VV_CELL_ABSENT;

	vv_out("    ");
	if (c->old_name) {
		vv_out_between("", c->old_name, " -> ");
	}
	vv_out_text(c->name, strlen(c->name));
	if (c->old_name && c->change == VV_CELL_SAME) {
		vv_out(" (column renamed)\n");
		return;
	}
	vv_out(": ");
	if (e->kind != VV_ROW_ADDED && !c->came && (old_there || !c->went)) {
		vv_out("%s", vv_color_on(VV_RED));
		put_text(&c->old_cell);
		vv_out("%s", vv_color_off());
	}
	if (e->kind == VV_ROW_CHANGED && !c->came && !c->went) {
		vv_out(" %s ", c->change == VV_CELL_FORMAT ? "~>" : "->");
	}
	if (e->kind != VV_ROW_REMOVED && !c->went && (new_there || !c->came)) {
		vv_out("%s", vv_color_on(VV_GREEN));
		put_text(&c->new_cell);
		vv_out("%s", vv_color_off());
	}
	vv_out("%s\n", c->came ? " (column added)" : c->went ? " (column dropped)" : "");
}

static const char *const kinds[] =
	{[VV_ROW_ADDED] = "added", [VV_ROW_REMOVED] = "removed", [VV_ROW_CHANGED] = "changed"};
static void print_event(const vv_row_event *e, bool spaced)
{
	vv_out("%s  ", spaced ? "\n" : "");
	if (e->old_path) {
		vv_out_between("", e->old_path, " -> ");
	}
	vv_out_text(e->path, strlen(e->path));
	if (e->edge) {
		vv_out(": set here or before\n");
	} else {
		vv_out(": %s\n", e->key ? "key changed" : kinds[e->kind]);
	}
	vv_array_each(e->cells, e->count, cell) {
		print_cell(e, cell);
	}
}

/* The forms of diff --json (docs/formats/differences.md). */
static void json_event(const vv_row_event *e, vv_json_out *w)
{
	vv_json_put_members(w, {JSON_TEXT("path", e->path)},
			    {JSON_TEXT_WHEN(e->old_path, "oldPath", e->old_path)},
			    {JSON_TEXT("change", e->edge ? "unknown" : kinds[e->kind])},
			    {JSON_OBJECT("cells")});
	vv_array_each(e->cells, e->count, c) {
		if (e->kind != VV_ROW_CHANGED) {
			vv_cell_add_json(w, c->name,
					 e->kind == VV_ROW_ADDED ? &c->new_cell : &c->old_cell);
			continue;
		}
		vv_json_add_object(w, c->name);
		if (c->old_name) {
			vv_json_add_string(w, "oldName", c->old_name);
		}
		vv_cell_add_json(w, "old", &c->old_cell);
		vv_cell_add_json(w, "new", &c->new_cell);
		vv_json_put_members(
			w, {JSON_BOOL_WHEN(c->change == VV_CELL_FORMAT, "sameValue", true)},
			{JSON_TEXT_WHEN(c->came || c->went, "column",
					c->came ? "added" : "dropped")});
		vv_json_close_object(w);
	}
	vv_json_close_object(w);
	if (e->key) {
		vv_json_put_members(w, {JSON_TEXT("oldKeyText", e->old_key)},
				    {JSON_TEXT("newKeyText", e->key)});
	}
}

void vv_row_event_print(void *payload, vv_json_out *w)
{
	const vv_row_event_shown *t = payload;

	if (!w) {
		print_event(t->event, t->spaced);
		return;
	}
	vv_json_add_object(w, "rowChange");
	json_event(t->event, w);
	vv_json_close_object(w);
}
