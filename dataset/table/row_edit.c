/*
 * row_edit: knows what stands between two rows, so that removing the last one or adding
 * one after it leaves a file that still reads.
 */
#include "dataset/table/row_edit.h"

#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/quirks.h"
#include "dataset/table/bytes.h"
#include "dataset/table/bytes_encoded.h"
#include "dataset/table/table.h"

typedef struct editor {
	vv_table *table;
	const vv_row_edit *edits;
	size_t count, next;
	vv_row_writer *writer;
	vv_cell *cells; /* of a row being set */
	vv_buf out;
	bool json;
	bool any;       /* does something stand in front that a row must be set off from? */
	vv_buf between; /* JSON: what stands after the row written last, when it said so */
	bool has_between;
} editor;

static int by_row(const void *a, const void *b)
{
	const vv_row_edit *x = a, *y = b;

	if (x->row != y->row) return x->row < y->row ? -1 : 1;
	if ((x->action == VV_ROW_INSERT) != (y->action == VV_ROW_INSERT)) {
		return x->action == VV_ROW_INSERT ? -1 : 1;
	}
	return 0;
}

void vv_row_edits_sort(vv_row_edit *edits, size_t count)
{
	/* Insertion keeps equal ones in order; edits mostly come sorted. */
	for (size_t i = 1; i < count; i++) {
		vv_row_edit e = edits[i];
		size_t k = i;

		for (; k > 0 && by_row(&e, &edits[k - 1]) < 0; k--) {
			edits[k] = edits[k - 1];
		}
		edits[k] = e;
	}
}

/* What must stand in front of a row that follows another. */
static void separate(editor *e)
{
	size_t len;
	const char *end = vv_dialect_row_end(&e->table->root.dialect, &len);

	if (!e->any) {
		e->any = true;
	} else if (e->json) {
		if (e->has_between) {
			vv_buf_put(&e->out, e->between.data, e->between.len);
		} else {
			vv_buf_put(&e->out, end, len);
		}
	} else if (e->out.len > 0 && e->out.data[e->out.len - 1] != '\n' &&
		   e->out.data[e->out.len - 1] != '\r') {
		vv_buf_put(&e->out, end, len);
	}
	e->has_between = false;
}

static void put_end(editor *e, const char *end, size_t len)
{
	if (!e->json) {
		vv_buf_put(&e->out, end, len);
	}
}

/* A row as it stands in the file. */
static void put_raw(editor *e, const vv_quirk *q)
{
	size_t body = q->raw_len;

	if (e->json) {
		while (body > 0 && q->raw[body - 1] != '}') {
			body--;
		}
		body = body ? body : q->raw_len;
	}
	vv_buf_put(&e->out, q->raw, body);
	if (e->json && body < q->raw_len) {
		vv_buf_reset(&e->between);
		vv_buf_put(&e->between, q->raw + body, q->raw_len - body);
		e->has_between = true;
	}
}

/* How a row that is no raw line ends. */
static void put_row_end(editor *e, const vv_quirk *q, bool last)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = &e->table->root.dialect;
	size_t len;
	const char *end = vv_dialect_row_end(d, &len);

	if (q && q->kind != VV_QUIRK_RAW) {
		put_end(e, ends[q->kind], strlen(ends[q->kind]));
	} else if (!last || d->final_newline) {
		put_end(e, end, len);
	}
}

static void insert_rows(editor *e, uint64_t row)
{
	for (; e->next < e->count && e->edits[e->next].row == row &&
	       e->edits[e->next].action == VV_ROW_INSERT;
	     e->next++) {
		separate(e);
		vv_row_write(e->writer, &e->out, e->edits[e->next].cells, e->table->columns);
		put_row_end(e, NULL, row == e->table->root.rows);
	}
}

