/*
 * row_restore: which row corresponds to which, and where a row goes that is not there any more.
 */
#include "lib/edit/row_restore.h"

#include <string.h>

#include "base/json/json.h"
#include "base/sys.h"
#include "diff/rows/columns.h"
#include "lib/edit/row_file.h"
#include "lib/view/row_find.h"
#include "repo/git/history/history.h"

#define NEIGHBOURS 16u

typedef struct side {
	vv_table *table; /* of the file, or of `then` */
	vv_row_found at;
} side;

typedef struct job {
	const vv_row_restore *r;
	vv_row_file file;
	vv_subject subject; /* of the other version */
	vv_table table;
	bool open;
	side now, then;
	vv_columns columns; /* of then and now */
	vv_row_edit *edits;
	size_t count;
	vv_cell *cells; /* of a row that comes back */
} job;

static vv_status open_then(job *j, vv_error *err)
{
	const vv_row_restore *r = j->r;
	vv_oid commit;
	vv_status rc;

	if (r->source && (rc = vv_rev_commit(r->repo, r->source, &commit, err)) < 0) return rc;
	if ((rc = vv_subject_find_at(&j->subject, r->repo, r->reader, r->source ? &commit : NULL,
				     j->file.subject.path, err)) < 0 ||
	    (rc = vv_subject_open(&j->subject, &j->table, NULL, err)) < 0) {
		return rc;
	}
	j->open = true;
	j->now.table = &j->file.table;
	j->then.table = &j->table;
	return VV_OK;
}

static vv_status check_tables(const job *j, vv_error *err)
{
	const vv_root *now = &j->now.table->root, *then = &j->then.table->root;

	if (then->kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' was kept as a file: it has no rows",
			       vv_text_shows(j->r->path));
	}
	if ((now->dialect.form == VV_FORM_CSV) != (then->dialect.form == VV_FORM_CSV)) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "'%s' is CSV in one of the two versions and JSON in the other",
			       vv_text_shows(j->r->path));
	}
	return VV_OK;
}

static vv_status refuse_column(const job *j, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "'%s' has no column '%s' in both versions",
		       vv_text_shows(j->r->path), vv_text_shows(name));
}

static bool is_asked(const job *j, size_t column)
{
	const vv_strings *names = j->r->columns;
	const vv_field *f = &j->now.table->schema.fields[column];

	for (size_t i = 0; i < names->count; i++) {
		if (strlen(names->items[i]) == f->name_len &&
		    memcmp(names->items[i], f->name, f->name_len) == 0) {
			return true;
		}
	}
	return names->count == 0;
}

/* Cells that both versions have a column for. */
static vv_status set_cells(job *j, vv_error *err)
{
	for (size_t i = 0; i < j->r->columns->count; i++) {
		const char *name = j->r->columns->items[i];
		long at = vv_schema_find(&j->now.table->schema, name, strlen(name));

		if (at < 0 || vv_columns_to_old(&j->columns, (size_t)at) < 0) {
			return refuse_column(j, name, err);
		}
	}
	for (size_t i = 0; i < j->now.table->columns; i++) {
		long from = vv_columns_to_old(&j->columns, i);

		if (from >= 0 && is_asked(j, i) &&
		    !vv_cell_equal(&j->now.at.cells[i], &j->then.at.cells[from])) {
			j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row,
							     .action = VV_ROW_SET,
							     .column = i,
							     .cell = j->then.at.cells[from]};
		}
	}
	return VV_OK;
}

static void put_key(vv_buf *b, const side *s)
{
	vv_buf_putc(b, '[');
	for (size_t i = 0; i < s->at.key_count; i++) {
		const vv_cell *c = &s->at.cells[s->at.key[i]];

		vv_buf_puts(b, i > 0 ? "," : "");
		vv_json_put_text(b, c->text ? c->text : "", c->len);
	}
	vv_buf_putc(b, ']');
}

