/*
 * add: executes a plan of add_plan, completely or not at all.
 *
 * Imports the datasets, writes .gitattributes, makes the blocks durable, and then writes the index
 * in one step. If a later step fails, .gitattributes is restored.
 */
#ifndef VV_LIB_WORKTREE_ADD_H
#define VV_LIB_WORKTREE_ADD_H

#include "lib/tables/dataset_writer.h"
#include "lib/worktree/add_plan.h"
#include "lib/worktree/add_report.h"
#include "lib/worktree/attributes_edit.h"

/* Executes `plan`, the plan for the request req, and writes the index x, which the caller has
 * just read. Sets *out to the report, which the caller clears, also after a failure. dry: change
 * nothing; otherwise, s is released (vv_dataset_writer_release) at the end, also after a
 * failure. On failure the index file is unchanged, unless only the removal of conflict records
 * or the check of .gitattributes, which follow, failed. With req->fix, pointers in the work tree
 * may already be rewritten. */
vv_status vv_add_run(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
		     vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err);

/* Does the first part of vv_add_run, for callers that stage further paths: imports files and
 * changes the index in memory, but does not write it. Adds no lines to .gitattributes, and does
 * not release s. On failure the index in memory is changed in part. */
vv_status vv_add_import(vv_add_report *out, const vv_add_plan *plan, vv_repository *r, vv_index *x,
			vv_dataset_writer *s, const vv_add_request *req, bool dry, vv_error *err);

/* Stages .gitattributes in x, in memory, if the file differs from the index: without its lines,
 * the datasets would be text in other clones. edit: the change of .gitattributes, or {0}; if it
 * changed the file, the file is staged in any case. */
vv_status vv_add_stage_attributes(vv_attr_edit *edit, vv_repository *r, vv_index *x, vv_error *err);

#endif
