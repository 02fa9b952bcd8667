/*
 * conflict_solve: decisions become edits of rows. Maps each kind of conflict to edits of the work
 * tree's table, which has ours at every place in conflict.
 */
#include "lib/merge/conflict_solve.h"

#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/array.h"
#include "base/file.h"
#include "base/hint.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/rows/row_edit.h"
#include "dataset/schema/key.h"
#include "dataset/table/bytes.h"
#include "dataset/table/walk.h"
#include "diff/merge/next_key.h"
#include "diff/rows/columns.h"
#include "diff/rows/row_by_number.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_import.h"
#include "lib/view/row_find.h"
#include "repo/git/history/history.h"

typedef struct solver {
	const vv_solution *s;
	vv_table *table;
	uint64_t *rows;       /* of each item, in table; UINT64_MAX: none */
	bool *back;           /* of each item: a row that is gone here is put back */
	bool same;            /* the table is the version that the record's numbers mean */
	vv_more_columns more; /* JSON: members of rows that are put back, which no row here has */
	size_t *more_from;    /* their places in the side */
	vv_row_edit *edits;
	size_t count, cap;
	vv_row_by_number by_number; /* rows of table */
	vv_next_keys keys;          /* its members about the key are valid in bring_rows */
	vv_arena arena;
} solver;

static bool is_chosen(const vv_solution *s, size_t i)
{
	return !s->chosen || s->chosen[i];
}

static const char *show_row(const vv_conflict_item *item)
{
	vv_auto(vv_buf) b = VV_BUF_INIT;

	if (item->key) {
		vv_buf_puts(&b, item->key);
	} else {
		vv_conflict_row_put(&b, item);
	}
	return vv_text_shows(vv_buf_cstr(&b));
}

static vv_status add_edit(solver *v, const vv_row_edit *edit, vv_error *err)
{
	return vv_array_add(v->edits, v->count, v->cap, *edit) ? VV_OK : vv_fail_nomem(err);
}

/* --- where the rows are ------------------------------------------------------------------ */

static vv_status find_rows(solver *v, vv_error *err)
{
	const vv_conflict_record *c = v->s->record;
	vv_auto_free vv_row_wanted *wanted = NULL;

	v->same = vv_cid_equal(&v->table->cid, &c->root);
	if (v->same) {
		for (size_t i = 0; i < c->count; i++) {
			v->rows[i] = c->items[i].row;
		}
		return VV_OK;
	}
	if (!(wanted = vv_calloc(c->count + 1, sizeof(*wanted)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->count; i++) {
		wanted[i].key = c->items[i].key;
	}
	vv_status rc = vv_rows_find(v->table, wanted, c->count, err);
	for (size_t i = 0; rc == VV_OK && i < c->count; i++) {
		/* A row that ours removed is not expected; one that the user put there counts. */
		v->rows[i] = wanted[i].row;
	}
	return rc;
}

static vv_status hint_edit(const solver *v, vv_error *err)
{
	return vv_hint_code(err, VV_HINT_EDIT_AND_ADD, v->s->record->path);
}

static vv_status need_row(const solver *v, size_t i, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];

	if (v->rows[i] != UINT64_MAX && v->rows[i] < v->table->root.rows) return VV_OK;
	vv_fail(err, VV_ENOTFOUND, "%s no longer has row %s", vv_text_shows(v->s->record->path),
		show_row(item));
	return hint_edit(v, err);
}

/* Without a key a row can be followed only where the file was not edited since. */
static vv_status need_numbers(const solver *v, size_t i, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];

	if (item->key || v->same) return VV_OK;
	vv_fail(err, VV_ENOTFOUND, "%s has no key and was edited, so row %s can no longer be found",
		vv_text_shows(v->s->record->path), show_row(item));
	return hint_edit(v, err);
}

static vv_status need_column(const solver *v, const char *name, size_t *out, vv_error *err)
{
	long at = name ? vv_schema_find(&v->table->schema, name, strlen(name)) : -1;

	if (at < 0) {
		vv_fail(err, VV_ENOTFOUND, "%s has no column '%s'",
			vv_text_shows(v->s->record->path), vv_text_shows(name ? name : ""));
		return vv_schema_hint(&v->table->schema, name ? name : "", name ? strlen(name) : 0,
				      err);
	}
	*out = (size_t)at;
	return VV_OK;
}

/* --- what becomes of one conflict ------------------------------------------------------------ */

