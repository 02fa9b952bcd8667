/*
 * lines: knows how to tell that the raw lines of a group say what its cells say: the bytes
 * made of a group with raw lines are scanned again. Without this a version could show
 * one thing and restore another.
 */
#include <string.h>

#include "base/sys.h"
#include "dataset/format/quirks.h"
#include "dataset/read/scan.h"
#include "dataset/table/table_internal.h"

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
	const char **names = vv_calloc(t->columns + 1, sizeof(*names));
	size_t *lens = vv_calloc(t->columns + 1, sizeof(*lens));
	vv_status rc;
	if (!names || !lens) {
		rc = vv_fail_nomem(err);
	} else {
		for (size_t i = 0; i < t->columns && t->schema.fields; i++) {
			names[i] = t->schema.fields[i].name;
			lens[i] = t->schema.fields[i].name_len;
		}
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

vv_status table_check_lines(const vv_table *t, const vv_batch *b, vv_buf *raw, bool last,
			    vv_error *err)
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
	vv_scan_window(s, vv_buf_cstr(raw), raw->len, last, 0);
	rc = VV_OK;
	for (size_t r = 0; r < b->rows && rc == VV_OK; r++) {
		int agrees = row_agrees(s, cells, &b->cells[r * b->columns], b->columns, &row, err);
		if (agrees < 0) {
			rc = agrees;
		} else if (!agrees || (r + 1 == b->rows && row.end != len)) {
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
