/*
 * compare: which changes of a comparison belong to a page.
 *
 * Changes come in the new version's order, always the same ones, so that a number among them is a
 * place to go on from. Those before it are made again, but for two versions that differ in very many
 * rows that is cheaper than to keep them. Beyond COMPARED_MAX cells rows are not compared: the time that
 * it takes is not for a page to wait for.
 */
#include "cmd/web/model/compare.h"

#include <stdatomic.h>
#include <string.h>

#include "base/array.h"
#include "base/sys.h"
#include "base/text.h"
#include "cmd/web/model/datasets.h"
#include "cmd/web/model/missing.h"
#include "cmd/web/model/row_test.h"
#include "dataset/schema/csv_record.h"
#include "dataset/schema/key_words.h"
#include "dataset/table/file_order.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "diff/write/story.h"
#include "diff/write/writer.h"
#include "lib/view/table_diff.h"
#include "repo/git/history/history.h"

#define COMPARED_MAX ((uint64_t)40000000) /* cells of both versions, some two seconds' work */
#define LARGE_CELLS ((uint64_t)4000000)   /* more are a large comparison */
#define LARGE_ONES 3u
#define REORDERED_MAX ((uint64_t)64 << 20) /* bytes that are put into the file's order */
#define GROUPS_MAX 8u   /* of a column: at most three equal ones, and five others */
#define SCHEMA_MAX 500u /* sentences about columns */

typedef struct comparing {
	vv_diff_writer base; /* first: called by the comparison */
	vv_web_visit *v;
	const vv_web_compare_query *q;
	vv_web_comparison *out;
	size_t limit;
	uint32_t cell_max;
	vv_story *story;
	vv_buf name;         /* of a group */
	const char *search;  /* folded; NULL: none */
	long column;         /* the pair that must have changed; -1: any */
	uint64_t last_place; /* rows of the new version above the change before */
	bool over;           /* the time is: the rest is not looked at */
	vv_change_counts counts;
	vv_strings key; /* names in the page's address */
} comparing;

static comparing *comparing_of(vv_diff_writer *w)
{
	return (comparing *)(void *)w;
}

/* --- columns ----------------------------------------------------------------------------------------- */

static void fill_pair(const comparing *c, vv_web_column_pair *out, const vv_column_pair *p)
{
	const vv_field *old = p->a >= 0 ? &c->base.table.a->schema.fields[p->a] : NULL;
	const vv_field *now = p->b >= 0 ? &c->base.table.b->schema.fields[p->b] : NULL;
	const vv_field *f = now ? now : old;

	*out = (vv_web_column_pair){

		.key = p->b >= 0 &&
		       vv_array_has(c->base.table.key, c->base.table.key_count, (size_t)p->b),
		.number = f->type == VV_TYPE_INTEGER || f->type == VV_TYPE_NUMBER,
		.renamed = p->renamed,
		.moved = p->moved,
		.retyped = p->retyped};
	if (now) {
		out->name = now->name;
		out->type = vv_type_name(now->type);
	}
	if (old) {
		out->old_name = old->name;
		out->old_type = vv_type_name(old->type);
	}
}

static void add_sentence(comparing *c, const char *text)
{
	if (*text && c->out->schema_count < SCHEMA_MAX) {
		c->out->schema[c->out->schema_count++] = vv_web_keep_text(c->v, text);
	}
}

static void describe_columns(comparing *c, const vv_columns *columns)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	for (size_t i = 0; i < columns->count; i++) {
		vv_buf_reset(&b);
		vv_column_describe(&b, &c->base.table, i);
		add_sentence(c, vv_buf_cstr(&b));
		c->v->failed = c->v->failed || b.failed;
	}
	add_sentence(c, columns->key_changed ? "the key changed" : "");
	add_sentence(c, columns->missing_changed ? "missing values are declared differently" : "");
	if (c->base.table.form_change) {
		add_sentence(c, vv_web_text(c->v, "the form of the file changed: %s",
					    c->base.table.form_change));
	}
	add_sentence(c, c->base.table.reordered ? "rows are in another order" : "");
}

