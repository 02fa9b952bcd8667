/*
 * failed_rows: joins the reasons of a faulty row, and reads the rows again.
 */
#include "lib/check/failed_rows.h"

#include <fcntl.h>
#include <string.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/array.h"
#include "base/buf.h"
#include "base/file.h"
#include "base/hash.h"
#include "base/hash_index.h"
#include "base/json/json.h"
#include "base/path.h"
#include "base/sys.h"
#include "base/text.h"
#include "dataset/format/form.h"
#include "dataset/format/row_write.h"
#include "dataset/read/sorter.h"
#include "dataset/rows/row_edit.h"
#include "dataset/table/table.h"

#define RECORD 32u /* row, order of arrival, line, reason */
#define KEY 16u
#define SORT_MEMORY ((size_t)8 << 20)
#define REASONS_MAX 65536u /* different ones; then only rule and column are reported */
#define PIECE ((size_t)1 << 20)

struct vv_failed_rows {
	char *file;   /* NULL: they are not written */
	char *passed; /* where all other rows go; or NULL */
	vv_sorter *sorter;
	vv_arena arena;
	const char **reasons;
	size_t count, cap;
	vv_hash_index index; /* of the reasons */
	uint64_t added;
	vv_buf scratch;
};

void vv_failed_rows_free(vv_failed_rows *r)
{
	if (r) {
		vv_sorter_free(r->sorter);
		vv_arena_clear(&r->arena);
		vv_free(r->reasons);
		vv_hash_index_clear(&r->index);
		vv_buf_clear(&r->scratch);
		vv_free_all(r->file, r->passed, r);
	}
}

vv_status vv_failed_rows_new(vv_failed_rows **out, const char *file, const char *passed,
			     const char *temp_dir, vv_error *err)
{
	vv_auto(vv_failed_rows) *r = vv_calloc(1, sizeof(*r));

	*out = NULL;
	if (!r || (file && !(r->file = vv_strdup(file))) ||
	    (passed && !(r->passed = vv_strdup(passed)))) {
		return vv_fail_nomem(err);
	}
	vv_status rc = vv_sorter_new(&r->sorter, RECORD, KEY, SORT_MEMORY, temp_dir, err);
	return rc < 0 ? rc : vv_hand_over(out, &r);
}

/* The number of a reason's text, which is in scratch. */
static vv_status intern_reason(vv_failed_rows *r, uint64_t *out, vv_error *err)
{
	vv_status rc = vv_buf_ok(&r->scratch, err);

	if (rc < 0) return rc;
	const uint64_t hash = vv_xxh3(r->scratch.data, r->scratch.len, vv_hash_seed());
	const char **known = vv_hash_find(r->reasons, &r->index, hash, i,
					  strcmp(*i, vv_buf_cstr(&r->scratch)) == 0);
	*out = known ? (uint64_t)(known - r->reasons) : r->count;
	if (known) return VV_OK;
	const char *text = vv_arena_strndup(&r->arena, r->scratch.data, r->scratch.len);
	return text && vv_hash_add(r->reasons, r->count, r->cap, &r->index, hash, text)
		       ? VV_OK
		       : vv_fail_nomem(err);
}

static void put_reason(vv_failed_rows *r, const vv_finding *f, bool whole)
{
	vv_buf *b = &r->scratch;

	vv_buf_reset(b);
	vv_buf_puts(b, f->rule);
	if (f->column) {
		vv_buf_putc(b, ' ');
		vv_buf_puts(b, f->column);
	}
	if (whole && f->message) {
		vv_buf_printf(b, ": %s", f->message);
	}
}

vv_status vv_failed_rows_add(vv_failed_rows *r, const vv_finding *f, vv_error *err)
{
	uint8_t record[RECORD];
	uint64_t reason = 0;
	vv_status rc;

	if (f->row == 0) return VV_OK;
	put_reason(r, f, r->count < REASONS_MAX);
	if ((rc = intern_reason(r, &reason, err)) < 0) return rc;
	vv_put_be64(record, f->row);
	vv_put_be64(record + 8, r->added++);
	vv_put_be64(record + 16, f->line);
	vv_put_be64(record + 24, reason);
	vv_sorter_add(r->sorter, record);
	return vv_sorter_ok(r->sorter, err);
}

