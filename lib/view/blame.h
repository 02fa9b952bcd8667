/*
 * blame: the walk back through the commits that changed a table, which explains who set its rows or cells.
 */
#ifndef VV_LIB_VIEW_BLAME_H
#define VV_LIB_VIEW_BLAME_H

#include <stddef.h>

#include "base/error.h"
#include "base/progress.h"
#include "dataset/table/dataset_reader.h"
#include "diff/rows/blame.h"
#include "repo/git/repository.h"

typedef struct vv_blame_walk {
	vv_repository *repo; /* borrowed, all three */
	vv_dataset_reader *reader;
	const char *path;
	const vv_progress *progress; /* of commits; or NULL */
	/* After the run, for vv_blame_walk_clear: */
	vv_blame *blame;
	vv_oid *commits; /* by the numbers that vv_blame_of gives */
	size_t count;
} vv_blame_walk;

/* table: what path has in the commit start; stays open. VV_EMISSING: an older version is not here. */
vv_status vv_blame_walk_run(vv_blame_walk *w, const vv_oid *start, vv_table *table,
			    const vv_blame_options *options, vv_error *err);
void vv_blame_walk_clear(vv_blame_walk *w);

#endif