static vv_status set_cell(solver *v, size_t i, const char *column, const vv_cell *cell,
			  vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_SET, .cell = *cell};
	vv_status rc;

	if ((rc = need_numbers(v, i, err)) < 0 || (rc = need_row(v, i, err)) < 0 ||
	    (rc = need_column(v, column, &edit.column, err)) < 0) {
		return rc;
	}
	edit.row = v->rows[i];
	return add_edit(v, &edit, err);
}

static vv_status remove_row(solver *v, size_t i, vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_REMOVE, .row = v->rows[i]};

	return v->rows[i] == UINT64_MAX ? VV_OK : add_edit(v, &edit, err);
}

static vv_status take_cell(solver *v, size_t i, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];
	int side = v->s->side;
	vv_cell absent = {.state = VV_CELL_ABSENT};

	if (item->kind == VV_CONFLICT_ROW_ADDED && side == VV_BASE) return remove_row(v, i, err);
	return set_cell(v, i, item->column, item->has[side] ? &item->cells[side] : &absent, err);
}

/* Did ours remove the row, or theirs? The version that the conflict was found in has it
 * or has it not. */
static bool ours_removed(const vv_conflict_item *item)
{
	return item->row == UINT64_MAX;
}

/* true: the row is to be put back from the solution's side. */
static vv_status take_row(solver *v, size_t i, bool *back, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];
	int side = v->s->side;
	vv_status rc;

	*back = false;
	if (side != VV_OURS && (rc = need_numbers(v, i, err)) < 0) return rc;
	if (ours_removed(item)) {
		*back = v->back[i] = side != VV_OURS && v->rows[i] == UINT64_MAX;
		return side == VV_OURS ? remove_row(v, i, err) : VV_OK;
	}
	if (side == VV_THEIRS) return remove_row(v, i, err);
	/* The base's row takes the place of ours. */
	*back = side == VV_BASE;
	return *back ? remove_row(v, i, err) : VV_OK;
}

/* A row of base or of a side, where both replaced rows: it stays if the chosen side has it; with both, if a
 * side added it. */
static vv_status take_replaced(solver *v, size_t i, bool *back, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];
	const bool here = v->rows[i] != UINT64_MAX, of_base = item->at[VV_BASE] != UINT64_MAX;
	bool stays;
	vv_status rc;

	*back = false;
	if (v->s->side == VV_OURS) return VV_OK;
	if ((rc = need_numbers(v, i, err)) < 0) return rc;
	if (v->s->side == VV_BOTH) {
		stays = !of_base;
	} else {
		stays = item->at[v->s->side] != UINT64_MAX;
	}
	/* ours may have changed base's row */
	*back = v->back[i] = stays && (!here || v->s->side == VV_BASE);
	return here && (!stays || *back) ? remove_row(v, i, err) : VV_OK;
}

/* The row once more, below itself. */
static vv_status repeat_row(solver *v, size_t i, vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_INSERT};
	const size_t count = v->table->columns;
	const vv_cell *row;
	vv_cell *cells = vv_arena_calloc(&v->arena, count + 1, sizeof(*cells));
	vv_status rc;

	if (!cells) return vv_fail_nomem(err);
	if ((rc = need_numbers(v, i, err)) < 0 || (rc = need_row(v, i, err)) < 0 ||
	    (rc = vv_row_by_number_get(&v->by_number, v->rows[i], &row, err)) < 0) {
		return rc;
	}
	for (size_t k = 0; k < count; k++) {
		cells[k] = row[k];
		if (row[k].len > 0 &&
		    !(cells[k].text = vv_arena_strndup(&v->arena, row[k].text, row[k].len))) {
			return vv_fail_nomem(err);
		}
	}
	edit.row = v->rows[i] + 1;
	edit.cells = cells;
	return add_edit(v, &edit, err);
}

/* The table here has the row once. */
static vv_status take_twice(solver *v, size_t i, vv_error *err)
{
	vv_status rc;

	if (v->s->side == VV_BOTH) return repeat_row(v, i, err);
	if (v->s->side != VV_BASE) return VV_OK;
	rc = need_numbers(v, i, err);
	return rc < 0 ? rc : remove_row(v, i, err);
}

