/*
 * change_count: counts the differences of two versions of a dataset, for commands that print them
 * in a line (diff/write/change_words.h has the words).
 *
 * Reads only the row groups that one of the two versions has alone, and not even these where
 * they are many, so that no command waits for a number.
 */
#ifndef VV_LIB_STATUS_CHANGE_COUNT_H
#define VV_LIB_STATUS_CHANGE_COUNT_H

#include "base/error.h"
#include "base/json/json.h"
#include "dataset/table/table.h"
#include "diff/write/change_words.h"
#include "lib/names/version.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* Cells that are read for counting, of both versions together: 0.05 s where few of them differ, 0.2 s where all do. */
#define VV_COUNT_CELLS_MAX 12000000u

/* Two open tables. path: for messages. */
vv_status vv_change_count_tables(vv_change_counts *out, const char *path, vv_table *a, vv_table *b,
				 const char *temp_dir, vv_error *err);

/* Two versions in the repository's store. Where blocks are missing here, or one is not a table,
 * out->counted is false. */
vv_status vv_change_count(vv_change_counts *out, vv_repository *r, const char *path,
			  const vv_cid *old, const vv_cid *now, vv_error *err);

/* Larger plain text is not read for counts that the user did not request. */
#define VV_COUNT_TEXT_MAX (8u << 20)

/* A text of Git: its blob, and the commit whose datapackage.json describes it; NULL: the index. known: a document's reader is
 * not run. */
typedef struct vv_text_version {
	const vv_oid *blob, *commit;
	bool known;
	const char *table; /* of a document, by name; NULL: the text, or the document's only one */
} vv_text_version;

/* Two opened texts, to be compared again. Cleared together: now may borrow from old. */
typedef struct vv_text_pair {
	vv_subject old, now;
} vv_text_pair;
void vv_text_pair_clear(vv_text_pair *p); /* accepts zeroes */
VV_AUTO_CLEAR(vv_text_pair, vv_text_pair_clear)

/* Two versions of a table of which Git keeps one as text, or both; now's blob NULL: the work tree's file. Where a file has more than most bytes, or is not a table,
 * out->counted is false. keep: zeroes, or NULL; borrows path, too. */
vv_status vv_change_count_texts(vv_change_counts *out, vv_text_pair *keep, vv_repository *r,
				vv_dataset_reader *reader, const char *path, vv_text_version old,
				vv_text_version now, uint64_t most, vv_error *err);

/* Rows and columns of one such text; *is false: it is not a table. VV_EREFUSED: known, and it was never read. */
vv_status vv_text_count_rows(bool *is, uint64_t *rows, uint64_t *columns, vv_repository *r,
			     vv_dataset_reader *reader, const char *path, vv_text_version at,
			     vv_error *err);

/* The member "changes": {"rowsAdded": 1, ...}; none where nothing was counted. */
void vv_change_counts_json(vv_json_out *w, const vv_change_counts *c);

#endif
