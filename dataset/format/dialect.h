/*
 * dialect: the form of a file (delimiter, quotes, line ends), which with the cells determines the
 * bytes.
 *
 * Part of the root. Two files with the same cells and different dialects share their data list.
 */
#ifndef VV_DATASET_FORMAT_DIALECT_H
#define VV_DATASET_FORMAT_DIALECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "base/json/json_records.h"
#include "repo/blocks/cbor.h"

typedef enum vv_form {
	VV_FORM_CSV = 0,    /* any delimiter: TSV is CSV with a tab */
	VV_FORM_NDJSON = 1, /* one object a line */
	VV_FORM_JSON = 2    /* one array of objects */
} vv_form;

typedef enum vv_newline { VV_LF = 0, VV_CRLF = 1, VV_CR = 2, VV_NO_NEWLINE = 3 } vv_newline;

/* The delimiter of a file of one column that has none: no text contains a unit separator. */
#define VV_NO_DELIMITER 0x1f

/* When a column's cells are put in quotes, beyond where they must be. */
typedef enum vv_quoting {
	VV_QUOTE_MINIMAL = 0,
	VV_QUOTE_ALWAYS = 1,
	VV_QUOTE_NONEMPTY = 2,
	VV_QUOTE_NONNUMERIC = 3 /* all but what reads as a JSON number or is empty */
} vv_quoting;

/* A run of bytes owned by the dialect; NUL after. */
typedef struct vv_bytes {
	char *data; /* NULL when len is 0 */
	size_t len;
} vv_bytes;

#define VV_ENCODING_MAX 32u /* bytes of an encoding's name, with its NUL */
#define VV_HEADER_ROWS_MAX 16u
#define VV_HEADER_JOIN_MAX 16u /* bytes, with the NUL */

/* The properties of a CSV declared by an option or a description, which later versions keep: all others are detected again
 * in each version. */
enum {
	VV_DECLARED_HEADER = 1, /* whether there is one */
	VV_DECLARED_LEAD = 2,   /* how many lines are above the table */
	VV_DECLARED_COMMENT = 4,
	VV_DECLARED_SPACES = 8,
	VV_DECLARED_HEADER_ROWS = 16,
	VV_DECLARED_QUOTE = 32, /* and the escape */
	VV_DECLARED_ALL = 63
};

/* CSV: spaces where a cell begins. */
typedef enum vv_spaces {
	VV_SPACES_KEPT = 0,   /* they belong to the cell */
	VV_SPACES_PASSED = 1, /* they do not; none is usual */
	VV_SPACES_USUAL = 2   /* nor do they here; one is usual after each delimiter */
} vv_spaces;

typedef struct vv_dialect {
	vv_form form;
	/* of the file; its text, which is what all else is about, is UTF-8 (dataset/read/encoding.h). Empty: of the
	 * file, too */
	char encoding[VV_ENCODING_MAX];
	bool bom;           /* byte order mark first */
	bool header;        /* CSV: the prologue ends with a header line */
	bool final_newline; /* the last row has its row end */
	vv_newline newline; /* CSV, NDJSON: what ends a row */
	uint8_t delimiter;  /* CSV */
	uint8_t quote;      /* CSV; 0: none */
	uint8_t escape;     /* CSV; 0: a quote is written twice */
	uint8_t comment; /* CSV; lines that begin with it are not rows, as blank ones; 0: none. Unless it was
	                   * declared, those with as many cells as the table has columns are rows all the same */
	uint8_t declared; /* CSV: VV_DECLARED_... */
	vv_spaces spaces; /* CSV */
	uint8_t header_more; /* CSV: lines of the header after its first one; the cells of a column are joined */
	char header_join[VV_HEADER_JOIN_MAX]; /* by this; of no meaning where header_more is 0 */
	vv_bytes prologue; /* bytes after the BOM and before the first row: the header line with
	                     * its line end and blank lines around it; JSON: "[\n" */
	/* So many of its bytes are not the table's. CSV: lines above the header, comments and titles; whole lines, without
	 * a header line all of the prologue, or 0. JSON: what of the document comes before the array's '[', where that is
	 * inside of another value; the rest of the document is in the epilogue then. */
	size_t lead;
	uint8_t *quoting; /* CSV: vv_quoting for each column; beyond quoting_count: minimal */
	size_t quoting_count;
	/* JSON forms: an object is open name colon value comma name colon value close */
	vv_bytes open, colon, comma, close;
	vv_bytes row_end; /* JSON array: between two rows, ",\n  " */
	/* JSON array: after the last row, "\n]\n"; CSV: whole lines below the table, totals and notes */
	vv_bytes epilogue;
	bool ascii; /* JSON: code points above 127 are written as \uXXXX */
} vv_dialect;

