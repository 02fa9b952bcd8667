/*
 * ordered_files: parts of the files of versions in key order, for who is asked for many.
 *
 * No row group is a piece of such a file, so that each part costs as much as the whole. Here the whole is put together
 * once, checked, and kept in an unlinked file: of the last two versions, as long as the object is there. One
 * may be used by several threads.
 */
#ifndef VV_CMD_WORK_VIEW_ORDERED_FILES_H
#define VV_CMD_WORK_VIEW_ORDERED_FILES_H

#include "base/error.h"
#include "dataset/table/bytes.h"
#include "dataset/table/table.h"

typedef struct vv_ordered_files vv_ordered_files;
vv_status vv_ordered_files_new(vv_ordered_files **out, vv_error *err);
void vv_ordered_files_free(vv_ordered_files *f); /* nobody uses it any more; accepts NULL */

/* As vv_table_range, of a table of any order that was opened as it is stored. f may be NULL: then nothing is
 * kept. Where there is no room for a file, the part is made as if f were NULL. */
vv_status vv_ordered_files_range(vv_ordered_files *f, vv_table *t, uint64_t from, uint64_t len,
				 vv_bytes_fn fn, void *payload, vv_error *err);

#endif