static vv_status find_column(comparing *c, vv_error *err)
{
	vv_web_comparison *o = c->out;

	const vv_web_column_pair *found = vv_array_find(
		o->columns, c->q->column ? o->column_count : 0, p,
		strcmp(p->name ? p->name : p->old_name, c->q->column) == 0);

	c->column = found ? (long)(found - o->columns) : -1;
	return found || !c->q->column
		       ? VV_OK
		       : vv_fail(err, VV_ENOTFOUND, "neither version has a column '%s'",
				 vv_text_shows(c->q->column));
}

static vv_status on_table(vv_diff_writer *w, vv_error *err)
{
	comparing *c = comparing_of(w);
	const vv_diff_table *t = &w->table;
	vv_web_comparison *o = c->out;

	o->same = false;
	o->column_count = t->columns->count;
	o->columns = vv_arena_calloc(&c->v->arena, o->column_count + 1, sizeof(*o->columns));
	if (!o->columns) return vv_fail_nomem(err);
	for (size_t i = 0; i < o->column_count; i++) {
		fill_pair(c, &o->columns[i], &t->columns->pairs[i]);
	}
	describe_columns(c, t->columns);
	vv_status rc = vv_story_new(&c->story, &c->base.table, err);
	return rc < 0 ? rc : find_column(c, err);
}

/* --- rows ---------------------------------------------------------------------------------------------- */

static bool has_text(const vv_cell *cells, size_t count, const char *folded)
{
	return vv_array_find(cells, cells ? count : 0, c,
			     vv_text_has(c->text, c->len, folded, strlen(folded)));
}

static bool is_of_group(comparing *c, const vv_row_change *r)
{
	vv_buf_reset(&c->name);
	vv_story_put_name(&c->name, c->story, (size_t)c->column, r);
	return strcmp(vv_buf_cstr(&c->name), c->q->change) == 0;
}

static bool is_wanted(comparing *c, const vv_row_change *r)
{
	const vv_web_compare_query *q = c->q;

	if ((r->kind == VV_ROW_ADDED && q->no_added) ||
	    (r->kind == VV_ROW_REMOVED && q->no_removed) ||
	    (r->kind == VV_ROW_CHANGED && q->no_changed)) {
		return false;
	}
	if (c->column >= 0 && r->cells && r->cells[c->column] == VV_CELL_SAME) return false;
	if (c->column >= 0 && q->change &&
	    (!r->cells || r->cells[c->column] != VV_CELL_CHANGED || !is_of_group(c, r))) {
		return false;
	}
	return !c->search || has_text(r->old_cells, c->base.table.a->columns, c->search) ||
	       has_text(r->new_cells, c->base.table.b->columns, c->search);
}

static vv_status keep_cells(comparing *c, vv_web_row_change *out, const vv_row_change *r,
			    vv_error *err)
{
	const vv_columns *columns = c->base.table.columns;

	out->cells = vv_arena_calloc(&c->v->arena, columns->count + 1, sizeof(*out->cells));
	if (!out->cells) return vv_fail_nomem(err);
	for (size_t i = 0; i < columns->count; i++) {
		const vv_column_pair *p = &columns->pairs[i];
		vv_web_cell_pair *to = &out->cells[i];
		bool old = r->old_cells && p->a >= 0, now = r->new_cells && p->b >= 0;

		to->change = r->cells ? (vv_cell_change)r->cells[i] : VV_CELL_SAME;
		to->old_cell = to->new_cell = (vv_web_cell){.kind = VV_WEB_ABSENT, .text = ""};
		if (r->kind == VV_ROW_CHANGED && (p->a < 0 || p->b < 0)) {
			to->change = VV_CELL_CHANGED; /* the column itself was added or removed */
		}
		if (old && now && to->change != VV_CELL_SAME) {
			vv_web_cells_keep(c->v, &to->old_cell, &to->new_cell,
					  &c->base.table.a->schema.fields[p->a],
					  &c->base.table.b->schema.fields[p->b],
					  &r->old_cells[p->a], &r->new_cells[p->b], c->cell_max);
			continue;
		}
		if (old && (to->change != VV_CELL_SAME || !r->new_cells)) {
			vv_web_cell_keep(c->v, &to->old_cell, &c->base.table.a->schema.fields[p->a],
					 &r->old_cells[p->a], c->cell_max);
		}
		if (now) {
			vv_web_cell_keep(c->v, &to->new_cell, &c->base.table.b->schema.fields[p->b],
					 &r->new_cells[p->b], c->cell_max);
		}
	}
	return VV_OK;
}

