/*
 * change_count: counts the changes between two versions of a dataset, for commands that print them
 * in one line (diff/write/change_words.h writes the line).
 *
 * Reads only row groups that the versions do not share. If these have more than VV_COUNT_CELLS_MAX
 * cells, reads no rows and sets `many` in the counts, so that commands are fast.
 */
#ifndef VV_LIB_STATUS_CHANGE_COUNT_H
#define VV_LIB_STATUS_CHANGE_COUNT_H

#include "base/error.h"
#include "base/json/json.h"
#include "diff/write/change_words.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* The maximum number of cells that are read for counting, of both versions together: this takes
 * 0.05 s if few of them differ, and 0.2 s if all do. */
#define VV_COUNT_CELLS_MAX 12000000u

/* Counts the changes from the open table a to the open table b, and sets *out to the counts, which
 * the caller clears. out->counted is false if blocks are missing here. Tables that are open with
 * their stored order may be converted to the order of their files (dataset/table/file_order.h).
 * path: for messages. temp_dir: folder for temporary files. */
vv_status vv_change_count_tables(vv_change_counts *out, const char *path, vv_table *a, vv_table *b,
				 const char *temp_dir, vv_error *err);

/* Counts the changes from the version *old to the version *now, roots in the store of r, and sets
 * *out to the counts. out->counted is false if blocks are missing here, or a version is not a
 * table. path: for messages. */
vv_status vv_change_count(vv_change_counts *out, vv_repository *r, const char *path,
			  const vv_cid *old, const vv_cid *now, vv_error *err);

/* The limit for plain text, in bytes, if the user did not request the counts. */
#define VV_COUNT_TEXT_MAX (8u << 20)

/* One value = one version of a path that Git stores as text. */
typedef struct vv_text_version {
	const vv_oid *blob, /* blob of the text */
		/* the commit whose datapackage.json describes the text; NULL: that of the index
		 * does */
		*commit;
	bool known; /* for vv_text_count_rows: do not run a program that reads a document */
	/* name of a document's table; NULL: the text, or the document's only table */
	const char *table;
} vv_text_version;

/* One value = two opened texts, which can be compared again. `now` may borrow from `old`, so both
 * are cleared together. */
typedef struct vv_text_pair {
	vv_subject old, now;
	char *file; /* the path of a file in the work tree, from which `now` borrows; may be NULL */
} vv_text_pair;
void vv_text_pair_clear(vv_text_pair *p); /* p may be all zero */
VV_AUTO_CLEAR(vv_text_pair, vv_text_pair_clear)

/* Counts the changes between the versions `old` and `now` of `path`, of which Git stores at least
 * one as text, and sets *out to the counts. old.blob must be set; now.blob NULL: the file in the
 * work tree. most: limit of a file's size in bytes. out->counted is false if a file is larger, or
 * is not a table. Sets *keep, which must be all zero, to the opened texts, which borrow path; the
 * caller clears it, also after a failure. keep may be NULL. */
vv_status vv_change_count_texts(vv_change_counts *out, vv_text_pair *keep, vv_repository *r,
				vv_dataset_reader *reader, const char *path, vv_text_version old,
				vv_text_version now, uint64_t most, vv_error *err);

/* Sets *rows and *columns to the numbers of rows and columns of the version `at` of `path`, and *is
 * to true. Sets *is to false if the version is not a table. at.blob must be set. VV_EREFUSED:
 * at.known is set, and the rows of the document are not cached. */
vv_status vv_text_count_rows(bool *is, uint64_t *rows, uint64_t *columns, vv_repository *r,
			     vv_dataset_reader *reader, const char *path, vv_text_version at,
			     vv_error *err);

/* Writes the member "changes": {"rowsAdded": 1, ...} for *c to w; writes nothing if c->counted is
 * false. */
void vv_change_counts_json(vv_json_out *w, const vv_change_counts *c);

#endif
