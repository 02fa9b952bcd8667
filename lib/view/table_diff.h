/*
 * table_diff: compares two versions of a path, and passes the differences to a writer.
 */
#ifndef VV_LIB_VIEW_TABLE_DIFF_H
#define VV_LIB_VIEW_TABLE_DIFF_H

#include <stdbool.h>
#include <stdint.h>

#include "base/error.h"
#include "base/text.h"
#include "diff/merge/patch.h"
#include "diff/write/writer.h"
#include "lib/names/version.h"

/* How tables are compared. */
typedef struct vv_diff_how {
	/* --key; empty: the tables' own key, or for plain text a key found in its values; "none": no key */
	const vv_strings *key;
	const char *const
		*rename;        /* pairs of an old and a new column name, ended by NULL; or NULL */
	const vv_strings *only, /* the columns to compare; empty: all */
		*ignore;        /* columns that are not compared */
	/* conditions; a row is compared if its old or its new version meets all of them */
	const vv_strings *where;
	bool no_renames,       /* columns correspond by name only */
		ignore_format, /* values that are only spelled differently are equal */
		moves;         /* report rows that moved */
	/* a decimal number: smaller differences of numbers do not count; or NULL */
	const char *tolerance;
	const vv_sniff_hints *written; /* the dialect of plain files; NULL: detected. Borrowed */
	bool only_whether;             /* stop at the first difference, and write nothing */
	/* rows that the writer shows; further rows of a new or removed table are not read; 0: all */
	uint64_t limit;
	bool counts;  /* the writer shows no rows */
	bool propose; /* suggest a column as key, on stderr, for a table without a key */
	/* cells that can be read for counting; 0: any number. If the comparison would read more, rows are not compared,
	 * and the answer has many. With a bound, no warnings are printed. */
	uint64_t bound;
	vv_diff_writer *writer; /* NULL with only_whether or patch */
	/* of --format patch: the options of the patch; the comparison fills in path, key and columns; else NULL */
	const vv_patch_write_options *patch;
	uint64_t *sections; /* with patch: incremented for each section */
	/* the command that messages name for files of text; NULL: git diff */
	const char *text_shown_by;
	bool unread; /* the caller does not use the answer's line, so its content need not be found out */
	const char *temp_dir; /* for temporary files; NULL: /tmp */
	const vv_progress *progress;
	const vv_notes *notes;
	vv_pool *pool; /* may be NULL */
} vv_diff_how;

/* Two versions of a path. A subject is NULL if the path does not exist on its side. */
typedef struct vv_diff_item {
	const char *path,  /* the path of the new version */
		*old_path; /* the path of the old version, if the path was renamed; else NULL */
	vv_subject *a,     /* the old version */
		*b;        /* the new version */
	/* instead of a and b, if both versions are stored tables: the open tables; borrowed */
	vv_table *open_a, *open_b;
	const char *old_name, /* the name of the old version in the output */
		*new_name;    /* the name of the new version in the output */
	bool conflict; /* the path has a conflict: report it even if the versions are equal */
	/* the user named the path, so a .json file counts as a table; or a line of .gitattributes has varve compare it */
	bool named, compared;
	bool files; /* two files, which can be documents, instead of two versions of a path */
	bool whole; /* a document that no reader supports: compare its bytes */
} vv_diff_item;

typedef struct vv_diff_answer {
	bool differs;
	/* the comparison would exceed vv_diff_how.bound: the writer got changes of columns and form, but no rows */
	bool many;
	/* the values are equal, but their spelling differs: other quotes, or another order of a JSON object's members */
	bool respelled;
	/* if not empty: one line with the reason why no table was compared, or a note that only the spelling differs */
	vv_buf line;
} vv_diff_answer;

/* Is this the name of a file with a table? Most .json files contain no table, so their names count only if `named` is
 * true: the user named the file. */
bool vv_diff_is_table_name(const char *path, bool named);

/* Compares the item. If a file has the name of a table but cannot be read as one, out->line reports this. */
vv_status vv_diff_item_compare(vv_diff_answer *out, const vv_diff_item *item,
			       const vv_diff_how *how, vv_error *err);

#endif
