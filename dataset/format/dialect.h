/*
 * dialect: the form of a file (delimiter, quotes, line ends ...). Dialect and cells together
 * determine the file's bytes.
 *
 * The root contains the dialect. Two files with the same cells and different dialects share their
 * data list.
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
	VV_FORM_NDJSON = 1, /* one object per line */
	VV_FORM_JSON = 2    /* one array of objects */
} vv_form;

/* An ending of the names of table files. */
typedef struct vv_ending {
	const char *pattern; /* "*.csv" */
	vv_form form;
	int delimiter; /* for CSV; -1: detected in the file */
} vv_ending;

/* All endings; the last item has a NULL pattern. The endings of JSON follow all others, because
 * most JSON files are not tables. */
extern const vv_ending vv_endings[];
/* Finds an ending by its extension, in upper or lower case. NULL: not one of a table. */
const vv_ending *vv_ending_find(const char *ext, size_t len);
/* Returns the ending of a path. NULL: not the path of a table. */
const vv_ending *vv_ending_of(const char *path);

typedef enum vv_newline { VV_LF = 0, VV_CRLF = 1, VV_CR = 2, VV_NO_NEWLINE = 3 } vv_newline;

/* The delimiter of a file that has one column and no delimiter: the unit separator, which does not
 * occur in text. */
#define VV_NO_DELIMITER 0x1f

/* The cells of a column that are in quotes, in addition to cells that need quotes. */
typedef enum vv_quoting {
	VV_QUOTE_MINIMAL = 0, /* no others */
	VV_QUOTE_ALWAYS = 1,
	VV_QUOTE_NONEMPTY = 2,
	VV_QUOTE_NONNUMERIC = 3 /* all except empty cells and JSON numbers */
} vv_quoting;

/* Bytes owned by the dialect, followed by a NUL. */
typedef struct vv_bytes {
	char *data; /* NULL when len is 0 */
	size_t len;
} vv_bytes;

#define VV_ENCODING_MAX 32u /* bytes of an encoding's name, with its NUL */
#define VV_HEADER_ROWS_MAX 16u
#define VV_HEADER_JOIN_MAX 16u /* bytes, with the NUL */

/* Properties of a CSV file that an option or datapackage.json declared. They also apply to later
 * versions; other properties are detected again in each version. */
enum {
	VV_DECLARED_HEADER = 1, /* whether the table has a header */
	VV_DECLARED_LEAD = 2,   /* how many lines are above the table */
	VV_DECLARED_COMMENT = 4,
	VV_DECLARED_SPACES = 8,
	VV_DECLARED_HEADER_ROWS = 16,
	VV_DECLARED_QUOTE = 32, /* quote and escape */
	VV_DECLARED_ALL = 63
};

/* CSV: how spaces at the beginning of a cell are read and written. */
typedef enum vv_spaces {
	VV_SPACES_KEPT = 0,   /* spaces belong to the cell */
	VV_SPACES_PASSED = 1, /* spaces are skipped; regular rows have none */
	VV_SPACES_USUAL = 2   /* spaces are skipped; regular rows have one after each delimiter */
} vv_spaces;

typedef struct vv_dialect {
	vv_form form;
	/* The file's encoding; empty: UTF-8. All other members describe the file's text in UTF-8
	 * (dataset/read/encoding.h). */
	char encoding[VV_ENCODING_MAX];
	bool bom;           /* the file begins with a byte order mark */
	bool header;        /* CSV: the prologue ends with a header line */
	bool final_newline; /* a row end follows the last row */
	vv_newline newline; /* CSV, NDJSON: row end */
	uint8_t delimiter;  /* CSV */
	uint8_t quote;      /* CSV; 0: the file has no quotes */
	uint8_t escape;     /* CSV; 0: a quote inside a cell is written twice */
	/* CSV: lines that begin with this character are comments, not rows; 0: all lines except
	 * blank lines are rows. If the character was detected and not declared, lines with as many
	 * cells as the table has columns are rows even if they begin with the character. */
	uint8_t comment;
	uint8_t declared; /* CSV: bit set of VV_DECLARED_... */
	vv_spaces spaces; /* CSV */
	uint8_t header_more; /* CSV: number of header lines after the first; their cells are joined by column */
	/* text between joined header cells; unused if header_more is 0 */
	char header_join[VV_HEADER_JOIN_MAX];
	/* bytes after the BOM and before the first row: the header line with its line end and the
	 * blank lines around it; JSON: "[\n" */
	vv_bytes prologue;
	/* How many bytes at the start of the prologue are not part of the table. CSV: whole lines above the
	 * header, such as comments and titles; without a header line, the whole prologue or 0. JSON: the part
	 * of the document before the array's '[', if the array is inside another value; the part after the
	 * array is in the epilogue. */
	size_t lead;
	/* CSV: a vv_quoting for each column; columns from quoting_count on have VV_QUOTE_MINIMAL */
	uint8_t *quoting;
	size_t quoting_count;
	/* JSON forms: an object is open name colon value comma name colon value close */
	vv_bytes open, colon, comma, close;
	vv_bytes row_end; /* JSON array: text between two rows, such as ",\n  " */
	/* JSON array: text after the last row, such as "\n]\n"; CSV: whole lines below the table, such as totals */
	vv_bytes epilogue;
	bool ascii; /* JSON: code points above 127 are written as \uXXXX */
} vv_dialect;

