/*
 * view: rows of a table written out: some columns, some rows, in some format.
 *
 * Reads only the groups and columns that it needs: --offset seeks, --limit stops,
 * --where decodes the tested columns, of groups that can have such a row if that is known
 * (lib/rows/fact_test.h), and the others only if a row matched.
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

bool vv_view_format_parse(vv_view_format *out, const char *name);
/* For format arrow: words for enum varve_misfit; NULL is the first. */
#define VV_VIEW_MISFITS "error|null|text"
int32_t vv_view_misfit(const char *word);
#define VV_VIEW_NUMBERS "double|text|decimal"
int32_t vv_view_numbers(const char *word); /* likewise for enum varve_numbers */

typedef struct vv_view_options {
	vv_view_format format;
	const vv_strings *columns; /* names, or several with commas between; NULL or none: all */
	const vv_strings *where;   /* conditions (where.h), all must be true; NULL or none: every
				  * row */
	const char *path;          /* for hints: the table's file; NULL: not known */
	/* names, the greatest first after a '-'; NULL or none: the file's order. Not for arrow */
	const vv_strings *sort;
	const char *temp_dir; /* with sort; NULL: TMPDIR, else /tmp */
	uint64_t offset;      /* rows (that match) to leave out first */
	uint64_t limit;       /* rows to write at most; UINT64_MAX: all */
	uint32_t part,
		parts; /* a share of the rows, as varve_rows_options has it, and offset 0; parts 0: all */
	/* A cell that a spreadsheet would take for a formula gets a ' before it (csv, tsv and own; VV_EUSAGE
	 * for others). Plain numbers are left. */
	bool safe_for_spreadsheets;
	int32_t misfit;               /* format arrow: enum varve_misfit (varve/arrow.h) */
	int32_t numbers;              /* likewise: enum varve_numbers */
	const vv_strings *dictionary; /* likewise: columns that have one; NULL or none: none */
	unsigned width; /* format table: columns of the terminal; 0: as wide as it needs */
	const vv_key_lookup *keys; /* to find rows by key; NULL: they are not */
	const vv_progress *progress;
} vv_view_options;

/* Writes the text to fn in pieces. *rows: the number of written rows. VV_ENOTFOUND: no such column, with similar
 * names; VV_EUSAGE: kind file has no rows; VV_EINPUT: a cell cannot be written in this format. */
vv_status vv_view_write(vv_table *t, const vv_view_options *opts, vv_bytes_fn fn, void *payload,
			uint64_t *rows, vv_error *err);

/* Writes a workbook with the table to fn; opts choose the rows (format and misfit are ignored). VV_ENOSUPPORT: no writer is
 * installed; VV_EINPUT: too many rows for a sheet. */
vv_status vv_view_workbook(vv_table *t, const char *name, const vv_view_options *opts,
			   const vv_env *env, vv_bytes_fn fn, void *payload, vv_error *err);

#endif
