/*
 * row: a row's current values, and every commit that changed it.
 */
#include <string.h>

#include "base/array.h"
#include "base/codec.h"
#include "base/show.h"
#include "cmd/web/model/history.h"
#include "cmd/web/model/row_place.h"
#include "cmd/web/model/rows.h"
#include "cmd/web/pages/cell_field.h"
#include "cmd/web/pages/page.h"
#include "cmd/web/pages/parts.h"
#include "cmd/web/pages/suggestion.h"

#define CELLS 24u /* of an added or removed row, before they are folded away */

static const char *to_cell(vv_page *p, const char *name)
{
	vv_web_address to = *p->at;

	to.cell = name;
	to.after = NULL;
	to.rows.from = 0;
	return vv_page_link(p, &to);
}

/* A link to this row's number in all versions: its column's page, for rows with this key; NULL if no condition can express
 * that. */
static const char *to_figure(vv_page *p, const vv_web_table *t, const vv_web_row *r, size_t column)
{
	vv_auto(vv_buf) where = VV_BUF_INIT;

	for (size_t i = 0; i < t->column_count; i++) {
		const vv_web_column *c = &t->columns[i];
		const vv_web_cell *cell = &r->cells[i];

		if (!c->key) {
			continue;
		}
		if (cell->kind != VV_WEB_VALUE || cell->len < cell->whole ||
		    (!c->number && strcmp(c->type, "string") != 0)) {
			return NULL;
		}
		vv_buf_puts(&where, where.len > 0 ? " and " : "");
		vv_doubled_put(&where, '"', c->name, strlen(c->name));
		vv_buf_puts(&where, " = ");
		if (c->number) {
			vv_buf_put(&where, cell->text, cell->len);
		} else {
			vv_doubled_put(&where, '\'', cell->text, cell->len);
		}
	}
	if (where.len == 0 || !t->columns[column].number || t->columns[column].key ||
	    r->cells[column].len == 0 || !vv_page_is_served(p)) {
		return NULL;
	}
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_COLUMNS,
				   .rev = t->commit.hex,
				   .path = t->path,
				   .name = t->columns[column].name,
				   .rows.where = vv_page_keep(p, vv_buf_cstr(&where))};
	return vv_page_link(p, &to);
}

static void put_now(vv_page *p, const vv_web_table *t, const vv_web_row *r)
{
	part_subtitle(&p->html, .text = "The row in this version", .id = "now");
	part_pairs_begin(&p->html, .kind = NULL);
	for (size_t i = 0; i < t->column_count; i++) {
		part_row_pair(
			&p->html, .name = t->columns[i].name, .at = to_cell(p, t->columns[i].name),
			.value = vv_page_value(p, &r->cells[i]),
			.on = p->at->cell && strcmp(p->at->cell, t->columns[i].name) == 0,
			.kind = t->columns[i].number ? "mono" : "", .over = to_figure(p, t, r, i));
	}
	part_pairs_end(&p->html);
}

/* Only its column got another name. */
static bool is_kept(const vv_web_life_event *e, const vv_web_life_cell *c)
{
	return e->kind == VV_ROW_CHANGED && !c->came && !c->went && c->change == VV_CELL_SAME;
}

static vv_html *value_of(vv_page *p, const vv_web_life_event *e, const vv_web_life_cell *c)
{
	vv_html *value = vv_page_piece_new(p);

	if (e->kind != VV_ROW_CHANGED) {
		vv_page_put_value(p, value,
				  e->kind == VV_ROW_REMOVED ? &c->old_cell : &c->new_cell);
	} else if (is_kept(e, c)) {
		part_words(value, .text = "as before");
	} else {
		vv_page_put_old_new(p, value, c->came ? NULL : &c->old_cell,
				    c->went ? NULL : &c->new_cell, c->change);
	}
	return value;
}

static const char *note_of(const vv_web_life_cell *c)
{
	if (c->came) return "new column";
	return c->went ? "column dropped" : NULL;
}

static void put_cells(vv_page *p, const vv_web_life_event *e, size_t from, size_t to)
{
	part_event_cells_begin(&p->html);
	vv_array_each(e->cells + from, to - from, c) {
		part_event_cell(&p->html, .name = c->name, .old_name = c->old_name,
				.note = note_of(c), .value = value_of(p, e, c));
	}
	part_event_cells_end(&p->html);
}

