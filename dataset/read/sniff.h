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
	int delimiter; /* byte value, or -1: find out */
	int quote;     /* byte value, 0 none, -1: find out */
	int escape;    /* byte value, 0 none (doubling), -1: find out (never guessed: doubling) */
	int header;    /* 1, 0, or -1: find out */
	/* the file's declared encoding; NULL: detect it. Borrowed. The sniffer itself reads UTF-8 */
	const char *encoding;
	const vv_dialect *parent; /* kept if it still fits; may be NULL */
	const char *path;         /* its extension is a hint; may be NULL */
	long skip;                /* CSV: lines above the table; -1: find out */
	long skip_below;          /* CSV: lines below the table; likewise */
	int comment;              /* CSV: byte value, 0 none, -1: find out */
	int spaces;      /* CSV: are those where a cell begins passed over? 1, 0, -1: find out */
	int header_rows; /* CSV: lines of the header; -1: find out */
	/* between the cells of a column in them; NULL: find out. Borrowed */
	const char *header_join;
	/* JSON: the path of the array with the rows (base/json/json_records.h); NULL: find out. Borrowed */
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

/* Judges sample[0 .. len) (at_end: it is the whole file). VV_EINPUT with an explanation when it
 * cannot be a table: binary (NUL-ridden), UTF-16 (hint: varve convert), gzip or zstd (hint), a
 * header over VV_HEADER_MAX or VV_COLUMNS_MAX, JSON with no array of objects, or with several.
 * VV_ENOTFOUND: the sample is too short for the header: pass a longer one. An empty file has no
 * columns. */
vv_status vv_sniff(vv_sniff_result *out, const char *sample, size_t len, bool at_end,
		   const vv_sniff_hints *hints, vv_error *err);

/* Is it called as what programs for spreadsheets write? Other ZIP archives are called otherwise. */
bool vv_sniff_is_workbook(const char *name);

/* Does the text read as a table whatever its name is: rows under a header, all alike, in two columns or more? A sentence with
 * commas does not. False without memory, too. */
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
