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
	/* value of --key; empty: the tables' own key or, for plain text, a key found in its values;
	 * "none": no key */
	const vv_strings *key;
	/* renamed columns: old name, new name, old name, new name ..., ended by NULL; or NULL */
	const char *const *rename;
	const vv_strings *only, /* the columns to compare; empty: all */
		*ignore;        /* columns that are not compared */
	/* conditions; a row is compared if its old or its new version meets all of them */
	const vv_strings *where;
	bool no_renames,       /* columns correspond by name only */
		ignore_format, /* values that are only spelled differently are equal */
		moves;         /* report rows that moved */
	/* differences of numbers that are smaller than this decimal number are ignored; NULL: no
	 * differences are ignored */
	const char *tolerance;
	const vv_sniff_hints *written; /* dialect of plain files; NULL: detected; borrowed */
	bool only_whether;             /* stop at the first difference, and write nothing */
	/* the most rows that the writer shows, so that further rows of a new or removed table need
	 * not be read; 0: no limit */
	uint64_t limit;
	bool counts;  /* the writer shows no rows */
	bool propose; /* if a table has no key, suggest a column as key, on stderr */
	/* the most cells to read for counting; 0: no limit. If the comparison would read more, rows
	 * are not compared, and the answer has `many` set. With a limit, no warnings are
	 * printed. */
	uint64_t bound;
	vv_diff_writer *writer; /* may be NULL with only_whether or patch */
	/* --format patch: the options of the patch, except path, key and columns, which the
	 * comparison sets; NULL: another format */
	const vv_patch_write_options *patch;
	uint64_t *sections; /* with patch: incremented for each section */
	/* the command that messages suggest for text files; NULL: git diff */
	const char *text_shown_by;
	/* the caller ignores the answer's line, so its content need not be determined */
	bool unread;
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
	bool conflict;    /* the path has a conflict: report it even if the versions are equal */
	bool named,       /* the user named the path, so a .json file counts as a table, too */
		compared; /* a line of .gitattributes makes varve compare the path */
	bool files;       /* two files, which may be documents, instead of two versions of a path */
	bool whole;       /* a document without a reader: compare its bytes */
} vv_diff_item;

typedef struct vv_diff_answer {
	bool differs;
	/* the comparison would exceed how->bound: the writer got changes of columns and format, but
	 * no rows */
	bool many;
	/* the values are equal, but spelled differently, such as with other quotes or another order
	 * of a JSON object's members */
	bool respelled;
	/* one line that says why no table was compared, or that only the spelling differs; or
	 * empty */
	vv_buf line;
} vv_diff_answer;

/* Returns true if path is the name of a file that may be a table. Most .json files are not tables,
 * so their names count only if `named` is set: the user named the file. */
bool vv_diff_is_table_name(const char *path, bool named);

/* Compares the item. If a file has the name of a table but cannot be read as one, out->line reports
 * this. */
vv_status vv_diff_item_compare(vv_diff_answer *out, const vv_diff_item *item,
			       const vv_diff_how *how, vv_error *err);

#endif