/* The comparison with the version before, or the first version. */
static const char *to_event(vv_page *p, const vv_web_life_event *e)
{
	vv_web_commit before;

	if (vv_web_commit_before(p->asked->visit, &e->commit, &before, VV_IGNORED) < 0) {
		before = vv_web_none;
	}
	return vv_page_to_commit(p, &before, &e->commit, e->path);
}

static const char *event_word(vv_page *p, const vv_web_life_event *e, const vv_page_kind *kind)
{
	if (e->kind != VV_ROW_CHANGED) return kind->word;
	if (e->key) return "Key changed";
	if (e->changed == 0) return "Columns changed";
	return vv_page_text(p, "%s changed", vv_text_counted(e->changed, "cell", NULL));
}

static void put_event(vv_page *p, const vv_web_life_event *e)
{
	const vv_page_kind *kind = &vv_page_kinds[e->kind];
	const bool whole = e->kind != VV_ROW_CHANGED;

	part_event_begin(&p->html, .subject = vv_page_subject(&e->commit), .at = to_event(p, e),
			 .iso = vv_page_iso(p, &e->commit), .when = vv_page_moment(p, &e->commit),
			 .author = e->commit.author, .sign = kind->sign, .kind = kind->style,
			 .word = event_word(p, e, kind), .brief = e->commit.brief,
			 .at_version = vv_page_to(p, VV_WEB_AT_TABLE, e->commit.hex, e->path));
	size_t shown = e->count < CELLS ? e->count : CELLS;

	shown = whole ? 0 : shown;
	if (shown > 0) {
		put_cells(p, e, 0, shown);
	}
	if (shown < e->count) {
		part_fold_begin(
			&p->html,
			.text = shown == 0
					? vv_page_text(p, "Its %s",
						       vv_text_counted(e->count, "value", NULL))
					: vv_page_counted(p, e->count - shown, "more cell", NULL));
		put_cells(p, e, shown, e->count);
		part_fold_end(&p->html);
	}
	part_event_end(&p->html);
}

/* Who set the cell, newest first, under the names that its column had. */
static void put_cell_life(vv_page *p, const vv_web_life *life)
{
	const char *name = p->at->cell;

	part_cell_life_begin(&p->html);
	vv_array_each(life->events, life->count, e) {
		vv_array_each(e->cells, e->count, c) {
			if (strcmp(c->name, name) != 0) {
				continue;
			}
			if (!is_kept(e, c)) {
				part_cell_then(&p->html, .at = to_event(p, e),
					       .value = value_of(p, e, c),
					       .author = e->commit.author,
					       .iso = vv_page_iso(p, &e->commit),
					       .when = vv_page_day(p, &e->commit),
					       .subject = vv_page_subject(&e->commit));
			}
			name = c->old_name ? c->old_name : name;
			break;
		}
	}
	part_cell_life_end(&p->html);
}

/* there: the version has the row; else it may have lived before. */
static vv_status put_life(vv_page *p, const vv_web_table *t, const char *key, uint64_t number,
			  bool there, vv_error *err)
{
	const vv_web_life_query q = {.from = &p->asked->commit,
				     .after = p->at->after,
				     .path = p->at->path,
				     .key = key,
				     .row = number,
				     .skip = (size_t)p->at->rows.from,
				     .limit = p->at->limit};
	vv_web_life life;
	vv_status rc = vv_web_row_life(p->asked->visit, &q, &life, err);

	if (rc < 0) return rc;
	if (!there && life.count == 0 && life.complete) {
		vv_fail(err, VV_ENOTFOUND,
			"'%s' has no row with the key '%s', in this version or an earlier one",
			vv_text_shows(p->at->path), vv_text_shows(key));
		return vv_web_key_hint(t, err);
	}
	if (p->at->cell) {
		put_cell_life(p, &life);
	}
	part_subtitle(&p->html,
		      .text = vv_page_text(p, "History of the row: %s%s",
					   vv_text_counted(life.count, "change", NULL),
					   life.complete ? "" : " so far"),
		      .id = "life");
	vv_array_each(life.events, life.count, event) {
		put_event(p, event);
	}
	p->passing = p->passing || !life.complete;
	if (life.gap) {
		vv_page_put_gap(p, life.gap, "older versions");
	} else if (!life.complete && life.count == 0 && !*life.next) {
		vv_page_note_limit(
			p, "The time limit of this page was reached. Reload the page for more.",
			NULL);
	} else if (!life.complete) {
		vv_web_address to = *p->at;
		to.after = *life.next ? life.next : p->at->after;
		to.rows.from = life.skip;
		vv_page_older(p, &to);
	}
	return VV_OK;
}