/* The file in the making. */
typedef struct writer {
	vv_failed_rows *r;
	vv_table *t;
	vv_table_reader *reader;
	vv_batch batch;
	vv_dialect dialect;
	bool json; /* the table's file is; then so are its faulty rows, one a line */
	vv_buf out, problems;
	vv_new_file to;
	vv_row_edit *edits; /* the rows that did not pass */
	size_t edit_count, edit_cap;
} writer;

static void put_text(writer *w, const char *s, size_t len)
{
	vv_cell cell = {.text = s, .len = (uint32_t)len};

	vv_cell_write_csv(&w->out, &cell, &w->dialect, VV_QUOTE_MINIMAL, VV_CELL_LATER);
}

static vv_status flush_writer(writer *w, size_t at_least, vv_error *err)
{
	vv_status rc = vv_buf_ok(&w->out, err);

	if (rc == VV_OK && w->out.len >= at_least) {
		rc = vv_new_file_put(&w->to, w->out.data, w->out.len, err);
		vv_buf_reset(&w->out);
	}
	return rc;
}

/* The row (from 0) is in the batch. */
static vv_status read_row(writer *w, uint64_t row, vv_error *err)
{
	vv_status rc;

	if (w->batch.rows > 0 && row >= w->batch.first_row &&
	    row < w->batch.first_row + w->batch.rows) {
		return VV_OK;
	}
	if ((rc = vv_table_seek_row(w->reader, row, err)) < 0) return rc;
	int more = vv_table_read(w->reader, &w->batch, err);
	if (more < 0) return (vv_status)more;
	return more == 0 ? vv_fail(err, VV_ECORRUPT, "the table ends before row %llu",
				   (unsigned long long)row + 1)
			 : VV_OK;
}

static void put_csv(writer *w, uint64_t row, uint64_t line, const vv_cell *cells)
{
	if (line > 0) {
		vv_buf_printf(&w->out, "%llu", (unsigned long long)line);
	}
	vv_buf_printf(&w->out, "%c%llu%c", w->dialect.delimiter, (unsigned long long)row,
		      w->dialect.delimiter);
	put_text(w, vv_buf_cstr(&w->problems), w->problems.len);
	for (size_t i = 0; cells && i < w->batch.columns; i++) {
		vv_buf_putc(&w->out, (char)w->dialect.delimiter);
		vv_cell_write_csv(&w->out, &cells[i], &w->dialect, VV_QUOTE_MINIMAL, VV_CELL_LATER);
	}
	vv_buf_putc(&w->out, '\n');
}

static void put_json(writer *w, uint64_t row, uint64_t line, const vv_cell *cells)
{
	const vv_field *fields = w->t->schema.fields;

	vv_buf_putc(&w->out, '{');
	if (line > 0) {
		vv_buf_printf(&w->out, "\"check_line\": %llu, ", (unsigned long long)line);
	}
	vv_buf_printf(&w->out,
		      "\"check_row\": %llu, \"check_problems\": ", (unsigned long long)row);
	vv_json_put_string(&w->out, vv_buf_cstr(&w->problems), w->problems.len);
	for (size_t i = 0; cells && i < w->batch.columns; i++) {
		if (cells[i].state == VV_CELL_ABSENT) {
			continue;
		}
		vv_buf_puts(&w->out, ", ");
		vv_json_put_string(&w->out, fields[i].name, fields[i].name_len);
		vv_buf_puts(&w->out, ": ");
		vv_cell_write_json(&w->out, &cells[i], &w->t->root.dialect);
	}
	vv_buf_puts(&w->out, "}\n");
}

static vv_status put_row(writer *w, uint64_t row, uint64_t line, vv_error *err)
{
	const vv_cell *cells = NULL;

	vv_status rc = vv_buf_ok(&w->problems, err);

	if (rc < 0) return rc;
	if (w->r->passed && w->t && row <= w->t->root.rows) {
		if (!vv_array_add(w->edits, w->edit_count, w->edit_cap,
				  (vv_row_edit){.row = row - 1, .action = VV_ROW_REMOVE})) {
			return vv_fail_nomem(err);
		}
	}
	if (!w->r->file) return VV_OK;
	if (w->t && row <= w->t->root.rows) {
		if ((rc = read_row(w, row - 1, err)) < 0) return rc;
		cells = w->batch.cells + (size_t)(row - 1 - w->batch.first_row) * w->batch.columns;
	}
	if (w->json) {
		put_json(w, row, line, cells);
	} else {
		put_csv(w, row, line, cells);
	}
	return flush_writer(w, PIECE, err);
}

