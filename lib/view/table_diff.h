/*
 * table_diff: two versions of one path compared, and written by a writer.
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
	/* --key; none: the tables' own, or found out for plain text; "none": none */
	const vv_strings *key;
	const char *const *rename;       /* NULL-ended pairs, or NULL */
	const vv_strings *only, *ignore; /* columns; none given: all; none */
	const vv_strings *where;         /* conditions, all of which must be true on one side */
	bool no_renames, ignore_format, moves;
	const char *tolerance;
	const vv_sniff_hints *written; /* how plain files are; NULL: found out. Borrowed */
	bool only_whether;             /* stop at the first difference, write nothing */
	/* the writer's; rows of a new or removed table beyond it are not read; 0: all */
	uint64_t limit;
	bool counts;  /* the writer shows no rows */
	bool propose; /* suggests on stderr a column as key for a table without one */
	uint64_t
		bound; /* cells that may be read for counting; 0: any number. Beyond it the rows are not
	                            * compared, which the answer reports. With a bound there are no
	                            * warnings. */
	vv_diff_writer *writer; /* NULL with only_whether, and with patch */
	/* --format patch: its output; path, key and columns are filled in */
	const vv_patch_write_options *patch;
	uint64_t *sections;        /* of the patch: counted up */
	const char *text_shown_by; /* what shows the text that this does not; NULL: git diff */
	bool unread; /* the answer's line is not shown, so its content need not be determined */
	const char *temp_dir; /* for temporary files; NULL: /tmp */
	const vv_progress *progress;
	const vv_notes *notes;
	vv_pool *pool; /* may be NULL */
} vv_diff_how;

/* One path of two versions. Either subject may be NULL: not there. */
typedef struct vv_diff_item {
	const char *path, *old_path; /* old_path: when renamed, else NULL */
	vv_subject *a, *b;
	/* or both, already open: stored versions of a table; borrowed */
	vv_table *open_a, *open_b;
	const char *old_name, *new_name;
	bool conflict; /* reported even if the two are equal */
	bool named;    /* by the user: JSON counts as a table then */
	bool files;    /* two files, which may be documents, and no path of two versions */
	bool whole;    /* a document of which nothing here reads the tables: its bytes count */
} vv_diff_item;

typedef struct vv_diff_answer {
	bool differs;
	/* beyond the bound: the writer heard of columns and form, of no row */
	bool many;
	/* a table whose rows are equal and written otherwise: quotes, the order of a row's members in JSON */
	bool respelled;
	/* not empty: one line, why no table was compared, or that values were only respelled */
	vv_buf line;
} vv_diff_answer;

/* Is this the name of a file with a table? .json counts only if the user named it, since most of
 * these contain no table. */
bool vv_diff_is_table_name(const char *path, bool named);

/* Compares. A file with a table's name that cannot be read as a table is reported in the answer's
 * line. */
vv_status vv_diff_item_compare(vv_diff_answer *out, const vv_diff_item *item,
			       const vv_diff_how *how, vv_error *err);

#endif
