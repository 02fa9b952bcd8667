/*
 * import: makes a version of a table (blocks and a root) from the bytes of its file.
 *
 * bytes -> scanner -> rows -> cut -> group -> block -> sink. One thread reads, scans and cuts; the
 * pool's threads encode, hash and compress. Memory depends on the size of groups and rows, not of
 * the file. With a previous version and a scan cache, groups with unchanged bytes are reused
 * without parsing them; the resulting root is the same.
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

/* Imports the bytes of source, and sets *out to the new version. Blocks are written with sink->put;
 * if sink->put is NULL, only the root is computed. sink->get must return the blocks of the previous
 * version. The caller clears *out, also after a failure; then only out->only_bytes is set.
 * VV_EINPUT: the file is refused; err names the path and, if the fault has a place, line and
 * character. VV_ENOTFOUND: a key column does not exist. VV_ECONFLICT: the key that the user declared
 * is not unique; err names both lines and the value. VV_EREFUSED, VV_EUSAGE: the declared key is
 * invalid, the table exceeds a limit, or opts->order is VV_ORDER_KEY, and not possible. */
vv_status vv_import(vv_import_result *out, const vv_source *source, const vv_sink *sink,
		    const vv_import_options *opts, vv_error *err);

/* Sets opts->known and opts->cache, so that the groups of `known` are reused in the import of a text
 * that was made from it, if the same bytes are the same groups under opts->as; else leaves both
 * unset. `cache` is the scan cache of `known`, whose blocks are where the sink puts blocks; both are
 * borrowed, and cache may be NULL. Under another schema the same bytes may have other facts. */
void vv_import_reuse(vv_import_options *opts, const vv_root *known, const vv_scan_cache *cache);

/* Adds a warning to out->warnings that the file is stored as a file, not as a table. why: the error
 * of the failed import as a table; name: the file's path in that error. */
void vv_import_tell_as_file(vv_import_result *out, const vv_error *why, const char *name);

#endif
