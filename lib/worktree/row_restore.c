/*
 * row_restore: which row corresponds to which, and where a row goes that is not there any more.
 */
#include "lib/worktree/row_restore.h"

#include <string.h>
#include <sys/stat.h>

#include "base/file.h"
#include "base/hint.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "dataset/edit/row_edit.h"
#include "diff/rows/columns.h"
#include "diff/rows/descent.h"
#include "diff/rows/row_by_number.h"
#include "lib/names/version.h"
#include "lib/view/key_place.h"
#include "lib/view/row_find.h"
#include "repo/git/history/history.h"
#include "repo/git/index/worktree.h"

#define NEIGHBOURS 16u
#define KEY_MAX 16u

typedef struct side {
	vv_subject subject;
	vv_table table;
	bool open;
	size_t key[KEY_MAX], key_count;
	uint64_t row;
	bool has; /* such a row */
	vv_row_by_number rows;
	const vv_cell *cells; /* of the row */
} side;

typedef struct job {
	const vv_row_restore *r;
	side now, then;
	vv_columns columns; /* of then and now */
	vv_row_edit *edits;
	size_t count;
	vv_cell *cells; /* of a row that comes back */
	vv_stat before; /* the file */
} job;

static void side_close(side *s)
{
	vv_row_by_number_close(&s->rows);
	if (s->open) {
		vv_table_close(&s->table);
	}
	vv_subject_clear(&s->subject);
}

static vv_status open_now(job *j, vv_error *err)
{
	const vv_row_restore *r = j->r;
	vv_subject *s = &j->now.subject;
	vv_status rc;

	if ((rc = vv_subject_find(s, r->repo, r->reader, r->path, err)) < 0 ||
	    (rc = vv_subject_settle(s, err)) < 0) {
		return rc;
	}
	if (s->from != VV_FROM_WORK || (s->is_dataset && !s->on_disk)) {
		vv_fail(err, VV_EUSAGE, "'%s' is %s", vv_text_shows(r->path),
			s->from == VV_FROM_WORK ? "only a pointer: its data is not here"
						: "not a file of the work tree");
		return s->from == VV_FROM_WORK ? vv_hint_code(err, VV_HINT_RESTORE_FIRST, r->path)
					       : err->code;
	}
	if ((rc = vv_lstat(&j->before, s->file, err)) < 0 ||
	    (rc = vv_subject_open(s, &j->now.table, NULL, err)) < 0) {
		return rc;
	}
	j->now.open = true;
	return VV_OK;
}

static vv_status open_then(job *j, vv_error *err)
{
	const vv_row_restore *r = j->r;
	vv_oid commit;
	vv_status rc;

	if (r->source && (rc = vv_rev_commit(r->repo, r->source, &commit, err)) < 0) return rc;
	if ((rc = vv_subject_find_at(&j->then.subject, r->repo, r->reader,
				     r->source ? &commit : NULL, j->now.subject.path, err)) < 0 ||
	    (rc = vv_subject_open(&j->then.subject, &j->then.table, NULL, err)) < 0) {
		return rc;
	}
	j->then.open = true;
	return VV_OK;
}

static vv_status check_tables(const job *j, vv_error *err)
{
	const vv_root *now = &j->now.table.root, *then = &j->then.table.root;

	if (now->kind != VV_KIND_TABLE || then->kind != VV_KIND_TABLE) {
		return vv_fail(err, VV_EUSAGE, "'%s' %s kept as a file: it has no rows",
			       vv_text_shows(j->r->path),
			       now->kind != VV_KIND_TABLE ? "is" : "was");
	}
	if (now->key_count == 0 || now->key_count > KEY_MAX) {
		vv_fail(err, VV_EUSAGE, "'%s' has no key, so that --row cannot name a row",
			vv_text_shows(j->r->path));
		return vv_hint_code(err, VV_HINT_ADD_KEY, j->r->path);
	}
	if ((now->dialect.form == VV_FORM_CSV) != (then->dialect.form == VV_FORM_CSV)) {
		return vv_fail(err, VV_ENOSUPPORT,
			       "'%s' is CSV in one of the two versions and JSON in the other",
			       vv_text_shows(j->r->path));
	}
	return VV_OK;
}

