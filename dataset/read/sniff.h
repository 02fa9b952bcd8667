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

/* Properties set in advance by the user, datapackage.json or the parent version. */
typedef struct vv_sniff_hints {
	bool has_form;
	vv_form form;
	int delimiter; /* byte value; -1: detect it */
	int quote;     /* byte value; 0: no quotes; -1: detect it */
	int escape;    /* byte value; 0: quotes are doubled; -1: not set, which means doubled */
	int header;    /* 1: the table has a header; 0: it has none; -1: detect it */
	/* the file's declared encoding; NULL: detect it. Borrowed. The sniffer itself reads UTF-8 */
	const char *encoding;
	const vv_dialect *parent; /* kept if it still fits; may be NULL */
	const char *path;         /* its extension is a hint; may be NULL */
	long skip;                /* CSV: number of lines above the table; -1: detect it */
	long skip_below;          /* CSV: number of lines below the table; -1: detect it */
	int comment;              /* CSV: byte value; 0: no comments; -1: detect it */
	int spaces; /* CSV: 1: skip spaces at the beginning of cells; 0: keep them; -1: detect it */
	int header_rows; /* CSV: number of header lines; -1: detect it */
	/* text that joins the cells of a column in several header lines; NULL: detect it. Borrowed */
	const char *header_join;
	/* JSON: the path of the array with the rows (base/json/json_records.h); NULL: detect it. Borrowed */
	const char *records;
	uint8_t declared; /* CSV: VV_DECLARED_...: those that apply to later versions, too, because a command's
	                   * option set them; a description is read each time */
} vv_sniff_hints;
#define VV_SNIFF_HINTS_INIT                                                                        \
	{                                                                                          \
		false, VV_FORM_CSV, -1, -1, -1, -1, NULL, NULL, NULL, -1, -1, -1, -1, -1, NULL,    \
			NULL, 0                                                                    \
	}

/* Makes all set properties apply to later versions, too. */
void vv_sniff_hints_declare(vv_sniff_hints *h);
/* Properties set in `from` override those of `to`; parent and path stay. */
void vv_sniff_hints_over(vv_sniff_hints *to, const vv_sniff_hints *from);

typedef struct vv_sniff_result {
	vv_dialect dialect; /* complete except for final_newline and epilogue, which depend on the
	                       * file's end */
	size_t body;        /* where in the sample the first row begins (after BOM, prologue) */
	char **names;       /* columns: undecoded header cells (CSV), names for "fieldN" columns
	                       * without header, or member names in first-seen order (JSON) */
	size_t *name_lens;
	size_t columns;
	vv_buf warnings; /* one line each: "column 3 has no name", "the header looks ..." */
} vv_sniff_result;
void vv_sniff_result_clear(vv_sniff_result *r);
VV_AUTO_CLEAR(vv_sniff_result, vv_sniff_result_clear)

/* Detects the format of the file that begins with sample[0 .. len); at_end: the sample is the whole file. VV_EINPUT, with an
 * explanation: not a table, such as binary data with NUL bytes, UTF-16, gzip or zstd (with a hint), a header over
 * VV_HEADER_MAX or VV_COLUMNS_MAX, JSON without an array of objects or with several. VV_ENOTFOUND: the sample ends before the
 * header does; pass a longer one. An empty file has no columns. */
vv_status vv_sniff(vv_sniff_result *out, const char *sample, size_t len, bool at_end,
		   const vv_sniff_hints *hints, vv_error *err);

/* Returns true if name has an extension of spreadsheet programs, which distinguishes a workbook from other ZIP archives. */
bool vv_sniff_is_workbook(const char *name);

/* Returns true if the text is clearly a table, whatever its name is: a header and similar rows in at least two columns.
 * Sentences with commas are not. Returns false if memory runs out. */
bool vv_sniff_is_table(const char *sample, size_t len, bool at_end);

/* CSV: how many bytes at the end of a text are lines below the table; these are its last len bytes (whole: all of it),
 * VV_TAIL_MAX where that is known, else VV_TAIL_LOOK at most. Warnings are appended. */
#define VV_TAIL_MAX (64u << 10)
#define VV_TAIL_LOOK (4u << 10)
vv_status vv_sniff_tail(size_t *out, vv_buf *warnings, const char *bytes, size_t len, bool whole,
			const vv_sniff_hints *hints, vv_error *err);
/* Fails with VV_EINPUT for JSON with two arrays of objects: their paths. file is for the hint; may be NULL. */
vv_status vv_sniff_refuse_two(const char *file, const char *first, const char *second,
			      vv_error *err);

#endif
