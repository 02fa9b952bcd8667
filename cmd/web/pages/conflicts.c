/*
 * conflicts: the page of conflicts of the merge under way: base, ours and theirs side by side, and
 * the buttons and commands that settle it.
 */
#include "cmd/web/model/conflicts.h"

#include <string.h>

#include "base/show.h"
#include "base/text.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "transport/server/words.h"

#define OF_ONE 200u /* conflicts on a table's own page */
#define OF_EACH 25u /* of each table, where all are shown */

/* "A merge": what is under way. */
static const char *name_of(const char *state)
{
	static const char *const known[][2] = {{"merge", "A merge"},
					       {"rebase", "A rebase"},
					       {"cherry-pick", "A cherry-pick"},
					       {"revert", "A revert"},
					       {"am", "An application of patches"}};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(state, known[i][0]) == 0) return known[i][1];
	}
	return "A merge";
}

vv_status vv_page_put_conflicts_card(vv_page *p, vv_error *err)
{
	vv_web_conflicts all;
	const char *at = vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, NULL);
	vv_status rc;

	if (!p->asked->owner || !p->asked->visit->work_tree || !at) return VV_OK;
	if ((rc = vv_web_conflicts_read(p->asked->visit, NULL, 0, 0, &all, err)) < 0) {
		return rc == VV_ENOMEM || rc == VV_EIO ? rc : VV_OK; /* its own page says why */
	}
	if (*all.words) {
		part_conflicts_card(&p->html, .at = at, .state = name_of(all.state),
				    .words = all.words);
	}
	return VV_OK;
}

/* ---- buttons */

/* What is chosen of a path. */
typedef struct part {
	const char *path, *row, *column; /* NULL: all */
	bool key;
} part;

/* A button's address: what `varve resolve` is told. path NULL: the merge is concluded. */
static const char *to_settle(vv_page *p, const char *take, const part *of)
{
	const struct {
		const char *name, *value;
	} more[] = {{"of-row", of->row},
		    {"of-column", of->column},
		    {"of-key", of->key ? "1" : NULL},
		    {"token", p->asked->token}};
	vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_CONFLICTS);
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (!p->asked->token) return NULL;
	to.path = of->path;
	vv_web_address_put(&b, &to);
	vv_buf_printf(&b, "?take=%s", take);
	for (size_t i = 0; i < sizeof(more) / sizeof(more[0]); i++) {
		if (more[i].value) {
			vv_buf_printf(&b, "&%s=", more[i].name);
			vv_http_encode(&b, more[i].value, strlen(more[i].value));
		}
	}
	return vv_page_keep(p, vv_buf_cstr(&b));
}

/* "Take ours (main)", for a row, a column or all. */
static void put_takes(vv_page *p, const vv_web_conflict_path *t, const part *of)
{
	static const char *const takes[] = {[VV_WEB_OURS] = "ours", [VV_WEB_THEIRS] = "theirs"};

	part_takes_begin(&p->html);
	for (size_t side = VV_WEB_OURS; side <= VV_WEB_THEIRS; side++) {
		bool named = strcmp(t->names[side], takes[side]) != 0;

		part_take(
			&p->html, .at = to_settle(p, takes[side], of),
			.text = named ? vv_page_text(p, "Take %s (%s)", takes[side], t->names[side])
				      : vv_page_text(p, "Take %s", takes[side]));
	}
	if (t->there[VV_WEB_BASE]) {
		part_take(&p->html, .at = to_settle(p, "base", of),
			  .text = "Go back to the common version (base)");
	}
	part_takes_end(&p->html);
}

/* ---- conflicts */

/* of: the cell that the side's button takes; NULL: none. */
static void put_side(vv_page *p, const vv_web_conflict_path *t, const vv_web_cell *cell,
		     size_t side, const part *of)
{
	static const char *const takes[] = {"base", "ours", "theirs"};
	static const char *const words[] = {"Base", "Ours", "Theirs"};
	vv_html *value = vv_page_piece_new(p);

	if (cell) {
		vv_page_put_value(p, value, cell);
	} else {
		part_conflict_none(value);
	}
	part_conflict_side(&p->html, .kind = takes[side], .word = words[side],
			   .name = side == VV_WEB_BASE ? "before" : t->names[side], .value = value,
			   .at = of && t->there[side] ? to_settle(p, takes[side], of) : NULL);
}

