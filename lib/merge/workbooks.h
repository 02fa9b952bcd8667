/*
 * workbooks: merges three versions of a workbook by sheet and cell, with its reader program.
 */
#ifndef VV_LIB_MERGE_WORKBOOKS_H
#define VV_LIB_MERGE_WORKBOOKS_H

#include <stdbool.h>
#include <stdint.h>

#include "base/auto.h"
#include "base/buf.h"
#include "base/error.h"
#include "lib/tables/dataset_reader.h"
#include "repo/git/repository.h"

/* Beginning of the detail of a conflict of kind VV_CONFLICT_TABLE, if the merged workbook has the
 * changes of both sides, except in the cells that the detail names. */
#define VV_WORKBOOK_CONFLICT "a workbook; both changed "

/* One value = the options of one merge of a workbook. */
typedef struct vv_workbook_merge {
	vv_repository *repo;       /* borrowed */
	vv_dataset_reader *reader; /* borrowed */
	const char *path;          /* borrowed */
	const vv_oid *sides[3];    /* blobs of base, ours and theirs; borrowed */
	int prefer; /* the side whose values stand in the place of conflicts: VV_BASE, VV_OURS or
		     * VV_THEIRS */
	bool dry;   /* store nothing */
} vv_workbook_merge;

/* One value = the result of one merge of a workbook. Initialise with {0}. */
typedef struct vv_workbook_merged {
	bool merged; /* `blob` is the merged workbook */
	vv_oid blob;
	uint64_t cells;     /* number of cells in it that come from theirs */
	uint64_t conflicts; /* number of cells that both sides changed */
	/* number of formulas that lost their stored value, since it no longer holds */
	uint64_t stale;
	/* the conflicts, or the reason why it is not merged; empty: the file is not a workbook, or
	 * its reader does not merge */
	vv_buf words;
} vv_workbook_merged;
void vv_workbook_merged_clear(vv_workbook_merged *m);
VV_AUTO_CLEAR(vv_workbook_merged, vv_workbook_merged_clear)

/* Merges the versions, and sets *out. The reader program makes the workbook and compares it, read
 * again, with the merge; nothing is stored before. That it cannot be merged is not an error. */
vv_status vv_merge_workbook(vv_workbook_merged *out, const vv_workbook_merge *in, vv_error *err);

#endif