/* A link back to the row's place among others. */
static vv_html *make_lead(vv_page *p, const vv_web_table *t, const vv_web_row *r)
{
	vv_html *h = vv_page_piece_new(p);

	if (!r) {
		bool over = true;
		(void)vv_web_over(p->asked->visit, &over, VV_IGNORED);
		part_words(
			h,
			.text = over ? "The row was not found within the time limit of this page."
				     : "This version does not have the row.");
		return h;
	}
	const vv_web_address to = {.base = p->at->base,
				   .place = VV_WEB_AT_TABLE,
				   .rev = t->commit.hex,
				   .path = t->path,
				   .rows = {.jump = r->key, .from = r->key ? 0 : r->number}};
	part_link(h, .at = vv_page_link(p, &to),
		  .text = vv_page_text(p, "Row %s", vv_text_count(r->number + 1)));
	return h;
}

/* To a form at the repository's host, filled in. */
static void put_suggestion(vv_page *p, const vv_web_table *t, const vv_web_row *r, size_t column)
{
	vv_web_row one = *r;

	if (!vv_page_is_served(p)) return;
	one.cells = &r->cells[column];
	const char *at = vv_page_suggestion(p, t, &one, &column, 1);
	if (at) {
		part_suggest(&p->html, .at = at);
	}
}

/* ---- changes of the owner */

static bool may_change(const vv_page *p, const vv_web_table *t)
{
	return p->asked->token && vv_page_is_served(p) && vv_web_table_is_edited(t);
}

/* Is the page about the owner's file? Rows of other versions are not changed, but those of the file. The
 * newest version is the file, as long as nothing is changed. */
static bool is_own(vv_page *p, const vv_web_table *t)
{
	if (t->commit.work) return true;
	return p->desk && !*p->desk->state && !vv_page_is_changed(p, t->path) &&
	       vv_page_is_newest(p, &t->commit);
}

static void put_edit(vv_page *p, vv_web_table *t, const vv_web_row *r, size_t column)
{
	const vv_web_cell *cell = &r->cells[column];
	const char *value = vv_page_text(p, "%.*s", (int)cell->len, cell->text);
	const char *typed = p->asked->verb ? vv_web_field(p->asked->verb, "value") : value;

	if (!may_change(p, t) || cell->len < cell->whole) return;
	if (!is_own(p, t)) {
		vv_web_address to = *p->at;
		to.rev = VV_WEB_WORK;
		part_row_verbs_begin(&p->html);
		part_row_link(&p->html, .at = vv_page_link(p, &to), .text = "Change");
		part_row_verbs_end(&p->html);
		return;
	}
	if (t->columns[column].key) {
		part_quiet(
			&p->html,
			.text = "The row is found by this value. To change it, add a row like this, then remove this one.");
		return;
	}
	vv_page_put_opened(p, t->path);
	part_cell_edit(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, t->path),
		       .token = p->asked->token, .row = r->key, .column = t->columns[column].name,
		       .value = value,
		       .field = vv_page_cell_field(
			       p, t, column, "value",
			       vv_page_text(p, "New value of %s", t->columns[column].name), typed,
			       true));
}

/* Is the row not as in the newest version? In doubt it is. */
static bool is_changed(vv_page *p, const vv_web_table *t, const vv_web_row *r)
{
	vv_web_commit head;
	vv_web_table *old;
	vv_web_row row;

	if (vv_web_commit_head(p->asked->visit, &head, VV_IGNORED) < 0 ||
	    vv_web_table_open(p->asked->visit, &head, t->path, &old, VV_IGNORED) < 0 ||
	    old->column_count != t->column_count ||
	    vv_web_row_find(p->asked->visit, old, r->key, 0, &row, VV_IGNORED) < 0) {
		return true;
	}
	for (size_t i = 0; i < t->column_count; i++) {
		if (strcmp(old->columns[i].name, t->columns[i].name) != 0 ||
		    r->cells[i].len < r->cells[i].whole ||
		    !vv_web_cell_same(&row.cells[i], &r->cells[i])) {
			return true;
		}
	}
	return false;
}