static void put_cell(vv_page *p, const vv_web_conflict_path *t, const char *column, const bool *has,
		     const vv_web_cell *cells, const part *of)
{
	part_conflict_cell_begin(&p->html, .column = column);
	for (size_t side = 0; side < VV_WEB_SIDES; side++) {
		put_side(p, t, has[side] ? &cells[side] : NULL, side, of);
	}
	part_conflict_cell_end(&p->html);
}

static const char *row_title(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *item)
{
	if (item->row_name) return vv_page_text(p, "Row %s", item->row_name);
	if (item->row != UINT64_MAX) return vv_page_text(p, "Row %s", vv_text_count(item->row + 1));
	if (item->rows[VV_WEB_THEIRS] != UINT64_MAX) {
		return vv_page_text(p, "Row %s of %s", vv_text_count(item->rows[VV_WEB_THEIRS] + 1),
				    t->names[VV_WEB_THEIRS]);
	}
	return "A row that is gone";
}

static const char *row_detail(vv_page *p, const vv_web_conflict_path *t,
			      const vv_web_conflict *item)
{
	size_t gone = item->row == UINT64_MAX ? VV_WEB_OURS : VV_WEB_THEIRS;

	if (strcmp(item->kind, "row-added") == 0) {
		return "Added on both sides, with different cells.";
	}
	if (strcmp(item->kind, "row-removed") == 0) {
		return vv_page_text(p, "Removed in %s, changed in %s.", t->names[gone],
				    t->names[VV_WEB_OURS + VV_WEB_THEIRS - gone]);
	}
	return NULL;
}

/* Where one side removed a row that has a key, the record has no cells: the other side's row is a click away. */
static void put_row_link(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *item)
{
	size_t side = item->row == UINT64_MAX ? VV_WEB_THEIRS : VV_WEB_OURS;
	vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_ROW);

	if (!item->place || !t->commits[side]) return;
	to.rev = t->commits[side];
	to.path = t->path;
	to.key = item->place;
	part_link_paragraph(
		&p->html, .at = vv_page_link(p, &to),
		.text = vv_page_text(p, "The row in %s, and what changed in it", t->names[side]));
}

/* The conflicts of one row, from items[i] on; how many. */
static size_t put_row(vv_page *p, const vv_web_conflict_path *t, size_t i)
{
	const vv_web_conflict *first = &t->items[i];
	part of = {.path = t->path, .row = first->select};
	size_t n = 1;

	while (i + n < t->count && t->items[i + n].same_row) {
		n++;
	}
	part_conflict_begin(&p->html, .title = row_title(p, t, first),
			    .detail = row_detail(p, t, first));
	for (size_t k = i; k < i + n; k++) {
		if (t->items[k].column) {
			of.column = t->items[k].column;
			put_cell(p, t, of.column, t->items[k].has, t->items[k].cells,
				 of.row ? &of : NULL);
		}
	}
	for (size_t k = 0; k < first->value_count; k++) {
		const vv_web_conflict_value *v = &first->values[k];

		put_cell(p, t, v->column, v->has, v->cells, NULL);
	}
	if (strcmp(first->kind, "row-removed") == 0) {
		put_row_link(p, t, first);
	}
	of.column = NULL;
	if (!of.row) {
		part_resolve_note(&p->html, .text = "This row has neither a key nor a number: "
						    "resolve it with the whole table.");
	} else if (strcmp(first->kind, "row-removed") == 0 || !first->column || n > 1) {
		put_takes(p, t, &of);
	}
	part_conflict_end(&p->html);
	return n;
}

static void put_other(vv_page *p, const vv_web_conflict_path *t, const vv_web_conflict *item)
{
	bool key = strcmp(item->kind, "key") == 0;
	const part of = {.path = t->path, .column = item->column, .key = key && !item->column};

	part_conflict_begin(&p->html,
			    .title = item->column ? vv_page_text(p, "Column %s", item->column)
				     : key        ? "The key"
						  : "The whole table",
			    .detail = item->detail);
	put_takes(p, t, &of);
	part_conflict_end(&p->html);
}

