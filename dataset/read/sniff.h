/*
 * sniff: detects a file's format from its first bytes.
 */
#ifndef VV_DATASET_READ_SNIFF_H
#define VV_DATASET_READ_SNIFF_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "dataset/format/dialect.h"

/* Properties of a file that need not be detected, because the user or datapackage.json sets them,
 * and other facts that help detection. Strings are borrowed. */
typedef struct vv_sniff_hints {
	bool has_form; /* form is set */
	vv_form form;
	int delimiter; /* byte value; -1: detect it */
	int quote;     /* byte value; 0: the file has no quotes; -1: detect it */
	/* byte value; 0: quotes inside cells are doubled; -1: not set, with the effect of 0 */
	int escape;
	int header; /* 1: the table has a header; 0: it has no header; -1: detect it */
	/* declared encoding of the file; NULL: detect it. vv_sniff ignores this, since it reads
	 * only UTF-8 text; callers use it */
	const char *encoding;
	/* dialect of the parent version, used if it still fits; may be NULL */
	const vv_dialect *parent;
	/* path of the file, whose extension is a hint; may be NULL; imports set it */
	const char *path;
	long skip;       /* CSV: number of lines above the table; -1: detect it */
	long skip_below; /* CSV: number of lines below the table; -1: detect it */
	int comment;     /* CSV: byte value; 0: the file has no comments; -1: detect it */
	/* CSV, spaces at the beginning of cells; 1: they are skipped; 0: they are part of the
	 * cells; -1: detect it */
	int spaces;
	int header_rows; /* CSV: number of header lines; 0 or less: detect it */
	/* CSV: least number of columns. Those that the header does not name are called "(cell 4)" ... */
	size_t columns;
	/* text that joins the cells of a column in a header of several lines; NULL: detect it */
	const char *header_join;
	/* JSON: path of the array with the rows (base/json/json_records.h); NULL: detect it */
	const char *records;
	/* CSV: VV_DECLARED_... bits of the properties that apply to later versions, too; set for
	 * options of commands, but not for properties in datapackage.json, which is read again for
	 * each version */
	uint8_t declared;
	/* CSV: names of the key's columns, followed by NULL; a first row that has all of them is
	 * the header, unless `header` is 0; may be NULL */
	const char *const *key;
} vv_sniff_hints;
#define VV_SNIFF_HINTS_INIT                                                                        \
	{                                                                                          \
		.delimiter = -1, .quote = -1, .escape = -1, .header = -1, .skip = -1,              \
		.skip_below = -1, .comment = -1, .spaces = -1, .header_rows = -1                   \
	}

/* Sets h->declared to the bits of all properties that are set in h, so that they apply to later
 * versions, too. */
void vv_sniff_hints_declare(vv_sniff_hints *h);
/* Copies the properties that are set in `from` to `to`, except parent, path and key. Adds the bits
 * of from->declared to to->declared. */
void vv_sniff_hints_over(vv_sniff_hints *to, const vv_sniff_hints *from);

/* The detected format of a file. */
typedef struct vv_sniff_result {
	/* complete except for final_newline and epilogue, which depend on the end of the file */
	vv_dialect dialect;
	/* offset in the sample at which the first row begins (after BOM and prologue) */
	size_t body;
	/* names of the columns: for CSV the header's cells, which may be empty, repeated or not
	 * UTF-8, or "fieldN" without a header; for JSON the names of members in the order in which they first occur */
	char **names;
	size_t *name_lens; /* the lengths of the names */
	size_t columns;    /* number of names */
	/* texts for the user, one per line, such as "no header found: ..." */
	vv_buf warnings;
} vv_sniff_result;
void vv_sniff_result_clear(vv_sniff_result *r);
VV_AUTO_CLEAR(vv_sniff_result, vv_sniff_result_clear)

/* Detects the format of the file that begins with sample[0 .. len), and sets *out, which the caller
 * clears. at_end: the sample is the whole file. hints may be NULL. An empty file has no columns.
 * VV_EINPUT: the file is not a table; the message contains the reason: binary data with NUL bytes,
 * UTF-16, gzip or zstd (with a hint), a header over VV_HEADER_MAX or VV_COLUMNS_MAX, or JSON with
 * no array of objects or with several. VV_ENOTFOUND: the sample ends within the header; pass a
 * longer sample. */
vv_status vv_sniff(vv_sniff_result *out, const char *sample, size_t len, bool at_end,
		   const vv_sniff_hints *hints, vv_error *err);

/* Returns true if the file name has an extension of spreadsheet programs (such as .xlsx), which
 * distinguishes a workbook from other ZIP archives. */
bool vv_sniff_is_workbook(const char *name);

/* Returns true if a text, whose file may have any name, is clearly a table: it has a header and
 * similar rows with at least two columns. Sentences with commas are not a table. Also returns false
 * if memory runs out. */
bool vv_sniff_is_table(const char *sample, size_t len, bool at_end);

#define VV_TAIL_MAX (64u << 10) /* maximum number of bytes of the lines below a table */
/* number of bytes that are searched for lines below a table if none are known */
#define VV_TAIL_LOOK (4u << 10)
/* Finds the lines below a CSV table, such as totals: sets *out to the number of their bytes. bytes:
 * the last len bytes of the text; pass VV_TAIL_MAX bytes if lines below the table are known to
 * exist, else VV_TAIL_LOOK bytes. whole: the bytes are the whole text. Appends warnings, one per
 * line, to warnings. */
vv_status vv_sniff_tail(size_t *out, vv_buf *warnings, const char *bytes, size_t len, bool whole,
			const vv_sniff_hints *hints, vv_error *err);
/* Sets err for JSON with two arrays of objects, whose paths are `first` and `second`, and returns
 * VV_EINPUT. file: file name for the hint; may be NULL. */
vv_status vv_sniff_refuse_two(const char *file, const char *first, const char *second,
			      vv_error *err);

#endif
