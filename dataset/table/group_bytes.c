/*
 * group_bytes: knows how a group's lines are put together again: from its columns where all lines
 * are regular, else row by row; and what stands before the first group and behind the last.
 */
#include "dataset/table/group_bytes.h"

#include <string.h>

#include "base/sys.h"
#include "dataset/format/quirks.h"
#include "dataset/read/scan.h"

/* The caller frees both, also on failure. */
static vv_status column_names(const char ***names, size_t **lens, const vv_table *t, vv_error *err)
{
	*names = vv_calloc(t->columns + 1, sizeof(**names));
	*lens = vv_calloc(t->columns + 1, sizeof(**lens));
	if (!*names || !*lens) {
		return vv_fail_nomem(err);
	}
	for (size_t i = 0; i < t->columns && t->schema.fields; i++) {
		(*names)[i] = t->schema.fields[i].name;
		(*lens)[i] = t->schema.fields[i].name_len;
	}
	return VV_OK;
}

vv_status table_row_writer(vv_row_writer **out, const vv_table *t, vv_error *err)
{
	const char **names;
	size_t *lens;
	vv_status rc = column_names(&names, &lens, t, err);

	if (rc == VV_OK) {
		rc = vv_row_writer_new(out, &t->root.dialect, t->columns, names, lens, err);
	}
	vv_free(names);
	vv_free(lens);
	return rc;
}

/* Has the last row of a group its row end? last: it is the last group. */
static bool group_ends_row(const vv_table *t, bool last)
{
	const vv_dialect *d = &t->root.dialect;

	return !last || (d->form != VV_FORM_JSON && d->final_newline);
}

vv_status table_batch_bytes(vv_buf *out, size_t *ends_out, const vv_table *t, vv_row_writer *w,
			    const vv_batch *b, size_t upto, bool last, vv_error *err)
{
	static const char *const ends[] = {"", "\n", "\r\n", "\r"};
	const vv_dialect *d = &t->root.dialect;
	size_t end_len;
	const char *end = vv_dialect_row_end(d, &end_len);
	vv_quirks quirks;
	vv_quirk q;

	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	int more = vv_quirks_next(&quirks, &q, err);
	for (size_t r = 0; r < upto && more >= 0; r++) {
		bool irregular = more > 0 && q.row == r;
		if (irregular && q.kind == VV_QUIRK_RAW) {
			vv_buf_put(out, q.raw, q.raw_len);
		} else {
			vv_row_write(w, out, &b->cells[r * b->columns], b->columns);
			if (irregular) {
				vv_buf_puts(out, ends[q.kind]);
			} else if (r + 1 < b->rows || group_ends_row(t, last)) {
				vv_buf_put(out, end, end_len);
			}
		}
		if (irregular) {
			more = vv_quirks_next(&quirks, &q, err);
		}
		if (ends_out) {
			ends_out[r] = out->len;
		}
	}
	if (more < 0) {
		return (vv_status)more;
	}
	if (more > 0 && upto == b->rows) {
		return vv_fail(err, VV_ECORRUPT,
			       "line forms (quirks) of rows that the group does not have");
	}
	return vv_buf_ok(out, err);
}

vv_status vv_batch_lines(vv_buf *out, size_t *ends, vv_table *t, const vv_batch *b, bool last,
			 vv_error *err)
{
	vv_row_writer *w = NULL;
	vv_status rc = table_row_writer(&w, t, err);
	if (rc == VV_OK) {
		rc = table_batch_bytes(out, ends, t, w, b, b->rows, last, err);
	}
	vv_row_writer_free(w);
	return rc;
}

vv_status table_group_bytes(vv_buf *out, vv_table *t, vv_row_writer **w, vv_batch *b,
			    const void *item, size_t len, bool last, vv_error *err)
{
	const size_t from = out->len;
	/* No cell is longer than what it is read from. */
	b->text_max = b->raw_len + 1;
	int done = table_load_lines(out, t, b, item, len, group_ends_row(t, last), err);
	if (done < 0) {
		return (vv_status)done;
	}
	if (done == 0) {
		vv_status rc;
		vv_buf_reserve(out, b->raw_len < (64u << 20) ? (size_t)b->raw_len + 64 : 0);
		if ((!*w && (rc = table_row_writer(w, t, err)) < 0) ||
		    (rc = table_batch_bytes(out, NULL, t, *w, b, b->rows, last, err)) < 0) {
			return rc;
		}
	}
	if (out->len - from != b->raw_len) {
		return vv_fail(err, VV_ECORRUPT, "a row group gives %zu bytes instead of %llu",
			       out->len - from, (unsigned long long)b->raw_len);
	}
	return VV_OK;
}