/* The row in one of the two, by the key of the file as it is. */
static vv_status find_row(const job *j, side *s, vv_error *err)
{
	const vv_key_place at = {.table = &s->table, .key = s->key, .text = j->r->row};
	const char *const *key = (const char *const *)j->now.table.root.key;
	vv_key_place p = at;
	bool whole;
	vv_status rc;

	if (!vv_descent_key(&s->table, key, s->key, &s->key_count)) {
		return vv_fail(err, VV_ENOTFOUND,
			       "the other version of '%s' does not have the columns of the key",
			       vv_text_shows(j->r->path));
	}
	p.key_count = s->key_count;
	if ((rc = vv_key_place_find(&p, &s->row, &s->has, &whole, err)) < 0 || !s->has) return rc;
	vv_row_by_number_init(&s->rows, &s->table, 1, false);
	return vv_row_by_number_get(&s->rows, s->row, &s->cells, err);
}

static vv_status refuse_column(const job *j, const char *name, vv_error *err)
{
	return vv_fail(err, VV_ENOTFOUND, "'%s' has no column '%s' in both versions",
		       vv_text_shows(j->r->path), vv_text_shows(name));
}

static bool is_asked(const job *j, size_t column)
{
	const vv_strings *names = j->r->columns;
	const vv_field *f = &j->now.table.schema.fields[column];

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
		long at = vv_schema_find(&j->now.table.schema, name, strlen(name));

		if (at < 0 || vv_columns_to_old(&j->columns, (size_t)at) < 0) {
			return refuse_column(j, name, err);
		}
	}
	for (size_t i = 0; i < j->now.table.columns; i++) {
		long from = vv_columns_to_old(&j->columns, i);

		if (from >= 0 && is_asked(j, i) &&
		    !vv_cell_equal(&j->now.cells[i], &j->then.cells[from])) {
			j->edits[j->count++] = (vv_row_edit){.row = j->now.row,
							     .action = VV_ROW_SET,
							     .column = i,
							     .cell = j->then.cells[from]};
		}
	}
	return VV_OK;
}

