/*
 * view: writes selected rows and columns of a table in a format.
 *
 * Only the necessary groups and columns are read: --offset seeks, --limit stops, and --where
 * decodes the tested columns, only in groups that can have a matching row (lib/rows/fact_test.h);
 * other columns are decoded only if a row matches.
 */
#ifndef VV_LIB_VIEW_VIEW_H
#define VV_LIB_VIEW_VIEW_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/env.h"
#include "base/error.h"
#include "base/progress.h"
#include "base/text.h"
#include "check/rules/key_groups.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"
#include "lib/view/view_writer.h"

/* Sets *out to the format called name. Returns false if no such format exists. */
bool vv_view_format_parse(vv_view_format *out, const char *name);
/* The words for enum varve_misfit, for format arrow. vv_view_misfit converts a word to its value,
 * and NULL to the value of the first word. */
#define VV_VIEW_MISFITS "error|null|text"
int32_t vv_view_misfit(const char *word);
#define VV_VIEW_NUMBERS "double|text|decimal"
int32_t vv_view_numbers(const char *word); /* the same for enum varve_numbers */

typedef struct vv_view_options {
	vv_view_format format;
	/* column names, or comma-separated lists of them; NULL or empty: all columns */
	const vv_strings *columns;
	/* conditions (where.h), which must all be true for a row; NULL or empty: every row */
	const vv_strings *where;
	const char *path; /* the table's file, for hints; NULL: not known */
	/* columns by which rows are sorted, descending if the name begins with '-'; NULL or empty:
	 * the file's order. Not for format arrow */
	const vv_strings *sort;
	const char *temp_dir; /* with sort; NULL: TMPDIR, else /tmp */
	uint64_t offset;      /* number of matching rows to skip */
	uint64_t limit;       /* maximum number of rows to write; UINT64_MAX: all */
	/* the share of the rows to write, as in varve_rows_options; offset must then be 0. parts 0:
	 * all rows */
	uint32_t part, parts;
	/* write ' before a cell that a spreadsheet would evaluate as a formula, except plain
	 * numbers. For formats csv, tsv and own; VV_EUSAGE for other formats */
	bool safe_for_spreadsheets;
	bool bom;        /* format own: begin with the byte order mark of the table's file */
	int32_t misfit;  /* format arrow: enum varve_misfit (varve/arrow.h) */
	int32_t numbers; /* format arrow: enum varve_numbers */
	/* format arrow: columns with a dictionary; NULL or empty: no column */
	const vv_strings *dictionary;
	unsigned width;            /* format table: columns of the terminal; 0: no limit */
	const vv_key_lookup *keys; /* cached keys, to find rows by key; NULL: keys are not used */
	const vv_progress *progress;
} vv_view_options;

/* Passes the rows to fn, in pieces, and sets *rows to their number. VV_ENOTFOUND: no such column;
 * the hint may have similar names. VV_EUSAGE: the path is stored as a file and has no rows.
 * VV_EINPUT: a cell cannot be written in this format. */
vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err);

/* Passes a workbook with the table to fn. opts selects the rows; its members format and misfit are
 * ignored. VV_ENOSUPPORT: no writer of workbooks is installed. VV_EINPUT: too many rows for a
 * sheet. */
vv_status vv_view_workbook(vv_table *t, const char *name, const vv_view_options *opts,
			   const vv_env *env, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