void vv_dialect_init(vv_dialect *d); /* CSV, ',', '"', LF, header, final newline */
void vv_dialect_clear(vv_dialect *d);
VV_AUTO_CLEAR(vv_dialect, vv_dialect_clear)
/* out is not cleared first */
vv_status vv_dialect_dup(vv_dialect *out, const vv_dialect *d, vv_error *err);
bool vv_dialect_equal(const vv_dialect *a, const vv_dialect *b);
/* Equal but for BOM, prologue, newline habits, epilogue and quoting: would the same bytes be cut
 * into the same cells? (For the scan cache.) */
bool vv_dialect_same_cells(const vv_dialect *a, const vv_dialect *b);
bool vv_bytes_equal(const vv_bytes *a, const vv_bytes *b);
vv_status vv_bytes_set(vv_bytes *b, const void *data, size_t len, vv_error *err);

/* CSV: the prologue from the header line on; borrowed. */
const char *vv_dialect_header(const vv_dialect *d, size_t *len);
/* Another header line; the lines above it stay. And the other way round. */
vv_status vv_dialect_set_header(vv_dialect *d, const void *line, size_t len, vv_error *err);
vv_status vv_dialect_set_lead(vv_dialect *d, const void *lines, size_t len, vv_error *err);
/* CSV: is a cell that begins so read as another, or as no row, unless it is in quotes? first: in its row. */
static inline bool vv_dialect_begins_wrong(const vv_dialect *d, const char *text, size_t len,
					   bool first)
{
	return len > 0 && ((first && d->comment != 0 && (uint8_t)text[0] == d->comment) ||
			   (d->spaces != VV_SPACES_KEPT && text[0] == ' '));
}
/* CSV: are rows nothing but cells with delimiters between them, and all lines but blank ones rows? */
static inline bool vv_dialect_is_bare(const vv_dialect *d)
{
	return d->comment == 0 && d->spaces == VV_SPACES_KEPT;
}
/* CSV: are lines that begin with the comment character rows if they have as many cells as these? */
static inline bool vv_dialect_full_are_rows(const vv_dialect *d)
{
	return d->comment != 0 && !(d->declared & VV_DECLARED_COMMENT);
}
/* CSV: does a comment, and no row, begin at p? columns: of the table; 0: none, so that no line is a row for its cells. A row in
 * a line that continues beyond end is not one. */
bool vv_dialect_is_comment(const vv_dialect *d, size_t columns, const char *p, const char *end);
/* Is lead valid? */
bool vv_dialect_lead_fits(const vv_dialect *d);
/* JSON, with a lead: the document around the rows; borrowed. */
vv_json_around vv_dialect_around(const vv_dialect *d);
/* How many lines are above the header. */
size_t vv_dialect_lead_lines(const vv_dialect *d);
/* CSV with LF: how many rows there would be in the prologue, if its lines were rows. */
size_t vv_dialect_prologue_rows(const vv_dialect *d);
/* CSV: how many are below the last row. */
size_t vv_dialect_tail_lines(const vv_dialect *d);
/* CSV: do its characters differ from each other and from line ends? */
bool vv_dialect_fits_together(const vv_dialect *d);

/* The row end as bytes; CSV/NDJSON from newline, JSON from row_end. Borrowed. */
const char *vv_dialect_row_end(const vv_dialect *d, size_t *len);

/* As DAG-CBOR (a map; only what differs from the defaults of its form). */
void vv_dialect_put(vv_buf *b, const vv_dialect *d);
vv_status vv_dialect_get(vv_dialect *out, vv_cbor *c, vv_error *err); /* strict, canonical */

/* "comma-separated, CRLF, header, no final newline": what differs from the usual
 * is reported. Appends. */
void vv_dialect_describe(vv_buf *b, const vv_dialect *d);
/* "LF -> CRLF, BOM added": appends nothing when equal in form. */
void vv_dialect_describe_change(vv_buf *b, const vv_dialect *from, const vv_dialect *to);

/* How a column's cells are quoted. */
static inline vv_quoting vv_dialect_quoting(const vv_dialect *d, size_t column)
{
	return column < d->quoting_count ? (vv_quoting)d->quoting[column] : VV_QUOTE_MINIMAL;
}

#endif
