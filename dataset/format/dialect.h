/*
 * dialect: the form of a file (delimiter, quotes, line ends ...). The dialect, the cells and the
 * quirks (quirks.h) together determine the file's bytes.
 *
 * The root of a version (dataset/table/root.h) contains the dialect. Row groups do not contain it:
 * two files with the same cells and different dialects have the same list of row groups.
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

/* The kind of a table's file. */
typedef enum vv_form {
	VV_FORM_CSV = 0,    /* any delimiter: TSV is CSV with a tab */
	VV_FORM_NDJSON = 1, /* one object per line */
	VV_FORM_JSON = 2    /* one array of objects */
} vv_form;

/* An ending of file names by which varve recognizes table files. */
typedef struct vv_ending {
	const char *pattern; /* such as "*.csv" */
	vv_form form;        /* of files with this ending */
	int delimiter;       /* CSV: the delimiter's byte; -1: detected in the file */
} vv_ending;

/* All endings, in any order; the last item has a NULL pattern. Most files with the endings of JSON
 * are not tables. */
extern const vv_ending vv_endings[];
/* Returns e, an item of vv_endings, or the first one behind it whose files are not documents of JSON.
 * Returns NULL if there is none: for (e = vv_ending_of_rows(vv_endings); e; e = vv_ending_of_rows(e + 1)). */
const vv_ending *vv_ending_of_rows(const vv_ending *e);
/* Returns the ending with the extension ext[0 .. len), without a dot, in upper or lower case.
 * Returns NULL if no ending has this extension. */
const vv_ending *vv_ending_find(const char *ext, size_t len);
/* Returns the ending of a path. Returns NULL if the path does not end like a table file. */
const vv_ending *vv_ending_of(const char *path);

/* The characters at the end of a row: LF, CR LF, CR, or none. */
typedef enum vv_newline { VV_LF = 0, VV_CRLF = 1, VV_CR = 2, VV_NO_NEWLINE = 3 } vv_newline;

/* The `delimiter` of a dialect whose file has one column and therefore no delimiter: the ASCII unit
 * separator, which does not occur in text. */
#define VV_NO_DELIMITER 0x1f

/* How a column is quoted: which of its cells are in quotes. Cells that need quotes
 * (vv_cell_needs_quotes) always are. */
typedef enum vv_quoting {
	VV_QUOTE_MINIMAL = 0,   /* only cells that need quotes */
	VV_QUOTE_ALWAYS = 1,    /* all cells */
	VV_QUOTE_NONEMPTY = 2,  /* all cells that are not empty */
	VV_QUOTE_NONNUMERIC = 3 /* all cells except empty ones and JSON numbers */
} vv_quoting;

/* Bytes owned by the dialect, followed by a NUL. */
typedef struct vv_bytes {
	char *data; /* NULL when len is 0 */
	size_t len;
} vv_bytes;

#define VV_ENCODING_MAX 32u    /* maximum number of bytes of an encoding's name, with its NUL */
#define VV_HEADER_ROWS_MAX 16u /* maximum number of header lines of a file */
#define VV_HEADER_JOIN_MAX 16u /* maximum number of bytes of header_join, with its NUL */

/* Properties of a CSV file that an option declared, or, for the comment character, an option or
 * datapackage.json. They also apply to later versions. Other properties are detected, or read from
 * datapackage.json, again for each version. */
enum {
	VV_DECLARED_HEADER = 1,       /* whether the table has a header */
	VV_DECLARED_LEAD = 2,         /* how many lines are above the table */
	VV_DECLARED_COMMENT = 4,      /* the comment character */
	VV_DECLARED_SPACES = 8,       /* whether spaces at the beginning of a cell are skipped */
	VV_DECLARED_HEADER_ROWS = 16, /* how many lines the header has */
	VV_DECLARED_QUOTE = 32,       /* quote and escape */
	VV_DECLARED_ALL = 63          /* all of these */
};

/* CSV: how spaces at the beginning of a cell are read and written. A row that is written
 * differently is a quirk (quirks.h). */
typedef enum vv_spaces {
	VV_SPACES_KEPT = 0,   /* spaces belong to the cell */
	VV_SPACES_PASSED = 1, /* spaces are skipped when read, and not written */
	/* spaces are skipped when read; one space is written after each delimiter */
	VV_SPACES_USUAL = 2
} vv_spaces;