static void keep_key(comparing *c, vv_web_row_change *out, const vv_row_change *r)
{
	const vv_columns *columns = c->base.table.columns;
	const vv_table *own = r->new_cells ? c->base.table.b : c->base.table.a;
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (c->base.table.key_count == 0) return;
	out->found_by_key = own->root.key_count == c->base.table.key_count;
	for (size_t i = 0; i < c->base.table.key_count; i++) {
		long at = r->new_cells ? (long)c->base.table.key[i]
				       : vv_columns_to_old(columns, c->base.table.key[i]);
		const vv_cell *cells = r->new_cells ? r->new_cells : r->old_cells;

		out->found_by_key = out->found_by_key && at >= 0 &&
				    strcmp(own->schema.fields[at].name, own->root.key[i]) == 0;
		vv_key_word_put(&b, i, c->base.table.key_count, at >= 0 ? cells[at].text : "",
				at >= 0 ? cells[at].len : 0);
	}
	out->key = vv_web_keep_buf(c->v, &b);
}

/* The number of rows of the new version between the change before and this one. */
static uint64_t fold_rows(comparing *c, const vv_row_change *r)
{
	uint64_t folded = r->place > c->last_place ? r->place - c->last_place : 0;

	c->last_place = r->place + (r->new_cells ? 1 : 0);
	return folded;
}

static void count_row(comparing *c, const vv_row_change *r)
{
	c->counts.added += r->kind == VV_ROW_ADDED;
	c->counts.removed += r->kind == VV_ROW_REMOVED;
	c->counts.changed += r->kind == VV_ROW_CHANGED && r->changed > 0;
	c->counts.rewritten += r->kind == VV_ROW_CHANGED && r->changed == 0;
	c->counts.rekeyed += r->rekeyed;
	c->counts.cells += r->changed;
	for (size_t i = 0; r->cells && i < c->out->column_count; i++) {
		c->out->columns[i].changed += r->cells[i] == VV_CELL_CHANGED;
	}
}

static vv_status on_row(vv_diff_writer *w, const vv_row_change *r, vv_error *err)
{
	comparing *c = comparing_of(w);
	vv_web_comparison *o = c->out;
	vv_web_row_change *to = &o->rows[o->count];
	uint64_t folded = fold_rows(c, r);
	vv_status rc;

	count_row(c, r);
	if ((rc = vv_story_row(c->story, r, err)) < 0) return rc;
	if (!is_wanted(c, r)) return vv_buf_ok(&c->name, err);
	if (o->matched++ < c->q->from) return VV_OK;
	if (o->count == c->limit || c->v->held >= VV_WEB_ANSWER_MAX) {
		o->complete = false;
		if (o->matched % 1024 != 0) return VV_OK;
		if ((rc = vv_web_over(c->v, &c->over, err)) < 0) return rc;
		return c->over ? vv_fail(err, VV_EREFUSED, "the time limit was reached") : VV_OK;
	}
	*to = (vv_web_row_change){.kind = r->kind,
				  .moved = r->moved,
				  .rekeyed = r->rekeyed,
				  .old_row = r->old_row,
				  .new_row = r->new_row,
				  .folded = folded};
	keep_key(c, to, r);
	o->count++;
	o->next = o->matched;
	return keep_cells(c, to, r, err);
}

typedef struct grouping {
	vv_web_visit *v;
	vv_web_column_pair *to;
} grouping;

static vv_status add_group(void *payload, const char *name, uint64_t cells, vv_story_part_kind kind,
			   VV_UNUSED vv_error *err)
{
	const grouping *g = payload;

	g->to->groups[g->to->group_count++] = (vv_web_group){.name = vv_web_keep_text(g->v, name),
							     .cells = cells,
							     .named = kind == VV_STORY_EQUAL ||
								      kind == VV_STORY_SIDED};
	return VV_OK;
}

