/*
 * scan: reads the rows of a file, as cells, from its bytes and its dialect (CSV, NDJSON, JSON
 * array).
 *
 * A correct caller sets a window of bytes with vv_scan_window, then calls vv_scan_row for each row.
 * If the window ends inside a row, vv_scan_row returns 0; the caller then sets a longer window that
 * begins at vv_scan_offset, or declares the end of the input. The text of a cell is borrowed from
 * the window, or, if it had to be decoded (doubled quotes, JSON strings), from the scanner's arena.
 * A caller that needs cells after vv_scan_free takes this arena with vv_scan_detach_arena.
 *
 * CSV grammar (tests compare with libcsv in strict mode and Python's csv): a cell that begins with
 * the quote character extends to the closing quote. Inside the quotes, a doubled quote is one
 * quote; if the dialect has an escape character, a byte after this character is that byte instead.
 * Any other cell extends to the delimiter or line end, and quotes in it are data. LF, CR and CRLF
 * all end rows. A line without any bytes is blank. Blank lines, and lines that begin with the
 * dialect's comment character, are not rows (but see `comment` in dialect.h). Spaces at the
 * beginning of a cell are skipped unless the dialect's `spaces` is VV_SPACES_KEPT. NUL and invalid
 * UTF-8 are ordinary bytes.
 *
 * NDJSON: a line consists of an object, with spaces before and after it; lines with only spaces
 * count as blank. JSON array: objects with commas between them, and white space anywhere.
 *
 * Blank lines at the end belong to the last row, and an LF may follow a CR. Therefore, a row is
 * returned only after the byte after it was read, or at the end of the input.
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

/* Properties of a row that was read, besides its cells. Offsets are in the window. */
typedef struct vv_row {
	/* the row's bytes in the window: blank lines before the row, the row, its row end; in a
	 * JSON array, the row end is the separator after the row (",\n ") */
	size_t start, end;
	/* the sum of len + 1 (1 for an absent cell) over all columns; in JSON, since further
	 * columns may be found later, only up to the last column that the row has */
	uint64_t cell_bytes;
	/* CSV: number of cells in the row; JSON: 1 + the index of the last column that the row
	 * has */
	size_t cells;
	/* the line end of the row; VV_NO_NEWLINE at the end of the input and in arrays */
	vv_newline newline;
	/* CSV: the row has no quote or escape character, and no blank line before it */
	bool plain;
	bool breaks; /* CSV: a cell has a line feed */
	/* the bytes [text_start, text_end) are the row without blank lines and row end; in NDJSON,
	 * they include the spaces after the object */
	size_t text_start;
	size_t text_end;
} vv_row;

/* The place of a cell of CSV: offsets in the window. */
typedef struct vv_scan_place {
	size_t start, /* of the spaces before the cell */
		from, /* of the cell, with its quotes */
		to;   /* of the end of the cell, with its quotes */
} vv_scan_place;

/* The faults of a row of CSV: offsets in the window; SIZE_MAX: no such fault. */
typedef struct vv_scan_faults {
	size_t stray; /* of the text after the first closing quote that text follows */
	/* of the first quote that is not closed, or that is closed in a later line, with text
	 * after the closing quote */
	size_t unclosed;
} vv_scan_faults;

/* A scanner. */
typedef struct vv_scan vv_scan;

/* Makes a scanner for a dialect, which is copied. columns is the maximum number of cells that a row
 * may have (CSV), or the number of names (JSON). names are the column names in order, which are
 * copied; may be NULL for CSV. VV_EINPUT: columns is above VV_COLUMNS_MAX, or the dialect's
 * characters contradict each other (the quote is the delimiter, a line end, ...). */
vv_status vv_scan_new(vv_scan **out, const vv_dialect *d, size_t columns, const char *const *names,
		      const size_t *name_lens, vv_error *err);
