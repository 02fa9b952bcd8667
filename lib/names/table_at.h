/*
 * table_at: opens the version of a path in a commit as a table.
 */
#ifndef VV_LIB_NAMES_TABLE_AT_H
#define VV_LIB_NAMES_TABLE_AT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/names/version.h"

/* An opened version. All zero: unopened. */
typedef struct vv_table_at {
	vv_subject subject; /* the version */
	vv_table table;     /* its table */
	char *name;         /* "<commit>:<path>", for messages */
	bool open;          /* `table` is open */
	bool none;          /* opening it failed, because it is not a table */
} vv_table_at;

/* Opens the version of `path` in *commit as *out, with the options `how`, which may be NULL. Plain
 * text in Git's history is read as a table, too. s: the reader of r. After a failure, *out is all
 * zero, except that out->none is true if the path does not exist or is not a table: VV_ENOTFOUND,
 * VV_EINPUT (also for a damaged pointer), VV_EUSAGE. */
vv_status vv_table_at_open(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_oid *commit, const char *path, const vv_subject_options *how,
			   vv_error *err);
void vv_table_at_close(vv_table_at *t); /* t may be unopened */
VV_AUTO_CLEAR(vv_table_at, vv_table_at_close)

/* Appends to out the key of the row `cells`, in the format of --row (dataset/schema/key_words.h).
 * key: the indices of the `count` columns of the key. */
void vv_key_words_put(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count);

#endif
