/*
 * row_changes: which columns a row of two versions has, and under which type a cell of either is read.
 */
#include "lib/arrow/row_changes.h"

#include <stdio.h>
#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/sys.h"
#include "dataset/table/table.h"
#include "diff/rows/columns.h"

#define BATCH_ROWS 65536u
#define BATCH_TEXT ((size_t)64 << 20) /* as batches.c */
#define MICROS 1000000

/* A column of the arrays, and those of the two versions that it has the cells of. */
typedef struct changed_column {
	vv_arrow_column out, old, new;
	bool has_old, has_new;
} changed_column;

struct vv_arrow_changes {
	vv_arrow_changes_options o;
	changed_column *columns; /* room for `room` */
	size_t count, room;
	size_t own;           /* the first of those that have no cells of rows */
	changed_column *both; /* cells: of each pair of columns; else NULL */
	size_t pairs;
	vv_arena names;
	size_t rows;
	vv_arrow_misfits misfits;
};

static const vv_arrow_reading as_text = {.text = true};

/* ---- columns ---- */

static bool is_taken(const vv_arrow_changes *c, const char *name)
{
	return vv_array_find(c->columns, c->count, it, strcmp(it->out.name, name) == 0) != NULL;
}

/* The next column of the arrays. Its name is that, or with a number that makes it another's no longer. */
static vv_status add_column(vv_arrow_changes *c, const char *name, vv_arrow_form form,
			    bool required, vv_error *err)
{
	char number[24] = "";
	char *own = NULL;

	for (unsigned n = 2; !own; n++) {
		const size_t len = strlen(name), more = strlen(number);

		if (!(own = vv_arena_alloc(&c->names, len + more + 1))) return vv_fail_nomem(err);
		memcpy(own, name, len);
		memcpy(own + len, number, more + 1);
		if (is_taken(c, own)) {
			own = NULL;
			(void)snprintf(number, sizeof(number), "%u", n);
		}
	}
	vv_arrow_column_init_own(&c->columns[c->count++].out, own, form, required);
	return VV_OK;
}

/* Reads cells of these columns of the two versions; places below 0: there is none. */
static vv_status read_pair(changed_column *c, vv_table *a, vv_table *b, const vv_column_pair *pair,
			   const vv_arrow_reading *how, vv_error *err)
{
	vv_status rc = VV_OK;

	if ((c->has_old = pair->a >= 0)) {
		rc = vv_arrow_column_init(&c->old, a, (size_t)pair->a, how, err);
	}
	if (rc == VV_OK && (c->has_new = pair->b >= 0)) {
		rc = vv_arrow_column_init(&c->new, b, (size_t)pair->b, how, err);
	}
	return rc;
}

static void clear_column(changed_column *c)
{
	vv_arrow_column_clear(&c->out);
	vv_arrow_column_clear(&c->old);
	vv_arrow_column_clear(&c->new);
}

/* The columns of both versions under the newer one's names. If their types differ they are text, unless one has no
 * values. */
static vv_status add_pair(vv_arrow_changes *c, vv_table *a, vv_table *b, const vv_column_pair *pair,
			  vv_error *err)
{
	changed_column *column = &c->columns[c->count];
	vv_status rc = read_pair(column, a, b, pair, &c->o.how, err);

	if (rc == VV_OK && column->has_old && column->has_new &&
	    column->old.form != VV_ARROW_NONE && column->new.form != VV_ARROW_NONE &&
	    (column->old.form != column->new.form ||
	     column->old.measured != column->new.measured)) {
		clear_column(column);
		rc = read_pair(column, a, b, pair, &as_text, err);
	}
	if (rc < 0) return rc;
	const bool new = column->has_new && (column->new.form != VV_ARROW_NONE || !column->has_old);
	const vv_arrow_column *one = new ? &column->new : &column->old;
	if ((rc = add_column(c, column->has_new ? column->new.name : column->old.name, one->form,
			     false, err)) < 0) {
		return rc;
	}
	column->out.measured = one->measured;
	column->out.mark = one->mark;
	if (one->measured) {
		column->out.scale = column->old.scale = column->new.scale = vv_arrow_decimals_scale(
			&column->old.extent, &column->new.extent);
	}
	return VV_OK;
}

static vv_column_pair pair_at(const vv_columns *columns, bool only_old, size_t i)
{
	return columns    ? columns->pairs[i]
	       : only_old ? (vv_column_pair){.a = (long)i, .b = -1}
			  : (vv_column_pair){.a = -1, .b = (long)i};
}

static vv_status add_row_columns(vv_arrow_changes *c, vv_table *a, vv_table *b,
				 const vv_columns *columns, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < c->pairs && rc == VV_OK; i++) {
		const vv_column_pair pair = pair_at(columns, !b, i);

		rc = add_pair(c, a, b, &pair, err);
	}
	c->own = c->count;
	if (rc < 0 || (rc = add_column(c, "_change_type", VV_ARROW_TEXT, true, err)) < 0 ||
	    (rc = add_column(c, "_commit_version", VV_ARROW_TEXT, false, err)) < 0) {
		return rc;
	}
	return add_column(c, "_commit_timestamp", VV_ARROW_MOMENT, false, err);
}

