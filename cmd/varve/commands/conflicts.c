/*
 * conflicts: lists the conflicts of a merge, cell by cell.
 */
#include <string.h>

#include "base/array.h"
#include "base/json/json_list.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/frame/hint_words.h"
#include "cmd/frame/output.h"
#include "cmd/varve/commands.h"
#include "cmd/varve/print/conflicts.h"
#include "lib/merge/conflict_list.h"
#include "repo/git/history/history.h"

typedef struct options {
	const char *format;
} options;

static const vv_option table[] = {
	OPT_JSON("the output format"),
};

/* --- text --------------------------------------------------------------------------------- */

static void put_value(const vv_conflict_item *item, size_t side)
{
	const vv_cell *c = &item->cells[side];

	if (!item->has[side]) {
		vv_out("(none)");
	} else if (c->state == VV_CELL_NULL) {
		vv_out("null");
	} else if (c->state == VV_CELL_ABSENT) {
		vv_out("(absent)");
	} else if (c->len == 0) {
		vv_out("\"\"");
	} else {
		vv_out("%s", vv_text_show(c->text, c->len));
	}
}

/* A row of base, or one that a side has in its place. */
static void put_replaced(const vv_conflict_record *c, const vv_conflict_item *item)
{
	const size_t side = item->at[VV_OURS] != UINT64_MAX ? VV_OURS : VV_THEIRS;

	if (item->at[VV_BASE] != UINT64_MAX) {
		vv_out(", replaced on both sides by different rows");
	} else {
		vv_out(", in its place in %s", vv_text_shows(c->names[side]));
	}
}

static void put_row(const vv_conflict_record *c, const vv_conflict_item *item)
{
	vv_auto(vv_buf) name = VV_BUF_INIT;

	vv_conflict_row_put(&name, item);
	if (item->key || name.len > 0) {
		vv_out("  row %s", vv_text_shows(vv_buf_cstr(&name)));
	} else {
		vv_out("  a removed row");
	}
	if (item->kind == VV_CONFLICT_ROW_ADDED || item->kind == VV_CONFLICT_ROW_TWICE) {
		vv_out(", added on both sides");
	} else if (item->kind == VV_CONFLICT_ROW_REPLACED) {
		put_replaced(c, item);
	} else if (item->kind == VV_CONFLICT_KEY_TWICE) {
		vv_out(": %s", item->detail ? vv_text_shows(item->detail) : VV_KEY_TWICE);
	} else if (item->kind == VV_CONFLICT_ROW_REMOVED) {
		bool ours = item->row == UINT64_MAX;

		vv_out(", removed in %s", vv_text_shows(c->names[ours ? VV_OURS : VV_THEIRS]));
		vv_out(", changed in %s", vv_text_shows(c->names[ours ? VV_THEIRS : VV_OURS]));
	}
	vv_out("\n");
	for (size_t i = 0; i < 3; i++) {
		if (item->values[i] && !(item->kind == VV_CONFLICT_ROW_TWICE && i == VV_THEIRS)) {
			vv_out("    %s: ", vv_text_shows(c->names[i]));
			vv_out("%s\n", vv_text_shows(item->values[i]));
		}
	}
}

static void put_cells(const vv_conflict_record *c, const vv_conflict_item *item)
{
	static const size_t order[] = {VV_OURS, VV_THEIRS, VV_BASE};
	static const vv_color colors[] = {VV_DIM, VV_GREEN, VV_CYAN};
	size_t width = 0;

	vv_array_each(c->names, 3, name) {
		size_t w = vv_text_width(*name, strlen(*name));

		width = w > width ? w : width;
	}
	vv_out("    %s\n", vv_text_shows(item->column));
	vv_array_each(order, 3, at) {
		size_t side = *at, w = vv_text_width(c->names[side], strlen(c->names[side]));

		if (side == VV_BASE && !item->has[side]) {
			continue;
		}
		vv_out("      %s%s%s%*s  ", vv_color_on(colors[side]),
		       vv_text_shows(c->names[side]), vv_color_off(), (int)(width - w), "");
		put_value(item, side);
		vv_out("\n");
	}
	if (item->detail) {
		vv_out("      %s\n", vv_text_shows(item->detail));
	}
}

static void put_item(const vv_conflict_record *c, size_t i)
{
	const vv_conflict_item *item = &c->items[i];

	if (!vv_conflict_is_of_row(item)) {
		vv_auto(vv_buf) detail = VV_BUF_INIT;

		if (item->detail) { /* at any length: it may name several cells of a workbook */
			vv_text_put_escaped(&detail, item->detail, strlen(item->detail));
		}
		const char *place = vv_conflict_place(item->kind);

		if (item->column) {
			vv_out("  column %s", vv_text_shows(item->column));
		} else if (item->kind == VV_CONFLICT_KEY) {
			vv_out("  key");
		} else {
			vv_out("  %s", place ? place : "the whole table");
		}
		vv_out("%s%s\n", item->detail ? ": " : "", vv_buf_cstr(&detail));
		return;
	}
	if (i == 0 || !vv_conflict_same_row(&c->items[i - 1], item)) {
		put_row(c, item);
	}
	if (item->column) {
		put_cells(c, item);
	}
}

