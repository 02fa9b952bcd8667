/*
 * row_restore: pairs the rows of two versions, and finds the place of a removed row.
 */
#include "lib/edit/row_restore.h"

#include <string.h>

#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/schema/key_words.h"
#include "diff/rows/columns.h"
#include "lib/edit/row_file.h"
#include "lib/view/row_find.h"

typedef struct side {
	vv_table *table; /* of the file, or of its other version */
	vv_row_found at;
} side;

typedef struct job {
	const vv_row_restore *r;
	vv_row_file file;
	side now, then;
	vv_columns columns; /* of then and now */
	vv_row_edit *edits;
	size_t count;
	vv_cell *cells; /* of a row that comes back */
	size_t *from;   /* of file.more: places in the other version */
	const char **names;
} job;

static vv_status refuse_column(const job *j, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "'%s': both versions must have the column '%s'",
		       vv_text_shows(j->r->path), vv_text_shows(name));
}

static bool is_asked(const job *j, const vv_field *f)
{
	const vv_strings *names = j->r->columns;

	return names->count == 0 ||
	       vv_array_find(names->items, names->count, it,
			     strlen(*it) == f->name_len && memcmp(*it, f->name, f->name_len) == 0);
}

static bool is_json(const job *j)
{
	return vv_form_is_typed(j->now.table->root.dialect.form);
}

/* The cell of a column of the file, or of one that only the other version has, as the row has it there. */
static vv_cell then_cell(const job *j, size_t column)
{
	const size_t n = j->now.table->columns;
	const long from = column < n ? vv_columns_to_old(&j->columns, column)
				     : (long)j->from[column - n];

	return from >= 0    ? j->then.at.cells[from]
	       : is_json(j) ? (vv_cell){.state = VV_CELL_ABSENT}
			    : (vv_cell){.text = "", .state = VV_CELL_TEXT};
}

/* Finds the columns that the file lacks. In JSON, the row gets these members again; for CSV, their values are reported. */
static vv_status find_more(job *j, vv_error *err)
{
	const vv_table *then = j->then.table;
	vv_more_columns *more = &j->file.more;

	more->names = j->names = vv_calloc(then->columns + 1, sizeof(*j->names));
	j->from = vv_calloc(then->columns + 1, sizeof(*j->from));
	if (!j->names || !j->from) return vv_fail_nomem(err);
	for (size_t i = 0; i < then->columns; i++) {
		const vv_cell *was = &j->then.at.cells[i];
		const vv_field *f = &then->schema.fields[i];

		if (vv_columns_to_new(&j->columns, i) >= 0 || was->state == VV_CELL_ABSENT ||
		    !is_asked(j, f)) {
			continue;
		}
		if (is_json(j)) {
			j->from[more->count] = i;
			j->names[more->count++] = f->name;
		} else if (was->len > 0) {
			vv_notes_warn(
				vv_repository_notes(j->r->repo),
				"%s: the value '%s' of column '%s' is not restored: the file has no such column",
				vv_text_shows(j->r->path), vv_text_name(was->text, was->len),
				vv_text_name(f->name, f->name_len));
		}
	}
	return VV_OK;
}

/* CSV: cells that both versions have a column for. JSON: all, which come and go with their names. */
static vv_status set_cells(job *j, vv_error *err)
{
	const size_t n = j->now.table->columns;

	for (size_t i = 0; i < j->r->columns->count; i++) {
		const char *name = j->r->columns->items[i];
		const long at = vv_schema_find(&j->now.table->schema, name, strlen(name)),
			   was = vv_schema_find(&j->then.table->schema, name, strlen(name));

		if (is_json(j) ? at < 0 && (was < 0 ||
					    vv_columns_to_new(&j->columns, (size_t)was) >= 0)
			       : at < 0 || vv_columns_to_old(&j->columns, (size_t)at) < 0) {
			return refuse_column(j, name, err);
		}
	}
	for (size_t i = 0; i < n + j->file.more.count; i++) {
		const vv_cell cell = then_cell(j, i);

		if (i >= n || ((is_json(j) || vv_columns_to_old(&j->columns, i) >= 0) &&
			       is_asked(j, &j->now.table->schema.fields[i]) &&
			       !vv_cell_equal(&j->now.at.cells[i], &cell))) {
			j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row,
							     .action = VV_ROW_SET,
							     .column = i,
							     .cell = cell};
		}
	}
	return VV_OK;
}

/* Behind the nearest row above it that is still there; else at the end, or where it was first in front. */
static vv_status find_place(job *j, uint64_t *out, vv_error *err)
{
	vv_auto(vv_buf) key = VV_BUF_INIT;

	vv_key_json_put(&key, j->then.at.cells, j->then.at.key, j->then.at.key_count);
	vv_row_wanted wanted = {.key = vv_buf_cstr(&key)};
	vv_status rc = vv_buf_ok(&key, err);

	/* No row was above the first; it is not looked for, since the versions may have other keys. */
	*out = 0;
	return rc < 0 || j->then.at.row == 0
		       ? rc
		       : vv_rows_find_places(out, j->now.table, j->then.table, &wanted, 1, err);
}