static vv_status put_rows(writer *w, vv_error *err)
{
	uint64_t row = 0, line = 0;
	vv_status rc = VV_OK;

	for (const uint8_t *p; rc == VV_OK && (p = vv_sorter_next(w->r->sorter)) != NULL;) {
		if (row > 0 && vv_get_be64(p) != row) {
			rc = put_row(w, row, line, err);
			vv_buf_reset(&w->problems);
		}
		if (vv_get_be64(p) != row) {
			row = vv_get_be64(p);
			line = vv_get_be64(p + 16);
		}
		vv_buf_puts(&w->problems, w->problems.len ? "; " : "");
		vv_buf_puts(&w->problems, w->r->reasons[vv_get_be64(p + 24)]);
	}
	if (rc < 0 || (rc = vv_sorter_ok(w->r->sorter, err)) < 0) return rc;
	return row > 0 ? put_row(w, row, line, err) : VV_OK;
}

static void put_header(writer *w)
{
	const char delimiter = (char)w->dialect.delimiter;

	vv_buf_printf(&w->out, "check_line%ccheck_row%ccheck_problems", delimiter, delimiter);
	for (size_t i = 0; w->t && i < w->t->columns; i++) {
		vv_buf_putc(&w->out, delimiter);
		put_text(w, w->t->schema.fields[i].name, w->t->schema.fields[i].name_len);
	}
	vv_buf_putc(&w->out, '\n');
}

static vv_status on_bytes(void *payload, const void *bytes, size_t len, vv_error *err)
{
	writer *w = payload;

	vv_buf_put(&w->out, bytes, len);
	return flush_writer(w, PIECE, err);
}

/* The file is whole, or it is not there. */
static vv_status close_temp(writer *w, const char *file, vv_status rc, vv_error *err)
{
	if (rc == VV_OK && (rc = vv_new_file_end(&w->to, false, err)) == VV_OK) {
		rc = vv_new_file_place(&w->to, file, err);
	}
	vv_new_file_clear(&w->to);
	return rc;
}

static vv_status write_failed(writer *w, vv_error *err)
{
	vv_status rc = w->r->file ? vv_new_file_beside(&w->to, w->r->file, ".varve-check-", err)
				  : VV_OK;

	if (rc < 0) return rc;
	if (w->t) {
		rc = vv_table_reader_open(&w->reader, w->t, NULL, 0, false, err);
	}
	if (rc == VV_OK && w->r->file && !w->json) {
		put_header(w);
	}
	if (rc == VV_OK && (rc = put_rows(w, err)) == VV_OK && w->r->file) {
		rc = flush_writer(w, 1, err);
	}
	vv_table_reader_close(w->reader);
	return w->r->file ? close_temp(w, w->r->file, rc, err) : rc;
}

/* In the form of the table's file, byte for byte but for the rows that go. */
static vv_status write_passed(writer *w, vv_error *err)
{
	if (!w->t) {
		return vv_fail(err, VV_EINPUT,
			       "the file cannot be read as a table, so no rows pass");
	}
	vv_status rc = vv_new_file_beside(&w->to, w->r->passed, ".varve-check-", err);
	if (rc < 0) return rc;
	if ((rc = vv_rows_edit(w->t, NULL, w->edits, w->edit_count, on_bytes, w, err)) == VV_OK) {
		rc = flush_writer(w, 1, err);
	}
	return close_temp(w, w->r->passed, rc, err);
}

vv_status vv_failed_rows_write(vv_failed_rows *r, vv_table *t, vv_error *err)
{
	writer w = {.r = r, .t = t && t->root.kind == VV_KIND_TABLE ? t : NULL};
	vv_status rc;

	vv_dialect_init(&w.dialect);
	w.json = w.t && vv_form_is_typed(w.t->root.dialect.form);
	if (w.t && !w.json && strchr(",;|\t", w.t->root.dialect.delimiter)) {
		w.dialect.delimiter = w.t->root.dialect.delimiter;
	}
	if ((rc = write_failed(&w, err)) == VV_OK && r->passed) {
		rc = write_passed(&w, err);
	}
	vv_free(w.edits);
	vv_batch_clear(&w.batch);
	vv_dialect_clear(&w.dialect);
	vv_buf_clear_all(&w.out, &w.problems);
	return rc;
}