static vv_status add_cell_columns(vv_arrow_changes *c, vv_table *a, vv_table *b,
				  const vv_columns *columns, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!(c->both = vv_calloc(c->pairs + 1, sizeof(*c->both)))) return vv_fail_nomem(err);
	for (size_t i = 0; i < c->pairs && rc == VV_OK; i++) {
		const vv_column_pair pair = pair_at(columns, !b, i);

		rc = read_pair(&c->both[i], a, b, &pair, &as_text, err);
		c->both[i].old.verbatim = c->both[i].new.verbatim = true;
	}
	for (size_t i = 0; i < c->o.key_count && rc == VV_OK; i++) {
		const vv_column_pair pair = pair_at(NULL, !b, c->o.key[i]);

		rc = add_pair(c, a, b, &pair, err);
	}
	if (rc == VV_OK && c->o.key_count == 0) {
		rc = add_column(c, "row_number", VV_ARROW_INT, true, err);
	}
	c->own = c->count;
	if (rc < 0 || (rc = add_column(c, "column", VV_ARROW_TEXT, true, err)) < 0 ||
	    (rc = add_column(c, "before", VV_ARROW_TEXT, false, err)) < 0) {
		return rc;
	}
	return add_column(c, "after", VV_ARROW_TEXT, false, err);
}

bool vv_arrow_changes_schema(const vv_arrow_changes *c, struct ArrowSchema *out)
{
	bool ok = vv_arrow_schema(out, "+s", "", false, c->count);

	for (size_t i = 0; ok && i < c->count; i++) {
		ok = vv_arrow_column_schema(out->children[i], &c->columns[i].out);
	}
	if (!ok && out->release) {
		out->release(out);
	}
	return ok;
}

/* ---- rows ---- */

/* The cell of either version for a column of the arrays. */
static vv_status put_cell(vv_arrow_changes *c, changed_column *to, const vv_arrow_column *of,
			  const vv_cell *cells, uint64_t number, vv_error *err)
{
	return vv_arrow_column_put_cell(&to->out, of, cells ? &cells[of->place] : NULL, c->rows,
					number, &c->misfits, err);
}

static vv_status put_row(vv_arrow_changes *c, const char *type, const vv_cell *cells, bool old,
			 uint64_t number, vv_error *err)
{
	const int64_t time = c->o.time * MICROS;
	const char *commit = c->o.commit;
	changed_column *own = &c->columns[c->own];
	vv_status rc = VV_OK;

	for (size_t i = 0; i < c->own && rc == VV_OK; i++) {
		changed_column *to = &c->columns[i];
		const bool has = old ? to->has_old : to->has_new;

		rc = put_cell(c, to, old ? &to->old : &to->new, has ? cells : NULL, number, err);
	}
	if (rc < 0 ||
	    (rc = vv_arrow_column_put_text(&own[0].out, type, strlen(type), c->rows, err)) < 0 ||
	    (rc = vv_arrow_column_put_text(&own[1].out, commit, commit ? strlen(commit) : 0,
					   c->rows, err)) < 0 ||
	    (rc = vv_arrow_column_put_int(&own[2].out, commit ? &time : NULL, c->rows, err)) < 0) {
		return rc;
	}
	c->rows++;
	return VV_OK;
}

static vv_status put_rows(vv_arrow_changes *c, const vv_row_change *r, vv_error *err)
{
	const bool update = r->kind == VV_ROW_CHANGED && !r->rekeyed;
	vv_status rc = VV_OK;

	if (r->kind == VV_ROW_MOVED) return VV_OK;
	if (r->old_cells) {
		rc = put_row(c, update ? "update_preimage" : "delete", r->old_cells, true,
			     r->old_row, err);
	}
	if (rc < 0 || !r->new_cells) return rc;
	return put_row(c, update ? "update_postimage" : "insert", r->new_cells, false, r->new_row,
		       err);
}

/* ---- cells ---- */

static vv_status put_key(vv_arrow_changes *c, const vv_row_change *r, vv_error *err)
{
	const int64_t number = (int64_t)r->new_row;
	vv_status rc;

	if (c->o.key_count == 0) {
		return vv_arrow_column_put_int(&c->columns[0].out, &number, c->rows, err);
	}
	vv_array_each(c->columns, c->own, it) {
		if ((rc = put_cell(c, it, &it->new, r->new_cells, r->new_row, err)) < 0) {
			return rc;
		}
	}
	return VV_OK;
}

