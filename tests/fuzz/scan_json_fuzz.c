/*
 * Scans the input as NDJSON or as an array's rows, whole and in small windows: both
 * must agree, and what is written from the cells must scan to the same cells. The first two bytes choose form and window.
 */
#include <stdlib.h>
#include <string.h>

#include "base/sys.h"
#include "dataset/format/row_write.h"
#include "dataset/read/scan.h"
#include "tests/fuzz/fuzz.h"

#define ROOM 256u

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* A row written under the scan's names and read back. */
static void check_row(const vv_scan *s, const vv_dialect *d, const vv_cell *cells)
{
	const char *names[ROOM];
	size_t lens[ROOM], columns = vv_scan_columns(s), i;
	vv_cell back[ROOM];
	vv_dialect lines = *d;
	vv_row_writer *w;
	vv_buf line = VV_BUF_INIT;
	vv_scan *again;
	vv_error err;
	vv_row row;

	for (i = 0; i < columns; i++) {
		names[i] = vv_scan_column_name(s, i, &lens[i]);
	}
	lines.form = VV_FORM_NDJSON;
	require(vv_row_writer_new(&w, &lines, columns, names, lens, &err) == VV_OK);
	require(vv_scan_new(&again, &lines, columns, names, lens, &err) == VV_OK);
	vv_row_write(w, &line, cells, columns);
	vv_scan_window(again, line.data, line.len, true, 0);
	/* Nested values of an array's rows may contain line ends. */
	if (!memchr(line.data, '\n', line.len) && !memchr(line.data, '\r', line.len)) {
		require(vv_scan_row(again, back, columns, &row, &err) == 1 && row.end == line.len);
		for (i = 0; i < columns; i++) {
			require(vv_cell_equal(&cells[i], &back[i]));
		}
	}
	vv_scan_free(again);
	vv_row_writer_free(w);
	vv_buf_clear(&line);
}

static void put_row(vv_buf *log, const vv_row *row, const vv_cell *cells, size_t at)
{
	size_t i;

	for (i = 0; i < row->cells; i++) {
		vv_buf_putc(log, '0' + cells[i].state);
		vv_buf_put(log, cells[i].text, cells[i].len);
	}
	vv_buf_printf(log, "%zu-%zu %zu-%zu %d\n", row->start + at, row->end + at,
		      row->text_start + at, row->text_end + at, (int)row->newline);
}

static void scan(vv_buf *log, const vv_dialect *d, const char *bytes, size_t len, size_t window,
		 bool check)
{
	vv_cell cells[ROOM];
	size_t at = 0, want = window;
	bool at_end = false;
	vv_scan *s;
	vv_error err;
	vv_row row;
	int rc = vv_scan_new(&s, d, 0, NULL, NULL, &err);

	require(rc == VV_OK);
	while (rc >= 0 && !at_end) {
		size_t size = len - at < want ? len - at : want;
		char *copy = vv_malloc(size);

		memcpy(copy, bytes + at, size);
		at_end = at + size == len;
		vv_scan_window(s, copy, size, at_end, at);
		while ((rc = vv_scan_row(s, cells, ROOM, &row, &err)) == 1) {
			put_row(log, &row, cells, at);
			require(row.end == vv_scan_offset(s) && row.end <= size);
			if (check) {
				check_row(s, d, cells);
			}
		}
		if (rc == 2) {
			rc = -1;
		} else if (rc < 0) {
			require(rc == VV_EINPUT && vv_scan_fault(s) <= size);
			vv_buf_printf(log, "%zu %s", at + vv_scan_fault(s), err.message);
		}
		want = vv_scan_offset(s) > 0 ? window : want * 2;
		at += vv_scan_offset(s);
		vv_free(copy);
	}
	vv_scan_free(s);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *bytes = (const char *)data + 2;
	vv_buf whole = VV_BUF_INIT, parts = VV_BUF_INIT;
	char open[] = "{", colon[] = ":", comma[] = ",", close[] = "}";
	vv_dialect d;

	if (size < 2 || size > 8192) return 0;
	vv_dialect_init(&d);
	d.form = data[0] & 1 ? VV_FORM_JSON : VV_FORM_NDJSON;
	d.ascii = (data[0] & 2) != 0;
	d.open = (vv_bytes){open, 1};
	d.colon = (vv_bytes){colon, 1};
	d.comma = (vv_bytes){comma, 1};
	d.close = (vv_bytes){close, 1};
	scan(&whole, &d, bytes, size - 2, size, true);
	scan(&parts, &d, bytes, size - 2, (size_t)data[1] + 1, false);
	require(whole.len == parts.len &&
		memcmp(vv_buf_cstr(&whole), vv_buf_cstr(&parts), whole.len) == 0);
	vv_buf_clear(&whole);
	vv_buf_clear(&parts);
	return 0;
}