static void put_pager(vv_page *p, const vv_web_conflict_path *t, bool own)
{
	vv_web_address to = vv_web_address_of(p->at, VV_WEB_AT_CONFLICTS);
	vv_html *words = vv_page_piece_new(p);

	if (t->from == 0 && t->complete) return;
	to.path = t->path;
	to.limit = own ? p->at->limit : 0;
	part_words(words, .text = t->count > 0 ? vv_page_text(p, "Conflicts %s to %s of %s",
							      vv_text_count(t->from + 1),
							      vv_text_count(t->from + t->count),
							      vv_text_count(t->total))
					       : vv_page_counted(p, t->total, "conflict", NULL));
	part_pager_begin(&p->html, .words = words);
	if (t->from > 0) {
		vv_page_put_from(p, &to, 0, "First", NULL);
	}
	if (!t->complete) {
		vv_page_put_from(p, &to, t->next, "Next", "next");
	}
	part_pager_end(&p->html);
}

static void put_path(vv_page *p, const vv_web_conflict_path *t, size_t number, bool own)
{
	const part whole = {.path = t->path};

	part_conflict_path_begin(&p->html, .name = t->path, .id = vv_page_text(p, "t%zu", number),
				 .at = own ? NULL
					   : vv_page_to(p, VV_WEB_AT_CONFLICTS, NULL, t->path),
				 .words = vv_page_keep(p, t->words));
	if (t->unknown) {
		part_note(&p->html, .text = "What is in conflict is not written down here.",
			  .hint = "'varve conflicts' finds it out, row by row.");
	}
	part_resolve_begin(&p->html, .words = "Settle all of it at once");
	put_takes(p, t, &whole);
	part_resolve_end(&p->html);
	for (size_t i = 0; i < t->count;) {
		if (t->items[i].of_row) {
			i += put_row(p, t, i);
		} else {
			put_other(p, t, &t->items[i++]);
		}
	}
	put_pager(p, t, own);
	if (t->left_out > 0 && t->complete) {
		part_note(&p->html, .text = vv_page_text(
					    p, "And %s more, which can only be settled together.",
					    vv_text_count(t->left_out)));
	}
	part_conflict_path_end(&p->html);
}

static void put_none(vv_page *p, const vv_web_conflicts *all)
{
	const part whole = {.path = NULL};
	bool under_way = strcmp(all->state, "merge") == 0;
	bool picked = strcmp(all->state, "cherry-pick") == 0 || strcmp(all->state, "revert") == 0;

	part_nothing(&p->html, .text = under_way || picked
					       ? vv_page_text(p,
							      "Nothing is in conflict any more. "
							      "'varve %s --continue' concludes it.",
							      all->state)
					       : "Nothing is in conflict.");
	if (under_way || picked) {
		part_conclude(&p->html, .at = to_settle(p, "continue", &whole),
			      .text = vv_page_text(p, "Conclude the %s", all->state));
	}
}

vv_status vv_page_conflicts(vv_page *p, vv_buf *out, vv_error *err)
{
	const char *path = p->at->path;
	size_t limit = p->at->limit ? p->at->limit : path ? OF_ONE : OF_EACH;
	vv_web_conflicts all;
	vv_html *lead = vv_page_piece_new(p);
	vv_status rc;

	if ((rc = vv_web_conflicts_read(p->asked->visit, path, path ? p->at->rows.from : 0, limit,
					&all, err)) < 0) {
		return rc;
	}
	vv_page_begin(p, &(vv_page_frame){.title = path ? vv_page_text(p, "Conflicts of %s", path)
							: "Conflicts",
					  .description = *all.words ? all.words
								    : "Nothing is in conflict",
					  .heading = "Conflicts",
					  .dataset = path,
					  .version = &p->asked->commit});
	if (*all.words) {
		part_strong(lead, .text = all.words);
		part_words(lead, .text = vv_page_text(
					 p,
					 ". %s is under way. In a terminal, 'varve resolve --set "
					 "COLUMN=VALUE' sets a new value.",
					 name_of(all.state)));
	}
	part_lead(&p->html, .body = lead);
	for (size_t i = 0; i < all.count; i++) {
		put_path(p, &all.paths[i], i, path != NULL);
	}
	if (!*all.words) {
		put_none(p, &all);
	} else if (!all.complete) {
		part_note(&p->html, .text = vv_page_text(p, "Only the first %zu files are listed.",
							 all.count));
	}
	return vv_page_end(p, out, err);
}