static vv_status put_back(job *j, vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_INSERT, .cells = j->cells};
	vv_status rc = find_place(j, &edit.row, err);

	for (size_t i = 0; i < j->now.table->columns + j->file.more.count; i++) {
		j->cells[i] = then_cell(j, i);
	}
	j->edits[j->count++] = edit;
	return rc;
}

/* Finds the row; its key may be written otherwise in one of the versions. */
static vv_status find_row(const job *j, side *s, vv_error *err)
{
	vv_status rc = vv_row_file_find(&s->at, &j->file, s->table, j->r->row, false, err);

	if (rc < 0 || s->at.has || !s->at.all.alike) return rc;
	vv_auto(char) *alike = vv_take(&s->at.all.alike);
	vv_row_found_clear(&s->at);
	return vv_row_file_find(&s->at, &j->file, s->table, alike, false, err);
}

static const char *where_missing(const job *j)
{
	if (j->now.at.has) return " in the other version";
	return j->then.at.has ? " in the work tree; omit --column to restore the row"
			      : " in the work tree or in the other version";
}

/* Returns the key that may be meant: 7 for id=7, or the key of a similar row; NULL if there is none. */
static const char *meant_key(const job *j)
{
	const vv_root *root = &j->now.table->root;
	const char *value = root->key_count == 1 ? vv_key_place_value(root->key[0], j->r->row)
						 : NULL;

	if (value) return value;
	return j->now.at.all.near ? j->now.at.all.near : j->then.at.all.near;
}

static vv_status decide_restore(job *j, vv_row_restored *out, vv_error *err)
{
	const vv_columns_options how = {0};
	bool whole = j->r->columns->count == 0;
	vv_status rc;

	if ((rc = find_row(j, &j->now, err)) < 0 || (rc = find_row(j, &j->then, err)) < 0) {
		return rc;
	}
	if ((!j->now.at.has || !j->then.at.has) &&
	    (!whole || (!j->now.at.has && !j->then.at.has))) {
		const char *meant = meant_key(j);

		vv_fail(err, VV_ENOTFOUND, "no row of '%s' has the key '%s'%s",
			vv_text_shows(j->r->path), vv_text_shows(j->r->row), where_missing(j));
		return meant ? vv_hint(err, "did you mean '%s'?", vv_text_shows(meant))
			     : VV_ENOTFOUND;
	}
	const size_t columns = j->now.table->columns + j->then.table->columns;
	j->edits = vv_calloc(columns + 1, sizeof(*j->edits));
	j->cells = vv_calloc(columns + 1, sizeof(*j->cells));
	if (!j->edits || !j->cells) return vv_fail_nomem(err);
	if (!j->now.at.has) {
		*out = VV_RESTORED_ROW;
	} else if (!j->then.at.has) {
		*out = VV_RESTORED_NO_ROW;
	} else {
		*out = VV_RESTORED_CELLS;
	}
	if (*out == VV_RESTORED_NO_ROW) {
		j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row, .action = VV_ROW_REMOVE};
		return VV_OK;
	}
	if ((rc = vv_columns_match(&j->columns, j->then.table, j->now.table, &how, err)) < 0 ||
	    (rc = find_more(j, err)) < 0) {
		return rc;
	}
	if (*out == VV_RESTORED_ROW) return put_back(j, err);
	rc = set_cells(j, err);
	*out = j->count > 0 ? VV_RESTORED_CELLS : VV_RESTORED_NOTHING;
	return rc;
}

vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err)
{
	job j = {.r = r, .file = {.repo = r->repo, .reader = r->reader, .path = r->path}};

	j.now.table = &j.file.table;
	j.then.table = &j.file.then.table;
	*out = VV_RESTORED_NOTHING;
	vv_status rc = vv_row_file_open(&j.file, err);
	rc = rc < 0 ? rc : vv_row_file_then(&j.file, r->source, err);
	rc = rc < 0 ? rc : decide_restore(&j, out, err);
	if (rc == VV_OK && j.count > 0) {
		rc = vv_row_file_write(&j.file, j.edits, j.count, err);
	}
	*cells = *out == VV_RESTORED_CELLS ? j.count : 0;
	vv_columns_clear(&j.columns);
	vv_free_all(j.edits, j.cells, j.from, j.names);
	vv_row_found_clear(&j.then.at);
	vv_row_found_clear(&j.now.at);
	vv_row_file_close(&j.file);
	return rc;
}