static vv_status refuse_kind(const solver *v, const vv_conflict_item *item, vv_error *err)
{
	const char *path = vv_text_shows(v->s->record->path);

	if (item->kind == VV_CONFLICT_TABLE) {
		vv_fail(err, VV_ENOSUPPORT, "%s is in conflict as a whole", path);
	} else if (item->column) {
		vv_fail(err, VV_ENOSUPPORT,
			"%s: the conflict of column '%s' is about the column, "
			"not about cells",
			path, vv_text_shows(item->column));
	} else {
		vv_fail(err, VV_ENOSUPPORT, "%s: the conflict is about the key, not about cells",
			path);
	}
	return vv_hint_code(err, VV_HINT_WHOLE_OR_EDIT);
}

/* That side is a text, or missing, or the record does not have its row's place. */
static vv_status refuse_row(const solver *v, const vv_conflict_item *item, vv_error *err)
{
	vv_fail(err, VV_ENOSUPPORT, "%s: row %s cannot be restored alone",
		vv_text_shows(v->s->record->path), show_row(item));
	return vv_hint_code(err, VV_HINT_WHOLE_OR_EDIT);
}

/* Opens the version of the side, a table or text. */
static vv_status open_side(const solver *v, int side, vv_table_at *out, vv_error *err)
{
	const vv_conflict_record *c = v->s->record;
	const vv_table *t = v->table;
	vv_sniff_hints form = VV_SNIFF_HINTS_INIT;
	char last[32];

	/* a column that no header names: cells of long rows */
	(void)snprintf(last, sizeof(last), "(cell %zu)", t->columns);
	if (t->columns > 0 && strcmp(t->schema.fields[t->columns - 1].name, last) == 0) {
		form.columns = t->columns;
	}
	return vv_table_at_open(out, v->s->repo, vv_dataset_writer_reader(v->s->writer),
				&(vv_version_name){.path = c->path, .blob = &c->sides[side]},
				&(vv_subject_options){.hints = &form}, err);
}

/* --- rows that are put back -------------------------------------------------------------------- */

typedef struct restored {
	vv_row_wanted row;
	size_t item;
} restored;

/* JSON: finds the side's columns that the table here lacks. */
static vv_status find_more(solver *v, const vv_table *from, const vv_columns *columns,
			   vv_error *err)
{
	vv_more_columns *more = &v->more;

	if (!vv_form_is_typed(v->table->root.dialect.form)) return VV_OK;
	more->names = vv_arena_calloc(&v->arena, from->columns + 1, sizeof(*more->names));
	v->more_from = vv_arena_calloc(&v->arena, from->columns + 1, sizeof(*v->more_from));
	if (!more->names || !v->more_from) return vv_fail_nomem(err);
	for (size_t i = 0; i < from->columns; i++) {
		const vv_field *f = &from->schema.fields[i];

		if (vv_columns_to_new(columns, i) < 0) {
			v->more_from[more->count] = i;
			more->names[more->count] = vv_arena_strndup(&v->arena, f->name,
								    f->name_len);
			if (!more->names[more->count++]) return vv_fail_nomem(err);
		}
	}
	return VV_OK;
}

/* The side's row in the columns of the table here, and in more. */
static vv_status copy_row(solver *v, vv_table *from, const vv_columns *columns, uint64_t row,
			  const vv_cell **out, vv_error *err)
{
	vv_auto(vv_group_walk) w = vv_group_walk_open(from, NULL, 0, err);
	const size_t count = v->table->columns + v->more.count;
	vv_cell *cells = vv_arena_calloc(&v->arena, count + 1, sizeof(*cells));
	vv_status rc = VV_OK;

	if (!cells) return vv_fail_nomem(err);
	if (!vv_group_walk_to(&w, row)) return w.rc;
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		const long at = i < v->table->columns ? vv_columns_to_old(columns, i)
						      : (long)v->more_from[i - v->table->columns];

		/* an absent cell at the end would make a line of CSV too short */
		cells[i].state = vv_form_is_typed(v->table->root.dialect.form) ? VV_CELL_ABSENT
									       : VV_CELL_TEXT;
		if (at < 0) {
			continue;
		}
		cells[i] = w.batch.cells[(row - w.batch.first_row) * w.batch.columns + (size_t)at];
		if (cells[i].len > 0 &&
		    !(cells[i].text = vv_arena_strndup(&v->arena, cells[i].text, cells[i].len))) {
			rc = vv_fail_nomem(err);
		}
	}
	*out = cells;
	return rc;
}