void vv_conflicts_print(const vv_conflict_record *c)
{
	for (size_t i = 0; i < c->count; i++) {
		put_item(c, i);
	}
	const char *proposal = vv_conflict_record_proposal(c);

	if (c->left_out > 0) {
		vv_out("  and %s more, which can only be resolved together\n",
		       vv_text_count(c->left_out));
	}
	if (proposal) {
		vv_out("  varve resolve %s\n", proposal);
	}
}

static void print_path(const vv_conflict_path *p)
{
	vv_auto(vv_buf) what = VV_BUF_INIT;

	vv_out("%s%s%s: ", vv_color_on(VV_BOLD), vv_text_shows(p->path), vv_color_off());
	if (!p->dataset) {
		vv_out("%s\n", vv_conflict_file_reason(p));
		return;
	}
	vv_conflict_record_describe(&what, &p->record);
	vv_out("%s\n", vv_buf_cstr(&what));
	vv_conflicts_print(&p->record);
	if (p->record.count == 0 && p->record.left_out == 0) {
		vv_note("hint: 'varve add --fix %s' stages the merged rows", vv_hint_path(p->path));
	}
}

/* --- JSON --------------------------------------------------------------------------------- */

#define BLOB(p, i) ((p)->sides[i].mode ? vv_oid_shows(&(p)->sides[i].id) : NULL)

static void put_path_json(vv_json_out *w, const void *item)
{
	const vv_conflict_path *p = item;
	const char *const *names = p->record.names;
	const bool failed = p->failure.code < 0, rows = p->dataset && !failed;

	vv_json_put_object(w, {JSON_TEXT("path", p->path)}, {JSON_TEXT("kind", p->kind)},
			   {JSON_OBJECT("sides")}, {JSON_TEXT("base", names[0])},
			   {JSON_TEXT("ours", names[1])}, {JSON_TEXT("theirs", names[2])},
			   {JSON_END}, {JSON_OBJECT("blobs")}, {JSON_TEXT("base", BLOB(p, 0))},
			   {JSON_TEXT("ours", BLOB(p, 1))}, {JSON_TEXT("theirs", BLOB(p, 2))},
			   {JSON_END}, {JSON_TEXT_WHEN(failed, "error", p->failure.message)},
			   {JSON_NUMBER_WHEN(rows, "leftOut", p->record.left_out)},
			   {JSON_EACH(vv_conflict_item_json, rows ? "items" : NULL, p->record.items,
				      p->record.count)});
}

/* --- the command --------------------------------------------------------------------------- */

static vv_status print_all(vv_repository *r, const vv_conflict_list *l, bool json, vv_error *err)
{
	if (json) {
		return vv_out_object(2, err,
				     {JSON_EACH(put_path_json, "conflicts", l->paths, l->count)});
	}
	if (l->count > 0) {
		vv_page_for(r);
	}
	for (size_t i = 0; i < l->count && !vv_out_failed(); i++) {
		if (l->paths[i].failure.code == VV_OK) {
			print_path(&l->paths[i]);
		}
	}
	return VV_OK;
}

static vv_status run_conflicts(vv_context *c, vv_error *err)
{
	const options *o = c->options;
	vv_auto(vv_conflict_list) list = {0};
	vv_status rc = vv_pathspec_in_index(&c->paths, c->index, err);

	if (rc == VV_OK && (rc = vv_conflict_list_read(&list, c->repo, c->writer, c->index,
						       c->argc > 0 ? &c->paths : NULL, false, false,
						       err)) == VV_OK) {
		c->code = list.count > 0 ? VV_EXIT_NO : VV_EXIT_OK;
		rc = print_all(c->repo, &list, vv_wants_json(o->format), err);
	}
	return rc < 0 ? rc : vv_conflict_list_failure(&list, c->repo, err);
}

const vv_command vv_cmd_conflicts = {
	.name = "conflicts",
	.group = "history",
	.summary = "list the conflicts of a merge, cell by cell",
	.usage = "[--json] [PATH...]",
	.example = "$ varve conflicts\n"
		   "prices.csv: 1 cell of 1 row\n"
		   "  row 7\n"
		   "    price\n"
		   "      main    2.00\n"
		   "      spring  3.00\n"
		   "      base    1.00",
	.options = table,
	.option_count = VV_OPTION_COUNT(table),
	.options_size = sizeof(options),
	.exit_codes = "there are conflicts",
	.arguments = "path",
	.needs = VV_NEEDS_PROGRESS | VV_NEEDS_WORKTREE | VV_NEEDS_PATHS | VV_NEEDS_WRITER |
		 VV_NEEDS_INDEX,
	.run = run_conflicts,
};
