/*
 * scan: reads rows from bytes, under a dialect (CSV, NDJSON, JSON array).
 *
 * Works on a window of bytes of the caller: vv_scan_window sets it, then vv_scan_row returns row after row. When
 * the window ends inside a row, vv_scan_row returns 0; the caller sets a longer window that begins at
 * vv_scan_offset, or declares the end of the input. Cells borrow from the window, or, if they had to be decoded
 * (doubled quotes, JSON strings), from the scan's arena, which vv_scan_detach_arena hands over with a finished run
 * of rows.
 *
 * CSV grammar (tests compare with libcsv strict and Python's csv): a cell that begins with the quote character
 * extends to the closing quote; a doubled quote (or, with an escape character, an escaped byte) inside is that
 * character; any other cell runs to the delimiter or line end, quotes inside it being data. LF, CR and CRLF all
 * end rows. A line without any byte is blank: no row, kept as form. So is a line that begins with the dialect's
 * comment character. Spaces at the beginning of a cell are skipped if the dialect has skip_spaces, and are form,
 * too. NUL and invalid UTF-8 are ordinary bytes.
 *
 * NDJSON: a line is spaces, one object, spaces; lines that contain only spaces count as blank. JSON array:
 * objects with commas between them, white space anywhere.
 *
 * Because blank lines at the end belong to the last row, and a CR may still become a CRLF, a row is returned when
 * the byte after it was read or the input is over.
 */
#ifndef VV_DATASET_READ_SCAN_H
#define VV_DATASET_READ_SCAN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/cell.h"
#include "dataset/format/dialect.h"

typedef struct vv_row {
	size_t start, end; /* raw bytes in the window: blank lines before, the row, its row end; in
	                      * a JSON array the separator after it (",\n  ") is its row end */
	uint64_t cell_bytes; /* sum of len + 1 (absent: 1) over all columns (CSV), or over those up
	                      * to the row's highest (JSON, in which more columns may follow) */
	size_t cells;        /* cells present in the row (CSV); JSON: highest column + 1 */
	/* what ended it; VV_NO_NEWLINE at the end of the input and in arrays */
	vv_newline newline;
	bool plain;        /* CSV: no quote or escape character anywhere, no blank line before */
	bool breaks;       /* CSV: a cell has a line feed */
	size_t text_start; /* the row itself, without blank lines and row end (NDJSON: spaces */
	size_t text_end;   /* after the object belong to it) */
} vv_row;

typedef struct vv_scan vv_scan;

/* A scanner for the dialect (copied). columns: how many cells a row may have
 * (CSV); for JSON forms the number of names given. names: JSON column names in
 * order (copied; may be NULL for CSV). VV_EINPUT when the dialect's characters
 * contradict each other (a quote that is the delimiter, a line end, ...). */
vv_status vv_scan_new(vv_scan **out, const vv_dialect *d, size_t columns, const char *const *names,
		      const size_t *name_lens, vv_error *err);
void vv_scan_free(vv_scan *s); /* accepts NULL */
VV_AUTO_FREE(vv_scan, vv_scan_free)

/* Sets the bytes to scan, fewer than 4 GiB. at_end: nothing follows them. origin: the window's
 * offset in the whole input, for messages. The next row begins at bytes[0]. */
void vv_scan_window(vv_scan *s, const char *bytes, size_t len, bool at_end, uint64_t origin);

/* The next row into cells[0 .. stride). Returns 1, 0 when the window ends before the row is complete (or
 * everything is read, see vv_scan_offset), 2 when a JSON row has a new column and stride is too small (nothing
 * is consumed; call again with stride >= vv_scan_columns), or a negative status: VV_EINPUT for an unterminated
 * quote (where it opened), text after a closing quote, too many cells, JSON faults; the message has the byte
 * offset as "at byte N" only if vv_scan_fault does not have it, so that the caller can put line and column
 * before it. Unused cells up to stride are set to absent. Trailing blank lines at the end of the input belong to
 * the last row (end covers them, and plain is false). If the input has only blank lines, it has no row: the
 * function returns 0, and vv_scan_offset stays before these lines. CSV: stride must be at least columns. */
int vv_scan_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err);

size_t vv_scan_offset(const vv_scan *s); /* bytes consumed: where the next row begins */
/* JSON array: was the closing bracket read in this window, after the last returned row? If so, everything from
 * *offset (in the window; equal to vv_scan_offset) to the end of the input is the epilogue: white space, ']',
 * white space; in a document with a lead, whatever ends the document. In the epilogue, vv_scan_row returns 0,
 * and refuses other bytes and more than VV_HEADER_MAX bytes. Before that, and for the other forms, returns false
 * and leaves *offset unchanged. To scan a single raw row of an array, put "]" after the last row or "{" after
 * any other row, and check that the row ends right before that byte. */
bool vv_scan_body_end(const vv_scan *s, size_t *offset);
size_t vv_scan_fault(const vv_scan *s); /* offset, in the window, of the last fault */

/* Columns known so far; grows with JSON. Names are borrowed until the scan ends. */
size_t vv_scan_columns(const vv_scan *s);
const char *vv_scan_column_name(const vv_scan *s, size_t i, size_t *len);

/* Hands the arena with decoded cells over to *out and starts a new one. */
void vv_scan_detach_arena(vv_scan *s, vv_arena *out);

#endif
