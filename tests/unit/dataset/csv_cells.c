/*
 * csv_cells: prints what scanning gives, for csv_cells_test.py to compare.
 *
 * stdin: any number of files, each as delimiter, quote, escape (a byte each), window
 * (le32: the first window's size), length (le32), bytes. stdout: a line for each: the
 * rows, parted by ';', their cells in hex, parted by ','; or "refused: " and why.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "dataset/read/scan.h"

#define COLUMNS 256u

static void print_row(const vv_cell *cells, size_t count)
{
	size_t i, k;

	for (i = 0; i < count; i++) {
		for (k = 0; k < cells[i].len; k++) {
			printf("%02x", (unsigned)(uint8_t)cells[i].text[k]);
		}
		putchar(i + 1 < count ? ',' : ';');
	}
}

/* Scans all; false when it is refused. Nothing is printed before that is known. */
static bool scan(vv_scan *s, const char *bytes, size_t len, size_t window, bool print,
		 vv_error *err)
{
	static vv_cell cells[COLUMNS];
	size_t at = 0, want = window;
	vv_row row;
	int rc;

	for (;;) {
		size_t size = len - at < want ? len - at : want;
		bool at_end = at + size == len;

		vv_scan_window(s, bytes + at, size, at_end, at);
		while ((rc = vv_scan_row(s, cells, COLUMNS, &row, err)) == 1) {
			if (print) {
				print_row(cells, row.cells);
			}
		}
		if (rc < 0 || at_end) return rc == 0;
		want = vv_scan_offset(s) > 0 ? window : want * 2;
		at += vv_scan_offset(s);
	}
}

static bool do_file(const uint8_t head[11], char *bytes)
{
	size_t len = vv_get_le32(head + 7), window = vv_get_le32(head + 3);
	vv_dialect d;
	vv_scan *s;
	vv_error err;

	vv_dialect_init(&d);
	d.delimiter = head[0];
	d.quote = head[1];
	d.escape = head[2];
	if (vv_scan_new(&s, &d, COLUMNS, NULL, NULL, &err) < 0) return false;
	if (scan(s, bytes, len, window, false, &err)) {
		(void)scan(s, bytes, len, window, true, &err);
		putchar('\n');
	} else {
		printf("refused: %s\n", err.message);
	}
	vv_scan_free(s);
	return true;
}

int main(void)
{
	uint8_t head[11];
	bool fine = true;

	while (fine && fread(head, 1, sizeof head, stdin) == sizeof head) {
		size_t len = vv_get_le32(head + 7);
		char *bytes = malloc(len + 1);

		fine = bytes && fread(bytes, 1, len, stdin) == len && do_file(head, bytes);
		free(bytes);
	}
	return fine && fflush(stdout) == 0 ? 0 : 1;
}