/* "price: 412 cells (x 1.19); rows 5,000: ...", of a column that changed. */
static vv_status tell_column(comparing *c, size_t i, vv_error *err)
{
	vv_web_column_pair *to = &c->out->columns[i];
	grouping g = {c->v, to};
	vv_auto(vv_buf) what = VV_BUF_INIT, figures = VV_BUF_INIT;

	vv_story_put(&what, c->story, i);
	vv_story_put_figures(&figures, c->story, i, false);
	to->figures = vv_web_keep_buf(c->v, &figures);
	to->groups = vv_arena_calloc(&c->v->arena, GROUPS_MAX, sizeof(*to->groups));
	if (!to->groups || what.failed) return vv_fail_nomem(err);
	c->out->story[c->out->story_count++] = vv_web_text(
		c->v, "%s: %s%s%s%s; %s", to->name,
		vv_text_counted(vv_story_changes(c->story, i), "cell", NULL),
		what.len > 0 ? " (" : "", vv_buf_cstr(&what), what.len > 0 ? ")" : "", to->figures);
	return vv_story_tell(c->story, i, &(vv_story_parts){add_group, &g}, err);
}

/* Adds notable changes, then each changed column. */
static vv_status tell_story(comparing *c, vv_error *err)
{
	vv_web_comparison *o = c->out;
	const char *said;
	vv_status rc = vv_story_end(c->story, err);

	if (rc < 0) return rc;
	while (vv_story_striking(c->story, o->striking)) {
		o->striking++;
	}
	o->story = vv_arena_calloc(&c->v->arena, o->striking + c->base.table.columns->count + 1,
				   sizeof(char *));
	if (!o->story) return vv_fail_nomem(err);
	while ((said = vv_story_striking(c->story, o->story_count))) {
		o->story[o->story_count++] = vv_web_keep_text(c->v, said);
	}
	for (size_t i = 0; rc == VV_OK && i < c->base.table.columns->count; i++) {
		rc = vv_story_changes(c->story, i) > 0 ? tell_column(c, i, err) : VV_OK;
	}
	return rc;
}

static vv_status on_end(vv_diff_writer *w, const vv_rowdiff_stats *s, vv_error *err)
{
	comparing *c = comparing_of(w);
	vv_change_counts *to = &c->out->counts;
	vv_status rc = vv_change_counts_fill(to, &c->base.table, s, err);

	if (rc == VV_OK) {
		rc = tell_story(c, err);
	}
	to->counted = true;
	vv_web_counts_take(c->v, to);
	return rc;
}

static const vv_diff_writer_kind comparing_kind = {.begin_table = on_table,
						   .row = on_row,
						   .end_table = on_end};

/* A comparison of many rows takes tens of megabytes for their digests: only a few at once. */
static atomic_uint large_ones;

static vv_status take_large(vv_error *err)
{
	if (atomic_fetch_add(&large_ones, 1) >= LARGE_ONES) {
		atomic_fetch_sub(&large_ones, 1);
		return vv_fail(err, VV_ELOCKED,
			       "too many large comparisons are running\ntry again in some seconds");
	}
	return VV_OK;
}

/* *large: it has one of their places, which is to be given back. VV_ELOCKED: there is none. */
static vv_status take_place(const comparing *c, bool *large, vv_error *err)
{
	const vv_columns_options how = {.no_renames = true};
	vv_table *a = c->out->a->table, *b = c->out->b->table;
	vv_auto(vv_columns) columns = {0};
	uint64_t cells = 0;
	vv_status rc;

	*large = false;
	if ((rc = vv_columns_match(&columns, a, b, &how, err)) == VV_OK) {
		rc = vv_rowdiff_cost(&cells, a, b, &columns, err);
	}
	if (rc < 0 || cells <= LARGE_CELLS || cells > COMPARED_MAX) return rc;
	rc = take_large(err);
	*large = rc == VV_OK;
	return rc;
}

static uint64_t cells_of(const vv_table *t)
{
	return t->columns > 0 && t->root.rows > UINT64_MAX / 2 / t->columns
		       ? UINT64_MAX / 2
		       : t->root.rows * t->columns;
}

/* Rows of both should be in the file's order, which is compared too. Bringing large versions into it takes long, and
 * removes common groups: if both are in key order by the same columns they are compared in that order. *many: a common
 * order is needed, but the versions are too large for it. */