/* The dialect of one file. Members that a form does not use have their default. */
typedef struct vv_dialect {
	vv_form form;
	/* The file's encoding; empty: UTF-8. All other members describe the file's text in UTF-8
	 * (dataset/read/encoding.h). */
	char encoding[VV_ENCODING_MAX];
	bool bom;           /* the file begins with a byte order mark */
	bool header;        /* CSV: the prologue ends with a header line */
	bool final_newline; /* a row end follows the last row */
	vv_newline newline; /* CSV, NDJSON: row end */
	uint8_t delimiter;  /* CSV; VV_NO_DELIMITER: the file has no delimiter */
	uint8_t quote;      /* CSV; 0: the file has no quotes */
	uint8_t escape;     /* CSV; 0: a quote inside a cell is written twice */
	/* CSV: lines that begin with this character are comments, not rows; 0: all lines except
	 * blank lines are rows. If the character was detected and not declared, lines with as many
	 * cells as the table has columns are rows even if they begin with the character. */
	uint8_t comment;
	uint8_t declared; /* CSV: the declared properties, as VV_DECLARED_... bits */
	vv_spaces spaces; /* CSV: spaces at the beginning of cells */
	/* CSV: number of header lines after the first; their cells are joined by column */
	uint8_t header_more;
	/* text between joined header cells; unused if header_more is 0 */
	char header_join[VV_HEADER_JOIN_MAX];
	/* bytes after the BOM and before the first row: the header line with its line end and the
	 * blank lines around it; JSON: "[\n" */
	vv_bytes prologue;
	/* How many bytes at the start of the prologue are not part of the table. CSV: whole lines
	 * above the header, such as comments and titles; without a header line, the whole prologue
	 * or 0. JSON: the part of the document before the array's '[', if the array is inside
	 * another value; the part after the array is in the epilogue. */
	size_t lead;
	/* CSV: a vv_quoting for each column; columns from quoting_count on have VV_QUOTE_MINIMAL */
	uint8_t *quoting;
	size_t quoting_count;
	/* JSON forms: an object with two members is written as `open` name `colon` value `comma`
	 * name `colon` value `close` */
	vv_bytes open, colon, comma, close;
	vv_bytes row_end; /* JSON array: text between two rows, such as ",\n  " */
	/* JSON array: text after the last row, such as "\n]\n"; CSV: whole lines below the table,
	 * such as totals */
	vv_bytes epilogue;
	bool ascii; /* JSON: code points above 127 are written as \uXXXX */
} vv_dialect;

/* Sets d to a CSV dialect with the delimiter ',', the quote '"', LF, a header and a final
 * newline. */
void vv_dialect_init(vv_dialect *d);
/* Frees the members of d, and sets d as vv_dialect_init does. */
void vv_dialect_clear(vv_dialect *d);
VV_AUTO_CLEAR(vv_dialect, vv_dialect_clear)
/* Sets *out to a copy of d, which the caller clears. The old content of *out is not freed. On
 * failure, *out is as after vv_dialect_init. */
vv_status vv_dialect_dup(vv_dialect *out, const vv_dialect *d, vv_error *err);
/* Returns true if all members of both dialects are equal. */
bool vv_dialect_equal(const vv_dialect *a, const vv_dialect *b);
/* Returns true if scanning the same rows, as UTF-8 text, with both dialects results in the same
 * cells. Such dialects may differ in encoding, BOM, prologue, newlines, epilogue and quoting. */
bool vv_dialect_same_cells(const vv_dialect *a, const vv_dialect *b);
/* Returns true if vv_dialect_same_cells does, and both dialects write the same cells as the same
 * text. Such dialects may still differ in encoding, BOM, prologue, epilogue and final_newline. Only
 * then are equal lines of two files equal rows in the same layout, so that an import need not scan
 * the lines again. */
bool vv_dialect_same_rows(const vv_dialect *a, const vv_dialect *b);
/* Sets the members of `to` that vv_dialect_same_rows compares, but vv_dialect_same_cells does not, to
 * those of `from`. They are borrowed, so `to` must not be cleared. */
void vv_dialect_borrow_usual(vv_dialect *to, const vv_dialect *from);
/* Returns true if the bytes of a and b are equal. */
bool vv_bytes_equal(const vv_bytes *a, const vv_bytes *b);
/* Replaces the content of b by a copy of len bytes of data, and frees the old content. If memory
 * runs out, b is unchanged. */
vv_status vv_bytes_set(vv_bytes *b, const void *data, size_t len, vv_error *err);

/* CSV: returns the part of the prologue after the lead, borrowed from d, and sets *len to its
 * length. */
const char *vv_dialect_header(const vv_dialect *d, size_t *len);
/* Replaces the part of the prologue after the lead by a copy of len bytes of line. On failure, d is
 * unchanged. */
vv_status vv_dialect_set_header(vv_dialect *d, const void *line, size_t len, vv_error *err);
/* Replaces the lead of the prologue by a copy of len bytes of lines. On failure, d is unchanged. */
vv_status vv_dialect_set_lead(vv_dialect *d, const void *lines, size_t len, vv_error *err);
/* CSV: returns true if a cell with this text must be in quotes because of its first character:
 * without quotes, the line would be a comment, or the first space would be skipped. first: the cell
 * is the first cell of its row. */
