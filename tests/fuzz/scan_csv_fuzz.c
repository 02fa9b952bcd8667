/*
 * Scans the input as CSV, whole and in small windows: both must agree, rows must tile
 * it, plain rows must be what the writer makes, and rows written must scan back.
 * The first four bytes choose the dialect and the window.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

static size_t put_row(vv_buf *log, const vv_row *row, const vv_cell *cells, size_t at)
{
	size_t i, bytes = 0;

	for (i = 0; i < row->cells; i++) {
		require(cells[i].state == VV_CELL_TEXT);
		vv_buf_putc(log, '[');
		vv_buf_put(log, cells[i].text, cells[i].len);
		bytes += cells[i].len + 1;
	}
	vv_buf_printf(log, "%zu-%zu %zu-%zu %d%d\n", row->start + at, row->end + at,
		      row->text_start + at, row->text_end + at, (int)row->newline, row->plain);
	return bytes;
}

/* Scans in windows of this size at first. The log has all that callers see. */
static void scan(vv_buf *log, const vv_dialect *d, size_t columns, const char *bytes, size_t len,
		 size_t window)
{
	vv_cell cells[64];
	size_t at = 0, want = window;
	bool at_end = false;
	vv_scan *s;
	vv_error err;
	vv_row row;
	int rc = vv_scan_new(&s, d, columns, NULL, NULL, &err);

	if (rc < 0) return;
	while (rc >= 0 && !at_end) {
		size_t size = len - at < want ? len - at : want;
		char *copy = vv_malloc(size);

		memcpy(copy, bytes + at, size);
		at_end = at + size == len;
		vv_scan_window(s, copy, size, at_end, at);
		while ((rc = vv_scan_row(s, cells, columns, &row, &err)) == 1) {
			require(put_row(log, &row, cells, at) + (columns - row.cells) ==
				row.cell_bytes);
			require(row.end == vv_scan_offset(s) && row.end <= size);
		}
		if (rc < 0) {
			vv_buf_printf(log, "%zu %s", at + vv_scan_fault(s), err.message);
			require(rc == VV_EINPUT && vv_scan_fault(s) <= size);
		}
		want = vv_scan_offset(s) > 0 ? window : want * 2;
		at += vv_scan_offset(s);
		vv_free(copy);
	}
	vv_scan_free(s);
}

/* Rows tile the input; what is plain is written back; what is written scans back. */
static void check_rows(const vv_dialect *d, size_t columns, const char *bytes, size_t len)
{
	vv_cell cells[64], back[64];
	vv_row_writer *w;
	vv_buf line = VV_BUF_INIT;
	vv_scan *s, *again;
	vv_error err;
	vv_row row, other;
	size_t at = 0, i;

	if (vv_scan_new(&s, d, columns, NULL, NULL, &err) < 0) return;
	require(vv_scan_new(&again, d, columns, NULL, NULL, &err) == VV_OK);
	require(vv_row_writer_new(&w, d, columns, NULL, NULL, &err) == VV_OK);
	vv_scan_window(s, bytes, len, true, 0);
	while (vv_scan_row(s, cells, columns, &row, &err) == 1) {
		require(row.start == at && row.end > at);
		at = row.end;
		vv_buf_reset(&line);
		vv_row_write(w, &line, cells, columns);
		if (row.plain) {
			size_t text = row.text_end - row.text_start;

			require(line.len == text &&
				memcmp(line.data, bytes + row.start, text) == 0);
		}
		if (d->quote != 0) {
			vv_scan_window(again, line.data, line.len, true, 0);
			require(vv_scan_row(again, back, columns, &other, &err) == 1 &&
				other.end == line.len);
			for (i = 0; i < columns; i++) {
				require(vv_cell_equal(&cells[i], &back[i]));
			}
		}
	}
	vv_scan_free(s);
	vv_scan_free(again);
	vv_row_writer_free(w);
	vv_buf_clear(&line);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 4;
	vv_buf whole = VV_BUF_INIT, parts = VV_BUF_INIT;
	vv_dialect d;
	size_t columns;

	if (size < 4 || size > 8192) return 0;
	vv_dialect_init(&d);
	d.delimiter = data[0];
	d.quote = data[1];
	d.escape = data[2] > 127 ? '\\' : 0;
	columns = (size_t)(data[2] & 63) + 1;
	columns = columns > 64 ? 64 : columns;
	size -= 4;
	scan(&whole, &d, columns, bytes, size, size + 1);
	scan(&parts, &d, columns, bytes, size, (size_t)data[3] + 1);
	require(whole.len == parts.len &&
		memcmp(vv_buf_cstr(&whole), vv_buf_cstr(&parts), whole.len) == 0);
	check_rows(&d, columns, bytes, size);
	vv_buf_clear(&whole);
	vv_buf_clear(&parts);
	return 0;
}
