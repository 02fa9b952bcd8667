/*
 * table_at: a path of a commit, opened as a table.
 */
#ifndef VV_LIB_NAMES_TABLE_AT_H
#define VV_LIB_NAMES_TABLE_AT_H

#include <stdbool.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/table/table.h"
#include "lib/names/version.h"

typedef struct vv_table_at {
	vv_subject subject;
	vv_table table;
	char *name; /* "<commit>:<path>", for messages */
	bool open;
} vv_table_at; /* all zero before it is opened */

/* Plain text of Git's history is read like a dataset. */
vv_status vv_table_at_open(vv_table_at *out, vv_repository *r, vv_dataset_reader *s,
			   const vv_oid *commit, const char *path, const vv_subject_options *how,
			   vv_error *err);
void vv_table_at_close(vv_table_at *t); /* accepts one that is not open */
VV_AUTO_CLEAR(vv_table_at, vv_table_at_close)

/* Does a failure of vv_table_at_open mean that the path does not exist or is not a table? */
bool vv_table_at_is_none(vv_status rc);

/* Appends the key of a row, as --row takes it (dataset/schema/key_words.h). */
void vv_key_words_put(vv_buf *out, const vv_cell *cells, const size_t *key, size_t count);

#endif
