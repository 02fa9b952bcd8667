/*
 * apply_index: applies patches to the index's versions, and with --3way to the work tree: where it
 * does not fit it is merged through the version that it was made from.
 *
 * A correct caller: vv_apply_index_init with the files that the patch is applied to;
 * vv_patch_apply; if that is VV_ECONFLICT, vv_apply_index_merge; vv_apply_index_commit;
 * vv_apply_index_clear in every case.
 */
#ifndef VV_LIB_MERGE_APPLY_INDEX_H
#define VV_LIB_MERGE_APPLY_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "diff/merge/patch.h"
#include "lib/merge/apply_files.h"
#include "lib/merge/tables.h"

/* A path that was merged. */
typedef struct vv_apply_merged {
	char *path;
	vv_merge_side sides[3];
	vv_dataset_merged out;
} vv_apply_merged;

typedef struct vv_apply_index {
	vv_apply_files *files;     /* borrowed: reads the index */
	vv_dataset_writer *writer; /* borrowed */
	vv_checkout *checkout;     /* NULL: only the index changes */
	char **missed;             /* paths of the patch that do not fit */
	size_t missed_count;
	vv_apply_merged *merged;
	size_t count, cap;
	vv_sink made;     /* of the patch's results */
	size_t conflicts; /* how many paths */
} vv_apply_index;

void vv_apply_index_init(vv_apply_index *a, vv_apply_files *files, vv_dataset_writer *writer,
			 vv_checkout *checkout);
void vv_apply_index_clear(vv_apply_index *a);
VV_AUTO_CLEAR(vv_apply_index, vv_apply_index_clear)

/* Notes a path that does not fit, once. */
vv_status vv_apply_index_miss(vv_apply_index *a, const char *path, vv_error *err);

/* For a finished path, with all its bytes (vv_apply_files_change): makes a version of them. If the
 * index had the patch's base version, it equals the version that the patch names. */
vv_status vv_apply_index_put(vv_apply_index *a, const vv_patch_done *d, vv_error *err);

/* Merges the paths that did not match. VV_EMISSING: the version that the patch was made from is
 * missing. VV_ECONFLICT: a path that cannot be merged (it is added, removed, renamed, or not a
 * table). Writes only blocks. opts: as for vv_patch_apply; uses only reverse, temp_dir and pool. */
vv_status vv_apply_index_merge(vv_apply_index *a, const vv_patch_source *patch,
			       const vv_patch_apply_options *opts, vv_error *err);

/* Writes it all: files, conflict records and, last, the index. */
vv_status vv_apply_index_commit(vv_apply_index *a, vv_error *err);

/* "2 rows added", after a comma where *any; nothing where n is 0. */
void vv_apply_put_count(vv_buf *out, bool *any, uint64_t n, const char *what, const char *rest);

/* "prices.csv: merged: 2 cells", one line for each path that was merged. Appends. */
void vv_apply_index_describe(const vv_apply_index *a, vv_buf *out);

#endif