/* The version that rows are put back from. */
static int restored_side(const solver *v)
{
	return v->s->side == VV_BOTH ? VV_THEIRS : v->s->side;
}

/* The record has the numbers of a row without a key: there, and of its place here. */
static void place_by_number(const solver *v, const restored *one, vv_row_wanted *row, uint64_t *to)
{
	const vv_conflict_item *item = &v->s->record->items[one->item];

	if (!item->key || (item->kind == VV_CONFLICT_ROW_REPLACED && v->same)) {
		row->row = item->at[restored_side(v)];
		*to = *to == UINT64_MAX ? item->before : *to;
	}
}

static vv_status put_back(solver *v, vv_table *from, restored *list, size_t count, vv_error *err)
{
	vv_auto_free vv_row_wanted *wanted = vv_calloc(count + 1, sizeof(*wanted));
	vv_auto_free uint64_t *places = vv_calloc(count + 1, sizeof(*places));
	vv_columns_options copts = {0};
	vv_auto(vv_columns) columns = {0};
	vv_status rc;

	if (!wanted || !places) return vv_fail_nomem(err);
	for (size_t i = 0; i < count; i++) {
		wanted[i].key = v->s->record->items[list[i].item].key;
	}
	if ((rc = vv_columns_match(&columns, from, v->table, &copts, err)) < 0 ||
	    (rc = find_more(v, from, &columns, err)) < 0) {
		return rc;
	}
	rc = vv_rows_find_places(places, v->table, from, wanted, count, err);
	for (size_t i = 0; rc == VV_OK && i < count; i++) {
		vv_row_edit edit = {.action = VV_ROW_INSERT, .row = v->rows[list[i].item]};
		place_by_number(v, &list[i], &wanted[i], &edit.row);
		if (wanted[i].row == UINT64_MAX) {
			return refuse_row(v, &v->s->record->items[list[i].item], err);
		}
		edit.row = edit.row == UINT64_MAX ? places[i] : edit.row;
		if ((rc = copy_row(v, from, &columns, wanted[i].row, &edit.cells, err)) == VV_OK) {
			rc = add_edit(v, &edit, err);
		}
	}
	return rc;
}

static vv_status restore_rows(solver *v, restored *list, size_t count, vv_error *err)
{
	vv_auto(vv_table_at) from = {.open = false};
	vv_status rc;

	if (count == 0) return VV_OK;
	if (vv_oid_is_null(&v->s->record->sides[restored_side(v)])) {
		return refuse_row(v, &v->s->record->items[list[0].item], err);
	}
	rc = open_side(v, restored_side(v), &from, err);
	return rc < 0 ? rc : put_back(v, &from.table, list, count, err);
}

/* --- two rows with one key --------------------------------------------------------------------- */

/* Columns of the key in the table here; without a key, that of a text, the column with the key's value. */
static vv_status find_key(const solver *v, const vv_conflict_item *item, size_t *out, size_t *count,
			  vv_error *err)
{
	const vv_root *root = &v->table->root;
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_conflict_value *values;
	size_t n;
	vv_status rc;

	*count = root->key_count;
	for (size_t i = 0; i < root->key_count; i++) {
		if ((rc = need_column(v, root->key[i], &out[i], err)) < 0) return rc;
	}
	if (*count > 0) return VV_OK;
	vv_conflict_key_put(&key, item->key);
	rc = vv_conflict_values_read(&values, &n, &arena, item->values[VV_OURS], err);
	for (size_t i = 0; rc == VV_OK && i < n && *count == 0; i++) {
		if (values[i].cell.len == key.len &&
		    memcmp(values[i].cell.text, vv_buf_cstr(&key), key.len) == 0) {
			*count = 1;
			rc = need_column(v, values[i].column, &out[0], err);
		}
	}
	return rc < 0 || *count > 0 ? rc : refuse_row(v, item, err);
}

static vv_status pass_key(const solver *v, const vv_next_keys *keys, const vv_cell *const *key,
			  const vv_cell *next, vv_error *err)
{
	const char *names[VV_KEY_COLUMNS_MAX];
	const vv_renumbered row = {.names = names, .key = key, .count = keys->count, .next = next};

	for (size_t k = 0; k < keys->count; k++) {
		names[k] = v->table->schema.fields[keys->columns[0][k]].name;
	}
	return v->s->renumbered ? v->s->renumbered(v->s->payload, &row, err) : VV_OK;
}

