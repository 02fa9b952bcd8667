/*
 * ragged: reads the rows of a text file that is not a valid table, continuing after each fault.
 *
 * The scanner stops at the first fault by design; this reads on. A quote whose cell spans lines and
 * is then followed by text was not meant to open a cell: the row then ends with its line, its text
 * is data, and reading continues with the next line.
 *
 * A correct caller: vv_ragged_open, then vv_ragged_next (CSV) or vv_ragged_line (NDJSON) and
 * vv_ragged_pass until the end, vv_ragged_close.
 */
#ifndef VV_DATASET_READ_RAGGED_H
#define VV_DATASET_READ_RAGGED_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/read/sniff.h"
#include "dataset/read/source.h"

typedef struct vv_ragged_cell {
	size_t start, end; /* in the window */
} vv_ragged_cell;

typedef struct vv_ragged {
	const vv_source *source;
	vv_buf window; /* bytes from `at` on are still to be looked at */
	size_t at;
	bool at_end; /* the window ends with the input */
	bool known;  /* sniffed is filled */
	vv_sniff_result sniffed;
	vv_ragged_cell *cells; /* of the row under way, the first columns + 1 */
	size_t count;          /* cells of the row */
} vv_ragged;

/* The end of a row, and its fault: offsets in the window. */
typedef struct vv_ragged_row {
	size_t text_end; /* before its line end */
	size_t end;      /* after it */
	size_t stray;    /* after a closing quote that text follows; SIZE_MAX: none */
	bool comment;    /* the line is not a row */
	size_t unclosed; /* a quote that is not closed; SIZE_MAX: none */
	/* more than VV_ROW_MAX bytes, which add refuses. If not all of them are in the window, the row ends with its
	 * first line, regardless of quotes, and only the line end of that is in the window. */
	bool too_long;
} vv_ragged_row;

/* Detects the file's format; `at` is then the start of the first row. source is borrowed until close. VV_EINPUT,
 * VV_EREFUSED, VV_ENOTFOUND: not a table, with the reason (VV_EINPUT also if the first rows are longer than
 * VV_ROW_MAX); the bytes read so far are in the window then. Close it in any case. */
vv_status vv_ragged_open(vv_ragged *r, const vv_source *source, const vv_sniff_hints *hints,
			 vv_error *err);
void vv_ragged_close(vv_ragged *r);
VV_AUTO_CLEAR(vv_ragged, vv_ragged_close)

/* The row of CSV at `at`: 1, with its cells; 0 at the end. */
int vv_ragged_next(vv_ragged *r, vv_ragged_row *out, vv_error *err);
/* The line at `at`, likewise. */
int vv_ragged_line(vv_ragged *r, vv_ragged_row *out, vv_error *err);
/* Goes on after a row. */
void vv_ragged_pass(vv_ragged *r, const vv_ragged_row *row);
/* More bytes into the window. */
vv_status vv_ragged_fill(vv_ragged *r, vv_error *err);

/* How the file is written, as hints that leave nothing to find out. */
void vv_ragged_hints(const vv_ragged *r, vv_sniff_hints *out);

/* Line ends; CRLF is one. */
uint64_t vv_ragged_count_lines(const char *s, size_t len);
bool vv_ragged_is_line_end(char c);

#endif