static vv_status bring_together(const comparing *c, bool *many, vv_error *err)
{
	vv_table *a = c->out->a->table, *b = c->out->b->table;
	uint64_t bytes = (vv_root_has_places(&a->root) ? a->root.bytes : 0) +
			 (vv_root_has_places(&b->root) ? b->root.bytes : 0);
	bool large = bytes > REORDERED_MAX;
	vv_status rc;

	*many = false;
	if (large && vv_tables_have_one_order(a, b)) return VV_OK;
	if (large && cells_of(a) + cells_of(b) > COMPARED_MAX) {
		*many = true;
		return VV_OK;
	}
	if (large && (rc = take_large(err)) < 0) return rc;
	if ((rc = vv_table_to_file_order(a, err)) == VV_OK) {
		rc = vv_table_to_file_order(b, err);
	}
	atomic_fetch_sub(&large_ones, large);
	return rc;
}

/* Compared in key order: that the files' orders differ is known from their places alone. */
static void tell_places(comparing *c)
{
	vv_web_comparison *o = c->out;

	if (!vv_root_has_places(&o->a->table->root) || !o->counted ||
	    o->counts.added + o->counts.removed + o->counts.rekeyed > 0 ||
	    vv_buf_equal(&o->a->table->root.places, &o->b->table->root.places)) {
		return;
	}
	o->same = false;
	o->counts.counted = o->counts.reordered = true;
	o->counts.old_rows = o->a->rows;
	o->counts.new_rows = o->b->rows;
	add_sentence(c, "rows are in another order");
}

static vv_status compare_tables(comparing *c, vv_error *err)
{
	static const vv_strings none = {NULL, 0};
	vv_web_comparison *o = c->out;
	const vv_diff_how how = {.key = &c->key,
				 .only = &none,
				 .ignore = &none,
				 .where = &none,
				 .bound = COMPARED_MAX,
				 .temp_dir = vv_env_temp_dir(vv_repository_env(c->v->repo)),
				 .writer = &c->base};
	const vv_diff_item item = {.path = o->path,
				   .old_path = o->old_path,
				   .open_a = o->a->table,
				   .open_b = o->b->table,
				   .old_name = "old",
				   .new_name = "new"};
	vv_diff_answer answer;
	bool large, many;
	vv_status rc;

	o->same = true;
	if ((rc = bring_together(c, &many, err)) < 0) return rc;
	if (many) {
		o->same = o->counted = false;
		o->counts = (vv_change_counts){
			.many = true, .old_rows = o->a->rows, .new_rows = o->b->rows};
		return VV_OK;
	}
	if ((rc = take_place(c, &large, err)) < 0) return rc;
	rc = c->q->key ? vv_csv_names_add(&c->key, c->q->key, err) : VV_OK;
	if (rc == VV_OK) {
		rc = vv_diff_item_compare(&answer, &item, &how, err);
	}
	vv_story_free(c->story);
	vv_buf_clear(&c->name);
	vv_csv_names_clear(&c->key);
	c->story = NULL;
	atomic_fetch_sub(&large_ones, large);
	vv_buf_clear(&answer.line);
	if (rc == VV_EREFUSED && c->over) { /* the changes so far are the answer */
		vv_error_clear(err);
		c->counts.counted = true;
		c->counts.old_rows = o->a->rows;
		c->counts.new_rows = o->b->rows;
		o->counts = c->counts;
		o->counted = false;
		rc = VV_OK;
	}
	if (rc == VV_OK && answer.many) {
		o->counts.many = true;
		o->counted = false;
	}
	if (rc == VV_OK && o->column_count == 0) { /* no callback came: all is the same */
		rc = find_column(c, err) == VV_ENOTFOUND ? VV_OK : rc;
		vv_error_clear(err);
	}
	if (rc == VV_OK) {
		tell_places(c);
	}
	return rc;
}

/* --- both sides' tables
 * --------------------------------------------------------------------------------- */

static vv_status open_side(comparing *c, const vv_web_commit *commit, const char *path,
			   vv_web_table **out, vv_error *err)
{
	*out = NULL;
	if (commit->none) return VV_OK;
	vv_status rc = vv_web_table_open(c->v, commit, path, out, err);
	return vv_missing_ok(rc, err);
}