/* One row of the table, with what is done to it. q: how it is irregular, or NULL. */
static void put_row(editor *e, const vv_cell *cells, uint64_t row, const vv_quirk *q)
{
	bool set = false, removed = false, last = row + 1 == e->table->root.rows;

	insert_rows(e, row);
	for (; e->next < e->count && e->edits[e->next].row == row; e->next++) {
		const vv_row_edit *edit = &e->edits[e->next];

		if (edit->action == VV_ROW_REMOVE) {
			removed = true;
		} else if (!set) {
			memcpy(e->cells, cells, e->table->columns * sizeof(*cells));
			set = true;
		}
		if (edit->action == VV_ROW_SET) {
			e->cells[edit->column] = edit->cell;
		}
	}
	if (removed) return;
	separate(e);
	if (!set && q && q->kind == VV_QUIRK_RAW) {
		put_raw(e, q);
		return;
	}
	vv_row_write(e->writer, &e->out, set ? e->cells : cells, e->table->columns);
	put_row_end(e, q, last);
}

static vv_status put_group(editor *e, const vv_batch *b, vv_error *err)
{
	vv_quirks quirks;
	vv_quirk q;

	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	int more = vv_quirks_next(&quirks, &q, err);
	for (size_t r = 0; r < b->rows && more >= 0; r++) {
		bool irregular = more > 0 && q.row == r;

		put_row(e, &b->cells[r * b->columns], b->first_row + r, irregular ? &q : NULL);
		if (irregular) {
			more = vv_quirks_next(&quirks, &q, err);
		}
	}
	return more < 0 ? (vv_status)more : vv_buf_ok(&e->out, err);
}

/* Hands over what is there but the last byte, which tells how the last row ends. */
static vv_status drain(editor *e, bool all, vv_bytes_fn fn, void *payload, vv_error *err)
{
	size_t keep = all || e->out.len == 0 ? 0 : 1;
	vv_status rc = vv_buf_ok(&e->out, err);

	if (rc == VV_OK && e->out.len > keep) {
		rc = fn(payload, e->out.data, e->out.len - keep, err);
		if (keep) {
			e->out.data[0] = e->out.data[e->out.len - 1];
		}
		e->out.len = keep;
	}
	return rc;
}

static vv_status edit_text(vv_table *t, const vv_row_edit *edits, size_t count, vv_bytes_fn fn,
			   void *payload, vv_error *err)
{
	editor e = {.table = t, .edits = edits, .count = count};
	vv_table_reader *r = NULL;
	vv_batch b = {0};
	int more = 0;
	vv_status rc;

	e.json = t->root.dialect.form == VV_FORM_JSON;
	e.any = !e.json && t->root.dialect.prologue.len > 0;
	e.cells = vv_calloc(t->columns + 1, sizeof(*e.cells));
	if (!e.cells) {
		rc = vv_fail_nomem(err);
		goto done;
	}
	if ((rc = table_row_writer(&e.writer, t, err)) < 0 ||
	    (rc = vv_table_reader_open(&r, t, NULL, 0, true, err)) < 0 ||
	    (rc = table_head(&e.out, t, err)) < 0) {
		goto done;
	}
	while (rc == VV_OK && (more = vv_table_read(r, &b, err)) > 0) {
		if ((rc = put_group(&e, &b, err)) == VV_OK) {
			rc = drain(&e, false, fn, payload, err);
		}
	}
	if (more < 0) {
		rc = (vv_status)more;
	}
	if (rc == VV_OK) {
		insert_rows(&e, t->root.rows);
		if ((rc = table_tail(&e.out, t, err)) == VV_OK) {
			rc = drain(&e, true, fn, payload, err);
		}
	}
done:
	vv_table_reader_close(r);
	vv_row_writer_free(e.writer);
	vv_batch_clear(&b);
	vv_buf_clear(&e.out);
	vv_buf_clear(&e.between);
	vv_free(e.cells);
	return rc;
}

vv_status vv_rows_edit(vv_table *t, const vv_row_edit *edits, size_t count, vv_bytes_fn fn,
		       void *payload, vv_error *err)
{
	vv_auto(file_encoder) *file = NULL;
	vv_status rc;

	if (!vv_root_is_encoded(&t->root)) return edit_text(t, edits, count, fn, payload, err);
	if ((rc = file_encoder_open(&file, t, fn, payload, err)) == VV_OK &&
	    (rc = edit_text(t, edits, count, file_encoder_put, file, err)) == VV_OK) {
		rc = file_encoder_end(file, err);
	}
	return rc;
}