static void tell_key(const solver *v, const vv_conflict_item *item, const vv_cell *key)
{
	const vv_conflict_record *c = v->s->record;

	vv_auto(vv_buf) row = VV_BUF_INIT;

	if (v->s->quiet) return;
	vv_conflict_row_put(&row, item);
	vv_notes_put(vv_repository_notes(v->s->repo), "%s: row %s of %s is now row %s",
		     vv_text_shows(c->path), vv_text_shows(vv_buf_cstr(&row)),
		     vv_text_shows(c->names[VV_THEIRS]), vv_text_show(key->text, key->len));
}

/* theirs' row in the place of ours, or beside it with the next free key. */
static vv_status bring_row(solver *v, vv_next_keys *keys, vv_table *from, const vv_columns *columns,
			   size_t i, vv_error *err)
{
	const vv_conflict_item *item = &v->s->record->items[i];
	vv_row_edit edit = {.action = VV_ROW_INSERT, .row = v->rows[i]};
	const vv_cell *row, *key[VV_KEY_COLUMNS_MAX];
	uint64_t before;
	vv_status rc;

	if ((rc = need_row(v, i, err)) < 0 ||
	    (rc = copy_row(v, from, columns, item->at[VV_THEIRS], &row, err)) < 0) {
		return rc;
	}
	edit.cells = row;
	if (v->s->side == VV_THEIRS) {
		rc = remove_row(v, i, err);
		return rc < 0 ? rc : add_edit(v, &edit, err);
	}
	if (!vv_conflict_gets_key(item)) {
		edit.row = v->rows[i] + 1;
		return add_edit(v, &edit, err);
	}
	for (size_t k = 0; k < keys->count; k++) {
		key[k] = &row[keys->columns[0][k]];
	}
	vv_cell next;
	if ((rc = vv_next_key(&next, &before, keys, key, err)) < 0) {
		vv_prefix(err, "%s", vv_text_shows(v->s->record->path));
		return hint_edit(v, err);
	}
	if ((rc = pass_key(v, keys, key, &next, err)) < 0) return rc;
	((vv_cell *)row)[keys->columns[0][keys->count - 1]] = next;
	edit.row = (before == UINT64_MAX ? v->rows[i] : before) + 1;
	tell_key(v, item, &next);
	return add_edit(v, &edit, err);
}

static vv_status bring_rows(solver *v, const size_t *items, size_t count, vv_error *err)
{
	const vv_conflict_record *c = v->s->record;
	vv_auto(vv_table_at) from = {.open = false};
	vv_auto(vv_columns) columns = {0};
	const vv_columns_options copts = {0};
	size_t here[VV_KEY_COLUMNS_MAX], there[VV_KEY_COLUMNS_MAX];
	vv_status rc;

	if (count == 0) return VV_OK;
	if ((rc = open_side(v, VV_THEIRS, &from, err)) < 0 ||
	    (rc = vv_columns_match(&columns, &from.table, v->table, &copts, err)) < 0 ||
	    (rc = find_more(v, &from.table, &columns, err)) < 0) {
		return rc;
	}
	v->keys = (vv_next_keys){.tables = {v->table, &from.table}, .columns = {here, there}};
	if ((rc = find_key(v, &c->items[items[0]], here, &v->keys.count, err)) < 0) return rc;
	for (size_t k = 0; k < v->keys.count; k++) {
		const long at = vv_columns_to_old(&columns, here[k]);

		if (at < 0) return refuse_row(v, &c->items[items[0]], err);
		there[k] = (size_t)at;
	}
	for (size_t k = 0; rc == VV_OK && k < count; k++) {
		rc = bring_row(v, &v->keys, &from.table, &columns, items[k], err);
	}
	return rc;
}

/* The table here has the row of ours. */
static vv_status take_key_twice(solver *v, size_t i, bool *bring, vv_error *err)
{
	*bring = v->s->side == VV_THEIRS || v->s->side == VV_BOTH;
	return v->s->side == VV_BASE ? remove_row(v, i, err) : VV_OK;
}

/* --- all of it ---------------------------------------------------------------------------------- */

/* May the decision put a row back? */
static bool puts_back(const vv_conflict_item *item)
{
	return item->kind == VV_CONFLICT_ROW_REMOVED || item->kind == VV_CONFLICT_ROW_REPLACED;
}