static inline bool vv_dialect_begins_wrong(const vv_dialect *d, const char *text, size_t len,
					   bool first)
{
	return len > 0 && ((first && d->comment != 0 && (uint8_t)text[0] == d->comment) ||
			   (d->spaces != VV_SPACES_KEPT && text[0] == ' '));
}
/* CSV: returns true if the dialect has no comments, so that all lines except blank ones are rows,
 * and does not skip spaces. */
static inline bool vv_dialect_is_bare(const vv_dialect *d)
{
	return d->comment == 0 && d->spaces == VV_SPACES_KEPT;
}
/* Returns true if the text is CSV as RFC 4180 describes it, with a header line and this delimiter:
 * nothing above or below the rows, no comments, no escapes. Its encoding may be any. */
static inline bool vv_dialect_is_standard(const vv_dialect *d, char delimiter)
{
	return d->form == VV_FORM_CSV && d->header && d->header_more == 0 && d->lead == 0 &&
	       d->epilogue.len == 0 && d->delimiter == (uint8_t)delimiter && d->quote == '"' &&
	       !d->escape && vv_dialect_is_bare(d);
}
/* CSV: returns true if lines with as many cells as the table has columns are rows even if they
 * begin with the comment character. */
static inline bool vv_dialect_full_are_rows(const vv_dialect *d)
{
	return d->comment != 0 && !(d->declared & VV_DECLARED_COMMENT);
}
/* CSV: returns true if the line that begins at p is a comment. columns is the number of columns of
 * the table, or 0 if every line that begins with the comment character is a comment. Nothing after
 * `end` is read: if the line continues beyond `end`, only its cells before `end` are counted. */
bool vv_dialect_is_comment(const vv_dialect *d, size_t columns, const char *p, const char *end);
/* Returns true if d->lead is a possible length of the lead of this prologue: for CSV, it ends after
 * a line end, or without a header is the whole prologue; for JSON, only '[' and white space
 * follow. */
bool vv_dialect_lead_fits(const vv_dialect *d);
/* JSON: returns the document's text before and after the rows (prologue and epilogue), borrowed
 * from d. */
vv_json_around vv_dialect_around(const vv_dialect *d);
/* Returns the number of lines in the lead of the prologue. */
size_t vv_dialect_lead_lines(const vv_dialect *d);
/* CSV with LF: returns the number of rows that the prologue would have if its lines were rows. */
size_t vv_dialect_prologue_rows(const vv_dialect *d);
/* Returns the number of lines below the last row of a CSV, and 0 for other forms. */
size_t vv_dialect_tail_lines(const vv_dialect *d);
/* CSV: returns true if the dialect has a delimiter, and delimiter, quote, escape and comment differ
 * from each other and from line ends. A space must not be the comment character, nor any of these
 * characters if spaces are skipped. A dialect without a header must have header_more 0. Returns
 * true for other forms. */
bool vv_dialect_fits_together(const vv_dialect *d);

/* Returns the text after a row: that of d->newline for CSV and NDJSON, and of d->row_end for JSON.
 * Sets *len to its length. Borrowed from d. */
const char *vv_dialect_row_end(const vv_dialect *d, size_t *len);

/* Appends the dialect as a DAG-CBOR map. The map has the form, and the other members that differ
 * from the form's defaults. */
void vv_dialect_put(vv_buf *b, const vv_dialect *d);
/* Reads a map that vv_dialect_put has written into *out, which the caller clears. VV_ECORRUPT: the
 * map is not as vv_dialect_put writes it. On failure, *out is as after vv_dialect_init. */
vv_status vv_dialect_get(vv_dialect *out, vv_cbor *c, vv_error *err);

/* Appends a description of the dialect for users, such as "comma-separated, CRLF, header, no final
 * newline". */
void vv_dialect_describe(vv_buf *b, const vv_dialect *d);
/* Appends a description of the differences between two dialects, such as "LF -> CRLF, BOM added".
 * Appends nothing if the dialects are equal. same_columns: both tables have the same names of columns
 * in the same order; otherwise header lines and the quoting of columns are not compared, as they
 * necessarily differ. */
void vv_dialect_describe_change(vv_buf *b, const vv_dialect *from, const vv_dialect *to,
				bool same_columns);

/* Returns the quoting of the column with this index. */
static inline vv_quoting vv_dialect_quoting(const vv_dialect *d, size_t column)
{
	return column < d->quoting_count ? (vv_quoting)d->quoting[column] : VV_QUOTE_MINIMAL;
}

#endif
