/*
 * csv_pieces: one row of CSV that is not in memory as a whole, read piece by piece, by the grammar of
 * scan.h.
 *
 *   vv_csv_pieces_begin(&p, dialect)
 *   for each piece of the input, from the row's first byte on:
 *     while ((event = vv_csv_pieces_next(&p, bytes, len, at_end, &used, err)) > 0) {
 *             ...; bytes += used; len -= used;   until VV_CSV_ROW
 *     }
 *
 * Blank lines before the row, and its line end, are the caller's.
 */
#ifndef VV_DATASET_READ_CSV_PIECES_H
#define VV_DATASET_READ_CSV_PIECES_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"
#include "dataset/format/dialect.h"

typedef enum vv_csv_event {
	VV_CSV_MORE = 0, /* all of the piece is used */
	VV_CSV_TEXT,     /* text of the cell under way: p->text, p->text_len */
	VV_CSV_CELL,     /* the cell is over */
	VV_CSV_ROW       /* the row is: what comes next is a line end, or the input's end */
} vv_csv_event;

typedef struct vv_csv_pieces {
	uint8_t stops[256];               /* what each byte ends: see csv_pieces.c */
	uint8_t quote, escape, delimiter; /* escape 0: none but the quote */
	int state;
	uint64_t at; /* bytes of the row used so far */
	/* the cell under way, or just over */
	uint64_t begin;   /* where it began, with its quote */
	bool quoted;      /* stands in quotes */
	bool has_quote;   /* does not, and has a quote or escape character in it */
	bool odd_escape;  /* a character is escaped that vv_row_write would not, or otherwise */
	const char *text; /* borrowed from the piece */
	size_t text_len;
	uint64_t fault; /* where in the row, of the fault just reported */
} vv_csv_pieces;

void vv_csv_pieces_begin(vv_csv_pieces *p, const vv_dialect *d);

/* The next event; *used gets how many bytes it takes of bytes[0 .. len). at_end: nothing follows them.
 * VV_EINPUT: a quote that is never closed, text after a closing quote, as vv_scan_row says it. */
int vv_csv_pieces_next(vv_csv_pieces *p, const char *bytes, size_t len, bool at_end, size_t *used,
		       vv_error *err);

#endif