static vv_status take_rows(solver *v, size_t i, bool *back, vv_error *err)
{
	return v->s->record->items[i].kind == VV_CONFLICT_ROW_REMOVED
		       ? take_row(v, i, back, err)
		       : take_replaced(v, i, back, err);
}

static vv_status decide_edits(solver *v, vv_error *err)
{
	const vv_conflict_record *c = v->s->record;
	vv_auto_free restored *list = vv_calloc(c->count + 1, sizeof(*list));
	vv_auto_free size_t *twice = vv_calloc(c->count + 1, sizeof(*twice));
	size_t count = 0, twice_count = 0;
	bool back;
	vv_status rc = list && twice ? VV_OK : vv_fail_nomem(err);

	for (size_t i = 0; rc == VV_OK && i < c->count; i++) {
		const vv_conflict_item *item = &c->items[i];

		if (!is_chosen(v->s, i)) {
			continue;
		}
		if (v->s->column) {
			rc = set_cell(v, i, v->s->column, &v->s->value, err);
		} else if (item->kind == VV_CONFLICT_CELL || item->kind == VV_CONFLICT_ROW_ADDED) {
			rc = take_cell(v, i, err);
		} else if (item->kind == VV_CONFLICT_ROW_TWICE) {
			rc = take_twice(v, i, err);
		} else if (item->kind == VV_CONFLICT_KEY_TWICE) {
			twice[twice_count] = i;
			rc = take_key_twice(v, i, &back, err);
			twice_count += back;
		} else if (!puts_back(item)) {
			rc = v->s->side == VV_OURS ? VV_OK : refuse_kind(v, item, err);
		} else if ((rc = take_rows(v, i, &back, err)) == VV_OK && back &&
			   (count == 0 || !item->key ||
			    strcmp(c->items[list[count - 1].item].key, item->key) != 0)) {
			list[count++].item = i;
		}
	}
	rc = rc < 0 ? rc : bring_rows(v, twice, twice_count, err);
	return rc < 0 ? rc : restore_rows(v, list, count, err);
}

/* The first of the (sorted) edits of a row after `row`. */
static size_t edits_upto(const solver *v, uint64_t row)
{
	return vv_first_place(i, v->count, v->edits[i].row <= row);
}

static bool edit_removes(const vv_row_edit *e)
{
	return e->action == VV_ROW_REMOVE;
}

typedef struct gone_place {
	uint64_t place; /* of the gone row before this one */
	int64_t back;   /* how many were put back there */
} gone_place;

/* Rows restored at one place are in the order of the record. */
static void move_place(const solver *v, size_t i, const int64_t *shift, gone_place *last)
{
	vv_conflict_item *item = &v->s->record->items[i];
	uint64_t place = item->before;

	if (place == UINT64_MAX) return;
	if (place != last->place) {
		*last = (gone_place){.place = place};
	}
	item->before = (uint64_t)((int64_t)place + last->back +
				  (place > 0 ? shift[edits_upto(v, place - 1)] : 0));
	last->back += v->back[i];
}

/* The conflicts that are left mean rows of the table that comes out. */
static vv_status renumber_conflicts(solver *v, vv_error *err)
{
	vv_conflict_record *c = v->s->record;
	vv_auto_free int64_t *shift = vv_calloc(v->count + 1,
						sizeof(*shift)); /* by the edits up to each */
	gone_place last = {.place = UINT64_MAX};

	if (!shift) return vv_fail_nomem(err);
	for (size_t k = 0; k < v->count; k++) {
		const vv_row_edit *e = &v->edits[k];
		bool again = k > 0 && edit_removes(e) && edit_removes(e - 1) && e[-1].row == e->row;

		shift[k + 1] = shift[k] + (e->action == VV_ROW_INSERT) -
			       (edit_removes(e) && !again);
	}
	for (size_t i = 0; i < c->count; i++) {
		vv_conflict_item *item = &c->items[i];

		if (item->row == UINT64_MAX) {
			move_place(v, i, shift, &last);
			continue;
		}
		item->row = v->rows[i];
		if (item->row == UINT64_MAX) {
			continue;
		}
		size_t at = edits_upto(v, item->row);
		if (at > 0 && v->edits[at - 1].row == item->row &&
		    edit_removes(&v->edits[at - 1])) {
			item->row = UINT64_MAX;
		} else {
			item->row = (uint64_t)((int64_t)item->row + shift[at]);
		}
	}
	return VV_OK;
}

