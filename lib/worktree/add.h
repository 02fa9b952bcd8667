/*
 * add: carrying out a plan of add_plan: all of it, or nothing.
 *
 * Datasets are imported, their blocks made durable, .gitattributes written, and then
 * the index, in one step.
 */
#ifndef VV_LIB_WORKTREE_ADD_H
#define VV_LIB_WORKTREE_ADD_H

#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/add_report.h"
#include "lib/worktree/attributes_edit.h"

/* Runs the plan on the (just read) index and writes it. dry: nothing is changed. s's
 * writer is let go in the end. On failure nothing was staged. */
vv_status vv_add_run(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
		     vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err);

/* The same without its end, for what stages more than this: files are imported, and the index changes in
 * memory alone. A failure leaves the index half changed. */
vv_status vv_add_import(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
			vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err);

/* Stages .gitattributes, if it changed: without its lines the datasets would be text in other clones. */
vv_status vv_add_stage_attributes(vv_attr_edit *edit, vv_repository *r, vv_index *x, vv_error *err);

#endif
