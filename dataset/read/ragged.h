/*
 * ragged: reads the rows of a text file that is not a valid table.
 *
 * vv_scan_row stops at the first fault; this reader, which cuts rows with vv_scan_ragged, continues
 * after each fault. If a quoted cell spans several lines, and text follows its closing quote, the
 * opening quote is treated as data: the row ends with the line of the opening quote, and the next
 * row begins with the next line.
 *
 * A correct caller: vv_ragged_open; then, until the end, vv_ragged_next (CSV) or vv_ragged_line
 * (NDJSON), and vv_ragged_pass; at last vv_ragged_close.
 */
#ifndef VV_DATASET_READ_RAGGED_H
#define VV_DATASET_READ_RAGGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/read/scan.h"
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"

/* A reader. */
typedef struct vv_ragged {
	const vv_source *source; /* borrowed */
	vv_buf window;           /* the part of the input that is in memory */
	size_t at;               /* offset in the window at which the next row begins */
	bool at_end;             /* the window ends with the input */
	bool known;              /* sniffed is set */
	vv_sniff_result sniffed; /* the detected format */
	vv_scan *scan;           /* CSV: cuts rows */
	vv_scan_place *places;   /* CSV: those of the first sniffed.columns + 1 cells of a row */
	vv_cell *cells;          /* CSV: temporary data, as many */
	size_t count;            /* number of all cells of the current row */
} vv_ragged;

/* The end and the faults of a row, as offsets in the window. */
typedef struct vv_ragged_row {
	size_t text_end; /* the end of the row's text, before its line end */
	size_t end;      /* the end of the row, after its line end */
	/* the offset after the first closing quote that is followed by text; SIZE_MAX: no such
	 * quote */
	size_t stray;
	bool comment;    /* the line is a comment, not a row */
	size_t unclosed; /* the offset of a quote that is not closed; SIZE_MAX: no such quote */
	/* The row has more than VV_ROW_MAX bytes, which 'varve add' refuses. If the window cannot
	 * contain the row, the row ends with its first line, regardless of quotes, and only the end
	 * of this line is in the window. */
	bool too_long;
} vv_ragged_row;

/* Detects the file's format, and moves to the first row. source is borrowed until vv_ragged_close.
 * VV_EINPUT, VV_EREFUSED, VV_ENOTFOUND: the file is not a table, for the reason in err; the window
 * then contains the bytes read so far. VV_EINPUT also means that the first rows are longer than
 * VV_ROW_MAX. Call vv_ragged_close also after a failure. */
vv_status vv_ragged_open(vv_ragged *r, const vv_source *source, const vv_sniff_hints *hints,
			 vv_error *err);
void vv_ragged_close(vv_ragged *r);
VV_AUTO_CLEAR(vv_ragged, vv_ragged_close)

/* Finds the CSV row at r->at: sets *out and r->count. Does not pass the row: the next
 * call finds the same row again unless vv_ragged_pass is called. May read more bytes as
 * vv_ragged_fill does. In a row that the window cannot contain, also moves r->at to the end of the
 * row's first line. Returns 1, 0 at the end, or a negative status. */
int vv_ragged_next(vv_ragged *r, vv_ragged_row *out, vv_error *err);
/* Finds the line at r->at as vv_ragged_next finds a row, but sets no cells. */
int vv_ragged_line(vv_ragged *r, vv_ragged_row *out, vv_error *err);
/* Returns the bytes of the current row's cell i, with its quotes: i < r->count, and
 * i <= r->sniffed.columns. Sets *len to their number. Borrowed from r->window. */
const char *vv_ragged_cell(const vv_ragged *r, size_t i, size_t *len);
/* Returns true if this cell is in quotes. False if it only begins with a quote. */
bool vv_ragged_is_quoted(const vv_ragged *r, size_t i);
/* Moves r->at to the end of the row. */
void vv_ragged_pass(vv_ragged *r, const vv_ragged_row *row);
/* Reads more bytes into the window. May move the bytes from r->at on to the window's beginning, and
 * set r->at to 0; offsets in the window are then no longer valid. */
vv_status vv_ragged_fill(vv_ragged *r, vv_error *err);

/* Sets *out to hints with the detected form and, for CSV, the detected characters and header. Other
 * hints are not set. out->header_join is borrowed from r. */
void vv_ragged_hints(const vv_ragged *r, vv_sniff_hints *out);

/* Returns the number of line ends in s[0 .. len). CRLF counts as one. */
uint64_t vv_ragged_count_lines(const char *s, size_t len);
/* Returns true if c is CR or LF. */
bool vv_ragged_is_line_end(char c);

#endif
