/*
 * file_groups: reads the row groups of a CSV file that is not stored, or of a blob whose content is
 * in memory. A group is encoded when it is requested.
 *
 * Two files that are compared have nearly all groups in common, and the columns of common groups
 * are not needed. Therefore, the file is imported with vv_import_options.in_file, which records the
 * position and an identifier of each group. After vv_file_groups_new, the table is read through the
 * sink of vv_file_groups_use. Encoded groups are stored in the sink `made`. Several threads may use
 * the functions at once.
 */
#ifndef VV_DIFF_ROWS_FILE_GROUPS_H
#define VV_DIFF_ROWS_FILE_GROUPS_H

#include <stdint.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"

typedef struct vv_scan_cache vv_scan_cache;
typedef struct vv_table vv_table;

/* One value = the groups of one imported table. */
typedef struct vv_file_groups vv_file_groups;

/* Makes *out, which encodes groups of an imported table on request. t: the table, whose source is
 * the sink of the import; raw: the member cache of the import's result; secret: the option of the
 * import. t and raw are used only during the call. take_fd: the open file, at any position, which
 * *out closes; or -1 for a blob, whose content is take_bytes, which *out frees. name: the file's
 * name, for messages. made: the sink for encoded groups; a group that it already has is not encoded
 * again. name and `made` are borrowed. */
vv_status vv_file_groups_new(vv_file_groups **out, const vv_table *t, const vv_scan_cache *raw,
			     uint64_t secret, int take_fd, char *take_bytes, const char *name,
			     const vv_sink *made, vv_error *err);
void vv_file_groups_free(vv_file_groups *g); /* accepts NULL */
VV_AUTO_FREE(vv_file_groups, vv_file_groups_free)

/* Sets *out to a sink without put(), whose get() returns the groups, and every other block that
 * `made` has. out->get fails with VV_EIO if the bytes of a group are no longer in the file. */
void vv_file_groups_use(vv_sink *out, vv_file_groups *g);

#endif