void vv_scan_free(vv_scan *s); /* accepts NULL */
VV_AUTO_FREE(vv_scan, vv_scan_free)

/* Sets the bytes to scan, less than 4 GiB. The next row begins at bytes[0]. at_end: the input ends
 * with these bytes. origin is the offset of bytes[0] in the whole input, for messages. */
void vv_scan_window(vv_scan *s, const char *bytes, size_t len, bool at_end, uint64_t origin);

/* Reads the next row into cells[0] to cells[stride - 1]; cells that the row does not have become
 * absent. In CSV, stride must be at least columns.
 *
 * Returns 1 if a row was read. Returns 0 if the window ends before the row is complete, or if
 * everything was read (see vv_scan_offset). Returns 2 if a JSON row has a new column and stride is
 * too small; nothing is consumed, and the caller calls again with a stride of at least
 * vv_scan_columns. VV_EINPUT: a quote is not closed (the fault is at the opening quote), text
 * follows a closing quote, the row has too many cells, or the JSON is invalid. vv_scan_fault
 * returns the offset of the fault, so that the caller can insert line and column before the
 * message.
 *
 * Blank lines at the end of the input belong to the last row: its end is after these lines, and
 * plain is false. If the input has only blank lines, it has no row: returns 0, and vv_scan_offset
 * stays before these lines. */
int vv_scan_row(vv_scan *s, vv_cell *cells, size_t stride, vv_row *row, vv_error *err);

/* CSV: passes the next row as vv_scan_row does, but decodes no cells: sets places[0] to
 * places[row->cells - 1] instead. cells is for temporary data; both arrays have at least as many
 * elements as a row may have cells. Needs no memory. */
int vv_scan_places(vv_scan *s, vv_scan_place *places, vv_cell *cells, vv_row *row, vv_error *err);

/* CSV: passes the next row as vv_scan_places does, but accepts every row and only reports its
 * faults. A quote that is not closed, in the input or within VV_ROW_MAX bytes, is data, as are all
 * quotes after it in its line, with which the row ends. The row begins at vv_scan_offset even if
 * the line is blank or a comment, and ends with its row end. row->cells may be more than columns;
 * places and cells have one element more than the scanner has columns, so that they include the
 * first surplus cell. Returns 1, or 0 as vv_scan_row does. */
int vv_scan_ragged(vv_scan *s, vv_scan_place *places, vv_cell *cells, vv_row *row,
		   vv_scan_faults *faults);

/* Returns the number of bytes consumed, which is the offset of the next row in the window. */
size_t vv_scan_offset(const vv_scan *s);
/* For a JSON array: returns true if the closing bracket was read in this window, after the last
 * returned row. Then sets *offset to the beginning of the epilogue in the window, which is
 * vv_scan_offset. The epilogue ends with the input. It consists of white space, ']' and white
 * space; in a document with a lead, it is the rest of the document. In the epilogue, vv_scan_row
 * returns 0, and refuses other bytes, and more than VV_HEADER_MAX bytes. If the bracket was not
 * read yet, and for other forms, returns false and leaves *offset unchanged.
 *
 * To scan a single row of an array, append "]" to the last row, or "{" to any other row, and check
 * that the row ends right before this byte. */
bool vv_scan_body_end(const vv_scan *s, size_t *offset);
/* Returns the offset in the window of the fault for which vv_scan_row failed. */
size_t vv_scan_fault(const vv_scan *s);

/* Returns the number of columns found so far; in JSON, rows can add columns. */
size_t vv_scan_columns(const vv_scan *s);
/* Returns the name of the column with index i, borrowed until vv_scan_free, and sets *len to its
 * length. Returns NULL if there is no such column, or for CSV without names. */
const char *vv_scan_column_name(const vv_scan *s, size_t i, size_t *len);

/* Moves the arena with the decoded cells to *out, and starts a new arena. */
void vv_scan_detach_arena(vv_scan *s, vv_arena *out);

#endif