void vv_dialect_init(vv_dialect *d); /* CSV, ',', '"', LF, header, final newline */
void vv_dialect_clear(vv_dialect *d);
VV_AUTO_CLEAR(vv_dialect, vv_dialect_clear)
/* Copies d to out, without clearing out first. */
vv_status vv_dialect_dup(vv_dialect *out, const vv_dialect *d, vv_error *err);
bool vv_dialect_equal(const vv_dialect *a, const vv_dialect *b);
/* Returns true if a scan of the same bytes has the same cells with both dialects: they may differ
 * in BOM, prologue, newlines, epilogue and quoting. For the scan cache. */
bool vv_dialect_same_cells(const vv_dialect *a, const vv_dialect *b);
/* Returns true if, also, both dialects write the same cells as the same bytes: they may differ in
 * BOM, prologue and epilogue. Only then may row groups of one be taken over by the other. */
bool vv_dialect_same_rows(const vv_dialect *a, const vv_dialect *b);
bool vv_bytes_equal(const vv_bytes *a, const vv_bytes *b);
vv_status vv_bytes_set(vv_bytes *b, const void *data, size_t len, vv_error *err);

/* CSV: returns the prologue without its lead, borrowed from d; *len gets its length. */
const char *vv_dialect_header(const vv_dialect *d, size_t *len);
/* Replaces the prologue after its lead. */
vv_status vv_dialect_set_header(vv_dialect *d, const void *line, size_t len, vv_error *err);
/* Replaces the lead of the prologue. */
vv_status vv_dialect_set_lead(vv_dialect *d, const void *lines, size_t len, vv_error *err);
/* CSV: returns true if a cell that begins with this text must be in quotes, because the line would
 * be a comment, or the first space would be skipped. first: the cell is the first cell of its
 * row. */
static inline bool vv_dialect_begins_wrong(const vv_dialect *d, const char *text, size_t len,
					   bool first)
{
	return len > 0 && ((first && d->comment != 0 && (uint8_t)text[0] == d->comment) ||
			   (d->spaces != VV_SPACES_KEPT && text[0] == ' '));
}
/* CSV: returns true if the dialect has no comments and keeps spaces, so that all lines except blank ones are rows. */
static inline bool vv_dialect_is_bare(const vv_dialect *d)
{
	return d->comment == 0 && d->spaces == VV_SPACES_KEPT;
}
/* CSV: returns true if lines with as many cells as the table has columns are rows even if they
 * begin with the comment character. */
static inline bool vv_dialect_full_are_rows(const vv_dialect *d)
{
	return d->comment != 0 && !(d->declared & VV_DECLARED_COMMENT);
}
/* CSV: returns true if the line at p is a comment. columns is the number of columns of the table,
 * or 0 if every line that begins with the comment character is a comment. A line that begins with
 * the comment character and continues beyond `end` is a comment. */
bool vv_dialect_is_comment(const vv_dialect *d, size_t columns, const char *p, const char *end);
/* Returns true if d->lead is valid for the prologue. */
bool vv_dialect_lead_fits(const vv_dialect *d);
/* JSON with a lead: returns the document around the rows, borrowed from d. */
vv_json_around vv_dialect_around(const vv_dialect *d);
/* Returns the number of lines in the lead of the prologue. */
size_t vv_dialect_lead_lines(const vv_dialect *d);
/* CSV with LF: returns the number of rows that the prologue would have if its lines were rows. */
size_t vv_dialect_prologue_rows(const vv_dialect *d);
/* CSV: returns the number of lines below the last row. */
size_t vv_dialect_tail_lines(const vv_dialect *d);
/* CSV: returns true if delimiter, quote, escape and comment are valid together: different from each other and from line
 * ends. */
bool vv_dialect_fits_together(const vv_dialect *d);

/* Returns the row end: newline for CSV and NDJSON, row_end for JSON. Borrowed from d. */
const char *vv_dialect_row_end(const vv_dialect *d, size_t *len);

/* Appends the dialect as a DAG-CBOR map of the members that differ from the form's defaults. */
void vv_dialect_put(vv_buf *b, const vv_dialect *d);
/* Accepts only maps as vv_dialect_put writes them. */
vv_status vv_dialect_get(vv_dialect *out, vv_cbor *c, vv_error *err);

/* Appends a description of the unusual properties, such as "comma-separated, CRLF, header, no final
 * newline". */
void vv_dialect_describe(vv_buf *b, const vv_dialect *d);
/* Appends a description of the differences, such as "LF -> CRLF, BOM added". Appends nothing if the
 * dialects are equal. */
void vv_dialect_describe_change(vv_buf *b, const vv_dialect *from, const vv_dialect *to);

/* Returns how the cells of a column are quoted. */
static inline vv_quoting vv_dialect_quoting(const vv_dialect *d, size_t column)
{
	return column < d->quoting_count ? (vv_quoting)d->quoting[column] : VV_QUOTE_MINIMAL;
}

#endif