static void put_words(comparing *c)
{
	vv_web_comparison *o = c->out;
	const vv_web_table *one;

	if (o->a && o->b) {
		one = NULL;
	} else if (o->a) {
		one = o->a;
	} else {
		one = o->b;
	}
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (one && one->kind == VV_WEB_TABLE) {
		vv_change_whole_put(&b, o->a != NULL, one->rows, one->column_count);
	} else if (one) {
		vv_buf_printf(&b, "%s: %s", o->a ? "removed" : "new", vv_text_bytes(one->bytes));
	} else if (!o->table) {
		vv_buf_puts(&b, o->same ? "no change" : "contents differ");
	} else if (o->same) {
		vv_buf_puts(&b, "no change in data");
	} else {
		vv_buf_puts(&b, o->counted ? "" : "at least ");
		vv_change_counts_put(&b, &o->counts);
	}
	o->words = vv_web_keep_buf(c->v, &b);
}

static bool is_table_or_none(const vv_web_table *t)
{
	return !t || t->kind == VV_WEB_TABLE;
}

static vv_status compare_sides(comparing *c, vv_error *err)
{
	vv_web_comparison *o = c->out;
	vv_status rc;

	o->table = is_table_or_none(o->a) && is_table_or_none(o->b);
	if (!o->table && o->a && o->b) {
		vv_web_table *sides[] = {o->a, o->b};

		if ((rc = vv_web_tables_widen(c->v, sides, err)) < 0) return rc;
		o->a = sides[0];
		o->b = sides[1];
		o->table = o->widened = is_table_or_none(o->a) && is_table_or_none(o->b);
	}
	if (o->table && o->a && o->b) return compare_tables(c, err);
	if (!o->a) {
		o->kind = VV_WEB_ADDED;
	} else if (!o->b) {
		o->kind = VV_WEB_REMOVED;
	}
	if (o->table) { /* its rows are at the table's own address */
		const uint64_t old_rows = o->a ? o->a->rows : 0;
		const uint64_t new_rows = o->b ? o->b->rows : 0;

		o->counts = (vv_change_counts){.counted = true,
					       .old_rows = old_rows,
					       .new_rows = new_rows,
					       .added = new_rows,
					       .removed = old_rows};
		return VV_OK;
	}
	o->same = o->a && o->b && strcmp(o->a->tag, o->b->tag) == 0;
	return VV_OK;
}

vv_status vv_web_compare_read(vv_web_visit *v, const vv_web_commit *a, const vv_web_commit *b,
			      const char *path, const vv_web_compare_query *q,
			      vv_web_comparison *out, vv_error *err)
{
	comparing c = {.base.kind = &comparing_kind,
		       .v = v,
		       .q = q,
		       .out = out,
		       .limit = vv_web_limit(q->limit),
		       .cell_max = q->cell_max ? q->cell_max : VV_WEB_CELL_MAX,
		       .search = q->search && *q->search ? vv_web_folded(v, q->search) : NULL,
		       .column = -1};
	vv_status rc;

	*out = (vv_web_comparison){
		.words = "",
		.path = vv_web_keep_text(v, path),
		.complete = true,
		.counted = true,
		.rows = vv_arena_calloc(&v->arena, c.limit + 1, sizeof(*out->rows)),
		.schema = vv_arena_calloc(&v->arena, SCHEMA_MAX, sizeof(*out->schema))};
	if (!out->rows || !out->schema) return vv_fail_nomem(err);
	if ((rc = vv_web_renamed(v, a, b, out->path, &out->old_path, err)) < 0) return rc;
	out->kind = out->old_path ? VV_WEB_RENAMED : VV_WEB_CHANGED;
	if ((rc = open_side(&c, a, out->old_path ? out->old_path : path, &out->a, err)) < 0 ||
	    (rc = open_side(&c, b, out->path, &out->b, err)) < 0) {
		return rc == VV_EMISSING ? vv_web_missing_say(v, a, b, path, err) : rc;
	}
	if (!out->a && !out->b) {
		return vv_fail(err, VV_ENOTFOUND, "neither version has a file '%s'",
			       vv_text_shows(path));
	}
	if ((rc = compare_sides(&c, err)) == VV_OK) {
		put_words(&c);
	}
	return rc == VV_EMISSING ? vv_web_missing_say(v, a, b, path, err) : rc;
}
