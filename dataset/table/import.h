/*
 * import: a file's bytes become a dataset version (blocks and a root).
 *
 * bytes -> scanner -> rows -> cut -> group -> block -> writer. One thread reads, scans and cuts;
 * the pool's threads encode, hash and compress. Memory is bounded by the size of a group and a row,
 * not of the file. With a parent version and a scan cache, groups whose bytes are unchanged are
 * reused unparsed; the result is always the root of a fresh import with the same inputs.
 */
#ifndef VV_DATASET_TABLE_IMPORT_H
#define VV_DATASET_TABLE_IMPORT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "dataset/read/source.h"
#include "dataset/table/import_options.h"

void vv_import_result_clear(vv_import_result *r);
VV_AUTO_CLEAR(vv_import_result, vv_import_result_clear)

/* Imports. Blocks are written to sink->put (NULL: a dry run that only computes the root); sink->get
 * must return the parent's blocks. VV_EINPUT: refused, with path, line and column, and a hint;
 * VV_ENOTFOUND: a missing key column; VV_ECONFLICT: the declared key is not unique (both lines, the
 * value). */
vv_status vv_import(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		    const vv_import_options *opts, vv_error *err);

/* Reports that the file is kept as bytes because a row is too long; `why` is the failed import's
 * error. */
void vv_import_tell_as_file(vv_import_result *out, const vv_error *why, const char *name);

#endif
