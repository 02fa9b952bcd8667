/*
 * sniff_internal: declarations that the parts of the sniffer share. Shared by sniff*.c only.
 */
#ifndef VV_DATASET_READ_SNIFF_INTERNAL_H
#define VV_DATASET_READ_SNIFF_INTERNAL_H

#include "base/arena.h"
#include "base/auto.h"
#include "dataset/read/scan.h"
#include "dataset/read/sniff.h"

/* One sample under judgement. */
typedef struct sniff {
	const char *text; /* after the BOM */
	size_t len;
	bool at_end;
	const vv_sniff_hints *hints;
	const vv_dialect *before; /* the previous version's, if its form is the same; or NULL */
	const vv_dialect *parent; /* the same, but for CSV only if its header occurs here, too */
	/* CSV: offset in text of that header, or, without a header, of the first row */
	size_t found;
	vv_sniff_result *out; /* body counts from text, until vv_sniff adds the BOM */
	size_t lead;          /* bytes above the table, which are before text */
	char ext[12];         /* the name's extension, without dot and .gz; empty: none */
} sniff;

/* Rows of the sample under a dialect, with as many columns as they have. */
typedef struct sniff_reader {
	const sniff *s;
	const vv_dialect *dialect;
	vv_scan *scan;
	vv_cell *cells;
	size_t columns; /* room in cells */
	size_t full;    /* cells of the first row, once it was read */
	size_t start;   /* offset in the sample of the scan's window */
	size_t fault;   /* after VV_EINPUT: its offset in the sample */
} sniff_reader;

/* from: where in the sample the first row begins. */
vv_status sniff_reader_open(sniff_reader *r, const sniff *s, const vv_dialect *d, size_t from,
			    vv_error *err);
void sniff_reader_close(sniff_reader *r);
VV_AUTO_CLEAR(sniff_reader, sniff_reader_close)
/* The next row into r->cells: 1; 0 when the sample has no further complete row;
 * VV_EINPUT and other failures. Places in *row count from the sample's start. */
int sniff_reader_next(sniff_reader *r, vv_row *row, vv_error *err);
/* Where the next row begins. */
size_t sniff_reader_offset(const sniff_reader *r);

/* Puts "line 3, column 7: " before the message. */
vv_status sniff_place(const sniff *s, size_t offset, vv_error *err);

/* The result if the sample does not contain a complete row: a longer one is needed, or the first
 * line exceeds all limits. */
vv_status sniff_too_short(const sniff *s, vv_error *err);

/* Where the next line begins. */
size_t sniff_next_line(const sniff *s, size_t at);
/* Is the line free of characters that could be delimiters? */
bool sniff_is_uncut(const sniff *s, size_t from, size_t to);

/* The rows from an offset on, under one delimiter. */
typedef struct sniff_shape {
	size_t cells; /* of the first row */
	size_t rows;
	bool alike; /* all rows have this number of cells */
} sniff_shape;
vv_status sniff_look(const sniff *s, size_t from, uint8_t delimiter, size_t most, sniff_shape *out,
		     vv_error *err);
/* The delimiter that splits all rows from an offset on into the same number of cells; 0: no delimiter does. */
vv_status sniff_find_delimiter(const sniff *s, size_t from, uint8_t *out, sniff_shape *found,
			       vv_error *err);

/* CSV: keeps properties that an option declared for the previous version. Detects lines above the header, and headers of
 * several lines. */
void sniff_take_declared(vv_sniff_hints *h, const vv_dialect *before);
/* CSV: sets parent and found, if the sample has the header of the previous version, which confirms the lines around the
 * table. */
void sniff_confirm(sniff *s);
/* CSV: how many bytes of the text are lines above the table. */
vv_status sniff_lead(const sniff *s, size_t *lead, vv_error *err);
/* CSV: decides out->dialect.comment, if nothing declares it: which lines between the rows are certainly not rows. */
vv_status sniff_comments(sniff *s, vv_error *err);
/* CSV: decides out->dialect.spaces; its other characters are known. */
vv_status sniff_spaces(sniff *s, vv_error *err);
/* CSV: decides how many lines the header has, if it has one; the characters are known. */
vv_status sniff_header_rows(sniff *s, vv_error *err);
vv_status sniff_csv(sniff *s, vv_error *err);
vv_status sniff_json(sniff *s, vv_error *err); /* NDJSON and arrays: see out->dialect.form */

/* Sets out->names from count cells, copied. */
vv_status sniff_set_names(sniff *s, const vv_cell *cells, size_t count, vv_error *err);

/* Decides out->dialect.header and writes warnings; first: the first row; further rows are read. All other members of the
 * dialect must be set. */
vv_status sniff_header(sniff *s, const vv_cell *first, size_t count, vv_error *err);

/* Sets out->dialect.quoting and newline, judging rows from out->body on. */
vv_status sniff_habits(sniff *s, vv_newline header_newline, vv_error *err);

#define SNIFF_ROWS 1000u       /* judged for delimiter and header */
#define SNIFF_HABIT_ROWS 4096u /* judged for quoting and newlines */

#endif
