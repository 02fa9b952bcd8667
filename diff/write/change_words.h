/*
 * change_words: counts the differences between two versions of a table, and describes them in one
 * line, such as "+35 -35 ~64 rows, 5 columns added, 2 renamed".
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

typedef struct vv_rowdiff_stats vv_rowdiff_stats;

/* Numbers of differences between two versions of a table. */
typedef struct vv_change_counts {
	bool counted; /* the other members are set; false: this repository lacks blocks */
	/* the rows were not compared, because too many may differ: old_rows and new_rows are set,
	 * the members about columns and form are set or 0, and the others are not set */
	bool many;
	uint64_t old_rows,                       /* number of rows of the old version */
		new_rows;                        /* number of rows of the new version */
	uint64_t added, removed, changed, moved; /* as in vv_rowdiff_stats */
	uint64_t rewritten; /* number of rows whose values are only spelled differently */
	uint64_t rekeyed;   /* number of changed rows whose key changed */
	uint64_t cells;     /* number of cells with other values */
	bool reordered;     /* rows that both versions have are in different order */
	/* numbers of columns; columns_retyped: whose type or format changed */
	size_t columns_added, columns_removed, columns_renamed, columns_moved, columns_retyped;
	uint64_t old_columns,
		new_columns;      /* numbers of columns of the versions; 0 if `many` is set */
	size_t columns_described; /* columns that differ only in constraints or other members */
	bool key_changed, missing_changed; /* as in vv_columns */
	/* the change of the form, such as "LF -> CRLF"; NULL: the form is unchanged; owned */
	char *form;
} vv_change_counts;

/* Initialises *out from the statistics s of a comparison of the two sides of t. The caller clears
 * *out, also after a failure. */
vv_status vv_change_counts_fill(vv_change_counts *out, const vv_diff_table *t,
				const vv_rowdiff_stats *s, vv_error *err);
void vv_change_counts_clear(vv_change_counts *c);
VV_AUTO_CLEAR(vv_change_counts, vv_change_counts_clear)

/* Appends the description in one line. If rows and columns are unchanged, it is "no change in
 * data", followed by the change of the form, if any. Appends nothing if c->counted is false. */
void vv_change_counts_put(vv_buf *out, const vv_change_counts *c);

/* Appends the description of a table that only one version has, such as "new: 503 rows, 8 columns".
 * removed: only the old version has it. */
void vv_change_whole_put(vv_buf *out, bool removed, uint64_t rows, uint64_t columns);

/* A number of things, and the words for one and for many: {3, "row added", "rows added"}. */
typedef struct vv_counted {
	uint64_t n;
	const char *one, *many;
} vv_counted;
/* Appends the counts that are not 0, as "2 rows added, 1 row removed". Begins with ", " if out has
 * text after the offset `start`. mark: text around each number, such as "**" or "". */
void vv_counted_put(vv_buf *out, size_t start, const char *mark, const vv_counted *counts,
		    size_t count);
/* vv_counts_put(out, start, mark, {n, "row", "rows"}, ...) calls vv_counted_put. */
#define vv_counts_put(out, start, mark, ...)                                                       \
	vv_counted_put(out, start, mark, (const vv_counted[]){__VA_ARGS__},                        \
		       sizeof((const vv_counted[]){__VA_ARGS__}) / sizeof(vv_counted))

/* Appends these numbers of rows as "+2 -1 ~3 rows". Appends nothing if all three are 0. */
void vv_row_counts_put(vv_buf *out, uint64_t added, uint64_t removed, uint64_t changed);

/* Appends the description of the difference of a pair of columns (its index in t->columns, which
 * must not be NULL), such as "renamed 'Official Name' to 'official_name_en' (98 % alike)" or "added
 * 'x' (string) after 'y'". Appends nothing if the columns are equal. The caller escapes the text:
 * names are appended unescaped. */
void vv_column_describe(vv_buf *out, const vv_diff_table *t, size_t pair);

#endif
