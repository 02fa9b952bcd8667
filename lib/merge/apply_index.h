/*
 * apply_index: applies patches to the versions in the index and, with --3way, to the work tree. If
 * a patch does not apply to a file, its change is merged by row and cell; the base of this merge is
 * the version that the patch was made from.
 *
 * A correct caller calls vv_apply_index_init with the files of the patch, then vv_patch_apply, then
 * vv_apply_index_merge if vv_patch_apply returned VV_ECONFLICT because of a misfit, or VV_OK and
 * a->missed_count > 0, then vv_apply_index_commit, and vv_apply_index_clear in every case.
 */
#ifndef VV_LIB_MERGE_APPLY_INDEX_H
#define VV_LIB_MERGE_APPLY_INDEX_H

#include <stdbool.h>
#include <stddef.h>

#include "base/auto.h"
#include "base/error.h"
#include "dataset/format/list.h"
#include "diff/merge/patch.h"
#include "lib/merge/apply_files.h"
#include "lib/merge/tables.h"

/* One value = one path that was merged. */
typedef struct vv_apply_merged {
	char *path;
	vv_index_side sides[3]; /* base, ours and theirs */
	vv_dataset_merged out;  /* the result */
} vv_apply_merged;

/* One value = the application of one patch. */
typedef struct vv_apply_index {
	vv_apply_files *files;     /* borrowed; reads files from the index */
	vv_dataset_writer *writer; /* borrowed */
	/* writes the work tree; borrowed; NULL: only the index is changed, and
	 * vv_apply_index_merge must not be called */
	vv_checkout *checkout;
	char **missed; /* paths for which the patch does not apply */
	size_t missed_count;
	vv_apply_merged *merged; /* the merged paths */
	size_t count, cap;
	vv_sink made;     /* blocks of the versions that the patch makes */
	size_t conflicts; /* number of merged paths with conflicts */
} vv_apply_index;

/* Initialises *a with these members. */
void vv_apply_index_init(vv_apply_index *a, vv_apply_files *files, vv_dataset_writer *writer,
			 vv_checkout *checkout);
void vv_apply_index_clear(vv_apply_index *a);
VV_AUTO_CLEAR(vv_apply_index, vv_apply_index_clear)

/* Adds a path to a->missed, unless it is there already. */
vv_status vv_apply_index_miss(vv_apply_index *a, const char *path, vv_error *err);

/* Makes a version of the file *d, to which its patch was applied, and stores the blob of that
 * version in the item of the file in a->files->list. Does nothing if the patch removed the file. If
 * the index had exactly the patch's old version, the result is exactly the patch's new version. */
vv_status vv_apply_index_put(vv_apply_index *a, const vv_patch_done *d, vv_error *err);

/* Merges the changes of `patch` into the versions of the paths in a->missed, and adds the
 * results to a->merged. Writes and commits blocks and blobs, but changes neither the index nor
 * the work tree. opts: as for vv_patch_apply; only reverse, temp_dir and pool are used.
 * VV_EMISSING: the version that the patch was made from is missing. VV_ECONFLICT: the patch
 * removes or renames the path, or the index does not have it. Returns VV_OK also if the sides
 * cannot be merged as rows (vv_dataset_merge_run). a->conflicts counts paths with conflicts. */
vv_status vv_apply_index_merge(vv_apply_index *a, const vv_patch_source *patch,
			       const vv_patch_apply_options *opts, vv_error *err);

/* Writes the files in the work tree if a->checkout is set, the conflict records
 * (conflict_file.h) and, last, the index. Releases the writer (vv_dataset_writer_release),
 * except if making the blocks or objects durable failed. If writing fails and a->checkout is
 * set, restores the files that were changed. */
vv_status vv_apply_index_commit(vv_apply_index *a, vv_error *err);

/* Appends what a merge took from theirs, such as "2 cells, 1 new row", or else `nothing`. */
void vv_apply_put_taken(vv_buf *out, const vv_merge_stats *s, const char *nothing);

/* Appends to out a line for each merged path, such as "prices.csv: merged: 2 cells". */
void vv_apply_index_describe(const vv_apply_index *a, vv_buf *out);

#endif