static void solver_clear(solver *v)
{
	vv_free_all(v->rows, v->back, v->edits);
	vv_row_by_number_close(&v->by_number);
	vv_next_keys_clear(&v->keys);
	vv_arena_clear(&v->arena);
}
VV_AUTO_CLEAR(solver, solver_clear)

vv_status vv_conflict_solve(const vv_solution *s, vv_table *t, vv_bytes_fn fn, void *payload,
			    vv_error *err)
{
	vv_auto(solver) v = {.s = s, .table = t, .arena = VV_ARENA_INIT};

	vv_row_by_number_init(&v.by_number, t, VV_ROW_GROUPS_MANY, false);
	v.rows = vv_calloc(s->record->count + 1, sizeof(*v.rows));
	v.back = vv_calloc(s->record->count + 1, sizeof(*v.back));
	vv_status rc = v.rows && v.back ? VV_OK : vv_fail_nomem(err);
	if (rc < 0 || (rc = find_rows(&v, err)) < 0 || (rc = decide_edits(&v, err)) < 0) {
		return rc;
	}
	if (s->plan) return VV_OK;
	vv_row_edits_sort(v.edits, v.count);
	rc = vv_rows_edit(t, &v.more, v.edits, v.count, fn, payload, err);
	return rc == VV_OK && s->chosen ? renumber_conflicts(&v, err) : rc;
}

typedef struct temp_file {
	vv_new_file *file;
	uint64_t size;
} temp_file;

static vv_status write_temp(void *payload, const void *bytes, size_t len, vv_error *err)
{
	temp_file *f = payload;

	f->size += len;
	return vv_new_file_put(f->file, bytes, len, err);
}

static vv_status solve_merged(const vv_solution *s, temp_file *f, vv_error *err)
{
	vv_auto(vv_table) t = {0};
	vv_status rc = vv_dataset_writer_open_version(s->writer, &t, &s->record->root, err);

	return rc < 0 ? rc : vv_conflict_solve(s, &t, write_temp, f, err);
}

vv_status vv_conflict_solve_all(vv_repository *r, vv_dataset_writer *writer,
				vv_conflict_record *record, int side, vv_oid *blob, vv_error *err)
{
	vv_solution s = {.repo = r, .writer = writer, .record = record, .side = side};
	vv_dataset_options opts = VV_DATASET_OPTIONS_INIT;
	vv_auto(char) *dir = vv_path_join(vv_repository_varvedir(r), "cache", NULL);
	vv_auto(vv_new_file) file = {0};
	temp_file f = {&file, 0};
	vv_auto(vv_arena) arena = VV_ARENA_INIT;
	vv_source source;
	vv_fd_source fds;
	vv_pointer parent;
	vv_auto(vv_dataset_found) staged = {0};
	bool pointer = false;
	vv_status rc = dir ? VV_OK : vv_fail_nomem(err);

	if (rc < 0 || (rc = vv_dataset_reader_is_pointer(vv_dataset_writer_reader(writer),
							 &record->merged, &pointer, err)) < 0) {
		return rc;
	}
	if (!pointer || record->left_out > 0) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "%s has too many conflicts to resolve one by one, or is not a table "
			       "of varve",
			       vv_text_shows(record->path));
	}
	if ((rc = vv_mkdirs(dir, err)) < 0 ||
	    (rc = vv_dataset_reader_pointer(vv_dataset_writer_reader(writer), &record->merged,
					    &arena, &parent, err)) < 0 ||
	    (rc = vv_new_file_open(&file, dir, "tmp-merge-", err)) < 0) {
		return rc;
	}
	(void)vv_unlink(file.temp, true, VV_IGNORED);
	/* The blocks of the merged table must be readable as the version before. */
	if ((rc = vv_dataset_writer_commit(writer, err)) < 0 ||
	    (rc = solve_merged(&s, &f, err)) < 0) {
		return rc;
	}
	if (lseek(file.fd, 0, SEEK_SET) < 0) return vv_fail_errno(err, "cannot read", file.temp);
	opts.parent = &parent;
	vv_source_fd(&source, &fds, file.fd, record->path, f.size);
	if ((rc = vv_dataset_writer_stream(writer, record->path, &source, &opts, &staged, err)) ==
	    VV_OK) {
		rc = vv_blob_write(r, staged.pointer.data, staged.pointer.len, blob, err);
	}
	return rc;
}
