/*
 * lenient: malformed CSV read as well as can be (libcsv's forgiving reading).
 *
 * For files that vv_scan refuses: stray quotes, a quote that is never closed, rows with
 * too many cells. Nothing of the form is kept; what had to be guessed is reported, line by line, for review. Blank
 * lines are dropped, a BOM is skipped.
 *
 * A correct caller: sets up a vv_lenient with its callbacks, calls vv_lenient_read
 * once.
 */
#ifndef VV_DATASET_READ_LENIENT_H
#define VV_DATASET_READ_LENIENT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "dataset/format/cell.h"

typedef enum vv_guess {
	VV_GUESS_STRAY_QUOTE, /* a quote inside an unquoted cell, or text after a closing
	                          * quote: taken as data; the cell then ends at the next quote
	                          * before a delimiter or line end */
	VV_GUESS_OPEN_QUOTE,  /* a quote never closed: the cell takes the rest of the file */
	VV_GUESS_EXTRA_CELLS  /* more cells than the first row has */
} vv_guess;

typedef struct vv_lenient_note {
	vv_guess guess;
	uint64_t line, column; /* 1-based, in bytes: where the quote stands, or the row begins */
	uint64_t row;          /* 0-based: the row given next (extra cells), or the one under way */
	size_t cells;          /* extra cells: how many the row has */
} vv_lenient_note;

typedef struct vv_lenient {
	/* Up to len bytes into buf; 0 at the end, a negative vv_status on failure. */
	ssize_t (*read)(void *payload, void *buf, size_t len, vv_error *err);
	/* A row; cells live until it returns. The first one's count is what later ones
	 * are held against. Negative stops. */
	vv_status (*row)(void *payload, const vv_cell *cells, size_t count, vv_error *err);
	/* Something had to be guessed: at most once for each kind and line. May be NULL.
	 * Negative stops. */
	vv_status (*note)(void *payload, const vv_lenient_note *note, vv_error *err);
	void *payload;
	uint8_t delimiter, quote; /* 0: ',' and '"' */
	bool no_quotes;           /* every byte but delimiters and line ends is data */
} vv_lenient;

/* Reads all. VV_EINPUT for a row with more than VV_ROW_MAX bytes of text or over VV_COLUMNS_MAX cells, and with no_quotes for
 * a NUL byte. */
vv_status vv_lenient_read(const vv_lenient *l, vv_error *err);

#endif