vv_status table_head(vv_buf *out, const vv_table *t, vv_error *err)
{
	const vv_dialect *d = &t->root.dialect;
	if (t->root.kind != VV_KIND_TABLE) {
		return VV_OK;
	}
	if (d->bom) {
		vv_buf_put(out, "\xEF\xBB\xBF", 3);
	}
	vv_buf_put(out, d->prologue.data, d->prologue.len);
	return vv_buf_ok(out, err);
}

vv_status table_tail(vv_buf *out, const vv_table *t, vv_error *err)
{
	if (t->root.kind == VV_KIND_TABLE) {
		vv_buf_put(out, t->root.dialect.epilogue.data, t->root.dialect.epilogue.len);
	}
	return vv_buf_ok(out, err);
}

static int has_raw_line(const vv_batch *b, vv_error *err)
{
	vv_quirks quirks;
	vv_quirk q;
	int more;
	vv_quirks_init(&quirks, b->quirks.data, b->quirks.len);
	while ((more = vv_quirks_next(&quirks, &q, err)) > 0) {
		if (q.kind == VV_QUIRK_RAW) {
			return 1;
		}
	}
	return more;
}

static vv_status new_scan(vv_scan **out, const vv_table *t, vv_error *err)
{
	const char **names;
	size_t *lens;
	vv_status rc = column_names(&names, &lens, t, err);

	if (rc == VV_OK) {
		rc = vv_scan_new(out, &t->root.dialect, t->columns, names, lens, err);
	}
	vv_free(names);
	vv_free(lens);
	return rc;
}

/* 1 when the next row of the scan has exactly these cells. */
static int row_agrees(vv_scan *s, vv_cell *cells, const vv_cell *wanted, size_t columns,
		      vv_row *row, vv_error *err)
{
	vv_error why;
	int got = vv_scan_row(s, cells, columns, row, &why);
	if (got == VV_ENOMEM) {
		return vv_fail_nomem(err);
	}
	if (got != 1) {
		return 0;
	}
	for (size_t i = 0; i < columns; i++) {
		if (!vv_cell_equal(&cells[i], &wanted[i])) {
			return 0;
		}
	}
	return 1;
}

vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, size_t from,
			    bool last, vv_error *err)
{
	bool array = t->root.dialect.form == VV_FORM_JSON;
	size_t len = raw->len;
	vv_scan *s = NULL;
	vv_cell *cells = NULL;
	vv_row row = {0};
	int rc = has_raw_line(b, err);
	if (rc <= 0) {
		return (vv_status)rc;
	}
	/* A byte of what follows shows whether the last row ends here. */
	if (array || !last) {
		vv_buf_putc(raw, array && last ? ']' : '{');
	}
	cells = vv_calloc(b->columns + 1, sizeof(*cells));
	if (!cells) {
		rc = vv_fail_nomem(err);
	} else {
		rc = vv_buf_ok(raw, err);
	}
	if (rc < 0 || (rc = new_scan(&s, t, err)) < 0) {
		goto done;
	}
	vv_scan_window(s, vv_buf_cstr(raw) + from, raw->len - from, last, 0);
	rc = VV_OK;
	for (size_t r = 0; r < b->rows && rc == VV_OK; r++) {
		int agrees = row_agrees(s, cells, &b->cells[r * b->columns], b->columns, &row, err);
		if (agrees < 0) {
			rc = agrees;
		} else if (!agrees || (r + 1 == b->rows && row.end != len - from)) {
			rc = vv_fail(err, VV_ECORRUPT,
				     "row %llu: its line does not say what its cells say",
				     (unsigned long long)(b->first_row + r + 1));
		}
	}
done:
	raw->len = len;
	vv_scan_free(s);
	vv_free(cells);
	return (vv_status)rc;
}
