/*
 * change_words: describes the difference between two versions of a table in numbers and in one
 * line: "+35 -35 ~64 rows, 5 columns added, 2 renamed".
 *
 * diff --stat, status, commit, log, show, merge and pull use this description.
 */
#ifndef VV_DIFF_WRITE_CHANGE_WORDS_H
#define VV_DIFF_WRITE_CHANGE_WORDS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "diff/write/writer.h"

typedef struct vv_change_counts {
	bool counted; /* false: nothing is known, since this repository lacks blocks */
	/* the rows were not compared, because too many may differ: only columns and form are
	 * known */
	bool many;
	uint64_t old_rows, new_rows;
	uint64_t added, removed, changed, moved; /* rows */
	uint64_t rewritten; /* rows whose values are only spelled differently */
	uint64_t rekeyed;   /* changed rows whose key changed */
	uint64_t cells;     /* changed cells of changed rows */
	bool reordered;
	size_t columns_added, columns_removed, columns_renamed, columns_moved, columns_retyped;
	size_t columns_described; /* columns that differ only in constraints or other members */
	bool key_changed, missing_changed;
	char *form; /* "LF -> CRLF"; NULL: the form is unchanged */
} vv_change_counts;

/* Initialises *out from the statistics. t must have both sides. */
vv_status vv_change_counts_fill(vv_change_counts *out, const vv_diff_table *t,
				const vv_rowdiff_stats *s, vv_error *err);
void vv_change_counts_clear(vv_change_counts *c);
VV_AUTO_CLEAR(vv_change_counts, vv_change_counts_clear)

/* Appends the counts in words, such as "no change in data"; if nothing was counted, appends nothing. */
void vv_change_counts_put(vv_buf *out, const vv_change_counts *c);

/* Appends the summary of a table that only one side has: "new: 503 rows, 8 columns". */
void vv_change_whole_put(vv_buf *out, bool removed, uint64_t rows, uint64_t columns);

/* Appends "+2 -1 ~3 rows"; if all three numbers are 0, appends nothing. */
void vv_row_counts_put(vv_buf *out, uint64_t added, uint64_t removed, uint64_t changed);

/* Appends one line about a pair of columns: "renamed 'Official Name' to 'official_name_en' (98 %
 * alike)", "added 'x' (string) after 'y'". Appends nothing if the columns are equal. Names are not
 * escaped, because the writer escapes the whole line. */
void vv_column_describe(vv_buf *out, const vv_diff_table *t, size_t pair);

#endif