static void put_row_verbs(vv_page *p, const vv_web_table *t, const vv_web_row *r)
{
	vv_web_address like = {
		.base = p->at->base, .place = VV_WEB_AT_DESK, .path = t->path, .key = r->key};

	if (!may_change(p, t)) return;
	if (!is_own(p, t)) {
		part_row_verbs_begin(&p->html);
		part_row_link(&p->html,
			      .at = vv_page_link(p, &(vv_web_address){.base = p->at->base,
								      .place = VV_WEB_AT_ROW,
								      .rev = VV_WEB_WORK,
								      .path = t->path,
								      .key = r->key}),
			      .text = "Copy or remove this row");
		part_row_verbs_end(&p->html);
		return;
	}
	part_row_verbs_begin(&p->html);
	part_row_link(&p->html, .at = vv_page_link(p, &like), .text = "Add a row like this");
	part_row_remove(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, t->path),
			.token = p->asked->token, .row = r->key);
	part_row_verbs_end(&p->html);
	if (!vv_page_is_edited(p, t->path) || !is_changed(p, t, r)) return;
	part_desk_undo(&p->html, .at = vv_page_to(p, VV_WEB_AT_DESK, NULL, t->path),
		       .token = p->asked->token, .row = r->key,
		       .words = "Undo my changes of this row");
}

/* The requested cell, whole. */
static vv_status put_cell(vv_page *p, vv_web_table *t, const vv_web_row *r, vv_error *err)
{
	size_t i;
	vv_status rc;

	if (!p->at->cell || !r) return VV_OK;
	if ((rc = vv_web_column_find(t, p->at->cell, &i, err)) < 0) return rc;
	part_subtitle(&p->html, .text = t->columns[i].name, .id = "cell");
	part_cell_now(&p->html, .value = vv_page_value(p, &r->cells[i]));
	put_edit(p, t, r, i);
	put_suggestion(p, t, r, i);
	return VV_OK;
}

vv_status vv_page_row(vv_page *p, vv_buf *out, vv_error *err)
{
	vv_web_table *t;
	vv_web_row row;
	bool there = true;
	vv_status rc;

	if ((rc = vv_web_table_open(p->asked->visit, &p->asked->commit, p->at->path, &t, err)) <
	    0) {
		return rc;
	}
	if (t->kind != VV_WEB_TABLE) return vv_page_table(p, out, err); /* which shows the reason */
	if ((rc = vv_web_row_named(t, p->at->key, p->at->has_row, err)) < 0) return rc;
	rc = vv_web_row_find(p->asked->visit, t, p->at->key, p->at->row, &row, err);
	if (rc == VV_ENOTFOUND && p->at->key && t->key_count > 0) {
		there = false; /* it may have lived before */
	} else if (rc < 0) {
		return rc;
	}
	const char *key = p->at->key ? p->at->key : row.key;
	const char *name = key ? vv_page_keep(p, key)
			       : vv_page_text(p, "Row %s", vv_text_count(row.number + 1));
	vv_page_begin(p, &(vv_page_frame){.title = vv_page_text(p, "%s in %s", name, t->path),
					  .description = vv_page_text(
						  p, "History of a row: %s in %s", name, t->path),
					  .heading = name,
					  .dataset = t->path,
					  .version = &t->commit});
	part_lead(&p->html, .body = make_lead(p, t, there ? &row : NULL));
	part_split_begin(&p->html);
	part_main_begin(&p->html);
	if ((rc = put_cell(p, t, there ? &row : NULL, err)) < 0) return rc;
	if (there) {
		put_row_verbs(p, t, &row);
	}
	/* numbers in the work tree are not those of a commit */
	if ((key || !t->commit.work) &&
	    (rc = put_life(p, t, key, there ? row.number : 0, there, err)) < 0) {
		return rc;
	}
	if (!key) {
		part_note(
			&p->html,
			.text = "This table has no key. Earlier versions of the row were found by its values, most of which must be equal, and by the order of the rows.",
			.hint = "To identify rows with certainty, set a key with 'varve schema --key'.");
	}
	part_main_end(&p->html);
	part_side_begin(&p->html, .label = "The row in this version");
	if (there) {
		put_now(p, t, &row);
	}
	part_side_end(&p->html);
	part_split_end(&p->html);
	return vv_page_end(p, out, err);
}
