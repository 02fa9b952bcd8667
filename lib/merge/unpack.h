/*
 * unpack: writes the content of a compressed file, or the tables of a document, as files of the
 * work tree, so that versions of them share blocks.
 */
#ifndef VV_LIB_MERGE_UNPACK_H
#define VV_LIB_MERGE_UNPACK_H

#include <stdint.h>

#include "base/error.h"
#include "dataset/table/dataset_writer.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

typedef struct vv_unpack {
	vv_repository *repo; /* borrowed, all four */
	vv_dataset_reader *reader;
	vv_dataset_writer *writer;
	vv_index *index;
	/* Called with each file's path and length. */
	vv_status (*made)(void *payload, const char *path, uint64_t bytes, vv_error *err);
	void *payload;
} vv_unpack;

/* Writes the content of path (repository-relative) beside it, each file in one step and durably; path itself stays. For
 * prices.csv.gz that is prices.csv, for a document each table as CSV: book.Prices.csv. An existing file is replaced only if
 * nothing is lost. If history has path, too, later edits of the file are merged by cell with the changes from the last other
 * version of path to this one. VV_EUSAGE: path is neither. VV_EREFUSED: another file is in the way, or this one unpacks to too
 * much. VV_ECONFLICT: both changed a cell; nothing of this file is written. VV_EINPUT: it is damaged or cut off. VV_ENOSUPPORT:
 * no reader for it is installed. */
vv_status vv_unpack_run(const vv_unpack *u, const char *path, vv_error *err);

#endif
