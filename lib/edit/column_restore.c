/*
 * column_restore: which cells another version has otherwise, and which of those in the file nothing else has.
 */
#include "lib/edit/column_restore.h"

#include <string.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/show.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "diff/rows/rowdiff.h"
#include "lib/edit/row_file.h"
#include "lib/rows/where.h"

#define UNSAVED_SHOWN 10u
#define EVERY_COLUMN SIZE_MAX /* of a row that only the file has */

typedef struct cells {
	vv_row_edit *items; /* by row */
	size_t count, cap;
} cells;

typedef struct job {
	const vv_column_restore *r;
	vv_row_file file;
	vv_where *where; /* NULL: every row */
	cells edits, unsaved;
	vv_arena arena;
} job;

static void job_clear(job *j)
{
	vv_where_free(j->where);
	vv_row_file_close(&j->file);
	vv_free_all(j->edits.items, j->unsaved.items);
	vv_arena_clear(&j->arena);
}
VV_AUTO_CLEAR(job, job_clear)

/* The requested columns, as pairs of both versions. */
static vv_status find_pairs(const job *j, const vv_columns *columns, bool *asked, vv_error *err)
{
	for (size_t i = 0; i < j->r->columns->count; i++) {
		const char *name = j->r->columns->items[i];
		const long at = vv_schema_find(&j->file.table.schema, name, strlen(name));
		bool found = false;

		for (size_t k = 0; at >= 0 && k < columns->count; k++) {
			if (columns->pairs[k].b == at && columns->pairs[k].a >= 0) {
				found = asked[k] = true;
			}
		}
		if (!found) {
			return vv_fail(err, VV_ENOTFOUND,
				       "'%s': both versions must have the column '%s'",
				       vv_text_shows(j->r->path), vv_text_shows(name));
		}
	}
	return VV_OK;
}

static vv_status put_cell(job *j, cells *out, uint64_t row, size_t column, const vv_cell *was,
			  vv_error *err)
{
	vv_row_edit e = {.row = row, .action = VV_ROW_SET, .column = column};

	if (was) {
		e.cell = *was;
		e.cell.text = vv_arena_strndup(&j->arena, was->text ? was->text : "", was->len);
		if (!e.cell.text) return vv_fail_nomem(err);
	}
	return vv_array_add(out->items, out->count, out->cap, e) ? VV_OK : vv_fail_nomem(err);
}

static vv_status take_row(job *j, cells *out, const vv_row_change *c, const vv_columns *columns,
			  const bool *asked, vv_error *err)
{
	vv_status rc = VV_OK;

	if (!c->new_cells || (j->where && !vv_where_holds(j->where, c->new_cells))) return VV_OK;
	if (!c->old_cells) return put_cell(j, out, c->new_row, EVERY_COLUMN, NULL, err);
	for (size_t i = 0; rc == VV_OK && i < columns->count; i++) {
		const vv_column_pair *p = &columns->pairs[i];

		if (asked[i] && !vv_cell_equal(&c->old_cells[p->a], &c->new_cells[p->b])) {
			rc = put_cell(j, out, c->new_row, (size_t)p->b, &c->old_cells[p->a], err);
		}
	}
	return rc;
}

static vv_status compare_cells(job *j, cells *out, vv_error *err)
{
	vv_table *was = &j->file.then.table;
	static const char *const none[] = {NULL};
	const vv_columns_options how = {0};
	const vv_root *root = &j->file.table.root;
	vv_auto(vv_columns) columns = {0};
	vv_auto(vv_rowdiff) *d = NULL;
	vv_row_change change;
	vv_status rc = vv_columns_match(&columns, was, &j->file.table, &how, err);
	const vv_rowdiff_options o = {.key = root->key_count > 0 ? (const char *const *)root->key
								 : none,
				      .columns = &columns,
				      .temp_dir = vv_env_temp_dir(vv_repository_env(j->r->repo)),
				      .pool = vv_dataset_reader_pool(j->r->reader)};

	if (rc < 0) return rc;
	vv_auto_free bool *asked = vv_calloc(columns.count + 1, sizeof(*asked));
	if (!asked) return vv_fail_nomem(err);
	if ((rc = find_pairs(j, &columns, asked, err)) < 0 ||
	    (rc = vv_rowdiff_open(&d, was, &j->file.table, &o, err)) < 0) {
		return rc;
	}
	while (vv_rowdiff_next(d, &change, &rc, err)) {
		rc = take_row(j, out, &change, &columns, asked, err);
	}
	return rc;
}

/* Cells that a version has otherwise; source NULL: the index. */
static vv_status find_cells(job *j, cells *out, const char *source, vv_error *err)
{
	const vv_status rc = vv_row_file_then(&j->file, source, err);

	return rc < 0 ? rc : compare_cells(j, out, err);
}

static bool is_unsaved(const job *j, size_t *at, const vv_row_edit *e)
{
	const cells *u = &j->unsaved;

	while (*at < u->count && u->items[*at].row < e->row) {
		++*at;
	}
	for (size_t i = *at; i < u->count && u->items[i].row == e->row; i++) {
		if (u->items[i].column == e->column || u->items[i].column == EVERY_COLUMN) {
			return true;
		}
	}
	return false;
}

/* Rows that only the file has keep their cells. */
static void count_restored(job *j, vv_column_restored *out)
{
	const vv_field *fields = j->file.table.schema.fields;
	size_t at = 0, kept = 0;

	vv_array_each(j->edits.items, j->edits.count, e) {
		if (e->column == EVERY_COLUMN) {
			continue;
		}
		out->rows += kept == 0 || j->edits.items[kept - 1].row != e->row;
		out->cells++;
		if (is_unsaved(j, &at, e) && out->unsaved++ < UNSAVED_SHOWN) {
			vv_notes_put(
				vv_repository_notes(j->r->repo),
				"%s, row %llu, column %s: its value is not staged",
				vv_text_shows(j->r->path), (unsigned long long)e->row + 1,
				vv_text_name(fields[e->column].name, fields[e->column].name_len));
		}
		j->edits.items[kept++] = *e;
	}
	j->edits.count = kept;
}

vv_status vv_column_restore_run(vv_column_restored *out, const vv_column_restore *r, vv_error *err)
{
	vv_auto(job) j = {
		.r = r,
		.file = {.repo = r->repo, .reader = r->reader, .path = r->path, .keyless = true},
		.arena = VV_ARENA_INIT};
	const vv_where_how how = {.path = r->path};
	vv_status rc;

	*out = (vv_column_restored){0};
	if ((rc = vv_row_file_open(&j.file, err)) < 0 ||
	    (r->where->count > 0 &&
	     (rc = vv_where_new(&j.where, &j.file.table, r->where, &how, err)) < 0) ||
	    (rc = find_cells(&j, &j.edits, r->source, err)) < 0 ||
	    (r->source && !j.file.subject.is_dataset &&
	     (rc = find_cells(&j, &j.unsaved, NULL, err)) < 0) ||
	    (j.where && (rc = vv_where_ok(j.where, err)) < 0)) {
		return rc;
	}
	count_restored(&j, out);
	if (out->unsaved > 0 && !r->force && !r->dry_run) {
		return vv_fail(err, VV_EREFUSED,
			       "'%s': the unstaged values of %s would be lost; nothing was "
			       "done\nstage these values, or use --force",
			       vv_text_shows(r->path), vv_text_counted(out->unsaved, "cell", NULL));
	}
	return r->dry_run || out->cells == 0
		       ? VV_OK
		       : vv_row_file_write(&j.file, j.edits.items, j.edits.count, err);
}
