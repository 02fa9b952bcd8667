/*
 * file_groups: reads the row groups of a CSV file that was not stored; each group is encoded when
 * it is read. The file may also be a blob whose content is in memory.
 *
 * Two files that are compared have nearly all groups in common, and the columns of common groups
 * are not needed. Therefore the file is imported with vv_import_options.in_file, which records the
 * place and the identity of each group. After vv_file_groups_new, the table is read through
 * vv_file_groups_use. Encoded groups are stored with the other blocks of the import. Several
 * threads may use the functions at once.
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

/* Makes the groups of an imported table available. t: the table, whose source is the sink of the
 * import; raw, secret: from the result and the options of the import; these are only read. take_fd:
 * the open file, at any position; or -1, and take_bytes has the content of a blob. name: for
 * messages. made: the sink for encoded groups; a group that it has already is not encoded again.
 * name and `made` are borrowed. */
vv_status vv_file_groups_new(vv_file_groups **out, const vv_table *t, const vv_scan_cache *raw,
			     uint64_t secret, int take_fd, char *take_bytes, const char *name,
			     const vv_sink *made, vv_error *err);
void vv_file_groups_free(vv_file_groups *g); /* accepts NULL */
VV_AUTO_FREE(vv_file_groups, vv_file_groups_free)

/* Sets *out to a sink for reading only (get): the sink has the groups, and all blocks in `made`.
 * VV_EIO: the bytes of a group are no longer in the file. */
void vv_file_groups_use(vv_sink *out, vv_file_groups *g);

#endif