static vv_status put_change(vv_arrow_changes *c, const vv_row_change *r, size_t pair, vv_error *err)
{
	const changed_column *both = &c->both[pair];
	changed_column *own = &c->columns[c->own];
	const char *name = both->has_new ? both->new.name : both->old.name;
	vv_status rc = put_key(c, r, err);

	if (rc < 0 ||
	    (rc = vv_arrow_column_put_text(&own[0].out, name, strlen(name), c->rows, err)) < 0 ||
	    (rc = put_cell(c, &own[1], &both->old, both->has_old ? r->old_cells : NULL, r->old_row,
			   err)) < 0 ||
	    (rc = put_cell(c, &own[2], &both->new, both->has_new ? r->new_cells : NULL, r->new_row,
			   err)) < 0) {
		return rc;
	}
	c->rows++;
	return VV_OK;
}

vv_status vv_arrow_changes_put(vv_arrow_changes *c, const vv_row_change *r, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!c->o.cells) {
		rc = put_rows(c, r, err);
	}
	for (size_t i = 0; c->o.cells && r->cells && i < c->pairs && rc == VV_OK; i++) {
		if (r->kind == VV_ROW_CHANGED && r->cells[i] != VV_CELL_SAME) {
			rc = put_change(c, r, i, err);
		}
	}
	if (rc == VV_OK && c->misfits.count > 0 && c->o.misfit == VARVE_MISFIT_ERROR) {
		rc = vv_error_copy(err, &c->misfits.why);
	}
	return rc;
}

/* ---- arrays ---- */

static vv_status begin_columns(vv_arrow_changes *c, vv_error *err)
{
	vv_status rc = VV_OK;

	for (size_t i = 0; i < c->count && rc == VV_OK; i++) {
		rc = vv_arrow_column_begin(&c->columns[i].out, 0, err);
	}
	c->rows = 0;
	return rc;
}

bool vv_arrow_changes_full(const vv_arrow_changes *c)
{
	return c->rows >= c->o.batch_rows ||
	       vv_array_find(c->columns, c->count, column, column->out.text.len >= BATCH_TEXT);
}

vv_status vv_arrow_changes_take(vv_arrow_changes *c, struct ArrowArray *out, vv_error *err)
{
	vv_status rc;

	memset(out, 0, sizeof(*out));
	if (c->rows == 0) return VV_OK;
	if (c->misfits.keep && (rc = vv_arrow_column_put_misfits(&c->columns[c->count - 1].out,
								 &c->misfits, c->rows, err)) < 0) {
		return rc;
	}
	bool ok = vv_arrow_array(out, c->rows, 0, 1, c->count);
	for (size_t i = 0; ok && i < c->count; i++) {
		ok = vv_arrow_column_end(out->children[i], &c->columns[i].out, c->rows);
	}
	if (!ok && out->release) {
		out->release(out);
	}
	return ok ? begin_columns(c, err) : vv_fail_nomem(err);
}

const vv_arrow_misfits *vv_arrow_changes_misfits(const vv_arrow_changes *c)
{
	return &c->misfits;
}

/* ---- opening ---- */

static vv_status open_changes(vv_arrow_changes *c, vv_table *a, vv_table *b,
			      const vv_columns *columns, vv_error *err)
{
	if (c->o.misfit < VARVE_MISFIT_ERROR || c->o.misfit > VARVE_MISFIT_TEXT) {
		return vv_fail(err, VV_ENOSUPPORT, "unknown treatment of misfits %d",
			       (int)c->o.misfit);
	}
	if (columns) {
		c->pairs = columns->count;
	} else if (a) {
		c->pairs = a->schema.count;
	} else if (b) {
		c->pairs = b->schema.count;
	} else {
		c->pairs = 0;
	}
	c->room = c->pairs + c->o.key_count + 5;
	if (!(c->columns = vv_calloc(c->room, sizeof(*c->columns)))) return vv_fail_nomem(err);
	vv_status rc = c->o.cells ? add_cell_columns(c, a, b, columns, err)
				  : add_row_columns(c, a, b, columns, err);
	if (rc == VV_OK && (c->misfits.keep = c->o.misfit == VARVE_MISFIT_TEXT)) {
		rc = add_column(c, "_misfits", VV_ARROW_TEXT, false, err);
	}
	return rc < 0 ? rc : begin_columns(c, err);
}

vv_status vv_arrow_changes_open(vv_arrow_changes **out, vv_table *a, vv_table *b,
				const vv_columns *columns, const vv_arrow_changes_options *opts,
				vv_error *err)
{
	vv_auto(vv_arrow_changes) *c = vv_calloc(1, sizeof(*c));
	vv_status rc;

	*out = NULL;
	if (!c) return vv_fail_nomem(err);
	c->o = *opts;
	c->o.batch_rows = opts->batch_rows ? opts->batch_rows : BATCH_ROWS;
	if ((rc = open_changes(c, a, b, columns, err)) < 0) return rc;
	return vv_hand_over(out, &c);
}

void vv_arrow_changes_close(vv_arrow_changes *c)
{
	if (c) {
		vv_array_clear(c->columns, c->columns ? c->room : 0, it, clear_column(it));
		vv_array_clear(c->both, c->both ? c->pairs : 0, it, clear_column(it));
		vv_arena_clear(&c->names);
		vv_arrow_misfits_clear(&c->misfits);
		vv_free(c);
	}
}