/* Behind the nearest row above it that is still there; else at the end, or where it was first in front. */
static vv_status find_place(job *j, uint64_t *out, vv_error *err)
{
	vv_row_wanted wanted = {0}, near[NEIGHBOURS] = {{0}};
	vv_auto(vv_buf) key = VV_BUF_INIT;
	vv_status rc;

	put_key(&key, &j->then);
	wanted.key = vv_buf_cstr(&key);
	if ((rc = vv_buf_ok(&key, err)) < 0 ||
	    (rc = vv_rows_find(j->then.table, &wanted, 1, NEIGHBOURS, err)) < 0) {
		goto done;
	}
	for (size_t k = 0; k < NEIGHBOURS && wanted.above && wanted.above[k]; k++) {
		near[k].key = wanted.above[k];
	}
	if ((rc = vv_rows_find(j->now.table, near, NEIGHBOURS, 0, err)) < 0) {
		goto done;
	}
	*out = j->then.at.row == 0 ? 0 : j->now.table->root.rows;
	for (size_t k = NEIGHBOURS; k-- > 0;) {
		*out = near[k].key && near[k].row != UINT64_MAX ? near[k].row + 1 : *out;
	}
done:
	vv_rows_wanted_clear(&wanted, 1);
	return rc;
}

static vv_status put_back(job *j, vv_error *err)
{
	vv_row_edit edit = {.action = VV_ROW_INSERT, .cells = j->cells};
	bool csv = j->now.table->root.dialect.form == VV_FORM_CSV;
	vv_status rc = find_place(j, &edit.row, err);

	for (size_t i = 0; i < j->now.table->columns; i++) {
		long from = vv_columns_to_old(&j->columns, i);

		j->cells[i] = from >= 0 ? j->then.at.cells[from]
			      : csv     ? (vv_cell){.text = "", .state = VV_CELL_TEXT}
					: (vv_cell){.state = VV_CELL_ABSENT};
	}
	j->edits[j->count++] = edit;
	return rc;
}

static vv_status decide(job *j, vv_row_restored *out, vv_error *err)
{
	const vv_columns_options how = {0};
	bool whole = j->r->columns->count == 0;
	vv_status rc;

	if ((rc = vv_row_file_find(&j->now.at, &j->file, j->now.table, j->r->row, err)) < 0 ||
	    (rc = vv_row_file_find(&j->then.at, &j->file, j->then.table, j->r->row, err)) < 0) {
		return rc;
	}
	if ((!j->now.at.has || !j->then.at.has) &&
	    (!whole || (!j->now.at.has && !j->then.at.has))) {
		return vv_fail(err, VV_ENOTFOUND, "no row of '%s' has the key '%s'%s",
			       vv_text_shows(j->r->path), vv_text_shows(j->r->row),
			       j->now.at.has ? " in the other version"
			       : j->then.at.has
				       ? " in the work tree; without --column the row comes back"
				       : ", here or in the other version");
	}
	j->edits = vv_calloc(j->now.table->columns + 1, sizeof(*j->edits));
	j->cells = vv_calloc(j->now.table->columns + 1, sizeof(*j->cells));
	if (!j->edits || !j->cells) return vv_fail_nomem(err);
	*out = !j->now.at.has    ? VV_RESTORED_ROW
	       : !j->then.at.has ? VV_RESTORED_NO_ROW
				 : VV_RESTORED_CELLS;
	if (*out == VV_RESTORED_NO_ROW) {
		j->edits[j->count++] = (vv_row_edit){.row = j->now.at.row, .action = VV_ROW_REMOVE};
		return VV_OK;
	}
	if ((rc = vv_columns_match(&j->columns, j->then.table, j->now.table, &how, err)) < 0) {
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
	vv_status rc;

	vv_subject_init(&j.subject);
	*out = VV_RESTORED_NOTHING;
	if ((rc = vv_row_file_open(&j.file, err)) < 0 || (rc = open_then(&j, err)) < 0 ||
	    (rc = check_tables(&j, err)) < 0 || (rc = decide(&j, out, err)) < 0) {
		goto done;
	}
	rc = j.count > 0 ? vv_row_file_write(&j.file, j.edits, j.count, err) : VV_OK;
done:
	*cells = *out == VV_RESTORED_CELLS ? j.count : 0;
	vv_columns_clear(&j.columns);
	vv_free(j.edits);
	vv_free(j.cells);
	vv_row_found_clear(&j.then.at);
	vv_row_found_clear(&j.now.at);
	if (j.open) {
		vv_table_close(&j.table);
	}
	vv_subject_clear(&j.subject);
	vv_row_file_close(&j.file);
	return rc;
}