static void put_key(vv_buf *b, const side *s)
{
	vv_buf_putc(b, '[');
	for (size_t i = 0; i < s->key_count; i++) {
		const vv_cell *c = &s->cells[s->key[i]];

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
	    (rc = vv_rows_find(&j->then.table, &wanted, 1, NEIGHBOURS, err)) < 0) {
		goto done;
	}
	for (size_t k = 0; k < NEIGHBOURS && wanted.above && wanted.above[k]; k++) {
		near[k].key = wanted.above[k];
	}
	if ((rc = vv_rows_find(&j->now.table, near, NEIGHBOURS, 0, err)) < 0) {
		goto done;
	}
	*out = j->then.row == 0 ? 0 : j->now.table.root.rows;
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
	bool csv = j->now.table.root.dialect.form == VV_FORM_CSV;
	vv_status rc = find_place(j, &edit.row, err);

	for (size_t i = 0; i < j->now.table.columns; i++) {
		long from = vv_columns_to_old(&j->columns, i);

		j->cells[i] = from >= 0 ? j->then.cells[from]
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

	if ((rc = find_row(j, &j->now, err)) < 0) return rc;
	if ((rc = find_row(j, &j->then, err)) < 0) return rc;
	if ((!j->now.has || !j->then.has) && (!whole || (!j->now.has && !j->then.has))) {
		return vv_fail(err, VV_ENOTFOUND, "no row of '%s' has the key '%s'%s",
			       vv_text_shows(j->r->path), vv_text_shows(j->r->row),
			       j->now.has ? " in the other version"
			       : j->then.has
				       ? " in the work tree; without --column the row comes back"
				       : ", here or in the other version");
	}
	j->edits = vv_calloc(j->now.table.columns + 1, sizeof(*j->edits));
	j->cells = vv_calloc(j->now.table.columns + 1, sizeof(*j->cells));
	if (!j->edits || !j->cells) return vv_fail_nomem(err);
	*out = !j->now.has    ? VV_RESTORED_ROW
	       : !j->then.has ? VV_RESTORED_NO_ROW
			      : VV_RESTORED_CELLS;
	if (*out == VV_RESTORED_NO_ROW) {
		j->edits[j->count++] = (vv_row_edit){.row = j->now.row, .action = VV_ROW_REMOVE};
		return VV_OK;
	}
	if ((rc = vv_columns_match(&j->columns, &j->then.table, &j->now.table, &how, err)) < 0) {
		return rc;
	}
	if (*out == VV_RESTORED_ROW) return put_back(j, err);
	rc = set_cells(j, err);
	*out = j->count > 0 ? VV_RESTORED_CELLS : VV_RESTORED_NOTHING;
	return rc;
}

typedef struct new_file {
	int fd;
	char *path;
} new_file;

static vv_status write_piece(void *payload, const void *bytes, size_t len, vv_error *err)
{
	const new_file *f = payload;

	return vv_write_full(f->fd, bytes, len, f->path, err);
}

static vv_status put_in_place(const job *j, const char *temp, vv_error *err)
{
	const vv_subject *s = &j->now.subject;
	vv_stat now;
	vv_status rc = vv_lstat(&now, s->file, err);

	if (rc < 0) return rc;
	if (!vv_stat_equal(&now, &j->before)) {
		vv_fail(err, VV_EREFUSED, "'%s' changed meanwhile; nothing was done",
			vv_text_shows(j->r->path));
		return vv_hint(err, "try again");
	}
	if ((rc = vv_worktree_watch(j->r->repo, s->path, temp, err)) < 0) return rc;
	return vv_rename(temp, s->file, err);
}

static vv_status write_file(job *j, vv_error *err)
{
	vv_auto(char) *folder = vv_path_dir(j->now.subject.file);
	new_file f = {-1, NULL};
	vv_status rc = folder ? VV_OK : vv_fail_nomem(err);

	if (rc == VV_OK) {
		vv_temp_sweep(folder, VV_WRITE_TEMP); /* of processes that were killed */
		f.fd = vv_temp_open(&f.path, folder, VV_WRITE_TEMP, err);
	}
	if (rc == VV_OK && f.fd < 0) {
		rc = (vv_status)f.fd;
	}
	if (rc < 0) return rc;
	rc = vv_rows_edit(&j->now.table, j->edits, j->count, write_piece, &f, err);
	if (rc == VV_OK && fchmod(f.fd, j->before.mode & 07777) < 0) {
		rc = vv_fail_errno(err, "cannot set the mode of", f.path);
	}
	/* What it replaces may stand nowhere else. */
	if (rc == VV_OK) {
		rc = vv_fsync(f.fd, f.path, err);
	}
	vv_status closed = vv_close(f.fd, f.path, rc == VV_OK ? err : NULL);
	if (rc == VV_OK && (rc = closed) == VV_OK) {
		rc = put_in_place(j, f.path, err);
	}
	if (rc < 0) {
		(void)vv_unlink(f.path, true, NULL);
	}
	vv_free(f.path);
	return rc;
}

vv_status vv_row_restore_run(vv_row_restored *out, size_t *cells, const vv_row_restore *r,
			     vv_error *err)
{
	job j = {.r = r};
	vv_status rc;

	vv_subject_init(&j.now.subject);
	vv_subject_init(&j.then.subject);
	*out = VV_RESTORED_NOTHING;
	if ((rc = open_now(&j, err)) < 0 || (rc = open_then(&j, err)) < 0 ||
	    (rc = check_tables(&j, err)) < 0 || (rc = decide(&j, out, err)) < 0) {
		goto done;
	}
	rc = j.count > 0 ? write_file(&j, err) : VV_OK;
done:
	*cells = *out == VV_RESTORED_CELLS ? j.count : 0;
	vv_columns_clear(&j.columns);
	vv_free(j.edits);
	vv_free(j.cells);
	side_close(&j.then);
	side_close(&j.now);
	return rc;
}
