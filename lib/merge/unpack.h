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

/* What path (repository-relative) holds is written beside it, each file in one step and durably; path itself stays. Of
 * prices.csv.gz that is prices.csv, of a document each table as CSV: book.Prices.csv. A file of such a name is replaced only
 * where nothing is lost. Where history has path, too, what was changed since in the file is merged by cell with what changed
 * from the last other version of path to this one. VV_EUSAGE: path is neither. VV_EREFUSED: another file is in the way, or too
 * much comes out of this one. VV_ECONFLICT: both changed a cell; nothing of this file is written. VV_EINPUT: it is damaged or cut off. VV_ENOSUPPORT: nothing here can read it. */
vv_status vv_unpack_run(const vv_unpack *u, const char *path, vv_error *err);

#endif
