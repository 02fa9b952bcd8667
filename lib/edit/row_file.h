/*
 * row_file: edits rows in the file of a table in the work tree, and replaces the file in one step.
 *
 * 	vv_auto(vv_row_file) f = {.repo = repo, .reader = reader, .path = path};
 *
 * 	rc = vv_row_file_open(&f, err);                  f.table
 * 	rc = vv_row_file_write(&f, edits, count, err);   writes the edits; other bytes are unchanged
 */
#ifndef VV_LIB_EDIT_ROW_FILE_H
#define VV_LIB_EDIT_ROW_FILE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "base/file.h"
#include "dataset/rows/row_edit.h"
#include "diff/rows/row_by_number.h"
#include "lib/names/table_at.h"
#include "lib/names/version.h"
#include "lib/view/key_place.h"

/* The file of a table. */
typedef struct vv_row_file {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *path;          /* the path as the user wrote it; borrowed */
	bool keyless;              /* a table without a key is accepted */
	/* the version whose bytes are edited and then written to the file; NULL: the version in the
	 * file; borrowed */
	vv_table *over;
	vv_more_columns more; /* new columns to which edits refer; borrowed */
	/* if not NULL, vv_row_file_write does not replace the file: it leaves the new file in a
	 * temporary folder of the same file system (vv_worktree_temp_dir), and sets *made to its
	 * path, which the caller owns, and renames or removes */
	char **made;
	/* The following members are set by vv_row_file_open. */
	vv_subject subject; /* the version in the file */
	vv_table table;     /* its table, also if `over` is set */
	vv_stat before;     /* metadata of the file */
	/* The following members are set by vv_row_file_then. */
	vv_table_at then; /* the other version */
} vv_row_file;

/* Opens the file f->path, and sets f->table. Acquires the lock for writers (the turn,
 * repo/git/write_turn.h) until the repository is closed, so that no other varve changes the file
 * after it was read and before it is replaced. VV_EUSAGE: the path is not a table of the work tree
 * (or only a link to a table), or the table has no key and f->keyless is not set. VV_ELOCKED:
 * another process has the lock. Call vv_row_file_close also on failure. */
vv_status vv_row_file_open(vv_row_file *f, vv_error *err);

/* Opens another version of the table as f->then, after closing the previous one. source: a
 * revision; NULL: the index. VV_ENOTFOUND: the version does not exist. VV_ENOSUPPORT: that version
 * is not a table, or only one of the two is a CSV table. */
vv_status vv_row_file_then(vv_row_file *f, const char *source, vv_error *err);

/* Applies `edits`, which must be in the order that vv_rows_edit needs, and replaces the file in one
 * step. VV_EREFUSED: another process changed the file meanwhile. VV_EINPUT: the file cannot
 * represent a new cell. */
vv_status vv_row_file_write(vv_row_file *f, const vv_row_edit *edits, size_t count, vv_error *err);

#define VV_ROW_KEY_MAX 16u /* maximum number of columns in a key by which a row is found */
/* The result of a search for a row by its key. */
typedef struct vv_row_found {
	size_t key[VV_ROW_KEY_MAX], key_count; /* the indices of the key's columns in the table */
	vv_key_rows all;                       /* all rows that have the key */
	bool has;                              /* a row has this key; row and cells are then set */
	uint64_t row;                          /* number of the row, from 0 */
	/* its cells, borrowed from `rows` until the next row is read or `rows` is closed */
	const vv_cell *cells;
	vv_row_by_number rows;
} vv_row_found;

/* Finds the row with the key `text` (values separated by commas) in t, which is the table of the
 * file or another version of it, and sets *out to the result. If no row has the key, succeeds with
 * out->has false. The columns of the key are those of the file. several: allow several rows with
 * the key, and find one of them. VV_ECONFLICT: several rows have the key. VV_ENOTFOUND: t lacks
 * columns of the key. VV_ENOSUPPORT: the key has more than VV_ROW_KEY_MAX columns. Call
 * vv_row_found_clear also on failure. */
vv_status vv_row_file_find(vv_row_found *out, const vv_row_file *f, vv_table *t, const char *text,
			   bool several, vv_error *err);
void vv_row_found_clear(vv_row_found *r); /* r may be zeroed */

void vv_row_file_close(vv_row_file *f);
VV_AUTO_CLEAR(vv_row_file, vv_row_file_close)

#endif
