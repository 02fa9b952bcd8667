/*
 * Sniffs the input, as a whole file and as the beginning of one, and scans it under
 * what was found. The first byte chooses hints.
 */
#include <stdlib.h>
#include <string.h>

#include "dataset/read/scan.h"
#include "dataset/read/sniff.h"
#include "tests/fuzz/fuzz.h"

static void require(bool holds)
{
	if (!holds) {
		abort();
	}
}

/* What a verdict has to keep to. */
static void check_result(const vv_sniff_result *r, const char *text, size_t len)
{
	size_t bom = r->dialect.bom ? 3 : 0, i;
	vv_scan *s;
	vv_error err;

	require(r->body == bom + r->dialect.prologue.len && r->body <= len);
	require(vv_dialect_lead_fits(&r->dialect));
	require(r->dialect.prologue.len == 0 ||
		memcmp(text + bom, r->dialect.prologue.data, r->dialect.prologue.len) == 0);
	require(r->columns <= VV_COLUMNS_MAX && r->dialect.quoting_count <= r->columns);
	for (i = 0; i < r->columns; i++) {
		require(r->names[i] && r->names[i][r->name_lens[i]] == '\0');
	}
	require(vv_scan_new(&s, &r->dialect, r->columns, (const char *const *)r->names,
			    r->name_lens, &err) == VV_OK);
	vv_scan_free(s);
}

/* A row at the body's start that can be read at all has no more cells than columns. */
static void check_first_row(const vv_sniff_result *r, const char *text, size_t len)
{
	vv_cell *cells = calloc(r->columns + 1, sizeof *cells);
	vv_scan *s;
	vv_error err;
	vv_row row;
	int n;

	require(cells != NULL);
	require(vv_scan_new(&s, &r->dialect, r->columns, (const char *const *)r->names,
			    r->name_lens, &err) == VV_OK);
	vv_scan_window(s, text + r->body, len - r->body, true, r->body);
	n = vv_scan_row(s, cells, r->columns + 1, &row, &err);
	require(n != 2 && (n != 1 || row.start == 0));
	require(n != 1 || r->dialect.form != VV_FORM_CSV || row.text_start == row.start);
	vv_scan_free(s);
	free(cells);
}

/* The lines below a table begin where a line does; a version after this one has them again. */
static void check_tail(const char *text, size_t len, const vv_sniff_hints *hints, long lines)
{
	vv_sniff_hints h = *hints;
	vv_buf warnings = VV_BUF_INIT;
	vv_dialect parent;
	size_t tail, again;
	vv_error err;
	vv_status rc;

	h.skip_below = lines;
	rc = vv_sniff_tail(&tail, &warnings, text, len, true, &h, &err);
	require(rc == VV_OK || (rc == VV_EINPUT && lines > 0));
	require(tail <= len && (rc == VV_OK || tail == 0));
	if (tail > 0) {
		const char before = text[tail < len ? len - tail - 1 : 0];

		require(tail < len && (before == '\n' || before == '\r'));
		vv_dialect_init(&parent);
		require(vv_bytes_set(&parent.epilogue, text + len - tail, tail, &err) == VV_OK);
		h.skip_below = -1;
		h.parent = &parent;
		rc = vv_sniff_tail(&again, &warnings, text, len, true, &h, &err);
		require(rc == VV_OK && (again == tail || lines > 0));
		vv_dialect_clear(&parent);
	}
	vv_buf_clear(&warnings);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const char *const paths[] = {NULL,       "a.csv", "a.tsv", "a.json",
					    "a.ndjson", "a.psv", "a",     "a.txt"};
	const char *text = (const char *)data + 1;
	vv_sniff_hints h = VV_SNIFF_HINTS_INIT;
	vv_sniff_result r, again;
	vv_status rc, part;
	vv_error err;

	if (size < 1 || size > 16384) return 0;
	size--;
	h.path = paths[data[0] & 7];
	h.header = data[0] & 8 ? (data[0] & 16) != 0 : -1;
	h.delimiter = data[0] & 32 ? ';' : -1;
	check_tail(text, size, &h, (data[0] & 7) < 4 ? -1 : data[0] & 3);
	part = vv_sniff(&r, text, size, false, &h, &err);
	if (part == VV_OK) {
		check_result(&r, text, size);
		vv_sniff_result_clear(&r);
	}
	rc = vv_sniff(&r, text, size, true, &h, &err);
	require(rc == VV_OK || rc == VV_EINPUT);
	if (rc == VV_OK) {
		check_result(&r, text, size);
		check_first_row(&r, text, size);
		/* What it found is kept when it is the parent's. */
		h.parent = &r.dialect;
		rc = vv_sniff(&again, text, size, true, &h, &err);
		require(rc == VV_OK && again.dialect.form == r.dialect.form &&
			again.columns == r.columns);
		require(vv_dialect_same_cells(&r.dialect, &again.dialect));
		vv_sniff_result_clear(&again);
		vv_sniff_result_clear(&r);
	}
	return 0;
}
