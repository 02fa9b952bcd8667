/*
 * unpack: writes the content of a compressed file, or the tables of a document, as plain files into
 * the work tree. Versions of a plain file share blocks; versions of a compressed file do not.
 */
#ifndef VV_LIB_MERGE_UNPACK_H
#define VV_LIB_MERGE_UNPACK_H

#include <stdint.h>

#include "base/error.h"
#include "lib/tables/dataset_writer.h"
#include "repo/git/index/index.h"
#include "repo/git/repository.h"

/* The options of a call of vv_unpack_run. */
typedef struct vv_unpack {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	vv_dataset_writer *writer; /* borrowed */
	vv_index *index;           /* borrowed */
	/* called with the path and the length in bytes of each file that was written, or that
	 * already had the content */
	vv_status (*made)(void *payload, const char *path, uint64_t bytes, vv_error *err);
	void *payload;
} vv_unpack;

/* Writes the content of the file at path, which is relative to the repository, to new files
 * beside that file, each in one step, and durably unless it was merged. The file at path is not
 * changed. prices.csv.gz is unpacked to prices.csv; a document, to a CSV file for each table,
 * such as book.Prices.csv. An existing file is replaced only if its content is not lost by that,
 * for example because the index has it. If the history has another version of the file at path,
 * edits of the existing file are merged by cell with the changes since the newest such version.
 * VV_EUSAGE: path is neither a compressed file nor a document. VV_EREFUSED: an existing file
 * cannot be replaced, two tables would get the same file name, or the unpacked content is too
 * large. VV_ECONFLICT: the existing file and the file at path changed the same cell; the
 * existing file is unchanged. VV_EINPUT: the file at path is damaged or truncated.
 * VV_ENOSUPPORT: no installed reader supports the document, or the library for the compression
 * is not installed. */
vv_status vv_unpack_run(const vv_unpack *u, const char *path, vv_error *err);

#endif
