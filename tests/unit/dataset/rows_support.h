/*
 * rows_support: scans a text in one call, and asserts the rows or the error.
 */
#ifndef VV_TESTS_UNIT_DATASET_ROWS_SUPPORT_H
#define VV_TESTS_UNIT_DATASET_ROWS_SUPPORT_H

#include "tests/unit/support.h"

#include <string.h>

#include "dataset/format/dialect.h"
#include "dataset/read/scan.h"

/* Scans bytes in windows of `window` bytes (0: one window), as an import does: if a row does not
 * fit, the window is doubled. Appends a text for each row to out: "[a|b|-|n:null|l:1]"; with
 * details, each cell also has its flags, and a line with the row's offsets follows. Returns the
 * number of rows, or a negative status; *fault is then the offset of the error in the whole
 * input. */
static inline int rows_scan(vv_buf *out, const vv_dialect *d, size_t columns, const char *bytes,
			    size_t len, size_t window, bool details, uint64_t *fault, vv_error *err)
{
	vv_scan *s = NULL;
	vv_arena arena = VV_ARENA_INIT;
	size_t at = 0, want = window > 0 ? window : len, stride = columns, i, rows = 0;
	const size_t room = d->form == VV_FORM_CSV ? columns + 1 : 4096;
	vv_cell *cells = test_calloc(room, sizeof *cells);
	vv_row row;
	int rc = vv_scan_new(&s, d, d->form == VV_FORM_CSV ? columns : 0, NULL, NULL, err);

	while (rc >= 0) {
		/* The window is a copy of its own size, so that ASan sees a read beyond it. */
		size_t size = len - at < want ? len - at : want;
		bool at_end = at + size == len;
		char *copy = test_malloc(size + 1);

		memcpy(copy, bytes + at, size);
		copy = test_realloc(copy, size > 0 ? size : 1);
		vv_scan_window(s, copy, size, at_end, at);
		while ((rc = vv_scan_row(s, cells, stride, &row, err)) > 0) {
			if (rc == 2) {
				stride = vv_scan_columns(s);
				assert_true(stride <= room);
				continue;
			}
			rows++;
			vv_buf_putc(out, '[');
			for (i = 0; i < row.cells; i++) {
				const vv_cell *c = &cells[i];

				vv_buf_puts(out, i > 0 ? "|" : "");
				vv_buf_puts(out, c->state == VV_CELL_ABSENT    ? "-"
						 : c->state == VV_CELL_NULL    ? "n:"
						 : c->state == VV_CELL_LITERAL ? "l:"
									       : "");
				vv_buf_put(out, c->text, c->len);
				if (details) {
					vv_buf_printf(out, "/%u", c->flags);
				}
			}
			for (; i < stride; i++) {
				assert_int_equal(cells[i].state, VV_CELL_ABSENT);
			}
			vv_buf_putc(out, ']');
			if (details) {
				vv_buf_printf(out,
					      " %zu-%zu text %zu-%zu bytes %llu newline %d%s%s\n",
					      row.start + at, row.end + at, row.text_start + at,
					      row.text_end + at, (unsigned long long)row.cell_bytes,
					      (int)row.newline, row.plain ? " plain" : "",
					      row.text_start != row.start ? " blank" : "");
			}
			assert_true(row.start <= row.text_start && row.text_start <= row.text_end &&
				    row.text_end <= row.end && row.end == vv_scan_offset(s));
		}
		*fault = at + (rc < 0 ? vv_scan_fault(s) : 0);
		at += vv_scan_offset(s);
		if (vv_scan_offset(s) == 0 && !at_end) {
			want *= 2;
		} else {
			want = window > 0 ? window : len;
		}
		vv_scan_detach_arena(s, &arena);
		vv_arena_clear(&arena);
		test_free(copy);
		if (at_end) {
			break;
		}
	}
	vv_scan_free(s);
	test_free(cells);
	return rc < 0 ? rc : (int)rows;
}

/* Asserts that scanning gives the rows `wanted`, such as "[a|b][c|d]", with windows of several
 * sizes. */
static inline void rows_expect(const vv_dialect *d, size_t columns, const char *bytes, size_t len,
			       const char *wanted)
{
	size_t windows[] = {0, 1, 3, 7, 64}, i;

	for (i = 0; i < sizeof windows / sizeof windows[0]; i++) {
		vv_buf out = VV_BUF_INIT;
		vv_error err;
		uint64_t fault;

		vv_assert_ok(
			rows_scan(&out, d, columns, bytes, len, windows[i], false, &fault, &err),
			&err);
		assert_string_equal(vv_buf_cstr(&out), wanted);
		vv_buf_clear(&out);
	}
}

/* Asserts that scanning fails with VV_EINPUT at this offset, and that the error's message contains
 * `message`. */
static inline void rows_refused(const vv_dialect *d, size_t columns, const char *bytes, size_t len,
				const char *message, uint64_t offset)
{
	size_t windows[] = {0, 1, 64}, i;

	for (i = 0; i < sizeof windows / sizeof windows[0]; i++) {
		vv_buf out = VV_BUF_INIT;
		vv_error err = {0};
		uint64_t fault = 0;
		int rc = rows_scan(&out, d, columns, bytes, len, windows[i], false, &fault, &err);

		vv_assert_status(rc, VV_EINPUT, &err);
		vv_assert_contains(err.message, message);
		assert_int_equal(fault, offset);
		vv_buf_clear(&out);
	}
}

#endif
