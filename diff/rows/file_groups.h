/*
 * file_groups: the row groups of a CSV file, or of a blob with its content, that were not stored;
 * each is encoded when it is read.
 *
 * Two compared files have nearly all groups in common, and the columns of common groups are not
 * needed. So the file is imported with vv_import_options.in_file, which records the place and the
 * identity of each group; after file_groups_new, the table is read through vv_file_groups_use. An
 * encoded group is stored with the import's other blocks. Several threads may use the functions.
 */
#ifndef VV_DIFF_ROWS_FILE_GROUPS_H
#define VV_DIFF_ROWS_FILE_GROUPS_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "dataset/read/scan_cache.h"
#include "dataset/table/table.h"

typedef struct vv_file_groups vv_file_groups;

/* t: the imported table, whose source is the import's sink; raw, secret: from its result and its options. All are only read.
 * take_fd: the file, at any place, or -1 with take_bytes, those of the blob; name: for messages; made: the sink for made
 * blocks, which is also searched first. name and made are borrowed. */
vv_status vv_file_groups_new(vv_file_groups **out, const vv_table *t, const vv_scan_cache *raw,
			     uint64_t secret, int take_fd, char *take_bytes, const char *name,
			     const vv_sink *made, vv_error *err);
void vv_file_groups_free(vv_file_groups *g); /* accepts NULL */
VV_AUTO_FREE(vv_file_groups, vv_file_groups_free)

/* Sets *out to a sink that only reads (get): the groups, and everything in `made`. VV_EIO: the
 * group's bytes are no longer in the file. */
void vv_file_groups_use(vv_sink *out, vv_file_groups *g);

#endif
