/*
 * sniff_internal: declarations that the parts of the sniffer share. For sniff*.c only.
 */
#ifndef VV_DATASET_READ_SNIFF_INTERNAL_H
#define VV_DATASET_READ_SNIFF_INTERNAL_H

#include "base/arena.h"
#include "base/auto.h"
#include "dataset/read/scan.h"

typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_sniff_result vv_sniff_result;

/* The sample that is examined, and the properties found so far. Pointers are borrowed. */
typedef struct sniff {
	const char *text; /* the sample after its BOM */
	size_t len;
	bool at_end; /* the sample is the whole file */
	const vv_sniff_hints *hints;
	/* dialect of the previous version if that has the same form; else NULL */
	const vv_dialect *before;
	/* like before, but for CSV only if the sample has the header of the previous version */
	const vv_dialect *parent;
	/* CSV, if parent is set: offset in text of the header, or, if the previous version has no
	 * header, of the first row */
	size_t found;
	/* receives the result; out->body is an offset in text, to which vv_sniff at last adds the
	 * length of the BOM */
	vv_sniff_result *out;
	/* bytes of the lines above the table; the sniffer of CSV gets the text after these lines */
	size_t lead;
	/* extension of the file's name, without the dot and without .gz; "": no extension */
	char ext[12];
} sniff;

/* Reads rows of the sample with a dialect. Rows may have different numbers of cells. */
typedef struct sniff_reader {
	const sniff *s;            /* borrowed */
	const vv_dialect *dialect; /* borrowed */
	vv_scan *scan;             /* owned */
	vv_cell *cells;            /* the cells of the current row; owned */
	size_t columns;            /* capacity of cells */
	size_t full;               /* number of cells of the first row; valid after it was read */
	size_t start;              /* offset in the sample of the scan's window */
	size_t fault;              /* after VV_EINPUT: offset of the fault in the sample */
	vv_error *err;             /* for sniff_reader_row; borrowed */
	vv_status rc;              /* the first error of sniff_reader_row, or of opening */
	bool faulty;               /* sniff_reader_row met an invalid row */
} sniff_reader;

/* Opens a reader. from: offset in the sample at which the first row begins. */
vv_status sniff_reader_open(sniff_reader *r, const sniff *s, const vv_dialect *d, size_t from,
			    vv_error *err);
void sniff_reader_close(sniff_reader *r);
VV_AUTO_CLEAR(sniff_reader, sniff_reader_close)
/* Reads the next row into r->cells. Returns 1 if it read a row, 0 if the sample has no further
 * complete row, or a negative vv_status. VV_EINPUT: the row is invalid. Offsets in *row are
 * relative to the beginning of the sample. */
int sniff_reader_next(sniff_reader *r, vv_row *row, vv_error *err);
/* Opens a reader for a loop that ends at an invalid row as at the end of the sample:
 *
 *	vv_auto(sniff_reader) r = sniff_reader_begin(s, d, 0, err);
 *	while (sniff_reader_row(&r, &row)) { use r.cells }
 *	return r.rc;
 */
sniff_reader sniff_reader_begin(const sniff *s, const vv_dialect *d, size_t from, vv_error *err);
/* Reads the next row as sniff_reader_next does. Returns false if there is none, if it is invalid
 * (r->faulty), and after an error (r->rc). */
bool sniff_reader_row(sniff_reader *r, vv_row *row);
/* Returns the offset in the sample at which the next row begins. */
size_t sniff_reader_offset(const sniff_reader *r);

/* Inserts the position of an offset in the sample, as "line 3, character 7: ", before the
 * message of err. Returns err's status. */
vv_status sniff_place(const sniff *s, size_t offset, vv_error *err);

/* Returns the status for a sample that does not contain a complete row, and sets err: a longer
 * sample is needed, or the first line exceeds all limits. */
vv_status sniff_too_short(const sniff *s, vv_error *err);

/* Returns the offset at which the line after the one at offset `at` begins. */
size_t sniff_next_line(const sniff *s, size_t at);
/* Returns false if the text from offset `from` to `to` contains a delimiter: the delimiter in the
 * hints, or, if the hints do not have one, a comma, TAB, semicolon or |. */
bool sniff_is_uncut(const sniff *s, size_t from, size_t to);

/* The shape of rows that were read with one delimiter. */
typedef struct sniff_shape {
	size_t cells; /* number of cells of the first row */
	size_t rows;  /* number of rows read */
	bool alike;   /* all rows have as many cells as the first row */
} sniff_shape;
/* Reads up to `most` rows from offset `from` on with this delimiter, and sets *out to their
 * shape. */
vv_status sniff_look(const sniff *s, size_t from, uint8_t delimiter, size_t most, sniff_shape *out,
		     vv_error *err);
/* Sets *out to the delimiter that splits all rows from offset `from` on into the same number of
 * cells, or to 0 if no delimiter does. Sets *found to the shape of these rows. */
vv_status sniff_find_delimiter(const sniff *s, size_t from, uint8_t *out, sniff_shape *found,
			       vv_error *err);

/* CSV: copies to h the properties of `before`, the dialect of the previous version, that the user
 * declared with an option, unless h sets them. The numbers of lines above the header and in the
 * header are not copied, but detected again. */
void sniff_take_declared(vv_sniff_hints *h, const vv_dialect *before);
/* CSV: if the sample has the header of the previous version, sets s->parent and s->found. The lines
 * above the table are then those before this header. */
void sniff_confirm(sniff *s);
/* CSV: sets *lead to the bytes of the lines above the table. */
vv_status sniff_lead(const sniff *s, size_t *lead, vv_error *err);
/* CSV: unless a comment character is declared, sets out->dialect.comment to '#' if lines that begin
 * with '#' certainly are not rows, else to 0. May append warnings. */
vv_status sniff_comments(sniff *s, vv_error *err);
/* CSV: sets out->dialect.spaces. Delimiter, quote and escape must be known. */
vv_status sniff_spaces(sniff *s, vv_error *err);
/* CSV: if the table has a header, detects how many lines the header has. Delimiter, quote and
 * escape must be known. */
vv_status sniff_header_rows(sniff *s, vv_error *err);
/* CSV, after the columns were detected: if a row of the sample would be refused, sets *out to a rare delimiter that cuts
 * all rows alike, else to 0. Only in a file with the name of a table and without a previous version. May append a warning. */
vv_status sniff_rare(sniff *s, uint8_t *out, vv_error *err);
/* Detects the dialect and the columns of a CSV. */
vv_status sniff_csv_columns(sniff *s, vv_error *err);
/* Detects the columns of NDJSON or of a JSON array, depending on out->dialect.form. */
vv_status sniff_json(sniff *s, vv_error *err);

/* Sets out->names, out->name_lens and out->columns to copies of the texts of count cells. */
vv_status sniff_set_names(sniff *s, const vv_cell *cells, size_t count, vv_error *err);

/* Sets out->dialect.header, and appends warnings about the header. first: the count cells of the
 * first row; further rows are read from the sample. All other members of the dialect must be
 * set. */
vv_status sniff_header(sniff *s, const vv_cell *first, size_t count, vv_error *err);

/* Sets out->dialect.quoting and newline to those of the rows after out->body. header_newline: the
 * row end of the header. */
vv_status sniff_habits(sniff *s, vv_newline header_newline, vv_error *err);

#define SNIFF_ROWS 1000u       /* number of rows examined for delimiter and header */
#define SNIFF_HABIT_ROWS 4096u /* number of rows examined for quoting and newlines */

#endif
