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
#include "dataset/table/bytes.h"
#include "lib/view/view_format.h"

typedef struct vv_key_lookup vv_key_lookup;
typedef struct vv_table vv_table;

/* One value = the options of one view. All pointers are borrowed. */
typedef struct vv_view_options {
	vv_view_format format;
	/* column names; the first begins with '-': all but these; NULL or empty: all columns */
	const vv_strings *columns;
	/* conditions (where.h), which must all be true for a row; NULL or empty: every row */
	const vv_strings *where;
	const char *search; /* words that a row must have (where.h); NULL or "": every row */
	const char *path;   /* path of the table's file, for messages and hints; NULL: not known */
	/* columns by which rows are sorted, descending if the name begins with '-'; NULL or empty:
	 * the file's order. Not for format arrow */
	const vv_strings *sort;
	/* numbers, from 0, of the rows to write, in this order, instead of those that the other
	 * members select; NULL: not used. Not for format arrow */
	const uint64_t *rows;
	size_t row_count;
	/* folder for temporary files, which sorting needs; NULL: TMPDIR, else /tmp */
	const char *temp_dir;
	uint64_t offset; /* number of matching rows to skip */
	uint64_t limit;  /* maximum number of rows to write; UINT64_MAX: all */
	/* the rows are divided into `parts` ranges, of which only the range with the number `part`,
	 * from 0, is written (vv_rows_share); offset must then be 0. parts 0: all rows */
	uint32_t part, parts;
	/* write ' before a cell that a spreadsheet would evaluate as a formula, except plain
	 * numbers. For formats csv and tsv, and own of a CSV file; VV_EUSAGE for other formats */
	bool safe_for_spreadsheets;
	bool alone; /* do not read ahead in another thread */
	bool bom;   /* format own: begin with the byte order mark of the table's file */
	/* begin with a byte order mark. For formats csv and tsv, and own of a CSV file; VV_EUSAGE for
	 * other formats */
	bool any_bom;
	int32_t misfit;  /* format arrow: enum varve_misfit (varve/arrow.h) */
	int32_t numbers; /* format arrow: enum varve_numbers */
	bool plain;      /* format arrow: as in vv_arrow_reading */
	bool spelled;    /* likewise */
	/* format arrow: columns with a dictionary; NULL or empty: no column */
	const vv_strings *dictionary;
	/* format table: width of the terminal in characters; 0: no limit */
	unsigned width;
	const vv_key_lookup *keys;   /* cached keys, to find rows by key; NULL: keys are not used */
	const vv_progress *progress; /* may be NULL */
} vv_view_options;

/* Writes the rows of t that opts selects, passes the output to fn, in pieces, and sets *rows to the
 * number of rows. VV_ENOTFOUND: a column does not exist; the hint may have similar names.
 * VV_EUSAGE: the path is stored as a file and has no rows; or sort, rows or safe_for_spreadsheets
 * is set for a format that it is not for. Other members for other formats are ignored.
 * VV_EINPUT: a cell cannot be written in this format. */
vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err);

/* Makes a Parquet file of the rows of t that opts selects, and passes its bytes to fn. The member
 * format of opts is ignored; otherwise as for the format arrow. VV_ENOSUPPORT: no writer of Parquet
 * is installed. */
vv_status vv_view_parquet(vv_table *t, const vv_view_options *opts, const vv_env *env,
			  vv_bytes_fn fn, void *payload, vv_error *err);

/* Makes a workbook with one sheet, `name`, of the rows of t that opts selects, and passes its bytes
 * to fn. The members format, misfit and numbers of opts are ignored; sort and rows must not be set.
 * VV_ENOSUPPORT: no writer of workbooks is installed. VV_EINPUT: too many rows for a sheet. */
vv_status vv_view_workbook(vv_table *t, const char *name, const vv_view_options *opts,
			   const vv_env *env, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
