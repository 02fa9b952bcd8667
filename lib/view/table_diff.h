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

typedef struct vv_notes vv_notes;
typedef struct vv_progress vv_progress;
typedef struct vv_sniff_hints vv_sniff_hints;
typedef struct vv_subject vv_subject;
typedef struct vv_table vv_table;

/* One value = the options of one comparison. */
typedef struct vv_diff_how {
	/* value of --key; empty: the tables' own key or, for plain text, a key found in its values;
	 * "none": no key; not NULL */
	const vv_strings *key;
	/* the renames that the user has given: old name, new name, old name, new name ..., followed
	 * by NULL; NULL: the user has given no renames */
	const char *const *rename;
	const vv_strings *only, /* the columns to compare; empty: all; not NULL */
		*ignore;        /* columns that are not compared; not NULL */
	/* conditions; a row is compared only if its old or its new version meets all of
	 * them; empty: every row */
	const vv_strings *where;
	/* no_renames: compare only columns with the same name with each other; ignore_format:
	 * values that are only spelled differently are equal; moves: report rows that moved */
	bool no_renames, ignore_format, moves;
	/* two numbers are equal if their difference is at most this: a decimal number such as "0.01",
	 * or a percentage such as "5%" (vv_value_within); NULL: numbers are compared exactly */
	const char *tolerance;
	const vv_sniff_hints *written; /* dialect of plain files; NULL: detected; borrowed */
	bool only_whether;             /* stop at the first difference, and write nothing */
	/* maximum number of rows that the writer writes, so that further rows of a new or
	 * removed table need not be read; 0: no limit */
	uint64_t limit;
	bool counts;  /* the writer writes no rows */
	bool propose; /* if a table has no key, suggest a column as key, in a note */
	/* maximum number of cells to read for counting; 0: no limit. If the comparison would read
	 * more, rows are not compared, and the answer has `many` set. A limit requires a writer,
	 * and suppresses warnings */
	uint64_t bound;
	/* receives the differences; may be NULL if only_whether or patch is set */
	vv_diff_writer *writer;
	/* --format patch: the options of the patch, except path, key and columns, which the
	 * comparison sets; NULL: another format */
	const vv_patch_write_options *patch;
	/* if patch is set: a counter, incremented for each section of the patch */
	uint64_t *sections;
	/* the command that messages suggest for text files; NULL: git diff */
	const char *text_shown_by;
	/* the caller ignores the answer's line, so its content need not be determined */
	bool unread;
	const char *temp_dir;        /* folder for temporary files; NULL: /tmp */
	const vv_progress *progress; /* may be NULL */
	const vv_notes *notes;       /* receives warnings and hints */
	vv_pool *pool;               /* may be NULL */
} vv_diff_how;

/* One value = the two versions of one path. A subject is NULL if its version does not have the
 * path. */
typedef struct vv_diff_item {
	const char *path,  /* the path of the new version */
		*old_path; /* the path of the old version, if the path was renamed; else NULL */
	vv_subject *a,     /* the old version */
		*b;        /* the new version */
	/* instead of a and b, if both versions are stored tables: the open tables of the old and of
	 * the new version; borrowed */
	vv_table *open_a, *open_b;
	const char *old_name, /* the name of the old version in the output */
		*new_name;    /* the name of the new version in the output */
	bool conflict; /* the path has a conflict: report it even if the versions are equal */
	/* named: the user gave the path, so a .json file is regarded as a table, too; compared: a
	 * line of .gitattributes makes varve compare the path */
	bool named, compared;
	bool moded; /* the mode of the path changed, so its bytes may be equal */
	bool files; /* two files, which may be documents, instead of two versions of a path */
	bool whole; /* a document without a reader: compare its bytes */
} vv_diff_item;

/* One value = the result of one comparison. */
typedef struct vv_diff_answer {
	bool differs; /* the versions differ */
	/* the comparison would have exceeded how->bound: the writer received changes of columns and
	 * format, but no rows */
	bool many;
	/* the values are equal, but spelled differently, such as with other quotes or another order
	 * of a JSON object's members */
	bool respelled;
	/* one line with the reason why no table was compared, or with the statement that only the
	 * spelling differs; or empty. Owned by the caller */
	vv_buf line;
} vv_diff_answer;

/* Returns true if a file with the name `path` may be a table. Most .json files are not tables, so
 * for them the result is true only if `named` is set: the user gave the path. */
bool vv_diff_is_table_name(const char *path, bool named);

/* Returns true if so many of the old rows differ that a program probably opened and saved the table, and
 * wrote most rows in another way. */
bool vv_diff_is_rewritten(uint64_t old_rows, uint64_t differing);

/* Compares the versions of *item, passes the differences to how->writer, and sets *out to the
 * result. If a file has the name of a table but cannot be read as one, out->line states this; but
 * if item->named is set, the function fails with VV_EINPUT. On failure, out->line is empty. */
vv_status vv_diff_item_compare(vv_diff_answer *out, const vv_diff_item *item,
			       const vv_diff_how *how, vv_error *err);

#endif
